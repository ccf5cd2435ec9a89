/* test_json.c - what the scanner takes and refuses, and where. */
#include "config.h"

#include "tests/test.h"

#include "core/json.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static void
good_texts_are_taken(void **state)
{
	static const struct {
		const char *text;
		enum json_kind type;
	} rows[] = {
		/* clang-format off */
		{ "null", JSON_NULL }, { " true ", JSON_BOOL }, { "false\n", JSON_BOOL },
		{ "0", JSON_NUMBER }, { "-0", JSON_NUMBER }, { "1.10", JSON_NUMBER },
		{ "0.30000000000000004", JSON_NUMBER }, { "1E+2", JSON_NUMBER },
		{ "18446744073709551615", JSON_NUMBER }, { "-9223372036854775808", JSON_NUMBER },
		{ "1.7976931348623157e308", JSON_NUMBER }, { "1.7976931348623158e308", JSON_NUMBER },
		{ "17976931348623157e292", JSON_NUMBER }, { "0.0017e311", JSON_NUMBER },
		{ "1e-999999999999", JSON_NUMBER }, { "0e999999999999", JSON_NUMBER },
		{ "0.000e99999", JSON_NUMBER },
		{ "\"\"", JSON_STRING }, { "\"\\u00e9\\uD83D\\uDE00\\/\x7f\"", JSON_STRING },
		{ "\"\xC3\xA9\"", JSON_STRING },
		{ "[]", JSON_ARRAY }, { "[ 1 , [ ] , {} ]", JSON_ARRAY },
		{ "{}", JSON_OBJECT }, { "{\"\":1,\" \":2,\"a\":{\"a\":[]}}", JSON_OBJECT },
		{ "\r\n\t {\"k\" : \"v\"} ", JSON_OBJECT },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_span value = { .p = NULL };
		struct err err = ERR_INIT;

		if (json_scan(rows[i].text, strlen(rows[i].text), &value, NULL, &err) != ERR_OK)
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (value.type != rows[i].type)
			fail_msg("%s is of type %d", rows[i].text, value.type);
	}
}

#define TEXT(s) s, sizeof(s) - 1

static void
d2_bad_texts_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *msg;
	} rows[] = {
		/* clang-format off */
		{ TEXT(""), "line 1, column 1: there is no JSON value, only an empty text" },
		{ TEXT(" \n"), "line 1, column 1: there is no JSON value, only blanks" },
		{ TEXT("\xEF\xBB\xBF{}"), "line 1, column 1: a byte order mark stands before the JSON text" },
		{ TEXT("\xFF\xFE{\0"), "line 1, column 1: this is UTF-16, not UTF-8" },
		{ TEXT("{\n \"rig\": 1,\n \"a\": {}, \"r\\u0069g\": 2}"),
		  "line 3, column 11: the name \"rig\" stands twice (first on line 2)" },
		{ TEXT("{\"a\\n\":1,\"a\\u000a\":1}"),
		  "line 1, column 10: the name \"a^J\" stands twice (first on line 1)" },
		{ TEXT("{\"a\":1,}"), "line 1, column 8: a comma stands before this }" },
		{ TEXT("[1,\n]"), "line 2, column 1: a comma stands before this ]" },
		{ TEXT("[1 2]"), "line 1, column 4: 2 stands where a comma or ] should" },
		{ TEXT("[1\n}"), "line 2, column 1: } stands where a comma or ] should" },
		{ TEXT("{\"a\" 1}"), "line 1, column 6: 1 stands where a colon should" },
		{ TEXT("{'a': 1}"), "line 1, column 2: ' stands where a name in double quotes should" },
		{ TEXT("{a: 1}"), "line 1, column 2: a stands where a name in double quotes should" },
		{ TEXT("{\n\"a\": [1,\n"), "line 3, column 1: the text ends where a value should stand" },
		{ TEXT("{\"a\": [\n1"), "line 2, column 2: the text ends inside the array of line 1" },
		{ TEXT("{\"a\":1"), "line 1, column 7: the text ends inside the object of line 1" },
		{ TEXT("{} x"), "line 1, column 4: x stands where the end should" },
		{ TEXT("{}\0"), "line 1, column 3: ^@ stands where the end should" },
		{ TEXT("[1, // one\n2]"), "line 1, column 5: JSON has no comments" },
		{ TEXT("/* */ 1"), "line 1, column 1: JSON has no comments" },
		{ TEXT("True"), "line 1, column 1: True is no JSON value" },
		{ TEXT("[NaN]"), "line 1, column 2: NaN is no JSON value" },
		{ TEXT("-Infinity"), "line 1, column 2: I stands where a digit should" },
		{ TEXT("nul"), "line 1, column 1: nul is no JSON value" },
		{ TEXT("+1"), "line 1, column 1: + stands where a value should" },
		{ TEXT("01"), "line 1, column 1: a number may not start with 0" },
		{ TEXT("-01"), "line 1, column 1: a number may not start with 0" },
		{ TEXT("1."), "line 1, column 3: the text ends where a digit should stand" },
		{ TEXT("1.e3"), "line 1, column 3: e stands where a digit should" },
		{ TEXT(".5"), "line 1, column 1: . stands where a value should" },
		{ TEXT("1e"), "line 1, column 3: the text ends where a digit should stand" },
		{ TEXT("0x10"), "line 1, column 2: x stands where the end should" },
		{ TEXT("18446744073709551616"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("[ -9223372036854775809]"), "line 1, column 3: this number is too large to be carried exactly" },
		{ TEXT("100000000000000000000000000000"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("1e400"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("1.797693134862315808e308"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("-0.018e310"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("1e99999999999999999999"), "line 1, column 1: this number is too large to be carried exactly" },
		{ TEXT("\"abc"), "line 1, column 1: this string does not end" },
		{ TEXT("\"a\nb\""), "line 1, column 3: a line ends inside a string; write \\n" },
		{ TEXT("\"a\tb\""), "line 1, column 3: a raw control byte in a string; write \\u0009" },
		{ TEXT("\"\0\""), "line 1, column 2: a raw control byte in a string; write \\u0000" },
		{ TEXT("\"\\x41\""), "line 1, column 2: no such escape; a backslash itself is written \\\\" },
		{ TEXT("\"\\"), "line 1, column 2: no such escape; a backslash itself is written \\\\" },
		{ TEXT("\"\\u12g4\""), "line 1, column 2: \\u needs four hexadecimal digits" },
		{ TEXT("\"\\u00"), "line 1, column 2: \\u needs four hexadecimal digits" },
		{ TEXT("\"a\\u0000b\""), "line 1, column 3: \\u0000 cannot be carried exactly" },
		{ TEXT("\"\\ud83d\""), "line 1, column 2: \\ud83d is half of a surrogate pair, without the other" },
		{ TEXT("\"\\ud83dx\\ude00\""), "line 1, column 2: \\ud83d is half of a surrogate pair, without the other" },
		{ TEXT("\"\\ude00\""), "line 1, column 2: \\ude00 is half of a surrogate pair, without the other" },
		{ TEXT("{\"a\":\"\xE9\"}"), "line 1, column 7: byte E9 is not UTF-8" },
		{ TEXT("\"\xC0\xAF\""), "line 1, column 2: byte C0 is not UTF-8" },
		{ TEXT("\"\xED\xA0\x80\""), "line 1, column 2: byte ED is not UTF-8" },
		{ TEXT("[\x1b[2J]"), "line 1, column 2: ^[ stands where a value should" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct json_span value = { .p = NULL };
		struct json_place place = { 0 };
		struct err err = ERR_INIT;
		int line, col;

		if (json_scan(rows[i].text, rows[i].n, &value, &place, &err) != ERR_PARSE)
			fail_msg("row %zu: \"%s\" was taken", i, rows[i].text);
		if (strcmp(err.msg, rows[i].msg) != 0)
			fail_msg("row %zu: \"%s\", want \"%s\"", i, err.msg, rows[i].msg);
		assert_null(value.p);
		assert_int_equal(sscanf(err.msg, "line %d, column %d", &line, &col), 2);
		assert_int_equal(place.line, line);
		assert_int_equal(place.col, col);
	}
}

static void
d2_depth_ends_at_the_limit(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 3];
	struct err err = ERR_INIT;

	(void)state;
	for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		assert_int_equal(json_scan(text, (size_t)depth * 2, NULL, NULL, &err),
				 depth > JSON_DEPTH_MAX ? ERR_PARSE : ERR_OK);
	}
	memset(text, '[', sizeof(text)); /* and never comes back */
	assert_int_equal(json_scan(text, sizeof(text), NULL, NULL, &err), ERR_PARSE);
	assert_string_equal(err.msg, "line 1, column 33: more than 32 levels deep");
}

/* Would take minutes if names were compared each with each. */
static void
half_a_million_names_are_told_apart(void **state)
{
	struct buf text = BUF_INIT(32u << 20);
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&text, "{");
	for (int i = 0; i < 500000; i++)
		buf_addf(&text, "%s\"name-%07d\":1", i ? "," : "", i);
	buf_adds(&text, "}");
	assert_int_equal(json_scan(text.p, text.len, NULL, NULL, &err), ERR_OK);
	memcpy(strstr(text.p, "name-0499999"), "name-0000007", 12);
	assert_int_equal(json_scan(text.p, text.len, NULL, NULL, &err), ERR_PARSE);
	assert_non_null(strstr(err.msg, "the name \"name-0000007\" stands twice"));
	buf_free(&text);
}

static struct json_span
scan(const char *text)
{
	struct json_span value = { .p = NULL };
	struct err err = ERR_INIT;

	if (json_scan(text, strlen(text), &value, NULL, &err) != ERR_OK)
		fail_msg("%s: %s", text, err.msg);
	return value;
}

static void
members_and_items_are_walked_in_order(void **state)
{
	struct json_span value =
		scan(" { \"a\" : 1.50 , \"b{\":[ \"]\", {\"x\":[]} ],\"\\u0063\":null} ");
	struct json_span got = { .p = NULL };
	struct json_iter it = { 0 };
	struct buf seen = BUF_INIT(200);

	(void)state;
	while (json_each(&value, &it)) {
		buf_add(&seen, it.key.p, it.key.n);
		buf_add(&seen, "=", 1);
		buf_add(&seen, it.value.p, it.value.n);
		buf_add(&seen, ";", 1);
	}
	assert_string_equal(buf_str(&seen),
			    "\"a\"=1.50;\"b{\"=[ \"]\", {\"x\":[]} ];\"\\u0063\"=null;");
	assert_true(json_member(&value, "c", &got));
	assert_int_equal(got.type, JSON_NULL);
	assert_true(json_member(&value, "b{", &got));
	assert_int_equal(got.type, JSON_ARRAY);
	assert_false(json_member(&value, "x", &got));
	assert_false(json_member(&got, "a", &value));
	buf_clear(&seen);
	it = (struct json_iter){ 0 };
	while (json_each(&got, &it)) {
		assert_null(it.key.p);
		buf_add(&seen, it.value.p, it.value.n);
	}
	assert_string_equal(buf_str(&seen), "\"]\"{\"x\":[]}");
	value = scan("17");
	it = (struct json_iter){ 0 };
	assert_false(json_each(&value, &it));
	buf_free(&seen);
}

static void
strings_go_there_and_back(void **state)
{
	static const struct {
		const char *plain, *quoted;
	} rows[] = {
		/* clang-format off */
		{ "", "\"\"" },
		{ "s3://a/b?c=d&e", "\"s3://a/b?c=d&e\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\b\f\n\r\t\x01\x1f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\"" },
		{ "\xC3\xA9\xF0\x9F\x98\x80\x7f", "\"\xC3\xA9\xF0\x9F\x98\x80\x7f\"" },
		/* clang-format on */
	};
	struct json_span value = scan("\"\\u00E9\\uD83D\\uDE00\\/\\u005c\\\"x\"");
	struct buf out = BUF_INIT(200);

	(void)state;
	json_unescape(&out, &value);
	assert_string_equal(buf_str(&out), "\xC3\xA9\xF0\x9F\x98\x80/\\\"x");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf back = BUF_INIT(200);

		buf_clear(&out);
		json_quote(&out, rows[i].plain, strlen(rows[i].plain));
		assert_string_equal(buf_str(&out), rows[i].quoted);
		value = scan(buf_str(&out));
		json_unescape(&back, &value);
		assert_string_equal(buf_str(&back), rows[i].plain);
		buf_free(&back);
	}
	buf_free(&out);
}

static void
d1_both_forms_keep_the_spelling_of_every_token(void **state)
{
	struct json_span value =
		scan(" {\"a\\/\": [ 1.10 ,-0, {} , [ ] ],\n\"b\":{\"c\" :\" , \"} }\n");
	struct buf out = BUF_INIT(400);

	(void)state;
	json_compact(&out, &value);
	assert_string_equal(buf_str(&out), "{\"a\\/\":[1.10,-0,{},[]],\"b\":{\"c\":\" , \"}}");
	buf_clear(&out);
	json_pretty(&out, &value, 1);
	assert_string_equal(buf_str(&out), "{\n"
					   "    \"a\\/\": [\n"
					   "      1.10,\n"
					   "      -0,\n"
					   "      {},\n"
					   "      []\n"
					   "    ],\n"
					   "    \"b\": {\n"
					   "      \"c\": \" , \"\n"
					   "    }\n"
					   "  }");
	buf_clear(&out);
	value = scan(" 7 ");
	json_pretty(&out, &value, 0);
	assert_string_equal(buf_str(&out), "7");
	buf_free(&out);
}

/* Whoever fetched a text asks: is it wrong, or is it only not all there? */
static void
a_text_that_stops_too_early_is_told_from_a_wrong_one(void **state)
{
	static const char good[] =
		"[-1.5e+3, {\"a\": true}, \"\\n\\ud83d\\uDE00\xE2\x82\xAC\", null]";
	static const char *const wrong[] = {
		"[1,]",  "[1}",       "{\"a\" 1}", "trux",         "nul ",       "01",
		"1.x",   "[\"\\x\"]", "\"\\u1x",   "\"\\ud83d\\n", "\"\\ud83dx", "\"\\udc00",
		"\"a\n", "\xC0",      "\xE2\x28",  "\xED\xA0",     "[\xFF",
	};
	struct json_place place;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t n = 0; n < sizeof(good) - 1; n++) {
		assert_int_equal(json_scan(good, n, NULL, &place, &err), ERR_PARSE);
		if (!place.ended)
			fail_msg("%zu bytes: %s", n, err.msg);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(json_scan(wrong[i], strlen(wrong[i]), NULL, &place, &err),
				 ERR_PARSE);
		if (place.ended)
			fail_msg("%s: %s", wrong[i], err.msg);
	}
}

static void
a_value_that_is_no_string_stands_for_nothing(void **state)
{
	static const char text[] = "[1,true,null,{},[],\"\\u0041\",\"b\"]";
	struct json_iter it = { .next = NULL };
	struct json_span top;
	struct buf out = BUF_INIT(64);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(json_scan(text, sizeof(text) - 1, &top, NULL, &err), ERR_OK);
	while (json_each(&top, &it))
		json_unescape(&out, &it.value);
	assert_string_equal(buf_str(&out), "Ab");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_no_string_stands_for_nothing),
		cmocka_unit_test(good_texts_are_taken),
		cmocka_unit_test(d2_bad_texts_are_refused_with_their_place),
		cmocka_unit_test(d2_depth_ends_at_the_limit),
		cmocka_unit_test(half_a_million_names_are_told_apart),
		cmocka_unit_test(members_and_items_are_walked_in_order),
		cmocka_unit_test(strings_go_there_and_back),
		cmocka_unit_test(a_text_that_stops_too_early_is_told_from_a_wrong_one),
		cmocka_unit_test(d1_both_forms_keep_the_spelling_of_every_token),
	};
	return cmocka_run_group_tests_name("json", tests, set_locale, NULL);
}
