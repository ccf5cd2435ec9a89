/* test_grid.c - whatever is written, the grid stays a grid: whole glyphs, nothing outside. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "tui/grid.h"

#include <locale.h>

static char *
dump(const struct grid *g)
{
	struct buf out = BUF_INIT(1u << 20);

	grid_dump(g, &out);
	return buf_take(&out);
}

static void
expect(const struct grid *g, const char *want)
{
	char *got = dump(g);

	if (strcmp(got, want) != 0)
		fail_msg("want\n%sgot\n%s", want, got);
	free(got);
}

/* No half of a wide glyph stands alone. */
static void
is_whole(const struct grid *g)
{
	for (int y = 0; y < g->rows; y++)
		for (int x = 0; x < g->cols; x++) {
			const char *text = grid_at(g, y, x)->text;

			if (!text[0] &&
			    (x == 0 || (unsigned char)grid_at(g, y, x - 1)->text[0] < 0x80))
				fail_msg("a right half alone in column %d", x);
		}
}

static void
text_is_clipped_and_never_torn(void **state)
{
	static const struct {
		int x, width;
		const char *text;
		int used;
		const char *want;
	} table[] = {
		{ 0, 8, "abc", 3, "abc" },
		{ 0, 2, "abc", 2, "ab" },
		{ 6, 8, "abc", 2, "      ab" },
		{ 8, 8, "abc", 0, "" },
		{ 99, 8, "abc", 0, "" },
		{ 0, 0, "abc", 0, "" },
		{ 0, -5, "abc", 0, "" },
		{ -1, 8, "abc", 3, "bc" },
		{ -9, 8, "abc", 3, "" },
		{ 0, 8, "\xE6\xBC\xA2\xE5\xAD\x97", 4, "\xE6\xBC\xA2\xE5\xAD\x97" },
		{ 0, 3, "\xE6\xBC\xA2\xE5\xAD\x97", 2, "\xE6\xBC\xA2" },
		{ 7, 8, "\xE6\xBC\xA2", 0, "" },
		{ -1, 8, "\xE6\xBC\xA2x", 3, " x" },
		{ 0, 8, "e\xCC\x81x", 2, "e\xCC\x81x" },
		{ 0, 8, "\xCC\x81x", 2, "\xE2\x97\x8C\xCC\x81x" },
		{ 0, 8, "a\x1B[2J", 6, "a^[[2J" },
		{ 0, 8, "a\xE2\x80\xAE", 0, "a" }, /* <U+202E> does not fit: left out */
		{ 0, 8, "\xFFz", 2, "\xEF\xBF\xBDz" },
		{ 0, 8, "\xE6\xBC", 1, "\xEF\xBF\xBD" },
		{ 0, 8, "a\nb\tc", 7, "a^Jb^Ic" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct grid g;
		char want[128];
		int used;

		grid_init(&g, 1, 8);
		used = grid_text(&g, 0, table[i].x, table[i].width, ROLE_VALUE, table[i].text);
		snprintf(want, sizeof(want), "%s\n", table[i].want);
		expect(&g, want);
		if (table[i].used && used != table[i].used)
			fail_msg("row %zu used %d", i, used);
		grid_text(&g, -1, 0, 8, ROLE_VALUE, "outside");
		grid_text(&g, 1, 0, 8, ROLE_VALUE, "outside");
		expect(&g, want);
		grid_done(&g);
	}
}

static void
writing_over_half_a_wide_glyph_blanks_the_other(void **state)
{
	struct grid g;

	(void)state;
	for (int x = -1; x < 8; x++)
		for (int w = 1; w < 4; w++) {
			grid_init(&g, 1, 8);
			grid_text(&g, 0, 0, 8, ROLE_VALUE,
				  "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2\xE5\xAD\x97");
			grid_text(&g, 0, x, w, ROLE_VALUE, "xyz");
			is_whole(&g);
			grid_text(&g, 0, x, 8, ROLE_VALUE, "\xE6\xBC\xA2");
			is_whole(&g);
			grid_fill(&g, (struct rect){ 0, x, 1, w }, ROLE_POPUP);
			is_whole(&g);
			grid_done(&g);
		}
	grid_init(&g, 1, 8);
	grid_text(&g, 0, 0, 8, ROLE_VALUE, "\xE6\xBC\xA2\xE5\xAD\x97");
	grid_text(&g, 0, 1, 2, ROLE_VALUE, "ab");
	expect(&g, " ab\n");
	grid_done(&g);
}

static void
text_is_cut_at_the_end_in_the_middle_and_set_right(void **state)
{
	/* clang-format off */
	static const struct {
		char how; int width; bool ascii; const char *text, *want;
	} table[] = {
		{ 'e', 10, false, "0123456789", "0123456789" },
		{ 'e', 9, false, "0123456789", "01234567\xE2\x80\xA6" },
		{ 'e', 9, true, "0123456789", "01234567~" },
		{ 'e', 1, true, "0123456789", "~" },
		{ 'e', 0, true, "0123456789", "" },
		{ 'e', 4, true, "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2", "\xE6\xBC\xA2~" },
		{ 'm', 10, true, "0123456789", "0123456789" },
		{ 'm', 9, true, "0123456789", "0123~6789" },
		{ 'm', 8, true, "0123456789", "012~6789" },
		{ 'm', 3, true, "0123456789", "01~" },
		{ 'm', 7, true, "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2\xE5\xAD\x97", "\xE6\xBC\xA2~\xE6\xBC\xA2\xE5\xAD\x97" },
		{ 'r', 12, true, "abc", "         abc" },
		{ 'r', 3, true, "abc", "abc" },
		{ 'r', 2, true, "abc", "a~" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct grid g;
		char want[128];
		size_t n = strlen(table[i].text);

		grid_init(&g, 1, 12);
		g.ascii = table[i].ascii;
		if (table[i].how == 'e')
			grid_text_cut(&g, 0, 0, table[i].width, ROLE_VALUE,
				      untrusted(table[i].text, n));
		else if (table[i].how == 'm')
			grid_text_middle(&g, 0, 0, table[i].width, ROLE_VALUE,
					 untrusted(table[i].text, n));
		else
			grid_text_right(&g, 0, 0, table[i].width, ROLE_VALUE, table[i].text);
		snprintf(want, sizeof(want), "%s\n", table[i].want);
		expect(&g, want);
		grid_done(&g);
	}
}

static void
rules_and_boxes_hold_their_words(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 7, 24);
	g.ascii = true;
	grid_rule(&g, 0, 0, 24, "Task", "1 problem");
	grid_rule(&g, 1, 0, 24, NULL, NULL);
	grid_rule(&g, 2, 0, 24, "Task", "ready to send, at last");
	grid_rule(&g, 3, 0, 24, "a very long title of a pane", "x");
	grid_box(&g, (struct rect){ 4, 2, 3, 20 }, "project", "Enter choose");
	expect(&g, "- Task ----- 1 problem -\n"
		   "------------------------\n"
		   "- Task - ready to sen~ -\n"
		   "- a very long title o~ -\n"
		   "  +- project --------+\n"
		   "  |                  |\n"
		   "  +- Enter choose ---+\n");
	grid_clear(&g);
	g.ascii = false;
	grid_box(&g, (struct rect){ 0, 0, 3, 4 }, "too long", NULL);
	grid_box(&g, (struct rect){ 0, 6, 1, 4 }, NULL, NULL); /* no room: nothing */
	grid_vline(&g, 0, 10, 99);
	grid_rule(&g, 3, 0, 3, "a", "b");
	expect(&g, "\xE2\x94\x8C\xE2\x94\x80\xE2\x94\x80\xE2\x94\x90      \xE2\x94\x82\n"
		   "\xE2\x94\x82  \xE2\x94\x82      \xE2\x94\x82\n"
		   "\xE2\x94\x94\xE2\x94\x80\xE2\x94\x80\xE2\x94\x98      \xE2\x94\x82\n"
		   "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80       \xE2\x94\x82\n"
		   "          \xE2\x94\x82\n"
		   "          \xE2\x94\x82\n"
		   "          \xE2\x94\x82\n");
	grid_done(&g);
}

static void
roles_can_be_painted_and_dumped(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct grid g;

	(void)state;
	grid_init(&g, 2, 10);
	grid_text(&g, 0, 0, 10, ROLE_TITLE, "ab\x01");
	grid_role(&g, 1, 2, 99, ROLE_CURSOR);
	grid_role(&g, 1, -3, 4, ROLE_ERROR);
	grid_role(&g, 7, 0, 4, ROLE_ERROR);
	grid_dump_roles(&g, &out);
	assert_string_equal(buf_str(&out),
			    "aaCC\nw.hhhhhhhh\na title\nh cursor\nw error\nC made\n");
	buf_free(&out);
	grid_done(&g);
}

static void
a_letter_that_lost_a_selector_keeps_its_role(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 10);
	grid_text(&g, 0, 0, 10, ROLE_VALUE, "a\xEF\xB8\x8F\xE2\x83\x90");
	assert_int_equal(grid_at(&g, 0, 0)->role, ROLE_VALUE);
	grid_text(&g, 0, 0, 10, ROLE_VALUE, "\xE2\x83\x90z"); /* a mark on nothing */
	assert_int_equal(grid_at(&g, 0, 0)->role, ROLE_MADE);
	assert_int_equal(grid_at(&g, 0, 1)->role, ROLE_VALUE);
	grid_done(&g);
}

static void
formatted_text_goes_through_the_same_gate(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 1, 12);
	grid_textf(&g, 0, 1, 11, ROLE_VALUE, "%d of %s", 3, "\x1B!");
	expect(&g, " 3 of ^[!\n");
	grid_done(&g);
}

static void
a_grid_of_no_size_has_one_cell(void **state)
{
	struct grid g;

	(void)state;
	grid_init(&g, 0, -4);
	assert_int_equal(g.rows * g.cols, 1);
	grid_box(&g, (struct rect){ 0, 0, 20, 20 }, "a", "b");
	grid_rule(&g, 0, 0, 40, "a", "b");
	grid_text_middle(&g, 0, 0, 40, ROLE_VALUE, untrusted("abc", 3));
	grid_text_right(&g, 0, 0, 40, ROLE_VALUE, "abc");
	is_whole(&g);
	grid_done(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_clipped_and_never_torn),
		cmocka_unit_test(writing_over_half_a_wide_glyph_blanks_the_other),
		cmocka_unit_test(text_is_cut_at_the_end_in_the_middle_and_set_right),
		cmocka_unit_test(rules_and_boxes_hold_their_words),
		cmocka_unit_test(roles_can_be_painted_and_dumped),
		cmocka_unit_test(a_letter_that_lost_a_selector_keeps_its_role),
		cmocka_unit_test(formatted_text_goes_through_the_same_gate),
		cmocka_unit_test(a_grid_of_no_size_has_one_cell),
	};
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("grid", tests, NULL, NULL);
}
