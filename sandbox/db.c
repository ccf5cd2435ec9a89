/* db.c - see db.h. */
#include "config.h"

#include "sandbox/db.h"

#include "core/buf.h"
#include "core/mem.h"
#include "sandbox/db_cache.h"
#include "sandbox/db_schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x6d735362 /* "msSb" */
#define CACHE_MAX      128        /* statements kept; lists make their own SQL */
#define HINTS          256

/* A page cache of 64 MB. A checkpoint for each 16 MB of log, not 4: hot pages are written
 * less often. A log that a large transaction has blown up is cut back. */
#define MEMORY_PRAGMA "PRAGMA cache_size=-65536"
#define LOG_PRAGMAS   "PRAGMA wal_autocheckpoint=4096; PRAGMA journal_size_limit=33554432"

struct db {
	sqlite3 *conn;
	struct {
		char *sql;
		sqlite3_stmt *st;
		uint64_t used; /* when, by uses */
	} cache[CACHE_MAX];
	size_t cached;
	uint64_t uses;
	struct { /* where a text was found: most are constants, at one address for ever */
		const char *sql; /* only compared */
		size_t at;
	} hints[HINTS];
	bool failed;
	char why[200];
};

static void
fail(struct db *db)
{
	if (!db->failed)
		snprintf(db->why, sizeof(db->why), "%s", sqlite3_errmsg(db->conn));
	db->failed = true;
}

static void
drop(struct db *db, size_t i)
{
	sqlite3_finalize(db->cache[i].st);
	free(db->cache[i].sql);
}

/* Make room in a full cache: out goes what was asked for longest ago. A handler may
 * still hold what it has just asked for. */
static size_t
oldest(const struct db *db)
{
	size_t old = 0;

	for (size_t i = 1; i < db->cached; i++)
		if (sqlite3_stmt_busy(db->cache[old].st) ||
		    (db->cache[i].used < db->cache[old].used &&
		     !sqlite3_stmt_busy(db->cache[i].st)))
			old = i;
	return old;
}

/* The place of sql in the cache, or db->cached. */
static size_t
find(struct db *db, const char *sql)
{
	size_t slot = ((uintptr_t)sql ^ (uintptr_t)sql >> 8) % HINTS, i = db->hints[slot].at;

	if (db->hints[slot].sql == sql && strcmp(db->cache[i].sql, sql) == 0)
		return i;
	for (i = 0; i < db->cached && strcmp(db->cache[i].sql, sql) != 0; i++)
		;
	if (i < db->cached) {
		db->hints[slot].sql = sql;
		db->hints[slot].at = i;
	}
	return i;
}

sqlite3_stmt *
db_query(struct db *db, const char *sql)
{
	sqlite3_stmt *st;
	size_t i;

	if (db->failed)
		return NULL;
	i = find(db, sql);
	if (i < db->cached) {
		sqlite3_reset(db->cache[i].st);
		sqlite3_clear_bindings(db->cache[i].st);
		db->cache[i].used = ++db->uses;
		return db->cache[i].st;
	}
	if (sqlite3_prepare_v3(db->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL)) {
		fail(db);
		return NULL;
	}
	if (db->cached < CACHE_MAX) {
		i = db->cached++;
	} else {
		i = oldest(db);
		drop(db, i);
	}
	db->cache[i].sql = mem_strdup(sql);
	db->cache[i].st = st;
	db->cache[i].used = ++db->uses;
	return st;
}

void
db_text(sqlite3_stmt *st, int i, const char *s, size_t n)
{
	if (st && s)
		sqlite3_bind_text64(st, i, s, n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void
db_str(sqlite3_stmt *st, int i, const char *s)
{
	db_text(st, i, s, s ? strlen(s) : 0);
}

void
db_blob(sqlite3_stmt *st, int i, const void *p, size_t n)
{
	if (st)
		sqlite3_bind_blob64(st, i, p, n, SQLITE_TRANSIENT);
}

void
db_int(sqlite3_stmt *st, int i, int64_t value)
{
	if (st)
		sqlite3_bind_int64(st, i, value);
}

bool
db_row(struct db *db, sqlite3_stmt *st)
{
	int rc;

	if (db->failed || !st)
		return false;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		fail(db);
	sqlite3_reset(st);
	return false;
}

bool
db_run(struct db *db, sqlite3_stmt *st)
{
	while (db_row(db, st))
		;
	return !db->failed;
}

int64_t
db_number(struct db *db, sqlite3_stmt *st, int64_t none)
{
	int64_t value = none;

	if (db_row(db, st)) {
		if (sqlite3_column_type(st, 0) != SQLITE_NULL)
			value = sqlite3_column_int64(st, 0);
		sqlite3_reset(st);
	}
	return value;
}

int64_t
db_last_row(struct db *db)
{
	return sqlite3_last_insert_rowid(db->conn);
}

const char *
db_column(sqlite3_stmt *st, int i, size_t *n)
{
	const char *s = (const char *)sqlite3_column_text(st, i);

	if (!s && sqlite3_column_type(st, i) != SQLITE_NULL)
		die("out of memory while reading the database");
	if (n)
		*n = (size_t)sqlite3_column_bytes(st, i);
	return s;
}

char *
db_copy(sqlite3_stmt *st, int i)
{
	size_t n;
	const char *s = db_column(st, i, &n);

	return s ? mem_strndup(s, n) : NULL;
}

static bool
execute(struct db *db, const char *sql)
{
	if (sqlite3_exec(db->conn, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	fail(db);
	return false;
}

/* A statement left in the middle of its rows would keep the transaction open. */
static void
reset_all(struct db *db)
{
	for (size_t i = 0; i < db->cached; i++)
		if (sqlite3_stmt_busy(db->cache[i].st))
			sqlite3_reset(db->cache[i].st);
}

void
db_begin(struct db *db)
{
	db->failed = false;
	db->why[0] = '\0';
	db_run(db, db_query(db, "BEGIN IMMEDIATE"));
}

bool
db_commit(struct db *db)
{
	reset_all(db);
	if (!db->failed && db_run(db, db_query(db, "COMMIT")))
		return true;
	db_rollback(db);
	return false;
}

void
db_rollback(struct db *db)
{
	reset_all(db);
	if (!sqlite3_get_autocommit(db->conn))
		sqlite3_exec(db->conn, "ROLLBACK", NULL, NULL, NULL);
}

void
db_mark(struct db *db)
{
	db_run(db, db_query(db, "SAVEPOINT part"));
}

void
db_keep(struct db *db)
{
	db_run(db, db_query(db, "RELEASE part"));
}

void
db_undo(struct db *db)
{
	reset_all(db);
	db_run(db, db_query(db, "ROLLBACK TO part"));
	db_keep(db);
}

const char *
db_failure(const struct db *db)
{
	return db->failed ? db->why : "";
}

/* The pragma's answer must be want: SQLite says yes to many things it does not do. */
static bool
set(struct db *db, const char *pragma, const char *want)
{
	sqlite3_stmt *st = db_query(db, pragma);
	bool good = false;

	if (db_row(db, st)) {
		const char *got = db_column(st, 0, NULL);

		good = got && strcmp(got, want) == 0;
		if (!good)
			snprintf(db->why, sizeof(db->why), "%s gives %s", pragma, got ? got : "");
		sqlite3_reset(st);
	}
	db->failed = db->failed || !good;
	return good;
}

/* Bring the tables up to date; a database of somebody else is left alone. */
static bool
prepare(struct db *db)
{
	int64_t id = db_number(db, db_query(db, "PRAGMA application_id"), -1);
	int64_t version = db_number(db, db_query(db, "PRAGMA user_version"), -1);
	int64_t tables = db_number(db, db_query(db, "SELECT count(*) FROM sqlite_schema"), -1);
	char sql[80];

	if (db->failed)
		return false;
	if (id != APPLICATION_ID ? id != 0 || version != 0 || tables != 0
				 : version > (int64_t)db_schema_count) {
		snprintf(db->why, sizeof(db->why), "it holds %s",
			 id == APPLICATION_ID ? "data of a newer version" : "something else");
		db->failed = true;
		return false;
	}
	if (version == (int64_t)db_schema_count)
		return true;
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%zu",
		 APPLICATION_ID, db_schema_count);
	db_begin(db);
	for (size_t i = (size_t)version; i < db_schema_count; i++)
		if (!execute(db, db_schema[i]))
			return false;
	return execute(db, sql) && db_commit(db);
}

/* SQLite does not say why it cannot open a file, and takes one that it cannot write. */
static enum err_code
check_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	struct stat st;
	bool regular;

	if (fd < 0) {
		err_set(err, ERR_STORE, "cannot use the database %s: %s", path, strerror(errno));
		return err_hint(err, "name a file with --db that you can write to");
	}
	regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	close(fd);
	if (regular)
		return ERR_OK;
	err_set(err, ERR_STORE, "cannot use the database %s: it is no regular file", path);
	return err_hint(err, "name another file with --db");
}

/* Why it cannot be used, and what to do. */
static void
say_why(struct db *db, const char *name, struct err *err)
{
	int code = sqlite3_errcode(db->conn) & 0xFF;

	err_set(err, ERR_STORE, "cannot use the database %s: %s", name, db->why);
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		err_hint(err, "stop the sandbox that has it open, or name another file with --db");
	else
		err_hint(err, "name another file with --db; this one was left as it is");
}

/* A name is a name, also if it looks like a URI or like ":memory:"; the caller frees. */
static char *
literal(const char *path)
{
	struct buf b = BUF_INIT(1u << 20);

	if (!path)
		return mem_strdup(":memory:");
	buf_adds(&b, *path == '/' ? "" : "./");
	buf_adds(&b, path);
	return buf_take(&b);
}

enum err_code
db_open(const char *path, struct db **out, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	struct db *db;
	char *name;
	bool good;

	if (path && check_file(path, err))
		return err->code;
	db = mem_alloc(sizeof(*db));
	name = literal(path);

	/* No thread of this process but one touches SQLite: no locks, no statistics. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	db_cache_install();
	if (sqlite3_open_v2(name, &db->conn, flags, NULL))
		fail(db);
	free(name);
	good = !db->failed && execute(db, "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
					  "PRAGMA temp_store=MEMORY;" MEMORY_PRAGMA);
	sqlite3_extended_result_codes(db->conn, 1);
	/* One process, one connection: nobody waits, and no second sandbox slips in. */
	if (good && path)
		good = set(db, "PRAGMA locking_mode=EXCLUSIVE", "exclusive") &&
		       set(db, "PRAGMA journal_mode=WAL", "wal") &&
		       execute(db, "PRAGMA synchronous=FULL;" LOG_PRAGMAS);
	if (good && prepare(db)) {
		*out = db;
		return ERR_OK;
	}
	say_why(db, path ? path : "in memory", err);
	db_close(db);
	return err->code;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->cached; i++)
		drop(db, i);
	sqlite3_close(db->conn);
	free(db);
}
