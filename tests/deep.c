/* deep.c - of "make check-deep" (tests/deep.sh): every point, every fault, and chance for as
 * long as is given.
 *
 * MS_DEEP=minutes for the histories of chance (1), MS_EVERY=n takes every nth point only,
 * MS_SEED=N begins chance there, MS_ONLY=WORD does one part. It goes on after a broken
 * promise and prints its counts in the end; the status tells whether there was one.
 */
#include "config.h"

#include "tests/sweep.h"
#include "tests/test.h"

#include "core/clock.h"
#include "core/random.h"

static struct trial t;
static struct {
	size_t kills, errors, memory, histories;
} points;

static long
setting(const char *name, long usual)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : usual;
}

static void
say_broken(struct trial *trial)
{
	printf("BROKEN\n%safter\n%s", buf_str(&trial->why), buf_str(&trial->story));
	fflush(stdout);
}

static bool
wanted(const char *part)
{
	const char *only = getenv("MS_ONLY");

	return !only || !*only || strcmp(only, part) == 0;
}

static struct sweep_pick
pick(void)
{
	return (struct sweep_pick){ .every = (unsigned)setting("MS_EVERY", 1) };
}

static void
say(const char *scene, const char *fault, const char *what, size_t n)
{
	printf("# %-20s %-28s %6zu %s\n", scene, fault, n, what);
	fflush(stdout);
}

static void
kills(void)
{
	struct sweep_pick p = pick();

	for (int s = 0; s < SWEEP_SCENES; s++) {
		/* What only queues meets no fault of the service. */
		size_t n = sweep_scenes[s].act == HISTORY_QUEUE ? 1 : history_fault_count;

		for (size_t f = 0; f < n; f++) {
			size_t before = p.points;

			sweep_kills(&t, s, &history_faults[f], &p);
			say(sweep_scenes[s].name, history_faults[f].name, "kills",
			    p.points - before);
		}
	}
	points.kills = p.points;
}

static void
errors(void)
{
	struct sweep_pick p = pick();

	for (int s = 0; s < SWEEP_SCENES; s++) {
		size_t before = p.points;

		sweep_errors(&t, s, &history_faults[0], 0, &p);
		if (sweep_scenes[s].act == HISTORY_SEND)
			sweep_errors(&t, s, &history_faults[1], 0, &p);
		say(sweep_scenes[s].name, "", "errors", p.points - before);
	}
	points.errors = p.points;
}

static void
memory(void)
{
	struct sweep_pick p = pick();

	for (int s = 0; s < SWEEP_SCENES; s++) {
		size_t before = p.points;

		sweep_memory(&t, s, &history_faults[0], &p);
		say(sweep_scenes[s].name, "", "failing allocations", p.points - before);
	}
	points.memory = p.points;
}

static void
chance(void)
{
	int64_t end = clock_mono_ms() + setting("MS_DEEP", 1) * 60000;
	uint32_t seed;

	random_bytes(&seed, sizeof(seed));
	seed = (uint32_t)setting("MS_SEED", seed);
	printf("# MS_SEED=%u\n", seed);
	for (; clock_mono_ms() < end; points.histories++)
		sweep_random(&t, seed++);
}

static void
the_promise_is_kept(void **state)
{
	(void)state;
	trial_open(&t);
	t.when_broken = say_broken;
	printf("# calls are counted by %s\n", inject_traces(t.inject) ? "ptrace" : "the shim");
	if (wanted("kills"))
		kills();
	if (wanted("errors"))
		errors();
#ifndef WITH_ASAN
	if (wanted("memory"))
		memory();
#endif
	if (wanted("chance"))
		chance();
	printf("# kill points        %zu\n"
	       "# failing calls      %zu\n"
	       "# failing allocations %zu\n"
	       "# random histories   %zu\n"
	       "# kills in all       %zu\n"
	       "# errors in all      %zu\n"
	       "# runs in all        %zu\n"
	       "# histories in all   %u\n"
	       "# violations         %zu\n",
	       points.kills, points.errors, points.memory, points.histories, t.kills, t.errors,
	       t.runs, t.number, t.broken);
	assert_int_equal(t.broken, 0);
	trial_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_promise_is_kept) };

	return cmocka_run_group_tests_name("deep", tests, NULL, NULL);
}
