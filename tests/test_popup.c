/* test_popup.c - help, pickers, themes, drafts and questions over a view. */
#include "config.h"

#include "tests/ui_world.h"

#include "core/mem.h"

static const struct {
	char name[32], detail[32];
	int64_t used_ms;
} projects[] = {
	{ "Fleet Perception 3D", "lidar multistage", 1795680000000 },
	{ "Fleet Lidar QA", "multistage", 1795000000000 },
	{ "Depot", "multistage", 0 },
	{ "Fleet Lidar Legacy", "lidarannotation", 0 },
};

/* fetched_ms 0: the cache is empty. */
static void
answer_projects(struct world *w, int64_t fetched_ms)
{
	struct choice list[ARRAY_LEN(projects)];
	size_t n = fetched_ms ? ARRAY_LEN(projects) : 0;

	for (size_t i = 0; i < n; i++)
		list[i] = (struct choice){ mem_strdup(projects[i].name),
					   mem_strdup(projects[i].detail), projects[i].used_ms };
	world_send(w, (struct msg){ .kind = MSG_CHOICES,
				    .what = PICK_PROJECT,
				    .choices = list,
				    .n = n,
				    .fetched_ms = fetched_ms });
	for (size_t i = 0; i < n; i++) {
		free(list[i].name);
		free(list[i].detail);
	}
}

/* The project picker as a person opens it: Enter on the field. */
static struct world *
picking(void)
{
	struct world *w = world_new();

	popup_pick(&w->ui, FIELD_PROJECT);
	world_send(w, (struct msg){ .kind = MSG_TICK });
	return w;
}

/* --- pickers --- */

static void
a_picker_opens_at_once_and_says_how_old_its_list_is(void **state)
{
	struct world *w = picking();

	(void)state;
	assert_int_equal(w->asked[UI_FETCH_CHOICES], 1);
	assert_int_equal(w->last[UI_FETCH_CHOICES].number, PICK_PROJECT);
	assert_shown(w, "reading the list");
	answer_projects(w, w->now.wall_ms - 2 * 3600000);
	assert_shown(w, "list of 09:00:00; ^R asks again");
	assert_shown(w, "4, 2 recent");
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 0);
	world_done(w);
}

static void
what_is_chosen_goes_to_its_field(void **state)
{
	struct world *w = picking();

	(void)state;
	answer_projects(w, 1);
	press(w, "qa<Enter>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Fleet Lidar QA");
	assert_string_equal(w->last[UI_CHOICE_USED].key, "Fleet Lidar QA");
	assert_int_equal(w->last[UI_CHOICE_USED].number, PICK_PROJECT);
	world_done(w);
}

static void
what_is_typed_is_taken_with_a_remark(void **state)
{
	struct world *w = picking();

	(void)state;
	answer_projects(w, 1);
	press(w, "Night Owl<Tab>");
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Night Owl");
	assert_shown(w, "not in the list; taken as it was typed");
	assert_int_equal(w->asked[UI_CHOICE_USED], 0);
	world_done(w);
}

static void
esc_chooses_nothing(void **state)
{
	struct world *w = picking();

	(void)state;
	answer_projects(w, 1);
	press(w, "fleet<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "");
	world_done(w);
}

static void
an_empty_cache_asks_the_service_once(void **state)
{
	struct world *w = picking();
	struct session_event ev = { .kind = SESSION_PROJECTS };

	(void)state;
	answer_projects(w, 0);
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 1);
	answer_projects(w, 0);
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 1);
	err_set(&ev.err, ERR_NET, "cannot reach api.scale.com");
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = &ev });
	assert_shown(w, "cannot reach api.scale.com");
	press(w, "<^R>");
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 2);
	assert_shown(w, "asking the service");
	world_done(w);
}

static void
enter_waits_for_a_list_that_is_on_its_way(void **state)
{
	struct session_event ev = { .kind = SESSION_PROJECTS };
	struct world *w = picking();

	(void)state;
	answer_projects(w, 0); /* the cache is empty: the service is asked */
	press(w, "qa<Enter>");
	assert_int_equal(w->ui.popup.kind, POPUP_PICKER);
	assert_shown(w, "the list is on its way; Tab takes what was typed");
	answer_projects(w, 1);
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Fleet Lidar QA");

	press(w, "g<Enter>");
	answer_projects(w, 0);
	press(w, "qa<Enter><BS>"); /* another key takes it back */
	answer_projects(w, 1);
	assert_int_equal(w->ui.popup.kind, POPUP_PICKER);
	press(w, "<Esc><Enter>");
	answer_projects(w, 0);
	err_set(&ev.err, ERR_NET, "cannot reach api.scale.com");
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = &ev });
	press(w, "Owl<Enter>"); /* no list will come */
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Owl");
	press(w, "<Enter>");
	answer_projects(w, 0);
	world_send(w, (struct msg){ .kind = MSG_ERROR, .err = &ev.err });
	press(w, "Owl<Enter>"); /* it could not even be asked for */
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Owl");
	world_done(w);
}

static void
a_batch_is_offered_for_the_project_that_is_set(void **state)
{
	struct world *w = world_filled();

	(void)state;
	popup_pick(&w->ui, FIELD_BATCH);
	world_send(w, (struct msg){ .kind = MSG_TICK });
	assert_string_equal(w->last[UI_FETCH_CHOICES].key, "Fleet Perception 3D");
	answer_projects(w, 1); /* a late answer for another picker */
	assert_int_equal(w->ui.popup.picker.item_count, 0);
	world_done(w);
}

/* --- help over a picker --- */

static void
f1_over_a_picker_brings_the_picker_back(void **state)
{
	struct world *w = picking();

	(void)state;
	answer_projects(w, 1);
	press(w, "lid<F1>");
	assert_shown(w, "Help: Picker");
	assert_shown(w, "take what was typed as it is");
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_PICKER);
	assert_string_equal(buf_str(&w->ui.popup.picker.filter.text), "lid");
	press(w, "<Enter>");
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_PROJECT), "Fleet Lidar QA");
	world_done(w);
}

static void
an_answer_reaches_a_picker_that_lies_under_the_help(void **state)
{
	struct world *w = picking();

	(void)state;
	press(w, "<F1>");
	answer_projects(w, 1);
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.picker.item_count, 4);
	world_done(w);
}

/* --- themes --- */

static const char *const names[] = { "dark", "default", "light", "mono" };

static struct world *
themes(void)
{
	struct world *w = world_new();

	press(w, "T");
	assert_int_equal(w->asked[UI_LIST_THEMES], 1);
	world_send(w, (struct msg){ .kind = MSG_THEMES,
				    .words = names,
				    .n = ARRAY_LEN(names),
				    .text = "default" });
	return w;
}

static void
moving_over_themes_shows_them_and_enter_keeps(void **state)
{
	struct world *w = themes();

	(void)state;
	assert_int_equal(w->asked[UI_THEME], 0);
	press(w, "<Down>");
	assert_string_equal(w->last[UI_THEME].key, "light");
	assert_false(w->last[UI_THEME].flag);
	press(w, "<Enter>");
	assert_string_equal(w->last[UI_THEME].key, "light");
	assert_true(w->last[UI_THEME].flag);
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	world_done(w);
}

static void
esc_goes_back_to_the_theme_before(void **state)
{
	struct world *w = themes();

	(void)state;
	press(w, "mono");
	assert_string_equal(w->last[UI_THEME].key, "mono");
	press(w, "<Esc>");
	assert_string_equal(w->last[UI_THEME].key, "default");
	assert_false(w->last[UI_THEME].flag);
	world_done(w);
	w = themes();
	press(w, "<Esc>");
	assert_int_equal(w->asked[UI_THEME], 0);
	world_done(w);
}

/* --- drafts --- */

static void
answer_drafts(struct world *w)
{
	struct draft_info list[3] = {
		{ "aaaa", "night-0413", w->now.wall_ms - 600000, false, 27000 },
		{ "bbbb", "night-0413", w->now.wall_ms - 7200000, true, 26000 },
		{ "", "night-0412", w->now.wall_ms - 9000000, false, 400 },
	};

	snprintf(list[2].id, sizeof(list[2].id), "%s", draft_id(w->ui.compose.draft));
	world_send(w, (struct msg){ .kind = MSG_DRAFTS, .drafts = list, .n = 3 });
}

static struct world *
drafts(void)
{
	struct world *w = world_new();

	press(w, "o");
	assert_int_equal(w->asked[UI_LIST_DRAFTS], 1);
	answer_drafts(w);
	return w;
}

static void
a_draft_is_opened_by_its_id_not_its_name(void **state)
{
	struct world *w = drafts();

	(void)state;
	assert_shown(w, "+ submitted");
	assert_shown(w, "open now");
	press(w, "<Down><Enter>");
	assert_string_equal(w->last[UI_OPEN_DRAFT].key, "bbbb");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	world_done(w);
}

static void
a_draft_is_deleted_only_after_a_question(void **state)
{
	struct world *w = drafts();

	(void)state;
	press(w, "<^X>");
	assert_shown(w, "Delete this draft?");
	press(w, "n");
	assert_int_equal(w->ui.popup.kind, POPUP_DRAFTS);
	assert_int_equal(w->asked[UI_DELETE_DRAFT], 0);
	press(w, "<^X>y");
	assert_string_equal(w->last[UI_DELETE_DRAFT].key, "aaaa");
	assert_int_equal(w->ui.popup.kind, POPUP_DRAFTS);
	assert_int_equal(w->asked[UI_LIST_DRAFTS], 2);
	press(w, "<Down><Down><^X>");
	assert_shown(w, "it is open in the form");
	assert_int_equal(w->asked[UI_DELETE_DRAFT], 1);
	world_done(w);
}

/* --- questions --- */

static void
only_y_agrees(void **state)
{
	static const char *const others[] = {
		"<Enter>", "Y", " ", "X", "<Tab>", "j", "a", "<Down>"
	};
	struct world *w = world_new();

	(void)state;
	press(w, "N!<Enter>"); /* a name, so that there is something to save */
	popup_confirm(&w->ui, CONFIRM_QUIT, "Quit?", NULL, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		press(w, others[i]);
	assert_int_equal(w->ui.popup.kind, POPUP_CONFIRM);
	assert_int_equal(w->asked[UI_QUIT], 0);
	press(w, "n");
	assert_int_equal(w->asked[UI_QUIT], 0);
	popup_confirm(&w->ui, CONFIRM_QUIT, "Quit?", NULL, NULL, 0);
	press(w, "y");
	assert_int_equal(w->asked[UI_QUIT], 1);
	assert_int_equal(w->asked[UI_SAVE], 1);
	world_done(w);
}

static void
help_over_a_question_over_a_list_comes_back_step_by_step(void **state)
{
	struct world *w = drafts();

	(void)state;
	press(w, "<^X><F1>");
	assert_int_equal(w->ui.popup.kind, POPUP_HELP);
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_CONFIRM);
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_DRAFTS);
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	world_done(w);
}

/* --- pictures --- */

static void
golden(struct world *w, const char *name)
{
	w->ui.toast.until_ms = 0;
	world_golden(w, name, 10, 40);
	world_golden(w, name, 24, 80);
	world_golden(w, name, 50, 160);
}

static void
popups_look_right(void **state)
{
	struct world *w = picking();

	(void)state;
	answer_projects(w, w->now.wall_ms - 2 * 3600000);
	press(w, "lid");
	golden(w, "picker");
	world_done(w);
	w = drafts();
	golden(w, "drafts");
	world_done(w);
	w = themes();
	golden(w, "themes");
	world_done(w);
}

static void
any_size_is_safe(void **state)
{
	static const int sides[] = { 1, 2, 4, 5, 9, 10, 11, 15, 24, 39, 40, 60, 80, 120, 160, 300 };
	static const char *const ways[] = { "?", "?/x", "T", "o", "2?", "3?" };

	(void)state;
	for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
		struct world *w = world_new();

		press(w, ways[way]);
		for (size_t i = 0; i < ARRAY_LEN(sides); i++)
			for (size_t k = 0; k < ARRAY_LEN(sides); k++)
				if (sides[i] <= 100) {
					free(world_picture(w, sides[i], sides[k]));
					press(w, "<PgDn>");
				}
		world_done(w);
	}
	for (size_t i = 0; i < ARRAY_LEN(sides); i++)
		for (size_t k = 0; k < ARRAY_LEN(sides); k++) {
			struct world *w = sides[i] <= 100 ? drafts() : NULL;

			if (!w)
				continue;
			free(world_picture(w, sides[i], sides[k]));
			press(w, "<^X>");
			free(world_picture(w, sides[i], sides[k]));
			press(w, "<F1>");
			free(world_picture(w, sides[i], sides[k]));
			world_done(w);
		}
}

static void
a_monkey_does_not_break_it(void **state)
{
	static const char *const keys[] = {
		"?",    "/", "a",    "e",      "<Enter>", "<Esc>",  "<Esc>",
		"<F1>", "T", "o",    "<Down>", "<Up>",    "<PgDn>", "<PgUp>",
		"<^X>", "n", "<^R>", "<Tab>",  "<BS>",    "2",      "1",
		"3",    "j", "G",    "<Left>", "<^W>",    "<Home>", "<Right>",
	};
	struct world *w = world_new();
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		seed = seed * 1103515245u + 12345u;
		press(w, keys[(seed >> 16) % ARRAY_LEN(keys)]);
		switch ((seed >> 8) % 40) {
		case 0: answer_projects(w, 1); break;
		case 1: answer_drafts(w); break;
		case 2:
			world_send(w, (struct msg){ .kind = MSG_THEMES,
						    .words = names,
						    .n = ARRAY_LEN(names),
						    .text = "default" });
			break;
		case 3: popup_pick(&w->ui, FIELD_PROJECT); break;
		case 4:
			free(world_picture(w, 5 + (int)(seed >> 20) % 60,
					   20 + (int)(seed >> 12) % 200));
			break;
		default: break;
		}
		world_send(w, (struct msg){ .kind = MSG_TICK });
	}
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picker_opens_at_once_and_says_how_old_its_list_is),
		cmocka_unit_test(what_is_chosen_goes_to_its_field),
		cmocka_unit_test(what_is_typed_is_taken_with_a_remark),
		cmocka_unit_test(esc_chooses_nothing),
		cmocka_unit_test(an_empty_cache_asks_the_service_once),
		cmocka_unit_test(enter_waits_for_a_list_that_is_on_its_way),
		cmocka_unit_test(a_batch_is_offered_for_the_project_that_is_set),
		cmocka_unit_test(f1_over_a_picker_brings_the_picker_back),
		cmocka_unit_test(an_answer_reaches_a_picker_that_lies_under_the_help),
		cmocka_unit_test(moving_over_themes_shows_them_and_enter_keeps),
		cmocka_unit_test(esc_goes_back_to_the_theme_before),
		cmocka_unit_test(a_draft_is_opened_by_its_id_not_its_name),
		cmocka_unit_test(a_draft_is_deleted_only_after_a_question),
		cmocka_unit_test(only_y_agrees),
		cmocka_unit_test(help_over_a_question_over_a_list_comes_back_step_by_step),
		cmocka_unit_test(popups_look_right),
		cmocka_unit_test(any_size_is_safe),
		cmocka_unit_test(a_monkey_does_not_break_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
