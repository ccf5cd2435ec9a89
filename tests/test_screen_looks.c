/* test_screen_looks.c - the real program on poor, small, large, light and disturbed terminals.
 * The pictures are golden screens of the views; this is what a terminal makes of them. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#define ESC "\x1b"

static struct pty *
start(struct desk *d, const struct desk_run *look, char *payload, size_t size)
{
	struct desk_run run = *look;

	snprintf(payload, size, DESK_PAYLOAD, "look-1");
	run.key = DESK_TEST;
	run.payload = payload;
	return desk_start(d, &run);
}

/* A walk through the views; at every stop the picture is what a redraw gives. */
static void
walk(struct desk *d, void (*look)(struct pty *p))
{
	static const struct {
		const char *keys, *text;
	} stops[] = {
		{ "", "look-1" },        { "p", "Payload, pretty" },
		{ "p", "? help" },       { "s", "Review: create 1 task" },
		{ "\r", "+ completed" }, { "\r", "Detail: look-1" },
		{ "\t", "> Detail" },    { "\t", "Detail" },
		{ "3", "create task" },  { "2", "completed" },
		{ "?", "Help: Tasks" },  { ESC, "? help" },
		{ "T", "Themes" },       { ESC, "? help" },
		{ "1", "? help" },
	};
	struct pty *p = &d->pty;

	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		pty_type(p, stops[i].keys);
		desk_see(p, stops[i].text);
		desk_check(d);
		if (look)
			look(p);
	}
}

static bool
is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

static void
check_ascii(struct pty *p)
{
	char *dump = pty_dump(p);

	if (!is_ascii(dump))
		fail_msg("not ASCII:\n%s", dump);
	free(dump);
}

/* Every cell has the terminal's own colours; something is told by bold or reverse. */
static void
check_no_colour(struct pty *p)
{
	bool looks = false;

	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->cols; x++) {
			VTermScreenCell c = pty_cell(p, y, x);

			if (!VTERM_COLOR_IS_DEFAULT_FG(&c.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&c.bg))
				fail_msg("row %d, column %d is coloured", y, x);
			looks |= c.attrs.bold || c.attrs.reverse || c.attrs.underline;
		}
	assert_true(looks);
}

static bool
has_colour(struct pty *p)
{
	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->cols; x++) {
			VTermScreenCell c = pty_cell(p, y, x);

			if (!VTERM_COLOR_IS_DEFAULT_FG(&c.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&c.bg))
				return true;
		}
	return false;
}

/* Where there is text, ink and paper differ. */
static void
check_readable(struct pty *p)
{
	for (int y = 0; y < p->rows; y++)
		for (int x = 0; x < p->cols; x++) {
			VTermScreenCell c = pty_cell(p, y, x);

			if (c.chars[0] > ' ' && vterm_color_is_equal(&c.fg, &c.bg))
				fail_msg("row %d, column %d cannot be read", y, x);
		}
}

static void
an_old_terminal_has_lines_but_no_colour(void **state)
{
	char payload[512];
	struct pty *p =
		start(*state, &(struct desk_run){ .term = "vt100" }, payload, sizeof(payload));

	desk_see(p, "─ Task ─");
	walk(*state, check_no_colour);
	desk_quit(*state);
}

/* Not on xterm-256color: libvterm 0.1 wraps a column early after "repeat this character",
 * which curses sends outside of UTF-8. */
static void
b8_outside_of_utf8_all_is_ascii(void **state)
{
	static const char text[] = "{\"project\":\"N\xC3\xA4"
				   "cht\",\"unique_id\":\"look-1\"}";
	struct desk *d = *state;
	char payload[512];
	struct desk_run run = { .term = "screen-256color", .env = "LC_ALL=C" };
	struct pty *p = start(d, &run, payload, sizeof(payload));

	desk_see(p, "- Task -");
	walk(d, check_ascii);
	desk_quit(d);
	run.key = DESK_TEST;
	run.payload = text;
	p = desk_start(d, &run);
	desk_see(p, "N?cht");
	check_ascii(p);
	desk_check(d);
	desk_quit(d);
}

static void
without_colour_all_is_told_by_words_and_attributes(void **state)
{
	static const char *const option[] = { "--no-color", NULL }, *const mono[] = { "--theme",
										      "mono",
										      NULL };
	const struct desk_run runs[] = {
		{ .env = "NO_COLOR=1" },
		{ .args = option },
		{ .args = mono },
	};

	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		char payload[512];
		struct pty *p = start(*state, &runs[i], payload, sizeof(payload));

		desk_see(p, "look-1");
		check_no_colour(p);
		pty_type(p, "s");
		desk_see(p, "Review: create 1 task");
		check_no_colour(p);
		pty_type(p, ESC);
		desk_see(p, "REVIEW+SEND");
		desk_quit(*state);
	}
}

static void
the_light_theme_is_in_colour_and_can_be_read(void **state)
{
	static const char *const args[] = { "--theme", "light", NULL };
	char payload[512];
	struct pty *p = start(*state, &(struct desk_run){ .args = args }, payload, sizeof(payload));

	desk_see(p, "look-1");
	assert_true(has_colour(p));
	walk(*state, check_readable);
	desk_quit(*state);
}

static void
every_theme_can_be_tried_and_taken_back(void **state)
{
	struct desk *d = *state;
	char payload[512], *before, *after;
	struct pty *p = start(d, &(struct desk_run){ .rows = 30 }, payload, sizeof(payload));

	desk_check(d);
	before = pty_dump(p);
	pty_type(p, "T");
	desk_see(p, "Themes");
	for (int i = 0; i < 8; i++) {
		pty_type(p, ESC "[B");
		desk_check(d);
		check_readable(p);
	}
	pty_type(p, ESC);
	desk_gone(p, "Themes");
	desk_check(d);
	after = pty_dump(p);
	assert_string_equal(before, after);
	free(before);
	free(after);
	pty_type(p, "T");
	desk_see(p, "Themes");
	pty_type(p, "mono\r");
	desk_gone(p, "Themes");
	check_no_colour(p);
	desk_quit(d);
}

static void
the_smallest_screen_is_enough_for_the_whole_way(void **state)
{
	char payload[512];
	struct desk *d = *state;
	struct pty *p =
		start(d, &(struct desk_run){ .rows = 10, .cols = 40 }, payload, sizeof(payload));

	desk_see(p, "1/12");
	pty_type(p, "jjj");
	desk_see(p, "4/12");
	pty_type(p, "\rhttps://a.example/b\r");
	desk_see(p, "https://a.example/b");
	desk_check(d);
	pty_type(p, "s");
	desk_see(p, "Enter sends this task");
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "+ completed");
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "> Detail");
	desk_check(d);
	pty_type(p, ESC);
	desk_gone(p, "> Detail");
	pty_type(p, "3");
	desk_see(p, "create task");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	pty_type(p, "1");
	desk_see(p, "/12");
	desk_quit(d);
}

static void
a_large_screen_shows_form_and_payload_beside_each_other(void **state)
{
	char payload[512];
	struct pty *p = start(*state, &(struct desk_run){ .rows = 50, .cols = 160 }, payload,
			      sizeof(payload));

	desk_see(p, "│─ Payload ─");
	walk(*state, check_readable);
	desk_quit(*state);
}

static void
b7_a_member_of_a_family_that_is_not_described_is_driven_and_told(void **state)
{
	struct desk *d = *state;
	struct pty *p =
		desk_start(d, &(struct desk_run){ .key = DESK_TEST, .term = "xterm-of-tomorrow" });

	desk_see(p, "the terminal \"xterm-of-tomorrow\" is not described here");
	pty_type(p, "j");
	desk_gone(p, "is not described here");
	desk_check(d);
	desk_quit(d);
}

/* --- disturbed ones --- */

static void
b19_what_others_write_over_it_is_gone_after_a_redraw(void **state)
{
	static const char noise[] = "\r\nBroadcast message\x1b[5;10Hfrom\x1b[7m root\x1b[2J\r\n";
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "look-2");
	char *before, *after;

	desk_check(d);
	before = pty_dump(p);
	assert_int_equal(write(p->slave, noise, sizeof(noise) - 1), (ssize_t)sizeof(noise) - 1);
	desk_gone(p, "REVIEW+SEND");
	assert_false(pty_is_as_redrawn(p)); /* the oracle sees it, and Ctrl-L repairs it */
	desk_see(p, "REVIEW+SEND");
	after = pty_dump(p);
	assert_string_equal(before, after);
	free(before);
	free(after);
	desk_check(d);
	desk_quit(d);
}

/* Whoever had the terminal may leave it in lines, and ^D ends one of nothing. */
static void
an_empty_line_ended_by_a_neighbour_is_no_hangup(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });
	struct termios ours, lines;

	assert_int_equal(tcgetattr(p->slave, &ours), 0);
	lines = ours;
	lines.c_lflag |= ICANON;
	lines.c_cc[VEOF] = 4;
	assert_int_equal(tcsetattr(p->slave, TCSANOW, &lines), 0);
	pty_type(p, "\x04");
	pty_settle(p);
	assert_int_equal(tcsetattr(p->slave, TCSANOW, &ours), 0);
	pty_type(p, "?");
	desk_see(p, "Help");
	desk_check(d);
	pty_type(p, "q");
	desk_quit(d);
}

static void
b13_a_tty_made_nonblocking_by_a_neighbour_loses_nothing(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "look-3");

	assert_int_equal(fcntl(p->slave, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	pty_resize(p, 100, 300);
	for (int i = 0; i < 20; i++)
		pty_type(p, "\x0cjp\x0cp"); /* more than the kernel holds */
	desk_check(d);
	desk_quit(d);
}

static void
b14_exported_sizes_do_not_matter(void **state)
{
	struct desk *d = *state;
	char payload[512];
	struct pty *p =
		start(d, &(struct desk_run){ .env = "COLUMNS=33" }, payload, sizeof(payload));

	desk_see(p, "[1 Compose] 2 Tasks 3 Log");
	desk_check(d);
	desk_quit(d);
}

static void
b17_keys_that_arrive_in_pieces_are_keys(void **state)
{
	static const char *const pieces[] = { ESC, "[", "B" };
	struct desk *d = *state;
	char payload[512];
	struct pty *p = start(d, &(struct desk_run){ .env = "MULTISTAGE_ESCDELAY=2000" }, payload,
			      sizeof(payload));

	desk_see(p, "> project ");
	for (size_t i = 0; i < 2 * ARRAY_LEN(pieces); i++) {
		p->escaped = false; /* not a key of its own */
		pty_type(p, pieces[i % ARRAY_LEN(pieces)]);
		poll(NULL, 0, 40); /* a slow line */
	}
	desk_see(p, "> instruction ");
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_old_terminal_has_lines_but_no_colour),
		CASE(b8_outside_of_utf8_all_is_ascii),
		CASE(without_colour_all_is_told_by_words_and_attributes),
		CASE(the_light_theme_is_in_colour_and_can_be_read),
		CASE(every_theme_can_be_tried_and_taken_back),
		CASE(the_smallest_screen_is_enough_for_the_whole_way),
		CASE(a_large_screen_shows_form_and_payload_beside_each_other),
		CASE(b7_a_member_of_a_family_that_is_not_described_is_driven_and_told),
		CASE(b19_what_others_write_over_it_is_gone_after_a_redraw),
		CASE(an_empty_line_ended_by_a_neighbour_is_no_hangup),
		CASE(b13_a_tty_made_nonblocking_by_a_neighbour_loses_nothing),
		CASE(b14_exported_sizes_do_not_matter),
		CASE(b17_keys_that_arrive_in_pieces_are_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
