/* text.c - see text.h. What is shown for a character that must not reach a
 * terminal as it is stands in one table here: kinds[]. */
#include "config.h"

#include "core/text.h"

#include "core/err.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <utf8proc.h>

#define BAD       (-1)   /* decode(): no character starts here */
#define NO_BASE   0x25CC /* the dotted circle that a mark without a base gets */
#define MARKS_MAX 3      /* marks kept on a base; the rest is dropped */

enum kind {
	KIND_PLAIN,  /* shown as it is */
	KIND_CARET,  /* ^[ */
	KIND_HEX,    /* <9B> */
	KIND_NAMED,  /* <U+202E> */
	KIND_DROPPED /* follows a base without being seen; alone it is KIND_NAMED */
};

/* Sorted. What has no row is plain, if the C library can print it. Source:
 * Unicode 15, Default_Ignorable_Code_Point, Bidi_Control, General_Category
 * Cc Cf Co Zl Zp. "before": signs that span the characters after them, and a few
 * marks; terminals with older tables put them on the cell before. Seen with libvterm. */
static const struct {
	int32_t first, last;
	enum kind kind;
} kinds[] = {
	/* clang-format off */
	{ 0x0000,   0x001F,   KIND_CARET },
	{ 0x007F,   0x007F,   KIND_CARET },
	{ 0x0080,   0x009F,   KIND_HEX },
	{ 0x00AD,   0x00AD,   KIND_NAMED },   /* soft hyphen */
	{ 0x034F,   0x034F,   KIND_NAMED },   /* combining grapheme joiner */
	{ 0x0600,   0x0605,   KIND_NAMED },   /* Arabic number signs: before */
	{ 0x061C,   0x061C,   KIND_NAMED },   /* Arabic letter mark: bidi */
	{ 0x06DD,   0x06DE,   KIND_NAMED },   /* end of ayah, start of rub: before */
	{ 0x070F,   0x070F,   KIND_NAMED },   /* Syriac abbreviation: before */
	{ 0x0890,   0x0891,   KIND_NAMED },   /* Arabic pound and piastre: before */
	{ 0x08E2,   0x08E2,   KIND_NAMED },   /* disputed end of ayah: before */
	{ 0x115F,   0x1160,   KIND_NAMED },   /* Hangul fillers */
	{ 0x1734,   0x1734,   KIND_NAMED },   /* Hanunoo pamudpod: before */
	{ 0x17B4,   0x17B5,   KIND_NAMED },   /* Khmer inherent vowels */
	{ 0x180B,   0x180D,   KIND_DROPPED }, /* Mongolian variation selectors */
	{ 0x180E,   0x180E,   KIND_NAMED },   /* Mongolian vowel separator */
	{ 0x180F,   0x180F,   KIND_DROPPED },
	{ 0x200B,   0x200B,   KIND_NAMED },   /* zero width space */
	{ 0x200C,   0x200D,   KIND_DROPPED }, /* ZWNJ, ZWJ */
	{ 0x200E,   0x200F,   KIND_NAMED },   /* bidi marks */
	{ 0x2028,   0x202E,   KIND_NAMED },   /* line, paragraph, bidi */
	{ 0x2060,   0x206F,   KIND_NAMED },   /* word joiner, invisible signs, bidi */
	{ 0x302E,   0x302F,   KIND_NAMED },   /* Hangul tone marks: before */
	{ 0x3164,   0x3164,   KIND_NAMED },   /* Hangul filler */
	{ 0xE000,   0xF8FF,   KIND_NAMED },   /* private use */
	{ 0xFDD0,   0xFDEF,   KIND_NAMED },   /* no characters */
	{ 0xFE00,   0xFE0F,   KIND_DROPPED }, /* variation selectors */
	{ 0xFEFF,   0xFEFF,   KIND_NAMED },   /* byte order mark */
	{ 0xFFA0,   0xFFA0,   KIND_NAMED },   /* half-width Hangul filler */
	{ 0xFFF0,   0xFFFB,   KIND_NAMED },   /* interlinear annotation */
	{ 0x110BD,  0x110BD,  KIND_NAMED },   /* Kaithi number sign: before */
	{ 0x110CD,  0x110CD,  KIND_NAMED },   /* and the one above */
	{ 0x13430,  0x1343F,  KIND_NAMED },   /* hieroglyph format */
	{ 0x1BCA0,  0x1BCA3,  KIND_NAMED },   /* shorthand format */
	{ 0x1D173,  0x1D17A,  KIND_NAMED },   /* musical format */
	{ 0xE0000,  0xE00FF,  KIND_NAMED },   /* tags */
	{ 0xE0100,  0xE01EF,  KIND_DROPPED }, /* variation selectors */
	{ 0xE01F0,  0xE0FFF,  KIND_NAMED },
	{ 0xF0000,  0x10FFFF, KIND_NAMED },   /* private use */
	/* clang-format on */
};

static enum kind
kind_of(int32_t cp)
{
	size_t lo = 0, hi = ARRAY_LEN(kinds);

	if ((cp & 0xFFFE) == 0xFFFE)
		return KIND_NAMED; /* no characters, two in each plane */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp < kinds[mid].first)
			hi = mid;
		else if (cp > kinds[mid].last)
			lo = mid + 1;
		else
			return kinds[mid].kind;
	}
	return KIND_PLAIN;
}

bool
text_is_plain(uint32_t cp)
{
	return kind_of((int32_t)cp) == KIND_PLAIN;
}

/*
 * The character at s (n > 0 bytes) and its length; for ill-formed bytes BAD and
 * the length of the maximal part to replace. Source: Unicode 15, table 3-7.
 */
static size_t
decode(const char *text, size_t n, int32_t *cp)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xBF; /* of the second byte */
	size_t need, i;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	*cp = BAD;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 1;
	need = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	if (s[0] == 0xE0)
		low = 0xA0; /* shorter forms exist */
	else if (s[0] == 0xED)
		high = 0x9F; /* surrogates */
	else if (s[0] == 0xF0)
		low = 0x90;
	else if (s[0] == 0xF4)
		high = 0x8F; /* past 10FFFF */
	for (i = 1; i < need; i++) {
		if (i >= n || s[i] < low || s[i] > high)
			return i;
		low = 0x80;
		high = 0xBF;
	}
	*cp = s[0] & (0x7F >> need);
	for (i = 1; i < need; i++)
		*cp = *cp << 6 | (s[i] & 0x3F);
	return need;
}

/* Are the next eight bytes ASCII? Most text is, and is passed over quickly. */
static bool
eight_ascii(const char *s, size_t n)
{
	uint64_t word;

	if (n < sizeof(word))
		return false;
	memcpy(&word, s, sizeof(word));
	return (word & 0x8080808080808080u) == 0;
}

bool
text_valid(const char *s, size_t n, size_t *bad_at)
{
	int32_t cp;

	for (size_t at = 0; at < n;) {
		size_t step = 1;

		if (eight_ascii(s + at, n - at)) {
			at += 8;
			continue;
		}

		if ((unsigned char)s[at] >= 0x80) {
			step = decode(s + at, n - at, &cp);
			if (cp == BAD) {
				if (bad_at)
					*bad_at = at;
				return false;
			}
		}
		at += step;
	}
	return true;
}

/* Where the character, or ill-formed part, that ends before at starts: at - 1 to at - 4.
 * The first byte of one is never a later byte of another, so this is decode()'s view. */
static size_t
char_before(const char *s, size_t at, int32_t *cp)
{
	for (size_t back = at < 4 ? at : 4; back > 1; back--)
		if (decode(s + at - back, back, cp) == back)
			return at - back;
	decode(s + at - 1, 1, cp);
	return at - 1;
}

size_t
text_next(const char *s, size_t n, size_t at)
{
	utf8proc_int32_t state = 0;
	int32_t cp, next;
	size_t step;

	if (at >= n)
		return n;
	at += decode(s + at, n - at, &cp);
	for (; at < n; at += step, cp = next) {
		step = decode(s + at, n - at, &next);
		if (cp == BAD || next == BAD || utf8proc_grapheme_break_stateful(cp, next, &state))
			break;
	}
	return at;
}

size_t
text_prev(const char *s, size_t n, size_t at)
{
	size_t from, next;
	int32_t cp, before;

	if (at > n)
		at = n;
	if (at == 0)
		return 0;
	/*
	 * Walk back to a boundary that is one whatever stands before it: the rules
	 * that look further back than one character are those on pairs of flags,
	 * which never break here, and on ZWJ.
	 */
	from = char_before(s, at, &cp);
	for (; from > 0; from = next, cp = before) {
		next = char_before(s, from, &before);
		if (cp == BAD || before == BAD ||
		    (before != 0x200D && utf8proc_grapheme_break(before, cp)))
			break;
	}
	while ((next = text_next(s, n, from)) < at)
		from = next;
	return from;
}

/* Does a letter or a digit stand at s? */
static bool
is_word(const char *s, size_t n)
{
	utf8proc_category_t c;
	int32_t cp;

	decode(s, n, &cp);
	if (cp == BAD)
		return false;
	c = utf8proc_category(cp);
	return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO) ||
	       (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO);
}

size_t
text_word_next(const char *s, size_t n, size_t at)
{
	while (at < n && !is_word(s + at, n - at))
		at = text_next(s, n, at);
	while (at < n && is_word(s + at, n - at))
		at = text_next(s, n, at);
	return at < n ? at : n;
}

size_t
text_word_prev(const char *s, size_t n, size_t at)
{
	size_t prev;

	while (at > 0 && (prev = text_prev(s, n, at), !is_word(s + prev, n - prev)))
		at = prev;
	while (at > 0 && (prev = text_prev(s, n, at), is_word(s + prev, n - prev)))
		at = prev;
	return at;
}

static size_t
encode(int32_t cp, char out[4])
{
	return (size_t)utf8proc_encode_char(cp, (utf8proc_uint8_t *)out);
}

void
text_add_char(struct buf *out, uint32_t cp)
{
	char text[4];

	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = 0xFFFD;
	buf_add(out, text, encode((int32_t)cp, text));
}

/* Can the terminal be sent UTF-8? The caller of the program chose the locale. */
static bool
speaks_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void
fill(struct glyph *g, const char *text, size_t len, int cols, bool made)
{
	memcpy(g->text, text, len);
	g->text[len] = '\0';
	g->len = (unsigned char)len;
	g->cols = (unsigned char)cols;
	g->made = made;
}

/* Show the number of a character that cannot be shown itself. */
static void
fill_number(struct glyph *g, int32_t cp, enum kind kind)
{
	char text[16];
	int len;

	if (kind == KIND_CARET)
		len = snprintf(text, sizeof(text), "^%c", (char)(cp ^ 0x40));
	else if (kind == KIND_HEX)
		len = snprintf(text, sizeof(text), "<%02X>", (unsigned)cp);
	else
		len = snprintf(text, sizeof(text), "<U+%04X>", (unsigned)cp);
	fill(g, text, (size_t)len, len, true);
}

/*
 * Take what follows the base cp from s (n bytes) into the cluster: marks are
 * added to g, joiners and selectors are dropped. Returns bytes taken.
 */
static size_t
take_marks(const char *s, size_t n, int32_t cp, int room, struct glyph *g)
{
	utf8proc_int32_t state = 0;
	size_t at = 0;
	int32_t next;

	for (; at < n; cp = next) {
		size_t step = decode(s + at, n - at, &next);
		enum kind kind;

		if (next == BAD || utf8proc_grapheme_break_stateful(cp, next, &state))
			break;
		kind = kind_of(next);
		if (kind == KIND_PLAIN && wcwidth((wchar_t)next) != 0)
			break; /* a base of its own, as in a family of emoji */
		if (kind != KIND_PLAIN && kind != KIND_DROPPED)
			break;
		if (kind == KIND_DROPPED || room == 0) {
			g->made = true;
		} else {
			memcpy(g->text + g->len, s + at, step);
			g->len = (unsigned char)(g->len + step);
			room--;
		}
		at += step;
	}
	g->text[g->len] = '\0';
	return at;
}

size_t
text_glyph(const char *s, size_t n, struct glyph *g)
{
	int32_t cp;
	size_t step;
	enum kind kind;
	int cols;

	if (s[0] >= 0x20 && s[0] < 0x7F && (n == 1 || (unsigned char)s[1] < 0x80)) {
		fill(g, s, 1, 1, false);
		return 1;
	}
	step = decode(s, n, &cp);
	if (cp == BAD) {
		bool utf8 = speaks_utf8();

		fill(g, utf8 ? "\xEF\xBF\xBD" : "?", utf8 ? 3 : 1, 1, true);
		return step;
	}
	kind = kind_of(cp);
	if (kind != KIND_PLAIN) {
		fill_number(g, cp, kind);
		return step;
	}
	if (cp >= 0x80 && !speaks_utf8()) {
		fill(g, "?", 1, 1, true);
		return step;
	}
	cols = wcwidth((wchar_t)cp);
	if (cols < 0 || (cols == 0 && utf8proc_grapheme_break(NO_BASE, cp))) {
		fill_number(g, cp, KIND_NAMED);
		return step;
	}
	if (cols > 0) {
		fill(g, s, step, cols, false);
		return step + take_marks(s + step, n - step, cp, MARKS_MAX, g);
	}
	fill(g, "\xE2\x97\x8C", 3, 1, true); /* a mark without a base */
	memcpy(g->text + g->len, s, step);
	g->len = (unsigned char)(g->len + step);
	return step + take_marks(s + step, n - step, cp, MARKS_MAX - 1, g);
}

size_t
text_cols(const char *s, size_t n)
{
	struct glyph g;
	size_t cols = 0;

	for (size_t at = 0; at < n;) {
		at += text_glyph(s + at, n - at, &g);
		cols += g.cols;
	}
	return cols;
}

static void
add_cut(struct buf *out)
{
	buf_adds(out, speaks_utf8() ? "\xE2\x80\xA6" : "~");
}

void
text_show(struct buf *out, struct untrusted text, size_t max_cols)
{
	const char *s = text.p;
	size_t n = text.n;
	size_t cols = 0, keep = out->len; /* keep: what leaves a column for the cut */
	struct glyph g;

	for (size_t at = 0; at < n;) {
		at += text_glyph(s + at, n - at, &g);
		if (max_cols && cols + g.cols > max_cols) {
			out->len = keep;
			add_cut(out);
			return;
		}
		buf_add(out, g.text, g.len);
		cols += g.cols;
		if (cols < max_cols)
			keep = out->len;
	}
}

void
text_show_middle(struct buf *out, struct untrusted text, size_t max_cols)
{
	const char *s = text.p;
	size_t n = text.n, all = text_cols(s, n), tail, cols = 0, at = 0;
	struct glyph g;

	if (max_cols == 0 || all <= max_cols) {
		text_show(out, text, 0);
		return;
	}
	while (at < n) {
		size_t step = text_glyph(s + at, n - at, &g);

		if (cols + g.cols > (max_cols - 1) / 2)
			break;
		buf_add(out, g.text, g.len);
		cols += g.cols;
		at += step;
	}
	add_cut(out);
	tail = max_cols - 1 - cols;
	for (; at < n && all - cols > tail; cols += g.cols)
		at += text_glyph(s + at, n - at, &g);
	text_show(out, untrusted(s + at, n - at), 0);
}
