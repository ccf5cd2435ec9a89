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
	OUTBOX_EV_DUE,      /* its time has come */
	OUTBOX_EV_CREATED,  /* 2xx, a whole JSON object, string task_id, id ours */
	OUTBOX_EV_NOT_SENT, /* failed before a connection stood */
	OUTBOX_EV_REFUSED,  /* definitive 4xx */
	OUTBOX_EV_HOLD,     /* 401 402 403, redirect, TLS: nothing wrong with the row */
	OUTBOX_EV_BUSY,     /* 429 */
	OUTBOX_EV_CONFLICT, /* 409 */
	OUTBOX_EV_UNCLEAR,  /* anything else after it left */
	OUTBOX_EV_FOUND,    /* look-up: our task, with our unique_id byte for byte */
	OUTBOX_EV_STRANGER, /* look-up: a task with our unique_id that is another one */
	OUTBOX_EV_ABSENT,   /* look-up: none. Never proof */
	OUTBOX_EV_LOOKUP_FAILED,
	OUTBOX_EV_RESEND,  /* a person: send the same bytes again */
	OUTBOX_EV_LINK,    /* a person: the stranger is meant */
	OUTBOX_EV_EDIT,    /* a person: submit it again, corrected */
	OUTBOX_EV_CANCEL,  /* a person: it must not be, or must not stay */
	OUTBOX_EV_ABANDON, /* a person: never mind */
	OUTBOX_EVENT_COUNT
};
const char *outbox_event_name(enum outbox_event ev); /* for tests and traces */

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
 * A row in doubt is looked up first, and POSTed again, with the same bytes, only when a look-up
 * found nothing and OUTBOX_GATE_MS have passed since the last POST. One whose last POST was
 * refused, or that is to be canceled, is not POSTed again: after OUTBOX_GRACE_LOOKS look-ups
 * without result and OUTBOX_GRACE_MS it is taken as never made.
 */
#define OUTBOX_GATE_MS     60000
#define OUTBOX_GRACE_MS    3600000
#define OUTBOX_GRACE_LOOKS 12
struct outbox_now {
	enum outbox_state state;
	bool ambiguous;
	bool owned;       /* another task has our unique_id */
	bool refused;     /* the last POST was answered with a definite no */
	bool weak;        /* its unique_id may be given back: absence says nothing at all */
	bool wish;        /* cancel it */
	int looks;        /* look-ups that found nothing since the last POST */
	int64_t quiet_ms; /* since the last POST */
};
struct outbox_step outbox_next(const struct outbox_now *now, enum outbox_event ev);

/* The answers there are to a POST: the table of docs/exactly-once.md, which a test holds
 * to be this one. */
struct outbox_answer {
	const char *what; /* as the document has it; its numbers are the HTTP codes meant */
	enum outbox_event event;
	enum outbox_state first; /* what the row becomes if nothing was in doubt before */
	enum outbox_state again; /* and if an earlier POST was */
	int pace[3];             /* s until its first look-ups; 0: back-off */
	const char *then;        /* what happens next, in words */
};
#define OUTBOX_ANSWERS 13
extern const struct outbox_answer outbox_answers[OUTBOX_ANSWERS];

/* Which answer a finished create call is. unique_id: ours; a reply with another one, or with
 * one that is no string, is none of ours. */
const struct outbox_answer *outbox_answer(const struct api_event *ev, const char *unique_id);
/* Its event alone. */
enum outbox_event outbox_classify(const struct api_event *ev, const char *unique_id);
/* The same for an HTTP code alone: is it a definite no? */
bool outbox_refuses(long status);

/* Milliseconds until the next try after the n-th (from 1) look-up or POST ended in ev.
 * retry_after_ms wins if >= 0. Clamped to 1 s .. 1 h. jitter: 0..999, from random.h: spreads the
 * wait over all of it for the whole queue (nobody there, or busy), where many may come back at
 * once; over its second half for look-ups, which are to become fewer with time. */
int64_t outbox_delay_ms(enum outbox_event ev, int n, int64_t retry_after_ms, unsigned jitter);

#endif
