/* test_sandbox_search.c - lists of tasks: what they find, page by page, and how they find it.
 *
 * Each filter is a row: the query, and the same as a condition that SQLite answers by looking
 * at every task. The plans of the statements that run are read, too.
 */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "sandbox/db.h"
#include "tests/inside.h"

#include <json-c/json.h>

#define TASKS    "demo:3000"
#define TAG(tag) "EXISTS (SELECT 1 FROM json_each(task.tags) WHERE value = '" tag "')"
#define MS(iso)  "(unixepoch('" iso "') * 1000)"

static const struct row {
	const char *query, *condition;
	const char *sorts; /* why a statement may sort; NULL: it must not */
} rows[] = {
	/* clang-format off */
	{ "", "true", NULL },
	{ "project=Urban%20Fusion", "project = 'Urban Fusion'", NULL },
	{ "project=nobody", "false", NULL },
	{ "project=Urban%20Fusion&project=Parking%20Lidar", "project IN ('Urban Fusion', 'Parking Lidar')", NULL },
	{ "project=Urban%20Fusion&project=Urban%20Fusion", "project = 'Urban Fusion'", NULL },
	{ "batch=fp3d-day-b", "batch = 'fp3d-day-b'", NULL },
	{ "batch=fp3d-day-b&batch=urban/oslo-1", "batch IN ('fp3d-day-b', 'urban/oslo-1')", NULL },
	{ "type=multistage", "type = 'multistage'", NULL },
	{ "type=imageannotation", "false", NULL },
	{ "status=pending", "status = 'pending'", NULL },
	{ "status=error&status=canceled", "status IN ('error', 'canceled')", NULL },
	{ "status=error&status=canceled&status=pending&status=completed", "true", NULL },
	{ "project=Urban%20Fusion&status=pending", "project = 'Urban Fusion' AND status = 'pending'", NULL },
	{ "project=Urban%20Fusion&status=error&status=canceled", "project = 'Urban Fusion' AND status IN ('error', 'canceled')", NULL },
	{ "batch=fp3d-day-b&status=completed", "batch = 'fp3d-day-b' AND status = 'completed'", NULL },
	{ "type=multistage&status=error", "type = 'multistage' AND status = 'error'", NULL },
	{ "project=Urban%20Fusion&batch=urban/oslo-1", "batch = 'urban/oslo-1'", NULL },
	{ "project=Parking%20Lidar&batch=urban/oslo-1", "false", NULL },
	{ "project=Urban%20Fusion&type=multistage&status=pending", "project = 'Urban Fusion' AND status = 'pending'", NULL },
	{ "unique_id=urban/munich-1/0002", "unique_id = 'urban/munich-1/0002'", NULL },
	{ "unique_id=urban/munich-1/0003&unique_id=nobody&unique_id=urban/munich-1/0002", "unique_id IN ('urban/munich-1/0003', 'urban/munich-1/0002')", "one row for each id" },
	{ "tags=night", TAG("night"), NULL },
	{ "tags=nobody", "false", NULL },
	{ "tags=night&tags=rain", "(" TAG("night") " OR " TAG("rain") ")", NULL },
	{ "tags=night&project=Urban%20Fusion", TAG("night") " AND project = 'Urban Fusion'", NULL },
	{ "tags=night&status=error", TAG("night") " AND status = 'error'", NULL },
	{ "tags=night&batch=urban/oslo-1", TAG("night") " AND batch = 'urban/oslo-1'", NULL },
	{ "tags=night&updated_after=2026-11-01", TAG("night") " AND updated_ms >= " MS("2026-11-01"), NULL },
	{ "customer_review_status=accepted", "review = 'accepted'", NULL },
	{ "customer_review_status=accepted,fixed", "review IN ('accepted', 'fixed')", NULL },
	{ "customer_review_status=accepted&project=Urban%20Fusion", "review = 'accepted' AND project = 'Urban Fusion'", NULL },
	{ "start_time=2026-11-01", "created_ms >= " MS("2026-11-01"), NULL },
	{ "end_time=2026-11-01", "created_ms <= " MS("2026-11-01"), NULL },
	{ "start_time=2026-11-01&end_time=2026-11-08", "created_ms BETWEEN " MS("2026-11-01") " AND " MS("2026-11-08"), NULL },
	{ "start_time=2026-11-01T10:00&end_time=2026-11-01T10:40", "created_ms BETWEEN " MS("2026-11-01T10:00") " AND " MS("2026-11-01T10:40"), NULL },
	{ "start_time=2026-11-08&end_time=2026-11-01", "false", NULL },
	{ "start_time=0001-01-01&end_time=9999-12-31", "true", NULL },
	{ "end_time=1960-05-05", "false", NULL },
	{ "start_time=2026-11-01&project=Urban%20Fusion", "created_ms >= " MS("2026-11-01") " AND project = 'Urban Fusion'", NULL },
	{ "start_time=2026-11-01&project=Urban%20Fusion&status=completed", "created_ms >= " MS("2026-11-01") " AND project = 'Urban Fusion' AND status = 'completed'", NULL },
	{ "end_time=2026-11-01&status=error", "created_ms <= " MS("2026-11-01") " AND status = 'error'", NULL },
	{ "start_time=2026-11-01&batch=urban/porto-1", "created_ms >= " MS("2026-11-01") " AND batch = 'urban/porto-1'", NULL },
	{ "start_time=2026-11-01&tags=night", "created_ms >= " MS("2026-11-01") " AND " TAG("night"), NULL },
	{ "updated_after=2026-10-02", "updated_ms >= " MS("2026-10-02"), NULL },
	{ "updated_after=2026-11-25", "updated_ms >= " MS("2026-11-25"), "few, by their time of update" },
	{ "updated_before=2026-09-27", "updated_ms <= " MS("2026-09-27"), "few, by their time of update" },
	{ "updated_after=2026-10-10&updated_before=2026-10-11&project=Urban%20Fusion", "updated_ms BETWEEN " MS("2026-10-10") " AND " MS("2026-10-11") " AND project = 'Urban Fusion'", "few, by their time of update" },
	{ "updated_after=2026-11-25&batch=urban/porto-2", "updated_ms >= " MS("2026-11-25") " AND batch = 'urban/porto-2'", "few, by their time of update" },
	{ "completed_after=2026-10-02", "completed_ms >= " MS("2026-10-02"), NULL },
	{ "completed_before=2026-11-01", "completed_ms <= " MS("2026-11-01"), "long before the newest, by their time of completion" },
	{ "completed_after=2026-11-24T18:00&status=completed", "completed_ms >= " MS("2026-11-24T18:00"), "few, by their time of completion" },
	{ "completed_after=2026-11-20&updated_after=2026-11-24&start_time=2026-11-01", "completed_ms >= " MS("2026-11-20") " AND updated_ms >= " MS("2026-11-24") " AND created_ms >= " MS("2026-11-01"), "few, by their time of update" },
	{ "completed_after=2026-11-24&tags=night", "completed_ms >= " MS("2026-11-24") " AND " TAG("night"), "few, by their time of completion" },
	/* clang-format on */
};

static struct service s; /* the demo account, for all tests that do not change it */

static int
open_demo(void **state)
{
	(void)state;
	inside_open(&s, TASKS);
	return 0;
}

static int
close_demo(void **state)
{
	(void)state;
	inside_close(&s);
	return 0;
}

static void
list(const char *query, const char *more, struct inside_reply *r)
{
	char target[1024];

	snprintf(target, sizeof(target), "/v1/tasks?%s%s", query, more);
	inside_call(&s, false, "GET", target, NULL, r);
	if (r->status != 200)
		fail_msg("%s: %s", target, json_object_to_json_string(r->json));
}

/* All ids that every row of the table is looked at for, newest first. */
static char *
look_at_all(const struct row *row, int64_t *total)
{
	char sql[1024];
	char *ids;

	snprintf(sql, sizeof(sql),
		 "SELECT id FROM task NOT INDEXED WHERE env = 0 AND %s"
		 " ORDER BY created_ms DESC, seq DESC",
		 row->condition);
	ids = inside_ask(&s, sql);
	*total = (int64_t)strlen(ids) / 25;
	if (*total == 0 && strcmp(row->condition, "false") != 0)
		fail_msg("%s: no task is like that, so nothing is tested", row->condition);
	return ids;
}

/* Put what follows page r in more; false at the end. */
static bool
next_page(const struct inside_reply *r, char *more, size_t size)
{
	struct json_object *token;

	if (!inside_number(r, "has_more")) {
		assert_false(json_object_object_get_ex(r->json, "next_token", NULL));
		return false;
	}
	assert_true(json_object_object_get_ex(r->json, "next_token", &token));
	snprintf(more, size, "&limit=100&next_token=%s", json_object_get_string(token));
	return true;
}

static void
every_filter_finds_what_looking_at_all_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf got = BUF_INIT(16u << 20);
		char more[128] = "&limit=100";
		struct inside_reply r;
		int64_t total;
		char *want = look_at_all(&rows[i], &total);
		bool on = true;

		buf_adds(&got, "");
		while (on) {
			char *ids;

			list(rows[i].query, more, &r);
			if (inside_number(&r, "total") != total)
				fail_msg("%s: total %lld, not %lld", rows[i].query,
					 (long long)inside_number(&r, "total"), (long long)total);
			ids = inside_ids(&r);
			buf_adds(&got, ids);
			free(ids);
			on = next_page(&r, more, sizeof(more));
			inside_free(&r);
		}
		if (strcmp(buf_str(&got), want) != 0)
			fail_msg("%s gives %zu tasks, %lld are right, or the order is not",
				 rows[i].query, got.len / 25, (long long)total);
		buf_free(&got);
		free(want);
	}
}

static void
an_offset_goes_to_any_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t total;
		char *want = look_at_all(&rows[i], &total);
		const int64_t offsets[] = { 1, total / 2, total - 1, total, total + 7 };

		for (size_t j = 0; j < ARRAY_LEN(offsets); j++) {
			int64_t offset = offsets[j] > 0 ? offsets[j] : 0;
			int64_t left = total > offset ? total - offset : 0;
			struct inside_reply r;
			char more[64], *ids;

			snprintf(more, sizeof(more), "&limit=3&offset=%lld", (long long)offset);
			list(rows[i].query, more, &r);
			ids = inside_ids(&r);
			if (strncmp(ids, want + (total - left) * 25, strlen(ids)) != 0 ||
			    strlen(ids) != (size_t)(left < 3 ? left : 3) * 25)
				fail_msg("%s%s gives %s", rows[i].query, more, ids);
			assert_int_equal(inside_number(&r, "offset"), offset);
			assert_int_equal(inside_number(&r, "has_more"), left > 3);
			assert_int_equal(inside_number(&r, "total"), total);
			free(ids);
			inside_free(&r);
		}
		free(want);
	}
}

static int
note_sql(unsigned what, void *arg, void *statement, void *text)
{
	struct buf *all = arg;

	(void)text;
	if (what == SQLITE_TRACE_STMT)
		buf_addf(all, "%s\n", sqlite3_sql(statement));
	return 0;
}

/* The SQL of a request, a line each. */
static void
trace(const char *query, struct buf *sql)
{
	struct inside_reply r;

	sqlite3_trace_v2(inside_sqlite(&s), SQLITE_TRACE_STMT, note_sql, sql);
	list(query, "&limit=10", &r);
	sqlite3_trace_v2(inside_sqlite(&s), 0, NULL, NULL);
	inside_free(&r);
}

/* "SCAN (subquery-1)" reads what was found; a table is not read from end to end. */
static void
check_step(const struct row *row, const char *sql, const char *step, bool *sorts)
{
	const char *scan = strstr(step, "SCAN ");

	if (scan && strncmp(scan, "SCAN (subquery", 14) != 0)
		fail_msg("%s scans: %s\n%s", row->query, step, sql);
	*sorts = *sorts || strstr(step, "TEMP B-TREE");
	if (*sorts && !row->sorts)
		fail_msg("%s sorts: %s\n%s", row->query, step, sql);
	if (strstr(step, "AUTOMATIC"))
		fail_msg("%s makes an index: %s\n%s", row->query, step, sql);
}

static void
no_list_scans_and_none_sorts_without_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf sql = BUF_INIT(1u << 20);
		size_t steps = 0;
		bool sorts = false;
		char *text;

		trace(rows[i].query, &sql);
		text = buf_take(&sql);
		for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
			char explain[8192];
			sqlite3_stmt *st;

			*end = '\0';
			snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", line);
			if (strncmp(line, "SELECT", 6) != 0 ||
			    sqlite3_prepare_v2(inside_sqlite(&s), explain, -1, &st, NULL))
				continue;
			for (; sqlite3_step(st) == SQLITE_ROW; steps++)
				check_step(&rows[i], line, (const char *)sqlite3_column_text(st, 3),
					   &sorts);
			sqlite3_finalize(st);
		}
		if (steps == 0)
			fail_msg("%s: no plan was seen", rows[i].query);
		if (rows[i].sorts && !sorts)
			fail_msg("%s does not sort: \"%s\" has no place", rows[i].query,
				 rows[i].sorts);
		free(text);
	}
}

/* More values than ranges can be merged for. */
static void
a_hundred_values_of_a_filter_are_no_trouble(void **state)
{
	char query[8192] = "project=Urban%20Fusion";
	struct inside_reply all, r;

	(void)state;
	list(query, "", &all);
	for (size_t i = 0, n = strlen(query); i < 200; i++)
		n += (size_t)snprintf(query + n, sizeof(query) - n, "&project=p%zu&tags=t%zu", i,
				      i);
	snprintf(query + strlen(query), sizeof(query) - strlen(query), "&tags=night");
	inside_call(&s, false, "GET", "/v1/tasks?project=Urban%20Fusion&tags=night", NULL, &r);
	assert_true(inside_number(&r, "total") > 0);
	inside_free(&all);
	all = r;
	{
		char target[9000], *one, *many;

		snprintf(target, sizeof(target), "/v1/tasks?%s", query);
		inside_call(&s, false, "GET", target, NULL, &r);
		assert_int_equal(r.status, 200);
		assert_int_equal(inside_number(&r, "total"), inside_number(&all, "total"));
		one = inside_ids(&all);
		many = inside_ids(&r);
		assert_string_equal(one, many);
		free(one);
		free(many);
	}
	inside_free(&r);
	inside_free(&all);
}

#define CREATE \
	"{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k.sfs\"],\"tags\":[\"paging\"]}"

static void
create(struct service *own)
{
	struct inside_reply r;

	inside_call(own, false, "POST", "/v1/task/multistage", CREATE, &r);
	assert_int_equal(r.status, 200);
	inside_free(&r);
}

/* The clock stands still, so all are of one millisecond. */
static void
pages_neither_repeat_nor_miss_a_task_while_others_are_created(void **state)
{
	static const char *const queries[] = { "limit=7", "limit=7&project=Urban%20Fusion",
					       "limit=7&tags=paging",
					       "limit=7&status=pending&type=multistage",
					       "limit=7&end_time=" INSIDE_NOW };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		char target[256], more[128] = "", *want, *ids;
		struct buf got = BUF_INIT(1u << 20);
		struct inside_reply r;
		struct service own;
		bool on = true;

		inside_open(&own, "demo:5");
		for (int n = 0; n < 40; n++)
			create(&own);
		want = inside_ask(&own,
				  "SELECT id FROM task WHERE env = 0 AND tags = '[\"paging\"]'"
				  " ORDER BY seq DESC");
		while (on) {
			snprintf(target, sizeof(target), "/v1/tasks?%s%s", queries[i], more);
			inside_call(&own, false, "GET", target, NULL, &r);
			ids = inside_ids(&r);
			buf_adds(&got, ids);
			free(ids);
			on = next_page(&r, more, sizeof(more));
			inside_free(&r);
			create(&own);
		}
		if (strncmp(buf_str(&got), want, strlen(want)) != 0)
			fail_msg("%s: %s", queries[i], buf_str(&got));
		buf_free(&got);
		free(want);
		inside_close(&own);
	}
}

static void
a_demo_account_has_as_many_tasks_as_asked_for(void **state)
{
	static const struct {
		const char *seed;
		int live, test;
	} seeds[] = { { "demo", 2000, 400 }, { "demo:5", 5, 1 }, { "demo:777", 777, 155 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		struct inside_reply r;
		struct service own;

		inside_open(&own, seeds[i].seed);
		inside_call(&own, false, "GET", "/v1/tasks?limit=1", NULL, &r);
		assert_int_equal(inside_number(&r, "total"), seeds[i].live);
		inside_free(&r);
		inside_call(&own, true, "GET", "/v1/tasks?limit=1", NULL, &r);
		assert_int_equal(inside_number(&r, "total"), seeds[i].test);
		inside_free(&r);
		inside_close(&own);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter_finds_what_looking_at_all_finds),
		cmocka_unit_test(an_offset_goes_to_any_place),
		cmocka_unit_test(no_list_scans_and_none_sorts_without_a_reason),
		cmocka_unit_test(a_hundred_values_of_a_filter_are_no_trouble),
		cmocka_unit_test(pages_neither_repeat_nor_miss_a_task_while_others_are_created),
		cmocka_unit_test(a_demo_account_has_as_many_tasks_as_asked_for),
	};

	return cmocka_run_group_tests(tests, open_demo, close_demo);
}
