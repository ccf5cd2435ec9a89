/* task.c - see task.h. */
#include "config.h"

#include "sandbox/task.h"

#include "core/err.h"
#include "core/random.h"
#include "sandbox/asset.h"
#include "sandbox/body.h"
#include "sandbox/out.h"

#include <stdio.h>
#include <stdlib.h>

void
task_id_make(int64_t now_ms, char out[TASK_ID_SIZE])
{
	unsigned char r[6];

	random_bytes(r, sizeof(r));
	snprintf(out, TASK_ID_SIZE, "%08x%04x%02x%02x%02x%02x%02x%02x", (unsigned)(now_ms / 1000),
		 (unsigned)(now_ms % 1000), r[0], r[1], r[2], r[3], r[4], r[5]);
}

static void
bind_time(sqlite3_stmt *st, int i, int64_t ms)
{
	if (ms != 0)
		db_int(st, i, ms);
}

int64_t
task_insert(struct db *db, const struct task_row *t)
{
	sqlite3_stmt *st = db_query(
		db, "INSERT INTO task (id, env, type, status, project, batch, unique_id,"
		    " clear_on_error, priority, instruction, callback_url, params, metadata,"
		    " tags, response, review, created_ms, updated_ms, completed_ms, due_ms,"
		    " fate, outcome, calls) VALUES (?1, ?2, ?22, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
		    " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?23)");

	db_str(st, 1, t->id);
	db_int(st, 2, t->is_test);
	db_str(st, 3, t->status);
	db_str(st, 4, t->project);
	db_str(st, 5, t->batch);
	db_str(st, 6, t->unique_id);
	db_int(st, 7, t->clear_on_error);
	if (t->priority)
		db_int(st, 8, t->priority);
	db_str(st, 9, t->instruction);
	db_str(st, 10, t->callback_url);
	db_str(st, 11, t->params);
	db_str(st, 12, t->metadata);
	db_str(st, 13, t->tags);
	db_str(st, 14, t->response);
	db_str(st, 15, t->review);
	db_int(st, 16, t->created_ms);
	db_int(st, 17, t->updated_ms);
	bind_time(st, 18, t->completed_ms);
	bind_time(st, 19, t->due_ms);
	db_str(st, 20, t->fate);
	db_str(st, 21, t->outcome);
	db_str(st, 22, t->type ? t->type : "multistage");
	db_int(st, 23, t->calls);
	return db_run(db, st) ? db_last_row(db) : 0;
}

/* The columns by place in TASK_COLUMNS. */
enum column {
	ID,
	STATUS,
	CREATED,
	UPDATED,
	COMPLETED,
	ENV,
	PROJECT,
	BATCH,
	UNIQUE_ID,
	PRIORITY,
	TAGS,
	INSTRUCTION,
	CALLBACK_URL,
	METADATA,
	PARAMS,
	RESPONSE,
	REVIEW,
	TYPE,
	SEQ,
	CALL_ENDED,
	CALLED,
	CALLED_AT,
	COMMENTS,
	PRIORS,
	AUDITS
};

enum show { SHOW_TEXT, SHOW_JSON, SHOW_TIME, SHOW_INT, SHOW_BOOL };

/* Order of keys in a task object. A column that is NULL makes no key. */
static const struct {
	const char *key;
	enum column column;
	enum show show;
	bool limited; /* shown with limited_response, too */
} keys[] = {
	/* clang-format off */
	{ "task_id",                ID,           SHOW_TEXT, true },
	{ "type",                   TYPE,         SHOW_TEXT, false },
	{ "status",                 STATUS,       SHOW_TEXT, true },
	{ "created_at",             CREATED,      SHOW_TIME, false },
	{ "updated_at",             UPDATED,      SHOW_TIME, false },
	{ "completed_at",           COMPLETED,    SHOW_TIME, false },
	{ "is_test",                ENV,          SHOW_BOOL, false },
	{ "project",                PROJECT,      SHOW_TEXT, true },
	{ "batch",                  BATCH,        SHOW_TEXT, false },
	{ "unique_id",              UNIQUE_ID,    SHOW_TEXT, false },
	{ "priority",               PRIORITY,     SHOW_INT,  false },
	{ "tags",                   TAGS,         SHOW_JSON, false },
	{ "instruction",            INSTRUCTION,  SHOW_TEXT, false },
	{ "callback_url",           CALLBACK_URL, SHOW_TEXT, false },
	{ "metadata",               METADATA,     SHOW_JSON, true },
	{ "params",                 PARAMS,       SHOW_JSON, false },
	{ "response",               RESPONSE,     SHOW_JSON, false },
	{ "customer_review_status", REVIEW,       SHOW_TEXT, false },
	{ "customer_review_comments", COMMENTS,   SHOW_JSON, false },
	{ "prior_responses",        PRIORS,       SHOW_JSON, false },
	{ "audits",                 AUDITS,       SHOW_JSON, false },
	{ "callback_completed",     CALL_ENDED,   SHOW_BOOL, false },
	{ "callback_succeeded",     CALLED,       SHOW_BOOL, false },
	{ "callback_succeeded_at",  CALLED_AT,    SHOW_TIME, false },
	/* clang-format on */
};

static void
show_column(struct buf *b, const char *key, sqlite3_stmt *st, int column, enum show show)
{
	const char *s;
	size_t n;

	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		return;
	switch (show) {
	case SHOW_TEXT:
		s = db_column(st, column, &n);
		out_text(b, key, s, n);
		break;
	case SHOW_JSON:
		s = db_column(st, column, &n);
		out_json(b, key, s, n);
		break;
	case SHOW_TIME: out_time(b, key, sqlite3_column_int64(st, column)); break;
	case SHOW_INT: out_int(b, key, sqlite3_column_int64(st, column)); break;
	case SHOW_BOOL: out_bool(b, key, sqlite3_column_int(st, column) != 0); break;
	}
}

static void
show_attachment_url(struct buf *b, const struct task_view *view, const char *id,
		    const char *attachment, size_t i)
{
	struct asset asset;
	char url[96], *here = NULL;

	snprintf(url, sizeof(url), "https://attachments.sandbox.invalid/%s/%zu?signature=none", id,
		 i);
	if (asset_find_url(view->service, view->rq->is_test, attachment, &asset) && asset.size >= 0)
		here = asset_address(view->rq, &asset);
	out_open(b, NULL, '{');
	out_str(b, "attachmentURL", attachment);
	out_str(b, "s3URL", here ? here : url);
	out_bool(b, "isConvertedImage", false);
	out_close(b, '}');
	free(here);
}

/* Pre-signed addresses. Not documented; the keys are those that programs of others read.
 * What was uploaded is here, other addresses lead nowhere. */
static void
show_attachment_urls(struct buf *b, const struct task_view *view, sqlite3_stmt *st)
{
	const char *id = db_column(st, ID, NULL), *text, *one;
	struct body params;
	struct body_list list;
	size_t n;

	text = db_column(st, PARAMS, &n);
	if (body_open(&params, text, n, json_type_object) &&
	    ((one = body_text(&params, "attachment")) || body_has(&params, "attachments"))) {
		body_strings(&params, "attachments", &list);
		out_open(b, "attachmentS3Downloads", '[');
		if (one)
			show_attachment_url(b, view, id, one, 0);
		for (size_t i = 0; i < list.count; i++)
			show_attachment_url(b, view, id, list.at[i], i + (one != NULL));
		out_close(b, ']');
		free(list.at);
	}
	body_close(&params);
}

void
task_out(struct buf *b, sqlite3_stmt *st, const struct task_view *view)
{
	out_open(b, NULL, '{');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].limited || !view->limited)
			show_column(b, keys[i].key, st, (int)keys[i].column, keys[i].show);
	if (view->attachments && !view->limited)
		show_attachment_urls(b, view, st);
	out_close(b, '}');
}

void
task_reply(struct service *s, const struct request *rq, const char *id, struct reply *rp)
{
	static const struct task_view whole = { .limited = false };
	sqlite3_stmt *st =
		db_query(s->db, "SELECT " TASK_COLUMNS " FROM task WHERE id = ?1 AND env = ?2");

	db_str(st, 1, id);
	db_int(st, 2, rq->is_test);
	if (db_row(s->db, st)) {
		task_out(&rp->body, st, &whole);
		sqlite3_reset(st);
		return;
	}
	reply_error(rp, 404, "Task with that ID not found.");
}

int64_t
task_find(struct service *s, const struct request *rq, char status[16], struct reply *rp)
{
	sqlite3_stmt *st =
		db_query(s->db, "SELECT seq, status FROM task WHERE id = ?1 AND env = ?2");
	int64_t seq = 0;

	db_str(st, 1, rq->args[0]);
	db_int(st, 2, rq->is_test);
	if (db_row(s->db, st)) {
		seq = sqlite3_column_int64(st, 0);
		snprintf(status, 16, "%s", db_column(st, 1, NULL));
		sqlite3_reset(st);
	} else {
		reply_error(rp, 404, "Task with that ID not found.");
	}
	return seq;
}

bool
task_unique_taken(struct service *s, const struct request *rq, const char *unique_id, int64_t seq,
		  struct reply *rp)
{
	sqlite3_stmt *st = db_query(
		s->db, "SELECT id FROM task WHERE env = ?1 AND unique_id = ?2 AND seq <> ?3"
		       " UNION ALL SELECT id FROM quality_task WHERE env = ?1 AND unique_id = ?2");
	char *owner = NULL;
	bool taken;

	db_int(st, 1, rq->is_test);
	db_str(st, 2, unique_id);
	db_int(st, 3, seq);
	if (db_row(s->db, st)) {
		owner = db_copy(st, 0);
		sqlite3_reset(st);
		reply_error(rp, 409,
			    "The unique_id (\"%s\") is already used for a different task (%s).",
			    unique_id, owner);
	}
	taken = owner != NULL;
	free(owner);
	return taken;
}

/* An empty header is none, as an empty value of a query is. */
static bool
has_key(const struct request *rq)
{
	return rq->idempotency_key && *rq->idempotency_key;
}

bool
task_key_used(struct service *s, const struct request *rq, struct reply *rp)
{
	sqlite3_stmt *st;

	if (!has_key(rq))
		return false;
	st = db_query(s->db, "SELECT 1 FROM idempotency WHERE env = ?1 AND key = ?2");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, rq->idempotency_key);
	if (db_number(s->db, st, 0) == 0)
		return false;
	reply_error(rp, 409, "The idempotency key (\"%s\") has already been used.",
		    rq->idempotency_key);
	return true;
}

void
task_key_keep(struct service *s, const struct request *rq, const char *id)
{
	sqlite3_stmt *st;

	if (!has_key(rq))
		return;
	st = db_query(s->db, "INSERT INTO idempotency VALUES (?1, ?2, ?3)");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, rq->idempotency_key);
	db_str(st, 3, id);
	db_run(s->db, st);
}
