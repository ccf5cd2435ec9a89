/* task_audit.c - what a customer says about finished work, and callbacks sent again.
 *
 * Source: Python client, audit_task(); the keys that an audit adds to the task: API
 * reference, tasks, and the pages on quality. An audit by the API accepts or rejects;
 * only the dashboard can fix, so the response stays as it is.
 */
#include "config.h"

#include "sandbox/body.h"
#include "sandbox/callback.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX (4u << 20) /* bytes of all comments, responses or audits of one task */

struct audit { /* the three lists that grow with it */
	struct buf comments, priors, audits;
};

/* Open the array in old, or an empty one, for more items. */
static void
reopen(struct buf *b, const char *old, size_t n)
{
	if (old)
		buf_add(b, old, n - 1);
	else
		out_open(b, NULL, '[');
}

/* What the task has now; response is copied to the end of priors. */
static void
read_lists(struct service *s, int64_t seq, struct audit *a)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT comments, priors, audits, response FROM task"
					   " WHERE seq = ?1");
	struct buf *lists[] = { &a->comments, &a->priors, &a->audits };
	const char *text;
	size_t n = 0;

	db_int(st, 1, seq);
	if (!db_row(s->db, st))
		return;
	for (int i = 0; i < 3; i++) {
		text = db_column(st, i, &n);
		reopen(lists[i], text, n);
	}
	if ((text = db_column(st, 3, &n)))
		out_json(&a->priors, NULL, text, n);
	sqlite3_reset(st);
}

/* The account's admin stands for whoever holds the key. */
static void
add_audit(struct service *s, const struct request *rq, const char *result, struct buf *audits)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT email FROM teammate WHERE env = ?1"
					   " AND role = 'admin' ORDER BY seq LIMIT 1");

	out_open(audits, NULL, '{');
	db_int(st, 1, rq->is_test);
	if (db_row(s->db, st)) {
		out_str(audits, "audited_by", db_column(st, 0, NULL));
		sqlite3_reset(st);
	}
	out_time(audits, "audited_at", s->now_ms);
	out_int(audits, "audit_time_secs", 0);
	out_str(audits, "audit_result", result);
	out_str(audits, "audit_source", "customer");
	out_close(audits, '}');
}

static void
store(struct service *s, int64_t seq, const char *result, struct audit *a)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE task SET review = ?2, comments = ?3, priors = ?4,"
				" audits = ?5, updated_ms = ?6 WHERE seq = ?1");

	db_int(st, 1, seq);
	db_str(st, 2, result);
	db_text(st, 3, buf_str(&a->comments), a->comments.len);
	db_text(st, 4, buf_str(&a->priors), a->priors.len);
	db_text(st, 5, buf_str(&a->audits), a->audits.len);
	db_int(st, 6, s->now_ms);
	db_run(s->db, st);
}

static void
audit(struct service *s, const struct request *rq, int64_t seq, bool accepted, const char *comments,
      struct reply *rp)
{
	struct audit a = { BUF_INIT(LIST_MAX), BUF_INIT(LIST_MAX), BUF_INIT(LIST_MAX) };
	const char *result = accepted ? "accepted" : "rejected";

	read_lists(s, seq, &a);
	if (comments)
		out_str(&a.comments, NULL, comments);
	add_audit(s, rq, result, &a.audits);
	out_close(&a.comments, ']');
	out_close(&a.priors, ']');
	out_close(&a.audits, ']');
	if (a.comments.full || a.priors.full || a.audits.full) {
		reply_error(rp, 400, "The task has too many audits.");
	} else {
		store(s, seq, result, &a);
		callback_enqueue(s, seq);
		rp->type = "text/plain; charset=utf-8";
		buf_adds(&rp->body, "OK");
	}
	buf_free(&a.comments);
	buf_free(&a.priors);
	buf_free(&a.audits);
}

void
task_audit(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);
	const char *comments = NULL;
	bool accepted = false;
	struct body b;

	if (!seq)
		return;
	if (body_read(&b, rq)) {
		accepted = body_flag(&b, "accepted");
		if (!body_has(&b, "accepted"))
			body_bad(&b, "\"accepted\" is required");
		comments = body_text(&b, "comments");
	}
	if (b.has_bad)
		reply_error(rp, 400, "%s", b.bad);
	else if (strcmp(status, "completed") != 0)
		reply_error(rp, 400, "Only completed tasks can be audited; this task is %s.",
			    strcmp(status, "error") == 0 ? "in error" : status);
	else
		audit(s, rq, seq, accepted, comments, rp);
	body_close(&b);
}

void
task_send_callback(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);

	if (!seq)
		return;
	if (strcmp(status, "completed") != 0 && strcmp(status, "error") != 0) {
		reply_error(rp, 400,
			    "Only tasks that are completed or in error have a callback to send;"
			    " this task is %s.",
			    status);
		return;
	}
	callback_enqueue(s, seq);
	out_open(&rp->body, NULL, '{');
	out_bool(&rp->body, "success", true);
	out_close(&rp->body, '}');
}
