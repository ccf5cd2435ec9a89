/* test_wire_late.c - a service that is late, blind, elsewhere or sleepy, and clocks that jump. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"
#include "tests/wire_world.h"

#include "core/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 60000
#define HOUR_MS 3600000LL
#define YEAR_MS (365 * 24 * HOUR_MS)

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

/* POSTs fail so once, look-ups always. */
static void
both(const char *post, const char *look)
{
	char rules[512];

	snprintf(rules, sizeof(rules),
		 "[{\"name\":\"post\",\"method\":\"POST\",\"path\":\"" WIRE_CREATE
		 "\",\"effect\":\"%s\",\"times\":1},"
		 "{\"name\":\"look\",\"method\":\"GET\",\"path\":\"/v1/task*\",\"effect\":\"%s\"}]",
		 post, look);
	admin_faults(&x.door, rules);
}

static void
in_time(int64_t end, const char *what)
{
	if (clock_mono_ms() > end)
		fail_msg("it takes too long: %s", what);
}

static void
until_found(const char *unique_id)
{
	int64_t end = clock_mono_ms() + WAIT_MS;

	while (wire_found(&x, unique_id) == 0) {
		in_time(end, unique_id);
		poll(NULL, 0, 1);
	}
}

/* A task of nobody here, made late: what was to be made before it is made by then. */
static void
until_late(int ms)
{
	static int n;
	char body[256], id[32];
	struct answer a;

	wire_fault(&x, "POST", WIRE_CREATE, ms ? "late:200" : "ok", 1);
	snprintf(id, sizeof(id), "after-%d", ++n);
	snprintf(body, sizeof(body),
		 "{\"project\":\"" WIRE_PROJECT "\",\"attachments\":[\"s3://b/k.sfs\"],"
		 "\"unique_id\":\"%s\"}",
		 id);
	raw_call(&x.door, SANDBOX_LIVE, "POST", WIRE_CREATE, body, &a);
	answer_free(&a);
	until_found(id);
	x.before++;
}

static void
a5_a_task_made_after_its_503_is_found_and_not_made_again(void **state)
{
	struct session_event ev;
	size_t made;

	(void)state;
	wire_fault(&x, "POST", WIRE_CREATE, "late:100", 1);
	wire_first(&x, wire_submit(&x), &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	until_found("wire-1");
	wire_work_off(&x);
	assert_int_equal(wire_posts(&x, &made), 1);
	wire_promise(&x, "made before the look-up");
}

static void
a5_a_task_sent_again_before_the_late_one_is_made_is_one_task(void **state)
{
	struct session_event ev;

	(void)state;
	wire_fault(&x, "POST", WIRE_CREATE, "late:200", 1);
	wire_first(&x, wire_submit(&x), &ev);
	assert_int_equal(ev.status, TASK_UNCONFIRMED);
	wire_work_off(&x); /* more often than not before the late one; both are good */
	until_late(200);
	wire_promise(&x, "the late one came to a unique_id in use");
	wire_fault(&x, "POST", WIRE_CREATE, "late:3000000", 1);
	wire_first(&x, wire_submit(&x), &ev);
	wire_work_off(&x);
	wire_promise(&x, "the late one never came");
}

static void
a19_an_id_in_use_whose_task_is_not_to_be_found_yet_waits_for_it(void **state)
{
	int64_t seq, end = clock_mono_ms() + WAIT_MS;
	struct outbox_row r;
	size_t made;

	(void)state;
	both("status:503:after", "lag:600000");
	seq = wire_submit(&x);
	while (wire_posts(&x, NULL) < 2) { /* the second one meets the 409 */
		int wait = session_timeout(x.w.s, world_now(&x.w).mono_ms);

		in_time(end, "the second POST");
		if (!session_busy(x.w.s) && wait > 0)
			x.w.skipped_ms += wait;
		wire_turn(&x);
	}
	while (session_busy(x.w.s)) {
		in_time(end, "what comes of the 409");
		wire_turn(&x);
	}
	wire_row(&x, seq, &r);
	assert_int_equal(r.state, OUTBOX_UNCONFIRMED);
	outbox_row_done(&r);
	admin_advance(&x.door, "11m");
	wire_work_off(&x);
	assert_true(wire_posts(&x, &made) >= 2);
	assert_int_equal(made, 1);
	wire_promise(&x, "the lag is over");
}

static void
a20_a_look_up_that_brings_strangers_proves_nothing(void **state)
{
	static const struct {
		const char *post;
		size_t posts;
	} rows[] = { { "status:503:before", 2 }, { "status:503:after", 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t before = wire_posts(&x, NULL);

		both(rows[i].post, "ignorefilter");
		wire_submit(&x);
		wire_work_off(&x); /* ours is taken from among them if it is there */
		assert_int_equal(wire_posts(&x, NULL) - before, rows[i].posts);
		wire_promise(&x, rows[i].post);
	}
}

static void
a21_more_than_a_hundred_rows_in_doubt_are_all_resolved(void **state)
{
	enum { ROWS = 130 };
	size_t made;

	(void)state;
	wire_fault(&x, "POST", WIRE_CREATE, "status:503:after", 0);
	for (int i = 0; i < ROWS; i++)
		wire_submit(&x);
	wire_work_off(&x);
	assert_int_equal(wire_posts(&x, &made), ROWS);
	assert_int_equal(made, ROWS);
	wire_promise(&x, "after the storm");
}

/* --- elsewhere --- */

static int
listener(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void
a14_nothing_goes_where_a_redirect_points(void **state)
{
	static const int codes[] = { 301, 302, 303, 307, 308 };
	struct err err = ERR_INIT;
	int port, fd = listener(&port);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct session_event ev;
		struct outbox_row r;
		char effect[128];
		int64_t seq;

		snprintf(effect, sizeof(effect), "redir:%d:http://localhost:%d/v1/task/multistage",
			 codes[i], port);
		wire_fault(&x, "POST", WIRE_CREATE, effect, 1);
		seq = wire_submit(&x);
		wire_first(&x, seq, &ev);
		assert_int_equal(ev.status, TASK_QUEUED);
		if (!strstr(ev.err.msg, "localhost"))
			fail_msg("%d: %s", codes[i], ev.err.msg);
		wire_row(&x, seq, &r);
		assert_int_equal(r.state, OUTBOX_QUEUED);
		assert_false(r.ambiguous);
		outbox_row_done(&r);
		x.w.skipped_ms += HOUR_MS;
		world_settle(&x.w);
		assert_int_equal(world_calls(&x.w, ENDPOINT_TASK_CREATE), 2 * i + 1);
		world_good(session_start(x.w.s, world_now(&x.w), &err), &err);
		wire_work_off(&x);
		wire_promise(&x, effect);
	}
	assert_int_equal(accept(fd, NULL, NULL), -1); /* nobody has called */
	close(fd);
}

static void
a16_what_is_refused_can_be_mended_and_sent_under_the_same_id(void **state)
{
	static const int codes[] = { 400, 404, 405, 413, 415, 422 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct asked *a = &x.asked[x.asked_count++];
		struct err err = ERR_INIT;
		struct session_event ev;
		struct draft *d;
		char effect[32], words[64];

		snprintf(effect, sizeof(effect), "status:%d", codes[i]);
		snprintf(words, sizeof(words), "told to answer %d", codes[i]);
		snprintf(a->unique_id, sizeof(a->unique_id), "mend-%d", codes[i]);
		d = world_draft(WIRE_PROJECT, a->unique_id);
		wire_fault(&x, "POST", WIRE_CREATE, effect, 1);
		world_good(session_submit(x.w.s, d, world_now(&x.w), &a->seq, &err), &err);
		wire_first(&x, a->seq, &ev);
		assert_int_equal(ev.status, TASK_REJECTED);
		if (!strstr(ev.err.msg, words)) /* the service's own */
			fail_msg("%d: %s", codes[i], ev.err.msg);
		world_set(d, FIELD_INSTRUCTION, "mended");
		world_good(session_submit(x.w.s, d, world_now(&x.w), &a->seq, &err), &err);
		wire_work_off(&x);
		wire_promise(&x, effect);
		draft_free(d);
	}
}

/* --- clocks --- */

static void
a32_no_row_is_stuck_when_the_clock_jumps(void **state)
{
	static const char *const faults[] = { "status:503:before", "status:503:after", "429:sec:40",
					      "429:date:40", "rst:before" };
	static const int64_t jumps[] = { -YEAR_MS, YEAR_MS, -HOUR_MS, HOUR_MS };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults) * ARRAY_LEN(jumps); i++) {
		const char *effect = faults[i / ARRAY_LEN(jumps)];
		int64_t jump = jumps[i % ARRAY_LEN(jumps)], before;
		struct session_event ev;
		char what[80];

		snprintf(what, sizeof(what), "%s and %lld ms", effect, (long long)jump);
		wire_fault(&x, "POST", WIRE_CREATE, effect, 1);
		wire_first(&x, wire_submit(&x), &ev);
		x.w.wall_ms += jump;
		before = x.w.skipped_ms;
		if (i % 2) /* a stored time meets a process that knows nothing else */
			wire_restart(&x);
		wire_work_off(&x);
		if (x.w.skipped_ms - before > 2 * HOUR_MS)
			fail_msg("%s: it took %lld ms", what, (long long)(x.w.skipped_ms - before));
		wire_promise(&x, what);
	}
}

static void
a33_asleep_for_eight_hours_during_a_post(void **state)
{
	static const struct proxy_plan asleep = { .up = -1, .down = 0, .end = PROXY_STALL };

	(void)state;
	for (int both_clocks = 0; both_clocks < 2; both_clocks++) {
		struct session_event ev;
		int64_t seq, end = clock_mono_ms() + WAIT_MS;
		size_t made = 0, before;

		wire_restart(&x);
		wire_work_off(&x); /* the row before, that was in doubt, is looked up once more */
		wire_restart(&x);  /* a new connection: libcurl repeats nothing on it */
		wire_posts(&x, &before);
		proxy_set(x.proxy, &asleep);
		seq = wire_submit(&x);
		while (made == 0) {
			in_time(end, "the POST");
			wire_turn(&x);
			wire_posts(&x, &made);
			made -= before;
		}
		x.w.wall_ms += 8 * HOUR_MS;
		x.w.skipped_ms += both_clocks ? 8 * HOUR_MS : 0;
		for (int i = 0; i < 3; i++) /* what it tells is for wire_first() */
			world_turn(&x.w);
		proxy_drop(x.proxy); /* what the other side did long ago */
		proxy_set(x.proxy, &PROXY_CLEAR);
		wire_first(&x, seq, &ev);
		if (ev.status != TASK_UNCONFIRMED)
			fail_msg("%d: %s: %s", both_clocks, task_statuses[ev.status].name,
				 ev.err.msg);
		wire_work_off(&x);
		wire_promise(&x, "awake again");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a5_a_task_made_after_its_503_is_found_and_not_made_again),
		TEST(a5_a_task_sent_again_before_the_late_one_is_made_is_one_task),
		TEST(a19_an_id_in_use_whose_task_is_not_to_be_found_yet_waits_for_it),
		TEST(a20_a_look_up_that_brings_strangers_proves_nothing),
		TEST(a21_more_than_a_hundred_rows_in_doubt_are_all_resolved),
		TEST(a14_nothing_goes_where_a_redirect_points),
		TEST(a16_what_is_refused_can_be_mended_and_sent_under_the_same_id),
		TEST(a32_no_row_is_stuck_when_the_clock_jumps),
		TEST(a33_asleep_for_eight_hours_during_a_post),
	};
	return cmocka_run_group_tests_name("wire, late", tests, NULL, NULL);
}
