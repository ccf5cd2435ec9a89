/* api.c - the calls in flight and what came of them. See api.h.
 *
 * One function per call is in api_calls.c; this file sends, steps, judges. Add
 * a call: a row in endpoint.c, an api_...() there, a route in the sandbox.
 */
#include "config.h"

#include "core/api.h"

#include "core/api_parts.h"
#include "core/call_log.h"
#include "core/clock.h"
#include "core/http.h"
#include "core/mask.h"
#include "core/mem.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call { /* in flight */
	int ticket;
	enum endpoint_id endpoint;
	struct call *next;
};

struct api {
	struct http *http;
	struct mask mask;
	struct call_log *log;
	struct call *calls;
	struct reply reply; /* of the last event */
	char key_hint[160]; /* "live_....9f2c from SCALE_API_KEY", "" without a key */
};

static void
make_key_hint(struct api *a, const struct api_setup *setup)
{
	const char *origin = setup->key_origin ? setup->key_origin : "";
	struct buf from = BUF_INIT(1024);
	char masked[32];

	if (!setup->key[0])
		return;
	mask_hint(setup->key, masked, sizeof(masked));
	text_show(&from, untrusted_str(origin), 80);
	snprintf(a->key_hint, sizeof(a->key_hint), "%s%s%.100s", masked, from.len ? " from " : "",
		 buf_str(&from));
	buf_free(&from);
}

struct api *
api_new(const struct api_setup *setup, struct err *err)
{
	const struct http_setup http_setup = {
		.base_url = setup->base_url,
		.unix_path = setup->unix_path,
		.key = setup->key,
		.ca_file = setup->ca_file,
		.proxy = setup->proxy,
	};
	struct http *http = http_new(&http_setup, err);
	struct api *a;

	if (!http)
		return NULL;
	a = mem_alloc(sizeof(*a));
	a->http = http;
	mask_init(&a->mask, setup->key);
	a->log = call_log_new(&a->mask);
	reply_init(&a->reply, REPLY_TASK);
	make_key_hint(a, setup);
	return a;
}

static const char *
set_or_null(const struct conf *conf, enum conf_id id)
{
	const char *value = conf_get(conf, id);

	return value[0] ? value : NULL;
}

struct api *
api_open(const struct conf *conf, const char *key, const char *key_origin, struct err *err)
{
	const struct api_setup setup = {
		.base_url = conf_get(conf, CONF_URL),
		.unix_path = set_or_null(conf, CONF_UNIX_SOCKET),
		.key = key,
		.key_origin = key_origin,
		.ca_file = set_or_null(conf, CONF_CA_FILE),
		.proxy = set_or_null(conf, CONF_PROXY),
	};

	return api_new(&setup, err);
}

void
api_free(struct api *a)
{
	if (!a)
		return;
	http_free(a->http);
	call_log_free(a->log);
	mask_done(&a->mask);
	while (a->calls) {
		struct call *next = a->calls->next;

		free(a->calls);
		a->calls = next;
	}
	reply_done(&a->reply);
	free(a);
}

/* --- sending --- */

/* What the log shows of an upload: the form without the bytes of the file. */
static void
describe_form(struct buf *out, const struct http_request *req)
{
	buf_addf(out, "file=%s", req->file);
	for (size_t i = 0; i < req->part_count; i++)
		buf_addf(out, "\n%s=%s", req->parts[i].name, req->parts[i].value);
}

enum err_code
api_send(struct api *a, enum endpoint_id endpoint, struct http_request *req, int64_t now,
	 int *ticket, struct err *err)
{
	struct api_call log = { .endpoint = endpoint, .path = req->path };
	struct buf form = BUF_INIT(API_LOG_BODY_MAX);
	struct call *call;

	req->method = endpoints[endpoint].method;
	if (http_send(a->http, req, now, &log.ticket, err))
		return err->code;
	if (req->file)
		describe_form(&form, req);
	log.at_wall_ms = clock_wall_ms();
	log.sent = req->file ? buf_str(&form) : req->body;
	log.sent_len = log.sent_total = req->file ? form.len : req->body_len;
	call_log_start(a->log, &log);
	buf_free(&form);

	call = mem_alloc(sizeof(*call));
	*call = (struct call){ .ticket = log.ticket, .endpoint = endpoint, .next = a->calls };
	a->calls = call;
	*ticket = log.ticket;
	return ERR_OK;
}

/* --- what came of it --- */

static enum endpoint_id
take_call(struct api *a, int ticket)
{
	struct call **at = &a->calls, *call;
	enum endpoint_id endpoint;

	while ((*at)->ticket != ticket)
		at = &(*at)->next;
	call = *at;
	*at = call->next;
	endpoint = call->endpoint;
	free(call);
	return endpoint;
}

/* No whole answer came. Of an answer that was cut for its size nothing is believed. */
static void
judge_failure(const struct http_reply *r, struct api_event *ev)
{
	bool create = ev->endpoint == ENDPOINT_TASK_CREATE;

	ev->err = r->err;
	if (r->err.code == ERR_TOO_BIG && create)
		ev->err.code = ERR_UNCONFIRMED;
	if (r->left && !ev->err.hint[0])
		reply_doubt_hint(&endpoints[ev->endpoint], &ev->err);
}

static void
judge_good(struct api *a, const struct http_reply *r, const char *body, struct api_event *ev)
{
	if (reply_read(&a->reply, body, r->body_len, &ev->err) == ERR_OK)
		return;
	err_wrap(&ev->err, "answer %ld not understood", r->status);
	if (ev->endpoint == ENDPOINT_TASK_CREATE) {
		ev->err.code = ERR_UNCONFIRMED;
		reply_doubt_hint(&endpoints[ev->endpoint], &ev->err);
	}
}

static void
judge_no(struct api *a, const struct http_reply *r, const char *body, struct api_event *ev)
{
	const struct reply_context ctx = {
		.key_hint = a->key_hint,
		.host = http_host(a->http),
		.retry_after_ms = r->retry_after_ms,
		.location_host = r->location_host,
		.endpoint = &endpoints[ev->endpoint],
	};

	reply_refusal(r->status, body, r->body_len, &ctx, &ev->err);
	if (r->status == 409)
		reply_owner_of_id(body, r->body_len, ev->owner_task_id, sizeof(ev->owner_task_id));
}

bool
api_next(struct api *a, struct api_event *ev)
{
	struct http_reply r;
	char *masked;
	const char *body;

	reply_done(&a->reply);
	reply_init(&a->reply, REPLY_TASK);
	if (!http_next(a->http, &r))
		return false;
	*ev = (struct api_event){
		.ticket = r.ticket,
		.endpoint = take_call(a, r.ticket),
		.status = r.status,
		.left = r.left,
		.untrusted = r.untrusted,
		.retry_after_ms = r.retry_after_ms,
	};
	a->reply.kind = endpoints[ev->endpoint].reply;
	mask_apply(&a->mask, r.location_host, strlen(r.location_host));
	mask_apply(&a->mask, r.request_id, strlen(r.request_id));
	/* the key must not reach the screen or the database by way of a reply */
	masked = mask_copy(&a->mask, r.body, r.body_len);
	body = masked ? masked : r.body;
	ev->took_ms = r.took_ms;
	ev->curl = r.curl;
	snprintf(ev->request_id, sizeof(ev->request_id), "%s", r.request_id);
	if (r.err.code)
		judge_failure(&r, ev);
	else if (r.status >= 200 && r.status < 300)
		judge_good(a, &r, body, ev);
	else
		judge_no(a, &r, body, ev);
	free(masked);
	call_log_end(a->log, &r, &ev->err);
	ev->reply = a->reply;
	return true;
}

/* --- for the caller's loop --- */

size_t
api_pollfds(const struct api *a, struct pollfd *fds, size_t cap)
{
	return http_pollfds(a->http, fds, cap);
}

int
api_timeout(const struct api *a, int64_t now)
{
	return http_timeout(a->http, now);
}

void
api_step(struct api *a, const struct pollfd *fds, size_t n, int64_t now)
{
	http_step(a->http, fds, n, now);
}

size_t
api_running(const struct api *a)
{
	return http_running(a->http);
}

void
api_cancel_all(struct api *a)
{
	for (const struct call *c = a->calls; c; c = c->next)
		http_cancel(a->http, c->ticket);
}

/* --- the log, and the key --- */

size_t
api_log_count(const struct api *a)
{
	return call_log_count(a->log);
}

const struct api_call *
api_log_get(const struct api *a, size_t i)
{
	return call_log_get(a->log, i);
}

unsigned
api_log_rev(const struct api *a)
{
	return call_log_rev(a->log);
}

void
api_mask_key(const char *key, char *out, size_t size)
{
	mask_hint(key, out, size);
}
