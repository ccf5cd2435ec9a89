/* test_http.c - the client against a server that says whatever we want it to. */
#include "config.h"

#include "tests/canned.h"
#include "tests/test.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/http.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define OK_2     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[64];

static struct http *
client_with(const struct http_setup *setup)
{
	struct err err = ERR_INIT;
	struct http *h = http_new(setup, &err);

	if (!h)
		fail_msg("%s", err.msg);
	return h;
}

static struct http *
client_of(const struct canned_server *s)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	return client_with(&(struct http_setup){ .base_url = url, .key = "live_abc123" });
}

static int
start(struct http *h, const struct http_request *req)
{
	struct err err = ERR_INIT;
	int ticket = 0;

	if (http_send(h, req, clock_mono_ms(), &ticket, &err))
		fail_msg("%s", err.msg);
	return ticket;
}

/* One turn of a loop as the program has it. */
static void
turn(struct http *h)
{
	struct pollfd fds[HTTP_FDS_MAX];
	size_t n = http_pollfds(h, fds, HTTP_FDS_MAX);
	int wait = http_timeout(h, clock_mono_ms());

	poll(fds, n, wait < 0 || wait > 100 ? 100 : wait);
	http_step(h, fds, n, clock_mono_ms());
}

static void
wait_for(struct http *h, struct http_reply *r)
{
	int64_t end = clock_mono_ms() + 15000;

	while (!http_next(h, r)) {
		if (clock_mono_ms() > end)
			fail_msg("no answer within 15 s");
		turn(h);
	}
}

static void
exchange(struct http *h, const struct http_request *req, struct http_reply *r)
{
	int ticket = start(h, req);

	wait_for(h, r);
	assert_int_equal(r->ticket, ticket);
}

static const struct http_request get_x = { .method = "GET", .path = "/x" };
static const struct http_request post_x = {
	.method = "POST", .path = "/task/multistage", .body = "{\"a\":1}", .body_len = 7
};

static void
a_whole_answer_comes_with_what_its_headers_say(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 100 Continue\r\nx-request-id: no\r\n\r\n"
			   "HTTP/1.1 429 Too Many\r\nContent-Type: application/json\r\n"
			   "X-Request-Id: 8a0d\r\nretry-after:  7 \r\nContent-Length: 9\r\n\r\n"
			   "{\"a\":\"b\"}" },
	};
	struct canned_server *s = canned_start(answers, COUNT(answers), NULL);
	struct http *h = client_of(s);
	struct http_reply r;

	(void)state;
	exchange(h, &post_x, &r);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 429);
	assert_string_equal(r.body, "{\"a\":\"b\"}");
	assert_int_equal(r.body_len, 9);
	assert_string_equal(r.type, "application/json");
	assert_string_equal(r.request_id, "8a0d");
	assert_string_equal(r.location_host, "");
	assert_int_equal(r.retry_after_ms, 7000);
	assert_true(r.left);
	assert_true(r.took_ms >= 0);
	assert_int_equal(http_running(h), 0);
	assert_false(http_next(h, &r));
	http_free(h);
	canned_stop(s);
}

static void
must_hold(const char *request, const char *part)
{
	if (!strstr(request, part))
		fail_msg("no \"%s\" in:\n%s", part, request);
}

static void
must_lack(const char *request, const char *part)
{
	if (strcasestr(request, part))
		fail_msg("\"%s\" in:\n%s", part, request);
}

static void
a_request_carries_the_key_and_nothing_superfluous(void **state)
{
	static const struct canned answers[] = { { .bytes = OK_2, .end = CANNED_KEEP },
						 { .bytes = OK_2, .end = CANNED_KEEP },
						 { .bytes = OK_2, .end = CANNED_KEEP },
						 { .bytes = OK_2 } };
	static const struct http_request remove_tags = {
		.method = "DELETE", .path = "/task/a/tags", .body = "[\"t\"]", .body_len = 5
	};
	static const struct http_request cancel = { .method = "POST", .path = "/task/a/cancel" };
	struct canned_server *s = canned_start(answers, COUNT(answers), NULL);
	struct http *h = client_of(s);
	struct http_reply r;
	const char *got;

	(void)state;
	exchange(h, &post_x, &r);
	got = canned_request(s);
	assert_memory_equal(got, "POST /v1/task/multistage HTTP/1.1\r\n", 35);
	must_hold(got, "\r\nAuthorization: Basic bGl2ZV9hYmMxMjM6\r\n"); /* "live_abc123:" */
	must_hold(got, "\r\nUser-Agent: multistage/" PACKAGE_VERSION "\r\n");
	must_hold(got, "\r\nContent-Type: application/json\r\n");
	must_hold(got, "\r\nContent-Length: 7\r\n");
	must_hold(got, "\r\n\r\n{\"a\":1}");
	must_lack(got, "Expect");
	must_lack(got, "Accept-Encoding");
	must_lack(got, "Cookie");

	/* on the same connection: the server takes no other one */
	exchange(h, &get_x, &r);
	got = canned_request(s);
	assert_memory_equal(got, "GET /v1/x HTTP/1.1\r\n", 20);
	must_lack(got, "Content-");
	exchange(h, &remove_tags, &r);
	got = canned_request(s);
	must_hold(got, "DELETE /v1/task/a/tags");
	must_hold(got, "\r\n\r\n[\"t\"]");
	exchange(h, &cancel, &r);
	got = canned_request(s);
	must_hold(got, "Content-Length: 0\r\n");
	must_lack(got, "Content-Type");
	assert_int_equal(r.status, 200);
	http_free(h);
	canned_stop(s);
}

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
		exchange(h, &post_x, &r);
		if (r.err.code != cases[i].code || !r.left || !strstr(r.err.msg, cases[i].msg))
			fail_msg("row %zu: %s, %s, %s", i, err_name(r.err.code), r.err.msg,
				 r.left ? "left" : "not left");
		http_free(h);
		canned_stop(s);
	}
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

		exchange(h, &post_x, &r);
		assert_int_equal(r.body_len, i ? 13 : 0);
		assert_true(r.left);
		http_free(h);
		canned_stop(s);
	}
}

static void
an_answer_without_end_is_stopped(void **state)
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

		exchange(h, &get_x, &r);
		if (r.err.code != cases[i].code || !strstr(r.err.msg, cases[i].msg))
			fail_msg("row %zu: %s, %s", i, err_name(r.err.code), r.err.msg);
		assert_true(r.body_len <= HTTP_BODY_MAX);
		http_free(h);
		canned_stop(s);
	}
}

static void
a_redirect_is_told_and_not_followed(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 307 Moved\r\nLocation: https://user:pw@evil.example:8/x?y\r\n"
			   "Content-Length: 0\r\n\r\n",
		  .end = CANNED_HANG },
	};
	struct canned_server *s = canned_start(answers, 1, NULL);
	struct http *h = client_of(s);
	struct http_reply r;

	(void)state;
	exchange(h, &post_x, &r);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 307);
	assert_string_equal(r.location_host, "evil.example:8");
	http_free(h);
	canned_stop(s);
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
	snprintf(socket_path, sizeof(socket_path), "%s/nobody", folder);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http *h = client_with(&cases[i].setup);
		struct http_reply r;

		exchange(h, &post_x, &r);
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
	exchange(h, &post_x, &r);
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
		exchange(h, &post_x, &r);
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

static void
this_machine_is_reached_without_a_proxy_and_without_netrc(void **state)
{
	static const struct canned answer = { .bytes = OK_2 };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http_reply r;
	struct http *h;
	char url[64], path[128];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/.netrc", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("default login somebody password secret\n", f);
	fclose(f);
	setenv("HOME", folder, 1);
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	snprintf(url, sizeof(url), "http://localhost:%d/v1", canned_port(s));
	h = client_with(
		&(struct http_setup){ .base_url = url, .key = "", .proxy = "http://127.0.0.1:1" });
	exchange(h, &get_x, &r);
	assert_int_equal(r.status, 200);
	must_lack(canned_request(s), "Authorization");
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unlink(path);
	http_free(h);
	canned_stop(s);
}

static void
a_unix_socket_does_as_well(void **state)
{
	static const struct canned answer = { .bytes = OK_2 };
	struct canned_server *s;
	struct http_reply r;
	struct http *h;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/door", folder);
	s = canned_start(&answer, 1, path);
	h = client_with(&(struct http_setup){
		.base_url = "http://localhost/v1", .key = "k", .unix_path = path });
	exchange(h, &get_x, &r);
	assert_int_equal(r.status, 200);
	must_hold(canned_request(s), "\r\nHost: localhost\r\n");
	http_free(h);
	canned_stop(s);
	unlink(path);
}

static void
many_requests_run_at_once_and_each_comes_back_once(void **state)
{
	enum { N = 40 };
	static struct canned answers[N];
	struct canned_server *s;
	bool seen[N + 1] = { false };
	struct http_reply r;
	struct http *h;

	(void)state;
	for (int i = 0; i < N; i++)
		answers[i] = (struct canned){ .bytes = OK_2 };
	s = canned_start(answers, N, NULL);
	h = client_of(s);
	for (int i = 0; i < N; i++)
		start(h, &get_x);
	assert_int_equal(http_running(h), N);
	for (int i = 0; i < N; i++) {
		wait_for(h, &r);
		assert_int_equal(r.status, 200);
		assert_true(r.ticket > 0 && r.ticket <= N);
		assert_false(seen[r.ticket]);
		seen[r.ticket] = true;
	}
	assert_int_equal(http_running(h), 0);
	http_free(h);
	canned_stop(s);
}

static void
a_canceled_request_comes_out_as_interrupted(void **state)
{
	static const struct canned answer = { .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http *h = client_of(s);
	struct http_reply r;
	int first = start(h, &post_x), second = start(h, &post_x);

	(void)state;
	http_cancel(h, second); /* not begun */
	assert_true(http_next(h, &r));
	assert_int_equal(r.ticket, second);
	assert_int_equal(r.err.code, ERR_INTERRUPTED);
	assert_false(r.left);
	for (int i = 0; i < 10; i++)
		turn(h);
	must_hold(canned_request(s), "{\"a\":1}"); /* it has arrived */
	http_cancel(h, first);
	http_cancel(h, 99);
	assert_int_equal(http_running(h), 0);
	assert_true(http_next(h, &r));
	assert_int_equal(r.ticket, first);
	assert_int_equal(r.err.code, ERR_INTERRUPTED);
	assert_true(r.left);
	assert_false(http_next(h, &r));
	start(h, &post_x); /* freed while it runs */
	http_free(h);
	canned_stop(s);
}

static void
a_file_goes_up_as_a_form(void **state)
{
	static const struct canned answer = { .bytes = OK_2 };
	static const struct http_part parts[] = { { "project_name", "p q" },
						  { "metadata", "{\"a\":\"\xC3\xA4\"}" } };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http *h = client_of(s);
	struct http_reply r;
	const char *got;
	char path[128];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/sc\"ene.json", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("frame bytes", f);
	fclose(f);
	exchange(h,
		 &(struct http_request){ .method = "POST",
					 .path = "/files/upload",
					 .file = path,
					 .parts = parts,
					 .part_count = 2 },
		 &r);
	assert_int_equal(r.status, 200);
	got = canned_request(s);
	must_hold(got, "Content-Type: multipart/form-data; boundary=");
	must_hold(got, "name=\"project_name\"\r\n\r\np q\r\n");
	must_hold(got, "name=\"metadata\"\r\n\r\n{\"a\":\"\xC3\xA4\"}\r\n");
	must_hold(got, "name=\"file\"; filename=\"sc%22ene.json\"\r\n");
	must_hold(got, "\r\n\r\nframe bytes\r\n");
	must_lack(got, folder); /* where it lies is nobody's business */
	must_lack(got, "Expect");
	unlink(path);
	http_free(h);
	canned_stop(s);
}

static void
a_file_that_cannot_go_up_is_refused_before_anything_is_sent(void **state)
{
	char big[128], none[128], pipe_path[128];
	const struct {
		const char *path;
		enum err_code code;
		const char *msg;
	} cases[] = {
		{ none, ERR_SYS, "No such file" },
		{ folder, ERR_SYS, "Is a directory" },
		{ pipe_path, ERR_SYS, "Invalid argument" },
		{ big, ERR_TOO_BIG, "has 80000001 bytes; the service takes 80000000" },
	};
	struct http *h = client_with(
		&(struct http_setup){ .base_url = "http://127.0.0.1:1/v1", .key = "k" });
	FILE *f;

	(void)state;
	snprintf(none, sizeof(none), "%s/none", folder);
	snprintf(big, sizeof(big), "%s/big", folder);
	snprintf(pipe_path, sizeof(pipe_path), "%s/pipe", folder);
	f = fopen(big, "w");
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), 80000001), 0);
	fclose(f);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request req = { .method = "POST", .path = "/", .file = cases[i].path };
		struct err err = ERR_INIT;
		int ticket = 0;

		if (http_send(h, &req, 0, &ticket, &err) != cases[i].code || ticket ||
		    !strstr(err.msg, cases[i].msg))
			fail_msg("row %zu: %s, %s", i, err_name(err.code), err.msg);
	}
	assert_int_equal(http_running(h), 0);
	http_free(h);
	unlink(big);
	unlink(pipe_path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_answer_comes_with_what_its_headers_say),
		cmocka_unit_test(a_request_carries_the_key_and_nothing_superfluous),
		cmocka_unit_test(an_answer_that_is_not_whole_is_never_good),
		cmocka_unit_test(what_libcurl_takes_for_whole_has_no_body_to_believe),
		cmocka_unit_test(an_answer_without_end_is_stopped),
		cmocka_unit_test(a_redirect_is_told_and_not_followed),
		cmocka_unit_test(without_a_connection_nothing_has_left),
		cmocka_unit_test(tls_to_a_server_without_it_sends_nothing),
		cmocka_unit_test(what_a_proxy_says_is_not_what_the_service_says),
		cmocka_unit_test(this_machine_is_reached_without_a_proxy_and_without_netrc),
		cmocka_unit_test(a_unix_socket_does_as_well),
		cmocka_unit_test(many_requests_run_at_once_and_each_comes_back_once),
		cmocka_unit_test(a_canceled_request_comes_out_as_interrupted),
		cmocka_unit_test(a_file_goes_up_as_a_form),
		cmocka_unit_test(a_file_that_cannot_go_up_is_refused_before_anything_is_sent),
	};
	char name[] = "/tmp/multistage-http.XXXXXX";
	int failed;

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	if (!mkdtemp(name))
		return 1;
	snprintf(folder, sizeof(folder), "%s", name);
	failed = cmocka_run_group_tests_name("http", tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
