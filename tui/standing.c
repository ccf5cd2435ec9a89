/* standing.c - see standing.h. */
#include "config.h"

#include "tui/standing.h"

#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define SECOND_MS 1000
#define MINUTE_MS 60000

/* "42 s", "12 min": seconds only where they are worth a redraw each. */
static void
span(int64_t ms, char *out, size_t size)
{
	int64_t s = (ms + SECOND_MS - 1) / SECOND_MS;

	if (ms > 2 * MINUTE_MS)
		snprintf(out, size, "%lld min", (long long)((ms + MINUTE_MS - 1) / MINUTE_MS));
	else
		snprintf(out, size, "%lld s", (long long)s);
}

enum role
standing_text(const struct standing *s, struct now now, bool utc, char *out, size_t size)
{
	char when[CLOCK_ISO_SIZE], left[32];

	out[0] = '\0';
	if (s->hold.what != HOLD_NONE) {
		when_near(s->hold.since_ms, now.wall_ms, utc, when, sizeof(when));
		snprintf(out, size, "HELD since %s: %s%s%s; t tries again", when, s->hold.note,
			 s->hold.hint[0] ? "; " : "", s->hold.hint);
		return ROLE_ERROR;
	}
	if (s->pause_until_ms > now.mono_ms) {
		span(s->pause_until_ms - now.mono_ms, left, sizeof(left));
		snprintf(out, size, "PAUSED: what waits goes on by itself in %s; t tries now",
			 left);
		return ROLE_WARNING;
	}
	if (s->sender[0])
		snprintf(out, size, "%s; this one follows", s->sender);
	return ROLE_NOTE;
}

int64_t
standing_deadline(const struct standing *s, struct now now)
{
	int64_t left = s->pause_until_ms - now.mono_ms, unit;

	if (s->hold.what != HOLD_NONE || s->pause_until_ms < 0 || left <= 0)
		return -1;
	unit = left > 2 * MINUTE_MS ? MINUTE_MS : SECOND_MS;
	return now.mono_ms + (left - 1) % unit + 1;
}

bool
standing_same(const struct standing *a, const struct standing *b)
{
	return a->hold.what == b->hold.what && a->hold.since_ms == b->hold.since_ms &&
	       strcmp(a->hold.note, b->hold.note) == 0 && strcmp(a->hold.hint, b->hold.hint) == 0 &&
	       a->pause_until_ms == b->pause_until_ms && strcmp(a->sender, b->sender) == 0;
}
