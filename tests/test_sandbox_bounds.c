/* test_sandbox_bounds.c - what a client may send, and where the sandbox stops it. */
#include "config.h"

#include "tests/test.h"

#include "tests/dying.h"
#include "tests/proc.h"
#include "tests/raw.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 20000 /* for what must come, on the slowest machine */

#define RESIDENT_MORE_KB 8192
#define DESCRIPTORS_MORE 64 /* of the last ones, whose end is not seen yet */

static struct raw sb; /* one for all tests that do not start their own */

static int
start_one(void **state)
{
	static const char *const args[] = { "--seed", "empty", NULL };
	static const char project[] = "{\"type\":\"multistage\",\"name\":\"p\"}";
	static const char *const keys[] = { RAW_LIVE, RAW_TEST };
	struct answer a;

	(void)state;
	raw_start(&sb, args);
	for (int i = 0; i < 2; i++) {
		raw_call(&sb, keys[i], "POST", "/v1/projects", project, &a);
		assert_int_equal(a.status, 200);
		answer_free(&a);
	}
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

#define KEY    "Authorization: Bearer " RAW_LIVE "\r\n"
#define HEAD   " HTTP/1.1\r\nHost: x\r\n" KEY
#define LIST   "GET /v1/tasks?limit=1" HEAD "\r\n"
#define CREATE "POST /v1/task/multistage" HEAD
#define PLACE  "\"project\":\"p\",\"attachments\":[\"s3://b/k\"]"
#define BODY   "{" PLACE ",\"scene_format\":\"sensor_fusion\"}"
#define LENGTH "Content-Length: 73\r\n" /* of BODY */
#define CHUNKS "49\r\n" BODY "\r\n0\r\n\r\n"

enum after {
	STAYS,
	CLOSES,
	LIBRARY_CLOSES /* and libmicrohttpd answers, in HTML */
};

struct talk {
	const char *text;
	int status[4]; /* of the answers, in order */
	enum after after;
};

/* Read and throw away until the other side has closed; that it does is what counts. */
static void
wait_for_end(int fd)
{
	char junk[4096];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	do
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	while (read(fd, junk, sizeof(junk)) > 0);
}

/* Say it on one connection; the answers must be those, each JSON, and no more of them. */
static void
run_talks(const struct talk *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct talk *t = &rows[i];
		int fd = raw_connect(&sb);
		struct answer a;

		raw_send(fd, t->text, strlen(t->text));
		for (size_t k = 0; k < 4 && t->status[k]; k++) {
			raw_read(fd, strncmp(t->text, "HEAD", 4) == 0, &a);
			if (a.status != t->status[k] ||
			    (t->after != LIBRARY_CLOSES &&
			     !strstr(a.head, "Content-Type: application/json")))
				fail_msg("%s: answer %zu: %s%s", t->text, k, a.head, a.body);
			answer_free(&a);
		}
		if (t->after == LIBRARY_CLOSES) {
			wait_for_end(fd);
		} else if (t->after == CLOSES) {
			if (!raw_closed(fd))
				fail_msg("%s: more comes", t->text);
		} else {
			raw_send(fd, LIST, strlen(LIST));
			raw_read(fd, false, &a);
			if (a.status != 200)
				fail_msg("%s: then %d", t->text, a.status);
			answer_free(&a);
		}
		close(fd);
	}
}
#define RUN(rows) run_talks(rows, sizeof(rows) / sizeof((rows)[0]))

static void
targets_of_every_form_are_answered(void **state)
{
	static const struct talk rows[] = {
		/* clang-format off */
		{ "GET http://localhost/v1/tasks?limit=1" HEAD "\r\n", { 200 }, STAYS },
		{ "GET HTTPS://h:8080/v1/tasks?limit=1" HEAD "\r\n", { 200 }, STAYS },
		{ "GET http://localhost" HEAD "\r\n", { 400 }, STAYS },
		{ "GET /v1/tasks/?limit=1" HEAD "\r\n", { 200 }, STAYS },
		{ "GET //v1/tasks" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /v1//tasks" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /v1/tasks//" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /v1/../v1/tasks" HEAD "\r\n", { 404 }, STAYS },
		{ "GET v1/tasks" HEAD "\r\n", { 400 }, STAYS },
		{ "OPTIONS *" HEAD "\r\n", { 400 }, STAYS },
		{ "OPTIONS /v1/tasks" HEAD "\r\n", { 405 }, STAYS },
		{ "TRACE /v1/tasks" HEAD "\r\n", { 405 }, STAYS },
		{ "PATCH /v1/tasks" HEAD LENGTH "\r\n" BODY, { 405 }, STAYS },
		{ "get /v1/tasks" HEAD "\r\n", { 405 }, STAYS },
		{ "GET /v1/projects/a%00b" HEAD "\r\n", { 400 }, STAYS },
		{ "GET /v1/projects/a%ff" HEAD "\r\n", { 400 }, STAYS },
		{ "GET /v1/projects/\xe9" HEAD "\r\n", { 400 }, STAYS },
		{ "GET /v1/projects/\xc3\xa9" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /v1/projects/%ed%a0%80" HEAD "\r\n", { 400 }, STAYS }, /* a surrogate */
		{ "GET /v1/tasks?tags=%c3%28" HEAD "\r\n", { 400 }, STAYS },
		{ "GET /1/2/3/4/5/6/7/8" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /1/2/3/4/5/6/7/8/" HEAD "\r\n", { 404 }, STAYS },
		{ "GET /1/2/3/4/5/6/7/8/9" HEAD "\r\n", { 400 }, STAYS },
		/* clang-format on */
	};

	(void)state;
	RUN(rows);
}

static void
head_is_answered_as_get_without_a_body(void **state)
{
	static const char *const paths[] = {
		"/v1/tasks",         "/v1/tasks?limit=0",
		"/v1/task/none",     "/v1/projects",
		"/v1/projects/p",    "/v1/projects/p/taskTemplates",
		"/v1/projects/none", "/v1/batches",
		"/v1/batches/none",  "/v1/batches/none/status",
	};
	struct answer get, head;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char want[64];

		raw_call(&sb, RAW_LIVE, "GET", paths[i], NULL, &get);
		raw_call(&sb, RAW_LIVE, "HEAD", paths[i], NULL, &head);
		assert_int_equal(head.status, get.status);
		snprintf(want, sizeof(want), "Content-Length: %zu\r\n", get.body_len);
		assert_non_null(strstr(head.head, want));
		answer_free(&get);
		answer_free(&head);
	}
}

static void
requests_may_be_sent_without_waiting(void **state)
{
	static const struct talk rows[] = {
		{ LIST "GET /v1/none" HEAD "\r\n" CREATE LENGTH "\r\n" BODY LIST,
		  { 200, 404, 200, 200 },
		  STAYS },
		{ CREATE "Transfer-Encoding: chunked\r\n\r\n" CHUNKS LIST, { 200, 200 }, STAYS },
		{ "GET /v1/tasks?limit=1 HTTP/1.0\r\n" KEY "\r\n", { 200 }, CLOSES },
		{ "GET /v1/tasks?limit=1" HEAD "Connection: close\r\n\r\n", { 200 }, CLOSES },
	};

	(void)state;
	RUN(rows);
}

/* Whoever reads these otherwise than we do would take a part of a body for a request. */
static void
a_request_of_doubtful_length_is_refused(void **state)
{
	static const struct talk rows[] = {
		/* clang-format off */
		{ CREATE LENGTH LENGTH "\r\n" BODY, { 400 }, CLOSES },
		{ CREATE LENGTH "Content-Length: 5\r\n\r\n" BODY LIST, { 400 }, CLOSES },
		{ CREATE "content-length: 5\r\nCONTENT-LENGTH: 73\r\n\r\n" BODY LIST, { 400 }, CLOSES },
		{ CREATE "Content-Length : 73\r\n\r\n" LIST, { 400 }, CLOSES },
		{ CREATE "Content-Length\t: 73\r\n\r\n" LIST, { 400 }, CLOSES },
		{ CREATE LENGTH "Transfer-Encoding: chunked\r\n\r\n" CHUNKS LIST, { 400 }, CLOSES },
		{ CREATE "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" CHUNKS, { 400 }, CLOSES },
		{ CREATE "Transfer-Encoding: xchunked\r\n\r\n" CHUNKS, { 400 }, CLOSES },
		{ CREATE "Transfer-Encoding: gzip, chunked\r\n\r\n" CHUNKS, { 400 }, CLOSES },
		{ CREATE "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" CHUNKS, { 400 }, CLOSES },
		{ "POST /v1/task/multistage HTTP/1.0\r\n" KEY "Transfer-Encoding: chunked\r\n\r\n" CHUNKS, { 400 }, CLOSES },
		{ "GET /v1/tasks HTTP/1.1\r\n" KEY "\r\n", { 400 }, CLOSES },
		{ "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nHost: a\r\n" KEY "\r\n", { 400 }, CLOSES },
		{ CREATE "Content-Length: -5\r\n\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Content-Length: +73\r\n\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Content-Length: 0x49\r\n\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Content-Length: 73, 73\r\n\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Content-Length: 99999999999999999999\r\n\r\n" BODY, { 413 }, LIBRARY_CLOSES },
		{ CREATE "Transfer-Encoding: chunked\r\n\r\nzz\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Transfer-Encoding: chunked\r\n\r\n-1\r\n" BODY, { 400 }, LIBRARY_CLOSES },
		{ CREATE "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" BODY, { 413 }, LIBRARY_CLOSES },
		{ "GET /v1/tasks HTTP/2.0\r\nHost: x\r\n\r\n", { 505 }, LIBRARY_CLOSES },
		{ "GET /v1/tasks\r\nHost: x\r\n\r\n", { 400 }, LIBRARY_CLOSES },
		{ "GET /v1/tasks HTTP/1.1\r\nno colon\r\n\r\n", { 400 }, LIBRARY_CLOSES },
		/* clang-format on */
	};

	(void)state;
	RUN(rows);
}

/* A client that asks first is told to go on, or refused before it sends anything. */
static void
a_client_that_asks_before_it_sends_is_answered(void **state)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	static const struct talk refused[] = {
		{ "POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\n"
		  "Expect: 100-continue\r\n" LENGTH "\r\n",
		  { 401 },
		  CLOSES },
		{ "POST /v1/none" HEAD "Expect: 100-continue\r\n" LENGTH "\r\n", { 404 }, CLOSES },
		{ CREATE "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n",
		  { 413 },
		  CLOSES },
	};
	char got[sizeof(go_on)] = "";
	int fd = raw_connect(&sb);
	struct answer a;

	(void)state;
	raw_send(fd, CREATE "Expect: 100-continue\r\n" LENGTH "\r\n",
		 strlen(CREATE "Expect: 100-continue\r\n" LENGTH "\r\n"));
	for (size_t n = 0; n < sizeof(go_on) - 1;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t m;

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		m = read(fd, got + n, sizeof(go_on) - 1 - n);
		assert_true(m > 0);
		n += (size_t)m;
	}
	assert_string_equal(got, go_on);
	raw_send(fd, BODY, strlen(BODY));
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	close(fd);
	RUN(refused);
}

/* Request line and headers have 64 KiB together. */
static void
a_flood_of_headers_is_cut_off(void **state)
{
	static char text[200000];
	static const char field[] = "X-More: and more\r\n";
	struct answer a;
	size_t n;
	int fd;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text), "GET /v1/tasks" HEAD);
	while (n < sizeof(text) - sizeof(field)) {
		memcpy(text + n, field, sizeof(field));
		n += sizeof(field) - 1;
	}
	fd = raw_connect(&sb);
	raw_send(fd, text, n);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 431);
	answer_free(&a);
	wait_for_end(fd);
	close(fd);

	n = (size_t)snprintf(text, sizeof(text), "GET /v1/tasks?");
	memset(text + n, 'a', sizeof(text) - n);
	fd = raw_connect(&sb);
	raw_send(fd, text, sizeof(text));
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 414);
	answer_free(&a);
	wait_for_end(fd);
	close(fd);
}

/* The query has at most 500 pairs. */
static void
a_query_is_bounded(void **state)
{
	static char text[16384];
	static const char pair[] = "a=1&";
	struct answer a;

	(void)state;
	for (int pairs = 499; pairs <= 500; pairs++) { /* and the last one has no "&" */
		size_t n = (size_t)snprintf(text, sizeof(text), "/v1/tasks?");

		for (int i = 0; i < pairs; i++, n += sizeof(pair) - 1)
			memcpy(text + n, pair, sizeof(pair));
		memcpy(text + n, "limit=1", sizeof("limit=1"));
		assert_true(n < 3500);
		raw_call(&sb, RAW_LIVE, "GET", text, NULL, &a);
		assert_int_equal(a.status, pairs == 499 ? 200 : 400);
		answer_free(&a);
	}
}

static void
a_body_past_max_body_is_413_and_the_end(void **state)
{
	static const char *const args[] = { "--seed", "empty", "--max-body", "2000", NULL };
	struct raw r = { .pid = 0 };
	struct answer a;
	char text[4096];

	(void)state;
	raw_start(&r, args);
	for (int size = 2000; size <= 2001; size++) {
		int fd = raw_connect(&r), n;

		n = snprintf(text, sizeof(text),
			     "POST /v1/projects" HEAD "Content-Length: %d\r\n\r\n%-*s", size, size,
			     "{\"type\":\"multistage\",\"name\":\"q\"}");
		raw_send(fd, text, (size_t)n);
		raw_read(fd, false, &a);
		assert_int_equal(a.status, size == 2000 ? 200 : 413);
		if (size == 2001)
			assert_true(raw_closed(fd));
		answer_free(&a);
		close(fd);
	}
	raw_stop(&r);
}

/* The fifth of four waits at the door, and comes in when one goes. */
static void
there_are_at_most_so_many_connections(void **state)
{
	static const char *const args[] = { "--seed", "empty", "--connections", "4", NULL };
	struct raw r = { .pid = 0 };
	struct pollfd p = { .events = POLLIN };
	struct answer a;
	int fd[5];

	(void)state;
	raw_start(&r, args);
	for (int i = 0; i < 5; i++) {
		fd[i] = raw_connect(&r);
		raw_send(fd[i], LIST, strlen(LIST));
		if (i < 4) {
			raw_read(fd[i], false, &a);
			assert_int_equal(a.status, 200);
			answer_free(&a);
		}
	}
	p.fd = fd[4];
	assert_int_equal(poll(&p, 1, 300), 0);
	close(fd[0]);
	raw_read(fd[4], false, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	for (int i = 1; i < 5; i++)
		close(fd[i]);
	raw_stop(&r);
}

/* Send text, then a byte at a time, until the sandbox has had enough. */
static void
trickle(const struct raw *r, const char *text)
{
	int fd = raw_connect(r);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int left = WAIT_MS / 50;
	char c;

	raw_send(fd, text, strlen(text));
	while (poll(&p, 1, 50) == 0 && left-- > 0)
		raw_send(fd, "x", 1);
	if (left <= 0)
		fail_msg("it still waits for \"%s\"", text);
	assert_true(read(fd, &c, 1) <= 0);
	close(fd);
}

static void
slow_clients_are_cut_off(void **state)
{
	static const char *const args[] = { "--patience", "1", NULL };
	static const char many[] = "GET /v1/tasks?limit=100" HEAD "\r\n";
	struct raw r = { .pid = 0 };
	struct pollfd p = { .events = 0 }; /* the end alone */
	struct answer a;
	int fd;

	(void)state;
	raw_start(&r, args);
	p.fd = fd = raw_connect(&r); /* this one reads nothing of the MBs that it asks for */
	for (int i = 0; i < 100; i++)
		raw_send(fd, many, strlen(many));
	trickle(&r, "GET /v1/tasks HTTP/1.1\r\nX: ");
	trickle(&r, CREATE "Content-Length: 2000\r\n\r\n");
	trickle(&r, CREATE "Transfer-Encoding: chunked\r\n\r\n7D0\r\n");
	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	assert_true(p.revents & POLLHUP);
	close(fd);
	fd = raw_connect(&r); /* this one says nothing at all */
	assert_true(raw_closed(fd));
	close(fd);
	raw_call(&r, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	raw_stop(&r);
}

/* Over TCP the end may come with the last bytes, and be seen late; but not so late that
 * nobody else gets in. */
static void
clients_that_go_in_the_middle_make_room(void **state)
{
	static const char *const args[] = { "--connections", "8", "--patience", "1000", NULL };
	static const char *const parts[] = { "GET /v1/ta", CREATE LENGTH "\r\n{\"pro",
					     CREATE LENGTH "\r\n" };
	struct raw r = { .port = raw_free_port() };
	struct answer a;

	(void)state;
	raw_start(&r, args);
	for (int i = 0; i < 24; i++) {
		int fd = raw_connect(&r);

		raw_send(fd, parts[i % 3], strlen(parts[i % 3]));
		close(fd);
	}
	for (int i = 0; i < 10; i++) {
		raw_call(&r, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
		assert_int_equal(a.status, 200);
		answer_free(&a);
	}
	raw_stop(&r);
}

/* Resident memory and descriptors are those of before, when ten thousand clients have died. */
static void
clients_that_die_leave_nothing_behind(void **state)
{
	uint32_t random = 1;
	struct answer a;
	long before;
	int open;

	(void)state;
	(void)before;
	for (int i = 0; i < 3000; i++)
		assert_true(dying_client(&sb, &random));
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks", NULL, &a);
	answer_free(&a);
	before = proc_resident_kb(sb.pid);
	open = proc_descriptors(sb.pid);
	for (int i = 0; i < 10000; i++)
		assert_true(dying_client(&sb, &random));
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	assert_true(proc_descriptors(sb.pid) <= open + DESCRIPTORS_MORE);
#ifndef WITH_ASAN /* it keeps what is freed for a while */
	assert_true(proc_resident_kb(sb.pid) <= before + RESIDENT_MORE_KB);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_of_every_form_are_answered),
		cmocka_unit_test(head_is_answered_as_get_without_a_body),
		cmocka_unit_test(requests_may_be_sent_without_waiting),
		cmocka_unit_test(a_request_of_doubtful_length_is_refused),
		cmocka_unit_test(a_client_that_asks_before_it_sends_is_answered),
		cmocka_unit_test(a_flood_of_headers_is_cut_off),
		cmocka_unit_test(a_query_is_bounded),
		cmocka_unit_test(a_body_past_max_body_is_413_and_the_end),
		cmocka_unit_test(there_are_at_most_so_many_connections),
		cmocka_unit_test(slow_clients_are_cut_off),
		cmocka_unit_test(clients_that_go_in_the_middle_make_room),
		cmocka_unit_test(clients_that_die_leave_nothing_behind),
	};
	return cmocka_run_group_tests_name("sandbox_bounds", tests, start_one, stop_one);
}
