/* outbox.c - see outbox.h. Safety lies in two rules: only a row of which no POST
 * is in doubt is refused for good, and a row in doubt is POSTed again only when
 * a look-up found nothing and the gate is open. All else is pace and wording.
 * Source: the protocol of docs/exactly-once.md. */
#include "config.h"

#include "core/outbox.h"

#include <string.h>

#define DELAY_MIN 1000    /* ms */
#define DELAY_MAX 3600000 /* 1 h, for what a Retry-After may ask */
#define BACK_OFF  2000    /* doubled each time ... */
#define BACK_MAX  900000  /* ... up to 15 min */

const char *
outbox_state_name(enum outbox_state s)
{
	static const char *const names[OUTBOX_STATE_COUNT] = {
		[OUTBOX_QUEUED] = "queued",           [OUTBOX_SENDING] = "sending",
		[OUTBOX_UNCONFIRMED] = "unconfirmed", [OUTBOX_ACCEPTED] = "accepted",
		[OUTBOX_REJECTED] = "rejected",       [OUTBOX_ABANDONED] = "abandoned",
	};

	return names[s];
}

/* Nothing of the row changes. */
static struct outbox_step
stay(const struct outbox_now *now, enum outbox_action action)
{
	return (struct outbox_step){ now->state, action, now->ambiguous };
}

static struct outbox_step
doubt(enum outbox_action action)
{
	return (struct outbox_step){ OUTBOX_UNCONFIRMED, action, true };
}

/* Seen with our unique_id: that is proof, whatever was believed before. */
static struct outbox_step
accepted(const struct outbox_now *now)
{
	return (struct outbox_step){ OUTBOX_ACCEPTED, OUTBOX_NOTHING, now->ambiguous };
}

/* This POST made nothing; whether an earlier one did is another question. */
static struct outbox_step
not_made(const struct outbox_now *now)
{
	if (now->ambiguous)
		return doubt(OUTBOX_WAIT);
	return (struct outbox_step){ OUTBOX_QUEUED, OUTBOX_WAIT, false };
}

static struct outbox_step
from_queued(const struct outbox_now *now, enum outbox_event ev)
{
	switch (ev) {
	case OUTBOX_EV_DUE:
		if (now->ambiguous)
			return doubt(OUTBOX_LOOK_UP);
		return (struct outbox_step){ OUTBOX_SENDING, OUTBOX_POST, false };
	case OUTBOX_EV_CREATED:
	case OUTBOX_EV_FOUND: return accepted(now);
	case OUTBOX_EV_ABANDON:
		return (struct outbox_step){ OUTBOX_ABANDONED, OUTBOX_NOTHING, now->ambiguous };
	case OUTBOX_EV_CONFLICT:
	case OUTBOX_EV_UNCLEAR: return doubt(OUTBOX_LOOK_UP); /* an answer nobody waited for */
	case OUTBOX_EV_START:
	case OUTBOX_EV_NOT_SENT:
	case OUTBOX_EV_REFUSED:
	case OUTBOX_EV_HOLD:
	case OUTBOX_EV_BUSY:
	case OUTBOX_EV_ABSENT:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EVENT_COUNT: break;
	}
	return stay(now, OUTBOX_NOTHING);
}

static struct outbox_step
from_sending(const struct outbox_now *now, enum outbox_event ev)
{
	switch (ev) {
	case OUTBOX_EV_START: return doubt(OUTBOX_LOOK_UP);
	case OUTBOX_EV_CREATED:
	case OUTBOX_EV_FOUND: return accepted(now);
	case OUTBOX_EV_NOT_SENT:
	case OUTBOX_EV_HOLD:
	case OUTBOX_EV_BUSY: return not_made(now);
	case OUTBOX_EV_REFUSED:
		if (now->ambiguous)
			return doubt(OUTBOX_LOOK_UP);
		return (struct outbox_step){ OUTBOX_REJECTED, OUTBOX_NOTHING, false };
	case OUTBOX_EV_CONFLICT: return doubt(OUTBOX_LOOK_UP); /* most likely it is ours */
	case OUTBOX_EV_UNCLEAR: return doubt(OUTBOX_WAIT);
	case OUTBOX_EV_ABANDON:
		return (struct outbox_step){ OUTBOX_ABANDONED, OUTBOX_NOTHING, true };
	case OUTBOX_EV_DUE: /* one POST at a time */
	case OUTBOX_EV_ABSENT:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EVENT_COUNT: break;
	}
	return stay(now, OUTBOX_NOTHING);
}

static struct outbox_step
from_unconfirmed(const struct outbox_now *now, enum outbox_event ev)
{
	switch (ev) {
	case OUTBOX_EV_CREATED:
	case OUTBOX_EV_FOUND: return (struct outbox_step){ OUTBOX_ACCEPTED, OUTBOX_NOTHING, true };
	case OUTBOX_EV_ABSENT:
		/* A slow first POST may still be at work: absence proves nothing. */
		if (now->quiet_ms < OUTBOX_GATE_MS)
			return doubt(OUTBOX_WAIT);
		return (struct outbox_step){ OUTBOX_SENDING, OUTBOX_POST, true };
	case OUTBOX_EV_START:
	case OUTBOX_EV_DUE:
	case OUTBOX_EV_REFUSED:
	case OUTBOX_EV_CONFLICT: return doubt(OUTBOX_LOOK_UP);
	case OUTBOX_EV_ABANDON:
		return (struct outbox_step){ OUTBOX_ABANDONED, OUTBOX_NOTHING, true };
	case OUTBOX_EV_NOT_SENT:
	case OUTBOX_EV_HOLD:
	case OUTBOX_EV_BUSY:
	case OUTBOX_EV_UNCLEAR:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EVENT_COUNT: break;
	}
	return doubt(OUTBOX_WAIT);
}

struct outbox_step
outbox_next(const struct outbox_now *now, enum outbox_event ev)
{
	switch (now->state) {
	case OUTBOX_QUEUED: return from_queued(now, ev);
	case OUTBOX_SENDING: return from_sending(now, ev);
	case OUTBOX_UNCONFIRMED: return from_unconfirmed(now, ev);
	case OUTBOX_ABANDONED:
		/* The call that was under way may still come back with the truth. */
		if (ev == OUTBOX_EV_CREATED || ev == OUTBOX_EV_FOUND)
			return accepted(now);
		break;
	case OUTBOX_ACCEPTED:
	case OUTBOX_REJECTED:
	case OUTBOX_STATE_COUNT: break;
	}
	return stay(now, OUTBOX_NOTHING);
}

/* A reply that was read whole: a task with an id, and no other unique_id than ours. */
static bool
is_ours(const struct api_event *ev, const char *unique_id)
{
	const struct task *t = ev->reply.task_count == 1 ? &ev->reply.tasks[0] : NULL;

	return ev->reply.kind == REPLY_TASK && t && t->task_id[0] &&
	       (!t->unique_id[0] || strcmp(t->unique_id, unique_id) == 0);
}

enum outbox_event
outbox_classify(const struct api_event *ev, const char *unique_id)
{
	if (ev->status == 0 && ev->untrusted && !ev->left)
		return OUTBOX_EV_HOLD;
	if (ev->status == 0)
		return ev->left ? OUTBOX_EV_UNCLEAR : OUTBOX_EV_NOT_SENT;
	if (ev->status >= 200 && ev->status < 300)
		return ev->err.code == ERR_OK && is_ours(ev, unique_id) ? OUTBOX_EV_CREATED
									: OUTBOX_EV_UNCLEAR;
	/* The answer did not come whole: its status alone is no definite no. */
	if (ev->err.code == ERR_UNCONFIRMED || ev->err.code == ERR_TOO_BIG ||
	    ev->err.code == ERR_INTERRUPTED || ev->err.code == ERR_TIMEOUT)
		return OUTBOX_EV_UNCLEAR;
	if (ev->status >= 300 && ev->status < 400)
		return OUTBOX_EV_HOLD;
	switch (ev->status) {
	case 400:
	case 404:
	case 405:
	case 413:
	case 415:
	case 422: return OUTBOX_EV_REFUSED;
	case 401:
	case 402:
	case 403: return OUTBOX_EV_HOLD;
	case 409: return OUTBOX_EV_CONFLICT;
	case 429: return OUTBOX_EV_BUSY;
	default: return OUTBOX_EV_UNCLEAR;
	}
}

static int64_t
clamp(int64_t ms, int64_t low, int64_t high)
{
	return ms < low ? low : ms > high ? high : ms;
}

/* The first steps after an answer that says nothing, by their number; 0: no more of them. */
static int64_t
first_steps(enum outbox_event ev, int n)
{
	static const int64_t unclear[] = { 5000, 15000, 45000 }, conflict[] = { 2000, 5000, 15000 };

	if (n > (int)ARRAY_LEN(unclear))
		return 0;
	if (ev == OUTBOX_EV_CONFLICT)
		return conflict[n - 1];
	return ev == OUTBOX_EV_UNCLEAR || ev == OUTBOX_EV_ABSENT || ev == OUTBOX_EV_START
		       ? unclear[n - 1]
		       : 0;
}

static int64_t
back_off(int n)
{
	int64_t ms = BACK_OFF;

	for (int i = 1; i < n && ms < BACK_MAX; i++)
		ms *= 2;
	return clamp(ms, BACK_OFF, BACK_MAX);
}

int64_t
outbox_delay_ms(enum outbox_event ev, int n, int64_t retry_after_ms, unsigned jitter)
{
	int64_t spread = (int64_t)(jitter % 1000), ms;

	if (retry_after_ms >= 0) /* never earlier than asked, and not all at once */
		return clamp(clamp(retry_after_ms, DELAY_MIN, DELAY_MAX) + spread, DELAY_MIN,
			     DELAY_MAX);
	n = n < 1 ? 1 : n;
	ms = first_steps(ev, n);
	if (ms) /* time for the service to come to its end: never much less of it */
		return clamp(ms / 2 + ms / 2 * spread / 999, DELAY_MIN, DELAY_MAX);
	return clamp(back_off(n) * spread / 999, DELAY_MIN, DELAY_MAX);
}
