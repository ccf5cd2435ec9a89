/* search_find.c - how many match, and which come next: the way there, chosen by kept counts. */
#include "config.h"

#include "core/err.h"
#include "sandbox/db.h"
#include "sandbox/search.h"
#include "sandbox/search_sql.h"
#include "sandbox/service.h"

#define BLOCK_MS (1 << 24) /* of task_block */

/* What a step costs, in steps along an index; measured, roughly. */
#define COST_ROW  16 /* a row of the table, looked up */
#define COST_SORT 8  /* a match that is sorted */

static int64_t
run_number(struct service *s, struct search_sql *sql)
{
	int64_t n = db_number(s->db, search_sql_query(sql, s->db), 0);

	search_sql_done(sql);
	return n;
}

static bool
is_open(const struct search_range *r)
{
	return r->from == INT64_MIN && r->to == INT64_MAX;
}

/* From task_count; q's tags, times, unique ids and reviews are not looked at. */
static int64_t
count_kinds(struct service *s, const struct search *q)
{
	struct search_sql sql = SEARCH_SQL_INIT;

	search_sql_number(&sql, "SELECT sum(n) FROM task_count WHERE env = ?", q->is_test);
	if (q->any[SEARCH_BATCH].count == 0)
		buf_adds(&sql.text, " AND batch = ''");
	search_sql_any(&sql, q, SEARCH_BATCH, " AND", "batch");
	search_sql_any(&sql, q, SEARCH_PROJECT, " AND", "project");
	search_sql_any(&sql, q, SEARCH_TYPE, " AND", "type");
	search_sql_any(&sql, q, SEARCH_STATUS, " AND", "status");
	return run_number(s, &sql);
}

/* An upper bound, if there are several. */
static int64_t
count_tags(struct service *s, const struct search *q)
{
	struct search_sql sql = SEARCH_SQL_INIT;

	search_sql_number(&sql, "SELECT sum(n) FROM tag_count WHERE env = ?", q->is_test);
	search_sql_any(&sql, q, SEARCH_TAG, " AND", "tag");
	return run_number(s, &sql);
}

/* Of task_block, from..to inclusive. */
static int64_t
count_blocks(struct service *s, const struct search *q, enum search_time what, int64_t from,
	     int64_t to)
{
	struct search_sql sql = SEARCH_SQL_INIT;

	search_sql_number(&sql, "SELECT sum(n) FROM task_block WHERE env = ?", q->is_test);
	search_sql_number(&sql, " AND what = ?", what);
	search_sql_number(&sql, " AND block >= ?", from);
	search_sql_number(&sql, " AND block <= ?", to);
	search_sql_any(&sql, q, SEARCH_PROJECT, " AND", "project");
	search_sql_any(&sql, q, SEARCH_TYPE, " AND", "type");
	search_sql_any(&sql, q, SEARCH_STATUS, " AND", "status");
	return run_number(s, &sql);
}

static int64_t
count_rows(struct service *s, const struct search *q, enum search_walk walk)
{
	struct search_sql sql = SEARCH_SQL_INIT;

	search_sql_count(&sql, q, walk);
	return run_number(s, &sql);
}

/* The block that a time falls into, as db_counts.c has it; >> of SQLite rounds down. */
static int64_t
block_of(int64_t ms)
{
	return ms >= 0 ? ms / BLOCK_MS : -(-(ms + 1) / BLOCK_MS) - 1;
}

struct way { /* an index to walk, and how long it is: entries */
	enum search_walk walk;
	int64_t length;
};

/* How many tasks the walk passes if nothing stops it. */
static int64_t
length_of(struct service *s, const struct search *q, enum search_walk walk)
{
	struct search only = { .is_test = q->is_test };
	enum search_key key = search_walk_key(walk);

	if (key == SEARCH_TAG)
		return count_tags(s, q);
	if (key != SEARCH_KEYS)
		only.any[key] = q->any[key];
	if (walk != WALK_CREATED)
		only.any[SEARCH_STATUS] = q->any[SEARCH_STATUS];
	return count_kinds(s, &only);
}

/* The shortest walk in the order of a list; for a few rows that are named one by one,
 * straight to them. */
static struct way
choose_walk(struct service *s, const struct search *q)
{
	struct way best = { WALK_CREATED, INT64_MAX };
	int64_t length;

	if (q->any[SEARCH_UNIQUE].count > 0)
		return (struct way){ WALK_UNIQUE, 0 };
	if (q->any[SEARCH_REVIEW].count > 0)
		return (struct way){ WALK_REVIEW, 0 };
	for (enum search_walk walk = WALK_TAG; walk < WALK_CREATED; walk++) {
		if (q->any[search_walk_key(walk)].count == 0 || !search_walk_fits(walk, q))
			continue;
		length = length_of(s, q, walk);
		if (length < best.length)
			best = (struct way){ walk, length };
	}
	if (best.walk == WALK_CREATED)
		best.length = length_of(s, q, WALK_CREATED);
	return best;
}

/* The range by update or completion that passes the fewest entries; length -1: none asked. */
static struct way
choose_range(struct service *s, const struct search *q)
{
	struct search all = { .is_test = q->is_test };
	struct way best = { WALK_UPDATED, -1 };

	for (enum search_walk walk = WALK_UPDATED; walk < WALKS; walk++) {
		enum search_time what = search_walk_time(walk);
		const struct search_range *r = &q->time[what];
		int64_t length;

		if (is_open(r))
			continue;
		length = count_blocks(s, &all, what, block_of(r->from), block_of(r->to));
		if (best.length < 0 || length < best.length)
			best = (struct way){ walk, length };
	}
	return best;
}

/* Count along an index: by time, which holds all that is filtered by but tags, or else the
 * walk, whose rows must be looked up for a time that is not that of the list. */
static int64_t
count_along(struct service *s, const struct search *q)
{
	struct way walk = choose_walk(s, q), range = choose_range(s, q);

	if (range.length >= 0 && range.length < walk.length * COST_ROW)
		return count_rows(s, q, range.walk);
	return count_rows(s, q, walk.walk);
}

/* One range of time, and kinds but no batch: the blocks inside are summed, and only what is
 * left at the ends is counted. */
static int64_t
count_range(struct service *s, const struct search *q, enum search_time what)
{
	const struct search_range *r = &q->time[what];
	enum search_walk walk = what == SEARCH_UPDATED   ? WALK_UPDATED
				: what == SEARCH_CREATED ? choose_walk(s, q).walk
							 : WALK_COMPLETED;
	int64_t first = block_of(r->from), last = block_of(r->to), n = 0;
	struct search end = *q;

	if (r->from > r->to)
		return 0;
	if (first == last)
		return count_rows(s, q, walk);
	if (r->from != INT64_MIN) {
		end.time[what] = (struct search_range){ r->from, (first + 1) * BLOCK_MS - 1 };
		n += count_rows(s, &end, walk);
		first++;
	}
	if (r->to != INT64_MAX) {
		end.time[what] = (struct search_range){ last * BLOCK_MS, r->to };
		n += count_rows(s, &end, walk);
		last--;
	}
	return first <= last ? n + count_blocks(s, q, what, first, last) : n;
}

int64_t
search_total(struct service *s, const struct search *q)
{
	const struct search_any *any = q->any;
	bool kinds = any[SEARCH_PROJECT].count || any[SEARCH_BATCH].count ||
		     any[SEARCH_TYPE].count || any[SEARCH_STATUS].count;
	enum search_time what = SEARCH_TIMES;
	size_t ranges = 0;

	for (enum search_time i = 0; i < SEARCH_TIMES; i++) {
		if (!is_open(&q->time[i])) {
			what = i;
			ranges++;
		}
	}
	if (any[SEARCH_UNIQUE].count || any[SEARCH_REVIEW].count)
		return count_along(s, q);
	if (any[SEARCH_TAG].count == 1 && !kinds && ranges == 0)
		return count_tags(s, q);
	if (any[SEARCH_TAG].count || ranges > 1 || (ranges == 1 && any[SEARCH_BATCH].count))
		return count_along(s, q);
	return ranges == 0 ? count_kinds(s, q) : count_range(s, q, what);
}

/* What was created after the range ends is most likely not in it: the walk passes it first. */
static int64_t
created_after(struct service *s, const struct search *q, enum search_walk range)
{
	const struct search_range *r = &q->time[search_walk_time(range)];

	if (r->to == INT64_MAX)
		return 0;
	return count_blocks(s, q, SEARCH_CREATED, block_of(r->to) + 1, INT64_MAX);
}

/* A walk ends when the page is full; a range is read to its end, and sorted. */
static enum search_walk
choose(struct service *s, const struct search *q, const struct search_page *page, int64_t total)
{
	struct way walk = choose_walk(s, q), range = choose_range(s, q);
	int64_t need = page->offset < total ? page->offset + page->limit : total;
	double passed;

	if (range.length < 0)
		return walk.walk;
	passed = (double)walk.length * (double)need / (double)total +
		 (double)created_after(s, q, range.walk);
	if (passed > (double)walk.length)
		passed = (double)walk.length;
	return passed * COST_ROW < (double)range.length + (double)total * COST_SORT ? walk.walk
										    : range.walk;
}

size_t
search_marks(struct service *s, const struct search *q, const struct search_page *page,
	     int64_t total, struct page_mark *marks)
{
	struct search_sql sql = SEARCH_SQL_INIT;
	sqlite3_stmt *st;
	size_t n = 0;

	if (total == 0)
		return 0;
	search_sql_marks(&sql, q, choose(s, q, page, total), page);
	st = search_sql_query(&sql, s->db);
	while (n < (size_t)page->limit && db_row(s->db, st)) {
		marks[n].ms = sqlite3_column_int64(st, 0);
		marks[n++].seq = sqlite3_column_int64(st, 1);
	}
	if (st)
		sqlite3_reset(st);
	search_sql_done(&sql);
	return n;
}
