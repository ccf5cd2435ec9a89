/* test_killed.c - killed at any moment, and whatever the service does: never lost, never twice.
 *
 * Here a spread of all moments; "make check-deep" takes every one. MS_SEED=N repeats the
 * choices of a run.
 */
#include "config.h"

#include "tests/history.h"
#include "tests/test.h"

#include "core/random.h"

static struct trial t;

static int
setup(void **state)
{
	(void)state;
	trial_open(&t);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	trial_close(&t);
	return 0;
}

static void
must_end_well(void)
{
	if (!history_end(&t))
		fail_msg("broken:\n%s\nafter:\n%s", buf_str(&t.why), buf_str(&t.story));
}

/* Both sides of every nth of the calls that the same run makes unhindered. */
struct sweep {
	enum history_act act;
	unsigned every, turn;
	size_t points;
};

static void
sweep_begin(struct sweep *s, const struct history_fault *fault, uint32_t counts[SHIM_CALLS])
{
	const struct shim_plan none = { .how = SHIM_NOTHING };

	history_begin(&t, fault);
	history_run(&t, HISTORY_QUEUE, 0, &none);
	history_run(&t, s->act, 1, &none);
	memcpy(counts, inject_counts(t.inject), SHIM_CALLS * sizeof(counts[0]));
	must_end_well();
}

static void
sweep_one(struct sweep *s, const struct history_fault *fault, const struct shim_plan *plan)
{
	const struct shim_plan none = { .how = SHIM_NOTHING };

	history_begin(&t, fault);
	history_run(&t, HISTORY_QUEUE, 0, &none);
	s->points += history_run(&t, s->act, 1, plan);
	must_end_well();
}

static void
sweep(struct sweep *s, const struct history_fault *fault)
{
	uint32_t counts[SHIM_CALLS];

	sweep_begin(s, fault, counts);
	for (int c = 0; c < SHIM_CALLS; c++) {
		for (uint32_t n = 1; n <= counts[c]; n++) {
			struct shim_plan plan = { .call = c, .nth = n };

			if (s->turn++ % s->every)
				continue;
			plan.how = SHIM_KILL_BEFORE;
			sweep_one(s, fault, &plan);
			plan.how = SHIM_KILL_AFTER;
			sweep_one(s, fault, &plan);
		}
	}
}

static void
a1_killed_while_it_queues_all_is_stored_or_nothing(void **state)
{
	struct sweep s = { .act = HISTORY_QUEUE, .every = 13 };

	(void)state;
	sweep(&s, &history_faults[0]);
	print_message("# %zu kills while queueing\n", s.points);
	assert_true(s.points > 10);
}

static void
a2_killed_while_it_sends_the_next_start_resolves_it(void **state)
{
	struct sweep s = { .act = HISTORY_SEND, .every = 97 };

	(void)state;
	for (size_t f = 0; f < 6; f++)
		sweep(&s, &history_faults[f]);
	print_message("# %zu kills while sending\n", s.points);
	assert_true(s.points > 10);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a1_killed_while_it_queues_all_is_stored_or_nothing),
		CASE(a2_killed_while_it_sends_the_next_start_resolves_it),
	};
	return cmocka_run_group_tests_name("killed", tests, NULL, NULL);
}
