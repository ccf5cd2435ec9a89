/* batch.c - batches: list, get, counters, create, finalize, prioritize, metadata.
 *
 * Only "staging" is stored. A batch whose tasks are all done is completed, any other
 * is in progress, so the status is right whatever happens to its tasks.
 */
#include "config.h"

#include "sandbox/batch.h"

#include "core/buf.h"
#include "sandbox/body.h"
#include "sandbox/db.h"
#include "sandbox/life.h"
#include "sandbox/out.h"
#include "sandbox/project.h"
#include "sandbox/route.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 100

#define BATCH_COLUMNS "name, " BATCH_STATUS ", project, created_ms, metadata, callback, extra, env"

void
batch_insert(struct service *s, const struct batch_new *b)
{
	sqlite3_stmt *st = db_query(
		s->db, "INSERT INTO batch (env, name, project, staging, archived, callback,"
		       " metadata, extra, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

	db_int(st, 1, b->is_test);
	db_str(st, 2, b->name);
	db_str(st, 3, b->project);
	db_int(st, 4, b->staging);
	db_int(st, 5, b->archived);
	db_str(st, 6, b->callback);
	db_str(st, 7, b->metadata);
	db_str(st, 8, b->extra);
	db_int(st, 9, b->created_ms);
	db_run(s->db, st);
}

bool
batch_find(struct service *s, const struct request *rq, const char *name, struct batch *out,
	   struct reply *rp)
{
	sqlite3_stmt *st =
		db_query(s->db, "SELECT seq, name, project, staging, callback IS NOT NULL"
				" FROM batch WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "Batch with name \"%s\" not found.", name);
		return false;
	}
	*out = (struct batch){
		.seq = sqlite3_column_int64(st, 0),
		.name = db_copy(st, 1),
		.project = db_copy(st, 2),
		.staging = sqlite3_column_int(st, 3) != 0,
		.calls = sqlite3_column_int(st, 4) != 0,
	};
	sqlite3_reset(st);
	return true;
}

void
batch_done(struct batch *b)
{
	free(b->name);
	free(b->project);
	*b = (struct batch){ .seq = 0 };
}

/* The counters that are not zero, each key with prefix in front. */
static void
add_counters(struct service *s, int64_t env, const char *name, const char *prefix, struct buf *b)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT ?3 || status, sum(n) FROM task_count WHERE"
					   " env = ?1 AND batch = ?2 AND n > 0 GROUP BY status"
					   " ORDER BY status");

	db_int(st, 1, env);
	db_str(st, 2, name);
	db_str(st, 3, prefix);
	while (db_row(s->db, st))
		out_int(b, db_column(st, 0, NULL), sqlite3_column_int64(st, 1));
}

static void
add_text(struct buf *b, const char *key, sqlite3_stmt *st, int column)
{
	size_t n;
	const char *text = db_column(st, column, &n);

	if (text)
		out_text(b, key, text, n);
}

static void
add_batch(struct service *s, sqlite3_stmt *st, bool detailed, struct buf *b)
{
	const char *json;
	size_t n;

	out_open(b, NULL, '{');
	add_text(b, "name", st, 0);
	add_text(b, "status", st, 1);
	add_text(b, "project", st, 2);
	out_time(b, "created_at", sqlite3_column_int64(st, 3));
	json = db_column(st, 4, &n);
	out_json(b, "metadata", json, n);
	add_text(b, "callback", st, 5);
	json = db_column(st, 6, &n);
	if (n > 2)
		out_json(b, NULL, json + 1, n - 2);
	if (detailed)
		add_counters(s, sqlite3_column_int64(st, 7), db_column(st, 0, NULL), "tasks_", b);
	out_close(b, '}');
}

static void
reply_batch(struct service *s, const struct request *rq, const char *name, struct reply *rp)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT " BATCH_COLUMNS
					   " FROM batch b WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	if (db_row(s->db, st)) {
		add_batch(s, st, false, &rp->body);
		sqlite3_reset(st);
		return;
	}
	reply_error(rp, 404, "Batch with name \"%s\" not found.", name);
}

void
batch_get(struct service *s, const struct request *rq, struct reply *rp)
{
	reply_batch(s, rq, rq->args[0], rp);
}

void
batch_status(struct service *s, const struct request *rq, struct reply *rp)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT " BATCH_STATUS
					   " FROM batch b WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, rq->args[0]);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "Batch with name \"%s\" not found.", rq->args[0]);
		return;
	}
	out_open(&rp->body, NULL, '{');
	add_text(&rp->body, "status", st, 0);
	sqlite3_reset(st);
	add_counters(s, rq->is_test, rq->args[0], "", &rp->body);
	out_close(&rp->body, '}');
}

struct list { /* what a list of batches was asked for */
	const char *project, *status;
	int64_t from_ms, to_ms, limit, offset;
	bool detailed, no_archived;
};

static bool
read_list(const struct request *rq, struct list *l, struct reply *rp)
{
	*l = (struct list){
		.project = request_query(rq, "project"),
		.status = request_query(rq, "status"),
		.from_ms = INT64_MIN,
		.to_ms = INT64_MAX,
		.limit = LIMIT_MAX,
	};
	if (l->status && strcmp(l->status, "staging") != 0 &&
	    strcmp(l->status, "in_progress") != 0 && strcmp(l->status, "completed") != 0) {
		reply_invalid(rp, "status", "must be one of [staging, in_progress, completed]");
		return false;
	}
	return request_time(rq, "start_time", &l->from_ms, rp) &&
	       request_time(rq, "end_time", &l->to_ms, rp) &&
	       request_number(rq, "limit", 1, LIMIT_MAX, &l->limit, rp) &&
	       request_number(rq, "offset", 0, INT64_MAX / 2, &l->offset, rp) &&
	       request_flag(rq, "detailed", &l->detailed, rp) &&
	       request_flag(rq, "exclude_archived", &l->no_archived, rp);
}

/* Without a project the index on it is of no use: two statements, one shape. */
#define LIST_WHERE                                                               \
	" FROM batch b WHERE env = ?1 AND created_ms >= ?2 AND created_ms <= ?3" \
	" AND NOT (?4 AND archived) AND (?5 IS NULL OR ?5 = " BATCH_STATUS ")"

static sqlite3_stmt *
bind_list(sqlite3_stmt *st, const struct request *rq, const struct list *l)
{
	db_int(st, 1, rq->is_test);
	db_int(st, 2, l->from_ms);
	db_int(st, 3, l->to_ms);
	db_int(st, 4, l->no_archived);
	db_str(st, 5, l->status);
	db_str(st, 6, l->project);
	return st;
}

/* Pages by offset, "totalDocs", no token. Source: API reference, batches. */
void
batch_list(struct service *s, const struct request *rq, struct reply *rp)
{
	struct list l;
	sqlite3_stmt *st;
	int64_t total, shown = 0;

	if (!read_list(rq, &l, rp))
		return;
	st = db_query(s->db, l.project ? "SELECT count(*)" LIST_WHERE " AND project = ?6"
				       : "SELECT count(*)" LIST_WHERE);
	total = db_number(s->db, bind_list(st, rq, &l), 0);
	st = db_query(s->db, l.project ? "SELECT " BATCH_COLUMNS LIST_WHERE
					 " AND project = ?6 ORDER BY created_ms DESC, seq DESC"
					 " LIMIT ?7 OFFSET ?8"
				       : "SELECT " BATCH_COLUMNS LIST_WHERE
					 " ORDER BY created_ms DESC, seq DESC LIMIT ?7 OFFSET ?8");
	bind_list(st, rq, &l);
	db_int(st, 7, l.limit);
	db_int(st, 8, l.offset);
	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, "docs", '[');
	for (; db_row(s->db, st); shown++)
		add_batch(s, st, l.detailed, &rp->body);
	out_close(&rp->body, ']');
	out_int(&rp->body, "totalDocs", total);
	out_int(&rp->body, "limit", l.limit);
	out_int(&rp->body, "offset", l.offset);
	out_bool(&rp->body, "has_more", l.offset + shown < total);
	out_close(&rp->body, '}');
}

/* The Python client sends "" where none is given. */
static const char *
read_callback(struct body *b)
{
	const char *s = body_text(b, "callback");

	return s && *s ? body_callback(b, "callback") : NULL;
}

/* A batch of a Rapid or Studio project collects tasks until it is finalized. */
static void
create(struct service *s, const struct request *rq, struct batch_new *new, struct reply *rp)
{
	struct project project = { .seq = 0 };
	sqlite3_stmt *st = db_query(s->db, "SELECT 1 FROM batch WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, new->name);
	if (!project_find(s, rq, new->project, &project, rp))
		return;
	if (db_number(s->db, st, 0) != 0) {
		reply_error(rp, 409, "A batch named \"%s\" already exists.", new->name);
	} else {
		new->staging = project.rapid || project.studio;
		batch_insert(s, new);
		reply_batch(s, rq, new->name, rp);
	}
	project_done(&project);
}

void
batch_create(struct service *s, const struct request *rq, struct reply *rp)
{
	struct batch_new new = { .is_test = rq->is_test, .created_ms = s->now_ms };
	struct buf extra = BUF_INIT(256);
	struct body b;
	size_t n = 0;

	out_open(&extra, NULL, '{');
	if (body_read(&b, rq)) {
		if (!(new.project = body_line(&b, "project")))
			body_bad(&b, "\"project\" is required");
		if (!(new.name = body_line(&b, "name")))
			body_bad(&b, "\"name\" is required");
		new.callback = read_callback(&b);
		new.metadata = body_metadata(&b, "metadata", &n);
		if (body_flag(&b, "calibration_batch"))
			out_bool(&extra, "calibration_batch", true);
		if (body_flag(&b, "self_label_batch"))
			out_bool(&extra, "self_label_batch", true);
	}
	out_close(&extra, '}');
	new.extra = buf_str(&extra);
	new.metadata = new.metadata ? new.metadata : "{}";
	if (b.has_bad)
		reply_error(rp, 400, "%s", b.bad);
	else
		create(s, rq, &new, rp);
	buf_free(&extra);
	body_close(&b);
}

/* Work on the tasks of a staging batch starts now. On any other batch nothing changes.
 * Source: the Python client's tests; the help pages on Studio batches. */
void
batch_finalize(struct service *s, const struct request *rq, struct reply *rp)
{
	struct batch batch = { .seq = 0 };
	sqlite3_stmt *st;

	if (!batch_find(s, rq, rq->args[0], &batch, rp))
		return;
	if (batch.staging) {
		st = db_query(s->db, "UPDATE batch SET staging = 0 WHERE seq = ?1");
		db_int(st, 1, batch.seq);
		db_run(s->db, st);
		life_start_batch(s, rq->is_test, batch.name);
	}
	reply_batch(s, rq, batch.name, rp);
	batch_done(&batch);
}

/* The tasks that wait in it get the priority. */
void
batch_prioritize(struct service *s, const struct request *rq, struct reply *rp)
{
	int64_t priority = 0;
	sqlite3_stmt *st;
	struct body b;

	if (body_read(&b, rq)) {
		if (!body_has(&b, "priority"))
			body_bad(&b, "\"priority\" is required");
		priority = body_number(&b, "priority", 0);
		if (priority < 10 || priority > 30)
			body_bad(&b, "\"priority\" must be an integer from 10 to 30");
	}
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else {
		st = db_query(s->db, "UPDATE task SET priority = ?3 WHERE env = ?1"
				     " AND batch = ?2 AND status = 'pending'");
		db_int(st, 1, rq->is_test);
		db_str(st, 2, rq->args[0]);
		db_int(st, 3, priority);
		db_run(s->db, st);
		reply_batch(s, rq, rq->args[0], rp);
	}
	body_close(&b);
}

void
batch_set_metadata(struct service *s, const struct request *rq, struct reply *rp)
{
	const char *metadata = NULL;
	sqlite3_stmt *st;
	struct body b;
	size_t n = 0;

	if (body_read(&b, rq))
		metadata = body_metadata(&b, NULL, &n);
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else {
		st = db_query(s->db, "UPDATE batch SET metadata = ?3 WHERE env = ?1 AND name = ?2");
		db_int(st, 1, rq->is_test);
		db_str(st, 2, rq->args[0]);
		db_text(st, 3, metadata, n);
		db_run(s->db, st);
		reply_batch(s, rq, rq->args[0], rp);
	}
	body_close(&b);
}
