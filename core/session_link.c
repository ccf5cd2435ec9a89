/* session_link.c - a row whose unique_id another task has: what differs, and the person who says
 * that it is that task all the same. See session.h. */
#include "config.h"

#include "core/session_impl.h"

#include <stdio.h>
#include <string.h>

/* The task that has the row's unique_id, as the store knows it; t: from task_init(). */
static enum err_code
owner_of(struct session *s, const struct outbox_row *r, struct task *t, struct err *err)
{
	if (!r->owner[0]) {
		err_set(err, ERR_RULE,
			"no other task is known to have the unique_id of " TASK_LOCAL "%lld",
			(long long)r->seq);
		return err_hint(err, "look it up first");
	}
	if (store_task_get(s->store, s->target, r->owner, t, err))
		return err->code;
	if (strcmp(t->unique_id, r->unique_id) == 0)
		return ERR_OK;
	err_set(err, ERR_RULE, "%s does not have this unique_id any more", r->owner);
	return err_hint(err, "look it up again");
}

enum err_code
session_differences(struct session *s, int64_t seq, struct difference **list, size_t *n,
		    struct err *err)
{
	struct outbox_row r;
	struct task t;
	enum err_code code;

	outbox_row_init(&r);
	task_init(&t);
	code = store_outbox_get(s->store, seq, &r, err);
	if (!code)
		code = owner_of(s, &r, &t, err);
	if (!code)
		differences(r.payload, r.payload_len, &t, list, n);
	task_done(&t);
	outbox_row_done(&r);
	return code;
}

static enum err_code
link_row(struct session *s, struct outbox_row *r, struct now now, struct err *err)
{
	char words[160];
	struct task t;
	enum err_code code;

	task_init(&t);
	code = owner_of(s, r, &t, err);
	if (!code && session_next_step(r, OUTBOX_EV_LINK, now).state != OUTBOX_ACCEPTED)
		code = err_set(err, ERR_RULE, TASK_LOCAL "%lld is %s; there is nothing to link",
			       (long long)r->seq, outbox_state_name(r->state));
	if (!code) {
		snprintf(words, sizeof(words), "linked with %s by hand", t.task_id);
		r->how = (struct evidence){ .what = EVIDENCE_HAND };
		session_accept(s, r, &t, words, now);
		code = s->out.broken.code;
	}
	if (code && code == s->out.broken.code)
		*err = s->out.broken;
	task_done(&t);
	return code;
}

enum err_code
session_link(struct session *s, int64_t seq, struct now now, struct err *err)
{
	struct outbox_row r;
	enum err_code code;

	outbox_row_init(&r);
	code = session_take_row(s, seq, &r, err);
	if (!code)
		code = link_row(s, &r, now, err);
	outbox_row_done(&r);
	session_pump(s, now);
	return code;
}
