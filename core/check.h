/* check.h - everything that can be said about a draft before it is sent.
 *
 * Findings are kept per field and redone only for fields that changed, so
 * check_update() is cheap enough for every key press.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include "core/draft.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

#define FINDING_NO_ITEM ((size_t)-1)

struct finding {
	enum field_id field; /* FIELD_COUNT: about the whole */
	enum severity severity;
	size_t item;    /* index in a list, or FINDING_NO_ITEM */
	size_t at;      /* byte offset in the value, 0 if none */
	int line, col;  /* of at, from 1; 0 if none */
	bool rest;      /* "and 12 more": those past CHECK_PER_FIELD */
	char msg[160];  /* lower case, no full stop; short enough for its field's row */
	char hint[160]; /* what to do next */
};

struct check;

struct check *check_new(void); /* owned by the caller */
void check_free(struct check *c);

/* Wall time for what depends on it: signed URLs that have expired or will within
 * 24 hours. 0, as after check_new(), says nothing of expiry. Cheap: call it before
 * each update. */
void check_set_now(struct check *c, int64_t wall_ms);

/* What is known of the batch that the draft names, both copied: its project, "" if
 * unknown, and that it takes no more tasks. Nothing is known after check_new(). Call it
 * before the update, as check_set_now(). */
void check_set_batch(struct check *c, const char *project, bool closed);

/* Bring the findings up to date with the draft. */
void check_update(struct check *c, const struct draft *d);

/* All findings, by field in table order, errors before warnings within a
 * field. At most CHECK_PER_FIELD a field; the last then says how many more. */
#define CHECK_PER_FIELD 20
size_t check_count(const struct check *c);
const struct finding *check_get(const struct check *c, size_t i);
/* How many there are of a severity, also those past CHECK_PER_FIELD. */
size_t check_errors(const struct check *c);
size_t check_warnings(const struct check *c);
/* The same of one field. */
size_t check_field_count(const struct check *c, enum field_id f, enum severity severity);
/* What is wrong with item i of the list f, as of the last update, also past CHECK_PER_FIELD.
 * There a repeat is the one thing that is not told. False: nothing. */
bool check_item(struct check *c, const struct draft *d, enum field_id f, size_t i,
		struct finding *out);

/* The first (worst) finding of a field, or NULL. */
const struct finding *check_field(const struct check *c, enum field_id f);

/* Bytes of the metadata as sent (compact), also when it is too large; 0 if it is no object. */
size_t check_metadata_bytes(const struct check *c);

/* One-shot, for scripts: ERR_RULE with field, message and hint of the first error. */
enum err_code check_draft(const struct draft *d, struct err *err) MUST_CHECK;

#endif
