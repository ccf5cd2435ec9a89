/* test_cli_tasks.c - list, show and cancel of the real program, against the real sandbox. */
#include "config.h"

#include "tests/canned.h"
#include "tests/program.h"
#include "tests/sandbox.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/err.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <json-c/json.h>

static struct program run;
static struct sandbox *sandbox;

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	if (rc)
		return rc;
	program_world(*state);
	sandbox = sandbox_start(NULL, NULL);
	setenv("MULTISTAGE_URL", sandbox_url(sandbox), 1);
	setenv("SCALE_API_KEY", PROGRAM_KEY, 1);
	return 0;
}

static int
teardown(void **state)
{
	program_done(&run);
	sandbox_stop(sandbox);
	return scratch_teardown(state);
}

static size_t
lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Column col (from 0) of line row (from 0) of the last output. */
static const char *
cell(size_t row, size_t col)
{
	static char text[8][256];
	static unsigned turn;
	char *out = text[turn++ % 8];
	const char *s = run.out;

	while (row-- && (s = strchr(s, '\n')))
		s++;
	for (; s && col > 0; col--)
		s = strchr(s, '\t') ? strchr(s, '\t') + 1 : NULL;
	if (!s)
		fail_msg("no such cell in: %s", run.out);
	snprintf(out, sizeof(text[0]), "%.*s", (int)strcspn(s, "\t\n"), s);
	return out;
}

static void
a_list_is_rows_of_tabs_in_a_pipe(void **state)
{
	RUN(&run, *state, "list", "--limit", "3");
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 3);
	assert_int_equal(strlen(cell(0, 1)), 24);
	assert_int_equal(cell(0, 5)[10], 'T');
	assert_string_equal(run.err, "");
	RUN(&run, *state, "list");
	assert_int_equal(lines(run.out), 100);
}

static void
all_pages_are_listed_and_no_task_twice(void **state)
{
	RUN(&run, *state, "list", "--limit", "0");
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 2000); /* of the demo account */
	RUN(&run, *state, "list", "--limit", "250");
	assert_int_equal(lines(run.out), 250);
}

static void
filters_are_the_services(void **state)
{
	char project[256], batch[256];

	RUN(&run, *state, "list", "--status", "error", "--limit", "5");
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(cell(i, 0), "error");
	snprintf(project, sizeof(project), "%s", cell(0, 3));
	snprintf(batch, sizeof(batch), "%s", cell(0, 4));
	RUN(&run, *state, "list", "--project", project, "--batch", batch, "--limit", "2");
	program_must(&run, 0, NULL, NULL);
	assert_string_equal(cell(0, 3), project);
	assert_string_equal(cell(1, 4), batch);
	RUN(&run, *state, "list", "--tag", "no-such-tag");
	program_must(&run, 0, NULL, "no task matches");
	assert_string_equal(run.out, "");
}

static void
what_is_in_a_pipe_is_never_cut(void **state)
{
	char tag[5][200], payload[2048];

	for (size_t i = 0; i < 5; i++)
		snprintf(tag[i], sizeof(tag[i]), "%0150zu-tag-%zu", i, i);
	snprintf(payload, sizeof(payload),
		 "{\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://a/b.sfs\"],"
		 "\"scene_format\":\"sensor_fusion\",\"instruction\":\"draw\","
		 "\"tags\":[\"%s\",\"%s\",\"%s\",\"%s\",\"%s\"]}",
		 tag[0], tag[1], tag[2], tag[3], tag[4]);
	program_run(&run, *state, payload, (const char *const[]){ "submit", "-", NULL });
	program_must(&run, 0, NULL, "accepted");
	RUN(&run, *state, "list", "--tag", tag[4]);
	for (size_t i = 0; i < 5; i++)
		program_must(&run, 0, tag[i], NULL);
	*strchr(strchr(run.out, '\t') + 25, '\t') = '\0';
	RUN(&run, *state, "show", strchr(run.out, '\t') + 1);
	program_must(&run, 0, tag[4], NULL);
}

static void
json_is_a_whole_object_a_line(void **state)
{
	char *line, *next;

	RUN(&run, *state, "list", "--limit", "150", "--json");
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 150);
	for (line = run.out; *line; line = next) {
		struct json_object *o, *id;

		next = strchr(line, '\n') + 1;
		next[-1] = '\0';
		o = json_tokener_parse(line);
		assert_true(json_object_object_get_ex(o, "task_id", &id));
		assert_int_equal(json_object_get_string_len(id), 24);
		json_object_put(o);
	}
}

static void
a_task_is_shown_by_either_of_its_ids(void **state)
{
	char id[64], unique[256] = "";

	RUN(&run, *state, "list", "--limit", "100");
	for (size_t i = 0; i < 100 && !unique[0]; i++) {
		snprintf(id, sizeof(id), "%s", cell(i, 1));
		snprintf(unique, sizeof(unique), "%s", cell(i, 2));
	}
	assert_true(unique[0]);
	RUN(&run, *state, "show", id);
	program_must(&run, 0, unique, NULL);
	RUN(&run, *state, "show", unique);
	program_must(&run, 0, id, NULL);
	setenv("TZ", "XST-5:30", 1);
	RUN(&run, *state, "show", id);
	program_must(&run, 0, " +05:30  (", NULL);
	RUN(&run, *state, "show", "--utc", id);
	program_must(&run, 0, " +00:00  (", NULL);
	setenv("TZ", "UTC", 1);
	RUN(&run, *state, "show", "--json", unique);
	program_must(&run, 0, "\"params\":{", NULL);
	assert_int_equal(lines(run.out), 1);
	RUN(&run, *state, "show", "ffffffffffffffffffffffff");
	program_must(&run, 1, NULL, "404");
	RUN(&run, *state, "show", "no-such-unique-id");
	program_must(&run, 1, NULL, "no task has the unique_id");
}

static void
each_cancel_has_its_own_outcome(void **state)
{
	char a[64], b[64], done[64];

	RUN(&run, *state, "list", "--status", "completed", "--limit", "1");
	snprintf(done, sizeof(done), "%s", cell(0, 1));
	RUN(&run, *state, "list", "--status", "pending", "--limit", "2");
	snprintf(a, sizeof(a), "%s", cell(0, 1));
	snprintf(b, sizeof(b), "%s", cell(1, 1));
	RUN(&run, *state, "cancel", a, done, b);
	program_must(&run, 7, b, "1 of 3 tasks were not canceled");
	program_must(&run, 7, NULL, done);
	assert_int_equal(lines(run.out), 2);
	RUN(&run, *state, "cancel", a); /* it is canceled already, which is what was wanted */
	program_must(&run, 0, a, NULL);
	RUN(&run, *state, "cancel", done);
	program_must(&run, 1, NULL, "400");
	RUN(&run, *state, "cancel", "--json", a, done);
	program_must(&run, 7, "\"canceled\":true", NULL);
	program_must(&run, 7, "\"canceled\":false,\"code\":\"api\"", NULL);
}

static void
the_key_is_refused_with_its_origin(void **state)
{
	setenv("SCALE_API_KEY", "nobody_knows_this_key", 1);
	RUN(&run, *state, "list");
	program_must(&run, 4, NULL, "SCALE_API_KEY");
	assert_null(strstr(run.err, "nobody_knows_this_key"));
	unsetenv("SCALE_API_KEY");
	RUN(&run, *state, "list");
	program_must(&run, 4, NULL, "there is no API key");
}

static void
no_network_is_a_status_of_its_own(void **state)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_nobody());
	RUN(&run, *state, "list", "--url", url);
	program_must(&run, 5, NULL, NULL);
	RUN(&run, *state, "cancel", "--url", url, "65a6f0c51c9d4400a1b2c3d4");
	program_must(&run, 5, NULL, NULL);
}

/* A question leaves nothing in doubt, and what the service says is not the person's input. */
static void
a_question_without_a_good_answer_is_only_a_failure(void **state)
{
	static const struct {
		struct canned answer;
		const char *words[3];
		int status;
		const char *part;
	} rows[] = {
		/* clang-format off */
		{ { .end = CANNED_CLOSE }, { "list" }, 5, "hung up" },
		{ { .end = CANNED_RESET }, { "show", "65a6f0c51c9d4400a1b2c3d4" }, 5, "broke" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}" }, { "list" }, 5, "cut off" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>" }, { "list" }, 1, "<html>" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" }, { "list" }, 1, "no docs" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" }, { "show", "65a6f0c51c9d4400a1b2c3d4" }, 1, "no task_id" },
		{ { .bytes = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" }, { "list" }, 1, "(503)" },
		{ { .end = CANNED_CLOSE }, { "cancel", "65a6f0c51c9d4400a1b2c3d4" }, 6, "hung up" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK" }, { "cancel", "65a6f0c51c9d4400a1b2c3d4" }, 6, "not understood" },
		/* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct canned_server *s = canned_start(&rows[i].answer, 1, NULL);
		char url[64];

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
		setenv("MULTISTAGE_URL", url, 1);
		program_run(&run, *state, NULL, rows[i].words);
		program_must(&run, rows[i].status, NULL, rows[i].part);
		assert_string_equal(run.out, "");
		canned_stop(s);
	}
}

/* The folder holds the socket of a sandbox that nobody started by hand. */
static void
the_sandbox_flag_needs_nothing_and_leaves_nothing_running(void **state)
{
	unsetenv("SCALE_API_KEY");
	unsetenv("MULTISTAGE_URL");
	RUN(&run, *state, "list", "--sandbox", "--limit", "2");
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 2);
	assert_int_equal(access(scratch_path(*state, ".local/state/multistage/sandbox.db"), F_OK),
			 0);
	assert_int_not_equal(
		access(scratch_path(*state, ".local/state/multistage/sandbox.sock"), F_OK), 0);
}

static void
ctrl_c_stops_a_call_that_hangs(void **state)
{
	static const struct canned answer = { .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	const char *const words[] = { "list", NULL };
	char url[64];
	pid_t pid;

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	setenv("MULTISTAGE_URL", url, 1);
	pid = program_start(*state, NULL, words);
	assert_non_null(strstr(canned_request(s), "GET /v1/tasks")); /* it is on its way */
	kill(pid, SIGINT);
	program_wait(&run, *state, pid);
	program_must(&run, 130, NULL, "stopped");
	canned_stop(s);
}

static void
a_service_cannot_write_to_the_terminal(void **state)
{
	static const char body[] =
		"{\"docs\":[{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"status\":\"pen"
		"\\u001b[31mding\",\"project\":\"a\\u202eb\\nc\\u009b\"}],\"total\":1,"
		"\"limit\":1,\"offset\":0,\"has_more\":false}";
	char url[64];
	struct canned answers[2];
	struct canned_server *s;

	answers[0] = answers[1] =
		(struct canned){ .bytes = program_reply(body), .end = CANNED_CLOSE };
	s = canned_start(answers, 2, NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	RUN(&run, *state, "list", "--url", url);
	program_must(&run, 0, "65a6f0c51c9d4400a1b2c3d4", NULL);
	assert_int_equal(lines(run.out), 1);
	assert_null(strchr(run.out, '\033'));
	assert_null(strstr(run.out, "\xE2\x80\xAE"));
	assert_null(strstr(run.out, "\xC2\x9B"));
	RUN(&run, *state, "list", "--json", "--url", url);
	program_must(&run, 0, "pen\\u001b[31mding", NULL);
	program_must(&run, 0, "a\\u202eb\\nc\\u009b", NULL);
	canned_stop(s);
}

static void
d8_pages_that_repeat_themselves_come_to_an_end(void **state)
{
	static const char body[] =
		"{\"docs\":[{\"task_id\":\"65a6f0c51c9d4400a1b2c3d4\",\"status\":"
		"\"pending\"}],\"total\":9,\"limit\":1,\"offset\":0,\"has_more\":true,"
		"\"next_token\":\"same\"}";
	char url[64];
	struct canned answers[4];
	struct canned_server *s;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		answers[i] = (struct canned){ .bytes = program_reply(body), .end = CANNED_CLOSE };
	s = canned_start(answers, ARRAY_LEN(answers), NULL);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s));
	RUN(&run, *state, "list", "--limit", "0", "--url", url);
	program_must(&run, 0, NULL, NULL);
	assert_int_equal(lines(run.out), 1);
	canned_stop(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_list_is_rows_of_tabs_in_a_pipe),
		TEST(all_pages_are_listed_and_no_task_twice),
		TEST(filters_are_the_services),
		TEST(what_is_in_a_pipe_is_never_cut),
		TEST(json_is_a_whole_object_a_line),
		TEST(a_task_is_shown_by_either_of_its_ids),
		TEST(each_cancel_has_its_own_outcome),
		TEST(the_key_is_refused_with_its_origin),
		TEST(no_network_is_a_status_of_its_own),
		TEST(a_question_without_a_good_answer_is_only_a_failure),
		TEST(the_sandbox_flag_needs_nothing_and_leaves_nothing_running),
		TEST(ctrl_c_stops_a_call_that_hangs),
		TEST(a_service_cannot_write_to_the_terminal),
		TEST(d8_pages_that_repeat_themselves_come_to_an_end),
	};
	return cmocka_run_group_tests_name("cli tasks", tests, NULL, NULL);
}
