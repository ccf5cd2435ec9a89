/* test_input.c - bytes as terminals send them, whole and in pieces -> keys and pastes. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "tui/input.h"
#include "tui/keys.h"

#include <locale.h>

#define DELAY 25

/* All that comes out now, as text: "a ^A <110001> M-b paste(..)". */
static void
drain(struct input *in, int64_t now, struct buf *out)
{
	struct term_input t;

	while (input_next(in, now, &t)) {
		if (t.kind == TERM_PASTE) {
			buf_adds(out, "paste(");
			buf_add(out, t.paste, t.len);
			buf_adds(out, t.cut ? ")cut " : ") ");
			continue;
		}
		if (t.key & KEY_ALT)
			buf_adds(out, "M-");
		t.key &= ~(unsigned)KEY_ALT;
		if (t.key >= KEY_CTRL_BASE)
			buf_addf(out, "^%c ", (int)(t.key - KEY_CTRL_BASE + '@'));
		else if (t.key > 0x20 && t.key < 0x7F)
			buf_addf(out, "%c ", (int)t.key);
		else
			buf_addf(out, "<%x> ", (unsigned)t.key);
	}
}

static const char *
key_text(uint32_t key)
{
	static char text[16];

	snprintf(text, sizeof(text), "<%x> ", (unsigned)key);
	return text;
}

static const struct {
	const char *bytes;
	size_t n;
	const char *want;
} rows[] = {
	/* clang-format off */
	{ "ab", 2, "a b " },
	{ "\xE2\x82\xAC\xF0\x9F\x91\xA9", 7, "<20ac> <1f469> " },
	{ "\x01\x1A\x1F", 3, "^A ^Z ^_ " },
	{ "\0", 1, "^@ " },
	{ "\x1B" "b\x1B<", 4, "M-b M-< " },
	{ "\x1B\x7F", 2, "M-<110004> " }, /* K_BACKSPACE */
	{ "\x1B\xC3\xA9", 3, "M-<e9> " },
	{ "\x1B[99;5u", 7, "" },        /* not known: nothing at all */
	{ "\x1B[?1;2cx", 8, "x " },     /* a report: no keys */
	{ "\x1B[M !!x", 7, "<20> ! ! x " },  /* what follows is not ours to guess */
	{ "\xFF\xC3z", 3, "<fffd> <fffd> z " },
	{ "\xED\xA0\x80", 3, "<fffd> <fffd> <fffd> " },
	{ "\x1B[200~a\rb\r\nc\nq\x03\x1B[A\x1B[201~z", 25, "paste(a\nb\nc\nq\x03\x1B[A) z " },
	{ "\x1B[200~\x1B[201~", 12, "paste() " },
	{ "\x1B[200~a\0b\xFF\xE6\xBC\x1B[201~", 18, "paste(ab\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD) " },
	{ "\x1B[200~\r\x1B[201~", 13, "paste(\n) " },
	/* clang-format on */
};

static void
bytes_become_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = BUF_INIT(4096);
		struct input in;

		input_init(&in, DELAY);
		input_feed(&in, rows[i].bytes, rows[i].n, 1000);
		drain(&in, 1000, &out);
		drain(&in, 1000 + DELAY, &out);
		if (strcmp(buf_str(&out), rows[i].want) != 0)
			fail_msg("row %zu: \"%s\"", i, buf_str(&out));
		assert_int_equal(input_timeout(&in, 9999), -1);
		input_done(&in);
		buf_free(&out);
	}
}

static void
b17_it_does_not_matter_where_the_bytes_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t step = 1; step < 4; step++) {
			struct buf out = BUF_INIT(4096);
			struct input in;

			input_init(&in, DELAY);
			for (size_t at = 0; at < rows[i].n; at += step) {
				size_t n = rows[i].n - at < step ? rows[i].n - at : step;

				input_feed(&in, rows[i].bytes + at, n, 1000 + (int64_t)at);
				drain(&in, 1000 + (int64_t)at, &out);
			}
			drain(&in, 1100, &out);
			if (strcmp(buf_str(&out), rows[i].want) != 0)
				fail_msg("row %zu by %zu: \"%s\"", i, step, buf_str(&out));
			input_done(&in);
			buf_free(&out);
		}
}

static void
named_keys_are_known_by_common_and_by_own_sequences(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t key;
	} table[] = {
		{ "\r", K_ENTER },         { "\n", K_ENTER },
		{ "\t", K_TAB },           { "\x08", K_BACKSPACE },
		{ "\x7F", K_BACKSPACE },   { "\x1B[A", K_UP },
		{ "\x1BOA", K_UP },        { "\x1B[6~", K_PGDN },
		{ "\x1B[Z", K_BACKTAB },   { "\x1B[H", K_HOME },
		{ "\x1B[4~", K_END },      { "\x1B[3~", K_DELETE },
		{ "\x1BOP", K_F1 },        { "\x1B[1;5C", K_CTRL_RIGHT },
		{ "\x1BOd", K_CTRL_LEFT }, { "\x1B[17;9~", K_DOWN }, /* told below */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct buf out = BUF_INIT(4096);
		struct input in;

		input_init(&in, DELAY);
		input_sequence(&in, "\x1B[17;9~", K_UP);
		input_sequence(&in, "\x1B[17;9~", K_DOWN); /* the last word counts */
		input_sequence(&in, "x", K_UP);
		input_sequence(&in, "\x1B", K_UP);
		input_sequence(&in, "\x1B[0123456789012345678901234567890", K_UP);
		input_feed(&in, table[i].bytes, strlen(table[i].bytes), 0);
		drain(&in, 0, &out);
		if (strcmp(buf_str(&out), key_text(table[i].key)) != 0)
			fail_msg("row %zu: \"%s\"", i, buf_str(&out));
		input_done(&in);
		buf_free(&out);
	}
}

static void
b17_escape_alone_is_told_after_the_delay_and_no_later(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct input in;

	(void)state;
	input_init(&in, DELAY);
	input_feed(&in, "\x1B", 1, 1000);
	drain(&in, 1000, &out);
	drain(&in, 1024, &out);
	assert_string_equal(buf_str(&out), "");
	assert_int_equal(input_timeout(&in, 1010), 15);
	drain(&in, 1025, &out);
	assert_string_equal(buf_str(&out), key_text(K_ESC));
	buf_clear(&out);
	input_feed(&in, "\x1B\x1B", 2, 2000); /* the first of two at once */
	drain(&in, 2000, &out);
	assert_string_equal(buf_str(&out), key_text(K_ESC));
	drain(&in, 2025, &out);
	buf_clear(&out);
	input_feed(&in, "\x1B[", 2, 3000); /* a cut sequence is not lost for ever */
	drain(&in, 3000, &out);
	assert_string_equal(buf_str(&out), "");
	drain(&in, 3025, &out);
	assert_string_equal(buf_str(&out), "M-[ ");
	buf_clear(&out);
	input_feed(&in, "\x1B[1;", 4, 4000);
	drain(&in, 4025, &out);
	assert_string_equal(buf_str(&out), "");
	assert_int_equal(input_timeout(&in, 4025), -1);
	input_done(&in);
	buf_free(&out);
}

static void
keys_left_in_the_queue_are_not_waited_for(void **state)
{
	struct term_input t = { .kind = TERM_KEY };
	struct input in;

	(void)state;
	input_init(&in, DELAY);
	input_feed(&in, "ab\x1B", 3, 1000);
	assert_int_equal(input_timeout(&in, 1000), 0);
	assert_true(input_next(&in, 1000, &t));
	assert_int_equal(input_timeout(&in, 1000), 0);
	assert_true(input_next(&in, 1000, &t));
	assert_false(input_next(&in, 1000, &t));
	assert_int_equal(input_timeout(&in, 1000), DELAY);
	input_done(&in);
}

static void
b10_a_paste_without_an_end_ends_after_two_silent_seconds(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct input in;

	(void)state;
	input_init(&in, DELAY);
	input_feed(&in, "\x1B[200~abc\x1B[20", 13, 1000);
	drain(&in, 2999, &out);
	assert_string_equal(buf_str(&out), "");
	assert_int_equal(input_timeout(&in, 2990), 10);
	drain(&in, 3000, &out);
	assert_string_equal(buf_str(&out), "paste(abc\x1B[20) ");
	buf_clear(&out);
	input_feed(&in, "q", 1, 3001); /* keys are keys again */
	drain(&in, 3001, &out);
	assert_string_equal(buf_str(&out), "q ");
	input_done(&in);
	buf_free(&out);
}

static void
b10_a_paste_over_the_ceiling_is_cut_at_a_character(void **state)
{
	size_t n = TERM_PASTE_MAX + 1000;
	char *big = malloc(n);
	struct term_input t = { .kind = TERM_KEY };
	struct input in;
	bool is;

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < n; i++)
		big[i] = "\xE2\x82\xAC"[i % 3];
	input_init(&in, DELAY);
	input_feed(&in, "\x1B[200~", 6, 0);
	for (size_t at = 0; at < n; at += 4000) {
		input_feed(&in, big + at, n - at < 4000 ? n - at : 4000, 0);
		assert_false(input_next(&in, 0, &t));
	}
	input_feed(&in, "\x1B[201~", 6, 0);
	is = input_next(&in, 0, &t);
	assert_true(is);
	assert_int_equal(t.kind, TERM_PASTE);
	assert_true(t.cut);
	assert_int_equal(t.len, TERM_PASTE_MAX / 3 * 3);
	assert_memory_equal(t.paste + t.len - 3, "\xE2\x82\xAC", 3);
	input_done(&in);
	free(big);
}

/* The kernel hands over 4095 bytes at the most: the last few of a long paste come alone. */
static void
b10_the_tail_of_an_unmarked_paste_presses_no_keys(void **state)
{
	static const char text[] = "the instruction, pasted by a terminal without marks, ends wi"
				   "th a q\xC3";
	struct term_input t = { .kind = TERM_KEY };
	struct input in;

	(void)state;
	input_init(&in, DELAY);
	input_feed(&in, text, sizeof(text) - 1, 1000);
	assert_false(input_next(&in, 1000, &t));
	input_feed(&in, "\xA9q\r", 3, 1050); /* of a character, too */
	assert_false(input_next(&in, 1149, &t));
	assert_true(input_next(&in, 1150, &t));
	assert_int_equal(t.kind, TERM_PASTE);
	assert_int_equal(t.len, sizeof(text) - 1 + 3);
	assert_memory_equal(t.paste + sizeof(text) - 2, "\xC3\xA9q\n", 4);
	input_feed(&in, "q", 1, 1200);
	assert_true(input_next(&in, 1200, &t));
	assert_int_equal(t.key, 'q');
	input_done(&in);
}

static void
a_flood_of_keys_holds_no_enter(void **state)
{
	char held[INPUT_BURST + 1];
	struct term_input t = { .kind = TERM_KEY };
	struct input in;

	(void)state;
	memset(held, '\r', sizeof(held));
	input_init(&in, DELAY);
	input_feed(&in, held, sizeof(held), 1000);
	assert_false(input_next(&in, 1000, &t));
	input_feed(&in, "\r", 1, 1099);
	assert_false(input_next(&in, 1099, &t));
	input_feed(&in, "\r", 1, 1100);
	assert_true(input_next(&in, 1100, &t));
	assert_int_equal(t.key, K_ENTER);
	input_done(&in);
}

static void
a_marked_paste_holds_no_enter_back(void **state)
{
	char paste[300] = "\x1B[200~";
	struct term_input t;
	struct input in;

	(void)state;
	memset(paste + 6, 'u', 100);
	memcpy(paste + 106, "\x1B[201~", 7);
	input_init(&in, DELAY);
	input_feed(&in, paste, strlen(paste), 1000);
	assert_true(input_next(&in, 1000, &t));
	assert_int_equal(t.kind, TERM_PASTE);
	input_feed(&in, "\r", 1, 1001);
	assert_true(input_next(&in, 1001, &t));
	assert_int_equal(t.key, K_ENTER);
	input_done(&in);
}

static void
a_burst_is_a_paste_unless_the_terminal_marks_its_own(void **state)
{
	char urls[] = "https://data.acme.dev/n/0412/frame_000.json\r"
		      "https://data.acme.dev/n/0412/frame_001.json\r";
	char held[200],
		arrows[] = "\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B"
			   "\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B\x1B[B";
	struct term_input t = { .kind = TERM_KEY };
	struct input in;

	(void)state;
	memset(held, 'j', sizeof(held));
	input_init(&in, DELAY);
	input_feed(&in, urls, strlen(urls), 0);
	assert_false(input_next(&in, 99, &t));
	assert_int_equal(input_timeout(&in, 99), 1);
	assert_true(input_next(&in, 100, &t));
	assert_int_equal(t.kind, TERM_PASTE);
	assert_int_equal(t.len, strlen(urls));
	assert_int_equal(t.paste[t.len - 1], '\n');
	assert_false(input_next(&in, 100, &t));
	input_feed(&in, held, sizeof(held), 0);
	for (size_t i = 0; i < sizeof(held); i++) {
		assert_true(input_next(&in, 0, &t));
		assert_int_equal(t.kind, TERM_KEY);
	}
	input_feed(&in, arrows, strlen(arrows), 0);
	assert_true(input_next(&in, 0, &t));
	assert_int_equal(t.key, K_DOWN);
	while (input_next(&in, 0, &t))
		assert_int_equal(t.key, K_DOWN);
	input_feed(&in, "\x1B[200~a\x1B[201~", 13, 0);
	assert_true(input_next(&in, 0, &t));
	input_feed(&in, urls, strlen(urls), 0);
	assert_true(input_next(&in, 0, &t));
	assert_int_equal(t.kind, TERM_KEY);
	input_done(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_keys),
		cmocka_unit_test(b17_it_does_not_matter_where_the_bytes_are_split),
		cmocka_unit_test(named_keys_are_known_by_common_and_by_own_sequences),
		cmocka_unit_test(b17_escape_alone_is_told_after_the_delay_and_no_later),
		cmocka_unit_test(keys_left_in_the_queue_are_not_waited_for),
		cmocka_unit_test(b10_a_paste_without_an_end_ends_after_two_silent_seconds),
		cmocka_unit_test(b10_a_paste_over_the_ceiling_is_cut_at_a_character),
		cmocka_unit_test(b10_the_tail_of_an_unmarked_paste_presses_no_keys),
		cmocka_unit_test(a_flood_of_keys_holds_no_enter),
		cmocka_unit_test(a_marked_paste_holds_no_enter_back),
		cmocka_unit_test(a_burst_is_a_paste_unless_the_terminal_marks_its_own),
	};
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
