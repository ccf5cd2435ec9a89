/* session_verify.c - a row that was in doubt and is accepted is looked up once more: were there
 * two after all? See session_impl.h.
 *
 * It cannot be, for the service refuses a unique_id that is in use. If it should fail in that,
 * the person must know, and with both ids.
 */
#include "config.h"

#include "core/session_impl.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_MS 300000 /* after a look-up that failed */
#define FAR_MS   (2 * 3600000)

void
session_verify(struct session *s, struct now now)
{
	struct call c = { .kind = CALL_VERIFY };
	struct outbox_row r;
	struct err err;
	int64_t at = 0, wait;

	if (session_calls(s, CALL_VERIFY, 0) > 0 ||
	    store_outbox_verify_next(s->store, s->target, &c.seq, &at, &err) || c.seq == 0)
		return;
	wait = at - now.wall_ms;
	if (wait > 0 && wait < FAR_MS) {
		session_wake(s, now.mono_ms + wait);
		return;
	}
	outbox_row_init(&r);
	if (store_outbox_get(s->store, c.seq, &r, &err) == ERR_OK) {
		const char *const ids[] = { r.unique_id };
		const struct api_list q = { .unique_ids = ids, .unique_id_count = 1 };

		if (api_task_list(s->api, &q, now.mono_ms, &c.ticket, &err) == ERR_OK)
			session_add_call(s, &c);
	}
	outbox_row_done(&r);
}

/* A second task with the row's unique_id; *own: the row's. */
static const struct task *
twin_of(const struct api_event *ev, const struct outbox_row *r, const struct task **own)
{
	const struct task *twin = NULL;

	*own = NULL;
	for (size_t i = 0; i < ev->reply.task_count; i++) {
		const struct task *t = &ev->reply.tasks[i];

		if (strcmp(t->unique_id, r->unique_id) != 0 || !store_task_id_fits(t->task_id))
			continue;
		if (strcmp(t->task_id, r->task_id) == 0)
			*own = t;
		else if (!twin)
			twin = t;
	}
	return twin;
}

static enum err_code
verified(struct session *s, struct outbox_row *r, const struct api_event *ev, struct now now,
	 struct err *err)
{
	const struct task *own, *twin = twin_of(ev, r, &own);
	struct err told = ERR_INIT;
	size_t changed;

	session_how(r, EVIDENCE_VERIFY, ev);
	r->verify_ms = 0;
	if (twin) {
		err_set(&told, ERR_CONFLICT, "TWO tasks have its unique_id: %s and %s", r->task_id,
			twin->task_id);
		err_hint(&told, "the service must not do this: look at both, cancel one, and tell"
				" its support both ids");
		snprintf(r->twin, sizeof(r->twin), "%s", twin->task_id);
		session_note(r, &told);
		if (store_tasks_put(s->store, s->target, twin, 1, now.wall_ms, &changed, err))
			return err->code;
	}
	if (store_outbox_learned(s->store, r, now.wall_ms, err))
		return err->code;
	if (twin)
		session_tell_row(s, r, own ? own : twin, &told);
	return ERR_OK;
}

void
session_on_verify(struct session *s, const struct call *c, const struct api_event *ev,
		  struct now now)
{
	struct outbox_row r;
	struct err err = ERR_INIT;
	enum err_code code;

	outbox_row_init(&r);
	if (ev->err.code) {
		session_pace(s, session_failure(ev), ev, now);
		code = store_outbox_verify_at(s->store, c->seq, now.wall_ms + AGAIN_MS, &err);
	} else {
		code = store_outbox_get(s->store, c->seq, &r, &err);
		if (!code)
			code = verified(s, &r, ev, now, &err);
	}
	if (code)
		session_stop(s, c->seq, &err);
	outbox_row_done(&r);
}
