/* task_fields.h - what every create has in common, whatever the type of the task. */
#ifndef SANDBOX_TASK_FIELDS_H
#define SANDBOX_TASK_FIELDS_H

#include "core/buf.h"
#include "sandbox/batch.h"
#include "sandbox/body.h"
#include "sandbox/project.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>

struct task_fields { /* borrowed from the body, but the lists; NULL where not given */
	const char *project, *batch;
	const char *instruction, *callback_url, *unique_id;
	const char *metadata;         /* JSON object */
	struct body_list attachments; /* owned: the addresses */
	struct body_list tags;        /* owned */
	int priority;                 /* 0: none */
	bool clear_on_error;
};

/* Read project and batch; project_needed: one of them must be there. What is wrong goes
 * into b, here and below. */
void task_fields_place(struct body *b, struct task_fields *f, bool project_needed);
/* Read the rest, but the attachments: kind_attachments() does. */
void task_fields_read(struct body *b, struct task_fields *f);
void task_fields_done(struct task_fields *f);

/* Add what is none of the fields, and not in but (NULL-terminated, or NULL), to the
 * object that is open in out, as it was sent. */
void task_fields_params(const struct body *b, const char *const *but, struct buf *out);
void task_fields_strings(struct buf *out, const char *key, const struct body_list *list);

struct task_place {
	struct project project; /* seq 0: none */
	struct batch batch;     /* the same */
	bool staging;           /* its batch still collects */
};

enum task_place_use {
	TASK_PLACE_WORK,   /* a Rapid project wants a batch that collects */
	TASK_PLACE_QUALITY /* only a Rapid project; batches do not matter */
};

/* The project by name or through its batch; it must take tasks of that type. False:
 * the reply is made. */
bool task_place_find(struct service *s, const struct request *rq, const struct task_fields *f,
		     const char *type, enum task_place_use use, struct task_place *place,
		     struct reply *rp);
void task_place_done(struct task_place *place);

/* Fill in what the project presets and the request leaves out; the request wins. True
 * if there was anything: then the fields must be read again. */
bool task_place_preset(const struct task_place *place, struct body *b);

#endif
