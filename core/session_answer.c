/* session_answer.c - what an answer means for a row of the outbox. See session_impl.h.
 *
 * Accepted is only what is proven: a 2xx creation answer read whole, or a task
 * found that carries our unique_id byte for byte. A 409 is neither yes nor no;
 * it is looked into, and then either ours or a conflict.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/json.h"

#include <stdio.h>
#include <string.h>

#define CLOCKS_MS 600000 /* how far the service's clock may be off from ours */
#define ROOM_MS   1000   /* until others that are on their way have made room */

/* A member of the row's payload: its flag "true"? */
static bool
payload_says(const struct outbox_row *r, const char *key)
{
	struct json_span top, value;
	struct err err;

	return json_scan(r->payload, r->payload_len, &top, NULL, &err) == ERR_OK &&
	       json_member(&top, key, &value) && value.type == JSON_BOOL && value.n == 4;
}

static bool
same_strings(const struct json_span *a, const struct json_span *b)
{
	struct json_iter ia = { 0 }, ib = { 0 };
	struct buf sa = BUF_INIT(DRAFT_VALUE_MAX * 8), sb = BUF_INIT(DRAFT_VALUE_MAX * 8);
	bool more_a, more_b, same = a->type == JSON_ARRAY && b->type == JSON_ARRAY;

	while (same) {
		more_a = json_each(a, &ia);
		more_b = json_each(b, &ib);
		if (!more_a || !more_b) {
			same = more_a == more_b;
			break;
		}
		buf_clear(&sa);
		buf_clear(&sb);
		if (ia.value.type == JSON_STRING)
			json_unescape(&sa, &ia.value);
		if (ib.value.type == JSON_STRING)
			json_unescape(&sb, &ib.value);
		same = ia.value.type == JSON_STRING && ib.value.type == JSON_STRING && !sa.full &&
		       !sb.full && strcmp(buf_str(&sa), buf_str(&sb)) == 0;
	}
	buf_free(&sa);
	buf_free(&sb);
	return same;
}

/* The attachments the service tells of a task; false if it tells none. Source: scale-api 5. */
static bool
told_attachments(const struct task *t, struct json_span *out)
{
	struct json_span top, params;
	struct err err;

	return json_scan(t->json, strlen(t->json), &top, NULL, &err) == ERR_OK &&
	       top.type == JSON_OBJECT && json_member(&top, "params", &params) &&
	       params.type == JSON_OBJECT && json_member(&params, "attachments", out) &&
	       out->type == JSON_ARRAY;
}

/* What the service told of a member is what the payload says; what it does not tell is. */
static bool
agrees(const struct json_span *payload, const char *key, const char *told)
{
	struct json_span value;
	struct buf text = BUF_INIT(DRAFT_VALUE_MAX * 8);
	bool same = true;

	if (told[0] && json_member(payload, key, &value) && value.type == JSON_STRING) {
		json_unescape(&text, &value);
		same = strcmp(buf_str(&text), told) == 0;
	}
	buf_free(&text);
	return same;
}

/*
 * May the task be what this row's POST made? For a row whose POSTs were all
 * answered a task with its id is proof of nothing: somebody may have chosen the
 * same id. What is told must be equal: type, project, batch, attachments. If no
 * attachments are told it must have been made since the row was queued.
 * (libcurl may send a POST twice on its own when a kept connection dies, and
 * the second gets the 409: then the task is ours.)
 */
static bool
matches(const struct outbox_row *r, const struct task *t)
{
	struct json_span payload, asked, told;
	struct err err;

	if (json_scan(r->payload, r->payload_len, &payload, NULL, &err) ||
	    payload.type != JSON_OBJECT || (t->type[0] && strcmp(t->type, "multistage") != 0) ||
	    !agrees(&payload, "batch", t->batch))
		return false;
	/* with a batch the batch's project is used. Source: scale-api 6 */
	if (!r->batch[0] && !agrees(&payload, "project", t->project))
		return false;
	if (!told_attachments(t, &told))
		return t->created_ms >= r->created_ms - CLOCKS_MS;
	return json_member(&payload, "attachments", &asked) && same_strings(&asked, &told);
}

/* --- outcomes --- */

static void
note(struct outbox_row *r, const struct err *err)
{
	const char *field = err && err->field ? err->field : "";
	const char *msg = err ? err->msg : "";

	task_set(&r->note, msg, strlen(msg));
	memset(r->field, 0, sizeof(r->field));
	memcpy(r->field, field, strnlen(field, sizeof(r->field) - 1));
	snprintf(r->hint, sizeof(r->hint), "%s", err ? err->hint : "");
}

/* What the next outcome is evidence of. */
static void
how(struct outbox_row *r, enum evidence_what what, const struct api_event *ev)
{
	r->how = (struct evidence){
		.what = what,
		.ms = ev->took_ms,
		.http = ev->status,
		.curl = ev->curl,
	};
	memcpy(r->how.request_id, ev->request_id, sizeof(r->how.request_id));
}

static void
accept(struct session *s, struct outbox_row *r, const struct task *task, struct now now)
{
	r->state = OUTBOX_ACCEPTED;
	r->next_ms = 0;
	task_set(&r->task_id, task->task_id, strlen(task->task_id));
	note(r, NULL);
	session_outcome(s, r, task, NULL, now);
}

/* The id belongs to another task: a definite no, and nothing was made by us. */
static void
conflict(struct session *s, struct outbox_row *r, const char *owner, struct now now)
{
	struct err err;

	err_set(&err, ERR_CONFLICT, "this unique_id is used by another task, %s", owner);
	err_hint(&err, "give the draft another unique_id and submit it again");
	err.field = fields[FIELD_UNIQUE_ID].name;
	r->state = OUTBOX_REJECTED;
	r->ambiguous = false;
	r->http = 409;
	r->next_ms = 0;
	note(r, &err);
	session_outcome(s, r, NULL, &err, now);
}

void
session_found(struct session *s, struct outbox_row *r, const struct task *task, struct now now)
{
	struct outbox_step step = session_next_step(r, OUTBOX_EV_FOUND, now);

	if (step.state != OUTBOX_ACCEPTED)
		return;
	if (r->state == OUTBOX_UNCONFIRMED && !r->ambiguous && !matches(r, task))
		conflict(s, r, task->task_id, now);
	else
		accept(s, r, task, now);
}

/* Stay open; come back after the delay that ev asks for. */
static void
stay(struct session *s, struct outbox_row *r, enum outbox_event ev, int n,
     const struct api_event *answer, struct now now)
{
	r->next_ms = now.wall_ms + session_delay(s, ev, n, answer->retry_after_ms);
	note(r, answer->err.code ? &answer->err : NULL);
	session_outcome(s, r, NULL, answer->err.code ? &answer->err : NULL, now);
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
	if (step.state == OUTBOX_ABANDONED)
		return; /* given up meanwhile, and it brings no task */
	r->http = answer->status;
	how(r, EVIDENCE_POST, answer);
	r->state = step.state;
	if (step.state == OUTBOX_ACCEPTED) {
		accept(s, r, &answer->reply.tasks[0], now);
	} else if (ev == OUTBOX_EV_CONFLICT) {
		/* A whole answer: by it alone the row is not ambiguous. Look before telling. */
		note(r, &answer->err);
		r->next_ms = now.wall_ms;
		if (session_write(s, r, NULL, now))
			session_look_up(s, r, answer->owner_task_id, now);
	} else if (step.state == OUTBOX_QUEUED || step.state == OUTBOX_UNCONFIRMED) {
		r->ambiguous = step.ambiguous;
		stay(s, r, ev, r->attempt, answer, now);
	} else {
		r->ambiguous = step.ambiguous;
		r->next_ms = 0;
		note(r, &answer->err);
		session_outcome(s, r, NULL, &answer->err, now);
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

/* Not there: no proof. The same bytes go again if outbox.c allows it. */
static void
absent(struct session *s, struct outbox_row *r, struct now now)
{
	/* When the task fails the service frees its id, and a second one could be made. */
	bool weak = payload_says(r, "clear_unique_id_on_error");
	struct api_event answer = { .retry_after_ms = -1 };

	bool again;

	r->looks++;
	again = session_next_step(r, OUTBOX_EV_ABSENT, now).action == OUTBOX_POST && !weak &&
		session_may_send(s, now);
	if (again && session_may_post(s)) {
		session_post(s, r, now);
		return;
	}
	if (again) { /* many are: it is asked for once more when there is room */
		session_wait(s, r->seq, ROOM_MS, now);
		return;
	}
	err_set(&answer.err, ERR_UNCONFIRMED, "sent, but not found by its unique_id so far");
	if (weak)
		err_hint(&answer.err, "not sent again by itself, for clear_unique_id_on_error"
				      " is set: look in the project, then send again or give up");
	else
		err_hint(&answer.err, "it is looked up again, and sent again with the same id");
	stay(s, r, OUTBOX_EV_ABSENT, r->looks + 1, &answer, now);
}

static enum outbox_event
failure(const struct api_event *ev)
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
	session_pace(s, failure(ev), ev, now);
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
	how(r, c->kind == CALL_OWNER ? EVIDENCE_OWNER : EVIDENCE_LOOK, ev);
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
	if (store_outbox_get(s->store, seq, &r, &err) == ERR_OK && r.state == OUTBOX_UNCONFIRMED) {
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
