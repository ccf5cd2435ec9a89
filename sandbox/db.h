/* db.h - the account's data in SQLite: one connection, cached statements.
 *
 * Failures stick: after the first one db_row() and db_run() do nothing until
 * the transaction ends, and db_commit() says no. So a handler reads straight
 * down, and nobody answers 200 for what is not on the disk.
 */
#ifndef SANDBOX_DB_H
#define SANDBOX_DB_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

struct db;

/* path: a file, made 0600 if missing, or NULL for memory. Errors: ERR_STORE with a hint. */
enum err_code db_open(const char *path, struct db **out, struct err *err) MUST_CHECK;
void db_close(struct db *db);

/* The statement for sql, reset and without values. Borrowed for the next 100 queries;
 * do not use the same sql again before its rows are read. NULL after a failure: the
 * calls below take it. */
sqlite3_stmt *db_query(struct db *db, const char *sql);

/* Bind the n bytes at s (copied) to ?i; NULL s is NULL. */
void db_text(sqlite3_stmt *st, int i, const char *s, size_t n);
void db_str(sqlite3_stmt *st, int i, const char *s);
void db_blob(sqlite3_stmt *st, int i, const void *p, size_t n);
void db_int(sqlite3_stmt *st, int i, int64_t value);

bool db_row(struct db *db, sqlite3_stmt *st); /* the next row is there */
bool db_run(struct db *db, sqlite3_stmt *st); /* all of it; false if it failed */
/* The first column of the first row as a number, or none. */
int64_t db_number(struct db *db, sqlite3_stmt *st, int64_t none);

/* The number of the row that was inserted last. */
int64_t db_last_row(struct db *db);

/* Column i as text, borrowed until the next step; NULL for NULL. *n may be NULL. */
const char *db_column(sqlite3_stmt *st, int i, size_t *n);
/* The same, copied; the caller frees. */
char *db_copy(sqlite3_stmt *st, int i);

/* Inside a transaction: begin a part of it, and keep or undo what it wrote. */
void db_mark(struct db *db);
void db_keep(struct db *db);
void db_undo(struct db *db);

void db_begin(struct db *db);
bool db_commit(struct db *db); /* false: rolled back; db_failure() says why */
void db_rollback(struct db *db);
/* Why the last transaction failed, "" if it did not. Borrowed until db_begin(). */
const char *db_failure(const struct db *db);

#endif
