/* test_task.c - the tables of statuses and of calls. */
#include "config.h"

#include "tests/test.h"

#include "core/endpoint.h"
#include "core/task.h"

static void
every_status_has_its_own_word_mark_and_place(void **state)
{
	(void)state;
	for (int i = 0; i < TASK_STATUS_COUNT; i++) {
		const struct task_status_row *a = &task_statuses[i];

		assert_non_null(a->name);
		assert_true(a->mark > ' ' && a->mark < 127);
		/* the cursor, a chosen row and a draft have these */
		assert_null(strchr(">*~", a->mark));
		assert_int_equal(task_status_find(a->name), i);
		for (int k = 0; k < i; k++) {
			const struct task_status_row *b = &task_statuses[k];

			if (a->mark == b->mark || a->order == b->order)
				fail_msg("%s and %s look alike", a->name, b->name);
		}
	}
	assert_int_equal(task_status_find("deleted"), TASK_OTHER);
	assert_int_equal(task_status_find(""), TASK_OTHER);
}

static void
only_the_four_words_of_the_service_are_not_local(void **state)
{
	(void)state;
	for (int i = 0; i < TASK_STATUS_COUNT; i++)
		if (task_statuses[i].local != (i > TASK_OTHER))
			fail_msg("%s", task_statuses[i].name);
}

static void
a_row_of_the_outbox_is_told_from_a_task_by_its_key(void **state)
{
	char key[TASK_LOCAL_SIZE];

	(void)state;
	task_local_key(12, key, sizeof(key));
	assert_string_equal(key, "local-12");
	assert_int_equal(task_local_seq(key), 12);
	task_local_key(INT64_MAX, key, sizeof(key));
	assert_true(task_local_seq(key) == INT64_MAX);
	assert_int_equal(task_local_seq("65a0c6f1b2d3e4f5a6b7c8d9"), 0);
	assert_int_equal(task_local_seq("localhost"), 0);
	assert_int_equal(task_local_seq(""), 0);
}

static void
a_task_moves_as_the_life_cycle_says(void **state)
{
	static const bool may[4][4] = {
		/* to:               pending completed error canceled */
		[TASK_PENDING] = { false, true, true, true },
		[TASK_COMPLETED] = { true, false, false, false },
		[TASK_ERROR] = { false, false, false, false },
		[TASK_CANCELED] = { false, false, false, false },
	};

	(void)state;
	for (int from = 0; from < 4; from++)
		for (int to = 0; to < 4; to++)
			if (task_status_may_follow((enum task_status)from, (enum task_status)to) !=
			    may[from][to])
				fail_msg("%s -> %s", task_statuses[from].name,
					 task_statuses[to].name);
	assert_true(task_status_may_follow(TASK_PENDING, TASK_OTHER));
	assert_true(task_status_may_follow(TASK_OTHER, TASK_PENDING));
	assert_false(task_status_may_follow(TASK_QUEUED, TASK_PENDING));
	assert_false(task_status_may_follow(TASK_PENDING, TASK_SENDING));
	assert_false(task_status_may_follow(TASK_OTHER, TASK_QUEUED));
}

static void
a_string_of_a_task_can_be_set_from_itself(void **state)
{
	struct task t;

	(void)state;
	task_init(&t);
	assert_string_equal(t.json, "");
	task_set(&t.status, "pending now", 7);
	assert_string_equal(t.status, "pending");
	task_set(&t.status, t.status + 3, 3);
	assert_string_equal(t.status, "din");
	task_set(&t.status, NULL, 0);
	assert_string_equal(t.status, "");
	task_done(&t);
	assert_null(t.json);
}

static void
every_call_is_whole_and_named_once(void **state)
{
	(void)state;
	for (int i = 0; i < ENDPOINT_COUNT; i++) {
		const struct endpoint *e = &endpoints[i];
		const char *arg;

		assert_true(e->name && e->source && e->method && e->path);
		assert_int_equal(e->path[0], '/');
		arg = strchr(e->path, '%');
		if (arg && (arg[1] != 's' || strchr(arg + 1, '%')))
			fail_msg("%s takes one %%s", e->path);
		for (int k = 0; k < i; k++) {
			if (strcmp(e->name, endpoints[k].name) == 0)
				fail_msg("\"%s\" twice", e->name);
			if (strcmp(e->path, endpoints[k].path) == 0 &&
			    strcmp(e->method, endpoints[k].method) == 0)
				fail_msg("%s %s twice", e->method, e->path);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_its_own_word_mark_and_place),
		cmocka_unit_test(only_the_four_words_of_the_service_are_not_local),
		cmocka_unit_test(a_row_of_the_outbox_is_told_from_a_task_by_its_key),
		cmocka_unit_test(a_task_moves_as_the_life_cycle_says),
		cmocka_unit_test(a_string_of_a_task_can_be_set_from_itself),
		cmocka_unit_test(every_call_is_whole_and_named_once),
	};
	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
