/* fuzz_text.c - no bytes make the gate lose count, split a cluster or let a control out. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/text.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("plain \xC3\xA9 e\xCC\x81\xCC\x82 \xE4\xB8\xAD\xE6\x96\x87"),
	FUZZ_SEED("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC \xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"),
	FUZZ_SEED("\x1b]0;title\x07\x1b[31m\xC2\x9B\xE2\x80\xAE\xEF\xBB\xBF\xF3\xA0\x81\x81"),
	FUZZ_SEED("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB \xE0\xB8\x81\xE0\xB8\xB3 \xD8\x80\xD9\xA1"),
	FUZZ_SEED("#\xEF\xB8\x8F\xE2\x83\xA3 \r\n\t\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF"),
	{ NULL, 0 },
};

/* Columns of text that the terminal could be sent, by the C library alone. */
static size_t
cols_of(const char *s, size_t n)
{
	mbstate_t state = { 0 };
	size_t cols = 0;

	while (n > 0) {
		wchar_t w;
		size_t step = mbrtowc(&w, s, n, &state);

		fuzz_must(step > 0 && step <= 4, "what is shown is UTF-8");
		fuzz_must(w >= 0x20 && w != 0x7F && !(w >= 0x80 && w < 0xA0),
			  "no control is shown");
		fuzz_must(!(w >= 0x202A && w <= 0x202E) && !(w >= 0x2066 && w <= 0x2069),
			  "no bidi control is shown");
		fuzz_must(wcwidth(w) >= 0, "the terminal knows how wide it is");
		cols += (size_t)wcwidth(w);
		s += step;
		n -= step;
	}
	return cols;
}

static void
check_shown(const char *s, size_t n)
{
	struct buf all = BUF_INIT(1 << 20), cut = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);

	text_show(&all, untrusted(s, n), 0);
	fuzz_must(cols_of(buf_str(&all), all.len) == text_cols(s, n), "columns are the terminal's");
	text_show(&again, untrusted(buf_str(&all), all.len), 0);
	fuzz_must(strcmp(buf_str(&all), buf_str(&again)) == 0, "shown text is shown as it is");
	for (size_t max = 1; max < 12; max += 3) {
		buf_clear(&cut);
		text_show(&cut, untrusted(s, n), max);
		fuzz_must(cols_of(buf_str(&cut), cut.len) <= max, "the end is cut to fit");
		buf_clear(&cut);
		text_show_middle(&cut, untrusted(s, n), max);
		fuzz_must(cols_of(buf_str(&cut), cut.len) <= max, "the middle is cut to fit");
	}
	buf_free(&all);
	buf_free(&cut);
	buf_free(&again);
}

static void
check_steps(const char *s, size_t n)
{
	size_t at = 0, glyph_at = 0;
	struct glyph g;

	while (at < n) {
		size_t next = text_next(s, n, at);

		fuzz_must(next > at && next <= n, "the next boundary is further");
		fuzz_must(text_prev(s, n, next) == at, "and leads back");
		while (glyph_at < next) {
			glyph_at += text_glyph(s + glyph_at, n - glyph_at, &g);
			fuzz_must(g.cols >= 1 && g.len >= 1 && g.text[g.len] == '\0',
				  "a whole glyph");
			fuzz_must(cols_of(g.text, g.len) == g.cols, "a glyph's columns");
		}
		fuzz_must(glyph_at == next, "a glyph stays inside its cluster");
		at = next;
	}
}

static void
check_words(const char *s, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t next = text_word_next(s, n, at);

		fuzz_must(next > at && next <= n, "the next word is further");
		fuzz_must(text_word_prev(s, n, next) < next, "the word before is before");
		at = next;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);
	size_t bad = size;

	fuzz_must(s && setlocale(LC_CTYPE, "C.UTF-8"), "memory and a locale");
	memcpy(s, data, size);
	if (!text_valid(s, size, &bad))
		fuzz_must(bad < size && text_valid(s, bad, NULL), "valid up to the bad byte");
	check_shown(s, size);
	check_steps(s, size);
	check_words(s, size);
	free(s);
	return 0;
}
