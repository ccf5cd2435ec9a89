/* frame_json.c - see frame_json.h. Source: API reference, "Errors" (the words),
 * "Data types and the frame objects" (the documented form). */
#include "config.h"

#include "core/frame_json.h"

#include "core/member.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TEXT_MAX        (1u << 30) /* bytes; what stands in it is smaller still */
#define BYTES_A_POINT   12
#define BYTES_INTENSITY 4

static bool
is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/';
}

/* How many bytes base64 with its padding (RFC 4648 section 4) stands for. */
static bool
base64_bytes(const char *p, size_t n, size_t *bytes)
{
	size_t padding = 0;

	if (n % 4 != 0)
		return false;
	while (padding < 2 && padding < n && p[n - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < n - padding; i++)
		if (!is_base64(p[i]))
			return false;
	*bytes = n / 4 * 3 - padding;
	return true;
}

/* The same of a JSON string; some writers have "\/" in it. */
static bool
string_bytes(const struct json_span *string, size_t *bytes)
{
	struct buf plain = BUF_INIT(string->n);
	bool good;

	if (!memchr(string->p, '\\', string->n))
		return base64_bytes(string->p + 1, string->n - 2, bytes);
	json_unescape(&plain, string);
	good = base64_bytes(buf_str(&plain), plain.len, bytes);
	buf_free(&plain);
	return good;
}

static enum err_code
check_objects(const struct json_span *points, struct frame_facts *facts, struct err *err)
{
	static const char *const axes[] = { "x", "y", "z" };
	struct json_iter it = { 0 };
	struct json_span value;

	facts->form = FRAME_OBJECTS;
	for (facts->points = 0; json_each(points, &it); facts->points++)
		for (size_t i = 0; i < ARRAY_LEN(axes); i++)
			if (!member_get(&it.value, axes[i], JSON_NUMBER, &value))
				return err_set(err, ERR_RULE, "points: %zu has no number \"%s\"",
					       facts->points, axes[i]);
	return ERR_OK;
}

static enum err_code
check_split(const struct json_span *frame, const struct json_span *points,
	    struct frame_facts *facts, struct err *err)
{
	struct json_span intensities;
	size_t bytes;

	facts->form = FRAME_SPLIT;
	if (!string_bytes(points, &bytes))
		return err_set(err, ERR_RULE, "points: the string is no base64");
	if (bytes % BYTES_A_POINT != 0)
		return err_set(err, ERR_RULE,
			       "points: %zu bytes are no whole number of points of %d bytes", bytes,
			       BYTES_A_POINT);
	facts->points = bytes / BYTES_A_POINT;
	if (!member_get(frame, "intensities", JSON_STRING, &intensities))
		return ERR_OK;
	if (!string_bytes(&intensities, &bytes))
		return err_set(err, ERR_RULE, "intensities: the string is no base64");
	if (bytes != facts->points * BYTES_INTENSITY)
		return err_set(err, ERR_RULE,
			       "intensities: %zu bytes are not %d for each of %zu points", bytes,
			       BYTES_INTENSITY, facts->points);
	return ERR_OK;
}

enum err_code
frame_json_check(const char *text, size_t n, struct frame_facts *out, struct err *err)
{
	struct json_span frame, points;
	struct json_place place;
	struct frame_facts facts;
	enum err_code code;

	if (n > TEXT_MAX)
		return err_set(err, ERR_TOO_BIG, "a frame of more than %u MiB", TEXT_MAX >> 20);
	if (json_scan(text, n, &frame, &place, err) != ERR_OK) {
		if (place.ended)
			err_set(err, ERR_PARSE, "Unexpected end of JSON input");
		return err_wrap(err, "Invalid JSON Format");
	}
	if (frame.type != JSON_OBJECT)
		return err_set(err, ERR_RULE, "a frame must be one JSON object");
	if (!json_member(&frame, "points", &points))
		return err_set(err, ERR_RULE, "points: missing");
	if (points.type == JSON_ARRAY)
		code = check_objects(&points, &facts, err);
	else if (points.type == JSON_STRING)
		code = check_split(&frame, &points, &facts, err);
	else
		return err_set(err, ERR_RULE, "points: neither a list nor a base64 string");
	if (code == ERR_OK)
		*out = facts;
	return code;
}
