/* test_screen_life.c - the real program and the world around it: signals, a lost terminal, the
 * shell's job control, editors, its own sandbox. The terminal is as before at every end, and
 * what was typed is there at the next start. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ESC   "\x1b"
#define TRIES 500
#define PAUSE 10 /* ms between looks */
#define QUIET 2000
#define TYPED "https://half.typed.example/x"

/* An editor is open and holds text that nobody kept. */
static struct pty *
half_typed(struct desk *d)
{
	struct pty *p = desk_open(d, DESK_TEST, "life-1");

	desk_go(d, FIELD_CALLBACK_URL);
	pty_type(p, "\r" TYPED);
	desk_see(p, "EDIT ");
	desk_see(p, "callback_url     " TYPED);
	return p;
}

static void
the_next_start_has_it(struct desk *d)
{
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });

	desk_see(p, "life-1");
	desk_see(p, "callback_url     " TYPED);
	desk_check(d);
	desk_quit(d);
}

static void
signals_save_restore_and_end_by_that_signal(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct pty *p = half_typed(d);

		pty_signal(p, signals[i]);
		desk_ended(d, signals[i]);
		the_next_start_has_it(d);
	}
}

static void
a_signal_restores_from_every_view(void **state)
{
	static const char *const keys[] = { "2", "3", "s", "p", "?", "T", "o" };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct pty *p = desk_open(d, DESK_TEST, "life-2");

		pty_type(p, keys[i]);
		pty_settle(p);
		desk_check(d);
		pty_signal(p, SIGTERM);
		desk_ended(d, SIGTERM);
	}
}

static void
a_lost_terminal_ends_it_and_loses_nothing(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	pty_hangup(p);
	pty_wait_end(p);
	desk_drop(d);
	the_next_start_has_it(d);
}

static void
what_is_saved_outlives_a_kill(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	desk_gone(p, " * "); /* the mark of what is not on disk yet */
	pty_signal(p, SIGKILL);
	pty_wait_end(p);
	desk_drop(d);
	the_next_start_has_it(d);
}

static void
a_stalled_terminal_does_not_hold_it_for_ever(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	desk_gone(p, " * ");
	assert_int_equal(tcflow(p->slave, TCOOFF), 0); /* ^S, or a dead link */
	pty_type(p, "\r");
	pty_signal(p, SIGTERM);
	assert_int_equal(pty_wait_end(p), (128 + SIGTERM) << 8);
	pty_check_restored(p);
	desk_drop(d);
	the_next_start_has_it(d);
}

static void
it_goes_to_the_background_and_comes_back(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	for (int i = 0; i < 2; i++) {
		pty_type(p, "\x1a"); /* ^Z */
		pty_wait_stopped(p);
		pty_check_restored(p);
		if (i == 1)
			pty_resize(p, 30, 100); /* while it sleeps */
		pty_continue(p);
		desk_see(p, "EDIT ");
		desk_see(p, "callback_url     " TYPED);
		desk_check(d);
	}
	pty_type(p, "\r");
	desk_gone(p, "EDIT ");
	desk_quit(d);
}

static void
q_and_two_interrupts_leave_everything_as_it_was(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	pty_type(p, "\x03");
	desk_see(p, "^C again quits");
	desk_check(d);
	pty_type(p, "\x03");
	desk_ended(d, 0);
	the_next_start_has_it(d); /* and ends with q */
	the_next_start_has_it(d);
}

/* --- editors --- */

static struct pty *
with_editor(struct desk *d, const char *script)
{
	char env[160], payload[512];

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "ed-1");
	snprintf(env, sizeof(env), "EDITOR=%s -x 'a b'", desk_script(d, "editor", script));
	return desk_start(d,
			  &(struct desk_run){ .key = DESK_TEST, .payload = payload, .env = env });
}

static void
an_editor_changes_the_text(void **state)
{
	/* it is given its words, a private file of the old text, and a terminal as it should be */
	static const char script[] = "#!/bin/sh\n"
				     "[ \"$1\" = -x ] && [ \"$2\" = 'a b' ] || exit 3\n"
				     "[ \"$(stat -c %a \"$3\")\" = 600 ] || exit 4\n"
				     "stty -a </dev/tty | grep -q ' icanon' || exit 5\n"
				     "[ -z \"$SCALE_API_KEY\" ] || exit 6\n"
				     "echo 'and more' >>\"$3\"\n";
	struct desk *d = *state;
	struct pty *p = with_editor(d, script);

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rFrom here \x14"); /* ^T */
	desk_see(p, "From here and more");
	desk_check(d);
	pty_type(p, "E");
	desk_see(p, "3 lines");
	desk_check(d);
	desk_go(d, FIELD_TAGS);
	pty_type(p, "E"); /* a list, one a line */
	desk_see(p, "and more  ");
	desk_check(d);
	desk_quit(d);
}

/* The file that the editor left in $TMPDIR: 0600, in a folder of its own, with this text. */
static void
left_behind(struct desk *d, const char *text)
{
	char path[160], is[64] = "";
	struct stat st;
	glob_t found;
	FILE *f;

	snprintf(path, sizeof(path), "%s/multistage-*/text.md", d->pty.home);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	assert_int_equal(stat(found.gl_pathv[0], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(found.gl_pathv[0], "re");
	assert_non_null(f);
	assert_non_null(fgets(is, sizeof(is), f));
	fclose(f);
	assert_string_equal(is, text);
	globfree(&found);
}

static void
an_editor_that_fails_changes_nothing(void **state)
{
	static const char *const scripts[] = {
		"#!/bin/sh\necho lost >\"$3\"; exit 1\n",
		"#!/bin/sh\necho lost >\"$3\"; kill -9 $$\n",
	};
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct pty *p = with_editor(d, scripts[i]);

		desk_go(d, FIELD_INSTRUCTION);
		pty_type(p, "\rkept as it was\x14");
		desk_see(p, "instruction      kept as it was");
		desk_see(p, "editor ended badly; the text here is as it was");
		left_behind(d, "lost\n"); /* what somebody typed there is worth something */
		desk_check(d);
		desk_quit(d);
	}
}

static void
an_editor_may_empty_the_text_and_undo_brings_it_back(void **state)
{
	struct desk *d = *state;
	struct pty *p =
		with_editor(d, "#!/bin/sh\n: >\"$3\"; printf '\\033[?25l'; stty raw -echo\n");

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "\rto be emptied\x14");
	desk_see(p, "(the project's own)");
	desk_check(d);
	pty_type(p, "u");
	desk_see(p, "to be emptied");
	desk_quit(d); /* although the editor left the terminal raw */
}

static void
without_an_editor_it_says_so(void **state)
{
	struct desk *d = *state;
	struct pty *p =
		desk_start(d, &(struct desk_run){ .key = DESK_TEST, .env = "EDITOR=/nowhere/ed" });

	desk_go(d, FIELD_INSTRUCTION);
	pty_type(p, "E");
	desk_see(p, "/nowhere/ed");
	desk_check(d);
	pty_type(p, "q");
	assert_int_equal(pty_wait_end(p), 0);
	pty_check_restored(p);
}

static void
a_pager_shows_the_body_and_comes_back(void **state)
{
	struct desk *d = *state;
	char env[160], payload[512];
	struct pty *p;

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "page-1");
	snprintf(env, sizeof(env), "PAGER=%s",
		 desk_script(d, "pager",
			     "#!/bin/sh\ncp \"$1\" \"$HOME/paged\"; echo shown here; read x\n"));
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .payload = payload, .env = env });
	pty_type(p, "v");
	pty_wait(p, "shown here");
	pty_type(p, "\r");
	desk_see(p, "REVIEW+SEND");
	desk_check(d);
	desk_quit(d);
}

/* --- its own sandbox --- */

/* Is sandbox.lock of this home free: the child inherits it, so it is gone. */
static bool
child_is_gone(struct desk *d)
{
	char path[128];
	bool gone = false;
	int fd;

	snprintf(path, sizeof(path), "%s/state/multistage/sandbox.lock", d->home);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int i = 0; i < TRIES && !gone; i++) {
		gone = flock(fd, LOCK_EX | LOCK_NB) == 0;
		if (!gone)
			poll(NULL, 0, PAUSE);
	}
	close(fd);
	return gone;
}

static struct pty *
own_sandbox(struct desk *d)
{
	static const char *const args[] = { "--sandbox", NULL };
	struct pty *p = desk_start(d, &(struct desk_run){ .args = args });

	desk_see(p, "SANDBOX");
	return p;
}

static void
one_command_brings_a_sandbox_that_works_and_goes_with_it(void **state)
{
	struct desk *d = *state;
	struct pty *p = own_sandbox(d);

	desk_check(d);
	pty_type(p, "\rurban");
	desk_see(p, "> Urban Fusion");
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "project          Urban Fusion");
	desk_go(d, FIELD_ATTACHMENTS);
	pty_paste(p, "s3://acme/a.sfs", 15);
	desk_see(p, "1 url");
	desk_go(d, FIELD_SCENE_FORMAT);
	pty_type(p, "F"); /* what the extension says */
	desk_see(p, "[sensor_fusion]");
	desk_set(d, FIELD_UNIQUE_ID, "own-1");
	pty_type(p, "s");
	desk_see(p, "Review: create 1 task");
	pty_type(p, "\r");
	desk_see(p, ". pending     own-1");
	pty_type(p, "r");
	desk_see(p, "2001 tasks");
	desk_check(d);
	desk_quit(d);
	assert_true(child_is_gone(d));
	p = own_sandbox(d); /* its data are there the next time */
	pty_type(p, "2");
	desk_see(p, "own-1");
	pty_signal(p, SIGKILL);
	pty_wait_end(p);
	desk_drop(d);
	assert_true(child_is_gone(d));
}

/* --- asleep --- */

/* A number from /proc/PID/status, -1 if it cannot be read. */
static long
proc_status(pid_t pid, const char *name)
{
	char path[64], line[256];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name) + 1, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static void
idle_is_asleep(void **state)
{
	static const char *const places[] = { "", "2", "3", "1\r" };
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "idle-1");
	long before;

	desk_gone(p, " * ");
	if (proc_status(p->pid, "voluntary_ctxt_switches") < 0) {
		print_message("# /proc/%d/status cannot be read\n", (int)p->pid);
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		pty_type(p, places[i]);
		poll(NULL, 0, 200); /* a resize's repaint, an ESC that is none */
		pty_settle(p);
		pty_bytes(p);
		before = proc_status(p->pid, "voluntary_ctxt_switches");
		poll(NULL, 0, QUIET / (int)ARRAY_LEN(places));
		pty_settle(p);
		assert_int_equal(pty_bytes(p), 0);
		assert_int_equal(proc_status(p->pid, "voluntary_ctxt_switches") - before, 0);
	}
	pty_type(p, ESC);
	desk_see(p, "REVIEW+SEND");
	desk_quit(d);
}

static void
the_key_is_not_in_the_environment_of_the_process(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "env-1");
	static char text[65536];
	char path[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)p->pid);
	f = fopen(path, "re");
	if (!f)
		skip();
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_null(memmem(text, n, DESK_TEST, strlen(DESK_TEST)));
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(signals_save_restore_and_end_by_that_signal),
		CASE(a_signal_restores_from_every_view),
		CASE(a_lost_terminal_ends_it_and_loses_nothing),
		CASE(what_is_saved_outlives_a_kill),
		CASE(a_stalled_terminal_does_not_hold_it_for_ever),
		CASE(it_goes_to_the_background_and_comes_back),
		CASE(q_and_two_interrupts_leave_everything_as_it_was),
		CASE(an_editor_changes_the_text),
		CASE(an_editor_that_fails_changes_nothing),
		CASE(an_editor_may_empty_the_text_and_undo_brings_it_back),
		CASE(without_an_editor_it_says_so),
		CASE(a_pager_shows_the_body_and_comes_back),
		CASE(one_command_brings_a_sandbox_that_works_and_goes_with_it),
		CASE(idle_is_asleep),
		CASE(the_key_is_not_in_the_environment_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
