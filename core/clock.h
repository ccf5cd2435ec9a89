/* clock.h - the only file that asks what time it is; tests set it.
 *
 * Monotonic milliseconds are for waiting, wall milliseconds since 1970 (UTC)
 * are for showing and storing. The loop reads both once a turn and hands
 * them down.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_mono_ms(void);
int64_t clock_wall_ms(void); /* $MULTISTAGE_NOW (ISO 8601) freezes it, for tests and pictures */

/* "2024-01-16T21:03:33.166Z" and its kin (date alone, offset, no fraction, blank for T).
 * No zone means UTC. False if text is no time. Source: API reference, tasks. */
bool clock_parse(const char *text, int64_t *wall_ms);

/* ISO 8601 in UTC with milliseconds; out: at least CLOCK_ISO_SIZE bytes. */
#define CLOCK_ISO_SIZE 32
void clock_iso(int64_t wall_ms, char *out, size_t size);

/* Local time with offset: "2026-11-25 13:04 +01:00"; local clock time "13:04:31". */
void clock_local(int64_t wall_ms, char *out, size_t size);
void clock_time(int64_t wall_ms, char *out, size_t size);

/* Local time for the name of a file: "20261125-130431". */
void clock_stamp(int64_t wall_ms, char *out, size_t size);

/* A span for lists, at most 4 columns: "now", "12s", "9m", "3h", "2d", "14mo", "3y". */
void clock_age(int64_t ms, char *out, size_t size);

#endif
