/* test_body.c - the body as rows: each byte in one of them, at any width. */
#include "config.h"

#include "tests/test.h"

#include "core/text.h"
#include "tui/body.h"

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

/* Long and short lines, wide letters, marks, and what is shown as a substitute. */
static struct draft *
hard_draft(void)
{
	struct draft *d = draft_new();

	set(d, FIELD_PROJECT, "kitti");
	set(d, FIELD_INSTRUCTION,
	    "\xE6\xBC\xA2\xE5\xAD\x97 e\xCC\x81 \xE2\x80\xAE\xE2\x80\x8B\x7F \"quoted\"\n\\n");
	set(d, FIELD_METADATA, "{\"a\": [1, {\"b\": \"\xE2\x80\x8B\"}], \"c\": null}");
	set(d, FIELD_ATTACHMENTS,
	    "https://h.example/a/very/long/path/frame_000.json?X=1&Y=2\ns3://b/k.json");
	return d;
}

static void
every_byte_is_in_one_row(void **state)
{
	struct draft *d = hard_draft();
	struct payload *p = payload_new();
	struct buf want = BUF_INIT(1u << 20), got = BUF_INIT(1u << 20);

	(void)state;
	payload_update(p, d);
	for (int i = 0; i < 2 * 90; i++) {
		bool wire = i % 2 == 1, more;
		struct body_row row;
		struct body b;
		size_t k = 0;

		buf_clear(&want);
		buf_clear(&got);
		if (wire)
			payload_wire(p, &want);
		else
			payload_pretty(p, &want);
		body_init(&b, p, wire, i / 2 + 1);
		for (more = body_row(&b, 0, &row); more; more = body_next(&b, &row), k++) {
			size_t cols = text_cols(row.text + row.from, row.to - row.from);

			/* One glyph may be wider than a very narrow row. */
			if (cols > (size_t)b.cols && b.cols >= 8)
				fail_msg("row %zu of width %d has %zu columns", k, b.cols, cols);
			buf_add(&got, row.text + row.from, row.to - row.from);
			if (!wire && row.to == row.n)
				buf_adds(&got, "\n");
		}
		assert_int_equal(k, body_rows(&b));
		if (want.len > 0 && want.p[want.len - 1] != '\n' && !wire)
			buf_adds(&want, "\n");
		assert_string_equal(buf_str(&got), buf_str(&want));
		body_done(&b);
	}
	buf_free(&want);
	buf_free(&got);
	payload_free(p);
	draft_free(d);
}

static void
a_row_is_found_by_number_by_place_and_by_field(void **state)
{
	struct draft *d = hard_draft();
	struct payload *p = payload_new();

	(void)state;
	payload_update(p, d);
	for (int i = 0; i < 2 * 40; i++) {
		struct body_row walk, row;
		struct body b;
		size_t k = 0;

		body_init(&b, p, i % 2 == 1, i / 2 + 1);
		for (bool more = body_row(&b, 0, &walk); more; more = body_next(&b, &walk), k++) {
			assert_true(body_row(&b, k, &row));
			assert_int_equal(row.line, walk.line);
			assert_int_equal(row.from, walk.from);
			assert_int_equal(row.to, walk.to);
			assert_int_equal(body_find(&b, row.line, row.from), k);
			assert_int_equal(body_find(&b, row.line, row.to - 1), k);
		}
		assert_false(body_row(&b, k, &row));
		for (enum field_id f = 0; f < FIELD_COUNT; f++) {
			if (!draft_is_set(d, f))
				continue;
			assert_true(body_row(&b, body_find_field(&b, f), &row));
			if (b.cols > 1) /* the field before ends in that row's first byte */
				assert_true(body_field(&b, &row) <= f);
		}
		body_done(&b);
	}
	payload_free(p);
	draft_free(d);
}

static void
the_field_of_a_row_is_told(void **state)
{
	struct draft *d = hard_draft();
	struct payload *p = payload_new();
	struct body_row row;
	struct body b;

	(void)state;
	payload_update(p, d);
	body_init(&b, p, false, 30);
	assert_true(body_row(&b, 0, &row));
	assert_int_equal(body_field(&b, &row), FIELD_COUNT); /* the brace */
	assert_true(body_row(&b, body_find_field(&b, FIELD_ATTACHMENTS) + 1, &row));
	assert_int_equal(body_field(&b, &row), FIELD_ATTACHMENTS);
	/* Not in the body: the end of what comes before. */
	assert_true(body_row(&b, body_find_field(&b, FIELD_CALLBACK_URL), &row));
	assert_int_equal(body_field(&b, &row), FIELD_INSTRUCTION);
	body_done(&b);
	body_init(&b, p, true, 10);
	assert_true(body_row(&b, body_find_field(&b, FIELD_ATTACHMENTS), &row));
	assert_int_equal(body_field(&b, &row), FIELD_ATTACHMENTS);
	assert_true(body_next(&b, &row)); /* in the middle of it */
	assert_int_equal(body_field(&b, &row), FIELD_ATTACHMENTS);
	body_done(&b);
	payload_free(p);
	draft_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_in_one_row),
		cmocka_unit_test(a_row_is_found_by_number_by_place_and_by_field),
		cmocka_unit_test(the_field_of_a_row_is_told),
	};
	return cmocka_run_group_tests_name("body", tests, set_locale, NULL);
}
