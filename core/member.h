/* member.h - typed members of a scanned JSON object.
 *
 * For bytes from outside: a member that is absent, null or of another type
 * than asked for is simply not there, and nothing is ever converted. Spans
 * come from json_scan() (json.h). A span that is no object has no members.
 */
#ifndef CORE_MEMBER_H
#define CORE_MEMBER_H

#include "core/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The member called key if it has this type; false (and *out unchanged) otherwise. */
bool member_get(const struct json_span *object, const char *key, enum json_kind type,
		struct json_span *out);

/* Replace *member (owned) by the string, its escapes undone; left alone if there is none. */
void member_string(const struct json_span *object, const char *key, char **member);

/* Replace *member (owned) by the text of a member of that type, as it came. */
void member_raw(const struct json_span *object, const char *key, enum json_kind type,
		char **member);

/* A whole number without fraction or exponent that a long holds; else absent. */
long member_long(const struct json_span *object, const char *key, long absent);

bool member_bool(const struct json_span *object, const char *key); /* false if there is none */

/* A time in wall milliseconds; 0 if there is none, or none that clock_parse() takes. */
int64_t member_time(const struct json_span *object, const char *key);

/* Is what the scanned string stands for exactly s (n bytes)? */
bool member_equals(const struct json_span *string, const char *s, size_t n);

#endif
