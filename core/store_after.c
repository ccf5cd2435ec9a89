/* store_after.c - what is still to be done for a row of the outbox that is accepted: cancel it,
 * look whether it is the only one. See store.h. */
#include "config.h"

#include "core/store_db.h"

static const char *
spelled(enum outbox_wish wish)
{
	return wish == WISH_CANCEL ? "cancel" : "";
}

enum err_code
store_outbox_wish(struct store *s, const struct outbox_row *r, enum outbox_wish wish,
		  int64_t now_ms, bool *done, struct err *err)
{
	const struct value v[] = { value_text(spelled(wish)), value_text(r->note),
				   value_text(r->hint), value_int(r->seq),
				   value_text(outbox_state_name(r->state)) };
	enum err_code code;
	bool mine = false;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE outbox SET wish = ?, note = ?, hint = ? WHERE seq = ? AND state = ?"
			" AND state IN ('queued', 'sending', 'unconfirmed')",
			v, ARRAY_LEN(v), err);
	if (!code)
		mine = store_changed(s) == 1;
	if (mine)
		code = store_evidence_add(s, r, now_ms, err);
	if (mine && !code)
		code = store_local_write(s, r, now_ms, err);
	if (store_end(s, code, err))
		return err->code;
	*done = mine;
	return ERR_OK;
}

enum err_code
store_outbox_wished(struct store *s, int64_t target, int64_t *seq, struct err *err)
{
	const struct value v[] = { value_int(target) };
	int64_t found = 0;

	if (store_number(s,
			 "SELECT seq FROM outbox WHERE target = ? AND wish <> ''"
			 " AND state = 'accepted' ORDER BY seq LIMIT 1",
			 v, 1, &found, err))
		return err->code;
	*seq = found;
	return ERR_OK;
}

enum err_code
store_outbox_verify_next(struct store *s, int64_t target, int64_t *seq, int64_t *at_ms,
			 struct err *err)
{
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT seq, verify_ms FROM outbox WHERE target = ?"
				     " AND verify_ms > 0 ORDER BY verify_ms, seq LIMIT 1",
				     v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	*seq = 0;
	*at_ms = 0;
	if (!row)
		return ERR_OK;
	*seq = sqlite3_column_int64(st, 0);
	*at_ms = sqlite3_column_int64(st, 1);
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_outbox_verify_at(struct store *s, int64_t seq, int64_t at_ms, struct err *err)
{
	const struct value v[] = { value_int(at_ms), value_int(seq) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s, "UPDATE outbox SET verify_ms = ? WHERE seq = ? AND verify_ms > 0", v, 2,
			err);
	return store_end(s, code, err);
}

enum err_code
store_outbox_learned(struct store *s, const struct outbox_row *r, int64_t now_ms, struct err *err)
{
	const struct value v[] = {
		value_text(spelled(r->wish)), value_text(r->twin), value_int(r->verify_ms),
		value_text(r->note),          value_text(r->hint), value_int(r->seq),
	};
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"UPDATE outbox SET wish = ?, twin = ?, verify_ms = ?, note = ?, hint = ?"
			" WHERE seq = ? AND state = 'accepted'",
			v, ARRAY_LEN(v), err);
	if (!code)
		code = store_evidence_add(s, r, now_ms, err);
	return store_end(s, code, err);
}
