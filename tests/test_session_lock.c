/* test_session_lock.c - one sender at a time: who it is, when it lets go, who takes over.
 *
 * flock(2) is wrapped (tests/local.mk): a file system without locks is rare. */
#include "config.h"

#include "tests/canary.h"
#include "tests/answers.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW  "2024-01-16T21:10:45.031Z"
#define KEY  "live_" CANARY "6789"
#define URLS ",\"params\":{\"attachments\":[\"s3://acme/scene-1.sfs\"]}"

static int flock_fails; /* with this errno; 0 = it works */

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

int
__wrap_flock(int fd, int operation)
{
	if (flock_fails && operation != LOCK_UN) {
		errno = flock_fails;
		return -1;
	}
	return __real_flock(fd, operation);
}

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

/* One more process of this database, as far as locks go. */
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

static enum outbox_state
state_of(struct world *w, int64_t seq)
{
	struct err err = ERR_INIT;
	enum outbox_state state;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	state = r.state;
	outbox_row_done(&r);
	return state;
}

/* Until the server has the request. */
static void
let_it_leave(struct scene *s, struct world *w)
{
	int64_t end = clock_mono_ms() + 30000;

	while (!canned_heard(s->server) && clock_mono_ms() < end)
		world_turn(w);
	assert_non_null(strstr(canned_request(s->server), "POST /v1/task/multistage"));
}

/* The row of w waits for its turn; what it says of who sends. */
static void
waits_for(struct world *w, struct session_event *ev)
{
	do
		world_wait(w, SESSION_ROW, ev);
	while (ev->err.code == ERR_OK);
	assert_int_equal(ev->status, TASK_QUEUED);
	assert_int_equal(ev->err.code, ERR_BUSY);
}

static void
b16_a_second_process_names_the_one_that_sends(void **state)
{
	const struct canned answers[] = { { .end = CANNED_HANG } };
	char words[64];
	struct session_event ev;
	struct world a, b;
	struct scene s;

	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &a);
	submit(&a, "u-1");
	let_it_leave(&s, &a);
	enter(&s, &b);
	submit(&b, "u-2");
	waits_for(&b, &ev);
	snprintf(words, sizeof(words), "multistage with pid %ld", (long)getpid());
	assert_non_null(strstr(ev.err.msg, words));
	assert_non_null(strstr(ev.err.msg, "is sending"));
	assert_int_equal(world_calls(&b, ENDPOINT_TASK_CREATE), 0);
	world_close(&b);
	world_close(&a);
	canned_stop(s.server);
}

static void
b16_what_a_lock_file_says_is_believed_only_of_a_process_that_runs(void **state)
{
	static const char *const lies[] = { "", "12 ", "x 1 pts/3\n", "2147483000 77 pts/3\n",
					    "-4 5 pts/1\n" };
	struct session_event ev;
	struct world w;
	struct scene s;

	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		void *dir = NULL;
		int fd;

		(void)state;
		assert_int_equal(scratch_setup(&dir), 0);
		serve(&s, &dir, NULL, 0);
		world_open(&w, s.dir, s.url, KEY);
		fd = open(conf_paths(w.conf)->lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, lies[i], strlen(lies[i])), strlen(lies[i]));
		assert_int_equal(flock(fd, LOCK_EX), 0);
		world_close(&w);
		enter(&s, &w);
		submit(&w, "u-1");
		waits_for(&w, &ev);
		assert_string_equal(ev.err.msg, "another multistage is sending from this database");
		world_close(&w);
		close(fd);
		canned_stop(s.server);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

/* Whatever the file says: without a lock on it nobody sends. */
static void
b16_a_lock_file_that_a_dead_process_left_keeps_nobody_out(void **state)
{
	const struct canned answers[] = { answer("200 OK", "", answer_task("u-1", NOW, "")) };
	struct session_event ev;
	struct world w;
	struct scene s;
	char line[64];
	int n;

	serve(&s, state, answers, ARRAY_LEN(answers));
	world_open(&w, s.dir, s.url, KEY);
	n = snprintf(line, sizeof(line), "%ld 1 pts/0\n", (long)getppid());
	scratch_write(conf_paths(w.conf)->lock_file, line, (size_t)n);
	world_close(&w);
	enter(&s, &w);
	submit(&w, "u-1");
	world_wait_row(&w, TASK_PENDING, &ev);
	world_close(&w);
	canned_stop(s.server);
}

static void
b16_a_suspended_sender_lets_another_recover_and_reads_its_answer_later(void **state)
{
	struct canned answers[] = { answer("200 OK", "", answer_task("u-1", NOW, "")) };
	struct session_event ev;
	struct world a, b;
	struct scene s;
	int64_t seq;

	answers[0].waits = true;
	serve(&s, state, answers, ARRAY_LEN(answers));
	enter(&s, &a);
	seq = submit(&a, "u-1");
	let_it_leave(&s, &a);
	assert_int_equal(state_of(&a, seq), OUTBOX_SENDING);
	session_suspend(a.s);

	enter(&s, &b); /* gets the lock, and the row with it */
	assert_int_equal(state_of(&b, seq), OUTBOX_UNCONFIRMED);
	world_close(&b);

	canned_go_on(s.server);
	session_resume(a.s, world_now(&a));
	world_wait_row(&a, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(state_of(&a, seq), OUTBOX_ACCEPTED);
	assert_int_equal(world_calls(&a, ENDPOINT_TASK_CREATE), 1);
	world_close(&a);
	canned_stop(s.server);
}

/* The row as another process settled it while we were suspended. */
static void
settle(struct world *w, int64_t seq)
{
	struct err err = ERR_INIT;
	struct outbox_row r;
	struct task t;

	outbox_row_init(&r);
	task_init(&t);
	world_good(store_outbox_get(w->store, seq, &r, &err), &err);
	r.state = OUTBOX_ACCEPTED;
	task_set(&r.task_id, ANSWER_ID, strlen(ANSWER_ID));
	task_set(&t.task_id, ANSWER_ID, strlen(ANSWER_ID));
	task_set(&t.status, "pending", 7);
	world_good(store_outbox_outcome(w->store, &r, &t, world_now(w).wall_ms, &err), &err);
	task_done(&t);
	outbox_row_done(&r);
}

static void
b16_what_another_made_of_the_row_counts_more_than_a_late_no(void **state)
{
	static const struct {
		const char *status;
		bool again; /* the other sent it again, and its answer is not there yet */
	} rows[] = {
		{ "409 Conflict", false },    { "503 Service Unavailable", false },
		{ "400 Bad Request", false }, { "409 Conflict", true },
		{ "400 Bad Request", true },  { "401 Unauthorized", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct canned answers[] = { answer(rows[i].status, "", "{}") };
		struct session_event ev;
		struct err err = ERR_INIT;
		struct store *b;
		void *dir = NULL;
		struct world a;
		struct scene s;
		int64_t seq;
		size_t n;
		int fd;

		assert_int_equal(scratch_setup(&dir), 0);
		answers[0].waits = true;
		serve(&s, &dir, answers, ARRAY_LEN(answers));
		enter(&s, &a);
		seq = submit(&a, "u-1");
		let_it_leave(&s, &a);
		session_suspend(a.s);
		fd = open(conf_paths(a.conf)->lock_file, O_RDWR | O_CLOEXEC);
		assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
		b = store_open(conf_paths(a.conf)->database, &err);
		assert_non_null(b);
		world_good(store_outbox_recover(b, 5, &n, &err), &err);
		assert_int_equal(n, 1);
		if (rows[i].again) {
			bool won = false;

			world_good(store_outbox_claim(b, seq, 1, 5, &won, &err), &err);
			assert_true(won);
		} else {
			settle(&a, seq);
		}
		store_close(b);
		canned_go_on(s.server);
		session_resume(a.s, world_now(&a));
		do
			world_wait(&a, SESSION_ROW, &ev);
		while (session_busy(a.s));
		assert_int_equal(ev.accepted, !rows[i].again);
		assert_int_equal(state_of(&a, seq),
				 rows[i].again ? OUTBOX_SENDING : OUTBOX_ACCEPTED);
		close(fd);
		world_close(&a);
		canned_stop(s.server);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

/* A child of ours that waits for the end of its input, as an editor in the background would. */
static pid_t
outlive(int input)
{
	pid_t pid = fork();

	if (pid == 0) {
		dup2(input, STDIN_FILENO);
		execlp("cat", "cat", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* In a process of its own: send, start the child that outlives us, say its pid, and wait. */
static void
send_and_wait(struct scene *s, int input, int told)
{
	struct world w;
	pid_t child;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter(s, &w);
	submit(&w, "u-1");
	while (!canned_heard(s->server))
		world_turn(&w);
	child = outlive(input);
	if (write(told, &child, sizeof(child)) != (ssize_t)sizeof(child))
		_exit(1);
	for (;;)
		pause();
}

static void
b16_a_killed_sender_is_succeeded_though_its_child_lives_on(void **state)
{
	const struct canned answers[] = {
		{ .end = CANNED_HANG },
		answer("200 OK", "", answer_page(answer_task("u-1", NOW, URLS), "")),
	};
	int input[2], told[2], status;
	pid_t sender, child = 0;
	struct session_event ev;
	struct world w;
	struct scene s;

	serve(&s, state, answers, ARRAY_LEN(answers));
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	sender = fork();
	if (sender == 0) {
		send_and_wait(&s, input[0], told[1]);
		_exit(0);
	}
	close(told[1]);
	assert_int_equal(read(told[0], &child, sizeof(child)), sizeof(child));
	enter(&s, &w); /* follows, and has nothing to send itself */
	assert_int_equal(state_of(&w, 1), OUTBOX_SENDING);
	kill(sender, SIGKILL);
	assert_int_equal(waitpid(sender, &status, 0), sender);
	assert_int_equal(kill(child, 0), 0); /* it is still there, and holds nothing */
	world_wait(&w, SESSION_TASKS, &ev);  /* recovered */
	world_wait_row(&w, TASK_PENDING, &ev);
	assert_true(ev.accepted);
	assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
	world_close(&w);
	close(input[0]);
	close(input[1]);
	close(told[0]);
	canned_stop(s.server);
}

static void
a31_a_file_system_that_knows_no_locks_is_told_and_nothing_is_sent(void **state)
{
	static const int codes[] = { ENOLCK, ENOSYS, EOPNOTSUPP };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct canned answers[] = {
			answer("200 OK", "", answer_task("u-1", NOW, "")),
		};
		struct session_event ev;
		struct err err = ERR_INIT;
		void *dir = NULL;
		struct world w;
		struct scene s;

		assert_int_equal(scratch_setup(&dir), 0);
		serve(&s, &dir, answers, ARRAY_LEN(answers));
		world_open(&w, s.dir, s.url, KEY);
		flock_fails = codes[i];
		assert_int_equal(session_start(w.s, world_now(&w), &err), ERR_SYS);
		assert_non_null(strstr(err.msg, "knows no locks"));
		assert_non_null(strstr(err.msg, conf_paths(w.conf)->lock_file));
		assert_non_null(strstr(err.hint, "nothing is sent without the lock"));
		submit(&w, "u-1");
		do
			world_wait(&w, SESSION_ROW, &ev);
		while (ev.err.code == ERR_OK);
		assert_int_equal(ev.status, TASK_QUEUED);
		assert_int_equal(ev.err.code, ERR_SYS);
		for (int k = 0; k < 3; k++) {
			w.skipped_ms += 4000;
			world_turn(&w);
		}
		assert_int_equal(world_calls(&w, ENDPOINT_TASK_CREATE), 0);
		assert_int_equal(state_of(&w, ev.seq), OUTBOX_QUEUED);
		flock_fails = 0; /* moved to another file system */
		world_wait_row(&w, TASK_PENDING, &ev);
		world_close(&w);
		canned_stop(s.server);
		assert_int_equal(scratch_teardown(&dir), 0);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(b16_a_second_process_names_the_one_that_sends),
		cmocka_unit_test(b16_what_a_lock_file_says_is_believed_only_of_a_process_that_runs),
		CASE(b16_a_lock_file_that_a_dead_process_left_keeps_nobody_out),
		CASE(b16_a_suspended_sender_lets_another_recover_and_reads_its_answer_later),
		cmocka_unit_test(b16_what_another_made_of_the_row_counts_more_than_a_late_no),
		CASE(b16_a_killed_sender_is_succeeded_though_its_child_lives_on),
		cmocka_unit_test(a31_a_file_system_that_knows_no_locks_is_told_and_nothing_is_sent),
	};
	return cmocka_run_group_tests_name("session lock", tests, NULL, NULL);
}
