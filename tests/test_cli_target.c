/* test_cli_target.c - the command line and whose turn it is to send. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
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

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b16_a_suspended_submit_lets_go_of_the_lock_and_ends_well_when_it_is_back),
	};
	return cmocka_run_group_tests_name("cli target", tests, NULL, NULL);
}
