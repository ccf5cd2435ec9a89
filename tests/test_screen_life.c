/* test_screen_life.c - the real program and the world around it: signals, a lost terminal, the
 * shell's job control, its own sandbox, sleep. The terminal is as before at every end, and
 * what was typed is there at the next start. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ESC   "\x1b"
#define TRIES 6000
#define PAUSE 10  /* ms between looks */
#define QUIET 500 /* ms */
#define NAPS  20
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
b1_signals_save_restore_and_end_by_that_signal(void **state)
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
b1_a_signal_restores_from_every_view(void **state)
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
b2_a_lost_terminal_ends_it_and_loses_nothing(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	pty_hangup(p);
	pty_wait_end(p);
	desk_drop(d);
	the_next_start_has_it(d);
}

static const char *const deaf[] = { "/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh", NULL };

static void
b3_with_the_hangup_signal_ignored_a_lost_terminal_ends_it(void **state)
{
	struct desk *d = *state;
	struct pty *p;
	char payload[512];

	snprintf(payload, sizeof(payload), DESK_PAYLOAD, "life-1");
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .payload = payload, .via = deaf });
	desk_go(d, FIELD_CALLBACK_URL);
	pty_type(p, "\r" TYPED);
	desk_see(p, "callback_url     " TYPED);
	pty_hangup(p);
	pty_wait_end(p);
	desk_drop(d);
	the_next_start_has_it(d);
}

static void
b1_signals_without_meaning_change_nothing(void **state)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGPIPE, SIGWINCH, SIGCONT };
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		pty_signal(p, signals[i]);
		desk_check(d);
	}
	pty_signal(p, SIGALRM); /* nobody's watchdog: as SIGTERM */
	desk_ended(d, SIGALRM);
	the_next_start_has_it(d);
}

#ifndef WITH_ASAN /* the sanitizers catch these themselves */
static void
b1_a_crash_restores_and_loses_nothing_that_was_saved(void **state)
{
	static const int signals[] = { SIGSEGV, SIGBUS,  SIGFPE,  SIGABRT,   SIGILL,
				       SIGSYS,  SIGXCPU, SIGTRAP, SIGVTALRM, SIGPROF };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct pty *p = half_typed(d);

		desk_gone(p, " * "); /* the mark of what is not on disk yet */
		pty_signal(p, signals[i]);
		desk_ended(d, signals[i]);
		the_next_start_has_it(d);
	}
}
#endif

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
b4_a_stalled_terminal_does_not_hold_it_for_ever(void **state)
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
b5_it_is_stopped_and_comes_back(void **state)
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
b5_in_the_background_it_waits_for_the_shell(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	pty_type(p, "\x1a"); /* ^Z */
	pty_wait_stopped(p);
	pty_bytes(p);
	pty_background(p);
	pty_wait_stopped(p);
	assert_int_equal(pty_bytes(p), 0); /* the screen is the shell's */
	pty_check_restored(p);
	pty_continue(p);
	desk_see(p, "EDIT ");
	desk_check(d);
	pty_type(p, "\r");
	desk_gone(p, "EDIT ");
	desk_quit(d);
}

static void
b5_stopped_by_force_it_takes_the_terminal_back(void **state)
{
	struct desk *d = *state;
	struct pty *p = half_typed(d);

	pty_signal(p, SIGSTOP);
	pty_wait_stopped(p);
	assert_int_equal(tcsetattr(p->slave, TCSANOW, &p->before), 0); /* as a shell does */
	pty_continue(p);
	desk_see(p, "EDIT ");
	desk_check(d);
	pty_type(p, "\x13\r"); /* ^S: no flow control, no lines */
	desk_gone(p, "EDIT ");
	desk_check(d);
	desk_quit(d);
}

static void
b5_without_a_shell_it_does_not_freeze(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .alone = true });
	pty_type(p, "\x1a"); /* ^Z: nobody could ever say fg */
	desk_see(p, "REVIEW+SEND");
	desk_check(d);
	pty_type(p, "2");
	desk_see(p, "[2 Tasks]");
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

/* --- a store that takes nothing --- */

/* Somebody else writes for longer than we may wait. */
static int
hold_the_store(const struct desk *d)
{
	/* Source: SQLite, os.h: RESERVED_BYTE */
	struct flock held = { .l_type = F_WRLCK, .l_start = 0x40000001, .l_len = 1 };
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/state/multistage/multistage.db", d->home);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETLK, &held), 0);
	return fd;
}

/* The file that stderr names. path: 512 bytes. */
static void
rescued(struct pty *p, char *path)
{
	static const char before[] = "the draft could not be saved; it is in ";
	char *words = pty_stderr(p), *at = strstr(words, before);
	struct stat st;

	if (!at)
		fail_msg("nothing of it on stderr: %s", words);
	at += strlen(before);
	snprintf(path, 512, "%.*s", (int)strcspn(at, ":"), at);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free(words);
}

static void
go_on_with(struct desk *d, const char *path)
{
	const char *const open_it[] = { "--open", path, NULL };
	struct pty *p;

	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .args = open_it });
	desk_see(p, "life-1");
	desk_see(p, "callback_url     " TYPED);
	desk_check(d);
	desk_quit(d);
}

static void
a_draft_that_cannot_be_saved_at_the_end_is_rescued(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP };
	struct desk *d = *state;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct pty *p = half_typed(d);
		char path[512], kept[128];
		int fd;

		snprintf(kept, sizeof(kept), "%s/kept.draft", d->home);
		desk_gone(p, " * ");
		pty_type(p, "\r");
		desk_gone(p, "EDIT ");
		fd = hold_the_store(d);
		pty_type(p, "u\r"); /* an editor, opened on what is unset now */
		pty_type(p, TYPED);
		desk_see(p, "callback_url     " TYPED);
		pty_signal(p, signals[i]);
		assert_int_equal(pty_wait_end(p), signals[i]);
		pty_check_restored(p);
		rescued(p, path);
		close(fd);
		/* its folder is the terminal's home, which goes with it */
		assert_int_equal(rename(path, kept), 0);
		desk_drop(d);
		go_on_with(d, kept);
	}
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

/* Does it sleep through a while, and sends nothing? The minute turns now and then, a notice goes:
 * a few such things do not make it busy, so it gets some more. */
static bool
sleeps(struct pty *p)
{
	for (int i = 0; i < NAPS; i++) {
		long before;

		pty_settle(p);
		pty_bytes(p);
		before = proc_status(p->pid, "voluntary_ctxt_switches");
		poll(NULL, 0, QUIET);
		pty_settle(p);
		if (pty_bytes(p) == 0 && proc_status(p->pid, "voluntary_ctxt_switches") == before)
			return true;
	}
	return false;
}

static void
idle_is_asleep(void **state)
{
	static const char *const places[] = { "", "2", "3", "1\r" };
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "idle-1");

	desk_gone(p, " * ");
	if (proc_status(p->pid, "voluntary_ctxt_switches") < 0) {
		print_message("# /proc/%d/status cannot be read\n", (int)p->pid);
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		pty_type(p, places[i]);
		if (!sleeps(p))
			fail_msg("after \"%s\" it does not rest", places[i]);
	}
	pty_type(p, ESC);
	desk_see(p, "REVIEW+SEND");
	desk_quit(d);
}

static void
the_key_is_not_in_the_environment_of_the_process(void **state)
{
	struct desk *d = *state;
	struct pty *p;
	static char text[65536];
	char path[64];
	size_t n = 0;
	FILE *f;

	/* or the file is root's */
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST, .env = "MULTISTAGE_DEBUG=1" });
	pty_settle(p);
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)p->pid);
	f = fopen(path, "re");
	if (!f)
		skip();
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_true(n > 0);
	assert_null(memmem(text, n, DESK_TEST, strlen(DESK_TEST)));
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b1_signals_save_restore_and_end_by_that_signal),
		CASE(b1_a_signal_restores_from_every_view),
		CASE(b2_a_lost_terminal_ends_it_and_loses_nothing),
		CASE(b3_with_the_hangup_signal_ignored_a_lost_terminal_ends_it),
		CASE(b1_signals_without_meaning_change_nothing),
#ifndef WITH_ASAN
		CASE(b1_a_crash_restores_and_loses_nothing_that_was_saved),
#endif
		CASE(what_is_saved_outlives_a_kill),
		CASE(b4_a_stalled_terminal_does_not_hold_it_for_ever),
		CASE(b5_it_is_stopped_and_comes_back),
		CASE(b5_in_the_background_it_waits_for_the_shell),
		CASE(b5_stopped_by_force_it_takes_the_terminal_back),
		CASE(b5_without_a_shell_it_does_not_freeze),
		CASE(q_and_two_interrupts_leave_everything_as_it_was),
		CASE(a_draft_that_cannot_be_saved_at_the_end_is_rescued),
		CASE(one_command_brings_a_sandbox_that_works_and_goes_with_it),
		CASE(idle_is_asleep),
		CASE(the_key_is_not_in_the_environment_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
