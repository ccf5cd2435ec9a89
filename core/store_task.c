/* store_task.c - tasks as the service, or this machine, knows them. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MAX 999999999999999 /* ms; the schema's limit, year 33658 */

bool
store_task_id_fits(const char *task_id)
{
	size_t n = strlen(task_id);

	return n > 0 && n < BOARD_KEY_SIZE && strncmp(task_id, TASK_LOCAL, strlen(TASK_LOCAL)) != 0;
}

static int64_t
clamp(int64_t v, int64_t max)
{
	return v < 0 ? 0 : v > max ? max : v;
}

static void
read_task(sqlite3_stmt *st, struct task *t)
{
	char **text[] = { &t->task_id, &t->unique_id, &t->type, &t->status, &t->project,
			  &t->batch,   &t->tags,      &t->note, &t->json };

	for (size_t i = 0; i < ARRAY_LEN(text); i++) {
		free(*text[i]);
		*text[i] = store_column_text(st, (int)i);
	}
	t->priority = sqlite3_column_int(st, 9);
	t->is_test = sqlite3_column_int(st, 10) != 0;
	t->created_ms = sqlite3_column_int64(st, 11);
	t->updated_ms = sqlite3_column_int64(st, 12);
	t->completed_ms = sqlite3_column_int64(st, 13);
}

struct known { /* what only we know of a task */
	int64_t seen_ms;
	bool gone; /* the service did not know it any more */
};

/* Into t (fresh from task_init) and *k; *found = false leaves both alone. */
static enum err_code
get(struct store *s, int64_t target, const char *key, struct task *t, struct known *k, bool *found,
    struct err *err)
{
	const struct value v[] = { value_int(target), value_text(key) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT iif(seq = 0, key, ''), unique_id, type, word, project,"
				     " batch, tags, note, json, priority, is_test, created_ms,"
				     " updated_ms, completed_ms, seen_ms, gone_ms"
				     " FROM task LEFT JOIN task_body USING (id)"
				     " WHERE target = ? AND key = ?",
				     v, 2, err);

	if (!st || store_row(s, st, found, err))
		return err->code;
	if (!*found)
		return ERR_OK;
	read_task(st, t);
	k->seen_ms = sqlite3_column_int64(st, 14);
	k->gone = sqlite3_column_int64(st, 15) != 0;
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_task_get(struct store *s, int64_t target, const char *key, struct task *t, struct err *err)
{
	struct task got;
	struct known known;
	bool found = false;

	task_init(&got);
	if (get(s, target, key, &got, &known, &found, err)) {
		task_done(&got);
		return err->code;
	}
	if (!found) {
		task_done(&got);
		return err_set(err, ERR_NOT_FOUND, "task %s is not known here", key);
	}
	task_done(t);
	*t = got;
	return ERR_OK;
}

/* The row of the table: a task and what only we know of it. */
struct row {
	int64_t target, seq, seen_ms, changed_ms;
	const char *key;
	const struct task *t;
	enum task_status status;
};

static enum err_code
write_row(struct store *s, const struct row *r, struct err *err)
{
	static const char sql[] =
		"INSERT INTO task (target, key, seq, status, word, rank, unique_id, type, project,"
		" batch, tags, note, priority, is_test, created_ms, updated_ms, completed_ms,"
		" changed_ms, seen_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (target, key) DO UPDATE SET status = excluded.status,"
		" word = excluded.word, rank = excluded.rank, unique_id = excluded.unique_id,"
		" type = excluded.type, project = excluded.project, batch = excluded.batch,"
		" tags = excluded.tags, note = excluded.note, priority = excluded.priority,"
		" is_test = excluded.is_test, created_ms = excluded.created_ms,"
		" updated_ms = excluded.updated_ms, completed_ms = excluded.completed_ms,"
		" changed_ms = excluded.changed_ms, seen_ms = excluded.seen_ms, gone_ms = 0";
	const struct task_status_row *status = &task_statuses[r->status];
	const struct task *t = r->t;
	const struct value v[] = {
		value_int(r->target),
		value_text(r->key),
		value_int(r->seq),
		value_text(status->name),
		value_text(t->status),
		value_int(status->order),
		value_text(t->unique_id),
		value_text(t->type),
		value_text(t->project),
		value_text(t->batch),
		value_text(t->tags),
		value_text(t->note),
		value_int(clamp(t->priority, 999)),
		value_int(t->is_test),
		value_int(clamp(t->created_ms, TIME_MAX)),
		value_int(clamp(t->updated_ms, TIME_MAX)),
		value_int(clamp(t->completed_ms, TIME_MAX)),
		value_int(clamp(r->changed_ms, TIME_MAX)),
		value_int(r->seen_ms),
	};

	return store_do(s, sql, v, ARRAY_LEN(v), err);
}

static enum err_code
write_body(struct store *s, const struct row *r, struct err *err)
{
	const struct value v[] = { value_blob(r->t->json, strlen(r->t->json)), value_int(r->target),
				   value_text(r->key) };

	return store_do(s,
			"INSERT INTO task_body (id, json)"
			" SELECT id, ? FROM task WHERE target = ? AND key = ?"
			" ON CONFLICT (id) DO UPDATE SET json = excluded.json",
			v, ARRAY_LEN(v), err);
}

static char *
either(char *now, char *was)
{
	return now[0] ? now : was;
}

static int64_t
either_ms(int64_t now, int64_t was)
{
	return now ? now : was;
}

/* What the answer leaves out; the rules are in store.h. m borrows from was. */
static void
fill_in(struct task *m, const struct task *was)
{
	bool limited = m->created_ms == 0;

	m->type = either(m->type, was->type);
	m->status = either(m->status, was->status);
	m->project = either(m->project, was->project);
	m->batch = either(m->batch, was->batch);
	m->priority = m->priority ? m->priority : was->priority;
	m->created_ms = either_ms(m->created_ms, was->created_ms);
	m->updated_ms = either_ms(m->updated_ms, was->updated_ms);
	m->completed_ms = either_ms(m->completed_ms, was->completed_ms);
	if (!limited)
		return;
	m->unique_id = either(m->unique_id, was->unique_id);
	m->tags = either(m->tags, was->tags);
	m->note = either(m->note, was->note);
	m->json = either(was->json, m->json);
	m->is_test = m->is_test || was->is_test;
}

/* What a person would notice. */
static bool
differs(const struct task *a, const struct task *b)
{
	return strcmp(a->status, b->status) != 0 || strcmp(a->tags, b->tags) != 0 ||
	       strcmp(a->unique_id, b->unique_id) != 0 || a->priority != b->priority;
}

static bool
same(const struct task *a, const struct task *b)
{
	return !differs(a, b) && strcmp(a->type, b->type) == 0 &&
	       strcmp(a->project, b->project) == 0 && strcmp(a->batch, b->batch) == 0 &&
	       strcmp(a->note, b->note) == 0 && strcmp(a->json, b->json) == 0 &&
	       a->is_test == b->is_test && a->created_ms == b->created_ms &&
	       a->updated_ms == b->updated_ms && a->completed_ms == b->completed_ms;
}

/* The service's word, never mistaken for one of ours. */
static enum task_status
status_of(const char *word)
{
	enum task_status status = task_status_find(word);

	return task_statuses[status].local ? TASK_OTHER : status;
}

enum err_code
store_task_write(struct store *s, int64_t target, const struct task *t, int64_t now_ms,
		 bool *changed, struct err *err)
{
	struct task was, m = *t; /* m: shallow, never task_done() */
	struct known k = { .gone = false };
	bool known = false;
	enum err_code code;

	task_init(&was);
	code = get(s, target, t->task_id, &was, &k, &known, err);
	if (!code && k.gone) { /* it is there again: these were our words */
		task_set(&was.status, "", 0);
		task_set(&was.note, "", 0);
	}
	if (!code && known)
		fill_in(&m, &was);
	*changed = !code && (!known || k.gone || differs(&m, &was));
	if (!code && (!known || k.gone || !same(&m, &was))) {
		struct row r = {
			.target = target,
			.key = m.task_id,
			.t = &m,
			.status = status_of(m.status),
			.changed_ms =
				either_ms(m.updated_ms, either_ms(m.completed_ms, m.created_ms)),
			.seen_ms = known && strcmp(m.status, was.status) != 0 ? now_ms : k.seen_ms,
		};

		code = write_row(s, &r, err);
		if (!code)
			code = write_body(s, &r, err);
		if (!code)
			code = store_blueprint_seen(s, target, m.project, m.json, strlen(m.json),
						    now_ms, err);
	}
	task_done(&was);
	return code;
}

enum err_code
store_tasks_put(struct store *s, int64_t target, const struct task *tasks, size_t n, int64_t now_ms,
		size_t *changed, struct err *err)
{
	enum err_code code = ERR_OK;
	size_t count = 0;

	if (store_begin_write(s, err))
		return err->code;
	for (size_t i = 0; i < n && !code; i++) {
		bool one = false;

		if (!store_task_id_fits(tasks[i].task_id))
			continue;
		code = store_task_write(s, target, &tasks[i], now_ms, &one, err);
		count += one;
	}
	if (store_end(s, code, err))
		return err->code;
	*changed = count;
	return ERR_OK;
}

enum err_code
store_task_gone(struct store *s, int64_t target, const char *key, int64_t now_ms, bool *changed,
		struct err *err)
{
	const struct value v[] = {
		value_int(now_ms),
		value_text(task_statuses[TASK_OTHER].name),
		value_int(task_statuses[TASK_OTHER].order),
		value_int(target),
		value_text(key),
	};
	enum err_code code;
	bool gone = false;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE task SET gone_ms = ?1, seen_ms = ?1, status = ?2, rank = ?3,"
			" word = 'gone', note = 'not on server any more'"
			" WHERE target = ?4 AND key = ?5 AND seq = 0 AND gone_ms = 0",
			v, ARRAY_LEN(v), err);
	gone = !code && store_changed(s) == 1;
	if (store_end(s, code, err))
		return err->code;
	*changed = gone;
	return ERR_OK;
}

enum err_code
store_sync_mark(struct store *s, int64_t target, int64_t *updated_ms, struct err *err)
{
	const struct value v[] = { value_int(target) };
	int64_t mark = 0;

	if (store_number(s, "SELECT updated_ms FROM sync WHERE target = ?", v, 1, &mark, err))
		return err->code;
	*updated_ms = mark;
	return ERR_OK;
}

enum err_code
store_sync_mark_put(struct store *s, int64_t target, int64_t updated_ms, struct err *err)
{
	const struct value v[] = { value_int(target), value_int(updated_ms) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"INSERT INTO sync (target, updated_ms) VALUES (?, ?)"
			" ON CONFLICT (target) DO UPDATE SET updated_ms = excluded.updated_ms",
			v, 2, err);
	return store_end(s, code, err);
}

enum err_code
store_local_delete(struct store *s, int64_t target, int64_t seq, struct err *err)
{
	char key[BOARD_KEY_SIZE];

	task_local_key(seq, key, sizeof(key));
	const struct value v[] = { value_int(target), value_text(key) };

	return store_do(s, "DELETE FROM task WHERE target = ? AND key = ?", v, 2, err);
}

enum err_code
store_local_write(struct store *s, const struct outbox_row *o, int64_t now_ms, struct err *err)
{
	static const enum task_status shown[OUTBOX_STATE_COUNT] = {
		[OUTBOX_QUEUED] = TASK_QUEUED,           [OUTBOX_SENDING] = TASK_SENDING,
		[OUTBOX_UNCONFIRMED] = TASK_UNCONFIRMED, [OUTBOX_ACCEPTED] = TASK_STATUS_COUNT,
		[OUTBOX_REJECTED] = TASK_REJECTED,       [OUTBOX_ABANDONED] = TASK_STATUS_COUNT,
	};
	enum task_status status = shown[o->state];
	char key[BOARD_KEY_SIZE], type[] = "multistage", none[] = "";
	char word[sizeof(((struct board_row *)0)->word)];

	if (status == TASK_STATUS_COUNT) /* the task itself is on the board, or nothing is */
		return store_local_delete(s, o->target, o->seq, err);
	task_local_key(o->seq, key, sizeof(key));
	snprintf(word, sizeof(word), "%s", task_statuses[status].name);
	const struct task t = {
		.task_id = none,
		.unique_id = o->unique_id,
		.type = type,
		.status = word,
		.project = o->project,
		.batch = o->batch,
		.tags = o->tags,
		.note = o->note,
		.json = none,
		.priority = o->priority,
		.created_ms = o->created_ms,
	};
	const struct row r = {
		.target = o->target,
		.seq = o->seq,
		.key = key,
		.t = &t,
		.status = status,
		.changed_ms = now_ms,
		.seen_ms = now_ms,
	};

	return write_row(s, &r, err);
}
