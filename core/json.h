/* json.h - a strict reader of JSON text that never changes what it reads.
 *
 * RFC 8259 without leniency, and stricter where a value could not be carried
 * exactly by somebody downstream: no duplicate names in an object, no NUL, no
 * lone surrogate, no ill-formed UTF-8, numbers within double and (if whole)
 * within -2^63 .. 2^64-1, depth at most JSON_DEPTH_MAX. json-c sees a text
 * only after json_scan() has passed it: json-c 0.16 takes raw control bytes,
 * invalid UTF-8 and duplicate names, and clamps large numbers silently.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/buf.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 32

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_span {     /* a value in the scanned text; borrowed */
	const char *p; /* first byte of the value, no blanks around */
	size_t n;      /* bytes */
	enum json_kind type;
};

/* Where a scan stopped. line and col count from 1; col in bytes. */
struct json_place {
	size_t at; /* byte offset */
	int line, col;
	bool ended; /* the text stops too early: nothing that stands in it is wrong */
};

/* Line and column of a byte offset in text. */
void json_place_at(const char *text, size_t at, struct json_place *place);
/* The same place counted in the file in which text begins at from (NULL: with the file). */
void json_place_from(struct json_place *place, const struct json_place *from);

/*
 * Is text (n bytes) exactly one JSON value? *value (may be NULL) is its span.
 * Errors: ERR_PARSE with "line L, column C: why"; *place (may be NULL) says
 * where; both outputs unchanged on success or failure respectively.
 */
enum err_code json_scan(const char *text, size_t n, struct json_span *value,
			struct json_place *place, struct err *err) MUST_CHECK;
/* The same of a part of a file: lines and columns are told as json_place_from() counts. */
enum err_code json_scan_from(const char *text, size_t n, const struct json_place *from,
			     struct json_span *value, struct json_place *place,
			     struct err *err) MUST_CHECK;

/*
 * Step through the members of an object or the items of an array that
 * json_scan() has passed. Start with it = { 0 }; false at the end. key is the
 * raw string with its quotes (objects only), else { NULL }.
 */
struct json_iter {
	const char *next;
	struct json_span key, value;
};
bool json_each(const struct json_span *container, struct json_iter *it);

/* The member called key (plain, not escaped) of an object; false if absent. */
bool json_member(const struct json_span *object, const char *key, struct json_span *out);

/* Add the bytes that a scanned string stands for (UTF-8, escapes undone); of any other value
 * nothing, so that no caller's mistake reaches json-c. */
void json_unescape(struct buf *out, const struct json_span *string);

/* Add s (n bytes of valid UTF-8) as a JSON string with its quotes; "/" is not escaped. */
void json_quote(struct buf *out, const char *s, size_t n);

/* Add a scanned value without blanks; every token keeps its spelling. */
void json_compact(struct buf *out, const struct json_span *value);

/* Add a scanned value one member a line, two blanks a level, starting inside
 * indent levels (the first line is not indented); tokens keep their spelling. */
void json_pretty(struct buf *out, const struct json_span *value, int indent);

#endif
