/* outbox_answer.c - what an answer to a POST is, and how long to wait after it: the table of
 * docs/exactly-once.md as data. See outbox.h. */
#include "config.h"

#include "core/outbox.h"

#include "core/json.h"

#include <string.h>

#define DELAY_MIN 1000    /* ms */
#define DELAY_MAX 3600000 /* 1 h, for what a Retry-After may ask */
#define BACK_OFF  2000    /* doubled each time ... */
#define BACK_MAX  900000  /* ... up to 15 min */

enum answer {
	CREATED,
	ODD,
	REDIRECT,
	REFUSED,
	HELD,
	IN_USE,
	BUSY,
	BROKEN,
	OTHER,
	CUT,
	SILENT,
	UNTRUSTED,
	NOT_SENT
};

const struct outbox_answer outbox_answers[OUTBOX_ANSWERS] = {
	[CREATED] = { "2xx, whole JSON object, string `task_id`, our `unique_id` if it names one",
		      OUTBOX_EV_CREATED,
		      OUTBOX_ACCEPTED,
		      OUTBOX_ACCEPTED,
		      { 0 },
		      "looked up once more after 5 min if it was in doubt" },
	[ODD] = { "2xx otherwise: empty, HTML, no id, an id of another type or another task's",
		  OUTBOX_EV_UNCLEAR,
		  OUTBOX_UNCONFIRMED,
		  OUTBOX_UNCONFIRMED,
		  { 5, 15, 45 },
		  "looked up" },
	[REDIRECT] = { "3xx",
		       OUTBOX_EV_HOLD,
		       OUTBOX_QUEUED,
		       OUTBOX_UNCONFIRMED,
		       { 0 },
		       "all rows held; never followed" },
	[REFUSED] = { "400 404 405 413 415 422",
		      OUTBOX_EV_REFUSED,
		      OUTBOX_REJECTED,
		      OUTBOX_UNCONFIRMED,
		      { 0 },
		      "the form, at the field; in doubt: looked up" },
	[HELD] = { "401 402 403",
		   OUTBOX_EV_HOLD,
		   OUTBOX_QUEUED,
		   OUTBOX_UNCONFIRMED,
		   { 0 },
		   "all rows held" },
	[IN_USE] = { "409",
		     OUTBOX_EV_CONFLICT,
		     OUTBOX_UNCONFIRMED,
		     OUTBOX_UNCONFIRMED,
		     { 2, 5, 15 },
		     "looked up at once, then the task it names; compared" },
	[BUSY] = { "429",
		   OUTBOX_EV_BUSY,
		   OUTBOX_QUEUED,
		   OUTBOX_UNCONFIRMED,
		   { 0 },
		   "all rows wait as long as Retry-After asks, 1 s to 1 h" },
	[BROKEN] = { "408 425 5xx",
		     OUTBOX_EV_UNCLEAR,
		     OUTBOX_UNCONFIRMED,
		     OUTBOX_UNCONFIRMED,
		     { 5, 15, 45 },
		     "looked up" },
	[OTHER] = { "any other code",
		    OUTBOX_EV_UNCLEAR,
		    OUTBOX_UNCONFIRMED,
		    OUTBOX_UNCONFIRMED,
		    { 5, 15, 45 },
		    "looked up" },
	[CUT] = { "any code, but the answer is not whole",
		  OUTBOX_EV_UNCLEAR,
		  OUTBOX_UNCONFIRMED,
		  OUTBOX_UNCONFIRMED,
		  { 5, 15, 45 },
		  "looked up" },
	[SILENT] = { "none: time-out, or the connection was lost after it stood",
		     OUTBOX_EV_UNCLEAR,
		     OUTBOX_UNCONFIRMED,
		     OUTBOX_UNCONFIRMED,
		     { 5, 15, 45 },
		     "looked up" },
	[UNTRUSTED] = { "none: TLS does not prove who answers",
			OUTBOX_EV_HOLD,
			OUTBOX_QUEUED,
			OUTBOX_UNCONFIRMED,
			{ 0 },
			"all rows held" },
	[NOT_SENT] = { "none: no connection (name not found, refused)",
		       OUTBOX_EV_NOT_SENT,
		       OUTBOX_QUEUED,
		       OUTBOX_UNCONFIRMED,
		       { 0 },
		       "again, later and later" },
};

/* A reply that was read whole: a task with an id, and no other unique_id than ours. */
static bool
is_ours(const struct api_event *ev, const char *unique_id)
{
	const struct task *t = ev->reply.task_count == 1 ? &ev->reply.tasks[0] : NULL;
	struct json_span top, id;
	struct err err;

	if (ev->err.code || ev->reply.kind != REPLY_TASK || !t || !t->task_id[0])
		return false;
	if (json_scan(t->json, strlen(t->json), &top, NULL, &err) == ERR_OK &&
	    json_member(&top, "unique_id", &id) && id.type != JSON_STRING && id.type != JSON_NULL)
		return false; /* 12 is not "12" */
	return !t->unique_id[0] || strcmp(t->unique_id, unique_id) == 0;
}

static enum answer
by_status(long status)
{
	switch (status) {
	case 400:
	case 404:
	case 405:
	case 413:
	case 415:
	case 422: return REFUSED;
	case 401:
	case 402:
	case 403: return HELD;
	case 408:
	case 425: return BROKEN;
	case 409: return IN_USE;
	case 429: return BUSY;
	default: break;
	}
	return status / 100 == 3 ? REDIRECT : status / 100 == 5 ? BROKEN : OTHER;
}

bool
outbox_refuses(long status)
{
	return by_status(status) == REFUSED;
}

static enum answer
answer(const struct api_event *ev, const char *unique_id)
{
	enum answer a;

	if (ev->status == 0)
		return ev->left ? SILENT : ev->untrusted ? UNTRUSTED : NOT_SENT;
	if (ev->status >= 200 && ev->status < 300)
		return is_ours(ev, unique_id) ? CREATED : ODD;
	a = by_status(ev->status);
	/* The answer did not come whole: its status alone is no definite no. */
	if (outbox_answers[a].event != OUTBOX_EV_UNCLEAR &&
	    (ev->err.code == ERR_UNCONFIRMED || ev->err.code == ERR_TOO_BIG ||
	     ev->err.code == ERR_INTERRUPTED || ev->err.code == ERR_TIMEOUT))
		return CUT;
	return a;
}

const struct outbox_answer *
outbox_answer(const struct api_event *ev, const char *unique_id)
{
	return &outbox_answers[answer(ev, unique_id)];
}

enum outbox_event
outbox_classify(const struct api_event *ev, const char *unique_id)
{
	return outbox_answer(ev, unique_id)->event;
}

/* --- pace --- */

static int64_t
clamp(int64_t ms, int64_t low, int64_t high)
{
	return ms < low ? low : ms > high ? high : ms;
}

/* The n-th wait of the table; 0: it has none. */
static int64_t
in_table(enum outbox_event ev, int n)
{
	const struct outbox_answer *a = &outbox_answers[ev == OUTBOX_EV_CONFLICT ? IN_USE : BROKEN];

	if (ev != OUTBOX_EV_CONFLICT && ev != OUTBOX_EV_UNCLEAR && ev != OUTBOX_EV_ABSENT &&
	    ev != OUTBOX_EV_START)
		return 0;
	return n <= (int)ARRAY_LEN(a->pace) ? a->pace[n - 1] * (int64_t)1000 : 0;
}

int64_t
outbox_delay_ms(enum outbox_event ev, int n, int64_t retry_after_ms, unsigned jitter)
{
	int64_t spread = (int64_t)(jitter % 1000), ms;

	if (retry_after_ms >= 0) /* never earlier than asked, and not all at once */
		return clamp(clamp(retry_after_ms, DELAY_MIN, DELAY_MAX) + spread, DELAY_MIN,
			     DELAY_MAX);
	n = n < 1 ? 1 : n;
	ms = in_table(ev, n);
	if (!ms) {
		for (ms = BACK_OFF; n > 1 && ms < BACK_MAX; n--)
			ms *= 2;
		ms = clamp(ms, BACK_OFF, BACK_MAX);
	}
	if (ev == OUTBOX_EV_NOT_SENT || ev == OUTBOX_EV_BUSY)
		return clamp(ms * spread / 999, DELAY_MIN, DELAY_MAX);
	return clamp(ms / 2 + ms / 2 * spread / 999, DELAY_MIN, DELAY_MAX);
}
