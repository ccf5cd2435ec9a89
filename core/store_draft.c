/* store_draft.c - drafts in the database. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/mem.h"

#include <stdlib.h>

#define DRAFT_MAX (256u << 20) /* bytes of a saved draft */

enum err_code
store_draft_put(struct store *s, const struct draft *d, int64_t now_ms, struct err *err)
{
	struct buf data = BUF_INIT(DRAFT_MAX);
	enum err_code code;

	draft_save(d, &data);
	const struct value v[] = { value_text(draft_id(d)), value_text(draft_name(d)),
				   value_int(now_ms), value_blob(buf_str(&data), data.len) };

	if (data.full) {
		code = err_set(err, ERR_TOO_BIG, "the draft is larger than %u MB", DRAFT_MAX >> 20);
	} else if (!(code = store_begin_write(s, err))) {
		code = store_do(s,
				"INSERT INTO draft (id, name, updated_ms, data) VALUES (?, ?, ?, ?)"
				" ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
				" updated_ms = excluded.updated_ms, data = excluded.data",
				v, ARRAY_LEN(v), err);
		code = store_end(s, code, err);
	}
	buf_free(&data);
	return code;
}

struct draft *
store_draft_get(struct store *s, const char *id, struct err *err)
{
	const struct value v[] = { value_text(id) };
	sqlite3_stmt *st = store_ask(s, "SELECT data FROM draft WHERE id = ?", v, 1, err);
	struct draft *d;
	bool row;

	if (!st || store_row(s, st, &row, err))
		return NULL;
	if (!row) {
		err_set(err, ERR_NOT_FOUND, "there is no draft %s", id);
		return NULL;
	}
	d = draft_load(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), err);
	store_rest(st);
	return d;
}

enum err_code
store_draft_list(struct store *s, struct draft_info **list, size_t *n, struct err *err)
{
	/* A key that is not taken holds the row back, perhaps for ever: the key was mistyped,
	 * and with the right one it is a row of another target. The draft is to be gone on with. */
	sqlite3_stmt *st = store_ask(s,
				     "SELECT id, name, updated_ms, EXISTS (SELECT 1 FROM outbox"
				     "  WHERE seq = draft.submitted AND state <> 'rejected'"
				     "  AND NOT (state = 'queued' AND http IN (401, 403))),"
				     " length(data) FROM draft ORDER BY updated_ms DESC, id DESC",
				     NULL, 0, err);
	struct draft_info *all = NULL;
	size_t count = 0, cap = 0;
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		struct draft_info *d;

		if (store_row(s, st, &row, err)) {
			free(all);
			return err->code;
		}
		if (!row)
			break;
		if (count == cap) {
			cap = cap ? cap * 2 : 16;
			all = mem_grow(all, cap, sizeof(*all));
		}
		d = &all[count++];
		store_column_cut(st, 0, d->id, sizeof(d->id));
		store_column_cut(st, 1, d->name, sizeof(d->name));
		d->updated_ms = sqlite3_column_int64(st, 2);
		d->submitted = sqlite3_column_int(st, 3) != 0;
		d->bytes = (size_t)sqlite3_column_int64(st, 4);
	}
	*list = all;
	*n = count;
	return ERR_OK;
}

enum err_code
store_draft_delete(struct store *s, const char *id, struct err *err)
{
	const struct value v[] = { value_text(id) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s, "DELETE FROM draft WHERE id = ?", v, 1, err);
	if (!code && store_changed(s) == 0)
		code = err_set(err, ERR_NOT_FOUND, "there is no draft %s", id);
	return store_end(s, code, err);
}
