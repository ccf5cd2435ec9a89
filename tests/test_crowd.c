/* test_crowd.c - many programs on one database: some queue, some send, some are killed.
 *
 * MS_WISHES=500 for the number of tasks; MS_SEED=N repeats the choices of a run, though not
 * the moments within the other processes.
 */
#include "config.h"

#include "tests/admin.h"
#include "tests/scratch.h"
#include "tests/sweep.h"
#include "tests/test.h"

#include "core/err.h"
#include "core/random.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADDERS  4
#define SENDERS 6
#define CROWD   (ADDERS + SENDERS)
#define WISHES  40
#define PAUSE   2   /* ms between two looks */
#define SLOW    300 /* who waits for the sender's lock must not be too busy with it */

struct member {
	pid_t pid;     /* 0: it rests */
	unsigned wish; /* that it is at, or will be at next */
	char dir[96];  /* for what it says */
	bool sends;
};

static struct trial t;
static struct member crowd[CROWD];
static uint32_t chance;
static unsigned wishes;

static uint32_t
below(uint32_t n)
{
	chance = chance * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(chance >> 8) * n >> 24);
}

static unsigned
setting(const char *name, unsigned usual)
{
	const char *text = getenv(name);

	return text && *text ? (unsigned)strtoul(text, NULL, 10) : usual;
}

static int
setup(void **state)
{
	(void)state;
	trial_open(&t);
	inject_slow(t.inject, SLOW);
	random_bytes(&chance, sizeof(chance));
	chance = setting("MS_SEED", chance);
	wishes = setting("MS_WISHES", WISHES);
	print_message("# MS_SEED=%u\n", chance);
	history_begin(&t, &history_faults[0], false);
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i] = (struct member){ .sends = i >= ADDERS };
		crowd[i].wish = crowd[i].sends ? i - ADDERS : i;
		snprintf(crowd[i].dir, sizeof(crowd[i].dir), "%s/%u", t.dir, i);
		assert_int_equal(mkdir(crowd[i].dir, 0700), 0);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	trial_close(&t);
	return 0;
}

/* Adders share the wishes among them, and so do senders: each wish is asked for twice. */
static void
next_wish(struct member *m)
{
	m->wish += m->sends ? SENDERS : ADDERS;
}

static bool
is_done(const struct member *m)
{
	return m->pid == 0 && m->wish >= wishes;
}

/* An end that is none of ours is a good one: what is asked for is stored, at least. */
static void
has_ended(struct member *m, int status, bool killed)
{
	struct program r = { 0 };

	m->pid = 0;
	if (killed && WIFSIGNALED(status))
		return; /* it asks again */
	program_ended(&r, m->dir, status);
	if (r.status == 10 && strstr(r.err, "another program keeps the database locked")) {
		program_done(&r);
		return; /* on a machine with much to do; it asks again */
	}
	if (r.status != 0 && r.status != 6 && r.status != 9)
		fail_msg("wish %u ended with %d: %s", m->wish, r.status, r.err);
	program_done(&r);
	next_wish(m);
}

static void
look_after(struct member *m, unsigned kill_one_of)
{
	bool killed = false;
	int status;

	if (m->pid == 0 && m->wish < wishes)
		m->pid =
			history_start(&t, m->sends ? HISTORY_SEND : HISTORY_QUEUE, m->wish, m->dir);
	if (m->pid == 0)
		return;
	if (kill_one_of && below(kill_one_of) == 0) {
		kill(m->pid, SIGKILL);
		killed = true;
		t.kills++;
	}
	if (waitpid(m->pid, &status, killed ? 0 : WNOHANG) == m->pid)
		has_ended(m, status, killed);
}

static void
work(unsigned kill_one_of)
{
	for (bool busy = true; busy;) {
		busy = false;
		for (int i = 0; i < CROWD; i++) {
			look_after(&crowd[i], kill_one_of);
			busy = busy || !is_done(&crowd[i]);
		}
		poll(NULL, 0, PAUSE);
	}
}

/* Tasks that were POSTed, by what came in at the sandbox. */
static size_t
posts(void)
{
	char target[96], since[32] = "0", next[32] = "";
	struct answer a;
	size_t n = 0;

	while (strcmp(since, next) != 0) {
		memcpy(since, *next ? next : "0", *next ? sizeof(since) : 2);
		snprintf(target, sizeof(target),
			 "/_sandbox/requests?path=/v1/task/*&limit=1000&since=%s", since);
		admin_call(&t.sandbox, "GET", target, NULL, &a);
		for (const char *at = a.body; (at = strstr(at, "\"method\":\"POST\"")); at++)
			n++;
		snprintf(next, sizeof(next), "%.31s", raw_at(&a, "next"));
		answer_free(&a);
	}
	return n;
}

static void
a22_a_calm_crowd_sends_each_task_once(void **state)
{
	(void)state;
	work(0);
	history_end(&t);
	assert_int_equal(posts(), wishes);
}

static void
a22_a_crowd_of_which_many_are_killed_makes_each_task_once(void **state)
{
	(void)state;
	work(25);
	history_end(&t);
	print_message("# %zu kills, %zu POSTs of %u tasks\n", t.kills, posts(), wishes);
	assert_true(posts() >= wishes);
}

static void
a22_a_crowd_and_a_service_that_fails_make_each_task_once(void **state)
{
	(void)state;
	admin_faults(&t.sandbox, "[{\"method\":\"POST\",\"path\":\"/v1/task/*\",\"every\":3,"
				 "\"effect\":\"status:503:after\"},"
				 "{\"method\":\"POST\",\"path\":\"/v1/task/*\",\"every\":5,"
				 "\"effect\":\"fin:before\"}]");
	work(40);
	admin_faults(&t.sandbox, "[]");
	history_end(&t);
	print_message("# %zu kills, %zu POSTs of %u tasks\n", t.kills, posts(), wishes);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a22_a_calm_crowd_sends_each_task_once),
		CASE(a22_a_crowd_of_which_many_are_killed_makes_each_task_once),
		CASE(a22_a_crowd_and_a_service_that_fails_make_each_task_once),
	};
	return cmocka_run_group_tests_name("crowd", tests, NULL, NULL);
}
