/* test_session_conflict.c - 409: the unique_id is another task's, or ours after all. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/session_scene.h"
#include "tests/test.h"

#define IN_USE answer("409 Conflict", "", SCENE_USED)
#define LOST   answer("503 Service Unavailable", "", "")
#define NONE   answer("200 OK", "", answer_page("", ""))
#define OTHER  ",\"project\":\"p\",\"params\":{\"attachments\":[\"s3://acme/other.sfs\"]}"

static struct canned
page(const char *docs)
{
	return answer("200 OK", "", answer_page(docs, ""));
}

/* The row in the store: the owner that it names, and the note of its last outcome. */
static void
row_says(struct scene *s, const char *owner, const char *note)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(s->w.store, s->seq, &r, &err), &err);
	assert_string_equal(r.owner, owner);
	if (!strstr(r.note, note))
		fail_msg("%s is not in: %s", note, r.note);
	outbox_row_done(&r);
}

static void
a18_an_id_of_the_users_with_other_content_is_a_conflict_and_shows_why(void **state)
{
	const struct canned answers[] = {
		IN_USE,
		page(answer_task("u-1", SCENE_LONG, OTHER)),
		answer("200 OK", "", answer_task("u-2", SCENE_NOW, "")),
	};
	struct difference *list = NULL;
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;
	size_t n = 0;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_REJECTED, &ev);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	assert_string_equal(ev.err.field, "unique_id");
	assert_non_null(strstr(ev.err.msg, ANSWER_ID "; it differs in attachments"));
	assert_non_null(strstr(ev.err.hint, "link it"));
	scene_row_is(&s, OUTBOX_REJECTED, false);
	row_says(&s, ANSWER_ID, "it differs in attachments");
	world_good(session_differences(s.w.s, s.seq, &list, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_string_equal(list[0].field, "attachments");
	assert_string_equal(list[0].ours, "1 of 1: \"s3://acme/scene-1.sfs\"");
	assert_string_equal(list[0].theirs, "1 of 1: \"s3://acme/other.sfs\"");
	differences_free(list, n);
	/* another id, and it goes */
	world_set(s.d, FIELD_UNIQUE_ID, "u-2");
	world_good(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	row_says(&s, "", "");
	scene_finish(&s);
}

static void
a18_a_conflict_may_be_linked_on_purpose(void **state)
{
	const struct canned answers[] = { IN_USE, page(answer_task("u-1", SCENE_LONG, OTHER)) };
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_REJECTED, &ev);
	scene_restart(&s); /* nothing of it is only in memory */
	world_good(session_link(s.w.s, s.seq, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_string_equal(ev.key, ANSWER_ID);
	scene_row_is(&s, OUTBOX_ACCEPTED, false);
	row_says(&s, "", "linked with " ANSWER_ID " by hand");
	scene_evidence_is(&s, "post 409, look 200, hand 0");
	assert_int_equal(session_link(s.w.s, s.seq, world_now(&s.w), &err), ERR_RULE);
	scene_finish(&s);
}

static void
a18_a_conflict_after_a_doubt_is_left_to_a_person_and_never_sent(void **state)
{
	const struct canned answers[] = {
		LOST,
		NONE,
		IN_USE,
		page(answer_task("u-1", SCENE_LONG, OTHER)),
		page(answer_task("u-1", SCENE_LONG, OTHER)),
		NONE,
	};
	struct session_event ev;
	struct err err = ERR_INIT;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_pass_gate(&s);
	world_wait_row(&s.w, TASK_SENDING, &ev);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	scene_row_is(&s, OUTBOX_UNCONFIRMED, true);
	row_says(&s, ANSWER_ID, "it differs in attachments");
	/* not by itself, whatever time goes by; nor by another process */
	scene_restart(&s);
	for (int i = 0; i < 20; i++) {
		s.w.skipped_ms += OUTBOX_GRACE_MS;
		world_turn(&s.w);
	}
	assert_false(session_busy(s.w.s));
	assert_int_equal(scene_posts(&s), 0);
	assert_int_equal(world_calls(&s.w, ENDPOINT_TASK_LIST), 0);
	/* a person may look, not send; nor edit */
	world_good(session_look(s.w.s, s.seq, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	world_good(session_look(s.w.s, s.seq, world_now(&s.w), &err), &err);
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	assert_non_null(strstr(ev.err.msg, "no task has this unique_id now"));
	assert_int_equal(session_resend(s.w.s, s.seq, world_now(&s.w), &err), ERR_RULE);
	assert_int_equal(session_submit(s.w.s, s.d, world_now(&s.w), &s.seq, &err), ERR_ALREADY);
	world_good(session_abandon(s.w.s, s.seq, world_now(&s.w), &err), &err);
	scene_row_is(&s, OUTBOX_ABANDONED, true);
	assert_int_equal(scene_posts(&s), 0);
	scene_finish(&s);
}

static void
a18_a_task_in_doubt_that_is_another_one_is_not_taken_for_ours(void **state)
{
	const struct canned answers[] = { LOST, page(answer_task("u-1", SCENE_LONG, OTHER)) };
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_next(&s, &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	row_says(&s, ANSWER_ID, "it differs in attachments");
	scene_finish(&s);
}

static void
a18_what_can_be_changed_later_makes_no_conflict(void **state)
{
	const struct canned answers[] = {
		IN_USE,
		page(answer_task("u-1", SCENE_LONG,
				 SCENE_URLS ",\"priority\":30,\"tags\":[\"z\"]")),
	};
	struct session_event ev;
	struct scene s;

	scene_open(&s, state, "u-1", answers, ARRAY_LEN(answers));
	world_set(s.d, FIELD_PRIORITY, "10");
	scene_submit(&s);
	world_wait_row(&s.w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	row_says(&s, "", "already there; the service tells another priority");
	scene_finish(&s);
}

/* An id that was made here: seen on a task of today it is ours, whatever the service made of
 * its content; on an older one somebody took it over. */
static void
a7_an_id_that_was_made_here_is_ours_unless_the_task_is_older(void **state)
{
	static const struct {
		const char *created;
		enum task_status status;
	} rows[] = { { SCENE_NOW, TASK_PENDING }, { SCENE_LONG, TASK_REJECTED } };
	static const char id[] = "ms-0123456789abcdefghjkmnpqrs";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct canned answers[] = { IN_USE,
						  page(answer_task(id, rows[i].created, OTHER)) };
		struct session_event ev;
		void *dir = NULL;
		struct scene s;

		assert_int_equal(scratch_setup(&dir), 0);
		scene_open(&s, &dir, id, answers, ARRAY_LEN(answers));
		scene_submit(&s);
		world_wait_row(&s.w, rows[i].status, &ev);
		if (ev.accepted)
			row_says(&s, "", "already there; the service tells another attachments");
		assert_int_equal(scene_posts(&s), 1);
		scene_finish(&s);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

static void
a20_a_look_up_that_answers_with_strangers_accepts_none_of_them(void **state)
{
	const char *stranger = answer_task("u-10", SCENE_NOW, SCENE_URLS);
	const struct canned answers[] = {
		LOST,
		page(stranger),
		page(stranger),
		IN_USE,
		page(stranger),
		answer("200 OK", "", stranger), /* so does the fetch of the named owner */
		page(answer_task("u-1", SCENE_NOW, SCENE_URLS)),
	};
	struct session_event ev;
	struct scene s;

	scene_begin(&s, state, answers, ARRAY_LEN(answers));
	world_wait_row(&s.w, TASK_UNCONFIRMED, &ev);
	scene_next(&s, &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	scene_pass_gate(&s);
	/* found absent, sent again, refused as in use, and still no stranger is taken */
	do
		world_wait(&s.w, SESSION_ROW, &ev);
	while (ev.status == TASK_SENDING || scene_posts(&s) < 2);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	row_says(&s, "", "not found");
	while (!ev.accepted)
		scene_next(&s, &ev);
	assert_int_equal(scene_posts(&s), 2);
	scene_finish(&s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a18_an_id_of_the_users_with_other_content_is_a_conflict_and_shows_why),
		CASE(a18_a_conflict_may_be_linked_on_purpose),
		CASE(a18_a_conflict_after_a_doubt_is_left_to_a_person_and_never_sent),
		CASE(a18_a_task_in_doubt_that_is_another_one_is_not_taken_for_ours),
		CASE(a18_what_can_be_changed_later_makes_no_conflict),
		cmocka_unit_test(a7_an_id_that_was_made_here_is_ours_unless_the_task_is_older),
		CASE(a20_a_look_up_that_answers_with_strangers_accepts_none_of_them),
	};
	return cmocka_run_group_tests_name("session conflict", tests, NULL, NULL);
}
