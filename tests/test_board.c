/* test_board.c - the board: the window of rows, the cursor, filter, order, freshness. */
#include "config.h"

#include "tests/board_world.h"

#include "tui/board_local.h"

/* --- the window and the cursor --- */

static void
the_cursor_moves_without_asking_for_rows(void **state)
{
	struct table *t = table_new(2000);
	unsigned answered = t->answered;

	(void)state;
	assert_string_equal(table_cursor(t), "night-a/0000");
	table_press(t, "jjjj<Down>k");
	assert_string_equal(table_cursor(t), "night-a/0004");
	assert_int_equal(t->answered, answered);
	table_done(t);
}

static void
going_down_walks_through_every_row_once(void **state)
{
	struct table *t = table_new(1500);
	char want[32];

	(void)state;
	for (int i = 0; i < 1500; i++) {
		snprintf(want, sizeof(want), "night-a/%04d", i);
		assert_string_equal(table_cursor(t), want);
		assert_int_equal(t->w->ui.board.above + (long)t->w->ui.board.at, i);
		table_press(t, "j");
	}
	assert_string_equal(table_cursor(t), "night-a/1499");
	assert_true(t->answered < 60); /* one window for some screens of rows */
	for (int i = 1498; i >= 0; i--)
		table_press(t, "k");
	assert_string_equal(table_cursor(t), "night-a/0000");
	table_done(t);
}

static void
pages_and_ends_work_in_a_list_longer_than_the_window(void **state)
{
	struct table *t = table_new(1500);

	(void)state;
	table_press(t, "G");
	assert_string_equal(table_cursor(t), "night-a/1499");
	assert_true(t->w->ui.board.n < 1500);
	table_press(t, "k");
	assert_string_equal(table_cursor(t), "night-a/1498");
	table_press(t, "g");
	assert_string_equal(table_cursor(t), "night-a/0000");
	for (int i = 0; i < 200; i++)
		table_press(t, "<PgDn>");
	assert_string_equal(table_cursor(t), "night-a/1499");
	for (int i = 0; i < 200; i++)
		table_press(t, "<^U>");
	assert_string_equal(table_cursor(t), "night-a/0000");
	table_done(t);
}

static void
cursor_and_marks_stay_on_their_tasks_when_rows_come_in_above(void **state)
{
	struct table *t = table_new(300);
	size_t line;

	(void)state;
	table_press(t, "jj jj");
	line = t->w->ui.board.at - t->w->ui.board.top;
	assert_string_equal(table_cursor(t), "night-a/0005");
	table_insert(t, 0, 7);
	table_event(t, (struct session_event){ .kind = SESSION_REFRESHED, .count = 7 });
	assert_string_equal(table_cursor(t), "night-a/0005");
	assert_int_equal(t->w->ui.board.mark_count, 1);
	assert_string_equal(t->w->ui.board.marks[0].name, "night-a/0002");
	assert_true(board_marked(&t->w->ui.board, "65fe2b7c9d1e4a0012000002"));
	assert_true(line + 7 == t->w->ui.board.at - t->w->ui.board.top);
	table_done(t);
}

static void
the_cursor_keeps_its_line_of_the_screen_far_down_the_list(void **state)
{
	struct table *t = table_new(900);
	size_t line;

	(void)state;
	for (int i = 0; i < 20; i++)
		table_press(t, "<PgDn>");
	line = t->w->ui.board.at - t->w->ui.board.top;
	table_insert(t, 0, 3);
	table_event(t, (struct session_event){ .kind = SESSION_TASKS, .count = 3 });
	assert_int_equal(t->w->ui.board.at - t->w->ui.board.top, line);
	table_done(t);
}

static void
a_task_that_goes_away_leaves_the_cursor_on_its_neighbor(void **state)
{
	struct table *t = table_new(900);
	char next[128];

	(void)state;
	for (int i = 0; i < 20; i++)
		table_press(t, "<PgDn>");
	snprintf(next, sizeof(next), "%s", t->w->ui.board.rows[t->w->ui.board.at + 1].unique_id);
	table_remove(t, (size_t)(t->w->ui.board.above + (long)t->w->ui.board.at));
	table_event(t, (struct session_event){ .kind = SESSION_TASKS, .count = 1 });
	assert_string_equal(table_cursor(t), next);
	table_done(t);
}

static void
the_last_task_may_go_away(void **state)
{
	struct table *t = table_new(1);

	(void)state;
	table_press(t, " <Enter>");
	table_remove(t, 0);
	table_event(t, (struct session_event){ .kind = SESSION_TASKS, .count = 1 });
	assert_shown(t->w, "no tasks yet");
	table_press(t, "jkGg<PgDn> XcvwlA<Enter><Tab>[]");
	table_done(t);
}

static void
a_row_that_was_accepted_keeps_cursor_mark_and_detail(void **state)
{
	struct table *t = table_new(20);
	struct session_event ev = { .kind = SESSION_ROW, .accepted = true };

	(void)state;
	snprintf(t->rows[2].key, sizeof(t->rows[2].key), "local-41");
	t->rows[2].status = TASK_SENDING;
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	table_press(t, "jj<Enter> k");
	assert_string_equal(t->w->ui.board.detail_key, "local-41");
	snprintf(t->rows[2].key, sizeof(t->rows[2].key), "65ff00000000000000000041");
	t->rows[2].status = TASK_PENDING;
	snprintf(ev.old_key, sizeof(ev.old_key), "local-41");
	snprintf(ev.key, sizeof(ev.key), "65ff00000000000000000041");
	table_event(t, ev);
	assert_string_equal(t->w->ui.board.cursor, ev.key);
	assert_string_equal(t->w->ui.board.detail_key, ev.key);
	assert_true(board_marked(&t->w->ui.board, ev.key));
	table_done(t);
}

/* --- filter and order --- */

static void
a_detail_is_seen_at_once_on_a_screen_with_room_for_one_thing(void **state)
{
	struct table *t = table_new(30);

	(void)state;
	world_send(t->w, (struct msg){ .kind = MSG_RESIZE, .rows = 10, .cols = 40 });
	table_press(t, "<Enter>");
	assert_true(t->w->ui.board.detail_focus);
	table_press(t, "<Esc>"); /* one step, not one that nobody sees */
	assert_false(t->w->ui.board.detail_open);
	assert_false(t->w->ui.board.detail_focus);
	world_send(t->w, (struct msg){ .kind = MSG_RESIZE, .rows = 24, .cols = 80 });
	table_press(t, "<Enter>");
	assert_false(t->w->ui.board.detail_focus);
	table_done(t);
}

static void
the_list_follows_a_filter_as_it_is_typed(void **state)
{
	struct table *t = table_new(600);

	(void)state;
	table_press(t, "/042");
	assert_int_equal(t->w->ui.board.total, 11);
	assert_string_equal(table_cursor(t), "night-a/0042");
	table_press(t, "1<Enter>");
	assert_int_equal(t->w->ui.board.total, 1);
	assert_false(t->w->ui.board.filtering);
	assert_shown(t->w, "1 of 600");
	table_press(t, "<Esc>");
	assert_int_equal(t->w->ui.board.total, 600);
	assert_string_equal(table_cursor(t), "night-a/0421"); /* still on its task */
	table_done(t);
}

static void
a_wrong_filter_leaves_the_list_and_says_why_under_the_word(void **state)
{
	struct table *t = table_new(600);

	(void)state;
	table_press(t, "/night ");
	table_send(t, (struct msg){ .kind = MSG_PASTE, .text = "age<", .n = 4 });
	assert_int_equal(t->w->ui.board.total, 600);
	assert_int_not_equal(t->w->ui.board.filter_err.code, ERR_OK);
	assert_shown(t->w, "         ^ ");
	table_press(t, "<Enter>");
	assert_true(t->w->ui.board.filtering); /* it cannot be kept */
	table_press(t, "2h<Enter>");
	assert_false(t->w->ui.board.filtering);
	table_press(t, "/<^U>zzz"); /* "nothing matches" is said of what was looked for only */
	assert_shown(t->w, "nothing matches zzz");
	table_press(t, " status=foo");
	assert_shown(t->w, "the list waits for the whole filter");
	assert_not_shown(t->w, "nothing matches");
	table_press(t, "<^U>");
	table_press(t, "/<Esc>");
	assert_false(t->w->ui.board.filtering);
	assert_int_equal(t->w->ui.board.parsed.count, 0);
	table_done(t);
}

static void
an_empty_result_names_its_filter(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "/nowhere<Enter>");
	assert_shown(t->w, "nothing matches nowhere");
	assert_shown(t->w, "Esc clears the filter");
	table_done(t);
}

static void
a_paste_on_the_list_is_a_filter_and_lines_are_none(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_send(t, (struct msg){ .kind = MSG_PASTE, .text = "a\nb\n", .n = 4 });
	assert_false(t->w->ui.board.filtering);
	table_send(t, (struct msg){ .kind = MSG_PASTE, .text = "a/0041\n", .n = 7 });
	assert_int_equal(t->w->ui.board.total, 1);
	table_done(t);
}

static void
the_order_is_chosen_and_turned_around_and_the_cursor_stays(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "jjj");
	table_press(t, "R");
	assert_true(t->w->last[UI_FETCH_ROWS].fetch.reverse);
	assert_string_equal(table_cursor(t), "night-a/0003");
	assert_shown(t->w, "AGE ^");
	table_press(t, "S");
	assert_int_equal(t->w->last[UI_FETCH_ROWS].fetch.sort, BOARD_SORT_CHANGED);
	assert_false(t->w->last[UI_FETCH_ROWS].fetch.reverse);
	assert_shown(t->w, "CHANGED v");
	for (int i = 0; i < BOARD_SORT_COUNT - 1; i++)
		table_press(t, "S");
	assert_int_equal(t->w->last[UI_FETCH_ROWS].fetch.sort, BOARD_SORT_CREATED);
	table_done(t);
}

/* --- how fresh it is --- */

static void
the_note_tells_how_fresh_the_list_is(void **state)
{
	struct table *t = table_new(9);
	struct session_event ev = { .kind = SESSION_REFRESHED };

	(void)state;
	assert_shown(t->w, "not refreshed yet");
	table_press(t, "r");
	assert_int_equal(t->w->asked[UI_REFRESH], 1);
	assert_shown(t->w, "refreshing");
	table_event(t, ev);
	assert_shown(t->w, "as of 11:00:00");
	table_press(t, "a");
	assert_int_equal(t->w->last[UI_AUTO_REFRESH].number, 60000);
	world_wait(t->w, 7000);
	assert_shown(t->w, "next 11:01:00");
	err_set(&ev.err, ERR_NET, "cannot reach api.scale.com");
	table_event(t, ev);
	assert_shown(t->w, "STALE, as of 11:00:00: cannot reach api.scale.com");
	table_press(t, "a");
	assert_int_equal(t->w->last[UI_AUTO_REFRESH].number, 0);
	table_done(t);
}

static void
an_idle_board_wakes_up_once_a_minute_and_not_at_all_for_old_rows(void **state)
{
	struct table *t = table_new(1);
	int64_t now = t->w->now.mono_ms, wall = t->w->now.wall_ms;

	(void)state;
	assert_int_equal(board_deadline(&t->w->ui), now + 60000 - wall % 60000);
	t->rows[0].created_ms = wall - 3 * 60 * 60000;
	t->rows[0].updated_ms = t->rows[0].created_ms;
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	assert_true(board_deadline(&t->w->ui) - now > 59 * 60000);
	table_remove(t, 0);
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	assert_int_equal(board_deadline(&t->w->ui), -1);
	table_done(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_moves_without_asking_for_rows),
		cmocka_unit_test(going_down_walks_through_every_row_once),
		cmocka_unit_test(pages_and_ends_work_in_a_list_longer_than_the_window),
		cmocka_unit_test(cursor_and_marks_stay_on_their_tasks_when_rows_come_in_above),
		cmocka_unit_test(the_cursor_keeps_its_line_of_the_screen_far_down_the_list),
		cmocka_unit_test(a_task_that_goes_away_leaves_the_cursor_on_its_neighbor),
		cmocka_unit_test(the_last_task_may_go_away),
		cmocka_unit_test(a_row_that_was_accepted_keeps_cursor_mark_and_detail),
		cmocka_unit_test(a_detail_is_seen_at_once_on_a_screen_with_room_for_one_thing),
		cmocka_unit_test(the_list_follows_a_filter_as_it_is_typed),
		cmocka_unit_test(a_wrong_filter_leaves_the_list_and_says_why_under_the_word),
		cmocka_unit_test(an_empty_result_names_its_filter),
		cmocka_unit_test(a_paste_on_the_list_is_a_filter_and_lines_are_none),
		cmocka_unit_test(the_order_is_chosen_and_turned_around_and_the_cursor_stays),
		cmocka_unit_test(the_note_tells_how_fresh_the_list_is),
		cmocka_unit_test(an_idle_board_wakes_up_once_a_minute_and_not_at_all_for_old_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
