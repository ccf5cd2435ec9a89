/* fuzz_neutral.c - no bytes, once they passed the gate, do anything to a terminal but be seen. */
#include "config.h"

#include "tests/fuzz.h"
#include "tests/neutral.h"

#include "core/text.h"

#include <locale.h>
#include <string.h>

const struct fuzz_seed fuzz_seeds[] = {
	/* clang-format off */
	FUZZ_SEED("\x1b]0;title\x07\x1b[31m\xC2\x9B" "2J\x1b[6n\xE2\x80\xAE\xEF\xBB\xBF\xF3\xA0\x81\x81"),
	FUZZ_SEED("\x1b]8;;http://x\x1b\\y\x1b]52;c;eA==\x07\x1bP$q\x1b\\\x1b" "c\x1b(0\x0eq"),
	FUZZ_SEED("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC \xF0\x9F\x87\xA9#\xEF\xB8\x8F\xE2\x83\xA3"),
	FUZZ_SEED("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB \xD8\x80\xD9\xA1 \xE3\x81\x8B\xE3\x82\x99 \xE3\x80\xAE"),
	FUZZ_SEED("Z\xCD\x91\xCD\x91\xCD\x91\xCD\x91 \xCC\x81 \r\n\t\b\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF\xE2\x82"),
	{ NULL, 0 },
	/* clang-format on */
};

/* As a row of a list has it: cut to its columns. */
static void
check(struct neutral *terminal, const char *s, size_t n, size_t max_cols)
{
	struct buf shown = BUF_INIT(1 << 20), middle = BUF_INIT(1 << 20);
	const char *why;
	int cols = NEUTRAL_ANY;

	text_show(&shown, untrusted(s, n), max_cols);
	if (neutral_agrees(terminal, buf_str(&shown), shown.len))
		cols = (int)text_cols(buf_str(&shown), shown.len);
	why = neutral_breach(terminal, buf_str(&shown), shown.len, cols);
	fuzz_must(!why, why ? why : "neutral");
	text_show_middle(&middle, untrusted(s, n), max_cols);
	why = neutral_breach(terminal, buf_str(&middle), middle.len, NEUTRAL_ANY);
	fuzz_must(!why, why ? why : "neutral");
	buf_free(&shown);
	buf_free(&middle);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct neutral *terminal; /* once: it has a table of all characters */

	if (!terminal)
		terminal = neutral_new();
	fuzz_must(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "there is the locale");
	check(terminal, (const char *)data, size, 150);
	check(terminal, (const char *)data, size, 7);
	return 0;
}
