/* test_theme.c - every theme that ships parses, can be read, and tells states apart. */
#include "config.h"

#include "tests/test.h"

#include "core/mem.h"
#include "tui/theme.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static const enum role states[] = { ROLE_ERROR, ROLE_WARNING, ROLE_OK,
				    ROLE_BUSY,  ROLE_UNSURE,  ROLE_QUIET };
static const enum role rows[] = { ROLE_NORMAL, ROLE_CURSOR, ROLE_MARKED, ROLE_CURSOR_IDLE };

static struct theme
load(const char *name)
{
	struct err err = ERR_INIT;
	struct theme t = { .name = "" };

	if (theme_load(&t, name, NULL, &err))
		fail_msg("%s: %s", name, err.msg);
	return t;
}

static void
every_shipped_theme_loads_and_says_what_it_is(void **state)
{
	char **names;
	size_t n = theme_list(NULL, &names);

	(void)state;
	assert_true(n >= 7);
	for (size_t i = 0; i < n; i++) {
		struct theme t = load(names[i]);

		/* a file of themes/ that is not in themes/local.mk would be listed, too */
		if (!theme_built_in(names[i]))
			fail_msg("%s is not built in", names[i]);
		assert_string_equal(t.name, names[i]);
		assert_true(strlen(t.about) > 10);
		free(names[i]);
	}
	free(names);
}

static bool
looks_same(const struct style *a, const struct style *b, bool color)
{
	return a->attr == b->attr && (!color || (a->fg == b->fg && a->bg == b->bg));
}

static void
all_differ(const struct theme *t, const enum role *roles, size_t n, bool color)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (looks_same(&t->style[roles[i]], &t->style[roles[k]], color))
				fail_msg("%s: %s looks like %s", t->name, theme_role_name(roles[i]),
					 theme_role_name(roles[k]));
}

static void
in_mono_states_and_rows_differ_by_attribute(void **state)
{
	struct theme t = load("mono");

	(void)state;
	all_differ(&t, states, ARRAY_LEN(states), false);
	all_differ(&t, rows, ARRAY_LEN(rows), false);
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_int_equal(t.style[i].fg, -1);
		assert_int_equal(t.style[i].bg, -1);
	}
}

static void
in_every_theme_states_and_rows_differ(void **state)
{
	(void)state;
	for (size_t i = 0; theme_built_in_name(i); i++) {
		struct theme t = load(theme_built_in_name(i));

		all_differ(&t, states, ARRAY_LEN(states), true);
		all_differ(&t, rows, ARRAY_LEN(rows), true);
	}
}

/* Contrast of two #rrggbb, 1 to 21. Source: WCAG 2.1, "relative luminance". */
static double
luminance(int32_t color)
{
	static const double part[3] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double v = (color >> (16 - 8 * i) & 255) / 255.0;
		sum += part[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double
contrast(int32_t a, int32_t b)
{
	double x = luminance(a), y = luminance(b);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void
themes_with_their_own_ground_can_be_read(void **state)
{
	(void)state;
	for (size_t i = 0; theme_built_in_name(i); i++) {
		struct theme t = load(theme_built_in_name(i));

		for (int r = 0; r < ROLE_COUNT; r++) {
			const struct style *s = &t.style[r];
			double want = r == ROLE_RULE ? 2.5 : 4.0;

			if (!(s->bg & COLOR_RGB) || s->bg < 0)
				continue;
			if (strcmp(t.name, "high-contrast") == 0)
				want = 7.0;
			if (s->fg < 0 || contrast(s->fg, s->bg) < want)
				fail_msg("%s: %s has a contrast of %.1f", t.name,
					 theme_role_name((enum role)r), contrast(s->fg, s->bg));
		}
	}
}

static void
a_theme_uses_one_ground_or_none(void **state)
{
	(void)state;
	for (size_t i = 0; theme_built_in_name(i); i++) {
		struct theme t = load(theme_built_in_name(i));

		for (int r = 0; r < ROLE_COUNT; r++)
			if ((t.style[r].bg < 0) != (t.style[ROLE_NORMAL].bg < 0))
				fail_msg("%s: %s leaves a hole in the ground", t.name,
					 theme_role_name((enum role)r));
	}
}

static void
the_default_uses_no_colour_that_vanishes_on_light_or_dark(void **state)
{
	struct theme t;

	(void)state;
	theme_default(&t);
	for (int r = 0; r < ROLE_COUNT; r++) {
		int32_t fg = t.style[r].fg;

		assert_int_equal(t.style[r].bg, -1);
		/* black, yellow, blue, white and their bright kin */
		assert_false(fg == 0 || fg == 3 || fg == 4 || fg >= 7);
	}
}

static char *
two_themes(const char *name, void *arg)
{
	(*(int *)arg)++;
	if (strcmp(name, "base") == 0)
		return mem_strdup("inherits deeper\nerror 1 2 bold\nok 3 4\n");
	if (strcmp(name, "deeper") == 0)
		return mem_strdup("# deep\nok 9 9\nquiet 7 8 dim\n");
	if (strcmp(name, "ring") == 0)
		return mem_strdup("inherits ring\n");
	return NULL;
}

static void
a_role_that_is_not_named_is_inherited_or_the_defaults(void **state)
{
	struct err err = ERR_INIT;
	struct theme t, standard;
	int asked = 0;

	(void)state;
	theme_default(&standard);
	assert_int_equal(theme_parse(&t, "mine",
				     "# mine alone\ninherits base\nok brightred #102030 "
				     "underline italic # why\n",
				     two_themes, &asked, &err),
			 ERR_OK);
	assert_int_equal(asked, 2);
	assert_string_equal(t.about, "mine alone");
	assert_int_equal(t.style[ROLE_OK].fg, 9);
	assert_int_equal(t.style[ROLE_OK].bg, COLOR_RGB | 0x102030);
	assert_int_equal(t.style[ROLE_OK].attr, STYLE_UNDERLINE | STYLE_ITALIC);
	assert_int_equal(t.style[ROLE_ERROR].fg, 1);
	assert_int_equal(t.style[ROLE_QUIET].bg, 8);
	assert_memory_equal(&t.style[ROLE_CURSOR], &standard.style[ROLE_CURSOR],
			    sizeof(struct style));
}

static void
a_bad_file_names_its_line_and_changes_nothing(void **state)
{
	static const struct {
		const char *text, *msg;
	} table[] = {
		{ "nothing 1 2", "theme x line 1: no such role: \"nothing\"" },
		{ "ok 1 2\n\n# a\nok purple 2", "theme x line 4: no such text colour: \"purple\"" },
		{ "ok 1", "theme x line 1: background colour is missing" },
		{ "ok", "theme x line 1: text colour is missing" },
		{ "ok 256 1", "theme x line 1: no such text colour: \"256\"" },
		{ "ok 1 #12345g", "theme x line 1: no such background colour: \"#12345g\"" },
		{ "ok 1 #1234", "theme x line 1: no such background colour: \"#1234\"" },
		{ "ok 1 -1", "theme x line 1: no such background colour: \"-1\"" },
		{ "ok 1 2 blink", "theme x line 1: no such attribute: \"blink\"" },
		{ "\n\ninherits gone", "theme x line 3: no such theme to inherit: \"gone\"" },
		{ "inherits", "theme x line 1: theme to inherit is missing" },
		{ "ok 1 2\ninherits base", "theme x line 2: inherits comes before the roles" },
		{ "inherits ring", "theme ring line 1: inherits in a circle" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct theme t = { .name = "kept" };
		struct err err = ERR_INIT;
		int asked = 0;

		if (theme_parse(&t, "x", table[i].text, two_themes, &asked, &err) != ERR_PARSE ||
		    strcmp(err.msg, table[i].msg) != 0)
			fail_msg("\"%s\" gave \"%s\"", table[i].text, err.msg);
		assert_string_equal(t.name, "kept");
	}
}

static void
names_that_leave_the_folder_are_no_themes(void **state)
{
	static const char *const names[] = {
		"", "../dark", "/etc/passwd", ".hidden", "a b", "gone"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct theme t = { .name = "kept" };
		struct err err = ERR_INIT;

		if (theme_load(&t, names[i], NULL, &err) != ERR_CONFIG)
			fail_msg("\"%s\" was loaded", names[i]);
		assert_non_null(strstr(err.hint, "dark, default, deuteranopia"));
	}
}

static void
the_users_folder_comes_first_and_is_listed(void **state)
{
	char dir[] = "/tmp/ms-theme-XXXXXX", path[64];
	struct err err = ERR_INIT;
	struct theme t;
	char **names;
	size_t n, shipped = 0;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/mono.theme", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("# my own\nok 4 default\n", f);
	fclose(f);
	assert_int_equal(theme_load(&t, "mono", dir, &err), ERR_OK);
	assert_string_equal(t.about, "my own");
	n = theme_list(dir, &names);
	while (theme_built_in_name(shipped))
		shipped++;
	assert_int_equal(n, shipped); /* mono is there once */
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0); /* does not block, is not read */
	assert_int_equal(theme_load(&t, "mono", dir, &err), ERR_OK);
	assert_string_not_equal(t.about, "my own");
	unlink(path);
	rmdir(dir);
}

static void
colours_degrade_to_what_the_terminal_has(void **state)
{
	static const struct {
		int32_t color;
		int colors, want;
	} table[] = {
		{ -1, 256, -1 },
		{ 1, 8, 1 },
		{ 9, 16, 9 },
		{ 9, 8, 1 },
		{ 231, 256, 231 },
		{ COLOR_RGB | 0xFFFFFF, 256, 231 },
		{ COLOR_RGB | 0x1C1C1C, 256, 234 },
		{ COLOR_RGB | 0x005F87, 256, 24 },
		{ COLOR_RGB | 0x005F87, 1 << 24, 0x005F87 },
		{ COLOR_RGB | 0x000003, 1 << 24, 0 },
		{ 24, 1 << 24, 0x005F87 },
		{ COLOR_RGB | 0xFF0000, 8, 1 },
		{ COLOR_RGB | 0xFF0000, 16, 9 },
		{ COLOR_RGB | 0xFFFFFF, 8, 7 },
		{ COLOR_RGB | 0x000000, 8, 0 },
		{ COLOR_RGB | 0xFFFFFF, 88, 79 },
		{ 231, 8, 7 },
		{ 1, 0, -1 },
		{ COLOR_RGB | 0xFF0000, -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int got = theme_degrade(table[i].color, table[i].colors);

		if (got != table[i].want)
			fail_msg("%x in %d colours is %d, not %d", (unsigned)table[i].color,
				 table[i].colors, got, table[i].want);
	}
}

static int
use_our_themes(void **state)
{
	char dir[1024];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/themes", getenv("MS_SRCDIR") ? getenv("MS_SRCDIR") : ".");
	return setenv("MULTISTAGE_THEMES", dir, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_theme_loads_and_says_what_it_is),
		cmocka_unit_test(in_mono_states_and_rows_differ_by_attribute),
		cmocka_unit_test(in_every_theme_states_and_rows_differ),
		cmocka_unit_test(themes_with_their_own_ground_can_be_read),
		cmocka_unit_test(a_theme_uses_one_ground_or_none),
		cmocka_unit_test(the_default_uses_no_colour_that_vanishes_on_light_or_dark),
		cmocka_unit_test(a_role_that_is_not_named_is_inherited_or_the_defaults),
		cmocka_unit_test(a_bad_file_names_its_line_and_changes_nothing),
		cmocka_unit_test(names_that_leave_the_folder_are_no_themes),
		cmocka_unit_test(the_users_folder_comes_first_and_is_listed),
		cmocka_unit_test(colours_degrade_to_what_the_terminal_has),
	};
	return cmocka_run_group_tests_name("theme", tests, use_our_themes, NULL);
}
