/* member.c - see member.h. */
#include "config.h"

#include "core/member.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 24 /* "-9223372036854775808" and some */
#define TIME_MAX   64

bool
member_get(const struct json_span *object, const char *key, enum json_kind type,
	   struct json_span *out)
{
	struct json_span found;

	if (object->type != JSON_OBJECT || !json_member(object, key, &found) || found.type != type)
		return false;
	*out = found;
	return true;
}

/* Undoing escapes never makes a string longer, so its own size is the ceiling. */
static struct buf
unescape(const struct json_span *string)
{
	struct buf text = BUF_INIT(string->n + 1);

	json_unescape(&text, string);
	return text;
}

void
member_string(const struct json_span *object, const char *key, char **member)
{
	struct json_span value;
	struct buf text;

	if (!member_get(object, key, JSON_STRING, &value))
		return;
	text = unescape(&value);
	task_set(member, buf_str(&text), text.len);
	buf_free(&text);
}

void
member_raw(const struct json_span *object, const char *key, enum json_kind type, char **member)
{
	struct json_span value;

	if (member_get(object, key, type, &value))
		task_set(member, value.p, value.n);
}

long
member_long(const struct json_span *object, const char *key, long absent)
{
	char text[NUMBER_MAX + 1], *end;
	struct json_span value;
	long n;

	if (!member_get(object, key, JSON_NUMBER, &value) || value.n > NUMBER_MAX)
		return absent;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	errno = 0;
	n = strtol(text, &end, 10);
	return *end || errno ? absent : n;
}

bool
member_bool(const struct json_span *object, const char *key)
{
	struct json_span value;

	return member_get(object, key, JSON_BOOL, &value) && value.p[0] == 't';
}

int64_t
member_time(const struct json_span *object, const char *key)
{
	struct json_span value;
	struct buf text;
	int64_t ms = 0;

	if (!member_get(object, key, JSON_STRING, &value) || value.n > TIME_MAX)
		return 0;
	text = unescape(&value);
	if (!clock_parse(buf_str(&text), &ms))
		ms = 0;
	buf_free(&text);
	return ms;
}

bool
member_equals(const struct json_span *string, const char *s, size_t n)
{
	struct buf text = unescape(string);
	bool same = text.len == n && memcmp(buf_str(&text), s, n) == 0;

	buf_free(&text);
	return same;
}
