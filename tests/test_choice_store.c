/* test_choice_store.c - projects, batches and blueprints as pickers offer them. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/store_db.h"

#define NOW 1700000000000 /* 2023-11-14 */

struct world {
	char *dir;
	struct store *s;
	int64_t target, other;
};

static int
setup(void **state)
{
	static struct world w;
	struct err err = ERR_INIT;
	void *dir = NULL;

	if (scratch_setup(&dir))
		return -1;
	w.dir = dir;
	w.s = store_open(scratch_path(dir, "db"), &err);
	if (!w.s || store_target(w.s, "https://a/v1", "a", &w.target, &err) ||
	    store_target(w.s, "https://b/v1", "b", &w.other, &err))
		return -1;
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	void *dir = w->dir;

	store_close(w->s);
	return scratch_teardown(&dir);
}

/* "name: detail" lines, with a "*" before what was used. */
static void
expect(struct world *w, enum field_pick what, const char *project, const char *want,
       int64_t want_age)
{
	struct buf got = BUF_INIT(10000);
	struct choice *list = NULL;
	struct err err = ERR_INIT;
	int64_t age = -1;
	size_t n = 0;

	stored_good(store_choices(w->s, w->target, what, project, &list, &n, &age, &err), &err);
	for (size_t i = 0; i < n; i++)
		buf_addf(&got, "%s%s: %s\n", list[i].used_ms ? "*" : "", list[i].name,
			 list[i].detail);
	assert_string_equal(buf_str(&got), want);
	assert_int_equal(age, want_age);
	choices_free(list, n);
	buf_free(&got);
}

static void
use(struct world *w, enum field_pick what, const char *name, int64_t at)
{
	struct err err = ERR_INIT;

	stored_good(store_choice_used(w->s, w->target, what, name, at, &err), &err);
}

static char type[] = "multistage", none[] = "", p1[] = "Fleet", p2[] = "atlas", p3[] = "Zoo";

static void
projects_are_listed_by_use_then_by_name(void **state)
{
	const struct project all[] = {
		{ .name = p3, .type = type, .version = -1 },
		{ .name = p1, .type = type, .version = 14 },
		{ .name = p2, .type = none, .version = 0, .rapid = true },
		{ .name = none, .type = type }, /* no name: passed over */
	};
	struct world *w = *state;
	struct err err = ERR_INIT;

	expect(w, PICK_PROJECT, "", "", 0);
	stored_good(store_projects_put(w->s, w->target, all, 4, NOW, &err), &err);
	stored_good(store_projects_put(w->s, w->other, all, 1, NOW + 5, &err), &err);
	expect(w, PICK_PROJECT, "",
	       "atlas: rapid, version 0\nFleet: multistage, version 14\nZoo: multistage\n", NOW);
	use(w, PICK_PROJECT, "Zoo", NOW + 1);
	use(w, PICK_PROJECT, "Fleet", NOW + 2);
	use(w, PICK_BATCH, "atlas", NOW + 3); /* a batch of that name is another thing */
	expect(w, PICK_PROJECT, "",
	       "*Fleet: multistage, version 14\n*Zoo: multistage\natlas: rapid, version 0\n", NOW);
}

static void
a_project_that_is_no_longer_listed_is_forgotten_but_not_its_use(void **state)
{
	const struct project all[] = { { .name = p1, .type = type, .version = -1 },
				       { .name = p2, .type = type, .version = -1 } };
	struct world *w = *state;
	struct err err = ERR_INIT;

	stored_good(store_projects_put(w->s, w->target, all, 2, NOW, &err), &err);
	use(w, PICK_PROJECT, "Fleet", NOW);
	stored_good(store_projects_put(w->s, w->target, all + 1, 1, NOW + 1, &err), &err);
	expect(w, PICK_PROJECT, "", "atlas: multistage\n", NOW + 1);
	stored_good(store_projects_put(w->s, w->target, all, 2, NOW + 2, &err), &err);
	expect(w, PICK_PROJECT, "", "*Fleet: multistage\natlas: multistage\n", NOW + 2);
}

static void
open_batches_come_before_those_that_are_done(void **state)
{
	static char b1[] = "a", b2[] = "b", b3[] = "C", b4[] = "d", done[] = "completed",
		    staging[] = "staging", working[] = "in_progress";
	const struct batch all[] = {
		{ .name = b1, .project = p1, .status = done, .callback = none, .metadata = none },
		{ .name = b4,
		  .project = p1,
		  .status = staging,
		  .callback = none,
		  .metadata = none },
		{ .name = b3,
		  .project = p1,
		  .status = working,
		  .callback = none,
		  .metadata = none },
		{ .name = b2, .project = p1, .status = done, .callback = none, .metadata = none },
	};
	struct world *w = *state;
	struct err err = ERR_INIT;

	stored_good(store_batches_put(w->s, w->target, p1, all, 4, NOW, &err), &err);
	expect(w, PICK_BATCH, p1, "C: in_progress\nd: staging\na: completed\nb: completed\n", NOW);
	use(w, PICK_BATCH, "b", NOW); /* who used it wants it again, whatever it is */
	expect(w, PICK_BATCH, p1, "*b: completed\nC: in_progress\nd: staging\na: completed\n", NOW);
}

static void
batches_are_listed_for_one_project_or_for_all(void **state)
{
	static char b1[] = "night-a", b2[] = "night-b", b3[] = "day", staging[] = "staging",
		    working[] = "in_progress";
	const struct batch all[] = {
		{ .name = b1,
		  .project = p1,
		  .status = working,
		  .callback = none,
		  .metadata = none,
		  .pending = 61,
		  .completed = 0,
		  .error = 3,
		  .canceled = -1 },
		{ .name = b2,
		  .project = p1,
		  .status = staging,
		  .callback = none,
		  .metadata = none,
		  .pending = -1,
		  .completed = -1,
		  .error = -1,
		  .canceled = -1 },
		{ .name = b3,
		  .project = p2,
		  .status = working,
		  .callback = none,
		  .metadata = none,
		  .pending = -1,
		  .completed = 2,
		  .error = -1,
		  .canceled = 1 },
	};
	struct world *w = *state;
	struct err err = ERR_INIT;

	stored_good(store_batches_put(w->s, w->target, "Fleet", all, 2, NOW, &err), &err);
	expect(w, PICK_BATCH, "Fleet",
	       "night-a: in_progress, 61 pending, 3 in error\nnight-b: staging\n", NOW);
	expect(w, PICK_BATCH, "atlas", "", 0); /* never asked for */
	stored_good(store_batches_put(w->s, w->target, "", all + 1, 2, NOW + 7, &err), &err);
	use(w, PICK_BATCH, "night-b", NOW);
	expect(w, PICK_BATCH, "",
	       "*night-b: staging, Fleet\nday: in_progress, 2 completed, 1 canceled, atlas\n"
	       "night-a: in_progress, 61 pending, 3 in error, Fleet\n",
	       NOW + 7);
	expect(w, PICK_BATCH, "atlas", "day: in_progress, 2 completed, 1 canceled\n", NOW + 7);
}

static void
put_task(struct world *w, const char *id, const char *project, const char *json, int64_t now_ms)
{
	struct err err = ERR_INIT;
	size_t changed;
	struct task t;

	task_init(&t);
	task_set(&t.task_id, id, strlen(id));
	task_set(&t.status, "pending", 7);
	task_set(&t.project, project, strlen(project));
	task_set(&t.json, json, strlen(json));
	t.created_ms = NOW;
	stored_good(store_tasks_put(w->s, w->target, &t, 1, now_ms, &changed, &err), &err);
	task_done(&t);
}

static void
put_task_of_batch(struct world *w, const char *id, const char *batch)
{
	struct err err = ERR_INIT;
	size_t changed;
	struct task t;

	task_init(&t);
	task_set(&t.task_id, id, strlen(id));
	task_set(&t.status, "pending", 7);
	task_set(&t.batch, batch, strlen(batch));
	t.created_ms = NOW;
	stored_good(store_tasks_put(w->s, w->target, &t, 1, NOW, &changed, &err), &err);
	task_done(&t);
}

static void
what_is_known_of_a_batch_is_told(void **state)
{
	static char b1[] = "night", b2[] = "day", staging[] = "staging", working[] = "in_progress";
	const struct project projects[] = { { .name = p1, .type = type, .rapid = true } };
	const struct batch batches[] = {
		{ .name = b1,
		  .project = p1,
		  .status = working,
		  .callback = none,
		  .metadata = none,
		  .pending = 9,
		  .completed = 2,
		  .error = -1,
		  .canceled = -1 },
		{ .name = b2,
		  .project = p2,
		  .status = staging,
		  .callback = none,
		  .metadata = none,
		  .pending = -1,
		  .completed = -1,
		  .error = -1,
		  .canceled = -1 },
	};
	struct world *w = *state;
	struct batch_info info = { .known = true };
	struct err err = ERR_INIT;

	stored_good(store_batch_info(w->s, w->target, "night", &info, &err), &err);
	assert_false(info.known);
	assert_string_equal(info.project, "");
	stored_good(store_projects_put(w->s, w->target, projects, 1, NOW, &err), &err);
	stored_good(store_batches_put(w->s, w->target, "", batches, 2, NOW, &err), &err);
	stored_good(store_batch_info(w->s, w->target, "night", &info, &err), &err);
	assert_true(info.known && info.project_known && info.rapid && info.counted);
	assert_string_equal(info.project, "Fleet");
	assert_string_equal(info.status, "in_progress");
	assert_int_equal(info.tasks, 11);
	put_task_of_batch(w, "t1", "day");
	put_task_of_batch(w, "t2", "night");
	stored_good(store_batch_info(w->s, w->target, "day", &info, &err), &err);
	assert_true(info.known && !info.project_known && !info.rapid && !info.counted);
	assert_string_equal(info.status, "staging");
	assert_int_equal(info.tasks, 1); /* those that were seen */
}

static void
blueprints_are_what_tasks_and_people_named(void **state)
{
	struct world *w = *state;

	expect(w, PICK_BLUEPRINT, "", "", 0);
	put_task(w, "t1", "Fleet", "{\"params\":{\"task_blueprint_id\":\"bp-2\"}}", NOW);
	put_task(w, "t2", "Fleet", "{\"params\":{\"task_blueprint_id\":\"bp-\\u0031\"}}", NOW);
	put_task(w, "t3", "atlas", "{\"task_blueprint_id\":\"bp-3\"}", NOW + 86400000);
	put_task(w, "t4", "atlas", "{\"params\":{\"task_blueprint_id\":17}}", NOW);
	put_task(w, "t5", "atlas", "{\"params\":[]}", NOW);
	put_task(w, "t6", "atlas", "no json at all", NOW);
	expect(w, PICK_BLUEPRINT, "Fleet", "bp-1: seen 2023-11-14\nbp-2: seen 2023-11-14\n", NOW);
	use(w, PICK_BLUEPRINT, "bp-2", NOW + 1);
	use(w, PICK_BLUEPRINT, "bp-typed", NOW);
	use(w, PICK_BLUEPRINT, "", NOW); /* unset: nothing to remember */
	expect(w, PICK_BLUEPRINT, "Fleet",
	       "*bp-2: seen 2023-11-14\n*bp-typed: used here\nbp-1: seen 2023-11-14\n", NOW);
	expect(w, PICK_BLUEPRINT, "",
	       "*bp-2: Fleet, seen 2023-11-14\n*bp-typed: used here\n"
	       "bp-1: Fleet, seen 2023-11-14\nbp-3: atlas, seen 2023-11-15\n",
	       NOW + 86400000);
}

static void
what_has_no_picker_has_no_choices(void **state)
{
	struct world *w = *state;

	use(w, PICK_NONE, "x", NOW);
	expect(w, PICK_NONE, "", "", 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(projects_are_listed_by_use_then_by_name),
		CASE(a_project_that_is_no_longer_listed_is_forgotten_but_not_its_use),
		CASE(open_batches_come_before_those_that_are_done),
		CASE(batches_are_listed_for_one_project_or_for_all),
		CASE(what_is_known_of_a_batch_is_told),
		CASE(blueprints_are_what_tasks_and_people_named),
		CASE(what_has_no_picker_has_no_choices),
	};
	return cmocka_run_group_tests_name("choice store", tests, NULL, NULL);
}
