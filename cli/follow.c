/* follow.c - see follow.h.
 *
 * Kept of each row are its seq and state, so 10^5 of them are little. The store is read
 * again only after another process has written, and the less often the longer it takes.
 */
#include "config.h"

#include "cli/follow.h"

#include "cli/follow_print.h"
#include "cli/out.h"

#include "core/clock.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS     500   /* between two looks at the store */
#define LOOK_SHARE  10    /* a look may take so much less than what lies between two */
#define LOCKED_MS   10000 /* so long another process may send before it is told who */
#define PROGRESS_MS 200

struct followed {
	int64_t seq;
	enum outbox_state state;
	bool printed;
};

enum follow_end { END_NONE, END_ALL, END_TIME, END_PERSON, END_HELD, END_ROW };

struct follow {
	struct run *run; /* borrowed */
	enum follow_form form;
	struct followed *rows; /* owned; by seq */
	size_t count, cap, open, accepted;
	bool sorted;
	struct outbox_row row; /* the one that is looked at */
	char *run_key;         /* owned; of the first */
	bool mixed;            /* others are of other runs */
	enum follow_end end;
	struct err why;    /* END_ROW, and of the one row that was refused */
	char told[256];    /* why they are not settled, as the person knows it */
	struct err locked; /* another process sends: who */
	bool told_locked;
	bool left;     /* a request with one of them has left this machine */
	bool answered; /* and somebody was there */
	int64_t version, look_at, progress_at, moved_ms;
	bool progress; /* a line of progress stands on the terminal */
};

struct follow *
follow_new(struct run *run, enum follow_form form)
{
	struct follow *f = mem_alloc(sizeof(*f));

	f->run = run;
	f->form = form;
	f->sorted = true;
	f->version = store_queue_version(run->store);
	outbox_row_init(&f->row);
	return f;
}

void
follow_free(struct follow *f)
{
	if (!f)
		return;
	free(f->rows);
	free(f->run_key);
	outbox_row_done(&f->row);
	free(f);
}

static bool
is_open(enum outbox_state state)
{
	return state == OUTBOX_QUEUED || state == OUTBOX_SENDING || state == OUTBOX_UNCONFIRMED;
}

/* A row in doubt whose unique_id another task holds waits for a person. */
static enum outbox_state
state_of(const struct outbox_row *r)
{
	return r->state == OUTBOX_UNCONFIRMED && r->owner[0] ? OUTBOX_STATE_COUNT : r->state;
}

void
follow_add(struct follow *f, const struct outbox_row *r)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		f->rows = mem_grow(f->rows, f->cap, sizeof(*f->rows));
	}
	f->sorted = f->sorted && (f->count == 0 || f->rows[f->count - 1].seq < r->seq);
	f->rows[f->count++] = (struct followed){ .seq = r->seq, .state = state_of(r) };
	f->open += is_open(state_of(r));
	f->accepted += r->state == OUTBOX_ACCEPTED;
	f->left = f->left || r->attempt > 0;
	if (!f->run_key)
		f->run_key = mem_strdup(r->run_key);
	f->mixed = f->mixed || strcmp(f->run_key, r->run_key) != 0;
}

bool
follow_doubt(const struct follow *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->rows[i].state == OUTBOX_SENDING || f->rows[i].state == OUTBOX_UNCONFIRMED)
			return true;
	return false;
}

static int
by_seq(const void *va, const void *vb)
{
	const struct followed *a = va, *b = vb;

	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static struct followed *
find(struct follow *f, int64_t seq)
{
	const struct followed key = { .seq = seq };

	return bsearch(&key, f->rows, f->count, sizeof(*f->rows), by_seq);
}

/* --- words --- */

static void
show_progress(struct follow *f, int64_t now)
{
	if (f->form == FOLLOW_ID || now < f->progress_at)
		return;
	f->progress_at = now + PROGRESS_MS;
	f->progress =
		out_progress("%zu of %zu accepted, %zu to go", f->accepted, f->count, f->open);
}

static void
end_progress(struct follow *f)
{
	if (f->progress)
		out_progress("%s", "");
	f->progress = false;
}

/* What stands in the way, each reason once in a row. */
static void
say_why(struct follow *f, enum task_status status, const struct err *err)
{
	if (f->run->stop_ms || strcmp(err->msg, f->told) == 0)
		return;
	memcpy(f->told, err->msg, sizeof(f->told));
	end_progress(f);
	if (status == TASK_UNCONFIRMED && err->code != ERR_BUSY)
		out_say("no answer that can be trusted: %s", err->msg);
	else
		out_say("it waits: %s", err->msg);
}

static void
say_refused(struct follow *f, const struct err *why)
{
	if (f->count == 1) {
		f->why = *why;
		return;
	}
	end_progress(f);
	out_say("record %ld was refused: %s%s%s", f->row.item, why->field ? why->field : "",
		why->field ? ": " : "", why->msg);
}

/* --- rows --- */

static void
print(struct follow *f, struct followed *at, const struct err *otherwise)
{
	struct err why = follow_reason(&f->row);

	if (why.code == ERR_OK && otherwise && f->form == FOLLOW_JSON)
		why = *otherwise;
	at->printed = true;
	if (f->form != FOLLOW_ID || f->row.state == OUTBOX_ACCEPTED)
		end_progress(f);
	follow_print_row(f->run, f->form, &f->row, &why);
}

/* Read the row again: has it come to its end? */
static enum err_code
look_at(struct follow *f, struct followed *at, struct err *err)
{
	struct err why;

	if (store_queue_row(f->run->store, at->seq, &f->row, err) != ERR_OK)
		return err->code;
	at->state = state_of(&f->row);
	f->left = f->left || f->row.attempt > 0;
	if (is_open(at->state))
		return ERR_OK;
	f->open--;
	f->accepted += at->state == OUTBOX_ACCEPTED;
	f->answered = true;
	f->moved_ms = clock_mono_ms();
	print(f, at, NULL);
	why = follow_reason(&f->row);
	if (at->state != OUTBOX_ACCEPTED)
		say_refused(f, &why);
	return ERR_OK;
}

/* Another process may have moved some. */
static enum err_code
look_at_all(struct follow *f, int64_t now, struct err *err)
{
	int64_t version;

	if (now < f->look_at)
		return ERR_OK;
	f->look_at = now + LOOK_MS;
	version = store_queue_version(f->run->store);
	if (version == f->version)
		return ERR_OK;
	f->version = version;
	for (size_t i = 0; i < f->count; i++)
		if (is_open(f->rows[i].state) && look_at(f, &f->rows[i], err) != ERR_OK)
			return err->code;
	f->look_at = clock_mono_ms() + LOOK_MS + LOOK_SHARE * (clock_mono_ms() - now);
	return ERR_OK;
}

/* It stays queued although it is its turn. */
static void
take_obstacle(struct follow *f, const struct session_event *ev)
{
	struct hold hold;

	if (ev->err.code == ERR_BUSY && session_pause_until(f->run->session) < 0) {
		f->locked = ev->err;
		return;
	}
	f->answered = f->answered || ev->status != TASK_QUEUED || ev->err.code != ERR_NET;
	if (ev->status == TASK_QUEUED && ev->err.code != ERR_BUSY &&
	    (f->count == 1 || !(f->answered || session_busy(f->run->session)))) {
		f->why = ev->err;
		f->end = END_ROW;
	} else if (!session_hold(f->run->session, &hold)) {
		say_why(f, ev->status, &ev->err);
	}
}

static enum err_code
take_event(struct follow *f, const struct session_event *ev, struct err *err)
{
	struct followed *at = ev->kind == SESSION_ROW ? find(f, ev->seq) : NULL;

	if (!at || !is_open(at->state))
		return ERR_OK;
	if (ev->accepted || ev->status == TASK_REJECTED || ev->err.code == ERR_CONFLICT)
		return look_at(f, at, err);
	f->left = f->left || ev->status == TASK_SENDING;
	at->state = ev->status == TASK_QUEUED    ? OUTBOX_QUEUED
		    : ev->status == TASK_SENDING ? OUTBOX_SENDING
						 : OUTBOX_UNCONFIRMED;
	if (ev->err.code == ERR_STORE) {
		f->why = ev->err;
		f->end = END_ROW;
	} else if (ev->err.code != ERR_OK) {
		take_obstacle(f, ev);
	}
	return ERR_OK;
}

static void
look_around(struct follow *f, int64_t now, int64_t end_ms)
{
	struct hold hold;

	show_progress(f, now);
	if (f->end != END_NONE)
		return;
	if (f->open == 0)
		f->end = END_ALL;
	else if (session_hold(f->run->session, &hold) && !session_busy(f->run->session))
		f->end = END_HELD;
	else if (now >= end_ms)
		f->end = END_TIME;
	else if (f->locked.code && !f->told_locked && now >= f->moved_ms + LOCKED_MS) {
		f->told_locked = true;
		say_why(f, TASK_QUEUED, &f->locked);
	}
}

static enum err_code
turn(struct follow *f, int64_t end_ms, struct err *err)
{
	int64_t slice = clock_mono_ms() + LOOK_MS;
	struct session_event ev;
	enum err_code code = run_event(f->run, slice < end_ms ? slice : end_ms, &ev, err);

	if (code == ERR_OK)
		return take_event(f, &ev, err);
	if (code == ERR_INTERRUPTED) {
		f->end = END_PERSON;
		return ERR_OK;
	}
	return code == ERR_TIMEOUT ? ERR_OK : code;
}

/* --- the end --- */

static enum err_code
held(struct follow *f, struct err *err)
{
	struct hold hold;
	enum err_code code = ERR_API;

	if (!session_hold(f->run->session, &hold))
		return err_set(err, ERR_UNCONFIRMED, "still queued");
	if (hold.what == HOLD_KEY || hold.what == HOLD_FORBIDDEN)
		code = ERR_AUTH;
	else if (hold.what == HOLD_TLS)
		code = ERR_NET;
	err_set(err, code, "%s", hold.note);
	return err_hint(err, "%s%sit stays queued here, and goes out when that is done", hold.hint,
			hold.hint[0] ? "; " : "");
}

/* What went wrong is told; that it is no end of the task, too. */
static enum err_code
stays_queued(struct err *err)
{
	const struct err told = *err;

	return err_hint(err, "it stays queued; \"multistage queue --wait\" goes on with it%s%s",
			told.hint[0] ? "; " : "", told.hint);
}

/* Time is up, or the person stopped it: what is true now, and how to go on. */
static enum err_code
not_settled(const struct follow *f, struct err *err)
{
	enum err_code code = f->end == END_PERSON ? ERR_INTERRUPTED : ERR_UNCONFIRMED;
	size_t doubt = 0;
	char many[64] = "";

	for (size_t i = 0; i < f->count; i++)
		doubt += f->rows[i].state == OUTBOX_SENDING ||
			 f->rows[i].state == OUTBOX_UNCONFIRMED;
	if (f->count > 1)
		snprintf(many, sizeof(many), " (%zu of %zu)", doubt ? doubt : f->open, f->count);
	if (doubt)
		err_set(err, code, "unconfirmed: it left, and no answer that can be trusted came%s",
			many);
	else if (f->left)
		err_set(err, code, "still queued: no task was made%s", many);
	else
		err_set(err, code, "still queued: nothing has left this machine%s", many);
	return err_hint(err, "\"multistage queue --wait\" goes on with it and never makes a second "
			     "task");
}

static enum err_code
settled(const struct follow *f, struct err *err)
{
	size_t refused = f->count - f->accepted;

	if (refused == 0 && f->count == 1)
		out_say("accepted: unique_id %s", f->row.unique_id);
	else if (refused == 0)
		out_say("all %zu accepted", f->count);
	if (refused == 0)
		return ERR_OK;
	if (f->count == 1) {
		*err = f->why;
		if (err->code == ERR_OK)
			err_set(err, ERR_API, "it was given up");
		return err->field ? err_wrap(err, "%s", err->field) : err->code;
	}
	err_set(err, f->accepted ? ERR_PARTLY : ERR_API, "%zu of %zu were refused", refused,
		f->count);
	return err_hint(err,
			"correct them and submit all again with --run %s: what was accepted is "
			"not made again",
			f->mixed ? "and the name of the run" : f->run_key);
}

static enum err_code
verdict(struct follow *f, struct err *err)
{
	switch (f->end) {
	case END_HELD: return held(f, err);
	case END_ROW:
		*err = f->why;
		if (err->code == ERR_STORE && f->left)
			return err_hint(
				err, "it may have been sent: when the database is well again, "
				     "\"multistage queue --wait\" looks for it by its unique_id");
		return stays_queued(err);
	case END_ALL: return settled(f, err);
	case END_NONE:
	case END_TIME:
	case END_PERSON: break;
	}
	return not_settled(f, err);
}

static enum err_code
print_rest(struct follow *f, const struct err *why, struct err *err)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->rows[i].printed || out_failed())
			continue;
		if (store_queue_row(f->run->store, f->rows[i].seq, &f->row, err) != ERR_OK)
			return err->code;
		print(f, &f->rows[i], why);
	}
	return ERR_OK;
}

void
follow_show(struct follow *f, const struct outbox_row *r, const struct err *why)
{
	struct err own = follow_reason(r);

	if (f->form == FOLLOW_ID && r->state != OUTBOX_ACCEPTED)
		out_data(TASK_LOCAL "%lld", (long long)r->seq);
	else
		follow_print_row(f->run, f->form, r,
				 own.code == ERR_OK && why && f->form == FOLLOW_JSON ? why : &own);
}

enum err_code
follow_wait(struct follow *f, long timeout_s, struct err *err)
{
	const struct err none = ERR_INIT;
	struct err printing = ERR_INIT;
	enum err_code code = ERR_OK;

	if (!f->sorted)
		qsort(f->rows, f->count, sizeof(*f->rows), by_seq);
	f->sorted = true;
	f->moved_ms = clock_mono_ms();
	while (code == ERR_OK && f->end == END_NONE) {
		int64_t now = clock_mono_ms();

		code = look_at_all(f, now, err);
		look_around(f, now, f->moved_ms + timeout_s * 1000);
		if (code == ERR_OK && f->end == END_NONE)
			code = turn(f, f->moved_ms + timeout_s * 1000, err);
	}
	end_progress(f);
	if (code == ERR_OK)
		code = verdict(f, err);
	/* Those that were given up on, as they stand in the store. */
	if (print_rest(f, code == ERR_OK ? &none : err, &printing) == ERR_OK || code != ERR_OK)
		return code;
	*err = printing;
	return err->code;
}
