/* test_help.c - help for where you are, made from the key table. */
#include "config.h"

#include "tests/ui_world.h"

static void
help_is_for_where_you_are(void **state)
{
	struct world *w = world_new();

	(void)state;
	press(w, "?");
	assert_shown(w, "Help: Compose");
	assert_shown(w, "show the whole payload");
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	press(w, "2?");
	assert_shown(w, "Help: Tasks");
	assert_shown(w, "sort by the next column");
	press(w, "q");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	world_done(w);
}

static void
the_search_looks_through_the_keys_of_all_places(void **state)
{
	struct world *w = world_new();

	(void)state;
	press(w, "?/unconfirmed");
	assert_shown(w, "look it up now by its unique_id");
	assert_not_shown(w, "show the whole payload");
	press(w, "<Enter>");
	assert_shown(w, "look it up now by its unique_id");
	press(w, "<Esc>"); /* the search goes first, then the help */
	assert_shown(w, "show the whole payload");
	press(w, "/qqq");
	assert_shown(w, "nothing matches qqq");
	press(w, "<Esc><Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	world_done(w);
}

/* Whoever adds a key must find it in the help of its place. */
static void
every_key_of_the_table_is_in_the_help_of_its_places(void **state)
{
	(void)state;
	for (int bit = 0; bit < 24; bit++) {
		enum place place = (enum place)(1u << bit);
		struct world *w;

		if (!key_place_name(place)[0])
			continue;
		w = world_new();
		popup_help(&w->ui);
		w->ui.popup.help_place = place;
		free(world_picture(w, 100, 300));
		for (size_t i = 0; i < key_count; i++) {
			struct buf text = BUF_INIT(1u << 20);

			doc_text(&w->ui.popup.help, &text);
			if (key_table[i].places & place &&
			    !strstr(buf_str(&text), key_table[i].name))
				fail_msg("%s is not in the help of %s", key_table[i].name,
					 key_place_name(place));
			buf_free(&text);
		}
		world_done(w);
	}
}

static void
long_help_scrolls(void **state)
{
	struct world *w = world_new();

	(void)state;
	press(w, "?");
	assert_not_shown(w, "draw the screen again");
	press(w, "G");
	assert_shown(w, "draw the screen again");
	press(w, "g");
	assert_not_shown(w, "draw the screen again");
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
help_looks_right(void **state)
{
	struct world *w = world_new();

	(void)state;
	press(w, "?");
	golden(w, "help-compose");
	press(w, "<Esc>2?");
	golden(w, "help-tasks");
	press(w, "/cancel");
	golden(w, "help-search");
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_for_where_you_are),
		cmocka_unit_test(the_search_looks_through_the_keys_of_all_places),
		cmocka_unit_test(every_key_of_the_table_is_in_the_help_of_its_places),
		cmocka_unit_test(long_help_scrolls),
		cmocka_unit_test(help_looks_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
