/* test_wire_cut.c - a submission over a line that breaks anywhere. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"
#include "tests/wire_world.h"

#define STEP 13  /* bytes from one cut to the next; MS_DEEP=1: every byte */
#define MANY 100 /* histories in one world */

static struct wire x;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (!rc)
		wire_open(&x, *state);
	return rc;
}

static int
teardown(void **state)
{
	wire_close(&x);
	return scratch_teardown(state);
}

static void
anew(void **state)
{
	teardown(state);
	setup(state);
}

/* What a submission on a whole line carries. */
static struct proxy_seen
measure(void)
{
	struct proxy_seen seen;

	proxy_set(x.proxy, &PROXY_CLEAR);
	wire_submit(&x);
	wire_work_off(&x);
	seen = proxy_set(x.proxy, &PROXY_CLEAR);
	assert_true(seen.up > 300 && seen.down > 300);
	return seen;
}

static void
submit_over(const struct proxy_plan *plan)
{
	struct proxy_seen seen;
	char what[80];

	snprintf(what, sizeof(what), "cut after %ld up, %ld down, end %d", plan->up, plan->down,
		 plan->end);
	proxy_set(x.proxy, plan);
	wire_submit(&x);
	wire_work_off(&x);
	seen = proxy_set(x.proxy, &PROXY_CLEAR);
	if (!seen.cut)
		fail_msg("%s: nothing was cut (%ld up, %ld down)", what, seen.up, seen.down);
	if (x.asked_count % 10 == 0) /* it looks at all of them */
		wire_promise(&x, what);
}

/* Every cut in one direction: up, or else down. */
static void
cut_everywhere(void **state, bool up, enum proxy_end end)
{
	struct proxy_seen whole = measure();
	long step = getenv("MS_DEEP") ? 1 : STEP, last = up ? whole.up : whole.down, n = 0;

	for (long k = end; k <= last; k += step, n++) {
		submit_over(
			&(struct proxy_plan){ .up = up ? k : -1, .down = up ? -1 : k, .end = end });
		if (x.asked_count >= MANY) {
			wire_promise(&x, "so far");
			anew(state);
			measure();
		}
	}
	wire_promise(&x, "in the end");
	printf("# %ld cuts of %s\n", n, up ? "the request" : "the answer");
}

static void
a8_a_request_that_is_cut_anywhere_makes_one_task(void **state)
{
	cut_everywhere(state, true, PROXY_FIN);
}

static void
a8_a_request_that_is_reset_anywhere_makes_one_task(void **state)
{
	cut_everywhere(state, true, PROXY_RST);
}

static void
a8_an_answer_that_is_cut_anywhere_makes_one_task(void **state)
{
	cut_everywhere(state, false, PROXY_FIN);
}

static void
a8_an_answer_that_is_reset_anywhere_makes_one_task(void **state)
{
	cut_everywhere(state, false, PROXY_RST);
}

static void
a8_bytes_that_come_one_by_one_are_the_same_bytes(void **state)
{
	struct proxy_plan drip = PROXY_CLEAR;
	size_t made;

	(void)state;
	drip.drip = true;
	proxy_set(x.proxy, &drip);
	wire_submit(&x);
	wire_work_off(&x);
	assert_int_equal(wire_posts(&x, &made), 1);
	assert_int_equal(made, 1);
	assert_int_equal(x.why.err.code, ERR_OK);
	wire_promise(&x, "byte by byte");
}

/* libcurl sends a POST again by itself, on a new connection, when a kept one turns out dead
 * before a byte of the answer has come. */
static void
a7_a_post_that_libcurl_repeats_by_itself_is_one_task(void **state)
{
	const struct proxy_plan dead = { .up = -1, .down = 0, .end = PROXY_FIN };
	struct proxy_seen seen;
	size_t made;

	(void)state;
	wire_submit(&x);
	wire_work_off(&x);
	proxy_set(x.proxy, &dead);
	wire_submit(&x);
	wire_work_off(&x);
	seen = proxy_set(x.proxy, &PROXY_CLEAR);
	assert_true(seen.cut);
	assert_int_equal(seen.lines, 1); /* the first one was kept from before */
	assert_int_equal(world_calls(&x.w, ENDPOINT_TASK_CREATE), 2);
	assert_int_equal(wire_posts(&x, &made), 3);
	assert_int_equal(made, 2);
	assert_int_equal(x.why.err.code, ERR_OK); /* nobody was told of trouble */
	wire_promise(&x, "sent twice by libcurl");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a8_a_request_that_is_cut_anywhere_makes_one_task),
		TEST(a8_a_request_that_is_reset_anywhere_makes_one_task),
		TEST(a8_an_answer_that_is_cut_anywhere_makes_one_task),
		TEST(a8_an_answer_that_is_reset_anywhere_makes_one_task),
		TEST(a8_bytes_that_come_one_by_one_are_the_same_bytes),
		TEST(a7_a_post_that_libcurl_repeats_by_itself_is_one_task),
	};
	return cmocka_run_group_tests_name("wire, cut", tests, NULL, NULL);
}
