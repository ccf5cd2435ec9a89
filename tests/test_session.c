/* test_session.c - submitting through the session, against the real sandbox. */
#include "config.h"

#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/payload.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROJECT "Urban Fusion" /* of the demo account */

static struct sandbox *sandbox;

static int
setup_all(void **state)
{
	(void)state;
	sandbox = sandbox_start(NULL, NULL);
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
start(struct world *w)
{
	struct err err = ERR_INIT;

	world_good(session_start(w->s, world_now(w), &err), &err);
}

static int64_t
submit(struct world *w, const struct draft *d)
{
	struct err err = ERR_INIT;
	int64_t seq = 0;

	world_good(store_draft_put(w->store, d, 1, &err), &err);
	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	assert_true(seq > 0);
	return seq;
}

static void
read_row(struct world *w, int64_t seq, struct outbox_row *r)
{
	struct err err = ERR_INIT;

	outbox_row_init(r);
	world_good(store_outbox_get(w->store, seq, r, &err), &err);
}

static void
a_draft_becomes_a_row_and_then_a_task(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct payload *p = payload_new();
	struct buf wire = BUF_INIT(1u << 20);
	struct session_event ev;
	struct outbox_row r;
	struct task t;
	struct err err = ERR_INIT;
	int64_t seq;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	world_set(d, FIELD_PRIORITY, "20");
	assert_true(draft_item_add(d, FIELD_TAGS, 0, "night", 5));
	seq = submit(&w, d);
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED);
	assert_int_equal(ev.seq, seq);
	assert_string_equal(ev.key, "local-1");
	assert_string_equal(ev.unique_id, draft_get(d, FIELD_UNIQUE_ID));
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_SENDING);
	world_wait(&w, SESSION_ROW, &ev);
	assert_true(ev.accepted);
	assert_int_equal(ev.status, TASK_PENDING);
	assert_string_equal(ev.old_key, "local-1");
	assert_int_equal(ev.err.code, ERR_OK);
	read_row(&w, seq, &r);
	assert_int_equal(r.state, OUTBOX_ACCEPTED);
	assert_string_equal(r.task_id, ev.key);
	assert_int_equal(r.attempt, 1);
	payload_update(p, d);
	payload_wire(p, &wire);
	assert_int_equal(r.payload_len, wire.len);
	assert_memory_equal(r.payload, wire.p, wire.len);
	assert_string_equal(r.sha256, payload_sha256(p));
	task_init(&t);
	world_good(store_task_get(w.store, session_target(w.s), ev.key, &t, &err), &err);
	assert_string_equal(t.unique_id, r.unique_id);
	assert_string_equal(t.tags, "night");
	assert_int_equal(t.priority, 20);
	assert_int_equal(store_task_get(w.store, session_target(w.s), "local-1", &t, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1); /* asleep */
	task_done(&t);
	outbox_row_done(&r);
	buf_free(&wire);
	payload_free(p);
	draft_free(d);
	world_close(&w);
}

static void
a_draft_is_sent_once(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct session_event ev;
	struct err err = ERR_INIT;
	int64_t seq, again = 0;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_TEST);
	start(&w);
	seq = submit(&w, d);
	assert_int_equal(session_submit(w.s, d, world_now(&w), &again, &err), ERR_ALREADY);
	assert_int_equal(again, seq);
	world_wait_row(&w, TASK_COMPLETED, &ev); /* test tasks are done at once */
	assert_int_equal(session_submit(w.s, d, world_now(&w), &again, &err), ERR_ALREADY);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	draft_free(d);
	world_close(&w);
}

static void
what_breaks_a_rule_is_not_even_written(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, "");
	struct err err = ERR_INIT;
	int64_t seq = 77;
	int64_t due = 0, next;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	assert_int_equal(session_submit(w.s, d, world_now(&w), &seq, &err), ERR_RULE);
	assert_string_equal(err.field, "unique_id");
	world_set(d, FIELD_UNIQUE_ID, "id-rule");
	world_set(d, FIELD_METADATA, "{\"a\":1,\"a\":2}");
	assert_int_equal(session_submit(w.s, d, world_now(&w), &seq, &err), ERR_RULE);
	assert_string_equal(err.field, "metadata");
	assert_int_equal(seq, 77);
	world_good(store_outbox_due(w.store, session_target(w.s), &due, &next, &err), &err);
	assert_int_equal(due, 0);
	assert_false(session_busy(w.s));
	draft_free(d);
	world_close(&w);
}

static void
without_a_key_everything_says_how_to_get_one(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct err err[8];
	int64_t seq;

	world_open(&w, *state, sandbox_url(sandbox), "");
	memset(err, 0, sizeof(err));
	assert_int_equal(session_start(w.s, world_now(&w), &err[0]), ERR_AUTH);
	assert_int_equal(session_submit(w.s, d, world_now(&w), &seq, &err[1]), ERR_AUTH);
	assert_int_equal(session_refresh(w.s, false, world_now(&w), &err[2]), ERR_AUTH);
	assert_int_equal(session_task_fetch(w.s, "x", world_now(&w), &err[3]), ERR_AUTH);
	assert_int_equal(session_cancel(w.s, "x", false, world_now(&w), &err[4]), ERR_AUTH);
	assert_int_equal(session_fetch_projects(w.s, world_now(&w), &err[5]), ERR_AUTH);
	assert_int_equal(session_fetch_batches(w.s, "", world_now(&w), &err[6]), ERR_AUTH);
	assert_int_equal(session_look(w.s, 1, world_now(&w), &err[7]), ERR_AUTH);
	for (int i = 0; i < 8; i++)
		assert_non_null(strstr(err[i].hint, "SCALE_API_KEY"));
	session_auto_refresh(w.s, 1000);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1);
	assert_string_equal(session_masked_key(w.s), "");
	draft_free(d);
	world_close(&w);
}

static void
nothing_leaves_before_the_session_is_started(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct session_event ev;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	submit(&w, d);
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED);
	assert_false(session_busy(w.s));
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1);
	start(&w);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	draft_free(d);
	world_close(&w);
}

static void
a_refused_draft_is_corrected_and_sent_again(void **state)
{
	struct world w;
	struct draft *d = world_draft("No Such Project", NULL);
	struct draft_info *list;
	struct session_event ev;
	struct err err = ERR_INIT;
	int64_t seq;
	size_t n;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	seq = submit(&w, d);
	world_wait_row(&w, TASK_REJECTED, &ev);
	assert_int_equal(ev.seq, seq);
	assert_string_not_equal(ev.err.msg, "");
	assert_non_null(ev.err.field);
	assert_string_equal(ev.err.field, "project");
	world_good(store_draft_list(w.store, &list, &n, &err), &err);
	assert_true(n == 1 && !list[0].submitted);
	free(list);
	world_set(d, FIELD_PROJECT, PROJECT);
	assert_int_equal(submit(&w, d), seq);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	world_good(store_draft_list(w.store, &list, &n, &err), &err);
	assert_true(n == 1 && list[0].submitted);
	free(list);
	draft_free(d);
	world_close(&w);
}

static void
an_id_of_another_task_is_a_conflict_that_names_it(void **state)
{
	static const char other[] = "s3://acme/scene-2.sfs";
	struct world w;
	struct draft *a = world_draft(PROJECT, "conflict-1"),
		     *b = world_draft(PROJECT, "conflict-1");
	struct session_event first, ev;
	struct outbox_row r;
	int64_t seq;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	submit(&w, a);
	world_wait_row(&w, TASK_PENDING, &first);
	draft_item_set(b, FIELD_ATTACHMENTS, 0, other, strlen(other));
	seq = submit(&w, b);
	world_wait_row(&w, TASK_SENDING, &ev);
	world_wait(&w, SESSION_ROW, &ev); /* nothing is told before it was looked into */
	assert_int_equal(ev.status, TASK_REJECTED);
	assert_int_equal(ev.err.code, ERR_CONFLICT);
	assert_string_equal(ev.err.field, "unique_id");
	assert_non_null(strstr(ev.err.msg, first.key));
	read_row(&w, seq, &r);
	assert_int_equal(r.http, 409);
	assert_string_equal(r.field, "unique_id");
	outbox_row_done(&r);
	world_set(b, FIELD_UNIQUE_ID, "conflict-2");
	assert_int_equal(submit(&w, b), seq);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_string_not_equal(ev.key, first.key);
	draft_free(a);
	draft_free(b);
	world_close(&w);
}

static void
a_matching_twin_is_linked_and_not_made_twice(void **state)
{
	struct world w;
	struct draft *a = world_draft(PROJECT, "twin-1"), *b = world_draft(PROJECT, "twin-1");
	struct session_event first, ev;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	submit(&w, a);
	world_wait_row(&w, TASK_PENDING, &first);
	submit(&w, b);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_string_equal(ev.key, first.key);
	draft_free(a);
	draft_free(b);
	world_close(&w);
}

static void
a15_a_key_that_is_not_taken_holds_the_queue(void **state)
{
	struct world w;
	struct draft *a = world_draft(PROJECT, NULL), *b = world_draft(PROJECT, NULL);
	struct session_event ev;
	struct outbox_row r;
	int64_t seq;

	world_open(&w, *state, sandbox_url(sandbox), "nobody_knows_me");
	start(&w);
	seq = submit(&w, a);
	world_wait_row(&w, TASK_SENDING, &ev);
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED); /* nothing is wrong with the row */
	assert_int_equal(ev.err.code, ERR_AUTH);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms + 7200000), 0); /* watched */
	w.skipped_ms += 7200000;
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1); /* no knocking at the door */
	read_row(&w, seq, &r);
	assert_int_equal(r.state, OUTBOX_QUEUED);
	assert_false(r.ambiguous);
	outbox_row_done(&r);
	submit(&w, b); /* a person acts: it is tried again */
	world_wait_row(&w, TASK_SENDING, &ev);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 3);
	draft_free(a);
	draft_free(b);
	world_close(&w);
}

static void
many_rows_go_a_few_at_a_time_and_each_once(void **state)
{
	enum { ROWS = 25 };
	struct world w;
	struct err err = ERR_INIT;
	int accepted = 0;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_TEST);
	start(&w);
	for (int i = 0; i < ROWS; i++) {
		struct session_intent intent = { .run_key = "bulk", .item = i };
		struct draft *d = world_draft(PROJECT, NULL);
		int64_t seq;

		world_good(session_submit_as(w.s, d, &intent, world_now(&w), &seq, &err), &err);
		draft_free(d);
	}
	while (accepted < ROWS) {
		struct session_event ev;

		world_wait(&w, SESSION_ROW, &ev);
		accepted += ev.accepted;
	}
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), ROWS);
	world_close(&w);
}

static int
lock_as_another_process(struct world *w)
{
	int fd = open(conf_paths(w->conf)->lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	return fd;
}

static void
while_another_process_sends_a_row_waits_its_turn(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct session_event ev;
	int fd;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	fd = lock_as_another_process(&w);
	start(&w);
	submit(&w, d);
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	world_wait(&w, SESSION_ROW, &ev);
	assert_int_equal(ev.status, TASK_QUEUED);
	assert_int_equal(ev.err.code, ERR_BUSY);
	assert_false(session_busy(w.s));
	assert_in_range(session_timeout(w.s, world_now(&w).mono_ms), 1, 3000);
	close(fd);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	/* and nothing is locked when nothing is on its way */
	close(lock_as_another_process(&w));
	draft_free(d);
	world_close(&w);
}

static void
what_another_process_sends_is_told_here_too(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct session_event ev;
	struct store *other;
	struct outbox_row r;
	struct err err = ERR_INIT;
	struct task t;
	bool won = false;
	int64_t seq;
	int fd;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	fd = lock_as_another_process(&w);
	start(&w);
	seq = submit(&w, d);
	other = store_open(conf_paths(w.conf)->database, &err);
	assert_non_null(other);
	world_good(store_outbox_claim(other, seq, 0, 5, &won, &err), &err);
	assert_true(won);
	world_wait_row(&w, TASK_SENDING, &ev);
	read_row(&w, seq, &r);
	r.state = OUTBOX_ACCEPTED;
	task_set(&r.task_id, "abc", 3);
	task_init(&t);
	task_set(&t.task_id, "abc", 3);
	task_set(&t.status, "pending", 7);
	world_good(store_outbox_outcome(other, &r, &t, 6, &err), &err);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_string_equal(ev.key, "abc");
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	assert_int_equal(session_timeout(w.s, world_now(&w).mono_ms), -1);
	task_done(&t);
	outbox_row_done(&r);
	store_close(other);
	close(fd);
	draft_free(d);
	world_close(&w);
}

static void
what_was_on_its_way_when_we_died_is_looked_up_then_sent_again(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct session_event ev;
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool won = false;
	int64_t seq;

	/* the first life: committed, claimed, and killed before a byte left */
	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	seq = submit(&w, d);
	world_good(store_outbox_claim(w.store, seq, 0, world_now(&w).wall_ms, &won, &err), &err);
	assert_true(won);
	world_close(&w);

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	start(&w);
	world_wait(&w, SESSION_TASKS, &ev); /* recovered */
	read_row(&w, seq, &r);
	assert_int_equal(r.state, OUTBOX_UNCONFIRMED);
	assert_true(r.ambiguous);
	outbox_row_done(&r);
	world_wait_row(&w, TASK_UNCONFIRMED, &ev); /* looked up: not there, no proof */
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	world_wait_row(&w, TASK_PENDING, &ev); /* after a minute of quiet */
	assert_true(ev.accepted);
	assert_in_range(w.skipped_ms, 50000, 200000);
	assert_true(world_calls(&w, ENDPOINT_TASK_LIST) >= 3);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	draft_free(d);
	world_close(&w);
}

static void
a_row_can_be_given_up_but_not_one_that_is_settled(void **state)
{
	struct world w;
	struct draft *a = world_draft(PROJECT, NULL), *b = world_draft(PROJECT, NULL);
	struct session_event ev;
	struct err err = ERR_INIT;
	struct outbox_row r;
	int64_t kept, gone;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	gone = submit(&w, a); /* not started: stays queued */
	world_good(session_abandon(w.s, gone, world_now(&w), &err), &err);
	world_wait(&w, SESSION_TASKS, &ev);
	read_row(&w, gone, &r);
	assert_int_equal(r.state, OUTBOX_ABANDONED);
	outbox_row_done(&r);
	start(&w);
	kept = submit(&w, b);
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_int_equal(session_abandon(w.s, kept, world_now(&w), &err), ERR_RULE);
	assert_int_equal(session_look(w.s, kept, world_now(&w), &err), ERR_RULE);
	assert_int_equal(session_resend(w.s, kept, world_now(&w), &err), ERR_RULE);
	assert_int_equal(session_abandon(w.s, 99, world_now(&w), &err), ERR_NOT_FOUND);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 1);
	draft_free(a);
	draft_free(b);
	world_close(&w);
}

static void
a25_rows_go_only_to_their_own_account(void **state)
{
	struct world w;
	struct draft *d = world_draft(PROJECT, NULL);
	struct err err = ERR_INIT;
	int64_t seq;

	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_LIVE);
	seq = submit(&w, d);
	world_close(&w);
	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_TEST);
	start(&w);
	world_settle(&w);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	assert_int_equal(session_abandon(w.s, seq, world_now(&w), &err), ERR_RULE);
	assert_non_null(strstr(err.msg, "another account"));
	draft_free(d);
	world_close(&w);
}

enum { BULK = 12, SENDERS = 3 };

/* In a child: submit the same run as the others do, and stay until all of it is settled. */
static int
send_bulk(char *dir)
{
	int64_t end, seqs[BULK];
	struct world w;
	struct err err = ERR_INIT;
	int settled = 0;

	world_open(&w, dir, sandbox_url(sandbox), SANDBOX_TEST);
	start(&w);
	for (int i = 0; i < BULK; i++) {
		struct session_intent intent = { .run_key = "same run", .item = i };
		struct draft *d;
		char id[20];

		snprintf(id, sizeof(id), "same-%d", i);
		d = world_draft(PROJECT, id);
		if (session_submit_as(w.s, d, &intent, world_now(&w), &seqs[i], &err) != ERR_OK &&
		    err.code != ERR_ALREADY)
			return 2;
		draft_free(d);
		world_turn(&w);
	}
	end = world_now(&w).mono_ms + 20000;
	while (settled < BULK && world_now(&w).mono_ms < end) {
		struct session_event ev;

		world_turn(&w);
		while (session_next(w.s, &ev))
			continue;
		settled = 0;
		for (int i = 0; i < BULK; i++) {
			struct outbox_row r;

			read_row(&w, seqs[i], &r);
			settled += r.state == OUTBOX_ACCEPTED;
			outbox_row_done(&r);
		}
	}
	world_close(&w);
	return settled == BULK ? 0 : 3;
}

static void
processes_that_share_a_database_send_each_task_once(void **state)
{
	pid_t pids[SENDERS];
	struct world w;
	long attempts = 0;

	for (int i = 0; i < SENDERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(send_bulk(*state)); /* never into the list of tests */
	}
	for (int i = 0; i < SENDERS; i++) {
		int status = -1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	world_open(&w, *state, sandbox_url(sandbox), SANDBOX_TEST);
	for (int64_t seq = 1; seq <= BULK; seq++) {
		struct outbox_row r;

		read_row(&w, seq, &r);
		assert_int_equal(r.state, OUTBOX_ACCEPTED);
		attempts += r.attempt;
		outbox_row_done(&r);
	}
	assert_int_equal(attempts, BULK);
	world_close(&w);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_draft_becomes_a_row_and_then_a_task),
		CASE(a_draft_is_sent_once),
		CASE(what_breaks_a_rule_is_not_even_written),
		CASE(without_a_key_everything_says_how_to_get_one),
		CASE(nothing_leaves_before_the_session_is_started),
		CASE(a_refused_draft_is_corrected_and_sent_again),
		CASE(an_id_of_another_task_is_a_conflict_that_names_it),
		CASE(a_matching_twin_is_linked_and_not_made_twice),
		CASE(a15_a_key_that_is_not_taken_holds_the_queue),
		CASE(many_rows_go_a_few_at_a_time_and_each_once),
		CASE(while_another_process_sends_a_row_waits_its_turn),
		CASE(what_another_process_sends_is_told_here_too),
		CASE(what_was_on_its_way_when_we_died_is_looked_up_then_sent_again),
		CASE(a_row_can_be_given_up_but_not_one_that_is_settled),
		CASE(a25_rows_go_only_to_their_own_account),
		CASE(processes_that_share_a_database_send_each_task_once),
	};
	return cmocka_run_group_tests_name("session", tests, setup_all, teardown_all);
}
