/* life.c - see life.h. */
#include "config.h"

#include "sandbox/life.h"

#include "core/mem.h"
#include "sandbox/callback.h"
#include "sandbox/db.h"
#include "sandbox/errand.h"
#include "sandbox/fetch.h"
#include "sandbox/outcome.h"
#include "sandbox/task.h"

#include <stdlib.h>
#include <string.h>

void
life_open(struct service *s)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT min(due_ms) FROM task WHERE due_ms IS NOT NULL");

	s->next_due_ms = db_number(s->db, st, INT64_MAX);
}

/* Those that are due and have somebody who waits for their end; the caller frees. */
static int64_t *
due_callers(struct service *s, size_t *count)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT seq FROM task INDEXED BY task_calls WHERE calls"
					   " AND due_ms IS NOT NULL AND due_ms <= ?1"
					   " ORDER BY due_ms");
	int64_t *list = NULL;

	*count = 0;
	db_int(st, 1, s->now_ms);
	while (db_row(s->db, st)) {
		list = mem_grow(list, *count + 1, sizeof(*list));
		list[(*count)++] = sqlite3_column_int64(st, 0);
	}
	return list;
}

void
life_advance(struct service *s)
{
	int64_t *callers;
	sqlite3_stmt *st;
	size_t count;

	if (s->now_ms < s->next_due_ms)
		return;
	callers = due_callers(s, &count);
	st = db_query(s->db,
		      "UPDATE task SET status = fate, response = outcome, updated_ms = due_ms,"
		      " completed_ms = CASE fate WHEN 'completed' THEN due_ms END,"
		      " unique_id = CASE WHEN fate = 'error' AND clear_on_error THEN NULL"
		      " ELSE unique_id END, due_ms = NULL, fate = NULL, outcome = NULL, calls = 0"
		      " WHERE due_ms IS NOT NULL AND due_ms <= ?1");
	db_int(st, 1, s->now_ms);
	if (db_run(s->db, st))
		life_open(s);
	for (size_t i = 0; i < count; i++)
		callback_enqueue(s, callers[i]);
	free(callers);
}

void
life_due_at(struct service *s, int64_t due_ms)
{
	if (due_ms < s->next_due_ms)
		s->next_due_ms = due_ms;
}

int64_t
life_due(struct service *s)
{
	int64_t due;

	/* Knuth's numbers; the high bits are the good ones. */
	s->work_random = s->work_random * 6364136223846793005u + 1442695040888963407u;
	due = s->now_ms + s->work_ms / 2 +
	      s->work_ms * (int64_t)((s->work_random >> 33) % 1000) / 1000;
	life_due_at(s, due);
	return due;
}

void
life_created(struct service *s, int64_t seq, const struct task_row *t,
	     const char *const *attachments, size_t count)
{
	if (strcmp(t->status, "pending") == 0) {
		fetch_enqueue(s, seq, t->is_test, attachments, count);
		if (t->calls && t->due_ms)
			errand_wake(s, t->due_ms);
	} else if (t->calls) {
		callback_enqueue(s, seq);
	}
}

void
life_start_batch(struct service *s, bool is_test, const char *batch)
{
	/* A task whose attachments are on their way has no fate yet. */
	sqlite3_stmt *st = db_query(
		s->db, "UPDATE task SET"
		       " due_ms = CASE WHEN fate IS NOT NULL THEN ?3 + ?4 * (seq * 379 % 1000) /"
		       " 1000 END,"
		       " ready_ms = CASE WHEN fate IS NULL THEN ?3 + ?4 * (seq * 379 % 1000) /"
		       " 1000 END WHERE env = ?1 AND batch = ?2 AND status = 'pending'"
		       " AND due_ms IS NULL AND ready_ms IS NULL");
	int64_t first = s->now_ms + s->work_ms / 2;

	db_int(st, 1, is_test);
	db_str(st, 2, batch);
	db_int(st, 3, first);
	db_int(st, 4, s->work_ms);
	db_run(s->db, st);
	life_due_at(s, first);
	errand_wake(s, first);
}

const char *
life_fate(struct service *s, const struct task_row *t, const char *const *attachments, size_t count,
	  struct buf *outcome)
{
	struct outcome_item *items = mem_array(count, sizeof(*items));
	const char *fate;

	for (size_t i = 0; i < count; i++)
		items[i] = outcome_unfetched(s, t->is_test, (int64_t)i, attachments[i]);
	fate = outcome_add(outcome, s, t->id, items, count);
	free(items);
	return fate;
}
