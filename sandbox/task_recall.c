/* task_recall.c - POST /_sandbox/tasks/{id}/recall: what a reviewer of the service does.
 *
 * A completed task goes back to pending, which is told by a callback, and is completed
 * again later with the response that it had. Source: API reference, callbacks ("recalled").
 */
#include "config.h"

#include "sandbox/callback.h"
#include "sandbox/errand.h"
#include "sandbox/life.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <string.h>

static void
recall(struct service *s, int64_t seq)
{
	sqlite3_stmt *st = db_query(
		s->db, "UPDATE task SET status = 'pending', updated_ms = ?2, completed_ms = NULL,"
		       " fate = 'completed', outcome = response, response = NULL, due_ms = ?3,"
		       " calls = 1 WHERE seq = ?1");
	int64_t due = life_due(s);

	db_int(st, 1, seq);
	db_int(st, 2, s->now_ms);
	db_int(st, 3, due);
	db_run(s->db, st);
	errand_wake(s, due);
	callback_enqueue(s, seq);
}

void
task_recall(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);

	if (!seq)
		return;
	if (strcmp(status, "completed") != 0) {
		reply_error(rp, 400, "Only completed tasks can be recalled; this task is %s.",
			    strcmp(status, "error") == 0 ? "in error" : status);
		return;
	}
	recall(s, seq);
	task_reply(s, rq, rq->args[0], rp);
}
