/* session_group.c - the rows that one turn moves are one commit. See session_impl.h.
 *
 * The wait for the disk is most of what a row costs here, and it is the same for
 * one row and for sixty. While it lasts more answers come in, so groups grow by
 * themselves when there is much to do, and a row that is alone waits for nobody.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"

#include <stdlib.h>

#define RAISE_MS 60000

void
session_group_open(struct session *s)
{
	struct row_group *g = &s->group;

	if (g->open)
		return;
	g->open = true;
	g->told = s->event_count;
	store_group_begin(s->store);
}

void
session_group_row(struct session *s, int64_t seq)
{
	struct row_group *g = &s->group;
	enum outbox_state state = OUTBOX_SENDING; /* nobody follows it: it may be on its way */

	if (!g->open || g->by_hand)
		return;
	for (size_t i = 0; i < g->row_count; i++)
		if (g->rows[i].seq == seq)
			return;
	if (g->row_count == g->row_cap) {
		g->row_cap = g->row_cap ? g->row_cap * 2 : GROUP_MAX;
		g->rows = mem_grow(g->rows, g->row_cap, sizeof(*g->rows));
	}
	session_followed(s, seq, &state);
	g->rows[g->row_count++] = (struct watched){ .seq = seq, .state = state };
}

void
session_group_post(struct session *s, const struct outbox_row *r)
{
	const struct call c = { .kind = CALL_POST, .seq = r->seq, .attempt = r->attempt };
	struct row_group *g = &s->group;

	if (g->post_count == g->post_cap) {
		g->post_cap = g->post_cap ? g->post_cap * 2 : 16;
		g->posts = mem_grow(g->posts, g->post_cap, sizeof(*g->posts));
	}
	g->posts[g->post_count++] = (struct posting){
		.seq = r->seq,
		.payload = mem_strndup(r->payload, r->payload_len),
		.len = r->payload_len,
	};
	session_add_call(s, &c); /* its place is taken from now on */
}

enum err_code
session_group_raise(struct session *s, struct now now, struct err *err)
{
	if (now.mono_ms < s->out.raise_at)
		return ERR_OK;
	if (store_generation_raise(s->store, err))
		return err->code;
	s->group.raised = true;
	s->out.raise_at = now.mono_ms + RAISE_MS;
	return ERR_OK;
}

/* Nothing of it was written: nothing of it is told or sent. */
static void
undo(struct session *s, const struct row_group *g, const struct err *err)
{
	s->event_count = g->told;
	for (size_t i = 0; i < g->post_count; i++)
		session_window_drop(s, g->posts[i].seq);
	for (size_t i = 0; i < g->row_count; i++) {
		session_follow(s, g->rows[i].seq, g->rows[i].state);
		session_stop(s, g->rows[i].seq, err);
	}
}

static void
empty(struct row_group *g)
{
	for (size_t i = 0; i < g->post_count; i++)
		free(g->posts[i].payload);
	free(g->posts);
	free(g->rows);
	*g = (struct row_group){ .open = false };
}

static enum err_code
end(struct session *s, struct now now, struct err *err)
{
	struct row_group g = s->group;
	struct err unwritten;
	enum err_code code;

	s->group = (struct row_group){ .open = false };
	code = store_group_end(s->store, ERR_OK, err);
	/* A count that could not be written, or not beside, is tried again with the next claim. */
	if (g.raised && (code || store_generation_publish(s->store, &unwritten)))
		s->out.raise_at = 0;
	if (code)
		undo(s, &g, err);
	for (size_t i = 0; i < g.post_count && !code; i++)
		session_window_add(s, &g.posts[i]);
	if (!code)
		g.post_count = 0; /* they are the window's now */
	empty(&g);
	session_window_feed(s, now);
	return code;
}

void
session_group_close(struct session *s, struct now now)
{
	struct err err = ERR_INIT;

	if (s->group.open && !s->group.by_hand && end(s, now, &err))
		s->out.broken = err; /* those who wait for its rows are told */
}

/* --- a batch of submissions --- */

void
session_batch_begin(struct session *s, struct now now)
{
	session_group_close(s, now);
	session_group_open(s);
	s->group.by_hand = true;
}

/* Rows that were never queued are followed no more: those that the store does not have. */
static void
forget_unborn(struct session *s)
{
	struct watched w = { .seq = 0 };
	struct outbox_row r;
	struct err err;

	outbox_row_init(&r);
	while (session_followed_after(s, w.seq, &w))
		if (store_outbox_get(s->store, w.seq, &r, &err) == ERR_NOT_FOUND)
			session_unfollow(s, w.seq);
	outbox_row_done(&r);
}

enum err_code
session_batch_end(struct session *s, struct now now, struct err *err)
{
	enum err_code code;

	s->group.by_hand = false;
	code = end(s, now, err);
	if (code)
		forget_unborn(s);
	session_pump(s, now);
	return code;
}

void
session_group_free(struct session *s)
{
	struct err err;

	if (s->group.open && store_group_end(s->store, ERR_INTERRUPTED, &err))
		s->out.broken = err;
	empty(&s->group);
}
