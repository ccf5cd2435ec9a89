/* soak.c - make soak-sandbox: the sandbox under load for a long time, and half of its clients
 * die in the middle.
 *
 * SECONDS (600) says how long. wrk, where it is installed, lists and creates on 32 connections
 * of the test key; 16 processes of clients that die share that key. A careful client of the
 * live key creates and cancels meanwhile, and finds all that was acknowledged. Memory and
 * descriptors of the sandbox are measured after 10 seconds and at the end.
 */
#include "config.h"

#include "tests/test.h"

#include "core/clock.h"
#include "tests/dying.h"
#include "tests/load.h"
#include "tests/proc.h"
#include "tests/raw.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS          600
#define WARM_SECONDS     10
#define CHECK_SECONDS    60
#define DYING_PROCESSES  16
#define DYING_PAUSE_US   2000
#define PACE_MS          40    /* of the careful client: its list stays short enough to read */
#define CACHE_KB         65536 /* of the database: filled in the first minutes */
#define RESIDENT_MORE_KB 65536
#define DESCRIPTORS_MORE 64

/* One create in 20, else a page of the list. */
static const char script[] = "wrk.headers[\"Authorization\"] = \"Bearer " RAW_TEST "\"\n"
			     "local n = 0\n"
			     "local body = '{\"project\":\"p\",\"attachments\":[\"s3://b/k\"],"
			     "\"scene_format\":\"sensor_fusion\"}'\n"
			     "request = function()\n"
			     "  n = n + 1\n"
			     "  if n % 20 == 0 then\n"
			     "    return wrk.format(\"POST\", \"/v1/task/multistage\", nil, body)\n"
			     "  end\n"
			     "  return wrk.format(\"GET\", \"/v1/tasks?limit=10\")\n"
			     "end\n";

static void
make_project(const struct raw *r, const char *key)
{
	struct answer a;

	raw_call(r, key, "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"p\"}", &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

static void
live_and_die(const struct raw *r, uint32_t random)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		dying_client(r, &random);
		usleep(DYING_PAUSE_US);
	}
}

static pid_t
start_wrk(const struct raw *r, long seconds)
{
	char path[128], url[64], duration[32];
	pid_t pid;
	FILE *f;

	snprintf(path, sizeof(path), "%s/wrk.lua", r->dir);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", r->port);
	snprintf(duration, sizeof(duration), "-d%lds", seconds);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(script, f);
	assert_int_equal(fclose(f), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("wrk", "wrk", "-t2", "-c32", "--timeout", "20s", "-s", path, duration, url,
		       (char *)NULL);
		fputs("# wrk is not installed: the careful client is all the load\n", stdout);
		_exit(127);
	}
	return pid;
}

static void
say(const char *when, const struct raw *r, const struct load *l)
{
	printf("# %-6s %7zu acknowledged, %6ld kB resident, %d descriptors\n", when, load_acked(l),
	       proc_resident_kb(r->pid), proc_descriptors(r->pid));
	fflush(stdout);
}

/* The careful client, until the time is over. */
static void
be_careful(const struct raw *r, struct load *l, int64_t until_ms)
{
	int64_t check_ms = clock_mono_ms() + CHECK_SECONDS * 1000;

	while (clock_mono_ms() < until_ms) {
		assert_true(load_step(l, 1000));
		poll(NULL, 0, PACE_MS);
		if (clock_mono_ms() < check_ms)
			continue;
		load_check(l, r);
		say("", r, l);
		check_ms = clock_mono_ms() + CHECK_SECONDS * 1000;
	}
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
it_stands_a_long_load_while_half_of_the_clients_die(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", "--work", "5", NULL };
	const char *text = getenv("SECONDS");
	long seconds = text && *text ? strtol(text, NULL, 10) : SECONDS;
	struct load *l = load_new(RAW_LIVE, 1);
	struct raw r = { .port = raw_free_port() };
	pid_t dying[DYING_PROCESSES], wrk;
	char path[128];
	long resident;
	int open;

	(void)state;
	raw_start(&r, args);
	make_project(&r, RAW_LIVE);
	make_project(&r, RAW_TEST);
	for (uint32_t i = 0; i < DYING_PROCESSES; i++)
		if ((dying[i] = fork()) == 0)
			live_and_die(&r, i);
	wrk = start_wrk(&r, seconds);
	load_connect(l, &r, 4);
	be_careful(&r, l, clock_mono_ms() + WARM_SECONDS * 1000);
	resident = proc_resident_kb(r.pid);
	open = proc_descriptors(r.pid);
	say("start", &r, l);
	be_careful(&r, l, clock_mono_ms() + (seconds - WARM_SECONDS) * 1000);
	waitpid(wrk, NULL, 0);
	for (int i = 0; i < DYING_PROCESSES; i++)
		end(dying[i]);
	load_check(l, &r);
	say("end", &r, l);
	assert_true(proc_resident_kb(r.pid) <= CACHE_KB + resident + RESIDENT_MORE_KB);
	assert_true(proc_descriptors(r.pid) <= open + DESCRIPTORS_MORE);
	load_free(l);
	snprintf(path, sizeof(path), "%s/wrk.lua", r.dir);
	unlink(path);
	raw_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_stands_a_long_load_while_half_of_the_clients_die),
	};
	return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
