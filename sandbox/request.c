/* request.c - see request.h. */
#include "config.h"

#include "sandbox/request.h"

#include "core/clock.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/text.h"
#include "sandbox/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUERY_MAX 500 /* pairs */

/* Decode in place. A "%" without two digits stays, as clients that forget to escape
 * send it. False if the result is no text: ill-formed, or with a NUL inside. */
static bool
decode(char *s, bool plus)
{
	char *to = s;

	for (; *s; s++) {
		int byte = hex_percent(s);

		if (byte == 0)
			return false;
		if (byte > 0) {
			*to++ = (char)byte;
			s += 2;
		} else {
			*to++ = plus && *s == '+' ? ' ' : *s;
		}
	}
	*to = '\0';
	return true;
}

bool
request_decode(char *s, bool plus)
{
	return decode(s, plus) && text_valid(s, strlen(s), NULL);
}

static bool
parse_path(struct request *rq, char *path)
{
	if (*path++ != '/')
		return false;
	for (char *next; path; path = next) {
		if ((next = strchr(path, '/')))
			*next++ = '\0';
		if (!next && !*path)
			break; /* a slash at the end is none */
		if (rq->part_count == REQUEST_PARTS_MAX || !request_decode(path, false))
			return false;
		rq->parts[rq->part_count++] = path;
	}
	return true;
}

static bool
parse_query(struct request *rq, char *query)
{
	size_t n = 1;

	for (const char *p = query; *p; p++)
		n += *p == '&';
	if (n > QUERY_MAX)
		return false;
	rq->query = mem_array(n, sizeof(*rq->query));
	for (char *next, *value; query; query = next) {
		if ((next = strchr(query, '&')))
			*next++ = '\0';
		if (!(value = strchr(query, '=')) || !value[1])
			continue;
		*value++ = '\0';
		if (!request_decode(query, true) || !request_decode(value, true))
			return false;
		rq->query[rq->query_count++] = (struct request_pair){ query, value };
	}
	return true;
}

/* The path within "http://host/path", the form that proxies are asked in; a server takes it,
 * too. Source: RFC 9112 §3.2.2. */
static const char *
without_origin(const char *target)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncasecmp(target, schemes[i], n) == 0)
			return target + n + strcspn(target + n, "/");
	}
	return target;
}

bool
request_parse(struct request *rq, const char *target)
{
	char *query;

	rq->text = mem_strdup(without_origin(target));
	if ((query = strchr(rq->text, '?')))
		*query++ = '\0';
	return parse_path(rq, rq->text) && (!query || parse_query(rq, query));
}

void
request_done(struct request *rq)
{
	free(rq->text);
	free(rq->query);
	*rq = (struct request){ .text = NULL };
}

const char *
request_query(const struct request *rq, const char *key)
{
	for (size_t i = rq->query_count; i > 0; i--)
		if (strcmp(rq->query[i - 1].key, key) == 0)
			return rq->query[i - 1].value;
	return NULL;
}

bool
request_flag(const struct request *rq, const char *key, bool *value, struct reply *rp)
{
	const char *text = request_query(rq, key);
	bool yes = text && (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0);

	if (text && !yes && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0) {
		reply_invalid(rp, key, "must be a boolean");
		return false;
	}
	*value = yes;
	return true;
}

bool
request_number(const struct request *rq, const char *key, int64_t min, int64_t max, int64_t *value,
	       struct reply *rp)
{
	const char *text = request_query(rq, key);
	long long number;
	char why[80];
	char *end;

	if (!text)
		return true;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (*end || errno || number < min || number > max) {
		snprintf(why, sizeof(why), "must be an integer from %lld to %lld", (long long)min,
			 (long long)max);
		reply_invalid(rp, key, why);
		return false;
	}
	*value = number;
	return true;
}

bool
request_time(const struct request *rq, const char *key, int64_t *wall_ms, struct reply *rp)
{
	const char *text = request_query(rq, key);

	if (!text || clock_parse(text, wall_ms))
		return true;
	reply_invalid(rp, key, "must be a valid ISO 8601 date");
	return false;
}

void
reply_error(struct reply *rp, int status, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (n = strlen(text); n > 0 && !text_valid(text, n, NULL); n--)
		; /* cut inside a character */
	rp->status = status;
	rp->type = NULL;
	rp->asset = (struct reply_asset){ .seq = 0 };
	buf_clear(&rp->body);
	out_open(&rp->body, NULL, '{');
	out_int(&rp->body, "status_code", status);
	out_text(&rp->body, "error", text, n);
	out_close(&rp->body, '}');
}

void
reply_invalid(struct reply *rp, const char *key, const char *why)
{
	reply_error(rp, 400, "Parameter is invalid, reason: \"%s\" %s", key, why);
}
