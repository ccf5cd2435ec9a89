/* json_token.c - the strings, numbers and words of JSON text, and the words for
 * what is wrong with them. json_scan.c puts them together. */
#include "config.h"

#include "core/json.h"
#include "core/hex.h"
#include "core/json_impl.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
json_place_at(const char *text, size_t at, struct json_place *place)
{
	*place = (struct json_place){ .at = at, .line = 1, .col = 1 };
	for (size_t i = 0; i < at; i++) {
		place->col++;
		if (text[i] == '\n') {
			place->line++;
			place->col = 1;
		}
	}
}

void
json_place_from(struct json_place *place, const struct json_place *from)
{
	if (!from)
		return;
	if (place->line == 1)
		place->col += from->col - 1;
	place->line += from->line - 1;
}

enum err_code
json_fail(struct scan *s, size_t at, const char *fmt, ...)
{
	struct json_place place;
	char why[400]; /* err_set() cuts it, between characters */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	json_place_at(s->p, at, &place);
	json_place_from(&place, s->from);
	place.ended = s->ended;
	if (s->place)
		*s->place = place;
	return err_set(s->err, ERR_PARSE, "line %d, column %d: %s", place.line, place.col, why);
}

bool
json_next_is(const struct scan *s, char c)
{
	return s->at < s->n && s->p[s->at] == c;
}

static bool
is_digit(const struct scan *s)
{
	return s->at < s->n && s->p[s->at] >= '0' && s->p[s->at] <= '9';
}

enum err_code
json_fail_want(struct scan *s, const char *want)
{
	struct glyph g;
	size_t left = s->n - s->at;

	s->ended = left == 0;
	if (s->ended)
		return json_fail(s, s->at, "the text ends where %s should stand", want);
	if (left > 1 && (memcmp(s->p + s->at, "//", 2) == 0 || memcmp(s->p + s->at, "/*", 2) == 0))
		return json_fail(s, s->at, "JSON has no comments");
	text_glyph(s->p + s->at, left, &g);
	return json_fail(s, s->at, "%s stands where %s should",
			 s->p[s->at] == '\n' ? "a line end" : g.text, want);
}

/* --- strings --- */

static bool
hex4(const struct scan *s, size_t at, uint32_t *value)
{
	*value = 0;
	if (at + 4 > s->n)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		int digit = hex_digit(s->p[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

/* Is all that follows from at on the start of four hexadecimal digits? */
static bool
only_hex_left(const struct scan *s, size_t at)
{
	char digits[] = "0000";
	const struct scan filled = { .p = digits, .n = 4 };
	uint32_t value;

	if (at > s->n || s->n - at >= 4)
		return false;
	memcpy(digits, s->p + at, s->n - at);
	return hex4(&filled, 0, &value);
}

/* Is all that follows from at on the start of another escape "\uXXXX"? */
static bool
only_escape_left(const struct scan *s, size_t at)
{
	size_t left = s->n - at;

	return memcmp(s->p + at, "\\u", left < 2 ? left : 2) == 0 &&
	       (left < 2 || only_hex_left(s, at + 2));
}

/* "\uXXXX" at s->at: four digits, no NUL, surrogates in pairs only. */
static enum err_code
unicode_escape(struct scan *s)
{
	size_t at = s->at;
	uint32_t cp, low;

	if (!hex4(s, at + 2, &cp)) {
		s->ended = only_hex_left(s, at + 2);
		return json_fail(s, at, "\\u needs four hexadecimal digits");
	}
	s->at += 6;
	if (cp == 0)
		return json_fail(s, at, "\\u0000 cannot be carried exactly");
	if (cp < 0xD800 || cp > 0xDFFF)
		return ERR_OK;
	if (cp < 0xDC00 && s->at + 6 <= s->n && memcmp(s->p + s->at, "\\u", 2) == 0 &&
	    hex4(s, s->at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF) {
		s->at += 6;
		return ERR_OK;
	}
	s->ended = cp < 0xDC00 && only_escape_left(s, s->at);
	return json_fail(s, at, "\\u%04x is half of a surrogate pair, without the other",
			 (unsigned)cp);
}

static enum err_code
escape(struct scan *s)
{
	char c = s->at + 1 < s->n ? s->p[s->at + 1] : '\0';

	if (c == 'u')
		return unicode_escape(s);
	s->ended = s->at + 1 >= s->n;
	if (c == '\0' || !strchr("\"\\/bfnrt", c))
		return json_fail(s, s->at, "no such escape; a backslash itself is written \\\\");
	s->at += 2;
	return ERR_OK;
}

enum err_code
json_take_string(struct scan *s, struct json_span *span)
{
	size_t start = s->at++;

	while (!json_next_is(s, '"')) {
		unsigned char c;

		s->ended = s->at >= s->n;
		if (s->ended)
			return json_fail(s, start, "this string does not end");
		c = (unsigned char)s->p[s->at];
		if (c == '\n' || c == '\r')
			return json_fail(s, s->at, "a line ends inside a string; write \\n");
		if (c < 0x20)
			return json_fail(s, s->at, "a raw control byte in a string; write \\u%04x",
					 c);
		if (c != '\\')
			s->at++;
		else if (escape(s) != ERR_OK)
			return s->err->code;
	}
	s->at++;
	*span = (struct json_span){ s->p + start, s->at - start, JSON_STRING };
	return ERR_OK;
}

/* --- numbers --- */

/* Is the whole number from start in -2^63 .. 2^64-1? */
static bool
whole_fits(const struct scan *s, size_t start)
{
	bool minus = s->p[start] == '-';
	uint64_t value = 0;

	for (size_t i = start + minus; i < s->at; i++) {
		unsigned digit = (unsigned)(s->p[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	return !minus || value <= (uint64_t)1 << 63;
}

/* The exponent of a number, from behind its "e"; far too large ones stay so. */
static long
exponent(const char *p, const char *end)
{
	bool minus = p < end && *p == '-';
	long value = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (; p < end; p++)
		if (value < 1000000000)
			value = value * 10 + (*p - '0');
	return minus ? -value : value;
}

/*
 * Is the number with a fraction or an exponent a finite double? As text, since
 * strtod(3) reads by the locale: it is d.ddd x 10^e, and from
 * 1.7976931348623158079...e308 = 2^1024 - 2^970 on it rounds to infinity.
 */
static bool
double_fits(const struct scan *s, size_t start)
{
	static const char limit[] = "17976931348623158079";
	const char *end = s->p + s->at, *p = s->p + start + (s->p[start] == '-');
	char lead[sizeof(limit)] = "00000000000000000000";
	size_t kept = 0;
	long e = -1;
	bool point = false;

	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		if (kept == 0 && *p == '0') {
			e -= point; /* 0.00ddd */
			continue;
		}
		e += !point;
		if (kept < sizeof(limit) - 1)
			lead[kept++] = *p;
	}
	if (kept == 0)
		return true; /* zero, whatever follows */
	if (p < end)
		e += exponent(p + 1, end);
	return e < 308 || (e == 308 && strcmp(lead, limit) < 0);
}

enum err_code
json_take_number(struct scan *s, struct json_span *span)
{
	size_t start = s->at;
	bool whole = true;

	if (json_next_is(s, '-'))
		s->at++;
	if (!is_digit(s))
		return json_fail_want(s, "a digit");
	if (json_next_is(s, '0')) {
		s->at++;
		if (is_digit(s))
			return json_fail(s, start, "a number may not start with 0");
	}
	while (is_digit(s))
		s->at++;
	if (json_next_is(s, '.')) {
		whole = false;
		s->at++;
		if (!is_digit(s))
			return json_fail_want(s, "a digit");
		while (is_digit(s))
			s->at++;
	}
	if (json_next_is(s, 'e') || json_next_is(s, 'E')) {
		whole = false;
		s->at++;
		if (json_next_is(s, '+') || json_next_is(s, '-'))
			s->at++;
		if (!is_digit(s))
			return json_fail_want(s, "a digit");
		while (is_digit(s))
			s->at++;
	}
	if (whole ? !whole_fits(s, start) : !double_fits(s, start))
		return json_fail(s, start, "this number is too large to be carried exactly");
	*span = (struct json_span){ s->p + start, s->at - start, JSON_NUMBER };
	return ERR_OK;
}

enum err_code
json_take_word(struct scan *s, struct json_span *span)
{
	static const struct {
		const char *text;
		enum json_kind type;
	} words[] = { { "true", JSON_BOOL }, { "false", JSON_BOOL }, { "null", JSON_NULL } };
	size_t start = s->at, n;
	bool begins_word = false;

	while (s->at < s->n && ((s->p[s->at] | 0x20) >= 'a' && (s->p[s->at] | 0x20) <= 'z'))
		s->at++;
	n = s->at - start;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		begins_word = begins_word || strncmp(words[i].text, s->p + start, n) == 0;
		if (strlen(words[i].text) == n && memcmp(words[i].text, s->p + start, n) == 0) {
			*span = (struct json_span){ s->p + start, n, words[i].type };
			return ERR_OK;
		}
	}
	s->ended = s->at == s->n && begins_word;
	if (n > 0)
		return json_fail(s, start, "%.*s is no JSON value", n < 20 ? (int)n : 20,
				 s->p + start);
	return json_fail_want(s, "a value");
}
