/* test_cli_queue.c - "multistage queue": what waits, why, and how it is worked off. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define MEMBERS                                                                   \
	"\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://a/b.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"
#define ONE  "{\"unique_id\":\"one\"," MEMBERS
#define TWO  ONE "\n{\"unique_id\":\"two\"," MEMBERS
#define TASK "{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"status\":\"pending\"}"
#define REFUSAL(head, body) \
	"HTTP/1.1 " head "\r\nContent-Length: 16\r\n\r\n{\"error\":\"" body "\"}"

static struct program run;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc)
		return rc;
	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", "http://127.0.0.1:9/v1", 1);
	return 0;
}

static int
teardown(void **state)
{
	program_done(&run);
	return scratch_teardown(state);
}

static struct canned_server *
serve(const struct canned *answers, size_t n)
{
	struct canned_server *s = canned_start(answers, n, NULL);
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	return s;
}

#define SUBMIT(state, input, ...) \
	program_run(&run, state, input, (const char *const[]){ "submit", __VA_ARGS__, NULL })

static void
an_empty_queue_is_told(void **state)
{
	RUN(&run, *state, "queue");
	program_must(&run, 0, NULL, "nothing is queued");
	assert_string_equal(run.out, "");
	RUN(&run, *state, "queue", "--wait", "--json");
	program_must(&run, 0, NULL, "nothing is queued");
	assert_string_equal(run.out, "");
}

static void
what_is_queued_is_listed_and_worked_off(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	SUBMIT(*state, TWO, "--no-wait", "--run=r");
	RUN(&run, *state, "queue");
	program_must(&run, 0, "local-1\tqueued\tone\t20", NULL);
	program_must(&run, 0, "local-2\tqueued\ttwo\t20", NULL);
	assert_string_equal(run.err, "");
	RUN(&run, *state, "queue", "--json");
	program_must(&run, 0,
		     "{\"local_id\":\"local-2\",\"state\":\"queued\",\"unique_id\":\"two\"", NULL);
	program_must(&run, 0, "\"run\":\"r\",\"record\":2,\"posts\":0,\"queued_at\":\"20", NULL);
	assert_null(strstr(run.out, "hold"));
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, "\taccepted\t2\ttwo\n", "all 2 accepted");
	RUN(&run, *state, "queue");
	program_must(&run, 0, NULL, "nothing is queued");
	sandbox_stop(s);
}

static void
a_hold_is_told_and_lifted_by_working_it_off(void **state)
{
	const struct canned answers[] = {
		{ .bytes = REFUSAL("402 X", "owed"), .end = CANNED_CLOSE },
		{ .bytes = program_reply(TASK), .end = CANNED_CLOSE },
	};
	struct canned_server *s = serve(answers, 2);

	SUBMIT(*state, ONE, "--timeout=30");
	program_must(&run, 1, NULL, "owed");
	RUN(&run, *state, "queue");
	program_must(&run, 0, "local-1\theld\tone\t", "held since 20");
	program_must(&run, 0, NULL, "owed");
	RUN(&run, *state, "queue", "--json");
	program_must(&run, 0, "\"hold\":{\"what\":\"payment\",\"since\":\"20", NULL);
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, "65a6f0c51c9d4400a1b2c3d4\taccepted\t1\tone\n", NULL);
	canned_stop(s);
}

static void
a_pause_is_told_with_its_end(void **state)
{
	const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 429 X\r\nRetry-After: 600\r\nContent-Length: 16\r\n\r\n"
			   "{\"error\":\"slow\"}",
		  .end = CANNED_CLOSE },
		{ .bytes = program_reply(TASK), .end = CANNED_CLOSE },
	};
	struct canned_server *s = serve(answers, 2);

	SUBMIT(*state, ONE, "--timeout=1");
	program_must(&run, 6, NULL, "still queued: no task was made");
	RUN(&run, *state, "queue");
	program_must(&run, 0, "local-1\tqueued\tone\t", "paused until ");
	RUN(&run, *state, "queue", "--json");
	program_must(&run, 0, "\"paused_until\":\"20", NULL);
	RUN(&run, *state, "queue", "--wait", "--timeout=30");
	program_must(&run, 0, "\taccepted\t1\tone\n", NULL);
	canned_stop(s);
}

static void
what_is_unconfirmed_is_told_with_its_reason(void **state)
{
	const struct canned answer = { .bytes = REFUSAL("500 X", "busy"), .end = CANNED_CLOSE };
	struct canned_server *s = serve(&answer, 1);

	SUBMIT(*state, ONE, "--timeout=0");
	RUN(&run, *state, "queue", "--wait", "--timeout=1");
	program_must(&run, 6, "local-1\tunconfirmed\t1\tone\t", "unconfirmed: it left");
	RUN(&run, *state, "queue");
	program_must(&run, 0, "local-1\tunconfirmed\tone\t", NULL);
	canned_stop(s);
}

/* Somebody holds the lock of the sender. */
static int
lock(void *state)
{
	const char *path = scratch_path(state, ".local/state/multistage/sender.lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	return fd;
}

static void
while_another_process_sends_the_rows_wait(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);
	int fd;

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	SUBMIT(*state, ONE, "--no-wait");
	fd = lock(*state);
	RUN(&run, *state, "queue");
	program_must(&run, 0, "local-1\tqueued\tone\t", "sending");
	RUN(&run, *state, "queue", "--wait", "--timeout=1");
	program_must(&run, 8, "local-1\tqueued\t1\tone", "nothing has left this machine");
	SUBMIT(*state, TWO, "--run=r", "--timeout=1");
	program_must(&run, 3, NULL, "record 1: another submission from here (local-1)");
	close(fd);
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, "\taccepted\t1\tone\n", NULL);
	sandbox_stop(s);
}

static void
rows_of_another_key_are_counted_only(void **state)
{
	SUBMIT(*state, TWO, "--no-wait");
	setenv("SCALE_API_KEY", "live_another_0123456789", 1);
	RUN(&run, *state, "queue");
	program_must(&run, 0, NULL, "2 more wait for another address or key");
	assert_string_equal(run.out, "");
}

static void
a_receipt_tells_each_step_and_no_secret(void **state)
{
	static const char signed_url[] =
		"{\"unique_id\":\"one\",\"project\":\"Front Perception 3D\","
		"\"scene_format\":\"sensor_fusion\","
		"\"attachments\":[\"https://x.dev/b.sfs?X-Amz-Signature=hush\"]}";
	const char *const names[] = { "local-1", "one", "65a6f0c51c9d4400a1b2c3d4" };
	const struct canned answers[] = {
		{ .bytes = REFUSAL("402 X", "owed"), .end = CANNED_CLOSE },
		{ .bytes = program_reply(TASK), .end = CANNED_CLOSE },
	};
	struct canned_server *s = serve(answers, 2);

	SUBMIT(*state, signed_url, "--timeout=30");
	RUN(&run, *state, "queue", "--wait");
	program_must(&run, 0, "\taccepted\t", NULL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		RUN(&run, *state, "receipt", names[i]);
		program_must(&run, 0, "65a6f0c51c9d4400a1b2c3d4", NULL);
		program_must(&run, 0, "402", NULL);
		RUN(&run, *state, "receipt", "--json", names[i]);
		program_must(&run, 0, "\"unique_id\": \"one\"", NULL);
		assert_null(strstr(run.out, "hush"));
		assert_null(strstr(run.out, PROGRAM_KEY));
	}
	RUN(&run, *state, "receipt", "none");
	program_must(&run, 1, NULL, "nothing called \"none\" was submitted from here");
	RUN(&run, *state, "receipt", "one", "none");
	program_must(&run, 7, "65a6f0c51c9d4400a1b2c3d4", "1 of 2 receipts");
	canned_stop(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_queue_is_told),
		TEST(what_is_queued_is_listed_and_worked_off),
		TEST(a_hold_is_told_and_lifted_by_working_it_off),
		TEST(a_pause_is_told_with_its_end),
		TEST(what_is_unconfirmed_is_told_with_its_reason),
		TEST(while_another_process_sends_the_rows_wait),
		TEST(rows_of_another_key_are_counted_only),
		TEST(a_receipt_tells_each_step_and_no_secret),
	};
	return cmocka_run_group_tests_name("cli queue", tests, NULL, NULL);
}
