/* fetch.c - see fetch.h. */
#include "config.h"

#include "sandbox/fetch.h"

#include "core/buf.h"
#include "core/mem.h"
#include "sandbox/db.h"
#include "sandbox/errand.h"
#include "sandbox/kind.h"
#include "sandbox/life.h"
#include "sandbox/outcome.h"
#include "sandbox/scene_check.h"
#include "sandbox/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTCOME_MAX (8u << 20)

static const char *const states[] = {
	[OUTCOME_GOOD] = "good",
	[OUTCOME_MISSING] = "missing",
	[OUTCOME_BROKEN] = "broken",
};

/* --- a new task --- */

static void
add(struct service *s, int64_t task, const struct outcome_item *item, const char *state)
{
	sqlite3_stmt *st = db_query(s->db, "INSERT INTO fetch (task, place, url, state, status,"
					   " message) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	db_int(st, 1, task);
	db_int(st, 2, item->place);
	db_str(st, 3, item->url);
	db_str(st, 4, state);
	db_int(st, 5, item->status);
	db_str(st, 6, item->message);
	db_run(s->db, st);
}

/* The fate is open again; when the task is due stays known. */
static void
hold(struct service *s, int64_t task)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE task SET ready_ms = due_ms, due_ms = NULL, fate = NULL,"
				" outcome = NULL WHERE seq = ?1");

	db_int(st, 1, task);
	db_run(s->db, st);
}

void
fetch_enqueue(struct service *s, int64_t task, bool is_test, const char *const *urls, size_t count)
{
	size_t here = 0;

	for (size_t i = 0; i < count; i++)
		here += web_is_here(urls[i]);
	if (here == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct outcome_item item = outcome_unfetched(s, is_test, (int64_t)i, urls[i]);

		if (web_is_here(urls[i])) {
			item = (struct outcome_item){ .place = (int64_t)i, .url = urls[i] };
			add(s, task, &item, "waits");
		} else if (item.state != OUTCOME_GOOD) {
			add(s, task, &item, states[item.state]);
		}
	}
	hold(s, task);
	errand_wake(s, s->now_ms);
}

void
fetch_forget(struct service *s, int64_t task)
{
	sqlite3_stmt *st = db_query(s->db, "DELETE FROM fetch WHERE task = ?1");

	db_int(st, 1, task);
	db_run(s->db, st);
}

/* --- what is to be done --- */

static bool
holds(const struct fetch_mark *list, size_t count, int64_t task, int64_t place)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].task == task && list[i].place == place)
			return true;
	return false;
}

static void
read_row(sqlite3_stmt *st, struct fetch *out)
{
	const char *format = db_column(st, 3, NULL);

	*out = (struct fetch){
		.mark = { sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) },
		.url = db_copy(st, 2),
	};
	if (format)
		snprintf(out->scene_format, sizeof(out->scene_format), "%s", format);
}

bool
fetch_take(struct service *s, const struct fetch_mark *busy, size_t count, struct fetch *out)
{
	sqlite3_stmt *st = db_query(
		s->db, "SELECT f.task, f.place, f.url, CASE t.type WHEN 'multistage' THEN"
		       " t.params ->> 'scene_format' END FROM fetch f JOIN task t ON t.seq = f.task"
		       " WHERE f.state = 'waits' ORDER BY f.task, f.place LIMIT ?1");
	bool found = false;

	db_int(st, 1, (int64_t)count + 1);
	while (!found && db_row(s->db, st)) {
		found = !holds(busy, count, sqlite3_column_int64(st, 0),
			       sqlite3_column_int64(st, 1));
		if (found) {
			read_row(st, out);
			sqlite3_reset(st);
		}
	}
	return found;
}

void
fetch_done(struct fetch *f)
{
	free(f->url);
}

/* --- what came of it --- */

/* The fate of a task is known: it falls due when it would have, or now if that is past. */
static void
release(struct service *s, int64_t task, const char *fate, const struct buf *outcome)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE task SET fate = ?2, outcome = ?3, due_ms = CASE WHEN"
				" ready_ms IS NOT NULL THEN max(ready_ms, ?4) END, ready_ms ="
				" NULL WHERE seq = ?1 AND status = 'pending' RETURNING due_ms");
	int64_t due;

	db_int(st, 1, task);
	db_str(st, 2, fate);
	db_text(st, 3, buf_str(outcome), outcome->len);
	db_int(st, 4, s->now_ms);
	due = db_number(s->db, st, INT64_MAX);
	life_due_at(s, due);
	errand_wake(s, due);
}

struct items { /* strings are owned */
	struct outcome_item *at;
	size_t count;
};

static void
read_failures(struct service *s, int64_t task, struct items *items)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT place, url, state, status, message FROM fetch"
					   " WHERE task = ?1 AND state <> 'good' ORDER BY place");

	db_int(st, 1, task);
	while (db_row(s->db, st)) {
		struct outcome_item *item;

		items->at = mem_grow(items->at, items->count + 1, sizeof(*items->at));
		item = &items->at[items->count++];
		*item = (struct outcome_item){
			.place = sqlite3_column_int64(st, 0),
			.url = db_copy(st, 1),
			.state = strcmp(db_column(st, 2, NULL), "broken") == 0 ? OUTCOME_BROKEN
									       : OUTCOME_MISSING,
			.status = sqlite3_column_int(st, 3),
			.message = db_copy(st, 4),
		};
	}
}

/* The last attachment of a task is here. */
static void
conclude(struct service *s, int64_t task)
{
	struct buf outcome = BUF_INIT(OUTCOME_MAX);
	struct items items = { .at = NULL };
	sqlite3_stmt *st = db_query(s->db, "SELECT id, type, params FROM task WHERE seq = ?1");
	char *id = NULL, *type = NULL, *params = NULL;
	const char *fate;

	db_int(st, 1, task);
	if (db_row(s->db, st)) {
		id = db_copy(st, 0);
		type = db_copy(st, 1);
		params = db_copy(st, 2);
		sqlite3_reset(st);
	}
	read_failures(s, task, &items);
	if (id) {
		fate = outcome_add(&outcome, s, id, items.at, items.count);
		if (items.count == 0)
			kind_answer(type, params, &outcome);
		release(s, task, fate, &outcome);
	}
	fetch_forget(s, task);
	for (size_t i = 0; i < items.count; i++) {
		free((char *)(uintptr_t)items.at[i].url);
		free((char *)(uintptr_t)items.at[i].message);
	}
	free(items.at);
	free(id);
	free(type);
	free(params);
	buf_free(&outcome);
}

/* The message of a broken one goes into message. */
static struct outcome_item
judge(const struct fetch *f, const struct web_answer *a, char *message, size_t size)
{
	struct outcome_item item = { .status = (int)a->status };

	if (a->status != 200) {
		item.state = OUTCOME_MISSING;
	} else if (*f->scene_format &&
		   !scene_check(f->scene_format, a->data, a->n, message, size)) {
		item.state = OUTCOME_BROKEN;
		item.message = message;
	}
	return item;
}

void
fetch_ended(struct service *s, const struct fetch *f, const struct web_answer *a)
{
	sqlite3_stmt *st = db_query(s->db, "UPDATE fetch SET state = ?3, status = ?4, message = ?5"
					   " WHERE task = ?1 AND place = ?2 AND state = 'waits'"
					   " RETURNING 1");
	struct outcome_item item;
	char message[256];

	item = judge(f, a, message, sizeof(message));
	db_int(st, 1, f->mark.task);
	db_int(st, 2, f->mark.place);
	db_str(st, 3, states[item.state]);
	db_int(st, 4, item.status);
	db_str(st, 5, item.message);
	if (!db_number(s->db, st, 0))
		return; /* canceled while it was fetched */
	st = db_query(s->db, "SELECT 1 FROM fetch WHERE task = ?1 AND state = 'waits' LIMIT 1");
	db_int(st, 1, f->mark.task);
	if (!db_number(s->db, st, 0))
		conclude(s, f->mark.task);
}
