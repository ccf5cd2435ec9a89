/* test_records.c - where the payloads of a file begin and end. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"

#include "cli/records.h"

#include "core/mem.h"
#include "core/payload.h"

#include <unistd.h>

/* Each record as "LINE:COL" and ! if it is no payload; the error of the file at the end. */
static char *
split(void *state, const char *text, size_t n)
{
	const char *path = scratch_path(state, "records");
	struct buf told = BUF_INIT(1u << 20);
	struct draft *d = draft_new();
	struct err err = ERR_INIT;
	struct records *r;
	struct record rec;
	bool more = true;

	scratch_write(path, text, n);
	r = records_open(path, &err);
	assert_non_null(r);
	while (more) {
		struct err bad = ERR_INIT;

		if (records_next(r, &rec, &more, &err) != ERR_OK) {
			buf_addf(&told, " %s", err.msg);
			break;
		}
		if (!more)
			break;
		if (records_import(&rec, &d, &bad) != ERR_OK)
			buf_addf(&told, " %d:%d!", rec.at.line, rec.at.col);
		else
			buf_addf(&told, " %d:%d%s", rec.at.line, rec.at.col, rec.alone ? "a" : "");
	}
	records_close(r);
	draft_free(d);
	return buf_take(&told);
}

static void
a_file_is_one_object_an_array_or_lines(void **state)
{
	static const struct {
		const char *text, *records;
	} rows[] = {
		{ "{}", " 1:1a" },
		{ " \n {\"a\":\n[1,\n{\"b\":2},\n{}]}\n\n", " 2:2a" },
		{ "{\"a\":\n{\"b\":2}}", " 1:1a" },
		{ "{}\n{}\n", " 1:1 2:1" },
		{ "\n{}\r\n\r\n  {}  \n", " 2:1 4:3" },
		{ "{\n}\n{\n}\n{}", " 1:1 3:1 5:1" },
		{ "[{},{}]", " 1:2 1:5" },
		{ "[\n  {\"a\":\"]}\\\"\"},\n  {}\n]\n", " 2:3 3:3" },
		{ "[{}]", " 1:2" },
		/* bad ones hide no other */
		{ "", " 1:1!" },
		{ " \n\n", " 3:1!" },
		{ "nonsense\n{}", " 1:1! 2:1" },
		{ "{\"a\":1\n{}\n{}", " 1:1! 2:1 3:1" },
		{ "{\"a\":1,\n{}\n{}", " 1:1! 2:1 3:1" },
		{ "{\"a\n{}\n{}", " 1:1! 2:1 3:1" },
		{ "{}\n{\"a\":[{\n{}\n", " 1:1 2:1! 3:1" },
		{ "{}\n{} x\n{}\n", " 1:1 2:1! 3:1" },
		{ "{} {}\n{}\n", " 1:1! 2:1" },
		{ "{\n}\n{\"a\":[\n[{\"a\":1}\n{}\n{}", " 1:1 3:1! 5:1 6:1" },
		{ "[1,{},\"a,]\",null,[{}],{}]", " 1:2! 1:4 1:7! 1:13! 1:18! 1:23" },
		{ "\xEF\xBB\xBF{}\n", " 1:1!" },
		/* an array that is broken */
		{ "[]", " line 1, column 1: the array is empty" },
		{ "[ ", " line 1, column 3: the file ends inside the array of line 1" },
		{ "[{}", " 1:2 line 1, column 4: the file ends inside the array of line 1" },
		{ "[{},", " 1:2 line 1, column 5: the file ends inside the array of line 1" },
		{ "[{},]", " 1:2 line 1, column 5: a record should stand behind the comma" },
		{ "[{}\n{}]", " 1:2 line 2, column 1: a comma or ] should stand here" },
		{ "[{}] x", " 1:2 line 1, column 6: something stands behind the array" },
		{ "[{\"a\n\"},{}]", " 1:2! line 2, column 1: a comma or ] should stand here" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *told = split(*state, rows[i].text, strlen(rows[i].text));

		if (strcmp(told, rows[i].records) != 0)
			fail_msg("%s\n gives %s\nwanted %s", rows[i].text, told, rows[i].records);
		free(told);
	}
}

/* Records that lie across the pieces in which the file is read. */
static void
the_pieces_of_reading_do_not_show(void **state)
{
	struct buf text = BUF_INIT(32u << 20), want = BUF_INIT(1u << 20);
	char *told;

	for (int i = 0; i < 700; i++) {
		buf_addf(&text, "{\"metadata\":{\"n\":\"%*d\\\"}\"}}\n", 1 + i * 7 % 997, i);
		buf_addf(&want, " %d:1", i + 1);
	}
	told = split(*state, text.p, text.len);
	assert_string_equal(told, buf_str(&want));
	free(told);
	/* The same as an array of one line: the text of each is whole, or it would be bad. */
	for (char *p = text.p; (p = strchr(p, '\n'));)
		*p = ',';
	text.p[text.len - 1] = ']';
	told = mem_strndup(text.p, text.len);
	buf_clear(&text);
	buf_addf(&text, "[%s", told);
	free(told);
	told = split(*state, text.p, text.len);
	assert_null(strchr(told, '!'));
	assert_null(strchr(told, 'a'));
	free(told);
	buf_free(&text);
	buf_free(&want);
}

static void
a_record_that_is_too_big_hides_no_other(void **state)
{
	struct buf text = BUF_INIT(64u << 20);
	char *told;

	buf_adds(&text, "{}\n{\"instruction\":\"");
	for (unsigned i = 0; i < PAYLOAD_IMPORT_MAX / 64 + 1; i++)
		buf_adds(&text, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	buf_adds(&text, "\"}\n{}\n");
	told = split(*state, text.p, text.len);
	assert_string_equal(told, " 1:1 2:1! 3:1");
	free(told);
	buf_free(&text);
}

static void
a_draft_of_the_screen_is_a_record(void **state)
{
	struct draft *d = draft_new();
	struct buf text = BUF_INIT(1u << 20);
	char *told;

	draft_set(d, FIELD_INSTRUCTION, "two\nlines", 9);
	draft_save(d, &text);
	told = split(*state, text.p, text.len);
	assert_string_equal(told, " 1:1a");
	free(told);
	told = split(*state, text.p, text.len - 3);
	assert_string_equal(told, " 1:1!");
	free(told);
	buf_free(&text);
	draft_free(d);
}

/* A pipe hands out a byte now and a byte then. */
static void
a_slow_pipe_gives_the_same(void **state)
{
	static const char text[] = "{}\n{\"metadata\":{}}\nmultistage-draft\n";
	struct draft *d = draft_new();
	struct err err = ERR_INIT, bad = ERR_INIT;
	int ends[2], n = 0, was = dup(0);
	struct records *r;
	struct record rec;
	bool more;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < sizeof(text) - 1; i++)
			if (write(ends[1], text + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], 0);
	close(ends[0]);
	r = records_open("-", &err);
	assert_non_null(r);
	while (records_next(r, &rec, &more, &err) == ERR_OK && more)
		n += records_import(&rec, &d, &bad) == ERR_OK ? 1 : 100;
	assert_int_equal(err.code, ERR_OK);
	assert_int_equal(n, 102);
	assert_int_equal(bad.code, ERR_PARSE);
	records_close(r);
	draft_free(d);
	dup2(was, 0);
	close(was);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_one_object_an_array_or_lines),
		cmocka_unit_test(the_pieces_of_reading_do_not_show),
		cmocka_unit_test(a_record_that_is_too_big_hides_no_other),
		cmocka_unit_test(a_draft_of_the_screen_is_a_record),
		cmocka_unit_test(a_slow_pipe_gives_the_same),
	};
	return cmocka_run_group_tests_name("records", tests, scratch_setup, scratch_teardown);
}
