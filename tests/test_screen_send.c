/* test_screen_send.c - the real program sends to the real sandbox: never without being told to,
 * never twice, and whatever the answer is, or if there is none, a way on. */
#include "config.h"

#include "tests/test.h"

#include "tests/admin.h"
#include "tests/desk.h"
#include "tests/lossy.h"

#include "core/err.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#define ESC "\x1b"

static void
on_live_nothing_goes_out_before_the_projects_name_is_typed(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_LIVE, "live-1");

	pty_type(p, "s");
	desk_see(p, "LIVE: type Night Lidar to unlock");
	pty_type(p, "\r\r\r");
	desk_see(p, "this goes to LIVE: type Night Lidar");
	pty_type(p, "night lidar\r");
	pty_settle(p);
	desk_see(p, "LIVE: type Night Lidar to unlock");
	pty_type(p, "\x15"); /* ^U */
	pty_paste(p, "Night Lidar\r\n\r\n", 15);
	pty_settle(p);
	desk_see(p, "Review: create 1 task");
	assert_int_equal(desk_tasks(d, DESK_LIVE, ""), 0);
	pty_type(p, "\x15Night Lidar\r\r\r"); /* and a key that repeats */
	desk_see(p, "live-1");
	desk_see(p, "[2 Tasks]");
	desk_refresh_until(p, "+ completed   live-1");
	assert_int_equal(desk_tasks(d, DESK_LIVE, ""), 1);
	desk_quit(d);
}

static void
a23_enter_twice_and_pasted_newlines_make_one_task(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "twice-1");

	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_paste(p, "\r\n\r\n\r\n", 6);
	desk_see(p, "nothing here takes a paste");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 0);
	pty_type(p, "\r\r\r\r");
	desk_see(p, "+ completed   twice-1");
	pty_settle(p);
	pty_type(p, "1s\r\r"); /* the form has a copy of it by now, with an id of its own */
	desk_see(p, "2 tasks");
	desk_refresh_until(p, "2 completed");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 2);
	assert_int_equal(desk_tasks(d, DESK_TEST, "unique_id=twice-1"), 1);
	desk_quit(d);
}

static void
a16_a_refusal_leads_to_the_field_and_the_mended_task_is_the_same_one(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "mend-1");

	desk_go(d, FIELD_BATCH);
	pty_type(p, "x");
	desk_see(p, "batch cleared");
	desk_set(d, FIELD_PROJECT, "Nigth Lidar");
	desk_go(d, FIELD_TAGS); /* the cursor is elsewhere */
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "refused by the service");
	desk_see(p, "!> project");
	desk_see(p, "Project with name \"Nigth Lidar\" not found.");
	desk_see(p, "mend-1");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 0);
	desk_set(d, FIELD_PROJECT, "Night Lidar");
	desk_gone(p, "refused by the service");
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "+ completed   mend-1");
	desk_task_at(d, DESK_TEST, "unique_id=mend-1", "project", "Night Lidar");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
}

static void
a_wrong_key_is_told_and_the_draft_is_kept(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, "bad_k3y0123456789abcdefFEDC|test", "key-1");

	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "does not take the key ....test from SCALE_API_KEY (401)");
	desk_check(d);
	pty_type(p, "3");
	desk_see(p, "401");
	desk_check(d);
	pty_type(p, "1");
	desk_see(p, "key-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 0);
	desk_quit(d);
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST }); /* the right one */
	desk_see(p, "unique_id        key-1");
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "+ completed   key-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
}

static void
without_a_key_one_composes_and_is_told_where_to_get_one(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, NULL, "nokey-1");

	desk_set(d, FIELD_CALLBACK_URL, "https://hooks.acme.example/a");
	pty_type(p, "s");
	desk_see(p, "Review: create 1 task");
	desk_see(p, "SCALE_API_KEY");
	pty_type(p, "\r");
	desk_see(p, "no API key");
	desk_check(d);
	pty_type(p, ESC);
	desk_see(p, "REVIEW+SEND");
	pty_type(p, "2r");
	desk_see(p, "[2 Tasks]");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 0);
	desk_quit(d);
}

/* Sent, stored by the service, and no answer: it died in between. */
static struct pty *
lose_the_answer(struct desk *d, const char *unique_id, pid_t *line)
{
	struct pty *p;
	char row[64];

	snprintf(d->socket, sizeof(d->socket), "%s/line", d->home);
	*line = lossy_start(d->socket, &d->service, "POST /v1/task/multistage");
	p = desk_open(d, DESK_TEST, unique_id);
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	snprintf(row, sizeof(row), "? unconfirmed %s", unique_id);
	desk_see(p, row);
	desk_check(d);
	raw_kill(&d->service, SIGKILL);
	return p;
}

static void
a_lost_answer_is_looked_up_and_never_sent_twice(void **state)
{
	struct desk *d = *state;
	pid_t line;
	struct pty *p = lose_the_answer(d, "lost-1", &line);

	pty_type(p, "l"); /* nobody there */
	pty_settle(p);
	desk_see(p, "? unconfirmed lost-1");
	desk_check(d);
	raw_start(&d->service, desk_service);
	pty_type(p, "l");
	desk_see(p, "+ completed   lost-1");
	desk_check(d);
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
	lossy_stop(line, d->socket);
}

static void
the_next_start_goes_on_looking_for_a_lost_task(void **state)
{
	struct desk *d = *state;
	pid_t line;
	struct pty *p = lose_the_answer(d, "lost-2", &line);

	pty_signal(p, SIGKILL);
	pty_wait_end(p);
	desk_drop(d);
	raw_start(&d->service, desk_service);
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });
	pty_type(p, "2");
	desk_see(p, "+ completed   lost-2");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
	lossy_stop(line, d->socket);
}

static void
a12_while_an_answer_does_not_come_the_keys_are_answered(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	raw_kill(&d->service, SIGTERM);
	admin_prepare();
	raw_start(&d->service, desk_service);
	admin_faults(&d->service, "[{\"method\":\"POST\",\"path\":\"/v1/task/multistage\","
				  "\"effect\":\"delay:3000000:after\"}]");
	p = desk_open(d, DESK_TEST, "slow-1");
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "sending     slow-1");
	pty_type(p, "1");
	desk_set(d, FIELD_CALLBACK_URL, "https://typed.example/m");
	desk_see(p, "typed.example/m");
	pty_type(p, "2");
	desk_see(p, "sending     slow-1");
	desk_check(d);
	raw_kill(&d->service, SIGKILL);
	desk_see(p, "? unconfirmed slow-1");
	raw_start(&d->service, desk_service);
	pty_type(p, "l");
	desk_see(p, "+ completed   slow-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
}

static void
what_could_not_be_sent_goes_out_at_the_next_start(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "wait-1");

	raw_kill(&d->service, SIGTERM);
	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	pty_type(p, "\r");
	desk_see(p, "^ queued      wait-1");
	desk_see(p, "nobody listens at"); /* no desk_check(): a countdown runs */
	pty_type(p, "\r");
	desk_see(p, "Not a byte of it has left this machine.");
	desk_quit(d);
	raw_start(&d->service, desk_service);
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });
	pty_type(p, "2");
	desk_see(p, "+ completed   wait-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
}

/* Is the lock of the sender free, and whose is it else? */
static bool
nobody_sends(const struct desk *d, char line[64])
{
	char path[128];
	int fd;
	bool nobody;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/state/multistage/sender.lock", d->home);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, line, 63);
	line[n > 0 ? n : 0] = '\0';
	nobody = flock(fd, LOCK_EX | LOCK_NB) == 0;
	close(fd);
	return nobody;
}

static void
b16_a_suspended_program_lets_others_send_and_reads_its_answer_later(void **state)
{
	struct desk *d = *state;
	struct pty *p = desk_open(d, DESK_TEST, "stop-1");
	char line[64], want[64];

	pty_type(p, "s");
	desk_see(p, "Enter sends this task to TEST");
	kill(d->service.pid, SIGSTOP); /* it answers when it is let go on */
	pty_type(p, "\r");
	pty_wait(p, "sending");
	assert_false(nobody_sends(d, line));
	snprintf(want, sizeof(want), "%ld ", (long)p->pid);
	assert_memory_equal(line, want, strlen(want));
	assert_non_null(strstr(line, " pts/"));
	pty_type(p, "\x1a"); /* ^Z */
	pty_wait_stopped(p);
	assert_true(nobody_sends(d, line));
	assert_string_equal(line, "");
	kill(d->service.pid, SIGCONT);
	pty_continue(p);
	desk_see(p, "stop-1");
	desk_refresh_until(p, "+ completed   stop-1");
	assert_int_equal(desk_tasks(d, DESK_TEST, ""), 1);
	desk_quit(d);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(on_live_nothing_goes_out_before_the_projects_name_is_typed),
		CASE(a23_enter_twice_and_pasted_newlines_make_one_task),
		CASE(a16_a_refusal_leads_to_the_field_and_the_mended_task_is_the_same_one),
		CASE(a_wrong_key_is_told_and_the_draft_is_kept),
		CASE(without_a_key_one_composes_and_is_told_where_to_get_one),
		CASE(a_lost_answer_is_looked_up_and_never_sent_twice),
		CASE(a12_while_an_answer_does_not_come_the_keys_are_answered),
		CASE(what_could_not_be_sent_goes_out_at_the_next_start),
		CASE(the_next_start_goes_on_looking_for_a_lost_task),
		CASE(b16_a_suspended_program_lets_others_send_and_reads_its_answer_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
