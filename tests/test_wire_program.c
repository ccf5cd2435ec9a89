/* test_wire_program.c - the program itself against a service that goes too far, or a machine that
 * lacks something: its memory, its status, its words. */
#include "config.h"

#include "tests/admin.h"
#include "tests/canned.h"
#include "tests/inject.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <errno.h>
#include <sys/resource.h>

#define CREATE "/v1/task/multistage"
#define MIB    (1l << 10)  /* in units of ru_maxrss */
#define WAIT   "--wait=60" /* the first look-up comes after some seconds */

static struct program run;
static int payloads;
static struct sandbox *sandbox;
static struct raw door;

static int
setup_all(void **state)
{
	(void)state;
	admin_prepare();
	sandbox = sandbox_start(NULL, NULL);
	assert_int_equal(sscanf(sandbox_url(sandbox), "http://127.0.0.1:%d", &door.port), 1);
	return 0;
}

static int
teardown_all(void **state)
{
	(void)state;
	sandbox_stop(sandbox);
	return 0;
}

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc)
		return rc;
	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", sandbox_url(sandbox), 1);
	admin_faults(&door, "[]");
	return 0;
}

static int
teardown(void **state)
{
	program_done(&run);
	return scratch_teardown(state);
}

/* A payload of its own each time. */
static const char *
payload(void)
{
	static char text[256];

	snprintf(text, sizeof(text),
		 "{\"unique_id\":\"program-%d\",\"project\":\"Urban Fusion\","
		 "\"attachments\":[\"s3://a/b.sfs\"],\"scene_format\":\"sensor_fusion\"}",
		 ++payloads);
	return text;
}

static void
fault(const char *effect)
{
	char rules[256];

	snprintf(rules, sizeof(rules),
		 "[{\"method\":\"POST\",\"path\":\"" CREATE "\",\"effect\":\"%s\"}]", effect);
	admin_faults(&door, rules);
}

#define SUBMIT(state, input, ...) \
	program_run(&run, state, input, (const char *const[]){ "submit", "-", __VA_ARGS__, NULL })

/* Of all programs of this test so far. The sanitizers bring memory of their own. */
static void
memory_is_bounded(const char *what)
{
#ifndef WITH_ASAN
	struct rusage used;

	assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
	if (used.ru_maxrss >= 64 * MIB)
		fail_msg("%s: %ld KiB", what, used.ru_maxrss);
#else
	(void)what;
#endif
}

/* The first of this file: nothing else has been waited for. */
static void
a13_an_answer_without_end_takes_little_memory(void **state)
{
	static const struct {
		const char *effect, *words;
	} rows[] = {
		{ "huge:10000000000:after", "longer than 8 MiB" },
		{ "hdr:endless", "64 KiB of headers" },
		{ "deep:1000000:after", "more than 32 levels deep" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fault(rows[i].effect);
		SUBMIT(*state, payload(), WAIT);
		program_must(&run, 0, NULL, "no answer that can be trusted: ");
		program_must(&run, 0, NULL, rows[i].words);
		program_must(&run, 0, NULL, "accepted: unique_id program-"); /* it was made */
		memory_is_bounded(rows[i].effect);
	}
}

/* An answer as it is, and then what a look-up finds: the words told in between. */
static void
say(void **state, const char *bytes, size_t n, const char *words)
{
	const char *text = payload(), *request;
	char found[256], url[64];
	struct canned answers[] = { { .bytes = bytes, .n = n }, { .bytes = NULL } };
	struct canned_server *s;

	snprintf(found, sizeof(found),
		 "{\"docs\":[{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"status\":\"pending\","
		 "\"unique_id\":\"program-%d\"}],\"has_more\":false}",
		 payloads);
	answers[1].bytes = program_reply(found);
	s = canned_start(answers, 2, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	SUBMIT(*state, text, WAIT);
	program_must(&run, 0, "65a6f0c51c9d4400a1b2c3d4\n", "no answer that can be trusted: ");
	program_must(&run, 0, NULL, words);
	request = canned_request(s);
	assert_non_null(strstr(request, "POST " CREATE));
	assert_null(strstr(request, "Accept-Encoding"));
	assert_non_null(strstr(canned_request(s), "GET /v1/tasks?"));
	canned_stop(s);
}

static void
a13_a_body_marked_as_packed_is_not_unpacked(void **state)
{
	static const char bytes[] =
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		"Content-Length: 20\r\n\r\n"
		"\x1f\x8b\x08\0\0\0\0\0\0\xff\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0";

	say(state, bytes, sizeof(bytes) - 1, "answer 200 not understood");
}

static void
a9_a_yes_about_another_task_is_not_believed(void **state)
{
	say(state,
	    program_reply(
		    "{\"task_id\":\"65a6f0c51c9d4400a1b2c3d5\",\"unique_id\":\"a stranger\"}"),
	    0, "about another task");
	say(state, program_reply("{\"task_id\":\"local-7\"}"), 0, "not understood");
}

static void
a10_a_yes_with_a_name_twice_is_told_with_its_place(void **state)
{
	say(state,
	    program_reply("{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\n"
			  "\"task_id\":\"65a6f0c51c9d4400a1b2c3d5\"}"),
	    0, "line 2, column 1");
}

static void
a16_a_refusal_is_told_in_words_that_cannot_act(void **state)
{
	static const struct {
		const char *effect, *words;
		int status;
	} rows[] = {
		{ "status:400,evil", "400", 1 }, { "status:404,evil", "404", 1 },
		{ "status:413,evil", "413", 1 }, { "status:422,evil", "422", 1 },
		{ "status:402,evil", "402", 1 }, { "status:403,evil", "403", 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fault(rows[i].effect);
		SUBMIT(*state, payload(), WAIT);
		program_must(&run, rows[i].status, NULL, rows[i].words);
		program_must(&run, rows[i].status, NULL, "The sandbox was told to answer");
		if (strpbrk(run.err, "\x1b\x9b\x07\r"))
			fail_msg("%s: %s", rows[i].effect, run.err);
	}
	admin_faults(&door, "[]");
}

static void
a24_the_same_again_is_refused_with_the_date_of_the_first(void **state)
{
	const char *text = payload();
	char id[32];

	setenv("MULTISTAGE_NOW", "2024-03-09T08:00:00Z", 1);
	SUBMIT(*state, text, WAIT);
	program_must(&run, 0, NULL, "accepted");
	snprintf(id, sizeof(id), "%.24s", run.out);
	setenv("MULTISTAGE_NOW", "2024-03-11T08:00:00Z", 1);
	SUBMIT(*state, text, WAIT);
	program_must(&run, 9, id, "already submitted on 2024-03-09");
	program_must(&run, 9, NULL, "--again");
	unsetenv("MULTISTAGE_NOW");
}

static void
a31_without_locks_nothing_is_sent(void **state)
{
	static const int errors[] = { ENOLCK, EOPNOTSUPP, ENOSYS };
	struct inject *i = inject_new();
	struct program r = { 0 };
	size_t wire;
	bool hit;

	for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
		const struct shim_plan none = {
			.how = SHIM_FAIL_ON, .call = SHIM_FLOCK, .nth = 1, .error = errors[e]
		};

		inject_run(i, &none, *state, payload(),
			   (const char *const[]){ "submit", "-", WAIT, NULL }, &r, &hit);
		assert_true(hit);
		program_must(&r, 1, NULL, "nothing is sent without the lock");
		program_must(&r, 1, NULL, "XDG_STATE_HOME");
		inject_wire(i, &wire);
		assert_int_equal(wire, 0);
		assert_string_equal(r.out, "");
		program_done(&r);
	}
	inject_free(i);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a13_an_answer_without_end_takes_little_memory),
		TEST(a13_a_body_marked_as_packed_is_not_unpacked),
		TEST(a9_a_yes_about_another_task_is_not_believed),
		TEST(a10_a_yes_with_a_name_twice_is_told_with_its_place),
		TEST(a16_a_refusal_is_told_in_words_that_cannot_act),
		TEST(a24_the_same_again_is_refused_with_the_date_of_the_first),
		TEST(a31_without_locks_nothing_is_sent),
	};
	return cmocka_run_group_tests_name("wire, program", tests, setup_all, teardown_all);
}
