/* test_board_view.c - the detail, and the pictures of the board at any size. */
#include "config.h"

#include "tests/board_world.h"

/* --- the detail --- */

static void
the_detail_follows_the_cursor_and_asks_the_service_only_when_opened(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "<Enter>");
	assert_true(t->w->last[UI_LOAD_TASK].flag);
	assert_shown(t->w, "Detail: night-a/0000");
	table_press(t, "j");
	assert_false(t->w->last[UI_LOAD_TASK].flag);
	assert_shown(t->w, "Detail: night-a/0001");
	table_event(t, (struct session_event){ .kind = SESSION_TASKS, .count = 1 });
	assert_int_equal(t->w->asked[UI_LOAD_TASK], 3); /* it may be this one that changed */
	assert_false(t->w->last[UI_LOAD_TASK].flag);
	table_press(t, "<Esc>j");
	assert_not_shown(t->w, "Detail:");
	assert_int_equal(t->w->asked[UI_LOAD_TASK], 3);
	table_done(t);
}

static void
the_detail_keeps_its_place_while_its_task_is_shown(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	t->json = table_failed_json;
	table_press(t, "<Tab>");
	assert_true(t->w->ui.board.detail_focus);
	free(world_picture(t->w, 24, 80));
	table_press(t, "jjjj");
	assert_int_equal(t->w->ui.board.doc.top, 4);
	assert_string_equal(table_cursor(t), "night-a/0000");
	table_event(t, (struct session_event){ .kind = SESSION_TASK,
					       .key = "65fe2b7c9d1e4a0012000000" });
	assert_int_equal(t->w->ui.board.doc.top, 4);
	table_press(t, "<Tab>j");
	assert_int_equal(t->w->ui.board.doc.top, 0);
	table_done(t);
}

static void
a_failed_task_is_explained_by_its_attachment(void **state)
{
	struct table *t = table_new(60);
	char *picture;

	(void)state;
	t->json = table_failed_json;
	table_press(t, "jjj<Enter>");
	picture = world_picture(t->w, 50, 160);
	assert_non_null(strstr(picture, "attachment 2 of 3 answered 403"));
	assert_non_null(strstr(picture, "bp_night_v4"));
	assert_non_null(strstr(picture, "was not delivered"));
	assert_non_null(strstr(picture, "3 urls"));
	free(picture);
	table_done(t);
}

static void
the_detail_grows_and_shrinks_within_bounds(void **state)
{
	static const int sizes[][2] = { { 24, 80 }, { 50, 160 }, { 12, 60 } };
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "<Enter>");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (int k = 0; k < 60; k++) {
			table_press(t, "]");
			free(world_picture(t->w, sizes[i][0], sizes[i][1]));
		}
		assert_true(t->w->ui.board.height >= 1);
		for (int k = 0; k < 120; k++) {
			table_press(t, "[");
			free(world_picture(t->w, sizes[i][0], sizes[i][1]));
		}
		assert_true(t->w->ui.board.doc.rows >= 1);
	}
	table_done(t);
}

static void
what_the_service_says_never_acts_on_the_terminal(void **state)
{
	struct table *t = table_new(5);
	char *picture;

	(void)state;
	t->json = "{\"status\":\"a\\u001b[2Jb\",\"metadata\":{\"\\u202e\":\"\\r\\n\"}}";
	snprintf(t->rows[0].unique_id, sizeof(t->rows[0].unique_id),
		 "a\x1b[31mb\r\x9b"
		 "c");
	snprintf(t->rows[0].note, sizeof(t->rows[0].note), "\x7f\xe2\x80\xae");
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	table_press(t, "<Enter>");
	picture = world_picture(t->w, 50, 160);
	for (const char *p = picture; *p; p++)
		if ((unsigned char)*p < 0x20 && *p != '\n')
			fail_msg("byte %d is in the picture", *p);
	assert_null(strstr(picture, "\x7f"));
	assert_null(strstr(picture, "\xe2\x80\xae"));
	free(picture);
	table_done(t);
}

/* --- pictures --- */

static void
golden(struct table *t, const char *name)
{
	t->w->ui.toast.until_ms = 0;
	world_golden(t->w, name, 10, 40);
	world_golden(t->w, name, 24, 80);
	world_golden(t->w, name, 50, 160);
}

static void
the_list_looks_right(void **state)
{
	struct table *t = table_new(112);

	(void)state;
	table_event(t, (struct session_event){ .kind = SESSION_REFRESHED });
	table_press(t, "jj j");
	golden(t, "board");
	table_done(t);
}

static void
the_filter_looks_right(void **state)
{
	struct table *t = table_new(112);

	(void)state;
	table_press(t, "/status=error");
	golden(t, "board-filter");
	table_press(t, " sttus=x");
	golden(t, "board-filter-wrong");
	table_done(t);
}

static void
the_detail_looks_right(void **state)
{
	struct table *t = table_new(112);

	(void)state;
	t->json = table_failed_json;
	table_press(t, "jjj<Tab>");
	golden(t, "board-detail");
	table_done(t);
}

static void
the_question_looks_right(void **state)
{
	struct table *t = table_new(112);

	(void)state;
	table_press(t, " j j X");
	golden(t, "board-cancel");
	table_done(t);
}

static void
any_size_is_safe(void **state)
{
	static const int sides[] = { 1,  2,  3,  7,  9,   10,  11,  15,  24, 39,
				     40, 41, 60, 80, 119, 120, 121, 160, 300 };
	struct table *t = table_new(200);

	(void)state;
	t->json = table_failed_json;
	table_press(t, "jj<Enter>");
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
			if (sides[i] > 100)
				continue;
			free(world_picture(t->w, sides[i], sides[k]));
			table_press(t, "<Tab>j/x<Esc>X");
			free(world_picture(t->w, sides[i], sides[k]));
			table_press(t, "n<Esc>");
			table_press(t, k % 2 ? "<Enter>" : "");
		}
	table_done(t);
}

/* A few thousand keys and events at random, with the table changing under them. */
static void
a_monkey_does_not_break_it(void **state)
{
	static const char *const keys[] = {
		"j", "k", "g",    "G",    "<PgDn>",  "<PgUp>",  "<^D>",   "<^U>",  " ", "/",
		"0", "4", "!",    "s",    "<Enter>", "<Enter>", "<Esc>",  "<Tab>", "S", "R",
		"r", "a", "X",    "y",    "n",       "]",       "[",      "l",     "A", "v",
		"w", "?", "<BS>", "<F1>", "<Left>",  "<Right>", "<Down>", "<Up>",  "2", "<^W>",
	};
	unsigned seed = 20261125;

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct table *t = table_new(400);

		t->json = table_failed_json;
		for (int i = 0; i < 1500; i++) {
			seed = seed * 1103515245u + 12345u;
			table_press(t, keys[(seed >> 16) % ARRAY_LEN(keys)]);
			if (t->w->ui.view != VIEW_BOARD)
				table_press(t, "<Esc>2");
			if (seed % 97 == 0 && t->n > 4)
				table_remove(t, (seed >> 8) % t->n);
			if (seed % 89 == 0)
				table_insert(t, (seed >> 8) % (t->n + 1), 2);
			if (seed % 31 == 0)
				table_event(t, (struct session_event){ .kind = SESSION_TASKS });
			if (seed % 61 == 0)
				free(world_picture(t->w, 5 + (int)(seed >> 20) % 60,
						   20 + (int)(seed >> 12) % 200));
			assert_true(t->w->ui.board.n == 0 || t->w->ui.board.at < t->w->ui.board.n);
		}
		table_done(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_detail_follows_the_cursor_and_asks_the_service_only_when_opened),
		cmocka_unit_test(the_detail_keeps_its_place_while_its_task_is_shown),
		cmocka_unit_test(a_failed_task_is_explained_by_its_attachment),
		cmocka_unit_test(the_detail_grows_and_shrinks_within_bounds),
		cmocka_unit_test(what_the_service_says_never_acts_on_the_terminal),
		cmocka_unit_test(the_list_looks_right),
		cmocka_unit_test(the_filter_looks_right),
		cmocka_unit_test(the_detail_looks_right),
		cmocka_unit_test(the_question_looks_right),
		cmocka_unit_test(any_size_is_safe),
		cmocka_unit_test(a_monkey_does_not_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
