/* test_session_wish.c - a submission that is to be canceled, and what is looked at later: two
 * tasks after all, and a task that lost its unique_id. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/session_scene.h"
#include "tests/test.h"

#define LOST answer("503 Service Unavailable", "", "")
#define NONE answer("200 OK", "", answer_page("", ""))
#define DONE answer("200 OK", "", "{\"task_id\":\"" ANSWER_ID "\",\"status\":\"canceled\"}")

static struct canned
page(const char *docs)
{
	return answer("200 OK", "", answer_page(docs, ""));
}

static void
row_says(struct scene *s, enum outbox_wish wish, const char *note)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(s->w.store, s->seq, &r, &err), &err);
	assert_int_equal(r.wish, wish);
	if (!strstr(r.note, note))
		fail_msg("%s is not in: %s", note, r.note);
	outbox_row_done(&r);
}

static enum err_code
cancel(struct scene *s, struct err *err)
{
	char key[TASK_LOCAL_SIZE];

	*err = (struct err)ERR_INIT;
	task_local_key(s->seq, key, sizeof(key));
	return session_cancel(s->w.s, key, false, world_now(&s->w), err);
}

/* --- a wish --- */

static void
a27_what_has_not_left_is_taken_back_at_once(void **state)
{
	struct session_event ev;
	struct board_row row;
	struct err err = ERR_INIT;
	struct scene s;
	size_t n = 9;
	bool found;

	scene_open(&s, state, "u-1", NULL, 0);
	/* not started: it stays queued */
	world_good(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), &err);
	world_good(cancel(&s, &err), &err);
	world_wait(&s.w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	scene_row_is(&s, OUTBOX_ABANDONED, false);
	row_says(&s, WISH_NONE, "canceled before it was sent");
	scene_evidence_is(&s, "hand 0");
	const struct board_query q = { .target = session_target(s.w.s) };

	world_good(store_board(s.w.store, &q, "", 0, 1, &row, &n, &found, &err), &err);
	assert_int_equal(n, 0);
	assert_int_equal(cancel(&s, &err), ERR_RULE); /* nothing is left to cancel */
	world_good(session_start(s.w.s, world_now(&s.w), &err), &err);
	assert_false(session_busy(s.w.s));
	scene_finish(&s);
}

static void
a27_a_cancel_while_it_is_sent_is_done_when_it_is_accepted(void **state)
{
	struct canned created = answer("200 OK", "", answer_task("u-1", SCENE_NOW, ""));
	struct session_event ev;
	struct err err;
	struct scene s;

	created.waits = true;
	const struct canned answers[] = { created, DONE };

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_good(cancel(&s, &err), &err);
	world_wait(&s.w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_UNCONFIRMED); /* not yet, and it says so */
	assert_non_null(strstr(ev.err.msg, "canceled when it has arrived"));
	scene_row_is(&s, OUTBOX_SENDING, false);
	row_says(&s, WISH_CANCEL, "it is on its way");
	canned_go_on(s.server);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	world_wait(&s.w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	assert_string_equal(ev.key, ANSWER_ID);
	row_says(&s, WISH_NONE, "canceled, as was asked for");
	scene_evidence_is(&s, "hand 0, post 200, hand 200");
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_CANCEL), 1);
	scene_finish(&s);
}

static void
a27_a_cancel_of_a_row_in_doubt_holds_over_a_restart_and_nothing_is_sent_again(void **state)
{
	const struct canned answers[] = {
		LOST, NONE, NONE, page(answer_task("u-1", SCENE_NOW, "")), DONE,
	};
	struct session_event ev;
	struct err err;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	world_good(cancel(&s, &err), &err);
	scene_restart(&s);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev); /* the gate is open, and it is not sent */
	assert_non_null(strstr(ev.err.hint, "to be canceled"));
	assert_int_equal(session_resend(s.w.s, s.seq, world_now(&s.w), &err), ERR_RULE);
	scene_next(&s, &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	scene_next(&s, &ev);
	assert_true(ev.accepted);
	world_wait(&s.w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	row_says(&s, WISH_NONE, "canceled, as was asked for");
	assert_int_equal(scene_posts(&s), 0);
	scene_finish(&s);
}

static void
a27_a_cancel_that_the_service_refuses_is_told_and_not_asked_again(void **state)
{
	const char *task = answer_task("u-1", SCENE_NOW, "");
	struct canned created = answer("200 OK", "", task);
	struct session_event ev;
	struct err err;
	struct scene s;

	created.waits = true;
	const struct canned answers[] = {
		created,
		answer("400 Bad Request", "", "{\"status_code\":400,\"error\":\"too late\"}"),
		answer("200 OK", "", task), /* it is looked at: not canceled indeed */
	};

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_good(cancel(&s, &err), &err);
	canned_go_on(s.server);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	world_wait(&s.w, SESSION_CANCELED, &ev);
	if (ev.err.code == ERR_UNCONFIRMED) /* that of the wish */
		world_wait(&s.w, SESSION_CANCELED, &ev);
	assert_int_equal(ev.err.code, ERR_API);
	assert_non_null(strstr(ev.err.msg, "too late"));
	row_says(&s, WISH_NONE, "to be canceled, but: ");
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_CANCEL), 1);
	scene_finish(&s);
}

static void
a27_a_cancel_that_fails_on_its_way_is_done_later(void **state)
{
	struct canned created = answer("200 OK", "", answer_task("u-1", SCENE_NOW, ""));
	struct session_event ev;
	struct err err;
	struct scene s;

	created.waits = true;
	const struct canned answers[] = { created, LOST, DONE };

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_good(cancel(&s, &err), &err);
	canned_go_on(s.server);
	do
		world_wait(&s.w, SESSION_CANCELED, &ev);
	while (ev.err.code);
	row_says(&s, WISH_NONE, "canceled, as was asked for");
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_CANCEL), 2);
	scene_finish(&s);
}

static void
a27_a_cancel_of_what_did_not_arrive_leaves_nothing(void **state)
{
	struct canned busy = answer("429 Too Many Requests", "Retry-After: 5\r\n", "");
	struct session_event ev;
	struct err err;
	struct scene s;

	busy.waits = true;
	scene_begin(&s, state, &busy, 1);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_good(cancel(&s, &err), &err);
	canned_go_on(s.server);
	do
		world_wait(&s.w, SESSION_CANCELED, &ev);
	while (ev.err.code);
	scene_row_is(&s, OUTBOX_ABANDONED, false);
	row_says(&s, WISH_CANCEL, "canceled before it arrived");
	scene_finish(&s);
}

/* --- looked up once more --- */

static void
a_row_that_was_in_doubt_is_looked_up_once_more_after_it_is_accepted(void **state)
{
	const char *task = answer_task("u-1", SCENE_NOW, "");
	const struct canned answers[] = { LOST, page(task), page(task) };
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_PENDING, &ev);
	scene_restart(&s);
	s.w.skipped_ms += 240000;
	world_turn(&s.w);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 0); /* not yet */
	s.w.skipped_ms += 61000;
	for (int i = 0; i < 300 && world_calls(&s.w, ENDPOINT_TASK_LIST) == 0; i++)
		world_turn(&s.w);
	world_settle(&s.w);
	scene_evidence_is(&s, "post 503, look 200, verify 200");
	s.w.skipped_ms += 10 * 3600000;
	world_turn(&s.w);
	assert_false(session_busy(s.w.s)); /* once */
	scene_finish(&s);
}

static void
two_tasks_with_our_unique_id_are_told_with_both_ids(void **state)
{
	static const char twin[] =
		"{\"task_id\":\"65a6f0c51c9d4400a1b2c3d5\",\"unique_id\":\"u-1\"}";
	const char *task = answer_task("u-1", SCENE_NOW, "");
	struct session_event ev;
	struct err err = ERR_INIT;
	struct outbox_row r;
	char both[1200];
	struct scene s;

	snprintf(both, sizeof(both), "%s,%s", task, twin);
	const struct canned answers[] = { LOST, page(task), page(both) };

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_PENDING, &ev);
	s.w.skipped_ms += 301000;
	world_wait(&s.w, SESSION_ROW, &ev);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	assert_non_null(strstr(ev.err.msg, "TWO tasks"));
	assert_non_null(strstr(ev.err.msg, ANSWER_ID));
	assert_non_null(strstr(ev.err.msg, "65a6f0c51c9d4400a1b2c3d5"));
	outbox_row_init(&r);
	world_good(store_outbox_get(s.w.store, s.seq, &r, &err), &err);
	assert_string_equal(r.twin, "65a6f0c51c9d4400a1b2c3d5");
	assert_string_equal(r.task_id, ANSWER_ID);
	assert_int_equal(r.verify_ms, 0);
	outbox_row_done(&r);
	scene_finish(&s);
}

/* --- a unique_id that may have been given back --- */

#define TASK(id, more)                                                                      \
	"{\"task_id\":\"" id "\",\"type\":\"multistage\",\"status\":\"error\",\"project\":" \
	"\"p\",\"created_at\":\"" SCENE_NOW "\"" more "}"
#define ID1 "65a6f0c51c9d4400a1b2c3d1"
#define ID2 "65a6f0c51c9d4400a1b2c3d2"

static void
a26_a_weak_row_is_found_by_its_content_if_exactly_one_task_fits(void **state)
{
	static const struct {
		const char *docs, *token;
		bool accepted;
		const char *note;
	} rows[] = {
		{ TASK(ID1, SCENE_URLS), "", true, "found by its content" },
		{ "", "", false, "not found by its unique_id so far" },
		{ TASK(ID1, SCENE_URLS) "," TASK(ID2, SCENE_URLS), "", false,
		  "2 tasks without one look like it" },
		{ TASK(ID1, SCENE_URLS), "more", false, "100 or more" }, /* not all were seen */
		{ TASK(ID1, ""), "", false, "not found" },               /* tells no content */
		{ TASK(ID1, SCENE_URLS ",\"unique_id\":\"u-7\""), "", false, "not found" },
		{ TASK(ID1, SCENE_URLS ",\"scene_format\":\"split_base64\""), "", false,
		  "not found" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct canned answers[] = {
			LOST,
			NONE,
			answer("200 OK", "", answer_page(rows[i].docs, rows[i].token)),
			NONE,
			answer("200 OK", "", answer_page("", "")),
		};
		struct session_event ev;
		void *dir = NULL;
		struct scene s;

		assert_int_equal(scratch_setup(&dir), 0);
		scene_open(&s, &dir, "u-1", answers, ARRAY_LEN(answers));
		world_set(s.d, FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "true");
		scene_submit(&s);
		world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
		scene_pass_gate(&s);
		world_wait(&s.w, SESSION_ROW, &ev);
		if (ev.accepted != rows[i].accepted)
			fail_msg("row %zu: %s", i, ev.err.msg);
		row_says(&s, WISH_NONE, rows[i].note);
		if (!ev.accepted)
			assert_non_null(strstr(ev.err.hint, "send again or give up"));
		assert_int_equal(scene_posts(&s), 1); /* never again by itself */
		scene_finish(&s);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a27_what_has_not_left_is_taken_back_at_once),
		CASE(a27_a_cancel_while_it_is_sent_is_done_when_it_is_accepted),
		CASE(a27_a_cancel_of_a_row_in_doubt_holds_over_a_restart_and_nothing_is_sent_again),
		CASE(a27_a_cancel_that_the_service_refuses_is_told_and_not_asked_again),
		CASE(a27_a_cancel_that_fails_on_its_way_is_done_later),
		CASE(a27_a_cancel_of_what_did_not_arrive_leaves_nothing),
		CASE(a_row_that_was_in_doubt_is_looked_up_once_more_after_it_is_accepted),
		CASE(two_tasks_with_our_unique_id_are_told_with_both_ids),
		cmocka_unit_test(a26_a_weak_row_is_found_by_its_content_if_exactly_one_task_fits),
	};
	return cmocka_run_group_tests_name("session wish", tests, NULL, NULL);
}
