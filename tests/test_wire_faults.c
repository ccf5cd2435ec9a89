/* test_wire_faults.c - a submission to a service that fails in every way it can be told to. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"
#include "tests/wire_world.h"

#include "core/clock.h"

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

/* What becomes of a row whose first POST meets a fault. */
struct row {
	const char *effect;
	enum task_status first; /* told first, with words */
	enum err_code code;
	const char *words;
	bool made; /* the first POST has made the task */
};

static void
run_row(const struct row *row)
{
	struct session_event ev;
	size_t posts, made, posts_before, made_before;

	posts_before = wire_posts(&x, &made_before);
	wire_fault(&x, "POST", WIRE_CREATE, row->effect, 1);
	wire_first(&x, wire_submit(&x), &ev);
	if (ev.status != row->first || ev.err.code != row->code || !strstr(ev.err.msg, row->words))
		fail_msg("%s: %s, %s, \"%s\"", row->effect, task_statuses[ev.status].name,
			 err_name(ev.err.code), ev.err.msg);
	wire_work_off(&x);
	posts = wire_posts(&x, &made) - posts_before;
	if (made - made_before != 1 || posts != (row->made ? 1 : 2))
		fail_msg("%s: %zu POSTs made %zu tasks", row->effect, posts, made - made_before);
	wire_promise(&x, row->effect);
}
#define RUN_ROWS(rows)                                 \
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) { \
		run_row(&(rows)[i]);                   \
	}

static void
a4_an_error_after_the_task_was_made_ends_in_that_task(void **state)
{
	static const struct row rows[] = {
		{ "status:500:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "500", true },
		{ "status:502:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "502", true },
		{ "status:503:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "503", true },
		{ "status:504:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "504", true },
		{ "status:408:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "408", true },
		{ "status:425:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "425", true },
		{ "status:599:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "599", true },
		{ "status:503:before", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "503", false },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void
a6_a_connection_that_ends_before_or_after_the_task_was_made(void **state)
{
	static const struct row rows[] = {
		{ "rst:before", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", false },
		{ "rst:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", true },
		{ "fin:before", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", false },
		{ "fin:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", true },
		{ "trunc:0", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", true },
		{ "trunc:1", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", true },
		{ "trunc:40", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "", true },
	};

	(void)state;
	/* On a connection of its own each: on a kept one libcurl may repeat the POST itself. */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		wire_restart(&x);
		run_row(&rows[i]);
	}
}

static void
a9_a_yes_that_is_none_is_not_believed(void **state)
{
	static const struct row rows[] = {
		{ "html200:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", true },
		{ "html200:before", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", false },
		{ "empty200:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", true },
		{ "empty200:before", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", false },
		{ "noid200", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", true },
		{ "badtype200:number", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", true },
		{ "badtype200:object", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "not understood", true },
	};

	(void)state;
	RUN_ROWS(rows);
}

static void
a10_an_answer_that_is_no_json_is_told_with_its_place(void **state)
{
	static const struct row rows[] = {
		{ "deep:33:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "line 1, column 33", true },
		{ "badutf8", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "line 1, column", true },
		{ "ctl", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "line 1, column", true },
		{ "garbage:after", TASK_UNCONFIRMED, ERR_UNCONFIRMED, "does not speak HTTP", true },
	};

	(void)state;
	RUN_ROWS(rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a4_an_error_after_the_task_was_made_ends_in_that_task),
		TEST(a6_a_connection_that_ends_before_or_after_the_task_was_made),
		TEST(a9_a_yes_that_is_none_is_not_believed),
		TEST(a10_an_answer_that_is_no_json_is_told_with_its_place),
	};
	return cmocka_run_group_tests_name("wire, faults", tests, NULL, NULL);
}
