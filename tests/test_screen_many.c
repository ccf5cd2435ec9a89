/* test_screen_many.c - the program with more tasks than anybody reads. */
#include "config.h"

#include "tests/test.h"

#include "tests/desk.h"
#include "tests/proc.h"
#include "tests/stored.h"

#include <sys/stat.h>

#define MANY    100000
#define AT_ONCE 1000
#define NOW     1700000000000
#define MIB     (1 << 10) /* KiB */

static void
set(char **member, const char *s)
{
	task_set(member, s, strlen(s));
}

static void
make_task(struct task *t, int i)
{
	static const char *const status[] = { "pending", "completed", "error", "canceled" };
	char text[400];

	task_init(t);
	snprintf(text, sizeof(text), "%024x", i + 1);
	set(&t->task_id, text);
	snprintf(text, sizeof(text), "many-%06d", i);
	set(&t->unique_id, text);
	set(&t->status, status[i % 4]);
	set(&t->type, "multistage");
	set(&t->project, "Night Lidar");
	set(&t->tags, i % 3 ? "rain\nnight" : "");
	snprintf(text, sizeof(text),
		 "{\"task_id\":\"%s\",\"unique_id\":\"%s\",\"status\":\"%s\",\"params\":"
		 "{\"attachments\":[\"s3://acme/night-lidar/2026-11-25/drive-%06d/scene.sfs\"]}}",
		 t->task_id, t->unique_id, t->status, i);
	set(&t->json, text);
	t->created_ms = NOW - (int64_t)i * 60000;
}

static void
fill(const struct desk *d)
{
	static struct task some[AT_ONCE];
	struct err err = ERR_INIT;
	struct store *s;
	char path[160];
	int64_t target;
	size_t changed;

	snprintf(path, sizeof(path), "%s/state", d->home);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/state/multistage", d->home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/state/multistage/multistage.db", d->home);
	s = stored_open(path);
	stored_good(store_target(s, "http://localhost/v1", DESK_TEST, &target, &err), &err);
	for (int i = 0; i < MANY; i += AT_ONCE) {
		for (int k = 0; k < AT_ONCE; k++)
			make_task(&some[k], i + k);
		stored_good(store_tasks_put(s, target, some, AT_ONCE, NOW, &changed, &err), &err);
		for (int k = 0; k < AT_ONCE; k++)
			task_done(&some[k]);
	}
	store_close(s);
}

static void
d7_a_hundred_thousand_tasks_take_little_memory_and_are_all_within_reach(void **state)
{
	struct desk *d = *state;
	struct pty *p;

	fill(d);
	p = desk_start(d, &(struct desk_run){ .key = DESK_TEST });
	pty_type(p, "2");
	desk_see(p, "row 1 of 100000");
	desk_see(p, "many-000000");
	pty_type(p, "G");
	desk_see(p, "> - canceled    many-099999");
	desk_check(d);
	for (int i = 0; i < 100; i++)
		pty_type(p, "\x15"); /* half a page up */
	desk_gone(p, "many-099999");
	pty_type(p, "g");
	desk_see(p, "many-000000");
	for (int i = 0; i < 300; i++)
		pty_type(p, "j");
	desk_see(p, "many-000300");
	pty_type(p, "/many-09999");
	desk_see(p, "10 of 100000");
	pty_type(p, "\r");
	desk_see(p, "row 1 of 10,");
	desk_check(d);
#ifndef WITH_ASAN
	assert_in_range(proc_peak_kb(p->pid), 1, 64 * MIB);
#endif
	desk_quit(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			d7_a_hundred_thousand_tasks_take_little_memory_and_are_all_within_reach,
			desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
