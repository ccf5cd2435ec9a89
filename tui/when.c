/* when.c - see when.h. */
#include "config.h"

#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define DATE_LEN ((int)(sizeof("2026-11-25 13:04") - 1))
#define DAY_MS   (24 * 60 * 60 * (int64_t)1000)

void
when_full(int64_t wall_ms, bool utc, char *out, size_t size)
{
	if (utc)
		clock_iso(wall_ms, out, size);
	else
		clock_local(wall_ms, out, size);
}

void
when_exact(int64_t wall_ms, bool utc, char *out, size_t size)
{
	char minute[CLOCK_ISO_SIZE], second[CLOCK_ISO_SIZE];

	when_full(wall_ms, utc, minute, sizeof(minute));
	when_clock(wall_ms, utc, second, sizeof(second)); /* 13:04:31 */
	if (utc || strlen(minute) < DATE_LEN || strlen(second) < 8)
		snprintf(out, size, "%s", minute);
	else
		snprintf(out, size, "%.*s%s%s", DATE_LEN - 5, minute, second, minute + DATE_LEN);
}

void
when_clock(int64_t wall_ms, bool utc, char *out, size_t size)
{
	char iso[CLOCK_ISO_SIZE];

	if (!utc) {
		clock_time(wall_ms, out, size);
		return;
	}
	clock_iso(wall_ms, iso, sizeof(iso)); /* 2026-11-25T12:04:31.000Z */
	snprintf(out, size, "%.8sZ", strlen(iso) > 19 ? iso + 11 : iso);
}

void
when_near(int64_t wall_ms, int64_t now_ms, bool utc, char *out, size_t size)
{
	if (now_ms - wall_ms < DAY_MS && wall_ms - now_ms < DAY_MS)
		when_clock(wall_ms, utc, out, size);
	else
		when_full(wall_ms, utc, out, size);
}
