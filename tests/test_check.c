/* test_check.c - every rule of a draft, with its words. */
#include "config.h"

#include "tests/test.h"

#include "core/check.h"
#include "core/clock.h"
#include "core/text.h"
#include "core/url.h"

#include <locale.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static void
set(struct draft *d, enum field_id f, const char *text)
{
	draft_set(d, f, text, strlen(text));
}

static struct draft *
good_draft(void)
{
	struct draft *d = draft_new();

	set(d, FIELD_PROJECT, "kitti");
	set(d, FIELD_SCENE_FORMAT, "split_base64");
	draft_item_add(d, FIELD_ATTACHMENTS, 0, "https://h.example/1.json", 24);
	return d;
}

/* "E msg" or "W msg" of each finding of a field, one a line; static storage. */
static const char *
found(const struct check *c, enum field_id f)
{
	static char text[8000];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < check_count(c); i++) {
		const struct finding *x = check_get(c, i);

		if (x->field == f)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%c %s",
					       at ? "\n" : "", x->severity ? 'W' : 'E', x->msg);
	}
	return text;
}

static void
a_good_draft_has_no_findings(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	struct err err = ERR_INIT;

	(void)state;
	set(d, FIELD_BATCH, "night-a");
	set(d, FIELD_INSTRUCTION, "# Label\n\nall cars\n");
	set(d, FIELD_CALLBACK_URL, "me+tasks@example.com");
	set(d, FIELD_TASK_BLUEPRINT_ID, "6123abc");
	set(d, FIELD_METADATA, "{\"a\": 1}");
	set(d, FIELD_PRIORITY, "30");
	set(d, FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "false");
	set(d, FIELD_TAGS, "a\nb\nc\nd\ne");
	check_update(c, d);
	for (size_t i = 0; i < check_count(c); i++)
		fail_msg("%s", check_get(c, i)->msg);
	assert_int_equal(check_errors(c) + check_warnings(c), 0);
	assert_null(check_field(c, FIELD_PROJECT));
	assert_int_equal(check_metadata_bytes(c), 7);
	assert_int_equal(check_draft(d, &err), ERR_OK);
	check_free(c);
	draft_free(d);
}

static void
what_is_missing_is_named_at_its_field(void **state)
{
	struct draft *d = draft_new();
	struct check *c = check_new();
	struct err err = ERR_INIT;

	(void)state;
	draft_clear(d, FIELD_UNIQUE_ID);
	check_update(c, d);
	assert_int_equal(check_errors(c), 3);
	assert_string_equal(found(c, FIELD_PROJECT), "E a project or a batch is needed");
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "E attachments needs at least one item");
	assert_string_equal(found(c, FIELD_SCENE_FORMAT), "E scene_format is required");
	assert_string_equal(found(c, FIELD_UNIQUE_ID),
			    "W without a unique_id a lost reply can make a second task");
	set(d, FIELD_BATCH, "b");
	check_update(c, d);
	assert_string_equal(found(c, FIELD_PROJECT), "");
	draft_undo(d);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_PROJECT), "E a project or a batch is needed");
	assert_int_equal(check_draft(d, &err), ERR_RULE);
	assert_string_equal(err.field, "project");
	assert_string_equal(err.msg, "a project or a batch is needed");
	assert_true(err.hint[0] != '\0');
	check_free(c);
	draft_free(d);
}

/* One value in an otherwise good draft, and all that is said about its field. */
static void
d5_each_rule_says_what_is_wrong(void **state)
{
	static const struct {
		enum field_id field;
		const char *value, *found;
	} rows[] = {
		/* clang-format off */
		{ FIELD_PROJECT, "a\tb", "W a control character (^I) at byte 2" },
		{ FIELD_PROJECT, " a", "W a blank at the start" },
		{ FIELD_BATCH, "a ", "W a blank at the end" },
		{ FIELD_BATCH, "ab\xE9", "E byte 3 is E9, which is not UTF-8" },
		{ FIELD_INSTRUCTION, "a\nb\xC0", "E byte 4 is C0, which is not UTF-8" },
		{ FIELD_SCENE_FORMAT, "sfs\x1b", "E \"sfs^[\" is not sensor_fusion or split_base64" },
		{ FIELD_PRIORITY, "10", "" },
		{ FIELD_PRIORITY, "15", "E \"15\" is not 10, 20 or 30" },
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "yes", "E neither true nor false" },
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "true",
		  "W a task that fails is not protected from being made twice" },
		{ FIELD_CALLBACK_URL, "https://h.example/cb", "" },
		{ FIELD_CALLBACK_URL, "HTTP://h:80", "" },
		{ FIELD_CALLBACK_URL, "ftp://h/x", "E ftp:// is not https or http" },
		{ FIELD_CALLBACK_URL, "s3://b/x", "E s3:// is not https or http" },
		{ FIELD_CALLBACK_URL, "h.example/cb", "E no web address and no e-mail address" },
		{ FIELD_CALLBACK_URL, "me@localhost", "E no web address and no e-mail address" },
		{ FIELD_CALLBACK_URL, "a@b@c.d", "E no web address and no e-mail address" },
		{ FIELD_CALLBACK_URL, "https:///cb", "E no host after https://" },
		{ FIELD_CALLBACK_URL, "https://u:p@h/cb",
		  "W a user name or password is in the address" },
		{ FIELD_CALLBACK_URL, "https://h/a b", "E a blank at byte 12 of the address" },
		{ FIELD_ATTACHMENTS, "s3://bucket/a/b.json", "" },
		{ FIELD_ATTACHMENTS, "gs://b/x.JSON?x=.sfs#y", "" },
		{ FIELD_ATTACHMENTS, "scaledata://owner/0f3a", "" },
		{ FIELD_ATTACHMENTS, "http://[::1]:80/x.json", "" },
		{ FIELD_ATTACHMENTS, "ftp://h/x.json",
		  "E item 1: ftp:// is not https, http, s3, gs or scaledata" },
		{ FIELD_ATTACHMENTS, "/home/me/x.json",
		  "E item 1: no address such as https:// or s3://" },
		{ FIELD_ATTACHMENTS, "https://?x", "E item 1: no host after https://" },
		{ FIELD_ATTACHMENTS, "https://:80/x.json", "E item 1: no host after https://" },
		{ FIELD_ATTACHMENTS, "s3:///x.json", "E item 1: no bucket after s3://" },
		{ FIELD_ATTACHMENTS, "gs://bucket/", "E item 1: a bucket without a file in it\n"
		  "W item 1: split_base64 wants a name ending in .json" },
		{ FIELD_ATTACHMENTS, "https://h/x.sfs",
		  "W item 1: split_base64 wants a name ending in .json" },
		{ FIELD_ATTACHMENTS, "https://h/x?f=.json",
		  "W item 1: split_base64 wants a name ending in .json" },
		{ FIELD_ATTACHMENTS, "https://me@h/x.json",
		  "W item 1: a user name or password is in the address" },
		{ FIELD_ATTACHMENTS, "https://h/\x7f.json",
		  "E item 1: a control character at byte 11 of the address" },
		{ FIELD_ATTACHMENTS, "https://h/\xFF.json",
		  "E item 1: byte 11 is FF, which is not UTF-8" },
		{ FIELD_ATTACHMENTS, "s3://b/1.json\ns3://b/2.json\ns3://b/1.json\ns3://b/1.json",
		  "W item 3: the same as item 1\nW item 4: the same as item 1" },
		{ FIELD_TAGS, "a\nb\nc\nd\ne\nf", "E 6 tags; at most 5" },
		{ FIELD_TAGS, "a\nb\na", "W item 3: the same as item 1" },
		{ FIELD_TAGS, "[\"a\", \" b\", \"c\\n\"]",
		  "W item 2: a blank at the start\nW item 3: a control character (^J) at byte 2" },
		{ FIELD_METADATA, "{}", "" },
		{ FIELD_METADATA, "[1]", "E a JSON object is needed, not an array" },
		{ FIELD_METADATA, "\"x\"", "E a JSON object is needed, not a string" },
		{ FIELD_METADATA, "{\"a\":1,\n \"a\":2}",
		  "E line 2, column 2: the name \"a\" stands twice (first on line 1)" },
		{ FIELD_METADATA, "{\"a\":1,}", "E line 1, column 8: a comma stands before this }" },
		{ FIELD_UNIQUE_ID, "a\nb", "E a control character (^J) at byte 2" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = good_draft();
		struct check *c = check_new();

		set(d, rows[i].field, rows[i].value);
		check_update(c, d);
		if (strcmp(found(c, rows[i].field), rows[i].found) != 0)
			fail_msg("row %zu (%s): \"%s\", want \"%s\"", i, rows[i].value,
				 found(c, rows[i].field), rows[i].found);
		for (size_t k = 0; k < check_count(c); k++)
			if (strlen(check_get(c, k)->msg) > 66)
				fail_msg("too long for a row: %s", check_get(c, k)->msg);
		check_free(c);
		draft_free(d);
	}
}

static void
a_finding_knows_its_place(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	const struct finding *x;

	(void)state;
	set(d, FIELD_INSTRUCTION, "a\nbc\xFF");
	set(d, FIELD_METADATA, "{\n  \"a\": 01\n}");
	draft_item_add(d, FIELD_ATTACHMENTS, 1, "s3://b/a b.json", 15);
	draft_item_add(d, FIELD_TAGS, 0, "", 0);
	check_update(c, d);
	x = check_field(c, FIELD_INSTRUCTION);
	assert_non_null(x);
	assert_int_equal(x->at, 4);
	assert_int_equal(x->line, 2);
	assert_int_equal(x->col, 3);
	assert_true(x->item == FINDING_NO_ITEM);
	x = check_field(c, FIELD_METADATA);
	assert_non_null(x);
	assert_int_equal(x->line, 2);
	assert_int_equal(x->col, 8);
	x = check_field(c, FIELD_ATTACHMENTS);
	assert_non_null(x);
	assert_int_equal(x->item, 1);
	assert_int_equal(x->at, 8);
	assert_string_equal(found(c, FIELD_TAGS), "E item 1: empty");
	check_free(c);
	draft_free(d);
}

static void
the_scene_format_decides_about_attachments(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();

	(void)state;
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	set(d, FIELD_SCENE_FORMAT, "sensor_fusion");
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS),
			    "W item 1: sensor_fusion wants a name ending in .sfs");
	draft_item_set(d, FIELD_ATTACHMENTS, 0, "s3://b/x.SFS", 12);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	draft_item_add(d, FIELD_ATTACHMENTS, 1, "s3://b/y.sfs", 12);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS),
			    "E sensor_fusion takes exactly one attachment, not 2");
	check_free(c);
	draft_free(d);
}

static void
sizes_are_counted_in_bytes_as_sent(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	struct buf text = BUF_INIT(20000);

	(void)state;
	buf_adds(&text, "{ \"k\" : \"");
	while (text.len < 9 + 9991)
		buf_adds(&text, "x");
	buf_adds(&text, "\" }");
	draft_set(d, FIELD_METADATA, text.p, text.len); /* {"k":"..."} is 8 more */
	check_update(c, d);
	assert_int_equal(check_metadata_bytes(c), 9999);
	assert_string_equal(found(c, FIELD_METADATA), "");
	text.p[text.len - 3] = 'x';
	text.p[text.len - 2] = '"';
	text.p[text.len - 1] = '}';
	draft_set(d, FIELD_METADATA, text.p, text.len);
	check_update(c, d);
	assert_int_equal(check_metadata_bytes(c), 10000);
	assert_string_equal(found(c, FIELD_METADATA), "");
	text.p[text.len - 2] = 'x';
	text.p[text.len - 1] = '"';
	buf_adds(&text, "}");
	draft_set(d, FIELD_METADATA, text.p, text.len);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_METADATA), "E 10001 bytes as sent; at most 10000");
	assert_int_equal(check_metadata_bytes(c), 10001);
	set(d, FIELD_METADATA, "{");
	check_update(c, d);
	assert_int_equal(check_metadata_bytes(c), 0);

	memset(text.p, 'u', 256);
	draft_set(d, FIELD_UNIQUE_ID, text.p, 255);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_UNIQUE_ID), "");
	draft_set(d, FIELD_UNIQUE_ID, text.p, 256);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_UNIQUE_ID), "E 256 bytes; at most 255");
	buf_free(&text);
	check_free(c);
	draft_free(d);
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	struct buf text = BUF_INIT(2000);

	(void)state;
	for (int shift = 0; shift < 3; shift++) {
		const char *msg;

		buf_clear(&text);
		for (int twice = 0; twice < 2; twice++) {
			buf_adds(&text, twice ? ",\"" : "{\"");
			buf_addf(&text, "%.*s", shift, "xx");
			for (int i = 0; i < 30; i++) /* a base and three marks */
				buf_adds(&text, "e\xCC\x81\xCC\x82\xCC\x83");
			buf_adds(&text, "\":1");
		}
		buf_adds(&text, "}");
		draft_set(d, FIELD_METADATA, text.p, text.len);
		check_update(c, d);
		msg = check_field(c, FIELD_METADATA)->msg;
		assert_true(strlen(msg) > 150);
		assert_true(text_valid(msg, strlen(msg), NULL));
	}
	buf_free(&text);
	check_free(c);
	draft_free(d);
}

static void
many_findings_are_counted_and_the_first_shown(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	struct finding it;

	(void)state;
	for (int i = 0; i < 50; i++)
		draft_item_add(d, FIELD_ATTACHMENTS, 0, "x", 1);
	check_update(c, d);
	assert_int_equal(check_count(c), CHECK_PER_FIELD);
	assert_int_equal(check_errors(c), 50);
	assert_int_equal(check_warnings(c), 49);
	assert_string_equal(check_get(c, CHECK_PER_FIELD - 1)->msg, "and 80 more");
	assert_int_equal(check_get(c, CHECK_PER_FIELD - 1)->severity, SEVERITY_ERROR);
	assert_null(check_get(c, CHECK_PER_FIELD));
	assert_int_equal(check_field_count(c, FIELD_ATTACHMENTS, SEVERITY_ERROR), 50);
	assert_true(check_item(c, d, FIELD_ATTACHMENTS, 49, &it)); /* none of the first */
	assert_int_equal(it.severity, SEVERITY_ERROR);
	assert_memory_equal(it.msg, "item 50: ", 9);
	assert_false(check_item(c, d, FIELD_ATTACHMENTS, 50, &it)); /* the good one */
	check_free(c);
	draft_free(d);
}

static void
a_large_body_and_unknown_members_are_remarks_on_the_whole(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();
	struct buf text = BUF_INIT(2000000);

	(void)state;
	draft_set_extra(d, "\"stage\": 1,\"x\": []", 18);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_COUNT),
			    "W 2 members this form does not know, as \"stage\"");
	draft_set_extra(d, "", 0);
	while (text.len < 1040000)
		buf_adds(&text, "0123456789abcdef");
	draft_set(d, FIELD_INSTRUCTION, text.p, text.len);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_COUNT), "W about 1.0 MB, more than is usual");
	draft_clear(d, FIELD_INSTRUCTION);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_COUNT), "");
	buf_free(&text);
	check_free(c);
	draft_free(d);
}

static void
signed_addresses_expire(void **state)
{
	static const struct {
		const char *url, *end; /* end NULL: says nothing */
	} rows[] = {
		/* clang-format off */
		{ "https://b.s3.amazonaws.com/x.json?X-Amz-Algorithm=AWS4-HMAC-SHA256&"
		  "X-Amz-Date=20261125T120000Z&X-Amz-Expires=3600&X-Amz-Signature=0",
		  "2026-11-25T13:00:00.000Z" },
		{ "https://storage.googleapis.com/b/x.json?X-Goog-Expires=60&X-Goog-Date=20261125T120000Z",
		  "2026-11-25T12:01:00.000Z" },
		{ "https://a.blob.core.windows.net/c/x.json?sv=1&se=2026-11-25T13%3A00%3A00Z&sig=q",
		  "2026-11-25T13:00:00.000Z" },
		{ "https://d.cloudfront.net/x.json?Expires=1795611600&Signature=s&Key-Pair-Id=k",
		  "2026-11-25T13:00:00.000Z" },
		{ "https://h/x.json?Expires=1795611600", NULL },
		{ "https://h/x.json?se=2026-11-25", NULL },
		{ "https://h/x.json?X-Amz-Date=20261325T120000Z&X-Amz-Expires=1", NULL },
		{ "https://h/x.json?X-Amz-Date=20261125T120000Z&X-Amz-Expires=-1", NULL },
		{ "https://h/x.json?X-Amz-Date&X-Amz-Expires", NULL },
		{ "https://h/x.json?&&=&sig&se=%zz", NULL },
		{ "https://h/x.json", NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char iso[CLOCK_ISO_SIZE] = "(none)";
		struct url u;
		int64_t end;

		assert_true(url_split(rows[i].url, strlen(rows[i].url), &u));
		if (url_expiry(&u, &end))
			clock_iso(end, iso, sizeof(iso));
		if (strcmp(iso, rows[i].end ? rows[i].end : "(none)") != 0)
			fail_msg("row %zu: %s", i, iso);
	}
}

static void
expiry_is_told_by_the_clock_it_is_given(void **state)
{
	static const char url[] = "https://d.example/x.json?Expires=1795611600&Signature=s";
	const int64_t end = 1795611600000, day = 24 * 3600 * 1000;
	struct draft *d = good_draft();
	struct check *c = check_new();

	(void)state;
	draft_item_set(d, FIELD_ATTACHMENTS, 0, url, sizeof(url) - 1);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	check_set_now(c, end - day - 1);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	check_set_now(c, end - day); /* no field has changed */
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS),
			    "W item 1: this signed URL expires 2026-11-25 13:00 +00:00");
	check_set_now(c, end);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS),
			    "W item 1: this signed URL expired 2026-11-25 13:00 +00:00");
	check_set_now(c, end - 2 * day); /* a clock that was set back */
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	check_set_now(c, end);
	check_update(c, d);
	check_set_now(c, 0);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_ATTACHMENTS), "");
	check_free(c);
	draft_free(d);
}

static void
what_is_known_of_the_batch_is_a_warning(void **state)
{
	struct draft *d = good_draft();
	struct check *c = check_new();

	(void)state;
	check_set_batch(c, "atlas", true); /* no batch is set: of no interest */
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH), "");
	set(d, FIELD_BATCH, "night");
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH),
			    "W finalized: takes no tasks\nW belongs to atlas");
	check_set_batch(c, "atlas", false); /* no field has changed */
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH), "W belongs to atlas");
	set(d, FIELD_PROJECT, "atlas");
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH), "");
	draft_undo(d);
	check_set_batch(c, "", false);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH), "");
	draft_undo(d);
	draft_clear(d, FIELD_PROJECT);
	check_set_batch(c, "atlas", false);
	check_update(c, d);
	assert_string_equal(found(c, FIELD_BATCH), "");
	check_free(c);
	draft_free(d);
}

static void
another_draft_is_checked_anew(void **state)
{
	struct draft *good = good_draft(), *empty = draft_new();
	struct check *c = check_new();

	(void)state;
	check_update(c, good);
	assert_int_equal(check_errors(c), 0);
	check_update(c, empty);
	assert_int_equal(check_errors(c), 3);
	check_update(c, good);
	assert_int_equal(check_errors(c), 0);
	check_free(c);
	draft_free(good);
	draft_free(empty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_draft_has_no_findings),
		cmocka_unit_test(what_is_missing_is_named_at_its_field),
		cmocka_unit_test(d5_each_rule_says_what_is_wrong),
		cmocka_unit_test(a_finding_knows_its_place),
		cmocka_unit_test(the_scene_format_decides_about_attachments),
		cmocka_unit_test(sizes_are_counted_in_bytes_as_sent),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test(many_findings_are_counted_and_the_first_shown),
		cmocka_unit_test(a_large_body_and_unknown_members_are_remarks_on_the_whole),
		cmocka_unit_test(signed_addresses_expire),
		cmocka_unit_test(expiry_is_told_by_the_clock_it_is_given),
		cmocka_unit_test(what_is_known_of_the_batch_is_a_warning),
		cmocka_unit_test(another_draft_is_checked_anew),
	};
	return cmocka_run_group_tests_name("check", tests, set_locale, NULL);
}
