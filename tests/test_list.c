/* test_list.c - the cursor is always a row, and always in the window. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "tui/keys.h"
#include "tui/list.h"

static void
commands_move_cursor_and_window(void **state)
{
	/* clang-format off */
	static const struct {
		size_t n; int rows; size_t at, top; int command; size_t want_at, want_top;
	} table[] = {
		{ 100, 10,  0,  0, CMD_DOWN,       1,  0 },
		{ 100, 10,  9,  0, CMD_DOWN,      10,  1 },
		{ 100, 10,  0,  0, CMD_UP,         0,  0 },
		{ 100, 10, 50, 50, CMD_UP,        49, 49 },
		{ 100, 10, 99, 90, CMD_DOWN,      99, 90 },
		{ 100, 10,  5,  0, CMD_BOTTOM,    99, 90 },
		{ 100, 10, 99, 90, CMD_TOP,        0,  0 },
		{ 100, 10, 12, 10, CMD_PAGE_DOWN, 21, 19 }, /* the same line of the screen */
		{ 100, 10, 21, 19, CMD_PAGE_UP,   12, 10 },
		{ 100, 10, 95, 88, CMD_PAGE_DOWN, 99, 90 },
		{ 100, 10,  3,  2, CMD_PAGE_UP,    0,  0 },
		{ 100, 10, 12, 10, CMD_HALF_DOWN, 17, 15 },
		{ 100, 10, 17, 15, CMD_HALF_UP,   12, 10 },
		{   3, 10,  0,  0, CMD_PAGE_DOWN,  2,  0 },
		{   0, 10,  0,  0, CMD_DOWN,       0,  0 },
		{   0, 10,  0,  0, CMD_BOTTOM,     0,  0 },
		{   5,  0,  2,  2, CMD_DOWN,       3,  3 }, /* no room yet */
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct list l = { .n = table[i].n,
				  .rows = table[i].rows,
				  .at = table[i].at,
				  .top = table[i].top };

		assert_true(list_move(&l, table[i].command));
		if (l.at != table[i].want_at || l.top != table[i].want_top)
			fail_msg("row %zu: cursor %zu, top %zu", i, l.at, l.top);
	}
}

static void
other_commands_are_not_ours(void **state)
{
	struct list l = { .n = 3, .rows = 2, .at = 1 };

	(void)state;
	assert_false(list_move(&l, CMD_OPEN));
	assert_false(list_move(&l, CMD_NONE));
	assert_int_equal(l.at, 1);
}

static void
fitting_keeps_the_cursor_in_range_and_in_view(void **state)
{
	struct list l = { .n = 0 };

	(void)state;
	for (size_t n = 0; n < 30; n++)
		for (int rows = 0; rows < 12; rows++)
			for (size_t at = 0; at < 32; at += 3) {
				list_fit(&l, n, rows);
				list_to(&l, at);
				assert_true(n == 0 ? l.at == 0 : l.at < n);
				assert_true(l.top <= l.at);
				assert_true(l.at - l.top < (size_t)(rows > 0 ? rows : 1));
			}
}

static void
big_steps_do_not_wrap_around(void **state)
{
	struct list l = { .n = 10, .rows = 5, .at = 4 };

	(void)state;
	list_by(&l, -1000000);
	assert_int_equal(l.at, 0);
	list_by(&l, 1000000);
	assert_int_equal(l.at, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_move_cursor_and_window),
		cmocka_unit_test(other_commands_are_not_ours),
		cmocka_unit_test(fitting_keeps_the_cursor_in_range_and_in_view),
		cmocka_unit_test(big_steps_do_not_wrap_around),
	};
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
