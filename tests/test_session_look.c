/* test_session_look.c - rows in doubt are looked up together, and decided one by one. */
#include "config.h"

#include "tests/answers.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/store_db.h"

#define PROJECT "Urban Fusion" /* of the demo account */
#define NOW     "2024-01-16T21:10:45.031Z"
#define OTHER   "65a6f0c51c9d4400a1b2c3d5"
#define MANY    120

static void
start(struct world *w)
{
	struct err err = ERR_INIT;

	world_good(session_start(w->s, world_now(w), &err), &err);
}

/* One row, with this unique_id or one of its own. */
static int64_t
queue(struct world *w, const char *unique_id)
{
	struct draft *d = world_draft(PROJECT, unique_id);
	struct err err = ERR_INIT;
	int64_t seq = 0;

	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	draft_free(d);
	return seq;
}

/* On its way when the program died. */
static void
leave_behind(struct world *w, int64_t seq)
{
	struct err err = ERR_INIT;
	bool won = false;

	world_good(store_outbox_claim(w->store, seq, 0, world_now(w).wall_ms, &won, &err), &err);
	assert_true(won);
}

static int64_t
number(struct world *w, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	world_good(store_number(w->store, sql, NULL, 0, &n, &err), &err);
	return n;
}

static void
row_is(struct world *w, int64_t seq, enum outbox_state state)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	assert_int_equal(r.state, state);
	outbox_row_done(&r);
}

/* The service makes the task of this row, and nobody hears of it. */
static void
make_unheard(struct world *w, struct api *a, int64_t seq)
{
	int64_t end = clock_mono_ms() + 60000;
	struct err err = ERR_INIT;
	struct api_event ev;
	struct outbox_row r;
	int ticket;

	outbox_row_init(&r);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	world_good(api_task_create(a, r.payload, r.payload_len, clock_mono_ms(), &ticket, &err),
		   &err);
	while (!api_next(a, &ev)) {
		struct pollfd fds[SESSION_FDS_MAX];
		size_t n = api_pollfds(a, fds, SESSION_FDS_MAX);

		assert_true(clock_mono_ms() < end);
		poll(fds, n, 20);
		api_step(a, fds, n, clock_mono_ms());
	}
	world_good(ev.err.code, &ev.err);
	outbox_row_done(&r);
}

static size_t
looks(const struct world *w)
{
	return world_calls(w, ENDPOINT_TASK_LIST);
}

static void
a21_more_than_a_hundred_rows_in_doubt_are_looked_up_fifty_at_a_time(void **state)
{
	struct sandbox *sandbox = sandbox_start(NULL, NULL);
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world w;
	struct api *a;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	a = api_open(w.conf, SANDBOX_LIVE, "a test", &err);
	assert_non_null(a);
	for (int64_t i = 1; i <= MANY; i++) {
		assert_int_equal(queue(&w, NULL), i);
		leave_behind(&w, i);
		if (i % 2)
			make_unheard(&w, a, i);
	}
	api_free(a);
	start(&w);
	assert_int_equal(looks(&w), 3); /* 50, 50 and 20 */
	world_settle(&w);
	assert_int_equal(looks(&w), 3);
	assert_int_equal(number(&w, "SELECT count(*) FROM outbox WHERE state = 'accepted'"), 60);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	/* Those of one call have one time. */
	assert_in_range(number(&w, "SELECT count(DISTINCT next_ms) FROM outbox"
				   " WHERE state = 'unconfirmed'"),
			1, 3);
	w.skipped_ms += OUTBOX_GATE_MS + 1000;
	for (int i = 0; i < MANY / 2; i++)
		world_wait_row(&w, TASK_PENDING, &ev);
	assert_int_equal(number(&w, "SELECT count(*) FROM outbox WHERE state = 'accepted'"), MANY);
	assert_int_equal(number(&w, "SELECT count(DISTINCT task_id) FROM outbox"), MANY);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), MANY / 2);
	assert_true(looks(&w) <= 3 + MANY / 4);
	world_close(&w);
	sandbox_stop(sandbox);
}

/* Rows 1 to n, "u-1" and so on, left behind by a dead process; a server that answers so. */
struct scene {
	struct world w;
	struct canned_server *server;
};

static void
begin(struct scene *s, void **state, const struct canned *answers, size_t n, int64_t rows)
{
	char url[64], id[16];

	setenv("MULTISTAGE_NOW", NOW, 1);
	s->server = canned_start(answers, n, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s->server));
	world_open(&s->w, *state, url, "live_k_0123456789");
	for (int64_t i = 1; i <= rows; i++) {
		snprintf(id, sizeof(id), "u-%lld", (long long)i);
		assert_int_equal(queue(&s->w, id), i);
		leave_behind(&s->w, i);
	}
	start(&s->w);
}

static void
finish(struct scene *s)
{
	world_close(&s->w);
	canned_stop(s->server);
	unsetenv("MULTISTAGE_NOW");
}

static void
a20_of_an_answer_full_of_strangers_only_ours_is_accepted(void **state)
{
	char docs[1024];
	struct scene s;

	snprintf(docs, sizeof(docs),
		 "{\"task_id\":\"" OTHER "\",\"status\":\"pending\",\"unique_id\":\"u-1 \"},"
		 "{\"task_id\":\"" OTHER "\",\"status\":\"pending\",\"unique_id\":\"U-2\"},"
		 "{\"task_id\":\"" OTHER "\",\"status\":\"pending\"},"
		 "{\"task_id\":\"" OTHER "\",\"status\":\"pending\",\"unique_id\":7},"
		 "%s",
		 answer_task("u-3", NOW, ""));
	const struct canned answers[] = { answer("200 OK", "", answer_page(docs, "")) };

	begin(&s, state, answers, ARRAY_LEN(answers), 3);
	world_settle(&s.w);
	row_is(&s.w, 1, OUTBOX_UNCONFIRMED);
	row_is(&s.w, 2, OUTBOX_UNCONFIRMED);
	row_is(&s.w, 3, OUTBOX_ACCEPTED);
	assert_int_equal(looks(&s.w), 1);
	finish(&s);
}

static void
a21_pages_of_a_look_up_are_followed_until_all_are_found(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, ""), "t-1")),
		answer("200 OK", "", answer_page(answer_task("a stranger", NOW, ""), "t-2")),
		answer("200 OK", "",
		       answer_page("{\"task_id\":\"" OTHER "\",\"status\":\"pending\","
				   "\"unique_id\":\"u-2\"}",
				   "t-3")),
	};
	const char *request;
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers), 2);
	world_settle(&s.w);
	row_is(&s.w, 1, OUTBOX_ACCEPTED);
	row_is(&s.w, 2, OUTBOX_ACCEPTED);
	assert_int_equal(looks(&s.w), 3); /* the last token leads to nobody we ask for */
	request = canned_request(s.server);
	assert_non_null(strstr(request, "unique_id=u-1&unique_id=u-2"));
	request = canned_request(s.server);
	assert_null(strstr(request, "unique_id=u-1")); /* it is found */
	assert_non_null(strstr(request, "unique_id=u-2"));
	assert_non_null(strstr(request, "next_token=t-1"));
	assert_non_null(strstr(canned_request(s.server), "next_token=t-2"));
	finish(&s);
}

static void
d8_a_token_that_comes_again_ends_a_look_up(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page(answer_task("a stranger", NOW, ""), "t-1")),
		answer("200 OK", "", answer_page(answer_task("a stranger", NOW, ""), "t-1")),
	};
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers), 2);
	world_settle(&s.w);
	assert_int_equal(looks(&s.w), 2);
	row_is(&s.w, 1, OUTBOX_UNCONFIRMED);
	row_is(&s.w, 2, OUTBOX_UNCONFIRMED);
	assert_int_equal(number(&s.w, "SELECT min(looks) FROM outbox"), 1);
	finish(&s);
}

static void
a_service_that_tells_of_everything_it_has_is_not_read_for_ever(void **state)
{
	const char *stranger = answer_task("a stranger", NOW, "");
	struct canned answers[8];
	char token[16];
	struct scene s;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		snprintf(token, sizeof(token), "t-%zu", i);
		answers[i] = answer("200 OK", "", answer_page(stranger, token));
	}
	begin(&s, state, answers, ARRAY_LEN(answers), 1);
	world_settle(&s.w);
	assert_int_equal(looks(&s.w), 5);
	row_is(&s.w, 1, OUTBOX_UNCONFIRMED);
	finish(&s);
}

static void
a_call_that_fails_leaves_its_rows_in_doubt_and_together(void **state)
{
	char docs[1024];
	struct session_event ev;
	struct scene s;

	snprintf(docs, sizeof(docs), "%s", answer_task("u-2", NOW, ""));
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page(answer_task("u-2", NOW, ""), "t-1")),
		{ .bytes = NULL, .end = CANNED_RESET }, /* the second page */
		answer("200 OK", "", answer_page("", "")),
	};

	begin(&s, state, answers, ARRAY_LEN(answers), 4);
	world_settle(&s.w);
	assert_int_equal(number(&s.w, "SELECT count(*) FROM outbox WHERE state = 'unconfirmed'"),
			 4);
	assert_int_equal(number(&s.w, "SELECT count(DISTINCT next_ms) FROM outbox"), 1);
	assert_int_equal(number(&s.w, "SELECT max(looks) FROM outbox"), 0); /* nothing was seen */
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_int_equal(ev.seq, 2);
	world_settle(&s.w);
	assert_int_equal(looks(&s.w), 3);
	assert_int_equal(number(&s.w, "SELECT count(*) FROM outbox WHERE state = 'unconfirmed'"),
			 3);
	assert_int_equal(number(&s.w, "SELECT count(DISTINCT next_ms) FROM outbox"
				      " WHERE state = 'unconfirmed'"),
			 1);
	assert_int_equal(number(&s.w, "SELECT max(looks) FROM outbox"), 0);
	for (int i = 0; i < 3; i++)
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(looks(&s.w), 4);
	assert_int_equal(number(&s.w, "SELECT min(looks) FROM outbox WHERE seq <> 2"), 1);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_CREATE), 0);
	finish(&s);
}

static void
a_row_that_is_not_settled_in_a_day_asks_for_a_person(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, ""), "")),
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	struct outbox_row r;
	struct scene s;

	begin(&s, state, answers, ARRAY_LEN(answers), 1);
	do
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	while (ev.err.code == ERR_OK);
	assert_null(strstr(ev.err.hint, "needs you"));
	s.w.skipped_ms += (int64_t)25 * 3600000;
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(strncmp(ev.err.hint, "needs you: not settled since 2024-01-16", 39), 0);
	outbox_row_init(&r);
	world_good(store_outbox_get(s.w.store, 1, &r, &err), &err);
	assert_string_equal(r.hint, ev.err.hint);
	outbox_row_done(&r);
	world_wait_row(&s.w, TASK_PENDING, &ev); /* and goes on by itself */
	finish(&s);
}

static void
long_ids_are_asked_for_in_addresses_that_servers_take(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page("", "")),
	};
	char id[101], url[64];
	struct scene s;

	setenv("MULTISTAGE_NOW", NOW, 1);
	s.server = canned_start(answers, ARRAY_LEN(answers), NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s.server));
	world_open(&s.w, *state, url, "live_k_0123456789");
	for (int i = 1; i <= 20; i++) {
		snprintf(id, sizeof(id), "%0*d", (int)sizeof(id) - 1, i);
		memset(id, ':', 90); /* three bytes each in an address */
		leave_behind(&s.w, queue(&s.w, id));
	}
	start(&s.w);
	world_settle(&s.w);
	assert_int_equal(looks(&s.w), 2);
	assert_int_equal(number(&s.w, "SELECT min(looks) FROM outbox"), 1);
	finish(&s);
}

static void
a_row_in_doubt_does_not_wait_behind_a_bulk(void **state)
{
	struct sandbox *sandbox = sandbox_start(NULL, NULL);
	struct world w;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	for (int i = 1; i <= 40; i++)
		queue(&w, NULL);
	leave_behind(&w, 40);
	start(&w);
	assert_int_equal(looks(&w), 1);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 16);
	world_settle(&w);
	world_close(&w);
	sandbox_stop(sandbox);
}

/* Whatever the session asked, no table of thousands of rows was read from end to end. */
static void
no_statement_of_the_queue_reads_a_whole_table(void **state)
{
	struct sandbox *sandbox = sandbox_start(NULL, NULL);
	struct session_event ev;
	struct world w;
	size_t plans = 0;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	for (int i = 1; i <= 20; i++)
		queue(&w, NULL);
	leave_behind(&w, 1);
	start(&w);
	for (int i = 0; i < 19; i++)
		world_wait_row(&w, TASK_PENDING, &ev);
	for (size_t i = 0; i < w.store->kept_count; i++) {
		sqlite3_stmt *st = NULL;
		char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", w.store->kept[i].sql);

		if (sqlite3_prepare_v2(w.store->db, sql, -1, &st, NULL) == SQLITE_OK)
			while (sqlite3_step(st) == SQLITE_ROW) {
				const char *plan = (const char *)sqlite3_column_text(st, 3);

				plans++;
				if (strncmp(plan, "SCAN outbox", 11) == 0 &&
				    !strstr(plan, "USING COVERING INDEX outbox_sending"))
					fail_msg("%s: %s", w.store->kept[i].sql, plan);
				if (strncmp(plan, "SCAN task", 9) == 0 ||
				    strncmp(plan, "SCAN attempt", 12) == 0 ||
				    strstr(plan, "USE TEMP B-TREE"))
					fail_msg("%s: %s", w.store->kept[i].sql, plan);
			}
		sqlite3_finalize(st);
		sqlite3_free(sql);
	}
	assert_true(plans > 10);
	world_close(&w);
	sandbox_stop(sandbox);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a21_more_than_a_hundred_rows_in_doubt_are_looked_up_fifty_at_a_time),
		CASE(a20_of_an_answer_full_of_strangers_only_ours_is_accepted),
		CASE(a21_pages_of_a_look_up_are_followed_until_all_are_found),
		CASE(d8_a_token_that_comes_again_ends_a_look_up),
		CASE(a_service_that_tells_of_everything_it_has_is_not_read_for_ever),
		CASE(a_call_that_fails_leaves_its_rows_in_doubt_and_together),
		CASE(a_row_that_is_not_settled_in_a_day_asks_for_a_person),
		CASE(long_ids_are_asked_for_in_addresses_that_servers_take),
		CASE(a_row_in_doubt_does_not_wait_behind_a_bulk),
		CASE(no_statement_of_the_queue_reads_a_whole_table),
	};
	return cmocka_run_group_tests_name("session look", tests, NULL, NULL);
}
