/* outcome.h - what a task ends with: its response, in the shapes that are documented.
 *
 * Source: API reference, errors; scale-api 8. What a finished multi-stage task
 * delivers is not documented; ours is a link that leads nowhere.
 */
#ifndef SANDBOX_OUTCOME_H
#define SANDBOX_OUTCOME_H

#include "core/buf.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outcome_state {
	OUTCOME_GOOD,
	OUTCOME_MISSING, /* could not be downloaded */
	OUTCOME_BROKEN   /* came, and is no frame */
};

struct outcome_item {  /* one attachment; strings are borrowed */
	int64_t place; /* in the list of attachments, from 0 */
	const char *url;
	enum outcome_state state;
	int status;          /* of HTTP; 0: no whole answer came, and no statusCode is shown */
	const char *message; /* of a broken one */
};

/* What becomes of an attachment that nobody fetches: a path (not a query) that holds
 * /missing/ or /broken/ fails, and an uploaded file that this side of the account has not. */
struct outcome_item outcome_unfetched(struct service *s, bool is_test, int64_t place,
				      const char *url);

/* Add the response; returns the status, "completed" or "error". */
const char *outcome_add(struct buf *out, const struct service *s, const char *task_id,
			const struct outcome_item *items, size_t count);

#endif
