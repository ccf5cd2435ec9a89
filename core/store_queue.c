/* store_queue.c - many rows of the outbox: queued in one go, and listed. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/clock.h"
#include "core/field.h"
#include "core/row.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_MANY "PRAGMA cache_size = -131072" /* KiB: the indexes of 10^5 rows are at hand */
#define CACHE_FEW  "PRAGMA cache_size = -2000"   /* SQLite's own */

/* Was this run queued before? */
static enum err_code
check_new(struct store *s, const struct outbox_run *run, struct outbox_queued *q, struct err *err)
{
	const struct value v[] = { value_int(run->target), value_text(run->run_key) };
	int64_t made = 0;
	char when[40];

	if (store_number(s, "SELECT min(created_ms) FROM outbox WHERE target = ? AND run_key = ?",
			 v, 2, &q->first_ms, err))
		return err->code;
	if (q->first_ms == 0 || run->go_on)
		return ERR_OK;
	if (store_number(s,
			 "SELECT 1 FROM outbox WHERE target = ? AND run_key = ?"
			 " AND (state <> 'rejected' OR ambiguous) LIMIT 1",
			 v, 2, &made, err))
		return err->code;
	if (!made) /* all of it was refused: nothing was made by it */
		return ERR_OK;
	q->known = true;
	clock_local(q->first_ms, when, sizeof(when));
	return err_set(err, ERR_ALREADY, "already submitted on %s", when);
}

struct stored { /* the row of an intent */
	int64_t seq;
	bool made_id, rejected;
	char sha256[65], unique_id[128], state[16];
};

/* seq 0: there is none. */
static enum err_code
find(struct store *s, const struct outbox_row *r, struct stored *was, struct err *err)
{
	const struct value v[] = { value_int(r->target), value_text(r->run_key),
				   value_int(r->item) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT seq, made_id, state = 'rejected' AND NOT ambiguous,"
				     " sha256, unique_id, state FROM outbox"
				     " WHERE target = ? AND run_key = ? AND item = ?",
				     v, ARRAY_LEN(v), err);
	bool row;

	*was = (struct stored){ .seq = 0 };
	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return ERR_OK;
	was->seq = sqlite3_column_int64(st, 0);
	was->made_id = sqlite3_column_int(st, 1) != 0;
	was->rejected = sqlite3_column_int(st, 2) != 0;
	store_column_cut(st, 3, was->sha256, sizeof(was->sha256));
	store_column_cut(st, 4, was->unique_id, sizeof(was->unique_id));
	store_column_cut(st, 5, was->state, sizeof(was->state));
	store_rest(st);
	return ERR_OK;
}

/* An item that is there already: its id stands, if we made it, and then its bytes must be
 * the same. *queue: it was rejected and may be queued anew. */
static enum err_code
compare(struct outbox_row *r, const struct stored *was, bool *queue, struct err *err)
{
	bool same = r->made_id == was->made_id;

	if (r->made_id && was->made_id)
		same = row_put_id(r, was->unique_id);
	*queue = was->rejected;
	if (was->rejected || (same && strcmp(r->sha256, was->sha256) == 0))
		return ERR_OK;
	err_set(err, ERR_ALREADY, "this run has it with other bytes (" TASK_LOCAL "%lld, %s)",
		(long long)was->seq, was->state);
	return err_hint(err, "nothing was queued; give a changed payload a run of its own");
}

/* An id of the person's own that a task of ours has already. */
static enum err_code
check_used(struct store *s, const struct outbox_row *r, struct err *err)
{
	const struct value v[] = { value_int(r->target), value_text(r->unique_id) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT task_id, created_ms FROM outbox WHERE target = ?"
				     " AND unique_id = ? AND state = 'accepted'",
				     v, ARRAY_LEN(v), err);
	char when[40], task_id[BOARD_KEY_SIZE];
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return ERR_OK;
	store_column_cut(st, 0, task_id, sizeof(task_id));
	clock_local(sqlite3_column_int64(st, 1), when, sizeof(when));
	store_rest(st);
	err_set(err, ERR_ALREADY, "its unique_id was submitted on %s and is task %s", when,
		task_id);
	err->field = fields[FIELD_UNIQUE_ID].name;
	return err_hint(err, "--again makes another task, with a new unique_id");
}

static bool
is_open(const char *state)
{
	return strcmp(state, "queued") == 0 || strcmp(state, "sending") == 0 ||
	       strcmp(state, "unconfirmed") == 0;
}

static enum err_code
queue_one(struct store *s, const struct outbox_run *run, struct outbox_row *r,
	  struct outbox_queued *q, struct err *err)
{
	struct stored was;
	bool queue = true, existed;

	if (find(s, r, &was, err) || (was.seq && compare(r, &was, &queue, err)))
		return err->code;
	if (!queue) {
		q->there++;
		q->open += is_open(was.state);
		return ERR_OK;
	}
	if (!was.seq && !r->made_id && !run->again && check_used(s, r, err))
		return err->code;
	if (store_outbox_put(s, r, NULL, &existed, err))
		return err->code;
	q->made += was.seq == 0;
	q->renewed += was.seq > 0;
	return ERR_OK;
}

static enum err_code
queue_all(struct store *s, const struct outbox_run *run, outbox_source_fn *next, void *arg,
	  struct outbox_queued *q, struct err *err)
{
	struct outbox_row r;
	enum err_code code = check_new(s, run, q, err);
	bool more = true;

	outbox_row_init(&r);
	task_set(&r.run_key, run->run_key, strlen(run->run_key));
	r.target = run->target;
	r.created_ms = r.next_ms = run->now_ms;
	while (!code && !(code = next(arg, &r, &more, err)) && more) {
		code = queue_one(s, run, &r, q, err);
		if (code && code != ERR_STORE)
			err_wrap(err, "record %ld", r.item);
	}
	outbox_row_done(&r);
	return code;
}

enum err_code
store_queue_many(struct store *s, const struct outbox_run *run, outbox_source_fn *next, void *arg,
		 struct outbox_queued *q, struct err *err)
{
	struct outbox_queued got = { .made = 0 };
	struct err cache;
	enum err_code code;

	if (store_do(s, CACHE_MANY, NULL, 0, err) || store_begin_write(s, err))
		return err->code;
	code = store_end(s, queue_all(s, run, next, arg, &got, err), err);
	if (store_do(s, CACHE_FEW, NULL, 0, &cache))
		code = code ? code : ERR_OK; /* it only uses more memory */
	if (got.first_ms == 0)
		got.first_ms = run->now_ms;
	if (!code || code == ERR_ALREADY)
		*q = got;
	return code;
}

/* --- lists --- */

static enum err_code
read_all(struct store *s, sqlite3_stmt *st, struct outbox_row *rows, size_t *n, struct err *err)
{
	bool row = true;

	if (!st)
		return err->code;
	*n = 0;
	for (;;) {
		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			return ERR_OK;
		store_outbox_read(st, &rows[(*n)++]);
	}
}

enum err_code
store_queue_run(struct store *s, int64_t target, const char *run_key, long after,
		struct outbox_row *rows, size_t cap, size_t *n, struct err *err)
{
	const struct value v[] = { value_int(target), value_text(run_key), value_int(after),
				   value_int((int64_t)cap) };

	return read_all(s,
			store_ask(s,
				  OUTBOX_BEFORE_PAYLOAD "x''" OUTBOX_AFTER_PAYLOAD
							"WHERE target = ? AND run_key = ?"
							" AND item > ? ORDER BY item LIMIT ?",
				  v, ARRAY_LEN(v), err),
			rows, n, err);
}

enum err_code
store_queue_open(struct store *s, int64_t target, int64_t after, struct outbox_row *rows,
		 size_t cap, size_t *n, struct err *err)
{
	const struct value v[] = { value_int(after), value_int(target), value_int((int64_t)cap) };

	/* +target: no index of it, which would have to be sorted anew for each page. */
	return read_all(s,
			store_ask(s,
				  OUTBOX_BEFORE_PAYLOAD
				  "x''" OUTBOX_AFTER_PAYLOAD
				  "WHERE seq > ? AND +target = ? AND state IN ('queued',"
				  " 'sending', 'unconfirmed') ORDER BY seq LIMIT ?",
				  v, ARRAY_LEN(v), err),
			rows, n, err);
}

enum err_code
store_queue_row(struct store *s, int64_t seq, struct outbox_row *r, struct err *err)
{
	const struct value v[] = { value_int(seq) };
	sqlite3_stmt *st = store_ask(
		s, OUTBOX_BEFORE_PAYLOAD "x''" OUTBOX_AFTER_PAYLOAD "WHERE seq = ?", v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return err_set(err, ERR_NOT_FOUND, "there is no submission %lld", (long long)seq);
	store_outbox_read(st, r);
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_queue_find(struct store *s, int64_t target, const char *id, int64_t *seq, struct err *err)
{
	const struct value v[] = { value_int(target), value_text(id) };
	int64_t found = task_local_seq(id);

	if (found == 0 && store_outbox_find(s, target, id, &found, err))
		return err->code;
	if (found == 0 &&
	    store_number(s, "SELECT max(seq) FROM outbox WHERE target = ? AND task_id = ?", v, 2,
			 &found, err))
		return err->code;
	if (found == 0) {
		err_set(err, ERR_NOT_FOUND, "nothing called \"%.80s\" was submitted from here", id);
		return err_hint(err,
				"it takes a task_id, a unique_id or a local id such as " TASK_LOCAL
				"12; with the key and address it was sent to");
	}
	*seq = found;
	return ERR_OK;
}

enum err_code
store_queue_hasten(struct store *s, int64_t target, int64_t now_ms, struct err *err)
{
	const struct value v[] = { value_int(now_ms), value_int(target) };
	int64_t late = 0;
	enum err_code code;

	if (store_number(s,
			 "SELECT 1 FROM outbox WHERE next_ms > ?1 AND target = ?2"
			 " AND state IN ('queued', 'unconfirmed') LIMIT 1",
			 v, 2, &late, err))
		return err->code;
	if (!late)
		return ERR_OK;
	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE outbox SET next_ms = ?1 WHERE next_ms > ?1 AND target = ?2"
			" AND state IN ('queued', 'unconfirmed')",
			v, 2, err);
	return store_end(s, code, err);
}

int64_t
store_queue_version(struct store *s)
{
	int64_t version = 0;
	struct err err;

	return store_number(s, "PRAGMA data_version", NULL, 0, &version, &err) ? 0 : version;
}

enum err_code
store_queue_elsewhere(struct store *s, int64_t target, long *n, struct err *err)
{
	const struct value v[] = { value_int(target) };
	int64_t count = 0;

	if (store_number(s,
			 "SELECT count(*) FROM outbox WHERE target <> ?"
			 " AND state IN ('queued', 'sending', 'unconfirmed')",
			 v, 1, &count, err))
		return err->code;
	*n = (long)count;
	return ERR_OK;
}
