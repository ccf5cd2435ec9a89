/* session_match.c - a task with a row's unique_id was seen: is it the row's? See session_impl.h. */
#include "config.h"

#include "core/session_impl.h"

#include "core/difference.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

#define CLOCKS_MS 600000 /* how far the service's clock may be off from ours */
#define VERIFY_MS 300000 /* a row that was in doubt is looked up once more so much later */

bool
session_is_weak(const struct outbox_row *r)
{
	struct json_span top, value;
	struct err err;

	return json_scan(r->payload, r->payload_len, &top, NULL, &err) == ERR_OK &&
	       json_member(&top, fields[FIELD_CLEAR_UNIQUE_ID_ON_ERROR].name, &value) &&
	       value.type == JSON_BOOL && value.n == 4; /* "true" */
}

/* The names of what differs: "project, attachments". */
static void
names(const struct difference *list, size_t n, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n && len + 1 < size; i++) {
		snprintf(out + len, size - len, "%s%s", i ? ", " : "", list[i].field);
		len = strlen(out);
	}
}

/*
 * A unique_id that was made here is ours wherever it is seen, unless the task is older than the
 * row, or its content another one: then somebody took the id over. One that the user chose
 * may be anybody's: the task is ours if what it tells is what we asked for. If that is not
 * told, it is ours if a POST of ours is in doubt, or if it was made since the row was queued.
 * (libcurl may send a POST twice on its own when a kept connection dies, and the second
 * gets the 409: then the task is ours, and no POST of ours seems in doubt.)
 */
static bool
is_ours(const struct outbox_row *r, const struct task *t, bool decided)
{
	bool since = t->created_ms >= r->created_ms - CLOCKS_MS;

	if (decided)
		return r->made_id && (since || r->ambiguous);
	return r->ambiguous || r->made_id || since || difference_is_told(t);
}

static void
accept(struct session *s, struct outbox_row *r, const struct task *task, const char *differs,
       struct now now)
{
	char words[256] = "";

	if (r->http == 409)
		snprintf(words, sizeof(words), "already there%s%s",
			 differs[0] ? "; the service tells another " : "", differs);
	else if (differs[0])
		snprintf(words, sizeof(words), "the service tells another %s", differs);
	session_accept(s, r, task, words, now);
}

/* Whether the row is refused for it, or left to a person, outbox.c says. */
static void
conflict(struct session *s, struct outbox_row *r, const struct task *task, const char *differs,
	 struct now now)
{
	struct outbox_step step = session_next_step(r, OUTBOX_EV_STRANGER, now);
	struct err err, other;
	size_t changed;

	err_set(&err, ERR_CONFLICT, "this unique_id is used by another task, %s%s%s", task->task_id,
		differs[0] ? "; it differs in " : "", differs);
	if (step.state == OUTBOX_REJECTED)
		err_hint(&err, "give the draft another unique_id and submit it again, or link it"
			       " with that task if it is the one you mean");
	else
		err_hint(&err, "an earlier try is in doubt, so look at that task: link it if it is"
			       " the one you mean, else give this up and submit a copy");
	err.field = fields[FIELD_UNIQUE_ID].name;
	/* Kept, so that the two can be compared; if it cannot be, the outcome cannot either. */
	if (store_tasks_put(s->store, s->target, task, 1, now.wall_ms, &changed, &other)) {
		session_stop(s, r->seq, &other);
		return;
	}
	r->state = step.state;
	r->ambiguous = step.ambiguous;
	r->next_ms = 0;
	snprintf(r->owner, sizeof(r->owner), "%s", task->task_id);
	session_note(r, &err);
	session_outcome(s, r, NULL, &err, now);
}

void
session_found(struct session *s, struct outbox_row *r, const struct task *task, struct now now)
{
	struct difference *list;
	char differs[128];
	size_t n;
	bool ours;

	if (session_next_step(r, OUTBOX_EV_FOUND, now).state != OUTBOX_ACCEPTED)
		return;
	differences(r->payload, r->payload_len, task, &list, &n);
	names(list, n, differs, sizeof(differs));
	ours = is_ours(r, task, differences_decide(list, n));
	differences_free(list, n);
	if (ours)
		accept(s, r, task, differs, now);
	else
		conflict(s, r, task, differs, now);
}

void
session_accept(struct session *s, struct outbox_row *r, const struct task *task, const char *words,
	       struct now now)
{
	r->state = OUTBOX_ACCEPTED;
	r->next_ms = 0;
	r->owner[0] = '\0';
	r->verify_ms = r->ambiguous ? now.wall_ms + VERIFY_MS : 0;
	task_set(&r->task_id, task->task_id, strlen(task->task_id));
	session_note(r, NULL);
	task_set(&r->note, words, strlen(words));
	session_outcome(s, r, task, NULL, now);
}

/* --- a row whose unique_id may have been given back --- */

bool
session_ask_weak(struct session *s, const struct outbox_row *r, struct now now)
{
	const struct api_list q = {
		.project = r->batch[0] ? NULL : r->project,
		.batch = r->batch[0] ? r->batch : NULL,
		.created_after_ms = r->created_ms - CLOCKS_MS,
	};
	struct call c = { .kind = CALL_WEAK, .seq = r->seq };
	struct api_event ev = { .retry_after_ms = -1 };

	if (api_task_list(s->api, &q, now.mono_ms, &c.ticket, &ev.err) == ERR_OK) {
		session_add_call(s, &c);
		return true;
	}
	session_on_weak(s, &c, &ev, now);
	return false;
}

/* One that lost its id and is, by all that it tells, what was asked for; and no other row's. */
static bool
is_like(struct session *s, const struct outbox_row *r, const struct task *t)
{
	struct difference *list;
	struct err err;
	int64_t seq = 0;
	size_t n;

	if (t->unique_id[0] || !store_task_id_fits(t->task_id) || !difference_is_told(t) ||
	    t->created_ms < r->created_ms - CLOCKS_MS ||
	    store_outbox_of_task(s->store, s->target, t->task_id, &seq, &err) || seq)
		return false;
	differences(r->payload, r->payload_len, t, &list, &n);
	differences_free(list, n);
	return n == 0;
}

static void
take_weak(struct session *s, struct outbox_row *r, const struct api_event *ev, struct now now)
{
	const struct task *one = NULL;
	size_t like = 0;

	session_how(r, EVIDENCE_LOOK, ev);
	r->looks++;
	for (size_t i = 0; !ev->err.code && i < ev->reply.task_count; i++)
		if (is_like(s, r, &ev->reply.tasks[i])) {
			one = &ev->reply.tasks[i];
			like++;
		}
	if (ev->err.code == ERR_OK && ev->reply.has_more)
		like = WEAK_MANY; /* it cannot be told from some of them alone */
	if (like == 1)
		session_accept(s, r, one, "found by its content: its unique_id was given back",
			       now);
	else
		session_still_absent(s, r, like, now);
}

void
session_on_weak(struct session *s, const struct call *c, const struct api_event *ev, struct now now)
{
	struct outbox_row r;
	struct err err = ERR_INIT;

	if (ev->err.code)
		session_pace(s, session_failure(ev), ev, now);
	outbox_row_init(&r);
	if (store_outbox_get(s->store, c->seq, &r, &err))
		session_stop(s, c->seq, &err);
	else if (r.state == OUTBOX_UNCONFIRMED && !r.owner[0])
		take_weak(s, &r, ev, now);
	outbox_row_done(&r);
}
