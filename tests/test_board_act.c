/* test_board_act.c - what the board does to tasks: cancel, look up, send again, copy, write. */
#include "config.h"

#include "tests/board_world.h"

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
a_queued_row_is_given_up_here_without_a_call(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	table_local_row(t, TASK_QUEUED);
	table_press(t, "X");
	assert_shown(t->w, "Give up on this task? It was not sent yet.");
	table_press(t, "y");
	assert_int_equal(t->w->asked[UI_ABANDON], 1);
	assert_int_equal(t->w->last[UI_ABANDON].number, 7);
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 0);
	table_done(t);
}

static void
a27_a_row_on_its_way_is_asked_to_be_canceled_when_it_has_arrived(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	table_local_row(t, TASK_SENDING);
	table_press(t, "X");
	assert_shown(t->w, "It is on its way. Cancel this task when it has arrived?");
	table_press(t, "y");
	assert_int_equal(t->w->asked[UI_CANCEL_TASK], 1);
	assert_string_equal(t->w->last[UI_CANCEL_TASK].key, "local-7");
	assert_int_equal(t->w->asked[UI_ABANDON], 0);
	table_done(t);
}

static void
an_unconfirmed_row_can_be_looked_up_and_sent_again_after_a_question(void **state)
{
	struct table *t = table_new(9);

	(void)state;
	table_local_row(t, TASK_UNCONFIRMED);
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
	t->json = table_failed_json;
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
	t->json = table_failed_json;
	table_press(t, "w");
	assert_int_equal(t->w->last[UI_WRITE].n, strlen(table_failed_json) + 1);
	assert_memory_equal(t->w->last[UI_WRITE].text, table_failed_json,
			    strlen(table_failed_json));
	table_press(t, "v");
	assert_non_null(strstr(t->w->last[UI_PAGER].text, "\"scene_format\": \"split_base64\""));
	table_done(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cancel_is_confirmed_by_y_alone_and_hits_what_it_named),
		cmocka_unit_test(a_task_that_is_over_is_not_asked_to_be_canceled),
		cmocka_unit_test(a_refused_cancel_says_which_and_why),
		cmocka_unit_test(a_hundred_marked_tasks_are_canceled_a_few_at_a_time),
		cmocka_unit_test(a_queued_row_is_given_up_here_without_a_call),
		cmocka_unit_test(a27_a_row_on_its_way_is_asked_to_be_canceled_when_it_has_arrived),
		cmocka_unit_test(
			an_unconfirmed_row_can_be_looked_up_and_sent_again_after_a_question),
		cmocka_unit_test(a_copy_has_the_tasks_values_and_a_unique_id_of_its_own),
		cmocka_unit_test(a_task_whose_json_is_broken_is_not_copied),
		cmocka_unit_test(a_task_is_written_as_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
