/* store_send.c - a queued row on its way: claim, outcome, recovery. See store.h and outbox.h. */
#include "config.h"

#include "core/store_db.h"

#include <string.h>

/* Show the row on the board as it is in the table now. */
static enum err_code
show(struct store *s, int64_t seq, int64_t now_ms, struct err *err)
{
	struct outbox_row r;
	enum err_code code;

	outbox_row_init(&r);
	code = store_outbox_get(s, seq, &r, err);
	if (!code)
		code = store_local_write(s, &r, now_ms ? now_ms : r.sent_ms, err);
	outbox_row_done(&r);
	return code;
}

enum err_code
store_outbox_claim(struct store *s, int64_t seq, int attempt, int64_t now_ms, bool *won,
		   struct err *err)
{
	const struct value v[] = { value_int(now_ms), value_int(seq), value_int(attempt) };
	enum err_code code;
	bool mine = false;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE outbox SET state = 'sending', attempt = attempt + 1, looks = 0,"
			" ambiguous = max(ambiguous, state = 'unconfirmed'), sent_ms = ?"
			" WHERE seq = ? AND attempt = ?"
			" AND state IN ('queued', 'unconfirmed')",
			v, ARRAY_LEN(v), err);
	if (!code)
		mine = store_changed(s) == 1;
	if (mine)
		code = show(s, seq, now_ms, err);
	if (store_end(s, code, err))
		return err->code;
	*won = mine;
	return ERR_OK;
}

static enum err_code
update(struct store *s, const struct outbox_row *r, struct err *err)
{
	const struct value v[] = {
		value_text(outbox_state_name(r->state)),
		value_int(r->ambiguous),
		value_int(r->looks),
		value_int(r->next_ms),
		value_text(r->task_id),
		value_int(r->http),
		value_text(r->note),
		value_text(r->field),
		value_text(r->hint),
		value_text(r->owner),
		value_int(r->verify_ms),
		value_int(r->seq),
		value_int(r->attempt),
	};

	if (store_do(s,
		     "UPDATE outbox SET state = ?, ambiguous = ?, looks = ?, next_ms = ?,"
		     " task_id = ?, http = ?, note = ?, field = ?, hint = ?,"
		     " owner = ?, verify_ms = ?,"
		     " wish = iif(?1 = 'rejected', '', wish)"
		     " WHERE seq = ? AND attempt = ? AND state <> 'accepted'",
		     v, ARRAY_LEN(v), err))
		return err->code;
	if (store_changed(s) == 1)
		return ERR_OK;
	return err_set(err, ERR_ALREADY, "submission %lld was moved on by another process",
		       (long long)r->seq);
}

static char *
either(char *told, char *ours)
{
	return told[0] ? told : ours;
}

/* The task takes the place of the local row. What the answer leaves out we know ourselves. */
static enum err_code
settle(struct store *s, const struct outbox_row *r, const struct task *task, int64_t now_ms,
       struct err *err)
{
	struct task t = *task; /* shallow, never task_done() */
	bool differs;

	if (strcmp(t.task_id, r->task_id) != 0 || !store_task_id_fits(t.task_id))
		return err_set(err, ERR_STORE, "task %s is not the one that was accepted",
			       t.task_id);
	t.unique_id = either(t.unique_id, r->unique_id);
	t.project = either(t.project, r->project);
	t.batch = either(t.batch, r->batch);
	t.tags = either(t.tags, r->tags);
	t.priority = t.priority ? t.priority : r->priority;
	t.created_ms = t.created_ms ? t.created_ms : r->sent_ms ? r->sent_ms : now_ms;
	if (store_task_write(s, r->target, &t, now_ms, &differs, err))
		return err->code;
	return store_blueprint_seen(s, r->target, t.project, r->payload, r->payload_len, now_ms,
				    err);
}

enum err_code
store_outbox_outcome(struct store *s, const struct outbox_row *r, const struct task *task,
		     int64_t now_ms, struct err *err)
{
	enum err_code code;

	if (r->state == OUTBOX_ACCEPTED && !task)
		return err_set(err, ERR_STORE, "submission %lld is accepted without a task",
			       (long long)r->seq);
	if (store_begin_write(s, err))
		return err->code;
	code = update(s, r, err);
	if (!code)
		code = store_evidence_add(s, r, now_ms, err);
	if (!code)
		code = show(s, r->seq, now_ms, err);
	if (!code && r->state == OUTBOX_ACCEPTED)
		code = settle(s, r, task, now_ms, err);
	return store_end(s, code, err);
}

enum err_code
store_outbox_wait(struct store *s, int64_t seq, int64_t next_ms, struct err *err)
{
	const struct value v[] = { value_int(next_ms), value_int(seq) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s, "UPDATE outbox SET next_ms = ? WHERE seq = ?", v, 2, err);
	return store_end(s, code, err);
}

/* The row's evidence, and its place on the board. */
static enum err_code
tell(struct store *s, int64_t seq, int64_t now_ms, struct err *err)
{
	struct outbox_row r;
	enum err_code code;

	outbox_row_init(&r);
	code = store_outbox_get(s, seq, &r, err);
	r.how.what = EVIDENCE_START;
	if (!code)
		code = store_evidence_add(s, &r, now_ms, err);
	if (!code)
		code = store_local_write(s, &r, r.sent_ms, err);
	outbox_row_done(&r);
	return code;
}

enum err_code
store_outbox_release(struct store *s, int64_t seq, struct err *err)
{
	const struct value v[] = { value_int(seq) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE outbox SET state = iif(ambiguous, 'unconfirmed', 'queued'),"
			" next_ms = 0 WHERE seq = ? AND state = 'sending'",
			v, 1, err);
	if (!code && store_changed(s) == 1)
		code = show(s, seq, 0, err);
	return store_end(s, code, err);
}

enum err_code
store_outbox_doubt(struct store *s, int64_t seq, const char *note, int64_t now_ms, struct err *err)
{
	const struct value v[] = { value_text(note), value_int(seq) };

	if (store_do(s,
		     "UPDATE outbox SET state = 'unconfirmed', ambiguous = 1, next_ms = 0,"
		     " http = 0, note = ?,"
		     " hint = 'it is looked up by its unique_id before anything else is done'"
		     " WHERE seq = ?",
		     v, 2, err))
		return err->code;
	return tell(s, seq, now_ms, err);
}

enum err_code
store_outbox_sending(struct store *s, int64_t *seq, struct err *err)
{
	int64_t first = 0;

	if (store_number(s, "SELECT min(seq) FROM outbox WHERE state = 'sending'", NULL, 0, &first,
			 err))
		return err->code;
	*seq = first;
	return ERR_OK;
}

enum err_code
store_outbox_recover(struct store *s, int64_t now_ms, size_t *n, struct err *err)
{
	enum err_code code;
	size_t count = 0;
	int64_t seq = 0;

	/* The usual case first, without the write lock. */
	if (store_outbox_sending(s, &seq, err))
		return err->code;
	if (seq == 0) {
		*n = 0;
		return ERR_OK;
	}
	if (store_begin_write(s, err))
		return err->code;
	for (;;) {
		code = store_outbox_sending(s, &seq, err);
		if (code || seq == 0)
			break;
		code = store_outbox_doubt(s, seq, "the program ended while this was on its way",
					  now_ms, err);
		if (code)
			break;
		count++;
	}
	if (store_end(s, code, err))
		return err->code;
	*n = count;
	return ERR_OK;
}

enum err_code
store_outbox_next(struct store *s, int64_t target, enum outbox_state state, int64_t *seq,
		  int64_t *next_ms, struct err *err)
{
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st = store_ask(s,
				     state == OUTBOX_QUEUED
					     ? "SELECT seq, next_ms FROM outbox WHERE target = ?"
					       " AND state = 'queued'"
					       " ORDER BY next_ms, seq LIMIT 1"
					     : "SELECT seq, next_ms FROM outbox WHERE target = ?"
					       " AND state = 'unconfirmed' AND owner = ''"
					       " ORDER BY next_ms, seq LIMIT 1",
				     v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	*seq = 0;
	*next_ms = 0;
	if (!row)
		return ERR_OK;
	*seq = sqlite3_column_int64(st, 0);
	*next_ms = sqlite3_column_int64(st, 1);
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_outbox_due(struct store *s, int64_t target, int64_t *seq, int64_t *next_ms, struct err *err)
{
	int64_t doubt = 0, doubt_ms = 0;

	if (store_outbox_next(s, target, OUTBOX_UNCONFIRMED, &doubt, &doubt_ms, err) ||
	    store_outbox_next(s, target, OUTBOX_QUEUED, seq, next_ms, err))
		return err->code;
	if (doubt && (*seq == 0 || doubt_ms <= *next_ms)) {
		*seq = doubt;
		*next_ms = doubt_ms;
	}
	return ERR_OK;
}

enum err_code
store_outbox_doubts(struct store *s, int64_t target, int64_t until_ms, int64_t *seqs, size_t max,
		    size_t *n, struct err *err)
{
	const struct value v[] = { value_int(target), value_int(until_ms),
				   value_int((int64_t)max) };
	sqlite3_stmt *st = store_ask(
		s,
		"SELECT seq FROM outbox WHERE target = ? AND state ="
		" 'unconfirmed' AND owner = '' AND next_ms <= ? ORDER BY next_ms, seq LIMIT ?",
		v, ARRAY_LEN(v), err);
	size_t count = 0;
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			break;
		seqs[count++] = sqlite3_column_int64(st, 0);
	}
	*n = count;
	return ERR_OK;
}
