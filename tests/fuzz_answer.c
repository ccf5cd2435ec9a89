/* fuzz_answer.c - whatever a service answers to a POST: a task is believed only with its id,
 * a no only if it is a whole and definite one.
 *
 * The real api.c and outbox.c over a transport of our own. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/api.h"
#include "core/buf.h"
#include "core/http.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/outbox.h"

#include <string.h>

#define OURS "u-1"

/* status, then: did it end well, had it left; then the body. */
const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("\x01\x03{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"unique_id\":\"u-1\","
		  "\"status\":\"pending\",\"type\":\"multistage\",\"params\":{}}"),
	FUZZ_SEED("\x01\x03{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\"}"),
	FUZZ_SEED("\x01\x03{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"unique_id\":\"u-2\"}"),
	FUZZ_SEED("\x02\x03{\"task_id\":17,\"unique_id\":\"u-2\"}"),
	FUZZ_SEED("\x01\x03{\"task_id\":\"a\",\"task_id\":\"b\"}"),
	FUZZ_SEED(
		"\x05\x03{\"status_code\":400,\"error\":\"The field \\\"priority\\\" is wrong\"}"),
	FUZZ_SEED("\x09\x03{\"status_code\":409,\"error\":\"The unique_id (u-1) is already used for"
		  " a different task (65a6f0c51c9d4400a1b2c3d4).\"}"),
	FUZZ_SEED("\x01\x03<html>Welcome</html>"),
	FUZZ_SEED("\x01\x03"),
	{ NULL, 0 },
};

/* --- the transport: one answer, as the input says --- */

static struct http_reply reply;
static bool waiting;

struct http {
	int unused;
};

struct http *
http_new(const struct http_setup *setup, struct err *err)
{
	(void)setup;
	(void)err;
	return mem_alloc(sizeof(struct http));
}

void
http_free(struct http *h)
{
	free(h);
}

enum err_code
http_send(struct http *h, const struct http_request *req, int64_t now, int *ticket, struct err *err)
{
	(void)h;
	(void)req;
	(void)now;
	(void)err;
	*ticket = reply.ticket = 1;
	waiting = true;
	return ERR_OK;
}

bool
http_next(struct http *h, struct http_reply *out)
{
	(void)h;
	if (!waiting)
		return false;
	waiting = false;
	*out = reply;
	return true;
}

void
http_cancel(struct http *h, int ticket)
{
	(void)h;
	(void)ticket;
}

size_t
http_pollfds(const struct http *h, struct pollfd *fds, size_t cap)
{
	(void)h;
	(void)fds;
	(void)cap;
	return 0;
}

int
http_timeout(const struct http *h, int64_t now)
{
	(void)h;
	(void)now;
	return -1;
}

void
http_step(struct http *h, const struct pollfd *fds, size_t n, int64_t now)
{
	(void)h;
	(void)fds;
	(void)n;
	(void)now;
}

size_t
http_running(const struct http *h)
{
	(void)h;
	return waiting;
}

const char *
http_host(const struct http *h)
{
	(void)h;
	return "h";
}

/* --- what must hold --- */

static bool
is_text(const struct json_span *object, const char *key, struct buf *out)
{
	struct json_span value;

	buf_clear(out);
	if (!json_member(object, key, &value) || value.type != JSON_STRING)
		return false;
	json_unescape(out, &value);
	return true;
}

static void
believed(const struct api_event *ev)
{
	struct buf id = BUF_INIT(4096), unique_id = BUF_INIT(4096);
	struct json_span top, value;
	struct err err = ERR_INIT;

	fuzz_must(ev->status / 100 == 2 && !reply.err.code, "only a whole 2xx is a yes");
	fuzz_must(json_scan(reply.body, reply.body_len, &top, NULL, &err) == ERR_OK &&
			  top.type == JSON_OBJECT,
		  "only an object is a yes");
	fuzz_must(is_text(&top, "task_id", &id) && id.len > 0, "no yes without an id");
	fuzz_must(strcmp(buf_str(&id), ev->reply.tasks[0].task_id) == 0, "the id is the one told");
	fuzz_must(!is_text(&top, "unique_id", &unique_id) || unique_id.len == 0 ||
			  strcmp(buf_str(&unique_id), OURS) == 0,
		  "no yes about another task");
	fuzz_must(!json_member(&top, "unique_id", &value) || value.type == JSON_STRING ||
			  value.type == JSON_NULL,
		  "no yes with an id that is no text");
	buf_free(&id);
	buf_free(&unique_id);
}

static void
judge(const struct api_event *ev)
{
	switch (outbox_classify(ev, OURS)) {
	case OUTBOX_EV_CREATED: believed(ev); break;
	case OUTBOX_EV_REFUSED:
		fuzz_must(!reply.err.code && ev->status / 100 == 4, "only a whole 4xx is a no");
		fuzz_must(ev->status != 401 && ev->status != 403 && ev->status != 408 &&
				  ev->status != 409 && ev->status != 425 && ev->status != 429,
			  "only a definite no is a no");
		break;
	case OUTBOX_EV_NOT_SENT: fuzz_must(!ev->left, "what may have left is in doubt"); break;
	case OUTBOX_EV_CONFLICT: fuzz_must(ev->status == 409, "a conflict is a 409"); break;
	case OUTBOX_EV_BUSY:
		fuzz_must(ev->status == 429 || ev->status == 503, "busy is a 429");
		break;
	case OUTBOX_EV_HOLD:
	case OUTBOX_EV_UNCLEAR: break;
	case OUTBOX_EV_START:
	case OUTBOX_EV_DUE:
	case OUTBOX_EV_FOUND:
	case OUTBOX_EV_STRANGER:
	case OUTBOX_EV_ABSENT:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EV_RESEND:
	case OUTBOX_EV_LINK:
	case OUTBOX_EV_EDIT:
	case OUTBOX_EV_CANCEL:
	case OUTBOX_EV_ABANDON:
	case OUTBOX_EVENT_COUNT: fuzz_must(false, "no answer is such an event");
	}
	if (ev->err.code)
		fuzz_must(ev->err.msg[0] != '\0', "an error has words");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct api_setup setup = { .base_url = "https://h/v1",
						.key = "live_0123456789abcdef",
						.key_origin = "a test" };
	static const long statuses[] = { 0,   200, 201, 204, 302, 400, 401, 402, 404, 409, 413,
					 422, 429, 100, 500, 503, 504, 206, 408, 425, 403, 418 };
	static struct api *a;
	struct api_event ev;
	struct err err = ERR_INIT;
	char *body;
	int ticket;

	if (size < 2)
		return 0;
	body = mem_strndup((const char *)data + 2, size - 2);
	reply = (struct http_reply){
		.status = statuses[data[0] % ARRAY_LEN(statuses)],
		.body = body,
		.body_len = size - 2,
		.retry_after_ms = -1,
		.left = data[1] & 1,
	};
	reply.left = reply.left || reply.status;
	if (!reply.status || !(data[1] & 2))
		err_set(&reply.err, reply.left ? ERR_UNCONFIRMED : ERR_NET, "broken");
	if (!a)
		a = api_new(&setup, &err);
	fuzz_must(a && api_task_create(a, "{}", 2, 0, &ticket, &err) == ERR_OK, "it starts");
	fuzz_must(api_next(a, &ev), "it ends");
	judge(&ev);
	free(body);
	return 0;
}
