/* test_rules.c - buf, err, the field table: what everything stands on. */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "core/err.h"
#include "core/field.h"
#include "core/text.h"

static void
a_full_buffer_remembers(void **state)
{
	struct buf b = BUF_INIT(4);

	(void)state;
	buf_adds(&b, "abc");
	assert_false(b.full);
	buf_adds(&b, "de");
	assert_true(b.full);
	assert_string_equal(buf_str(&b), "abc");
	buf_adds(&b, "d");
	assert_string_equal(buf_str(&b), "abc");
	buf_free(&b);
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	struct err err = ERR_INIT;
	char text[600];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	text[sizeof(text) - 2] = '\0';
	for (int shift = 0; shift < 2; shift++) {
		assert_int_equal(err_set(&err, ERR_PARSE, "%s", text + 2 - shift * 2), ERR_PARSE);
		assert_string_equal(err.msg + strlen(err.msg) - 3, "...");
		assert_int_equal((unsigned char)err.msg[strlen(err.msg) - 4], 0xA9);
		err_wrap(&err, "%s%s", shift ? "x" : "", text);
		assert_true(text_valid(err.msg, strlen(err.msg), NULL));
	}
}

static void
every_code_has_a_name_and_an_exit_status(void **state)
{
	(void)state;
	for (int c = 0; c < ERR_CODE_COUNT; c++) {
		assert_non_null(err_name((enum err_code)c));
		assert_int_equal(err_exit_status((enum err_code)c) == 0, c == ERR_OK);
	}
}

static void
every_field_row_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const struct field *f = &fields[i];

		assert_non_null(f->name);
		assert_true(f->label && strlen(f->label) <= 16);
		assert_true(f->help && f->help[strlen(f->help) - 1] == '.');
		assert_true(f->empty && f->empty[0] == '(');
		assert_non_null(f->source);
		assert_int_equal(f->choices != NULL, f->kind == FIELD_CHOICE);
		assert_int_equal(f->emit == EMIT_STRINGS, f->kind == FIELD_LIST);
		assert_true(strlen(f->help) <= 57); /* a row of the form at 160 columns */
		assert_int_equal(f->help[strlen(f->help) - 1], '.');
		assert_int_equal(field_find(f->name, strlen(f->name)), i);
	}
	assert_int_equal(field_find("nonsense", 8), FIELD_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_buffer_remembers),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test(every_code_has_a_name_and_an_exit_status),
		cmocka_unit_test(every_field_row_is_whole),
	};
	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
