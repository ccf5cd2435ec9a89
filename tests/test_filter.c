/* test_filter.c - the filter language: every word it takes, every one it refuses. */
#include "config.h"

#include "tests/test.h"

#include "core/filter.h"

struct want {
	enum filter_key key;
	char op;
	bool negate;
	const char *text;
	int64_t number;
};

static void
each_word_becomes_a_term(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		struct want term[4];
	} rows[] = {
		{ "", 0, { { 0 } } },
		{ "  \t", 0, { { 0 } } },
		{ "fog", 1, { { FILTER_WORD, '=', false, "fog", 0 } } },
		{ "!fog 0412",
		  2,
		  { { FILTER_WORD, '=', true, "fog", 0 },
		    { FILTER_WORD, '=', false, "0412", 0 } } },
		{ "status=error batch:night-a tag:rain",
		  3,
		  { { FILTER_STATUS, '=', false, "error", 0 },
		    { FILTER_BATCH, '=', false, "night-a", 0 },
		    { FILTER_TAG, '=', false, "rain", 0 } } },
		{ "project=\"Fleet 3D\" id:65ff",
		  2,
		  { { FILTER_PROJECT, '=', false, "Fleet 3D", 0 },
		    { FILTER_ID, '=', false, "65ff", 0 } } },
		{ "priority:30", 1, { { FILTER_PRIORITY, '=', false, "30", 30 } } },
		{ "age<2h !changed>3d",
		  2,
		  { { FILTER_AGE, '<', false, "2h", 7200000 },
		    { FILTER_CHANGED, '>', true, "3d", 259200000 } } },
		{ "age>30s age<10m age<4w",
		  3,
		  { { FILTER_AGE, '>', false, "30s", 30000 },
		    { FILTER_AGE, '<', false, "10m", 600000 },
		    { FILTER_AGE, '<', false, "4w", 2419200000 } } },
		{ "weather:rain", 1, { { FILTER_WORD, '=', false, "weather:rain", 0 } } },
		{ "tag:weather:rain", 1, { { FILTER_TAG, '=', false, "weather:rain", 0 } } },
		{ "\"status=error\"", 1, { { FILTER_WORD, '=', false, "status=error", 0 } } },
		{ "\"half open", 1, { { FILTER_WORD, '=', false, "half open", 0 } } },
		{ "a\"b c\"d", 1, { { FILTER_WORD, '=', false, "ab cd", 0 } } },
		{ "a!b", 1, { { FILTER_WORD, '=', false, "a!b", 0 } } },
		{ "status:other", 1, { { FILTER_STATUS, '=', false, "other", 0 } } },
		{ "batch=a=b", 1, { { FILTER_BATCH, '=', false, "a=b", 0 } } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct filter f;

		if (filter_parse(rows[i].text, &f, NULL, &err) != ERR_OK)
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (f.count != rows[i].count)
			fail_msg("%s: %zu terms", rows[i].text, f.count);
		for (size_t k = 0; k < f.count; k++) {
			const struct filter_term *t = &f.term[k];
			const struct want *w = &rows[i].term[k];

			if (t->key != w->key || t->op != w->op || t->negate != w->negate ||
			    strcmp(t->text, w->text) != 0 || t->number != w->number)
				fail_msg("%s: term %zu is %d %c %d \"%s\" %lld", rows[i].text, k,
					 (int)t->key, t->op, t->negate, t->text,
					 (long long)t->number);
		}
	}
}

static void
a_bad_word_is_named_and_the_filter_stands(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *part;
	} rows[] = {
		{ "fog status=eror", 4, "did you mean error?" },
		{ "status=what", 0, "pending completed" },
		{ "staus=error", 0, "did you mean status=?" },
		{ "colour=red", 0, "keys: status" },
		{ "age=2h", 0, "age takes < or >" },
		{ "age<2", 0, "span" },
		{ "age<h", 0, "span" },
		{ "age<2hh", 0, "span" },
		{ "age<-2h", 0, "span" },
		{ "age<9999999999h", 0, "span" },
		{ "batch>a", 0, "takes = or :" },
		{ "priority:high", 0, "no number" },
		{ "priority:1234", 0, "no number" },
		{ "a tag:", 2, "needs a value" },
		{ "a b !", 4, "! needs a word" },
		{ "\"\"", 0, "needs a word" },
		{ "a \xFF", 2, "UTF-8" },
		{ "1 2 3 4 5 6 7 8 9 a b c d e f g h", 32, "more than 16" },
	};
	char big[300];
	struct filter f = { .count = 3 };
	struct err err = ERR_INIT;
	size_t at = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		at = 99;
		assert_int_equal(filter_parse(rows[i].text, &f, &at, &err), ERR_USAGE);
		if (at != rows[i].at ||
		    (!strstr(err.msg, rows[i].part) && !strstr(err.hint, rows[i].part)))
			fail_msg("%s: at %zu, \"%s\" (%s)", rows[i].text, at, err.msg, err.hint);
		assert_int_equal(f.count, 3);
	}
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(filter_parse(big, &f, &at, &err), ERR_USAGE);
	big[127] = '\0';
	assert_int_equal(filter_parse(big, &f, &at, &err), ERR_OK);
	assert_int_equal(strlen(f.term[0].text), 127);
	memset(big, 'x', 128);
	big[128] = '\0';
	assert_int_equal(filter_parse(big, &f, &at, &err), ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_becomes_a_term),
		cmocka_unit_test(a_bad_word_is_named_and_the_filter_stands),
	};
	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
