/* errand.c - see errand.h.
 *
 * A step first keeps what has come back, in one transaction with what has fallen due
 * meanwhile; what it then sends off is committed. At most SLOTS_MAX things are on their
 * way at once, the rest waits in the database.
 */
#include "config.h"

#include "sandbox/errand.h"

#include "core/mem.h"
#include "sandbox/asset.h"
#include "sandbox/callback.h"
#include "sandbox/db.h"
#include "sandbox/fetch.h"
#include "sandbox/import.h"
#include "sandbox/life.h"
#include "sandbox/web.h"

#include <limits.h>
#include <stdlib.h>

#define FETCHES_MAX   4 /* each may hold FETCH_MAX_BYTES */
#define CALLBACKS_MAX 12
#define IMPORTS_MAX   1    /* it may hold ASSET_MAX_BYTES */
#define PAUSE_MS      1000 /* when the database cannot be written */

enum slot_state {
	SLOT_FREE,
	SLOT_OUT,   /* on its way */
	SLOT_FAILED /* it could not even start */
};

struct errands {
	struct service *s; /* borrowed */
	struct web *web;
	struct fetch_slot {
		enum slot_state state;
		struct fetch fetch;
	} fetches[FETCHES_MAX];
	struct callback_slot {
		enum slot_state state;
		int64_t seq;
	} callbacks[CALLBACKS_MAX];
	struct import_slot {
		enum slot_state state;
		struct import import;
	} imports[IMPORTS_MAX];
};

void
errand_wake(struct service *s, int64_t at_ms)
{
	if (at_ms < s->errand_ms)
		s->errand_ms = at_ms;
}

struct errands *
errands_open(struct service *s, struct err *err)
{
	struct web *web = web_open(err);
	struct errands *e;

	if (!web)
		return NULL;
	e = mem_alloc(sizeof(*e));
	e->s = s;
	e->web = web;
	s->errand_ms = 0; /* the first step looks what was left over */
	return e;
}

void
errands_close(struct errands *e)
{
	if (!e)
		return;
	web_close(e->web);
	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (e->fetches[i].state != SLOT_FREE)
			fetch_done(&e->fetches[i].fetch);
	for (size_t i = 0; i < IMPORTS_MAX; i++)
		if (e->imports[i].state != SLOT_FREE)
			import_done(&e->imports[i].import);
	free(e);
}

/* --- what came back --- */

static void
end_fetch(struct errands *e, struct fetch_slot *slot, const struct web_answer *a)
{
	fetch_ended(e->s, &slot->fetch, a);
	fetch_done(&slot->fetch);
	slot->state = SLOT_FREE;
}

static void
end_callback(struct errands *e, struct callback_slot *slot, const struct web_answer *a)
{
	callback_ended(e->s, slot->seq, a->status >= 200 && a->status <= 299);
	slot->state = SLOT_FREE;
}

static void
end_import(struct errands *e, struct import_slot *slot, const struct web_answer *a)
{
	import_ended(e->s, slot->import.seq, a);
	import_done(&slot->import);
	slot->state = SLOT_FREE;
}

static void
take_answer(struct errands *e, const struct web_answer *a)
{
	for (size_t i = 0; i < IMPORTS_MAX; i++)
		if (a->arg == &e->imports[i])
			end_import(e, &e->imports[i], a);
	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (a->arg == &e->fetches[i])
			end_fetch(e, &e->fetches[i], a);
	for (size_t i = 0; i < CALLBACKS_MAX; i++)
		if (a->arg == &e->callbacks[i])
			end_callback(e, &e->callbacks[i], a);
}

static void
take_answers(struct errands *e)
{
	static const struct web_answer none = { .status = 0, .data = "", .type = "", .why = "" };
	struct web_answer a;

	while (web_next(e->web, &a))
		take_answer(e, &a);
	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (e->fetches[i].state == SLOT_FAILED)
			end_fetch(e, &e->fetches[i], &none);
	for (size_t i = 0; i < CALLBACKS_MAX; i++)
		if (e->callbacks[i].state == SLOT_FAILED)
			end_callback(e, &e->callbacks[i], &none);
	for (size_t i = 0; i < IMPORTS_MAX; i++)
		if (e->imports[i].state == SLOT_FAILED)
			end_import(e, &e->imports[i], &none);
}

/* --- what goes out --- */

static size_t
busy_fetches(const struct errands *e, struct fetch_mark busy[FETCHES_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (e->fetches[i].state != SLOT_FREE)
			busy[n++] = e->fetches[i].fetch.mark;
	return n;
}

static size_t
busy_callbacks(const struct errands *e, int64_t busy[CALLBACKS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < CALLBACKS_MAX; i++)
		if (e->callbacks[i].state != SLOT_FREE)
			busy[n++] = e->callbacks[i].seq;
	return n;
}

static void
start_fetch(struct errands *e, struct fetch_slot *slot)
{
	const struct web_call call = {
		.url = slot->fetch.url,
		.keep = *slot->fetch.scene_format ? FETCH_MAX_BYTES : 0,
	};
	struct err err;

	slot->state = web_start(e->web, &call, slot, &err) ? SLOT_FAILED : SLOT_OUT;
}

static void
start_callback(struct errands *e, struct callback_slot *slot, const struct callback *c)
{
	const struct web_call call = {
		.url = c->url,
		.body = c->body,
		.auth = c->key,
		.anywhere = e->s->call_anywhere,
	};
	struct err err;

	slot->seq = c->seq;
	slot->state = web_start(e->web, &call, slot, &err) ? SLOT_FAILED : SLOT_OUT;
}

static void
start_fetches(struct errands *e)
{
	struct fetch_mark busy[FETCHES_MAX];

	for (size_t i = 0; i < FETCHES_MAX; i++) {
		if (e->fetches[i].state != SLOT_FREE)
			continue;
		if (!fetch_take(e->s, busy, busy_fetches(e, busy), &e->fetches[i].fetch))
			return;
		start_fetch(e, &e->fetches[i]);
	}
}

static void
start_callbacks(struct errands *e)
{
	int64_t busy[CALLBACKS_MAX];
	struct callback c;

	for (size_t i = 0; i < CALLBACKS_MAX; i++) {
		if (e->callbacks[i].state != SLOT_FREE)
			continue;
		if (!callback_take(e->s, busy, busy_callbacks(e, busy), &c))
			return;
		start_callback(e, &e->callbacks[i], &c);
		callback_done(&c);
	}
}

static void
start_imports(struct errands *e)
{
	int64_t busy[IMPORTS_MAX] = { 0 };
	struct err err;

	for (size_t i = 0, n = 0; i < IMPORTS_MAX; i++) {
		struct import_slot *slot = &e->imports[i];

		if (slot->state == SLOT_FREE && import_take(e->s, busy, n, &slot->import)) {
			const struct web_call call = {
				.url = slot->import.url,
				.keep = ASSET_MAX_BYTES,
			};

			slot->state = web_start(e->web, &call, slot, &err) ? SLOT_FAILED : SLOT_OUT;
		}
		if (slot->state != SLOT_FREE)
			busy[n++] = slot->import.seq;
	}
}

/* When to look again. What a full house keeps waiting is looked at when a slot is free. */
static int64_t
plan(struct errands *e)
{
	int64_t busy[CALLBACKS_MAX], call = INT64_MAX, due;
	size_t n = busy_callbacks(e, busy);

	for (size_t i = 0; i < FETCHES_MAX; i++)
		if (e->fetches[i].state == SLOT_FAILED)
			return 0;
	for (size_t i = 0; i < IMPORTS_MAX; i++)
		if (e->imports[i].state == SLOT_FAILED)
			return 0;
	for (size_t i = 0; i < CALLBACKS_MAX; i++)
		if (e->callbacks[i].state == SLOT_FAILED)
			return 0;
	if (n < CALLBACKS_MAX)
		call = callback_next_ms(e->s, busy, n);
	due = db_number(e->s->db,
			db_query(e->s->db, "SELECT min(due_ms) FROM task INDEXED BY task_calls"
					   " WHERE calls AND due_ms IS NOT NULL"),
			INT64_MAX);
	return call < due ? call : due;
}

void
errands_step(struct errands *e)
{
	struct service *s = e->s;

	web_step(e->web);
	s->now_ms = service_now(s);
	if (s->now_ms < s->errand_ms && !web_has_answer(e->web))
		return;
	db_begin(s->db);
	life_advance(s);
	take_answers(e);
	if (!db_commit(s->db)) {
		s->next_due_ms = 0; /* nothing has moved on */
		s->errand_ms = s->now_ms + PAUSE_MS;
		return;
	}
	db_begin(s->db); /* to read; nothing of it is kept */
	start_fetches(e);
	start_callbacks(e);
	start_imports(e);
	s->errand_ms = plan(e);
	db_rollback(s->db);
}

int
errands_fd(const struct errands *e)
{
	return web_fd(e->web);
}

int
errands_timeout_ms(struct errands *e)
{
	int web = web_timeout_ms(e->web);
	int64_t left;

	if (e->s->errand_ms == INT64_MAX)
		return web;
	left = e->s->errand_ms - service_now(e->s);
	if (left < 0)
		left = 0;
	if (web >= 0 && web < left)
		return web;
	return left > INT_MAX ? INT_MAX : (int)left;
}
