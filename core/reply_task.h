/* reply_task.h - one task out of a reply. Private to reply.c. */
#ifndef CORE_REPLY_TASK_H
#define CORE_REPLY_TASK_H

#include "core/json.h"
#include "core/task.h"

#include <stdbool.h>

#define TASK_ID_MAX 63 /* bytes; documented are 24 */

/*
 * Read the object into t (fresh from task_init). False, and t empty, if it is
 * no object or has no task_id. An id longer than TASK_ID_MAX, with other bytes
 * than letters, digits, '-' and '_', or like one of our own ("local-...")
 * counts as absent: it goes into addresses and names rows of the board.
 */
bool reply_task_read(struct task *t, const struct json_span *object);

#endif
