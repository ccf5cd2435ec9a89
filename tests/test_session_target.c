/* test_session_target.c - rows of another key, keys that were exchanged, tasks that are gone. */
#include "config.h"

#include "tests/answers.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/store_db.h"

#define NOW  "2024-01-16T21:10:45.031Z" /* $MULTISTAGE_NOW: the wall clock stands still */
#define OLD  "live_old_0123456789"
#define KEY  "live_new_0123456789"
#define URLS ",\"params\":{\"attachments\":[\"s3://acme/scene-1.sfs\"]}"

struct scene {
	void *dir;
	struct canned_server *server;
	char url[64];
};

static void
serve(struct scene *s, void **state, const struct canned *answers, size_t n)
{
	setenv("MULTISTAGE_NOW", NOW, 1);
	*s = (struct scene){ .dir = *state, .server = canned_start(answers, n, NULL) };
	snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/v1", canned_port(s->server));
}

static void
enter(struct scene *s, struct world *w, const char *key)
{
	struct err err = ERR_INIT;

	world_open(w, s->dir, s->url, key);
	world_good(session_start(w->s, world_now(w), &err), &err);
}

static int64_t
submit(struct world *w, const char *unique_id)
{
	struct draft *d = world_draft("p", unique_id);
	struct err err = ERR_INIT;
	int64_t seq = 0;

	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	draft_free(d);
	return seq;
}

static void
read_row(struct world *w, int64_t seq, struct outbox_row *r)
{
	struct err err = ERR_INIT;

	outbox_row_init(r);
	world_good(store_outbox_get(w->store, seq, r, &err), &err);
}

static int64_t
number(struct world *w, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	world_good(store_number(w->store, sql, NULL, 0, &n, &err), &err);
	return n;
}

/* The counters are what there is to count. */
static void
tallies_agree(struct world *w)
{
	assert_int_equal(number(w, "SELECT count(*) FROM (SELECT target, status, n FROM tally"
				   " WHERE n > 0 EXCEPT SELECT target, status, count(*) FROM task"
				   " GROUP BY target, status)"),
			 0);
	assert_int_equal(number(w, "SELECT count(*) FROM (SELECT target, status, count(*) FROM"
				   " task GROUP BY target, status EXCEPT SELECT * FROM tally)"),
			 0);
}

static void
a25_rows_in_doubt_stay_with_their_key_and_are_told_of(void **state)
{
	struct err err = ERR_INIT, note = ERR_INIT;
	struct outbox_row r;
	struct world w;
	struct scene s;
	bool won = false;
	int64_t seq;

	serve(&s, state, NULL, 0);
	world_open(&w, s.dir, s.url, OLD);
	seq = submit(&w, "u-1");
	submit(&w, "u-2");
	world_good(store_outbox_claim(w.store, seq, 0, 5, &won, &err), &err);
	assert_false(session_others(w.s, &note));
	world_close(&w);

	enter(&s, &w, KEY);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_LIST), 0);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	read_row(&w, seq, &r);
	assert_int_equal(r.state, OUTBOX_UNCONFIRMED); /* recovered, and not looked up from here */
	assert_true(r.ambiguous);
	outbox_row_done(&r);
	assert_true(session_others(w.s, &note));
	assert_non_null(strstr(note.msg, "2 submissions belong to another key"));
	assert_non_null(strstr(note.hint, "auth rotate"));
	world_close(&w);

	world_open(&w, s.dir, "http://127.0.0.1:1/v1", OLD);
	assert_true(session_others(w.s, &note));
	assert_non_null(strstr(note.msg, "2 submissions belong to another address"));
	assert_null(strstr(note.hint, "auth rotate"));
	world_close(&w);
	canned_stop(s.server);
}

static void
a25b_doubt_moves_with_its_row_and_is_looked_up_with_the_new_key(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, URLS), "")),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	struct outbox_row r;
	struct world w;
	struct scene s;
	bool won = false;
	int64_t seq, old;
	long moved = 0, left = 0;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, OLD);
	old = session_target(w.s);
	seq = submit(&w, "u-1");
	world_good(store_outbox_claim(w.store, seq, 0, 5, &won, &err), &err);
	assert_true(won);
	world_close(&w);

	world_open(&w, s.dir, s.url, KEY);
	world_good(session_adopt(w.s, old, world_now(&w), &moved, &left, &err), &err);
	assert_int_equal(moved, 1);
	assert_int_equal(left, 0);
	tallies_agree(&w);
	read_row(&w, seq, &r);
	assert_int_equal(r.target, session_target(w.s));
	assert_int_equal(r.state, OUTBOX_UNCONFIRMED);
	assert_true(r.ambiguous);
	outbox_row_done(&r);
	world_good(session_start(w.s, world_now(&w), &err), &err);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	tallies_agree(&w);
	world_close(&w);
	canned_stop(s.server);
}

static void
a25b_what_both_keys_submitted_stays_with_the_old_one(void **state)
{
	struct err err = ERR_INIT;
	struct outbox_row r;
	struct world w;
	struct scene s;
	int64_t old, twin, other;
	long moved = 0, left = 0;

	serve(&s, state, NULL, 0);
	world_open(&w, s.dir, s.url, OLD);
	old = session_target(w.s);
	twin = submit(&w, "u-1");
	other = submit(&w, "u-2");
	world_close(&w);
	world_open(&w, s.dir, s.url, KEY);
	submit(&w, "u-1");
	world_good(session_adopt(w.s, old, world_now(&w), &moved, &left, &err), &err);
	assert_int_equal(moved, 1);
	assert_int_equal(left, 1);
	read_row(&w, twin, &r);
	assert_int_equal(r.target, old);
	outbox_row_done(&r);
	read_row(&w, other, &r);
	assert_int_equal(r.target, session_target(w.s));
	outbox_row_done(&r);
	tallies_agree(&w);
	world_close(&w);
	canned_stop(s.server);
}

static void
a25b_nothing_moves_while_another_process_sends(void **state)
{
	const struct canned answers[] = { { .end = CANNED_HANG } };
	struct err err = ERR_INIT;
	struct world a, b;
	struct scene s;
	long moved = 0, left = 0;

	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &a, OLD);
	submit(&a, "u-1");
	assert_true(session_busy(a.s));
	world_open(&b, s.dir, s.url, KEY);
	assert_int_equal(
		session_adopt(b.s, session_target(a.s), world_now(&b), &moved, &left, &err),
		ERR_BUSY);
	assert_int_equal(moved, 0);
	world_close(&b);
	world_close(&a);
	canned_stop(s.server);
}

/* The task's row of the board as it is shown. */
static void
board(struct world *w, struct board_row *row)
{
	const struct board_query q = { .target = session_target(w->s) };
	struct err err = ERR_INIT;
	bool found = false;
	size_t n = 0;

	world_good(store_board(w->store, &q, ANSWER_ID, 0, 0, row, &n, &found, &err), &err);
	assert_true(found);
	assert_int_equal(n, 1);
}

static void
a36_a_service_that_begins_anew_makes_tasks_gone_and_gets_none_again(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_page("", "")), /* it began anew */
		answer("404 Not Found", "", "{\"status_code\":404,\"error\":\"no\"}"),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, ""), "")),
		answer("404 Not Found", "", "{\"status_code\":404,\"error\":\"no\"}"),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	struct board_row row;
	struct outbox_row r;
	struct world w;
	struct scene s;
	int64_t seq;

	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &w, KEY);
	seq = submit(&w, "u-1");
	world_wait_row(&w, TASK_PENDING, &ev);
	board(&w, &row);
	assert_string_equal(row.word, "pending");

	world_good(session_refresh(w.s, false, world_now(&w), &err), &err);
	world_wait(&w, SESSION_REFRESHED, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	world_wait(&w, SESSION_TASKS, &ev);
	board(&w, &row);
	assert_int_equal(row.status, TASK_OTHER);
	assert_string_equal(row.word, "gone");
	assert_string_equal(row.note, "not on server any more");
	tallies_agree(&w);

	world_good(session_refresh(w.s, false, world_now(&w), &err), &err); /* known by now */
	world_wait(&w, SESSION_REFRESHED, &ev);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_GET), 1);

	world_good(session_refresh(w.s, false, world_now(&w), &err), &err); /* there it is again */
	world_wait(&w, SESSION_REFRESHED, &ev);
	assert_int_equal(ev.count, 1);
	board(&w, &row);
	assert_string_equal(row.word, "pending");
	assert_string_equal(row.note, "");
	tallies_agree(&w);

	world_good(session_task_fetch(w.s, ANSWER_ID, world_now(&w), &err), &err);
	world_wait(&w, SESSION_TASK, &ev);
	assert_int_equal(ev.err.code, ERR_NOT_FOUND);
	board(&w, &row);
	assert_string_equal(row.word, "gone");
	read_row(&w, seq, &r);
	assert_int_equal(r.state, OUTBOX_ACCEPTED);
	outbox_row_done(&r);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	world_close(&w);
	canned_stop(s.server);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a25_rows_in_doubt_stay_with_their_key_and_are_told_of),
		CASE(a25b_doubt_moves_with_its_row_and_is_looked_up_with_the_new_key),
		CASE(a25b_what_both_keys_submitted_stays_with_the_old_one),
		CASE(a25b_nothing_moves_while_another_process_sends),
		CASE(a36_a_service_that_begins_anew_makes_tasks_gone_and_gets_none_again),
	};
	return cmocka_run_group_tests_name("session target", tests, NULL, NULL);
}
