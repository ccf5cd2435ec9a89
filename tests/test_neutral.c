/* test_neutral.c - whatever a text says, on a terminal it is seen and does nothing. Shown by an
 * emulated terminal, not by our own tables. */
#include "config.h"

#include "tests/test.h"

#include "tests/neutral.h"

#include "core/err.h"
#include "core/text.h"

#include <locale.h>
#include <wchar.h>

#include <utf8proc.h>

#define CHARS 0x110000

static struct neutral *terminal;

static int
set_up(void **state)
{
	(void)state;
	terminal = neutral_new();
	return setlocale(LC_ALL, "C.UTF-8") ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	neutral_free(terminal);
	return 0;
}

/* What is wrong with text as it is shown, or NULL. */
static const char *
breach(const char *text, size_t n)
{
	struct buf shown = BUF_INIT(1 << 20);
	const char *why;
	int cols = NEUTRAL_ANY;

	text_show(&shown, untrusted(text, n), NEUTRAL_COLS);
	if (neutral_agrees(terminal, buf_str(&shown), shown.len))
		cols = (int)text_cols(buf_str(&shown), shown.len);
	why = neutral_breach(terminal, buf_str(&shown), shown.len, cols);
	if (n > 0 && shown.len == 0)
		why = "is not seen";
	buf_free(&shown);
	return why;
}

static void
must_be_neutral(const char *text, size_t n)
{
	const char *why = breach(text, n);
	char hex[200] = "";

	if (!why)
		return;
	for (size_t i = 0; i < n && 4 * i + 5 < sizeof(hex); i++)
		snprintf(hex + 4 * i, 5, "\\x%02x", (unsigned char)text[i]);
	fail_msg("\"%s\" %s", hex, why);
}

/* An oracle that finds nothing proves nothing. */
static void
b9_the_oracle_sees_what_a_raw_text_does(void **state)
{
	static const char *const raw[] = {
		/* clang-format off */
		"\x1b[31m",       "\x1b[H",   "\x1b[2J",   "\x1b[6n",      "\x1b[c",
		"\x1b]0;t\x07",   "\x1b]52;c;eA==\x07",    "\x1b]8;;http://x\x07",
		"\x1bP$q\x1b\\",  "\x1b" "c", "\x1b(0q",   "\x1b[?25l",    "\x1b[?1049h",
		"\a",             "\b",       "\t",        "\n",           "\r",
		"\x1b)0\x0e" "q",   "\xC2\x9B" "31m",        "\xC2\x9D" "0;t\x07",
		"a\xE2\x82",      "\x1b",     "\x1b[",     "\xCC\x81",     "\xC2\x85",
		"\xE2\x83\x9D",   "\x1b[4h",  "\x1b#3",    "\x1b[1;1r",    "\xC2\x84",
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(raw); i++)
		if (!neutral_breach(terminal, raw[i], strlen(raw[i]), NEUTRAL_ANY))
			fail_msg("row %zu is taken for neutral", i);
	assert_null(neutral_breach(terminal, "plain", 5, 5));
	assert_null(neutral_breach(terminal, "\xE6\xBC\xA2", 3, 2));
	assert_non_null(neutral_breach(terminal, "plain", 5, 4));
}

/* Each once tricked some program. Sources: their advisories; the common cause is text that
 * crossed a border without a look. */
static void
b9_sequences_that_tricked_others_do_nothing_here(void **state)
{
	static const char *const rows[] = {
		/* clang-format off */
		/* titles and their reports: the answer is typed into the shell */
		"\x1b]0;pwned\x07", "\x1b]2;`id`\x07\x1b[21t", "\x1b]l;x\x1b\\", "\x1b[5n\x1b[0c",
		"\x1bP+q544e\x1b\\", "\x1b[?15n", "\x1b[18t\x05",
		/* links and the clipboard */
		"\x1b]8;;file:///etc/passwd\x1b\\look\x1b]8;;\x1b\\", "\x1b]52;c;cm0gLXJm\x07",
		/* file names that hide themselves, words that overwrite others */
		"safe.sfs\r\x1b[Kother.sfs", "a\b\b\bb", "x\x1b[2K\x1b[1A", "a\nfake: accepted",
		"remote: \x1b[8mhidden", "a\x0b\x0c\x85z", "\x1b[3J\x1b" "c", "\x1b[?1049l\x1b[!p",
		/* the eight bit forms, raw and as UTF-8 */
		"\x9b" "2J", "\x9d" "0;x\x9c", "\xC2\x9B" "2J", "\xC2\x90q\xC2\x9C", "\x8f\x8e\x84",
		/* direction and width */
		"\xE2\x80\xAE" "sfs.exe", "\xE2\x81\xA6" "a\xE2\x81\xA9", "\xD8\x9C" "a",
		"z\xE2\x80\x8B" "w\xE2\x81\xA0n\xEF\xBB\xBF", "\xF3\xA0\x80\x81\xF3\xA0\x81\xA1",
		"\xE3\x85\xA4\xEF\xBE\xA0\xE1\x85\x9F", "\xE2\x80\xA8\xE2\x80\xA9", "a\xC2\xAD" "b",
		/* marks: alone, after nothing that can hold them, too many, of a newer Unicode */
		"\xCC\x81", "\xE2\x83\x9D", " \xCC\x81", "\xE0\xB0\x80", "\xCD\x8F",
		"Z\xCD\x91\xCD\x91\xCD\x91\xCD\x91\xCD\x91\xCD\x91\xCD\x91\xCD\x91", "\xD8\x80" "1",
		"\xDB\x9D" "12", "\xE3\x80\xAE", "\xE1\x9C\xB4", "\xF0\x91\x82\xBD",
		/* emoji made of several, flags, keycaps, skin */
		"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
		"\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9", "#\xEF\xB8\x8F\xE2\x83\xA3",
		"\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBF", "\xE2\x9D\xA4\xEF\xB8\x8F", "\xF0\x9F\xAB\xA8",
		"\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xBF",
		/* ill-formed: cut off, too long, surrogates, past the end */
		"a\xE2", "a\xF0\x9F\x98", "\xC0\x80", "\xC0\x9B[31m", "\xED\xA0\x80\xED\xB0\x80",
		"\xF4\x90\x80\x80", "\xFE\xFF", "\xE0\x80\x9B", "\xF8\x88\x80\x80\x80",
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		must_be_neutral(rows[i], strlen(rows[i]));
	must_be_neutral("\0x\0", 3);
}

static void
b9_a_thousand_marks_stay_on_their_letter(void **state)
{
	char text[1 + 2 * 1000 + 1];
	struct buf shown = BUF_INIT(1 << 16);

	(void)state;
	text[0] = 'Z';
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 1 + 2 * i, i % 2 ? "\xCC\x80" : "\xCC\xA8", 2);
	text[sizeof(text) - 1] = '!';
	must_be_neutral(text, sizeof(text));
	assert_int_equal(text_cols(text, sizeof(text)), 2);
	must_be_neutral(text + 1, sizeof(text) - 1); /* and no letter before them */
	text_show(&shown, untrusted(text, sizeof(text)), 0);
	assert_true(shown.len <= 1 + 3 * 2 + 1);
	buf_free(&shown);
}

/* No tables of ours: what Unicode says of the character that is shown. */
static const char *
hidden(const char *shown, size_t n)
{
	for (size_t at = 0; at < n;) {
		const utf8proc_property_t *p;
		utf8proc_int32_t cp;
		utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)shown + at,
							 (utf8proc_ssize_t)(n - at), &cp);

		if (step <= 0)
			return "is not UTF-8";
		p = utf8proc_get_property(cp);
		if (p->ignorable)
			return "may be ignored by a terminal";
		if (p->category >= UTF8PROC_CATEGORY_ZL && p->category <= UTF8PROC_CATEGORY_CO)
			return "is no letter, mark or sign";
		at += (size_t)step;
	}
	return NULL;
}

static void
b9_every_character_is_seen_and_does_nothing(void **state)
{
	struct buf in = BUF_INIT(16), shown = BUF_INIT(64);
	int differ = 0;

	(void)state;
	assert_non_null(hidden("\xE2\x80\xAE", 3)); /* RLO, ZWSP, private use: it sees them */
	assert_non_null(hidden("\xE2\x80\x8B", 3));
	assert_non_null(hidden("\xEE\x80\x80", 3));
	for (uint32_t cp = 0; cp < CHARS; cp++) {
		const char *why;

		buf_clear(&in);
		buf_clear(&shown);
		text_add_char(&in, cp);
		text_show(&shown, untrusted(in.p, in.len), 0);
		why = breach(in.p, in.len);
		if (!why)
			why = hidden(buf_str(&shown), shown.len);
		if (!why && text_is_plain(cp) && text_valid(in.p, in.len, NULL))
			why = hidden(in.p, in.len);
		if (why)
			fail_msg("U+%04X %s", (unsigned)cp, why);
		differ += !neutral_agrees(terminal, buf_str(&shown), shown.len);
	}
	print_message("# libvterm and the C library disagree on the width of %d\n", differ);
	buf_free(&in);
	buf_free(&shown);
}

/* Next to each other, too: marks find a base, joiners something to join. */
static void
b9_neighbours_do_not_change_that(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < CHARS; cp += 13) {
		struct buf in = BUF_INIT(256);

		for (uint32_t i = 0; i < 26; i++)
			text_add_char(&in, cp + i);
		must_be_neutral(in.p, in.len);
		must_be_neutral(in.p, in.len - 1); /* the last one cut off */
		buf_free(&in);
	}
}

static void
b8_outside_of_utf8_it_is_as_neutral(void **state)
{
	char text[3];

	(void)state;
	setlocale(LC_ALL, "C");
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++) {
			struct buf shown = BUF_INIT(64);
			const char *why;

			text[0] = (char)a;
			text[1] = (char)b;
			text[2] = 'z';
			text_show(&shown, untrusted(text, sizeof(text)), 0);
			why = neutral_breach(terminal, buf_str(&shown), shown.len,
					     (int)text_cols(text, sizeof(text)));
			if (why)
				fail_msg("\\x%02x\\x%02x %s", a, b, why);
			buf_free(&shown);
		}
	setlocale(LC_ALL, "C.UTF-8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(b9_the_oracle_sees_what_a_raw_text_does),
		cmocka_unit_test(b9_sequences_that_tricked_others_do_nothing_here),
		cmocka_unit_test(b9_a_thousand_marks_stay_on_their_letter),
		cmocka_unit_test(b9_every_character_is_seen_and_does_nothing),
		cmocka_unit_test(b9_neighbours_do_not_change_that),
		cmocka_unit_test(b8_outside_of_utf8_it_is_as_neutral),
	};

	return cmocka_run_group_tests_name("neutral", tests, set_up, tear_down);
}
