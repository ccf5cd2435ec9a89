/* test_session_doubt.c - what an answer means for a row of which an earlier try is in doubt. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/session_scene.h"
#include "tests/test.h"

#define NONE answer("200 OK", "", answer_page("", ""))
#define LOST answer("503 Service Unavailable", "", "")
#define BAD  answer("400 Bad Request", "", "{\"status_code\":400,\"error\":\"bad scene\"}")

/* A service that makes nothing: in doubt, refused on the second try, never found. */
static size_t
refuse(struct canned *answers, size_t looks)
{
	const struct canned none = NONE;
	size_t n = 0;

	answers[n++] = LOST;
	answers[n++] = none;
	answers[n++] = BAD;
	while (looks-- > 0)
		answers[n++] = none;
	return n;
}

static void
a17_a_no_after_a_doubt_is_believed_after_an_hour_of_looking(void **state)
{
	struct canned answers[200];
	size_t n = refuse(answers, 100);
	struct session_event ev;
	struct err err = ERR_INIT;
	int64_t since;
	struct scene s;

	answers[n - 1] = answer("200 OK", "", answer_task("u-1", SCENE_NOW, ""));
	scene_begin(&s, state, answers, n);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	since = s.w.skipped_ms;
	world_wait(&s.w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev); /* the look-up found nothing */
	assert_non_null(strstr(ev.err.hint, "the last try was refused (400)"));
	while (ev.status == TASK_UNCONFIRMED)
		scene_next(&s, &ev);
	assert_int_equal(ev.status, TASK_REJECTED);
	assert_non_null(strstr(ev.err.msg, "refused (400)"));
	scene_row_is(&s, OUTBOX_REJECTED, false);
	assert_true(s.w.skipped_ms - since >= OUTBOX_GRACE_MS);
	assert_true(world_calls(&s.w, ENDPOINT_TASK_LIST) >= 1 + OUTBOX_GRACE_LOOKS);
	assert_int_equal(scene_posts(&s), 2); /* never the same bytes again after a no */

	/* and now it is as any refused one: the draft can be corrected and sent */
	world_set(s.d, FIELD_INSTRUCTION, "another");
	world_good(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), &err);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	assert_int_equal(scene_posts(&s), 3);
	scene_finish(&s);
}

static void
a17_a_no_after_a_doubt_is_not_believed_before_and_the_task_is_taken(void **state)
{
	struct canned answers[200];
	size_t n = refuse(answers, OUTBOX_GRACE_LOOKS - 1);
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;

	answers[n++] = answer("200 OK", "", answer_page(answer_task("u-1", SCENE_NOW, ""), ""));
	scene_begin(&s, state, answers, n);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	s.w.skipped_ms += 2 * OUTBOX_GRACE_MS; /* the clock alone proves nothing */
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	/* a person may send again what the service may take now; not edit it */
	assert_int_equal(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), ERR_ALREADY);
	while (ev.status == TASK_UNCONFIRMED)
		scene_next(&s, &ev);
	assert_int_equal(ev.status, TASK_PENDING);
	assert_true(ev.accepted);
	assert_int_equal(scene_posts(&s), 2);
	scene_finish(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a17_a_no_after_a_doubt_is_believed_after_an_hour_of_looking),
		CASE(a17_a_no_after_a_doubt_is_not_believed_before_and_the_task_is_taken),
	};
	return cmocka_run_group_tests_name("session doubt", tests, NULL, NULL);
}
