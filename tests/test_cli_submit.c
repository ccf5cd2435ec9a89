/* test_cli_submit.c - "multistage submit": one payload, one task, whatever happens between. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMBERS                                                                   \
	"\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://a/b.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"
#define PLAIN   "{" MEMBERS
#define OURS    "{\"unique_id\":\"ours-1\"," MEMBERS
#define TASK_ID "65a6f0c51c9d4400a1b2c3d4"
#define TASK    "{\"task_id\":\"" TASK_ID "\",\"status\":\"pending\",\"unique_id\":\"ours-1\"}"
#define FOUND   "{\"docs\":[" TASK "],\"total\":1,\"limit\":1,\"offset\":0,\"has_more\":false}"

static struct program run;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc)
		return rc;
	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	return 0;
}

static int
teardown(void **state)
{
	program_done(&run);
	return scratch_teardown(state);
}

static struct sandbox *
real(void)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	return s;
}

static void
use(const struct canned_server *s)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
}

#define SUBMIT(state, input, ...) \
	program_run(&run, state, input, (const char *const[]){ "submit", "-", __VA_ARGS__, NULL })

/* The id alone on stdout. */
static void
one_id(char out[32])
{
	program_must(&run, 0, NULL, "accepted: unique_id ");
	assert_int_equal(strlen(run.out), 25);
	assert_int_equal(run.out[24], '\n');
	snprintf(out, 32, "%.24s", run.out);
}

static void
a24_the_same_payload_makes_one_task(void **state)
{
	struct sandbox *s = real();
	char first[32], second[32];

	SUBMIT(*state, PLAIN, "--wait=30");
	one_id(first);
	SUBMIT(*state, " " PLAIN "\n", "--wait=30");
	program_must(&run, 9, first, "already submitted on ");
	program_must(&run, 9, first, "--again");
	SUBMIT(*state, PLAIN, "--again");
	one_id(second);
	assert_string_not_equal(first, second);
	RUN(&run, *state, "show", first);
	program_must(&run, 0, "Front Perception 3D", NULL);
	sandbox_stop(s);
}

static void
a_run_key_makes_one_task_whatever_the_payload(void **state)
{
	struct sandbox *s = real();
	char first[32], second[32];

	SUBMIT(*state, PLAIN, "--run", "night-1");
	one_id(first);
	SUBMIT(*state, PLAIN, "--run", "night-1");
	program_must(&run, 9, first, "already submitted");
	SUBMIT(*state, OURS, "--run", "night-1");
	program_must(&run, 9, NULL, "this run has it with other bytes (local-1, accepted)");
	SUBMIT(*state, OURS, "--run", "night-2");
	one_id(second);
	assert_string_not_equal(first, second);
	sandbox_stop(s);
}

static void
a_refusal_is_told_and_can_be_tried_again(void **state)
{
	struct sandbox *s = real();
	static const char bad[] =
		"{\"unique_id\":\"u\",\"project\":\"Nobody\",\"attachments\":[\"s3://a/b.sfs\"],"
		"\"scene_format\":\"sensor_fusion\"}";

	SUBMIT(*state, bad, "--json");
	program_must(&run, 1, "\"state\":\"rejected\"", "Nobody");
	program_must(&run, 1, "\"error\":{\"code\":", NULL);
	SUBMIT(*state, bad, "--json");
	program_must(&run, 1, "\"state\":\"rejected\"", "Nobody");
	sandbox_stop(s);
}

static void
json_tells_the_outcome(void **state)
{
	struct sandbox *s = real();

	SUBMIT(*state, OURS, "--json");
	program_must(&run, 0, "{\"unique_id\":\"ours-1\",\"state\":\"accepted\",\"task_id\":\"",
		     NULL);
	SUBMIT(*state, OURS, "--json");
	program_must(&run, 9, "\"state\":\"accepted\",\"task_id\":\"", NULL);
	program_must(&run, 9, "\"code\":\"already\"", NULL);
	sandbox_stop(s);
}

static void
a_key_that_is_not_taken_keeps_the_row(void **state)
{
	struct sandbox *s = real();

	setenv("SCALE_API_KEY", "nobody_knows_this_key", 1);
	SUBMIT(*state, OURS, "--wait=30");
	program_must(&run, 4, NULL, "SCALE_API_KEY");
	assert_string_equal(run.out, "");
	sandbox_stop(s);
}

static void
what_could_not_leave_goes_out_later(void **state)
{
	const char *path = strdup(scratch_path(*state, "sock"));
	struct sandbox *s;
	char id[32];

	setenv("MULTISTAGE_URL", "http://localhost/v1", 1);
	setenv("MULTISTAGE_UNIX_SOCKET", path, 1);
	SUBMIT(*state, OURS, "--run=a");
	program_must(&run, 5, NULL, "multistage: ");
	program_must(&run, 5, NULL, "it stays queued");
	s = sandbox_start(path, NULL);
	SUBMIT(*state, OURS, "--run=a");
	one_id(id);
	program_must(&run, 0, NULL, "going on with run a");
	RUN(&run, *state, "show", "ours-1");
	program_must(&run, 0, id, NULL);
	sandbox_stop(s);
	free((void *)(uintptr_t)path);
}

static void
no_wait_only_queues_and_the_next_run_sends(void **state)
{
	struct sandbox *s = real();

	SUBMIT(*state, OURS, "--no-wait");
	program_must(&run, 6, NULL, "still queued: nothing has left this machine");
	assert_string_equal(run.out, "local-1\n");
	RUN(&run, *state, "show", "ours-1");
	program_must(&run, 1, NULL, "no task has the unique_id");
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, "\taccepted\t1\tours-1\n", "accepted: unique_id ours-1");
	sandbox_stop(s);
}

static void
the_bytes_on_the_wire_are_those_of_the_dry_run(void **state)
{
	struct canned answer = { .bytes = program_reply(TASK), .end = CANNED_CLOSE };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	const char *request, *body;
	char *dry;

	use(s);
	SUBMIT(*state, OURS, "--dry-run");
	program_must(&run, 0, "{", NULL);
	dry = strdup(run.out);
	SUBMIT(*state, OURS, "--wait=10");
	program_must(&run, 0, TASK_ID "\n", NULL);
	request = canned_request(s);
	assert_non_null(strstr(request, "POST /v1/task/multistage HTTP/1.1\r\n"));
	assert_null(strstr(request, PROGRAM_KEY)); /* in base 64 only */
	body = strstr(request, "\r\n\r\n");
	assert_non_null(body);
	assert_string_equal(body + 4, dry);
	free(dry);
	canned_stop(s);
}

static void
an_answer_that_never_came_is_looked_for_and_not_sent_again(void **state)
{
	struct canned answers[] = { { .bytes = NULL, .end = CANNED_CLOSE },
				    { .bytes = program_reply(FOUND), .end = CANNED_CLOSE } };
	struct canned_server *s = canned_start(answers, 2, NULL);

	use(s);
	SUBMIT(*state, OURS, "--wait=1");
	program_must(&run, 6, NULL, "unconfirmed: it left");
	program_must(&run, 6, NULL, "multistage queue --wait");
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, TASK_ID "\taccepted\t1\tours-1\n", "accepted: unique_id");
	assert_non_null(strstr(canned_request(s), "GET /v1/tasks?"));
	canned_stop(s);
}

static void
killed_while_it_waits_for_the_answer(void **state)
{
	struct canned answers[] = { { .bytes = NULL, .end = CANNED_HANG },
				    { .bytes = program_reply(FOUND), .end = CANNED_CLOSE } };
	struct canned_server *s = canned_start(answers, 2, NULL);
	pid_t pid;

	use(s);
	pid = program_start(*state, OURS, (const char *const[]){ "submit", "--run=a", NULL });
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	kill(pid, SIGKILL);
	program_wait(&run, *state, pid);
	program_must(&run, 1000 + SIGKILL, NULL, NULL);
	SUBMIT(*state, OURS, "--run=a");
	program_must(&run, 0, TASK_ID "\n", "going on with run a");
	assert_non_null(strstr(canned_request(s), "GET /v1/tasks?"));
	canned_stop(s);
}

/* lost: the file is unlinked; else it is cut. */
static void
answered_without_database(void **state, bool lost)
{
	struct canned answer = { .bytes = program_reply(TASK), .end = CANNED_CLOSE, .waits = true };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	const char *db;
	pid_t pid;

	use(s);
	pid = program_start(*state, OURS, (const char *const[]){ "submit", "-", NULL });
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	db = scratch_path(*state, ".local/state/multistage/multistage.db");
	assert_int_equal(lost ? unlink(db) : truncate(db, 5000), 0);
	canned_go_on(s);
	program_wait(&run, *state, pid);
	program_must(&run, 10, NULL, "it may have been sent");
	assert_string_equal(run.out, "");
	canned_stop(s);
}

static void
a30_a_database_that_fails_when_the_answer_comes_ends_it_at_once(void **state)
{
	answered_without_database(state, true);
	answered_without_database(state, false);
}

static void
interrupted_it_says_what_may_have_happened(void **state)
{
	struct canned answer = { .bytes = NULL, .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	pid_t pid;

	use(s);
	pid = program_start(*state, OURS, (const char *const[]){ "submit", "-", NULL });
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	kill(pid, SIGINT);
	program_wait(&run, *state, pid);
	program_must(&run, 130, NULL, "unconfirmed: it left");
	program_must(&run, 130, NULL, "never makes a second task");
	canned_stop(s);
}

/* The second row is on its way when the first, the command's own, is answered. */
static void
rows_that_were_sent_along_are_not_left_in_doubt(void **state)
{
	static const char other[] = "{\"unique_id\":\"other-1\"," MEMBERS;
	struct canned answers[] = {
		{ .bytes = program_reply(TASK), .end = CANNED_CLOSE },
		{ .bytes = program_reply("{\"task_id\":\"65a6f0c51c9d4400a1b2c3d5\",\"status\":"
					 "\"pending\",\"unique_id\":\"other-1\"}"),
		  .end = CANNED_CLOSE },
	};
	struct canned_server *s = canned_start(answers, 2, NULL);

	use(s);
	SUBMIT(*state, OURS, "--no-wait", "--run=a");
	SUBMIT(*state, other, "--no-wait", "--run=b");
	program_must(&run, 6, NULL, "still queued");
	SUBMIT(*state, OURS, "--run=a");
	program_must(&run, 0, TASK_ID "\n", NULL);
	SUBMIT(*state, other, "--run=b");
	program_must(&run, 9, "65a6f0c51c9d4400a1b2c3d5\n", "already submitted");
	canned_stop(s);
}

static void
what_stands_in_the_way_is_said(void **state)
{
	static const struct {
		const char *bytes, *why, *end;
	} rows[] = {
		{ "HTTP/1.1 500 X\r\nContent-Length: 15\r\n\r\n{\"error\":\"bus\"}",
		  "no answer that can be trusted: the service had a fault (500): bus\n",
		  "unconfirmed: it left" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<login>",
		  "no answer that can be trusted: answer 200 not understood",
		  "unconfirmed: it left" },
		{ "HTTP/1.1 429 X\r\nRetry-After: 60\r\nContent-Length: 16\r\n\r\n"
		  "{\"error\":\"slow\"}",
		  "it waits: too many requests (429): slow\n", "still queued: no task was made" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct canned answer = { .bytes = rows[i].bytes, .end = CANNED_CLOSE };
		struct canned_server *s = canned_start(&answer, 1, NULL);

		use(s);
		SUBMIT(*state, PLAIN, "--wait=2", "--again"); /* no look-up so early */
		program_must(&run, 6, NULL, rows[i].why);
		program_must(&run, 6, NULL, rows[i].end);
		canned_stop(s);
	}
}

static void
a_wrong_wait_is_seen_before_anything_is_sent(void **state)
{
	struct sandbox *s = real();

	SUBMIT(*state, OURS, "--wait", "soon");
	program_must(&run, 2, NULL, "--wait takes a number");
	RUN(&run, *state, "show", "ours-1");
	program_must(&run, 1, NULL, "no task has the unique_id");
	sandbox_stop(s);
}

static void
two_at_once_make_one_task(void **state)
{
	const char *const words[] = { "submit", "-", "--wait=30", NULL };
	struct sandbox *s = real();
	char other[512];
	pid_t pid[2];
	int good = 0;

	/* Two folders for what they say, one state folder for both. */
	setenv("XDG_STATE_HOME", scratch_path(*state, "state"), 1);
	snprintf(other, sizeof(other), "%s/other", (const char *)*state);
	assert_int_equal(mkdir(other, 0700), 0);
	pid[0] = program_start(*state, OURS, words);
	pid[1] = program_start(other, OURS, words);
	for (int i = 0; i < 2; i++) {
		program_wait(&run, i == 0 ? *state : other, pid[i]);
		if (run.status != 0 && run.status != 9)
			program_must(&run, 0, NULL, NULL);
		good += run.status == 0;
	}
	assert_true(good >= 1);
	RUN(&run, *state, "show", "ours-1");
	program_must(&run, 0, "ours-1", NULL);
	sandbox_stop(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a24_the_same_payload_makes_one_task),
		TEST(a_run_key_makes_one_task_whatever_the_payload),
		TEST(a_refusal_is_told_and_can_be_tried_again),
		TEST(json_tells_the_outcome),
		TEST(a_key_that_is_not_taken_keeps_the_row),
		TEST(what_could_not_leave_goes_out_later),
		TEST(no_wait_only_queues_and_the_next_run_sends),
		TEST(the_bytes_on_the_wire_are_those_of_the_dry_run),
		TEST(an_answer_that_never_came_is_looked_for_and_not_sent_again),
		TEST(killed_while_it_waits_for_the_answer),
		TEST(a30_a_database_that_fails_when_the_answer_comes_ends_it_at_once),
		TEST(interrupted_it_says_what_may_have_happened),
		TEST(rows_that_were_sent_along_are_not_left_in_doubt),
		TEST(what_stands_in_the_way_is_said),
		TEST(a_wrong_wait_is_seen_before_anything_is_sent),
		TEST(two_at_once_make_one_task),
	};
	return cmocka_run_group_tests_name("cli submit", tests, NULL, NULL);
}
