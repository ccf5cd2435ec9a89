/* test_web.c - the sandbox's outgoing HTTP by itself: which host is this machine, what an
 * answer is, and that nothing leaves for another one. */
#include "config.h"

#include "tests/test.h"

#include "sandbox/web.h"
#include "tests/canned.h"

#include <poll.h>

#define EMPTY "Content-Length: 0\r\n\r\n"

static void
only_a_plain_loopback_host_is_this_machine(void **state)
{
	static const struct {
		const char *url;
		bool here;
	} rows[] = {
		{ "http://127.0.0.1/", true },
		{ "HTTPS://127.255.3.4:8443/a?b#c", true },
		{ "http://localhost", true },
		{ "http://LocalHost:80", true },
		{ "http://[::1]:8080/x", true },
		{ "http://[0:0:0:0:0:0:0:1]", true },
		{ "http://127.0.0.1?@example.com/", true },
		{ "http://128.0.0.1/", false },
		{ "http://10.0.0.1/", false },
		{ "http://0.0.0.0/", false },
		{ "http://127.1/", false },
		{ "http://0177.0.0.1/", false },
		{ "http://2130706433/", false },
		{ "http://0x7f.0.0.1/", false },
		{ "http://127.0.0.1.example.com/", false },
		{ "http://localhost.example.com/", false },
		{ "http://localhost./", false },
		{ "http://a.localhost/", false },
		{ "http://me@127.0.0.1/", false },
		{ "http://127.0.0.1:80@example.com/", false },
		{ "http://127.0.0.1\\@example.com/", false },
		{ "http://127.0.0.1%2eexample.com/", false },
		{ "http://example.com\t127.0.0.1/", false },
		{ "http://[::ffff:127.0.0.1]/", false },
		{ "http://[::2]/", false },
		{ "http://[/", false },
		{ "http://", false },
		{ "http:/127.0.0.1/", false },
		{ "ftp://127.0.0.1/", false },
		{ "s3://localhost/k", false },
		{ "localhost", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (web_is_here(rows[i].url) != rows[i].here)
			fail_msg("%s", rows[i].url);
}

/* Drive it until the call has ended; data and why are borrowed as web_next() says. */
static struct web_answer
wait_answer(struct web *w)
{
	struct web_answer a = { .status = -1 };
	struct pollfd fd = { .fd = web_fd(w), .events = POLLIN };

	for (int turns = 0; !web_next(w, &a); turns++) {
		int ms = web_timeout_ms(w);

		assert_true(turns < 100000);
		assert_true(ms >= 0 || web_fd(w) >= 0);
		poll(&fd, 1, ms < 0 || ms > 30000 ? 30000 : ms);
		web_step(w);
	}
	return a;
}

static struct web *
open_web(void)
{
	struct err err;
	struct web *w = web_open(&err);

	assert_non_null(w);
	return w;
}

static const char *
url_of(char out[96], const char *host, const struct canned_server *s)
{
	snprintf(out, 96, "http://%s:%d/x", host, canned_port(s));
	return out;
}

static void
what_is_kept_has_a_limit_and_only_200_is_kept(void **state)
{
	static const struct {
		struct canned answer;
		size_t keep;
		int status;
		const char *data;
	} rows[] = {
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" },
		  5,
		  200,
		  "hello" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!" },
		  5,
		  0,
		  "hello" },
		{ { .bytes = "HTTP/1.1 200 OK\r\n\r\nhello" }, 9, 200, "hello" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" }, 0, 200, "" },
		{ { .bytes = "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nnot found" },
		  5,
		  404,
		  "" },
		{ { .bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\n" EMPTY },
		  5,
		  201,
		  "" },
		{ { .bytes = "HTTP/1.1 100 Continue\r\n\r\n" }, 5, 0, "" },
	};
	struct web *w = open_web();
	char url[96];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canned_server *s = canned_start(&rows[i].answer, 1, NULL);
		const struct web_call call = { .url = url_of(url, "127.0.0.1", s),
					       .keep = rows[i].keep };
		struct web_answer a;
		struct err err;
		int tag;

		assert_int_equal(web_start(w, &call, &tag, &err), ERR_OK);
		a = wait_answer(w);
		assert_ptr_equal(a.arg, &tag);
		if (a.status != rows[i].status || (a.status && strcmp(a.data, rows[i].data) != 0) ||
		    !*a.why != !!a.status)
			fail_msg("row %zu: %ld \"%s\" (%s)", i, a.status, a.data, a.why);
		canned_stop(s);
	}
	web_close(w);
}

/* 0.0.0.0 reaches this machine, too, but by a name that says nothing of it. */
static void
the_address_decides_whatever_the_name_was(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\n" EMPTY };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct web *w = open_web();
	char url[96];

	(void)state;
	url_of(url, "0.0.0.0", s);
	for (int anywhere = 0; anywhere < 2; anywhere++) {
		const struct web_call call = { .url = url, .anywhere = anywhere };
		struct err err;

		assert_int_equal(web_start(w, &call, NULL, &err), ERR_OK);
		assert_int_equal(wait_answer(w).status, anywhere ? 200 : 0);
	}
	canned_stop(s);
	web_close(w);
}

static void
no_proxy_is_asked(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\n" EMPTY };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	const struct web_call call = { .url = "http://127.0.0.1/", .body = "{}", .auth = "k" };
	struct web_call to_it = call;
	struct web *w = open_web();
	char url[96], proxy[96];
	const char *request;
	struct err err;

	(void)state;
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", canned_nobody());
	setenv("http_proxy", proxy, 1);
	setenv("ALL_PROXY", proxy, 1);
	to_it.url = url_of(url, "localhost", s);
	assert_int_equal(web_start(w, &to_it, NULL, &err), ERR_OK);
	assert_int_equal(wait_answer(w).status, 200);
	request = canned_request(s);
	assert_int_equal(strncmp(request, "POST /x HTTP/1.1\r\n", 18), 0);
	assert_non_null(strstr(request, "\r\nscale-callback-auth: k\r\n"));
	assert_null(strstr(request, "Authorization"));
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	canned_stop(s);
	web_close(w);
}

static void
an_endless_head_is_given_up(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 200 OK\r\n", .end = CANNED_KEEP },
		{ .bytes = "X-Filler: 012345678901234567890123456789012345678901234567\r\n",
		  .repeat = 4000,
		  .end = CANNED_HANG,
		  .deaf = true },
	};
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct web *w = open_web();
	char url[96];
	const struct web_call call = { .url = url_of(url, "127.0.0.1", s) };
	struct web_answer a;
	struct err err;

	(void)state;
	assert_int_equal(web_start(w, &call, NULL, &err), ERR_OK);
	a = wait_answer(w);
	assert_int_equal(a.status, 0);
	assert_null(strstr(a.why, "timed out"));
	canned_stop(s);
	web_close(w);
}

/* Many at once, and a close in the middle of more. */
static void
calls_run_beside_each_other_and_can_be_left(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\n" EMPTY };
	static const struct canned hangs = { .bytes = NULL, .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL),
			     *h = canned_start(&hangs, 1, NULL);
	struct web *w = open_web();
	char url[96];
	struct web_call call = { .url = url_of(url, "127.0.0.1", h) };
	struct err err;
	int slow, fast;

	(void)state;
	assert_int_equal(web_timeout_ms(w), -1);
	assert_int_equal(web_start(w, &call, &slow, &err), ERR_OK);
	call.url = url_of(url, "127.0.0.1", s);
	assert_int_equal(web_start(w, &call, &fast, &err), ERR_OK);
	assert_ptr_equal(wait_answer(w).arg, &fast);
	canned_request(h); /* it is out */
	web_close(w);
	canned_stop(s);
	canned_stop(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_plain_loopback_host_is_this_machine),
		cmocka_unit_test(what_is_kept_has_a_limit_and_only_200_is_kept),
		cmocka_unit_test(the_address_decides_whatever_the_name_was),
		cmocka_unit_test(no_proxy_is_asked),
		cmocka_unit_test(an_endless_head_is_given_up),
		cmocka_unit_test(calls_run_beside_each_other_and_can_be_left),
	};

	return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
