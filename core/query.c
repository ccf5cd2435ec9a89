/* query.c - see query.h. */
#include "config.h"

#include "core/query.h"

#include <stdio.h>
#include <string.h>

void
query_escape(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	bool step = strcmp(s, ".") == 0 || strcmp(s, "..") == 0;

	for (; *s; s++) {
		if (!step && strchr(plain, *s))
			buf_add(out, s, 1);
		else
			buf_addf(out, "%%%02X", (unsigned char)*s);
	}
}

void
query_add(struct buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	buf_adds(out, strchr(buf_str(out), '?') ? "&" : "?");
	buf_adds(out, key);
	buf_adds(out, "=");
	query_escape(out, value);
}

void
query_add_number(struct buf *out, const char *key, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	query_add(out, key, text);
}

void
query_path(struct buf *out, const char *path, const char *arg)
{
	const char *hole = strstr(path, "%s");

	if (!hole) {
		buf_adds(out, path);
		return;
	}
	buf_add(out, path, (size_t)(hole - path));
	query_escape(out, arg);
	buf_adds(out, hole + 2);
}
