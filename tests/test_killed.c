/* test_killed.c - killed at any moment, and whatever the service does: never lost, never twice.
 *
 * Here a spread of all moments; "make check-deep" takes every one. MS_SEED=N repeats the
 * histories of chance.
 */
#include "config.h"

#include "tests/sweep.h"
#include "tests/test.h"

#include "core/random.h"

#define HISTORIES 15

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
a1_killed_while_it_queues_all_is_stored_or_nothing(void **state)
{
	struct sweep_pick pick = { .every = 31 };

	(void)state;
	sweep_kills(&t, SWEEP_QUEUE, &history_faults[0], &pick);
	sweep_kills(&t, SWEEP_QUEUE_FRESH, &history_faults[0], &pick);
	print_message("# %zu kills while queueing\n", pick.points);
	assert_true(pick.points > 10);
}

static void
a2_killed_while_it_sends_the_next_start_resolves_it(void **state)
{
	struct sweep_pick pick = { .every = 223 };

	(void)state;
	for (size_t f = 0; f < history_fault_count; f += f < 5 ? 1 : 4)
		sweep_kills(&t, SWEEP_SEND, &history_faults[f], &pick);
	sweep_kills(&t, SWEEP_SEND_FRESH, &history_faults[0], &pick);
	print_message("# %zu kills while sending\n", pick.points);
	assert_true(pick.points > 10);
}

static void
a3_killed_while_it_recovers_it_comes_to_its_end(void **state)
{
	struct sweep_pick pick = { .every = 79 };

	(void)state;
	for (size_t f = 0; f < 3; f++)
		sweep_kills(&t, SWEEP_RECOVER, &history_faults[f], &pick);
	print_message("# %zu kills while recovering\n", pick.points);
	assert_true(pick.points > 10);
}

static void
a3_any_history_of_kills_and_errors_comes_to_its_end(void **state)
{
	const char *text = getenv("MS_SEED");
	uint32_t seed;

	(void)state;
	random_bytes(&seed, sizeof(seed));
	if (text && *text)
		seed = (uint32_t)strtoul(text, NULL, 10);
	print_message("# MS_SEED=%u\n", seed);
	for (uint32_t i = 0; i < HISTORIES; i++)
		sweep_random(&t, seed + i);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a1_killed_while_it_queues_all_is_stored_or_nothing),
		CASE(a2_killed_while_it_sends_the_next_start_resolves_it),
		CASE(a3_killed_while_it_recovers_it_comes_to_its_end),
		CASE(a3_any_history_of_kills_and_errors_comes_to_its_end),
	};
	return cmocka_run_group_tests_name("killed", tests, NULL, NULL);
}
