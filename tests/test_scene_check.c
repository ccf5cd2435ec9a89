/* test_scene_check.c - which attachments a task survives, and the words for the others. */
#include "config.h"

#include "tests/scene_file.h"
#include "tests/test.h"

#include "core/err.h"
#include "sandbox/scene_check.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

#define TEXT(s) s, sizeof(s) - 1

static void
attachments_are_judged_by_the_scene_format(void **state)
{
	static const struct {
		const char *format, *data;
		size_t n;
		const char *message; /* NULL: good */
	} rows[] = {
		/* clang-format off */
		{ "sensor_fusion", example_scene, EXAMPLE_SIZE, NULL },
		{ "sensor_fusion", example_scene, EXAMPLE_SIZE - 3,
		  "$items.1: the file ends before this blob does: 2 bytes at 32 of 33" },
		{ "sensor_fusion", example_scene, EXAMPLE_SIZE - 30,
		  "$items.0: the file ends before this blob does: 24 bytes at 4 of 6 (and 1 more)" },
		{ "sensor_fusion", TEXT("{\"version\":\"2.0\",\"$items\":[]}\0"),
		  "version: Invalid version provided: 2.0" },
		{ "sensor_fusion", TEXT("{\"version\":\"1.0\",\"sensors\":[{},7],\"$items\":[]}\0"),
		  "sensors.0.id: Missing field: id (and 2 more)" },
		{ "sensor_fusion", TEXT(""),
		  "no NUL ends the header: this is no .sfs file, or only a part of one" },
		{ "sensor_fusion", TEXT("{\"points\":[]}"),
		  "no NUL ends the header: this is no .sfs file, or only a part of one" },
		{ "split_base64", TEXT("{\"points\":[{\"x\":1,\"y\":2,\"z\":3}]}"), NULL },
		{ "split_base64", TEXT("{\"points\":\"AACAPwAAAEAAAEBA\"}"), NULL },
		{ "split_base64", TEXT("{\"frames\":[]}"), NULL },
		{ "split_base64", TEXT("[]"), NULL },
		{ "split_base64", TEXT("{\"points\":"),
		  "Invalid JSON Format: Unexpected end of JSON input" },
		{ "split_base64", TEXT(""), "Invalid JSON Format: Unexpected end of JSON input" },
		{ "split_base64", example_scene, EXAMPLE_SIZE,
		  "Invalid JSON Format: line 1, column 591: byte 80 is not UTF-8" },
		{ "something_new", TEXT("\xFF"), NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char message[256] = "";
		bool good = scene_check(rows[i].format, rows[i].data, rows[i].n, message,
					sizeof(message));

		if (good != !rows[i].message)
			fail_msg("row %zu: %s", i, message);
		assert_string_equal(message, rows[i].message ? rows[i].message : "");
	}
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	static const char header[] = "{\"$items\":[{\"keys\":[\"\xC3\xA9\xC3\xA9\xC3\xA9\"],"
				     "\"length\":0,\"offset\":4}]}";
	static const char words[] = "$items.0: the scene has no empty string for it at ";
	char message[sizeof(words) + 4];
	struct buf file = BUF_INIT(4096);

	(void)state;
	scene_raw(&file, header, 7);
	assert_false(scene_check("sensor_fusion", file.p, file.len, message, sizeof(message)));
	assert_memory_equal(message, words, sizeof(words) - 1);
	assert_string_equal(message + sizeof(words) - 1, "\xC3\xA9\xC3\xA9");
	assert_false(scene_check("sensor_fusion", file.p, file.len, message, sizeof(message) - 1));
	assert_string_equal(message + sizeof(words) - 1, "\xC3\xA9");
	buf_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attachments_are_judged_by_the_scene_format),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
	};
	return cmocka_run_group_tests_name("scene_check", tests, set_locale, NULL);
}
