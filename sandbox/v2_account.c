/* v2_account.c - GET /v2/project(s) and /v2/batch(es), and both as parts of other objects. */
#include "config.h"

#include "sandbox/batch.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/v2.h"

#include <stdlib.h>
#include <string.h>

/* A batch is completed when the last of its tasks is. */
#define BATCHES                                                                         \
	"SELECT seq, created_ms, name, project, status, callback, metadata,"            \
	" completed_ms FROM (SELECT seq, env, created_ms, name, project, callback,"     \
	" metadata, " BATCH_STATUS " AS status, CASE " BATCH_STATUS " WHEN 'completed'" \
	" THEN (SELECT max(coalesce(t.completed_ms, t.updated_ms)) FROM task t"         \
	" WHERE t.env = b.env AND t.batch = b.name) END AS completed_ms FROM batch b)"
#define PROJECTS "SELECT seq, created_ms, name FROM project"

enum { NAME = V2_REST, PROJECT, STATUS, CALLBACK, METADATA, COMPLETED };

static void
add_id(sqlite3_stmt *st, enum object_kind kind, const char *key, struct buf *b)
{
	char id[OBJECT_ID_SIZE];

	object_id(kind, sqlite3_column_int64(st, V2_CREATED), sqlite3_column_int64(st, V2_SEQ), id);
	out_str(b, key, id);
}

/* What a project of the GenAI side has beside, its types and models, no other one has. */
static void
project_out(struct service *s, const struct request *rq, sqlite3_stmt *st, const char *key,
	    const struct v2_expand *expand, struct buf *b)
{
	(void)s;
	(void)rq;
	(void)expand;
	out_open(b, key, '{');
	add_id(st, OBJECT_PROJECT, "id", b);
	out_str(b, "name", db_column(st, NAME, NULL));
	out_time(b, "created_at", sqlite3_column_int64(st, V2_CREATED));
	out_close(b, '}');
}

static void
batch_out(struct service *s, const struct request *rq, sqlite3_stmt *st, const char *key,
	  const struct v2_expand *expand, struct buf *b)
{
	const char *metadata;
	size_t n;

	out_open(b, key, '{');
	add_id(st, OBJECT_BATCH, "id", b);
	out_str(b, "name", db_column(st, NAME, NULL));
	v2_add_project(s, rq, "project", db_column(st, PROJECT, NULL), expand, b);
	out_time(b, "created_at", sqlite3_column_int64(st, V2_CREATED));
	if (sqlite3_column_type(st, COMPLETED) != SQLITE_NULL)
		out_time(b, "completed_at", sqlite3_column_int64(st, COMPLETED));
	out_str(b, "status", db_column(st, STATUS, NULL));
	if (sqlite3_column_type(st, CALLBACK) != SQLITE_NULL)
		out_str(b, "callback", db_column(st, CALLBACK, NULL));
	metadata = db_column(st, METADATA, &n);
	out_json(b, "metadata", metadata, n);
	out_close(b, '}');
}

static bool
find(struct service *s, const struct request *rq, sqlite3_stmt *st, const char *name)
{
	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	return db_row(s->db, st);
}

void
v2_add_project(struct service *s, const struct request *rq, const char *key, const char *name,
	       const struct v2_expand *expand, struct buf *b)
{
	sqlite3_stmt *st = db_query(s->db, PROJECTS " WHERE env = ?1 AND name = ?2");

	if (!find(s, rq, st, name))
		return;
	if (expand->project)
		project_out(s, rq, st, key, expand, b);
	else
		add_id(st, OBJECT_PROJECT, key, b);
	sqlite3_reset(st);
}

void
v2_add_batch(struct service *s, const struct request *rq, const char *key, const char *name,
	     const struct v2_expand *expand, struct buf *b)
{
	static const struct v2_expand ids = { .project = false };
	sqlite3_stmt *st = expand->batch ? db_query(s->db, BATCHES " WHERE env = ?1 AND name = ?2")
					 : db_query(s->db, "SELECT seq, created_ms FROM batch"
							   " WHERE env = ?1 AND name = ?2");

	if (!find(s, rq, st, name))
		return;
	if (expand->batch)
		batch_out(s, rq, st, key, &ids, b);
	else
		add_id(st, OBJECT_BATCH, key, b);
	sqlite3_reset(st);
}

static const char *const expands[] = { "project", NULL };

void
v2_batch_get(struct service *s, const struct request *rq, struct reply *rp)
{
	struct v2_expand expand;
	char *name = NULL;
	sqlite3_stmt *st;

	if (v2_expand_read(rq, expands, &expand, rp) &&
	    v2_pick(s, rq, OBJECT_BATCH, true, &name, rp)) {
		st = db_query(s->db, BATCHES " WHERE env = ?1 AND name = ?2");
		if (find(s, rq, st, name)) {
			batch_out(s, rq, st, NULL, &expand, &rp->body);
			sqlite3_reset(st);
		}
	}
	free(name);
}

void
v2_batch_list(struct service *s, const struct request *rq, struct reply *rp)
{
	static const char *const statuses[] = { "staging", "in_progress", "completed",
						"paused",  "cancelled",   NULL };
	static const struct v2_rules rules = {
		.statuses = statuses,
		.expands = expands,
		.has_created = true,
	};
	struct v2_list l;

	if (v2_list_read(s, rq, &rules, &l, rp))
		v2_list_reply(s, rq, &l, BATCHES, "batches", batch_out, rp);
	v2_list_done(&l);
}

void
v2_project_get(struct service *s, const struct request *rq, struct reply *rp)
{
	static const struct v2_expand whole = { .project = true };
	char *name = NULL;

	if (v2_pick(s, rq, OBJECT_PROJECT, true, &name, rp))
		v2_add_project(s, rq, NULL, name, &whole, &rp->body);
	free(name);
}

/* All of them: this list has no pages. */
void
v2_project_list(struct service *s, const struct request *rq, struct reply *rp)
{
	int64_t from = INT64_MIN, to = INT64_MAX;
	sqlite3_stmt *st;

	if (!request_time(rq, "created_after", &from, rp) ||
	    !request_time(rq, "created_before", &to, rp))
		return;
	st = db_query(s->db, PROJECTS " WHERE env = ?1 AND created_ms BETWEEN ?2 AND ?3"
				      " ORDER BY created_ms DESC, seq DESC");
	db_int(st, 1, rq->is_test);
	db_int(st, 2, from);
	db_int(st, 3, to);
	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, "projects", '[');
	while (db_row(s->db, st))
		project_out(s, rq, st, NULL, NULL, &rp->body);
	out_close(&rp->body, ']');
	out_close(&rp->body, '}');
}
