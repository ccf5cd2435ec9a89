/* store_hold.c - what stands in the way of a target's rows: a hold until a person acts, a
 * pause until a time. One line a target, for every process of the database. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include <stdio.h>
#include <string.h>

/* The configuration under which the hold was met, in the table of notes. */
#define MET_UNDER "hold-"

const char *
hold_name(enum hold_what what)
{
	static const char *const names[HOLD_COUNT] = {
		[HOLD_NONE] = "",
		[HOLD_KEY] = "key",
		[HOLD_PAYMENT] = "payment",
		[HOLD_FORBIDDEN] = "forbidden",
		[HOLD_REDIRECT] = "redirect",
		[HOLD_TLS] = "tls",
	};

	return names[what];
}

static enum hold_what
hold_called(const char *name)
{
	int i = HOLD_COUNT - 1;

	while (i > HOLD_NONE && strcmp(hold_name((enum hold_what)i), name) != 0)
		i--;
	return (enum hold_what)i; /* the schema lets no other name in */
}

static void
note_name(int64_t target, char *out, size_t size)
{
	snprintf(out, size, MET_UNDER "%lld", (long long)target);
}

static enum err_code
put(struct store *s, int64_t target, const struct hold *h, struct err *err)
{
	char name[40];

	note_name(target, name, sizeof(name));
	const struct value v[] = {
		value_int(target),      value_text(hold_name(h->what)),
		value_int(h->since_ms), value_int(h->http),
		value_text(h->note),    value_text(h->hint),
	};
	const struct value under[] = { value_text(name), value_text(h->under) };

	if (store_do(s,
		     "INSERT INTO hold (target, what, since_ms, http, note, hint)"
		     " VALUES (?, ?, ?, ?, ?, ?)"
		     " ON CONFLICT (target) DO UPDATE SET"
		     " since_ms = iif(what = excluded.what, since_ms, excluded.since_ms),"
		     " what = excluded.what, http = excluded.http, note = excluded.note,"
		     " hint = excluded.hint",
		     v, ARRAY_LEN(v), err))
		return err->code;
	return store_do(s,
			"INSERT INTO note (name, value) VALUES (?, ?)"
			" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			under, ARRAY_LEN(under), err);
}

enum err_code
store_hold_put(struct store *s, int64_t target, const struct hold *h, struct err *err)
{
	if (store_begin_write(s, err))
		return err->code;
	return store_end(s, put(s, target, h, err), err);
}

enum err_code
store_hold_get(struct store *s, int64_t target, struct hold *h, struct err *err)
{
	char name[40], what[16];

	note_name(target, name, sizeof(name));
	const struct value v[] = { value_int(target), value_text(name) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT what, since_ms, http, note, hint, ifnull((SELECT value"
				     " FROM note WHERE name = ?2), '') FROM hold WHERE target = ?1",
				     v, ARRAY_LEN(v), err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	*h = (struct hold){ .what = HOLD_NONE };
	if (!row)
		return ERR_OK;
	store_column_cut(st, 0, what, sizeof(what));
	h->what = hold_called(what);
	h->since_ms = sqlite3_column_int64(st, 1);
	h->http = (long)sqlite3_column_int64(st, 2);
	store_column_cut(st, 3, h->note, sizeof(h->note));
	store_column_cut(st, 4, h->hint, sizeof(h->hint));
	store_column_cut(st, 5, h->under, sizeof(h->under));
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_hold_lift(struct store *s, int64_t target, struct err *err)
{
	const struct value v[] = { value_int(target) };
	int64_t there = 0;
	enum err_code code;

	/* The usual case without the write lock. */
	if (store_number(s, "SELECT 1 FROM hold WHERE target = ?", v, 1, &there, err))
		return err->code;
	if (!there)
		return ERR_OK;
	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s, "DELETE FROM hold WHERE target = ?", v, 1, err);
	return store_end(s, code, err);
}

enum err_code
store_pace_put(struct store *s, int64_t target, int64_t until_ms, int fails, struct err *err)
{
	const struct value v[] = { value_int(target), value_int(until_ms), value_int(fails) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"INSERT INTO pace (target, until_ms, fails) VALUES (?, ?, ?)"
			" ON CONFLICT (target) DO UPDATE SET until_ms = excluded.until_ms,"
			" fails = excluded.fails",
			v, ARRAY_LEN(v), err);
	return store_end(s, code, err);
}

enum err_code
store_pace_get(struct store *s, int64_t target, int64_t *until_ms, int *fails, struct err *err)
{
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st =
		store_ask(s, "SELECT until_ms, fails FROM pace WHERE target = ?", v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	*until_ms = 0;
	*fails = 0;
	if (!row)
		return ERR_OK;
	*until_ms = sqlite3_column_int64(st, 0);
	*fails = sqlite3_column_int(st, 1);
	store_rest(st);
	return ERR_OK;
}
