/* v2_task.c - GET /v2/task and /v2/tasks. */
#include "config.h"

#include "sandbox/body.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/v2.h"

#include <string.h>

#define SELECT                                                                        \
	"SELECT seq, created_ms, id, project, batch, status, completed_ms, metadata," \
	" response FROM task"

enum { ID = V2_REST, PROJECT, BATCH, STATUS, COMPLETED, METADATA, RESPONSE };

static const char *const expands[] = { "project", "batch", NULL };

/* A list of {message}: the types that the API names are those of chats. */
static void
add_errors(sqlite3_stmt *st, struct buf *b)
{
	const char *text, *message = NULL;
	struct body response;
	size_t n;

	text = db_column(st, RESPONSE, &n);
	if (!text)
		return;
	if (body_open(&response, text, n, json_type_object))
		message = body_text(&response, "error");
	out_open(b, "errors", '[');
	if (message) {
		out_open(b, NULL, '{');
		out_str(b, "message", message);
		out_close(b, '}');
	}
	out_close(b, ']');
	body_close(&response);
}

static void
add_task(struct service *s, const struct request *rq, sqlite3_stmt *st, const char *key,
	 const struct v2_expand *expand, struct buf *b)
{
	const char *status = db_column(st, STATUS, NULL), *metadata;
	size_t n;

	out_open(b, key, '{');
	out_str(b, "task_id", db_column(st, ID, NULL));
	v2_add_project(s, rq, "project", db_column(st, PROJECT, NULL), expand, b);
	if (sqlite3_column_type(st, BATCH) != SQLITE_NULL)
		v2_add_batch(s, rq, "batch", db_column(st, BATCH, NULL), expand, b);
	out_str(b, "status", status);
	out_time(b, "created_at", sqlite3_column_int64(st, V2_CREATED));
	if (sqlite3_column_type(st, COMPLETED) != SQLITE_NULL)
		out_time(b, "completed_at", sqlite3_column_int64(st, COMPLETED));
	metadata = db_column(st, METADATA, &n);
	out_json(b, "metadata", metadata, n);
	out_json(b, "threads", "[]", 2); /* of chats; no other type has any */
	if (strcmp(status, "error") == 0)
		add_errors(st, b);
	out_close(b, '}');
}

void
v2_task_get(struct service *s, const struct request *rq, struct reply *rp)
{
	const char *id = request_query(rq, "task_id");
	struct v2_expand expand;
	sqlite3_stmt *st;

	if (!v2_expand_read(rq, expands, &expand, rp))
		return;
	if (!id) {
		reply_invalid(rp, "task_id", "is required");
		return;
	}
	st = db_query(s->db, SELECT " WHERE env = ?1 AND id = ?2");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, id);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "Task with that ID not found.");
		return;
	}
	add_task(s, rq, st, NULL, &expand, &rp->body);
	sqlite3_reset(st);
}

void
v2_task_list(struct service *s, const struct request *rq, struct reply *rp)
{
	static const char *const statuses[] = { "pending", "completed", "canceled",
						"error",   "deleted",   NULL };
	static const struct v2_rules rules = {
		.statuses = statuses,
		.expands = expands,
		.has_batch = true,
	};
	struct v2_list l;

	if (v2_list_read(s, rq, &rules, &l, rp))
		v2_list_reply(s, rq, &l, SELECT, "tasks", add_task, rp);
	v2_list_done(&l);
}
