/* cmd_queue.c - "multistage queue": what has not come to an end, and why. With --wait it is
 * worked off. */
#include "config.h"

#include "cli/command.h"
#include "cli/follow.h"
#include "cli/out.h"
#include "cli/run.h"
#include "cli/table.h"

#include "core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_SECONDS 90
#define WAIT_MAX     86400
#define DRAIN_MS     10000
#define PAGE         256 /* rows read at once */
#define JSON_MAX     (1u << 20)

struct queue {
	struct run run;
	int64_t target;
	bool json;
	struct hold hold;
	int64_t paused_ms; /* wall; 0 = no pause */
	struct err sender; /* ERR_BUSY: who sends */
	size_t count;
	long elsewhere;
	struct follow *follow; /* NULL: the rows are listed */
};

/* On a terminal; what is told last takes what is left. */
static const struct table_column columns[] = {
	/* clang-format off */
	{ "ID", 11 }, { "STATE", 11 }, { "UNIQUE_ID", 29 }, { "QUEUED", 6 }, { "SENT", 4 },
	{ "PROJECT", 20 }, { "RUN", 24 }, { "WHY", 40 },
	/* clang-format on */
};

/* --- what stands in the way of all --- */

static enum err_code
look(struct queue *q, struct err *err)
{
	int64_t until = 0, now = clock_wall_ms();
	int fails;

	if (store_hold_get(q->run.store, q->target, &q->hold, err) != ERR_OK ||
	    store_pace_get(q->run.store, q->target, &until, &fails, err) != ERR_OK ||
	    store_queue_elsewhere(q->run.store, q->target, &q->elsewhere, err) != ERR_OK)
		return err->code;
	q->paused_ms = until > now ? until : 0;
	if (session_sender(q->run.session, &q->sender) != ERR_OK && q->sender.code != ERR_BUSY) {
		*err = q->sender;
		return err->code;
	}
	return ERR_OK;
}

static void
say_hold(const struct hold *h)
{
	char when[40];

	if (h->what == HOLD_NONE)
		return;
	clock_local(h->since_ms, when, sizeof(when));
	out_say("held since %s: %s", when, h->note);
	out_say("%s%swhen that is done, \"multistage queue --wait\" goes on", h->hint,
		h->hint[0] ? "; " : "");
}

static void
say_ways(const struct queue *q)
{
	char when[40];

	if (q->count == 0)
		out_say("nothing is queued");
	say_hold(&q->hold);
	clock_time(q->paused_ms, when, sizeof(when));
	if (q->paused_ms)
		out_say("paused until %s: the service asked to wait, or nobody answers", when);
	if (q->sender.code == ERR_BUSY)
		out_say("%s", q->sender.msg);
	if (q->elsewhere > 0)
		out_say("%ld more wait for another address or key; --profile or --url shows them",
			q->elsewhere);
}

/* --- rows --- */

/* One that waits for a person is told apart from one that waits its turn. */
static const char *
state_of(const struct queue *q, const struct outbox_row *r)
{
	if (r->state == OUTBOX_QUEUED && q->hold.what != HOLD_NONE)
		return "held";
	return outbox_state_name(r->state);
}

static void
print_words(const struct queue *q, const struct outbox_row *r)
{
	char id[TASK_LOCAL_SIZE], queued[40], sent[16];
	const char *why = r->note[0] || r->state != OUTBOX_QUEUED ? r->note : q->hold.note;

	task_local_key(r->seq, id, sizeof(id));
	if (out_is_terminal())
		clock_age(clock_wall_ms() - r->created_ms, queued, sizeof(queued));
	else
		clock_iso(r->created_ms, queued, sizeof(queued));
	snprintf(sent, sizeof(sent), "%d", r->attempt);
	table_row(columns, ARRAY_LEN(columns),
		  (const char *const[]){ id, state_of(q, r), r->unique_id, queued, sent, r->project,
					 r->run_key, why });
}

static void
add_time(struct buf *object, const char *name, int64_t ms)
{
	char iso[CLOCK_ISO_SIZE];

	if (ms <= 0)
		return;
	clock_iso(ms, iso, sizeof(iso));
	out_member(object, name, iso);
}

static void
add_hold(struct buf *object, const struct hold *h)
{
	struct buf held = BUF_INIT(JSON_MAX);

	if (h->what == HOLD_NONE)
		return;
	buf_adds(&held, "{");
	out_member(&held, "what", hold_name(h->what));
	add_time(&held, "since", h->since_ms);
	out_member(&held, "why", h->note);
	out_member(&held, "hint", h->hint);
	buf_adds(&held, "}");
	out_member_raw(object, "hold", buf_str(&held), held.len);
	buf_free(&held);
}

static void
print_json(const struct queue *q, const struct outbox_row *r)
{
	struct buf o = BUF_INIT(4 * JSON_MAX);
	char local[TASK_LOCAL_SIZE];

	task_local_key(r->seq, local, sizeof(local));
	buf_adds(&o, "{");
	out_member(&o, "local_id", local);
	out_member(&o, "state", state_of(q, r));
	out_member(&o, "unique_id", r->unique_id);
	out_member(&o, "project", r->project);
	out_member(&o, "batch", r->batch);
	out_member(&o, "run", r->run_key);
	out_member_number(&o, "record", r->item);
	out_member_number(&o, "posts", r->attempt);
	add_time(&o, "queued_at", r->created_ms);
	add_time(&o, "sent_at", r->sent_ms);
	add_time(&o, "next_at", r->next_ms);
	if (r->http)
		out_member_number(&o, "http", r->http);
	if (r->note[0])
		out_member(&o, "why", r->note);
	add_hold(&o, &q->hold);
	add_time(&o, "paused_until", q->paused_ms);
	if (q->sender.code == ERR_BUSY)
		out_member(&o, "sender", q->sender.msg);
	buf_adds(&o, "}");
	out_json(buf_str(&o), o.len);
	buf_free(&o);
}

static void
take(struct queue *q, const struct outbox_row *r)
{
	q->count++;
	if (q->follow)
		follow_add(q->follow, r);
	else if (q->json)
		print_json(q, r);
	else
		print_words(q, r);
}

static enum err_code
each_row(struct queue *q, struct err *err)
{
	struct outbox_row rows[PAGE];
	enum err_code code;
	int64_t after = 0;
	size_t n = 0;

	for (size_t i = 0; i < PAGE; i++)
		outbox_row_init(&rows[i]);
	do {
		code = store_queue_open(q->run.store, q->target, after, rows, PAGE, &n, err);
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			take(q, &rows[i]);
		after = code == ERR_OK && n > 0 ? rows[n - 1].seq : after;
	} while (code == ERR_OK && n > 0 && !out_failed());
	for (size_t i = 0; i < PAGE; i++)
		outbox_row_done(&rows[i]);
	return code;
}

/* --- */

static enum err_code
list(struct queue *q, struct err *err)
{
	if (look(q, err) != ERR_OK)
		return err->code;
	if (!q->json)
		table_head(columns, ARRAY_LEN(columns));
	if (each_row(q, err) != ERR_OK)
		return err->code;
	say_ways(q);
	return ERR_OK;
}

static enum err_code
work_off(struct queue *q, long timeout_s, struct err *err)
{
	struct session *s = q->run.session;
	enum err_code code;

	q->follow = follow_new(&q->run, q->json ? FOLLOW_JSON : FOLLOW_LINES);
	if (each_row(q, err) != ERR_OK)
		return err->code;
	if (q->count == 0) {
		out_say("nothing is queued");
		return ERR_OK;
	}
	/* Twice, for a person acts: what was held is tried once more. */
	if (session_start(s, run_now(), err) != ERR_OK ||
	    session_start(s, run_now(), err) != ERR_OK ||
	    session_hasten(s, run_now(), err) != ERR_OK)
		return err->code;
	code = follow_wait(q->follow, timeout_s, err);
	/* The wait was what was asked for. */
	if (code == ERR_UNCONFIRMED && !follow_doubt(q->follow))
		code = err->code = ERR_TIMEOUT;
	return code;
}

enum err_code
cmd_queue(const struct cli *cli, struct err *err)
{
	struct queue q = { .json = cli_has(cli, "json"), .sender = ERR_INIT };
	long timeout_s = WAIT_SECONDS;
	enum err_code code;

	if (cli_number(cli, "timeout", 0, WAIT_MAX, &timeout_s, err) != ERR_OK ||
	    run_open_session(&q.run, cli, err) != ERR_OK)
		return err->code;
	q.target = session_target(q.run.session);
	if (cli_has(cli, "wait")) {
		code = work_off(&q, timeout_s, err);
		run_drain(&q.run, clock_mono_ms() + DRAIN_MS);
	} else {
		code = list(&q, err);
	}
	follow_free(q.follow);
	run_close(&q.run);
	return code;
}
