/* test_text.c - UTF-8, clusters, and the gate for foreign text. */
#include "config.h"

#include "tests/test.h"

#include "core/text.h"

#include <locale.h>
#include <wchar.h>

static int
set_locale(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static void
ill_formed_bytes_are_found_at_their_offset(void **state)
{
	static const struct {
		const char *text;
		size_t n, bad_at; /* bad_at == n: well-formed */
	} rows[] = {
		/* clang-format off */
		{ "", 0, 0 },
		{ "plain", 5, 5 },
		{ "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, 9 },
		{ "\xEF\xBF\xBF\xF4\x8F\xBF\xBF", 7, 7 },
		{ "a\x80", 2, 1 },         /* a tail without a head */
		{ "ab\xC0\xAF", 4, 2 },    /* overlong "/" */
		{ "\xE0\x9F\xBF", 3, 0 },
		{ "\xED\xA0\x80", 3, 0 },  /* a surrogate */
		{ "\xF0\x8F\xBF\xBF", 4, 0 },
		{ "\xF4\x90\x80\x80", 4, 0 },
		{ "\xF5\x80\x80\x80", 4, 0 },
		{ "abc\xE2\x82", 5, 3 },   /* cut off */
		{ "\xFF\xFE", 2, 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t bad = rows[i].n;
		bool ok = text_valid(rows[i].text, rows[i].n, &bad);

		if (bad != rows[i].bad_at || ok != (rows[i].bad_at == rows[i].n))
			fail_msg("row %zu: bad at %zu, want %zu", i, bad, rows[i].bad_at);
	}
	assert_false(text_valid("\xFF", 1, NULL));
}

static void
clusters_are_walked_whole_both_ways(void **state)
{
	static const struct {
		const char *text;
		size_t ends[5]; /* boundaries after 0; the last is the length */
	} rows[] = {
		/* clang-format off */
		{ "ab", { 1, 2 } },
		{ "e\xCC\x81x", { 3, 4 } },                       /* e + acute */
		{ "\r\nx", { 2, 3 } },
		{ "\n\r", { 1, 2 } },
		{ "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC!", { 11, 12 } }, /* woman scientist */
		{ "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9", { 8, 12 } }, /* DE, then D */
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB.", { 9, 10 } }, /* Hangul from parts */
		{ "a\xFF\xCC\x81", { 1, 2, 4 } },                 /* nothing joins a bad byte */
		{ "\xE4\xB8\xAD\xE6\x96\x87", { 3, 6 } },
		{ "\xCC\x81\xCC\x81", { 4 } },
		{ "\xE2\x82\xF0\x9F\x98z\x80\x80", { 2, 5, 6, 7, 8 } }, /* ill-formed parts */
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *s = rows[i].text;
		size_t n = strlen(s), at = 0, last = 0;

		for (size_t k = 0; at < n; k++) {
			size_t prev = at;

			at = text_next(s, n, at);
			if (at != rows[i].ends[k])
				fail_msg("row %zu: boundary %zu, want %zu", i, at, rows[i].ends[k]);
			if (text_prev(s, n, at) != prev)
				fail_msg("row %zu: before %zu is %zu, want %zu", i, at,
					 text_prev(s, n, at), prev);
			last = at;
		}
		assert_int_equal(last, n);
		assert_int_equal(text_next(s, n, n), n);
		assert_int_equal(text_prev(s, n, 0), 0);
	}
}

static void
words_are_letters_and_digits(void **state)
{
	const char *s = "s3://my-bucket/\xC3\xA9t\xC3\xA9_7.json";
	size_t n = strlen(s), at = 0;
	static const size_t next[] = { 2, 7, 14, 20, 22, 27 };
	static const size_t prev[] = { 23, 21, 15, 8, 5, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(next); i++)
		assert_int_equal(at = text_word_next(s, n, at), next[i]);
	assert_int_equal(text_word_next(s, n, n), n);
	for (size_t i = 0; i < ARRAY_LEN(prev); i++)
		assert_int_equal(at = text_word_prev(s, n, at), prev[i]);
}

/* What a text becomes on a screen, whole, and the columns it then takes. */
static void
b9_foreign_text_is_shown_and_never_acts(void **state)
{
	static const struct {
		const char *text, *shown;
		size_t cols;
	} rows[] = {
		/* clang-format off */
		{ "plain", "plain", 5 },
		{ "\x1b[31mred", "^[[31mred", 9 },
		{ "a\nb\tc\rd", "a^Jb^Ic^Md", 10 },
		{ "\x7f\x01", "^?^A", 4 },
		{ "\xC2\x9B" "2J", "<9B>2J", 6 },                /* C1 CSI */
		{ "\xE2\x80\xAE" "fdp.exe", "<U+202E>fdp.exe", 15 },
		{ "a\xE2\x80\x8B" "b", "a<U+200B>b", 10 },
		{ "\xEF\xBB\xBF{}", "<U+FEFF>{}", 10 },
		{ "x\xC2\xADy", "x<U+00AD>y", 10 },
		{ "\xF3\xA0\x81\x81", "<U+E0041>", 9 },          /* a tag */
		{ "\xEE\x80\x80", "<U+E000>", 8 },
		{ "\xEF\xBF\xBE", "<U+FFFE>", 8 },
		{ "\xF0\x9F\xAB\xA8", "<U+1FAE8>", 9 },          /* newer than the C library */
		{ "a\xE2\x82", "a\xEF\xBF\xBD", 2 },             /* per maximal part */
		{ "\xE2\x82\xE2\x82\xAC", "\xEF\xBF\xBD\xE2\x82\xAC", 2 },
		{ "\xCC\x81" "a", "\xE2\x97\x8C\xCC\x81" "a", 2 },
		{ "a\xCC\x81", "a\xCC\x81", 1 },
		{ "\xE1\x86\xAB", "<U+11AB>", 8 },             /* a Hangul tail alone */
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
		  "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2 },
		{ "a\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85z", "a\xCC\x81\xCC\x82\xCC\x83z", 2 },
		{ "\xE4\xB8\xAD", "\xE4\xB8\xAD", 2 },
		{ "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC",
		  "\xF0\x9F\x91\xA9\xF0\x9F\x94\xAC", 4 },       /* ZWJ dropped, both seen */
		{ "\xE2\x80\x8D", "<U+200D>", 8 },               /* alone it is seen */
		{ "#\xEF\xB8\x8F", "#", 1 },                     /* variation selector */
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out = BUF_INIT(1000);
		size_t n = strlen(rows[i].text);

		text_show(&out, untrusted(rows[i].text, n), 0);
		if (strcmp(buf_str(&out), rows[i].shown) != 0)
			fail_msg("row %zu: shown \"%s\", want \"%s\"", i, buf_str(&out),
				 rows[i].shown);
		if (text_cols(rows[i].text, n) != rows[i].cols)
			fail_msg("row %zu: %zu columns, want %zu", i, text_cols(rows[i].text, n),
				 rows[i].cols);
		buf_free(&out);
	}
}

static void
every_character_has_a_glyph_that_the_terminal_can_lay_out(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		struct buf in = BUF_INIT(16);
		struct glyph g;
		int cols = 0;
		mbstate_t mb = { 0 };

		text_add_char(&in, cp);
		if (text_glyph(in.p, in.len, &g) != in.len)
			fail_msg("U+%04X is not one glyph", (unsigned)cp);
		for (size_t at = 0; at < g.len;) {
			wchar_t w;
			size_t step = mbrtowc(&w, g.text + at, g.len - at, &mb);

			if (step == 0 || step > 4 || w < 0x20 || wcwidth(w) < 0)
				fail_msg("U+%04X is shown as a control", (unsigned)cp);
			cols += wcwidth(w);
			at += step;
		}
		if (cols != g.cols || g.cols < 1 || g.text[g.len] != '\0')
			fail_msg("U+%04X takes %d columns, not %d", (unsigned)cp, cols, g.cols);
		buf_free(&in);
	}
}

static void
what_does_not_fit_is_cut_between_glyphs(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *end_cut, *middle_cut;
	} rows[] = {
		/* clang-format off */
		{ "abcdef", 6, "abcdef", "abcdef" },
		{ "abcdef", 5, "abcd\xE2\x80\xA6", "ab\xE2\x80\xA6" "ef" },
		{ "abcdef", 4, "abc\xE2\x80\xA6", "a\xE2\x80\xA6" "ef" },
		{ "abcdef", 1, "\xE2\x80\xA6", "\xE2\x80\xA6" },
		{ "\xE4\xB8\xAD\xE6\x96\x87", 3, "\xE4\xB8\xAD\xE2\x80\xA6", "\xE2\x80\xA6\xE6\x96\x87" },
		{ "\xE4\xB8\xAD\xE6\x96\x87", 1, "\xE2\x80\xA6", "\xE2\x80\xA6" },
		{ "ab\x1b", 3, "ab\xE2\x80\xA6", "a\xE2\x80\xA6" },
		{ "ae\xCC\x81o", 2, "a\xE2\x80\xA6", "\xE2\x80\xA6o" },
		{ "", 5, "", "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf a = BUF_INIT(100), b = BUF_INIT(100);
		size_t n = strlen(rows[i].text);

		text_show(&a, untrusted(rows[i].text, n), rows[i].max);
		text_show_middle(&b, untrusted(rows[i].text, n), rows[i].max);
		if (strcmp(buf_str(&a), rows[i].end_cut) != 0)
			fail_msg("row %zu: end cut is \"%s\"", i, buf_str(&a));
		if (strcmp(buf_str(&b), rows[i].middle_cut) != 0)
			fail_msg("row %zu: middle cut is \"%s\"", i, buf_str(&b));
		buf_free(&a);
		buf_free(&b);
	}
}

static void
b8_outside_utf8_only_ascii_is_shown(void **state)
{
	struct buf out = BUF_INIT(100);
	const char *text = "a\xC3\xA9\xFF\x1b"
			   "bc";

	(void)state;
	setlocale(LC_ALL, "C");
	text_show(&out, untrusted_str(text), 0);
	assert_string_equal(buf_str(&out), "a??^[bc");
	buf_clear(&out);
	text_show(&out, untrusted_str(text), 4);
	setlocale(LC_ALL, "C.UTF-8");
	assert_string_equal(buf_str(&out), "a??~");
	buf_free(&out);
}

static void
a_code_point_that_is_none_becomes_the_replacement(void **state)
{
	struct buf out = BUF_INIT(100);

	(void)state;
	text_add_char(&out, 0xD800);
	text_add_char(&out, 0x110000);
	text_add_char(&out, 0x20AC);
	assert_string_equal(buf_str(&out), "\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x82\xAC");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ill_formed_bytes_are_found_at_their_offset),
		cmocka_unit_test(clusters_are_walked_whole_both_ways),
		cmocka_unit_test(words_are_letters_and_digits),
		cmocka_unit_test(b9_foreign_text_is_shown_and_never_acts),
		cmocka_unit_test(every_character_has_a_glyph_that_the_terminal_can_lay_out),
		cmocka_unit_test(what_does_not_fit_is_cut_between_glyphs),
		cmocka_unit_test(b8_outside_utf8_only_ascii_is_shown),
		cmocka_unit_test(a_code_point_that_is_none_becomes_the_replacement),
	};
	return cmocka_run_group_tests_name("text", tests, set_locale, NULL);
}
