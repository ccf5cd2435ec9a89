/* bench_send.c - what "sent once" costs, as numbers; part of make bench.
 *
 * Against ./multistage-sandbox on a TCP port of this machine, with the database in
 * this folder: a file is as durable as the disk that it lies on. Medians; the machine's
 * noise is yours to judge. This is no test: it never fails on time.
 * BENCH_TASKS=N takes another number than 5,000.
 */
#include "config.h"

#include "tests/drive.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/session_world.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/payload.h"

#include <time.h>
#include <unistd.h>

#define PROJECT  "Urban Fusion" /* of the demo account */
#define ALONE    300
#define BULK     5000
#define TOGETHER 1000 /* submissions in one commit */

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static double
median_ms(int64_t *us, size_t n)
{
	qsort(us, n, sizeof(*us), by_value);
	return (double)us[n / 2] / 1e3;
}

static void
say(const char *what, double value, const char *unit)
{
	printf("%-12s %-46s %10.2f %s\n", "multistage", what, value, unit);
	fflush(stdout);
}

/* The same bytes over the same client, and nothing remembered. */
static double
bare_post(const struct sandbox *sandbox)
{
	const struct api_setup setup = { .base_url = sandbox_url(sandbox), .key = SANDBOX_LIVE };
	struct err err = ERR_INIT;
	struct api *a = api_new(&setup, &err);
	struct buf wire = BUF_INIT(1u << 20);
	int64_t took[ALONE];

	for (size_t i = 0; i < ALONE; i++) {
		struct draft *d = world_draft(PROJECT, NULL);
		char sha256[65];
		struct api_event ev;
		int64_t t0;
		int ticket;

		buf_clear(&wire);
		world_good(payload_of_draft(d, &wire, sha256, &err), &err);
		t0 = now_us();
		world_good(api_task_create(a, buf_str(&wire), wire.len, clock_mono_ms(), &ticket,
					   &err),
			   &err);
		drive(a, &ev);
		took[i] = now_us() - t0;
		world_good(ev.err.code, &ev.err);
		draft_free(d);
	}
	buf_free(&wire);
	api_free(a);
	return median_ms(took, ALONE);
}

/* A turn of the loop, without its sleep. */
static int64_t
turn_us(struct world *w)
{
	struct pollfd fds[SESSION_FDS_MAX];
	size_t n = session_pollfds(w->s, fds, SESSION_FDS_MAX);
	int wait = session_timeout(w->s, world_now(w).mono_ms);
	int64_t t0;

	poll(fds, n, wait < 0 || wait > 1000 ? 1000 : wait);
	t0 = now_us();
	session_step(w->s, fds, n, world_now(w));
	return now_us() - t0;
}

static void
submit(struct world *w)
{
	struct err err = ERR_INIT;
	struct draft *d = world_draft(PROJECT, NULL);
	int64_t seq;

	world_good(session_submit(w->s, d, world_now(w), &seq, &err), &err);
	draft_free(d);
}

static size_t
accepted(struct world *w)
{
	struct session_event ev;
	size_t n = 0;

	while (session_next(w->s, &ev)) {
		world_good(ev.err.code, &ev.err);
		n += ev.accepted;
	}
	return n;
}

static void
alone(struct world *w, double bare_ms)
{
	unsigned long commits = store_commits(w->store);
	int64_t took[ALONE];
	double ms;

	for (size_t i = 0; i < ALONE; i++) {
		int64_t t0 = now_us();

		submit(w);
		while (accepted(w) == 0)
			turn_us(w);
		took[i] = now_us() - t0;
	}
	ms = median_ms(took, ALONE);
	say("a bare POST", bare_ms, "ms");
	say("a submission, until it is accepted on disk", ms, "ms");
	say("... on top of the bare POST", ms - bare_ms, "ms");
	say("... its commits", (double)(store_commits(w->store) - commits) / ALONE, "");
}

static void
bulk(struct world *w, size_t n)
{
	unsigned long commits;
	int64_t t0 = now_us(), longest = 0, queued;
	size_t done = 0;
	struct err err = ERR_INIT;

	commits = store_commits(w->store);
	for (size_t i = 0; i < n; i++) {
		if (i % TOGETHER == 0)
			session_batch_begin(w->s, world_now(w));
		submit(w);
		if (i % TOGETHER == TOGETHER - 1 || i + 1 == n)
			world_good(session_batch_end(w->s, world_now(w), &err), &err);
	}
	queued = now_us();
	while (done < n) {
		int64_t us = turn_us(w);

		longest = us > longest ? us : longest;
		done += accepted(w);
	}
	say("a bulk: queued in a second", (double)n * 1e6 / (double)(queued - t0), "tasks");
	say("... queued, sent and accepted in a second", (double)n * 1e6 / (double)(now_us() - t0),
	    "tasks");
	say("... sent and accepted in a second", (double)n * 1e6 / (double)(now_us() - queued),
	    "tasks");
	say("... commits for a task", (double)(store_commits(w->store) - commits) / (double)n, "");
	say("... the longest turn of the loop", (double)longest / 1e3, "ms");
}

int
main(void)
{
	const char *tasks = getenv("BENCH_TASKS");
	struct sandbox *sandbox = sandbox_start(NULL, NULL);
	char dir[] = "bench-send-XXXXXX", *home;
	struct err err = ERR_INIT;
	struct world w;
	double bare_ms;

	if (!mkdtemp(dir) || !(home = realpath(dir, NULL))) {
		perror("bench-send: mkdtemp");
		return 1;
	}
	bare_ms = bare_post(sandbox);
	world_open(&w, home, sandbox_url(sandbox), SANDBOX_LIVE);
	world_good(session_start(w.s, world_now(&w), &err), &err);
	alone(&w, bare_ms);
	bulk(&w, tasks ? (size_t)strtol(tasks, NULL, 10) : BULK);
	world_close(&w);
	sandbox_stop(sandbox);
	return scratch_teardown((void **)&home);
}
