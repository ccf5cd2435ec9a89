/* test_child.c - the sandbox as a child: started, found, reported, stopped. */
#include "config.h"

#include "tests/test.h"

#include "core/child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[] = "/tmp/ms-child-XXXXXX";

static const char *
in(const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", root, name);
	return p;
}

/* A stand-in for the sandbox: a shell script. */
static void
program(const char *text)
{
	FILE *f = fopen(in("fake"), "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(in("fake"), 0700), 0);
	setenv("MULTISTAGE_SANDBOX", in("fake"), 1);
}

static struct conf *
configuration(void)
{
	struct err err = ERR_INIT;
	struct conf *c;

	setenv("HOME", root, 1);
	setenv("XDG_STATE_HOME", in("state"), 1);
	unsetenv("MULTISTAGE_CONFIG");
	c = conf_open(NULL, NULL, NULL, &err);
	if (!c)
		fail_msg("%s", err.msg);
	return c;
}

static struct child *
must_start(struct conf *conf, const char *const *extra)
{
	struct err err = ERR_INIT;
	struct child *c = child_new(conf, extra, &err);

	if (!c || child_start(c, &err))
		fail_msg("%s (%s)", err.msg, err.hint);
	return c;
}

static void
the_child_is_told_all_it_needs_and_the_key_in_secret(void **state)
{
	static const char *const extra[] = { "--work", "3", NULL };
	struct conf *conf = configuration();
	struct err err = ERR_INIT;
	const char *key, *origin;
	struct stat st;
	struct child *c;
	char *words, *env;

	(void)state;
	program("printf '%s\\n' \"$@\" >\"$XDG_STATE_HOME/words\"\n"
		"env >\"$XDG_STATE_HOME/env\"\n"
		"echo ready >&3\nexec sleep 60 3>&-");
	c = must_start(conf, extra);
	assert_true(child_fd(c) >= 0);
	assert_int_equal(child_wait_ready(c, &err), ERR_OK);
	assert_int_equal(child_fd(c), -1);
	words = test_read(in("state/words"));
	env = test_read(in("state/env"));
	assert_non_null(strstr(words, "/state/multistage/sandbox.sock\n--db\n"));
	assert_non_null(strstr(words, "--seed\ndemo\n"));
	assert_non_null(strstr(words, "--ready-fd\n3\n--work\n3\n"));
	assert_true(conf_is_sandbox(conf));
	assert_int_equal(conf_key(conf, &key, &origin, &err), ERR_OK);
	assert_int_equal(strncmp(key, "live_sandbox_", 13), 0);
	assert_null(strstr(words, key));
	assert_non_null(strstr(env, key));
	assert_int_equal(stat(in("state/multistage/sandbox.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free(words);
	free(env);
	child_stop(c);
	conf_close(conf);
}

static void
the_key_stays_the_same(void **state)
{
	struct err err = ERR_INIT;
	const char *key, *origin;
	char first[64];

	(void)state;
	program("echo ready >&3\nexec sleep 60 3>&-");
	for (int i = 0; i < 2; i++) {
		struct conf *conf = configuration();
		struct child *c = must_start(conf, NULL);

		assert_int_equal(conf_key(conf, &key, &origin, &err), ERR_OK);
		if (i == 0)
			snprintf(first, sizeof(first), "%s", key);
		assert_string_equal(first, key);
		child_stop(c);
		conf_close(conf);
	}
}

static void
a_child_that_fails_is_reported_with_its_last_words(void **state)
{
	static const struct {
		const char *script, *part;
	} rows[] = {
		{ "echo one >&2\necho 'the database is locked' >&2\nexit 10",
		  "did not start: the database is locked" },
		{ "exit 7", "ended with status 7" },
		{ "kill -9 $$", "ended by signal 9" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf *conf = configuration();
		struct err err = ERR_INIT;
		struct child *c;

		program(rows[i].script);
		c = must_start(conf, NULL);
		assert_int_equal(child_wait_ready(c, &err), ERR_SYS);
		if (!strstr(err.msg, rows[i].part))
			fail_msg("want \"%s\", got \"%s\"", rows[i].part, err.msg);
		assert_non_null(strstr(err.hint, "sandbox.log"));
		child_stop(c);
		conf_close(conf);
	}
}

static void
a_missing_program_and_a_broken_key_say_what_to_do(void **state)
{
	struct conf *conf = configuration();
	struct err err = ERR_INIT;
	FILE *f;

	(void)state;
	setenv("MULTISTAGE_SANDBOX", in("none"), 1);
	assert_null(child_new(conf, NULL, &err));
	assert_non_null(strstr(err.msg, "none: No such file"));
	program("exit 0");
	f = fopen(in("state/multistage/sandbox.key"), "w");
	assert_non_null(f);
	fputs("nonsense\n", f);
	fclose(f);
	assert_null(child_new(conf, NULL, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.hint, "remove the file"));
	assert_false(conf_is_sandbox(conf));
	unlink(in("state/multistage/sandbox.key"));
	conf_close(conf);
}

/* Wait until pid is nobody's any more; pids of orphans are not ours to wait for. */
static bool
vanishes(pid_t pid)
{
	for (int i = 0; i < 1000; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		waitpid(pid, NULL, WNOHANG);
		poll(NULL, 0, 10);
	}
	return false;
}

static void
the_child_dies_with_us_also_after_sigkill(void **state)
{
	char *text;
	pid_t us, it;

	(void)state;
	/* What loses its parent becomes ours, so that it can be waited for. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	program("echo $$ >\"$XDG_STATE_HOME/pid\"\necho ready >&3\nexec sleep 60 3>&-");
	us = fork();
	if (us == 0) {
		struct conf *conf = conf_open(NULL, NULL, NULL, &(struct err)ERR_INIT);
		struct child *c = conf ? child_new(conf, NULL, &(struct err)ERR_INIT) : NULL;

		if (!c || child_start(c, &(struct err)ERR_INIT) != ERR_OK ||
		    child_wait_ready(c, &(struct err)ERR_INIT) != ERR_OK)
			_exit(1);
		kill(getpid(), SIGKILL);
		_exit(2);
	}
	int status = 0;
	assert_int_equal(waitpid(us, &status, 0), us);
	assert_true(WIFSIGNALED(status));
	text = test_read(in("state/pid"));
	it = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(it > 1);
	assert_true(vanishes(it));
}

static void
a_child_that_does_not_listen_is_killed(void **state)
{
	struct conf *conf = configuration();
	struct err err = ERR_INIT;
	struct child *c;
	char *text;
	pid_t it;

	(void)state;
	program("trap '' TERM\necho $$ >\"$XDG_STATE_HOME/pid\"\necho ready >&3\n"
		"while :; do sleep 1 3>&-; done");
	c = must_start(conf, NULL);
	assert_int_equal(child_wait_ready(c, &err), ERR_OK);
	text = test_read(in("state/pid"));
	it = (pid_t)strtol(text, NULL, 10);
	free(text);
	child_stop(c);
	assert_true(kill(it, 0) < 0 && errno == ESRCH);
	conf_close(conf);
}

/* The real one, from the build folder in which the tests run. */
static void
real_program(void)
{
	char path[4096], cwd[2048];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, sizeof(path), "%s/multistage-sandbox", cwd);
	setenv("MULTISTAGE_SANDBOX", path, 1);
	setenv("XDG_STATE_HOME", in("real"), 1);
}

static bool
answers(const struct conf *conf)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool good;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", conf_get(conf, CONF_UNIX_SOCKET));
	good = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0;
	close(fd);
	return good;
}

static struct child *
start_real(struct conf **conf)
{
	static const char *const extra[] = { "--seed", "empty", NULL };
	struct err err = ERR_INIT;

	*conf = conf_open(NULL, NULL, NULL, &err);
	if (!*conf)
		fail_msg("%s", err.msg);
	return must_start(*conf, extra);
}

static void
a_second_user_shares_the_child_of_the_first(void **state)
{
	struct conf *conf[3];
	struct child *c[3];
	struct err err = ERR_INIT;

	(void)state;
	real_program();
	c[0] = start_real(&conf[0]);
	c[1] = start_real(&conf[1]); /* the first may not be ready yet */
	assert_int_equal(child_wait_ready(c[1], &err), ERR_OK);
	assert_int_equal(child_wait_ready(c[0], &err), ERR_OK);
	assert_true(answers(conf[1]));
	child_stop(c[1]);
	assert_true(answers(conf[0]));
	child_stop(c[0]);
	assert_false(answers(conf[0]));
	c[2] = start_real(&conf[2]);
	assert_int_equal(child_wait_ready(c[2], &err), ERR_OK);
	assert_true(answers(conf[2]));
	child_stop(c[2]);
	for (size_t i = 0; i < ARRAY_LEN(conf); i++)
		conf_close(conf[i]);
}

static void
who_waits_for_a_child_that_fails_starts_an_own_one(void **state)
{
	struct conf *conf[2];
	struct child *c[2];
	struct err err = ERR_INIT;

	(void)state;
	program("exec sleep 60 3>&-"); /* never listens */
	setenv("XDG_STATE_HOME", in("real"), 1);
	c[0] = start_real(&conf[0]);
	real_program();
	c[1] = start_real(&conf[1]);
	child_stop(c[0]);
	if (child_wait_ready(c[1], &err) != ERR_OK)
		fail_msg("%s", err.msg);
	assert_true(answers(conf[1]));
	child_stop(c[1]);
	conf_close(conf[0]);
	conf_close(conf[1]);
}

static int
drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_child_is_told_all_it_needs_and_the_key_in_secret),
		cmocka_unit_test(the_key_stays_the_same),
		cmocka_unit_test(a_child_that_fails_is_reported_with_its_last_words),
		cmocka_unit_test(a_missing_program_and_a_broken_key_say_what_to_do),
		cmocka_unit_test(the_child_dies_with_us_also_after_sigkill),
		cmocka_unit_test(a_child_that_does_not_listen_is_killed),
		cmocka_unit_test(a_second_user_shares_the_child_of_the_first),
		cmocka_unit_test(who_waits_for_a_child_that_fails_starts_an_own_one),
	};
	int failed;

	if (!mkdtemp(root))
		return 99;
	failed = cmocka_run_group_tests_name("child", tests, NULL, NULL);
	nftw(root, drop, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
