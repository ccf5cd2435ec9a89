/* test_session_faults.c - what the session makes of answers that are wrong, late or lost. */
#include "config.h"

#include "tests/canary.h"
#include "tests/scratch.h"
#include "tests/session_scene.h"
#include "tests/test.h"

#include "core/store_db.h"

#include <glob.h>

#define NOW  SCENE_NOW
#define LONG SCENE_LONG
#define URLS SCENE_URLS

static void
a4_an_answer_that_cannot_be_trusted_is_looked_up_and_found(void **state)
{
	const struct canned first[] = {
		answer("500 Internal Server Error", "", "{\"status_code\":500}"),
		answer("503 Service Unavailable", "", ""),
		answer("504 Gateway Timeout", "", "<html>"),
		answer("408 Request Timeout", "", "{}"),
		answer("418 I'm a teapot", "", "{}"),
		answer("200 OK", "", "<html>Welcome to the hotel</html>"),
		answer("200 OK", "", ""),
		answer("200 OK", "", "{}"),
		answer("200 OK", "", "{\"task_id\":17}"),
		answer("200 OK", "", "{\"task_id\":\"local-1\"}"),
		answer("200 OK", "", answer_task("somebody else's", NOW, "")),
		{ .bytes = NULL, .end = CANNED_CLOSE },
		{ .bytes = NULL, .end = CANNED_RESET },
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"task_id\":\"ab",
		  .end = CANNED_CLOSE },
	};

	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		const struct canned answers[] = {
			first[i],
			answer("200 OK", "", answer_page(answer_task("u-1", LONG, ""), "")),
		};
		void *dir = NULL;
		struct session_event ev;
		struct scene s;

		(void)state;
		assert_int_equal(scratch_setup(&dir), 0);
		scene_begin(&s, &dir, answers, ARRAY_LEN(answers));
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
		if (ev.err.code != ERR_UNCONFIRMED && ev.err.code != ERR_API)
			fail_msg("row %zu: %d %s", i, ev.err.code, ev.err.msg);
		scene_row_is(&s, OUTBOX_UNCONFIRMED, true);
		world_wait_row(&s.w, TASK_PENDING, &ev);
		assert_true(ev.accepted);
		assert_string_equal(ev.key, ANSWER_ID);
		if (scene_posts(&s) != 1)
			fail_msg("row %zu: %zu posts", i, scene_posts(&s));
		scene_finish(&s);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

static void
what_is_not_found_is_sent_again_with_the_same_bytes_after_a_minute(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page(answer_task("a stranger", NOW, URLS), "")),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
	};
	struct session_event ev;
	struct scene s;
	char *first, *again;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev); /* absent, too early to send again */
	assert_int_equal(scene_posts(&s), 1);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(scene_posts(&s), 2);
	first = strdup(canned_request(s.server));
	canned_request(s.server);
	canned_request(s.server);
	again = strdup(canned_request(s.server));
	assert_non_null(strstr(first, "POST /v1/task/multistage"));
	assert_non_null(strstr(strstr(first, "\r\n\r\n"), "\"unique_id\":\"u-1\""));
	assert_string_equal(strstr(again, "\r\n\r\n"), strstr(first, "\r\n\r\n"));
	free(first);
	free(again);
	scene_finish(&s);
}

/* A service that is down for hours is not asked every other second. */
static void
look_ups_that_fail_are_made_less_and_less_often(void **state)
{
	static struct canned answers[21]; /* each: the connection is closed */
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), ARRAY_LEN(answers) - 1);
	assert_true(s.w.skipped_ms > 60000); /* a look-up every other second would end before */
	scene_finish(&s);
}

static void
a_look_up_that_fails_leads_to_no_post(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", "<html>Welcome to the hotel</html>"),
		answer("200 OK", "", "[]"),
		{ .bytes = NULL, .end = CANNED_RESET },
		answer("429 Too Many Requests", "Retry-After: 3\r\n", ""),
		answer("401 Unauthorized", "", ""),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	for (size_t i = 1; i < ARRAY_LEN(answers); i++) {
		scene_pass_gate(&s);
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
		assert_int_not_equal(ev.err.code, ERR_OK);
		scene_row_is(&s, OUTBOX_UNCONFIRMED, true);
	}
	assert_int_equal(ev.err.code, ERR_AUTH); /* held: a person must act */
	scene_pass_gate(&s);
	world_settle(&s.w);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), ARRAY_LEN(answers) - 1);
	assert_int_equal(scene_posts(&s), 1);
	scene_finish(&s);
}

static void
a11_too_many_requests_pauses_the_whole_queue_as_long_as_asked(void **state)
{
	const struct canned answers[] = {
		answer("429 Too Many Requests", "Retry-After: 70\r\n", ""),
		answer("200 OK", "", answer_task("u-2", NOW, "")),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	struct draft *other = world_draft("p", "u-2");
	struct scene s;
	int64_t seq;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_wait_row(&s.w, TASK_QUEUED, &ev);
	assert_int_equal(ev.err.code, ERR_BUSY);
	scene_row_is(&s, OUTBOX_QUEUED, false);
	world_good(session_submit(s.w.s, other, world_now(&s.w), &seq, &err), &err);
	assert_int_equal(scene_posts(&s), 1);
	assert_false(session_busy(s.w.s));
	s.w.skipped_ms += 69000;
	session_step(s.w.s, NULL, 0, world_now(&s.w));
	assert_int_equal(scene_posts(&s), 1);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_string_equal(ev.unique_id, "u-2"); /* the first that is due after the pause */
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_string_equal(ev.unique_id, "u-1");
	draft_free(other);
	scene_finish(&s);
}

static void
what_never_left_stays_queued_and_pauses_the_rest(void **state)
{
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s = { .server = NULL };
	char url[64];
	int64_t seq, until = 0;
	int fails = 0;

	setenv("MULTISTAGE_NOW", NOW, 1);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_nobody());
	world_open(&s.w, *state, url, "live_" CANARY "6789");
	world_good(session_start(s.w.s, world_now(&s.w), &err), &err);
	for (int i = 0; i < 60; i++) {
		struct draft *d = world_draft("p", NULL);

		world_good(session_submit(s.w.s, d, world_now(&s.w), i ? &seq : &s.seq, &err),
			   &err);
		draft_free(d);
	}
	world_wait_row(&s.w, TASK_SENDING, &ev);
	do
		world_wait(&s.w, SESSION_ROW, &ev);
	while (ev.seq != s.seq || ev.status != TASK_QUEUED);
	assert_int_equal(ev.err.code, ERR_NET);
	scene_row_is(&s, OUTBOX_QUEUED, false);
	world_settle(&s.w);
	world_good(store_pace_get(s.w.store, session_target(s.w.s), &until, &fails, &err), &err);
	assert_true(until > 0 && session_pause_until(s.w.s) > 0);
	assert_true(fails > 0);
	/* Those that were begun together count as one failure; then one call at a time. */
	assert_in_range(scene_posts(&s), 16, 48 + fails - 1);
	world_close(&s.w);
}

/* The wait that was asked for in words stands, whatever the others are told. */
static void
a11_a_good_answer_does_not_cut_short_what_another_was_told_to_wait(void **state)
{
	struct canned answers[] = {
		answer("429 Too Many Requests", "Retry-After: 70\r\n", ""),
		answer("200 OK", "", answer_task("", NOW, "")), /* whichever came second */
	};
	struct draft *other = world_draft("p", "u-2"), *third = world_draft("p", "u-3");
	struct err err = ERR_INIT;
	struct session_event ev;
	struct scene s;
	int64_t seq;

	answers[1].waits = true;
	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_good(session_submit(s.w.s, other, world_now(&s.w), &seq, &err), &err);
	do
		world_wait_row(&s.w, TASK_QUEUED, &ev);
	while (ev.err.code != ERR_BUSY);
	canned_go_on(s.server);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	world_good(session_submit(s.w.s, third, world_now(&s.w), &seq, &err), &err);
	s.w.skipped_ms += 30000;
	session_step(s.w.s, NULL, 0, world_now(&s.w));
	assert_int_equal(scene_posts(&s), 2);
	draft_free(other);
	draft_free(third);
	scene_finish(&s);
}

/* --- 409: neither yes nor no --- */

static void
an_id_in_use_is_ours_when_the_task_is_what_was_asked_for(void **state)
{
	static const struct {
		const char *created, *more;
		bool accepted;
	} rows[] = {
		{ LONG, URLS, true }, /* libcurl may have sent it twice; the first made it */
		{ NOW, "", true },    /* attachments not told: made while we sent */
		{ LONG, "", false },
		{ LONG, ",\"params\":{\"attachments\":[]}", false },
		{ NOW, ",\"params\":{\"attachments\":[\"s3://acme/other.sfs\"]}", false },
		{ NOW, ",\"params\":{\"attachments\":[\"s3://acme/scene-1.sfs\",\"x\"]}", false },
		{ NOW, ",\"params\":{\"attachments\":[17]}", false },
		{ NOW, ",\"project\":\"another\"" URLS, false },
		{ NOW, ",\"project\":\"p\"" URLS, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *task = answer_task("u-1", rows[i].created, rows[i].more);
		const struct canned answers[] = {
			answer("409 Conflict", "", SCENE_USED),
			answer("200 OK", "", answer_page(task, "")),
		};
		void *dir = NULL;
		struct session_event ev;
		struct scene s;

		assert_int_equal(scratch_setup(&dir), 0);
		scene_begin(&s, &dir, answers, ARRAY_LEN(answers));
		world_wait_row(&s.w, TASK_SENDING, &ev);
		world_wait(&s.w, SESSION_ROW, &ev);
		if (ev.accepted != rows[i].accepted)
			fail_msg("row %zu: accepted %d, %s", i, ev.accepted, ev.err.msg);
		if (!ev.accepted) {
			assert_int_equal(ev.status, TASK_REJECTED);
			assert_int_equal(ev.err.code, ERR_CONFLICT);
			assert_string_equal(ev.err.field, "unique_id");
			assert_non_null(strstr(ev.err.msg, ANSWER_ID));
		}
		assert_int_equal(scene_posts(&s), 1);
		scene_finish(&s);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

static void
a19_a_look_up_that_lags_is_helped_by_the_owner_in_the_text(void **state)
{
	const struct canned answers[] = {
		answer("409 Conflict", "", SCENE_USED),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_task("u-1", NOW, URLS)),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_GET), 1);
	scene_evidence_is(&s, "post 409, owner 200");
	scene_finish(&s);
}

static void
a19_a_conflict_that_nobody_explains_stays_open(void **state)
{
	const struct canned answers[] = {
		answer("409 Conflict", "", SCENE_USED),
		answer("200 OK", "", answer_page("", "")),
		answer("404 Not Found", "", "{\"status_code\":404,\"error\":\"no\"}"),
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, URLS), "")),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_row_is(&s, OUTBOX_UNCONFIRMED, false); /* every answer so far was a whole one */
	world_wait_row(&s.w, TASK_PENDING, &ev);
	scene_evidence_is(&s, "post 409, owner 404, look 200");
	assert_int_equal(scene_posts(&s), 1);
	scene_finish(&s);
}

static void
a17_a_no_after_a_doubt_is_looked_up_before_it_is_believed(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page("", "")),
		answer("400 Bad Request", "", "{\"status_code\":400,\"error\":\"bad\"}"),
		answer("200 OK", "", answer_page(answer_task("u-1", LONG, ""), "")),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_wait(&s.w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	scene_finish(&s);
}

static void
a_look_up_that_a_dead_process_began_begins_anew_soon(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		{ .end = CANNED_HANG },
		answer("200 OK", "", answer_page(answer_task("u-1", LONG, ""), "")),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	int64_t killed;
	struct scene s;
	char url[64];

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	s.w.skipped_ms += 6000;
	for (int i = 0; i < 100 && world_calls(&s.w, ENDPOINT_TASK_LIST) == 0; i++)
		world_turn(&s.w);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 1);
	/* A call that takes long keeps the row: no second one beside it. */
	s.w.skipped_ms += 40000;
	for (int i = 0; i < 3; i++)
		world_turn(&s.w);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 1);
	killed = s.w.skipped_ms;
	world_close(&s.w);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s.server));
	world_open(&s.w, *state, url, "live_" CANARY "6789");
	s.w.skipped_ms = killed;
	world_good(session_start(s.w.s, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(s.w.skipped_ms - killed <= 15000);
	scene_finish(&s);
}

/* --- by hand --- */

static void
a26_a_weak_id_is_sent_again_only_by_a_person(void **state)
{
	const struct canned answers[] = {
		/* each time by its unique_id, and what looks like it */
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_page("", "")),
		answer("200 OK", "", answer_task("u-1", NOW, "")),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	struct scene s;
	bool won = false;
	char url[64];

	setenv("MULTISTAGE_NOW", NOW, 1);
	s.server = canned_start(answers, ARRAY_LEN(answers), NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s.server));
	world_open(&s.w, *state, url, "live_" CANARY "6789");
	s.d = world_draft("p", "u-1");
	world_set(s.d, FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "true");
	world_good(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), &err);
	world_good(store_outbox_claim(s.w.store, s.seq, 0, world_now(&s.w).wall_ms, &won, &err),
		   &err);
	world_good(session_start(s.w.s, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_non_null(strstr(ev.err.hint, "clear_unique_id_on_error"));
	assert_int_equal(session_resend(s.w.s, s.seq, world_now(&s.w), &err), ERR_RULE);
	assert_non_null(strstr(err.msg, "may still be at work"));
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev); /* absent again, the gate is open */
	assert_int_equal(scene_posts(&s), 0);
	world_good(session_resend(s.w.s, s.seq, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_int_equal(scene_posts(&s), 1);
	scene_finish(&s);
}

static void
a_person_may_look_before_the_time_but_not_send_unseen(void **state)
{
	const struct canned answers[] = {
		answer("503 Service Unavailable", "", ""),
		answer("200 OK", "", answer_page(answer_task("u-1", LONG, ""), "")),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	assert_int_equal(session_abandon(s.w.s, s.seq, world_now(&s.w), &err), ERR_BUSY);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(session_resend(s.w.s, s.seq, world_now(&s.w), &err), ERR_RULE);
	assert_non_null(strstr(err.hint, "look it up first"));
	world_good(session_look(s.w.s, s.seq, world_now(&s.w), &err), &err);
	assert_true(session_busy(s.w.s));
	world_good(session_look(s.w.s, s.seq, world_now(&s.w), &err), &err); /* one is enough */
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 1);
	scene_finish(&s);
}

static void
an_interrupted_post_is_in_doubt(void **state)
{
	const struct canned answers[] = { { .bytes = NULL, .end = CANNED_HANG } };
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, 1);
	for (int i = 0; i < 5; i++)
		world_turn(&s.w);
	assert_non_null(strstr(canned_request(s.server), "POST")); /* it has left */
	session_interrupt(s.w.s);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_row_is(&s, OUTBOX_UNCONFIRMED, true);
	scene_finish(&s);
}

static void
a14_a_redirect_is_not_followed_and_holds_the_queue(void **state)
{
	const struct canned answers[] = {
		answer("307 Temporary Redirect", "Location: https://evil.example/v1\r\n", ""),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, 1);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_wait(&s.w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED);
	assert_non_null(strstr(ev.err.msg, "evil.example"));
	scene_row_is(&s, OUTBOX_QUEUED, false);
	scene_pass_gate(&s);
	world_settle(&s.w);
	assert_int_equal(scene_posts(&s), 1);
	scene_finish(&s);
}

static void
an_outcome_that_cannot_be_written_stops_the_queue_and_is_found_later(void **state)
{
	const struct canned answers[] = {
		answer("200 OK", "", answer_task("u-1", NOW, "")),
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, ""), "")),
	};
	struct err err = ERR_INIT;
	struct session_event ev;
	struct draft *other = world_draft("p", "u-2");
	struct scene s;
	int64_t seq;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_good(store_do(s.w.store, "PRAGMA query_only = ON", NULL, 0, &err), &err);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	do
		world_wait(&s.w, SESSION_ROW, &ev);
	while (ev.err.code == ERR_OK);
	assert_int_equal(ev.err.code, ERR_STORE);
	assert_int_equal(ev.status, TASK_SENDING);
	assert_false(ev.accepted); /* never told what is not committed */
	world_good(store_do(s.w.store, "PRAGMA query_only = OFF", NULL, 0, &err), &err);
	scene_row_is(&s, OUTBOX_SENDING, false);
	world_good(session_submit(s.w.s, other, world_now(&s.w), &seq, &err), &err);
	assert_int_equal(scene_posts(&s), 1); /* the circuit is broken */
	world_good(session_abandon(s.w.s, seq, world_now(&s.w), &err), &err);
	world_good(session_start(s.w.s, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(scene_posts(&s), 1);
	draft_free(other);
	scene_finish(&s);
}

/* Any second place could send what was never committed. */
static void
one_place_in_the_tree_posts_a_task(void **state)
{
	static const char *const rooms[] = { "../core/*.c", "../cli/*.c", "../tui/*.c" };
	size_t calls = 0, files = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		glob_t g = { .gl_pathc = 0 };

		if (glob(test_data(rooms[i]), 0, NULL, &g))
			continue;
		for (size_t f = 0; f < g.gl_pathc; f++) {
			char *text = test_read(g.gl_pathv[f]);

			files++;
			for (char *at = text; (at = strstr(at, "api_task_create(")); at++)
				calls += at == text || at[-1] != '\n'; /* not its definition */
			free(text);
		}
		globfree(&g);
	}
	assert_true(files > 20);
	assert_int_equal(calls, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a4_an_answer_that_cannot_be_trusted_is_looked_up_and_found),
		CASE(what_is_not_found_is_sent_again_with_the_same_bytes_after_a_minute),
		CASE(a_look_up_that_fails_leads_to_no_post),
		CASE(look_ups_that_fail_are_made_less_and_less_often),
		CASE(a11_too_many_requests_pauses_the_whole_queue_as_long_as_asked),
		CASE(a11_a_good_answer_does_not_cut_short_what_another_was_told_to_wait),
		CASE(what_never_left_stays_queued_and_pauses_the_rest),
		cmocka_unit_test(an_id_in_use_is_ours_when_the_task_is_what_was_asked_for),
		CASE(a19_a_look_up_that_lags_is_helped_by_the_owner_in_the_text),
		CASE(a19_a_conflict_that_nobody_explains_stays_open),
		CASE(a17_a_no_after_a_doubt_is_looked_up_before_it_is_believed),
		CASE(a_look_up_that_a_dead_process_began_begins_anew_soon),
		CASE(a26_a_weak_id_is_sent_again_only_by_a_person),
		CASE(a_person_may_look_before_the_time_but_not_send_unseen),
		CASE(an_interrupted_post_is_in_doubt),
		CASE(a14_a_redirect_is_not_followed_and_holds_the_queue),
		CASE(an_outcome_that_cannot_be_written_stops_the_queue_and_is_found_later),
		cmocka_unit_test(one_place_in_the_tree_posts_a_task),
	};
	return cmocka_run_group_tests_name("session faults", tests, NULL, NULL);
}
