/* test_board.c - the board: messages in; state, commands and pictures out. */
#include "config.h"

#include "tests/board_world.h"

#include "core/mem.h"
#include "tui/board_local.h"

static const char failed_json[] =
	"{\"task_id\":\"65fe2b7c9d1e4a0012000003\",\"type\":\"multistage\",\"status\":\"error\","
	"\"created_at\":\"2026-11-21T09:12:00.000Z\",\"is_test\":false,"
	"\"project\":\"Fleet Perception 3D\",\"batch\":\"2026-11-night-a\",\"priority\":30,"
	"\"tags\":[\"night\",\"rain\"],\"instruction\":\"Annotate every vehicle.\","
	"\"callback_url\":\"https://hooks.acme.dev/scale\",\"callback_succeeded\":false,"
	"\"metadata\":{\"seq\":\"0412\",\"ratio\":1.50},"
	"\"params\":{\"attachments\":[\"https://data.acme.dev/n/frame_000.json\","
	"\"https://data.acme.dev/n/frame_001.json\",\"https://data.acme.dev/n/frame_002.json\"],"
	"\"scene_format\":\"split_base64\",\"task_blueprint_id\":\"bp_night_v4\"},"
	"\"response\":{\"error\":\"One or more attachments could not be downloaded.\","
	"\"attachments\":[{\"statusCode\":403,"
	"\"url\":\"https://data.acme.dev/n/frame_001.json\"}]}}";

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
	table_press(t, "<Esc>j");
	assert_not_shown(t->w, "Detail:");
	assert_int_equal(t->w->asked[UI_LOAD_TASK], 2);
	table_done(t);
}

static void
the_detail_keeps_its_place_while_its_task_is_shown(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	t->json = failed_json;
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
	t->json = failed_json;
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

/* --- cancel, look, send again, copy --- */

static void
a_cancel_is_confirmed_by_y_alone_and_hits_what_it_named(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "jjX");
	assert_int_equal(t->w->ui.popup.kind, POPUP_CONFIRM);
	assert_shown(t->w, "night-a/0002");
	table_press(t, "X<Enter>j");
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 0);
	table_insert(t, 0, 5); /* the list changes under the question */
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	table_press(t, " y");
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 1);
	assert_string_equal(t->w->last[UI_CANCEL_TASK].key, "65fe2b7c9d1e4a0012000002");
	assert_true(t->w->last[UI_CANCEL_TASK].flag);
	assert_int_equal(t->w->ui.popup.kind, POPUP_NONE);
	table_press(t, "Xn");
	table_press(t, "X<Esc>");
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 1);
	table_done(t);
}

static void
a_task_that_is_over_is_not_asked_to_be_canceled(void **state)
{
	struct table *t = table_new(60);

	(void)state;
	table_press(t, "jX");
	assert_int_equal(t->w->ui.popup.kind, POPUP_NONE);
	assert_shown(t->w, "only a pending task can be canceled");
	table_done(t);
}

static void
a_refused_cancel_says_which_and_why(void **state)
{
	struct table *t = table_new(60);
	struct session_event ev = { .kind = SESSION_CANCELED, .key = "65fe2b7c9d1e4a0012000000" };

	(void)state;
	table_press(t, "Xy");
	err_set(&ev.err, ERR_API, "work has started");
	table_event(t, ev);
	assert_shown(t->w, "night-a/0000 was not canceled: work has started");
	table_press(t, "Xy");
	ev.err = (struct err)ERR_INIT;
	table_event(t, ev);
	assert_shown(t->w, "canceled night-a/0000");
	table_done(t);
}

static void
a_hundred_marked_tasks_are_canceled_a_few_at_a_time(void **state)
{
	struct table *t = table_new(300);
	struct session_event ev = { .kind = SESSION_CANCELED };

	(void)state;
	for (int i = 0; i < 100; i++)
		table_press(t, " ");
	assert_int_equal(t->w->ui.board.mark_count, 100);
	table_press(t, "X");
	assert_shown(t->w, "Cancel 100 marked tasks?");
	table_press(t, "y");
	assert_int_equal(t->w->ui.board.mark_count, 0);
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 4);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(ev.key, sizeof(ev.key), "65fe2b7c9d1e4a0012%06x", i);
		ev.err.code = i % 10 ? ERR_OK : ERR_API;
		table_event(t, ev);
		assert_true(t->w->asked[UI_CANCEL_TASK] <= i + 5);
	}
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 100);
	assert_shown(t->w, "canceled 90 of 100");
	table_done(t);
}

static void
local_row(struct table *t, enum task_status s)
{
	snprintf(t->rows[0].key, sizeof(t->rows[0].key), "local-7");
	snprintf(t->rows[0].word, sizeof(t->rows[0].word), "%s", task_statuses[s].name);
	t->rows[0].status = s;
	table_event(t, (struct session_event){ .kind = SESSION_TASKS });
	table_press(t, "g");
}

static void
a_queued_row_is_given_up_here_without_a_call(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	local_row(t, TASK_QUEUED);
	table_press(t, "X");
	assert_shown(t->w, "Give up on this task? It was not sent yet.");
	table_press(t, "y");
	assert_int_equal(t->w->asked[UI_ABANDON], 1);
	assert_int_equal(t->w->last[UI_ABANDON].number, 7);
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 0);
	table_done(t);
}

static void
an_unconfirmed_row_can_be_looked_up_and_sent_again_after_a_question(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	local_row(t, TASK_UNCONFIRMED);
	table_press(t, "l");
	assert_int_equal(t->w->last[UI_LOOK].number, 7);
	table_press(t, "A");
	assert_int_equal(t->w->asked[UI_RESEND], 0);
	table_press(t, "y");
	assert_int_equal(t->w->last[UI_RESEND].number, 7);
	table_press(t, "jlA");
	assert_int_equal(t->w->asked[UI_LOOK], 1);
	assert_int_equal(t->w->ui.popup.kind, POPUP_NONE);
	table_done(t);
}

static void
a_copy_has_the_tasks_values_and_a_unique_id_of_its_own(void **state)
{
	struct table *t = table_new(9);
	const struct draft *d;

	(void)state;
	t->json = failed_json;
	table_press(t, "jjjc");
	d = t->w->ui.compose.draft;
	assert_int_equal(t->w->ui.view, VIEW_COMPOSE);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "Fleet Perception 3D");
	assert_string_equal(draft_get(d, FIELD_BATCH), "2026-11-night-a");
	assert_string_equal(draft_get(d, FIELD_INSTRUCTION), "Annotate every vehicle.");
	assert_string_equal(draft_get(d, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale");
	assert_string_equal(draft_get(d, FIELD_SCENE_FORMAT), "split_base64");
	assert_string_equal(draft_get(d, FIELD_TASK_BLUEPRINT_ID), "bp_night_v4");
	assert_string_equal(draft_get(d, FIELD_PRIORITY), "30");
	assert_int_equal(draft_count(d, FIELD_ATTACHMENTS), 3);
	assert_string_equal(draft_item(d, FIELD_ATTACHMENTS, 2),
			    "https://data.acme.dev/n/frame_002.json");
	assert_int_equal(draft_count(d, FIELD_TAGS), 2);
	assert_non_null(strstr(draft_get(d, FIELD_METADATA), "1.50")); /* as it was spelled */
	assert_string_not_equal(draft_get(d, FIELD_UNIQUE_ID), "");
	assert_string_not_equal(draft_get(d, FIELD_UNIQUE_ID), "night-a/0003");
	table_done(t);
}

static void
a_task_whose_json_is_broken_is_not_copied(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	t->json = "{\"project\":";
	table_press(t, "c");
	assert_int_equal(t->w->ui.view, VIEW_BOARD);
	assert_int_not_equal(t->w->ui.toast.until_ms, 0);
	t->json = "[1,2]";
	table_press(t, "c");
	table_done(t);
}

static void
a_task_is_written_as_it_came(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	t->json = failed_json;
	table_press(t, "w");
	assert_int_equal(t->w->last[UI_WRITE].n, strlen(failed_json) + 1);
	assert_memory_equal(t->w->last[UI_WRITE].text, failed_json, strlen(failed_json));
	table_press(t, "v");
	assert_non_null(strstr(t->w->last[UI_PAGER].text, "\"scene_format\": \"split_base64\""));
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
	t->json = failed_json;
	table_press(t, "jjj<Tab>");
	golden(t, "board-detail");
	table_done(t);
}

static void
an_unconfirmed_row_looks_right(void **state)
{
	struct table *t = table_new(12);

	(void)state;
	snprintf(t->rows[0].note, sizeof(t->rows[0].note), "504 after 30.1 s");
	t->rows[0].seen_ms = t->w->now.wall_ms - 12000;
	local_row(t, TASK_UNCONFIRMED);
	table_press(t, "<Enter>");
	golden(t, "board-unconfirmed");
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
	t->json = failed_json;
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

		t->json = failed_json;
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
		cmocka_unit_test(the_cursor_moves_without_asking_for_rows),
		cmocka_unit_test(going_down_walks_through_every_row_once),
		cmocka_unit_test(pages_and_ends_work_in_a_list_longer_than_the_window),
		cmocka_unit_test(cursor_and_marks_stay_on_their_tasks_when_rows_come_in_above),
		cmocka_unit_test(the_cursor_keeps_its_line_of_the_screen_far_down_the_list),
		cmocka_unit_test(a_task_that_goes_away_leaves_the_cursor_on_its_neighbor),
		cmocka_unit_test(the_last_task_may_go_away),
		cmocka_unit_test(a_row_that_was_accepted_keeps_cursor_mark_and_detail),
		cmocka_unit_test(the_list_follows_a_filter_as_it_is_typed),
		cmocka_unit_test(a_wrong_filter_leaves_the_list_and_says_why_under_the_word),
		cmocka_unit_test(an_empty_result_names_its_filter),
		cmocka_unit_test(a_paste_on_the_list_is_a_filter_and_lines_are_none),
		cmocka_unit_test(the_order_is_chosen_and_turned_around_and_the_cursor_stays),
		cmocka_unit_test(
			the_detail_follows_the_cursor_and_asks_the_service_only_when_opened),
		cmocka_unit_test(the_detail_keeps_its_place_while_its_task_is_shown),
		cmocka_unit_test(a_failed_task_is_explained_by_its_attachment),
		cmocka_unit_test(the_detail_grows_and_shrinks_within_bounds),
		cmocka_unit_test(what_the_service_says_never_acts_on_the_terminal),
		cmocka_unit_test(a_cancel_is_confirmed_by_y_alone_and_hits_what_it_named),
		cmocka_unit_test(a_task_that_is_over_is_not_asked_to_be_canceled),
		cmocka_unit_test(a_refused_cancel_says_which_and_why),
		cmocka_unit_test(a_hundred_marked_tasks_are_canceled_a_few_at_a_time),
		cmocka_unit_test(a_queued_row_is_given_up_here_without_a_call),
		cmocka_unit_test(
			an_unconfirmed_row_can_be_looked_up_and_sent_again_after_a_question),
		cmocka_unit_test(a_copy_has_the_tasks_values_and_a_unique_id_of_its_own),
		cmocka_unit_test(a_task_whose_json_is_broken_is_not_copied),
		cmocka_unit_test(a_task_is_written_as_it_came),
		cmocka_unit_test(the_note_tells_how_fresh_the_list_is),
		cmocka_unit_test(an_idle_board_wakes_up_once_a_minute_and_not_at_all_for_old_rows),
		cmocka_unit_test(the_list_looks_right),
		cmocka_unit_test(the_filter_looks_right),
		cmocka_unit_test(the_detail_looks_right),
		cmocka_unit_test(an_unconfirmed_row_looks_right),
		cmocka_unit_test(the_question_looks_right),
		cmocka_unit_test(any_size_is_safe),
		cmocka_unit_test(a_monkey_does_not_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
