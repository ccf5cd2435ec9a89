/* test_sandbox_log.c - the access log: what a line holds, what it never holds, and a log that
 * cannot be written. */
#include "config.h"

#include "tests/test.h"

#include "tests/program.h"
#include "tests/raw.h"
#include "tests/scratch.h"

#include "sandbox/hide.h"
#include "sandbox/log.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET  "0123456789abcdef0123456789abcdef"
#define OWN_KEY "my/own key?"

static void
a_target_is_kept_without_keys(void **state)
{
	static const struct {
		const char *target, *kept;
	} rows[] = {
		/* clang-format off */
		{ "/v1/tasks?limit=2", "/v1/tasks?limit=2" },
		{ "/v1/projects/rapid%2fped", "/v1/projects/rapid%2Fped" },
		{ "/v1/%70rojects", "/v1/projects" },
		{ "/v1/tasks?k=live_" SECRET "&x=1", "/v1/tasks?k=***&x=1" },
		{ "/v1/task/test_" SECRET, "/v1/task/***" },
		{ "/live%5F" SECRET, "/***" },
		{ "/%6cive_%30" SECRET, "/***" },
		{ "/live%5z" SECRET, "/live%5z" SECRET }, /* no escape, so no key */
		{ "/http://live_" SECRET ":@host/", "/http://***:@host/" },
		{ "/?a=Basic%20bGl2ZV8wMTIzNDU2Nzg5YWJjZGVm", "/?a=Basic%20***" },
		{ "/?a=dGVzdF8wMTIzNDU2Nzg5YWJjZGVm%3D", "/?a=***%3D" },
		{ "/v1/tasks?unique_id=test_scene_000000001", "/v1/tasks?unique_id=test_scene_000000001" },
		{ "/v1/tasks?unique_id=test_1", "/v1/tasks?unique_id=test_1" },
		{ "/my/own%20key%3f", "/***" },
		{ "/my%2Fown%20key%3F", "/***" },
		{ "/x?y=my%2fown%20k%65y%3fmy%2fown%20key%3f", "/x?y=******" },
		{ "/%", "/%" },
		{ "/%4", "/%4" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT(4096);

		hide_keys(&b, rows[i].target, OWN_KEY, NULL);
		if (strcmp(buf_str(&b), rows[i].kept) != 0)
			fail_msg("%s is kept as %s", rows[i].target, buf_str(&b));
		buf_free(&b);
	}
}

static void
a_key_that_is_no_more_than_a_word_hides_nothing(void **state)
{
	struct buf b = BUF_INIT(4096);

	(void)state;
	hide_keys(&b, "/v1/tasks", "tasks", NULL);
	assert_string_equal(buf_str(&b), "/v1/tasks");
	buf_free(&b);
}

/* Wait until the file holds the words; the caller frees its text. */
static char *
wait_for(const char *path, const char *words)
{
	for (int ms = 0; ms < 30000; ms += 10) {
		char *text = access(path, R_OK) == 0 ? test_read(path) : NULL;

		if (text && strstr(text, words))
			return text;
		free(text);
		poll(NULL, 0, 10);
	}
	fail_msg("\"%s\" did not come in %s", words, path);
	return NULL;
}

static void
call(const struct raw *r, const char *key, const char *method, const char *target, int status)
{
	struct answer a;

	raw_call(r, key, method, target, NULL, &a);
	assert_int_equal(a.status, status);
	answer_free(&a);
}

/* Line n, behind its time, with the milliseconds taken out. */
static void
line_of(const char *text, int n, char out[512])
{
	int year, month, day, hour, minute, second, ms, used = 0, status;
	long long took;
	char side[8], rest[400];
	size_t bytes;

	for (; n > 0; n--) {
		text = strchr(text, '\n');
		assert_non_null(text++);
	}
	if (sscanf(text, "%d-%d-%dT%d:%d:%d.%dZ %7s %d %zu bytes %lld ms  %n", &year, &month, &day,
		   &hour, &minute, &second, &ms, side, &status, &bytes, &took, &used) != 11)
		fail_msg("no line of a log: %s", text);
	snprintf(rest, sizeof(rest), "%.*s", (int)strcspn(text + used, "\n"), text + used);
	snprintf(out, 512, "%s %d %s", side, status, rest);
}

static void
each_request_is_one_line_without_a_key(void **state)
{
	static const char *const lines[] = {
		"live 200 GET /v1/tasks?status=error&limit=1",
		"test 404 GET /v1/task/none",
		"- 401 GET /v1/projects",
		"live 404 PUT /v1/***",
		"live 405 PUT /v1/tasks?k=***",
		"live 200 GET /v1/batches?a=<U+202E>[31m",
	};
	char path[256], line[512], *text;
	const char *args[] = { "--log", path, NULL };
	struct raw r = { .pid = 0 };
	struct answer a;
	struct stat st;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "log"));
	raw_start(&r, args);
	call(&r, RAW_LIVE, "GET", "/v1/tasks?status=error&limit=1", 200);
	call(&r, RAW_TEST, "GET", "/v1/task/none", 404);
	raw_call(&r, "wrong_" SECRET, "GET", "/v1/projects", NULL, &a);
	assert_int_equal(a.status, 401);
	answer_free(&a);
	call(&r, RAW_LIVE, "PUT", "/v1/live_" SECRET, 404);
	call(&r, RAW_LIVE, "PUT", "/v1/tasks?k=test%5f" SECRET, 405);
	call(&r, RAW_LIVE, "GET", "/v1/batches?a=\xE2\x80\xAE[31m", 200);
	raw_kill(&r, SIGTERM);
	text = wait_for(path, "batches");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		line_of(text, (int)i, line);
		assert_string_equal(line, lines[i]);
	}
	assert_null(strstr(text, SECRET));
	free(text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	raw_start(&r, args); /* appended to */
	call(&r, RAW_LIVE, "GET", "/v1/projects?again", 200);
	raw_stop(&r);
	text = wait_for(path, "again");
	line_of(text, 6, line);
	assert_string_equal(line, "live 200 GET /v1/projects?again");
	free(text);
}

static void
a_reply_that_nobody_took_is_told(void **state)
{
	static const char request[] = "GET /v1/tasks?limit=100 HTTP/1.1\r\nHost: x\r\n"
				      "Authorization: Bearer live_k\r\n\r\n";
	char path[256];
	const char *args[] = { "--log", path, NULL };
	struct raw r = { .pid = 0 };
	char byte;
	int fd;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "log"));
	raw_start(&r, args);
	fd = raw_connect(&r);
	for (int i = 0; i < 20; i++) /* more than the socket's buffer takes */
		raw_send(fd, request, sizeof(request) - 1);
	assert_int_equal(read(fd, &byte, 1), 1);
	close(fd);
	free(wait_for(path, "/v1/tasks?limit=100  (the reply was not taken)\n"));
	raw_stop(&r);
}

static void
a_log_that_cannot_be_written_is_told_once_and_stops_nothing(void **state)
{
	struct raw r = { .pid = 0 };
	const char *text, *words[] = { "--unix", r.socket, "--accept-any-key", "--seed",
				       "empty",  "--log",  "/dev/full",        NULL };
	struct program p = { .status = 0 };

	snprintf(r.socket, sizeof(r.socket), "%s", scratch_path(*state, "socket"));
	r.pid = program_start_as("./multistage-sandbox", *state, NULL, words);
	free(wait_for(scratch_path(*state, "out"), "try it"));
	for (int i = 0; i < 5; i++)
		call(&r, RAW_LIVE, "GET", "/v1/projects", 200);
	kill(r.pid, SIGTERM);
	program_wait(&p, *state, r.pid);
	program_must(&p, 0, NULL,
		     "multistage-sandbox: cannot write the log /dev/full: "
		     "No space left on device; requests go on\n");
	text = strstr(p.err, "cannot write");
	assert_null(strstr(text + 1, "cannot write"));
	program_done(&p);
}

static void
a_log_that_cannot_be_opened_is_an_error(void **state)
{
	static const char *const words[] = { "--log", "/nonexistent/log", NULL };
	struct program p = { .status = 0 };

	program_wait(&p, *state, program_start_as("./multistage-sandbox", *state, NULL, words));
	program_must(&p, 1, NULL,
		     ": cannot open the log /nonexistent/log: No such file or directory\n"
		     "name another file with --log, or none for standard error\n");
	program_done(&p);
}

/* A full pipe holds nobody up; what it did not take is counted. */
static void
a_pipe_that_nobody_reads_loses_lines_and_no_request(void **state)
{
	char path[256], text[65536];
	const char *args[] = { "--seed", "empty", "--log", path, NULL };
	struct raw r = { .pid = 0 };
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "fifo"));
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_SETPIPE_SZ, 16384) >= 16384);
	raw_start(&r, args);
	for (int i = 0; i < 400; i++)
		call(&r, RAW_LIVE, "GET", "/v1/projects?what=this-line-is-long-enough", 200);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	call(&r, RAW_LIVE, "GET", "/v1/projects?last", 200);
	raw_stop(&r);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, " lines are lost)\n"));
	assert_non_null(strstr(text, "/v1/projects?last\n"));
	close(fd);
}

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_is_kept_without_keys),
		cmocka_unit_test(a_key_that_is_no_more_than_a_word_hides_nothing),
		TEST(each_request_is_one_line_without_a_key),
		TEST(a_reply_that_nobody_took_is_told),
		TEST(a_log_that_cannot_be_written_is_told_once_and_stops_nothing),
		TEST(a_log_that_cannot_be_opened_is_an_error),
		TEST(a_pipe_that_nobody_reads_loses_lines_and_no_request),
	};

	return cmocka_run_group_tests_name("sandbox log", tests, NULL, NULL);
}
