/* task_change.c - what can be done to a task that exists: cancel, metadata, ids, tags. */
#include "config.h"

#include "core/field.h"
#include "core/mem.h"
#include "sandbox/body.h"
#include "sandbox/fetch.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <stdlib.h>
#include <string.h>

#define TAGS_MAX_BYTES (4u << 20)

static void
run_and_reply(struct service *s, const struct request *rq, sqlite3_stmt *st, struct reply *rp)
{
	db_run(s->db, st);
	task_reply(s, rq, rq->args[0], rp);
}

void
task_cancel(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);
	sqlite3_stmt *st;
	bool clear;

	if (!seq || !request_flag(rq, "clear_unique_id", &clear, rp))
		return;
	/* Again on a canceled one is 200; on one that ended in an error 400: scale-api 13. */
	if (strcmp(status, "pending") != 0 && strcmp(status, "canceled") != 0) {
		reply_error(rp, 400, "Only pending tasks can be canceled; this task is %s.",
			    strcmp(status, "error") == 0 ? "in error" : status);
		return;
	}
	st = db_query(s->db, "UPDATE task SET status = 'canceled',"
			     " updated_ms = CASE status WHEN 'pending' THEN ?2 ELSE updated_ms END,"
			     " unique_id = CASE WHEN ?3 THEN NULL ELSE unique_id END,"
			     " due_ms = NULL, ready_ms = NULL, fate = NULL, outcome = NULL"
			     " WHERE seq = ?1");
	db_int(st, 1, seq);
	db_int(st, 2, s->now_ms);
	db_int(st, 3, clear);
	fetch_forget(s, seq);
	run_and_reply(s, rq, st, rp);
}

void
task_set_metadata(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);
	const char *metadata = NULL;
	struct body b;
	size_t n = 0;

	if (!seq)
		return;
	if (body_read(&b, rq))
		metadata = body_metadata(&b, NULL, &n);
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else {
		sqlite3_stmt *st = db_query(
			s->db, "UPDATE task SET metadata = ?2, updated_ms = ?3 WHERE seq = ?1");

		db_int(st, 1, seq);
		db_text(st, 2, metadata, n);
		db_int(st, 3, s->now_ms);
		run_and_reply(s, rq, st, rp);
	}
	body_close(&b);
}

static void
set_unique_id(struct service *s, const struct request *rq, int64_t seq, const char *unique_id,
	      struct reply *rp)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE task SET unique_id = ?2, updated_ms = ?3 WHERE seq = ?1");

	db_int(st, 1, seq);
	db_str(st, 2, unique_id);
	db_int(st, 3, s->now_ms);
	run_and_reply(s, rq, st, rp);
}

void
task_unique_id_set(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);
	const char *unique_id = NULL;
	struct body b;

	if (!seq)
		return;
	if (body_read(&b, rq))
		unique_id = body_line(&b, "unique_id");
	if (!unique_id)
		body_bad(&b, "\"unique_id\" is required");
	if (b.has_bad)
		reply_error(rp, 400, "%s", b.bad);
	else if (!task_unique_taken(s, rq, unique_id, seq, rp))
		set_unique_id(s, rq, seq, unique_id, rp);
	body_close(&b);
}

void
task_unique_id_delete(struct service *s, const struct request *rq, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);

	if (seq)
		set_unique_id(s, rq, seq, NULL, rp);
}

struct tags { /* strings are borrowed */
	const char **at;
	size_t count;
};

static bool
holds(const char *const *list, size_t count, const char *tag)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], tag) == 0)
			return true;
	return false;
}

static void
add_new(struct tags *to, const struct body_list *from, const struct body_list *but)
{
	for (size_t i = 0; i < from->count; i++)
		if (!holds(to->at, to->count, from->at[i]) &&
		    !(but && holds(but->at, but->count, from->at[i])))
			to->at[to->count++] = from->at[i];
}

static void
write_tags(struct service *s, const struct request *rq, int64_t seq, const struct tags *tags,
	   struct reply *rp)
{
	struct buf json = BUF_INIT(TAGS_MAX_BYTES);
	sqlite3_stmt *st;

	out_open(&json, NULL, '[');
	for (size_t i = 0; i < tags->count; i++)
		out_str(&json, NULL, tags->at[i]);
	out_close(&json, ']');
	st = db_query(s->db, "UPDATE task SET tags = ?2, updated_ms = ?3 WHERE seq = ?1");
	db_int(st, 1, seq);
	db_text(st, 2, buf_str(&json), json.len);
	db_int(st, 3, s->now_ms);
	run_and_reply(s, rq, st, rp);
	buf_free(&json);
}

/* The task's tags now, as JSON; the caller frees. */
static char *
old_tags(struct service *s, int64_t seq)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT coalesce(tags, '[]') FROM task WHERE seq = ?1");
	char *json = NULL;

	db_int(st, 1, seq);
	if (db_row(s->db, st)) {
		json = db_copy(st, 0);
		sqlite3_reset(st);
	}
	return json ? json : mem_strdup("[]");
}

enum tags_how { TAGS_REPLACE, TAGS_ADD, TAGS_REMOVE };

/* Order of insertion is kept. The limit of 5 holds for every way; scale-api 13 row 24. */
static void
change_tags(struct service *s, const struct request *rq, enum tags_how how, struct reply *rp)
{
	char status[16];
	int64_t seq = task_find(s, rq, status, rp);
	struct body_list given = { .at = NULL }, had = { .at = NULL };
	struct tags now = { .at = NULL };
	struct body body, old;
	char *json;

	if (!seq)
		return;
	json = old_tags(s, seq);
	if (body_open(&old, json, strlen(json), json_type_array))
		body_strings(&old, NULL, &had);
	if (body_open(&body, rq->body, rq->body_len, json_type_array))
		body_strings(&body, NULL, &given);
	now.at = mem_array(had.count + given.count, sizeof(*now.at));
	if (how != TAGS_REPLACE)
		add_new(&now, &had, how == TAGS_REMOVE ? &given : NULL);
	if (how != TAGS_REMOVE)
		add_new(&now, &given, NULL);
	if (now.count > TAGS_MAX)
		body_bad(&body, "\"tags\" must contain less than or equal to %d items", TAGS_MAX);
	if (body.has_bad)
		reply_error(rp, 400, "%s", body.bad);
	else
		write_tags(s, rq, seq, &now, rp);
	free(now.at);
	free(given.at);
	free(had.at);
	body_close(&body);
	body_close(&old);
	free(json);
}

void
task_tags_replace(struct service *s, const struct request *rq, struct reply *rp)
{
	change_tags(s, rq, TAGS_REPLACE, rp);
}

void
task_tags_add(struct service *s, const struct request *rq, struct reply *rp)
{
	change_tags(s, rq, TAGS_ADD, rp);
}

void
task_tags_remove(struct service *s, const struct request *rq, struct reply *rp)
{
	change_tags(s, rq, TAGS_REMOVE, rp);
}
