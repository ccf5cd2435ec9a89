/* test_exact.c - what comes in from files and from the service is carried as it was written, or
 * refused with its place; never changed. */
#include "config.h"

#include "tests/answers.h"
#include "tests/program.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/payload.h"

static void
d1_numbers_are_carried_as_written_or_refused_with_their_place(void **state)
{
	static const struct {
		const char *number, *why; /* NULL: it is carried */
	} rows[] = {
		{ "9223372036854775807", NULL },
		{ "9223372036854775808", NULL },
		{ "18446744073709551615", NULL },
		{ "18446744073709551616", "too large to be carried exactly" },
		{ "-9223372036854775808", NULL },
		{ "-9223372036854775809", "too large to be carried exactly" },
		{ "123456789012345678901234567890", "too large to be carried exactly" },
		{ "1e400", "too large to be carried exactly" },
		{ "-1e400", "too large to be carried exactly" },
		{ "1e308", NULL },
		{ "-0", NULL },
		{ "-0.0", NULL },
		{ "0.1", NULL },
		{ "1.10", NULL },
		{ "1E+5", NULL },
		{ "0.30000000000000004", NULL },
		{ "1.0000000000000000000000001", NULL },
		{ "NaN", "NaN is no JSON value" },
		{ "-Infinity", "where a digit should" },
		{ "01", "may not start with 0" },
		{ "1.", "where a digit should" },
		{ ".5", "where a value should" },
		{ "+1", "where a value should" },
		{ "0x10", "" },
		{ "1,5", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = draft_new();
		struct buf out = BUF_INIT(4096);
		struct err err = ERR_INIT;
		char text[256], metadata[80], other[80];

		snprintf(metadata, sizeof(metadata), "\"metadata\":{\"n\":%s}", rows[i].number);
		snprintf(other, sizeof(other), "\"params\":[{\"n\":%s}]", rows[i].number);
		snprintf(text, sizeof(text), "{\"project\":\"p\",\n%s,\n%s}", other, metadata);
		if (payload_import(d, text, strlen(text), &err) != ERR_OK) {
			if (!rows[i].why || !strstr(err.msg, rows[i].why) ||
			    !strstr(err.msg, "line 2, column "))
				fail_msg("%s: %s", rows[i].number, err.msg);
		} else {
			if (rows[i].why)
				fail_msg("%s was taken", rows[i].number);
			world_good(payload_of_draft(d, &out, NULL, &err), &err);
			if (!strstr(buf_str(&out), metadata) || !strstr(buf_str(&out), other))
				fail_msg("%s became %s", rows[i].number, buf_str(&out));
		}
		buf_free(&out);
		draft_free(d);
	}
}

static void
d2_what_is_no_plain_json_is_refused_with_its_line_and_column(void **state)
{
	static const struct {
		const char *text;
		size_t n; /* 0: up to the NUL */
		const char *place, *why;
	} rows[] = {
		/* clang-format off */
		{ "{\"project\":\"a\",\n \"project\":\"b\"}", 0, "line 2, column 2:", "twice" },
		{ "{\"pro\\u006aect\":\"a\",\n\"project\":\"b\"}", 0, "line 2, column 1:", "twice" },
		{ "{\"project\":\"a\\u0000b\"}", 0, "line 1, column 14:", "\\u0000 cannot be carried" },
		{ "{\"project\":\"a\0b\"}", 17, "line 1, column 14:", "raw control byte" },
		{ "{\n\n\"project\":\"\\ud83d\"}", 0, "line 3, column 12:", "surrogate" },
		{ "{\n\n\"project\":\"\\udc00x\"}", 0, "line 3, column 12:", "surrogate" },
		{ "\xEF\xBB\xBF{\"project\":\"a\"}", 0, "line 1, column 1:", "byte order mark" },
		{ "{\"project\":\"a\",}", 0, "line 1, column 16:", "comma" },
		{ "{\"tags\":[\"a\",]}", 0, "line 1, column 14:", "comma" },
		{ "{ // why\n\"project\":\"a\"}", 0, "line 1, column 3:", "no comments" },
		{ "{ /* why */ \"project\":\"a\"}", 0, "line 1, column 3:", "no comments" },
		{ "{'project':\"a\"}", 0, "line 1, column 2:", "" },
		{ "{\"project\":\"a\nb\"}", 0, "line 1, column 14:", "a line ends" },
		{ "{\"project\":\"a\tb\"}", 0, "line 1, column 14:", "raw control byte" },
		{ "{\"project\":\"a\xC0\xAF\"}", 0, "line 1, column 14:", "UTF-8" },
		{ "{\"project\":\"a\xED\xA0\x80\"}", 0, "line 1, column 14:", "UTF-8" },
		{ "{\"project\":\"a\"} x", 0, "line 1, column 17:", "where the end should" },
		{ "{\"project\":\n\"a\"", 0, "line 2, column 4:", "object of line 1" },
		{ "", 0, "line 1, column 1:", "empty text" },
		/* clang-format on */
	};
	char deep[200], *at = deep;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct draft *d = draft_new();
		struct err err = ERR_INIT;
		size_t n = rows[i].n ? rows[i].n : strlen(rows[i].text);

		if (payload_import(d, rows[i].text, n, &err) != ERR_PARSE ||
		    !strstr(err.msg, rows[i].place) || !strstr(err.msg, rows[i].why))
			fail_msg("row %zu, %s: %s", i, rows[i].text, err.msg);
		assert_false(draft_is_set(d, FIELD_PROJECT));
		draft_free(d);
	}
	for (int depth = 32; depth <= 33; depth++) { /* the number is the deepest */
		struct draft *d = draft_new();
		struct err err = ERR_INIT;
		enum err_code code;

		at = deep + snprintf(deep, sizeof(deep), "{\n\"metadata\":{\"a\":");
		at += snprintf(at, 100, "%.*s1%.*s}}", depth - 3,
			       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", depth - 3,
			       "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
		code = payload_import(d, deep, (size_t)(at - deep), &err);
		if (code != (depth == 32 ? ERR_OK : ERR_PARSE) ||
		    (code && !strstr(err.msg, "line 2, column ")))
			fail_msg("%d levels: %s", depth, err.msg);
		draft_free(d);
	}
}

/* A status, a type and members of a later day. */
#define STRANGE                                                                             \
	"{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"unique_id\":\"u-1\",\"status\":"       \
	"\"on_hold\",\"type\":\"holographic\",\"created_at\":\"2024-01-16T21:10:45.031Z\"," \
	"\"project\":\"p\",\"metadata\":{\"x\":1.10},\"brand_new\":{\"a\":[1,null,-0]},"    \
	"\"params\":{\"later\":true}}"

static void
d4_what_nobody_knows_yet_is_kept_and_shown_as_it_is(void **state)
{
	const struct canned answers[] = { answer("200 OK", "", answer_page(STRANGE, "")) };
	struct canned_server *s = canned_start(answers, 1, NULL);
	struct board_query q = { .now_ms = 1 };
	struct board_row row;
	struct session_event ev;
	struct err err = ERR_INIT;
	struct task t;
	struct world w;
	char url[64];
	size_t n;
	bool found;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	world_open(&w, *state, url, "live_k_0123456789");
	world_good(session_refresh(w.s, false, world_now(&w), &err), &err);
	world_wait(&w, SESSION_REFRESHED, &ev);
	world_good(ev.err.code, &ev.err);
	q.target = session_target(w.s);
	world_good(store_board(w.store, &q, "", 0, 1, &row, &n, &found, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(row.status, TASK_OTHER);
	assert_string_equal(row.word, "on_hold");
	task_init(&t);
	world_good(store_task_get(w.store, q.target, row.key, &t, &err), &err);
	assert_string_equal(t.type, "holographic");
	assert_string_equal(t.json, STRANGE);
	task_done(&t);
	world_close(&w);
	canned_stop(s);
}

static void
d4_a_script_gets_what_nobody_knows_yet_byte_for_byte(void **state)
{
	struct canned answers[] = { { .bytes = program_reply(STRANGE), .end = CANNED_CLOSE },
				    { .bytes = program_reply(STRANGE), .end = CANNED_CLOSE } };
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct program r = { 0 };
	char url[64];

	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	RUN(&r, *state, "show", "65a6f0c51c9d4400a1b2c3d4", "--json");
	program_must(&r, 0, STRANGE "\n", NULL);
	RUN(&r, *state, "show", "65a6f0c51c9d4400a1b2c3d4");
	program_must(&r, 0, "on_hold", NULL);
	program_done(&r);
	canned_stop(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(d1_numbers_are_carried_as_written_or_refused_with_their_place),
		cmocka_unit_test(d2_what_is_no_plain_json_is_refused_with_its_line_and_column),
		CASE(d4_what_nobody_knows_yet_is_kept_and_shown_as_it_is),
		CASE(d4_a_script_gets_what_nobody_knows_yet_byte_for_byte),
	};
	return cmocka_run_group_tests_name("exact", tests, NULL, NULL);
}
