/* test_edit.c - keys in, text and cursor out; then what is seen of it. */
#include "config.h"

#include "tests/test.h"

#include "core/text.h"
#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/wrap.h"

#include <locale.h>

#define C(letter) CTRL_KEY(letter)
#define M(letter) (KEY_ALT | (letter))

/* "ab|c": text with the cursor. */
static char *
shown(const struct edit *e)
{
	struct buf out = BUF_INIT(1u << 20);

	buf_add(&out, buf_str(&e->text), e->at);
	buf_adds(&out, "|");
	buf_adds(&out, buf_str(&e->text) + e->at);
	return buf_take(&out);
}

static void
start(struct edit *e, const char *text, bool many)
{
	size_t at = strcspn(text, "|");
	struct buf whole = BUF_INIT(1u << 20);

	buf_add(&whole, text, at);
	if (text[at])
		buf_adds(&whole, text + at + 1);
	edit_init(e, buf_str(&whole), whole.len, many);
	assert_string_equal(buf_str(&e->text), buf_str(&whole));
	e->at = at;
	buf_free(&whole);
}

struct row {
	bool many;
	const char *from;
	uint32_t keys[12];
	const char *want;
};

static void
run(const struct row *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct edit e;
		char *got;

		start(&e, table[i].from, table[i].many);
		for (size_t k = 0; table[i].keys[k]; k++)
			assert_true(edit_key(&e, table[i].keys[k], 10));
		got = shown(&e);
		if (strcmp(got, table[i].want) != 0)
			fail_msg("row %zu: \"%s\" became \"%s\", not \"%s\"", i, table[i].from, got,
				 table[i].want);
		free(got);
		edit_done(&e);
	}
}

static void
keys_change_text_and_cursor(void **state)
{
	/* clang-format off */
	static const struct row table[] = {
		{ false, "|", { 'a', 'b', 0x20AC }, "ab\xE2\x82\xAC|" },
		{ false, "ab|c", { 'x' }, "abx|c" },
		{ false, "ab|c", { K_BACKSPACE }, "a|c" },
		{ false, "|abc", { K_BACKSPACE, C('H') }, "|abc" },
		{ false, "a|bc", { K_DELETE }, "a|c" },
		{ false, "abc|", { K_DELETE, C('D') }, "abc|" },
		{ false, "ab|c", { K_LEFT, K_LEFT, K_LEFT }, "|abc" },
		{ false, "ab|c", { K_RIGHT, K_RIGHT }, "abc|" },
		{ false, "ab|c", { C('B'), 'x' }, "ax|bc" },
		{ false, "a|bc", { C('F'), 'x' }, "abx|c" },
		{ false, "ab|c", { K_HOME }, "|abc" },
		{ false, "ab|c", { C('A'), C('E') }, "abc|" },
		{ false, "one two|", { M('b') }, "one |two" },
		{ false, "one two|", { K_CTRL_LEFT, K_CTRL_LEFT }, "|one two" },
		{ false, "|one two", { M('f') }, "one| two" },
		{ false, "|one two", { K_CTRL_RIGHT, K_CTRL_RIGHT }, "one two|" },
		{ false, "|one two", { M('d') }, "| two" },
		{ false, "one two|", { M(K_BACKSPACE) }, "one |" },
		{ false, "see https://x/y?z|", { C('W') }, "see |" },
		{ false, "see https://x/y?z|", { M(K_BACKSPACE), M(K_BACKSPACE) }, "see https://x/|" },
		{ false, "one  |two", { C('W') }, "|two" },
		{ false, "one| two", { C('U') }, "| two" },
		{ false, "one| two", { C('K') }, "one|" },
		{ false, "one| two", { C('K'), K_HOME, C('Y') }, " two|one" },
		{ false, "one two|", { C('W'), C('Y'), C('Y') }, "one twotwo|" },
		{ false, "one|", { C('Y') }, "one|" },
		{ false, "ab|c", { C('T') }, "acb|" },
		{ false, "abc|", { C('T') }, "acb|" },
		{ false, "|abc", { C('T') }, "|abc" },
		{ false, "a|", { C('T') }, "a|" },
		/* wide, combining, a family, flags, Arabic with a vowel sign */
		{ false, "\xE6\xBC\xA2\xE5\xAD\x97|", { K_BACKSPACE }, "\xE6\xBC\xA2|" },
		{ false, "ae\xCC\x81|", { K_LEFT }, "a|e\xCC\x81" },
		{ false, "ae\xCC\x81|", { K_BACKSPACE }, "a|" },
		{ false, "|e\xCC\x81z", { K_DELETE }, "|z" },
		{ false, "e|z", { 0x301 }, "e\xCC\x81|z" },
		{ false, "|\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA!", { K_RIGHT }, "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA|!" },
		{ false, "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7|", { K_BACKSPACE }, "|" },
		{ false, "\xD8\xA8\xD9\x8E\xD8\xAA|", { K_LEFT, K_BACKSPACE }, "|\xD8\xAA" },
		{ false, "a|\xCC\x81", { 'b' }, "ab\xCC\x81|" }, /* the mark joins what was typed */
		/* undo: a word at a time, then each change */
		{ false, "|", { 'a', 'b', ' ', 'c', C('_') }, "ab |" },
		{ false, "|", { 'a', 'b', ' ', 'c', C('_'), C('_'), C('_') }, "|" },
		{ false, "one two|", { C('W'), 'x', C('_'), C('_') }, "one two|" },
		{ false, "ab|c", { K_BACKSPACE, K_DELETE, C('_'), C('_') }, "ab|c" },
		{ false, "ab|c", { C('T'), C('U'), C('Y'), C('_'), C('_'), C('_') }, "ab|c" },
		/* paragraphs */
		{ true, "ab|cd", { K_ENTER }, "ab\n|cd" },
		{ true, "ab\n|cd", { K_BACKSPACE }, "ab|cd" },
		{ true, "ab|\ncd", { C('K') }, "ab|cd" },
		{ true, "a\nbc|d\ne", { K_HOME, 'x' }, "a\nx|bcd\ne" },
		{ true, "a\nb|cd\ne", { K_END, 'x' }, "a\nbcdx|\ne" },
		{ true, "a\nb|cd\ne", { C('U') }, "a\n|cd\ne" },
		{ true, "abcd\ne\nabc|d", { K_UP, K_UP }, "abc|d\ne\nabcd" },
		{ true, "abc|d\ne\nabcd", { C('N') }, "abcd\ne|\nabcd" },
		{ true, "abc|d\ne\nabcd", { K_DOWN, K_DOWN, K_DOWN }, "abcd\ne\nabc|d" },
		{ true, "abc|d\ne\nabcd", { K_DOWN, K_LEFT, K_DOWN }, "abcd\ne\n|abcd" },
		{ true, "\xE6\xBC\xA2\xE5\xAD\x97|\nabcd", { K_DOWN }, "\xE6\xBC\xA2\xE5\xAD\x97\nabcd|" },
		{ true, "\xE6\xBC\xA2\xE5\xAD\x97\nabc|", { K_UP }, "\xE6\xBC\xA2|\xE5\xAD\x97\nabc" },
		{ true, "ab|", { K_UP }, "ab|" },
		{ true, "a\nb|", { M('<') }, "|a\nb" },
		{ true, "|a\nb", { M('>') }, "a\nb|" },
		{ true, "|1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12", { K_PGDN }, "1\n2\n3\n4\n5\n6\n7\n8\n9\n|10\n11\n12" },
		{ true, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n|12", { K_PGUP, K_PGUP }, "|1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12" },
		{ true, "a\n\n|b", { K_UP, 'x' }, "a\nx|\nb" },
		{ true, "ab|\ncd", { C('T') }, "ba|\ncd" },
	};
	/* clang-format on */

	(void)state;
	run(table, ARRAY_LEN(table));
}

static void
other_keys_are_not_ours_and_change_nothing(void **state)
{
	static const uint32_t line[] = { K_ENTER, K_TAB,  K_BACKTAB, K_ESC,    K_UP,
					 K_DOWN,  K_PGUP, K_PGDN,    K_F1,     C('C'),
					 C('L'),  C('Z'), M('q'),    M('<'),   M('>'),
					 0x7F,    0x9B,   0xD800,    K_INSERT, 0x110000 };
	static const uint32_t paragraph[] = { K_TAB, K_ESC, K_F1, C('C'), C('S'), M('x') };

	(void)state;
	for (int many = 0; many < 2; many++) {
		const uint32_t *keys = many ? paragraph : line;
		size_t n = many ? ARRAY_LEN(paragraph) : ARRAY_LEN(line);

		for (size_t i = 0; i < n; i++) {
			struct edit e;
			char *got;

			start(&e, "ab|c", many);
			if (edit_key(&e, keys[i], 10))
				fail_msg("key %x was taken", (unsigned)keys[i]);
			got = shown(&e);
			assert_string_equal(got, "ab|c");
			free(got);
			edit_done(&e);
		}
	}
}

static void
pasted_text_is_made_to_fit(void **state)
{
	/* clang-format off */
	static const struct {
		bool many; const char *from, *paste; size_t n, max; const char *want; size_t cut;
	} table[] = {
		{ false, "a|b", "1\n2\r\n3\r4\n", 9, 99, "a1 2 3 4|b", 0 },
		{ true,  "a|b", "1\n2\r\n3\r4\n", 9, 99, "a1\n2\n3\n4\n|b", 0 },
		{ false, "a|b", "x\0y", 3, 99, "axy|b", 0 },
		{ false, "a|b", "x\xFFy\xE6\xBC", 5, 99, "ax\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD|b", 0 },
		{ false, "a|b", "12345", 5, 4, "a12|b", 3 },
		{ false, "a|b", "\xE6\xBC\xA2\xE5\xAD\x97", 6, 7, "a\xE6\xBC\xA2|b", 3 },
		{ false, "abc|", "x", 1, 2, "abc|", 1 }, /* longer than allowed already */
		{ false, "|", "", 0, 99, "|", 0 },
		{ false, "|", "\n\n", 2, 99, "|", 0 },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct edit e;
		size_t cut = 99;
		char *got;

		start(&e, table[i].from, table[i].many);
		edit_insert(&e, table[i].paste, table[i].n, table[i].max, &cut);
		got = shown(&e);
		if (strcmp(got, table[i].want) != 0 || cut != table[i].cut)
			fail_msg("row %zu: \"%s\", %zu cut", i, got, cut);
		edit_key(&e, C('_'), 10);
		free(got);
		got = shown(&e);
		assert_string_equal(got, table[i].from);
		free(got);
		edit_done(&e);
	}
}

static void
setting_the_text_is_one_step(void **state)
{
	struct edit e;
	char *got;

	(void)state;
	start(&e, "on|e", false);
	edit_set(&e, "another\nline", 12);
	got = shown(&e);
	assert_string_equal(got, "another line|");
	free(got);
	edit_key(&e, C('_'), 10);
	got = shown(&e);
	assert_string_equal(got, "on|e");
	free(got);
	edit_done(&e);
}

static void
a_thousand_changes_keep_the_last_two_hundred_steps(void **state)
{
	struct edit e;

	(void)state;
	edit_init(&e, "", 0, false);
	for (int i = 0; i < 1000; i++)
		edit_insert(&e, "x", 1, EDIT_MAX, NULL);
	for (int i = 0; i < 1000; i++)
		edit_key(&e, C('_'), 10);
	assert_int_equal(e.text.len, 800);
	edit_done(&e);
}

static void
the_place_counts_lines_and_letters_from_one(void **state)
{
	static const struct {
		const char *text;
		int line, col, lines;
	} table[] = {
		{ "|", 1, 1, 1 },
		{ "ab|c", 1, 3, 1 },
		{ "ab\nc|", 2, 2, 2 },
		{ "ab|\n", 1, 3, 2 },
		{ "ab\n|", 2, 1, 2 },
		{ "a\n\n\xE6\xBC\xA2"
		  "e\xCC\x81|x\n",
		  3, 3, 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct edit e;
		int line, col, lines;

		start(&e, table[i].text, true);
		edit_place(&e, &line, &col, &lines);
		if (line != table[i].line || col != table[i].col || lines != table[i].lines)
			fail_msg("row %zu: line %d, column %d, %d lines", i, line, col, lines);
		edit_done(&e);
	}
}

/* The grid as text with the cursor's cell named. */
static char *
picture(struct edit *e, int rows, int cols)
{
	struct buf out = BUF_INIT(1u << 20);
	struct grid g;

	grid_init(&g, rows, cols);
	g.ascii = true;
	edit_view(e, &g, (struct rect){ 0, 0, rows, cols }, ROLE_EDIT);
	assert_in_range(g.cur_y, 0, rows - 1);
	assert_in_range(g.cur_x, 0, cols - 1);
	grid_dump(&g, &out);
	buf_addf(&out, "%d,%d", g.cur_y, g.cur_x);
	grid_done(&g);
	return buf_take(&out);
}

static void
a_view_shows_the_part_around_the_cursor(void **state)
{
	/* clang-format off */
	static const struct {
		bool many; const char *text; int rows, cols; const char *want;
	} table[] = {
		{ false, "abc|", 1, 10, "abc\n0,3" },
		{ false, "0123456|", 1, 10, "0123456\n0,7" },
		{ false, "01234567|", 1, 10, "~34567\n0,6" },
		{ false, "|0123456789abcdef", 1, 10, "012345678~\n0,0" },
		{ false, "0123456789|abcdef", 1, 10, "~56789abc~\n0,6" },
		{ false, "0123456789|", 1, 5, "789\n0,3" }, /* no room for marks */
		{ false, "01|", 1, 1, "\n0,0" },
		{ false, "\xE6\xBC\xA2\xE5\xAD\x97|", 1, 10, "\xE6\xBC\xA2\xE5\xAD\x97\n0,4" },
		{ true, "one two three|", 3, 8, "one two\nthree\n\n1,5" },
		{ true, "one two |three", 3, 8, "one two\nthree\n\n1,0" },
		{ true, "one two| three", 3, 8, "one two\nthree\n\n0,7" },
		{ true, "1\n2\n3\n4|", 2, 8, "3\n4\n1,1" },
		{ true, "|1\n2\n3\n4", 2, 8, "1\n2\n0,0" },
		{ true, "abc\n|", 2, 8, "abc\n\n1,0" },
		{ true, "0123456789|", 2, 6, "01234\n56789\n1,5" },
		{ true, "0123456789 |", 2, 6, "56789\n\n1,0" },
		{ true, "ab cdefghijk|", 3, 6, "ab\ncdefg\nhijk\n2,4" },
		{ true, "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2|", 3, 6, "\xE6\xBC\xA2\xE5\xAD\x97\n\xE6\xBC\xA2\n\n1,2" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct edit e;
		char *got, *again;

		start(&e, table[i].text, table[i].many);
		got = picture(&e, table[i].rows, table[i].cols);
		if (strcmp(got, table[i].want) != 0)
			fail_msg("row %zu: got\n%s\nwant\n%s", i, got, table[i].want);
		again = picture(&e, table[i].rows, table[i].cols);
		assert_string_equal(got, again);
		free(got);
		free(again);
		edit_done(&e);
	}
}

static void
in_a_wrapped_paragraph_up_and_down_follow_the_screen(void **state)
{
	struct edit e;
	char *got;

	(void)state;
	start(&e, "one two three four fi|ve", true);
	got = picture(&e, 4, 10); /* one two / three / four five */
	assert_string_equal(got, "one two\nthree\nfour five\n\n2,7");
	free(got);
	edit_key(&e, K_UP, 4);
	got = shown(&e);
	assert_string_equal(got, "one two three| four five");
	free(got);
	edit_key(&e, K_UP, 4);
	got = shown(&e);
	assert_string_equal(got, "one two| three four five");
	free(got);
	edit_key(&e, K_DOWN, 4);
	edit_key(&e, K_DOWN, 4);
	got = shown(&e);
	assert_string_equal(got, "one two three four fi|ve");
	free(got);
	edit_done(&e);
}

static void
a_line_that_starts_inside_a_flag_does_not_split_it(void **state)
{
	/* curses lays out its halves as two letters: one column wide, they wrap apart */
	static const char flag[] = "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA";
	struct edit e;
	char *got;

	(void)state;
	edit_init(&e, flag, strlen(flag), true);
	edit_key(&e, K_HOME, 4);
	free(picture(&e, 4, 2));
	edit_key(&e, K_DOWN, 4);
	got = shown(&e);
	if (got[0] != '|' && got[strlen(got) - 1] != '|')
		fail_msg("the cursor stands in the flag");
	free(got);
	edit_done(&e);
}

static void
typing_past_the_edge_does_not_move_the_line_at_each_letter(void **state)
{
	struct edit e;
	int moves = 0;

	(void)state;
	edit_init(&e, "", 0, false);
	for (int i = 0; i < 200; i++) {
		size_t left = e.left;
		char *p;

		edit_key(&e, 'a' + (uint32_t)i % 26, 1);
		p = picture(&e, 1, 40);
		free(p);
		moves += e.left != left;
	}
	assert_in_range(moves, 5, 20);
	edit_done(&e);
}

static void
lines_of_any_length_are_found_again_from_anywhere(void **state)
{
	struct buf text = BUF_INIT(1u << 20);
	size_t starts[4000], n = 0, at = 0;
	struct wrap w;

	(void)state;
	for (int i = 0; i < 3000; i++)
		buf_adds(&text, i % 211 == 0 ? "\n" : i % 7 ? "word " : "\xE6\xBC\xA2longerone");
	do {
		w = wrap_at(buf_str(&text), text.len, at, 20);
		assert_true(n < ARRAY_LEN(starts));
		starts[n++] = at;
		assert_true(text_cols(buf_str(&text) + w.start, w.end - w.start) <= 21);
		at = w.next;
	} while (!w.last);
	assert_true(n > 500);
	for (size_t i = 0; i < n; i++) {
		w = wrap_find(buf_str(&text), text.len, starts[i], 20);
		assert_int_equal(w.start, starts[i]);
		for (size_t back = 1; back < 400; back += 57) {
			size_t got = wrap_back(buf_str(&text), text.len, starts[i], back, 20);

			assert_int_equal(got, i >= back ? starts[i - back] : 0);
		}
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_change_text_and_cursor),
		cmocka_unit_test(other_keys_are_not_ours_and_change_nothing),
		cmocka_unit_test(pasted_text_is_made_to_fit),
		cmocka_unit_test(setting_the_text_is_one_step),
		cmocka_unit_test(a_thousand_changes_keep_the_last_two_hundred_steps),
		cmocka_unit_test(the_place_counts_lines_and_letters_from_one),
		cmocka_unit_test(a_view_shows_the_part_around_the_cursor),
		cmocka_unit_test(in_a_wrapped_paragraph_up_and_down_follow_the_screen),
		cmocka_unit_test(a_line_that_starts_inside_a_flag_does_not_split_it),
		cmocka_unit_test(typing_past_the_edge_does_not_move_the_line_at_each_letter),
		cmocka_unit_test(lines_of_any_length_are_found_again_from_anywhere),
	};
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
