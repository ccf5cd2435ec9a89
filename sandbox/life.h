/* life.h - what becomes of a task, and when.
 *
 * A pending task carries its fate and the time it falls due: a request first applies
 * what is due, and only a task that calls somebody back has a timer (errand.h). While
 * its attachments are on their way (fetch.h) the fate is open, and the task is not due.
 * A sandbox that was killed goes on where it stood.
 */
#ifndef SANDBOX_LIFE_H
#define SANDBOX_LIFE_H

#include "core/buf.h"
#include "sandbox/service.h"

#include <stddef.h>
#include <stdint.h>

struct task_row;

/* Read from the database when the next task falls due. */
void life_open(struct service *s);

/* Inside a transaction: move on every task that is due at s->now_ms, and call back for
 * it. By index. */
void life_advance(struct service *s);

/* A task falls due then. */
void life_due_at(struct service *s, int64_t due_ms);

/* When a live task that starts now falls due: work_ms from now, half as much more or
 * less, as the random numbers of the service say. */
int64_t life_due(struct service *s);

/* Inside a transaction, right after t was stored: its attachments on this machine are
 * fetched, and who wants to know of its end will. */
void life_created(struct service *s, int64_t seq, const struct task_row *t,
		  const char *const *attachments, size_t count);

/* Start the tasks of a batch that was staging: they have a fate, but were not due. */
void life_start_batch(struct service *s, bool is_test, const char *batch);

/*
 * How a task with these attachments ends if none of them is fetched: returns "completed"
 * or "error", and adds the response to outcome.
 */
const char *life_fate(struct service *s, const struct task_row *t, const char *const *attachments,
		      size_t count, struct buf *outcome);

#endif
