/* session_call.c - single tasks, cancel, projects and batches. See session.h. */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_PAGES 50 /* of 100 */

/* A task of the service, not a row that is only here. */
static enum err_code
need_task(const struct session *s, const char *task_id, struct err *err)
{
	if (session_need_key(s, err))
		return err->code;
	if (store_task_id_fits(task_id))
		return ERR_OK;
	return err_set(err, ERR_RULE, "%s is not at the service", task_id);
}

enum err_code
session_task_fetch(struct session *s, const char *task_id, struct now now, struct err *err)
{
	struct call c = { .kind = CALL_TASK };

	if (need_task(s, task_id, err) ||
	    api_task_get(s->api, task_id, now.mono_ms, &c.ticket, err))
		return err->code;
	snprintf(c.key, sizeof(c.key), "%s", task_id);
	session_add_call(s, &c);
	return ERR_OK;
}

enum err_code
session_cancel(struct session *s, const char *task_id, bool clear_unique_id, struct now now,
	       struct err *err)
{
	struct call c = { .kind = CALL_CANCEL };

	if (task_local_seq(task_id) > 0)
		return session_need_key(s, err)
			       ? err->code
			       : session_cancel_row(s, task_local_seq(task_id), now, err);
	if (need_task(s, task_id, err) ||
	    api_task_cancel(s->api, task_id, clear_unique_id, now.mono_ms, &c.ticket, err))
		return err->code;
	snprintf(c.key, sizeof(c.key), "%s", task_id);
	session_add_call(s, &c);
	return ERR_OK;
}

enum err_code
session_fetch_projects(struct session *s, struct now now, struct err *err)
{
	struct call c = { .kind = CALL_PROJECTS };

	if (session_need_key(s, err))
		return err->code;
	if (session_calls(s, CALL_PROJECTS, 0) > 0)
		return ERR_OK; /* its answer is coming */
	if (api_project_list(s->api, now.mono_ms, &c.ticket, err))
		return err->code;
	session_add_call(s, &c);
	return ERR_OK;
}

/* Takes c->project on success. */
static enum err_code
ask_batches(struct session *s, struct call *c, struct now now, struct err *err)
{
	const struct api_batches q = {
		.project = c->project[0] ? c->project : NULL,
		.offset = c->offset,
		.limit = 100,
	};

	if (api_batch_list(s->api, &q, now.mono_ms, &c->ticket, err))
		return err->code;
	session_add_call(s, c);
	return ERR_OK;
}

enum err_code
session_fetch_batches(struct session *s, const char *project, struct now now, struct err *err)
{
	struct call c = { .kind = CALL_BATCHES };

	if (session_need_key(s, err))
		return err->code;
	c.project = mem_strdup(project);
	if (ask_batches(s, &c, now, err)) {
		free(c.project);
		return err->code;
	}
	return ERR_OK;
}

/* --- answers --- */

/* Keep the task that an answer holds. */
static struct err
keep(struct session *s, const struct api_event *ev, struct now now)
{
	const struct reply *r = &ev->reply;
	struct err err = ev->err;
	size_t changed;

	if (!err.code)
		err.code = store_tasks_put(s->store, s->target, r->tasks, r->task_count,
					   now.wall_ms, &changed, &err);
	return err;
}

static void
tell(struct session *s, enum session_event_kind kind, const char *key, const struct err *err)
{
	struct session_event *ev = session_emit(s, kind);

	snprintf(ev->key, sizeof(ev->key), "%s", key);
	ev->err = *err;
}

static void
canceled(struct session *s, const struct call *c, const struct api_event *ev, const struct err *err,
	 struct now now)
{
	if (c->seq)
		session_granted(s, c, ev, err, now);
	tell(s, SESSION_CANCELED, c->key, err);
}

/* The service knows it no more: shown, and never sent again. */
static void
gone(struct session *s, const char *key, struct now now)
{
	bool changed = false;
	struct err err;

	if (store_task_gone(s->store, s->target, key, now.wall_ms, &changed, &err) == ERR_OK &&
	    changed)
		session_emit(s, SESSION_TASKS)->count = 1;
}

void
session_probe(struct session *s, int tasks, struct now now)
{
	struct call c = { .kind = CALL_PROBE, .pages = tasks - 1 };
	char id[1][BOARD_KEY_SIZE];
	struct err err;
	size_t n = 0;

	if (store_known_tasks(s->store, s->target, id, 1, &n, &err) || n == 0 ||
	    session_calls(s, CALL_PROBE, 0) > 0 ||
	    api_task_get(s->api, id[0], now.mono_ms, &c.ticket, &err))
		return;
	memcpy(c.key, id[0], sizeof(c.key));
	session_add_call(s, &c);
}

static void
on_probe(struct session *s, const struct call *c, const struct api_event *ev, struct now now)
{
	if (ev->status != 404)
		return; /* it is there, or nobody knows */
	gone(s, c->key, now);
	if (c->pages > 0)
		session_probe(s, c->pages, now);
}

/* A 400 may mean "canceled already", which is what was wanted. Source: scale-api 13 row 9. */
static void
on_cancel(struct session *s, const struct call *c, const struct api_event *ev, struct now now)
{
	struct call again = { .kind = CALL_RECHECK, .seq = c->seq, .err = ev->err };
	struct err err = ev->err;

	memcpy(again.key, c->key, sizeof(again.key));
	if (ev->status == 400 &&
	    api_task_get(s->api, c->key, now.mono_ms, &again.ticket, &err) == ERR_OK) {
		session_add_call(s, &again);
		return;
	}
	err = ev->err.code ? ev->err : keep(s, ev, now);
	canceled(s, c, ev, &err, now);
}

static void
on_recheck(struct session *s, const struct call *c, const struct api_event *ev, struct now now)
{
	struct err err = keep(s, ev, now);
	bool gone = !err.code && ev->reply.task_count == 1 &&
		    strcmp(ev->reply.tasks[0].status, "canceled") == 0;

	canceled(s, c, ev, gone ? &err : &c->err, now);
}

static void
on_projects(struct session *s, const struct api_event *ev, struct now now)
{
	const struct reply *r = &ev->reply;
	struct session_event *told;
	struct err err = ev->err;

	if (!err.code)
		err.code = store_projects_put(s->store, s->target, r->projects, r->project_count,
					      now.wall_ms, &err);
	told = session_emit(s, SESSION_PROJECTS);
	told->count = r->project_count;
	told->err = err;
}

static void
on_batches(struct session *s, struct call *c, const struct api_event *ev, struct now now)
{
	const struct reply *r = &ev->reply;
	struct session_event *told;
	struct err err = ev->err;
	struct call more = *c;

	if (!err.code && !store_batches_put(s->store, s->target, c->project, r->batches,
					    r->batch_count, now.wall_ms, &err)) {
		c->count += r->batch_count;
		more = *c;
		more.pages++;
		more.offset += (long)(r->batch_count + r->skipped);
		if (r->has_more && more.offset > c->offset && more.pages < BATCH_PAGES &&
		    ask_batches(s, &more, now, &err) == ERR_OK) {
			c->project = NULL; /* the next page's now */
			return;
		}
	}
	told = session_emit(s, SESSION_BATCHES);
	told->count = c->count;
	told->err = err;
}

void
session_on_call(struct session *s, struct call *c, const struct api_event *ev, struct now now)
{
	struct err err;

	switch (c->kind) {
	case CALL_TASK:
		err = keep(s, ev, now);
		if (ev->status == 404)
			gone(s, c->key, now);
		tell(s, SESSION_TASK, c->key, &err);
		break;
	case CALL_PROBE: on_probe(s, c, ev, now); break;
	case CALL_CANCEL: on_cancel(s, c, ev, now); break;
	case CALL_RECHECK: on_recheck(s, c, ev, now); break;
	case CALL_PROJECTS: on_projects(s, ev, now); break;
	case CALL_BATCHES: on_batches(s, c, ev, now); break;
	case CALL_POST:
	case CALL_LOOK:
	case CALL_OWNER:
	case CALL_WEAK:
	case CALL_VERIFY:
	case CALL_PAGE: break; /* session.c gives them to others */
	}
}
