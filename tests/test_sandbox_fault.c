/* test_sandbox_fault.c - every way in which the sandbox can be made to fail. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "core/json.h"
#include "core/text.h"
#include "tests/admin.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CREATE   "/v1/task/multistage"
#define WAIT_MS  30000

static struct raw sb; /* one for all tests that do not stop it */
static int made;      /* tasks asked for: each has a unique_id of its own */

static int
start_one(void **state)
{
	static const char *const args[] = { "--seed", "demo:100", NULL };

	(void)state;
	admin_prepare();
	raw_start(&sb, args);
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

/* The body of a create with the next unique_id. */
static const char *
next_task(char out[256])
{
	snprintf(out, 256,
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k.sfs\"],"
		 "\"unique_id\":\"u%d\"}",
		 ++made);
	return out;
}

/* How many tasks have the last unique_id, as a look-up without faults tells. */
static int
found(const char *key)
{
	struct answer a;
	char target[64];
	int n;

	admin_faults(&sb, "[]");
	snprintf(target, sizeof(target), "/v1/tasks?unique_id=u%d", made);
	raw_call(&sb, key, "GET", target, NULL, &a);
	assert_int_equal(a.status, 200);
	n = (int)strtol(raw_at(&a, "total"), NULL, 10);
	answer_free(&a);
	return n;
}

static void
fault(const char *effect)
{
	char rules[512];

	snprintf(rules, sizeof(rules),
		 "[{\"name\":\"it\",\"method\":\"POST\",\"path\":\"" CREATE
		 "\",\"effect\":\"%s\"}]",
		 effect);
	admin_faults(&sb, rules);
}

/* Create under the fault; all that came. Owned. */
static char *
create(const char *effect, size_t *n)
{
	char body[256];

	fault(effect);
	return admin_talk(raw_connect(&sb), RAW_LIVE, "POST", CREATE, next_task(body), n, NULL);
}

static const char *
body_of(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");

	return end ? end + 4 : "";
}

#define H200 "HTTP/1.1 200 OK\r\n"

static void
each_effect_does_what_it_says(void **state)
{
	static const struct {
		const char *effect, *begins, *has, *lacks;
		int status; /* as recorded */
		bool committed;
	} rows[] = {
		{ "ok", H200, "\"task_id\":\"", "@", 200, true },
		{ "status:503", "HTTP/1.1 503 ", "\"status_code\":503", "task_id", 503, false },
		{ "status:500:before", "HTTP/1.1 500 ", "\"error\":\"", "task_id", 500, false },
		{ "status:503:after", "HTTP/1.1 503 ", "\"error\":\"", "task_id", 503, true },
		{ "status:404:after", "HTTP/1.1 404 ", "\"error\":\"", "task_id", 404, true },
		{ "fin", "", "", "HTTP", 0, false },
		{ "fin:after", "", "", "HTTP", 0, true },
		{ "429:sec:7", "HTTP/1.1 429 ", "Retry-After: 7\r\n", "task_id", 429, false },
		{ "429:none", "HTTP/1.1 429 ", "\"error\":\"", "Retry-After", 429, false },
		{ "429:date:60", "HTTP/1.1 429 ", "Retry-After: ", "Retry-After: 6", 429, false },
		{ "429:date:60", "HTTP/1.1 429 ", " GMT\r\n", "task_id", 429, false },
		{ "429:sec:1:after", "HTTP/1.1 429 ", "Retry-After: 1\r\n", "task_id", 429, true },
		{ "redir:http://other.example/x", "HTTP/1.1 302 ",
		  "Location: http://other.example/x\r\n", "task_id", 302, false },
		{ "redir:307:http://other.example/", "HTTP/1.1 307 ",
		  "Location: http://other.example/\r\n", "task_id", 307, false },
		{ "garbage", "", "garbage", "HTTP/1.1", 0, true },
		{ "garbage:before", "", "garbage", "HTTP/1.1", 0, false },
		{ "html200", H200, "Content-Type: text/html", "task_id", 200, true },
		{ "html200:before", H200, "</html>", "task_id", 200, false },
		{ "empty200", H200, "Content-Length: 0\r\n", "task_id", 200, true },
		{ "deep:100", H200, "[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "task_id", 200,
		  true },
		{ "noid200", H200, "\"status\":\"pending\"", "task_id", 200, true },
		{ "wrongid200", H200, "\"task_id\":\"0badc0de0badc0de0badc0de\"", "@", 200, true },
		{ "badtype200", H200, "\"task_id\":4711", "@", 200, true },
		{ "badtype200:object", H200, "\"task_id\":{\"id\":\"", "@", 200, true },
		{ "delay:1", H200, "task_id", "@", 200, true },
		{ "delay:1:after", H200, "task_id", "@", 200, true },
		{ "evil", H200, "\\u001b[2J", "\x1B", 200, true },
		{ "badutf8", H200, "\"task_id\":\"\xFF", "@", 200, true },
		{ "ctl", H200, "\"task_id\":\"\x01\x1B[2J", "@", 200, true },
		{ "ctype:text/plain", H200, "Content-Type: text/plain\r\n", "application", 200,
		  true },
		{ "hdr:20000", H200, "\"task_id\":\"", "HTTP/1.1 200 OK\r\nContent-L", 200, true },
		{ "trunc:10", H200, "\r\n\r\n{\"task_id\"", "status", 200, true },
		{ "trunc:0", H200, "Content-Length: ", "task_id", 200, true },
		{ "trunc:1000000", H200, "\"task_id\"", "@", 200, true },
		{ "slow:1000000", H200, "\"task_id\"", "@", 200, true },
		{ "delay:1, status:500:after, ctype:text/x, trunc:3", "HTTP/1.1 500 ",
		  "Content-Type: text/x\r\n", "code", 500, true },
		{ "status:503:after, evil", "HTTP/1.1 503 ", "\\u001b[2J", "task_id", 503, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char status[256], committed[256], name[256], want[16];
		size_t n;
		char *text = create(rows[i].effect, &n);

		if (strncmp(text, rows[i].begins, strlen(rows[i].begins)) != 0 ||
		    !memmem(text, n, rows[i].has, strlen(rows[i].has)) ||
		    memmem(text, n, rows[i].lacks, strlen(rows[i].lacks)))
			fail_msg("%s: %s", rows[i].effect, text);
		free(text);
		admin_recorded(&sb, CREATE, "status", status);
		admin_recorded(&sb, CREATE, "committed", committed);
		admin_recorded(&sb, CREATE, "fault", name);
		snprintf(want, sizeof(want), "%d", rows[i].status);
		if (strcmp(status, want) != 0 ||
		    strcmp(committed, rows[i].committed ? "true" : "false") != 0 ||
		    strcmp(name, "it") != 0)
			fail_msg("%s: recorded %s %s %s", rows[i].effect, status, committed, name);
		if (found(RAW_LIVE) != rows[i].committed)
			fail_msg("%s: committed is not what it says", rows[i].effect);
	}
}

static void
strings_of_evil_are_valid_json_and_the_others_are_not(void **state)
{
	static const struct {
		const char *effect;
		bool utf8, json;
	} rows[] = { { "evil", true, true }, { "badutf8", false, false }, { "ctl", true, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;
		struct answer a;
		const char *tasks;
		size_t n;
		char *text;

		admin_faults(&sb, "[]");
		raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=3", NULL, &a);
		answer_free(&a);
		text = create(rows[i].effect, &n);
		tasks = body_of(text);
		n -= (size_t)(tasks - text);
		assert_int_equal(text_valid(tasks, n, NULL), rows[i].utf8);
		assert_int_equal(json_scan(tasks, n, NULL, NULL, &err) == ERR_OK, rows[i].json);
		free(text);
	}
}

/* Every value, no key; nested ones, too. */
static void
evil_is_in_every_string(void **state)
{
	static const char *const paths[] = { "docs.0.task_id", "docs.0.status", "docs.0.type",
					     "docs.0.created_at", "docs.0.params.attachments.0" };
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"path\":\"/v1/tasks\",\"effect\":\"evil\"}]");
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=1&status=completed", NULL, &a);
	for (size_t i = 0; i < COUNT(paths); i++)
		if (strncmp(raw_at(&a, paths[i]), "\x1B[2J", 4) != 0)
			fail_msg("%s: %s", paths[i], raw_at(&a, paths[i]));
	assert_string_equal(raw_at(&a, "limit"), "1");
	answer_free(&a);
}

static void
a_huge_answer_is_json_of_at_least_that_size(void **state)
{
	struct err err = ERR_INIT;
	struct json_span top, id;
	size_t n;
	char *text = create("huge:3000000", &n);
	const char *body = body_of(text);

	(void)state;
	assert_true(n > 3000000);
	assert_int_equal(json_scan(body, n - (size_t)(body - text), &top, NULL, &err), ERR_OK);
	assert_true(json_member(&top, "task_id", &id));
	assert_true(json_member(&top, "padding", &id));
	free(text);
	assert_int_equal(found(RAW_LIVE), 1);
}

/* Nobody holds a terabyte: what counts is that it begins, and that others are served. */
static void
an_endless_answer_does_not_hold_up_others(void **state)
{
	static const char *const effects[] = { "huge:1000000000000", "hdr:endless", "slow:1" };
	char body[256], block[4096];
	struct answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(effects); i++) {
		int fd = raw_connect(&sb);
		size_t n = 0, want = i < 2 ? 4000000 : 60;
		ssize_t got = 1;

		fault(effects[i]);
		admin_send(fd, RAW_LIVE, "POST", CREATE, next_task(body));
		while (n < want && got > 0) {
			struct pollfd in = { .fd = fd, .events = POLLIN };

			if (poll(&in, 1, WAIT_MS) != 1)
				fail_msg("%s: %zu bytes came", effects[i], n);
			if ((got = read(fd, block, sizeof(block))) > 0)
				n += (size_t)got;
		}
		assert_true(n >= want);
		raw_call(&sb, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
		assert_int_equal(a.status, 200);
		answer_free(&a);
		close(fd);
		assert_int_equal(found(RAW_LIVE), 1);
	}
}

#define STORY                                                            \
	"[fault before]\nmethod = POST\nwhen = 1\neffect = rst:before\n" \
	"[fault after]\nmethod = POST\nwhen = 2\neffect = rst:after\n"

/* A unix socket knows no reset. */
static void
a_reset_is_one_and_what_is_committed_stays(void **state)
{
	static const char project[] = "{\"name\":\"p\",\"type\":\"multistage\"}";
	static const bool kept[] = { false, true };
	const char *story = scratch_path(*state, "story.ini");
	const char *const args[] = { "--seed", "empty", "--story", story, NULL };
	struct sandbox *s;

	scratch_write(story, STORY, strlen(STORY));
	s = sandbox_start(NULL, args);
	for (size_t i = 0; i < COUNT(kept); i++) {
		bool reset;
		size_t n;
		char *text;

		free(admin_talk(admin_tcp(sandbox_url(s)), RAW_LIVE, "POST", "/v1/projects",
				project, &n, &reset));
		assert_int_equal(n, 0);
		assert_true(reset);
		text = admin_talk(admin_tcp(sandbox_url(s)), RAW_LIVE, "GET", "/v1/projects/p",
				  NULL, &n, &reset);
		assert_false(reset);
		assert_int_equal(strncmp(text, H200, strlen(H200)) == 0, kept[i]);
		free(text);
	}
	sandbox_stop(s);
}

/* Wait until the first rule has picked n requests. */
static void
wait_for_hits(const char *n)
{
	for (int ms = 0; ms < WAIT_MS; ms += 10) {
		struct answer a;
		bool there;

		admin_call(&sb, "GET", "/_sandbox/faults", NULL, &a);
		there = strcmp(raw_at(&a, "faults.0.hits"), n) == 0;
		answer_free(&a);
		if (there)
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("no rule was hit");
}

static void
a_delayed_request_waits_before_or_after_it_runs(void **state)
{
	static const struct {
		const char *effect;
		int found;
	} rows[] = { { "delay:3000000", 0 }, { "delay:3000000:after", 1 }, { "late:3000000", 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = raw_connect(&sb);
		char body[256];
		struct pollfd in = { .fd = fd, .events = POLLIN };

		fault(rows[i].effect);
		admin_send(fd, RAW_LIVE, "POST", CREATE, next_task(body));
		wait_for_hits("1");
		if (found(RAW_LIVE) != rows[i].found)
			fail_msg("%s", rows[i].effect);
		if (i < 2)
			assert_int_equal(poll(&in, 1, 0), 0);
		close(fd);
	}
}

static void
a_late_commit_comes_after_its_503(void **state)
{
	char body[256], committed[256] = "";
	size_t n;
	char *text;

	(void)state;
	fault("late:50");
	text = admin_talk(raw_connect(&sb), RAW_LIVE, "POST", CREATE, next_task(body), &n, NULL);
	assert_int_equal(strncmp(text, "HTTP/1.1 503 ", 13), 0);
	free(text);
	for (int ms = 0; ms < WAIT_MS && strcmp(committed, "true") != 0; ms += 10) {
		admin_recorded(&sb, CREATE, "committed", committed);
		poll(NULL, 0, 10);
	}
	assert_string_equal(committed, "true");
	admin_recorded(&sb, CREATE, "status", committed);
	assert_string_equal(committed, "503");
	assert_int_equal(found(RAW_LIVE), 1);
}

static void
a_look_up_lags_until_the_time_is_over(void **state)
{
	struct answer a;
	char body[256], by_id[64], by_unique[64];

	(void)state;
	admin_faults(&sb, "[{\"method\":\"GET\",\"path\":\"/v1/task*\",\"effect\":\"lag:60000\"}]");
	raw_call(&sb, RAW_LIVE, "POST", CREATE, next_task(body), &a);
	assert_int_equal(a.status, 200);
	snprintf(by_id, sizeof(by_id), "/v1/task/%s", raw_at(&a, "task_id"));
	snprintf(by_unique, sizeof(by_unique), "/v1/tasks?unique_id=u%d", made);
	answer_free(&a);
	for (int later = 0; later < 2; later++) {
		raw_call(&sb, RAW_LIVE, "GET", by_id, NULL, &a);
		assert_int_equal(a.status, later ? 200 : 404);
		answer_free(&a);
		raw_call(&sb, RAW_LIVE, "GET", by_unique, NULL, &a);
		assert_string_equal(raw_at(&a, "total"), later ? "1" : "0");
		assert_int_equal(strcmp(raw_at(&a, "docs.0.task_id"), "-") != 0, later);
		answer_free(&a);
		raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
		assert_string_equal(raw_at(&a, "docs.0.task_id"), by_id + strlen("/v1/task/"));
		answer_free(&a);
		admin_advance(&sb, "61s");
	}
}

/* A rule for every method must not take the answer from those that make tasks. */
static void
a_lag_is_of_look_ups_alone(void **state)
{
	char body[256];
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"effect\":\"lag:60000\"}]");
	raw_call(&sb, RAW_LIVE, "POST", CREATE, next_task(body), &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	assert_int_equal(found(RAW_LIVE), 1);
}

static void
upload(struct answer *a)
{
	static const char form[] =
		"POST /v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
		"Connection: close\r\nContent-Type: multipart/form-data; boundary=B\r\n"
		"Content-Length: 85\r\n\r\n"
		"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
		"some bytes\r\n--B--\r\n";
	int fd = raw_connect(&sb);

	raw_send(fd, form, sizeof(form) - 1);
	raw_read(fd, false, a);
	close(fd);
}

/* The body, its headers and its file outlive the connection they came on. */
static void
a_late_upload_is_kept(void **state)
{
	char committed[256] = "";
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"path\":\"/v1/files/*\",\"effect\":\"late:20\"}]");
	upload(&a);
	assert_int_equal(a.status, 503);
	answer_free(&a);
	for (int ms = 0; ms < WAIT_MS && strcmp(committed, "true") != 0; ms += 10) {
		admin_recorded(&sb, "/v1/files/upload", "committed", committed);
		poll(NULL, 0, 10);
	}
	assert_string_equal(committed, "true");
}

/* Its bytes are not in the reply, but in the database. */
static void
a_file_on_its_way_out_fails_like_any_reply(void **state)
{
	static const struct {
		const char *effect, *begins, *body;
	} rows[] = {
		{ "ok", H200, "some bytes" },
		{ "trunc:4", H200, "some" },
		{ "slow:1000", H200, "some bytes" },
		{ "hdr:500", H200, "some bytes" },
		{ "ctype:text/x", H200, "some bytes" },
		{ "evil", H200, "some bytes" },
		{ "empty200", H200, "" },
		{ "status:500:after", "HTTP/1.1 500 ", "{\"status_code\":500," },
	};
	char target[128], rules[256];
	struct answer a;
	size_t n;

	(void)state;
	admin_faults(&sb, "[]");
	upload(&a);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", raw_at(&a, "id"));
	answer_free(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text;

		snprintf(rules, sizeof(rules), "[{\"method\":\"GET\",\"effect\":\"%s\"}]",
			 rows[i].effect);
		admin_faults(&sb, rules);
		text = admin_talk(raw_connect(&sb), RAW_LIVE, "GET", target, NULL, &n, NULL);
		if (strncmp(text, rows[i].begins, strlen(rows[i].begins)) != 0 ||
		    strncmp(body_of(text), rows[i].body, strlen(rows[i].body)) != 0 ||
		    (rows[i].body[0] != '{' && strlen(body_of(text)) != strlen(rows[i].body)))
			fail_msg("%s: %s", rows[i].effect, text);
		free(text);
	}
}

static void
a_list_that_ignores_its_filter_gives_strangers(void **state)
{
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"path\":\"/v1/tasks\",\"effect\":\"ignorefilter\"}]");
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?unique_id=nobody&limit=2", NULL, &a);
	assert_string_not_equal(raw_at(&a, "docs.1.task_id"), "-");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?status=canceled&unique_id=nobody", NULL, &a);
	assert_string_equal(raw_at(&a, "docs.0.status"), "canceled");
	answer_free(&a);
}

static void
a_fault_touches_nothing_else(void **state)
{
	static const struct {
		const char *key, *method, *target;
		int status;
	} rows[] = {
		{ RAW_LIVE, "GET", "/v1/projects", 503 },
		{ RAW_LIVE, "GET", "/v1/projects?archived=false", 503 },
		{ RAW_TEST, "GET", "/v1/projects", 200 },
		{ RAW_LIVE, "GET", "/v1/tasks", 200 },
		{ RAW_LIVE, "GET", "/v1/batches", 200 },
		{ RAW_LIVE, "POST", "/v1/projects", 400 },
		{ "wrong", "GET", "/v1/projects", 401 },
	};
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"method\":\"GET\",\"path\":\"/v1/projects\",\"key\":\"live\","
			  "\"effect\":\"status:503\"}]");
	for (size_t i = 0; i < COUNT(rows); i++) {
		raw_call(&sb, rows[i].key, rows[i].method, rows[i].target, NULL, &a);
		if (a.status != rows[i].status)
			fail_msg("%s %s: %d", rows[i].method, rows[i].target, a.status);
		answer_free(&a);
	}
}

/* What comes in front of the keys fails, too; the sandbox's own paths never do. */
static void
a_rule_for_all_hits_all_but_the_sandbox_s_own_paths(void **state)
{
	static const char *const targets[] = { "/v1/projects", "/nothing", "/",
					       "/v1/projects/%ff" };
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"effect\":\"status:504\"}]");
	for (size_t i = 0; i < COUNT(targets); i++) {
		raw_call(&sb, i == 0 ? "wrong" : RAW_LIVE, "GET", targets[i], NULL, &a);
		assert_int_equal(a.status, 504);
		answer_free(&a);
	}
	admin_call(&sb, "GET", "/_sandbox/faults", NULL, &a);
	assert_string_equal(raw_at(&a, "faults.0.seen"), "4");
	answer_free(&a);
}

static void
the_third_fails_on_a_connection_that_stays(void **state)
{
	static const char get[] = "GET /v1/batches HTTP/1.1\r\nHost: x\r\n"
				  "Authorization: Bearer live_k\r\n\r\n";
	static const int want[] = { 200, 200, 503, 200 };
	int fd = raw_connect(&sb);
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"when\":3,\"path\":\"/v1/batches\",\"effect\":\"status:503\"}]");
	for (size_t i = 0; i < COUNT(want); i++) {
		raw_send(fd, get, sizeof(get) - 1);
		raw_read(fd, false, &a);
		assert_int_equal(a.status, want[i]);
		answer_free(&a);
	}
	close(fd);
}

static void
a_rate_limit_counts_each_key_and_refills_with_the_clock(void **state)
{
	static const struct {
		const char *key;
		int status;
	} rows[] = { { RAW_LIVE, 200 },
		     { RAW_LIVE, 200 },
		     { RAW_LIVE, 429 },
		     { RAW_TEST, 200 },
		     { RAW_LIVE, 429 } };
	struct answer a;

	(void)state;
	/* So slow that nothing comes back while the test runs. */
	admin_faults(&sb, "[{\"path\":\"/v1/batches\",\"effect\":\"rate:0.001:2\"}]");
	for (size_t i = 0; i < COUNT(rows); i++) {
		raw_call(&sb, rows[i].key, "GET", "/v1/batches", NULL, &a);
		assert_int_equal(a.status, rows[i].status);
		if (a.status == 429) {
			assert_non_null(strstr(a.head, "Retry-After: "));
			assert_string_equal(raw_at(&a, "status_code"), "429");
		}
		answer_free(&a);
	}
	admin_advance(&sb, "1000s");
	raw_call(&sb, RAW_LIVE, "GET", "/v1/batches", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

static void
a_rule_for_a_time_ends_with_it(void **state)
{
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"path\":\"/v1/batches\",\"for\":3600,\"effect\":\"status:503\"}]");
	for (int i = 0; i < 2; i++) {
		raw_call(&sb, RAW_LIVE, "GET", "/v1/batches", NULL, &a);
		assert_int_equal(a.status, i == 0 ? 503 : 200);
		answer_free(&a);
		admin_advance(&sb, "1h");
	}
}

/* Every way to wait, and then the end: raw_stop() fails if it is not a good one. */
static void
a_signal_ends_it_whatever_waits(void **state)
{
	static const char *const effects[] = {
		"slow:1",      "delay:3000000", "delay:3000000:after",
		"hdr:endless", "late:3000000",  "huge:999999999"
	};
	static const char *const args[] = { "--seed", "demo:100", NULL };
	struct raw shared = sb;
	int fds[COUNT(effects)];
	char body[256];

	(void)state;
	sb = (struct raw){ .pid = 0 };
	raw_start(&sb, args);
	for (size_t i = 0; i < COUNT(effects); i++) {
		fault(effects[i]);
		fds[i] = raw_connect(&sb);
		admin_send(fds[i], RAW_LIVE, "POST", CREATE, next_task(body));
		wait_for_hits("1");
	}
	raw_stop(&sb);
	for (size_t i = 0; i < COUNT(effects); i++)
		close(fds[i]);
	sb = shared;
}

/* Whoever waits may go; the place is free again, and nothing is written to it. */
static void
clients_may_leave_while_they_wait(void **state)
{
	static const char *const effects[] = { "slow:1",      "delay:200", "delay:200:after",
					       "hdr:endless", "late:10",   "rst:after" };
	static const char *const args[] = { "--seed", "empty", "--connections", "8", NULL };
	struct raw shared = sb;
	struct answer a;

	(void)state;
	sb = (struct raw){ .pid = 0 };
	raw_start(&sb, args);
	for (int i = 0; i < 60; i++) {
		int fd = raw_connect(&sb);
		char rules[128];

		snprintf(rules, sizeof(rules), "[{\"path\":\"/v1/*\",\"effect\":\"%s\"}]",
			 effects[(size_t)i % COUNT(effects)]);
		admin_faults(&sb, rules);
		admin_send(fd, RAW_LIVE, "GET", "/v1/batches", NULL);
		wait_for_hits("1");
		close(fd);
	}
	admin_faults(&sb, "[]");
	raw_call(&sb, RAW_LIVE, "GET", "/v1/batches", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	raw_stop(&sb);
	sb = shared;
}

/* The one of examples/, so that it stays true. */
static void
a_story_holds_from_the_first_request(void **state)
{
	static const struct {
		int status;
		const char *committed;
	} rows[] = {
		{ 200, "true" }, { 503, "true" }, { 200, "true" }, { 0, "false" }, { 200, "true" }
	};
	const char *const args[] = { "--story", test_data("../examples/faults.ini"), NULL };
	struct raw shared = sb;

	(void)state;
	sb = (struct raw){ .pid = 0 };
	raw_start(&sb, args);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char body[256], status[256], committed[256], want[16];
		size_t n;

		free(admin_talk(raw_connect(&sb), RAW_TEST, "POST", CREATE, next_task(body), &n,
				NULL));
		admin_recorded(&sb, CREATE, "status", status);
		admin_recorded(&sb, CREATE, "committed", committed);
		snprintf(want, sizeof(want), "%d", rows[i].status);
		assert_string_equal(status, want);
		assert_string_equal(committed, rows[i].committed);
	}
	raw_stop(&sb);
	sb = shared;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_effect_does_what_it_says),
		cmocka_unit_test(strings_of_evil_are_valid_json_and_the_others_are_not),
		cmocka_unit_test(evil_is_in_every_string),
		cmocka_unit_test(a_huge_answer_is_json_of_at_least_that_size),
		cmocka_unit_test(an_endless_answer_does_not_hold_up_others),
		cmocka_unit_test_setup_teardown(a_reset_is_one_and_what_is_committed_stays,
						scratch_setup, scratch_teardown),
		cmocka_unit_test(a_delayed_request_waits_before_or_after_it_runs),
		cmocka_unit_test(a_late_commit_comes_after_its_503),
		cmocka_unit_test(a_look_up_lags_until_the_time_is_over),
		cmocka_unit_test(a_lag_is_of_look_ups_alone),
		cmocka_unit_test(a_late_upload_is_kept),
		cmocka_unit_test(a_file_on_its_way_out_fails_like_any_reply),
		cmocka_unit_test(a_list_that_ignores_its_filter_gives_strangers),
		cmocka_unit_test(a_fault_touches_nothing_else),
		cmocka_unit_test(a_rule_for_all_hits_all_but_the_sandbox_s_own_paths),
		cmocka_unit_test(the_third_fails_on_a_connection_that_stays),
		cmocka_unit_test(a_rate_limit_counts_each_key_and_refills_with_the_clock),
		cmocka_unit_test(a_rule_for_a_time_ends_with_it),
		cmocka_unit_test(a_signal_ends_it_whatever_waits),
		cmocka_unit_test(clients_may_leave_while_they_wait),
		cmocka_unit_test(a_story_holds_from_the_first_request),
	};

	return cmocka_run_group_tests(tests, start_one, stop_one);
}
