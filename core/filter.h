/* filter.h - the language typed after "/" on the board.
 *
 *	status=error batch:night-a tag:rain age<2h !fog 0412
 *
 * Words are joined by "and"; a word or a part of it may be "quoted", also with
 * the last quote not typed yet; "!" before a word turns it around. A bare word
 * is looked for in unique_id, task_id, project, batch and tags. Keys: status
 * project batch tag id priority age changed. ":" and "=" mean the same; age and
 * changed take < and > with 30s 10m 2h 3d 4w. An unknown key is an error with
 * "=" and part of the word with ":" (weather:rain).
 */
#ifndef CORE_FILTER_H
#define CORE_FILTER_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_key {
	FILTER_WORD,
	FILTER_STATUS,
	FILTER_PROJECT,
	FILTER_BATCH,
	FILTER_TAG,
	FILTER_ID,
	FILTER_PRIORITY,
	FILTER_AGE,
	FILTER_CHANGED,
	FILTER_KEY_COUNT
};

struct filter_term {
	enum filter_key key;
	char op; /* '=', '<' or '>' */
	bool negate;
	char text[128]; /* the value, UTF-8 */
	int64_t number; /* priority, or a span in ms */
};

#define FILTER_TERMS_MAX 16
struct filter {
	struct filter_term term[FILTER_TERMS_MAX];
	size_t count;
};

/*
 * Parse text; "" gives no terms. Errors: ERR_USAGE with what and why; *at (may
 * be NULL) is the byte offset of the word; *f is unchanged then.
 */
enum err_code filter_parse(const char *text, struct filter *f, size_t *at,
			   struct err *err) MUST_CHECK;

#endif
