/* test_http_broken.c - answers that are cut, endless, silent or none, and no connection at all. */
#include "config.h"

#include "tests/canned.h"
#include "tests/proxy.h"
#include "tests/talk.h"
#include "tests/test.h"

#include "core/http.h"

#include <signal.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
an_answer_that_is_not_whole_is_never_good(void **state)
{
	static const struct {
		struct canned answer;
		enum err_code code;
		const char *msg;
	} cases[] = {
		{ { .end = CANNED_CLOSE }, ERR_UNCONFIRMED, "hung up without an answer" },
		{ { .end = CANNED_RESET }, ERR_UNCONFIRMED, "broke before the answer" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}" },
		  ERR_UNCONFIRMED,
		  "cut off" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
		    .end = CANNED_RESET },
		  ERR_UNCONFIRMED,
		  "127.0.0.1" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a" },
		  ERR_UNCONFIRMED,
		  "cut off" },
		{ { .bytes = "<html>login</html>" }, ERR_UNCONFIRMED, "does not speak HTTP" },
		{ { .bytes = "SSH-2.0-x\r\n" }, ERR_UNCONFIRMED, "does not speak HTTP" },
		{ { .end = CANNED_HANG }, ERR_UNCONFIRMED, "no whole answer" },
		{ { .bytes = "HTTP/1.1 200 OK\r\n\r\n{\"a\"", .end = CANNED_HANG },
		  ERR_UNCONFIRMED,
		  "no whole answer" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct canned_server *s = canned_start(&cases[i].answer, 1, NULL);
		struct http_reply r;
		char url[64];
		struct http *h;

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
		h = client_with(
			&(struct http_setup){ .base_url = url, .key = "", .total_ms = 400 });
		talk(h, &post_x, &r);
		if (r.err.code != cases[i].code || !r.left || !strstr(r.err.msg, cases[i].msg))
			fail_msg("row %zu: %s, %s, %s", i, err_name(r.err.code), r.err.msg,
				 r.left ? "left" : "not left");
		http_free(h);
		canned_stop(s);
	}
}

/* A byte now and then keeps no request alive for ever. */
static void
a12_an_answer_that_drips_ends_with_the_time_it_has(void **state)
{
	static char bytes[100100];
	const struct canned answer = { .bytes = bytes, .end = CANNED_CLOSE };
	struct proxy_plan slow = PROXY_CLEAR;
	struct canned_server *s;
	struct proxy *p;
	struct http_reply r;
	char url[64];
	struct http *h;

	(void)state;
	snprintf(bytes, sizeof(bytes), "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n%0100000d",
		 0);
	s = canned_start(&answer, 1, NULL);
	p = proxy_start(canned_port(s));
	slow.rate = 500; /* it would take minutes */
	proxy_set(p, &slow);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", proxy_port(p));
	h = client_with(&(struct http_setup){ .base_url = url, .key = "", .total_ms = 1000 });
	talk(h, &post_x, &r);
	assert_int_equal(r.err.code, ERR_UNCONFIRMED);
	must_hold(r.err.msg, "no whole answer");
	assert_true(r.left);
	http_free(h);
	proxy_stop(p);
	canned_stop(s);
}

/* libcurl 7.88 calls these good. That the body is no JSON is for the reader to find. */
static void
what_libcurl_takes_for_whole_has_no_body_to_believe(void **state)
{
	static const struct canned cases[] = {
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Ty" },
		{ .bytes = "HTTP/1.1 200 OK\r\n\r\n{\"task_id\":\"a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct canned_server *s = canned_start(&cases[i], 1, NULL);
		struct http *h = client_of(s);
		struct http_reply r;

		talk(h, &post_x, &r);
		assert_int_equal(r.body_len, i ? 13 : 0);
		assert_true(r.left);
		http_free(h);
		canned_stop(s);
	}
}

static void
a13_an_answer_without_end_is_stopped(void **state)
{
	static char kilobyte[1025], header[2000];
	static const struct {
		const char *head;
		const char *msg;
		enum err_code code;
	} cases[] = {
		{ "", "longer than 8 MiB", ERR_TOO_BIG },
		{ "X: ", "64 KiB of headers", ERR_TOO_BIG },
		{ "long", "headers of 127.0.0.1 are too long", ERR_UNCONFIRMED },
	};

	(void)state;
	memset(kilobyte, 'x', 1024);
	snprintf(header, sizeof(header), "X: %s\r\n", kilobyte);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct canned answers[] = {
			{ .bytes = i == 0   ? "HTTP/1.1 200 OK\r\n\r\n"
				   : i == 1 ? "HTTP/1.1 200 OK\r\n"
					    : "HTTP/1.1 200 OK\r\nX: ",
			  .end = CANNED_KEEP },
			{ .bytes = i == 1 ? header : kilobyte, .repeat = 9000, .deaf = true },
		};
		struct canned_server *s = canned_start(answers, 2, NULL);
		struct http *h = client_of(s);
		struct http_reply r;

		talk(h, &get_x, &r);
		if (r.err.code != cases[i].code || !strstr(r.err.msg, cases[i].msg))
			fail_msg("row %zu: %s, %s", i, err_name(r.err.code), r.err.msg);
		assert_true(r.body_len <= HTTP_BODY_MAX);
		http_free(h);
		canned_stop(s);
	}
}

static void
without_a_connection_nothing_has_left(void **state)
{
	int port = canned_nobody();
	char url[64], tls[64], socket_path[128];
	const struct {
		struct http_setup setup;
		const char *msg, *hint;
	} cases[] = {
		{ { .base_url = url, .key = "" },
		  "127.0.0.1 takes no connection",
		  "is the sandbox" },
		{ { .base_url = "http://localhost/v1", .key = "", .unix_path = socket_path },
		  "the sandbox is not running",
		  "multistage-sandbox" },
		{ { .base_url = tls, .key = "", .ca_file = "/nonexistent/ca.pem" },
		  "takes no connection",
		  "" },
		{ { .base_url = "https://service.invalid/v1", .key = "", .proxy = url },
		  "proxy",
		  "" },
	};

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	snprintf(tls, sizeof(tls), "https://127.0.0.1:%d/v1", port);
	snprintf(socket_path, sizeof(socket_path), "/nonexistent/door");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http *h = client_with(&cases[i].setup);
		struct http_reply r;

		talk(h, &post_x, &r);
		if (r.err.code != ERR_NET || r.left || r.status ||
		    !strstr(r.err.msg, cases[i].msg) || !strstr(r.err.hint, cases[i].hint))
			fail_msg("row %zu: %s, %s (%s)", i, err_name(r.err.code), r.err.msg,
				 r.err.hint);
		http_free(h);
	}
}

static void
tls_to_a_server_without_it_sends_nothing(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 400 No\r\n\r\n", .deaf = true };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http_reply r;
	struct http *h;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/v1", canned_port(s));
	h = client_with(&(struct http_setup){ .base_url = url, .key = "live_abc" });
	talk(h, &post_x, &r);
	assert_int_equal(r.err.code, ERR_NET);
	assert_false(r.left);
	must_hold(r.err.msg, "no secure connection to 127.0.0.1");
	http_free(h);
	canned_stop(s);
}

static void
what_a_proxy_says_is_not_what_the_service_says(void **state)
{
	static const struct {
		struct canned answer;
		const char *msg, *hint;
	} cases[] = {
		{ { .bytes = "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n" },
		  "the proxy refuses to connect us (407)",
		  "NAME:PASSWORD" },
		{ { .bytes = "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n" },
		  "the proxy refuses to connect us (502)",
		  "check proxy" },
		{ { .bytes = "HTTP/1.1 200 OK\r\n\r\n" }, "service.invalid", "" },
		{ { .end = CANNED_CLOSE }, "service.invalid", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct canned_server *s = canned_start(&cases[i].answer, 1, NULL);
		struct http_reply r;
		struct http *h;
		const char *got;
		char url[64];

		snprintf(url, sizeof(url), "http://127.0.0.1:%d", canned_port(s));
		h = client_with(&(struct http_setup){ .base_url = "https://service.invalid/v1",
						      .key = "live_abc",
						      .proxy = url });
		talk(h, &post_x, &r);
		if (r.err.code != ERR_NET || r.left || !strstr(r.err.msg, cases[i].msg) ||
		    !strstr(r.err.hint, cases[i].hint))
			fail_msg("row %zu: %s, %s (%s)", i, err_name(r.err.code), r.err.msg,
				 r.err.hint);
		got = canned_request(s);
		must_hold(got, "CONNECT service.invalid:443 HTTP/1.1\r\n");
		must_lack(got, "Authorization");
		http_free(h);
		canned_stop(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_that_is_not_whole_is_never_good),
		cmocka_unit_test(a12_an_answer_that_drips_ends_with_the_time_it_has),
		cmocka_unit_test(what_libcurl_takes_for_whole_has_no_body_to_believe),
		cmocka_unit_test(a13_an_answer_without_end_is_stopped),
		cmocka_unit_test(without_a_connection_nothing_has_left),
		cmocka_unit_test(tls_to_a_server_without_it_sends_nothing),
		cmocka_unit_test(what_a_proxy_says_is_not_what_the_service_says),
	};

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	return cmocka_run_group_tests_name("http, broken", tests, NULL, NULL);
}
