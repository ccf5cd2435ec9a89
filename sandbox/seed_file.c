/* seed_file.c - see seed_file.h.
 *
 * Each entry goes through the handler of its create call, at the time that it says it was
 * made; so there is one set of rules. What comes after that (an end, an archive) is added
 * when all are there, because an archived project takes no task.
 */
#include "config.h"

#include "sandbox/seed_file.h"

#include "core/file.h"
#include "core/json.h"
#include "core/near.h"
#include "sandbox/batch.h"
#include "sandbox/callback.h"
#include "sandbox/db.h"
#include "sandbox/fetch.h"
#include "sandbox/route.h"
#include "sandbox/seed_entry.h"
#include "sandbox/task.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20)

struct loading {
	struct service *s;
	const char *path, *text;
	int64_t now_ms; /* of the real clock; s->now_ms is when an entry was made */
	bool is_test;   /* the side in hand */
	enum seed_part part;
	size_t index; /* of the entry in its array */
	const char *at;
	struct err *err;
};

/* "FILE: line 3, column 5: tasks[0]: why"; the hint stays. */
static enum err_code
fail(struct loading *l, bool in_entry)
{
	struct json_place place;

	if (in_entry)
		err_wrap(l->err, "%s[%zu]", seed_part_name(l->part), l->index);
	json_place_at(l->text, (size_t)(l->at - l->text), &place);
	return err_wrap(l->err, "%s: line %d, column %d", l->path, place.line, place.col);
}

/* The text of "error" in a refusal. */
static enum err_code
refused(struct loading *l, const struct reply *rp)
{
	struct buf why = BUF_INIT(4096);
	struct json_span root, text;
	struct err ignored = ERR_INIT;

	if (json_scan(buf_str(&rp->body), rp->body.len, &root, NULL, &ignored) == ERR_OK &&
	    json_member(&root, "error", &text) && text.type == JSON_STRING)
		json_unescape(&why, &text);
	err_set(l->err, ERR_PARSE, "%s", buf_str(&why));
	buf_free(&why);
	return fail(l, true);
}

/* Give the body to the handler as a request, at the time of the entry. */
static enum err_code
call(struct loading *l, handler_fn *handle, const char *arg, const struct seed_entry *e,
     struct reply *rp)
{
	struct request rq = {
		.body = buf_str(&e->body),
		.body_len = e->body.len,
		.args = { arg },
		.is_test = l->is_test,
	};

	rp->status = 200;
	buf_clear(&rp->body);
	handle(l->s, &rq, rp);
	return rp->status == 200 ? ERR_OK : refused(l, rp);
}

/* The handler for a type of task, as the route table has it. NULL: no such type. */
static handler_fn *
task_handler(const char *type)
{
	struct request rq = { .parts = { "v1", "task", type ? type : "multistage" },
			      .part_count = 3 };
	const struct route *route;
	bool known;

	route = route_find("POST", &rq, &known);
	return route ? route->handle : NULL;
}

/* The row of the task that the reply shows. */
static int64_t
reply_seq(struct loading *l, const struct reply *rp)
{
	struct buf id = BUF_INIT(TASK_ID_SIZE);
	struct json_span root, value;
	struct err ignored = ERR_INIT;
	sqlite3_stmt *st;

	if (json_scan(buf_str(&rp->body), rp->body.len, &root, NULL, &ignored) == ERR_OK &&
	    json_member(&root, "task_id", &value) && value.type == JSON_STRING)
		json_unescape(&id, &value);
	st = db_query(l->s->db, "SELECT seq FROM task WHERE id = ?1");
	db_str(st, 1, buf_str(&id));
	buf_free(&id);
	return db_number(l->s->db, st, 0);
}

/* Does the task end that way by itself? Then there is a response for it. */
static bool
has_response(struct loading *l, int64_t seq, const char *status)
{
	sqlite3_stmt *st = db_query(
		l->s->db, "SELECT 1 FROM task WHERE seq = ?1 AND coalesce(fate, status) = ?2");

	db_int(st, 1, seq);
	db_str(st, 2, status);
	return db_number(l->s->db, st, 0) == 1;
}

/* When it got its status, if the file does not say. */
static int64_t
end_time(const struct loading *l, const struct seed_entry *e)
{
	int64_t end = l->s->now_ms + l->s->work_ms;

	if (e->completed_ms != SEED_NO_TIME)
		return e->completed_ms;
	if (e->updated_ms != SEED_NO_TIME)
		return e->updated_ms;
	if (strcmp(e->status, "pending") == 0)
		return l->s->now_ms;
	return end < l->now_ms ? end : l->now_ms;
}

/* One that is pending because the file says so has no fate, so it stays pending until
 * somebody cancels it. Nothing is fetched or called for what the file has decided. */
static enum err_code
end_task(struct loading *l, const struct seed_entry *e, int64_t seq)
{
	bool completed = strcmp(e->status, "completed") == 0;
	bool ended = completed || strcmp(e->status, "error") == 0;
	int64_t at_ms = end_time(l, e);
	sqlite3_stmt *st;

	if (ended && !e->response.p && !has_response(l, seq, e->status)) {
		err_set(l->err, ERR_PARSE,
			"\"response\" is required, as it would not end in \"%s\" by itself",
			e->status);
		return fail(l, true);
	}
	fetch_forget(l->s, seq);
	callback_forget(l->s, seq);
	st = db_query(l->s->db,
		      "UPDATE task SET response = CASE WHEN ?2 IN ('completed', 'error')"
		      " THEN coalesce(?3, response, outcome) END,"
		      " unique_id = CASE WHEN ?2 = 'error' AND clear_on_error THEN NULL"
		      " ELSE unique_id END, status = ?2, updated_ms = ?4, completed_ms = ?5,"
		      " review = ?6, fate = NULL, outcome = NULL, due_ms = NULL, ready_ms = NULL"
		      " WHERE seq = ?1");
	db_int(st, 1, seq);
	db_str(st, 2, e->status);
	db_text(st, 3, e->response.p, e->response.n);
	db_int(st, 4, e->updated_ms != SEED_NO_TIME ? e->updated_ms : at_ms);
	if (completed)
		db_int(st, 5, at_ms);
	db_str(st, 6, e->review);
	db_run(l->s->db, st);
	return ERR_OK;
}

static enum err_code
add_task(struct loading *l, const struct seed_entry *e, struct reply *rp)
{
	handler_fn *handle = task_handler(e->type);

	if (!handle) {
		err_set(l->err, ERR_PARSE, "\"%s\" is no type of task", e->type);
		return fail(l, true);
	}
	if (call(l, handle, e->type, e, rp))
		return l->err->code;
	return e->status ? end_task(l, e, reply_seq(l, rp)) : ERR_OK;
}

static enum err_code
add(struct loading *l, const struct seed_entry *e, struct reply *rp)
{
	l->s->now_ms = e->created_ms != SEED_NO_TIME ? e->created_ms : l->now_ms;
	switch (l->part) {
	case SEED_PROJECTS: return call(l, project_create, NULL, e, rp);
	case SEED_BATCHES: return call(l, batch_create, NULL, e, rp);
	case SEED_FILES: return call(l, asset_import, NULL, e, rp);
	case SEED_TASKS: return add_task(l, e, rp);
	case SEED_PART_COUNT: break;
	}
	return ERR_OK;
}

static void
archive(struct loading *l, const char *sql, const char *name)
{
	sqlite3_stmt *st = db_query(l->s->db, sql);

	db_int(st, 1, l->is_test);
	db_str(st, 2, name);
	db_run(l->s->db, st);
}

/* A batch's status: only one that collects, in a rapid or studio project, can be finalized. */
static enum err_code
finish_batch(struct loading *l, const struct seed_entry *e, struct reply *rp)
{
	struct request rq = { .is_test = l->is_test };
	struct batch b = { .seq = 0 };
	bool collects = batch_find(l->s, &rq, e->name, &b, rp) && b.staging;

	batch_done(&b);
	if (!collects && strcmp(e->status, "staging") == 0) {
		err_set(l->err, ERR_PARSE,
			"only a batch of a rapid or studio project can be \"staging\"");
		return fail(l, true);
	}
	if (!collects || strcmp(e->status, "staging") == 0)
		return ERR_OK;
	return call(l, batch_finalize, e->name, e, rp);
}

static enum err_code
finish(struct loading *l, const struct seed_entry *e, struct reply *rp)
{
	l->s->now_ms = l->now_ms;
	if (l->part == SEED_BATCHES && e->status && finish_batch(l, e, rp))
		return l->err->code;
	if (l->part == SEED_BATCHES && e->archived)
		archive(l, "UPDATE batch SET archived = 1 WHERE env = ?1 AND name = ?2", e->name);
	if (l->part == SEED_PROJECTS && e->archived)
		archive(l, "UPDATE project SET archived = 1 WHERE env = ?1 AND name = ?2", e->name);
	return ERR_OK;
}

typedef enum err_code step_fn(struct loading *l, const struct seed_entry *e, struct reply *rp);

/* Do the step with each entry of the part that is of this side. */
static enum err_code
each_entry(struct loading *l, const struct json_span *root, step_fn *step)
{
	struct json_span list;
	struct json_iter it = { 0 };
	struct reply rp = { .body = BUF_INIT(REPLY_MAX_BYTES) };
	enum err_code code = ERR_OK;

	if (!json_member(root, seed_part_name(l->part), &list))
		return ERR_OK;
	l->at = list.p;
	if (list.type != JSON_ARRAY) {
		err_set(l->err, ERR_PARSE, "\"%s\" must be an array", seed_part_name(l->part));
		return fail(l, false);
	}
	for (l->index = 0; !code && json_each(&list, &it); l->index++) {
		struct seed_entry e;

		code = seed_entry_read(&e, l->part, &it.value, l->now_ms, &l->at, l->err);
		if (code)
			fail(l, true);
		else if (e.is_test == SEED_NO_SIDE || e.is_test == l->is_test)
			code = step(l, &e, &rp);
		seed_entry_done(&e);
	}
	buf_free(&rp.body);
	return code;
}

static const char *
part_name(size_t i, const void *arg)
{
	(void)arg;
	return i < SEED_PART_COUNT ? seed_part_name((enum seed_part)i) : NULL;
}

/* The name of a member of the root. */
static enum err_code
check_part(struct loading *l, const struct json_span *key)
{
	struct buf name = BUF_INIT(FILE_MAX);
	const char *near;
	size_t i = 0;

	json_unescape(&name, key);
	while (i < SEED_PART_COUNT && strcmp(part_name(i, NULL), buf_str(&name)) != 0)
		i++;
	if (i < SEED_PART_COUNT) {
		buf_free(&name);
		return ERR_OK;
	}
	near = near_match(buf_str(&name), part_name, NULL);
	err_set(l->err, ERR_PARSE, "\"%s\" is no part of an account", buf_str(&name));
	err_hint(l->err, "%s%s",
		 near ? "did you mean " : "there are projects, batches, files, tasks",
		 near ? near : "");
	buf_free(&name);
	return fail(l, false);
}

static enum err_code
check_root(struct loading *l, const struct json_span *root)
{
	struct json_iter it = { 0 };

	l->at = root->p;
	if (root->type != JSON_OBJECT) {
		err_set(l->err, ERR_PARSE,
			"must be an object with projects, batches, files, tasks");
		return fail(l, false);
	}
	while (json_each(root, &it)) {
		l->at = it.key.p;
		if (check_part(l, &it.key))
			return l->err->code;
	}
	return ERR_OK;
}

static enum err_code
load(struct loading *l, const struct json_span *root)
{
	if (check_root(l, root))
		return l->err->code;
	for (int side = 0; side < 2; side++) {
		l->is_test = side == 1;
		for (l->part = 0; l->part < SEED_PART_COUNT; l->part++)
			if (each_entry(l, root, add))
				return l->err->code;
		for (l->part = 0; l->part < SEED_PART_COUNT; l->part++)
			if (each_entry(l, root, finish))
				return l->err->code;
	}
	return ERR_OK;
}

/* In one transaction. */
static enum err_code
fill(struct service *s, const char *path, const struct buf *text, struct err *err)
{
	struct loading l = {
		.s = s, .path = path, .text = buf_str(text), .now_ms = s->now_ms, .err = err
	};
	struct json_span root;
	enum err_code code;

	if (json_scan(buf_str(text), text->len, &root, NULL, err))
		return err_wrap(err, "%s", path);
	db_begin(s->db);
	code = load(&l, &root);
	s->now_ms = l.now_ms;
	if (!code && !db_commit(s->db))
		code = err_set(err, ERR_STORE, "%s cannot be stored: %s", path, db_failure(s->db));
	db_rollback(s->db); /* nothing to undo after a commit */
	return code;
}

enum err_code
seed_file(struct service *s, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	enum err_code code = file_read_path(path, &text, err);

	if (code == ERR_OK) {
		code = fill(s, path, &text, err);
	} else if (code == ERR_SYS) {
		code = err->code = ERR_USAGE;
		err_hint(err, "--seed takes demo, empty, or a JSON file");
	}
	buf_free(&text);
	return code;
}
