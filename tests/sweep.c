/* sweep.c - see sweep.h. */
#include "config.h"

#include "tests/sweep.h"

#include "tests/test.h"

#include "core/err.h"

#include <errno.h>

#define RUNS_MAX   7 /* of a history of chance */
#define WISHES_MAX 4

const struct sweep_scene sweep_scenes[SWEEP_SCENES] = {
	[SWEEP_QUEUE] = { .name = "queueing", .queued = true, .act = HISTORY_QUEUE },
	[SWEEP_QUEUE_FRESH] = { .name = "queueing, at first", .fresh = true, .act = HISTORY_QUEUE },
	[SWEEP_SEND] = { .name = "sending", .queued = true, .act = HISTORY_SEND },
	[SWEEP_SEND_FRESH] = { .name = "sending, at first", .fresh = true, .act = HISTORY_SEND },
	[SWEEP_RECOVER] = { .name = "recovering", .doubt = true, .act = HISTORY_SEND },
};

/* Once, or from then on: what a system may say of a call. Calls that are told to try again
 * (EINTR, EAGAIN) are tried again, so these come once. */
static const struct {
	enum shim_call call;
	enum shim_how how;
	int error;
} errors[] = {
	{ SHIM_OPEN, SHIM_FAIL, EMFILE },        { SHIM_OPEN, SHIM_FAIL_ON, EMFILE },
	{ SHIM_OPEN, SHIM_FAIL, EACCES },        { SHIM_OPEN, SHIM_FAIL_ON, ENOSPC },
	{ SHIM_OPEN, SHIM_FAIL_ON, EROFS },      { SHIM_WRITE, SHIM_FAIL, EINTR },
	{ SHIM_WRITE, SHIM_FAIL_ON, ENOSPC },    { SHIM_WRITE, SHIM_FAIL_ON, EPIPE },
	{ SHIM_PWRITE, SHIM_FAIL, ENOSPC },      { SHIM_PWRITE, SHIM_FAIL_ON, ENOSPC },
	{ SHIM_PWRITE, SHIM_FAIL, EIO },         { SHIM_PWRITE, SHIM_FAIL_ON, EIO },
	{ SHIM_PWRITE, SHIM_FAIL, EINTR },       { SHIM_FSYNC, SHIM_FAIL, EIO },
	{ SHIM_FSYNC, SHIM_FAIL_ON, EIO },       { SHIM_FDATASYNC, SHIM_FAIL, EIO },
	{ SHIM_FDATASYNC, SHIM_FAIL_ON, EIO },   { SHIM_FTRUNCATE, SHIM_FAIL, EIO },
	{ SHIM_FTRUNCATE, SHIM_FAIL_ON, EIO },   { SHIM_FTRUNCATE, SHIM_FAIL, EINTR },
	{ SHIM_UNLINK, SHIM_FAIL, EIO },         { SHIM_RENAME, SHIM_FAIL, EIO },
	{ SHIM_MKDIR, SHIM_FAIL, ENOSPC },       { SHIM_SOCKET, SHIM_FAIL, EMFILE },
	{ SHIM_SOCKET, SHIM_FAIL_ON, EMFILE },   { SHIM_CONNECT, SHIM_FAIL, ECONNREFUSED },
	{ SHIM_CONNECT, SHIM_FAIL, EINTR },      { SHIM_CONNECT, SHIM_FAIL_ON, ENETUNREACH },
	{ SHIM_SEND, SHIM_FAIL, EPIPE },         { SHIM_SEND, SHIM_FAIL, ECONNRESET },
	{ SHIM_SEND, SHIM_FAIL_ON, EPIPE },      { SHIM_SEND, SHIM_FAIL, EAGAIN },
	{ SHIM_SEND, SHIM_FAIL, EINTR },         { SHIM_RECV, SHIM_FAIL, ECONNRESET },
	{ SHIM_RECV, SHIM_FAIL_ON, ECONNRESET }, { SHIM_RECV, SHIM_FAIL, EAGAIN },
	{ SHIM_RECV, SHIM_FAIL, EINTR },         { SHIM_FLOCK, SHIM_FAIL, ENOLCK },
	{ SHIM_FLOCK, SHIM_FAIL_ON, ENOLCK },    { SHIM_FLOCK, SHIM_FAIL, EINTR },
	{ SHIM_FLOCK, SHIM_FAIL, EAGAIN },       { SHIM_LOCK, SHIM_FAIL, ENOLCK },
	{ SHIM_LOCK, SHIM_FAIL_ON, ENOLCK },     { SHIM_LOCK, SHIM_FAIL, EINTR },
	{ SHIM_LOCK, SHIM_FAIL, EAGAIN },        { SHIM_LOCK, SHIM_FAIL, EIO },
};

static const struct shim_plan none = { .how = SHIM_NOTHING };

/* Up to the run in question; it is the return value's. */
static unsigned
before(struct trial *t, const struct sweep_scene *s, const struct history_fault *fault)
{
	const struct shim_plan sent = { .how = SHIM_KILL_AFTER, .call = SHIM_SEND, .nth = 1 };

	history_begin(t, fault, s->fresh);
	if (s->queued)
		history_run(t, HISTORY_QUEUE, 0, &none);
	if (s->doubt)
		history_run(t, HISTORY_SEND, t->wishes, &sent);
	return s->doubt ? 0 : t->wishes;
}

/* How often each call comes in the run when nothing hinders it. */
static void
reference(struct trial *t, const struct sweep_scene *s, const struct history_fault *fault,
	  uint32_t counts[SHIM_CALLS])
{
	unsigned wish = before(t, s, fault);

	history_run(t, s->act, wish, &(struct shim_plan){ .how = SHIM_COUNT });
	memcpy(counts, inject_counts(t->inject), SHIM_CALLS * sizeof(counts[0]));
	history_end(t);
}

static void
hinder(struct trial *t, const struct sweep_scene *s, const struct history_fault *fault,
       const struct shim_plan *plan, struct sweep_pick *pick)
{
	unsigned wish;

	if (pick->turn++ % pick->every)
		return;
	wish = before(t, s, fault);
	pick->points += history_run(t, s->act, wish, plan);
	history_end(t);
}

void
sweep_kills(struct trial *t, int scene, const struct history_fault *fault, struct sweep_pick *pick)
{
	const struct sweep_scene *s = &sweep_scenes[scene];
	uint32_t counts[SHIM_CALLS];

	reference(t, s, fault, counts);
	for (int c = 0; c < SHIM_CALLS; c++) {
		struct shim_plan plan = { .call = c };

		for (plan.nth = 1; plan.nth <= counts[c]; plan.nth++) {
			plan.how = SHIM_KILL_BEFORE;
			hinder(t, s, fault, &plan, pick);
			plan.how = SHIM_KILL_AFTER;
			hinder(t, s, fault, &plan, pick);
		}
	}
}

void
sweep_errors(struct trial *t, int scene, const struct history_fault *fault, int error,
	     struct sweep_pick *pick)
{
	const struct sweep_scene *s = &sweep_scenes[scene];
	uint32_t counts[SHIM_CALLS];

	reference(t, s, fault, counts);
	for (size_t e = 0; e < ARRAY_LEN(errors); e++) {
		struct shim_plan plan = { .how = errors[e].how,
					  .call = errors[e].call,
					  .error = errors[e].error };

		if (error && error != plan.error)
			continue;
		for (plan.nth = 1; plan.nth <= counts[plan.call]; plan.nth++)
			hinder(t, s, fault, &plan, pick);
	}
}

void
sweep_memory(struct trial *t, int scene, const struct history_fault *fault, struct sweep_pick *pick)
{
	const struct sweep_scene *s = &sweep_scenes[scene];
	struct shim_plan plan = { .nth = 1 };
	unsigned wish = before(t, s, fault);
	uint32_t all;

	history_run(t, s->act, wish, &(struct shim_plan){ .how = SHIM_STARVE });
	all = inject_allocations(t->inject);
	history_end(t);
	assert_true(all > 100);
	for (; plan.nth <= all; plan.nth++) {
		plan.how = SHIM_STARVE;
		hinder(t, s, fault, &plan, pick);
		plan.how = SHIM_STARVE_ON;
		hinder(t, s, fault, &plan, pick);
	}
}

/* --- chance --- */

static uint32_t
below(uint32_t *state, uint32_t n)
{
	*state = *state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(*state >> 8) * n >> 24);
}

/* About as often as each call comes in a run; the rarer ones as likely as the others. */
static struct shim_plan
any_plan(uint32_t *state)
{
	static const uint32_t often[SHIM_CALLS] = {
		[SHIM_OPEN] = 4,       [SHIM_WRITE] = 3,     [SHIM_PWRITE] = 150, [SHIM_FSYNC] = 1,
		[SHIM_FDATASYNC] = 20, [SHIM_FTRUNCATE] = 4, [SHIM_UNLINK] = 1,   [SHIM_RENAME] = 1,
		[SHIM_MKDIR] = 3,      [SHIM_SOCKET] = 2,    [SHIM_CONNECT] = 2,  [SHIM_SEND] = 3,
		[SHIM_RECV] = 4,       [SHIM_FLOCK] = 5,     [SHIM_LOCK] = 120,
	};
	struct shim_plan plan = { .call = (int32_t)below(state, SHIM_CALLS) };
	uint32_t kind = below(state, 10), e;

	if (kind == 0)
		return none;
	if (kind < 8) {
		plan.how = kind % 2 ? SHIM_KILL_BEFORE : SHIM_KILL_AFTER;
	} else {
		e = below(state, ARRAY_LEN(errors));
		plan = (struct shim_plan){ .how = errors[e].how,
					   .call = errors[e].call,
					   .error = errors[e].error };
	}
	plan.nth = 1 + below(state, often[plan.call]);
	return plan;
}

void
sweep_random(struct trial *t, uint32_t seed)
{
	uint32_t state = seed, runs;

	history_begin(t, &history_faults[below(&state, (uint32_t)history_fault_count)],
		      below(&state, 4) == 0);
	buf_addf(&t->story, "seed %u\n", seed);
	runs = 1 + below(&state, RUNS_MAX);
	for (uint32_t i = 0; i < runs; i++) {
		struct shim_plan plan = any_plan(&state);
		unsigned most = t->wishes < WISHES_MAX ? t->wishes + 1 : WISHES_MAX;

		history_run(t, below(&state, 3) == 0 ? HISTORY_QUEUE : HISTORY_SEND,
			    below(&state, most), &plan);
	}
	history_end(t);
}
