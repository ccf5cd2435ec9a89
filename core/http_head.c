/* http_head.c - the few reply headers we care for. See http_parts.h. */
#include "config.h"

#include "core/http_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#define WAIT_MIN_MS 1000
#define WAIT_MAX_MS 3600000

int64_t
http_retry_after(const char *value, int64_t wall_ms)
{
	size_t minus = value[0] == '-', digits = strspn(value + minus, "0123456789");
	int64_t ms;
	time_t date;

	if (digits && value[minus + digits] == '\0')
		ms = minus ? 0 : digits > 9 ? WAIT_MAX_MS : strtoll(value, NULL, 10) * 1000;
	else if ((date = curl_getdate(value, NULL)) != -1) /* knows no locale, strptime(3) does */
		ms = (int64_t)date * 1000 - wall_ms;
	else
		return -1;
	return ms < WAIT_MIN_MS ? WAIT_MIN_MS : ms > WAIT_MAX_MS ? WAIT_MAX_MS : ms;
}

/* Copy the value of a header; one that does not fit is cut, the rest is of no use to us. */
static void
keep(char *dst, size_t size, const char *value, size_t n)
{
	if (n >= size)
		n = size - 1;
	memcpy(dst, value, n);
	dst[n] = '\0';
}

/* The host part of an absolute or scheme-relative address; "" for a path. */
static void
keep_host(char *dst, size_t size, const char *value, size_t n)
{
	const char *end = value + n, *at = value;

	while (at + 1 < end && !(at[0] == '/' && at[1] == '/') && *at != '?')
		at++;
	if (at + 1 >= end || *at != '/' || (at > value && at[-1] != ':')) {
		keep(dst, size, "", 0);
		return;
	}
	at += 2;
	for (const char *p = at; p < end && *p != '/' && *p != '?' && *p != '#'; p++)
		if (*p == '@')
			at = p + 1; /* never show a password */
	n = 0;
	while (at + n < end && !strchr("/?#", at[n]))
		n++;
	keep(dst, size, at, n);
}

void
http_head_line(struct http_reply *r, const char *line, size_t n, int64_t wall_ms)
{
	const char *colon, *value;
	char wait[64];
	size_t name;

	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		r->type[0] = r->request_id[0] = r->location_host[0] = '\0';
		r->retry_after_ms = -1;
		return;
	}
	colon = memchr(line, ':', n);
	if (!colon)
		return;
	name = (size_t)(colon - line);
	value = colon + 1;
	n -= name + 1;
	while (n > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		n--;
	}
	while (n > 0 && strchr(" \t\r\n", value[n - 1]))
		n--;
	if (name == 12 && strncasecmp(line, "Content-Type", name) == 0) {
		keep(r->type, sizeof(r->type), value, n);
	} else if (name == 12 && strncasecmp(line, "x-request-id", name) == 0) {
		keep(r->request_id, sizeof(r->request_id), value, n);
	} else if (name == 8 && strncasecmp(line, "Location", name) == 0) {
		keep_host(r->location_host, sizeof(r->location_host), value, n);
	} else if (name == 11 && strncasecmp(line, "Retry-After", name) == 0) {
		keep(wait, sizeof(wait), value, n);
		r->retry_after_ms = http_retry_after(wait, wall_ms);
	}
}
