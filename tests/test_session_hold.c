/* test_session_hold.c - holds and pauses of a target, for every process until something changes. */
#include "config.h"

#include "tests/canary.h"
#include "tests/answers.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/store_db.h"

#include <sys/stat.h>

#define NOW "2024-01-16T21:10:45.031Z" /* $MULTISTAGE_NOW: the wall clock stands still */
#define KEY "live_" CANARY "6789"

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

/* One more process of this database. */
static void
enter(struct scene *s, struct world *w)
{
	struct err err = ERR_INIT;

	world_open(w, s->dir, s->url, KEY);
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
row_is(struct world *w, int64_t seq, enum outbox_state state, bool ambiguous)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	assert_int_equal(r.state, state);
	assert_int_equal(r.ambiguous, ambiguous);
	outbox_row_done(&r);
}

static size_t
posts(const struct world *w)
{
	return world_calls(w, ENDPOINT_TASK_CREATE);
}

/* The row comes back queued, and the target is held for it. */
static void
is_held(struct world *w, int64_t seq, enum hold_what what, struct hold *h)
{
	struct session_event ev;

	world_wait_row(w, TASK_SENDING, &ev);
	world_wait(w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED);
	row_is(w, seq, OUTBOX_QUEUED, false);
	assert_true(session_hold(w->s, h));
	assert_int_equal(h->what, what);
	assert_string_equal(h->note, ev.err.msg);
	assert_int_equal(h->since_ms, world_now(w).wall_ms);
}

/* Hours pass, and nothing leaves. */
static void
stays_quiet(struct world *w, size_t so_far)
{
	for (int i = 0; i < 3; i++) {
		w->skipped_ms += 7200000;
		session_step(w->s, NULL, 0, world_now(w));
		assert_false(session_busy(w->s));
	}
	assert_int_equal(posts(w), so_far);
}

static void
a14_a_redirect_holds_every_process_and_names_the_host(void **state)
{
	const struct canned answers[] = {
		answer("307 Temporary Redirect", "Location: https://evil.example/v1\r\n", ""),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_task("u-2", NOW, "")),
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world a, b;
	struct scene s;
	struct hold h;
	int64_t seq;

	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &a);
	seq = submit(&a, "u-1");
	is_held(&a, seq, HOLD_REDIRECT, &h);
	assert_non_null(strstr(h.note, "evil.example"));
	assert_non_null(strstr(h.hint, "nothing was sent there"));
	assert_int_equal(h.http, 307);
	stays_quiet(&a, 1);

	enter(&s, &b); /* another one, later */
	assert_true(session_hold(b.s, &h));
	assert_non_null(strstr(h.note, "evil.example"));
	stays_quiet(&b, 0);
	world_good(session_start(b.s, world_now(&b), &err), &err); /* by hand */
	assert_false(session_hold(b.s, &h));
	world_wait_row(&b, TASK_PENDING, &ev);
	assert_int_equal(posts(&b), 1);
	world_close(&b);

	a.skipped_ms += 4000; /* the first one looks again and finds no hold */
	session_step(a.s, NULL, 0, world_now(&a));
	assert_false(session_hold(a.s, &h));
	submit(&a, "u-2");
	world_wait_row(&a, TASK_PENDING, &ev);
	world_close(&a);
	canned_stop(s.server);
}

static void
a15_a_key_refused_among_many_rows_rejects_none_of_them(void **state)
{
	enum { ROWS = 500, GOOD = 40 };
	const struct canned fault = answer("503 Service Unavailable", "", ""),
			    no = answer("401 Unauthorized", "", "{}");
	struct canned answers[GOOD + 100]; /* more than leave before the first no is read */
	struct err err = ERR_INIT;
	struct world w;
	struct scene s;
	struct hold h;
	struct session_event ev;
	int64_t now_ms, end, seq = 0, counts[3] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		answers[i] = i < GOOD ? fault : no;
	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	/* no crash to fear here */
	world_good(store_do(w.store, "PRAGMA synchronous = OFF", NULL, 0, &err), &err);
	for (int i = 0; i < ROWS; i++)
		seq = submit(&w, NULL);
	assert_int_equal(seq, ROWS);
	world_good(session_start(w.s, world_now(&w), &err), &err);
	now_ms = world_now(&w).wall_ms;
	end = clock_mono_ms() + 60000;
	while (!session_hold(w.s, &h) && clock_mono_ms() < end) {
		world_turn(&w);
		while (session_next(w.s, &ev))
			continue;
	}
	assert_int_equal(h.what, HOLD_KEY);
	assert_non_null(strstr(h.note, "does not take the key"));
	world_settle(&w);
	assert_int_equal(world_now(&w).wall_ms, now_ms);
	stays_quiet(&w, posts(&w));
	const char *const states[] = { "queued", "unconfirmed", "rejected" };

	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		const struct value v = value_text(states[i]);

		world_good(store_number(w.store, "SELECT count(*) FROM outbox WHERE state = ?", &v,
					1, &counts[i], &err),
			   &err);
	}
	assert_int_equal(counts[0] + counts[1], ROWS);
	assert_int_equal(counts[1], GOOD); /* in doubt stays in doubt */
	assert_int_equal(counts[2], 0);
	world_close(&w);
	canned_stop(s.server);
}

static void
a16_payment_and_permission_hold_and_a_new_submission_tries_again(void **state)
{
	static const struct {
		const char *status, *says;
		enum hold_what what;
	} rows[] = {
		{ "402 Payment Required", "not enabled for multistage tasks", HOLD_PAYMENT },
		{ "403 Forbidden", "may not do this", HOLD_FORBIDDEN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct canned answers[] = {
			answer(rows[i].status, "", "{\"error\":\"no \\u001b[31m\"}"),
			answer("200 OK", "", answer_task("u-1", NOW, "")),
			answer("200 OK", "", answer_task("u-2", NOW, "")),
		};
		void *dir = NULL;
		struct session_event ev;
		struct world w;
		struct scene s;
		struct hold h;

		assert_int_equal(scratch_setup(&dir), 0);
		serve(&s, &dir, answers, ARRAY_LEN(answers));
		enter(&s, &w);
		is_held(&w, submit(&w, "u-1"), rows[i].what, &h);
		assert_non_null(strstr(h.note, rows[i].says));
		assert_null(strchr(h.note, '\033'));
		assert_true(h.hint[0] != '\0');
		world_close(&w);
		enter(&s, &w);
		stays_quiet(&w, 0);
		submit(&w, "u-2");
		assert_false(session_hold(w.s, &h));
		world_wait_row(&w, TASK_PENDING, &ev);
		world_close(&w);
		canned_stop(s.server);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

static void
a_hold_met_under_another_configuration_is_tried_again(void **state)
{
	const struct canned answers[] = {
		answer("307 Temporary Redirect", "Location: https://evil.example/v1\r\n", ""),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
	};
	struct session_event ev;
	struct world w;
	struct scene s;
	struct hold h;
	const char *ca = scratch_path(*state, "ca.pem");

	scratch_write(ca, "one", 3);
	setenv("MULTISTAGE_CA_FILE", ca, 1);
	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &w);
	is_held(&w, submit(&w, "u-1"), HOLD_REDIRECT, &h);
	world_close(&w);
	enter(&s, &w); /* as it was */
	assert_true(session_hold(w.s, &h));
	world_close(&w);
	scratch_write(ca, "another", 7);
	enter(&s, &w);
	assert_false(session_hold(w.s, &h));
	world_wait_row(&w, TASK_PENDING, &ev);
	world_close(&w);
	canned_stop(s.server);
	unsetenv("MULTISTAGE_CA_FILE");
}

static void
a11_a_pause_holds_in_every_process_and_for_an_hour_at_most(void **state)
{
	static const struct {
		const char *header;
		int64_t min, max; /* ms */
	} rows[] = {
		{ "Retry-After: 120\r\n", 120000, 121000 },
		{ "Retry-After: Tue, 16 Jan 2024 21:12:45 GMT\r\n", 119000, 121000 },
		{ "", 1000, 4000 },
		{ "Retry-After: 1000000000\r\n", 3600000, 3600000 },
		{ "Retry-After: -5\r\n", 1000, 4000 },
		{ "Retry-After: Tue, 16 Jan 2001 21:12:45 GMT\r\n", 1000, 4000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct canned answers[] = {
			answer("429 Too Many Requests", rows[i].header, ""),
			answer("200 OK", "", answer_task("u-1", NOW, "")),
		};
		void *dir = NULL;
		struct session_event ev;
		struct world a, b;
		struct scene s;
		int64_t seq, began, until, now, left;

		assert_int_equal(scratch_setup(&dir), 0);
		serve(&s, &dir, answers, ARRAY_LEN(answers));
		enter(&s, &a);
		assert_int_equal(session_pause_until(a.s), -1);
		began = world_now(&a).mono_ms;
		seq = submit(&a, "u-1");
		world_wait_row(&a, TASK_SENDING, &ev);
		world_wait(&a, SESSION_ROW, &ev);
		assert_int_equal(ev.status, TASK_QUEUED);
		row_is(&a, seq, OUTBOX_QUEUED, false);
		enter(&s, &b);
		until = session_pause_until(b.s);
		now = world_now(&b).mono_ms;
		left = until < 0 ? 0 : until - now;
		if (left > rows[i].max || left + (now - began) < rows[i].min)
			fail_msg("row %zu: %lld ms", i, (long long)left);
		if (until >= 0)
			assert_false(session_busy(b.s));
		if (rows[i].min > 10000) {
			b.skipped_ms += rows[i].min - 9000;
			session_step(b.s, NULL, 0, world_now(&b));
			assert_int_equal(posts(&b), 0);
		}
		world_wait_row(&b, TASK_PENDING, &ev);
		assert_int_equal(session_pause_until(b.s), -1);
		world_close(&b);
		world_close(&a);
		canned_stop(s.server);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

static void
a_stored_pause_that_a_clock_put_far_away_ends_within_the_hour(void **state)
{
	const struct canned answers[] = { answer("200 OK", "", answer_task("u-1", NOW, "")) };
	struct session_event ev;
	struct err err = ERR_INIT;
	struct world w;
	struct scene s;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	submit(&w, "u-1");
	world_good(store_pace_put(w.store, session_target(w.s),
				  world_now(&w).wall_ms + (int64_t)365 * 86400000, 3, &err),
		   &err);
	world_good(session_start(w.s, world_now(&w), &err), &err);
	assert_in_range(session_pause_until(w.s) - world_now(&w).mono_ms, 1, 3600000);
	w.skipped_ms += 3600000;
	world_wait_row(&w, TASK_PENDING, &ev);
	world_close(&w);
	canned_stop(s.server);
}

static void
another_target_knows_nothing_of_a_hold(void **state)
{
	struct hold h = { .what = HOLD_TLS, .since_ms = 5, .note = "n", .hint = "h" }, got;
	struct err err = ERR_INIT;
	struct scene s;
	struct world w;
	int64_t other;

	serve(&s, state, NULL, 0);
	enter(&s, &w);
	world_good(store_target(w.store, s.url, "live_another_9876543210", &other, &err), &err);
	world_good(store_hold_put(w.store, other, &h, &err), &err);
	world_good(store_hold_get(w.store, session_target(w.s), &got, &err), &err);
	assert_int_equal(got.what, HOLD_NONE);
	h.since_ms = 9; /* the same again: since when is the first */
	world_good(store_hold_put(w.store, other, &h, &err), &err);
	world_good(store_hold_get(w.store, other, &got, &err), &err);
	assert_int_equal(got.what, HOLD_TLS);
	assert_int_equal(got.since_ms, 5);
	h.what = HOLD_KEY;
	world_good(store_hold_put(w.store, other, &h, &err), &err);
	world_good(store_hold_get(w.store, other, &got, &err), &err);
	assert_int_equal(got.what, HOLD_KEY);
	assert_int_equal(got.since_ms, 9);
	world_good(store_hold_lift(w.store, other, &err), &err);
	world_good(store_hold_get(w.store, other, &got, &err), &err);
	assert_int_equal(got.what, HOLD_NONE);
	world_close(&w);
	canned_stop(s.server);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a14_a_redirect_holds_every_process_and_names_the_host),
		CASE(a15_a_key_refused_among_many_rows_rejects_none_of_them),
		cmocka_unit_test(a16_payment_and_permission_hold_and_a_new_submission_tries_again),
		CASE(a_hold_met_under_another_configuration_is_tried_again),
		cmocka_unit_test(a11_a_pause_holds_in_every_process_and_for_an_hour_at_most),
		CASE(a_stored_pause_that_a_clock_put_far_away_ends_within_the_hour),
		CASE(another_target_knows_nothing_of_a_hold),
	};
	return cmocka_run_group_tests_name("session hold", tests, NULL, NULL);
}
