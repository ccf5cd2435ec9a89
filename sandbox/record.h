/* record.h - what came in: the last requests, for GET /_sandbox/requests.
 *
 * A test compares them with what its client believes. A request is in it before its
 * answer leaves.
 */
#ifndef SANDBOX_RECORD_H
#define SANDBOX_RECORD_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_MAX 10000 /* requests that are kept */

struct record; /* opaque: the oldest makes room */

struct record_entry {
	int64_t number;              /* from 1; filled by record_add() */
	int64_t at_ms;               /* the sandbox's clock */
	const char *method, *target; /* copied; target is raw, and cut if it is very long */
	const char *side;            /* "test", "live", or NULL: no good key */
	const char *fault;           /* copied: names of rules, or NULL */
	int status;                  /* that was sent, or is about to be; 0: none was */
	bool committed;              /* what the request asked for is kept */
};

struct record *record_new(size_t max);
void record_free(struct record *r);
void record_clear(struct record *r); /* numbers go on */

/* Returns its number. */
int64_t record_add(struct record *r, const struct record_entry *e);
/* Something that came after the answer was made; nothing if it is no longer kept. */
void record_commit(struct record *r, int64_t number);

/* As JSON: "requests" (oldest first, numbers above since, path fitting pattern or NULL, at
 * most limit), "next" to ask for the rest with, and "lost", how many of them are gone. */
void record_out(const struct record *r, int64_t since, const char *pattern, int64_t limit,
		struct buf *out);

#endif
