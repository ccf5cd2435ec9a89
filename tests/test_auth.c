/* test_auth.c - "multistage auth": a key is typed hidden, and kept in a file of one's own. */
#include "config.h"

#include "tests/test.h"

#include "tests/program.h"
#include "tests/pty.h"
#include "tests/scratch.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY "live_" CANARY "X4dRy"
#define ASK "API key (it stays hidden):"

static const char *
at_home(const struct pty *p, const char *name)
{
	static char path[2][256];
	static unsigned turn;
	char *s = path[turn++ % 2];

	snprintf(s, sizeof(path[0]), "%s/%s", p->home, name);
	return s;
}

/* "multistage auth login" up to its question. */
static void
ask(struct pty *p, const char *const *env)
{
	static const char *const argv[] = { "./multistage", "auth", "login", NULL };
	static const struct pty_setup plain = { .argv = argv };
	struct pty_setup setup = plain;

	setup.env = env;
	pty_open(p, &setup);
	pty_wait(p, ASK);
}

/* What it said on stderr holds this part; the terminal is as before, and saw no key. */
static void
must_end(struct pty *p, int status, const char *part)
{
	int got = pty_wait_end(p);
	char *said = pty_stderr(p);

	if (!WIFEXITED(got) || WEXITSTATUS(got) != status || !strstr(said, part))
		fail_msg("ended with %#x, wanted %d with \"%s\": %s", (unsigned)got, status, part,
			 said);
	if (strstr(said, KEY) || pty_sent(p, "CaNaRy"))
		fail_msg("the key is shown: %s", said);
	free(said);
	pty_check_restored(p);
}

static void
must_hold(const char *path, const char *text)
{
	struct stat st;
	char *is;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	is = test_read(path);
	assert_string_equal(is, text);
	free(is);
}

/* No file is left beside the one that counts. */
static void
must_be_alone(const char *folder, const char *name)
{
	char pattern[300];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/%s*", folder, name);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	globfree(&found);
}

static void
a_key_is_typed_hidden_and_kept_in_a_private_file(void **state)
{
	struct program r = { .status = 0 };
	struct stat st;
	struct pty p;

	(void)state;
	ask(&p, NULL);
	pty_type(&p, "oops\x7F\x7F\x7F\x7F" KEY "\r");
	must_end(&p, 0, "live_....4dRy is kept in ");
	must_hold(at_home(&p, "config/multistage/default.key"), KEY "\n");
	must_be_alone(at_home(&p, "config/multistage"), "default.key");
	assert_int_equal(stat(at_home(&p, "config/multistage"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* And it is found again, without a word in the config file. */
	setenv("XDG_CONFIG_HOME", at_home(&p, "config"), 1);
	setenv("XDG_STATE_HOME", at_home(&p, "state"), 1);
	RUN(&r, p.home, "config");
	program_must(&r, 0, "live_....4dRy", "");
	program_must(&r, 0, "default.key", "");
	program_done(&r);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	pty_close(&p);
}

static void
the_file_of_the_profile_is_replaced_where_its_link_leads(void **state)
{
	char file[128], config[200], key_file[200];
	const char *const env[] = { "MULTISTAGE_PROFILE=work", config, key_file, NULL };
	void *dir = NULL;
	struct stat st;
	struct pty p;

	(void)state;
	assert_int_equal(scratch_setup(&dir), 0);
	snprintf(file, sizeof(file), "%s/real", (char *)dir);
	snprintf(config, sizeof(config), "MULTISTAGE_CONFIG=%s/c.ini", (char *)dir);
	snprintf(key_file, sizeof(key_file), "MULTISTAGE_KEY_FILE=%s/key", (char *)dir);
	scratch_write(file, "live_of_before\n", 15);
	scratch_write(scratch_path(dir, "c.ini"), "[profile work]\n", 15);
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(symlink("real", scratch_path(dir, "key")), 0);
	ask(&p, env);
	pty_type(&p, KEY "\r");
	must_end(&p, 0, "is kept in ");
	must_hold(file, KEY "\n");
	assert_int_equal(lstat(scratch_path(dir, "key"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	must_be_alone(dir, "real");
	pty_close(&p);
	assert_int_equal(scratch_teardown(&dir), 0);
}

static void
what_comes_before_the_file_is_told(void **state)
{
	static const char *const env[] = { "SCALE_API_KEY=test_from_env", NULL };
	struct pty p;

	(void)state;
	ask(&p, env);
	pty_type(&p, KEY "\r");
	must_end(&p, 0, "warning: SCALE_API_KEY comes before this file");
	pty_close(&p);
}

static void
what_is_no_key_is_refused_and_nothing_is_written(void **state)
{
	static char endless[6000];
	static const struct {
		const char *typed;
		int status;
		const char *says;
	} rows[] = {
		{ CANARY "X4dRy:\r", 2, "byte 18 cannot be part of a key" },
		{ CANARY " X4dRy\r", 2, "byte 13 cannot be part of a key" },
		{ "short\r", 2, "a key has 8 to 256 characters, not 5" },
		{ "\r", 2, "holds no key" },
		{ "\x04", 130, "nothing was typed" }, /* ^D */
		{ endless, 3, "longer than 1023 characters" },
	};

	(void)state;
	memset(endless, 'x', sizeof(endless) - 2);
	endless[sizeof(endless) - 2] = '\r';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pty p;

		ask(&p, NULL);
		pty_write(&p, rows[i].typed, strlen(rows[i].typed));
		must_end(&p, rows[i].status, rows[i].says);
		assert_int_equal(access(at_home(&p, "config/multistage/default.key"), F_OK), -1);
		pty_close(&p);
	}
}

static void
a_folder_that_others_can_write_to_gets_no_key(void **state)
{
	void *dir = NULL;
	char key_file[200];
	const char *const env[] = { key_file, NULL };
	struct pty p;

	(void)state;
	assert_int_equal(scratch_setup(&dir), 0);
	assert_int_equal(chmod(dir, 0770), 0);
	snprintf(key_file, sizeof(key_file), "MULTISTAGE_KEY_FILE=%s/key", (char *)dir);
	ask(&p, env);
	pty_type(&p, KEY "\r");
	must_end(&p, 2, "run: chmod go-w '");
	assert_int_equal(access(scratch_path(dir, "key"), F_OK), -1);
	pty_close(&p);
	assert_int_equal(scratch_teardown(&dir), 0);
}

/* Ctrl-C, and signals from elsewhere: ended by that signal, with the echo back on. */
static void
a_signal_gives_the_terminal_its_echo_back(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct pty p;
		int status;

		ask(&p, NULL);
		pty_type(&p, "half a k");
		if (signals[i] == SIGINT)
			pty_type(&p, "\x03");
		else
			pty_signal(&p, signals[i]);
		status = pty_wait_end(&p);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		pty_check_restored(&p);
		pty_close(&p);
	}
}

static void
after_a_stop_it_asks_again(void **state)
{
	struct termios now;
	struct pty p;
	char *second;

	(void)state;
	ask(&p, NULL);
	pty_type(&p, "half\x1A");
	pty_wait_stopped(&p);
	assert_int_equal(tcgetattr(p.slave, &now), 0);
	assert_true(now.c_lflag & ECHO);
	pty_continue(&p);
	pty_settle(&p);
	second = pty_row(&p, 1);
	assert_non_null(strstr(second, ASK));
	free(second);
	pty_type(&p, KEY "\r");
	must_end(&p, 0, "is kept in ");
	must_hold(at_home(&p, "config/multistage/default.key"), KEY "\n");
	pty_close(&p);
}

/* A session without a terminal, as under cron; stdin does not count. */
static void
without_a_terminal_it_refuses(void **state)
{
	static const char *const words[] = { "auth", "login", NULL };
	struct program r = { .status = 0 };
	int status;
	pid_t pid;

	program_world(*state);
	pid = fork();
	if (pid == 0) {
		setsid();
		program_run(&r, *state, KEY "\n", words);
		_exit(r.status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 2);
	r.err = test_read(scratch_path(*state, "err"));
	assert_non_null(strstr(r.err, "nothing that is typed here can be hidden"));
	assert_non_null(strstr(r.err, "key_command"));
	program_done(&r);
	assert_int_equal(access(scratch_path(*state, ".config"), F_OK), -1);
	RUN(&r, *state, "auth", "logn");
	program_must(&r, 2, "", "auth does not know \"logn\"");
	RUN(&r, *state, "auth", "login", "live_in_the_wrong_place"); /* not KEY: canary.h */
	program_must(&r, 2, "", "it asks for the key");
	assert_null(strstr(r.err, "wrong_place"));
	RUN(&r, *state, "--sandbox", "auth", "login");
	program_must(&r, 2, "", "a key of its own");
	program_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_typed_hidden_and_kept_in_a_private_file),
		cmocka_unit_test(the_file_of_the_profile_is_replaced_where_its_link_leads),
		cmocka_unit_test(what_comes_before_the_file_is_told),
		cmocka_unit_test(what_is_no_key_is_refused_and_nothing_is_written),
		cmocka_unit_test(a_folder_that_others_can_write_to_gets_no_key),
		cmocka_unit_test(a_signal_gives_the_terminal_its_echo_back),
		cmocka_unit_test(after_a_stop_it_asks_again),
		cmocka_unit_test_setup_teardown(without_a_terminal_it_refuses, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
