/* asset.c - see asset.h: GET /v1/assets, and the bytes under /_sandbox/files.
 *
 * The API hands out no bytes of its own; it shows a pre-signed address of a store behind
 * it. That store is here, too: an address opens with the key of the side that the file
 * belongs to, or with the signature that the address brings along.
 */
#include "config.h"

#include "sandbox/asset.h"

#include "sandbox/account.h"
#include "sandbox/body.h"
#include "sandbox/out.h"
#include "sandbox/page.h"
#include "sandbox/project.h"
#include "sandbox/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWNER     "5f3d6a1c0e7b4200a1c2d3e4" /* of the account; made up */
#define LIMIT_MAX 100

#define OBJECT_COLUMNS \
	"seq, created_ms, id, name, mime_type, size, reference_id, metadata, projects"
enum { SEQ, CREATED, ID, NAME, TYPE, SIZE, REFERENCE, METADATA, PROJECTS };

bool
asset_find(struct service *s, bool is_test, const char *id, struct asset *out)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT seq, part_bytes, size, mime_type, secret"
					   " FROM file WHERE id = ?1 AND env = ?2");
	const char *type;

	db_str(st, 1, id);
	db_int(st, 2, is_test);
	if (!db_row(s->db, st))
		return false;
	*out = (struct asset){
		.seq = sqlite3_column_int64(st, 0),
		.part_bytes = sqlite3_column_int64(st, 1),
		.size = sqlite3_column_type(st, 2) == SQLITE_NULL ? -1
								  : sqlite3_column_int64(st, 2),
	};
	snprintf(out->id, sizeof(out->id), "%s", id);
	type = db_column(st, 3, NULL);
	snprintf(out->type, sizeof(out->type), "%s", type ? type : "application/octet-stream");
	snprintf(out->secret, sizeof(out->secret), "%s", db_column(st, 4, NULL));
	sqlite3_reset(st);
	return true;
}

bool
asset_find_url(struct service *s, bool is_test, const char *url, struct asset *out)
{
	size_t n = strlen(ASSET_SCHEME OWNER "/");

	return strncmp(url, ASSET_SCHEME OWNER "/", n) == 0 && asset_find(s, is_test, url + n, out);
}

size_t
asset_read(struct db *db, const struct reply_asset *a, int64_t at, char *buf, size_t n)
{
	sqlite3_stmt *st = db_query(db, "SELECT substr(data, ?3, ?4) FROM file_part"
					" WHERE file = ?1 AND part = ?2");
	size_t got = 0;

	db_int(st, 1, a->seq);
	db_int(st, 2, at / a->part_bytes);
	db_int(st, 3, at % a->part_bytes + 1);
	db_int(st, 4, (int64_t)n);
	if (db_row(db, st)) {
		const void *data = sqlite3_column_blob(st, 0);

		got = (size_t)sqlite3_column_bytes(st, 0);
		if (got > 0)
			memcpy(buf, data, got);
		sqlite3_reset(st);
	}
	return got;
}

static void
add_text(struct buf *b, const char *key, sqlite3_stmt *st, int column)
{
	size_t n;
	const char *text = db_column(st, column, &n);

	if (text)
		out_text(b, key, text, n);
}

static void
add_file(struct buf *b, sqlite3_stmt *st)
{
	const char *json;
	char url[128];
	size_t n;

	snprintf(url, sizeof(url), ASSET_SCHEME OWNER "/%s", db_column(st, ID, NULL));
	out_open(b, NULL, '{');
	add_text(b, "id", st, ID);
	out_str(b, "attachment_url", url);
	out_time(b, "created_at", sqlite3_column_int64(st, CREATED));
	out_time(b, "updated_at", sqlite3_column_int64(st, CREATED));
	add_text(b, "display_name", st, NAME);
	add_text(b, "mime_type", st, TYPE);
	if (sqlite3_column_type(st, SIZE) != SQLITE_NULL)
		out_int(b, "size", sqlite3_column_int64(st, SIZE));
	add_text(b, "reference_id", st, REFERENCE);
	json = db_column(st, METADATA, &n);
	if (n > 2)
		out_json(b, "metadata", json, n);
	json = db_column(st, PROJECTS, &n);
	out_json(b, "project_names", json, n);
	out_close(b, '}');
}

void
asset_reply(struct service *s, int64_t seq, struct reply *rp)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT " OBJECT_COLUMNS " FROM file WHERE seq = ?1");

	db_int(st, 1, seq);
	if (db_row(s->db, st)) {
		add_file(&rp->body, st);
		sqlite3_reset(st);
	}
}

/* Has the file each member of wanted, with the same value? */
static bool
matches(sqlite3_stmt *st, const struct body *wanted)
{
	struct body own;
	bool all = true;
	size_t n;
	const char *text;

	if (!wanted->root)
		return true;
	text = db_column(st, METADATA, &n);
	if (!body_open(&own, text, n, json_type_object))
		return false;
	json_object_object_foreach(wanted->root, key, value)
	{
		struct json_object *mine;

		all = all && json_object_object_get_ex(own.root, key, &mine) &&
		      json_object_equal(mine, value);
	}
	body_close(&own);
	return all;
}

struct list {
	int64_t limit;
	struct page_mark from;
	struct body metadata; /* what to look for; root NULL: anything */
};

static bool
read_list(struct service *s, const struct request *rq, struct list *l, struct reply *rp)
{
	const char *name = request_query(rq, "project"), *token = request_query(rq, "next_token");
	const char *metadata = request_query(rq, "metadata");
	struct project p = { .seq = 0 };

	if (!token)
		token = request_query(rq, "cursor");
	*l = (struct list){ .limit = LIMIT_MAX, .from = { INT64_MAX, INT64_MAX } };
	if (!name)
		reply_invalid(rp, "project", "is required");
	else if (token && !page_parse(token, &l->from))
		reply_invalid(rp, "next_token", "is not a token of a previous reply");
	else if (metadata && !body_open(&l->metadata, metadata, strlen(metadata), json_type_object))
		reply_invalid(rp, "metadata", "must be a JSON object");
	else if (request_number(rq, "limit", 1, LIMIT_MAX, &l->limit, rp))
		project_find(s, rq, name, &p, rp);
	project_done(&p);
	return rp->status == 200;
}

/* The documents name no more than the path and its parameters; the shape is that of the
 * other lists of v1. */
void
asset_list(struct service *s, const struct request *rq, struct reply *rp)
{
	struct page_mark last = { .seq = 0 };
	char token[PAGE_TOKEN_SIZE] = "";
	sqlite3_stmt *st;
	struct list l;

	if (!read_list(s, rq, &l, rp)) {
		body_close(&l.metadata);
		return;
	}
	st = db_query(s->db, "SELECT " OBJECT_COLUMNS " FROM file WHERE env = ?1 AND project = ?2"
			     " AND (created_ms, seq) < (?3, ?4)"
			     " ORDER BY created_ms DESC, seq DESC");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, request_query(rq, "project"));
	db_int(st, 3, l.from.ms);
	db_int(st, 4, l.from.seq);
	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, "docs", '[');
	for (int64_t n = 0; db_row(s->db, st);) {
		if (!matches(st, &l.metadata))
			continue;
		if (n++ == l.limit) {
			page_token(&last, token);
			sqlite3_reset(st);
			break;
		}
		last = (struct page_mark){ sqlite3_column_int64(st, CREATED),
					   sqlite3_column_int64(st, SEQ) };
		add_file(&rp->body, st);
	}
	out_close(&rp->body, ']');
	out_int(&rp->body, "limit", l.limit);
	out_bool(&rp->body, "has_more", *token != '\0');
	if (*token)
		out_str(&rp->body, "next_token", token);
	out_close(&rp->body, '}');
	body_close(&l.metadata);
}

bool
asset_is_type(const char *s)
{
	const char *slash = strchr(s, '/');

	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return slash && slash > s && slash[1] > ' ';
}

void
asset_add_part(struct db *db, int64_t seq, size_t part, const void *data, size_t n)
{
	sqlite3_stmt *st = db_query(db, "INSERT INTO file_part VALUES (?1, ?2, ?3)");

	db_int(st, 1, seq);
	db_int(st, 2, (int64_t)part);
	db_blob(st, 3, data, n);
	db_run(db, st);
}

char *
asset_address(const struct request *rq, const struct asset *a)
{
	struct buf url = BUF_INIT(4096);

	buf_addf(&url, "%s://%s/_sandbox/files/%s?signature=%s", rq->tls ? "https" : "http",
		 rq->host ? rq->host : "localhost", a->id, a->secret);
	return buf_take(&url);
}

static bool
find_to_send(struct service *s, const struct request *rq, struct asset *a, struct reply *rp)
{
	const char *signature = request_query(rq, "signature"), *id = rq->args[0];
	bool found = asset_find(s, signature ? true : rq->is_test, id, a) ||
		     (signature && asset_find(s, false, id, a));

	if (!found)
		reply_error(rp, 404, "File with ID \"%s\" not found.", id);
	else if (signature && !account_same(a->secret, signature))
		reply_error(rp, 403, "The signature does not match.");
	else if (a->size < 0)
		reply_error(rp, 404, "The bytes of the file with ID \"%s\" are not here.", id);
	return rp->status == 200;
}

/* A number of at most 18 digits; *end behind it. -1: none. */
static int64_t
read_number(const char *p, const char **end)
{
	size_t n = strspn(p, "0123456789");

	*end = p + n;
	return n > 0 && n <= 18 ? strtoll(p, NULL, 10) : -1;
}

/* One range of bytes: from-to, from- or -last. Anything else is ignored, as a server may.
 * Source: RFC 9110 §14.1.2, §14.2. */
static void
apply_range(const char *header, struct reply *rp)
{
	struct reply_asset *a = &rp->asset;
	int64_t from, to, size = a->size;
	const char *p;

	if (!header || strncmp(header, "bytes=", 6) != 0)
		return;
	from = read_number(header + 6, &p);
	if (*p != '-')
		return;
	to = read_number(p + 1, &p);
	if (*p || (from < 0 && to < 0) || (from >= 0 && to >= 0 && to < from))
		return;
	if (from < 0) { /* the last ones */
		from = to < size ? size - to : 0;
		to = to > 0 ? size - 1 : -1;
	} else if (to < 0 || to >= size) {
		to = size - 1;
	}
	if (from > to) {
		reply_error(rp, 416, "The file has %lld bytes.", (long long)size);
		snprintf(a->range, sizeof(a->range), "bytes */%lld", (long long)size);
		return;
	}
	snprintf(a->range, sizeof(a->range), "bytes %lld-%lld/%lld", (long long)from, (long long)to,
		 (long long)size);
	a->from = from;
	a->size = to - from + 1;
	rp->status = 206;
}

void
asset_download(struct service *s, const struct request *rq, struct reply *rp)
{
	struct asset a;

	if (!find_to_send(s, rq, &a, rp))
		return;
	rp->asset = (struct reply_asset){
		.seq = a.seq,
		.part_bytes = a.part_bytes,
		.size = a.size,
	};
	snprintf(rp->asset.type, sizeof(rp->asset.type), "%s", a.type);
	apply_range(rq->range, rp);
}
