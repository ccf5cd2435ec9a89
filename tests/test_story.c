/* test_story.c - stories of faults: INI in, rules out, or a line that says what is wrong. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "sandbox/fault.h"
#include "sandbox/story.h"
#include "tests/scratch.h"

static void
a_story_is_read(void **state)
{
	static const char text[] = "\xEF\xBB\xBF# what goes wrong\n"
				   "\n"
				   "[fault the third]\r\n"
				   "  method=POST\r\n"
				   "\tpath = /v1/task/*\n"
				   "; a comment\n"
				   "when = 3\n"
				   "effect = status:503:after, ctype:text/html;charset=x\n"
				   "[fault 2]\n"
				   "effect: delay:5";
	const char *path = scratch_path(*state, "story.ini");
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;

	scratch_write(path, text, sizeof(text) - 1);
	if (story_read(path, &rules, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(rules.count, 2);
	assert_string_equal(rules.at[0].name, "the third");
	assert_string_equal(rules.at[0].given[FAULT_KEY_METHOD], "POST");
	assert_string_equal(rules.at[0].given[FAULT_KEY_PATH], "/v1/task/*");
	assert_int_equal(rules.at[0].first, 3);
	assert_string_equal(rules.at[0].effects[FAULT_TYPE].text, "text/html;charset=x");
	assert_int_equal(rules.at[1].effects[FAULT_WAIT].n, 5);
	fault_rules_free(&rules);
}

#define GOOD "[fault a]\neffect = fin\n"

static void
a_bad_story_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *msg, *hint;
	} rows[] = {
		{ "effect = fin\n", ":1:1: this belongs to no rule", "[fault NAME]" },
		{ GOOD "[story b]\n", ":3:2: this is no section of a story", "[fault NAME]" },
		{ GOOD "[fault ]\n", ":3:2: this is no section of a story", "[fault NAME]" },
		{ GOOD "[fault b\n", ":3:1: this section has no ]", "[NAME]" },
		{ GOOD "[fault b] x\n", ":3:11: this stands behind the ]", "a line of its own" },
		{ GOOD "[fault a]\n", ":3:2: there is a rule \"a\" already", "of its own" },
		{ "[fault a]\nmethod = POST\n\n" GOOD, ":1:2: the rule \"a\" has no effect",
		  "add" },
		{ GOOD "\n[fault b]\n", ":4:2: the rule \"b\" has no effect", "add one" },
		{ GOOD "nonsense\n", ":3:1: this is neither", "remarks" },
		{ GOOD "efect = fin\n", ":3:1: a rule has no \"efect\"", "\"effect\"" },
		{ GOOD "effect = rst\n", ":3:1: \"effect\" is given twice", "" },
		{ "[fault a]\neffect = fin ; or rst\n", ":2:14: a remark begins in the middle",
		  "a line of its own" },
		{ "[fault a]\n\neffect = status:9\n", ":3:1: the effect \"status\"", "200 to 599" },
		{ "[fault a]\nwhen = never\n", ":2:1: \"when\" cannot be \"never\"", "always, N" },
		{ "[fault a]\nmethod =\n", ":2:1: \"method\" cannot be \"\"", "capitals" },
		{ GOOD "[fault 0123456789012345678901234567890123456789]\n", ":3:2: ", "39 bytes" },
		{ GOOD "\xFF\n", ":3:1: this is not text in UTF-8", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = scratch_path(*state, "story.ini");
		struct fault_rules rules = { .at = NULL };
		struct err err = ERR_INIT;

		scratch_write(path, rows[i].text, strlen(rows[i].text));
		if (story_read(path, &rules, &err) != ERR_CONFIG || !strstr(err.msg, rows[i].msg) ||
		    !strstr(err.hint, rows[i].hint))
			fail_msg("%s: \"%s\" \"%s\"", rows[i].text, err.msg, err.hint);
		assert_true(rows[i].msg[0] != ':' || strstr(err.msg, "/story.ini:"));
		assert_null(rules.at);
	}
}

static void
a_missing_story_is_refused(void **state)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;

	assert_int_equal(story_read(scratch_path(*state, "none"), &rules, &err), ERR_SYS);
	assert_non_null(strstr(err.hint, "--story"));
}

static void
the_example_story_is_good(void **state)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;

	(void)state;
	if (story_read(test_data("../examples/faults.ini"), &rules, &err))
		fail_msg("%s (%s)", err.msg, err.hint);
	assert_true(rules.count >= 5);
	fault_rules_free(&rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_story_is_read, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_bad_story_is_refused_with_its_line, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_missing_story_is_refused, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(the_example_story_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
