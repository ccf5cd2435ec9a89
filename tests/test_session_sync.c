/* test_session_sync.c - the refresh of the board, single tasks, the lists of the pickers. */
#include "config.h"

#include "tests/canary.h"
#include "tests/answers.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

static struct sandbox *sandbox;

static int
setup_all(void **state)
{
	(void)state;
	sandbox = sandbox_start(NULL, NULL); /* the demo account: 2,000 tasks */
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
open_demo(struct world *w, void **state)
{
	struct err err = ERR_INIT;

	world_open(w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	world_good(session_start(w->s, world_now(w), &err), &err);
}

static void
refresh(struct world *w, bool full, struct session_event *ev)
{
	struct err err = ERR_INIT;

	world_good(session_refresh(w->s, full, world_now(w), &err), &err);
	assert_true(session_refreshing(w->s));
	world_wait(w, SESSION_REFRESHED, ev);
	assert_false(session_refreshing(w->s));
}

static long
total(struct world *w)
{
	struct board_query q = { .target = session_target(w->s) };
	struct err err = ERR_INIT;
	long n = -1;

	world_good(store_board_count(w->store, &q, "", &n, NULL, &err), &err);
	return n;
}

static void
the_first_refresh_brings_the_account_page_by_page_and_the_next_only_changes(void **state)
{
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world w;
	long all;
	size_t calls;

	open_demo(&w, state);
	assert_int_equal(session_refreshed_ms(w.s), 0);
	world_good(session_refresh(w.s, false, world_now(&w), &err), &err);
	world_wait(&w, SESSION_TASKS, &ev);
	assert_int_equal(ev.count, 100); /* shown while the rest is on its way */
	assert_int_equal(total(&w), 100);
	assert_true(session_refreshing(w.s));
	world_wait(&w, SESSION_REFRESHED, &ev);
	world_good(ev.err.code, &ev.err);
	all = total(&w);
	assert_int_equal(ev.count, all);
	assert_in_range(all, 1000, 2000);
	assert_true(session_refreshed_ms(w.s) > 0);
	calls = world_calls(&w, ENDPOINT_TASK_LIST);
	assert_in_range(calls, 10, 20);
	refresh(&w, false, &ev);
	world_good(ev.err.code, &ev.err);
	assert_true(ev.count < 100);
	assert_true(world_calls(&w, ENDPOINT_TASK_LIST) - calls < 5);
	assert_int_equal(session_next_refresh_ms(w.s), -1);
	world_close(&w);
}

/* The newest task that still waits. */
static void
pending_task(struct world *w, char key[BOARD_KEY_SIZE])
{
	struct board_query q = { .target = session_target(w->s), .filter.count = 1 };
	struct err err = ERR_INIT;
	struct board_row row;
	bool found;
	size_t n = 0;

	world_good(filter_parse("status=pending", &q.filter, NULL, &err), &err);
	world_good(store_board(w->store, &q, "", 0, 0, &row, &n, &found, &err), &err);
	assert_int_equal(n, 1);
	memcpy(key, row.key, BOARD_KEY_SIZE);
}

static void
status_is(struct world *w, const char *key, const char *want)
{
	struct err err = ERR_INIT;
	struct task t;

	task_init(&t);
	world_good(store_task_get(w->store, session_target(w->s), key, &t, &err), &err);
	assert_string_equal(t.status, want);
	task_done(&t);
}

static void
a_task_is_fetched_and_canceled(void **state)
{
	char key[BOARD_KEY_SIZE];
	struct session_event ev;
	struct err err = ERR_INIT;
	struct draft *d = world_draft("Urban Fusion", NULL);
	struct world w;
	int64_t seq;

	open_demo(&w, state);
	world_good(session_submit(w.s, d, world_now(&w), &seq, &err), &err);
	world_wait_row(&w, TASK_PENDING, &ev);
	pending_task(&w, key);
	world_good(session_task_fetch(w.s, key, world_now(&w), &err), &err);
	world_wait(&w, SESSION_TASK, &ev);
	world_good(ev.err.code, &ev.err);
	assert_string_equal(ev.key, key);
	world_good(session_cancel(w.s, key, true, world_now(&w), &err), &err);
	world_wait(&w, SESSION_CANCELED, &ev);
	world_good(ev.err.code, &ev.err);
	assert_string_equal(ev.key, key);
	status_is(&w, key, "canceled");
	world_good(session_cancel(w.s, key, false, world_now(&w), &err), &err);
	world_wait(&w, SESSION_CANCELED, &ev); /* it is what was wanted */
	world_good(ev.err.code, &ev.err);
	draft_free(d);
	world_close(&w);
}

static void
what_cannot_be_canceled_or_fetched_says_why(void **state)
{
	static const char unknown[] = "000000000000000000000000";
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world w;

	open_demo(&w, state);
	assert_int_equal(session_cancel(w.s, "local-1", false, world_now(&w), &err), ERR_NOT_FOUND);
	assert_int_equal(session_cancel(w.s, "", false, world_now(&w), &err), ERR_RULE);
	assert_int_equal(session_task_fetch(w.s, "", world_now(&w), &err), ERR_RULE);
	world_good(session_task_fetch(w.s, unknown, world_now(&w), &err), &err);
	world_wait(&w, SESSION_TASK, &ev);
	assert_int_equal(ev.err.code, ERR_NOT_FOUND);
	assert_string_equal(ev.key, unknown);
	world_good(session_cancel(w.s, unknown, false, world_now(&w), &err), &err);
	world_wait(&w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_NOT_FOUND);
	world_close(&w);
}

static void
projects_and_batches_fill_the_pickers(void **state)
{
	struct session_event ev;
	struct err err = ERR_INIT;
	struct choice *list;
	struct world w;
	int64_t age = 0;
	size_t n = 0;

	open_demo(&w, state);
	world_good(session_fetch_projects(w.s, world_now(&w), &err), &err);
	world_good(session_fetch_projects(w.s, world_now(&w), &err), &err); /* no second call */
	world_wait(&w, SESSION_PROJECTS, &ev);
	world_good(ev.err.code, &ev.err);
	assert_int_equal(world_calls(&w, ENDPOINT_PROJECT_LIST), 1);
	world_good(store_choices(w.store, session_target(w.s), PICK_PROJECT, "", &list, &n, &age,
				 &err),
		   &err);
	assert_int_equal(n, ev.count);
	assert_true(n >= 5 && age > 0);
	choices_free(list, n);
	world_good(session_fetch_batches(w.s, "Urban Fusion", world_now(&w), &err), &err);
	world_wait(&w, SESSION_BATCHES, &ev);
	world_good(ev.err.code, &ev.err);
	world_good(store_choices(w.store, session_target(w.s), PICK_BATCH, "Urban Fusion", &list,
				 &n, &age, &err),
		   &err);
	assert_int_equal(n, ev.count);
	assert_int_equal(n, 8);
	choices_free(list, n);
	world_good(session_fetch_batches(w.s, "", world_now(&w), &err), &err);
	world_wait(&w, SESSION_BATCHES, &ev);
	assert_true(ev.count > 8);
	world_close(&w);
}

/* --- a service that misbehaves --- */

struct scene {
	struct world w;
	struct canned_server *server;
};

static void
begin(struct scene *s, void **state, const struct canned *answers, size_t n)
{
	struct err err = ERR_INIT;
	char url[64];

	s->server = canned_start(answers, n, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s->server));
	world_open(&s->w, *state, url, "live_" CANARY "6789");
	world_good(session_start(s->w.s, world_now(&s->w), &err), &err);
}

static void
finish(struct scene *s)
{
	world_close(&s->w);
	canned_stop(s->server);
}

#define T(id, updated)                                                            \
	"{\"task_id\":\"" id "\",\"type\":\"multistage\",\"status\":\"pending\"," \
	"\"created_at\":\"2024-01-01T00:00:00.000Z\",\"updated_at\":\"" updated "\"}"
#define DAY2 "2024-01-02T00:00:00.000Z"
#define DAY3 "2024-01-03T00:00:00.000Z"

static void
d8_a_token_that_comes_again_ends_the_refresh(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page(T("a", DAY2) "," T("b", DAY2), "A")),
		answer("200 OK", "", answer_page(T("b", DAY2) "," T("c", DAY2), "B")),
		answer("200 OK", "", answer_page(T("a", DAY2), "A")),
		answer("200 OK", "", answer_page(T("x", DAY2), "C")),
	};
	struct session_event ev;
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers));
	refresh(&s.w, false, &ev);
	world_good(ev.err.code, &ev.err);
	assert_int_equal(ev.count, 3); /* no row twice */
	assert_int_equal(total(&s.w), 3);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 3);
	finish(&s);
}

static void
a_broken_refresh_begins_again_and_a_whole_one_moves_the_mark(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page(T("a", DAY3), "A")),
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page(T("a", DAY3) "," T("b", DAY2), "")),
		answer("200 OK", "", answer_page("", "")),
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	int64_t mark = -1;
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers));
	refresh(&s.w, false, &ev);
	assert_int_not_equal(ev.err.code, ERR_OK);
	assert_int_equal(ev.count, 1);
	assert_int_equal(session_refreshed_ms(s.w.s), 0);
	world_good(store_sync_mark(s.w.store, session_target(s.w.s), &mark, &err), &err);
	assert_int_equal(mark, 0);
	refresh(&s.w, false, &ev);
	world_good(ev.err.code, &ev.err);
	refresh(&s.w, false, &ev);
	world_good(ev.err.code, &ev.err);
	assert_non_null(strstr(canned_request(s.server), "type=multistage"));
	assert_non_null(strstr(canned_request(s.server), "next_token=A"));
	assert_null(strstr(canned_request(s.server), "updated_after"));
	/* a minute of overlap before the newest change */
	assert_non_null(strstr(canned_request(s.server), "updated_after=2024-01-02T23%3A59%3A00"));
	finish(&s);
}

static void
a_refresh_by_itself_keeps_its_pace_and_backs_off(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page("", "")),
		answer("429 Too Many Requests", "Retry-After: 500\r\n", ""),
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page("", "")),
	};
	struct session_event ev;
	struct scene s;
	int64_t now;

	begin(&s, state, answers, ARRAY_LEN(answers));
	assert_int_equal(session_next_refresh_ms(s.w.s), -1);
	session_auto_refresh(s.w.s, 15000);
	world_wait(&s.w, SESSION_REFRESHED, &ev); /* the first at once */
	world_good(ev.err.code, &ev.err);
	now = world_now(&s.w).mono_ms;
	assert_in_range(session_next_refresh_ms(s.w.s), now + 5000, now + 15000);
	session_auto_refresh(s.w.s, 15000); /* said again: no reason to hurry */
	assert_in_range(session_next_refresh_ms(s.w.s), now + 5000, now + 15000);
	world_wait(&s.w, SESSION_REFRESHED, &ev);
	assert_int_equal(ev.err.code, ERR_BUSY);
	session_auto_refresh(s.w.s, 1000); /* a new pace does not break the promise */
	assert_true(session_next_refresh_ms(s.w.s) > world_now(&s.w).mono_ms + 450000);
	world_wait(&s.w, SESSION_REFRESHED, &ev);
	assert_int_not_equal(ev.err.code, ERR_OK);
	world_wait(&s.w, SESSION_REFRESHED, &ev);
	world_good(ev.err.code, &ev.err);
	session_auto_refresh(s.w.s, 0);
	assert_int_equal(session_timeout(s.w.s, world_now(&s.w).mono_ms), -1);
	finish(&s);
}

static void
a_refresh_settles_what_was_in_doubt(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "",
		       answer_page(answer_task("u-1", "2024-01-01T00:00:00.000Z", ""), "")),
	};
	struct draft *d = world_draft("p", "u-1");
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;
	int64_t seq;

	begin(&s, state, answers, ARRAY_LEN(answers));
	world_good(session_submit(s.w.s, d, world_now(&s.w), &seq, &err), &err);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(total(&s.w), 1);
	world_good(session_refresh(s.w.s, true, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_string_equal(ev.key, ANSWER_ID);
	assert_int_equal(total(&s.w), 1); /* one row, the task's */
	draft_free(d);
	finish(&s);
}

static void
a_no_to_a_cancel_is_believed_only_if_it_is_not_canceled(void **state)
{
	static const char no[] = "{\"status_code\":400,\"error\":\"work has started\"}";
	const struct canned answers[] = {
		answer("400 Bad Request", "", no),
		answer("200 OK", "", "{\"task_id\":\"t1\",\"status\":\"canceled\"}"),
		answer("400 Bad Request", "", no),
		answer("200 OK", "", "{\"task_id\":\"t1\",\"status\":\"completed\"}"),
		answer("400 Bad Request", "", no),
		answer("503 Service Unavailable", "", ""),
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers));
	for (int i = 0; i < 3; i++) {
		world_good(session_cancel(s.w.s, "t1", false, world_now(&s.w), &err), &err);
		world_wait(&s.w, SESSION_CANCELED, &ev);
		assert_int_equal(ev.err.code == ERR_OK, i == 0);
		if (i > 0)
			assert_non_null(strstr(ev.err.msg, "work has started"));
	}
	status_is(&s.w, "t1", "completed");
	finish(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_first_refresh_brings_the_account_page_by_page_and_the_next_only_changes),
		CASE(a_task_is_fetched_and_canceled),
		CASE(what_cannot_be_canceled_or_fetched_says_why),
		CASE(projects_and_batches_fill_the_pickers),
		CASE(d8_a_token_that_comes_again_ends_the_refresh),
		CASE(a_broken_refresh_begins_again_and_a_whole_one_moves_the_mark),
		CASE(a_refresh_by_itself_keeps_its_pace_and_backs_off),
		CASE(a_refresh_settles_what_was_in_doubt),
		CASE(a_no_to_a_cancel_is_believed_only_if_it_is_not_canceled),
	};
	return cmocka_run_group_tests_name("session sync", tests, setup_all, teardown_all);
}
