/* url.c - see url.h. */
#include "config.h"

#include "core/url.h"

#include "core/clock.h"
#include "core/err.h"
#include "core/hex.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_scheme_sign(char c)
{
	return is_digit(c) || c == '+' || c == '-' || c == '.';
}

/* Bytes at p before the first of the three signs in stop, at most n. */
static size_t
until(const char *p, size_t n, const char stop[3])
{
	size_t i = 0;

	while (i < n && p[i] != stop[0] && p[i] != stop[1] && p[i] != stop[2])
		i++;
	return i;
}

bool
url_split(const char *s, size_t n, struct url *u)
{
	const char *end = s + n, *p = s;
	const char *at;
	size_t len;

	*u = (struct url){ .scheme = { .p = NULL } };
	while (p < end && (is_alpha(*p) || (p > s && is_scheme_sign(*p))))
		p++;
	if (p == s || end - p < 3 || memcmp(p, "://", 3) != 0)
		return false;
	u->scheme = (struct url_part){ s, (size_t)(p - s) };
	p += 3;
	len = until(p, (size_t)(end - p), "/?#");
	at = memrchr(p, '@', len);
	if (at) {
		u->user = (struct url_part){ p, (size_t)(at - p) };
		len -= (size_t)(at + 1 - p);
		p = at + 1;
	}
	u->host = (struct url_part){ p, len };
	p += len;
	len = until(p, (size_t)(end - p), "?##");
	u->path = (struct url_part){ p, len };
	p += len;
	if (p < end && *p == '?')
		u->query = (struct url_part){ p + 1, until(p + 1, (size_t)(end - p - 1), "###") };
	return true;
}

bool
url_part_is(struct url_part part, const char *word)
{
	return part.p && part.n == strlen(word) && strncasecmp(part.p, word, part.n) == 0;
}

bool
url_ends_with(const struct url *u, const char *extension)
{
	size_t n = strlen(extension);

	return u->path.n >= n && strncasecmp(u->path.p + u->path.n - n, extension, n) == 0;
}

struct url_part
url_query(const struct url *u, const char *name)
{
	const char *p = u->query.p;
	size_t left = u->query.n;

	while (left > 0) {
		size_t n = until(p, left, "&&&"), key = until(p, n, "===");

		if (url_part_is((struct url_part){ p, key }, name))
			return key < n ? (struct url_part){ p + key + 1, n - key - 1 }
				       : (struct url_part){ p + key, 0 };
		if (n == left)
			break;
		p += n + 1;
		left -= n + 1;
	}
	return (struct url_part){ .p = NULL };
}

/* Up to 12 digits and nothing else. */
static bool
number(struct url_part part, int64_t *value)
{
	if (!part.p || part.n == 0 || part.n > 12)
		return false;
	*value = 0;
	for (size_t i = 0; i < part.n; i++) {
		if (!is_digit(part.p[i]))
			return false;
		*value = *value * 10 + (part.p[i] - '0');
	}
	return true;
}

/* "20240116T210333Z", as AWS and Google write it. */
static bool
basic_time(struct url_part part, int64_t *wall_ms)
{
	char iso[CLOCK_ISO_SIZE];
	const char *p = part.p;

	if (!p || part.n != 16)
		return false;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s%.1s%.2s:%.2s:%.2s%.1s", p, p + 4, p + 6, p + 8,
		 p + 9, p + 11, p + 13, p + 15);
	return clock_parse(iso, wall_ms);
}

/* An ISO time with %3A for its colons, as Azure writes it. */
static bool
encoded_time(struct url_part part, int64_t *wall_ms)
{
	char iso[40];
	size_t n = 0;

	if (!part.p)
		return false;
	for (size_t i = 0; i < part.n; i++) {
		char c = part.p[i];

		if (c == '%' && i + 2 < part.n) {
			int high = hex_digit(part.p[i + 1]), low = hex_digit(part.p[i + 2]);

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0' || n + 1 >= sizeof(iso))
			return false;
		iso[n++] = c;
	}
	iso[n] = '\0';
	return clock_parse(iso, wall_ms);
}

bool
url_expiry(const struct url *u, int64_t *wall_ms)
{
	static const char *const dated[][2] = { { "X-Amz-Date", "X-Amz-Expires" },
						{ "X-Goog-Date", "X-Goog-Expires" } };
	int64_t from, seconds;

	for (size_t i = 0; i < ARRAY_LEN(dated); i++) {
		if (basic_time(url_query(u, dated[i][0]), &from) &&
		    number(url_query(u, dated[i][1]), &seconds)) {
			*wall_ms = from + seconds * 1000;
			return true;
		}
	}
	if (url_query(u, "Signature").p && number(url_query(u, "Expires"), &seconds)) {
		*wall_ms = seconds * 1000;
		return true;
	}
	return url_query(u, "sig").p && encoded_time(url_query(u, "se"), wall_ms);
}

bool
url_is_email(const char *s, size_t n)
{
	const char *at = memchr(s, '@', n), *host, *dot;
	size_t left;

	if (!at || at == s)
		return false;
	host = at + 1;
	left = n - (size_t)(host - s);
	dot = memchr(host, '.', left);
	if (!dot || dot == host || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || strchr("<>(),;:\\\"/", s[i]))
			return false;
	return !memchr(host, '@', left);
}
