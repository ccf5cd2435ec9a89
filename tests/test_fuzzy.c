/* test_fuzzy.c - what matches, where, and which of two is the better one. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "tui/fuzzy.h"

#include <locale.h>

static void
patterns_match_with_gaps(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
		const char *hits; /* offsets */
	} table[] = {
		{ "", "anything", true, "" },
		{ "  ", "anything", true, "" },
		{ "flt", "Fleet Perception", true, "0 1 4" },
		{ "fp", "Fleet Perception", true, "0 6" },
		{ "fleet lid", "Fleet Lidar QA", true, "0 1 2 3 4 6 7 8" },
		{ "lid fleet", "Fleet Lidar QA", true, "0 1 2 3 4 6 7 8" },
		{ "fleet x", "Fleet Lidar QA", false, "" },
		{ "Lidar", "Fleet Lidar", true, "6 7 8 9 10" },
		{ "LIDAR", "Fleet Lidar", false, "" },
		{ "tb", "ab", false, "" },
		{ "ba", "ab", false, "" },
		{ "a", "", false, "" },
		{ "2026", "2025-11-2026-b", true, "8 9 10 11" },
		{ "\xC3\xA9t", "\xC3\x89t\xC3\xA9", true, "0 2" }, /* é finds É */
		{ "a\xFF", "a\xFF", true, "0 1" },
		{ "\xE6\xBC\xA2", "x\xE6\xBC\xA2\xE5\xAD\x97", true, "1" },
		{ "\xE6", "\xE6\xBC\xA2", false, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		size_t hits[64], n = 99;
		char got[256] = "";
		int score = -1, len = 0;
		bool is = fuzzy_match(table[i].pattern, table[i].text, &score, hits,
				      ARRAY_LEN(hits), &n);

		for (size_t k = 0; is && k < n; k++)
			len += snprintf(got + len, sizeof(got) - (size_t)len, "%s%zu", k ? " " : "",
					hits[k]);
		if (is != table[i].want || strcmp(got, table[i].hits) != 0)
			fail_msg("\"%s\" in \"%s\": %d, at %s", table[i].pattern, table[i].text, is,
				 got);
	}
}

static void
the_better_match_scores_higher(void **state)
{
	static const struct {
		const char *pattern, *better, *worse;
	} table[] = {
		{ "lid", "Lidar", "Fleet Lidar" },       { "lid", "Fleet Lidar", "Fleet solid" },
		{ "lid", "Fleet Lidar", "Fleet L i d" }, { "fl", "Fleet Lidar", "Air Flap" },
		{ "nb", "night-b", "number" },           { "pr", "myPoRt PRo", "mpr" },
		{ "abc", "abc", "abcd abcd abcd abcd" }, { "batch 2", "batch 2", "batch a2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int better, worse;

		assert_true(fuzzy_match(table[i].pattern, table[i].better, &better, NULL, 0, NULL));
		assert_true(fuzzy_match(table[i].pattern, table[i].worse, &worse, NULL, 0, NULL));
		if (better <= worse)
			fail_msg("\"%s\": \"%s\" has %d, \"%s\" has %d", table[i].pattern,
				 table[i].better, better, table[i].worse, worse);
	}
}

static void
long_text_and_few_places_for_hits_are_fine(void **state)
{
	char text[4000], pattern[300];
	size_t hits[2], n;
	int score;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[sizeof(pattern) - 1] = '\0';
	assert_true(fuzzy_match(pattern, text, &score, hits, 2, &n));
	assert_int_equal(n, 2);
	assert_int_equal(hits[0], 0);
	assert_int_equal(hits[1], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_with_gaps),
		cmocka_unit_test(the_better_match_scores_higher),
		cmocka_unit_test(long_text_and_few_places_for_hits_are_fine),
	};
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("fuzzy", tests, NULL, NULL);
}
