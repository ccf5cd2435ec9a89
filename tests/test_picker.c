/* test_picker.c - letters in, a name out. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "tui/picker.h"

#include <locale.h>

static char names[][24] = { "Fleet Perception 3D", "Fleet Lidar QA", "Fleet Lidar Legacy",
			    "Air Flap", "Z\xC3\xBCrich" };
static char details[][24] = { "lidar multistage", "used 6 d ago", "", "other type", "" };

static void
fill(struct picker *p)
{
	struct picker_item items[ARRAY_LEN(names)];

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		items[i] = (struct picker_item){ names[i], details[i] };
	picker_fill(p, items, ARRAY_LEN(names), 2);
}

static void
type(struct picker *p, const char *letters)
{
	for (; *letters; letters++)
		assert_int_equal(picker_key(p, (unsigned char)*letters), PICKER_STAYS);
}

static void
typing_narrows_and_enter_takes_the_best(void **state)
{
	static const struct {
		const char *typed, *chosen;
		size_t shown;
	} table[] = {
		{ "", "Fleet Perception 3D", 5 },
		{ "lid", "Fleet Lidar QA", 3 },
		{ "lid leg", "Fleet Lidar Legacy", 1 },
		{ "fl", "Fleet Lidar QA", 4 },
		{ "other", "Air Flap", 1 }, /* only its detail says so */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct picker p;
		enum picker_answer answer;

		picker_init(&p, "project", true);
		fill(&p);
		type(&p, table[i].typed);
		if (p.shown_count != table[i].shown)
			fail_msg("\"%s\" shows %zu", table[i].typed, p.shown_count);
		answer = picker_key(&p, K_ENTER);
		assert_int_equal(answer, PICKER_CHOSEN);
		assert_string_equal(picker_value(&p, answer), table[i].chosen);
		picker_done(&p);
	}
}

static void
tab_takes_what_was_typed_where_that_is_allowed(void **state)
{
	struct picker p;

	(void)state;
	for (int free_text = 0; free_text < 2; free_text++) {
		enum picker_answer want = free_text ? PICKER_TYPED : PICKER_STAYS;

		picker_init(&p, "blueprint", free_text);
		fill(&p);
		assert_int_equal(picker_key(&p, K_TAB), PICKER_STAYS); /* nothing typed */
		type(&p, "fleet");
		assert_int_equal(picker_key(&p, K_TAB), want);
		assert_string_equal(picker_value(&p, PICKER_TYPED), "fleet");
		type(&p, " of none");
		assert_int_equal(p.shown_count, 0);
		assert_int_equal(picker_key(&p, K_ENTER), want);
		assert_string_equal(picker_value(&p, PICKER_CHOSEN), "");
		picker_done(&p);
	}
}

static void
keys_move_close_and_reload(void **state)
{
	struct picker p;

	(void)state;
	picker_init(&p, "project", true);
	fill(&p);
	picker_key(&p, K_DOWN);
	picker_key(&p, CTRL_KEY('N'));
	picker_key(&p, K_UP);
	assert_string_equal(picker_current(&p), "Fleet Lidar QA");
	assert_int_equal(picker_key(&p, CTRL_KEY('R')), PICKER_RELOAD);
	assert_int_equal(picker_key(&p, K_ESC), PICKER_CLOSED);
	picker_key(&p, K_PGDN);
	type(&p, "fl");
	assert_int_equal(p.list.at, 0); /* typing goes back to the best */
	picker_key(&p, CTRL_KEY('U'));
	assert_int_equal(p.shown_count, 5);
	picker_done(&p);
}

static void
new_items_keep_the_cursor_on_its_name(void **state)
{
	char other[] = "Other", air[] = "Air Flap", x[] = "x";
	struct picker_item fewer[] = { { other, NULL }, { air, x } };
	struct picker p;

	(void)state;
	picker_init(&p, "project", true);
	assert_null(picker_current(&p));
	fill(&p);
	picker_put_cursor(&p, "Air Flap");
	picker_put_cursor(&p, "not there");
	assert_string_equal(picker_current(&p), "Air Flap");
	picker_fill(&p, fewer, 2, 9);
	assert_string_equal(picker_current(&p), "Air Flap");
	picker_fill(&p, fewer, 1, 0);
	assert_string_equal(picker_current(&p), "Other");
	picker_fill(&p, NULL, 0, 0);
	assert_null(picker_current(&p));
	assert_int_equal(picker_key(&p, K_ENTER), PICKER_STAYS);
	picker_done(&p);
}

static void
a_paste_filters_and_has_a_ceiling(void **state)
{
	struct picker p;
	char big[5000];

	(void)state;
	memset(big, 'x', sizeof(big));
	picker_init(&p, "project", true);
	fill(&p);
	picker_paste(&p, "air\n", 4);
	assert_string_equal(picker_value(&p, PICKER_TYPED), "air");
	assert_int_equal(p.shown_count, 1);
	picker_paste(&p, big, sizeof(big));
	assert_int_equal(p.filter.text.len, 1024);
	picker_key(&p, 'y');
	assert_int_equal(p.filter.text.len, 1024);
	picker_done(&p);
}

static void
expect(struct picker *p, int rows, int cols, const char *want)
{
	struct buf out = BUF_INIT(1u << 16);
	struct grid g;

	grid_init(&g, rows, cols);
	g.ascii = true;
	picker_view(p, &g, (struct rect){ 0, 0, rows, cols });
	grid_dump(&g, &out);
	if (strcmp(buf_str(&out), want) != 0)
		fail_msg("got\n%swant\n%s", buf_str(&out), want);
	buf_free(&out);
	grid_done(&g);
}

static void
it_shows_filter_rows_status_and_keys(void **state)
{
	struct picker p;

	(void)state;
	picker_init(&p, "project", true);
	snprintf(p.status, sizeof(p.status), "cached 2 h ago");
	fill(&p);
	expect(&p, 8, 60,
	       "+- project ------------------------------------------------+\n"
	       "| filter:                                5, 2 recent first |\n"
	       "| > Fleet Perception 3D  lidar multistage                  |\n"
	       "|   Fleet Lidar QA       used 6 d ago                      |\n"
	       "|   Fleet Lidar Legacy                                     |\n"
	       "|   Air Flap             other type                        |\n"
	       "| cached 2 h ago                                           |\n"
	       "+- Enter choose  Tab take as typed  ^R reload  Esc back ---+\n");
	type(&p, "zur");
	expect(&p, 6, 40,
	       "+- project ----------------------------+\n"
	       "| filter: zur                   0 of 5 |\n"
	       "|   nothing matches; Enter takes it as |\n"
	       "|                                      |\n"
	       "| cached 2 h ago                       |\n"
	       "+- Enter choose  Tab take as typed  ~ -+\n");
	p.place = IN_THEMES;
	p.free_text = false;
	p.status[0] = '\0';
	expect(&p, 4, 40,
	       "+- project ----------------------------+\n"
	       "| filter: zur                   0 of 5 |\n"
	       "|   nothing matches                    |\n"
	       "+- Enter choose  Esc back -------------+\n");
	expect(&p, 2, 5, "+---+\n+---+\n");
	picker_done(&p);
}

static void
matched_letters_have_their_role(void **state)
{
	struct picker p;
	struct grid g;

	(void)state;
	picker_init(&p, "project", true);
	fill(&p);
	type(&p, "fl");
	picker_key(&p, K_END);
	grid_init(&g, 7, 40);
	picker_view(&p, &g, (struct rect){ 0, 0, 7, 40 });
	assert_int_equal(grid_at(&g, 2, 4)->role, ROLE_CURSOR);
	assert_int_equal(grid_at(&g, 3, 4)->role, ROLE_MATCH);
	assert_int_equal(grid_at(&g, 3, 5)->role, ROLE_MATCH);
	assert_int_equal(grid_at(&g, 3, 6)->role, ROLE_POPUP);
	grid_done(&g);
	picker_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typing_narrows_and_enter_takes_the_best),
		cmocka_unit_test(tab_takes_what_was_typed_where_that_is_allowed),
		cmocka_unit_test(keys_move_close_and_reload),
		cmocka_unit_test(new_items_keep_the_cursor_on_its_name),
		cmocka_unit_test(a_paste_filters_and_has_a_ceiling),
		cmocka_unit_test(it_shows_filter_rows_status_and_keys),
		cmocka_unit_test(matched_letters_have_their_role),
	};
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("picker", tests, NULL, NULL);
}
