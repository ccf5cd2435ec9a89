/* store_outbox.c - rows of the outbox, and how one is queued. See store.h and outbox.h.
 *
 * What happens to a queued row is in store_send.c. */
#include "config.h"

#include "core/store_db.h"

#include "core/field.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

void
outbox_row_init(struct outbox_row *r)
{
	*r = (struct outbox_row){
		.run_key = mem_strdup(""),
		.unique_id = mem_strdup(""),
		.project = mem_strdup(""),
		.batch = mem_strdup(""),
		.tags = mem_strdup(""),
		.payload = mem_strdup(""),
		.task_id = mem_strdup(""),
		.note = mem_strdup(""),
	};
}

void
outbox_row_done(struct outbox_row *r)
{
	free(r->run_key);
	free(r->unique_id);
	free(r->project);
	free(r->batch);
	free(r->tags);
	free(r->payload);
	free(r->task_id);
	free(r->note);
	*r = (struct outbox_row){ .seq = 0 };
}

enum outbox_state
store_state_called(const char *name)
{
	int i = 0;

	while (i < OUTBOX_STATE_COUNT - 1 && strcmp(outbox_state_name(i), name) != 0)
		i++;
	return (enum outbox_state)i; /* the schema lets no other name in */
}

void
store_outbox_read(sqlite3_stmt *st, struct outbox_row *r)
{
	char state[16];

	outbox_row_done(r);
	r->seq = sqlite3_column_int64(st, 0);
	r->target = sqlite3_column_int64(st, 1);
	r->run_key = store_column_text(st, 2);
	r->item = (long)sqlite3_column_int64(st, 3);
	r->unique_id = store_column_text(st, 4);
	r->project = store_column_text(st, 5);
	r->batch = store_column_text(st, 6);
	r->tags = store_column_text(st, 7);
	r->priority = sqlite3_column_int(st, 8);
	r->payload_len = (size_t)sqlite3_column_bytes(st, 9);
	r->payload = store_column_text(st, 9); /* any bytes */
	store_column_cut(st, 10, r->sha256, sizeof(r->sha256));
	store_column_cut(st, 11, state, sizeof(state));
	r->state = store_state_called(state);
	r->ambiguous = sqlite3_column_int(st, 12) != 0;
	r->attempt = sqlite3_column_int(st, 13);
	r->looks = sqlite3_column_int(st, 14);
	r->created_ms = sqlite3_column_int64(st, 15);
	r->sent_ms = sqlite3_column_int64(st, 16);
	r->next_ms = sqlite3_column_int64(st, 17);
	r->task_id = store_column_text(st, 18);
	r->http = (long)sqlite3_column_int64(st, 19);
	r->note = store_column_text(st, 20);
	store_column_cut(st, 21, r->field, sizeof(r->field));
	store_column_cut(st, 22, r->hint, sizeof(r->hint));
	r->made_id = sqlite3_column_int(st, 23) != 0;
	r->wish = sqlite3_column_bytes(st, 24) > 0 ? WISH_CANCEL : WISH_NONE;
	store_column_cut(st, 25, r->owner, sizeof(r->owner));
	store_column_cut(st, 26, r->twin, sizeof(r->twin));
	r->verify_ms = sqlite3_column_int64(st, 27);
}

enum err_code
store_outbox_get(struct store *s, int64_t seq, struct outbox_row *r, struct err *err)
{
	const struct value v[] = { value_int(seq) };
	sqlite3_stmt *st = store_ask(
		s, OUTBOX_BEFORE_PAYLOAD "payload" OUTBOX_AFTER_PAYLOAD "WHERE seq = ?", v, 1, err);
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
store_outbox_find(struct store *s, int64_t target, const char *unique_id, int64_t *seq,
		  struct err *err)
{
	const struct value v[] = { value_int(target), value_text(unique_id) };
	int64_t found = 0;

	if (store_number(s, "SELECT max(seq) FROM outbox WHERE target = ? AND unique_id = ?", v, 2,
			 &found, err))
		return err->code;
	*seq = found;
	return ERR_OK;
}

enum err_code
store_outbox_of_task(struct store *s, int64_t target, const char *task_id, int64_t *seq,
		     struct err *err)
{
	const struct value v[] = { value_int(target), value_text(task_id) };
	int64_t found = 0;

	if (store_number(s,
			 "SELECT max(seq) FROM outbox WHERE target = ? AND task_id = ?"
			 " AND task_id <> ''",
			 v, 2, &found, err))
		return err->code;
	*seq = found;
	return ERR_OK;
}

/* --- queueing --- */

/* The row of this intent, if there is one: its seq and attempt; *again: it may be queued anew. */
static enum err_code
find_intent(struct store *s, const struct outbox_row *r, int64_t *seq, int *attempt, bool *again,
	    struct err *err)
{
	const struct value v[] = { value_int(r->target), value_text(r->run_key),
				   value_int(r->item) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT seq, attempt, state, ambiguous"
				     " FROM outbox WHERE target = ? AND run_key = ? AND item = ?",
				     v, ARRAY_LEN(v), err);
	char state[16];
	bool row;

	*seq = 0;
	*attempt = 0;
	*again = false;
	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return ERR_OK;
	*seq = sqlite3_column_int64(st, 0);
	*attempt = sqlite3_column_int(st, 1);
	store_column_cut(st, 2, state, sizeof(state));
	const struct outbox_now now = { .state = store_state_called(state),
					.ambiguous = sqlite3_column_int(st, 3) != 0 };

	*again = outbox_next(&now, OUTBOX_EV_EDIT).state == OUTBOX_QUEUED &&
		 now.state == OUTBOX_REJECTED;
	store_rest(st);
	return ERR_OK;
}

/* Two rows that may both make a task must not share an id. */
static enum err_code
check_id(struct store *s, const struct outbox_row *r, struct err *err)
{
	const struct value v[] = { value_int(r->target), value_text(r->unique_id) };
	int64_t other = 0;

	if (store_number(s,
			 "SELECT seq FROM outbox WHERE target = ? AND unique_id = ? AND state IN"
			 " ('queued', 'sending', 'unconfirmed', 'abandoned')",
			 v, 2, &other, err))
		return err->code;
	if (other == 0)
		return ERR_OK;
	err_set(err, ERR_RULE, "another submission from here (local-%lld) has this unique_id",
		(long long)other);
	err->field = fields[FIELD_UNIQUE_ID].name;
	return err_hint(err, "give this one an id of its own");
}

static enum err_code
insert(struct store *s, struct outbox_row *r, struct err *err)
{
	const struct value v[] = {
		value_int(r->target),
		value_text(r->run_key),
		value_int(r->item),
		value_text(r->unique_id),
		value_text(r->project),
		value_text(r->batch),
		value_text(r->tags),
		value_int(r->priority),
		value_blob(r->payload, r->payload_len),
		value_text(r->sha256),
		value_int(r->created_ms),
		value_int(r->next_ms),
		value_int(r->made_id),
	};
	enum err_code code = store_do(
		s,
		"INSERT INTO outbox (target, run_key, item, unique_id, project, batch, tags,"
		" priority, payload, sha256, state, ambiguous, attempt, looks, created_ms, sent_ms,"
		" next_ms, task_id, http, note, field, made_id) VALUES"
		" (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, 0, ?, 0, ?, '', 0, '', '', ?)",
		v, ARRAY_LEN(v), err);

	if (!code)
		r->seq = sqlite3_last_insert_rowid(s->db);
	return code;
}

/* A refused row takes the corrected bytes. Its created_ms and attempt go on. */
static enum err_code
queue_again(struct store *s, const struct outbox_row *r, int64_t seq, struct err *err)
{
	const struct value v[] = {
		value_text(r->unique_id), value_text(r->project),
		value_text(r->batch),     value_text(r->tags),
		value_int(r->priority),   value_blob(r->payload, r->payload_len),
		value_text(r->sha256),    value_int(r->next_ms),
		value_int(r->made_id),    value_int(seq),
	};

	return store_do(s,
			"UPDATE outbox SET unique_id = ?, project = ?, batch = ?, tags = ?,"
			" priority = ?, payload = ?, sha256 = ?, next_ms = ?, made_id = ?,"
			" state = 'queued', looks = 0, http = 0, note = '', field = '',"
			" hint = '', wish = '', owner = ''"
			" WHERE seq = ? AND state = 'rejected' AND NOT ambiguous",
			v, ARRAY_LEN(v), err);
}

enum err_code
store_outbox_put(struct store *s, struct outbox_row *r, const char *draft_id, bool *existed,
		 struct err *err)
{
	int64_t seq;
	int attempt;
	bool again;

	if (find_intent(s, r, &seq, &attempt, &again, err))
		return err->code;
	*existed = seq > 0 && !again;
	if (*existed) {
		r->seq = seq;
		return ERR_OK;
	}
	if (check_id(s, r, err) || (again ? queue_again(s, r, seq, err) : insert(s, r, err)))
		return err->code;
	if (again) {
		r->seq = seq;
		r->attempt = attempt;
	}
	r->state = OUTBOX_QUEUED;
	if (store_local_write(s, r, r->created_ms, err))
		return err->code;
	if (!draft_id)
		return ERR_OK;
	const struct value v[] = { value_int(r->seq), value_text(draft_id) };

	return store_do(s, "UPDATE draft SET submitted = ? WHERE id = ?", v, 2, err);
}

enum err_code
store_outbox_add(struct store *s, struct outbox_row *r, const char *draft_id, bool *existed,
		 struct err *err)
{
	const struct outbox_row was = *r;
	bool there = false;

	if (store_begin_write(s, err))
		return err->code;
	if (store_end(s, store_outbox_put(s, r, draft_id, &there, err), err)) {
		r->seq = was.seq;
		r->attempt = was.attempt;
		r->state = was.state;
		return err->code;
	}
	*existed = there;
	return ERR_OK;
}
