/* test_sfs.c - the container of scene files: what is taken, what is refused and why. */
#include "config.h"

#include "tests/scene_file.h"
#include "tests/test.h"

#include "core/file.h"
#include "core/sfs.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

/* A copy of its own size, so that reading past the end is seen. */
static bool
check_copy(const char *bytes, size_t n, struct sfs_report *report)
{
	char *copy = malloc(n ? n : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	good = sfs_check(copy, n, report);
	free(copy);
	return good;
}

static void
the_described_example_is_a_scene(void **state)
{
	struct sfs_report report;

	(void)state;
	assert_int_equal(strlen(example_scene), EXAMPLE_HEADER_SIZE);
	if (!check_copy(example_scene, EXAMPLE_SIZE, &report))
		fail_msg("%s: %s", report.faults[0].path, report.faults[0].message);
	sfs_report_done(&report);
}

static void
the_example_that_we_ship_is_the_described_one(void **state)
{
	struct buf file = BUF_INIT(1u << 16), path = BUF_INIT(4096);
	struct err err = ERR_INIT;

	(void)state;
	buf_addf(&path, "%s/examples/scene.sfs", getenv("MS_SRCDIR"));
	assert_int_equal(file_read_path(buf_str(&path), &file, &err), ERR_OK);
	assert_int_equal(file.len, EXAMPLE_SIZE);
	assert_memory_equal(file.p, example_scene, EXAMPLE_SIZE);
	buf_free(&file);
	buf_free(&path);
}

static void
a_scene_cut_at_any_byte_is_a_fault(void **state)
{
	(void)state;
	for (size_t n = 0; n < EXAMPLE_SIZE; n++) {
		struct sfs_report report;
		/* Behind the last blob is fill, which nobody reads. */
		bool whole = n >= EXAMPLE_HEADER_SIZE + 32 + 2;

		if (check_copy(example_scene, n, &report) != whole)
			fail_msg("%zu bytes: %s", n, whole ? report.faults[0].message : "taken");
		assert_int_equal(report.kept > 0, !whole);
		sfs_report_done(&report);
	}
}

#define ITEMS(entries) "{\"version\":\"1.0\",\"a\":{\"b\":[\"\",\"\"]},\"$items\":[" entries "]}"
#define ITEM(members)  ITEMS("{\"keys\":[\"a\",\"b\",0]," members "}")

/* As many NULs follow the header's own as make a binary section of 24 bytes. */
#define REST 23

static void
broken_containers_are_refused(void **state)
{
	static const struct {
		const char *header, *path, *message;
	} rows[] = {
		/* clang-format off */
		{ "", "", "the header is no JSON: line 1, column 1: there is no JSON value, only an empty text" },
		{ "{\"a\":1,\"a\":2}", "",
		  "the header is no JSON: line 1, column 8: the name \"a\" stands twice (first on line 1)" },
		{ "[]", "", "the header is no JSON object" },
		{ "{}", "$items", "\"$items\" must be a list: it names the blobs" },
		{ "{\"$items\":null}", "$items", "\"$items\" must be a list: it names the blobs" },
		{ "{\"$items\":{}}", "$items", "\"$items\" must be a list: it names the blobs" },
		{ ITEMS("7"), "$items.0", "an entry must be an object" },
		{ ITEMS("{}"), "$items.0", "\"keys\" must be a list: the path of the blob in the scene" },
		{ ITEMS("{\"keys\":[]}"), "$items.0", "\"keys\" must not be empty" },
		{ ITEMS("{\"keys\":[\"a\",null]}"), "$items.0", "\"keys\" must hold names and numbers only" },
		{ ITEM("\"offset\":4"), "$items.0", "\"length\" must be a whole number of bytes" },
		{ ITEM("\"length\":-1,\"offset\":4"), "$items.0", "\"length\" must be a whole number of bytes" },
		{ ITEM("\"length\":1.5,\"offset\":4"), "$items.0", "\"length\" must be a whole number of bytes" },
		{ ITEM("\"length\":\"1\",\"offset\":4"), "$items.0", "\"length\" must be a whole number of bytes" },
		{ ITEM("\"length\":1"), "$items.0", "\"offset\" must be a whole number of bytes" },
		{ ITEM("\"length\":1,\"offset\":3"), "$items.0", "\"offset\" must be at least 4: is 3" },
		{ ITEM("\"length\":1,\"offset\":0"), "$items.0", "\"offset\" must be at least 4: is 0" },
		{ ITEM("\"length\":1,\"offset\":24"), "$items.0",
		  "the file ends before this blob does: 1 bytes at 24 of 24" },
		{ ITEM("\"length\":0,\"offset\":25"), "$items.0",
		  "the file ends before this blob does: 0 bytes at 25 of 24" },
		{ ITEM("\"length\":21,\"offset\":4"), "$items.0",
		  "the file ends before this blob does: 21 bytes at 4 of 24" },
		{ ITEM("\"length\":18446744073709551615,\"offset\":4"), "$items.0",
		  "the file ends before this blob does: 9223372036854775807 bytes at 4 of 24" },
		{ ITEM("\"length\":9223372036854775807,\"offset\":9223372036854775807"), "$items.0",
		  "the file ends before this blob does: 9223372036854775807 bytes at 9223372036854775807 of 24" },
		{ ITEM("\"length\":18446744073709551612,\"offset\":18446744073709551612"), "$items.0",
		  "the file ends before this blob does: 9223372036854775807 bytes at 9223372036854775807 of 24" },
		{ ITEM("\"length\":4,\"offset\":4,\"dtype\":\"<f4\""), "$items.0", "no such dtype: <f4" },
		{ ITEM("\"length\":4,\"offset\":4,\"dtype\":[\"\\u001b[31m\"]"), "$items.0",
		  "no such dtype: [\"\\u001b[31m\"]" },
		{ ITEM("\"length\":4,\"offset\":4,\"dtype\":\"\\u001b[31m\""), "$items.0",
		  "no such dtype: ^[[31m" },
		{ ITEM("\"length\":5,\"offset\":4,\"dtype\":\"float32\""), "$items.0",
		  "\"length\" must be what dtype and shape need: is 5" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":[3]"), "$items.0",
		  "\"length\" must be what dtype and shape need: is 8" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":[]"), "$items.0",
		  "\"length\" must be what dtype and shape need: is 8" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":[2,0]"), "$items.0",
		  "\"length\" must be what dtype and shape need: is 8" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"uint8\",\"shape\":[4294967296,4294967296,8]"),
		  "$items.0", "\"length\" must be what dtype and shape need: is 8" },
		{ ITEM("\"length\":0,\"offset\":4,\"dtype\":\"uint8\",\"shape\":[4294967296,4294967296]"),
		  "$items.0", "\"length\" must be what dtype and shape need: is 0" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":2"), "$items.0",
		  "\"shape\" must be a list" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":[-2,-1]"), "$items.0",
		  "\"shape\" must hold at most 8 sizes" },
		{ ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float32\",\"shape\":[\"2\"]"), "$items.0",
		  "\"shape\" must hold at most 8 sizes" },
		{ ITEM("\"length\":4,\"offset\":4,\"dtype\":\"float32\",\"shape\":[1,1,1,1,1,1,1,1,1]"),
		  "$items.0", "\"shape\" must hold at most 8 sizes" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",2],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at a.b.2" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",\"00\"],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at a.b.00" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",-0],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at a.b.-0" },
		{ ITEMS("{\"keys\":[\"a\",\"b\"],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at a.b" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",0,0],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at a.b.0.0" },
		{ ITEMS("{\"keys\":[\"version\"],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at version" },
		{ ITEMS("{\"keys\":[\"\\u202e\"],\"length\":1,\"offset\":4}"), "$items.0",
		  "the scene has no empty string for it at <U+202E>" },
		{ ITEMS("{\"keys\":[\"$items\",0,\"x\"],\"length\":1,\"offset\":4,\"x\":\"\"}"), "$items.0",
		  "the scene has no empty string for it at $items.0.x" },
		{ "{\"0\":\"\",\"$items\":[{\"keys\":[0],\"length\":1,\"offset\":4}]}", "$items.0",
		  "the scene has no empty string for it at 0" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",0],\"length\":1,\"offset\":4},"
			"{\"keys\":[\"a\",\"b\",\"0\"],\"length\":1,\"offset\":4}"), "$items.1",
		  "entry 0 is of the same place in the scene" },
		{ ITEMS("{\"keys\":[\"a\",\"b\",0],\"length\":1,\"offset\":4},"
			"{\"keys\":[\"a\",\"b\",0],\"length\":1,\"offset\":8}"), "$items.1",
		  "entry 0 is of the same place in the scene" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf file = BUF_INIT(1u << 16);
		struct sfs_report report;

		scene_raw(&file, rows[i].header, REST);
		if (check_copy(file.p, file.len, &report))
			fail_msg("taken: %s", rows[i].header);
		assert_string_equal(report.faults[0].path, rows[i].path);
		assert_string_equal(report.faults[0].message, rows[i].message);
		assert_int_equal(report.found, 1);
		sfs_report_done(&report);
		buf_free(&file);
	}
}

static void
what_other_writers_do_is_taken(void **state)
{
	static const char *const headers[] = {
		/* Old ones give no dtype and no shape; null is absent. */
		ITEM("\"length\":5,\"offset\":4"),
		ITEM("\"length\":5,\"offset\":4,\"dtype\":null,\"shape\":null"),
		ITEM("\"length\":8,\"offset\":4,\"dtype\":\"uint64\""),
		ITEM("\"length\":8,\"offset\":4,\"dtype\":\"float64\",\"shape\":[1]"),
		ITEM("\"length\":4,\"offset\":4,\"dtype\":\"float32\",\"shape\":[]"),
		ITEM("\"length\":0,\"offset\":24,\"dtype\":\"float32\",\"shape\":[0,3]"),
		/* Offsets that are no multiple of 4, positions as strings, any order. */
		ITEM("\"length\":12,\"offset\":7,\"dtype\":\"float32\",\"shape\":[3]"),
		ITEMS("{\"keys\":[\"a\",\"b\",\"1\"],\"length\":1,\"offset\":4},"
		      "{\"keys\":[\"a\",\"b\",0],\"length\":1,\"offset\":8}"),
		/* Blanks anywhere, and members that nobody knows. */
		" {\n \"version\": \"1.0\", \"note\": [1, {}], \"$items\": [] }\n",
		"{\"version\":\"1.0\",\"a\\u002fb\":\"\",\"$items\":"
		"[{\"keys\":[\"a\\/b\"],\"length\":1,\"offset\":4}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct buf file = BUF_INIT(1u << 16);
		struct sfs_report report;

		scene_raw(&file, headers[i], REST);
		if (!check_copy(file.p, file.len, &report))
			fail_msg("%s: %s", headers[i], report.faults[0].message);
		sfs_report_done(&report);
		buf_free(&file);
	}
}

/* What stands where decides, not how the way there is written. */
static void
blobs_are_found_whichever_way_leads_to_them(void **state)
{
	static const char header[] =
		/* clang-format off */
		"{\"version\":\"1.0\",\"sensors\":[{\"id\":1,\"type\":\"points\",\"points\":"
		"{\"positions\":\"\",\"colors\":\"\"}}],\"$items\":["
		"{\"keys\":[\"sensors\",\"0\",\"points\",\"colors\"],\"length\":3,\"offset\":5,"
		"\"dtype\":\"uint8\",\"shape\":[1,3]},"
		"{\"keys\":[\"sensors\",0,\"po\\u0069nts\",\"positions\"],\"length\":12,\"offset\":9,"
		"\"dtype\":\"float32\",\"shape\":[1,3]}]}";
	/* clang-format on */
	struct buf file = BUF_INIT(4096);
	struct sfs_report report;

	(void)state;
	scene_raw(&file, header, REST);
	if (!check_copy(file.p, file.len, &report))
		fail_msg("%s: %s", report.faults[0].path, report.faults[0].message);
	assert_int_equal(report.facts.points, 1);
	sfs_report_done(&report);
	buf_free(&file);
}

static void
a_header_has_a_limit(void **state)
{
	size_t n = SFS_HEADER_MAX + 2;
	struct sfs_report report;
	char *file = malloc(n);

	(void)state;
	assert_non_null(file);
	memset(file, ' ', n);
	file[n - 1] = '\0';
	assert_false(sfs_check(file, n, &report));
	assert_string_equal(report.faults[0].message,
			    "no NUL ends the header within its first 64 MiB");
	sfs_report_done(&report);
	assert_false(sfs_check(file, 100, &report));
	assert_string_equal(report.faults[0].message, "no NUL ends the header: this is no .sfs "
						      "file, or only a part of one");
	sfs_report_done(&report);
	assert_false(sfs_check(NULL, 0, &report));
	sfs_report_done(&report);
	free(file);
}

/* One entry for each item of an array, in an order that nobody would write. */
static void
add_shuffled(struct buf *file, unsigned count)
{
	struct buf header = BUF_INIT(SFS_HEADER_MAX);

	buf_adds(&header, "{\"version\":\"1.0\",\"a\":[\"\"");
	for (unsigned i = 1; i < count; i++)
		buf_adds(&header, ",\"\"");
	buf_adds(&header, "],\"$items\":[");
	for (unsigned i = 0; i < count; i++)
		buf_addf(&header, "%s{\"keys\":[\"a\",%u],\"length\":1,\"offset\":4}", i ? "," : "",
			 i * 12345u % SFS_ITEMS_MAX); /* odd: none comes twice */
	buf_adds(&header, "]}");
	scene_raw(file, buf_str(&header), REST);
	buf_free(&header);
}

static void
many_entries_have_a_limit(void **state)
{
	struct buf file = BUF_INIT(SFS_HEADER_MAX);
	struct sfs_report report;

	(void)state;
	add_shuffled(&file, SFS_ITEMS_MAX);
	assert_true(sfs_check(file.p, file.len, &report));
	sfs_report_done(&report);
	buf_clear(&file);
	add_shuffled(&file, SFS_ITEMS_MAX + 1);
	assert_false(sfs_check(file.p, file.len, &report));
	assert_string_equal(report.faults[0].path, "$items");
	assert_string_equal(report.faults[0].message, "more than 262144 entries");
	sfs_report_done(&report);
	buf_free(&file);
}

static void
all_faults_are_counted_and_the_first_are_kept(void **state)
{
	struct buf header = BUF_INIT(1u << 16), file = BUF_INIT(1u << 16), line = BUF_INIT(4096);
	struct sfs_report report;

	(void)state;
	buf_adds(&header, "{\"$items\":[{}");
	for (int i = 1; i < 100; i++)
		buf_adds(&header, ",{}");
	buf_adds(&header, "]}");
	scene_raw(&file, buf_str(&header), REST);
	assert_false(sfs_check(file.p, file.len, &report));
	assert_int_equal(report.found, 100);
	assert_int_equal(report.kept, SFS_FAULTS_KEPT);
	assert_string_equal(report.faults[SFS_FAULTS_KEPT - 1].path, "$items.31");
	sfs_report_line(&report, &line);
	assert_string_equal(buf_str(&line), "$items.0: \"keys\" must be a list: the path of the "
					    "blob in the scene (and 99 more)");
	sfs_report_done(&report);
	buf_free(&header);
	buf_free(&file);
	buf_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_described_example_is_a_scene),
		cmocka_unit_test(the_example_that_we_ship_is_the_described_one),
		cmocka_unit_test(a_scene_cut_at_any_byte_is_a_fault),
		cmocka_unit_test(broken_containers_are_refused),
		cmocka_unit_test(what_other_writers_do_is_taken),
		cmocka_unit_test(blobs_are_found_whichever_way_leads_to_them),
		cmocka_unit_test(a_header_has_a_limit),
		cmocka_unit_test(many_entries_have_a_limit),
		cmocka_unit_test(all_faults_are_counted_and_the_first_are_kept),
	};
	return cmocka_run_group_tests_name("sfs", tests, set_locale, NULL);
}
