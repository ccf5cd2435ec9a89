/* outbox.c - how a row moves: the table of outbox_next(). See outbox.h.
 *
 * Safety lies in two rules: only a row of which no POST is in doubt is refused for good, and a
 * row in doubt is POSTed again only when a look-up found nothing and the gate is open. All else
 * is pace and wording.
 * What an answer is, is in outbox_answer.c. Source: the protocol of docs/exactly-once.md. */
#include "config.h"

#include "core/outbox.h"

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

const char *
outbox_event_name(enum outbox_event ev)
{
	static const char *const names[OUTBOX_EVENT_COUNT] = {
		[OUTBOX_EV_START] = "start",
		[OUTBOX_EV_DUE] = "due",
		[OUTBOX_EV_CREATED] = "created",
		[OUTBOX_EV_NOT_SENT] = "not sent",
		[OUTBOX_EV_REFUSED] = "refused",
		[OUTBOX_EV_HOLD] = "hold",
		[OUTBOX_EV_BUSY] = "busy",
		[OUTBOX_EV_CONFLICT] = "conflict",
		[OUTBOX_EV_UNCLEAR] = "unclear",
		[OUTBOX_EV_FOUND] = "found",
		[OUTBOX_EV_STRANGER] = "stranger",
		[OUTBOX_EV_ABSENT] = "absent",
		[OUTBOX_EV_LOOKUP_FAILED] = "look-up failed",
		[OUTBOX_EV_RESEND] = "resend",
		[OUTBOX_EV_LINK] = "link",
		[OUTBOX_EV_EDIT] = "edit",
		[OUTBOX_EV_CANCEL] = "cancel",
		[OUTBOX_EV_ABANDON] = "abandon",
	};

	return names[ev];
}

/* --- transitions --- */

/* A state, and what else decides about it. */
enum mode {
	STAY, /* as a target: nothing changes. Not a mode of its own */
	QUEUED,
	SENDING,
	AGAIN, /* sending, an earlier POST is in doubt */
	OPEN,  /* unconfirmed, but each POST had a whole answer: 409 */
	DOUBT, /* unconfirmed */
	CLASH, /* unconfirmed, and another task has our unique_id */
	ACCEPTED,
	REJECTED,
	TAKEN, /* rejected, for another task has our unique_id */
	ABANDONED,
	LOST, /* abandoned, and it may exist */
	MODES
};

static const struct {
	enum outbox_state state;
	bool ambiguous;
} modes[MODES] = {
	[QUEUED] = { OUTBOX_QUEUED, false },     [SENDING] = { OUTBOX_SENDING, false },
	[AGAIN] = { OUTBOX_SENDING, true },      [OPEN] = { OUTBOX_UNCONFIRMED, false },
	[DOUBT] = { OUTBOX_UNCONFIRMED, true },  [CLASH] = { OUTBOX_UNCONFIRMED, true },
	[ACCEPTED] = { OUTBOX_ACCEPTED, false }, [REJECTED] = { OUTBOX_REJECTED, false },
	[TAKEN] = { OUTBOX_REJECTED, false },    [ABANDONED] = { OUTBOX_ABANDONED, false },
	[LOST] = { OUTBOX_ABANDONED, true },
};

/*
 * What is not here changes nothing and asks for nothing. The look-up that found nothing, a
 * resend, and what a wish to cancel changes are in special(). Answers that come while nothing
 * is on its way (of a process that was taken for dead) are in it, too.
 */
static const struct cell {
	enum mode to;
	enum outbox_action action;
} cells[MODES][OUTBOX_EVENT_COUNT] = {
	[QUEUED] = {
		[OUTBOX_EV_DUE] = { SENDING, OUTBOX_POST },
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_CONFLICT] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_UNCLEAR] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CANCEL] = { ABANDONED, OUTBOX_NOTHING },
		[OUTBOX_EV_ABANDON] = { ABANDONED, OUTBOX_NOTHING },
	},
	[SENDING] = {
		[OUTBOX_EV_START] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_NOT_SENT] = { QUEUED, OUTBOX_WAIT },
		[OUTBOX_EV_HOLD] = { QUEUED, OUTBOX_WAIT },
		[OUTBOX_EV_BUSY] = { QUEUED, OUTBOX_WAIT },
		[OUTBOX_EV_REFUSED] = { REJECTED, OUTBOX_NOTHING },
		[OUTBOX_EV_CONFLICT] = { OPEN, OUTBOX_LOOK_UP }, /* most likely it is ours */
		[OUTBOX_EV_UNCLEAR] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_ABANDON] = { LOST, OUTBOX_NOTHING },
	},
	[AGAIN] = {
		[OUTBOX_EV_START] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_NOT_SENT] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_HOLD] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_BUSY] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_REFUSED] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CONFLICT] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_UNCLEAR] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_ABANDON] = { LOST, OUTBOX_NOTHING },
	},
	[OPEN] = {
		[OUTBOX_EV_START] = { OPEN, OUTBOX_LOOK_UP },
		[OUTBOX_EV_DUE] = { OPEN, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_STRANGER] = { TAKEN, OUTBOX_NOTHING },
		[OUTBOX_EV_NOT_SENT] = { OPEN, OUTBOX_WAIT },
		[OUTBOX_EV_HOLD] = { OPEN, OUTBOX_WAIT },
		[OUTBOX_EV_BUSY] = { OPEN, OUTBOX_WAIT },
		[OUTBOX_EV_REFUSED] = { OPEN, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CONFLICT] = { OPEN, OUTBOX_LOOK_UP },
		[OUTBOX_EV_UNCLEAR] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_LOOKUP_FAILED] = { OPEN, OUTBOX_WAIT },
		[OUTBOX_EV_CANCEL] = { OPEN, OUTBOX_WAIT },
		[OUTBOX_EV_ABANDON] = { LOST, OUTBOX_NOTHING },
	},
	[DOUBT] = {
		[OUTBOX_EV_START] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_DUE] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_STRANGER] = { CLASH, OUTBOX_NOTHING },
		[OUTBOX_EV_NOT_SENT] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_HOLD] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_BUSY] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_REFUSED] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_CONFLICT] = { DOUBT, OUTBOX_LOOK_UP },
		[OUTBOX_EV_UNCLEAR] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_LOOKUP_FAILED] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_CANCEL] = { DOUBT, OUTBOX_WAIT },
		[OUTBOX_EV_ABANDON] = { LOST, OUTBOX_NOTHING },
	},
	[CLASH] = { /* until a person decides */
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_LINK] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_ABANDON] = { LOST, OUTBOX_NOTHING },
	},
	[REJECTED] = { [OUTBOX_EV_EDIT] = { QUEUED, OUTBOX_NOTHING } },
	[TAKEN] = {
		[OUTBOX_EV_EDIT] = { QUEUED, OUTBOX_NOTHING },
		[OUTBOX_EV_LINK] = { ACCEPTED, OUTBOX_NOTHING },
	},
	/* The call that was under way may still come back with the truth. */
	[ABANDONED] = {
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
	},
	[LOST] = {
		[OUTBOX_EV_CREATED] = { ACCEPTED, OUTBOX_NOTHING },
		[OUTBOX_EV_FOUND] = { ACCEPTED, OUTBOX_NOTHING },
	},
};

static enum mode
mode_of(const struct outbox_now *now)
{
	switch (now->state) {
	case OUTBOX_QUEUED: return now->ambiguous ? DOUBT : QUEUED;
	case OUTBOX_SENDING: return now->ambiguous ? AGAIN : SENDING;
	case OUTBOX_UNCONFIRMED: return now->owned ? CLASH : now->ambiguous ? DOUBT : OPEN;
	case OUTBOX_ACCEPTED: return ACCEPTED;
	case OUTBOX_REJECTED: return now->owned ? TAKEN : REJECTED;
	case OUTBOX_ABANDONED:
	case OUTBOX_STATE_COUNT: break;
	}
	return now->ambiguous ? LOST : ABANDONED;
}

/* A look-up found nothing. A slow first POST may still be at work: absence proves nothing. */
static struct cell
absent(const struct outbox_now *now, enum mode mode)
{
	bool long_ago = now->quiet_ms >= OUTBOX_GRACE_MS && now->looks >= OUTBOX_GRACE_LOOKS;

	if (now->weak)
		return (struct cell){ mode, OUTBOX_WAIT };
	if (now->refused && long_ago)
		return (struct cell){ REJECTED, OUTBOX_NOTHING };
	if (now->wish && long_ago)
		return (struct cell){ LOST, OUTBOX_NOTHING };
	if (now->refused || now->wish || now->quiet_ms < OUTBOX_GATE_MS)
		return (struct cell){ mode, OUTBOX_WAIT };
	return (struct cell){ AGAIN, OUTBOX_POST };
}

/* What depends on more than mode and event; false: the table has it. */
static bool
special(const struct outbox_now *now, enum mode mode, enum outbox_event ev, struct cell *out)
{
	bool open = mode == OPEN || mode == DOUBT;

	if (ev == OUTBOX_EV_ABSENT && open) {
		*out = absent(now, mode);
		return true;
	}
	if (ev == OUTBOX_EV_RESEND && open) {
		bool may = now->looks > 0 && now->quiet_ms >= OUTBOX_GATE_MS && !now->wish;

		*out = may ? (struct cell){ AGAIN, OUTBOX_POST } : (struct cell){ STAY, 0 };
		return true;
	}
	if (now->wish && ((mode == QUEUED && ev == OUTBOX_EV_DUE) ||
			  (mode == SENDING && cells[mode][ev].to == QUEUED))) {
		*out = (struct cell){ ABANDONED, OUTBOX_NOTHING }; /* nothing to cancel */
		return true;
	}
	return false;
}

struct outbox_step
outbox_next(const struct outbox_now *now, enum outbox_event ev)
{
	enum mode mode = mode_of(now);
	struct cell cell;
	struct outbox_step step;

	if (!special(now, mode, ev, &cell))
		cell = cells[mode][ev];
	step = (struct outbox_step){
		.state = cell.to == STAY ? now->state : modes[cell.to].state,
		.action = cell.action,
		.ambiguous = cell.to == STAY ? now->ambiguous : modes[cell.to].ambiguous,
	};
	if (cell.to == ACCEPTED) /* whether it was in doubt is remembered: it is verified later */
		step.ambiguous = now->ambiguous;
	return step;
}
