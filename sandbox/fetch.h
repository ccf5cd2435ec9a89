/* fetch.h - attachments on this machine are really fetched, and looked into.
 *
 * They stand in the database from the commit of their task on, until all of one task's
 * are here; then its fate is known, and it falls due like any other. errand.c does the
 * fetching. What is not on this machine is never fetched: outcome_unfetched() judges it.
 */
#ifndef SANDBOX_FETCH_H
#define SANDBOX_FETCH_H

#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct web_answer;

#define FETCH_MAX_BYTES (64u << 20) /* of one attachment; more is a failure */

/* Inside a transaction, right after a pending task was stored: if one of its attachments
 * is on this machine the task waits for it. */
void fetch_enqueue(struct service *s, int64_t task, bool is_test, const char *const *urls,
		   size_t count);

/* Inside a transaction: the task was canceled. */
void fetch_forget(struct service *s, int64_t task);

struct fetch_mark {
	int64_t task, place;
};

struct fetch { /* one to do; url is owned */
	struct fetch_mark mark;
	char *url;
	char scene_format[16]; /* how to look into it; "": not at all */
};

/* The first one that is not among the count in busy; false if there is none. */
bool fetch_take(struct service *s, const struct fetch_mark *busy, size_t count, struct fetch *out);
void fetch_done(struct fetch *f);

/* Inside a transaction: what came of it. */
void fetch_ended(struct service *s, const struct fetch *f, const struct web_answer *a);

#endif
