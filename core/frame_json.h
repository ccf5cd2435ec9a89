/* frame_json.h - is this a frame that the service can read? (scene_format "split_base64")
 *
 * No definition of the format is public. Two forms are known, and both are taken: the
 * documented frame of the lidar task types, with its points as objects, and the same frame
 * with its points as base64 of little-endian float32.
 */
#ifndef CORE_FRAME_JSON_H
#define CORE_FRAME_JSON_H

#include "core/err.h"

#include <stddef.h>

enum frame_form {
	FRAME_OBJECTS, /* points: [{"x", "y", "z", ...}] */
	FRAME_SPLIT,   /* points: base64 of x, y, z; intensities: base64, one a point */
};

struct frame_facts {
	enum frame_form form;
	size_t points;
};

/*
 * Check text (n bytes). *facts unchanged on failure.
 * Errors: ERR_PARSE when it is no JSON, "Invalid JSON Format: Unexpected end of JSON
 * input" (as the service has it) or where and why; ERR_RULE when it is, but not of one of
 * the two forms: a reason to warn, not to refuse; ERR_TOO_BIG.
 */
enum err_code frame_json_check(const char *text, size_t n, struct frame_facts *facts,
			       struct err *err) MUST_CHECK;

#endif
