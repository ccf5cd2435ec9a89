/* callback.c - see callback.h. */
#include "config.h"

#include "sandbox/callback.h"

#include "core/buf.h"
#include "core/random.h"
#include "sandbox/db.h"
#include "sandbox/errand.h"
#include "sandbox/out.h"
#include "sandbox/task.h"
#include "sandbox/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX_BYTES (64u << 20)

/* Seconds before each of the 20 retries: 24 hours together. That they grow is ours; the
 * service tells only how many and how long. */
static const int waits_s[] = { 10,  15,   25,   35,   55,   85,   130,  195,   300,   450,
			       690, 1050, 1600, 2400, 3700, 5600, 8600, 13000, 20000, 28460 };

/* --- keys --- */

enum err_code
callback_open(struct service *s, struct err *err)
{
	db_begin(s->db);
	for (int is_test = 0; is_test < 2; is_test++) {
		sqlite3_stmt *st = db_query(s->db, "INSERT OR IGNORE INTO callback_key"
						   " VALUES (?1, ?2)");
		char digits[2 * 16 + 1], key[CALLBACK_KEY_SIZE];

		random_hex(digits, 16);
		snprintf(key, sizeof(key), "%s_cb_%s", is_test ? "test" : "live", digits);
		db_int(st, 1, is_test);
		db_str(st, 2, key);
		db_run(s->db, st);
	}
	if (db_commit(s->db))
		return ERR_OK;
	return err_set(err, ERR_STORE, "cannot store the callback keys: %s", db_failure(s->db));
}

void
callback_key(struct service *s, bool is_test, char out[CALLBACK_KEY_SIZE])
{
	sqlite3_stmt *st = db_query(s->db, "SELECT key FROM callback_key WHERE env = ?1");

	db_int(st, 1, is_test);
	out[0] = '\0';
	if (db_row(s->db, st)) {
		snprintf(out, CALLBACK_KEY_SIZE, "%s", db_column(st, 0, NULL));
		sqlite3_reset(st);
	}
}

/* --- an event --- */

static bool
is_web(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* Where the task calls; the caller frees. NULL: nowhere that we go. */
static char *
target(struct service *s, int64_t task_seq)
{
	sqlite3_stmt *st = db_query(
		s->db, "SELECT coalesce(t.callback_url, b.callback) FROM task t LEFT JOIN batch b"
		       " ON b.env = t.env AND b.name = t.batch WHERE t.seq = ?1");
	char *url = NULL;

	db_int(st, 1, task_seq);
	if (db_row(s->db, st)) {
		url = db_copy(st, 0);
		sqlite3_reset(st);
	}
	if (!url)
		return NULL;
	if (web_is_here(url) || (s->call_anywhere && is_web(url)))
		return url;
	free(url);
	return NULL;
}

/* task: the object; st: id, status, response. */
static void
make_body(struct buf *b, const struct buf *task, sqlite3_stmt *st)
{
	const char *response;
	size_t n;

	out_open(b, NULL, '{');
	out_json(b, "task", buf_str(task), task->len);
	response = db_column(st, 2, &n);
	if (response)
		out_json(b, "response", response, n);
	out_str(b, "task_id", db_column(st, 0, NULL));
	out_str(b, "status", db_column(st, 1, NULL));
	out_close(b, '}');
}

static void
store(struct service *s, int64_t task_seq, const char *url, const struct buf *body)
{
	sqlite3_stmt *st = db_query(s->db, "INSERT INTO callback (task, url, body, tries, next_ms)"
					   " VALUES (?1, ?2, ?3, 0, ?4)");

	db_int(st, 1, task_seq);
	db_str(st, 2, url);
	db_text(st, 3, buf_str(body), body->len);
	db_int(st, 4, s->now_ms);
	db_run(s->db, st);
	errand_wake(s, s->now_ms);
}

void
callback_enqueue(struct service *s, int64_t task_seq)
{
	static const struct task_view whole = { .limited = false };
	struct buf task = BUF_INIT(BODY_MAX_BYTES), body = BUF_INIT(2 * BODY_MAX_BYTES);
	char *url = target(s, task_seq);
	sqlite3_stmt *st;

	if (!url)
		return;
	st = db_query(s->db, "SELECT " TASK_COLUMNS " FROM task WHERE seq = ?1");
	db_int(st, 1, task_seq);
	if (db_row(s->db, st)) {
		task_out(&task, st, &whole);
		sqlite3_reset(st);
	}
	st = db_query(s->db, "SELECT id, status, response FROM task WHERE seq = ?1");
	db_int(st, 1, task_seq);
	if (db_row(s->db, st)) {
		make_body(&body, &task, st);
		sqlite3_reset(st);
		if (!task.full && !body.full)
			store(s, task_seq, url, &body);
	}
	buf_free(&task);
	buf_free(&body);
	free(url);
}

void
callback_forget(struct service *s, int64_t task_seq)
{
	sqlite3_stmt *st = db_query(s->db, "DELETE FROM callback WHERE task = ?1");

	db_int(st, 1, task_seq);
	db_run(s->db, st);
}

/* --- delivery --- */

static bool
holds(const int64_t *list, size_t count, int64_t seq)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == seq)
			return true;
	return false;
}

/* The row number of the first one, in the order they fall due, that is not in busy;
 * 0 if there is none. */
static int64_t
first(struct service *s, const int64_t *busy, size_t count, int64_t *next_ms)
{
	sqlite3_stmt *st =
		db_query(s->db, "SELECT seq, next_ms FROM callback ORDER BY next_ms, seq LIMIT ?1");
	int64_t seq = 0;

	db_int(st, 1, (int64_t)count + 1);
	while (!seq && db_row(s->db, st)) {
		*next_ms = sqlite3_column_int64(st, 1);
		if (!holds(busy, count, sqlite3_column_int64(st, 0)))
			seq = sqlite3_column_int64(st, 0);
	}
	if (seq)
		sqlite3_reset(st);
	return seq;
}

int64_t
callback_next_ms(struct service *s, const int64_t *busy, size_t count)
{
	int64_t next_ms = 0;

	return first(s, busy, count, &next_ms) ? next_ms : INT64_MAX;
}

bool
callback_take(struct service *s, const int64_t *busy, size_t count, struct callback *out)
{
	int64_t next_ms = 0, seq = first(s, busy, count, &next_ms);
	bool is_test = false, found;
	sqlite3_stmt *st;

	if (!seq || next_ms > s->now_ms)
		return false;
	st = db_query(s->db, "SELECT c.url, c.body, t.env FROM callback c JOIN task t"
			     " ON t.seq = c.task WHERE c.seq = ?1");
	db_int(st, 1, seq);
	found = db_row(s->db, st);
	if (found) {
		*out = (struct callback){ .seq = seq };
		out->url = db_copy(st, 0);
		out->body = db_copy(st, 1);
		is_test = sqlite3_column_int(st, 2) != 0;
		sqlite3_reset(st);
		callback_key(s, is_test, out->key);
	}
	return found;
}

void
callback_done(struct callback *c)
{
	free(c->url);
	free(c->body);
}

/* What the task shows of it from now on. */
static void
settle(struct service *s, int64_t seq, int64_t task, bool accepted)
{
	sqlite3_stmt *st = db_query(s->db, "UPDATE task SET called = ?2, called_ms ="
					   " CASE WHEN ?2 THEN ?3 END WHERE seq = ?1");

	db_int(st, 1, task);
	db_int(st, 2, accepted);
	db_int(st, 3, s->now_ms);
	db_run(s->db, st);
	st = db_query(s->db, "DELETE FROM callback WHERE seq = ?1");
	db_int(st, 1, seq);
	db_run(s->db, st);
}

void
callback_ended(struct service *s, int64_t seq, bool accepted)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT task, tries FROM callback WHERE seq = ?1");
	int64_t task, tries;

	db_int(st, 1, seq);
	if (!db_row(s->db, st))
		return;
	task = sqlite3_column_int64(st, 0);
	tries = sqlite3_column_int64(st, 1);
	sqlite3_reset(st);
	if (accepted || tries < 0 || tries >= (int64_t)ARRAY_LEN(waits_s)) {
		settle(s, seq, task, accepted);
		return;
	}
	st = db_query(s->db, "UPDATE callback SET tries = tries + 1, next_ms = ?2 WHERE seq = ?1");
	db_int(st, 1, seq);
	db_int(st, 2, s->now_ms + (int64_t)(waits_s[tries] * 1000 * s->callback_scale));
	db_run(s->db, st);
}
