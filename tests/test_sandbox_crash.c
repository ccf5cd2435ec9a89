/* test_sandbox_crash.c - killed at any moment, the sandbox goes on with all that it said.
 *
 * MS_CRASH_ROUNDS=1000 kills it more often; MS_SEED=N repeats the choices of a run, though
 * not the moments within the other process.
 */
#include "config.h"

#include "tests/test.h"

#include "core/random.h"
#include "tests/load.h"
#include "tests/raw.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS         30
#define ROUND_STEPS    150 /* most turns before a kill: the list stays short enough to read */
#define MOMENT_MAX_US  2000
#define STARTS         12
#define START_MAX_US   40000
#define DONE_WITHIN_MS 60000

static const char *const args[] = { "--db", "--seed", "empty", "--work", "1", NULL };

static long
setting(const char *name, long usual)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : usual;
}

static uint32_t
seed(void)
{
	uint32_t any;

	random_bytes(&any, sizeof(any));
	any = (uint32_t)setting("MS_SEED", any);
	print_message("# MS_SEED=%u\n", any);
	return any;
}

static void
make_project(const struct raw *r)
{
	struct answer a;

	raw_call(r, RAW_LIVE, "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"p\"}",
		 &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

/* All that was pending comes to its end, by the clock of the sandbox. */
static void
wait_until_done(const struct raw *r)
{
	struct answer a;
	bool done = false;

	for (int ms = 0; ms < DONE_WITHIN_MS && !done; ms += 20) {
		poll(NULL, 0, 20);
		raw_call(r, RAW_LIVE, "GET", "/v1/tasks?status=pending&limit=1", NULL, &a);
		done = strcmp(raw_at(&a, "total"), "0") == 0;
		answer_free(&a);
	}
	assert_true(done);
}

static void
killed_under_load_it_keeps_what_it_acknowledged(void **state)
{
	struct raw r = { .pid = 0 };
	struct load *l = load_new(RAW_LIVE, seed());
	long rounds = setting("MS_CRASH_ROUNDS", ROUNDS);

	(void)state;
	raw_start(&r, args);
	make_project(&r);
	for (long round = 0; round < rounds; round++) {
		uint32_t steps = load_random(l, ROUND_STEPS);

		load_connect(l, &r, 1 + load_random(l, LOAD_LINES));
		while (steps-- > 0)
			assert_true(load_step(l, 1000));
		load_step(l, 0); /* what this sends is on its way */
		usleep(load_random(l, MOMENT_MAX_US));
		raw_kill(&r, SIGKILL);
		while (load_step(l, 1000))
			; /* answers that left before it died count, too */
		load_hang_up(l);
		raw_start(&r, args);
		load_check(l, &r);
	}
	wait_until_done(&r);
	load_check(l, &r);
	print_message("# %zu answers with 200 in %ld rounds\n", load_acked(l), rounds);
	load_free(l);
	raw_stop(&r);
}

/* Start it and kill it some time after, ready or not. */
static void
start_and_kill(const struct raw *r, unsigned after_us)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execl("./multistage-sandbox", "multistage-sandbox", "--unix", r->socket, "--db",
		      r->db, (char *)NULL);
		_exit(127);
	}
	usleep(after_us);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
killed_while_it_fills_a_new_file_it_starts_from_the_beginning(void **state)
{
	static const char *const demo[] = { "--db", NULL };
	struct load *l = load_new(RAW_LIVE, seed());
	struct raw r = { .pid = 0 };
	struct answer a;

	(void)state;
	for (int i = 0; i < STARTS; i++) {
		raw_start(&r, (const char *const[]){ NULL }); /* for its folder */
		raw_kill(&r, SIGKILL);
		for (uint32_t times = 1 + load_random(l, 3); times > 0; times--)
			start_and_kill(&r, load_random(l, START_MAX_US));
		raw_start(&r, demo);
		raw_call(&r, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
		assert_string_equal(raw_at(&a, "total"), "2000");
		answer_free(&a);
		raw_call(&r, RAW_LIVE, "GET", "/v1/batches?limit=1", NULL, &a);
		assert_string_equal(raw_at(&a, "totalDocs"), "30");
		answer_free(&a);
		raw_stop(&r);
	}
	load_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_under_load_it_keeps_what_it_acknowledged),
		cmocka_unit_test(killed_while_it_fills_a_new_file_it_starts_from_the_beginning),
	};
	return cmocka_run_group_tests_name("sandbox_crash", tests, NULL, NULL);
}
