/* session_wish.c - a submission that is to be canceled. See session.h.
 *
 * What has not left is taken back. What may be on its way cannot be: the wish is stored, and
 * carried out when the service is known to have the task, by whichever process is there
 * then. A row with a wish is never POSTed (again): outbox.c.
 */
#include "config.h"

#include "core/session_impl.h"

#include <stdio.h>
#include <string.h>

static void
tell(struct session *s, const char *key, const struct err *err)
{
	struct session_event *ev = session_emit(s, SESSION_CANCELED);

	snprintf(ev->key, sizeof(ev->key), "%s", key);
	if (err)
		ev->err = *err;
}

/* Nothing of it has left, or none of it arrived. ERR_ALREADY: by now it has. */
static enum err_code
take_back(struct session *s, struct outbox_row *r, const char *key, struct now now, struct err *err)
{
	struct outbox_step step = session_next_step(r, OUTBOX_EV_CANCEL, now);

	r->state = step.state;
	r->ambiguous = step.ambiguous;
	r->next_ms = 0;
	r->how = (struct evidence){ .what = EVIDENCE_HAND };
	session_note(r, NULL);
	task_set(&r->note, "canceled before it was sent", 27);
	if (store_outbox_outcome(s->store, r, NULL, now.wall_ms, err))
		return err->code;
	session_unfollow(s, r->seq);
	tell(s, key, NULL);
	session_emit(s, SESSION_TASKS)->count = 1;
	return ERR_OK;
}

static enum err_code
wish(struct session *s, struct outbox_row *r, const char *key, struct now now, struct err *err)
{
	struct err told;
	bool done = false;

	err_set(&told, ERR_UNCONFIRMED, "it is on its way; it is canceled when it has arrived");
	err_hint(&told, "nothing is sent again for it; this holds after a restart, too");
	r->how = (struct evidence){ .what = EVIDENCE_HAND };
	session_note(r, &told);
	if (store_outbox_wish(s->store, r, WISH_CANCEL, now.wall_ms, &done, err))
		return err->code;
	if (!done)
		return err_set(err, ERR_ALREADY, "%s has moved on", key);
	tell(s, key, &told);
	return ERR_OK;
}

static enum err_code
cancel(struct session *s, struct outbox_row *r, const char *key, struct now now, struct err *err)
{
	if (r->target != s->target)
		return err_set(err, ERR_RULE, "%s belongs to another account or address", key);
	if (r->owner[0]) {
		err_set(err, ERR_RULE, "its unique_id is another task's, %s", r->owner);
		return err_hint(err, "cancel that task, or give this one up");
	}
	switch (r->state) {
	case OUTBOX_QUEUED: return take_back(s, r, key, now, err);
	case OUTBOX_SENDING:
	case OUTBOX_UNCONFIRMED: return wish(s, r, key, now, err);
	case OUTBOX_ACCEPTED: return session_cancel(s, r->task_id, false, now, err);
	case OUTBOX_REJECTED:
	case OUTBOX_ABANDONED:
	case OUTBOX_STATE_COUNT: break;
	}
	return err_set(err, ERR_RULE, "%s is %s; there is nothing to cancel", key,
		       outbox_state_name(r->state));
}

enum err_code
session_cancel_row(struct session *s, int64_t seq, struct now now, struct err *err)
{
	struct outbox_row r;
	char key[TASK_LOCAL_SIZE];
	enum err_code code = ERR_ALREADY;

	task_local_key(seq, key, sizeof(key));
	/* Another process may move it between reading and writing; it moves on, so this ends. */
	for (int i = 0; i < OUTBOX_STATE_COUNT && code == ERR_ALREADY; i++) {
		outbox_row_init(&r);
		code = store_outbox_get(s->store, seq, &r, err);
		if (!code)
			code = cancel(s, &r, key, now, err);
		outbox_row_done(&r);
	}
	session_pump(s, now);
	return code;
}

/* --- carrying it out --- */

void
session_grant(struct session *s, struct now now)
{
	struct call c = { .kind = CALL_CANCEL };
	struct outbox_row r;
	struct err err;

	if (session_calls(s, CALL_CANCEL, 0) + session_calls(s, CALL_RECHECK, 0) > 0 ||
	    store_outbox_wished(s->store, s->target, &c.seq, &err) || c.seq == 0)
		return;
	if (s->wish_after > now.mono_ms) {
		session_wake(s, s->wish_after);
		return;
	}
	outbox_row_init(&r);
	if (store_outbox_get(s->store, c.seq, &r, &err) == ERR_OK &&
	    api_task_cancel(s->api, r.task_id, false, now.mono_ms, &c.ticket, &err) == ERR_OK) {
		snprintf(c.key, sizeof(c.key), "%s", r.task_id);
		session_add_call(s, &c);
	}
	outbox_row_done(&r);
}

/* Asking again will not change it: a definite no; or it was looked at, and is not canceled. */
static bool
definite(const struct api_event *ev)
{
	if (ev->err.code == ERR_OK)
		return true;
	return ev->status >= 400 && ev->status < 500 && ev->status != 408 && ev->status != 425 &&
	       session_failure(ev) == OUTBOX_EV_LOOKUP_FAILED;
}

void
session_granted(struct session *s, const struct call *c, const struct api_event *ev,
		const struct err *why, struct now now)
{
	struct outbox_row r;
	struct err err = ERR_INIT;
	char words[256];

	if (why->code && !definite(ev)) { /* later */
		session_pace(s, session_failure(ev), ev, now);
		s->wish_after = now.mono_ms +
				session_delay(s, OUTBOX_EV_LOOKUP_FAILED, ++s->wish_fails, -1);
		return;
	}
	s->wish_fails = 0;
	outbox_row_init(&r);
	if (store_outbox_get(s->store, c->seq, &r, &err) == ERR_OK) {
		session_how(&r, EVIDENCE_HAND, ev);
		session_note(&r, why->code ? why : NULL);
		snprintf(words, sizeof(words), "%s%.200s",
			 why->code ? "to be canceled, but: " : "canceled, as was asked for",
			 why->code ? why->msg : "");
		task_set(&r.note, words, strlen(words));
		r.wish = WISH_NONE;
		if (store_outbox_learned(s->store, &r, now.wall_ms, &err) == ERR_OK)
			err.code = ERR_OK;
	}
	if (err.code)
		session_stop(s, c->seq, &err);
	outbox_row_done(&r);
}
