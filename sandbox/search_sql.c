/* search_sql.c - see search_sql.h. */
#include "config.h"

#include "sandbox/search_sql.h"

#include "core/err.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 100   /* of one index, merged; SQLite takes 500 */
#define VALUES_MAX 30000 /* in one statement; SQLite takes 32,766 */

static const struct walk {
	const char *from;
	enum search_key key;    /* SEARCH_KEYS: none */
	bool status;            /* comes behind the key in the index */
	bool sorted;            /* in the order of a list */
	enum search_time range; /* ends the index; SEARCH_TIMES: none */
} walks[WALKS] = {
	/* clang-format off */
	[WALK_UNIQUE]    = { "task t INDEXED BY task_unique",    SEARCH_UNIQUE,  false, false, SEARCH_TIMES },
	[WALK_REVIEW]    = { "task t INDEXED BY task_review",    SEARCH_REVIEW,  false, true,  SEARCH_CREATED },
	[WALK_TAG]       = { "task_tag g",                       SEARCH_TAG,     false, true,  SEARCH_CREATED },
	[WALK_BATCH]     = { "task t INDEXED BY task_batch",     SEARCH_BATCH,   true,  true,  SEARCH_CREATED },
	[WALK_PROJECT]   = { "task t INDEXED BY task_project",   SEARCH_PROJECT, true,  true,  SEARCH_CREATED },
	[WALK_TYPE]      = { "task t INDEXED BY task_type",      SEARCH_TYPE,    true,  true,  SEARCH_CREATED },
	[WALK_STATUS]    = { "task t INDEXED BY task_status",    SEARCH_STATUS,  false, true,  SEARCH_CREATED },
	[WALK_CREATED]   = { "task t INDEXED BY task_created",   SEARCH_KEYS,    false, true,  SEARCH_CREATED },
	[WALK_UPDATED]   = { "task t INDEXED BY task_updated",   SEARCH_KEYS,    false, false, SEARCH_UPDATED },
	[WALK_COMPLETED] = { "task t INDEXED BY task_completed", SEARCH_KEYS,    false, false, SEARCH_COMPLETED },
	/* clang-format on */
};

/* For an index on a status, where the search names none. */
static struct search_text statuses[] = {
	{ "pending", 7 },
	{ "completed", 9 },
	{ "canceled", 8 },
	{ "error", 5 },
};
static const struct search_any every_status = { statuses, ARRAY_LEN(statuses) };
static const struct search_any anything = { NULL, 1 };

static const char *const columns[SEARCH_KEYS] = {
	[SEARCH_PROJECT] = "t.project", [SEARCH_BATCH] = "t.batch",      [SEARCH_TYPE] = "t.type",
	[SEARCH_STATUS] = "t.status",   [SEARCH_UNIQUE] = "t.unique_id", [SEARCH_TAG] = "g.tag",
	[SEARCH_REVIEW] = "t.review",
};
static const char *const times[SEARCH_TIMES] = { "t.created_ms", "t.updated_ms", "t.completed_ms" };

enum search_key
search_walk_key(enum search_walk walk)
{
	return walks[walk].key;
}

enum search_time
search_walk_time(enum search_walk walk)
{
	return walks[walk].range;
}

static void
add_value(struct search_sql *sql, struct search_value value)
{
	if (sql->count % 16 == 0)
		sql->values = mem_grow(sql->values, sql->count + 16, sizeof(*sql->values));
	sql->values[sql->count++] = value;
}

static void
add_text(struct search_sql *sql, const struct search_text *t)
{
	add_value(sql, (struct search_value){ .text = t->p, .n = t->n });
}

void
search_sql_number(struct search_sql *sql, const char *text, int64_t value)
{
	buf_adds(&sql->text, text);
	add_value(sql, (struct search_value){ .number = value });
}

static void
add_any(struct search_sql *sql, const struct search_any *any, const char *word, const char *column)
{
	buf_addf(&sql->text, "%s %s %s", word, column, any->count == 1 ? "= ?" : "IN (?");
	for (size_t i = 0; i < any->count; i++) {
		if (i > 0)
			buf_adds(&sql->text, ",?");
		add_text(sql, &any->at[i]);
	}
	if (any->count > 1)
		buf_adds(&sql->text, ")");
}

void
search_sql_any(struct search_sql *sql, const struct search *q, enum search_key key,
	       const char *word, const char *column)
{
	if (q->any[key].count > 0)
		add_any(sql, &q->any[key], word, column);
}

static void
add_range(struct search_sql *sql, const struct search_range *r, const char *column)
{
	if (r->from != INT64_MIN) {
		buf_addf(&sql->text, " AND %s >= ?", column);
		search_sql_number(sql, "", r->from);
	}
	if (r->to != INT64_MAX) {
		buf_addf(&sql->text, " AND %s <= ?", column);
		search_sql_number(sql, "", r->to);
	}
}

/* The lists of values that the ranges of a walk are made of: those of its key, and the
 * statuses behind them. */
static const struct search_any *
keys_of(const struct walk *w, const struct search *q)
{
	return w->key == SEARCH_KEYS ? &anything : &q->any[w->key];
}

static const struct search_any *
statuses_of(const struct walk *w, const struct search *q)
{
	if (!w->status)
		return &anything;
	return q->any[SEARCH_STATUS].count > 0 ? &q->any[SEARCH_STATUS] : &every_status;
}

bool
search_walk_fits(enum search_walk walk, const struct search *q)
{
	const struct walk *w = &walks[walk];
	size_t ranges = keys_of(w, q)->count * statuses_of(w, q)->count, values = 16;

	for (size_t i = 0; i < SEARCH_KEYS; i++)
		values += q->any[i].count;
	return ranges <= RANGES_MAX && ranges * values <= VALUES_MAX;
}

/* What the index of the walk does not hold is asked of each row. */
static bool
is_asked(const struct walk *w, const struct search *q, enum search_key key)
{
	return q->any[key].count > 0 && key != w->key && !(key == SEARCH_STATUS && w->status);
}

/* Does a walk over the tags need the task's own row? */
static bool
needs_task(const struct walk *w, const struct search *q)
{
	for (enum search_key key = 0; key < SEARCH_KEYS; key++)
		if (key != SEARCH_PROJECT && is_asked(w, q, key))
			return true;
	for (enum search_time i = SEARCH_UPDATED; i < SEARCH_TIMES; i++)
		if (q->time[i].from != INT64_MIN || q->time[i].to != INT64_MAX)
			return true;
	return false;
}

static void
add_rest(struct search_sql *sql, const struct search *q, const struct walk *w)
{
	bool tags = w->key == SEARCH_TAG;

	for (enum search_key key = 0; key < SEARCH_KEYS; key++) {
		if (!is_asked(w, q, key))
			continue;
		if (key == SEARCH_TAG) {
			buf_adds(&sql->text, " AND EXISTS (SELECT 1 FROM task_tag g"
					     " WHERE g.env = t.env AND");
			search_sql_any(sql, q, key, "", columns[key]);
			buf_adds(&sql->text,
				 " AND g.created_ms = t.created_ms AND g.task = t.seq)");
		} else {
			search_sql_any(sql, q, key, " AND",
				       tags && key == SEARCH_PROJECT ? "g.project" : columns[key]);
		}
	}
	for (enum search_time i = 0; i < SEARCH_TIMES; i++)
		if (i != w->range)
			add_range(sql, &q->time[i], times[i]);
}

/* FROM and WHERE of the rows with one of these keys and one of these statuses. */
static void
add_rows(struct search_sql *sql, const struct search *q, const struct walk *w,
	 const struct search_any *keys, const struct search_any *status)
{
	bool tags = w->key == SEARCH_TAG;

	buf_addf(&sql->text, " FROM %s", w->from);
	if (tags && needs_task(w, q))
		buf_adds(&sql->text, " CROSS JOIN task t ON t.seq = g.task");
	search_sql_number(sql, tags ? " WHERE g.env = ?" : " WHERE t.env = ?", q->is_test);
	if (w->key != SEARCH_KEYS)
		add_any(sql, keys, " AND", columns[w->key]);
	if (w->status)
		add_any(sql, status, " AND", "t.status");
	if (w->range != SEARCH_TIMES)
		add_range(sql, &q->time[w->range], tags ? "g.created_ms" : times[w->range]);
	add_rest(sql, q, w);
}

static void
add_range_of_marks(struct search_sql *sql, const struct search *q, const struct walk *w,
		   const struct search_any *keys, const struct search_any *status,
		   const struct page_mark *after)
{
	bool tags = w->key == SEARCH_TAG;

	buf_adds(&sql->text, tags ? "SELECT g.created_ms AS ms, g.task AS seq"
				  : "SELECT t.created_ms AS ms, t.seq AS seq");
	add_rows(sql, q, w, keys, status);
	if (!after)
		return;
	search_sql_number(
		sql, tags ? " AND (g.created_ms, g.task) < (?" : " AND (t.created_ms, t.seq) < (?",
		after->ms);
	search_sql_number(sql, ", ?)", after->seq);
}

/* One SELECT for each range of the index, merged. A task may carry several of the tags. */
static void
add_merged(struct search_sql *sql, const struct search *q, const struct walk *w,
	   const struct page_mark *after)
{
	const struct search_any *keys = keys_of(w, q), *status = statuses_of(w, q);

	if (!w->sorted) {
		add_range_of_marks(sql, q, w, keys, status, after);
	} else {
		for (size_t i = 0; i < keys->count; i++) {
			for (size_t j = 0; j < status->count; j++) {
				struct search_any key = { keys->at ? keys->at + i : NULL, 1 };
				struct search_any one = { status->at ? status->at + j : NULL, 1 };

				if (i + j > 0)
					buf_adds(&sql->text,
						 w->key == SEARCH_TAG ? " UNION " : " UNION ALL ");
				add_range_of_marks(sql, q, w, &key, &one, after);
			}
		}
	}
	buf_adds(&sql->text, " ORDER BY ms DESC, seq DESC LIMIT ");
}

void
search_sql_marks(struct search_sql *sql, const struct search *q, enum search_walk walk,
		 const struct search_page *page)
{
	struct search within = *q; /* a page that goes on needs one upper bound, not two */

	if (page->has_after && page->after.ms <= q->time[SEARCH_CREATED].to)
		within.time[SEARCH_CREATED].to = INT64_MAX;
	add_merged(sql, &within, &walks[walk], page->has_after ? &page->after : NULL);
	search_sql_number(sql, "?", page->limit);
	search_sql_number(sql, " OFFSET ?", page->offset);
}

void
search_sql_count(struct search_sql *sql, const struct search *q, enum search_walk walk)
{
	const struct walk *w = &walks[walk];

	if (w->key == SEARCH_TAG && q->any[SEARCH_TAG].count > 1) {
		buf_adds(&sql->text, "SELECT count(*) FROM (");
		add_merged(sql, q, w, NULL);
		buf_adds(&sql->text, "-1)");
	} else {
		buf_adds(&sql->text, "SELECT count(*)");
		add_rows(sql, q, w, keys_of(w, q), statuses_of(w, q));
	}
}

sqlite3_stmt *
search_sql_query(const struct search_sql *sql, struct db *db)
{
	sqlite3_stmt *st = db_query(db, buf_str(&sql->text));

	for (size_t i = 0; i < sql->count; i++) {
		if (sql->values[i].text)
			db_text(st, (int)i + 1, sql->values[i].text, sql->values[i].n);
		else
			db_int(st, (int)i + 1, sql->values[i].number);
	}
	return st;
}

void
search_sql_done(struct search_sql *sql)
{
	buf_free(&sql->text);
	free(sql->values);
}
