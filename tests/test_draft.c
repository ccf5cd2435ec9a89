/* test_draft.c - values, lists, undo, and the form for the store. */
#include "config.h"

#include "tests/test.h"

#include "core/draft.h"

static void
set(struct draft *d, enum field_id f, const char *text)
{
	draft_set(d, f, text, strlen(text));
}

/* The items of a list joined by "|"; static storage. */
static const char *
items(const struct draft *d, enum field_id f)
{
	static char text[500];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < draft_count(d, f); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? "|" : "",
				       draft_item(d, f, i));
	return text;
}

static size_t
paste(struct draft *d, size_t at, const char *text)
{
	return draft_items_paste(d, FIELD_ATTACHMENTS, at, text, strlen(text), NULL);
}

static void
a_new_draft_is_empty_but_for_a_unique_id(void **state)
{
	struct draft *d = draft_new(), *other = draft_new();

	(void)state;
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		assert_int_equal(draft_is_set(d, f), f == FIELD_UNIQUE_ID);
		assert_int_equal(draft_count(d, f), 0);
	}
	assert_int_equal(strlen(draft_id(d)), 32);
	assert_string_not_equal(draft_id(d), draft_id(other));
	assert_string_not_equal(draft_get(d, FIELD_UNIQUE_ID), draft_get(other, FIELD_UNIQUE_ID));
	assert_int_equal(draft_undo(d), FIELD_COUNT);
	assert_string_equal(draft_name(d), "");
	draft_free(d);
	draft_free(other);
	draft_free(NULL);
}

static void
values_keep_their_bytes_but_no_nul(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	draft_set(d, FIELD_INSTRUCTION, "a\0b\n\xFF ", 6);
	assert_int_equal(draft_len(d, FIELD_INSTRUCTION), 5);
	assert_string_equal(draft_get(d, FIELD_INSTRUCTION), "ab\n\xFF ");
	draft_set(d, FIELD_INSTRUCTION, NULL, 0);
	assert_false(draft_is_set(d, FIELD_INSTRUCTION));
	assert_string_equal(draft_get(d, FIELD_INSTRUCTION), "");
	assert_true(draft_item_add(d, FIELD_TAGS, 0, "x\0y", 3));
	assert_int_equal(draft_item_len(d, FIELD_TAGS, 0), 2);
	assert_string_equal(draft_item(d, FIELD_TAGS, 0), "xy");
	assert_string_equal(draft_item(d, FIELD_TAGS, 1), "");
	draft_free(d);
}

static void
a_value_past_the_limit_is_cut_on_a_character(void **state)
{
	struct draft *d = draft_new();
	size_t n = DRAFT_VALUE_MAX + 10;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	text[DRAFT_VALUE_MAX - 1] = '\xC3';
	text[DRAFT_VALUE_MAX] = '\xA9';
	draft_set(d, FIELD_INSTRUCTION, text, n);
	assert_int_equal(draft_len(d, FIELD_INSTRUCTION), DRAFT_VALUE_MAX - 1);
	free(text);
	draft_free(d);
}

static void
revisions_rise_with_changes_and_only_then(void **state)
{
	struct draft *d = draft_new();
	unsigned project = draft_rev(d, FIELD_PROJECT), batch = draft_rev(d, FIELD_BATCH);
	unsigned changes = draft_changes(d), extra = draft_rev(d, FIELD_COUNT);

	(void)state;
	set(d, FIELD_PROJECT, "p");
	assert_int_not_equal(draft_rev(d, FIELD_PROJECT), project);
	assert_int_equal(draft_rev(d, FIELD_BATCH), batch);
	assert_true(draft_changes(d) > changes);
	project = draft_rev(d, FIELD_PROJECT);
	changes = draft_changes(d);
	set(d, FIELD_PROJECT, "p");
	draft_clear(d, FIELD_BATCH);
	draft_item_remove(d, FIELD_TAGS, 0);
	draft_item_move(d, FIELD_TAGS, 0, 1);
	draft_item_set(d, FIELD_TAGS, 3, "x", 1);
	assert_int_equal(draft_rev(d, FIELD_PROJECT), project);
	assert_int_equal(draft_changes(d), changes);
	draft_undo(d);
	assert_int_not_equal(draft_rev(d, FIELD_PROJECT), project);
	assert_int_equal(draft_rev(d, FIELD_COUNT), extra);
	draft_set_extra(d, "\"x\": 1", 6);
	assert_int_not_equal(draft_rev(d, FIELD_COUNT), extra);
	draft_free(d);
}

static void
lists_keep_their_order(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	assert_int_equal(paste(d, 0, "a\nb\nc\n"), 3);
	assert_true(draft_item_add(d, FIELD_ATTACHMENTS, 1, "x", 1));
	assert_true(draft_item_add(d, FIELD_ATTACHMENTS, 99, "z", 1));
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "a|x|b|c|z");
	draft_item_move(d, FIELD_ATTACHMENTS, 0, 3);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "x|b|c|a|z");
	draft_item_move(d, FIELD_ATTACHMENTS, 4, 1);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "x|z|b|c|a");
	draft_item_set(d, FIELD_ATTACHMENTS, 2, "", 0);
	draft_item_remove(d, FIELD_ATTACHMENTS, 3);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "x|z||a");
	set(d, FIELD_ATTACHMENTS, "one\ntwo");
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "one|two");
	for (int i = 0; i < 7; i++)
		assert_int_equal(draft_undo(d), FIELD_ATTACHMENTS);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "a|b|c");
	draft_undo(d);
	assert_false(draft_is_set(d, FIELD_ATTACHMENTS));
	for (int i = 0; i < 8; i++)
		draft_redo(d);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "one|two");
	draft_free(d);
}

static void
a_paste_is_read_as_lines_or_as_a_json_array(void **state)
{
	static const struct {
		const char *text, *items;
	} rows[] = {
		/* clang-format off */
		{ "a\n\n  b \t\r\nc", "a|b|c" },
		{ "a\rb\rc\r", "a|b|c" },          /* line ends as some terminals paste them */
		{ "", "" },
		{ " \n\t\n", "" },
		{ "s3://b/x y.json", "s3://b/x y.json" },
		{ "\n [ \"s3:\\/\\/b\\/1\", \"\", \" two \" ]\n", "s3://b/1| two " },
		{ "[]", "" },
		{ "[\"a\", 1]", "[\"a\", 1]" },    /* no array of strings */
		{ "[\"a\",\n\"b\",]", "[\"a\",|\"b\",]" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = draft_new();
		size_t n = paste(d, 0, rows[i].text);

		if (strcmp(items(d, FIELD_ATTACHMENTS), rows[i].items) != 0)
			fail_msg("row %zu: %s", i, items(d, FIELD_ATTACHMENTS));
		assert_int_equal(n, draft_count(d, FIELD_ATTACHMENTS));
		draft_free(d);
	}
}

static void
a_paste_past_the_limit_says_how_much_it_left_out(void **state)
{
	struct draft *d = draft_new();
	struct buf text = BUF_INIT(4u << 20);
	size_t ignored = 0;

	(void)state;
	for (int i = 0; i < DRAFT_ITEMS_MAX + 5; i++)
		buf_addf(&text, "u%d\n", i);
	assert_int_equal(draft_items_paste(d, FIELD_ATTACHMENTS, 0, text.p, text.len, &ignored),
			 DRAFT_ITEMS_MAX);
	assert_int_equal(ignored, 5);
	assert_false(draft_item_add(d, FIELD_ATTACHMENTS, 0, "x", 1));
	assert_int_equal(paste(d, 0, "one more"), 0);
	assert_int_equal(draft_undo(d), FIELD_ATTACHMENTS);
	assert_int_equal(draft_count(d, FIELD_ATTACHMENTS), 0);
	assert_int_equal(draft_undo(d), FIELD_COUNT);
	buf_free(&text);
	draft_free(d);
}

static void
an_edit_of_any_fields_is_one_step_or_none(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	set(d, FIELD_PROJECT, "old");
	set(d, FIELD_BATCH, "b");
	draft_item_add(d, FIELD_TAGS, 0, "t", 1);
	draft_edit_begin(d, FIELD_COUNT);
	set(d, FIELD_PROJECT, "new");
	draft_clear(d, FIELD_BATCH);
	draft_item_add(d, FIELD_TAGS, 1, "u", 1);
	draft_item_add(d, FIELD_TAGS, 2, "v", 1);
	draft_edit_end(d);
	for (int i = 0; i < 3; i++) {
		print_message("# turn %d\n", i);
		assert_int_equal(draft_undo(d), FIELD_PROJECT);
		assert_string_equal(draft_get(d, FIELD_PROJECT), "old");
		assert_string_equal(draft_get(d, FIELD_BATCH), "b");
		assert_int_equal(draft_count(d, FIELD_TAGS), 1);
		assert_int_equal(draft_redo(d), FIELD_PROJECT);
		assert_string_equal(draft_get(d, FIELD_PROJECT), "new");
		assert_string_equal(draft_get(d, FIELD_BATCH), "");
		assert_int_equal(draft_count(d, FIELD_TAGS), 3);
		assert_int_equal(draft_redo(d), FIELD_COUNT);
	}
	set(d, FIELD_PRIORITY, "10"); /* what comes after is a step of its own */
	assert_int_equal(draft_undo(d), FIELD_PRIORITY);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "new");

	draft_edit_begin(d, FIELD_COUNT);
	set(d, FIELD_PROJECT, "x");
	draft_clear(d, FIELD_TAGS);
	draft_edit_abort(d);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "new");
	assert_int_equal(draft_count(d, FIELD_TAGS), 3);
	assert_int_equal(draft_redo(d), FIELD_COUNT);
	draft_edit_begin(d, FIELD_COUNT); /* nothing changed: nothing to take back */
	draft_edit_abort(d);
	assert_int_equal(draft_undo(d), FIELD_PROJECT);
	assert_string_equal(draft_get(d, FIELD_BATCH), "b");
	draft_free(d);
}

static void
half_a_step_is_never_left(void **state)
{
	struct draft *d = draft_new();
	char text[16];

	(void)state;
	draft_edit_begin(d, FIELD_COUNT);
	set(d, FIELD_PROJECT, "p");
	set(d, FIELD_BATCH, "b");
	draft_edit_end(d);
	for (int i = 0; i < DRAFT_UNDO_MAX - 1; i++) {
		snprintf(text, sizeof(text), "%d", i);
		set(d, FIELD_CALLBACK_URL, text);
	}
	while (draft_undo(d) != FIELD_COUNT)
		;
	assert_string_equal(draft_get(d, FIELD_CALLBACK_URL), "");
	assert_string_equal(draft_get(d, FIELD_PROJECT), "p");
	assert_string_equal(draft_get(d, FIELD_BATCH), "b");
	draft_free(d);
}

static void
an_edit_is_one_step_or_none(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	set(d, FIELD_PROJECT, "old");
	draft_edit_begin(d, FIELD_PROJECT);
	set(d, FIELD_PROJECT, "n");
	set(d, FIELD_PROJECT, "ne");
	set(d, FIELD_PROJECT, "new");
	draft_edit_end(d);
	assert_int_equal(draft_undo(d), FIELD_PROJECT);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "old");
	assert_int_equal(draft_redo(d), FIELD_PROJECT);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "new");

	draft_edit_begin(d, FIELD_PROJECT);
	set(d, FIELD_PROJECT, "x");
	draft_edit_abort(d);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "new");

	draft_edit_begin(d, FIELD_PROJECT); /* there and back: no step */
	set(d, FIELD_PROJECT, "x");
	set(d, FIELD_PROJECT, "new");
	draft_edit_end(d);
	draft_edit_end(d);
	draft_edit_abort(d);
	assert_int_equal(draft_undo(d), FIELD_PROJECT);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "old");
	draft_free(d);
}

static void
an_aborted_edit_of_a_list_leaves_no_trace(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	paste(d, 0, "a\nb");
	draft_edit_begin(d, FIELD_ATTACHMENTS);
	draft_item_add(d, FIELD_ATTACHMENTS, 1, "", 0);
	draft_item_set(d, FIELD_ATTACHMENTS, 1, "x", 1);
	draft_item_remove(d, FIELD_ATTACHMENTS, 0);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "x|b");
	draft_edit_abort(d);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "a|b");
	draft_edit_begin(d, FIELD_ATTACHMENTS);
	draft_item_set(d, FIELD_ATTACHMENTS, 0, "y", 1);
	draft_item_set(d, FIELD_ATTACHMENTS, 0, "yy", 2);
	assert_int_equal(draft_undo(d), FIELD_ATTACHMENTS); /* ends the edit first */
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "a|b");
	draft_redo(d);
	assert_string_equal(items(d, FIELD_ATTACHMENTS), "yy|b");
	draft_free(d);
}

static void
a_change_after_undo_ends_what_could_be_redone(void **state)
{
	struct draft *d = draft_new();

	(void)state;
	set(d, FIELD_PROJECT, "a");
	set(d, FIELD_BATCH, "b");
	assert_int_equal(draft_undo(d), FIELD_BATCH);
	draft_edit_begin(d, FIELD_PROJECT); /* an edit without a change does not */
	draft_edit_end(d);
	assert_int_equal(draft_redo(d), FIELD_BATCH);
	assert_int_equal(draft_undo(d), FIELD_BATCH);
	set(d, FIELD_PRIORITY, "10");
	assert_int_equal(draft_redo(d), FIELD_COUNT);
	assert_int_equal(draft_undo(d), FIELD_PRIORITY);
	assert_int_equal(draft_undo(d), FIELD_PROJECT);
	assert_int_equal(draft_undo(d), FIELD_COUNT);
	draft_free(d);
}

static void
only_so_many_steps_are_kept(void **state)
{
	struct draft *d = draft_new();
	char text[20];
	int back = 0;

	(void)state;
	for (int i = 0; i < DRAFT_UNDO_MAX + 50; i++) {
		snprintf(text, sizeof(text), "%d", i);
		set(d, FIELD_PROJECT, text);
	}
	while (draft_undo(d) != FIELD_COUNT)
		back++;
	assert_int_equal(back, DRAFT_UNDO_MAX);
	assert_string_equal(draft_get(d, FIELD_PROJECT), "49");
	draft_free(d);
}

static struct draft *
full_draft(void)
{
	struct draft *d = draft_new();

	draft_set_name(d, "night-0412");
	set(d, FIELD_PROJECT, "p\xFF");
	set(d, FIELD_INSTRUCTION, "# one\n\nend 0\n");
	set(d, FIELD_METADATA, "{ \"a\": 1.10 }");
	paste(d, 0, "s3://b/1.json\ns3://b/2.json");
	draft_item_add(d, FIELD_TAGS, 0, "", 0);
	draft_item_add(d, FIELD_TAGS, 1, "two\nlines", 9);
	draft_clear(d, FIELD_UNIQUE_ID);
	draft_set_extra(d, "\"new\": [1]", 10);
	return d;
}

static void
assert_same(const struct draft *a, const struct draft *b)
{
	assert_string_equal(draft_id(a), draft_id(b));
	assert_string_equal(draft_name(a), draft_name(b));
	assert_string_equal(draft_extra(a), draft_extra(b));
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		assert_string_equal(draft_get(a, f), draft_get(b, f));
		assert_int_equal(draft_len(a, f), draft_len(b, f));
		assert_int_equal(draft_count(a, f), draft_count(b, f));
		for (size_t i = 0; i < draft_count(a, f); i++)
			assert_string_equal(draft_item(a, f, i), draft_item(b, f, i));
	}
}

static void
a_copy_and_a_saved_draft_are_the_same_again(void **state)
{
	struct draft *d = full_draft(), *copy = draft_copy(d), *back, *empty;
	struct buf out = BUF_INIT(1000);
	struct err err = ERR_INIT;

	(void)state;
	assert_same(d, copy);
	assert_int_equal(draft_undo(copy), FIELD_COUNT);
	set(copy, FIELD_PROJECT, "else");
	draft_item_set(copy, FIELD_TAGS, 0, "else", 4);
	draft_save(d, &out);
	assert_false(out.full);
	back = draft_load(out.p, out.len, &err);
	if (!back)
		fail_msg("%s", err.msg);
	assert_same(d, back);
	assert_int_equal(draft_undo(back), FIELD_COUNT);
	draft_free(copy);
	draft_free(back);

	empty = draft_new();
	buf_clear(&out);
	draft_save(empty, &out);
	back = draft_load(out.p, out.len, &err);
	assert_non_null(back);
	assert_same(empty, back);
	draft_free(empty);
	draft_free(back);
	draft_free(d);
	buf_free(&out);
}

/* Every cut and every changed byte. */
static void
a_damaged_draft_is_refused(void **state)
{
	struct draft *d = full_draft();
	struct buf out = BUF_INIT(1000);

	(void)state;
	draft_save(d, &out);
	for (size_t i = 0; i < out.len; i++) {
		struct err err = ERR_INIT;

		assert_null(draft_load(out.p, i, &err));
		assert_int_equal(err.code, ERR_PARSE);
		out.p[i] ^= 1;
		if (draft_load(out.p, out.len, &err))
			fail_msg("taken with byte %zu changed", i);
		out.p[i] ^= 1;
	}
	draft_free(d);
	buf_free(&out);
}

/* Right sums, wrong contents: what another program could have written. */
static void
a_forged_draft_is_refused(void **state)
{
	static const char head[] = "multistage-draft 1\n";
	static const char id[] = "id 32\n0123456789abcdef0123456789abcdef\n";
	static const struct {
		const char *records;
		size_t n;
		bool id, good;
	} rows[] = {
#define ROW(text) text, sizeof(text) - 1
		/* clang-format off */
		{ ROW(""), true, true },
		{ ROW("project 3\nabc\n"), true, true },
		{ ROW("tags[] 2\n0\n\n1\nx\n"), true, true },
		{ ROW(""), false, false },
		{ ROW("id 32\n0123456789ABCDEF0123456789abcdef\n"), false, false },
		{ ROW("id 3\nabc\n"), false, false },
		{ ROW("project 2\nabc\n"), true, false },
		{ ROW("project 3\na\0c\n"), true, false },
		{ ROW("project 0\n\n"), true, false },
		{ ROW("project 1\na\nproject 1\nb\n"), true, false },
		{ ROW("project -1\na\n"), true, false },
		{ ROW("project 99999999999999999999\na\n"), true, false },
		{ ROW("project 9999999\na\n"), true, false },
		{ ROW("project[] 1\n1\na\n"), true, false },
		{ ROW("tags 1\na\n"), true, false },
		{ ROW("tags[] 0\n"), true, false },
		{ ROW("tags[] 2\n1\na\n"), true, false },
		{ ROW("tags[] 99999\n1\na\n"), true, false },
		{ ROW("tags[] 1\n1\na\ntags[] 1\n1\na\n"), true, false },
		{ ROW("unheard 1\na\n"), true, false },
		{ ROW("unheard[] 1\n1\na\n"), true, false },
		{ ROW("garbage"), true, false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf in = BUF_INIT(1000);
		struct err err = ERR_INIT;
		uint64_t sum = 0xcbf29ce484222325u;
		struct draft *d;

		buf_adds(&in, head);
		if (rows[i].id)
			buf_adds(&in, id);
		buf_add(&in, rows[i].records, rows[i].n);
		for (size_t k = 0; k < in.len; k++)
			sum = (sum ^ (unsigned char)in.p[k]) * 0x100000001b3u;
		buf_addf(&in, "end %016llx\n", (unsigned long long)sum);
		d = draft_load(in.p, in.len, &err);
		if ((d != NULL) != rows[i].good)
			fail_msg("row %zu: %s", i, d ? "taken" : err.msg);
		draft_free(d);
		buf_free(&in);
	}
}

static void
a_name_fits_its_limit_on_a_character(void **state)
{
	struct draft *d = draft_new();
	char name[121];

	(void)state;
	for (size_t i = 0; i < 120; i += 2)
		memcpy(name + i, "\xC3\xA9", 2);
	name[120] = '\0';
	draft_set_name(d, name);
	assert_int_equal(strlen(draft_name(d)), DRAFT_NAME_MAX - 1);
	draft_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_draft_is_empty_but_for_a_unique_id),
		cmocka_unit_test(values_keep_their_bytes_but_no_nul),
		cmocka_unit_test(a_value_past_the_limit_is_cut_on_a_character),
		cmocka_unit_test(revisions_rise_with_changes_and_only_then),
		cmocka_unit_test(lists_keep_their_order),
		cmocka_unit_test(a_paste_is_read_as_lines_or_as_a_json_array),
		cmocka_unit_test(a_paste_past_the_limit_says_how_much_it_left_out),
		cmocka_unit_test(an_edit_of_any_fields_is_one_step_or_none),
		cmocka_unit_test(half_a_step_is_never_left),
		cmocka_unit_test(an_edit_is_one_step_or_none),
		cmocka_unit_test(an_aborted_edit_of_a_list_leaves_no_trace),
		cmocka_unit_test(a_change_after_undo_ends_what_could_be_redone),
		cmocka_unit_test(only_so_many_steps_are_kept),
		cmocka_unit_test(a_copy_and_a_saved_draft_are_the_same_again),
		cmocka_unit_test(a_damaged_draft_is_refused),
		cmocka_unit_test(a_forged_draft_is_refused),
		cmocka_unit_test(a_name_fits_its_limit_on_a_character),
	};
	return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
