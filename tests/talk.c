/* talk.c - see talk.h. */
#include "config.h"

#include "tests/talk.h"

#include "tests/test.h"

#include "core/clock.h"

const struct http_request get_x = { .method = "GET", .path = "/x" };
const struct http_request post_x = {
	.method = "POST", .path = "/task/multistage", .body = "{\"a\":1}", .body_len = 7
};

struct http *
client_with(const struct http_setup *setup)
{
	struct err err = ERR_INIT;
	struct http *h = http_new(setup, &err);

	if (!h)
		fail_msg("%s", err.msg);
	return h;
}

struct http *
client_of(const struct canned_server *s)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	return client_with(&(struct http_setup){ .base_url = url, .key = "live_" CANARY });
}

int
talk_start(struct http *h, const struct http_request *req)
{
	struct err err = ERR_INIT;
	int ticket = 0;

	if (http_send(h, req, clock_mono_ms(), &ticket, &err))
		fail_msg("%s", err.msg);
	return ticket;
}

void
talk_turn(struct http *h)
{
	struct pollfd fds[HTTP_FDS_MAX];
	size_t n = http_pollfds(h, fds, HTTP_FDS_MAX);
	int wait = http_timeout(h, clock_mono_ms());

	poll(fds, n, wait < 0 || wait > 100 ? 100 : wait);
	http_step(h, fds, n, clock_mono_ms());
}

void
talk_wait(struct http *h, struct http_reply *r)
{
	int64_t end = clock_mono_ms() + 15000;

	while (!http_next(h, r)) {
		if (clock_mono_ms() > end)
			fail_msg("no answer within 15 s");
		talk_turn(h);
	}
}

void
talk(struct http *h, const struct http_request *req, struct http_reply *r)
{
	int ticket = talk_start(h, req);

	talk_wait(h, r);
	assert_int_equal(r->ticket, ticket);
}

void
must_hold(const char *request, const char *part)
{
	if (!strstr(request, part))
		fail_msg("no \"%s\" in:\n%s", part, request);
}

void
must_lack(const char *request, const char *part)
{
	if (strcasestr(request, part))
		fail_msg("\"%s\" in:\n%s", part, request);
}
