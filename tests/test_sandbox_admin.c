/* test_sandbox_admin.c - /_sandbox/...: who gets in, the rules of faults, the record of
 * requests, the clock. */
#include "config.h"

#include "tests/test.h"

#include "core/mem.h"
#include "tests/admin.h"
#include "tests/program.h"
#include "tests/scratch.h"

#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TASK     "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k.sfs\"]}"

static struct raw sb;

static int
start_one(void **state)
{
	static const char *const args[] = { "--seed", "demo:20", NULL };

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

static void
only_the_token_opens_it(void **state)
{
	static const struct {
		const char *header;
		int status;
	} rows[] = {
		{ "", 401 },
		{ "X-Sandbox-Token: " ADMIN_TOKEN "\r\n", 200 },
		{ "x-sandbox-token: " ADMIN_TOKEN "\r\n", 200 },
		{ "Authorization: Bearer " ADMIN_TOKEN "\r\n", 200 },
		{ "X-Sandbox-Token: let me\r\n", 403 },
		{ "X-Sandbox-Token: let me in please\r\n", 403 },
		{ "X-Sandbox-Token: \r\n", 403 },
		{ "Authorization: Bearer live_k\r\n", 403 },
		{ "Authorization: Basic bGl2ZV9rOg==\r\n", 401 }, /* live_k: */
		{ "Authorization: Basic bGV0IG1lIGluOg==\r\n", 401 },
	};
	static const char *const targets[] = { "/_sandbox/faults", "/_sandbox/requests",
					       "/_sandbox/clock" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(targets); i++) {
		const char *target = targets[i % COUNT(targets)];
		size_t row = i / COUNT(targets);
		int fd = raw_connect(&sb);
		struct answer a;
		char text[256];

		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", target,
			 rows[row].header);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		if (a.status != rows[row].status)
			fail_msg("%s %s: %d", target, rows[row].header, a.status);
		if (a.status != 200)
			assert_non_null(strstr(raw_at(&a, "error"), "token"));
		answer_free(&a);
		close(fd);
	}
}

static void
the_token_opens_nothing_else(void **state)
{
	int fd = raw_connect(&sb);
	static const char get[] = "GET /v1/projects HTTP/1.1\r\nHost: x\r\n"
				  "Authorization: Bearer " ADMIN_TOKEN "\r\n\r\n";
	struct answer a;

	(void)state;
	raw_send(fd, get, sizeof(get) - 1);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 401);
	answer_free(&a);
	close(fd);
}

/* The status of a call with the token; the answer is the caller's. */
static int
call(const char *method, const char *target, const char *body, struct answer *a)
{
	int fd = raw_connect(&sb);
	char text[2048];

	snprintf(text, sizeof(text),
		 "%s %s HTTP/1.1\r\nHost: x\r\nX-Sandbox-Token: " ADMIN_TOKEN
		 "\r\nContent-Length: %zu\r\n\r\n%s",
		 method, target, strlen(body), body);
	raw_send(fd, text, strlen(text));
	raw_read(fd, false, a);
	close(fd);
	return a->status;
}

static void
rules_are_set_shown_and_cleared(void **state)
{
	struct answer a;
	char *shown;

	(void)state;
	call("POST", "/_sandbox/faults",
	     "[{\"name\":\"a\",\"path\":\"/v1/projects\",\"effect\":\"status:500\"},"
	     "{\"name\":\"b\",\"effect\":\"delay:1\"}]",
	     &a);
	assert_string_equal(raw_at(&a, "faults.1.name"), "b");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
	assert_int_equal(a.status, 500);
	answer_free(&a);
	call("POST", "/_sandbox/faults", "{\"name\":\"a\",\"effect\":\"ok\"}", &a);
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	call("GET", "/_sandbox/faults", "", &a);
	assert_string_equal(raw_at(&a, "faults.0.effect"), "ok");
	assert_string_equal(raw_at(&a, "faults.0.hits"), "1");
	assert_string_equal(raw_at(&a, "faults.1.seen"), "2");
	assert_string_equal(raw_at(&a, "faults.1.hits"), "1");
	assert_string_equal(raw_at(&a, "faults.2"), "-");
	shown = mem_strdup(a.body);
	answer_free(&a);
	assert_int_equal(call("POST", "/_sandbox/faults", shown, &a), 200); /* and is given back */
	assert_string_equal(raw_at(&a, "faults.0.effect"), "ok");
	assert_string_equal(raw_at(&a, "faults.1.name"), "b");
	assert_string_equal(raw_at(&a, "faults.2"), "-");
	answer_free(&a);
	free(shown);

	call("DELETE", "/_sandbox/faults", "", &a);
	assert_string_equal(raw_at(&a, "faults.0"), "-");
	answer_free(&a);
}

static void
a_bad_rule_changes_nothing(void **state)
{
	static const struct {
		const char *body, *says;
	} rows[] = {
		{ "", "JSON" },
		{ "[", "column 2" },
		{ "3", "object" },
		{ "[{\"effect\":\"ok\"},{\"effect\":\"bang\"}]",
		  "\"rule 2\": \"bang\" is no effect" },
		{ "{\"effect\":\"status:9\"}", "200 to 599" },
		{ "{\"effect\":\"ok\",\"efect\":1}", "did you mean \"effect\"?" },
	};
	struct answer a;

	(void)state;
	admin_faults(&sb, "[{\"name\":\"a\",\"effect\":\"delay:1\"}]");
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (call("POST", "/_sandbox/faults", rows[i].body, &a) != 400 ||
		    !strstr(raw_at(&a, "error"), rows[i].says))
			fail_msg("%s: %s", rows[i].body, a.body);
		answer_free(&a);
	}
	call("GET", "/_sandbox/faults", "", &a);
	assert_string_equal(raw_at(&a, "faults.0.name"), "a");
	assert_string_equal(raw_at(&a, "faults.1"), "-");
	answer_free(&a);
	admin_faults(&sb, "[]");
}

static void
the_record_shows_what_came_in(void **state)
{
	static const struct {
		const char *key, *method, *target, *body;
		const char *shows; /* path query key status committed */
	} rows[] = {
		{ RAW_LIVE, "GET", "/v1/tasks?limit=1&tags=a", NULL,
		  "/v1/tasks limit=1&tags=a live 200 false" },
		{ RAW_TEST, "POST", "/v1/task/multistage", TASK,
		  "/v1/task/multistage - test 200 true" },
		{ RAW_TEST, "POST", "/v1/task/multistage", "{}",
		  "/v1/task/multistage - test 400 false" },
		{ RAW_LIVE, "HEAD", "/v1/projects", NULL, "/v1/projects - live 200 false" },
		{ "wrong", "GET", "/v1/projects", NULL, "/v1/projects - - 401 false" },
		{ RAW_LIVE, "GET", "/nothing", NULL, "/nothing - live 404 false" },
		{ RAW_LIVE, "PUT", "/v1/tasks", NULL, "/v1/tasks - live 405 false" },
		{ RAW_LIVE, "GET", "/v1/projects/a%2Fb", NULL,
		  "/v1/projects/a%2Fb - live 404 false" },
		{ RAW_LIVE, "GET", "/v1/tasks?tags=%c3", NULL,
		  "/v1/tasks tags=%C3 live 400 false" },
		{ RAW_LIVE, "GET", "/v1/tasks?unique_id=live_k&a=live_k", NULL,
		  "/v1/tasks unique_id=***&a=*** live 200 false" },
		{ RAW_LIVE, "GET", "/v1/tasks?unique_id=%6civ%65_k", NULL,
		  "/v1/tasks unique_id=*** live 200 false" },
		{ RAW_LIVE, "GET", "/v1/task/test_0123456789abcdef0123", NULL,
		  "/v1/task/*** - live 404 false" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a;
		char shows[512];

		call("DELETE", "/_sandbox/requests", "", &a);
		assert_string_equal(raw_at(&a, "requests.0"), "-");
		answer_free(&a);
		raw_call(&sb, rows[i].key, rows[i].method, rows[i].target, rows[i].body, &a);
		answer_free(&a);
		call("GET", "/_sandbox/requests", "", &a);
		snprintf(shows, sizeof(shows), "%s %s %s %s %s", raw_at(&a, "requests.0.path"),
			 raw_at(&a, "requests.0.query"), raw_at(&a, "requests.0.key"),
			 raw_at(&a, "requests.0.status"), raw_at(&a, "requests.0.committed"));
		assert_string_equal(shows, rows[i].shows);
		assert_string_equal(raw_at(&a, "requests.0.method"), rows[i].method);
		assert_string_equal(raw_at(&a, "requests.1"), "-"); /* not its own paths */
		answer_free(&a);
	}
}

static void
the_record_is_read_on_from_where_it_was_left(void **state)
{
	struct answer a;
	char target[96];

	(void)state;
	for (int i = 0; i < 3; i++) {
		raw_call(&sb, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
		answer_free(&a);
	}
	call("GET", "/_sandbox/requests?limit=1", "", &a);
	snprintf(target, sizeof(target), "/_sandbox/requests?since=%s&path=/v1/b*",
		 raw_at(&a, "next"));
	answer_free(&a);
	call("GET", target, "", &a);
	assert_string_equal(raw_at(&a, "requests.0"), "-");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/batches", NULL, &a);
	answer_free(&a);
	call("GET", target, "", &a);
	assert_string_equal(raw_at(&a, "requests.0.path"), "/v1/batches");
	assert_string_equal(raw_at(&a, "lost"), "0");
	answer_free(&a);
	assert_int_equal(call("GET", "/_sandbox/requests?since=x", "", &a), 400);
	answer_free(&a);
}

static void
the_clock_moves_and_life_with_it(void **state)
{
	struct answer a;
	char target[64];

	(void)state;
	raw_call(&sb, RAW_LIVE, "POST", "/v1/task/multistage", TASK, &a);
	assert_string_equal(raw_at(&a, "status"), "pending");
	snprintf(target, sizeof(target), "/v1/task/%s", raw_at(&a, "task_id"));
	answer_free(&a);
	call("POST", "/_sandbox/clock", "{\"advance\":\"1h\"}", &a);
	assert_string_equal(raw_at(&a, "ahead_ms"), "3600000");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", target, NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "completed");
	answer_free(&a);
}

static void
the_clock_is_told_in_three_ways(void **state)
{
	static const struct {
		const char *body;
		const char *ahead; /* NULL: 400 */
	} rows[] = {
		{ "{\"ahead_ms\":0}", "0" },
		{ "{\"ahead_ms\":-5000}", "-5000" },
		{ "{\"advance\":\"2h\"}", "7195000" },
		{ "{\"advance\":\"-2h\"}", "-5000" },
		{ "{\"advance\":\"1d\"}", "86395000" },
		{ "{\"advance\":\"250ms\"}", "86395250" },
		{ "{}", NULL },
		{ "{\"ahead_ms\":1,\"advance\":\"1s\"}", NULL },
		{ "{\"ahead_ms\":\"1\"}", NULL },
		{ "{\"ahead_ms\":99999999999999}", NULL },
		{ "{\"advance\":\"soon\"}", NULL },
		{ "{\"advance\":\"5\"}", NULL },
		{ "{\"advance\":\"99999999999999999999d\"}", NULL },
		{ "{\"advance\":\"9000000000000000000ms\"}", NULL },
		{ "{\"advance\":\"36600d\"}", NULL },
		{ "{\"now\":\"noon\"}", NULL },
		{ "[]", NULL },
		{ "{\"advance\":\"0s\"}", "86395250" },
		{ "{\"ahead_ms\":0}", "0" },
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int status = call("POST", "/_sandbox/clock", rows[i].body, &a);

		if (status != (rows[i].ahead ? 200 : 400) ||
		    (rows[i].ahead && strcmp(raw_at(&a, "ahead_ms"), rows[i].ahead) != 0))
			fail_msg("%s: %s", rows[i].body, a.body);
		answer_free(&a);
	}
	call("POST", "/_sandbox/clock", "{\"now\":\"2040-05-06T07:08:09Z\"}", &a);
	assert_string_equal(raw_at(&a, "now"), "2040-05-06T07:08:09.000Z");
	answer_free(&a);
	raw_call(&sb, RAW_TEST, "POST", "/v1/task/multistage", TASK, &a);
	assert_memory_equal(raw_at(&a, "created_at"), "2040-05-06T07:", 14);
	answer_free(&a);
	call("GET", "/_sandbox/clock", "", &a);
	assert_memory_equal(raw_at(&a, "now"), "2040-05-06T07:", 14);
	answer_free(&a);
	call("POST", "/_sandbox/clock", "{\"ahead_ms\":0}", &a);
	answer_free(&a);
}

/* Also what is refused before its body was read. */
static void
the_record_has_what_was_too_large(void **state)
{
	static const char post[] =
		"POST /v1/projects HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
		"Authorization: Bearer live_k\r\nContent-Length: 99999999\r\n\r\n";
	int fd = raw_connect(&sb);
	struct answer a;

	(void)state;
	raw_send(fd, post, sizeof(post) - 1);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 413);
	answer_free(&a);
	close(fd);
	call("GET", "/_sandbox/requests?since=0&path=/v1/projects", "", &a);
	for (int i = 0;; i++) {
		char at[64];

		snprintf(at, sizeof(at), "requests.%d.status", i);
		if (strcmp(raw_at(&a, at), "413") == 0)
			break;
		assert_string_not_equal(raw_at(&a, at), "-");
	}
	answer_free(&a);
}

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

static void
a_bad_story_is_told_and_nothing_starts(void **state)
{
	static const struct {
		const char *story, *says;
	} rows[] = {
		{ "[fault a]\neffect = bang\n", "story.ini:2:1: \"bang\" is no effect\n" },
		{ "[fault a]\nmethod = GET\n", "story.ini:1:2: the rule \"a\" has no effect\n" },
		{ "effect = fin\n", "story.ini:1:1: this belongs to no rule\n" },
		{ "[fault a]\neffect = hdr:endless\n",
		  "the rule \"a\": \"hdr\" cannot be sent under TLS\n" },
	};
	char path[256];
	/* Before the files of the certificate are looked for. */
	const char *const words[] = { "--story", path, "--cert", "none", "--key", "none", NULL };
	struct program r = { .status = 0 };

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "story.ini"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		scratch_write(path, rows[i].story, strlen(rows[i].story));
		program_wait(&r, *state,
			     program_start_as("./multistage-sandbox", *state, NULL, words));
		program_must(&r, 2, "", rows[i].says);
		assert_string_equal(r.out, "");
	}
	program_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_token_opens_it),
		cmocka_unit_test(the_token_opens_nothing_else),
		cmocka_unit_test(rules_are_set_shown_and_cleared),
		cmocka_unit_test(a_bad_rule_changes_nothing),
		cmocka_unit_test(the_record_shows_what_came_in),
		cmocka_unit_test(the_record_is_read_on_from_where_it_was_left),
		cmocka_unit_test(the_record_has_what_was_too_large),
		cmocka_unit_test(the_clock_moves_and_life_with_it),
		cmocka_unit_test(the_clock_is_told_in_three_ways),
		cmocka_unit_test_setup_teardown(a_bad_story_is_told_and_nothing_starts, world,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, start_one, stop_one);
}
