/* json.c - stepping through scanned JSON and writing it again; the scanner
 * itself is json_scan.c. Everything here trusts that json_scan() has passed
 * the text, and only that; so does json-c, which decodes strings. */
#include "config.h"

#include "core/json.h"

#include "core/mem.h"

#include <string.h>

#include <json-c/json.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Behind the string that starts at p. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

/* Behind the token at p: a string, a number or word, or one sign. */
static const char *
skip_token(const char *p, const char *end)
{
	if (*p == '"')
		return skip_string(p, end);
	if (strchr("{}[]:,", *p))
		return p + 1;
	while (p < end && !is_blank(*p) && *p != ',' && *p != ']' && *p != '}')
		p++;
	return p;
}

static const char *
skip_value(const char *p, const char *end)
{
	int depth = 0;

	do {
		p = skip_blanks(p, end);
		if (p >= end)
			break;
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p = skip_token(p, end);
	} while (depth > 0);
	return p;
}

static struct json_span
span_at(const char *p, const char *end)
{
	struct json_span span = { .p = p, .n = (size_t)(skip_value(p, end) - p) };

	switch (*p) {
	case '{': span.type = JSON_OBJECT; break;
	case '[': span.type = JSON_ARRAY; break;
	case '"': span.type = JSON_STRING; break;
	case 't':
	case 'f': span.type = JSON_BOOL; break;
	case 'n': span.type = JSON_NULL; break;
	default: span.type = JSON_NUMBER; break;
	}
	return span;
}

bool
json_each(const struct json_span *container, struct json_iter *it)
{
	const char *end = container->p + container->n, *p = it->next;

	if (container->type != JSON_OBJECT && container->type != JSON_ARRAY)
		return false;
	p = skip_blanks(p ? p : container->p + 1, end);
	if (p < end && *p == ',')
		p = skip_blanks(p + 1, end);
	if (p >= end || *p == '}' || *p == ']')
		return false;
	it->key = (struct json_span){ .p = NULL };
	if (container->type == JSON_OBJECT) {
		it->key = span_at(p, end);
		p = skip_blanks(p + it->key.n, end);
		p = skip_blanks(p + 1, end); /* the colon */
	}
	it->value = span_at(p, end);
	it->next = p + it->value.n;
	return true;
}

/* Does the scanned string stand for key (n bytes)? */
static bool
string_is(const struct json_span *string, const char *key, size_t n)
{
	struct buf plain = BUF_INIT(string->n);
	bool same;

	if (!memchr(string->p, '\\', string->n))
		return string->n == n + 2 && memcmp(string->p + 1, key, n) == 0;
	json_unescape(&plain, string);
	same = plain.len == n && memcmp(buf_str(&plain), key, n) == 0;
	buf_free(&plain);
	return same;
}

bool
json_member(const struct json_span *object, const char *key, struct json_span *out)
{
	struct json_iter it = { 0 };
	size_t n = strlen(key);

	if (object->type != JSON_OBJECT)
		return false;
	while (json_each(object, &it)) {
		if (string_is(&it.key, key, n)) {
			*out = it.value;
			return true;
		}
	}
	return false;
}

/* json-c decodes; the scanner has seen to it that nothing in the string is lost
 * or changed by that (json.h). A string without escapes is taken as it stands. */
void
json_unescape(struct buf *out, const struct json_span *string)
{
	struct json_tokener *tok;
	struct json_object *o;

	if (string->type != JSON_STRING)
		return;
	if (!memchr(string->p, '\\', string->n)) {
		buf_add(out, string->p + 1, string->n - 2);
		return;
	}
	tok = json_tokener_new();
	o = tok ? json_tokener_parse_ex(tok, string->p, (int)string->n) : NULL;
	if (!json_object_is_type(o, json_type_string))
		die("out of memory in a JSON string");
	buf_add(out, json_object_get_string(o), (size_t)json_object_get_string_len(o));
	json_object_put(o);
	json_tokener_free(tok);
}

static void
quote_one(struct buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *simple = strchr(from, c);

	if (c && simple)
		buf_add(out, (char[]){ '\\', to[simple - from] }, 2);
	else
		buf_addf(out, "\\u%04x", c);
}

void
json_quote(struct buf *out, const char *s, size_t n)
{
	size_t from = 0;

	buf_add(out, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		if (i > from)
			buf_add(out, s + from, i - from);
		quote_one(out, c);
		from = i + 1;
	}
	if (n > from)
		buf_add(out, s + from, n - from);
	buf_add(out, "\"", 1);
}

void
json_compact(struct buf *out, const struct json_span *value)
{
	const char *end = value->p + value->n, *p = value->p, *from = p;

	while (p < end) {
		if (!is_blank(*p)) {
			p = skip_token(p, end);
			continue;
		}
		buf_add(out, from, (size_t)(p - from));
		p = from = skip_blanks(p, end);
	}
	buf_add(out, from, (size_t)(p - from));
}

static void
new_line(struct buf *out, int indent)
{
	buf_addf(out, "\n%*s", indent * 2, "");
}

void
json_pretty(struct buf *out, const struct json_span *value, int indent)
{
	const char *end = value->p + value->n, *p = value->p;

	while (p < end) {
		const char *token = p, *behind;

		p = skip_token(p, end);
		behind = skip_blanks(p, end);
		if (*token == '}' || *token == ']')
			new_line(out, --indent);
		buf_add(out, token, (size_t)(p - token));
		if (*token == ':') {
			buf_add(out, " ", 1);
		} else if (*token == ',') {
			new_line(out, indent);
		} else if (*token == '{' || *token == '[') {
			if (behind < end && (*behind == '}' || *behind == ']')) {
				buf_add(out, behind, 1);
				behind = skip_blanks(behind + 1, end);
			} else {
				new_line(out, ++indent);
			}
		}
		p = behind;
	}
}
