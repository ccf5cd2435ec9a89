/* test_http.c - the client against a server that says whatever we want it to. */
#include "config.h"

#include "tests/canned.h"
#include "tests/talk.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/http.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define OK_2     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[64];

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
	talk(h, &post_x, &r);
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
	talk(h, &post_x, &r);
	got = canned_request(s);
	assert_memory_equal(got, "POST /v1/task/multistage HTTP/1.1\r\n", 35);
	must_hold(got,
		  "\r\nAuthorization: Basic bGl2ZV9DYU5hUnk3Wmszdlc6\r\n"); /* "live_" CANARY ":" */
	must_hold(got, "\r\nUser-Agent: multistage/" PACKAGE_VERSION "\r\n");
	must_hold(got, "\r\nContent-Type: application/json\r\n");
	must_hold(got, "\r\nContent-Length: 7\r\n");
	must_hold(got, "\r\n\r\n{\"a\":1}");
	must_lack(got, "Expect");
	must_lack(got, "Accept-Encoding");
	must_lack(got, "Cookie");

	/* on the same connection: the server takes no other one */
	talk(h, &get_x, &r);
	got = canned_request(s);
	assert_memory_equal(got, "GET /v1/x HTTP/1.1\r\n", 20);
	must_lack(got, "Content-");
	talk(h, &remove_tags, &r);
	got = canned_request(s);
	must_hold(got, "DELETE /v1/task/a/tags");
	must_hold(got, "\r\n\r\n[\"t\"]");
	talk(h, &cancel, &r);
	got = canned_request(s);
	must_hold(got, "Content-Length: 0\r\n");
	must_lack(got, "Content-Type");
	assert_int_equal(r.status, 200);
	http_free(h);
	canned_stop(s);
}

static void
a14_a_redirect_is_told_and_not_followed(void **state)
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
	talk(h, &post_x, &r);
	assert_int_equal(r.err.code, ERR_OK);
	assert_int_equal(r.status, 307);
	assert_string_equal(r.location_host, "evil.example:8");
	http_free(h);
	canned_stop(s);
}

/* No key of ours: what is sent then comes from somewhere else. */
static void
c8_this_machine_is_reached_without_a_proxy(void **state)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy",
					     "HTTPS_PROXY", "ALL_PROXY" };
	static const char *const hosts[] = { "localhost", "127.0.0.1" };
	static const struct canned answers[] = { { .bytes = OK_2 }, { .bytes = OK_2 } };
	struct canned_server *s = canned_start(answers, COUNT(answers), NULL);
	struct http_reply r;
	char nobody[64], url[64];

	(void)state;
	snprintf(nobody, sizeof(nobody), "http://127.0.0.1:%d", canned_nobody());
	for (size_t i = 0; i < COUNT(names); i++)
		setenv(names[i], nobody, 1);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct http *h;

		snprintf(url, sizeof(url), "http://%s:%d/v1", hosts[i], canned_port(s));
		h = client_with(
			&(struct http_setup){ .base_url = url, .key = "", .proxy = nobody });
		talk(h, &get_x, &r);
		assert_int_equal(r.status, 200);
		must_lack(canned_request(s), "Proxy-");
		http_free(h);
	}
	for (size_t i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	canned_stop(s);
}

static void
put_home_file(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
drop_home_file(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static void
c9_netrc_and_curlrc_have_no_influence(void **state)
{
	static const struct canned answer = { .bytes = OK_2 };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http_reply r;
	struct http *h;
	const char *got;
	char url[64];

	(void)state;
	put_home_file(".netrc", "default login somebody password secret\n");
	put_home_file(".curlrc", "header = \"X-Curlrc: yes\"\nuser-agent = other\n");
	setenv("HOME", folder, 1);
	snprintf(url, sizeof(url), "http://localhost:%d/v1", canned_port(s));
	h = client_with(&(struct http_setup){ .base_url = url, .key = "" });
	talk(h, &get_x, &r);
	assert_int_equal(r.status, 200);
	got = canned_request(s);
	must_lack(got, "Authorization");
	must_lack(got, "X-Curlrc");
	must_hold(got, "User-Agent: multistage/");
	drop_home_file(".netrc");
	drop_home_file(".curlrc");
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
	talk(h, &get_x, &r);
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
		talk_start(h, &get_x);
	assert_int_equal(http_running(h), N);
	for (int i = 0; i < N; i++) {
		talk_wait(h, &r);
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
an_idle_client_wants_no_wake_up(void **state)
{
	static const struct canned answer = { .bytes = OK_2, .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct http *h = client_of(s);
	struct pollfd fds[HTTP_FDS_MAX];
	struct http_reply r;

	(void)state;
	assert_int_equal(http_timeout(h, 0), -1);
	assert_int_equal(http_pollfds(h, fds, HTTP_FDS_MAX), 0);
	http_step(h, NULL, 0, 0);
	talk(h, &get_x, &r);
	/* the connection stays for the next request, but costs nothing */
	for (int i = 0; i < 5 && http_timeout(h, clock_mono_ms()) >= 0; i++)
		talk_turn(h);
	assert_int_equal(http_timeout(h, clock_mono_ms()), -1);
	assert_int_equal(http_pollfds(h, fds, HTTP_FDS_MAX), 0);
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
	int first = talk_start(h, &post_x), second = talk_start(h, &post_x);

	(void)state;
	http_cancel(h, second); /* not begun */
	assert_true(http_next(h, &r));
	assert_int_equal(r.ticket, second);
	assert_int_equal(r.err.code, ERR_INTERRUPTED);
	assert_false(r.left);
	for (int i = 0; i < 10; i++)
		talk_turn(h);
	must_hold(canned_request(s), "{\"a\":1}"); /* it has arrived */
	http_cancel(h, first);
	http_cancel(h, 99);
	assert_int_equal(http_running(h), 0);
	assert_true(http_next(h, &r));
	assert_int_equal(r.ticket, first);
	assert_int_equal(r.err.code, ERR_INTERRUPTED);
	assert_true(r.left);
	assert_false(http_next(h, &r));
	talk_start(h, &post_x); /* freed while it runs */
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
	talk(h,
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
		cmocka_unit_test(a14_a_redirect_is_told_and_not_followed),
		cmocka_unit_test(c8_this_machine_is_reached_without_a_proxy),
		cmocka_unit_test(c9_netrc_and_curlrc_have_no_influence),
		cmocka_unit_test(a_unix_socket_does_as_well),
		cmocka_unit_test(many_requests_run_at_once_and_each_comes_back_once),
		cmocka_unit_test(an_idle_client_wants_no_wake_up),
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
