/* session_outbox.c - the driver of the outbox: the one place that POSTs a task.
 *
 * outbox.c decides, store_send.c remembers, this file acts. Every turn it takes
 * the row that is due first, until none is due or something stands in the way;
 * out.wake is then the time to come back. What an answer means is in
 * session_answer.c, how the rows of a turn are committed together in session_group.c.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/clock.h"

#include <stdio.h>
#include <string.h>

#define LOOKS_MAX  4
#define BUSY_MS    10000             /* a call keeps its row from being due so long at a time */
#define FAR_MS     (3600000 + 60000) /* no wait is longer (outbox.c): the clock was set back */
#define MANY_TRIES 10                /* POSTs; then, or after so long, a person is asked to look */
#define LONG_MS    86400000

struct outbox_step
session_next_step(const struct outbox_row *r, enum outbox_event ev, struct now now)
{
	struct outbox_now on = {
		.state = r->state,
		.ambiguous = r->ambiguous,
		.owned = r->owner[0] != '\0',
		.refused = outbox_refuses(r->http),
		.weak = r->state == OUTBOX_UNCONFIRMED && session_is_weak(r),
		.wish = r->wish == WISH_CANCEL,
		.looks = r->looks,
		.quiet_ms = now.wall_ms - r->sent_ms,
	};

	/* The clock was set back. Three look-ups take longer than the gate. */
	if (on.quiet_ms < 0)
		on.quiet_ms = r->looks >= 3 ? OUTBOX_GATE_MS : 0;
	return outbox_next(&on, ev);
}

bool
session_row_busy(const struct session *s, int64_t seq)
{
	return session_calls(s, CALL_POST, seq) + session_calls(s, CALL_OWNER, seq) +
			       session_calls(s, CALL_WEAK, seq) >
		       0 ||
	       session_looks_at(s, seq);
}

/* --- telling --- */

static enum task_status
shown(const struct outbox_row *r, const struct task *task)
{
	enum task_status status;

	switch (r->state) {
	case OUTBOX_QUEUED: return TASK_QUEUED;
	case OUTBOX_SENDING: return TASK_SENDING;
	case OUTBOX_UNCONFIRMED: return TASK_UNCONFIRMED;
	case OUTBOX_REJECTED: return TASK_REJECTED;
	case OUTBOX_ACCEPTED:
	case OUTBOX_ABANDONED:
	case OUTBOX_STATE_COUNT: break;
	}
	status = task ? task_status_find(task->status) : TASK_OTHER;
	return task_statuses[status].local ? TASK_OTHER : status;
}

void
session_tell_row(struct session *s, const struct outbox_row *r, const struct task *task,
		 const struct err *err)
{
	struct session_event *ev = session_emit(s, SESSION_ROW);

	ev->seq = r->seq;
	ev->accepted = r->state == OUTBOX_ACCEPTED;
	ev->status = shown(r, task);
	task_local_key(r->seq, ev->old_key, sizeof(ev->old_key));
	snprintf(ev->key, sizeof(ev->key), "%s", ev->accepted ? r->task_id : ev->old_key);
	snprintf(ev->unique_id, sizeof(ev->unique_id), "%s", r->unique_id);
	if (err)
		ev->err = *err;
	session_follow(s, r->seq, r->state);
}

/* The store does not take it: nothing more is sent, for what was sent could not be
 * remembered. Told is how the row stands in the store, not what it should have become;
 * one that was on its way stays "sending" and is recovered later. */
void
session_stop(struct session *s, int64_t seq, const struct err *err)
{
	struct outbox_row r;
	struct err other;

	s->out.broken = *err;
	session_group_row(s, seq);
	outbox_row_init(&r);
	if (store_outbox_get(s->store, seq, &r, &other)) {
		r.seq = seq;
		if (!session_followed(s, seq, &r.state)) /* as it was last seen */
			r.state = OUTBOX_SENDING;
	}
	session_tell_row(s, &r, NULL, err);
	outbox_row_done(&r);
}

/* It goes on by itself, but a person should know by now. */
static bool
remind(struct outbox_row *r, struct now now)
{
	bool open = r->state == OUTBOX_QUEUED || r->state == OUTBOX_UNCONFIRMED;
	char since[40], hint[sizeof(r->hint)];

	if (!open || (r->attempt < MANY_TRIES && now.wall_ms - r->created_ms < LONG_MS))
		return false;
	clock_local(r->created_ms, since, sizeof(since));
	snprintf(hint, sizeof(hint), "needs you: not settled since %s%s%.180s", since,
		 r->hint[0] ? "; " : "", r->hint);
	memcpy(r->hint, hint, sizeof(hint));
	return true;
}

bool
session_write(struct session *s, struct outbox_row *r, const struct task *task, struct now now)
{
	struct err err = ERR_INIT;
	enum err_code code;

	session_group_row(s, r->seq);
	code = store_outbox_outcome(s->store, r, task, now.wall_ms, &err);
	if (code == ERR_ALREADY)
		session_tell_now(s, r->seq); /* another process knows more */
	else if (code)
		session_stop(s, r->seq, &err);
	return code == ERR_OK;
}

void
session_outcome(struct session *s, struct outbox_row *r, const struct task *task,
		const struct err *why, struct now now)
{
	struct err told = why ? *why : (struct err)ERR_INIT;

	if (remind(r, now) && why)
		err_hint(&told, "%s", r->hint);
	if (session_write(s, r, task, now))
		session_tell_row(s, r, task, why ? &told : NULL);
}

/* --- acting --- */

/* The call could not even be started. */
void
session_not_started(struct session *s, const struct call *c, const struct err *err, struct now now)
{
	const struct api_event ev = { .err = *err, .retry_after_ms = -1 };
	struct call call = *c;

	if (c->kind == CALL_POST)
		session_on_post(s, c, &ev, now);
	else
		session_on_look(s, &call, &ev, now);
}

void
session_post(struct session *s, struct outbox_row *r, struct now now)
{
	struct err err = ERR_INIT;
	bool won = false;

	if (!s->out.locked) {                /* let go while we were suspended */
		session_group_close(s, now); /* what it recovers is committed alone */
		if (session_lock(s, &err))
			return; /* the row is due again */
	}
	session_group_open(s);
	session_group_row(s, r->seq);
	if (session_group_raise(s, now, &err) ||
	    store_outbox_claim(s->store, r->seq, r->attempt, now.wall_ms, &won, &err)) {
		session_stop(s, r->seq, &err);
		return;
	}
	if (!won) /* another process has it */
		return;
	r->ambiguous = r->ambiguous || r->state == OUTBOX_UNCONFIRMED;
	r->state = OUTBOX_SENDING;
	r->attempt++;
	r->looks = 0;
	r->sent_ms = now.wall_ms;
	session_tell_row(s, r, NULL, NULL);
	session_group_post(s, r);
}

bool
session_wait(struct session *s, int64_t seq, int64_t ms, struct now now)
{
	struct err err = ERR_INIT;

	session_group_row(s, seq);
	if (!store_outbox_wait(s->store, seq, now.wall_ms + ms, &err))
		return true;
	session_stop(s, seq, &err);
	return false;
}

/* Begin what is due for this row. False: nothing was begun. */
static bool
drive(struct session *s, int64_t seq, struct now now)
{
	struct outbox_row r;
	struct err err = ERR_INIT;
	struct outbox_step step;
	bool begun = true;

	if (session_row_busy(s, seq))
		return session_wait(s, seq, BUSY_MS, now);
	outbox_row_init(&r);
	if (store_outbox_get(s->store, seq, &r, &err)) {
		session_stop(s, seq, &err);
		begun = false;
	} else {
		step = session_next_step(&r, OUTBOX_EV_DUE, now);
		switch (step.action) {
		case OUTBOX_POST: session_post(s, &r, now); break;
		case OUTBOX_LOOK_UP: session_look_up_due(s, &r, now); break;
		case OUTBOX_NOTHING:
		case OUTBOX_WAIT:
			begun = step.state == OUTBOX_ABANDONED;
			if (begun)
				session_canceled(s, &r, step, now);
			break;
		}
	}
	outbox_row_done(&r);
	return begun;
}

static size_t
looks(const struct session *s)
{
	return session_calls(s, CALL_LOOK, 0) + session_calls(s, CALL_OWNER, 0);
}

/* After a failure one call tries whether the service is there again. */
bool
session_may_post(const struct session *s)
{
	if (s->out.fails > 0)
		return session_calls(s, CALL_POST, 0) + looks(s) == 0;
	return session_window_room(s);
}

static bool
may_look(const struct session *s)
{
	if (s->out.fails > 0)
		return session_calls(s, CALL_POST, 0) + looks(s) == 0;
	return looks(s) < LOOKS_MAX;
}

/* Another process sends: say so once, and come back. */
static void
wait_for_lock(struct session *s, int64_t seq, const struct err *err, struct now now)
{
	struct outbox_row r;
	struct err other;

	s->out.wake = now.mono_ms + SESSION_LOCK_MS;
	if (s->out.told_locked)
		return;
	s->out.told_locked = true;
	outbox_row_init(&r);
	if (store_outbox_get(s->store, seq, &r, &other) == ERR_OK)
		session_tell_row(s, &r, NULL, err);
	outbox_row_done(&r);
}

/* Nothing can be read: who waits for a row is told. */
static void
stop_all(struct session *s, const struct err *err)
{
	struct watched w = { .seq = 0 };

	s->out.broken = *err;
	while (session_followed_after(s, w.seq, &w))
		session_stop(s, w.seq, err);
}

/* The row that is due first in this state; how long until then. False: none, or none for now. */
static bool
due(struct session *s, enum outbox_state state, int64_t *seq, int64_t *wait, struct now now)
{
	struct err err = ERR_INIT;
	int64_t next_ms = 0;

	*wait = -1;
	if (store_outbox_next(s->store, s->target, state, seq, &next_ms, &err)) {
		stop_all(s, &err);
		return false;
	}
	if (*seq == 0)
		return false;
	*wait = next_ms - now.wall_ms;
	if (*wait > FAR_MS) /* the clock was set back */
		*wait = 0;
	return *wait <= 0;
}

static void
wake_in(struct session *s, int64_t wait, struct now now)
{
	if (wait > 0 && (s->out.wake < 0 || s->out.wake > now.mono_ms + wait))
		s->out.wake = now.mono_ms + wait;
}

/* Start what is due first, rows in doubt before others. False: no more can be done in this turn. */
static bool
turn(struct session *s, struct now now)
{
	struct err err = ERR_INIT;
	int64_t doubt = 0, queued = 0, doubt_in, queued_in = -1;
	bool look = due(s, OUTBOX_UNCONFIRMED, &doubt, &doubt_in, now);
	bool post = !s->out.broken.code && due(s, OUTBOX_QUEUED, &queued, &queued_in, now);

	if (s->out.broken.code)
		return false;
	wake_in(s, doubt_in, now);
	wake_in(s, queued_in, now);
	if (!look && !post)
		return false;
	if (!(look && may_look(s)) && !(post && session_may_post(s)))
		return false; /* an answer will bring us back */
	if (!s->out.locked) {
		session_group_close(s, now); /* what it recovers is committed alone */
		/* Winning it may have recovered rows: look again what is due. */
		if (session_lock(s, &err) == ERR_OK) {
			session_heed(s, now);
			return true;
		}
		wait_for_lock(s, look ? doubt : queued, &err, now);
		return false;
	}
	return drive(s, look && may_look(s) ? doubt : queued, now);
}

void
session_wake(struct session *s, int64_t at)
{
	if (s->out.wake < 0 || s->out.wake > at)
		s->out.wake = at;
}

bool
session_may_send(const struct session *s, struct now now)
{
	const struct outgoing *o = &s->out;

	return o->started && o->hold.what == HOLD_NONE && !o->broken.code &&
	       o->pause_until <= now.mono_ms;
}

/* Rows of ours that wait: another process may move them meanwhile. */
static void
watch(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;

	if (o->watch_at <= now.mono_ms) {
		session_watch(s);
		o->watch_at = now.mono_ms + SESSION_LOCK_MS;
	}
	if (o->watched_live > 0 && (o->wake < 0 || o->wake > o->watch_at))
		o->wake = o->watch_at;
}

void
session_pump(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;

	o->wake = -1;
	if (s->group.by_hand)
		return;
	if (o->started && !o->broken.code)
		session_heed(s, now);
	while (session_may_send(s, now) && turn(s, now))
		continue;
	session_group_close(s, now);
	if (session_may_send(s, now)) {
		session_grant(s, now);
		session_verify(s, now);
	}
	if (o->started && o->hold.what != HOLD_NONE)
		o->wake = now.mono_ms + SESSION_LOCK_MS; /* another process may lift it */
	else if (o->pause_until > now.mono_ms && !o->broken.code)
		o->wake = o->pause_until;
	if (session_calls(s, CALL_POST, 0) + looks(s) == 0)
		session_unlock(s);
	if (o->started && !o->locked && o->watched_live > 0)
		watch(s, now);
	if (o->started && !o->broken.code)
		session_succeed(s, now);
}
