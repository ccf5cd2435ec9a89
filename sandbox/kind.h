/* kind.h - THE TABLE of task types, and the rule that each has for its attachments. */
#ifndef SANDBOX_KIND_H
#define SANDBOX_KIND_H

#include "core/buf.h"
#include "sandbox/body.h"

#include <stdbool.h>

enum kind_attach {
	ATTACH_ONE,    /* attachment is required */
	ATTACH_MANY,   /* attachments is required: strings */
	ATTACH_URLS,   /* attachments is required: addresses, whatever attachment_type says */
	ATTACH_SCENE,  /* the same, and exactly one */
	ATTACH_ITEMS,  /* attachments is required: objects {type, content}, or strings */
	ATTACH_EITHER, /* attachment or attachments is required */
	ATTACH_FREE    /* the work needs none; what is sent is kept */
};

struct kind {
	const char *name;
	enum kind_attach attach;
	bool quality; /* there are training and evaluation tasks of it */
};

/* The row called name, NULL if there is none: the account is not enabled for it. */
const struct kind *kind_find(const char *name);

/*
 * Check attachment, attachments and attachment_type by the rule of k; what is wrong
 * goes into b. list: the addresses that the service will fetch, borrowed from b; the
 * caller frees list->at.
 */
void kind_attachments(const struct kind *k, struct body *b, struct body_list *list);

/* Where it is known what a completed task of that type answers, put that into response:
 * the first of the choices in its params. */
void kind_answer(const char *name, const char *params, struct buf *response);

#endif
