/* body.c - see body.h. json-c 0.16 takes more than JSON even when strict, so
 * scan() goes before it; its getters abort on a wrong type, so types come first. */
#include "config.h"

#include "sandbox/body.h"

#include "core/err.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/form.h"
#include "sandbox/request.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define METADATA_MAX 10240 /* "10 KB", as a server would read it; scale-api 13 row 7 */
#define DIGITS       "0123456789"
#define DIGITS_MAX   18 /* always within 64 bits; json-c clamps silently past them */

void
body_bad(struct body *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (b->has_bad)
		return;
	b->has_bad = true;
	n = snprintf(b->bad, sizeof(b->bad), "Parameter is invalid, reason: ");
	va_start(ap, fmt);
	vsnprintf(b->bad + n, sizeof(b->bad) - (size_t)n, fmt, ap);
	va_end(ap);
	/* A cut name may end inside a character. */
	for (size_t len = strlen(b->bad); len > 0 && !text_valid(b->bad, len, NULL); len--)
		b->bad[len - 1] = '\0';
}

void
body_refuse(struct body *b, const char *text)
{
	if (b->has_bad)
		return;
	b->has_bad = true;
	snprintf(b->bad, sizeof(b->bad), "%s", text);
}

/* The end of the string that starts behind a quote, or NULL: what json-c lets pass. */
static const char *
skip_string(const char *p, const char *end)
{
	for (; p < end && *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			return NULL;
		p++;
	}
	return p < end ? p + 1 : NULL;
}

/* The end of the number at p, or NULL: json-c takes -.5 and 1.e5, and clamps or overflows. */
static const char *
skip_number(const char *p)
{
	const char *start = p;
	size_t n;
	bool whole = true;

	p += *p == '-';
	n = strspn(p, DIGITS);
	if (n == 0 || (n > 1 && *p == '0'))
		return NULL;
	p += n;
	if (*p == '.') {
		whole = false;
		if ((n = strspn(++p, DIGITS)) == 0)
			return NULL;
		p += n;
	}
	if (*p == 'e' || *p == 'E') {
		whole = false;
		p++;
		p += *p == '+' || *p == '-';
		if ((n = strspn(p, DIGITS)) == 0)
			return NULL;
		p += n;
	}
	return (whole && n > DIGITS_MAX) || isinf(strtod(start, NULL)) ? NULL : p;
}

/* False for what json-c would take or change: control bytes, NUL, NaN, odd and huge numbers. */
static bool
scan(const char *p, const char *end)
{
	while (p < end) {
		size_t word = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (*p == '"') {
			if (!(p = skip_string(p + 1, end)))
				return false;
		} else if (strchr(DIGITS "-+.", *p)) {
			if (!(p = skip_number(p)))
				return false;
		} else if (word > 0) {
			if (*p == 'N' || *p == 'I' || word > 5)
				return false;
			p += word;
		} else if ((unsigned char)*p < 0x20 && !strchr("\t\n\r", *p)) {
			return false;
		} else {
			p++;
		}
	}
	return true;
}

static struct json_object *
new_root(enum json_type type)
{
	return type == json_type_array ? json_object_new_array() : json_object_new_object();
}

bool
body_open(struct body *b, const char *text, size_t n, enum json_type type)
{
	struct json_tokener *tok;
	bool good;

	*b = (struct body){ .root = NULL };
	if (n == 0) {
		b->root = new_root(type);
		return true;
	}
	if (!text_valid(text, n, NULL) || memchr(text, '\0', n) || !scan(text, text + n)) {
		snprintf(b->bad, sizeof(b->bad), "Body is not valid JSON.");
		return !(b->has_bad = true);
	}
	tok = json_tokener_new_ex(BODY_DEPTH_MAX);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	b->root = json_tokener_parse_ex(tok, text, (int)n + 1);
	good = json_tokener_get_error(tok) == json_tokener_success;
	json_tokener_free(tok);
	if (good && !b->root) /* null */
		b->root = new_root(type);
	if (good && json_object_is_type(b->root, type))
		return true;
	if (good)
		body_bad(b, "\"value\" must be %s",
			 type == json_type_array ? "an array" : "of type object");
	else
		snprintf(b->bad, sizeof(b->bad), "Body is not valid JSON.");
	b->has_bad = true;
	body_close(b);
	return false;
}

/* curl says "form" whatever it sends with -d; no form starts with a bare bracket. */
static bool
is_form(const struct request *rq)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const char *type = rq->content_type;
	size_t n = sizeof(form) - 1;

	return type && strncasecmp(type, form, n) == 0 && strchr("; \t", type[n]) &&
	       !strchr("{[", rq->body[strspn(rq->body, " \t\r\n")]);
}

bool
body_read(struct body *b, const struct request *rq)
{
	if (!is_form(rq))
		return body_open(b, rq->body, rq->body_len, json_type_object);
	*b = (struct body){ .form = true };
	if ((b->root = form_parse(rq->body, rq->body_len)))
		return true;
	body_refuse(b, "Body is not valid form data.");
	return false;
}

void
body_close(struct body *b)
{
	json_object_put(b->root);
	b->root = NULL;
}

/* The member called name, NULL if it is absent, null, or something was wrong before. */
static struct json_object *
member(const struct body *b, const char *name)
{
	struct json_object *o = NULL;

	if (b->has_bad || !b->root)
		return NULL;
	if (!name)
		return b->root;
	if (!json_object_is_type(b->root, json_type_object))
		return NULL;
	json_object_object_get_ex(b->root, name, &o);
	return o;
}

bool
body_has(const struct body *b, const char *name)
{
	return member(b, name) != NULL;
}

const char *
body_text(struct body *b, const char *name)
{
	struct json_object *o = member(b, name);

	if (!o)
		return NULL;
	if (!json_object_is_type(o, json_type_string)) {
		body_bad(b, "\"%s\" must be a string", name);
		return NULL;
	}
	return json_object_get_string(o);
}

const char *
body_line(struct body *b, const char *name)
{
	const char *s = body_text(b, name);

	if (s && !*s) {
		body_bad(b, "\"%s\" is not allowed to be empty", name);
		return NULL;
	}
	return s;
}

static bool
is_callback(const char *s)
{
	if (strpbrk(s, " \t\r\n"))
		return false;
	if (strncmp(s, "http://", 7) == 0 || strncmp(s, "https://", 8) == 0)
		return strchr(s, '/')[2] != '\0';
	return strchr(s, '@') != NULL && !strstr(s, "://");
}

const char *
body_callback(struct body *b, const char *name)
{
	const char *s = body_line(b, name);

	if (!s || is_callback(s))
		return s;
	body_bad(b, "\"%s\" must be a valid uri", name);
	return NULL;
}

/* What a form says instead of true and false. */
static bool
form_flag(struct body *b, const char *name, const char *text)
{
	bool yes = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;

	if (!yes && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0)
		body_bad(b, "\"%s\" must be a boolean", name);
	return yes;
}

bool
body_flag(struct body *b, const char *name)
{
	struct json_object *o = member(b, name);

	if (!o)
		return false;
	if (b->form && json_object_is_type(o, json_type_string))
		return form_flag(b, name, json_object_get_string(o));
	if (!json_object_is_type(o, json_type_boolean)) {
		body_bad(b, "\"%s\" must be a boolean", name);
		return false;
	}
	return json_object_get_boolean(o);
}

static int64_t
form_number(struct body *b, const char *name, const char *text, int64_t none)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end != text && !*end && !errno)
		return value;
	body_bad(b, "\"%s\" must be an integer", name);
	return none;
}

int64_t
body_number(struct body *b, const char *name, int64_t none)
{
	struct json_object *o = member(b, name);
	double value;

	if (!o)
		return none;
	if (b->form && json_object_is_type(o, json_type_string))
		return form_number(b, name, json_object_get_string(o), none);
	if (json_object_is_type(o, json_type_int))
		return json_object_get_int64(o);
	value = json_object_is_type(o, json_type_double) ? json_object_get_double(o) : 0.5;
	if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
		return (int64_t)value; /* 10.0 is 10 to a service written in JavaScript */
	body_bad(b, "\"%s\" must be an integer", name);
	return none;
}

bool
body_strings(struct body *b, const char *name, struct body_list *list)
{
	struct json_object *o = member(b, name);
	const char *shown = name ? name : "value";
	size_t n;

	*list = (struct body_list){ .at = NULL };
	if (!o)
		return false;
	if (b->form && json_object_is_type(o, json_type_string)) {
		list->at = mem_array(1, sizeof(*list->at));
		list->at[list->count++] = json_object_get_string(o);
		return true;
	}
	if (!json_object_is_type(o, json_type_array)) {
		body_bad(b, "\"%s\" must be an array", shown);
		return false;
	}
	n = json_object_array_length(o);
	list->at = mem_array(n, sizeof(*list->at));
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(o, i);

		if (!json_object_is_type(item, json_type_string))
			body_bad(b, "\"%s[%zu]\" must be a string", shown, i);
		else if (json_object_get_string_len(item) == 0)
			body_bad(b, "\"%s[%zu]\" is not allowed to be empty", shown, i);
		else
			list->at[list->count++] = json_object_get_string(item);
	}
	return !b->has_bad;
}

struct json_object *
body_array(struct body *b, const char *name)
{
	struct json_object *o = member(b, name);

	if (!o || json_object_is_type(o, json_type_array))
		return o;
	body_bad(b, "\"%s\" must be an array", name);
	return NULL;
}

const char *
body_object(struct body *b, const char *name, size_t *n)
{
	struct json_object *o = member(b, name);

	if (!o)
		return NULL;
	if (!json_object_is_type(o, json_type_object)) {
		body_bad(b, "\"%s\" must be of type object", name ? name : "value");
		return NULL;
	}
	return json_object_to_json_string_length(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, n);
}

const char *
body_metadata(struct body *b, const char *name, size_t *n)
{
	const char *text = body_object(b, name, n);

	if (text && *n > METADATA_MAX)
		body_bad(b, "\"metadata\" must not be larger than 10 KB");
	return text;
}
