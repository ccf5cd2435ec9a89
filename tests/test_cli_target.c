/* test_cli_target.c - the command line and whose turn it is to send. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAYLOAD                                                                           \
	"{\"unique_id\":\"ours-1\",\"project\":\"p\",\"attachments\":[\"s3://a/b.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"
#define TASK \
	"{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"status\":\"pending\",\"unique_id\":\"ours-1\"}"

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

/* The lock of the sender, as it says of itself; -1: somebody holds it. */
static int
try_lock(void *state, char line[64])
{
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/.local/state/multistage/sender.lock", (const char *)state);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, line, 63);
	line[n > 0 ? n : 0] = '\0';
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
b16_a_suspended_submit_lets_go_of_the_lock_and_ends_well_when_it_is_back(void **state)
{
	struct canned_server *s;
	struct canned answers[] = { { .bytes = program_reply(TASK), .waits = true } };
	const char *const words[] = { "submit", "-", NULL };
	char line[64], want[64], url[64];
	int status = 0, fd;
	pid_t pid;

	s = canned_start(answers, ARRAY_LEN(answers), NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	pid = program_start(*state, PAYLOAD, words);
	assert_non_null(strstr(canned_request(s), "POST /v1/task/multistage"));
	assert_int_equal(try_lock(*state, line), -1);
	snprintf(want, sizeof(want), "%ld ", (long)pid);
	assert_memory_equal(line, want, strlen(want));
	kill(pid, SIGTSTP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	fd = try_lock(*state, line);
	assert_true(fd >= 0);
	assert_string_equal(line, "");
	close(fd);
	canned_go_on(s);
	kill(pid, SIGCONT);
	program_wait(&run, *state, pid);
	program_must(&run, 0, "65a6f0c51c9d4400a1b2c3d4", "accepted: unique_id ours-1");
	canned_stop(s);
}

/* --- another key --- */

#define OLD_KEY   "test_old_0123456789abcdef"
#define NEW_KEY   "test_new_0123456789abcdef" /* the same account: the sandbox has one of tests */
#define OTHER_KEY "live_other_0123456789abcd"

static const char *const rotate[] = { "auth", "rotate", NULL };

static void
submit_as(void **state, const char *key, const char *unique_id, const char *option)
{
	const char *const words[] = { "submit", "-", option, NULL };
	char payload[256];

	snprintf(payload, sizeof(payload),
		 "{\"unique_id\":\"%s\",\"project\":\"Front Perception 3D\","
		 "\"attachments\":[\"s3://a/b.sfs\"],\"scene_format\":\"sensor_fusion\"}",
		 unique_id);
	setenv("SCALE_API_KEY", key, 1);
	program_run(&run, *state, payload, words);
}

/* What waits is worked off. */
static void
go_on_as(void **state, const char *key, const char *words)
{
	static const char *const wait[] = { "queue", "--wait", "--timeout=60", NULL };

	setenv("SCALE_API_KEY", key, 1);
	program_run(&run, *state, NULL, wait);
	program_must(&run, 0, NULL, words);
}

static void
rotate_as(void **state, const char *key, const char *option)
{
	const char *const words[] = { "auth", "rotate", option, NULL };

	setenv("SCALE_API_KEY", key, 1);
	program_run(&run, *state, NULL, option ? words : rotate);
}

static void
a25_what_another_key_submitted_stays_there_and_is_told(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	submit_as(state, OLD_KEY, "old-1", "--no-wait");
	program_must(&run, 6, NULL, NULL);
	submit_as(state, OTHER_KEY, "new-1", "--wait=60");
	program_must(&run, 0, NULL, "1 submission belongs to another key");
	program_must(&run, 0, NULL, "multistage auth rotate");
	RUN(&run, *state, "list", "--json");
	program_must(&run, 0, "new-1", NULL);
	assert_null(strstr(run.out, "old-1"));
	/* with its own key it goes out */
	go_on_as(state, OLD_KEY, "accepted: unique_id old-1");
	sandbox_stop(s);
}

static void
a25b_a_new_key_takes_over_what_a_task_proves_to_be_its_account(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	submit_as(state, OLD_KEY, "rot-1", "--wait=60");
	program_must(&run, 0, NULL, "accepted");
	submit_as(state, OLD_KEY, "rot-2", "--no-wait");
	program_must(&run, 6, NULL, NULL);
	rotate_as(state, OTHER_KEY, NULL); /* of another account: it sees no task of it */
	program_must(&run, 4, NULL, "no task of the older key can be fetched");
	rotate_as(state, NEW_KEY, NULL);
	program_must(&run, 0, NULL, "taken over: 2 submissions, 2 tasks known here");
	go_on_as(state, NEW_KEY, "accepted: unique_id rot-2");
	submit_as(state, NEW_KEY, "rot-1", NULL);
	program_must(&run, 9, NULL, "already submitted on");
	RUN(&run, *state, "list", "--json");
	program_must(&run, 0, "rot-1", NULL);
	assert_null(strstr(strstr(run.out, "\"rot-1\"") + 7, "\"unique_id\":\"rot-1\""));
	rotate_as(state, NEW_KEY, NULL);
	program_must(&run, 0, NULL, "nothing here was submitted with another key");
	sandbox_stop(s);
}

static void
a25b_without_a_task_a_person_must_say_that_it_is_the_same_account(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	submit_as(state, OLD_KEY, "say-1", "--no-wait");
	program_must(&run, 6, NULL, NULL);
	rotate_as(state, NEW_KEY, NULL);
	program_must(&run, 4, NULL, "--same-account");
	rotate_as(state, NEW_KEY, "--same-account");
	program_must(&run, 0, NULL, "taken over: 1 submission, 1 task known here");
	go_on_as(state, NEW_KEY, "accepted: unique_id say-1");
	sandbox_stop(s);
}

static void
a25b_among_several_keys_without_proof_none_is_guessed(void **state)
{
	struct sandbox *s = sandbox_start(NULL, NULL);

	setenv("MULTISTAGE_URL", sandbox_url(s), 1);
	submit_as(state, OLD_KEY, "many-1", "--no-wait");
	submit_as(state, OTHER_KEY, "many-2", "--no-wait");
	rotate_as(state, NEW_KEY, "--same-account");
	program_must(&run, 4, NULL, "2 older keys without proof");
	go_on_as(state, OLD_KEY, "accepted: unique_id many-1");
	sandbox_stop(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b16_a_suspended_submit_lets_go_of_the_lock_and_ends_well_when_it_is_back),
		CASE(a25_what_another_key_submitted_stays_there_and_is_told),
		CASE(a25b_a_new_key_takes_over_what_a_task_proves_to_be_its_account),
		CASE(a25b_without_a_task_a_person_must_say_that_it_is_the_same_account),
		CASE(a25b_among_several_keys_without_proof_none_is_guessed),
	};
	return cmocka_run_group_tests_name("cli target", tests, NULL, NULL);
}
