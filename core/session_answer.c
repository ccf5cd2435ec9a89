/* session_answer.c - what an answer means for a row of the outbox. See session_impl.h.
 *
 * Accepted is only what is proven: a 2xx creation answer read whole, or a task
 * found that carries our unique_id byte for byte. A 409 is neither yes nor no;
 * it is looked into, and then either ours or a conflict.
 */
#include "config.h"

#include "core/session_impl.h"

#include <stdio.h>
#include <string.h>

#define ROOM_MS 1000 /* until others that are on their way have made room */

/* --- outcomes --- */

void
session_note(struct outbox_row *r, const struct err *err)
{
	const char *field = err && err->field ? err->field : "";
	const char *msg = err ? err->msg : "";

	task_set(&r->note, msg, strlen(msg));
	memset(r->field, 0, sizeof(r->field));
	memcpy(r->field, field, strnlen(field, sizeof(r->field) - 1));
	snprintf(r->hint, sizeof(r->hint), "%s", err ? err->hint : "");
}

/* What the next outcome is evidence of. */
void
session_how(struct outbox_row *r, enum evidence_what what, const struct api_event *ev)
{
	r->how = (struct evidence){
		.what = what,
		.ms = ev->took_ms,
		.http = ev->status,
		.curl = ev->curl,
	};
	memcpy(r->how.request_id, ev->request_id, sizeof(r->how.request_id));
}

/* Stay open; come back after the delay that ev asks for. */
static void
stay(struct session *s, struct outbox_row *r, enum outbox_event ev, int n,
     const struct api_event *answer, struct now now)
{
	r->next_ms = now.wall_ms + session_delay(s, ev, n, answer->retry_after_ms);
	session_note(r, answer->err.code ? &answer->err : NULL);
	session_outcome(s, r, NULL, answer->err.code ? &answer->err : NULL, now);
}

/* It has come to its end without a task. */
static void
end(struct session *s, struct outbox_row *r, struct outbox_step step, const struct err *err,
    struct now now)
{
	r->state = step.state;
	r->ambiguous = step.ambiguous;
	r->next_ms = 0;
	session_note(r, err);
	session_outcome(s, r, NULL, err, now);
}

void
session_canceled(struct session *s, struct outbox_row *r, struct outbox_step step, struct now now)
{
	struct session_event *ev;
	struct err err;

	if (step.ambiguous)
		err_set(&err, ERR_NOT_FOUND, "to be canceled, and not found for an hour: given up");
	else
		err_set(&err, ERR_INTERRUPTED, "canceled before it arrived");
	err_hint(&err, "%s", "");
	end(s, r, step, &err, now);
	session_emit(s, SESSION_TASKS)->count = 1; /* it has left the board */
	ev = session_emit(s, SESSION_CANCELED);
	task_local_key(r->seq, ev->key, sizeof(ev->key));
	if (step.ambiguous)
		ev->err = err;
}

/* --- a POST --- */

/* A yes that cannot be ours gets an error of its own. */
static enum outbox_event
classify(struct api_event *answer, const struct outbox_row *r)
{
	enum outbox_event ev = outbox_classify(answer, r->unique_id);

	if (ev == OUTBOX_EV_CREATED && !store_task_id_fits(answer->reply.tasks[0].task_id))
		ev = OUTBOX_EV_UNCLEAR; /* an id that is none */
	if (ev == OUTBOX_EV_UNCLEAR && answer->err.code == ERR_OK)
		err_set(&answer->err, ERR_UNCONFIRMED,
			"the answer is about another task than the one that was sent");
	return ev;
}

static void
take_post(struct session *s, struct outbox_row *r, struct api_event *answer, struct now now)
{
	enum outbox_event ev = classify(answer, r);
	struct outbox_step step;

	step = session_next_step(r, ev, now);
	session_pace(s, ev, answer, now);
	if (r->state == OUTBOX_ABANDONED && step.state == OUTBOX_ABANDONED)
		return; /* given up meanwhile, and it brings no task */
	r->http = answer->status;
	session_how(r, EVIDENCE_POST, answer);
	r->state = step.state;
	if (step.state == OUTBOX_ACCEPTED) {
		session_accept(s, r, &answer->reply.tasks[0], "", now);
	} else if (ev == OUTBOX_EV_CONFLICT) {
		/* A whole answer: by it alone the row is not ambiguous. Look before telling. */
		r->ambiguous = step.ambiguous;
		session_note(r, &answer->err);
		r->next_ms = now.wall_ms;
		if (session_write(s, r, NULL, now))
			session_look_up(s, r, answer->owner_task_id, now);
	} else if (step.state == OUTBOX_ABANDONED) {
		session_canceled(s, r, step, now);
	} else if (step.state == OUTBOX_QUEUED || step.state == OUTBOX_UNCONFIRMED) {
		r->ambiguous = step.ambiguous;
		stay(s, r, ev, r->attempt, answer, now);
	} else {
		end(s, r, step, &answer->err, now);
	}
}

/* While we were suspended another process may have recovered the row, and settled it or
 * sent it again: then its word counts. A task that was made is proof at any time. */
static bool
moved_on(const struct outbox_row *r, const struct call *c, const struct api_event *answer)
{
	return r->state == OUTBOX_ACCEPTED ||
	       (r->attempt != c->attempt &&
		outbox_classify(answer, r->unique_id) != OUTBOX_EV_CREATED);
}

void
session_on_post(struct session *s, const struct call *c, const struct api_event *ev, struct now now)
{
	struct api_event answer = *ev;
	struct outbox_row r;
	struct err err = ERR_INIT;

	outbox_row_init(&r);
	if (store_outbox_get(s->store, c->seq, &r, &err))
		session_stop(s, c->seq, &err); /* it stays "sending" and is recovered later */
	else if (moved_on(&r, c, &answer))
		session_tell_now(s, c->seq);
	else
		take_post(s, &r, &answer, now);
	outbox_row_done(&r);
}

/* --- a look-up --- */

/* Why it waits although nothing was found. like: tasks without unique_id that look like it. */
static void
word_absent(const struct outbox_row *r, size_t like, struct err *err)
{
	err_set(err, ERR_UNCONFIRMED, "sent, but not found by its unique_id so far");
	if (like > 0)
		err_set(err, ERR_UNCONFIRMED,
			"sent and not found by its unique_id; %zu%s tasks without one look like it",
			like, like == WEAK_MANY ? " or more" : "");
	if (session_is_weak(r))
		err_hint(err, "not sent again by itself, for clear_unique_id_on_error"
			      " is set: look in the project, then send again or give up");
	else if (r->wish == WISH_CANCEL)
		err_hint(err, "not sent again, for it is to be canceled: that is done when it is"
			      " found; after an hour it counts as never made");
	else if (outbox_refuses(r->http))
		err_hint(err,
			 "the last try was refused (%ld), an earlier one is in doubt: after"
			 " an hour without it this counts as refused",
			 r->http);
	else
		err_hint(err, "it is looked up again, and sent again with the same id");
}

void
session_still_absent(struct session *s, struct outbox_row *r, size_t like, struct now now)
{
	struct api_event answer = { .retry_after_ms = -1 };

	word_absent(r, like, &answer.err);
	stay(s, r, OUTBOX_EV_ABSENT, r->looks + 1, &answer, now);
}

/* Another task had the unique_id, and now none has. Nothing is sent for that. */
static void
left_to_a_person(struct session *s, struct outbox_row *r, struct now now)
{
	struct err err;

	err_set(&err, ERR_CONFLICT, "no task has this unique_id now; %s had it", r->owner);
	err_hint(&err,
		 "look at that task; then give this up and submit a copy, if it is not yours");
	r->next_ms = 0;
	session_note(r, &err);
	session_outcome(s, r, NULL, &err, now);
}

/* Not there: no proof. The same bytes go again if outbox.c allows it. */
static void
absent(struct session *s, struct outbox_row *r, struct now now)
{
	struct api_event answer = { .retry_after_ms = -1 };
	struct outbox_step step;

	if (r->owner[0]) {
		left_to_a_person(s, r, now);
		return;
	}
	r->looks++;
	step = session_next_step(r, OUTBOX_EV_ABSENT, now);
	if (step.action == OUTBOX_POST && session_may_send(s, now)) {
		if (session_may_post(s))
			session_post(s, r, now);
		else /* many are: it is asked for once more when there is room */
			session_wait(s, r->seq, ROOM_MS, now);
		return;
	}
	if (step.state == OUTBOX_REJECTED) {
		err_set(&answer.err, ERR_API,
			"refused (%ld), and no task has been found for an earlier try in doubt",
			r->http);
		err_hint(&answer.err, "correct the draft and submit it again");
		end(s, r, step, &answer.err, now);
	} else if (step.state == OUTBOX_ABANDONED) {
		session_canceled(s, r, step, now);
	} else if (!session_is_weak(r)) {
		session_still_absent(s, r, 0, now);
	} else if (session_ask_weak(s, r, now)) {
		return; /* its answer decides */
	}
}

enum outbox_event
session_failure(const struct api_event *ev)
{
	if (ev->status == 0 && !ev->left)
		return ev->untrusted ? OUTBOX_EV_HOLD : OUTBOX_EV_NOT_SENT;
	if (ev->status == 429)
		return OUTBOX_EV_BUSY;
	if (ev->status == 401 || ev->status == 402 || ev->status == 403 ||
	    (ev->status >= 300 && ev->status < 400))
		return OUTBOX_EV_HOLD;
	return OUTBOX_EV_LOOKUP_FAILED;
}

/* As long again as it has been in doubt, as a number of doublings: what is tried for hours is
 * tried less and less often, whoever tried it before. */
static int
tries_since(int64_t sent_ms, struct now now)
{
	int n = 1;

	while (n < 20 &&
	       outbox_delay_ms(OUTBOX_EV_LOOKUP_FAILED, n, -1, 999) < now.wall_ms - sent_ms)
		n++;
	return n;
}

static void
look_failed(struct session *s, struct outbox_row *r, const struct api_event *ev, struct now now)
{
	session_pace(s, session_failure(ev), ev, now);
	if (r->owner[0]) /* what is known of it stands */
		session_tell_row(s, r, NULL, &ev->err);
	else
		stay(s, r, OUTBOX_EV_LOOKUP_FAILED, tries_since(r->sent_ms, now), ev, now);
}

/* The task that carries our unique_id, byte for byte: a service that ignores the filter
 * answers with strangers. */
static const struct task *
ours(const struct api_event *ev, const struct outbox_row *r)
{
	for (size_t i = 0; i < ev->reply.task_count; i++) {
		const struct task *t = &ev->reply.tasks[i];

		if (strcmp(t->unique_id, r->unique_id) == 0 && store_task_id_fits(t->task_id))
			return t;
	}
	return NULL;
}

static void
ask_owner(struct session *s, struct outbox_row *r, const char *owner, struct now now)
{
	struct call c = { .kind = CALL_OWNER, .seq = r->seq };
	struct err err;

	if (api_task_get(s->api, owner, now.mono_ms, &c.ticket, &err))
		absent(s, r, now);
	else
		session_add_call(s, &c);
}

bool
session_take_look(struct session *s, struct outbox_row *r, const struct call *c,
		  const struct api_event *ev, bool more, struct now now)
{
	const struct task *task = ev->err.code ? NULL : ours(ev, r);

	if (r->state != OUTBOX_UNCONFIRMED)
		return true; /* settled meanwhile */
	if (!task && more)
		return false;
	session_how(r, c->kind == CALL_OWNER ? EVIDENCE_OWNER : EVIDENCE_LOOK, ev);
	if (task)
		session_found(s, r, task, now);
	else if (ev->err.code && !(c->kind == CALL_OWNER && ev->status == 404))
		look_failed(s, r, ev, now);
	else if (c->kind == CALL_LOOK && c->owner[0])
		ask_owner(s, r, c->owner, now);
	else
		absent(s, r, now);
	return true;
}

static void
settle_one(struct session *s, int64_t seq, const struct task *task, struct now now)
{
	struct outbox_row r;
	struct err err;

	session_group_open(s);
	outbox_row_init(&r);
	if (store_outbox_get(s->store, seq, &r, &err) == ERR_OK && r.state == OUTBOX_UNCONFIRMED &&
	    !r.owner[0]) {
		r.how.what = EVIDENCE_LOOK; /* the refresh has seen it */
		session_found(s, &r, task, now);
	}
	outbox_row_done(&r);
}

void
session_settle(struct session *s, const struct task *tasks, size_t n, struct now now)
{
	struct err err;
	int64_t seq = 0, next_ms;

	/* If it cannot be read now, the row's own look-up comes. */
	if (store_outbox_due(s->store, s->target, &seq, &next_ms, &err) || seq == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		seq = 0;
		if (!tasks[i].unique_id[0] || !store_task_id_fits(tasks[i].task_id) ||
		    store_outbox_find(s->store, s->target, tasks[i].unique_id, &seq, &err))
			continue;
		if (seq && !session_row_busy(s, seq))
			settle_one(s, seq, &tasks[i], now);
	}
	session_group_close(s, now);
}
