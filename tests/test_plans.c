/* test_plans.c - no statement on a table that grows reads all of it. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/store_db.h"

/* Tables with a row for each task, or more. */
static const char *const growing[] = { "outbox", "attempt", "task", "task_body", "o", "y" };

/* Those that read one all the same, by a part of their text, and why that is right. */
static const struct {
	const char *part, *why;
} all_of_it[] = {
	{ "INSERT INTO tally SELECT", "once, when a key was exchanged" },
};

struct plan {
	struct store *s; /* whose statements are looked at */
	size_t looked_at;
};

static bool
grows(const char *detail)
{
	const char *table = detail + strlen("SCAN ");
	size_t n = strcspn(table, " ");

	for (size_t i = 0; i < ARRAY_LEN(growing); i++)
		if (strlen(growing[i]) == n && memcmp(growing[i], table, n) == 0)
			return true;
	return false;
}

/* A partial index holds the rows that are open: it is as short as the queue. */
static bool
short_index(const char *detail)
{
	static const char *const names[] = { "outbox_due", "outbox_sending", "outbox_verify",
					     "outbox_wish" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strstr(detail, names[i]))
			return true;
	return false;
}

static bool
excused(const char *sql)
{
	for (size_t i = 0; i < ARRAY_LEN(all_of_it); i++)
		if (strstr(sql, all_of_it[i].part))
			return true;
	return false;
}

static void
look_at(struct plan *p, const char *sql)
{
	char explain[9000];
	sqlite3_stmt *st = NULL;

	snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(p->s->db, explain, -1, &st, NULL))
		fail_msg("%s: %s", sqlite3_errmsg(p->s->db), sql);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(st, 3);

		if (strncmp(detail, "SCAN ", 5) == 0 && grows(detail) && !short_index(detail) &&
		    !excused(sql))
			fail_msg("%s\n# in: %s", detail, sql);
	}
	sqlite3_finalize(st);
	p->looked_at++;
}

/* All that the store has prepared so far. */
static void
look_at_all(struct plan *p)
{
	for (size_t i = 0; i < p->s->kept_count; i++)
		if (strncmp(p->s->kept[i].sql, "PRAGMA", 6) != 0)
			look_at(p, p->s->kept[i].sql);
}

static void
fill_row(struct outbox_row *r, int64_t target, const char *id)
{
	outbox_row_init(r);
	r->target = target;
	task_set(&r->run_key, id, strlen(id));
	task_set(&r->unique_id, id, strlen(id));
	task_set(&r->payload, "{}", 2);
	r->payload_len = 2;
	memset(r->sha256, 'a', 64);
}

static void
send(struct store *s, int64_t target)
{
	struct evidence *list = NULL;
	struct err err = ERR_INIT;
	struct outbox_row r;
	struct task t;
	bool existed = false, won = false;
	int64_t seq = 0, due = 0;
	size_t n = 0;

	fill_row(&r, target, "one");
	stored_good(store_outbox_add(s, &r, "draft", &existed, &err), &err);
	stored_good(store_outbox_find(s, target, "one", &seq, &err), &err);
	stored_good(store_outbox_due(s, target, &seq, &due, &err), &err);
	stored_good(store_outbox_claim(s, seq, 0, 5, &won, &err), &err);
	assert_true(won);
	stored_good(store_outbox_sending(s, &seq, &err), &err);
	stored_good(store_outbox_recover(s, 6, &n, &err), &err);
	assert_int_equal(n, 1);
	stored_good(store_outbox_wait(s, seq, 7, &err), &err);
	stored_good(store_outbox_get(s, seq, &r, &err), &err);
	r.state = OUTBOX_REJECTED;
	r.ambiguous = false;
	stored_good(store_outbox_outcome(s, &r, NULL, 8, &err), &err);
	stored_good(store_outbox_add(s, &r, "draft", &existed, &err), &err);
	stored_good(store_outbox_get(s, seq, &r, &err), &err);
	r.state = OUTBOX_ACCEPTED;
	task_set(&r.task_id, "abc", 3);
	task_init(&t);
	task_set(&t.task_id, "abc", 3);
	task_set(&t.status, "pending", 7);
	stored_good(store_outbox_outcome(s, &r, &t, 9, &err), &err);
	stored_good(store_evidence(s, seq, &list, &n, &err), &err);
	free(list);
	task_done(&t);
	outbox_row_done(&r);
}

static void
stand_in_the_way(struct store *s, int64_t target)
{
	struct other_target *others = NULL;
	struct hold h = { .what = HOLD_KEY };
	struct err err = ERR_INIT;
	int64_t until;
	int fails;
	size_t n;
	bool back;

	stored_good(store_hold_put(s, target, &h, &err), &err);
	stored_good(store_hold_get(s, target, &h, &err), &err);
	stored_good(store_hold_lift(s, target, &err), &err);
	stored_good(store_pace_put(s, target, 5, 1, &err), &err);
	stored_good(store_pace_get(s, target, &until, &fails, &err), &err);
	stored_good(store_other_targets(s, target, &others, &n, &err), &err);
	free(others);
	stored_good(store_generation_raise(s, &err), &err);
	stored_good(store_generation_raise(s, &err), &err);
	stored_good(store_generation_publish(s, &err), &err);
	stored_good(store_note_put(s, "generation", "0", &err), &err);
	stored_good(store_generation_check(s, 5, &back, &n, &err), &err);
	assert_true(back);
}

static void
refresh(struct store *s, int64_t target)
{
	char ids[1][BOARD_KEY_SIZE];
	long counts[TASK_STATUS_COUNT];
	struct err err = ERR_INIT;
	int64_t mark;
	struct task t;
	size_t n;
	bool changed;

	task_init(&t);
	task_set(&t.task_id, "def", 3);
	task_set(&t.status, "pending", 7);
	task_set(&t.project, "p", 1);
	stored_good(store_tasks_put(s, target, &t, 1, 5, &n, &err), &err);
	stored_good(store_task_gone(s, target, "def", 6, &changed, &err), &err);
	stored_good(store_task_get(s, target, "def", &t, &err), &err);
	stored_good(store_known_tasks(s, target, ids, 1, &n, &err), &err);
	stored_good(store_status_counts(s, target, counts, &err), &err);
	stored_good(store_sync_mark(s, target, &mark, &err), &err);
	stored_good(store_sync_mark_put(s, target, 5, &err), &err);
	task_done(&t);
}

static void
look_around(struct store *s, const struct board_query *q)
{
	struct board_row *rows = calloc(8, sizeof(*rows));
	struct err err = ERR_INIT;
	long total, above;
	bool found;
	size_t n;

	stored_good(store_board(s, q, "", 0, 4, rows, &n, &found, &err), &err);
	stored_good(store_board(s, q, "abc", 3, 4, rows, &n, &found, &err), &err);
	stored_good(store_board_end(s, q, 8, rows, &n, &err), &err);
	stored_good(store_board_count(s, q, "abc", &total, &above, &err), &err);
	free(rows);
}

static void
choose(struct store *s, int64_t target)
{
	static const enum field_pick what[] = { PICK_PROJECT, PICK_BATCH, PICK_BLUEPRINT };
	struct choice *list;
	struct batch_info info;
	struct err err = ERR_INIT;
	int64_t fetched;
	size_t n;

	stored_good(store_projects_put(s, target, NULL, 0, 5, &err), &err);
	stored_good(store_batches_put(s, target, "", NULL, 0, 5, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		stored_good(store_choice_used(s, target, what[i], "x", 5, &err), &err);
		stored_good(store_choices(s, target, what[i], "p", &list, &n, &fetched, &err),
			    &err);
		choices_free(list, n);
	}
	stored_good(store_batch_info(s, target, "b", &info, &err), &err);
}

static void
every_statement_on_a_table_that_grows_goes_by_an_index(void **state)
{
	static const char *const filters[] = { "", "fog", "status=error", "tag:rain !project:a",
					       "age<2h changed>1d priority:20 id:abc batch:b" };
	struct plan p = { .s = stored_open(scratch_path(*state, "db")) };
	struct err err = ERR_INIT;
	int64_t target = stored_target(p.s, "live_one"), other = stored_target(p.s, "live_two");
	long moved, left;

	send(p.s, target);
	look_at_all(&p);
	stand_in_the_way(p.s, target);
	refresh(p.s, target);
	choose(p.s, target);
	look_at_all(&p);
	for (int sort = 0; sort < BOARD_SORT_COUNT; sort++) {
		for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
			struct board_query q = { .target = target,
						 .sort = (enum board_sort)sort,
						 .reverse = i % 2 == 1,
						 .now_ms = 5 };

			stored_good(filter_parse(filters[i], &q.filter, NULL, &err), &err);
			look_around(p.s, &q);
			look_at_all(&p);
		}
	}
	stored_good(store_target_move(p.s, target, other, &moved, &left, &err), &err);
	assert_int_equal(moved, 1);
	look_at_all(&p);
	assert_true(p.looked_at > 100);
	store_close(p.s);
}

static void
a_scan_would_be_seen(void **state)
{
	struct plan p = { .s = stored_open(scratch_path(*state, "db")) };
	sqlite3_stmt *st = NULL;

	assert_int_equal(sqlite3_prepare_v2(
				 p.s->db, "EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE http = 5",
				 -1, &st, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_true(grows((const char *)sqlite3_column_text(st, 3)));
	sqlite3_finalize(st);
	store_close(p.s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_statement_on_a_table_that_grows_goes_by_an_index),
		CASE(a_scan_would_be_seen),
	};
	return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
