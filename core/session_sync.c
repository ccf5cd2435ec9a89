/* session_sync.c - the refresh of the board. See session.h.
 *
 * Page by page, each committed and told before the next is asked for, so the
 * screen fills while it runs. The first time, or when asked for everything:
 * the newest SYNC_FULL tasks. Later only what was updated since the newest time
 * that the service told in a refresh that came to its end, with some overlap.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"
#include "core/random.h"

#include <stdlib.h>
#include <string.h>

#define FULL_PAGES    20    /* of 100 tasks, newest first */
#define CHANGED_PAGES 200   /* of an incremental one */
#define PROBES        20    /* tasks asked for when none came */
#define OVERLAP_MS    60000 /* tasks that became visible after newer ones */

bool
session_refreshing(const struct session *s)
{
	return s->sync.running;
}

int64_t
session_refreshed_ms(const struct session *s)
{
	return s->sync.refreshed_ms;
}

int64_t
session_next_refresh_ms(const struct session *s)
{
	return s->sync.running || !s->out.started ? -1 : s->sync.next;
}

/* When the next one by itself is due: the pace, and no sooner than the last failure allows. */
static void
plan(struct sync *y)
{
	int64_t next = y->ended_ms + y->every_ms;

	if (y->every_ms <= 0)
		y->next = -1;
	else if (y->ended_ms == 0)
		y->next = 0; /* at once */
	else
		y->next = next > y->not_before ? next : y->not_before;
}

void
session_auto_refresh(struct session *s, int64_t every_ms)
{
	s->sync.every_ms = s->has_key ? every_ms : 0;
	plan(&s->sync);
}

static void
forget_tokens(struct sync *y)
{
	for (size_t i = 0; i < y->token_count; i++)
		free(y->tokens[i]);
	free(y->tokens);
	y->tokens = NULL;
	y->token_count = 0;
}

static enum err_code
ask_page(struct session *s, const char *token, struct now now, struct err *err)
{
	const struct api_list q = {
		.type = "multistage",
		.updated_after_ms = s->sync.after_ms,
		.next_token = token,
		.limit = 100,
	};
	struct call c = { .kind = CALL_PAGE };

	if (api_task_list(s->api, &q, now.mono_ms, &c.ticket, err))
		return err->code;
	session_add_call(s, &c);
	return ERR_OK;
}

static void
pace(struct sync *y, bool good, int64_t retry_after_ms, struct now now)
{
	unsigned jitter;

	y->fails = good ? 0 : y->fails + 1;
	y->ended_ms = now.mono_ms;
	y->not_before = 0;
	if (!good) {
		random_bytes(&jitter, sizeof(jitter));
		y->not_before = now.mono_ms + outbox_delay_ms(OUTBOX_EV_LOOKUP_FAILED, y->fails,
							      retry_after_ms, jitter % 1000);
	}
	plan(y);
}

/* whole: nothing is left that was asked for. */
static void
end(struct session *s, bool whole, const struct err *err, int64_t retry_after_ms, struct now now)
{
	struct sync *y = &s->sync;
	struct session_event *ev;
	struct err store_err = ERR_INIT;

	/* Pages come newest created first: a mark set half way would hide changes for ever. */
	if (!err->code && (whole || y->full) && y->mark_ms > 0 &&
	    store_sync_mark_put(s->store, s->target, y->mark_ms, &store_err))
		err = &store_err;
	y->running = false;
	forget_tokens(y);
	if (!err->code)
		y->refreshed_ms = now.wall_ms;
	pace(y, !err->code, retry_after_ms, now);
	ev = session_emit(s, SESSION_REFRESHED);
	ev->count = y->changed;
	ev->err = *err;
	/* The overlap holds the newest task at least, if it is there. */
	if (whole && !err->code && y->brought == 0)
		session_probe(s, PROBES, now);
}

enum err_code
session_refresh(struct session *s, bool full, struct now now, struct err *err)
{
	struct sync *y = &s->sync;
	int64_t mark = 0;

	if (session_need_key(s, err))
		return err->code;
	if (y->running)
		return ERR_OK;
	if (store_sync_mark(s->store, s->target, &mark, err))
		return err->code;
	y->full = full || mark == 0;
	y->after_ms = y->full ? 0 : mark - OVERLAP_MS;
	y->mark_ms = mark;
	y->changed = 0;
	y->brought = 0;
	if (ask_page(s, NULL, now, err))
		return err->code;
	y->running = true;
	return ERR_OK;
}

void
session_sync_due(struct session *s, struct now now)
{
	struct sync *y = &s->sync;
	struct err err = ERR_INIT;

	if (!s->out.started || y->running || y->next < 0 || y->next > now.mono_ms)
		return;
	y->changed = 0;
	if (session_refresh(s, false, now, &err))
		end(s, false, &err, -1, now);
}

/* The service's own time of the newest change; of services that tell no updated_at the
 * newest other time, which is never later. */
static void
raise_mark(struct sync *y, const struct reply *r)
{
	for (size_t i = 0; i < r->task_count; i++) {
		const struct task *t = &r->tasks[i];
		int64_t at = t->updated_ms ? t->updated_ms : t->completed_ms;

		if (at == 0)
			at = t->created_ms;
		if (at > y->mark_ms)
			y->mark_ms = at;
	}
}

/* May the token be followed? One that comes again would lead in a circle. */
static bool
new_token(struct sync *y, const char *token)
{
	size_t max = y->full ? FULL_PAGES : CHANGED_PAGES;

	if (y->token_count + 1 >= max)
		return false;
	for (size_t i = 0; i < y->token_count; i++)
		if (strcmp(y->tokens[i], token) == 0)
			return false;
	y->tokens = mem_grow(y->tokens, y->token_count + 1, sizeof(*y->tokens));
	y->tokens[y->token_count++] = mem_strdup(token);
	return true;
}

void
session_on_page(struct session *s, const struct api_event *ev, struct now now)
{
	const struct reply *r = &ev->reply;
	struct sync *y = &s->sync;
	struct err err = ev->err;
	size_t changed = 0;

	if (err.code || store_tasks_put(s->store, s->target, r->tasks, r->task_count, now.wall_ms,
					&changed, &err)) {
		end(s, false, &err, ev->retry_after_ms, now);
		return;
	}
	y->changed += changed;
	y->brought += r->task_count;
	if (changed > 0)
		session_emit(s, SESSION_TASKS)->count = changed;
	session_settle(s, r->tasks, r->task_count, now);
	raise_mark(y, r);
	if (!r->has_more || !r->next_token || r->next_token[0] == '\0')
		end(s, true, &err, -1, now);
	else if (r->task_count == 0 || !new_token(y, r->next_token))
		end(s, false, &err, -1, now);
	else if (ask_page(s, r->next_token, now, &err))
		end(s, false, &err, -1, now);
}
