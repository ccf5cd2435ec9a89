/* when.h - points in time as people read them: local with offset, or UTC by option. Pure. */
#ifndef TUI_WHEN_H
#define TUI_WHEN_H

#include "core/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The same with seconds: "2026-11-25 13:04:31 +01:00". */
void when_exact(int64_t wall_ms, bool utc, char *out, size_t size);
/* "2026-11-25 13:04 +01:00", or ISO 8601 in UTC. out: CLOCK_ISO_SIZE bytes. */
void when_full(int64_t wall_ms, bool utc, char *out, size_t size);
/* "12:04:31", or "11:04:31Z". */
void when_clock(int64_t wall_ms, bool utc, char *out, size_t size);
/* The clock if it is less than a day from now, else the day too. */
void when_near(int64_t wall_ms, int64_t now_ms, bool utc, char *out, size_t size);

#endif
