/* test_sandbox.c - the sandbox as a server: who gets in, what it reads, what it keeps. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASK_BODY "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k.sfs\"]}"

static struct raw sb; /* one for all tests that do not stop it */

static int
start_one(void **state)
{
	(void)state;
	raw_start(&sb, NULL);
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

/* Send text as it is on a new connection, read one answer. */
static void
say(const char *text, struct answer *a)
{
	int fd = raw_connect(&sb);

	raw_send(fd, text, strlen(text));
	raw_read(fd, false, a);
	close(fd);
}

static void
a_key_opens_the_account_as_basic_or_bearer(void **state)
{
	static const struct {
		const char *header;
		int status;
	} rows[] = {
		{ "", 401 },
		{ "Authorization: Basic dGVzdF9rOg==\r\n", 200 }, /* test_k: */
		{ "Authorization: basic dGVzdF9rOg==\r\n", 200 },
		{ "Authorization: Basic dGVzdF9rOnB3\r\n", 200 }, /* test_k:pw */
		{ "Authorization: Bearer live_k\r\n", 200 },
		{ "Authorization: Bearer dummy_api_key\r\n", 401 },
		{ "Authorization: Basic dGVzdF9r\r\n", 401 }, /* test_k without colon */
		{ "Authorization: Basic Og==\r\n", 401 },     /* : */
		{ "Authorization: Basic ????\r\n", 401 },
		{ "Authorization: Bearer \r\n", 401 },
		{ "Authorization: test_k\r\n", 401 },
	};
	struct answer a;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
			 "GET /v1/projects HTTP/1.1\r\nHost: localhost\r\n%s\r\n", rows[i].header);
		say(text, &a);
		if (a.status != rows[i].status)
			fail_msg("%s gives %d, not %d", rows[i].header, a.status, rows[i].status);
		if (a.status == 401) {
			assert_string_equal(raw_at(&a, "status_code"), "401");
			assert_non_null(strstr(raw_at(&a, "error"), "key"));
		}
		answer_free(&a);
	}
}

static void
what_is_not_there_is_404_or_405(void **state)
{
	static const struct {
		const char *method, *target;
		int status;
	} rows[] = {
		{ "GET", "/", 404 },
		{ "GET", "/v1", 404 },
		{ "GET", "/v1/nothing", 404 },
		{ "GET", "/v1/tasks/", 200 },
		{ "GET", "/v1//tasks", 404 },
		{ "PUT", "/v1/tasks", 405 },
		{ "GET", "/v1/files/upload", 405 },
		{ "HEAD", "/v1/tasks", 200 },
		{ "GET", "/v1/task/a/b/c/d/e/f/g/h", 400 },
		{ "GET", "/v1/projects/%ff", 400 },
		{ "GET", "/v1/projects/a%00b", 400 },
		{ "GET", "/v1/projects/100%25", 404 },
		{ "GET", "/v1/projects/100%", 404 },
		{ "GET", "/v1/tasks?tags=%c3", 400 },
		{ "GET", "/v1/tasks?status&type&limit=2", 200 }, /* recorded from the service */
		{ "POST", "/v1/task/nosuch", 402 },
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		raw_call(&sb, RAW_LIVE, rows[i].method, rows[i].target, NULL, &a);
		if (a.status != rows[i].status)
			fail_msg("%s %s gives %d", rows[i].method, rows[i].target, a.status);
		if (a.status != 200) {
			char want[16];

			snprintf(want, sizeof(want), "%d", a.status);
			assert_string_equal(raw_at(&a, "status_code"), want);
			assert_string_not_equal(raw_at(&a, "error"), "-");
		}
		assert_non_null(strstr(a.head, "Content-Type: application/json"));
		answer_free(&a);
	}
}

static void
a_name_in_the_path_may_hold_a_slash(void **state)
{
	struct answer a;

	(void)state;
	raw_call(&sb, RAW_LIVE, "GET", "/v1/projects/rapid%2Fpedestrians", NULL, &a);
	assert_string_equal(raw_at(&a, "name"), "rapid/pedestrians");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/batches/urban%2fporto-1/status", NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "completed");
	assert_string_equal(raw_at(&a, "pending"), "-");
	answer_free(&a);
}

static void
a_body_that_is_no_json_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{",
		"nonsense",
		"{} x",
		"{\"a\":NaN}",
		"{\"a\":01}",
		"{\"a\":1.}",
		"[1]",
		"\"x\"",
		"null",
		"{\"a\":\"\n\"}",
		"{\"a\":\"\xFF\"}",
		"{\"a\":\"\\u0000\"}",
		"{'a':1}",
		"{\"a\":1,}",
		"{\"a\":99999999999999999999}",
		"{\"a\":-1e999}",
		"{\"a\":-.5}",
		"{\"a\":.5}",
		"{\"a\":+1}",
		"{\"a\":1.e5}",
		"{\"a\":1e+}",
		"{\"a\":-}",
		"{\"a\":-01}",
		"/* */ {}",
		"{\"a\":tru}",
		"\xEF\xBB\xBF{}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		raw_call(&sb, RAW_LIVE, "POST", "/v1/task/multistage", bodies[i], &a);
		if (a.status != 400)
			fail_msg("%s gives %d", bodies[i], a.status);
		answer_free(&a);
	}
}

static void
a_connection_is_kept_also_after_a_refusal(void **state)
{
	static const char *const keys[] = { "live_k", "wrong", "live_k" };
	static const int want[] = { 200, 401, 200 };
	int fd = raw_connect(&sb);
	struct answer a;
	char text[512];

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
			 "POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\n"
			 "Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
			 keys[i], strlen(TASK_BODY), TASK_BODY);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		assert_int_equal(a.status, want[i]);
		answer_free(&a);
	}
	close(fd);
}

static void
a_body_in_chunks_is_read(void **state)
{
	char text[512];
	struct answer a;

	(void)state;
	snprintf(text, sizeof(text),
		 "POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
		 "Transfer-Encoding: chunked\r\n\r\na\r\n%.10s\r\n%zx\r\n%s\r\n0\r\n\r\n",
		 TASK_BODY, strlen(TASK_BODY) - 10, TASK_BODY + 10);
	say(text, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

/* More than it takes at once, three times: whoever waits at the door gets in at last. */
static void
it_listens_again_when_the_crowd_has_gone(void **state)
{
	int fds[300];
	struct answer a;

	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
			fds[i] = raw_connect(&sb);
		for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
			close(fds[i]);
		raw_call(&sb, RAW_LIVE, "GET", "/v1/batches?limit=1", NULL, &a);
		assert_int_equal(a.status, 200);
		answer_free(&a);
	}
}

static void
a_body_that_is_too_large_is_413(void **state)
{
	static const char endless[] =
		"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char chunk[65536 + 16];
	int fd = raw_connect(&sb);
	struct answer a;
	size_t n;

	(void)state;
	say("POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
	    "Content-Length: 2097153\r\nExpect: 100-continue\r\n\r\n",
	    &a);
	assert_int_equal(a.status, 413);
	answer_free(&a);
	say("POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
	    "Content-Length: 20000000\r\n\r\n", /* nobody reads that much to say no */
	    &a);
	assert_int_equal(a.status, 413);
	assert_non_null(strstr(a.head, "Connection: close"));
	answer_free(&a);
	say("POST /v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n"
	    "Content-Length: 30000000\r\n\r\n",
	    &a);
	assert_int_equal(a.status, 401); /* the key is the first thing to say */
	answer_free(&a);

	n = (size_t)snprintf(chunk, sizeof(chunk),
			     "POST /v1/task/multistage HTTP/1.1\r\nHost: x\r\n"
			     "Authorization: Bearer live_k\r\nTransfer-Encoding: chunked\r\n\r\n");
	raw_send(fd, chunk, n);
	n = (size_t)snprintf(chunk, sizeof(chunk), "10000\r\n");
	memset(chunk + n, ' ', 65536);
	memcpy(chunk + n + 65536, "\r\n", 2);
	for (int i = 0; i < 33; i++)
		raw_send(fd, chunk, n + 65538);
	raw_send(fd, "0\r\n\r\n", 5);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 413);
	answer_free(&a);
	assert_true(raw_closed(fd));
	close(fd);

	fd = raw_connect(&sb); /* without an end it is cut off */
	raw_send(fd, endless, strlen(endless));
	for (int i = 0; i < 320; i++)
		raw_send(fd, chunk, n + 65538);
	assert_true(raw_closed(fd));
	close(fd);
}

/* A sandbox on a port, its output read from a pipe. */
static pid_t
start_on_port(int *out, int *port)
{
	char text[512] = "";
	int fds[2];
	pid_t pid;
	size_t n = 0;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
		setenv("MULTISTAGE_SANDBOX_KEY", "mine|test", 1);
		execl("./multistage-sandbox", "multistage-sandbox", "--seed", "empty",
		      (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while (!strstr(text, "try it")) {
		struct pollfd p = { .fd = fds[0], .events = POLLIN };
		ssize_t got;

		assert_int_equal(poll(&p, 1, 10000), 1);
		got = read(fds[0], text + n, sizeof(text) - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
		text[n] = '\0';
	}
	assert_int_equal(sscanf(text, "listening on http://127.0.0.1:%d/v1", port), 1);
	assert_non_null(strstr(text, "test key           test_"));
	assert_non_null(strstr(text, "live key           live_"));
	*out = fds[0];
	return pid;
}

/* Sockets that listen on this port at an address that begins so, in hex. Source: proc(5). */
static int
listeners(int port, const char *address)
{
	static const char *const tables[] = { "/proc/net/tcp", "/proc/net/tcp6" };
	char line[256], local[64], state[4];
	unsigned at;
	int n = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		FILE *f = fopen(tables[i], "re");

		while (f && fgets(line, sizeof(line), f))
			n += sscanf(line, " %*d: %63[0-9A-F]:%x %*s %3s", local, &at, state) == 3 &&
			     (int)at == port && strcmp(state, "0A") == 0 &&
			     strncmp(local, address, strlen(address)) == 0;
		if (f)
			fclose(f);
	}
	return n;
}

static void
c14_on_a_port_only_the_loopback_its_names_and_its_own_key_are_served(void **state)
{
	static const struct {
		const char *host, *key;
		int status;
	} rows[] = {
		{ "Host: 127.0.0.1\r\n", "mine|test", 200 },
		{ "Host: LOCALHOST:80\r\n", "mine|test", 200 },
		{ "Host: [::1]:1\r\n", "mine|test", 200 },
		{ "Host: evil.example\r\n", "mine|test", 403 },
		{ "Host: localhost.evil\r\n", "mine|test", 403 },
		{ "Host: 127.0.0.1.evil\r\n", "mine|test", 403 },
		{ "Host: \r\n", "mine|test", 403 },
		/* a key of the service: it must not be taken here */
		{ "Host: localhost\r\n", "live_0123456789abcdef0123456789abcdef", 401 },
		{ "Host: localhost\r\n", "test_0123456789abcdef0123456789abcdef", 401 },
		{ "Host: localhost\r\n", "0123456789abcdef0123456789abcdef", 401 },
	};
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct answer a;
	char text[256];
	int out, port, status;
	pid_t pid = start_on_port(&out, &port);

	(void)state;
	addr.sin_port = htons((uint16_t)port);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(listeners(port, ""), 1); /* one, and that one on the loopback */
	assert_int_equal(listeners(port, "0100007F"), 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
		snprintf(text, sizeof(text),
			 "GET /v1/tasks HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n\r\n",
			 rows[i].host, rows[i].key);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		if (a.status != rows[i].status)
			fail_msg("%s, %s gives %d", rows[i].host, rows[i].key, a.status);
		answer_free(&a);
		close(fd);
	}
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(out);
}

static void
the_socket_and_the_database_are_ours_alone(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", NULL };
	struct raw r = { .pid = 0 };
	struct stat st;

	(void)state;
	raw_start(&r, args);
	assert_int_equal(stat(r.socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(r.db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	raw_stop(&r);
}

static void
killed_right_after_a_200_it_still_has_the_task(void **state)
{
	static const char *const args[] = { "--db", "--work", "1000", NULL };
	struct raw r = { .pid = 0 };
	struct answer a;
	char path[64], id[32];

	(void)state;
	raw_start(&r, args);
	for (int i = 0; i < 5; i++) {
		raw_call(&r, RAW_LIVE, "POST", "/v1/task/multistage", TASK_BODY, &a);
		assert_int_equal(a.status, 200);
		snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
		answer_free(&a);
		raw_kill(&r, SIGKILL);
		raw_start(&r, args);
		snprintf(path, sizeof(path), "/v1/task/%s", id);
		raw_call(&r, RAW_LIVE, "GET", path, NULL, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(raw_at(&a, "status"), "pending");
		answer_free(&a);
	}
	raw_call(&r, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
	assert_string_equal(raw_at(&a, "total"), "2005"); /* seeded once */
	answer_free(&a);
	raw_stop(&r);
}

static void
a_restarted_sandbox_goes_on_where_its_tasks_stood(void **state)
{
	static const char *const slow[] = { "--db", "--work", "0.2", "--seed", "demo", NULL };
	struct raw r = { .pid = 0 };
	char path[64] = "/v1/task/", url[160] = "";
	struct answer a;
	bool done = false;

	(void)state;
	raw_start(&r, slow);
	raw_call(&r, RAW_LIVE, "POST", "/v1/task/multistage", TASK_BODY, &a);
	assert_string_equal(raw_at(&a, "status"), "pending");
	snprintf(path, sizeof(path), "/v1/task/%s", raw_at(&a, "task_id"));
	answer_free(&a);
	raw_kill(&r, SIGKILL);
	raw_start(&r, slow);
	for (int i = 0; i < 500 && !done; i++) {
		poll(NULL, 0, 20);
		raw_call(&r, RAW_LIVE, "GET", path, NULL, &a);
		done = strcmp(raw_at(&a, "status"), "completed") == 0;
		if (done)
			snprintf(url, sizeof(url), "%s", raw_at(&a, "response.annotations.url"));
		answer_free(&a);
	}
	assert_true(done);
	assert_memory_equal(url, "http://localhost/_sandbox/annotations/", 38);
	raw_call(&r, "", "GET", url + strlen("http://localhost"), NULL, &a); /* without a key */
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_at(&a, "task_id"), path + strlen("/v1/task/"));
	answer_free(&a);
	raw_call(&r, "", "GET", "/_sandbox/annotations/65a6f0c51c9d4400a1b2c3d4.json", NULL, &a);
	assert_int_equal(a.status, 404);
	answer_free(&a);
	raw_stop(&r);
}

static void
it_ends_with_the_process_that_started_it(void **state)
{
	struct raw r = { .pid = 0 };
	int told[2], fd;
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(told), 0);
	parent = fork();
	if (parent == 0) {
		raw_start(&r, NULL);
		if (write(told[1], &r, sizeof(r)) != sizeof(r))
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(told[0], &r, sizeof(r)), sizeof(r));
	fd = raw_connect(&r);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	assert_true(raw_closed(fd));
	close(fd);
	close(told[0]);
	close(told[1]);
	r.pid = 0; /* not our child */
	raw_stop(&r);
}

/* Run it with arguments; its exit status. */
static int
exit_of(const char *const *args)
{
	const char *argv[8] = { "multistage-sandbox" };
	int status;
	pid_t pid;

	for (size_t n = 1; *args && n < 7; n++)
		argv[n] = *args++;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		alarm(10);
		execv("./multistage-sandbox", (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_wrong_command_line_or_file_is_told_by_the_status(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", NULL };
	struct raw r = { .pid = 0 };
	const struct {
		const char *args[5];
		int status;
	} rows[] = {
		{ { "--version" }, 0 },
		{ { "--help" }, 0 },
		{ { "--nonsense" }, 2 },
		{ { "more" }, 2 },
		{ { "--port", "x" }, 2 },
		{ { "--port", "70000" }, 2 },
		{ { "--port", "1", "--unix", "x" }, 2 },
		{ { "--work", "-1" }, 2 },
		{ { "--work", "nan" }, 2 },
		{ { "--seed", "other" }, 2 },
		{ { "--db", "/nonexistent/x.db" }, 10 },
		{ { "--db", "./multistage-sandbox" }, 10 }, /* no database */
		{ { "--db", r.db }, 10 },                   /* another one has it */
		{ { "--unix", r.socket }, 1 },              /* another one listens */
		{ { "--ready-fd", "99" }, 1 },
	};

	(void)state;
	raw_start(&r, args);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = exit_of(rows[i].args);

		if (got != rows[i].status)
			fail_msg("%s %s gives %d, not %d", rows[i].args[0],
				 rows[i].args[1] ? rows[i].args[1] : "", got, rows[i].status);
	}
	raw_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_opens_the_account_as_basic_or_bearer),
		cmocka_unit_test(what_is_not_there_is_404_or_405),
		cmocka_unit_test(a_name_in_the_path_may_hold_a_slash),
		cmocka_unit_test(a_body_that_is_no_json_is_refused),
		cmocka_unit_test(a_connection_is_kept_also_after_a_refusal),
		cmocka_unit_test(a_body_in_chunks_is_read),
		cmocka_unit_test(it_listens_again_when_the_crowd_has_gone),
		cmocka_unit_test(a_body_that_is_too_large_is_413),
		cmocka_unit_test(
			c14_on_a_port_only_the_loopback_its_names_and_its_own_key_are_served),
		cmocka_unit_test(the_socket_and_the_database_are_ours_alone),
		cmocka_unit_test(killed_right_after_a_200_it_still_has_the_task),
		cmocka_unit_test(a_restarted_sandbox_goes_on_where_its_tasks_stood),
		cmocka_unit_test(it_ends_with_the_process_that_started_it),
		cmocka_unit_test(a_wrong_command_line_or_file_is_told_by_the_status),
	};
	return cmocka_run_group_tests_name("sandbox", tests, start_one, stop_one);
}
