/* store_generation.c - was this database put back from a backup? See store.h.
 *
 * A count is kept twice: in the database, and in a file beside it that no backup
 * of the database brings back. It is raised with a claim, and written to the file
 * after that commit and before a byte leaves. So a file that is ahead of its
 * database says that rows were sent of which the database knows nothing. The file
 * names its database by a digest of its salt: another one begins anew.
 */
#include "config.h"

#include "core/store_db.h"

#include "core/file.h"
#include "core/hex.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nettle/sha2.h>

#define NOTE     "generation"
#define NAME_LEN 16 /* hex digits of the digest */

/* Where the file is; false for a database in memory. */
static bool
file_of(const struct store *s, struct buf *path)
{
	buf_addf(path, "%s.generation", s->path);
	return strcmp(s->path, ":memory:") != 0 && !path->full;
}

static enum err_code
name_of(struct store *s, char out[NAME_LEN + 1], struct err *err)
{
	sqlite3_stmt *st = store_ask(s, "SELECT salt FROM secret WHERE id = 1", NULL, 0, err);
	uint8_t digest[NAME_LEN / 2];
	struct sha256_ctx ctx;
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	sha256_init(&ctx);
	if (row) {
		sha256_update(&ctx, (size_t)sqlite3_column_bytes(st, 0),
			      sqlite3_column_blob(st, 0));
		store_rest(st);
	}
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_write(out, digest, sizeof(digest));
	return ERR_OK;
}

static enum err_code
in_database(struct store *s, int64_t *count, struct err *err)
{
	char text[32];

	if (store_note_get(s, NOTE, text, sizeof(text), err))
		return err->code;
	*count = strtoll(text, NULL, 10);
	return ERR_OK;
}

/* 0 when there is no file, or it is of another database, or cannot be read: then nothing is
 * known, and rows are safe by their unique_id as ever. */
static enum err_code
in_file(struct store *s, int64_t *count, struct err *err)
{
	struct buf path = BUF_INIT(8192), text = BUF_INIT(256);
	char name[NAME_LEN + 1];
	struct err unread;

	*count = 0;
	if (name_of(s, name, err))
		return err->code;
	if (file_of(s, &path) && access(buf_str(&path), F_OK) == 0 &&
	    file_read_path(buf_str(&path), &text, &unread) == ERR_OK && text.len > NAME_LEN &&
	    memcmp(buf_str(&text), name, NAME_LEN) == 0)
		*count = strtoll(buf_str(&text) + NAME_LEN, NULL, 10);
	buf_free(&path);
	buf_free(&text);
	return ERR_OK;
}

static enum err_code
set(struct store *s, int64_t count, struct err *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)count);
	return store_note_put(s, NOTE, text, err);
}

enum err_code
store_generation_raise(struct store *s, struct err *err)
{
	int64_t count = 0;

	return in_database(s, &count, err) ? err->code : set(s, count + 1, err);
}

enum err_code
store_generation_publish(struct store *s, struct err *err)
{
	struct buf path = BUF_INIT(8192);
	char name[NAME_LEN + 1], line[64];
	enum err_code code = ERR_OK;
	int64_t count = 0;
	int n;

	if (name_of(s, name, err) || in_database(s, &count, err))
		return err->code;
	n = snprintf(line, sizeof(line), "%s %lld\n", name, (long long)count);
	if (file_of(s, &path))
		code = file_replace(buf_str(&path), line, (size_t)n, err);
	buf_free(&path);
	return code;
}

/* --- a database that was put back --- */

/* Whatever is open may have been sent, and settled, after the backup was made. */
static enum err_code
doubt_all(struct store *s, int64_t now_ms, size_t *n, struct err *err)
{
	struct value v = value_int(0);

	for (;;) {
		int64_t seq = 0;

		if (store_number(s,
				 "SELECT min(seq) FROM outbox WHERE seq > ?"
				 " AND state IN ('queued', 'sending', 'unconfirmed')",
				 &v, 1, &seq, err))
			return err->code;
		if (seq == 0)
			return ERR_OK;
		if (store_outbox_doubt(s, seq,
				       "the database was put back: this may have been sent since",
				       now_ms, err))
			return err->code;
		v = value_int(seq);
		++*n;
	}
}

enum err_code
store_generation_check(struct store *s, int64_t now_ms, bool *back, size_t *n, struct err *err)
{
	int64_t here = 0, beside = 0;
	enum err_code code;
	size_t count = 0;

	*back = false;
	*n = 0;
	if (in_file(s, &beside, err) || in_database(s, &here, err))
		return err->code;
	if (beside <= here)
		return ERR_OK;
	if (store_begin_write(s, err))
		return err->code;
	code = doubt_all(s, now_ms, &count, err);
	if (!code) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)beside);
		const struct value v[] = { value_text(NOTE), value_text(text) };

		code = store_do(s,
				"INSERT INTO note (name, value) VALUES (?, ?)"
				" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
				v, 2, err);
	}
	if (store_end(s, code, err))
		return err->code;
	*back = true;
	*n = count;
	return ERR_OK;
}
