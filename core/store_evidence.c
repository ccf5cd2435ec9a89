/* store_evidence.c - what was done for a row of the outbox, one line each, only ever added: the
 * schema refuses to change or delete one. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[EVIDENCE_COUNT] = {
	[EVIDENCE_POST] = "post",     [EVIDENCE_LOOK] = "look", [EVIDENCE_OWNER] = "owner",
	[EVIDENCE_VERIFY] = "verify", [EVIDENCE_HAND] = "hand", [EVIDENCE_START] = "start",
};

const char *
evidence_name(enum evidence_what what)
{
	return names[what];
}

static enum evidence_what
called(const char *name)
{
	int i = 0;

	while (i < EVIDENCE_COUNT - 1 && strcmp(names[i], name) != 0)
		i++;
	return (enum evidence_what)i; /* the schema lets no other name in */
}

enum err_code
store_evidence_add(struct store *s, const struct outbox_row *r, int64_t now_ms, struct err *err)
{
	const struct value v[] = {
		value_int(r->seq),
		value_int(r->attempt),
		value_int(now_ms),
		value_text(outbox_state_name(r->state)),
		value_int(r->how.http),
		value_text(r->sha256),
		value_text(r->note),
		value_text(evidence_name(r->how.what)),
		value_int(r->how.ms),
		value_int(r->how.curl),
		value_text(r->how.request_id),
		value_text(r->hint),
	};

	return store_do(s,
			"INSERT INTO attempt (seq, n, post, at_ms, state, http, sha256, note, what,"
			" ms, curl, request_id, hint)"
			" VALUES (?1, (SELECT ifnull(max(n), 0) + 1 FROM attempt WHERE seq = ?1),"
			" ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
			v, ARRAY_LEN(v), err);
}

static void
read_one(sqlite3_stmt *st, struct evidence *e)
{
	char state[16], what[16];

	*e = (struct evidence){
		.n = sqlite3_column_int(st, 0),
		.post = sqlite3_column_int(st, 1),
		.at_ms = sqlite3_column_int64(st, 2),
		.http = (long)sqlite3_column_int64(st, 4),
		.ms = sqlite3_column_int64(st, 6),
		.curl = sqlite3_column_int(st, 7),
	};
	store_column_cut(st, 3, state, sizeof(state));
	store_column_cut(st, 5, what, sizeof(what));
	e->state = store_state_called(state);
	e->what = called(what);
	store_column_cut(st, 8, e->request_id, sizeof(e->request_id));
	store_column_cut(st, 9, e->note, sizeof(e->note));
	store_column_cut(st, 10, e->hint, sizeof(e->hint));
}

enum err_code
store_evidence(struct store *s, int64_t seq, struct evidence **list, size_t *n, struct err *err)
{
	const struct value v[] = { value_int(seq) };
	sqlite3_stmt *st =
		store_ask(s,
			  "SELECT n, post, at_ms, state, http, what, ms, curl,"
			  " request_id, note, hint FROM attempt WHERE seq = ? ORDER BY n",
			  v, 1, err);
	struct evidence *all = NULL;
	size_t count = 0, cap = 0;
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err)) {
			free(all);
			return err->code;
		}
		if (!row)
			break;
		if (count == cap) {
			cap = cap ? cap * 2 : 8;
			all = mem_grow(all, cap, sizeof(*all));
		}
		read_one(st, &all[count++]);
	}
	*list = all;
	*n = count;
	return ERR_OK;
}
