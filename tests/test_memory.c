/* test_memory.c - no memory: the program ends with a word, and what is stored is as it was.
 *
 * Here a spread of all allocations; MS_EVERY=1 takes every one.
 */
#include "config.h"

#include "tests/sweep.h"
#include "tests/test.h"

#include "core/err.h"

#define PAYLOAD                                                  \
	"{\"project\":\"p\",\"attachments\":[\"s3://a/b.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"

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

/* The sanitizers bring an allocator of their own. */
static bool
possible(void)
{
#ifdef WITH_ASAN
	fputs("# no memory faults under the sanitizers\n", stderr);
	return false;
#else
	return true;
#endif
}

static unsigned
every(unsigned usual)
{
	const char *text = getenv("MS_EVERY");

	return text && *text ? (unsigned)strtoul(text, NULL, 10) : usual;
}

static void
a34_without_memory_no_task_is_lost_or_made_twice(void **state)
{
	static const int scenes[] = { SWEEP_QUEUE, SWEEP_SEND, SWEEP_RECOVER, SWEEP_SEND_FRESH };
	struct sweep_pick pick = { .every = every(1499) };

	(void)state;
	if (!possible())
		return;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
		sweep_memory(&t, scenes[i], &history_faults[0], &pick);
	print_message("# %zu failing allocations\n", pick.points);
	assert_true(pick.points > 10);
}

/* Every command that a person can type: the others of the table need no more than these. */
static const struct {
	const char *words[6];
	unsigned every; /* of its allocations */
} commands[] = {
	{ { "--help" }, 3 },
	{ { "--version" }, 1 },
	{ { "help", "submit" }, 3 },
	{ { "paths" }, 3 },
	{ { "config" }, 17 },
	{ { "check", "-" }, 17 },
	{ { "submit", "-", "--dry-run" }, 17 },
	{ { "list" }, 499 },
	{ { "list", "--json" }, 997 },
	{ { "show", "history-1-1" }, 499 },
	{ { "cancel", "history-1-1" }, 499 },
};

static void
must_end_with_a_word(const char *const *words, const struct shim_plan *plan)
{
	bool hit;

	inject_run(t.inject, plan, t.dir, PAYLOAD, words, &t.run, &hit);
	if (t.run.status >= 1000 || (t.run.status && !t.run.err[0]) ||
	    (!t.run.status && !t.run.out[0] && !t.run.err[0]))
		fail_msg("%s %s, allocation %u%s: %d\n%s%s", words[0], words[1] ? words[1] : "",
			 plan->nth, plan->how == SHIM_STARVE ? "" : " and all later ones",
			 t.run.status, t.run.out, t.run.err);
}

static void
a34_without_memory_each_command_ends_with_a_word(void **state)
{
	size_t points = 0;

	(void)state;
	if (!possible())
		return;
	history_begin(&t, &history_faults[0], false);
	history_run(&t, HISTORY_SEND, 1, &(struct shim_plan){ .how = SHIM_NOTHING });
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const char *const *words = commands[i].words;
		struct shim_plan plan = { .how = SHIM_STARVE };
		uint32_t all;
		bool hit;

		inject_run(t.inject, &plan, t.dir, PAYLOAD, words, &t.run, &hit);
		all = inject_allocations(t.inject);
		for (uint32_t n = 1; n <= all; n += every(commands[i].every), points += 2) {
			plan = (struct shim_plan){ .how = SHIM_STARVE, .nth = n };
			must_end_with_a_word(words, &plan);
			plan.how = SHIM_STARVE_ON;
			must_end_with_a_word(words, &plan);
		}
	}
	history_end(&t);
	print_message("# %zu failing allocations\n", points);
	assert_true(points > 20);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a34_without_memory_no_task_is_lost_or_made_twice),
		CASE(a34_without_memory_each_command_ends_with_a_word),
	};
	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
