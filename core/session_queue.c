/* session_queue.c - many tasks become rows of the outbox in one commit. See session.h. */
#include "config.h"

#include "core/session_impl.h"

#include "core/bulk.h"

struct source {
	struct session *s;
	struct bulk *bulk;
};

static enum err_code
next(void *arg, struct outbox_row *r, bool *more, struct err *err)
{
	const struct source *from = arg;

	if (bulk_next(from->bulk, r, more, err))
		return err->code;
	return *more ? session_name_project(from->s, r, err) : ERR_OK;
}

enum err_code
session_queue_many(struct session *s, struct bulk *bulk, struct outbox_run *run, struct now now,
		   struct outbox_queued *queued, struct err *err)
{
	struct source from = { .s = s, .bulk = bulk };

	if (session_need_key(s, err) || bulk_rewind(bulk, err))
		return err->code;
	session_group_close(s, now); /* a commit of its own */
	run->target = s->target;
	run->now_ms = now.wall_ms;
	if (store_queue_many(s->store, run, next, &from, queued, err))
		return err->code;
	session_act(s); /* a person acts: try again */
	session_pump(s, now);
	return ERR_OK;
}

enum err_code
session_hasten(struct session *s, struct now now, struct err *err)
{
	if (store_queue_hasten(s->store, s->target, now.wall_ms, err))
		return err->code;
	session_pump(s, now);
	return ERR_OK;
}

enum err_code
session_sender(struct session *s, struct err *err)
{
	bool ours = s->out.locked;
	enum err_code code = session_lock(s, err);

	if (!code && !ours)
		session_unlock(s);
	return code;
}
