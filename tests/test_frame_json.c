/* test_frame_json.c - the two forms of a frame, and the words for what is none. */
#include "config.h"

#include "tests/test.h"

#include "core/file.h"
#include "core/frame_json.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

/* A copy of its own size, so that reading past the end is seen. */
static enum err_code
check_copy(const char *text, size_t n, struct frame_facts *facts, struct err *err)
{
	char *copy = malloc(n ? n : 1);
	enum err_code code;

	assert_non_null(copy);
	memcpy(copy, text, n);
	code = frame_json_check(copy, n, facts, err);
	free(copy);
	return code;
}

#define TWO_POINTS "AACAPwAAAEAAAEBAAACAwAAAsEAAAAAA"
#define XYZ        "\"x\":1.5,\"y\":-2,\"z\":1e3"

static void
both_forms_are_taken(void **state)
{
	static const struct {
		const char *text;
		enum frame_form form;
		size_t points;
	} rows[] = {
		/* clang-format off */
		{ "{\"points\":[]}", FRAME_OBJECTS, 0 },
		{ " {\"points\" : [{" XYZ "}, {" XYZ ",\"i\":0.5,\"d\":1,\"t\":7}], \"images\":[]}\n",
		  FRAME_OBJECTS, 2 },
		{ "{\"points\":\"\"}", FRAME_SPLIT, 0 },
		{ "{\"points\":\"" TWO_POINTS "\"}", FRAME_SPLIT, 2 },
		{ "{\"points\":\"" TWO_POINTS "\",\"intensities\":\"CtcjPRSuRz8=\"}", FRAME_SPLIT, 2 },
		{ "{\"points\":\"" TWO_POINTS "\",\"intensities\":\"CtcjPRSuRz8\\u003d\"}", FRAME_SPLIT, 2 },
		{ "{\"points\":\"" TWO_POINTS "\",\"intensities\":null}", FRAME_SPLIT, 2 },
		{ "{\"points\":\"AA\\/+AAAAAAAAAAAA\"}", FRAME_SPLIT, 1 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frame_facts facts = { .points = 99 };
		struct err err = ERR_INIT;

		if (check_copy(rows[i].text, strlen(rows[i].text), &facts, &err) != ERR_OK)
			fail_msg("%s: %s", rows[i].text, err.msg);
		assert_int_equal(facts.form, rows[i].form);
		assert_int_equal(facts.points, rows[i].points);
	}
}

#define TEXT(s) s, sizeof(s) - 1

static void
what_is_no_frame_is_told(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		enum err_code code;
		const char *message;
	} rows[] = {
		/* clang-format off */
		{ TEXT("{\"points\":[],}"), ERR_PARSE,
		  "Invalid JSON Format: line 1, column 14: a comma stands before this }" },
		{ TEXT("<html>"), ERR_PARSE,
		  "Invalid JSON Format: line 1, column 1: < stands where a value should" },
		{ TEXT("{\"points\":[]}\0"), ERR_PARSE,
		  "Invalid JSON Format: line 1, column 14: ^@ stands where the end should" },
		{ TEXT("{\"points\":[\xFF]}"), ERR_PARSE,
		  "Invalid JSON Format: line 1, column 12: byte FF is not UTF-8" },
		{ TEXT("{\"points\":NaN}"), ERR_PARSE,
		  "Invalid JSON Format: line 1, column 11: NaN is no JSON value" },
		{ TEXT("[]"), ERR_RULE, "a frame must be one JSON object" },
		{ TEXT("{}"), ERR_RULE, "points: missing" },
		{ TEXT("{\"points\":null}"), ERR_RULE, "points: neither a list nor a base64 string" },
		{ TEXT("{\"points\":{}}"), ERR_RULE, "points: neither a list nor a base64 string" },
		{ TEXT("{\"points\":[{" XYZ "},7]}"), ERR_RULE, "points: 1 has no number \"x\"" },
		{ TEXT("{\"points\":[{\"x\":1,\"y\":\"2\",\"z\":3}]}"), ERR_RULE,
		  "points: 0 has no number \"y\"" },
		{ TEXT("{\"points\":[{\"x\":1,\"y\":2,\"z\":null}]}"), ERR_RULE,
		  "points: 0 has no number \"z\"" },
		{ TEXT("{\"points\":\"AAA\"}"), ERR_RULE, "points: the string is no base64" },
		{ TEXT("{\"points\":\"AA==AAAAAAAAAAAA\"}"), ERR_RULE, "points: the string is no base64" },
		{ TEXT("{\"points\":\"A===\"}"), ERR_RULE, "points: the string is no base64" },
		{ TEXT("{\"points\":\"AAAA\\nAAAAAAAAAAA\"}"), ERR_RULE, "points: the string is no base64" },
		{ TEXT("{\"points\":\"AAAAAAAAAAAAAA==\"}"), ERR_RULE,
		  "points: 10 bytes are no whole number of points of 12 bytes" },
		{ TEXT("{\"points\":\"" TWO_POINTS "\",\"intensities\":\"CtcjPQ==\"}"), ERR_RULE,
		  "intensities: 4 bytes are not 4 for each of 2 points" },
		{ TEXT("{\"points\":\"" TWO_POINTS "\",\"intensities\":\"?\"}"), ERR_RULE,
		  "intensities: the string is no base64" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct frame_facts facts = { .points = 99 };
		struct err err = ERR_INIT;

		assert_int_equal(check_copy(rows[i].text, rows[i].n, &facts, &err), rows[i].code);
		assert_string_equal(err.msg, rows[i].message);
		assert_int_equal(facts.points, 99);
	}
}

static void
a_frame_cut_at_any_byte_ends_unexpectedly(void **state)
{
	static const char text[] =
		" {\"points\":[{\"x\":-1.5e+3,\"y\":0,\"z\":10}],\"a\":true,"
		"\"b\":[null,false],\"\\u00e9\\n\":\"\xF0\x9F\x98\x80\xE2\x82\xAC"
		"\xC3\xA9\\ud83d\\ude00\"}";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct frame_facts facts;
		struct err err = ERR_INIT;

		if (check_copy(text, n, &facts, &err) != ERR_PARSE ||
		    strcmp(err.msg, "Invalid JSON Format: Unexpected end of JSON input") != 0)
			fail_msg("%zu bytes: %s", n, err.msg);
	}
}

static void
the_frame_that_we_ship_is_one(void **state)
{
	struct buf file = BUF_INIT(1u << 16), path = BUF_INIT(4096);
	struct frame_facts facts;
	struct err err = ERR_INIT;

	(void)state;
	buf_addf(&path, "%s/examples/frame.json", getenv("MS_SRCDIR"));
	assert_int_equal(file_read_path(buf_str(&path), &file, &err), ERR_OK);
	assert_int_equal(frame_json_check(file.p, file.len, &facts, &err), ERR_OK);
	assert_int_equal(facts.form, FRAME_SPLIT);
	assert_int_equal(facts.points, 2);
	buf_free(&file);
	buf_free(&path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_are_taken),
		cmocka_unit_test(what_is_no_frame_is_told),
		cmocka_unit_test(a_frame_cut_at_any_byte_ends_unexpectedly),
		cmocka_unit_test(the_frame_that_we_ship_is_one),
	};
	return cmocka_run_group_tests_name("frame_json", tests, set_locale, NULL);
}
