/* session_window.c - claimed rows that wait for a place on the wire. See session_impl.h.
 *
 * Of a bulk more rows are claimed than may be on their way, and while some of them
 * still wait, answers are not looked at yet: the wire is fed without a word to the
 * disk, and one commit then holds many outcomes and the next claims. Whenever
 * nothing may be sent any more the waiting rows are given back: not a byte of
 * them has left.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define POSTS_MAX 16         /* on their way at once */
#define ROWS_MAX  48         /* claimed, the ones on their way and the answered ones too */
#define BYTES_MAX (8u << 20) /* of those that wait */
#define HOLD_MS   20         /* no answer waits longer to be looked at */

void
session_window_add(struct session *s, struct posting *p)
{
	struct window *w = &s->window;

	if (w->first > 0 && w->first + w->count == w->cap) {
		memmove(w->posts, w->posts + w->first, w->count * sizeof(*w->posts));
		w->first = 0;
	}
	if (w->first + w->count == w->cap) {
		w->cap = w->cap ? w->cap * 2 : ROWS_MAX;
		w->posts = mem_grow(w->posts, w->cap, sizeof(*w->posts));
	}
	w->posts[w->first + w->count++] = *p;
	w->bytes += p->len;
}

/* The first that waits; its payload is the caller's. */
static struct posting
take(struct window *w)
{
	struct posting p = w->posts[w->first++];

	w->bytes -= p.len;
	if (--w->count == 0)
		w->first = 0;
	return p;
}

bool
session_window_room(const struct session *s)
{
	size_t posts = session_calls(s, CALL_POST, 0);

	return posts < POSTS_MAX || (posts < ROWS_MAX && s->window.bytes < BYTES_MAX);
}

/* Its place among the calls: an index, which is there. */
static size_t
place_of(const struct session *s, int64_t seq)
{
	size_t i = 0;

	while (s->calls[i].ticket != 0 || s->calls[i].seq != seq)
		i++;
	return i;
}

void
session_window_drop(struct session *s, int64_t seq)
{
	s->calls[place_of(s, seq)] = s->calls[--s->call_count];
}

/* Its claim is committed. Only now may a byte leave. */
static void
send(struct session *s, const struct posting *p, struct now now)
{
	size_t at = place_of(s, p->seq);
	struct call c = s->calls[at];
	struct err err = ERR_INIT;

	if (api_task_create(s->api, p->payload, p->len, now.mono_ms, &c.ticket, &err) == ERR_OK) {
		s->calls[at] = c;
		return;
	}
	session_window_drop(s, p->seq);
	session_not_started(s, &c, &err, now);
	s->out.wake = now.mono_ms; /* its place is free again */
}

void
session_window_give_back(struct session *s)
{
	struct window w = s->window;
	struct err err = ERR_INIT, part;
	enum err_code code;

	if (w.count == 0)
		return;
	s->window = (struct window){ .posts = NULL };
	store_group_begin(s->store);
	for (size_t i = 0; i < w.count; i++)
		if (store_outbox_release(s->store, w.posts[w.first + i].seq, &part))
			continue; /* it stays "sending" and is recovered later, or all are */
	code = store_group_end(s->store, ERR_OK, &err);
	for (size_t i = 0; i < w.count; i++) {
		struct posting *p = &w.posts[w.first + i];

		session_window_drop(s, p->seq);
		if (code)
			session_stop(s, p->seq, &err);
		else
			session_tell_now(s, p->seq);
		free(p->payload);
	}
	free(w.posts);
}

void
session_window_feed(struct session *s, struct now now)
{
	struct window *w = &s->window;

	while (w->count > 0 && s->out.locked && session_may_send(s, now)) {
		size_t others = s->call_count - session_calls(s, CALL_POST, 0);
		struct posting p;

		if (api_running(s->api) >= POSTS_MAX + others)
			return;
		p = take(w);
		send(s, &p, now);
		free(p.payload);
	}
	session_window_give_back(s);
}

/* Answers that have come in and were not looked at. */
static size_t
held(const struct session *s)
{
	size_t begun = s->call_count - s->window.count, running = api_running(s->api);

	return begun > running ? begun - running : 0;
}

bool
session_window_holds(struct session *s, struct now now)
{
	struct window *w = &s->window;

	if (w->count == 0 || held(s) == 0) {
		w->look_at = 0;
		return false;
	}
	if (w->look_at == 0)
		w->look_at = now.mono_ms + HOLD_MS;
	if (now.mono_ms < w->look_at)
		return true;
	w->look_at = 0;
	return false;
}

void
session_window_free(struct session *s)
{
	struct window *w = &s->window;

	/* Their claims stand; who gets the lock next recovers them. */
	while (w->count > 0)
		free(take(w).payload);
	free(w->posts);
	*w = (struct window){ .posts = NULL };
}
