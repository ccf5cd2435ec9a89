/* promise.c - see promise.h. It reads the database with SQLite alone, not with our code. */
#include "config.h"

#include "tests/promise.h"

#include "tests/test.h"

#include "core/hex.h"
#include "core/mem.h"

#include <nettle/sha2.h>
#include <sqlite3.h>

#define PAGE 100

/* --- the database --- */

static void
column(sqlite3_stmt *st, int i, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	snprintf(out, size, "%s", text ? text : "");
}

static void
read_row(sqlite3_stmt *st, struct promise_row *r, struct buf *why)
{
	char sha256[65], ours[65];
	struct sha256_ctx ctx;
	uint8_t digest[32];

	*r = (struct promise_row){ .ambiguous = sqlite3_column_int(st, 4) != 0 };
	column(st, 0, r->run_key, sizeof(r->run_key));
	column(st, 1, r->unique_id, sizeof(r->unique_id));
	column(st, 2, r->state, sizeof(r->state));
	column(st, 3, r->task_id, sizeof(r->task_id));
	r->payload_len = (size_t)sqlite3_column_bytes(st, 5);
	r->payload = mem_strndup(sqlite3_column_blob(st, 5), r->payload_len);
	column(st, 6, sha256, sizeof(sha256));
	sha256_init(&ctx);
	sha256_update(&ctx, r->payload_len, (const uint8_t *)r->payload);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_write(ours, digest, sizeof(digest));
	if (strcmp(sha256, ours) != 0)
		buf_addf(why, "the bytes of %s are not those of its sha256\n", r->unique_id);
}

struct rows {
	struct promise_row *row;
	size_t n;
};

static void
read_rows(sqlite3 *db, void *arg, struct buf *why)
{
	struct rows *rows = arg;
	sqlite3_stmt *st = NULL;
	size_t cap = 0;
	int rc;

	rc = sqlite3_prepare_v2(db,
				"SELECT run_key, unique_id, state, task_id, ambiguous, payload,"
				" sha256 FROM outbox ORDER BY seq",
				-1, &st, NULL);
	while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
		if (rows->n == cap)
			rows->row =
				mem_grow(rows->row, cap = cap ? cap * 2 : 16, sizeof(*rows->row));
		read_row(st, &rows->row[rows->n++], why);
	}
	/* Without its tables, or some of them, nothing was ever queued. */
	rc = rc && strstr(sqlite3_errmsg(db), "no such ") ? SQLITE_OK : rc;
	if (sqlite3_finalize(st) || rc)
		buf_addf(why, "reading the outbox: %s\n", sqlite3_errmsg(db));
}

static void
check_integrity(sqlite3 *db, void *arg, struct buf *why)
{
	static const char *const asks[] = { "PRAGMA integrity_check", "PRAGMA foreign_key_check" };
	sqlite3_stmt *st;

	(void)arg;
	for (size_t i = 0; i < 2; i++) {
		const char *said;

		st = NULL;
		if (sqlite3_prepare_v2(db, asks[i], -1, &st, NULL))
			buf_addf(why, "%s: %s\n", asks[i], sqlite3_errmsg(db));
		while (st && sqlite3_step(st) == SQLITE_ROW) {
			said = (const char *)sqlite3_column_text(st, 0);
			if (!said || strcmp(said, "ok") != 0)
				buf_addf(why, "%s: %s\n", asks[i], said ? said : "?");
		}
		sqlite3_finalize(st);
	}
}

static void
look_into(const char *path, void (*look)(sqlite3 *, void *, struct buf *), void *arg,
	  struct buf *why)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(db, 30000);
		look(db, arg, why);
	}
	sqlite3_close(db);
}

bool
promise_rows(const char *path, struct promise_row **rows, size_t *n, struct buf *why)
{
	size_t before = why->len;
	struct rows found = { NULL, 0 };

	look_into(path, read_rows, &found, why);
	*rows = found.row;
	*n = found.n;
	return why->len == before;
}

void
promise_free(struct promise_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rows[i].payload);
	free(rows);
}

/* --- the wire --- */

static bool
is_payload(const char *body, size_t n, const struct promise_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].payload_len == n && memcmp(rows[i].payload, body, n) == 0)
			return true;
	return false;
}

bool
promise_wire(const char *wire, size_t n, const struct promise_row *rows, size_t count,
	     struct buf *why)
{
	static const char post[] = "POST /v1/task/";
	const char *at = wire, *end = wire + n;
	size_t before = why->len;

	while ((at = memmem(at, (size_t)(end - at), post, sizeof(post) - 1))) {
		const char *body = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
		const char *length = memmem(at, (size_t)(end - at), "\r\nContent-Length: ", 18);
		size_t len;

		at++;
		if (!body || !length || length > body)
			continue;
		body += 4;
		len = strtoul(length + 18, NULL, 10);
		if (len <= (size_t)(end - body) && !is_payload(body, len, rows, count))
			buf_addf(why, "bytes left that no row has: %.*s\n", (int)len, body);
	}
	return why->len == before;
}

/* --- the sandbox --- */

struct served {
	char unique_id[128], task_id[64];
};

static void
read_page(struct answer *a, struct served *out, size_t *n, size_t cap)
{
	char path[64];

	for (int i = 0; i < PAGE; i++) {
		snprintf(path, sizeof(path), "docs.%d.task_id", i);
		if (strcmp(raw_at(a, path), "-") == 0)
			return;
		assert_true(*n < cap);
		snprintf(out[*n].task_id, sizeof(out->task_id), "%.63s", raw_at(a, path));
		snprintf(path, sizeof(path), "docs.%d.unique_id", i);
		snprintf(out[(*n)++].unique_id, sizeof(out->unique_id), "%.127s", raw_at(a, path));
	}
}

static struct served *
read_served(const struct promise *p, size_t *n)
{
	struct served *out = NULL;
	char target[256];
	struct answer a;
	size_t total = 1, cap = 0;

	for (*n = 0; *n < total;) {
		size_t was = *n;

		snprintf(target, sizeof(target), "/v1/tasks?project=%s&limit=%d&offset=%zu",
			 p->project, PAGE, *n);
		raw_must(p->r, p->key, "GET", target, NULL, &a);
		total = strtoul(raw_at(&a, "total"), NULL, 10);
		out = mem_grow(out, cap = *n + PAGE, sizeof(*out));
		read_page(&a, out, n, cap);
		answer_free(&a);
		if (*n == was)
			break;
	}
	return out;
}

/* --- both --- */

static const struct served *
find(const struct served *served, size_t n, const char *unique_id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(served[i].unique_id, unique_id) == 0)
			return &served[i];
	return NULL;
}

static void
check_row(const struct promise *p, const struct promise_row *r, const struct served *served,
	  size_t n, struct buf *why)
{
	const struct served *there = find(served, n, r->unique_id);

	if (strcmp(r->state, "accepted") == 0) {
		if (!there)
			buf_addf(why, "%s is accepted, and is not there\n", r->unique_id);
		else if (strcmp(there->task_id, r->task_id) != 0)
			buf_addf(why, "%s is task %s here and %s there\n", r->unique_id, r->task_id,
				 there->task_id);
	} else if (strcmp(r->state, "rejected") == 0 && p->may_refuse) {
		if (there)
			buf_addf(why, "%s is refused, and is there as %s\n", r->unique_id,
				 there->task_id);
	} else {
		buf_addf(why, "%s is %s%s\n", r->unique_id, r->state,
			 there ? ", and is there" : "");
	}
}

static void
check_served(const struct served *served, size_t n, const struct promise_row *rows, size_t count,
	     struct buf *why)
{
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;

		if (find(served, n, served[i].unique_id) != &served[i])
			buf_addf(why, "%s is there twice\n", served[i].unique_id);
		for (size_t k = 0; k < count; k++)
			same += strcmp(rows[k].unique_id, served[i].unique_id) == 0;
		if (same != 1)
			buf_addf(why, "task %s (%s) is there, and %zu rows have its id\n",
				 served[i].task_id, served[i].unique_id, same);
	}
}

bool
promise_kept(const struct promise *p, struct buf *why)
{
	struct promise_row *rows;
	struct served *served;
	size_t before = why->len, count, n, refused = 0;

	look_into(p->db, check_integrity, NULL, why);
	promise_rows(p->db, &rows, &count, why);
	served = read_served(p, &n);
	for (size_t i = 0; i < count; i++) {
		check_row(p, &rows[i], served, n, why);
		refused += strcmp(rows[i].state, "rejected") == 0;
	}
	check_served(served, n, rows, count, why);
	if (count != p->wishes)
		buf_addf(why, "%zu rows for %zu tasks that were asked for\n", count, p->wishes);
	if (n + refused != p->wishes)
		buf_addf(why, "%zu tasks are there, %zu were asked for, %zu refused\n", n,
			 p->wishes, refused);
	if (p->wire)
		promise_wire(p->wire, p->wire_len, rows, count, why);
	promise_free(rows, count);
	free(served);
	return why->len == before;
}
