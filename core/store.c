/* store.c - open and close the database; targets and notes. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/hex.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/hmac.h>

#define BUSY_MS     5000 /* wait for another process that writes */
#define BUSY_END_MS 1000 /* the same when we are to end */
#define BUSY_LOOK   5    /* ms between looks */

/*
 * The real path of the file in a folder that nobody else can write: a stranger
 * there could swap the file or its journal. NULL on failure.
 */
static char *
real_path(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char *dir = slash ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup("./");
	char *real = realpath(dir, NULL);
	struct buf out = BUF_INIT(8192);
	struct stat st;

	if (!real || stat(real, &st)) {
		err_set(err, ERR_STORE, "the folder %s: %s", dir, strerror(errno));
	} else if (st.st_uid != geteuid()) {
		err_set(err, ERR_STORE, "the folder %s belongs to somebody else", real);
		err_hint(err, "use a folder of your own (XDG_STATE_HOME)");
	} else if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		err_set(err, ERR_STORE, "the folder %s can be written by others", real);
		err_hint(err, "chmod go-w '%s'", real);
	} else {
		buf_addf(&out, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
	}
	free(real);
	free(dir);
	if (out.len > 0 && !out.full)
		return buf_take(&out);
	if (out.full)
		err_set(err, ERR_STORE, "the name of the database is too long");
	buf_free(&out);
	return NULL;
}

/*
 * Make the file, or look at the one that is there. SQLite would make it 0644.
 * An existing file is never opened here: closing it again would drop the
 * locks that another connection of this process holds (fcntl(2)).
 */
static enum err_code
prepare_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return err_set(err, ERR_STORE, "making %s: %s", path, strerror(errno));
	if (lstat(path, &st))
		return err_set(err, ERR_STORE, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_STORE, "%s is no plain file", path);
		return err_hint(err, "move it aside; a symbolic link is not followed");
	}
	if (st.st_uid != geteuid()) {
		err_set(err, ERR_STORE, "%s belongs to somebody else", path);
		return err_hint(err, "use a folder of your own (XDG_STATE_HOME)");
	}
	if ((st.st_mode & 077) && chmod(path, 0600))
		return err_set(err, ERR_STORE, "closing %s to others: %s", path, strerror(errno));
	return ERR_OK;
}

/* Set what must hold on this connection and read it back: SQLite says nothing
 * when it does something else. */
static enum err_code
settle(struct store *s, bool memory, struct err *err)
{
	const struct {
		const char *set, *ask, *want;
	} rows[] = {
		/* clang-format off */
		{ "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0" },
		{ "PRAGMA foreign_keys = ON",    "PRAGMA foreign_keys",   "1" },
		{ "PRAGMA mmap_size = 0",        "PRAGMA mmap_size",      memory ? NULL : "0" },
		{ "PRAGMA journal_mode = TRUNCATE", "PRAGMA journal_mode",
		  memory ? "memory" : "truncate" },
		/* nothing of it in /tmp; and a part of a group costs no file (store_db.h) */
		{ "PRAGMA temp_store = MEMORY",  "PRAGMA temp_store",     "2" },
		{ "PRAGMA synchronous = FULL",   "PRAGMA synchronous",    "2" },
		/* What a single statement may have to take back, too: no file for it. */
		{ "PRAGMA temp_store = MEMORY",  "PRAGMA temp_store",     "2" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sqlite3_stmt *st = NULL;
		const char *got = NULL;
		bool good;

		if (sqlite3_exec(s->db, rows[i].set, NULL, NULL, NULL) ||
		    sqlite3_prepare_v2(s->db, rows[i].ask, -1, &st, NULL))
			return store_fail(s, "opening the database", err);
		if (sqlite3_step(st) == SQLITE_ROW)
			got = (const char *)sqlite3_column_text(st, 0);
		good = !rows[i].want || (got && strcmp(got, rows[i].want) == 0);
		if (!good)
			err_set(err, ERR_STORE, "opening the database: %s gives %s, not %s",
				rows[i].set, got ? got : "nothing", rows[i].want);
		sqlite3_finalize(st);
		if (!good)
			return err->code;
	}
	return ERR_OK;
}

/* Another process writes: wait (1) or give up (0)? before: looks so far. */
static int
is_busy(void *arg, int before)
{
	const struct store *s = arg;
	bool hurry = s->ending && s->ending();

	if (before >= (hurry ? BUSY_END_MS : BUSY_MS) / BUSY_LOOK)
		return 0;
	poll(NULL, 0, BUSY_LOOK);
	return 1;
}

static enum err_code
open_at(struct store *s, const char *path, struct err *err)
{
	bool memory = strcmp(path, ":memory:") == 0;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int on = 0;

	s->path = memory ? mem_strdup(path) : real_path(path, err);
	if (!s->path || (!memory && prepare_file(s->path, err)))
		return err->code;
	flags |= memory ? SQLITE_OPEN_MEMORY | SQLITE_OPEN_CREATE : SQLITE_OPEN_NOFOLLOW;
	if (sqlite3_open_v2(s->path, &s->db, flags, NULL))
		return store_fail(s, "opening the database", err);
	if (sqlite3_db_readonly(s->db, "main") == 1) { /* SQLite falls back to it in silence */
		err_set(err, ERR_STORE, "opening the database: it cannot be written, only read");
		return err_hint(err, "check who owns the file and its folder, and its mode");
	}
	if (sqlite3_busy_handler(s->db, is_busy, s) ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &on) || !on)
		return store_fail(s, "opening the database", err);
	if (settle(s, memory, err))
		return err->code;
	return store_schema(s, err);
}

void
store_ending(struct store *s, int (*ending)(void))
{
	s->ending = ending;
}

struct store *
store_open(const char *path, struct err *err)
{
	struct store *s = mem_alloc(sizeof(*s));

	if (!open_at(s, path, err))
		return s;
	if (s->path && strcmp(s->path, ":memory:") != 0)
		err_wrap(err, "%s", s->path);
	store_close(s);
	return NULL;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->kept_count; i++) {
		sqlite3_finalize(s->kept[i].st);
		free(s->kept[i].sql);
	}
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

/* 12 hex of HMAC-SHA256(salt, key): tells accounts apart, and without the salt,
 * which never leaves this database, nobody can try keys against it. */
static enum err_code
account_of(struct store *s, const char *key, char out[13], struct err *err)
{
	sqlite3_stmt *st = store_ask(s, "SELECT salt FROM secret WHERE id = 1", NULL, 0, err);
	struct hmac_sha256_ctx ctx;
	uint8_t digest[6];
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return err_set(err, ERR_STORE, "the database has no salt: it is damaged");
	hmac_sha256_set_key(&ctx, (size_t)sqlite3_column_bytes(st, 0), sqlite3_column_blob(st, 0));
	store_rest(st);
	hmac_sha256_update(&ctx, strlen(key), (const uint8_t *)key);
	hmac_sha256_digest(&ctx, sizeof(digest), digest);
	explicit_bzero(&ctx, sizeof(ctx));
	hex_write(out, digest, sizeof(digest));
	return ERR_OK;
}

enum err_code
store_target(struct store *s, const char *base_url, const char *key, int64_t *target,
	     struct err *err)
{
	static const char find[] = "SELECT id FROM target WHERE base_url = ? AND account = ?";
	static const char add[] = "INSERT INTO target (base_url, account) VALUES (?, ?)"
				  " ON CONFLICT (base_url, account) DO NOTHING";
	char account[13] = "";
	int64_t id = 0;
	enum err_code code;

	if (account_of(s, key, account, err))
		return err->code;
	const struct value v[] = { value_text(base_url), value_text(account) };

	if (store_number(s, find, v, 2, &id, err))
		return err->code;
	if (id == 0) {
		if (store_begin_write(s, err))
			return err->code;
		code = store_do(s, add, v, 2, err);
		if (!code)
			code = store_number(s, find, v, 2, &id, err);
		if (store_end(s, code, err))
			return err->code;
	}
	*target = id;
	return ERR_OK;
}

enum err_code
store_target_get(struct store *s, int64_t target, char **base_url, char account[13],
		 struct err *err)
{
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st =
		store_ask(s, "SELECT base_url, account FROM target WHERE id = ?", v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (!row)
		return err_set(err, ERR_NOT_FOUND, "there is no target %lld", (long long)target);
	free(*base_url);
	*base_url = store_column_text(st, 0);
	store_column_cut(st, 1, account, 13);
	store_rest(st);
	return ERR_OK;
}

enum err_code
store_note_put(struct store *s, const char *name, const char *value, struct err *err)
{
	const struct value v[] = { value_text(name), value_text(value) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s,
			"INSERT INTO note (name, value) VALUES (?, ?)"
			" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			v, 2, err);
	return store_end(s, code, err);
}

enum err_code
store_note_get(struct store *s, const char *name, char *out, size_t size, struct err *err)
{
	const struct value v[] = { value_text(name) };
	sqlite3_stmt *st = store_ask(s, "SELECT value FROM note WHERE name = ?", v, 1, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	out[0] = '\0';
	if (!row)
		return ERR_OK;
	store_column_cut(st, 0, out, size);
	store_rest(st);
	return ERR_OK;
}
