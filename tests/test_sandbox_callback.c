/* test_sandbox_callback.c - what a receiver of callbacks gets, when, and how often. */
#include "config.h"

#include "tests/test.h"

#include "tests/admin.h"
#include "tests/canned.h"
#include "tests/raw.h"
#include "tests/tasks.h"

#include <poll.h>
#include <signal.h>
#include <strings.h>
#include <unistd.h>

#define EMPTY   "Content-Length: 0\r\n\r\n"
#define YES     "HTTP/1.1 200 OK\r\n" EMPTY
#define NO      "HTTP/1.1 500 Oh\r\n" EMPTY
#define PLAIN   "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]"
#define MISSING "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/missing/k\"]"
#define RETRIES 20

/* A day in 0.9 s. */
static const char *const quick[] = { "--work", "0.05", "--callback-scale", "0.00001", NULL };

/* Members of a task that calls this port. */
static const char *
with_call(char out[512], const char *members, int port)
{
	snprintf(out, 512, "%s,\"callback_url\":\"http://127.0.0.1:%d/scale?x=1\"", members, port);
	return out;
}

/* The value of a header in a request, "" without. */
static void
header_of(const char *request, const char *name, char out[128])
{
	const char *end = strstr(request, "\r\n\r\n");
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *at = request; end && at && at < end; at = strstr(at, "\r\n")) {
		at += at == request ? 0 : 2;
		if (strncasecmp(at, name, n) == 0 && at[n] == ':')
			snprintf(out, 128, "%.*s", (int)strcspn(at + n + 2, "\r"), at + n + 2);
		at += at == request;
	}
}

static const char *
body_of(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

/* The next request is about this task and has this status. */
static void
must_tell(struct canned_server *s, const char *id, const char *status)
{
	const char *body = body_of(canned_request(s));
	char want[128];

	snprintf(want, sizeof(want), "\"task_id\":\"%s\",\"status\":\"%s\"}", id, status);
	if (strlen(body) < strlen(want) || strcmp(body + strlen(body) - strlen(want), want) != 0)
		fail_msg("not the %s of %s: %s", status, id, body);
}

static void
a_callback_brings_the_task_as_it_is_shown(void **state)
{
	static const struct canned answer = { .bytes = YES, .waits = true };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], value[128], want[4096];
	const char *request;
	struct answer a;

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE,
		   with_call(body, PLAIN ",\"metadata\":{\"a\":\"\xC3\xA9\"},\"tags\":[\"x\"]",
			     canned_port(s)),
		   id);
	request = canned_request(s);
	assert_int_equal(strncmp(request, "POST /scale?x=1 HTTP/1.1\r\n", 26), 0);
	header_of(request, "Content-Type", value);
	assert_string_equal(value, "application/json");
	header_of(request, "Expect", value);
	assert_string_equal(value, "");
	header_of(request, "Authorization", value);
	assert_string_equal(value, "");
	tasks_get(&r, RAW_LIVE, id, &a);
	assert_string_equal(raw_at(&a, "callback_completed"), "-");
	snprintf(want, sizeof(want),
		 "{\"task\":%s,\"response\":%s,\"task_id\":\"%s\",\"status\":\"completed\"}",
		 a.body, raw_at(&a, "response"), id);
	assert_string_equal(body_of(request), want);
	answer_free(&a);
	canned_go_on(s);
	tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "true");
	tasks_must(&r, RAW_LIVE, id, "callback_completed", "true");
	tasks_get(&r, RAW_LIVE, id, &a);
	assert_int_equal(strlen(raw_at(&a, "callback_succeeded_at")), 24);
	answer_free(&a);
	canned_stop(s);
	raw_stop(&r);
}

static void
each_side_has_a_key_of_its_own_that_a_restart_keeps(void **state)
{
	static const char *const kept[] = { "--work", "0.05", "--db", NULL };
	static const struct canned answers[] = { { .bytes = YES },
						 { .bytes = YES },
						 { .bytes = YES } };
	static const char *const keys[] = { RAW_TEST, RAW_LIVE, RAW_TEST };
	struct canned_server *s = canned_start(answers, 3, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], got[3][128];

	(void)state;
	raw_start(&r, kept);
	for (int i = 0; i < 3; i++) {
		if (i == 2) {
			raw_kill(&r, SIGTERM);
			raw_start(&r, kept);
		}
		tasks_make(&r, keys[i], with_call(body, PLAIN, canned_port(s)), id);
		header_of(canned_request(s), "scale-callback-auth", got[i]);
		tasks_wait(&r, keys[i], id, "callback_succeeded", "true");
	}
	assert_int_equal(strncmp(got[0], "test_cb_", 8), 0);
	assert_int_equal(strncmp(got[1], "live_cb_", 8), 0);
	assert_int_equal(strlen(got[0]), 40);
	assert_string_equal(got[0], got[2]);
	canned_stop(s);
	raw_stop(&r);
}

static void
what_is_not_2xx_is_tried_again_until_it_is(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = NO },
		{ .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY },
		{ .bytes = "HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\n" EMPTY },
		{ .bytes = NULL, .end = CANNED_RESET },
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Le" },
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut" },
		{ .bytes = "HTTP/1.1 202 Fine\r\n" EMPTY },
	};
	struct canned_server *s = canned_start(answers, 7, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	for (int i = 0; i < 7; i++)
		must_tell(s, id, "completed");
	tasks_wait(&r, RAW_LIVE, id, "callback_completed", "true");
	tasks_must(&r, RAW_LIVE, id, "callback_succeeded", "true");
	canned_stop(s);
	raw_stop(&r);
}

static void
after_20_retries_it_is_given_up(void **state)
{
	struct canned answers[1 + RETRIES + 1];
	struct canned_server *s;
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], next[TASKS_ID_SIZE];

	(void)state;
	for (int i = 0; i < 1 + RETRIES; i++)
		answers[i] = (struct canned){ .bytes = NO };
	answers[1 + RETRIES] = (struct canned){ .bytes = YES };
	s = canned_start(answers, 1 + RETRIES + 1, NULL);
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	for (int i = 0; i < 1 + RETRIES; i++)
		must_tell(s, id, "completed");
	tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "false");
	tasks_must(&r, RAW_LIVE, id, "callback_completed", "true");
	tasks_must(&r, RAW_LIVE, id, "callback_succeeded_at", "-");
	tasks_make(&r, RAW_TEST, with_call(body, PLAIN, canned_port(s)), next);
	must_tell(s, next, "completed"); /* and not the first one once more */
	canned_stop(s);
	raw_stop(&r);
}

/* Move the clock by so many seconds until the next request is there. Once is enough, but
 * for an answer that was not taken yet when the clock was moved. */
static void
advance_until_told(const struct raw *r, struct canned_server *s, const char *id, int seconds)
{
	char span[16];
	bool told = false;

	snprintf(span, sizeof(span), "%ds", seconds);
	poll(NULL, 0, 20);
	for (int i = 0; i < 3 && !told; i++) {
		admin_advance(r, span);
		told = strstr(canned_request(s), id) != NULL;
	}
	assert_true(told);
}

/* Without --callback-scale: 24 hours lie between the first and the last one. */
static void
the_schedule_is_a_day_of_the_sandboxs_clock(void **state)
{
	static const char *const args[] = { "--seed", "demo:20", NULL };
	static const int waits_s[RETRIES] = { 10,   15,   25,   35,    55,    85,   130,
					      195,  300,  450,  690,   1050,  1600, 2400,
					      3700, 5600, 8600, 13000, 20000, 28460 };
	struct canned answers[1 + RETRIES];
	struct canned_server *s;
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];
	int total = 0;

	(void)state;
	admin_prepare();
	for (int i = 0; i < 1 + RETRIES; i++)
		answers[i] = (struct canned){ .bytes = NO };
	s = canned_start(answers, 1 + RETRIES, NULL);
	raw_start(&r, args);
	tasks_make(&r, RAW_TEST, with_call(body, PLAIN, canned_port(s)), id);
	must_tell(s, id, "completed");
	for (int i = 0; i < RETRIES; i++) {
		tasks_must(&r, RAW_TEST, id, "callback_completed", "-");
		advance_until_told(&r, s, id, waits_s[i]);
		total += waits_s[i];
	}
	assert_int_equal(total, 24 * 3600);
	tasks_wait(&r, RAW_TEST, id, "callback_succeeded", "false");
	canned_stop(s);
	raw_stop(&r);
}

/* 10 s, and nobody else waits for it. */
static void
a_receiver_that_hangs_is_left_and_asked_again(void **state)
{
	static const struct canned answers[] = { { .bytes = NULL, .end = CANNED_HANG },
						 { .bytes = YES } };
	static const struct canned answer = { .bytes = YES };
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct canned_server *other = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], second[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	must_tell(s, id, "completed");
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(other)), second);
	must_tell(other, second, "completed");
	tasks_wait(&r, RAW_LIVE, second, "callback_succeeded", "true");
	tasks_must(&r, RAW_LIVE, id, "callback_completed", "-");
	tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "true");
	canned_stop(s);
	canned_stop(other);
	raw_stop(&r);
}

static void
a_killed_sandbox_calls_again(void **state)
{
	static const char *const kept[] = { "--work",  "0.05", "--callback-scale",
					    "0.00001", "--db", NULL };
	static const struct canned answers[] = { { .bytes = NULL, .end = CANNED_HANG },
						 { .bytes = YES } };
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], *first;
	const char *again;

	(void)state;
	raw_start(&r, kept);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	first = strdup(body_of(canned_request(s)));
	raw_kill(&r, SIGKILL);
	raw_start(&r, kept);
	again = body_of(canned_request(s));
	assert_true(strlen(first) > 100);
	assert_string_equal(again, first);
	tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "true");
	free(first);
	canned_stop(s);
	raw_stop(&r);
}

/* Due while it was dead: the restart alone completes it and calls, nobody has to ask. */
static void
a_task_that_fell_due_while_it_was_dead_calls_at_the_start(void **state)
{
	static const char *const kept[] = { "--work", "0.3", "--db", NULL };
	static const struct canned answer = { .bytes = YES };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, kept);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	raw_kill(&r, SIGKILL);
	poll(NULL, 0, 500);
	raw_start(&r, kept);
	must_tell(s, id, "completed");
	canned_stop(s);
	raw_stop(&r);
}

/* One receiver sees all of it, in order. */
static void
what_happens_to_a_task_is_told_but_not_its_cancel(void **state)
{
	struct canned answers[8];
	struct canned_server *s;
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];
	const char *request;
	struct answer a;

	(void)state;
	for (int i = 0; i < 8; i++)
		answers[i] = (struct canned){ .bytes = YES };
	s = canned_start(answers, 8, NULL);
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	tasks_post(&r, RAW_LIVE, "/v1/task/?/cancel", id, 200);
	tasks_make(&r, RAW_LIVE, with_call(body, MISSING, canned_port(s)), id);
	must_tell(s, id, "error");
	tasks_make(&r, RAW_TEST, with_call(body, MISSING, canned_port(s)), id);
	must_tell(s, id, "error");
	tasks_make(&r, RAW_TEST, with_call(body, PLAIN, canned_port(s)), id);
	must_tell(s, id, "completed");
	tasks_wait(&r, RAW_TEST, id, "callback_succeeded", "true");
	tasks_post(&r, RAW_TEST, "/_sandbox/tasks/?/recall", id, 200);
	must_tell(s, id, "pending");
	must_tell(s, id, "completed");
	snprintf(body, sizeof(body), "/v1/task/%s/audit", id);
	raw_call(&r, RAW_TEST, "POST", body, "{\"accepted\":true}", &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	request = canned_request(s);
	assert_non_null(strstr(request, "\"customer_review_status\":\"accepted\""));
	tasks_post(&r, RAW_TEST, "/v1/task/?/send-callback", id, 200);
	must_tell(s, id, "completed");
	canned_stop(s);
	raw_stop(&r);
}

static void
post(const struct raw *r, const char *target, const char *body)
{
	struct answer a;

	raw_must(r, RAW_LIVE, "POST", target, body, &a);
	answer_free(&a);
}

/* The path that is asked for tells whose address it was. */
static void
the_address_is_the_tasks_else_the_batchs_else_the_projects(void **state)
{
	static const struct {
		const char *place;
		bool own;
		const char *starts;
	} rows[] = {
		{ "\"batch\":\"calls\"", true, "POST /own " },
		{ "\"batch\":\"calls\"", false, "POST /batch " },
		{ "\"project\":\"Urban Fusion\"", false, "POST /project " },
	};
	struct canned answers[3];
	struct canned_server *s;
	struct raw r = { .pid = 0 };
	char body[512], url[64], id[TASKS_ID_SIZE];

	(void)state;
	for (int i = 0; i < 3; i++)
		answers[i] = (struct canned){ .bytes = YES };
	s = canned_start(answers, 3, NULL);
	raw_start(&r, quick);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", canned_port(s));
	snprintf(body, sizeof(body), "{\"callback_url\":\"%s/project\",\"patch\":true}", url);
	post(&r, "/v1/projects/Urban%20Fusion/setParams", body);
	snprintf(body, sizeof(body),
		 "{\"project\":\"Urban Fusion\",\"name\":\"calls\",\"callback\":\"%s/batch\"}",
		 url);
	post(&r, "/v1/batches", body);
	for (size_t i = 0; i < 3; i++) {
		int n = snprintf(body, sizeof(body), "%s,\"attachments\":[\"s3://b/k\"]",
				 rows[i].place);

		if (rows[i].own)
			snprintf(body + n, sizeof(body) - (size_t)n, ",\"callback_url\":\"%s/own\"",
				 url);
		tasks_make(&r, RAW_LIVE, body, id);
		assert_int_equal(strncmp(canned_request(s), rows[i].starts, strlen(rows[i].starts)),
				 0);
		tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "true");
	}
	canned_stop(s);
	raw_stop(&r);
}

/* Nothing is sent, and nothing is claimed. */
static void
an_e_mail_address_and_another_machine_are_not_called(void **state)
{
	static const char *const urls[] = { "me@example.invalid", "http@127.0.0.1",
					    "https://hooks.example.invalid/x",
					    "http://127.0.0.1.example.invalid/" };
	static const struct canned answer = { .bytes = YES };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], ids[4][TASKS_ID_SIZE], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	for (size_t i = 0; i < 4; i++) {
		snprintf(body, sizeof(body), PLAIN ",\"callback_url\":\"%s\"", urls[i]);
		tasks_make(&r, RAW_TEST, body, ids[i]);
	}
	tasks_make(&r, RAW_TEST, with_call(body, PLAIN, canned_port(s)), id);
	tasks_wait(&r, RAW_TEST, id, "callback_succeeded", "true");
	for (size_t i = 0; i < 4; i++)
		tasks_must(&r, RAW_TEST, ids[i], "callback_completed", "-");
	canned_stop(s);
	raw_stop(&r);
}

/* .invalid never resolves (RFC 2606), so each try fails, and they count. */
static void
another_machine_is_called_when_asked_for(void **state)
{
	static const char *const any[] = { "--callbacks", "any", "--callback-scale", "0", NULL };
	struct raw r = { .pid = 0 };
	char id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, any);
	tasks_make(&r, RAW_TEST, PLAIN ",\"callback_url\":\"http://hooks.example.invalid/\"", id);
	tasks_wait(&r, RAW_TEST, id, "callback_succeeded", "false");
	raw_stop(&r);
}

static void
a_stop_does_not_wait_for_a_receiver(void **state)
{
	static const struct canned answer = { .bytes = NULL, .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_TEST, with_call(body, PLAIN, canned_port(s)), id);
	must_tell(s, id, "completed");
	raw_stop(&r);
	canned_stop(s);
}

/* How often the process has been put to sleep. */
static long
sleeps(pid_t pid)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) != 1)
			n = -1;
	fclose(f);
	assert_true(n >= 0);
	return n;
}

static void
a_sandbox_with_nothing_to_do_is_not_woken(void **state)
{
	static const struct canned answer = { .bytes = YES };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];
	bool still = false;

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, with_call(body, PLAIN, canned_port(s)), id);
	tasks_wait(&r, RAW_LIVE, id, "callback_succeeded", "true");
	for (int i = 0; i < 20 && !still; i++) { /* it may have ends to tie up */
		long before = sleeps(r.pid);

		poll(NULL, 0, 500);
		still = sleeps(r.pid) == before;
	}
	assert_true(still);
	canned_stop(s);
	raw_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_callback_brings_the_task_as_it_is_shown),
		cmocka_unit_test(each_side_has_a_key_of_its_own_that_a_restart_keeps),
		cmocka_unit_test(what_is_not_2xx_is_tried_again_until_it_is),
		cmocka_unit_test(after_20_retries_it_is_given_up),
		cmocka_unit_test(the_schedule_is_a_day_of_the_sandboxs_clock),
		cmocka_unit_test(a_receiver_that_hangs_is_left_and_asked_again),
		cmocka_unit_test(a_killed_sandbox_calls_again),
		cmocka_unit_test(a_task_that_fell_due_while_it_was_dead_calls_at_the_start),
		cmocka_unit_test(what_happens_to_a_task_is_told_but_not_its_cancel),
		cmocka_unit_test(the_address_is_the_tasks_else_the_batchs_else_the_projects),
		cmocka_unit_test(an_e_mail_address_and_another_machine_are_not_called),
		cmocka_unit_test(another_machine_is_called_when_asked_for),
		cmocka_unit_test(a_stop_does_not_wait_for_a_receiver),
		cmocka_unit_test(a_sandbox_with_nothing_to_do_is_not_woken),
	};

	return cmocka_run_group_tests_name("sandbox callbacks", tests, NULL, NULL);
}
