/* json_scan.c - the strict scanner of json.h: RFC 8259, and no value that
 * somebody downstream could not carry exactly. Every refusal says where. */
#include "config.h"

#include "core/json.h"

#include "core/mem.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_IN_PAIRS 8 /* up to so many names are compared each with each */

struct name {
	const char *p; /* the bytes it stands for, and how many */
	size_t n;
	size_t at;   /* offset of its opening quote */
	char *owned; /* p, if escapes had to be undone; else NULL */
};

struct scan {
	const char *p;
	size_t n, at;
	struct name *names; /* of all objects that are open, innermost last */
	size_t name_count, name_cap;
	struct json_place *place;
	struct err *err;
};

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

static int
line_of(const struct scan *s, size_t at)
{
	struct json_place place;

	json_place_at(s->p, at, &place);
	return place.line;
}

/* Refuse the text because of what stands at offset at. */
static enum err_code PRINTF_LIKE(3, 4) fail(struct scan *s, size_t at, const char *fmt, ...)
{
	struct json_place place;
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	json_place_at(s->p, at, &place);
	if (s->place)
		*s->place = place;
	return err_set(s->err, ERR_PARSE, "line %d, column %d: %s", place.line, place.col, why);
}

static void
blanks(struct scan *s)
{
	while (s->at < s->n && (s->p[s->at] == ' ' || s->p[s->at] == '\t' || s->p[s->at] == '\n' ||
				s->p[s->at] == '\r'))
		s->at++;
}

static bool
next_is(const struct scan *s, char c)
{
	return s->at < s->n && s->p[s->at] == c;
}

static bool
is_digit(const struct scan *s)
{
	return s->at < s->n && s->p[s->at] >= '0' && s->p[s->at] <= '9';
}

/* Something else stands where want should. */
static enum err_code
fail_want(struct scan *s, const char *want)
{
	struct buf shown = BUF_INIT(64);
	struct glyph g;
	size_t left = s->n - s->at;

	if (left == 0)
		return fail(s, s->at, "the text ends where %s should stand", want);
	if (left > 1 && (memcmp(s->p + s->at, "//", 2) == 0 || memcmp(s->p + s->at, "/*", 2) == 0))
		return fail(s, s->at, "JSON has no comments");
	text_glyph(s->p + s->at, left, &g);
	buf_adds(&shown, g.text);
	fail(s, s->at, "%s stands where %s should",
	     s->p[s->at] == '\n' ? "a line end" : buf_str(&shown), want);
	buf_free(&shown);
	return ERR_PARSE;
}

/* --- strings --- */

static bool
hex4(const struct scan *s, size_t at, uint32_t *value)
{
	*value = 0;
	if (at + 4 > s->n)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = s->p[i];
		bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');

		if (!letter && !(c >= '0' && c <= '9'))
			return false;
		*value = *value << 4 | (uint32_t)(letter ? (c | 0x20) - 'a' + 10 : c - '0');
	}
	return true;
}

/* "\uXXXX" at s->at: four digits, no NUL, surrogates in pairs only. */
static enum err_code
unicode_escape(struct scan *s)
{
	size_t at = s->at;
	uint32_t cp, low;

	if (!hex4(s, at + 2, &cp))
		return fail(s, at, "\\u needs four hexadecimal digits");
	s->at += 6;
	if (cp == 0)
		return fail(s, at, "\\u0000 cannot be carried exactly");
	if (cp < 0xD800 || cp > 0xDFFF)
		return ERR_OK;
	if (cp < 0xDC00 && s->at + 6 <= s->n && memcmp(s->p + s->at, "\\u", 2) == 0 &&
	    hex4(s, s->at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF) {
		s->at += 6;
		return ERR_OK;
	}
	return fail(s, at, "\\u%04x is half of a surrogate pair, without the other", (unsigned)cp);
}

static enum err_code
escape(struct scan *s)
{
	char c = s->at + 1 < s->n ? s->p[s->at + 1] : '\0';

	if (c == 'u')
		return unicode_escape(s);
	if (c == '\0' || !strchr("\"\\/bfnrt", c))
		return fail(s, s->at, "no such escape; a backslash itself is written \\\\");
	s->at += 2;
	return ERR_OK;
}

static enum err_code
string(struct scan *s, struct json_span *span)
{
	size_t start = s->at++;

	while (!next_is(s, '"')) {
		unsigned char c;

		if (s->at >= s->n)
			return fail(s, start, "this string does not end");
		c = (unsigned char)s->p[s->at];
		if (c == '\n' || c == '\r')
			return fail(s, s->at, "a line ends inside a string; write \\n");
		if (c < 0x20)
			return fail(s, s->at, "a raw control byte in a string; write \\u%04x", c);
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

static enum err_code
number(struct scan *s, struct json_span *span)
{
	size_t start = s->at;
	bool whole = true;

	if (next_is(s, '-'))
		s->at++;
	if (!is_digit(s))
		return fail_want(s, "a digit");
	if (next_is(s, '0')) {
		s->at++;
		if (is_digit(s))
			return fail(s, start, "a number may not start with 0");
	}
	while (is_digit(s))
		s->at++;
	if (next_is(s, '.')) {
		whole = false;
		s->at++;
		if (!is_digit(s))
			return fail_want(s, "a digit");
		while (is_digit(s))
			s->at++;
	}
	if (next_is(s, 'e') || next_is(s, 'E')) {
		whole = false;
		s->at++;
		if (next_is(s, '+') || next_is(s, '-'))
			s->at++;
		if (!is_digit(s))
			return fail_want(s, "a digit");
		while (is_digit(s))
			s->at++;
	}
	if (whole ? !whole_fits(s, start) : !double_fits(s, start))
		return fail(s, start, "this number is too large to be carried exactly");
	*span = (struct json_span){ s->p + start, s->at - start, JSON_NUMBER };
	return ERR_OK;
}

static enum err_code
word(struct scan *s, struct json_span *span)
{
	static const struct {
		const char *text;
		enum json_type type;
	} words[] = { { "true", JSON_BOOL }, { "false", JSON_BOOL }, { "null", JSON_NULL } };
	size_t start = s->at, n;

	while (s->at < s->n && ((s->p[s->at] | 0x20) >= 'a' && (s->p[s->at] | 0x20) <= 'z'))
		s->at++;
	n = s->at - start;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i].text) == n && memcmp(words[i].text, s->p + start, n) == 0) {
			*span = (struct json_span){ s->p + start, n, words[i].type };
			return ERR_OK;
		}
	}
	if (n > 0)
		return fail(s, start, "%.*s is no JSON value", n < 20 ? (int)n : 20, s->p + start);
	return fail_want(s, "a value");
}

/* --- names: none twice --- */

static void
add_name(struct scan *s, const struct json_span *key)
{
	struct name *name;

	if (s->name_count == s->name_cap) {
		s->name_cap = s->name_cap ? s->name_cap * 2 : 32;
		s->names = mem_grow(s->names, s->name_cap, sizeof(*s->names));
	}
	name = &s->names[s->name_count++];
	*name = (struct name){ key->p + 1, key->n - 2, (size_t)(key->p - s->p), NULL };
	if (memchr(key->p, '\\', key->n)) {
		struct buf plain = BUF_INIT(key->n);

		json_unescape(&plain, key);
		name->n = plain.len;
		name->p = name->owned = buf_take(&plain);
	}
}

static int
compare_names(const void *va, const void *vb)
{
	const struct name *a = va, *b = vb;
	int order = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	if (order == 0 && a->n != b->n)
		order = a->n < b->n ? -1 : 1;
	return order ? order : (a->at < b->at ? -1 : a->at > b->at);
}

static bool
same_name(const struct name *a, const struct name *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* The first name from first on that an earlier one equals; *earlier is that one. */
static const struct name *
find_twice(struct scan *s, size_t first, const struct name **earlier)
{
	struct name *names = s->names + first;
	const struct name *found = NULL;
	size_t n = s->name_count - first;

	if (n <= NAMES_IN_PAIRS) {
		for (size_t i = 1; i < n && !found; i++)
			for (size_t k = 0; k < i && !found; k++)
				if (same_name(&names[i], &names[k])) {
					found = &names[i];
					*earlier = &names[k];
				}
		return found;
	}
	/* Sorted, not hashed: nobody can choose names that make this slow. */
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (same_name(&names[i - 1], &names[i]) && (!found || names[i].at < found->at)) {
			found = &names[i];
			*earlier = &names[i - 1];
		}
	return found;
}

static void
drop_names(struct scan *s, size_t first)
{
	while (s->name_count > first)
		free(s->names[--s->name_count].owned);
}

/* The object whose names start at first has ended. */
static enum err_code
close_names(struct scan *s, size_t first)
{
	const struct name *earlier = NULL, *twice = find_twice(s, first, &earlier);
	struct buf shown = BUF_INIT(200);

	if (twice) {
		text_show(&shown, twice->p, twice->n, 24);
		fail(s, twice->at, "the name \"%s\" stands twice (first on line %d)",
		     buf_str(&shown), line_of(s, earlier->at));
		buf_free(&shown);
		return ERR_PARSE;
	}
	drop_names(s, first);
	return ERR_OK;
}

/* --- containers; they call each other, at most JSON_DEPTH_MAX deep --- */

static enum err_code value(struct scan *s, int depth, struct json_span *span);

/* Behind an item: true if another follows, false behind the closing sign. */
static enum err_code
more(struct scan *s, char close, const char *want, size_t start, bool *again)
{
	blanks(s);
	if (s->at >= s->n)
		return fail(s, s->at, "the text ends inside the %s of line %d",
			    close == '}' ? "object" : "array", line_of(s, start));
	*again = next_is(s, ',');
	if (!*again && !next_is(s, close))
		return fail_want(s, want);
	s->at++;
	blanks(s);
	if (*again && next_is(s, close))
		return fail(s, s->at, "a comma stands before this %c", close);
	return ERR_OK;
}

static enum err_code
array(struct scan *s, int depth, size_t start)
{
	struct json_span item;
	bool again = true;

	s->at++;
	blanks(s);
	if (next_is(s, ']')) {
		s->at++;
		return ERR_OK;
	}
	while (again)
		if (value(s, depth + 1, &item) != ERR_OK ||
		    more(s, ']', "a comma or ]", start, &again) != ERR_OK)
			return s->err->code;
	return ERR_OK;
}

static enum err_code
object(struct scan *s, int depth, size_t start)
{
	size_t first = s->name_count;
	struct json_span key, member;
	bool again = true;

	s->at++;
	blanks(s);
	if (next_is(s, '}')) {
		s->at++;
		return ERR_OK;
	}
	while (again) {
		if (!next_is(s, '"'))
			return fail_want(s, "a name in double quotes");
		if (string(s, &key) != ERR_OK)
			return s->err->code;
		add_name(s, &key);
		blanks(s);
		if (!next_is(s, ':'))
			return fail_want(s, "a colon");
		s->at++;
		blanks(s);
		if (value(s, depth + 1, &member) != ERR_OK ||
		    more(s, '}', "a comma or }", start, &again) != ERR_OK)
			return s->err->code;
	}
	return close_names(s, first);
}

static enum err_code
value(struct scan *s, int depth, struct json_span *span)
{
	size_t start = s->at;
	char c = s->at < s->n ? s->p[s->at] : '\0';
	enum err_code code;

	if (depth > JSON_DEPTH_MAX)
		return fail(s, start, "more than %d levels deep", JSON_DEPTH_MAX);
	if (c == '"')
		return string(s, span);
	if (c == '-' || (c >= '0' && c <= '9'))
		return number(s, span);
	if (c != '{' && c != '[')
		return word(s, span);
	code = c == '{' ? object(s, depth, start) : array(s, depth, start);
	*span = (struct json_span){ s->p + start, s->at - start,
				    c == '{' ? JSON_OBJECT : JSON_ARRAY };
	return code;
}

/* What is wrong with the bytes themselves, before any grammar. */
static enum err_code
check_bytes(struct scan *s)
{
	size_t bad;

	if (s->n >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0) {
		fail(s, 0, "a byte order mark stands before the JSON text");
		return err_hint(s->err, "save it as UTF-8 without a byte order mark");
	}
	if (s->n >= 2 && (memcmp(s->p, "\xFF\xFE", 2) == 0 || memcmp(s->p, "\xFE\xFF", 2) == 0)) {
		fail(s, 0, "this is UTF-16, not UTF-8");
		return err_hint(s->err, "save it as UTF-8");
	}
	if (!text_valid(s->p, s->n, &bad))
		return fail(s, bad, "byte %02X is not UTF-8", (unsigned char)s->p[bad]);
	return ERR_OK;
}

static enum err_code
document(struct scan *s, struct json_span *span)
{
	if (check_bytes(s) != ERR_OK)
		return s->err->code;
	blanks(s);
	if (s->at == s->n)
		return fail(s, 0, "there is no JSON value, only %s",
			    s->n ? "blanks" : "an empty text");
	if (value(s, 1, span) != ERR_OK)
		return s->err->code;
	blanks(s);
	if (s->at < s->n)
		return fail_want(s, "the end");
	return ERR_OK;
}

enum err_code
json_scan(const char *text, size_t n, struct json_span *out, struct json_place *place,
	  struct err *err)
{
	struct scan s = { .p = text, .n = n, .place = place, .err = err };
	struct json_span span;
	enum err_code code = document(&s, &span);

	drop_names(&s, 0);
	free(s.names);
	if (code == ERR_OK && out)
		*out = span;
	return code;
}
