/* test_reply.c - bytes of replies become structs or clear errors, whatever they are. */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "core/reply.h"

static const char task_text[] =
	"{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"type\":\"multistage\",\"status\":\"pending\","
	"\"is_test\":true,\"created_at\":\"2024-01-16T21:10:45.031Z\","
	"\"updated_at\":\"2024-01-16T21:10:46.031Z\",\"completed_at\":null,"
	"\"project\":\"highway-scenes\",\"batch\":\"week-03\",\"unique_id\":\"run-17\\/scene-004\","
	"\"tags\":[\"night\",\"r\\u00e4in\"],\"priority\":20,"
	"\"metadata\":{\"drive\":\"17\"},\"params\":{\"attachments\":[\"s3://a/1\",\"s3://a/2\"]},"
	"\"response\":{},\"what_is_new\":[1.10]}";

static enum err_code
read_as(enum reply_kind kind, const char *text, struct reply *r, struct err *err)
{
	reply_init(r, kind);
	return reply_read(r, text, strlen(text), err);
}

static void
must_read(enum reply_kind kind, const char *text, struct reply *r)
{
	struct err err = ERR_INIT;

	if (read_as(kind, text, r, &err))
		fail_msg("%s: %s", text, err.msg);
}

static void
a_documented_task_is_read_whole(void **state)
{
	struct reply r;
	const struct task *t;

	(void)state;
	must_read(REPLY_TASK, task_text, &r);
	assert_int_equal(r.task_count, 1);
	t = &r.tasks[0];
	assert_string_equal(t->task_id, "65a6f0c51c9d4400a1b2c3d4");
	assert_string_equal(t->unique_id, "run-17/scene-004");
	assert_string_equal(t->type, "multistage");
	assert_string_equal(t->status, "pending");
	assert_string_equal(t->project, "highway-scenes");
	assert_string_equal(t->batch, "week-03");
	assert_string_equal(t->tags, "night\nr\xC3\xA4in");
	assert_string_equal(t->note, "");
	assert_string_equal(t->json, task_text);
	assert_int_equal(t->priority, 20);
	assert_true(t->is_test);
	assert_int_equal(t->created_ms, 1705439445031);
	assert_int_equal(t->updated_ms, 1705439446031);
	assert_int_equal(t->completed_ms, 0);
	reply_done(&r);
}

/* A task in which one key has one value, the others being as documented. */
static void
task_with(struct buf *out, const char *key, const char *value)
{
	static const char *const pairs[][2] = {
		{ "task_id", "\"65a6f0c51c9d4400a1b2c3d4\"" },
		{ "unique_id", "\"u\"" },
		{ "type", "\"multistage\"" },
		{ "status", "\"error\"" },
		{ "project", "\"p\"" },
		{ "batch", "\"b\"" },
		{ "tags", "[\"t\"]" },
		{ "priority", "10" },
		{ "is_test", "true" },
		{ "created_at", "\"2024-01-16\"" },
		{ "updated_at", "\"2024-01-16\"" },
		{ "completed_at", "\"2024-01-16\"" },
		{ "params", "{\"attachments\":[\"x\"]}" },
		{ "response", "{\"error\":\"e\"}" },
	};

	buf_clear(out);
	buf_adds(out, "{");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		buf_addf(out, "%s\"%s\":%s", i ? "," : "", pairs[i][0],
			 strcmp(pairs[i][0], key) == 0 ? value : pairs[i][1]);
	buf_adds(out, "}");
}

static void
d3_every_key_of_a_task_survives_every_type(void **state)
{
	static const char *const keys[] = {
		"task_id",    "unique_id",    "type",     "status",   "project",
		"batch",      "tags",         "priority", "is_test",  "created_at",
		"updated_at", "completed_at", "params",   "response",
	};
	static const char *const values[] = {
		"null",
		"true",
		"false",
		"0",
		"-1",
		"1.5",
		"1e300",
		"18446744073709551615",
		"\"\"",
		"\"x\"",
		"[]",
		"{}",
		"[[],{},1,null,\"y\"]",
		"{\"a\":{\"attachments\":1}}",
		"{\"attachments\":1}",
		"{\"attachments\":[1]}",
		"{\"attachments\":[{}]}",
		"{\"frames\":[{\"frame\":[],\"message\":{}}]}",
		"{\"attachments\":[{\"statusCode\":\"403\",\"url\":[\"x\"]}]}",
	};
	struct buf text = BUF_INIT(4096);

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			struct err err = ERR_INIT;
			struct reply r;
			bool is_id = strcmp(keys[k], "task_id") == 0;
			bool good = !is_id || strcmp(values[v], "\"x\"") == 0;

			task_with(&text, keys[k], values[v]);
			if ((read_as(REPLY_TASK, buf_str(&text), &r, &err) == ERR_OK) != good)
				fail_msg("%s as %s: %s", keys[k], values[v], err.msg);
			if (good && strcmp(r.tasks[0].json, buf_str(&text)) != 0)
				fail_msg("%s as %s: not kept as it came", keys[k], values[v]);
			if (good && !is_id && strcmp(keys[k], "unique_id") != 0 &&
			    strcmp(r.tasks[0].unique_id, "u") != 0)
				fail_msg("%s as %s harms its neighbours", keys[k], values[v]);
			reply_done(&r);
		}
	buf_free(&text);
}

static void
an_id_that_is_no_plain_word_counts_as_absent(void **state)
{
	static const struct {
		const char *id;
		bool good;
	} cases[] = {
		{ "65a6f0c51c9d4400a1b2c3d4", true },
		{ "a-B_9", true },
		{ "", false },
		{ "a b", false },
		{ "../x", false },
		{ "\\u001b[2J", false },
		{ "\xC3\xA4", false },
		{ "local-7", false },
		{ "0123456789012345678901234567890123456789012345678901234567890ab", true },
		{ "0123456789012345678901234567890123456789012345678901234567890abc", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		char text[128];
		struct reply r;

		snprintf(text, sizeof(text), "{\"task_id\":\"%s\"}", cases[i].id);
		if ((read_as(REPLY_TASK, text, &r, &err) == ERR_OK) != cases[i].good)
			fail_msg("%s", text);
		reply_done(&r);
	}
}

static void
a_page_skips_what_is_no_task_and_counts_it(void **state)
{
	struct reply r;

	(void)state;
	must_read(REPLY_TASK_PAGE,
		  "{\"docs\":[{\"task_id\":\"a1\"},7,{\"task_id\":8},null,{\"task_id\":\"b2\"},[]],"
		  "\"total\":41,\"limit\":6,\"offset\":0,\"has_more\":true,\"next_token\":\"n\"}",
		  &r);
	assert_int_equal(r.task_count, 2);
	assert_string_equal(r.tasks[1].task_id, "b2");
	assert_int_equal(r.skipped, 4);
	assert_int_equal(r.total, 41);
	assert_true(r.has_more);
	assert_string_equal(r.next_token, "n");
	reply_done(&r);

	must_read(REPLY_TASK_PAGE,
		  "{\"docs\":[],\"total\":\"41\",\"has_more\":\"true\",\"next_token\":5}", &r);
	assert_int_equal(r.total, -1);
	assert_false(r.has_more);
	assert_null(r.next_token);
	reply_done(&r);
}

static void
a_page_without_end_is_cut(void **state)
{
	struct buf text = BUF_INIT(1u << 20);
	struct reply r;

	(void)state;
	buf_adds(&text, "{\"docs\":[{\"task_id\":\"a\"}");
	for (int i = 0; i < REPLY_ITEMS_MAX + 5; i++)
		buf_adds(&text, ",{\"task_id\":\"a\"}");
	buf_adds(&text, "]}");
	must_read(REPLY_TASK_PAGE, buf_str(&text), &r);
	assert_int_equal(r.task_count, REPLY_ITEMS_MAX);
	assert_int_equal(r.skipped, 6);
	reply_done(&r);
	buf_free(&text);
}

static void
projects_come_as_a_bare_list(void **state)
{
	struct reply r;

	(void)state;
	must_read(
		REPLY_PROJECT_LIST,
		"[{\"name\":\"p\",\"type\":\"multistage\",\"created_at\":\"2024-01-16T00:00:00Z\","
		"\"rapid\":true,\"param_history\":[{\"version\":0},{\"version\":3}]},"
		"{\"name\":\"q\",\"param_history\":{}},{\"name\":null},{\"type\":\"x\"}]",
		&r);
	assert_int_equal(r.project_count, 2);
	assert_int_equal(r.skipped, 2);
	assert_string_equal(r.projects[0].type, "multistage");
	assert_int_equal(r.projects[0].version, 3);
	assert_true(r.projects[0].rapid);
	assert_int_equal(r.projects[0].created_ms, 1705363200000);
	assert_int_equal(r.projects[1].version, -1);
	reply_done(&r);
	must_read(REPLY_PROJECT, "{\"name\":\"p\"}", &r);
	assert_string_equal(r.projects[0].type, "");
	reply_done(&r);
}

static void
batches_count_what_the_service_tells(void **state)
{
	struct reply r;

	(void)state;
	must_read(REPLY_BATCH_PAGE,
		  "{\"docs\":[{\"name\":\"b\",\"status\":\"in_progress\",\"project\":\"p\","
		  "\"callback\":null,\"metadata\":{\"a\": 1.10},\"pending\":3}],"
		  "\"totalDocs\":12,\"limit\":100,\"offset\":0,\"has_more\":false}",
		  &r);
	assert_int_equal(r.total, 12);
	assert_string_equal(r.batches[0].metadata, "{\"a\": 1.10}");
	assert_string_equal(r.batches[0].callback, "");
	assert_int_equal(r.batches[0].pending, 3);
	assert_int_equal(r.batches[0].error, -1); /* not told */
	reply_done(&r);

	must_read(REPLY_BATCH_STATUS,
		  "{\"status\":\"in_progress\",\"pending\":3,\"completed\":\"9\"}", &r);
	assert_string_equal(r.batches[0].status, "in_progress");
	assert_int_equal(r.batches[0].pending, 3);
	assert_int_equal(r.batches[0].completed, 0); /* unreadable counts as absent */
	assert_int_equal(r.batches[0].error, 0);     /* left out when zero */
	reply_done(&r);
}

static void
a_file_gives_its_address(void **state)
{
	struct reply r;

	(void)state;
	must_read(
		REPLY_FILE,
		"{\"id\":\"i\",\"attachment_url\":\"scaledata://o/i\",\"mime_type\":\"text/plain\","
		"\"size\":12,\"project_names\":[]}",
		&r);
	assert_string_equal(r.file.attachment_url, "scaledata://o/i");
	assert_string_equal(r.file.id, "i");
	assert_int_equal(r.file.size, 12);
	reply_done(&r);
}

static void
what_is_not_the_promised_value_is_an_error_that_says_so(void **state)
{
	static const struct {
		enum reply_kind kind;
		const char *text, *msg, *hint;
	} cases[] = {
		{ REPLY_TASK, "", "the answer is empty", "" },
		{ REPLY_TASK, " \r\n ", "the answer is empty", "" },
		{ REPLY_TASK, "\n<html>\n<body>", "no JSON", "it begins with: <html>" },
		{ REPLY_TASK, "OK", "no JSON", "it begins with: OK" },
		{ REPLY_TASK, "\033[2Jx", "no JSON", "it begins with: ^[[2Jx" },
		{ REPLY_TASK, "{\"task_id\":\"a\"", "no JSON", "{\"task_id\"" },
		{ REPLY_TASK, "[]", "not a task: no task_id in it", "" },
		{ REPLY_TASK, "{}", "not a task: no task_id in it", "" },
		{ REPLY_TASK, "null", "not a task", "" },
		{ REPLY_TASK_PAGE, "[]", "not a page of tasks: no docs", "" },
		{ REPLY_TASK_PAGE, "{\"docs\":{}}", "no docs", "" },
		{ REPLY_PROJECT_LIST, "{}", "not a list of projects", "" },
		{ REPLY_PROJECT, "{\"name\":[]}", "not a project: no name", "" },
		{ REPLY_BATCH, "{}", "not a batch: no name", "" },
		{ REPLY_BATCH_PAGE, "7", "not a page of batches", "" },
		{ REPLY_BATCH_STATUS, "{}", "no status in it", "" },
		{ REPLY_FILE, "{\"id\":\"a\"}", "no attachment_url in it", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct reply r;

		if (read_as(cases[i].kind, cases[i].text, &r, &err) != ERR_PARSE ||
		    err.code != ERR_PARSE || !strstr(err.msg, cases[i].msg) ||
		    !strstr(err.hint, cases[i].hint))
			fail_msg("row %zu, %s: %s (%s)", i, cases[i].text, err.msg, err.hint);
		reply_done(&r);
	}
}

static void
the_note_of_a_failed_task_says_why_in_one_line(void **state)
{
	static const struct {
		const char *response, *note;
	} cases[] = {
		{ "{\"error\":\"One\",\"attachments\":[{\"statusCode\":403,\"url\":\"s3://a/2\"}]}",
		  "url 2: 403" },
		{ "{\"attachments\":[{\"statusCode\":403,\"url\":\"s3://a/1\"},{},{}]}",
		  "url 1: 403 (+2 more)" },
		{ "{\"attachments\":[{\"statusCode\":404,\"url\":\"https://d/9?sig=secret\"}]}",
		  "https://d/9: 404" },
		{ "{\"attachments\":[{\"url\":7}]}", "not fetched" },
		{ "{\"frames\":[{\"frame\":10,\"message\":\"Invalid\\nJSON\",\"attachment\":{}}]}",
		  "frame 10: Invalid JSON" },
		{ "{\"frames\":[{}]}", "not readable" },
		{ "{\"attachments\":[],\"error\":\"what\\u0007ever\"}", "what ever" },
		{ "{\"error\":{}}", "" },
		{ "\"no object\"", "" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply r;

		snprintf(text, sizeof(text),
			 "{\"task_id\":\"a\",\"status\":\"error\",\"response\":%s,"
			 "\"params\":{\"attachments\":[\"s3:\\/\\/a\\/1\",\"s3://a/2\"]}}",
			 cases[i].response);
		must_read(REPLY_TASK, text, &r);
		if (strcmp(r.tasks[0].note, cases[i].note) != 0)
			fail_msg("%s: %s", cases[i].response, r.tasks[0].note);
		reply_done(&r);
	}
}

static void
a_long_note_is_cut_between_characters(void **state)
{
	struct buf text = BUF_INIT(4096);
	struct reply r;
	size_t n;

	(void)state;
	for (int shift = 0; shift < 2; shift++) {
		buf_clear(&text);
		buf_addf(&text,
			 "{\"task_id\":\"a\",\"status\":\"error\",\"response\":{\"error\":\"%s",
			 shift ? "x" : "");
		for (int i = 0; i < 200; i++)
			buf_adds(&text, "\xC3\xA4");
		buf_adds(&text, "\"}}");
		must_read(REPLY_TASK, buf_str(&text), &r);
		n = strlen(r.tasks[0].note);
		assert_true(n <= 160 && n > 150);
		assert_int_equal((unsigned char)r.tasks[0].note[n - 1], 0xA4);
		reply_done(&r);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_documented_task_is_read_whole),
		cmocka_unit_test(d3_every_key_of_a_task_survives_every_type),
		cmocka_unit_test(an_id_that_is_no_plain_word_counts_as_absent),
		cmocka_unit_test(a_page_skips_what_is_no_task_and_counts_it),
		cmocka_unit_test(a_page_without_end_is_cut),
		cmocka_unit_test(projects_come_as_a_bare_list),
		cmocka_unit_test(batches_count_what_the_service_tells),
		cmocka_unit_test(a_file_gives_its_address),
		cmocka_unit_test(what_is_not_the_promised_value_is_an_error_that_says_so),
		cmocka_unit_test(the_note_of_a_failed_task_says_why_in_one_line),
		cmocka_unit_test(a_long_note_is_cut_between_characters),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
