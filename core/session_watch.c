/* session_watch.c - the rows that somebody here waits for. See session_impl.h.
 *
 * Sorted by seq, for a bulk of submissions is thousands of rows. One that is let
 * go stays as a dead entry until there are more dead ones than living.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"

#include <string.h>

#define DEAD OUTBOX_STATE_COUNT
#define FEW  32 /* entries that are not worth tidying up */

/* The first entry that is not before seq. */
static size_t
place(const struct outgoing *o, int64_t seq)
{
	size_t low = 0, high = o->watched_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->watched[mid].seq < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct watched *
find(const struct outgoing *o, int64_t seq)
{
	size_t at = place(o, seq);

	return at < o->watched_count && o->watched[at].seq == seq ? &o->watched[at] : NULL;
}

static void
tidy(struct outgoing *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->watched_count; i++)
		if (o->watched[i].state != DEAD)
			o->watched[n++] = o->watched[i];
	o->watched_count = n;
}

void
session_unfollow(struct session *s, int64_t seq)
{
	struct outgoing *o = &s->out;
	struct watched *w = find(o, seq);

	if (!w || w->state == DEAD)
		return;
	w->state = DEAD;
	o->watched_live--;
	if (o->watched_count > FEW && o->watched_live < o->watched_count / 2)
		tidy(o);
}

void
session_follow(struct session *s, int64_t seq, enum outbox_state state)
{
	struct outgoing *o = &s->out;
	struct watched *w;
	size_t at;

	if (state != OUTBOX_QUEUED && state != OUTBOX_SENDING && state != OUTBOX_UNCONFIRMED) {
		session_unfollow(s, seq);
		return;
	}
	w = find(o, seq);
	if (w) {
		o->watched_live += w->state == DEAD;
		w->state = state;
		return;
	}
	if (o->watched_count == o->watched_cap) {
		o->watched_cap = o->watched_cap ? o->watched_cap * 2 : 8;
		o->watched = mem_grow(o->watched, o->watched_cap, sizeof(*o->watched));
	}
	at = place(o, seq);
	memmove(o->watched + at + 1, o->watched + at,
		(o->watched_count - at) * sizeof(*o->watched));
	o->watched[at] = (struct watched){ .seq = seq, .state = state };
	o->watched_count++;
	o->watched_live++;
}

bool
session_followed(const struct session *s, int64_t seq, enum outbox_state *state)
{
	const struct watched *w = find(&s->out, seq);

	if (!w || w->state == DEAD)
		return false;
	*state = w->state;
	return true;
}

bool
session_followed_after(const struct session *s, int64_t after, struct watched *out)
{
	const struct outgoing *o = &s->out;

	for (size_t i = place(o, after + 1); i < o->watched_count; i++) {
		if (o->watched[i].state == DEAD)
			continue;
		*out = o->watched[i];
		return true;
	}
	return false;
}
