/* test_inject.c - the engines that kill: each dies where it should, and both see the same. */
#include "config.h"

#include "tests/canned.h"
#include "tests/inject.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAYLOAD                                                                        \
	"{\"unique_id\":\"u-1\",\"project\":\"p\",\"attachments\":[\"s3://a/b.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\"}"

static const char *const queue[] = { "submit", "-", "--no-wait", NULL };
static const char *const engines[] = { "ptrace", "shim" };

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	program_world(*state);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	setenv("MULTISTAGE_URL", "http://127.0.0.1:9/v1", 1);
	return rc;
}

static struct inject *
with(const char *engine)
{
	struct inject *i;

	setenv("MS_ENGINE", engine, 1);
	i = inject_new();
	unsetenv("MS_ENGINE");
	if (strcmp(engine, "ptrace") == 0 && !inject_traces(i))
		fputs("# ptrace(2) is forbidden here\n", stderr);
	return i;
}

static void
drop_database(void *state)
{
	unlink(scratch_path(state, ".local/state/multistage/multistage.db"));
	unlink(scratch_path(state, ".local/state/multistage/multistage.db-journal"));
}

static void
run(struct inject *i, void *state, const struct shim_plan *plan, struct program *r, bool *hit)
{
	drop_database(state);
	inject_run(i, plan, state, PAYLOAD, queue, r, hit);
}

static void
both_engines_see_the_same_calls(void **state)
{
	const struct shim_plan count = { .how = SHIM_COUNT };
	uint32_t seen[2][SHIM_CALLS];
	struct program r = { 0 };
	bool hit;

	for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
		struct inject *i = with(engines[e]);

		run(i, *state, &count, &r, &hit); /* makes the folders */
		run(i, *state, &count, &r, &hit);
		program_must(&r, 6, NULL, "still queued");
		assert_false(hit);
		memcpy(seen[e], inject_counts(i), sizeof(seen[e]));
		inject_free(i);
	}
	for (int c = 0; c < SHIM_CALLS; c++)
		if (c != SHIM_WRITE &&
		    seen[0][c] != seen[1][c]) /* those of stdio are inside libc */
			fail_msg("%s: %u and %u", inject_calls[c], seen[0][c], seen[1][c]);
	assert_true(seen[0][SHIM_PWRITE] > 100);
	assert_true(seen[0][SHIM_FDATASYNC] >= 4);
	assert_true(seen[0][SHIM_LOCK] > 10);
	program_done(&r);
}

static off_t
journal_size(void *state)
{
	struct stat st;

	if (stat(scratch_path(state, ".local/state/multistage/multistage.db-journal"), &st))
		fail_msg("there is no journal");
	return st.st_size;
}

/* The journal is what tells: its truncation is the commit. */
static void
it_dies_before_or_after_the_call_that_is_named(void **state)
{
	struct program r = { 0 };
	bool hit;

	for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
		struct inject *i = with(engines[e]);
		struct shim_plan plan = { .call = SHIM_FTRUNCATE, .nth = 1 };

		plan.how = SHIM_KILL_BEFORE;
		run(i, *state, &plan, &r, &hit);
		program_must(&r, 1000 + SIGKILL, NULL, NULL);
		assert_true(hit);
		assert_true(journal_size(*state) >= 512);
		plan.how = SHIM_KILL_AFTER;
		run(i, *state, &plan, &r, &hit);
		assert_true(hit);
		assert_int_equal(journal_size(*state), 0);
		plan.nth = 1000;
		run(i, *state, &plan, &r, &hit);
		program_must(&r, 6, NULL, "still queued");
		assert_false(hit);
		inject_free(i);
	}
	program_done(&r);
}

static void
a_call_fails_once_or_from_then_on(void **state)
{
	struct program r = { 0 };
	bool hit;

	for (size_t e = 0; e < ARRAY_LEN(engines); e++) {
		struct inject *i = with(engines[e]);
		struct shim_plan plan = { .how = SHIM_FAIL, .call = SHIM_FLOCK, .nth = 1 };

		/* interrupted once it is asked again; for ever it is not */
		plan.error = EINTR;
		inject_run(i, &plan, *state, PAYLOAD,
			   (const char *const[]){ "submit", "--run=a", "--timeout=0", NULL }, &r,
			   &hit);
		assert_true(hit);
		assert_null(strstr(r.err, "Interrupted"));
		plan.how = SHIM_FAIL_ON;
		plan.error = ENOLCK;
		inject_run(i, &plan, *state, PAYLOAD,
			   (const char *const[]){ "submit", "--run=a", "--timeout=0", NULL }, &r,
			   &hit);
		assert_true(hit);
		program_must(&r, 1, NULL, "No locks available");
		inject_free(i);
	}
	program_done(&r);
}

/* Two hours of look-ups that fail. */
static void
time_passes_without_waiting(void **state)
{
	static const struct canned answers[20]; /* each: the connection is closed */
	struct canned_server *s = canned_start(answers, ARRAY_LEN(answers), NULL);
	struct inject *i = with("ptrace");
	struct program r = { 0 };
	char url[64];
	int calls = 0;
	bool hit;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	inject_run(i, &(struct shim_plan){ .how = SHIM_NOTHING }, *state, PAYLOAD,
		   (const char *const[]){ "submit", "-", "--timeout=7200", NULL }, &r, &hit);
	program_must(&r, 6, NULL, "unconfirmed");
	assert_non_null(strstr(canned_request(s), "POST"));
	while (calls < 8 && strstr(canned_request(s), "GET"))
		calls++;
	assert_int_equal(calls, 8);
	canned_stop(s);
	inject_free(i);
	program_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_engines_see_the_same_calls, setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(it_dies_before_or_after_the_call_that_is_named,
						setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_call_fails_once_or_from_then_on, setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(time_passes_without_waiting, setup,
						scratch_teardown),
	};
	return cmocka_run_group_tests_name("inject", tests, NULL, NULL);
}
