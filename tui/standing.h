/* standing.h - what stands in the way of all that is to be sent: a hold, a pause, another
 * sender. One line above the note, in every view, until it is gone. Pure. */
#ifndef TUI_STANDING_H
#define TUI_STANDING_H

#include "core/session.h"
#include "tui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standing {
	struct hold hold;       /* HOLD_NONE: none */
	int64_t pause_until_ms; /* mono; -1 = no pause */
	char sender[256];       /* another process sends: who; "" = nobody else does */
};

/* The line, "" when nothing stands in the way; its role. */
enum role standing_text(const struct standing *s, struct now now, bool utc, char *out, size_t size);
/* Monotonic ms when the line changes by itself, -1 = never. */
int64_t standing_deadline(const struct standing *s, struct now now);
/* Do both say the same, whenever they are read? */
bool standing_same(const struct standing *a, const struct standing *b);

#endif
