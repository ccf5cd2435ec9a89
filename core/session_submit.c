/* session_submit.c - a draft becomes a row of the outbox; what a person does to a row.
 * See session.h. */
#include "config.h"

#include "core/session_impl.h"

#include "core/check.h"
#include "core/payload.h"
#include "core/random.h"
#include "core/row.h"

#include <string.h>

static enum err_code
rule(struct err *err, enum field_id f, const char *msg, const char *hint)
{
	err_set(err, ERR_RULE, "%s", msg);
	err->field = fields[f].name;
	return err_hint(err, "%s", hint);
}

/* With a batch alone its project is used. Source: scale-api 6. */
enum err_code
session_name_project(struct session *s, struct outbox_row *r, struct err *err)
{
	struct batch_info batch;

	if (r->project[0] || !r->batch[0])
		return ERR_OK;
	if (store_batch_info(s->store, s->target, r->batch, &batch, err))
		return err->code;
	task_set(&r->project, batch.project, strlen(batch.project));
	return ERR_OK;
}

/* The exact bytes that will leave, and what the board shows of them. */
static enum err_code
encode(struct session *s, const struct draft *d, struct outbox_row *r, struct err *err)
{
	struct payload *p = payload_new();
	enum err_code code = row_of_draft(p, d, r, err);

	payload_free(p);
	return code ? code : session_name_project(s, r, err);
}

static enum err_code
fill(struct session *s, const struct draft *d, const struct session_intent *intent, struct now now,
     struct outbox_row *r, struct err *err)
{
	const char *run_key = intent->run_key ? intent->run_key : draft_id(d);

	if (check_draft(d, err))
		return err->code;
	if (!draft_is_set(d, FIELD_UNIQUE_ID))
		return rule(err, FIELD_UNIQUE_ID, "without a unique_id it could be made twice",
			    "give it one; the form makes one with a key");
	if (encode(s, d, r, err))
		return err->code;
	task_set(&r->run_key, run_key, strlen(run_key));
	r->item = intent->run_key ? intent->item : 0;
	r->target = s->target;
	r->made_id = random_id_is(r->unique_id);
	r->created_ms = now.wall_ms;
	r->next_ms = now.wall_ms;
	return ERR_OK;
}

/* Somebody else may send it too: follow what becomes of it. */
static void
follow_known(struct session *s, int64_t seq, const char **state, struct err *err)
{
	struct outbox_row r;

	outbox_row_init(&r);
	*state = "";
	if (store_outbox_get(s->store, seq, &r, err) == ERR_OK) {
		*state = outbox_state_name(r.state);
		session_follow(s, seq, r.state);
	}
	outbox_row_done(&r);
}

enum err_code
session_submit_as(struct session *s, const struct draft *d, const struct session_intent *intent,
		  struct now now, int64_t *seq, struct err *err)
{
	struct outbox_row r;
	bool existed = false;
	enum err_code code;

	if (session_need_key(s, err))
		return err->code;
	outbox_row_init(&r);
	code = fill(s, d, intent, now, &r, err);
	if (!code)
		code = store_outbox_add(s->store, &r, draft_id(d), &existed, err);
	if (!code)
		*seq = r.seq;
	if (!code && existed) {
		const char *state;

		follow_known(s, r.seq, &state, err);
		session_act(s);
		session_pump(s, now); /* sets when to look at it next */
		code = err_set(err, ERR_ALREADY, "this was submitted before (local-%lld, %s)",
			       (long long)r.seq, state);
		err_hint(err, "copy the draft to make another task");
	} else if (!code) {
		session_tell_row(s, &r, NULL, NULL);
		session_act(s); /* a person acts: try again */
		session_pump(s, now);
	}
	outbox_row_done(&r);
	return code;
}

enum err_code
session_submit(struct session *s, const struct draft *d, struct now now, int64_t *seq,
	       struct err *err)
{
	const struct session_intent intent = { .run_key = NULL };

	return session_submit_as(s, d, &intent, now, seq, err);
}

/* --- by hand --- */

enum err_code
session_take_row(struct session *s, int64_t seq, struct outbox_row *r, struct err *err)
{
	if (session_need_key(s, err) || store_outbox_get(s->store, seq, r, err))
		return err->code;
	if (r->target != s->target) {
		err_set(err, ERR_RULE, TASK_LOCAL "%lld belongs to another account or address",
			(long long)seq);
		return err_hint(err, "start with the key and the profile it was submitted with");
	}
	if (session_row_busy(s, seq))
		return err_set(err, ERR_BUSY, TASK_LOCAL "%lld is on its way right now",
			       (long long)seq);
	return session_lock(s, err);
}

enum err_code
session_look(struct session *s, int64_t seq, struct now now, struct err *err)
{
	struct outbox_row r;
	enum err_code code;

	outbox_row_init(&r);
	code = session_take_row(s, seq, &r, err);
	if (code == ERR_BUSY && session_row_busy(s, seq)) {
		code = ERR_OK; /* its answer is coming anyway */
	} else if (!code && r.state != OUTBOX_UNCONFIRMED) {
		code = err_set(err, ERR_RULE, TASK_LOCAL "%lld is %s; there is nothing in doubt",
			       (long long)seq, outbox_state_name(r.state));
	} else if (!code) {
		session_act(s);
		session_look_up(s, &r, "", now);
	}
	outbox_row_done(&r);
	session_pump(s, now);
	return code;
}

enum err_code
session_resend(struct session *s, int64_t seq, struct now now, struct err *err)
{
	struct outbox_row r;
	enum err_code code;

	outbox_row_init(&r);
	code = session_take_row(s, seq, &r, err);
	if (!code && (r.state != OUTBOX_UNCONFIRMED || r.looks == 0)) {
		err_set(err, ERR_RULE, "no look-up has found it absent yet");
		code = err_hint(err, "look it up first");
	} else if (!code && r.owner[0]) {
		err_set(err, ERR_RULE, "its unique_id is another task's, %s", r.owner);
		code = err_hint(err, "link it with that task, or give it up and submit a copy");
	} else if (!code && r.wish == WISH_CANCEL) {
		err_set(err, ERR_RULE, "it is to be canceled");
		code = err_hint(err, "submit a copy to make another task");
	} else if (!code && session_next_step(&r, OUTBOX_EV_RESEND, now).action != OUTBOX_POST) {
		err_set(err, ERR_RULE, "the first request may still be at work");
		code = err_hint(err, "wait until a minute has passed since it left");
	} else if (!code) {
		session_act(s);
		session_post(s, &r, now);
	}
	outbox_row_done(&r);
	session_pump(s, now);
	return code;
}

enum err_code
session_abandon(struct session *s, int64_t seq, struct now now, struct err *err)
{
	struct outbox_row r;
	struct outbox_step step;
	enum err_code code;

	outbox_row_init(&r);
	code = session_take_row(s, seq, &r, err);
	if (!code) {
		step = session_next_step(&r, OUTBOX_EV_ABANDON, now);
		if (step.state != OUTBOX_ABANDONED)
			code = err_set(err, ERR_RULE,
				       TASK_LOCAL "%lld is %s; there is nothing to give up",
				       (long long)seq, outbox_state_name(r.state));
	}
	if (!code) {
		r.state = step.state;
		r.ambiguous = step.ambiguous;
		r.next_ms = 0;
		task_set(&r.note, "given up", 8);
		r.hint[0] = '\0';
		r.how = (struct evidence){ .what = EVIDENCE_HAND };
		code = store_outbox_outcome(s->store, &r, NULL, now.wall_ms, err);
	}
	if (!code) {
		session_unfollow(s, seq);
		session_emit(s, SESSION_TASKS)->count = 1;
	}
	outbox_row_done(&r);
	session_pump(s, now);
	return code;
}
