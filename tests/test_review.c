/* test_review.c - the way to the service and back: unlock, submit, refusal, the next task. */
#include "config.h"

#include "tests/ui_world.h"

static const char *
value(struct world *w, enum field_id f)
{
	return draft_get(w->ui.compose.draft, f);
}

static void
row_moved(struct world *w, const struct session_event *ev)
{
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = ev });
}

static void
live(struct world *w)
{
	w->ui.where.mode = KEY_LIVE;
	snprintf(w->ui.where.key, sizeof(w->ui.where.key), "live_....9f2c");
}

static void
a23_test_sends_with_enter_and_only_once(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "s");
	assert_int_equal(w->ui.view, VIEW_REVIEW);
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	press(w, "<Enter><Enter><Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 1);
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	assert_int_equal(w->ui.view, VIEW_BOARD);
	assert_string_equal(w->ui.board.cursor, "local-7");
	assert_shown(w, "queued, sending");
	press(w, "1s<Enter>"); /* the same draft again: shown, not sent */
	assert_int_equal(w->asked[UI_SUBMIT], 1);
	assert_int_equal(w->ui.view, VIEW_BOARD);
	world_done(w);
}

static void
live_is_locked_until_the_name_is_typed(void **state)
{
	struct world *w = world_filled();

	(void)state;
	live(w);
	press(w, "s<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	press(w, "Fleet Perception 3<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	assert_shown(w, "LIVE");
	press(w, "D");
	assert_int_equal(w->asked[UI_SUBMIT], 0); /* not by a letter */
	press(w, "<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 1);
	world_done(w);
}

static void
the_name_is_forgotten_when_the_review_is_left(void **state)
{
	struct world *w = world_filled();

	(void)state;
	live(w);
	press(w, "sFleet Perception 3D<Esc>s<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	press(w, "<Tab>"); /* to the body, where letters are commands */
	assert_int_equal(ui_place(&w->ui), IN_REVIEW);
	press(w, "t");
	assert_true(w->ui.compose.wire);
	press(w, "<Tab>t");
	assert_string_equal(buf_str(&w->ui.compose.unlock.text), "t");
	world_done(w);
}

static void
the_batch_unlocks_when_there_is_no_project(void **state)
{
	struct world *w = world_filled();

	(void)state;
	live(w);
	press(w, "gxs2026-11-night-b<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 1);
	world_done(w);
}

static void
problems_are_gone_to_and_nothing_is_sent(void **state)
{
	struct world *w = world_filled();

	(void)state;
	live(w); /* not even asked for the name */
	draft_clear(w->ui.compose.draft, FIELD_SCENE_FORMAT);
	press(w, "s");
	assert_int_equal(ui_place(&w->ui), IN_REVIEW);
	assert_shown(w, "Enter first problem");
	assert_not_shown(w, "SEND"); /* which Enter would not do */
	press(w, "<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->ui.compose.focus, FIELD_SCENE_FORMAT);
	world_done(w);
}

static void
without_a_key_it_says_how_to_get_one(void **state)
{
	struct world *w = world_filled();

	(void)state;
	w->ui.where.has_key = false;
	w->ui.where.mode = KEY_LIVE; /* what a key that is none counts as */
	assert_shown(w, "NO KEY");
	press(w, "s");
	assert_shown(w, "SCALE_API_KEY");
	assert_shown(w, "NO KEY");
	assert_not_shown(w, "LIVE"); /* nothing can go there */
	press(w, "<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	snprintf(w->ui.where.trouble, sizeof(w->ui.where.trouble), "the sandbox is starting");
	press(w, "<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 0);
	assert_shown(w, "the sandbox is starting");
	world_done(w);
}

static void
a_missing_unique_id_is_made_once(void **state)
{
	struct world *w = world_filled();
	char made[64];

	(void)state;
	draft_clear(w->ui.compose.draft, FIELD_UNIQUE_ID);
	press(w, "s");
	snprintf(made, sizeof(made), "%s", value(w, FIELD_UNIQUE_ID));
	assert_memory_equal(made, "ms-", 3);
	assert_int_equal(w->asked[UI_SAVE], 1); /* on disk before anything can go */
	press(w, "<Esc>s");
	assert_string_equal(value(w, FIELD_UNIQUE_ID), made);
	world_done(w);
}

static void
after_a_yes_the_next_task_is_one_edit_away(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW,
				    .seq = 7,
				    .status = TASK_PENDING,
				    .accepted = true,
				    .key = "65ff12ab",
				    .old_key = "local-7",
				    .unique_id = "fp3d/night-b/0412" };
	struct world *w = world_filled();
	char id[64];

	(void)state;
	snprintf(id, sizeof(id), "%s", draft_id(w->ui.compose.draft));
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	row_moved(w, &ev);
	assert_shown(w, "created: fp3d/night-b/0412, task 65ff12ab;");
	assert_int_equal(w->ui.view, VIEW_BOARD);
	assert_string_not_equal(draft_id(w->ui.compose.draft), id);
	assert_string_equal(draft_name(w->ui.compose.draft), "night-0413");
	assert_string_equal(value(w, FIELD_PROJECT), "Fleet Perception 3D");
	assert_int_equal(draft_count(w->ui.compose.draft, FIELD_ATTACHMENTS), 200);
	assert_memory_equal(value(w, FIELD_UNIQUE_ID), "ms-", 3);
	assert_int_equal(check_errors(w->ui.compose.check), 0);
	assert_int_equal(draft_undo(w->ui.compose.draft), FIELD_COUNT);
	world_wait(w, 2000);
	assert_false(ui_unsaved(&w->ui)); /* the copy is on disk */
	world_wait(w, 10000);
	press(w, "1");
	assert_shown(w, "fp3d/night-b/0412 is created. This is the next draft");
	press(w, "jN!<Enter>");
	world_wait(w, 2000);
	assert_shown(w, "is created."); /* until a value is another one */
	press(w, "G<Enter>a<Esc><Esc>gG<Enter>dd<Esc>");
	assert_not_shown(w, "is created.");
	press(w, "1s<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 2);
	world_done(w);
}

static void
what_holds_a_task_up_is_told_with_what_it_means(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW,
				    .seq = 7,
				    .status = TASK_QUEUED,
				    .key = "local-7",
				    .err = { .code = ERR_NET,
					     .msg = "127.0.0.1 takes no connection" } };
	struct world *w = world_filled();

	(void)state;
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	press(w, "1");
	assert_shown(w, "sent, waiting for the answer");
	row_moved(w, &ev);
	assert_shown(w, "127.0.0.1 takes no connection; not sent yet, it waits here");
	assert_shown(w, "waits here to be sent ");
	ev.status = TASK_UNCONFIRMED;
	row_moved(w, &ev);
	assert_shown(w, "127.0.0.1 takes no connection; it may exist, and is looked up");
	assert_shown(w, "sent, no answer: looked up");
	world_done(w);
}

static void
a_yes_does_not_disturb_who_types(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW,
				    .seq = 7,
				    .status = TASK_PENDING,
				    .accepted = true,
				    .key = "65ff12ab" };
	struct world *w = world_filled();

	(void)state;
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	press(w, "1gjjj<Enter>/a");
	row_moved(w, &ev);
	press(w, "b");
	assert_int_equal(w->ui.compose.mode, COMPOSE_LINE);
	press(w, "<Enter>");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale/ab");
	world_done(w);
}

static void
a_refusal_goes_to_its_field_with_the_servers_words(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW, .seq = 7, .status = TASK_REJECTED };
	struct world *w = world_filled();
	char id[64], unique[64];

	(void)state;
	err_set(&ev.err, ERR_API, "callback_url must answer to a test call with status 200");
	ev.err.field = "callback_url";
	snprintf(id, sizeof(id), "%s", draft_id(w->ui.compose.draft));
	snprintf(unique, sizeof(unique), "%s", value(w, FIELD_UNIQUE_ID));
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	row_moved(w, &ev);
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->ui.compose.focus, FIELD_CALLBACK_URL);
	assert_string_equal(draft_id(w->ui.compose.draft), id);
	assert_string_equal(value(w, FIELD_UNIQUE_ID), unique);
	w->now.mono_ms += 5000;
	press(w, "<Left>");
	world_golden(w, "refused", 24, 80);
	world_golden(w, "refused", 10, 40);
	world_golden(w, "refused", 50, 160);
	press(w, "<Enter>/v2<Enter>"); /* corrected: the words no longer stand there */
	assert_not_shown(w, "must answer to a test call");
	press(w, "s<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 2);
	world_done(w);
}

static void
a_refusal_does_not_pull_away_who_types(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW, .seq = 7, .status = TASK_REJECTED };
	struct world *w = world_filled();

	(void)state;
	err_set(&ev.err, ERR_API, "no");
	ev.err.field = "project";
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	press(w, "1jjj<Enter>");
	row_moved(w, &ev);
	assert_int_equal(w->ui.compose.mode, COMPOSE_LINE);
	assert_int_equal(w->ui.compose.focus, FIELD_CALLBACK_URL);
	press(w, "<Enter>2/x"); /* typing a filter on the board */
	row_moved(w, &ev);
	assert_int_equal(w->ui.view, VIEW_BOARD);
	world_done(w);
}

static void
a_submit_that_fails_here_leaves_everything_ready(void **state)
{
	struct world *w = world_filled();
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_STORE, "the disk is full");
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .err = &err });
	assert_int_equal(w->ui.view, VIEW_REVIEW);
	assert_shown(w, "the disk is full");
	press(w, "<Enter>");
	assert_int_equal(w->asked[UI_SUBMIT], 2);
	err_set(&err, ERR_RULE, "project is missing");
	err.field = "project";
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .err = &err });
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->ui.compose.focus, FIELD_PROJECT);
	world_done(w);
}

static void
a_draft_submitted_before_is_shown_not_sent(void **state)
{
	struct world *w = world_filled();
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_ALREADY, "this draft was submitted before");
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 4, .err = &err });
	assert_int_equal(w->ui.view, VIEW_BOARD);
	assert_string_equal(w->ui.board.cursor, "local-4");
	world_done(w);
}

static void
the_smallest_review_says_where_what_and_what_enter_does(void **state)
{
	static const char *const want[] = { "TEST acme-av",    "Fleet Perception 3D",
					    "2026-11-night-b", "21,462 bytes",
					    "1 warning",       "Enter sends this task to TEST" };
	struct world *w = world_filled();
	char *picture;

	(void)state;
	press(w, "s");
	picture = world_picture(w, 10, 40);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!strstr(picture, want[i]))
			fail_msg("\"%s\" is not in\n%s", want[i], picture);
	free(picture);
	world_done(w);
}

static void
findings_and_what_is_left_out_are_told_in_full(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "s");
	assert_shown(w, "~ clear_id_on_err: a task that fails is not protected from being");
	assert_shown(w, "  made twice");
	assert_shown(w, "left out     task_blueprint_id (newest active of the project)");
	world_done(w);
}

static void
the_review_looks_like_the_pictures(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "s");
	world_golden(w, "review_test", 24, 80);
	world_golden(w, "review_test", 10, 40);
	world_golden(w, "review_test", 50, 160);
	press(w, "<Esc>");
	live(w);
	press(w, "sFleet Perc");
	world_golden(w, "review_live", 24, 80);
	world_golden(w, "review_live", 10, 40);
	press(w, "<Esc>");
	draft_clear(w->ui.compose.draft, FIELD_SCENE_FORMAT);
	draft_set(w->ui.compose.draft, FIELD_CALLBACK_URL, "nonsense", 8);
	press(w, "s");
	world_golden(w, "review_problems", 24, 80);
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a23_test_sends_with_enter_and_only_once),
		cmocka_unit_test(live_is_locked_until_the_name_is_typed),
		cmocka_unit_test(the_name_is_forgotten_when_the_review_is_left),
		cmocka_unit_test(the_batch_unlocks_when_there_is_no_project),
		cmocka_unit_test(problems_are_gone_to_and_nothing_is_sent),
		cmocka_unit_test(without_a_key_it_says_how_to_get_one),
		cmocka_unit_test(a_missing_unique_id_is_made_once),
		cmocka_unit_test(after_a_yes_the_next_task_is_one_edit_away),
		cmocka_unit_test(what_holds_a_task_up_is_told_with_what_it_means),
		cmocka_unit_test(a_yes_does_not_disturb_who_types),
		cmocka_unit_test(a_refusal_goes_to_its_field_with_the_servers_words),
		cmocka_unit_test(a_refusal_does_not_pull_away_who_types),
		cmocka_unit_test(a_submit_that_fails_here_leaves_everything_ready),
		cmocka_unit_test(a_draft_submitted_before_is_shown_not_sent),
		cmocka_unit_test(the_smallest_review_says_where_what_and_what_enter_does),
		cmocka_unit_test(findings_and_what_is_left_out_are_told_in_full),
		cmocka_unit_test(the_review_looks_like_the_pictures),
	};
	return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
