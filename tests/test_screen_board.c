/* test_screen_board.c - the real program's board against the real sandbox: cancel, copy, text
 * from outside, a second program on the same data, and a monkey at the keys. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"

#include "core/err.h"

#include <poll.h>
#include <signal.h>

#define ESC "\x1b"

/* Its tasks stay pending. */
static int
setup(void **state)
{
	static const char *const service[] = { "--db", "--seed", "empty", "--work", "9999", NULL };
	struct desk *d;

	desk_setup(state);
	d = *state;
	raw_kill(&d->service, SIGTERM);
	raw_start(&d->service, service);
	return 0;
}

static void
post(struct desk *d, const char *target, const char *body)
{
	struct answer a;

	raw_call(&d->service, DESK_LIVE, "POST", target, body, &a);
	if (a.status != 200)
		fail_msg("%s: %s", body, a.body);
	answer_free(&a);
}

static void
make_tasks(struct desk *d, int n)
{
	char body[512];

	for (int i = 1; i <= n; i++) {
		snprintf(body, sizeof(body),
			 "{\"project\":\"Night Lidar\",\"attachments\":[\"s3://acme/%d.sfs\"],"
			 "\"scene_format\":\"sensor_fusion\",\"unique_id\":\"act-%d\","
			 "\"tags\":[\"%s\"]}",
			 i, i, i % 2 ? "rain" : "fog");
		post(d, "/v1/task/multistage", body);
	}
}

static struct pty *
board(struct desk *d, const char *count)
{
	struct pty *p = desk_start(d, &(struct desk_run){ .key = DESK_LIVE });

	pty_type(p, "2");
	desk_see(p, "[2 Tasks]");
	desk_see(p, count);
	return p;
}

static void
a_filtered_task_is_canceled_after_a_question(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	make_tasks(d, 5);
	p = board(d, "5 tasks: 5 pending");
	desk_check(d);
	pty_type(p, "/tag:fog");
	desk_see(p, "2 of 5");
	desk_see(p, "EDIT ");
	desk_check(d);
	pty_type(p, "\rg");
	desk_see(p, "> . pending     act-4");
	pty_type(p, "X");
	desk_see(p, "Cancel this task?");
	desk_check(d);
	pty_type(p, "\rX \r"); /* the key that asks, and Enter, do not answer */
	pty_settle(p);
	desk_see(p, "Cancel this task?");
	pty_type(p, "n");
	desk_gone(p, "Cancel this task?");
	assert_int_equal(desk_tasks(d, DESK_LIVE, "status=canceled"), 0);
	pty_type(p, "X");
	desk_see(p, "Cancel this task?");
	pty_type(p, "y");
	desk_see(p, "- canceled    act-4");
	desk_check(d);
	desk_task_at(d, DESK_LIVE, "status=canceled", "unique_id", "act-4");
	pty_type(p, ESC);
	desk_see(p, "5 tasks: 4 pending");
	desk_quit(d);
}

static void
marked_tasks_are_canceled_together_and_their_ids_freed(void **state)
{
	struct desk *d = *state;
	struct pty *p;
	int taken = 0;

	make_tasks(d, 5);
	p = board(d, "5 tasks: 5 pending");
	pty_type(p, "gj j ");
	desk_see(p, "2 marked");
	pty_type(p, "X");
	desk_see(p, "Cancel 2 marked tasks?");
	pty_type(p, " ");
	desk_see(p, "[x] also free the unique_id");
	desk_check(d);
	pty_type(p, "y");
	desk_see(p, "canceled 2 of 2");
	desk_see(p, "2 canceled");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_LIVE, "status=canceled"), 2);
	for (int i = 1; i <= 5; i++) {
		char query[32];

		snprintf(query, sizeof(query), "unique_id=act-%d", i);
		taken += desk_tasks(d, DESK_LIVE, query);
	}
	assert_int_equal(taken, 3); /* two were given back */
	assert_int_equal(desk_tasks(d, DESK_LIVE, "status=pending"), 3);
	desk_quit(d);
}

static void
a_copy_is_another_task(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	make_tasks(d, 1);
	p = board(d, "1 task: 1 pending");
	pty_type(p, "c");
	desk_see(p, "[1 Compose]");
	desk_see(p, "project          Night Lidar");
	desk_see(p, "s3://acme/1.sfs");
	desk_see(p, "tags             rain");
	assert_false(pty_has(p, "unique_id        act-1"));
	desk_check(d);
	pty_type(p, "s");
	desk_see(p, "LIVE: type Night Lidar to unlock");
	pty_type(p, "Night Lidar\r");
	desk_see(p, "2 tasks: 2 pending");
	assert_int_equal(desk_tasks(d, DESK_LIVE, ""), 2);
	assert_int_equal(desk_tasks(d, DESK_LIVE, "unique_id=act-1"), 1);
	desk_quit(d);
}

/* --- text from outside --- */

#define EVIL "\\u001b]0;pwned\\u0007\\u001b[2J\\u009b5m\\u202e\\u200b\\r\\bx"

static void
b9_text_of_the_service_cannot_act_on_the_terminal(void **state)
{
	static const char project[] = "{\"type\":\"multistage\",\"name\":\"Evil " EVIL "\"}";
	static const char task[] =
		"{\"project\":\"Night Lidar\","
		"\"attachments\":[\"s3://acme/\\u001b]0;pwned\\u0007\\u202e.sfs\"],"
		"\"scene_format\":\"sensor_fusion\",\"unique_id\":\"evil " EVIL "\","
		"\"instruction\":\"" EVIL "\",\"tags\":[\"" EVIL "\"],"
		"\"metadata\":{\"" EVIL "\":\"" EVIL "\"}}";
	struct desk *d = *state;
	struct pty *p;

	post(d, "/v1/projects", project);
	post(d, "/v1/task/multistage", task);
	p = board(d, "1 task: 1 pending");
	desk_see(p, "> . pending     evil");
	desk_check(d);
	pty_type(p, "\r\t");
	desk_see(p, "> Detail");
	desk_check(d);
	for (int i = 0; i < 8; i++) {
		pty_type(p, "\x04"); /* ^D */
		desk_check(d);
	}
	pty_type(p, "1\r");
	desk_see(p, "> Day Lidar");
	pty_type(p, "Evil");
	desk_see(p, "> Evil");
	desk_check(d);
	pty_type(p, "\r");
	desk_see(p, "project          Evil");
	desk_check(d);
	assert_false(pty_sent(p, ESC "]0;pwned"));
	assert_false(pty_sent(p, "\xE2\x80\xAE")); /* RLO */
	assert_false(pty_sent(p, "\x07"));
	desk_quit(d);
}

/* --- two of them --- */

static void
send_it(struct desk *d, const char *unique_id)
{
	struct pty *p = &d->pty;
	char row[64];

	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	snprintf(row, sizeof(row), "+ completed   %s", unique_id);
	desk_see(p, row);
}

static void
b16_two_programs_share_the_data_and_a_suspended_one_holds_nothing(void **state)
{
	struct desk *d = *state, other = *d;
	struct pty *p = desk_open(d, DESK_TEST, "first-1"), *q;

	pty_type(p, "\x1a"); /* ^Z */
	pty_wait_stopped(p);
	q = desk_open(&other, DESK_TEST, "second-1");
	send_it(&other, "second-1");
	pty_continue(p);
	desk_see(p, "first-1");
	send_it(d, "first-1");
	desk_see(p, "2 tasks");
	desk_check(d);
	pty_type(q, "r");
	desk_see(q, "2 tasks");
	desk_check(&other);
	desk_quit(&other);
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 2);
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_filtered_task_is_canceled_after_a_question),
		CASE(marked_tasks_are_canceled_together_and_their_ids_freed),
		CASE(a_copy_is_another_task),
		CASE(b9_text_of_the_service_cannot_act_on_the_terminal),
		CASE(b16_two_programs_share_the_data_and_a_suspended_one_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
