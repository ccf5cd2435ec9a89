/* test_many_processes.c - screens and command lines that work on one database at once. */
#include "config.h"

#include "tests/admin.h"
#include "tests/program.h"
#include "tests/promise.h"
#include "tests/pty.h"
#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/store_db.h"

#include <sys/stat.h>

#define SCREENS 2
#define LINES   3 /* command lines */
#define PROJECT "Crowd"

struct world {
	struct raw sandbox;
	struct pty screens[SCREENS];
	char dirs[LINES][512]; /* what each command line says */
	char state[512], db[600];
};

static struct world w;

static int
setup(void **state)
{
	static const char *const args[] = { "--seed", "empty", "--work", "3600", NULL };
	int rc = scratch_setup(state);
	struct answer a;
	char url[64];

	program_world(*state);
	admin_prepare();
	w.sandbox.port = raw_free_port();
	raw_start(&w.sandbox, args);
	raw_must(&w.sandbox, PROGRAM_KEY, "POST", "/v1/projects",
		 "{\"type\":\"multistage\",\"name\":\"" PROJECT "\"}", &a);
	answer_free(&a);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", w.sandbox.port);
	snprintf(w.state, sizeof(w.state), "%s/state", (const char *)*state);
	snprintf(w.db, sizeof(w.db), "%s/multistage/multistage.db", w.state);
	for (int i = 0; i < LINES; i++) {
		snprintf(w.dirs[i], sizeof(w.dirs[i]), "%s/%d", (const char *)*state, i);
		assert_int_equal(mkdir(w.dirs[i], 0700), 0);
	}
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", url, 1);
	setenv("XDG_STATE_HOME", w.state, 1);
	return rc;
}

static int
teardown(void **state)
{
	raw_stop(&w.sandbox);
	return scratch_teardown(state);
}

static void
open_screens(void)
{
	static const char *const argv[] = { "./multistage", "--refresh", "1", NULL };
	char key[128], url[128], state[600];
	const char *const env[] = { key, url, state, NULL };
	const struct pty_setup setup = { .argv = argv, .env = env };

	snprintf(key, sizeof(key), "SCALE_API_KEY=%s", getenv("SCALE_API_KEY"));
	snprintf(url, sizeof(url), "MULTISTAGE_URL=%s", getenv("MULTISTAGE_URL"));
	snprintf(state, sizeof(state), "XDG_STATE_HOME=%s", w.state);
	for (int i = 0; i < SCREENS; i++) {
		pty_open(&w.screens[i], &setup);
		pty_wait(&w.screens[i], "Compose");
	}
}

/* n payloads, one a line. */
static char *
payloads(int n, int line)
{
	struct buf text = BUF_INIT(1u << 20);

	for (int i = 0; i < n; i++)
		buf_addf(&text,
			 "{\"project\":\"" PROJECT "\",\"attachments\":[\"s3://a/%d-%d.sfs\"],"
			 "\"scene_format\":\"sensor_fusion\"}\n",
			 line, i);
	return buf_take(&text);
}

/* In the calm case nothing is sent twice: the service never says that it has it already. */
static void
each_was_sent_once(void)
{
	struct store *s = stored_open(w.db);
	struct err err = ERR_INIT;
	int64_t repeats = -1;

	stored_good(store_number(s, "SELECT count(*) FROM attempt WHERE http = 409", NULL, 0,
				 &repeats, &err),
		    &err);
	assert_int_equal(repeats, 0);
	store_close(s);
}

static void
a22_two_screens_and_three_command_lines_make_exactly_500_tasks(void **state)
{
	static const char *const words[] = { "submit", "-", NULL };
	static const int tasks[LINES] = { 166, 167, 167 };
	struct promise promise = {
		.db = w.db, .r = &w.sandbox, .key = PROGRAM_KEY, .project = PROJECT, .wishes = 500
	};
	struct buf why = BUF_INIT(1u << 20);
	struct program run = { 0 };
	pid_t pid[LINES];

	(void)state;
	open_screens();
	for (int i = 0; i < LINES; i++) {
		char *text = payloads(tasks[i], i);

		pid[i] = program_start(w.dirs[i], text, words);
		free(text);
	}
	for (int i = 0; i < LINES; i++) {
		char all[64];

		snprintf(all, sizeof(all), "all %d accepted", tasks[i]);
		program_wait(&run, w.dirs[i], pid[i]);
		program_must(&run, 0, "\taccepted\t166\t", all);
	}
	program_done(&run);
	for (int i = 0; i < SCREENS; i++)
		pty_close(&w.screens[i]);
	if (!promise_kept(&promise, &why))
		fail_msg("broken:\n%s", buf_str(&why));
	buf_free(&why);
	each_was_sent_once();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a22_two_screens_and_three_command_lines_make_exactly_500_tasks, setup,
			teardown),
	};
	return cmocka_run_group_tests_name("many processes", tests, NULL, NULL);
}
