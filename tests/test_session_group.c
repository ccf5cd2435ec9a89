/* test_session_group.c - many rows at once: one commit for a turn, and never a byte before it. */
#include "config.h"

#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/store_db.h"

#define PROJECT "Urban Fusion" /* of the demo account */
#define MANY    120            /* the log of calls must hold them all */
#define WAIT_MS 60000

static struct sandbox *sandbox;

static int
setup_all(void **state)
{
	(void)state;
	sandbox = sandbox_start(NULL, NULL);
	return 0;
}

static int
teardown_all(void **state)
{
	(void)state;
	sandbox_stop(sandbox);
	return 0;
}

static void
start(struct world *w)
{
	struct err err = ERR_INIT;

	world_good(session_start(w->s, world_now(w), &err), &err);
}

static void
submit(struct world *w)
{
	struct err err = ERR_INIT;
	struct draft *d = world_draft(PROJECT, NULL);
	int64_t seq;

	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	draft_free(d);
}

/* n rows in one commit; their seqs are 1 to n. */
static void
queue(struct world *w, size_t n)
{
	struct err err = ERR_INIT;

	session_batch_begin(w->s, world_now(w));
	for (size_t i = 0; i < n; i++)
		submit(w);
	world_good(session_batch_end(w->s, world_now(w), &err), &err);
}

static int64_t
number(struct world *w, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	world_good(store_number(w->store, sql, NULL, 0, &n, &err), &err);
	return n;
}

static int64_t
rows_in(struct world *w, const char *state)
{
	char sql[100];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM outbox WHERE state = '%s'", state);
	return number(w, sql);
}

/* Turns until so many rows are in this state; all events are counted by kind of word. */
struct told {
	size_t accepted, queued, sending, failed;
};

static void
hear(struct world *w, struct told *t)
{
	struct session_event ev;

	while (session_next(w->s, &ev)) {
		if (ev.kind != SESSION_ROW)
			continue;
		t->accepted += ev.accepted;
		t->failed += ev.err.code == ERR_STORE;
		t->queued += ev.status == TASK_QUEUED && !ev.accepted && !ev.err.code;
		t->sending += ev.status == TASK_SENDING && !ev.err.code;
	}
}

static void
turns_until(struct world *w, struct told *t, const size_t *count, size_t n)
{
	int64_t end = clock_mono_ms() + WAIT_MS;

	hear(w, t);
	while (*count < n && clock_mono_ms() < end) {
		world_turn(w);
		hear(w, t);
	}
	assert_int_equal(*count, n);
}

static int
refuse(void *arg)
{
	size_t *left = arg;

	return *left > 0 && (*left)-- > 0;
}

/* The next n commits fail as a full disk lets them. */
static void
break_commits(struct world *w, size_t *left, size_t n)
{
	*left = n;
	sqlite3_commit_hook(w->store->db, refuse, left);
}

static void
many_rows_share_their_commits_and_each_is_sent_once(void **state)
{
	struct told told = { 0 };
	unsigned long before;
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, MANY);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	before = store_commits(w.store);
	start(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 16); /* at once */
	assert_int_equal(rows_in(&w, "sending"), 48);                /* the rest of them follows */
	assert_int_equal(store_commits(w.store) - before, 1);
	turns_until(&w, &told, &told.accepted, MANY);
	assert_int_equal(told.queued, MANY);
	assert_int_equal(told.sending, MANY);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), MANY);
	assert_int_equal(rows_in(&w, "accepted"), MANY);
	assert_int_equal(number(&w, "SELECT count(DISTINCT task_id) FROM outbox"), MANY);
	assert_int_equal(number(&w, "SELECT count(*) FROM outbox WHERE attempt <> 1"), 0);
	/* An answer and the next claim are one commit. */
	assert_true(store_commits(w.store) - before <= MANY + 1);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1);
	world_close(&w);
}

static void
a_row_that_is_alone_is_claimed_and_sent_at_once(void **state)
{
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	submit(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	assert_int_equal(rows_in(&w, "sending"), 1);
	world_settle(&w);
	assert_int_equal(rows_in(&w, "accepted"), 1);
	world_close(&w);
}

static void
a_batch_is_queued_whole_or_not_at_all(void **state)
{
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world w;
	size_t left;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	break_commits(&w, &left, 1);
	session_batch_begin(w.s, world_now(&w));
	for (int i = 0; i < 5; i++)
		submit(&w);
	assert_int_equal(session_batch_end(w.s, world_now(&w), &err), ERR_STORE);
	assert_false(session_next(w.s, &ev)); /* nobody was told that it is queued */
	assert_int_equal(number(&w, "SELECT count(*) FROM outbox"), 0);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1); /* nothing to follow */
	queue(&w, 5);
	world_settle(&w);
	assert_int_equal(rows_in(&w, "accepted"), 5);
	world_close(&w);
}

static void
when_the_claims_cannot_be_committed_nothing_leaves(void **state)
{
	struct told told = { 0 };
	struct world w;
	size_t left;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, 20);
	hear(&w, &told);
	break_commits(&w, &left, 1);
	start(&w);
	hear(&w, &told);
	assert_int_equal(told.failed, 20); /* the group */
	assert_int_equal(told.sending, 0);
	assert_false(session_busy(w.s));
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	assert_int_equal(rows_in(&w, "queued"), 20);
	assert_int_equal(number(&w, "SELECT sum(attempt) FROM outbox"), 0);
	world_turn(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0); /* the circuit is broken */
	start(&w);
	turns_until(&w, &told, &told.accepted, 20);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 20);
	world_close(&w);
}

static void
when_the_outcomes_cannot_be_committed_the_rows_are_found_later(void **state)
{
	struct session_event ev;
	struct world w;
	size_t left;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, 60);
	start(&w);
	break_commits(&w, &left, 1000);
	world_settle(&w);
	assert_int_equal(rows_in(&w, "sending"), 48);
	assert_int_equal(rows_in(&w, "queued"), 12); /* never claimed */
	assert_in_range(world_calls(&w, ENDPOINT_TASK_CREATE), 16, 48);
	left = 0;
	start(&w);
	for (int i = 0; i < 60; i++)
		world_wait_row(&w, TASK_PENDING, &ev);
	/* What had not left when the circuit broke was looked up, too, and then sent. */
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 60);
	assert_int_equal(number(&w, "SELECT count(DISTINCT task_id) FROM outbox"), 60);
	world_close(&w);
}

static void
what_a_failed_group_tells_is_what_stands_in_the_store(void **state)
{
	struct session_event ev;
	struct world w;
	size_t left, failed = 0;
	int64_t end = clock_mono_ms() + WAIT_MS;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, 3);
	start(&w);
	while (session_next(w.s, &ev))
		continue;
	break_commits(&w, &left, 1000);
	while (failed < 3 && clock_mono_ms() < end) {
		world_turn(&w);
		while (session_next(w.s, &ev)) {
			assert_int_equal(ev.err.code, ERR_STORE);
			assert_int_equal(ev.status, TASK_SENDING);
			assert_false(ev.accepted);
			failed++;
		}
	}
	assert_int_equal(failed, 3);
	world_close(&w);
}

static void
a_row_that_another_process_moved_does_not_stop_its_group(void **state)
{
	struct told told = { 0 };
	struct err err = ERR_INIT;
	struct store *other;
	struct outbox_row r;
	struct world w;
	struct task t;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	other = store_open(conf_paths(w.conf)->database, &err);
	assert_non_null(other);
	queue(&w, 3);
	start(&w);
	hear(&w, &told);
	outbox_row_init(&r);
	world_good(store_outbox_get(other, 2, &r, &err), &err);
	task_init(&t);
	task_set(&t.task_id, "65a6f0c51c9d4400a1b2c3d4", 24);
	task_set(&r.task_id, "65a6f0c51c9d4400a1b2c3d4", 24);
	r.state = OUTBOX_ACCEPTED;
	world_good(store_outbox_outcome(other, &r, &t, 1, &err), &err);
	turns_until(&w, &told, &told.accepted, 3);
	assert_int_equal(told.failed, 0);
	assert_int_equal(rows_in(&w, "accepted"), 3);
	outbox_row_done(&r);
	outbox_row_init(&r);
	world_good(store_outbox_get(w.store, 2, &r, &err), &err);
	assert_string_equal(r.task_id, t.task_id); /* what was there first stays */
	assert_int_equal(number(&w, "SELECT count(*) FROM attempt WHERE seq = 2"), 1);
	outbox_row_done(&r);
	task_done(&t);
	store_close(other);
	world_close(&w);
}

/* Rows that are claimed and wait for their place on the wire: not a byte of them has left. */
static void
claimed_rows_are_given_back(struct world *w, size_t sent)
{
	struct told told = { 0 };

	hear(w, &told);
	assert_int_equal(rows_in(w, "queued"), 60 - sent);
	assert_int_equal(world_calls(w, ENDPOINT_TASK_CREATE), sent);
	assert_int_equal(number(w, "SELECT count(*) FROM outbox WHERE state = 'queued'"
				   " AND ambiguous"),
			 0);
	assert_true(told.queued >= 48 - sent);
}

static void
a_session_that_retires_gives_back_what_it_claimed(void **state)
{
	struct told told = { 0 };
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, 60);
	start(&w);
	hear(&w, &told);
	session_retire(w.s);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), 0);
	session_step(w.s, NULL, 0, world_now(&w));
	claimed_rows_are_given_back(&w, 16);
	turns_until(&w, &told, &told.accepted, 16);
	assert_int_equal(rows_in(&w, "sending"), 0);
	start(&w); /* at once, without a doubt */
	turns_until(&w, &told, &told.accepted, 60);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_LIST), 0);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 60);
	world_close(&w);
}

static void
a_session_that_is_suspended_leaves_its_claims_to_others(void **state)
{
	struct told told = { 0 };
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	queue(&w, 60);
	start(&w);
	hear(&w, &told);
	session_suspend(w.s);
	claimed_rows_are_given_back(&w, 16);
	session_resume(w.s, world_now(&w));
	turns_until(&w, &told, &told.accepted, 60);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 60);
	assert_int_equal(number(&w, "SELECT count(DISTINCT task_id) FROM outbox"), 60);
	world_close(&w);
}

static void
a15_a_key_that_is_not_taken_gives_back_what_was_claimed(void **state)
{
	struct told told = { 0 };
	struct session_event ev;
	struct hold hold;
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), "nobody_takes_this_key_0123456789");
	queue(&w, 500);
	start(&w);
	do
		world_wait(&w, SESSION_ROW, &ev);
	while (ev.err.code != ERR_AUTH);
	world_settle(&w);
	hear(&w, &told);
	assert_true(session_hold(w.s, &hold));
	assert_int_equal(rows_in(&w, "queued"), 500);
	assert_int_equal(number(&w, "SELECT count(*) FROM outbox WHERE ambiguous"), 0);
	assert_in_range(world_calls(&w, ENDPOINT_TASK_CREATE), 16, 48);
	world_close(&w);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(many_rows_share_their_commits_and_each_is_sent_once),
		CASE(a_row_that_is_alone_is_claimed_and_sent_at_once),
		CASE(a_batch_is_queued_whole_or_not_at_all),
		CASE(when_the_claims_cannot_be_committed_nothing_leaves),
		CASE(when_the_outcomes_cannot_be_committed_the_rows_are_found_later),
		CASE(what_a_failed_group_tells_is_what_stands_in_the_store),
		CASE(a_row_that_another_process_moved_does_not_stop_its_group),
		CASE(a_session_that_retires_gives_back_what_it_claimed),
		CASE(a_session_that_is_suspended_leaves_its_claims_to_others),
		CASE(a15_a_key_that_is_not_taken_gives_back_what_was_claimed),
	};
	return cmocka_run_group_tests_name("session group", tests, setup_all, teardown_all);
}
