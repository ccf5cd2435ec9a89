/* out.c - see out.h. */
#include "config.h"

#include "sandbox/out.h"

#include "core/clock.h"
#include "core/json.h"

#include <string.h>

/* A value ends in none of "{[:", and the start of a container in one of them. */
static void
name(struct buf *b, const char *key)
{
	char last = '{';

	if (b->len > 0)
		last = b->p[b->len - 1];
	if (last != '{' && last != '[' && last != ':')
		buf_add(b, ",", 1);
	if (key) {
		json_quote(b, key, strlen(key));
		buf_add(b, ":", 1);
	}
}

void
out_open(struct buf *b, const char *key, char bracket)
{
	name(b, key);
	buf_add(b, &bracket, 1);
}

void
out_close(struct buf *b, char bracket)
{
	buf_add(b, &bracket, 1);
}

void
out_text(struct buf *b, const char *key, const char *s, size_t n)
{
	name(b, key);
	json_quote(b, s, n);
}

void
out_str(struct buf *b, const char *key, const char *s)
{
	out_text(b, key, s, strlen(s));
}

void
out_json(struct buf *b, const char *key, const char *json, size_t n)
{
	name(b, key);
	buf_add(b, json, n);
}

void
out_int(struct buf *b, const char *key, int64_t value)
{
	name(b, key);
	buf_addf(b, "%lld", (long long)value);
}

void
out_bool(struct buf *b, const char *key, bool value)
{
	name(b, key);
	buf_adds(b, value ? "true" : "false");
}

void
out_time(struct buf *b, const char *key, int64_t wall_ms)
{
	char text[CLOCK_ISO_SIZE];

	clock_iso(wall_ms, text, sizeof(text));
	out_str(b, key, text);
}
