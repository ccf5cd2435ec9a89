/* test_sandbox_start.c - what a person meets at the start of a sandbox: its words, its errors,
 * its end. */
#include "config.h"

#include "tests/test.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/raw.h"
#include "tests/scratch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SANDBOX "./multistage-sandbox"
#define WAIT_MS 30000
#define OWN_KEY "live_0123456789abcdef0123456789abcdef"

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

static void
run(struct program *r, void *state, const char *const *words)
{
	program_wait(r, state, program_start_as(SANDBOX, state, NULL, words));
}

/* Wait until the file NAME ("out", "err") of the run holds the words; the caller frees it. */
static char *
wait_for(void *state, const char *name, const char *words)
{
	for (int ms = 0; ms < WAIT_MS; ms += 10) {
		char *text = access(scratch_path(state, name), R_OK) == 0
				     ? test_read(scratch_path(state, name))
				     : NULL;

		if (text && strstr(text, words))
			return text;
		free(text);
		poll(NULL, 0, 10);
	}
	fail_msg("\"%s\" did not come in %s", words, name);
	return NULL;
}

/* With a socket in the scratch folder, and these options. */
static void
start(struct raw *r, void *state, const char *const *options)
{
	const char *words[16] = { "--unix", r->socket };

	*r = (struct raw){ .pid = 0 };
	snprintf(r->socket, sizeof(r->socket), "%s", scratch_path(state, "socket"));
	snprintf(r->db, sizeof(r->db), "%s", scratch_path(state, "data.db"));
	for (size_t n = 2; *options && n < 15; options++)
		words[n++] = strcmp(*options, "DB") == 0 ? r->db : *options;
	unlink(scratch_path(state, "out"));
	r->pid = program_start_as(SANDBOX, state, NULL, words);
}

static void
stop(struct raw *r, void *state)
{
	struct program p = { .status = 0 };

	kill(r->pid, SIGTERM);
	program_wait(&p, state, r->pid);
	program_must(&p, 0, NULL, NULL);
	program_done(&p);
}

static void
a_wrong_command_line_is_told_in_one_sentence(void **state)
{
	static const struct {
		const char *words[5];
		const char *says;
	} rows[] = {
		{ { "--sed", "demo" }, ": \"--sed\" is no option\ndid you mean --seed?\n" },
		{ { "--xyzzy" }, ": \"--xyzzy\" is no option\nsee multistage-sandbox --help\n" },
		{ { "-p" }, ": \"-p\" is no option\n" },
		{ { "8080" }, ": \"8080\" is no option\n" },
		{ { "--p\x1b[31m" }, ": \"--p^[[31m\" is no option\n" },
		{ { "--port" }, ": --port wants a value: --port N\n" },
		{ { "--port=" }, ": --port takes a number from 0 to 65535\n" },
		{ { "--port", "80x" }, ": --port takes a number from 0 to 65535\n" },
		{ { "--port=65536" }, ": --port takes a number from 0 to 65535\n" },
		{ { "--db", "" }, ": --db: the FILE is empty\n" },
		{ { "--work", "-1" }, ": --work takes seconds, from 0 to 1000000\n" },
		{ { "--help=1" }, ": --help takes no value\n" },
		{ { "--port", "1", "--unix", "x" }, ": --port and --unix exclude each other\n" },
	};
	struct program r = { .status = 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(&r, *state, rows[i].words);
		program_must(&r, 2, "", rows[i].says);
		assert_string_equal(r.out, "");
	}
	program_done(&r);
}

/* The value behind head in the greeting, up to the end of its line. */
static void
value_of(const char *text, const char *head, char out[128])
{
	const char *at = strstr(text, head);

	assert_non_null(at);
	at += strlen(head);
	at += strspn(at, " ");
	snprintf(out, 128, "%.*s", (int)strcspn(at, "\n"), at);
}

static void
it_says_where_it_listens_its_keys_and_what_to_paste(void **state)
{
	static const char *const words[] = { "--seed", "empty", NULL };
	char test[128], live[128], line[512], *text;
	struct answer a;
	struct raw r;

	start(&r, *state, words);
	text = wait_for(*state, "out", "try it");
	value_of(text, "test key           ", test);
	value_of(text, "live key           ", live);
	assert_int_equal(strncmp(test, "test_", 5), 0);
	assert_int_equal(strncmp(live, "live_", 5), 0);
	snprintf(line, sizeof(line), "listening on       %s\n", r.socket);
	assert_non_null(strstr(text, line));
	snprintf(line, sizeof(line),
		 "try it             curl --unix-socket %s -u %s: http://localhost/v1/projects\n",
		 r.socket, live);
	assert_non_null(strstr(text, line));
	free(text);
	raw_call(&r, test, "GET", "/v1/projects", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	raw_call(&r, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
	assert_int_equal(a.status, 401);
	answer_free(&a);
	stop(&r, *state);
	assert_int_equal(access(r.socket, F_OK), -1);
}

static void
receivers_of_callbacks_get_the_keys_that_it_says(void **state)
{
	static const char *const words[] = { NULL };
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	};
	struct canned_server *receiver = canned_start(answers, 2, NULL);
	char key[128], told[128], body[256], *text;
	struct answer a;
	struct raw r;

	start(&r, *state, words);
	text = wait_for(*state, "out", "try it");
	snprintf(body, sizeof(body),
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/missing/k\"],"
		 "\"callback_url\":\"http://127.0.0.1:%d\"}",
		 canned_port(receiver));
	value_of(text, "test key", key);
	value_of(text, "test callback key", told);
	raw_call(&r, key, "POST", "/v1/task/multistage", body, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	assert_int_equal(strncmp(told, "test_cb_", 8), 0);
	snprintf(body, sizeof(body), "\r\nscale-callback-auth: %s\r\n", told);
	assert_non_null(strstr(canned_request(receiver), body));
	value_of(text, "live callback key", told);
	assert_int_equal(strncmp(told, "live_cb_", 8), 0);
	free(text);
	stop(&r, *state);
	canned_stop(receiver);
}

/* It may be a real one. */
static void
the_key_of_the_environment_is_neither_printed_nor_kept(void **state)
{
	static const char *const words[] = { "--db", "DB", "--seed", "empty", NULL };
	struct answer a;
	struct raw r;

	for (int again = 0; again < 2; again++) {
		char *text;

		if (again)
			unsetenv("MULTISTAGE_SANDBOX_KEY");
		else
			setenv("MULTISTAGE_SANDBOX_KEY", OWN_KEY, 1);
		start(&r, *state, words);
		text = wait_for(*state, "out", "try it");
		assert_null(strstr(text, OWN_KEY));
		free(text);
		raw_call(&r, OWN_KEY, "GET", "/v1/projects", NULL, &a);
		assert_int_equal(a.status, again ? 401 : 200);
		answer_free(&a);
		stop(&r, *state);
	}
}

#define MANY 40

/* Start as raw_start() does, with its files in the scratch folder. */
static void
start_raw(struct raw *r, void *state, const char *const *args)
{
	*r = (struct raw){ .pid = 0 };
	snprintf(r->dir, sizeof(r->dir), "%s", (const char *)state);
	snprintf(r->socket, sizeof(r->socket), "%s/socket", r->dir);
	snprintf(r->db, sizeof(r->db), "%s/data.db", r->dir);
	raw_start(r, args);
}

/* Wait until it has ended, and well. */
static void
must_end(struct raw *r)
{
	for (int ms = 0, status; ms < WAIT_MS; ms += 5) {
		if (waitpid(r->pid, &status, WNOHANG) == r->pid) {
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 0);
			return;
		}
		poll(NULL, 0, 5);
	}
	kill(r->pid, SIGKILL);
	fail_msg("it did not end");
}

static void
must_vanish(const char *path)
{
	for (int ms = 0; ms < WAIT_MS; ms += 5) {
		if (access(path, F_OK) != 0)
			return;
		poll(NULL, 0, 5);
	}
	fail_msg("%s did not vanish", path);
}

/* All of them are there before the signal is seen: the process stands still meanwhile. */
static void
what_was_sent_before_the_stop_is_answered_and_kept(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", NULL };
	static const char batch[] = "{\"project\":\"P\",\"name\":\"b\"}";
	char request[512], path[256];
	struct answer a;
	int fd[MANY], good = 0;
	struct raw r;

	start_raw(&r, *state, args);
	raw_call(&r, RAW_LIVE, "POST", "/v1/projects", "{\"name\":\"P\",\"type\":\"multistage\"}",
		 &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	kill(r.pid, SIGSTOP);
	for (int i = 0; i < MANY; i++) {
		fd[i] = raw_connect(&r);
		snprintf(request, sizeof(request),
			 "POST /v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
			 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			 sizeof(batch) - 1, batch);
		raw_send(fd[i], request, strlen(request));
	}
	kill(r.pid, SIGTERM);
	kill(r.pid, SIGCONT);
	for (int i = 0; i < MANY; i++) {
		raw_read(fd[i], false, &a);
		assert_true(a.status == 200 || a.status == 409);
		assert_non_null(strstr(a.head, "Connection: close"));
		good += a.status == 200;
		answer_free(&a);
		assert_true(raw_closed(fd[i]));
		close(fd[i]);
	}
	assert_int_equal(good, 1);
	must_end(&r);
	assert_int_equal(access(r.socket, F_OK), -1);
	assert_int_equal(access(r.db, F_OK), 0);
	snprintf(path, sizeof(path), "%s-wal", r.db); /* written back and removed */
	assert_int_equal(access(path, F_OK), -1);
	raw_start(&r, args);
	raw_call(&r, RAW_LIVE, "GET", "/v1/batches/b", NULL, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	raw_kill(&r, SIGTERM);
}

/* A reply that is larger than what the socket takes is read after the stop. */
static void
a_large_reply_is_given_to_its_end(void **state)
{
	static const char request[] = "GET /v1/tasks?limit=100 HTTP/1.1\r\nHost: x\r\n"
				      "Authorization: Bearer live_k\r\n\r\n";
	struct answer a;
	struct raw r;
	int fd;

	start_raw(&r, *state, NULL);
	fd = raw_connect(&r);
	kill(r.pid, SIGSTOP);
	raw_send(fd, request, sizeof(request) - 1);
	kill(r.pid, SIGTERM);
	kill(r.pid, SIGCONT);
	must_vanish(r.socket);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	assert_string_not_equal(raw_at(&a, "docs.99.task_id"), "-");
	answer_free(&a);
	close(fd);
	must_end(&r);
}

/* Replies that nobody reads keep it for some seconds; who asks twice means it. */
static void
a_second_signal_ends_it(void **state)
{
	static const char request[] = "GET /v1/tasks?limit=100 HTTP/1.1\r\nHost: x\r\n"
				      "Authorization: Bearer live_k\r\n\r\n";
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int fd[20];
	struct raw r;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		start_raw(&r, *state, NULL);
		for (int j = 0; j < 20; j++) {
			fd[j] = raw_connect(&r);
			raw_send(fd[j], request, sizeof(request) - 1);
		}
		kill(r.pid, signals[i]);
		must_vanish(r.socket);
		kill(r.pid, signals[i]);
		must_end(&r);
		for (int j = 0; j < 20; j++)
			close(fd[j]);
	}
}

static void
a_database_or_socket_that_is_no_good_says_what_to_do(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", NULL };
	char text[256], dir[256], port[16];
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int taken = socket(AF_INET, SOCK_STREAM, 0);
	struct program p = { .status = 0 };
	struct raw r;
	const struct {
		const char *words[5];
		int status;
		const char *says, *hint;
	} rows[] = {
		{ { "--db", r.db }, 10, "database is locked", "stop the sandbox that has it open" },
		{ { "--db", dir }, 10, "No such file or directory", "that you can write to" },
		{ { "--db", r.dir }, 10, "Is a directory", "that you can write to" },
		{ { "--db", "/dev/null" }, 10, "it is no regular file", "" },
		{ { "--db", text }, 10, "file is not a database", "left as it is" },
		{ { "--unix", r.socket }, 1, "Address already in use", "name another path" },
		{ { "--unix", text }, 1, "Address already in use", "it is no socket" },
		{ { "--port", port }, 1, "Address already in use", "name another port" },
		{ { "--cert", text, "--key", text },
		  1,
		  "cannot start the HTTP server",
		  "PEM files that belong together" },
		{ { "--cert", dir, "--key", text }, 1, "No such file or directory", "" },
	};

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(taken, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(taken, 1), 0);
	assert_int_equal(getsockname(taken, (struct sockaddr *)&addr, &len), 0);
	snprintf(port, sizeof(port), "%d", ntohs(addr.sin_port));
	snprintf(text, sizeof(text), "%s", scratch_path(*state, "text"));
	snprintf(dir, sizeof(dir), "%s", scratch_path(*state, "no/such"));
	scratch_write(text, "text\n", 5);
	start_raw(&r, *state, args);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(&p, *state, rows[i].words);
		program_must(&p, rows[i].status, "", rows[i].says);
		program_must(&p, rows[i].status, "", rows[i].hint);
		assert_null(strstr(p.out, "listening"));
	}
	program_done(&p);
	close(taken);
	raw_kill(&r, SIGTERM);
	assert_int_equal(access(text, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wrong_command_line_is_told_in_one_sentence, world,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(it_says_where_it_listens_its_keys_and_what_to_paste,
						world, scratch_teardown),
		cmocka_unit_test_setup_teardown(receivers_of_callbacks_get_the_keys_that_it_says,
						world, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_key_of_the_environment_is_neither_printed_nor_kept, world,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(what_was_sent_before_the_stop_is_answered_and_kept,
						world, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_large_reply_is_given_to_its_end, world,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_second_signal_ends_it, world, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_database_or_socket_that_is_no_good_says_what_to_do, world,
			scratch_teardown),
	};

	return cmocka_run_group_tests_name("sandbox start", tests, NULL, NULL);
}
