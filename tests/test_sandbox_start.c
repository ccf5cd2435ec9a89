/* test_sandbox_start.c - what a person meets at the start of a sandbox: its words, its errors,
 * its end. */
#include "config.h"

#include "tests/test.h"

#include "tests/program.h"
#include "tests/raw.h"
#include "tests/scratch.h"

#include <poll.h>
#include <signal.h>
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
	value_of(text, "test key     ", test);
	value_of(text, "live key     ", live);
	assert_int_equal(strncmp(test, "test_", 5), 0);
	assert_int_equal(strncmp(live, "live_", 5), 0);
	snprintf(line, sizeof(line), "listening on %s\n", r.socket);
	assert_non_null(strstr(text, line));
	snprintf(line, sizeof(line),
		 "try it       curl --unix-socket %s -u %s: http://localhost/v1/projects\n",
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wrong_command_line_is_told_in_one_sentence, world,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(it_says_where_it_listens_its_keys_and_what_to_paste,
						world, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_key_of_the_environment_is_neither_printed_nor_kept, world,
			scratch_teardown),
	};

	return cmocka_run_group_tests_name("sandbox start", tests, NULL, NULL);
}
