/* test_sandbox_seed.c - an account from a file: what it makes, and what it refuses. */
#include "config.h"

#include "tests/test.h"

#include "tests/program.h"
#include "tests/raw.h"
#include "tests/scratch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROJECT "{\"projects\":[{\"name\":\"P\",\"type\":\"multistage\"}]"
#define TASK \
	"\"project\":\"P\",\"scene_format\":\"sensor_fusion\",\"attachments\":[\"s3://b/k.sfs\"]"

static int
world(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		program_world(*state);
	return rc;
}

/* Start on this text, which must be refused with status and words. */
static void
must_refuse(void *state, const char *text, int status, const char *says)
{
	char path[256], db[256];
	const char *words[] = { "--seed", path, "--db", db, NULL };
	struct program r = { .status = 0 };

	snprintf(path, sizeof(path), "%s", scratch_path(state, "seed.json"));
	snprintf(db, sizeof(db), "%s", scratch_path(state, "data.db"));
	scratch_write(path, text, strlen(text));
	program_wait(&r, state, program_start_as("./multistage-sandbox", state, NULL, words));
	if (r.status != status || !strstr(r.err, says))
		fail_msg("%s\ngives %d: %s\nwanted %d: %s", text, r.status, r.err, status, says);
	program_done(&r);
}

static void
a_mistake_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "line 1, column 1" },
		{ "{\n \"tasks\": [,]}", "line 2, column 12" },
		{ "[]", "column 1: must be an object with projects, batches, files, tasks" },
		{ "{\"taks\":[]}", "column 2: \"taks\" is no part of an account\n"
				   "did you mean tasks" },
		{ "{\"tasks\":{}}", "column 10: \"tasks\" must be an array" },
		{ "{\"tasks\":[1]}", "column 11: tasks[0]: must be an object" },
		{ "{\"projects\":[{\"name\":\"P\",\"name\":\"Q\"}]}",
		  "the name \"name\" stands twice" },
		{ "{\"projects\":[{\"name\":\"P\"}]}", "projects[0]: Parameter is invalid, reason: "
						       "\"type\" is required" },
		{ "{\"projects\":[\n{\"name\":\"P\",\"typ\":\"x\"}]}",
		  "line 2, column 13: projects[0]: \"typ\" is no member of a project\n"
		  "did you mean \"type\"" },
		{ "{\"batches\":[{\"name\":\"b\",\"project\":\"none\"}]}",
		  "batches[0]: Project with name \"none\" not found." },
		{ PROJECT
		  ",\"batches\":[{\"name\":\"b\",\"project\":\"P\",\"status\":\"staging\"}]}",
		  "batches[0]: only a batch of a rapid or studio project can be \"staging\"" },
		{ PROJECT
		  ",\"batches\":[{\"name\":\"b\",\"project\":\"P\",\"status\":\"completed\"}]}",
		  "batches[0]: \"status\" must be one of staging in_progress" },
		{ PROJECT ",\"tasks\":[{" TASK "},{" TASK ",\"created_at\":\"yesterday\"}]}",
		  "tasks[1]: \"created_at\" must be a time like" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"created_at\":\"2999-01-01\"}]}",
		  "a time lies in the future" },
		{ PROJECT ",\"tasks\":[{" TASK
			  ",\"created_at\":\"2026-01-02\",\"status\":\"canceled\","
			  "\"updated_at\":\"2026-01-01\"}]}",
		  "it was changed before \"created_at\"" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"status\":\"done\"}]}",
		  "\"status\" must be one of pending completed canceled error\n" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"status\":\"error\"}]}",
		  "\"response\" is required, as it would not end in \"error\" by itself" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"response\":{}}]}",
		  "\"response\" goes with \"status\": \"completed\" or \"error\" only" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"completed_at\":\"2026-01-01\"}]}",
		  "\"completed_at\" goes with \"status\": \"completed\" only" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"customer_review_status\":\"fixed\"}]}",
		  "\"customer_review_status\" goes with \"status\": \"completed\" only" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"stauts\":\"error\"}]}",
		  "did you mean \"status\"" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"is_test\":1}]}",
		  "\"is_test\" must be true or false" },
		{ PROJECT ",\"tasks\":[{" TASK ",\"type\":\"no\\/such\"}]}",
		  "column 57: tasks[0]: " },
		{ PROJECT ",\"tasks\":[{" TASK ",\"unique_id\":\"u\"},{" TASK
			  ",\"unique_id\":\"u\"}]}",
		  "tasks[1]: " },
		{ PROJECT ",\"files\":[{\"file_url\":\"ftp://x\"}]}",
		  "files[0]: Parameter is invalid, reason: \"file_url\" must be a valid uri" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		must_refuse(*state, rows[i].text, 3, rows[i].says);
}

static void
a_file_that_cannot_be_read_is_a_usage_error(void **state)
{
	static const char *const words[] = { "--seed", "/nonexistent/seed.json", NULL };
	struct program r = { .status = 0 };

	program_wait(&r, *state, program_start_as("./multistage-sandbox", *state, NULL, words));
	program_must(&r, 2, "",
		     "cannot open /nonexistent/seed.json: No such file or directory\n"
		     "--seed takes demo, empty, or a JSON file\n");
	program_done(&r);
}

static void
the_value_is(const struct raw *r, const char *key, const char *target, const char *path,
	     const char *want)
{
	struct answer a;
	const char *got;

	raw_call(r, key, "GET", target, NULL, &a);
	assert_int_equal(a.status, 200);
	got = raw_at(&a, path);
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s is \"%s\", not \"%s\": %s", target, path, got, want, a.body);
	answer_free(&a);
}

/* A mistake in the last entry, and the account stays empty; a good file fills it. */
static void
all_of_it_or_nothing(void **state)
{
	static const char *const bad = PROJECT ",\"tasks\":[{" TASK "},{\"project\":\"none\"}]}";
	const char *args[] = { "--db", "--seed", NULL, NULL };
	struct raw r = { .pid = 0 };
	char path[256];

	snprintf(r.dir, sizeof(r.dir), "%s", (const char *)*state);
	snprintf(r.socket, sizeof(r.socket), "%s/socket", r.dir);
	snprintf(r.db, sizeof(r.db), "%s/data.db", r.dir);
	snprintf(path, sizeof(path), "%s/seed.json", r.dir);
	must_refuse(*state, bad, 3, "tasks[1]: ");
	args[2] = "empty";
	raw_start(&r, args);
	the_value_is(&r, RAW_LIVE, "/v1/projects", "0.name", "-");
	the_value_is(&r, RAW_LIVE, "/v1/tasks", "total", "0");
	raw_kill(&r, SIGTERM);
	args[2] = path;
	scratch_write(path, PROJECT "}", strlen(PROJECT "}"));
	raw_start(&r, args);
	the_value_is(&r, RAW_LIVE, "/v1/projects", "0.name", "P");
	raw_kill(&r, SIGTERM);
	unlink(path); /* a database that holds something does not need it */
	raw_start(&r, args);
	the_value_is(&r, RAW_LIVE, "/v1/projects", "0.name", "P");
	raw_kill(&r, SIGTERM);
}

static void
the_example_is_an_account(void **state)
{
	static const struct {
		const char *target, *path, *want;
	} rows[] = {
		/* clang-format off */
		{ "/v1/projects/City%20Lidar", "created_at", "2026-01-05T08:00:00.000Z" },
		{ "/v1/projects?archived=true", "0.name", "Pilot 2025" },
		{ "/v1/projects?archived=true", "1.name", "-" },
		{ "/v1/batches/city-day-1", "metadata.site", "munich" },
		{ "/v1/batches/city-day-1", "created_at", "2026-01-06T08:00:00.000Z" },
		{ "/v1/batches/parking-2", "status", "staging" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.status", "completed" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.created_at", "2026-01-06T09:00:00.000Z" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.completed_at", "2026-01-07T15:30:00.000Z" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.updated_at", "2026-01-07T15:30:00.000Z" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.response.annotations.url",
		  "https://results.acme.example/0001.json" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.customer_review_status", "accepted" },
		{ "/v1/tasks?unique_id=city/0001", "docs.0.params.scene_format", "sensor_fusion" },
		{ "/v1/tasks?unique_id=city/0002", "docs.0.status", "error" },
		{ "/v1/tasks?unique_id=city/0002", "docs.0.response.error",
		  "One or more attachments could not be downloaded." },
		{ "/v1/tasks?unique_id=city/0002", "docs.0.completed_at", "-" },
		{ "/v1/tasks?unique_id=city/0003", "docs.0.status", "canceled" },
		{ "/v1/tasks?unique_id=city/0003", "docs.0.response", "-" },
		{ "/v1/tasks?tags=rain", "docs.0.unique_id", "city/0003" },
		{ "/v1/tasks?unique_id=city/0004", "docs.0.status", "pending" },
		{ "/v1/tasks?unique_id=city/0004", "docs.0.updated_at", "2026-01-06T09:03:00.000Z" },
		{ "/v1/tasks?unique_id=city/0004", "docs.0.metadata.drive", "4" },
		{ "/v1/tasks?project=Pilot%202025", "docs.0.completed_at", "2025-03-02T09:00:00.000Z" },
		/* clang-format on */
	};
	static const char *const sides[] = { RAW_LIVE, RAW_TEST };
	char path[512];
	const char *args[] = { "--work", "0", "--seed", path, NULL };
	struct raw r = { .pid = 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s", test_data("../examples/account.json"));
	raw_start(&r, args);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int side = 0; side < 2; side++)
			the_value_is(&r, sides[side], rows[i].target, rows[i].path, rows[i].want);
	/* No status: what becomes of it by itself. Only the live side has it. */
	the_value_is(&r, RAW_LIVE, "/v1/tasks?unique_id=parking/0001", "docs.0.status",
		     "completed");
	the_value_is(&r, RAW_LIVE, "/v1/batches/parking-1", "status", "completed");
	the_value_is(&r, RAW_TEST, "/v1/tasks?unique_id=parking/0001", "total", "0");
	the_value_is(&r, RAW_TEST, "/v1/batches/parking-1", "status", "in_progress");
	the_value_is(&r, RAW_TEST, "/v1/tasks", "total", "5");
	raw_stop(&r);
}

/* Let all who wait for fd in, and hang up on them; returns how many. */
static int
hang_up(int fd)
{
	int n = 0, one;

	for (; (one = accept4(fd, NULL, NULL, SOCK_NONBLOCK)) >= 0; n++)
		close(one);
	return n;
}

/* Until the attachments of the task have been asked for and its callback has failed for good,
 * both at the socket fd; returns how many came there. */
static int
wait_for_callback(const struct raw *r, const char *target, int fd)
{
	int came = 0;

	for (int ms = 0; ms < 30000; ms += 20) {
		struct answer a;
		bool done;

		raw_call(r, RAW_LIVE, "GET", target, NULL, &a);
		done = strcmp(raw_at(&a, "docs.0.callback_completed"), "-") != 0;
		if (done)
			assert_string_equal(raw_at(&a, "docs.0.status"), "error");
		answer_free(&a);
		came += hang_up(fd);
		if (done)
			return came;
		poll(NULL, 0, 20);
	}
	fail_msg("no callback of %s", target);
	return came;
}

/* The attachments and the callback are on this machine, where we hang up on who asks. Tasks
 * that the file has ended, or wants pending, stay so. */
static void
what_the_file_has_decided_is_not_fetched_and_calls_nobody(void **state)
{
	static const char *const ends[] = { "pending", "completed", "error", "canceled" };
	char path[256], text[4096], target[64];
	const char *args[] = { "--work", "0", "--callback-scale", "0", "--seed", path, NULL };
	static const char *const sides[] = { RAW_LIVE, RAW_TEST };
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	struct raw r = { .pid = 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), port, n;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(listen(fd, 64), 0);
	port = ntohs(addr.sin_port);
	n = snprintf(text, sizeof(text), "%s,\"tasks\":[", PROJECT);
	for (size_t i = 0; i < 4; i++)
		n += snprintf(
			text + n, sizeof(text) - (size_t)n,
			"%s{\"project\":\"P\",\"scene_format\":\"sensor_fusion\",\"unique_id\":"
			"\"%s\",\"status\":\"%s\"%s,"
			"\"attachments\":[\"http://127.0.0.1:%d/a.sfs\"],"
			"\"callback_url\":\"http://127.0.0.1:%d/\"}",
			i ? "," : "", ends[i], ends[i],
			i == 1 || i == 2 ? ",\"response\":{\"mine\":1}" : "", port, port);
	snprintf(text + n, sizeof(text) - (size_t)n,
		 ",{\"project\":\"P\",\"scene_format\":\"sensor_fusion\",\"unique_id\":\"last\","
		 "\"attachments\":[\"http://127.0.0.1:%d/a.sfs\"],"
		 "\"callback_url\":\"http://127.0.0.1:%d/\",\"is_test\":false}]}",
		 port, port);
	snprintf(path, sizeof(path), "%s", scratch_path(*state, "seed.json"));
	scratch_write(path, text, strlen(text));
	raw_start(&r, args);
	/* The attachment and the callback, with its 20 more tries, of the one left open. */
	assert_int_equal(wait_for_callback(&r, "/v1/tasks?unique_id=last", fd), 22);
	for (size_t i = 0; i < 8; i++) {
		snprintf(target, sizeof(target), "/v1/tasks?unique_id=%s", ends[i / 2]);
		the_value_is(&r, sides[i % 2], target, "docs.0.status", ends[i / 2]);
		the_value_is(&r, sides[i % 2], target, "docs.0.callback_completed", "-");
		the_value_is(&r, sides[i % 2], target, "docs.0.response.mine",
			     i / 2 == 1 || i / 2 == 2 ? "1" : "-");
	}
	raw_stop(&r);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_mistake_is_told_with_its_place, world,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_a_usage_error, world,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(all_of_it_or_nothing, world, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			what_the_file_has_decided_is_not_fetched_and_calls_nobody, world,
			scratch_teardown),
		cmocka_unit_test(the_example_is_an_account),
	};

	return cmocka_run_group_tests_name("sandbox seed", tests, NULL, NULL);
}
