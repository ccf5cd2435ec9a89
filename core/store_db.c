/* store_db.c - see store_db.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

struct value
value_int(int64_t number)
{
	return (struct value){ .kind = VALUE_INT, .number = number };
}

struct value
value_text(const char *s)
{
	return (struct value){ .kind = VALUE_TEXT, .p = s, .n = strlen(s) };
}

struct value
value_blob(const void *p, size_t n)
{
	return (struct value){ .kind = VALUE_BLOB, .p = p, .n = n };
}

/* clang-format off */
static const struct {
	int primary; /* SQLite result code */
	const char *why, *hint;
} reasons[] = {
	{ SQLITE_BUSY, "another program keeps the database locked",
	  "wait for it or close it, then try again; nothing was written" },
	{ SQLITE_FULL, "the disk is full", "make room, then try again; nothing was written" },
	{ SQLITE_IOERR, "the disk did not read or write",
	  "check the disk (dmesg, df); nothing was written" },
	{ SQLITE_READONLY, "the database cannot be written", "check who owns the file and its folder" },
	{ SQLITE_CORRUPT, "the database is damaged",
	  "keep the file: move it aside, copy what you can with 'sqlite3 FILE .recover', start again" },
	{ SQLITE_NOTADB, "this is no database", "keep the file: move it aside and start again" },
	{ SQLITE_CANTOPEN, "the database cannot be opened", "check who owns the file and its folder" },
	{ SQLITE_PERM, "the database may not be opened", "check who owns the file and its folder" },
	{ SQLITE_TOOBIG, "it is larger than the database takes", "make it smaller" },
	{ SQLITE_CONSTRAINT, "the database refuses it", "this is a fault of the program: please report it" },
};
/* clang-format on */

enum err_code
store_fail(struct store *s, const char *doing, struct err *err)
{
	int extended = sqlite3_extended_errcode(s->db);

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].primary != (extended & 0xFF))
			continue;
		err_set(err, ERR_STORE, "%s: %s (%s, code %d)", doing, reasons[i].why,
			sqlite3_errmsg(s->db), extended);
		return err_hint(err, "%s", reasons[i].hint);
	}
	return err_set(err, ERR_STORE, "%s: %s (code %d)", doing, sqlite3_errmsg(s->db), extended);
}

/* The place for a statement that is not kept yet: a free one, or the one used least lately. */
static struct statement *
place(struct store *s)
{
	struct statement *old = &s->kept[0];

	if (s->kept_count < STORE_STATEMENTS)
		return &s->kept[s->kept_count++];
	for (size_t i = 1; i < s->kept_count; i++)
		if (s->kept[i].used < old->used)
			old = &s->kept[i];
	sqlite3_finalize(old->st);
	free(old->sql);
	return old;
}

static sqlite3_stmt *
prepared(struct store *s, const char *sql, struct err *err)
{
	sqlite3_stmt *st = NULL;
	struct statement *at;

	s->turn++;
	for (size_t i = 0; i < s->kept_count; i++) {
		if (strcmp(s->kept[i].sql, sql) != 0)
			continue;
		s->kept[i].used = s->turn;
		return s->kept[i].st;
	}
	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL)) {
		store_fail(s, "reading the database", err);
		return NULL;
	}
	at = place(s);
	*at = (struct statement){ .sql = mem_strdup(sql), .st = st, .used = s->turn };
	return st;
}

static int
bind(sqlite3_stmt *st, int at, const struct value *v)
{
	switch (v->kind) {
	case VALUE_TEXT: return sqlite3_bind_text64(st, at, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
	case VALUE_BLOB:
		/* a NULL pointer would bind NULL, not an empty blob */
		return sqlite3_bind_blob64(st, at, v->n ? v->p : "", v->n, SQLITE_STATIC);
	case VALUE_INT: break;
	}
	return sqlite3_bind_int64(st, at, v->number);
}

sqlite3_stmt *
store_ask(struct store *s, const char *sql, const struct value *v, size_t n, struct err *err)
{
	sqlite3_stmt *st = prepared(s, sql, err);

	for (size_t i = 0; st && i < n; i++) {
		if (bind(st, (int)i + 1, &v[i])) {
			store_fail(s, "reading the database", err);
			store_rest(st);
			return NULL;
		}
	}
	return st;
}

void
store_rest(sqlite3_stmt *st)
{
	sqlite3_reset(st); /* repeats the error of the last step, which is known by now */
	sqlite3_clear_bindings(st);
}

enum err_code
store_row(struct store *s, sqlite3_stmt *st, bool *row, struct err *err)
{
	int rc = sqlite3_step(st);
	enum err_code code = ERR_OK;

	*row = rc == SQLITE_ROW;
	if (*row)
		return ERR_OK;
	if (rc != SQLITE_DONE)
		code = store_fail(s,
				  sqlite3_stmt_readonly(st) ? "reading the database"
							    : "writing the database",
				  err);
	store_rest(st);
	return code;
}

enum err_code
store_do(struct store *s, const char *sql, const struct value *v, size_t n, struct err *err)
{
	sqlite3_stmt *st = store_ask(s, sql, v, n, err);
	bool row;

	return st ? store_row(s, st, &row, err) : err->code;
}

enum err_code
store_number(struct store *s, const char *sql, const struct value *v, size_t n, int64_t *out,
	     struct err *err)
{
	sqlite3_stmt *st = store_ask(s, sql, v, n, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return ERR_OK;
	if (sqlite3_column_type(st, 0) != SQLITE_NULL)
		*out = sqlite3_column_int64(st, 0);
	store_rest(st);
	return ERR_OK;
}

long
store_changed(const struct store *s)
{
	return sqlite3_changes(s->db);
}

static enum err_code
begin_write(struct store *s, struct err *err)
{
	int moved = 0;

	/* A file that was deleted or replaced under us would take the commit and lose it. */
	if (!sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) && moved) {
		err_set(err, ERR_STORE, "writing %s: the file was deleted or moved", s->path);
		return err_hint(err, "put it back or restart the program; nothing was written");
	}
	return store_do(s, "BEGIN IMMEDIATE", NULL, 0, err);
}

static enum err_code
savepoint(struct store *s, struct err *err)
{
	if (store_do(s, "SAVEPOINT part", NULL, 0, err))
		return err->code;
	s->nested = true;
	return ERR_OK;
}

enum err_code
store_begin_write(struct store *s, struct err *err)
{
	struct group *g = &s->group;

	if (!g->on)
		return begin_write(s, err);
	if (!g->lost.code && !g->begun) {
		g->begun = begin_write(s, err) == ERR_OK;
		if (!g->begun)
			g->lost = *err; /* who comes next does not wait for the lock again */
	}
	if (g->lost.code) {
		*err = g->lost;
		return err->code;
	}
	return savepoint(s, err);
}

enum err_code
store_begin_read(struct store *s, struct err *err)
{
	return s->group.begun ? savepoint(s, err) : store_do(s, "BEGIN", NULL, 0, err);
}

static enum err_code
commit(struct store *s, struct err *err)
{
	bool writes = sqlite3_txn_state(s->db, "main") == SQLITE_TXN_WRITE;

	if (store_do(s, "COMMIT", NULL, 0, err))
		return err->code;
	s->commits += writes;
	return ERR_OK;
}

static void
rollback(struct store *s, struct err *err)
{
	struct err again;

	/* Some errors roll back by themselves; a second ROLLBACK would only complain. */
	if (!sqlite3_get_autocommit(s->db) && store_do(s, "ROLLBACK", NULL, 0, &again))
		err_wrap(err, "not rolled back");
}

/* The end of one part of a group. */
static enum err_code
end_part(struct store *s, enum err_code code, struct err *err)
{
	struct err other = ERR_INIT;

	s->nested = false;
	if (!code)
		code = store_do(s, "RELEASE part", NULL, 0, err);
	else if (!sqlite3_get_autocommit(s->db) &&
		 store_do(s, "ROLLBACK TO part", NULL, 0, &other) == ERR_OK &&
		 store_do(s, "RELEASE part", NULL, 0, &other) == ERR_OK)
		return code;
	if (code && !s->group.lost.code) /* the others went with it */
		s->group.lost = *err;
	return code;
}

enum err_code
store_end(struct store *s, enum err_code code, struct err *err)
{
	if (s->nested)
		return end_part(s, code, err);
	if (!code)
		code = commit(s, err);
	if (code)
		rollback(s, err);
	return code;
}

void
store_group_begin(struct store *s)
{
	s->group = (struct group){ .on = true };
}

enum err_code
store_group_end(struct store *s, enum err_code code, struct err *err)
{
	const struct group g = s->group;

	s->group = (struct group){ .on = false };
	if (!code && g.lost.code) {
		*err = g.lost;
		code = g.lost.code;
	}
	if (!code && g.begun)
		code = commit(s, err);
	if (code)
		rollback(s, err);
	return code;
}

unsigned long
store_commits(const struct store *s)
{
	return s->commits;
}

char *
store_column_text(sqlite3_stmt *st, int col)
{
	const void *p = sqlite3_column_blob(st, col);
	int n = sqlite3_column_bytes(st, col);

	return n > 0 ? mem_strndup(p, (size_t)n) : mem_strdup("");
}

void
store_column_cut(sqlite3_stmt *st, int col, char *out, size_t size)
{
	const char *p = sqlite3_column_blob(st, col);
	size_t n = (size_t)sqlite3_column_bytes(st, col);

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)p[n] & 0xC0) == 0x80)
			n--;
	}
	if (n > 0)
		memcpy(out, p, n);
	out[n] = '\0';
}
