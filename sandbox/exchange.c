/* exchange.c - see exchange.h. */
#include "config.h"

#include "sandbox/exchange.h"

#include "core/clock.h"
#include "core/err.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/account.h"
#include "sandbox/asset.h"
#include "sandbox/fault_reply.h"
#include "sandbox/fault_wire.h"
#include "sandbox/framing.h"
#include "sandbox/route.h"
#include "sandbox/upload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FORM_MAX_BYTES  (ASSET_MAX_BYTES + (1u << 20)) /* the file, and the form around it */
#define DRAIN_MAX_BYTES (16u << 20) /* past the limit, read only so that the 413 arrives */

struct exchange *
exchange_new(struct MHD_Connection *c, const char *target)
{
	struct exchange *x = mem_alloc(sizeof(*x));

	x->c = c;
	x->target = mem_strdup(target);
	x->started_ms = clock_mono_ms();
	x->rp.status = 200;
	x->rp.body = (struct buf)BUF_INIT(REPLY_MAX_BYTES);
	return x;
}

void
exchange_free(struct exchange *x)
{
	if (!x)
		return;
	upload_free(x->rq.upload);
	request_done(&x->rq);
	buf_free(&x->rp.body);
	buf_free(&x->body);
	free(x->target);
	free(x->fault);
	for (size_t i = 0; i < EXCHANGE_KEPT; i++)
		free(x->kept[i]);
	free(x);
}

static const char *
header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->c, MHD_HEADER_KIND, name);
}

/* A web page of another site must not reach us by a name that it made point here. */
static bool
host_is_ours(const char *host)
{
	static const char *const ours[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; host && i < ARRAY_LEN(ours); i++) {
		size_t n = strlen(ours[i]);

		if (strncasecmp(host, ours[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
			return true;
	}
	return false;
}

/* The sandbox's own paths: never with an API key, and no API with the token. */
static bool
check_token(struct exchange *x, const struct service *s)
{
	const char *token = header(x, "X-Sandbox-Token"), *bearer = header(x, "Authorization");

	if (!token && bearer && strncasecmp(bearer, "Bearer ", 7) == 0)
		token = bearer + 7;
	if (!token) {
		reply_error(&x->rp, 401,
			    "No admin token: send the one that was printed at the "
			    "start as X-Sandbox-Token, or as a Bearer token.");
		return false;
	}
	if (account_same(token, s->admin_token))
		return true;
	reply_error(&x->rp, 403, "Wrong admin token.");
	return false;
}

static bool
check_key(struct exchange *x, struct service *s, enum route_auth auth)
{
	const char *given = header(x, "Authorization");
	enum account_answer answer;

	if (auth == AUTH_ADMIN)
		return check_token(x, s);
	if (auth == AUTH_NONE)
		return true;
	if (!given && auth == AUTH_SIGNED && request_query(&x->rq, "signature"))
		return true;
	answer = account_check(s, given, &x->rq.is_test);
	if (answer == ACCOUNT_OPEN && auth == AUTH_BEARER && strncasecmp(given, "Bearer ", 7) != 0)
		answer = ACCOUNT_NO_KEY;
	x->known_key = answer == ACCOUNT_OPEN;
	if (!x->known_key)
		reply_error(&x->rp, 401, "%s",
			    answer == ACCOUNT_WRONG_KEY ? "Invalid API key."
			    : auth == AUTH_BEARER
				    ? "No API key: send it as a Bearer token."
				    : "No API key: send it as the user name of HTTP Basic "
				      "authentication, with an empty password.");
	return x->known_key;
}

/* A host and a port, as they may stand in an address; NULL if it is more than that. */
static const char *
plain_host(const char *host)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-:[]";

	return host && *host && !host[strspn(host, chars)] ? host : NULL;
}

static void
read_headers(struct exchange *x, const struct exchange_rules *rules)
{
	const char *key = header(x, "Idempotency-Key");

	if (key && !*key)
		key = NULL;
	x->rq.content_type = header(x, "Content-Type");
	x->rq.range = header(x, "Range");
	x->rq.host = plain_host(header(x, "Host"));
	x->rq.tls = rules->tls;
	if (key && !text_valid(key, strlen(key), NULL))
		reply_error(&x->rp, 400, "The Idempotency-Key header is not valid text.");
	x->rq.idempotency_key = key;
	if (x->route->body == BODY_FORM) {
		x->max = FORM_MAX_BYTES;
		if (!(x->rq.upload = upload_new(x->rq.content_type)))
			reply_error(&x->rp, 400, "The body must be multipart/form-data.");
	}
}

static void
check_head(struct exchange *x, struct service *s, const struct exchange_rules *rules)
{
	bool known_path, text;

	if (!rules->any_host && !host_is_ours(header(x, "Host"))) {
		reply_error(&x->rp, 403, "The sandbox answers only to localhost.");
		return;
	}
	text = request_parse(&x->rq, x->target);
	x->route = text ? route_find(x->method, &x->rq, &known_path) : NULL;
	if (!check_key(x, s, x->route ? x->route->auth : AUTH_KEY))
		return;
	if (!text)
		reply_error(&x->rp, 400, "The path or the query is not valid text.");
	else if (!x->route)
		reply_error(&x->rp, known_path ? 405 : 404,
			    known_path ? "Method not allowed." : "Not found.");
	else
		read_headers(x, rules);
}

static void
refuse_size(struct exchange *x)
{
	x->closes = true;
	reply_error(&x->rp, 413, "The body is larger than %zu bytes.", x->max);
}

bool
exchange_start(struct exchange *x, const char *version, struct service *s,
	       const struct exchange_rules *rules)
{
	const char *length = header(x, "Content-Length");
	unsigned long long n = length ? strtoull(length, NULL, 10) : 0;
	const char *fault = framing_fault(x->c, version);

	x->db = s->db;
	if (fault) {
		x->closes = true;
		reply_error(&x->rp, 400, "%s", fault);
		return false;
	}
	x->max = rules->max_body;
	check_head(x, s, rules);
	x->body = (struct buf)BUF_INIT(x->max);
	if (n > x->max && x->rp.status == 200)
		refuse_size(x);
	if (x->rp.status == 200)
		return true;
	/* A body that the client has not begun to send, or a huge one, is not waited for. */
	return n <= x->max + DRAIN_MAX_BYTES && !header(x, "Expect");
}

/* A refused body is read to its end, so that the answer arrives and, if it was not too
 * large, the connection can go on. */
bool
exchange_receive(struct exchange *x, const char *data, size_t n)
{
	x->received += n;
	if (x->received > x->max + DRAIN_MAX_BYTES)
		return false;
	if (x->received > x->max)
		refuse_size(x);
	if (x->rp.status != 200)
		return true;
	if (!x->rq.upload)
		buf_add(&x->body, data, n);
	else if (!upload_add(x->rq.upload, data, n))
		reply_error(&x->rp, 400, "The multipart body is damaged.");
	return true;
}

static void
add_header(struct MHD_Response *r, const char *name, const char *value)
{
	if (MHD_add_response_header(r, name, value) != MHD_YES)
		die("out of memory while answering");
}

/* From the plan; the library may refuse what a rule wants in a header. */
static void
add_fault_headers(struct MHD_Response *r, const struct exchange *x)
{
	const struct fault_effect *answer = &x->fault->plan.by[FAULT_ANSWER];
	char retry[FAULT_RETRY_SIZE];

	if (fault_retry_after(&x->fault->plan, x->fault->now_ms, retry))
		MHD_add_response_header(r, "Retry-After", retry);
	if (answer->kind == FAULT_REDIRECT)
		MHD_add_response_header(r, "Location", answer->text);
}

struct source { /* of a response that outlives its exchange */
	struct db *db;
	struct reply_asset asset;
};

/* Read between the transactions of requests, in one of its own, so that an earlier failure
 * does not count. */
static size_t
read_asset(struct db *db, const struct reply_asset *asset, int64_t at, char *to, size_t n)
{
	int64_t left = asset->size - at;

	db_begin(db);
	n = asset_read(db, asset, asset->from + at, to, left < (int64_t)n ? (size_t)left : n);
	db_rollback(db);
	return n;
}

/* The next bytes for the library. */
static ssize_t
read_source(void *arg, uint64_t at, char *buf, size_t max)
{
	struct source *src = arg;
	size_t n = read_asset(src->db, &src->asset, (int64_t)at, buf, max);

	return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_WITH_ERROR;
}

int64_t
exchange_body_bytes(const struct exchange *x)
{
	return x->rp.asset.seq ? x->rp.asset.size : (int64_t)x->rp.body.len;
}

size_t
exchange_body_read(const struct exchange *x, int64_t at, char *to, size_t n)
{
	int64_t left = exchange_body_bytes(x) - at;

	if (left <= 0)
		return 0;
	if (x->rp.asset.seq)
		return read_asset(x->db, &x->rp.asset, at, to, n);
	if ((int64_t)n > left)
		n = (size_t)left;
	memcpy(to, x->rp.body.p + at, n);
	return n;
}

static struct MHD_Response *
asset_response(struct exchange *x)
{
	struct source *src = mem_alloc(sizeof(*src));

	*src = (struct source){ .db = x->db, .asset = x->rp.asset };
	x->reply_bytes = (size_t)src->asset.size;
	return MHD_create_response_from_callback((uint64_t)src->asset.size, ASSET_PART_BYTES,
						 read_source, src, free);
}

static struct MHD_Response *
make_response(struct exchange *x)
{
	struct MHD_Response *r = x->fault ? fault_wire_response(x) : NULL;

	x->reply_bytes = x->rp.body.len;
	if (!r && x->rp.asset.seq)
		r = asset_response(x);
	else if (!r)
		r = MHD_create_response_from_buffer(x->reply_bytes, buf_take(&x->rp.body),
						    MHD_RESPMEM_MUST_FREE);
	if (!r)
		die("out of memory while answering");
	return r;
}

static const char *
content_type(const struct reply *rp)
{
	if (rp->asset.seq && !rp->type)
		return rp->asset.type;
	return rp->type ? rp->type : "application/json; charset=utf-8";
}

enum MHD_Result
exchange_send(struct exchange *x)
{
	struct MHD_Response *r;
	enum MHD_Result ok;

	if (x->rp.body.full)
		reply_error(&x->rp, 500, "The reply is too big; ask for fewer items with limit.");
	r = make_response(x);
	add_header(r, "Content-Type", content_type(&x->rp));
	if (x->fault)
		add_fault_headers(r, x);
	if (x->rp.asset.seq)
		add_header(r, "Accept-Ranges", "bytes");
	if (*x->rp.asset.range)
		add_header(r, "Content-Range", x->rp.asset.range);
	if (x->rp.status == 401)
		add_header(r, "WWW-Authenticate", "Basic realm=\"multistage-sandbox\"");
	if (x->closes)
		add_header(r, "Connection", "close");
	ok = MHD_queue_response(x->c, (unsigned)x->rp.status, r);
	MHD_destroy_response(r);
	return ok;
}
