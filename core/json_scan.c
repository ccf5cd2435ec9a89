/* json_scan.c - the strict scanner of json.h: RFC 8259, and no value that
 * somebody downstream could not carry exactly. Every refusal says where. */
#include "config.h"

#include "core/json.h"
#include "core/json_impl.h"

#include "core/mem.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_IN_PAIRS 8 /* up to so many names are compared each with each */

struct name {
	const char *p; /* the bytes it stands for, and how many */
	size_t n;
	size_t at;   /* offset of its opening quote */
	char *owned; /* p, if escapes had to be undone; else NULL */
};

static int
line_of(const struct scan *s, size_t at)
{
	struct json_place place;

	json_place_at(s->p, at, &place);
	json_place_from(&place, s->from);
	return place.line;
}

static void
blanks(struct scan *s)
{
	while (s->at < s->n && (s->p[s->at] == ' ' || s->p[s->at] == '\t' || s->p[s->at] == '\n' ||
				s->p[s->at] == '\r'))
		s->at++;
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
		text_show(&shown, untrusted(twice->p, twice->n), 24);
		json_fail(s, twice->at, "the name \"%s\" stands twice (first on line %d)",
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
	s->ended = s->at >= s->n;
	if (s->ended)
		return json_fail(s, s->at, "the text ends inside the %s of line %d",
				 close == '}' ? "object" : "array", line_of(s, start));
	*again = json_next_is(s, ',');
	if (!*again && !json_next_is(s, close))
		return json_fail_want(s, want);
	s->at++;
	blanks(s);
	if (*again && json_next_is(s, close))
		return json_fail(s, s->at, "a comma stands before this %c", close);
	return ERR_OK;
}

static enum err_code
array(struct scan *s, int depth, size_t start)
{
	struct json_span item;
	bool again = true;

	s->at++;
	blanks(s);
	if (json_next_is(s, ']')) {
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
	if (json_next_is(s, '}')) {
		s->at++;
		return ERR_OK;
	}
	while (again) {
		if (!json_next_is(s, '"'))
			return json_fail_want(s, "a name in double quotes");
		if (json_take_string(s, &key) != ERR_OK)
			return s->err->code;
		add_name(s, &key);
		blanks(s);
		if (!json_next_is(s, ':'))
			return json_fail_want(s, "a colon");
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
		return json_fail(s, start, "more than %d levels deep", JSON_DEPTH_MAX);
	if (c == '"')
		return json_take_string(s, span);
	if (c == '-' || (c >= '0' && c <= '9'))
		return json_take_number(s, span);
	if (c != '{' && c != '[')
		return json_take_word(s, span);
	code = c == '{' ? object(s, depth, start) : array(s, depth, start);
	*span = (struct json_span){ s->p + start, s->at - start,
				    c == '{' ? JSON_OBJECT : JSON_ARRAY };
	return code;
}

/* Are these bytes (n, all that is left) the start of a character? */
static bool
char_is_cut(const char *p, size_t n)
{
	unsigned char lead = (unsigned char)p[0];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	char whole[] = "\0\xBF\xBF\xBF";

	if (lead < 0xC2 || lead > 0xF4 || n >= need)
		return false;
	memcpy(whole, p, n);
	if (n == 1) /* any second byte that the first one allows */
		whole[1] = lead == 0xED || lead == 0xF4 ? '\x80' : '\xBF';
	return text_valid(whole, need, NULL);
}

/* What is wrong with the bytes themselves, before any grammar. */
static enum err_code
check_bytes(struct scan *s)
{
	size_t bad;

	if (s->n >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0) {
		json_fail(s, 0, "a byte order mark stands before the JSON text");
		return err_hint(s->err, "save it as UTF-8 without a byte order mark");
	}
	if (s->n >= 2 && (memcmp(s->p, "\xFF\xFE", 2) == 0 || memcmp(s->p, "\xFE\xFF", 2) == 0)) {
		json_fail(s, 0, "this is UTF-16, not UTF-8");
		return err_hint(s->err, "save it as UTF-8");
	}
	if (!text_valid(s->p, s->n, &bad)) {
		s->ended = char_is_cut(s->p + bad, s->n - bad);
		return json_fail(s, bad, "byte %02X is not UTF-8", (unsigned char)s->p[bad]);
	}
	return ERR_OK;
}

static enum err_code
document(struct scan *s, struct json_span *span)
{
	if (check_bytes(s) != ERR_OK)
		return s->err->code;
	blanks(s);
	s->ended = s->at == s->n;
	if (s->ended)
		return json_fail(s, 0, "there is no JSON value, only %s",
				 s->n ? "blanks" : "an empty text");
	if (value(s, 1, span) != ERR_OK)
		return s->err->code;
	blanks(s);
	if (s->at < s->n)
		return json_fail_want(s, "the end");
	return ERR_OK;
}

enum err_code
json_scan_from(const char *text, size_t n, const struct json_place *from, struct json_span *out,
	       struct json_place *place, struct err *err)
{
	struct scan s = { .p = text, .n = n, .from = from, .place = place, .err = err };
	struct json_span span;
	enum err_code code = document(&s, &span);

	drop_names(&s, 0);
	free(s.names);
	if (code == ERR_OK && out)
		*out = span;
	return code;
}

enum err_code
json_scan(const char *text, size_t n, struct json_span *out, struct json_place *place,
	  struct err *err)
{
	return json_scan_from(text, n, NULL, out, place, err);
}
