/* test_term.c - term.c on a real (emulated) terminal, through the small program term_probe. */
#include "config.h"

#include "tests/test.h"

#include "tests/pty.h"

#include "core/err.h"
#include "tui/keys.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const probe[] = { "./tests/term_probe", NULL };

static void
open_probe(struct pty *p, const char *term, const char *const *env)
{
	struct pty_setup setup = { .argv = probe, .term = term, .env = env };

	pty_open(p, &setup);
}

static void
start(struct pty *p)
{
	open_probe(p, NULL, NULL);
	pty_wait(p, "corner");
}

static void
leave(struct pty *p)
{
	pty_type(p, "Q");
	assert_int_equal(pty_wait_end(p), 0);
	pty_check_restored(p);
	pty_close(p);
}

static void
keys_arrive_and_the_screen_is_left_as_it_was(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t key;
	} table[] = {
		{ "\x1BOA", K_UP },
		{ "\x1B[B", K_DOWN },
		{ "\r", K_ENTER },
		{ "\x7F", K_BACKSPACE },
		{ "\x1B"
		  "b",
		  KEY_ALT | 'b' },
		{ "\xE6\xBC\xA2", 0x6F22 },
		{ "\x03", CTRL_KEY('C') },
		{ "\x13", CTRL_KEY('S') },
		{ "\x1B", K_ESC },
	};
	char want[16];
	struct pty p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		start(&p);
		pty_settle(&p); /* the cursor is hidden after the text was sent */
		assert_true(p.alternate);
		assert_false(p.cursor);
		pty_type(&p, table[i].bytes);
		snprintf(want, sizeof(want), "<%x>", (unsigned)table[i].key);
		pty_wait(&p, want);
		leave(&p);
	}
}

static void
every_kind_of_terminal_shows_the_same_and_can_be_redrawn(void **state)
{
	static const char *const terms[] = { "xterm-256color", "xterm", "screen-256color", "screen",
					     "linux",          "vt100", "xterm-mono",      "ansi",
					     "rxvt",           "vt220", "xterm-direct" };
	struct pty p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		open_probe(&p, terms[i], NULL);
		pty_wait(&p, "corner");
		pty_wait(&p, "wide \xE6\xBC\xA2\xE5\xAD\x97 e\xCC\x81 \xE2\x94\x80");
		pty_type(&p, "aT");
		pty_wait(&p, "theme dark");
		pty_type(&p, "CT");
		pty_wait(&p, "theme light");
		pty_check_redraw(&p);
		pty_type(&p, "Q");
		assert_int_equal(pty_wait_end(&p), 0);
		pty_check_restored(&p);
		pty_close(&p);
	}
}

static void
b7_a_member_of_a_known_family_runs_and_a_stranger_is_told(void **state)
{
	static const struct {
		const char *term, *says; /* NULL: runs */
	} table[] = {
		{ "xterm-of-next-year", NULL },
		{ "tmux-of-next-year", NULL },
		{ "vt52", NULL }, /* an old one, but it has all that is needed */
		{ "no-such-terminal", "terminal: no description of the terminal \"no-such" },
		{ "../x", "terminal: no description of the terminal \"../x" },
		{ "unknown", "terminal: TERM is unknown" },
		{ "dumb", "terminal: TERM is dumb" },
		{ "", "terminal: TERM is not set" },
	};
	struct pty p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		open_probe(&p, table[i].term, NULL);
		if (table[i].says) {
			char *words;

			assert_int_equal(WEXITSTATUS(pty_wait_end(&p)), 2);
			words = pty_stderr(&p);
			if (!strstr(words, table[i].says))
				fail_msg("TERM=%s: %s", table[i].term, words);
			free(words);
			pty_check_restored(&p);
			pty_close(&p);
		} else {
			pty_wait(&p, "corner");
			leave(&p);
		}
	}
}

static void
b12_without_a_terminal_it_says_what_to_do(void **state)
{
	static const char in[] = "standard input is not a terminal",
			  out[] = "standard output is not a terminal";
	static const struct {
		const char *line, *says;
	} table[] = {
		{ "exec ./multistage </dev/null", in },
		{ "exec ./multistage <&-", in },
		{ "true | ./multistage", in },
		{ "exec ./multistage >/dev/null", out },
		{ "exec ./multistage >&-", out },
		{ "exec ./multistage >/dev/full", out },
		{ "exec ./multistage <&- >&- 2>&-", NULL },
		{ "exec ./multistage </dev/null 2>/dev/full", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const char *const argv[] = { "/bin/sh", "-c", table[i].line, NULL };
		struct pty_setup setup = { .argv = argv };
		struct pty p;
		char *words;

		pty_open(&p, &setup);
		assert_int_equal(pty_wait_end(&p), 2 << 8);
		words = pty_stderr(&p);
		if (table[i].says &&
		    (!strstr(words, table[i].says) || !strstr(words, "multistage submit")))
			fail_msg("%s: %s", table[i].line, words);
		free(words);
		pty_check_restored(&p);
		pty_close(&p);
	}
}

static void
b10_a_paste_comes_whole_and_presses_no_keys(void **state)
{
	struct pty p;
	size_t n = 300000;
	char *big = malloc(n);

	(void)state;
	assert_non_null(big);
	memset(big, 'x', n);
	start(&p);
	pty_paste(&p, "Q\x03\x1B[AD\rA", 8);
	pty_wait(&p, "paste 8 Q^C^[[AD^JA|");
	pty_paste(&p, big, n);
	pty_wait(&p, "paste 300000 xxx");
	pty_check_redraw(&p);
	free(big);
	leave(&p);
}

static void
b6_any_size_is_drawn_and_drawn_right(void **state)
{
	static const int sizes[][2] = { { 40, 120 },   { 10, 40 },  { 1, 1 }, { 1, 80 },
					{ 24, 1 },     { 60, 200 }, { 2, 2 }, { 1, 200 },
					{ 500, 1000 }, { 24, 80 } };
	struct pty p;
	char want[32];

	(void)state;
	start(&p);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pty_resize(&p, sizes[i][0], sizes[i][1]);
		snprintf(want, sizeof(want), "probe %dx%d", sizes[i][1], sizes[i][0]);
		if (sizes[i][1] > 20)
			pty_wait(&p, want);
		pty_settle(&p);
		pty_check_redraw(&p);
	}
	leave(&p);
}

static void
b6_a_terminal_that_does_not_know_its_size_is_24x80(void **state)
{
	struct winsize none = { 0 };
	struct pty p;

	(void)state;
	start(&p);
	pty_resize(&p, 30, 100);
	pty_wait(&p, "probe 100x30");
	ioctl(p.fd, TIOCSWINSZ, &none);
	pty_wait(&p, "probe 80x24");
	leave(&p);
}

/* Lines are inserted and deleted to save bytes: a margin that somebody left would stop that. */
static void
b6_a_redraw_takes_margins_back(void **state)
{
	static const char margins[] = "\x1b[1;10r", insert[] = "\x1b[12;1H\x1b[L";
	char *was, *is;
	struct pty p;

	(void)state;
	start(&p);
	pty_settle(&p);
	assert_int_equal(write(p.slave, margins, sizeof(margins) - 1), sizeof(margins) - 1);
	pty_type(&p, "\x0c");
	pty_settle(&p);
	was = pty_row(&p, 11);
	assert_string_not_equal(was, "");
	vterm_input_write(p.vt, insert, sizeof(insert) - 1);
	is = pty_row(&p, 12); /* one line further down */
	assert_string_equal(is, was);
	free(was);
	free(is);
	leave(&p);
}

static void
b5_suspended_it_gives_the_terminal_back_and_returns_whole(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_type(&p, "a");
	pty_wait(&p, "a");
	for (int i = 0; i < 2; i++) {
		pty_type(&p, "\x1A");
		pty_wait_stopped(&p);
		pty_check_restored(&p);
		pty_continue(&p);
		pty_wait(&p, "corner");
		pty_settle(&p);
		assert_true(p.alternate);
	}
	pty_paste(&p, "still marked", 12);
	pty_wait(&p, "paste 12 still marked|");
	pty_check_redraw(&p);
	leave(&p);
}

static void
b2_a_lost_terminal_is_noticed(void **state)
{
	struct pty p;

	(void)state;
	start(&p);
	pty_hangup(&p);
	assert_int_equal(WEXITSTATUS(pty_wait_end(&p)), 42);
	pty_close(&p);
}

/* Held in write(2)? */
static bool
is_writing(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return strncmp(text, "running", 7) != 0 && strtol(text, NULL, 10) == SYS_write;
}

static void
b4_a_stalled_terminal_does_not_hold_the_crash_handler(void **state)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	struct pty p;
	int tries = 0;

	(void)state;
	start(&p);
	pty_settle(&p);
	assert_int_equal(tcflow(p.slave, TCOOFF), 0); /* somebody pressed ^S */
	pty_type(&p, "a");
	while (!is_writing(p.pid) && tries++ < 10000)
		nanosleep(&pause, NULL);
	assert_true(is_writing(p.pid));
	pty_signal(&p, SIGALRM);
	assert_int_equal(WEXITSTATUS(pty_wait_end(&p)), 5);
	pty_check_restored(&p);
	pty_close(&p);
}

static void
die_brings_the_screen_back_before_it_speaks(void **state)
{
	struct pty p;
	char *words;

	(void)state;
	start(&p);
	pty_type(&p, "D");
	assert_int_equal(WEXITSTATUS(pty_wait_end(&p)), 70);
	pty_check_restored(&p);
	words = pty_stderr(&p);
	assert_non_null(strstr(words, "out of things"));
	free(words);
	pty_close(&p);
}

#ifndef WITH_ASAN /* the sanitizers catch these themselves */
static void
b1_a_crash_brings_the_screen_back_and_kills_as_it_would(void **state)
{
	static const struct {
		const char *key;
		int signo;
	} table[] = { { "A", SIGABRT }, { "O", SIGSEGV }, { "N", SIGSEGV } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct pty p;
		int status;

		start(&p);
		pty_type(&p, "C");
		pty_type(&p, table[i].key);
		status = pty_wait_end(&p);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), table[i].signo);
		pty_check_restored(&p);
		pty_close(&p);
	}
}
#endif

static bool
is_default(const VTermColor *c)
{
	return VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c);
}

static void
colours_are_shown_where_they_exist_and_attributes_where_not(void **state)
{
	static const char *const none[] = { "NO_COLOR=1", NULL };
	static const struct {
		const char *term;
		const char *const *env;
		bool color;
	} table[] = {
		{ "xterm-256color", NULL, true }, { "xterm", NULL, true },
		{ "linux", NULL, true },          { "xterm-256color", none, false },
		{ "vt100", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		VTermScreenCell normal, cursor;
		struct pty p;

		open_probe(&p, table[i].term, table[i].env);
		pty_wait(&p, "corner");
		pty_type(&p, "T");
		pty_wait(&p, "theme dark");
		pty_settle(&p);
		normal = pty_cell(&p, 4, 0);
		cursor = pty_cell(&p, 12, 0);
		assert_int_equal(cursor.chars[0], 'c');
		if (is_default(&normal.bg) == table[i].color)
			fail_msg("row %zu: colour is wrong", i);
		if (vterm_color_is_equal(&normal.bg, &cursor.bg) && !cursor.attrs.reverse)
			fail_msg("row %zu: the cursor cannot be seen", i);
		leave(&p);
	}
}

static void
a_small_change_costs_few_bytes(void **state)
{
	struct pty p;
	size_t n;

	(void)state;
	start(&p);
	pty_type(&p, "C");
	pty_settle(&p);
	pty_bytes(&p);
	pty_type(&p, "a");
	pty_settle(&p);
	n = pty_bytes(&p);
	if (n == 0 || n > 40)
		fail_msg("a letter costs %zu bytes", n);
	pty_settle(&p);
	assert_int_equal(pty_bytes(&p), 0);
	leave(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_arrive_and_the_screen_is_left_as_it_was),
		cmocka_unit_test(every_kind_of_terminal_shows_the_same_and_can_be_redrawn),
		cmocka_unit_test(b7_a_member_of_a_known_family_runs_and_a_stranger_is_told),
		cmocka_unit_test(b12_without_a_terminal_it_says_what_to_do),
		cmocka_unit_test(b10_a_paste_comes_whole_and_presses_no_keys),
		cmocka_unit_test(b6_any_size_is_drawn_and_drawn_right),
		cmocka_unit_test(b6_a_terminal_that_does_not_know_its_size_is_24x80),
		cmocka_unit_test(b6_a_redraw_takes_margins_back),
		cmocka_unit_test(b5_suspended_it_gives_the_terminal_back_and_returns_whole),
		cmocka_unit_test(b2_a_lost_terminal_is_noticed),
		cmocka_unit_test(b4_a_stalled_terminal_does_not_hold_the_crash_handler),
		cmocka_unit_test(die_brings_the_screen_back_before_it_speaks),
#ifndef WITH_ASAN
		cmocka_unit_test(b1_a_crash_brings_the_screen_back_and_kills_as_it_would),
#endif
		cmocka_unit_test(colours_are_shown_where_they_exist_and_attributes_where_not),
		cmocka_unit_test(a_small_change_costs_few_bytes),
	};
	char dir[1024];

	snprintf(dir, sizeof(dir), "%s/themes", getenv("MS_SRCDIR") ? getenv("MS_SRCDIR") : ".");
	setenv("MULTISTAGE_THEMES", dir, 1);
	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
