/* test_difference.c - is a task of the service what we asked for? */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "core/difference.h"
#include "core/text.h"

static const char payload[] =
	"{\"project\":\"p\",\"instruction\":\"do\\u0020it\",\"attachments\":[\"s3://a/1.json\","
	"\"s3://a/2.json\"],\"scene_format\":\"split_base64\",\"metadata\":{\"a\":1,\"b\":[2]},"
	"\"unique_id\":\"u\",\"priority\":20,\"clear_unique_id_on_error\":true,\"tags\":[\"x\"]}";

/* "field! ours / theirs; " for each; ! marks one that decides. */
static char *
compared(const char *sent, const char *json)
{
	struct buf out = BUF_INIT(1u << 20);
	struct difference *list = NULL;
	struct task t;
	size_t n = 0;

	task_init(&t);
	task_set(&t.json, json, strlen(json));
	differences(sent, strlen(sent), &t, &list, &n);
	for (size_t i = 0; i < n; i++)
		buf_addf(&out, "%s%s %s / %s; ", list[i].field, list[i].decides ? "!" : "",
			 list[i].ours, list[i].theirs);
	differences_free(list, n);
	task_done(&t);
	return buf_take(&out);
}

static void
what_both_say_is_compared_and_nothing_else(void **state)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{ "{}", "" },
		{ "{\"params\":{},\"metadata\":null,\"batch\":\"of the service\"}", "" },
		{ "{\"project\":\"p\",\"unique_id\":\"another\"}", "" },
		{ "{\"project\":\"q\"}", "project! \"p\" / \"q\"; " },
		{ "{\"project\":7}", "project! \"p\" / 7; " },
		{ "{\"instruction\":\"do it\"}", "" }, /* spelled otherwise, and the same */
		{ "{\"instruction\":\"do it, and as the project says\"}", "" },
		{ "{\"instruction\":\"do\"}", "instruction! \"do\\u0020it\" / \"do\"; " },
		{ "{\"params\":{\"attachments\":[\"s3://a/1.json\",\"s3://a/2.json\"]}}", "" },
		{ "{\"attachments\":[\"s3://a/1.json\",\"s3://b/2.json\"]}",
		  "attachments! 2 of 2: \"s3://a/2.json\" / 2 of 2: \"s3://b/2.json\"; " },
		{ "{\"attachments\":[\"s3://a/1.json\"]}",
		  "attachments! 2 of 2: \"s3://a/2.json\" / 2 of 1: null; " },
		{ "{\"attachments\":[\"s3://a/2.json\",\"s3://a/1.json\"]}",
		  "attachments! 1 of 2: \"s3://a/1.json\" / 1 of 2: \"s3://a/2.json\"; " },
		{ "{\"attachments\":\"s3://a/1.json\"}",
		  "attachments! [\"s3://a/1.json\",\"s3://a/2.json\"] / \"s3://a/1.json\"; " },
		{ "{\"metadata\":{\"b\" : [2], \"a\":1}}", "" }, /* in any order */
		{ "{\"metadata\":{\"a\":1}}", "metadata {\"a\":1,\"b\":[2]} / {\"a\":1}; " },
		{ "{\"metadata\":{\"a\":1,\"c\":[2]}}",
		  "metadata {\"a\":1,\"b\":[2]} / {\"a\":1,\"c\":[2]}; " },
		{ "{\"priority\":30,\"params\":{\"scene_format\":\"sensor_fusion\"}}",
		  "scene_format! \"split_base64\" / \"sensor_fusion\"; priority 20 / 30; " },
		{ "{\"tags\":[\"x\",\"y\"]}", "tags 2 of 1: null / 2 of 2: \"y\"; " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *got = compared(payload, rows[i].json);

		if (strcmp(got ? got : "", rows[i].want) != 0)
			fail_msg("row %zu: %s", i, got);
		free(got);
	}
}

static void
with_a_batch_its_project_is_used(void **state)
{
	char *got = compared("{\"project\":\"p\",\"batch\":\"b\"}",
			     "{\"project\":\"of the batch\",\"batch\":\"c\"}");

	(void)state;
	assert_string_equal(got, "batch! \"b\" / \"c\"; ");
	free(got);
}

static void
another_type_is_another_task(void **state)
{
	struct difference *list;
	struct task t;
	size_t n;

	(void)state;
	task_init(&t);
	task_set(&t.type, "imageannotation", 15);
	differences(payload, sizeof(payload) - 1, &t, &list, &n);
	assert_int_equal(n, 1);
	assert_string_equal(list[0].field, "type");
	assert_true(differences_decide(list, n));
	differences_free(list, n);
	task_done(&t);
}

static void
long_values_are_cut_where_a_character_ends(void **state)
{
	struct buf json = BUF_INIT(1u << 20);
	char *got;
	size_t bad;

	(void)state;
	buf_adds(&json, "{\"project\":\"x");
	for (int i = 0; i < 2000; i++)
		buf_adds(&json, "\xC3\xA4");
	buf_adds(&json, "\"}");
	got = compared(payload, buf_str(&json));
	assert_true(strlen(got) < 500);
	assert_true(text_valid(got, strlen(got), &bad));
	free(got);
	buf_free(&json);
}

static void
whether_the_content_is_told_is_known(void **state)
{
	static const struct {
		const char *json;
		bool told;
	} rows[] = {
		{ "", false },
		{ "{}", false },
		{ "[]", false },
		{ "{\"params\":{}}", false },
		{ "{\"attachments\":null}", false },
		{ "{\"params\":{\"attachments\":\"x\"}}", false },
		{ "{\"params\":{\"attachments\":[]}}", true },
		{ "{\"attachments\":[\"x\"]}", true },
	};
	struct task t;

	(void)state;
	task_init(&t);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		task_set(&t.json, rows[i].json, strlen(rows[i].json));
		if (difference_is_told(&t) != rows[i].told)
			fail_msg("row %zu", i);
	}
	task_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_say_is_compared_and_nothing_else),
		cmocka_unit_test(with_a_batch_its_project_is_used),
		cmocka_unit_test(another_type_is_another_task),
		cmocka_unit_test(long_values_are_cut_where_a_character_ends),
		cmocka_unit_test(whether_the_content_is_told_is_known),
	};
	return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
