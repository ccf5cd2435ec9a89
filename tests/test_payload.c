/* test_payload.c - the bytes that are sent, in both forms, and reading them back. */
#include "config.h"

#include "tests/test.h"

#include "core/payload.h"

static void
set(struct draft *d, enum field_id f, const char *text)
{
	draft_set(d, f, text, strlen(text));
}

static struct draft *
empty_draft(void)
{
	struct draft *d = draft_new();

	draft_clear(d, FIELD_UNIQUE_ID);
	return d;
}

static struct draft *
scene_draft(void)
{
	struct draft *d = empty_draft();

	set(d, FIELD_PROJECT, "kitti");
	set(d, FIELD_SCENE_FORMAT, "sensor_fusion");
	set(d, FIELD_ATTACHMENTS, "s3://bucket/a/scene.sfs");
	set(d, FIELD_UNIQUE_ID, "ms-1");
	return d;
}

static struct draft *
full_draft(void)
{
	static const char extra[] = "\"stage\": {\"a\":1.0},\"n\\u0065w\": null";
	struct draft *d = empty_draft();

	set(d, FIELD_PROJECT, "kitti");
	set(d, FIELD_BATCH, "night-a");
	set(d, FIELD_INSTRUCTION, "# Label \xC3\xA9very \"car\"\n\n\tback\\slash / slash\n");
	set(d, FIELD_CALLBACK_URL, "https://h.example/cb?a=b&c=d");
	set(d, FIELD_ATTACHMENTS, "https://h.example/1.json?sig=a%2Fb\ns3://bucket/2.json");
	set(d, FIELD_SCENE_FORMAT, "split_base64");
	set(d, FIELD_TASK_BLUEPRINT_ID, "65a6f1");
	set(d, FIELD_METADATA,
	    "{ \"rig\": 7, \"z\": 1.10,\n\"a\": [1e3, {}, []], \"u\": \"\\u00e9\\/\" }");
	set(d, FIELD_UNIQUE_ID, "ms-0000");
	set(d, FIELD_PRIORITY, "20");
	set(d, FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "true");
	set(d, FIELD_TAGS, "night\nrain");
	draft_set_extra(d, extra, sizeof(extra) - 1);
	return d;
}

static void
the_bytes_are_as_in_the_golden_files(void **state)
{
	struct draft *drafts[] = { empty_draft(), scene_draft(), full_draft() };
	static const char *const names[] = { "empty", "scene", "full" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct payload *p = payload_new();
		struct buf wire = BUF_INIT(10000), pretty = BUF_INIT(10000);
		char name[64];

		payload_update(p, drafts[i]);
		payload_wire(p, &wire);
		payload_pretty(p, &pretty);
		assert_int_equal(payload_broken(p), FIELD_COUNT);
		snprintf(name, sizeof(name), "payload/%s.wire.json", names[i]);
		test_golden(name, buf_str(&wire));
		snprintf(name, sizeof(name), "payload/%s.pretty.json", names[i]);
		test_golden(name, buf_str(&pretty));
		buf_free(&wire);
		buf_free(&pretty);
		payload_free(p);
		draft_free(drafts[i]);
	}
}

/* Size, lines, spans, hash and both forms tell the same story as fresh ones. */
static void
assert_sound(struct payload *p, const struct draft *d)
{
	struct payload *fresh = payload_new();
	struct buf wire = BUF_INIT(1 << 20), fresh_wire = BUF_INIT(1 << 20);
	struct buf pretty = BUF_INIT(1 << 20), lines = BUF_INIT(1 << 20);
	struct payload_line line;
	size_t next = 1, at, n;
	struct err err = ERR_INIT;

	payload_update(fresh, d);
	payload_wire(p, &wire);
	payload_wire(fresh, &fresh_wire);
	assert_string_equal(wire.p, fresh_wire.p);
	assert_string_equal(payload_sha256(p), payload_sha256(fresh));
	assert_int_equal(payload_size(p), wire.len);
	assert_int_equal(payload_broken(p), payload_broken(fresh));
	assert_int_equal(json_scan(wire.p, wire.len, NULL, NULL, &err), ERR_OK);

	payload_pretty(p, &pretty);
	for (size_t i = 0; i < payload_lines(p); i++) {
		assert_true(payload_line(p, i, &line));
		buf_add(&lines, line.text, line.n);
		buf_add(&lines, "\n", 1);
	}
	assert_false(payload_line(p, payload_lines(p), &line));
	assert_string_equal(pretty.p, lines.p);
	assert_int_equal(json_scan(pretty.p, pretty.len, NULL, NULL, &err), ERR_OK);

	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		payload_span_lines(p, f, &at, &n);
		assert_int_equal(at, next);
		next += n;
		for (size_t i = at; i < at + n; i++) {
			assert_true(payload_line(p, i, &line));
			assert_int_equal(line.field, f);
		}
		payload_span_wire(p, f, &at, &n);
		if (n > 0) {
			assert_int_equal(wire.p[at], '"');
			assert_memory_equal(wire.p + at + 1, fields[f].name,
					    strlen(fields[f].name));
			assert_non_null(strchr(",}", wire.p[at + n]));
			assert_non_null(strchr(",{", wire.p[at - 1]));
		}
	}
	payload_free(fresh);
	buf_free(&wire);
	buf_free(&fresh_wire);
	buf_free(&pretty);
	buf_free(&lines);
}

static void
any_order_of_changes_gives_the_same_bytes(void **state)
{
	static const char *const values[] = { "",         "a",           "20",
					      "true",     "{\"a\":[1]}", "\xFF",
					      "x\ny\n\"", "{}",          "[\"q\\n\", \"\"]" };
	struct draft *d = full_draft();
	struct payload *p = payload_new();
	uint32_t x = 7;

	(void)state;
	payload_update(p, d);
	assert_sound(p, d);
	for (int round = 0; round < 400; round++) {
		x = x * 1664525u + 1013904223u;
		set(d, (enum field_id)((x >> 8) % FIELD_COUNT),
		    values[(x >> 16) % ARRAY_LEN(values)]);
		if (round % 7 == 0)
			draft_undo(d);
		if (round % 50 == 0)
			draft_set_extra(d, "\"e\": 1", round % 100 ? 0 : 6);
		payload_update(p, d);
		assert_sound(p, d);
	}
	payload_free(p);
	draft_free(d);
}

static void
the_hash_is_sha256_of_the_wire_bytes(void **state)
{
	struct draft *d = empty_draft();
	struct payload *p = payload_new();

	(void)state;
	payload_update(p, d);
	assert_string_equal(payload_sha256(p),
			    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	set(d, FIELD_PROJECT, "a");
	payload_update(p, d);
	assert_string_equal(payload_sha256(p), /* {"project":"a"} */
			    "dc74d472f7ee940c52632269f5e8642285e5d1fa116c2a5e5b55d137d6464230");
	payload_free(p);
	draft_free(d);
}

static void
what_cannot_be_carried_is_left_out_and_named(void **state)
{
	static const struct {
		enum field_id field;
		const char *value;
		bool broken;
	} rows[] = {
		/* clang-format off */
		{ FIELD_PROJECT, "\xC3", true },
		{ FIELD_ATTACHMENTS, "ok\n\xFF", true },
		{ FIELD_METADATA, "{\"a\":1,\"a\":2}", true },
		{ FIELD_METADATA, "[1]", true },
		{ FIELD_METADATA, " {} \n", false },
		{ FIELD_PRIORITY, "ten", true },
		{ FIELD_PRIORITY, "\"20\"", true },
		{ FIELD_PRIORITY, "2e1", true },
		{ FIELD_PRIORITY, " 20", true },
		{ FIELD_PRIORITY, "15", false }, /* wrong, but exact: check.h says it */
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "null", true },
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "yes", true },
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "false", false },
		{ FIELD_SCENE_FORMAT, "unheard", false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = scene_draft();
		struct payload *p = payload_new();
		struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;
		char sha[65] = "unchanged";
		size_t at, n;

		set(d, rows[i].field, rows[i].value);
		payload_update(p, d);
		payload_span_wire(p, rows[i].field, &at, &n);
		if ((payload_broken(p) == rows[i].field) != rows[i].broken ||
		    (n == 0) != rows[i].broken)
			fail_msg("row %zu: %s", i, rows[i].value);
		assert_int_equal(payload_of_draft(d, &out, sha, &err),
				 rows[i].broken ? ERR_RULE : ERR_OK);
		if (rows[i].broken) {
			assert_string_equal(err.field, fields[rows[i].field].name);
			assert_string_equal(sha, "unchanged");
			assert_int_equal(out.len, 0);
		} else {
			assert_string_equal(sha, payload_sha256(p));
			assert_int_equal(out.len, payload_size(p));
		}
		buf_free(&out);
		payload_free(p);
		draft_free(d);
	}
}

static void
members_from_outside_never_stand_twice(void **state)
{
	static const char *const rows[] = { "\"project\": 1", "\"pr\\u006fject\": 1", "\"a\": }",
					    "\"a\":1}, {\"b\":2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = scene_draft();
		struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;

		draft_set_extra(d, rows[i], strlen(rows[i]));
		assert_int_equal(payload_of_draft(d, &out, NULL, &err), ERR_RULE);
		assert_int_equal(out.len, 0);
		buf_free(&out);
		draft_free(d);
	}
}

static void
a_payload_too_large_to_send_is_an_error(void **state)
{
	struct draft *d = empty_draft();
	struct buf text = BUF_INIT(DRAFT_VALUE_MAX), out = BUF_INIT(PAYLOAD_MAX);
	struct err err = ERR_INIT;

	(void)state;
	while (!text.full)
		buf_adds(&text, "0123456789abcdef");
	draft_edit_begin(d, FIELD_ATTACHMENTS);
	for (size_t i = 0; i < 63; i++)
		draft_item_add(d, FIELD_ATTACHMENTS, i, text.p, text.len);
	assert_int_equal(payload_of_draft(d, &out, NULL, &err), ERR_OK);
	buf_clear(&out);
	draft_item_add(d, FIELD_TAGS, 0, text.p, text.len);
	assert_int_equal(payload_of_draft(d, &out, NULL, &err), ERR_TOO_BIG);
	draft_item_add(d, FIELD_ATTACHMENTS, 0, text.p, text.len);
	assert_int_equal(payload_of_draft(d, &out, NULL, &err), ERR_RULE);
	assert_string_equal(err.field, "attachments");
	assert_int_equal(out.len, 0);
	buf_free(&text);
	buf_free(&out);
	draft_free(d);
}

static void
assert_equal_drafts(const struct draft *a, const struct draft *b)
{
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		assert_string_equal(draft_get(a, f), draft_get(b, f));
		assert_int_equal(draft_count(a, f), draft_count(b, f));
		for (size_t i = 0; i < draft_count(a, f); i++)
			assert_string_equal(draft_item(a, f, i), draft_item(b, f, i));
	}
	assert_string_equal(draft_extra(a), draft_extra(b));
}

static void
import_gives_the_same_draft_back(void **state)
{
	struct draft *d = full_draft(), *back = draft_new(), *again = draft_new();
	struct buf first = BUF_INIT(10000), second = BUF_INIT(10000);
	char sha[2][65];
	struct err err = ERR_INIT;

	(void)state;
	draft_item_add(d, FIELD_TAGS, 0, "two\nlines", 9);
	draft_item_add(d, FIELD_TAGS, 1, "", 0);
	assert_int_equal(payload_of_draft(d, &first, sha[0], &err), ERR_OK);
	if (payload_import(back, first.p, first.len, &err) != ERR_OK)
		fail_msg("%s", err.msg);
	assert_int_equal(payload_of_draft(back, &second, sha[1], &err), ERR_OK);
	assert_string_equal(first.p, second.p);
	assert_string_equal(sha[0], sha[1]);
	assert_int_equal(draft_undo(back), FIELD_COUNT);
	set(d, FIELD_METADATA, draft_get(back, FIELD_METADATA)); /* only blanks differ */
	draft_set_extra(d, draft_extra(back), strlen(draft_extra(back)));
	assert_equal_drafts(d, back);
	assert_string_equal(draft_extra(back), "\"stage\": {\"a\":1.0},\"n\\u0065w\": null");
	assert_int_equal(payload_import(again, first.p, first.len, &err), ERR_OK);
	assert_equal_drafts(back, again);
	draft_free(d);
	draft_free(back);
	draft_free(again);
	buf_free(&first);
	buf_free(&second);
}

static void
absent_null_and_empty_mean_unset(void **state)
{
	static const char text[] =
		"{\"priority\": null, \"tags\": [], \"batch\": \"\", \"pr\\u006fject\": \"p\","
		" \"clear_unique_id_on_error\": null, \"metadata\": null, \"x\": null}";
	struct draft *d = draft_new();
	struct err err = ERR_INIT;

	(void)state;
	set(d, FIELD_INSTRUCTION, "before");
	assert_int_equal(payload_import(d, text, sizeof(text) - 1, &err), ERR_OK);
	for (enum field_id f = 0; f < FIELD_COUNT; f++)
		assert_int_equal(draft_is_set(d, f), f == FIELD_PROJECT);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "p");
	assert_string_equal(draft_extra(d), "\"x\": null");
	draft_free(d);
}

static void
a_refused_import_changes_nothing(void **state)
{
	static const struct {
		const char *text, *field, *msg;
	} rows[] = {
		/* clang-format off */
		{ "[]", NULL, "line 1, column 1: a payload is one JSON object" },
		{ "{\"project\": \"a\",\n \"batch\": 7}", "batch",
		  "line 2, column 11: batch must be a string" },
		{ "{\"attachments\": \"s3://b/k\"}", "attachments",
		  "line 1, column 17: attachments must be an array of strings" },
		{ "{\"attachments\": [\"a\", null]}", "attachments",
		  "line 1, column 23: attachments may hold only strings" },
		{ "{\"metadata\": [1]}", "metadata", "line 1, column 14: metadata must be an object" },
		{ "{\"priority\": \"20\"}", "priority",
		  "line 1, column 14: priority must be a whole number" },
		{ "{\"priority\": 20.0}", "priority",
		  "line 1, column 14: priority must be a whole number" },
		{ "{\"clear_unique_id_on_error\": 1}", "clear_unique_id_on_error",
		  "line 1, column 30: clear_unique_id_on_error must be true or false" },
		{ "{\"tags\": [\"a\\u0000\"]}", NULL,
		  "line 1, column 13: \\u0000 cannot be carried exactly" },
		{ "{\"project\": 1, \"project\": 2}", NULL,
		  "line 1, column 16: the name \"project\" stands twice (first on line 1)" },
		{ "{\"x\": 1e400}", NULL,
		  "line 1, column 7: this number is too large to be carried exactly" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = full_draft(), *before = draft_copy(d);
		unsigned changes = draft_changes(d);
		struct err err = ERR_INIT;

		assert_int_equal(payload_import(d, rows[i].text, strlen(rows[i].text), &err),
				 ERR_PARSE);
		if (strcmp(err.msg, rows[i].msg) != 0)
			fail_msg("row %zu: %s", i, err.msg);
		assert_true(rows[i].field ? err.field && strcmp(err.field, rows[i].field) == 0
					  : err.field == NULL);
		assert_equal_drafts(d, before);
		assert_int_equal(draft_changes(d), changes);
		draft_free(d);
		draft_free(before);
	}
}

static void
a_file_too_large_is_not_read(void **state)
{
	struct draft *d = draft_new();
	struct buf text = BUF_INIT(DRAFT_VALUE_MAX + 100u);
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(payload_import(d, "", PAYLOAD_IMPORT_MAX + 1u, &err), ERR_TOO_BIG);
	buf_adds(&text, "{\"instruction\": \"");
	for (size_t i = 0; i < DRAFT_VALUE_MAX; i++)
		buf_add(&text, "i", 1);
	buf_adds(&text, "\"}");
	assert_int_equal(payload_import(d, text.p, text.len, &err), ERR_OK);
	assert_int_equal(draft_len(d, FIELD_INSTRUCTION), DRAFT_VALUE_MAX);
	text.len -= 2;
	buf_adds(&text, "i\"}");
	assert_int_equal(payload_import(d, text.p, text.len, &err), ERR_TOO_BIG);
	assert_string_equal(err.field, "instruction");
	buf_free(&text);
	draft_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_as_in_the_golden_files),
		cmocka_unit_test(any_order_of_changes_gives_the_same_bytes),
		cmocka_unit_test(the_hash_is_sha256_of_the_wire_bytes),
		cmocka_unit_test(what_cannot_be_carried_is_left_out_and_named),
		cmocka_unit_test(members_from_outside_never_stand_twice),
		cmocka_unit_test(a_payload_too_large_to_send_is_an_error),
		cmocka_unit_test(import_gives_the_same_draft_back),
		cmocka_unit_test(absent_null_and_empty_mean_unset),
		cmocka_unit_test(a_refused_import_changes_nothing),
		cmocka_unit_test(a_file_too_large_is_not_read),
	};
	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
