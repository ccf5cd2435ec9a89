/* life.h - what becomes of a task, and when.
 *
 * A pending task carries its fate and the time it falls due, so there is no timer
 * for it: a request first applies what is due. A sandbox that was killed goes on
 * where it stood.
 */
#ifndef SANDBOX_LIFE_H
#define SANDBOX_LIFE_H

#include "core/buf.h"
#include "sandbox/service.h"

#include <stddef.h>
#include <stdint.h>

/* Read from the database when the next task falls due. */
void life_open(struct service *s);

/* Inside a transaction: move on every task that is due at s->now_ms. By index. */
void life_advance(struct service *s);

/* When a live task that starts now falls due: work_ms from now, half as much more or
 * less as any number says. */
int64_t life_due(struct service *s, uint64_t any);

/* Start the tasks of a batch that was staging: they have a fate, but were not due. */
void life_start_batch(struct service *s, bool is_test, const char *batch);

/*
 * How a task with these attachments ends: returns "completed" or "error", and adds
 * the response to outcome. A path that holds /missing/ or /broken/ fails, in the two
 * shapes that are documented. Source: API reference, errors; scale-api 8.
 */
const char *life_fate(const char *task_id, const char *const *attachments, size_t count,
		      struct buf *outcome);

#endif
