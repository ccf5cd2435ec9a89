/* outbox.h - what happens to a task on its way out: (state, event) -> (state, action).
 *
 * Pure: no clock, disk or network. session.c carries the actions out and
 * store.c keeps the rows. The bytes and the unique_id of a row never change
 * once it is queued. Only OUTBOX_POST leads to a POST.
 */
#ifndef CORE_OUTBOX_H
#define CORE_OUTBOX_H

#include "core/api.h"
#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

enum outbox_state {
	OUTBOX_QUEUED,      /* committed here; not a byte has left */
	OUTBOX_SENDING,     /* claimed; a POST may be under way */
	OUTBOX_UNCONFIRMED, /* it left and no trusted answer came */
	OUTBOX_ACCEPTED,    /* task_id known and proven ours */
	OUTBOX_REJECTED,    /* a definite no, and nothing was created */
	OUTBOX_ABANDONED,   /* the person gave up on it; the row stays */
	OUTBOX_STATE_COUNT
};
const char *outbox_state_name(enum outbox_state s); /* as the store spells it */

enum outbox_event {
	OUTBOX_EV_START,    /* recovery at start: whoever was sending is gone */
	OUTBOX_EV_DUE,      /* its time has come, or the person asks for a look-up */
	OUTBOX_EV_CREATED,  /* 2xx, a whole JSON object, string task_id, id ours */
	OUTBOX_EV_NOT_SENT, /* failed before a connection stood */
	OUTBOX_EV_REFUSED,  /* definitive 4xx */
	OUTBOX_EV_HOLD,     /* 401 402 403, redirect, TLS: nothing wrong with the row */
	OUTBOX_EV_BUSY,     /* 429 */
	OUTBOX_EV_CONFLICT, /* 409 */
	OUTBOX_EV_UNCLEAR,  /* anything else after it left */
	OUTBOX_EV_FOUND,    /* look-up: a task with our unique_id, byte for byte */
	OUTBOX_EV_ABSENT,   /* look-up: none. Never proof */
	OUTBOX_EV_LOOKUP_FAILED,
	OUTBOX_EV_ABANDON,
	OUTBOX_EVENT_COUNT
};

enum outbox_action {
	OUTBOX_NOTHING, /* its next time stands as it is, or there is none */
	OUTBOX_POST,    /* claim the row, then send its bytes */
	OUTBOX_LOOK_UP, /* ask for its unique_id */
	OUTBOX_WAIT     /* OUTBOX_EV_DUE after outbox_delay_ms() */
};

struct outbox_step {
	enum outbox_state state;
	enum outbox_action action;
	bool ambiguous; /* a POST may have reached the service without a trusted answer */
};

/*
 * attempt: POSTs made so far. quiet_ms: since the last POST of this row;
 * a row that is ambiguous is looked up first and is POSTed again, with the
 * same bytes, only when a look-up found nothing and OUTBOX_GATE_MS have passed.
 */
#define OUTBOX_GATE_MS 60000
struct outbox_now {
	enum outbox_state state;
	bool ambiguous;
	int attempt;
	int64_t quiet_ms;
};
struct outbox_step outbox_next(const struct outbox_now *now, enum outbox_event ev);

/* Which event a finished create call is, by the answer table of docs/exactly-once.md.
 * unique_id: ours; a reply with another one is OUTBOX_EV_UNCLEAR. */
enum outbox_event outbox_classify(const struct api_event *ev, const char *unique_id);

/* Milliseconds until the next try after the n-th (from 1) look-up or POST ended in ev;
 * retry_after_ms wins if >= 0, and is never cut short. Clamped to 1 s .. 1 h. jitter: 0..999,
 * from random.h, spreads the fixed first steps over their second half and the doubling
 * back-off, 2 s to 15 min, over all of it. */
int64_t outbox_delay_ms(enum outbox_event ev, int n, int64_t retry_after_ms, unsigned jitter);

#endif
