/* test_sandbox_v2.c - the reading calls of the v2 API. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <unistd.h>

#define BAD "Parameter is invalid, reason: "

static struct raw sb;

/* One call with the key as a Bearer token. */
static void
call(const char *key, const char *method, const char *target, struct answer *a)
{
	int fd = raw_connect(&sb);
	char head[1024];
	int n = snprintf(head, sizeof(head),
			 "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
			 "Content-Length: 0\r\n\r\n",
			 method, target, key);

	assert_true(n > 0 && (size_t)n < sizeof(head));
	raw_send(fd, head, (size_t)n);
	raw_read(fd, false, a);
	close(fd);
}

/* What a v1 call makes; it must work. */
static void
make(const char *target, const char *body)
{
	struct answer a;

	raw_call(&sb, RAW_LIVE, "POST", target, body, &a);
	if (a.status != 200)
		fail_msg("%s: %d %s", target, a.status, a.body);
	answer_free(&a);
}

static int
start_one(void **state)
{
	static const char *const args[] = { "--seed", "empty", "--work", "1000", NULL };

	(void)state;
	raw_start(&sb, args);
	make("/v1/projects", "{\"type\":\"multistage\",\"name\":\"p/1\"}");
	make("/v1/projects", "{\"type\":\"multistage\",\"name\":\"other\"}");
	make("/v1/projects", "{\"type\":\"multistage\",\"name\":\"fast\",\"rapid\":true}");
	make("/v1/batches", "{\"project\":\"p/1\",\"name\":\"b 1\",\"metadata\":{\"k\":1},"
			    "\"callback\":\"me@acme.example\"}");
	make("/v1/batches", "{\"project\":\"p/1\",\"name\":\"b2\"}");
	make("/v1/batches", "{\"project\":\"fast\",\"name\":\"r\"}");
	for (int i = 0; i < 5; i++) {
		char body[256];

		snprintf(body, sizeof(body),
			 "{\"project\":\"%s\",%s\"attachments\":[\"s3://b/k\"],"
			 "\"scene_format\":\"sensor_fusion\",\"metadata\":{\"i\":%d}}",
			 i < 4 ? "p/1" : "other", i < 2 ? "\"batch\":\"b 1\"," : "", i);
		make("/v1/task/multistage", body);
	}
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

static void
objects_are_found_by_name(void **state)
{
	static const struct {
		const char *target;
		int status;
		const char *path, *value;
	} rows[] = {
		/* clang-format off */
		{ "/v2/project?project_name=p%2F1", 200, "name", "p/1" },
		{ "/v2/project?project_name=p%2F1", 200, "param_history", "-" },
		{ "/v2/project", 400, "error", BAD "\"value\" must contain at least one of [project_id, project_name]" },
		{ "/v2/project?project_name=None", 404, "error", "Project with name \"None\" not found." },
		{ "/v2/project?project_name=None", 404, "status_code", "404" },
		{ "/v2/project?project_id=None", 404, "error", "Project with ID \"None\" not found." },
		{ "/v2/project?project_id=65a6f0c51c9d4400a1b2c3d4", 404, "error", "Project with ID \"65a6f0c51c9d4400a1b2c3d4\" not found." },
		{ "/v2/batch?batch_name=b%201", 200, "status", "in_progress" },
		{ "/v2/batch?batch_name=b%201", 200, "metadata", "{\"k\":1}" },
		{ "/v2/batch?batch_name=b%201", 200, "callback", "me@acme.example" },
		{ "/v2/batch?batch_name=b%201", 200, "completed_at", "-" },
		{ "/v2/batch?batch_name=b%201&expand=project", 200, "project.name", "p/1" },
		{ "/v2/batch?batch_name=b2", 200, "callback", "-" },
		{ "/v2/batch?batch_name=r", 200, "status", "staging" },
		{ "/v2/batch?batch_name=None", 404, "error", "Batch with name \"None\" not found." },
		{ "/v2/batch", 400, "error", BAD "\"value\" must contain at least one of [batch_id, batch_name]" },
		{ "/v2/batch?batch_name=b2&expand=task", 400, "error", BAD "\"expand\" must be one of [project]" },
		{ "/v2/task", 400, "error", BAD "\"task_id\" is required" },
		{ "/v2/task?task_id=None", 404, "error", "Task with that ID not found." },
		{ "/v2/projects", 200, "projects.0.name", "fast" },
		{ "/v2/projects", 200, "projects.2.name", "p/1" },
		{ "/v2/projects", 200, "projects.3", "-" },
		{ "/v2/projects", 200, "next_token", "-" },
		{ "/v2/projects?created_after=2100-01-01T00:00:00Z", 200, "projects", "[]" },
		{ "/v2/projects?created_before=soon", 400, "error", BAD "\"created_before\" must be a valid ISO 8601 date" },
		{ "/v2/batches", 200, "batches.0.name", "r" },
		{ "/v2/batches", 200, "batches.2.name", "b 1" },
		{ "/v2/batches", 200, "next_token", "-" },
		{ "/v2/batches", 200, "total", "-" },
		{ "/v2/batches?project_name=p/1", 200, "batches.1.name", "b 1" },
		{ "/v2/batches?project_name=p/1", 200, "batches.2", "-" },
		{ "/v2/batches?project_name=p/1&expand=project", 200, "batches.0.project.name", "p/1" },
		{ "/v2/batches?project_name=None", 404, "error", "Project with name \"None\" not found." },
		{ "/v2/batches?status=staging", 200, "batches.0.name", "r" },
		{ "/v2/batches?status=staging", 200, "batches.1", "-" },
		{ "/v2/batches?status=cancelled", 200, "batches", "[]" },
		{ "/v2/batches?status=paused", 200, "batches", "[]" },
		{ "/v2/batches?status=completed", 200, "batches", "[]" },
		{ "/v2/batches?status=canceled", 400, "error", BAD "\"status\" must be one of [staging, in_progress, completed, paused, cancelled]" },
		{ "/v2/batches?created_before=2000-01-01", 200, "batches", "[]" },
		{ "/v2/batches?completed_after=2000-01-01", 200, "batches", "[]" },
		{ "/v2/tasks", 200, "tasks.4.metadata.i", "0" },
		{ "/v2/tasks", 200, "tasks.5", "-" },
		{ "/v2/tasks", 200, "docs", "-" },
		{ "/v2/tasks?project_name=other", 200, "tasks.0.metadata.i", "4" },
		{ "/v2/tasks?project_name=other", 200, "tasks.1", "-" },
		{ "/v2/tasks?batch_name=b+1", 200, "tasks.1.metadata.i", "0" },
		{ "/v2/tasks?batch_name=b+1", 200, "tasks.2", "-" },
		{ "/v2/tasks?batch_name=b+1&project_name=other", 200, "tasks", "[]" },
		{ "/v2/tasks?batch_name=None", 404, "error", "Batch with name \"None\" not found." },
		{ "/v2/tasks?status=pending&limit=1", 200, "tasks.0.status", "pending" },
		{ "/v2/tasks?status=pending&limit=1", 200, "tasks.0.threads", "[]" },
		{ "/v2/tasks?status=pending&limit=1", 200, "tasks.0.errors", "-" },
		{ "/v2/tasks?status=pending&limit=1", 200, "tasks.0.type", "-" },
		{ "/v2/tasks?status=pending&limit=1", 200, "tasks.0.batch", "-" },
		{ "/v2/tasks?status=completed", 200, "tasks", "[]" },
		{ "/v2/tasks?status=deleted", 200, "tasks", "[]" },
		{ "/v2/tasks?status=cancelled", 400, "error", BAD "\"status\" must be one of [pending, completed, canceled, error, deleted]" },
		{ "/v2/tasks?completed_after=2000-01-01", 200, "tasks", "[]" },
		{ "/v2/tasks?batch_name=b+1&expand=project&expand=batch&opts=x", 200, "tasks.0.batch.metadata", "{\"k\":1}" },
		{ "/v2/tasks?batch_name=b+1&expand=project&expand=batch", 200, "tasks.0.project.name", "p/1" },
		{ "/v2/tasks?limit=0", 400, "error", BAD "\"limit\" must be an integer from 1 to 100" },
		{ "/v2/tasks?limit=101", 400, "error", BAD "\"limit\" must be an integer from 1 to 100" },
		{ "/v2/tasks?next_token=x", 400, "error", BAD "\"next_token\" is not a token of a previous reply" },
		{ "/v2/annotation", 404, "error", "Not found." },
		{ "/v2/batch/finalize", 404, "error", "Not found." },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call(RAW_LIVE, "GET", rows[i].target, &a);
		if (a.status != rows[i].status ||
		    strcmp(raw_at(&a, rows[i].path), rows[i].value) != 0)
			fail_msg("row %zu, %s: %d %s", i, rows[i].target, a.status, a.body);
		answer_free(&a);
	}
}

/* The value at path in the reply to target; the caller frees. */
static char *
value(const char *target, const char *path)
{
	struct answer a;
	char *copy;

	call(RAW_LIVE, "GET", target, &a);
	if (a.status != 200)
		fail_msg("%s: %d %s", target, a.status, a.body);
	copy = strdup(raw_at(&a, path));
	answer_free(&a);
	return copy;
}

/* Ids are what lists and other objects name, 24 hex digits, the same at every look. */
static void
what_is_found_by_name_is_found_by_its_id(void **state)
{
	static const struct {
		const char *by_name, *by_id, *in, *in_path;
	} rows[] = {
		/* clang-format off */
		{ "/v2/project?project_name=p%2F1", "/v2/project?project_id=", "/v2/projects", "projects.2.id" },
		{ "/v2/project?project_name=p%2F1", "/v2/project?project_name=p%2F1&project_id=", "/v2/batch?batch_name=b2", "project" },
		{ "/v2/project?project_name=p%2F1", "/v2/project?project_id=", "/v2/tasks?batch_name=b+1", "tasks.0.project" },
		{ "/v2/batch?batch_name=b+1", "/v2/batch?batch_id=", "/v2/batches", "batches.2.id" },
		{ "/v2/batch?batch_name=b+1", "/v2/batch?batch_id=", "/v2/tasks?batch_name=b+1", "tasks.0.batch" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *id = value(rows[i].by_name, "id"), *in = value(rows[i].in, rows[i].in_path);
		char target[128], *again;

		snprintf(target, sizeof(target), "%s%s", rows[i].by_id, id);
		again = value(target, "id");
		assert_int_equal(strspn(id, "0123456789abcdef"), 24);
		assert_int_equal(strlen(id), 24);
		assert_string_equal(id, in);
		assert_string_equal(id, again);
		free(id);
		free(in);
		free(again);
	}
}

static void
an_id_opens_only_what_it_names(void **state)
{
	char *project = value("/v2/project?project_name=p%2F1", "id");
	static const struct {
		const char *key, *before, *behind;
		int status;
	} rows[] = {
		{ RAW_LIVE, "/v2/tasks?project_id=", "", 200 },
		{ RAW_LIVE, "/v2/project?project_id=", "&project_name=other", 400 },
		{ RAW_LIVE, "/v2/batch?batch_id=", "", 404 }, /* of another kind */
		{ RAW_LIVE, "/v2/project?project_id=0", "", 404 },
		{ RAW_TEST, "/v2/project?project_id=", "", 404 },
		{ RAW_TEST, "/v2/tasks?project_id=", "", 404 },
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char target[256];

		snprintf(target, sizeof(target), "%s%s%s", rows[i].before, project, rows[i].behind);
		call(rows[i].key, "GET", target, &a);
		if (a.status != rows[i].status)
			fail_msg("%s: %d %s", target, a.status, a.body);
		answer_free(&a);
	}
	free(project);
}

static void
a_list_goes_on_where_its_token_says(void **state)
{
	static const struct {
		const char *list, *key, *shown;
		int count;
	} rows[] = {
		{ "/v2/tasks", "tasks", "metadata.i", 5 },
		{ "/v2/tasks?project_name=p%2F1", "tasks", "metadata.i", 4 },
		{ "/v2/batches", "batches", "name", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *token = strdup("");

		for (int n = 0; n < rows[i].count; n++) {
			char target[512], path[64], all[256];
			char *want, *got, *second;

			snprintf(path, sizeof(path), "%s.%d.%s", rows[i].key, n, rows[i].shown);
			want = value(rows[i].list, path);
			snprintf(all, sizeof(all), "%s%climit=1", rows[i].list,
				 strchr(rows[i].list, '?') ? '&' : '?');
			snprintf(target, sizeof(target), "%s%s%s", all,
				 *token ? "&next_token=" : "", token);
			snprintf(path, sizeof(path), "%s.0.%s", rows[i].key, rows[i].shown);
			got = value(target, path);
			snprintf(path, sizeof(path), "%s.1", rows[i].key);
			second = value(target, path);
			assert_string_equal(got, want);
			assert_string_equal(second, "-");
			free(token);
			token = value(target, "next_token");
			free(want);
			free(got);
			free(second);
		}
		assert_string_equal(token, "-"); /* the last page names no other */
		free(token);
	}
}

/* Of the test side: its tasks are done at once. */
static void
ended_tasks_say_when_and_why(void **state)
{
	static const char *const bodies[] = {
		"{\"type\":\"multistage\",\"name\":\"t\"}",
		"{\"project\":\"t\",\"name\":\"done\"}",
		"{\"project\":\"t\",\"batch\":\"done\",\"attachments\":[\"s3://b/k\"],"
		"\"scene_format\":\"sensor_fusion\"}",
		"{\"project\":\"t\",\"attachments\":[\"s3://b/missing/k\"],"
		"\"scene_format\":\"sensor_fusion\"}",
	};
	static const char *const targets[] = { "/v1/projects", "/v1/batches", "/v1/task/multistage",
					       "/v1/task/multistage" };
	static const struct {
		const char *target, *path, *value; /* NULL: a time */
	} rows[] = {
		/* clang-format off */
		{ "/v2/tasks?status=completed", "tasks.0.completed_at", NULL },
		{ "/v2/tasks?status=completed", "tasks.0.errors", "-" },
		{ "/v2/tasks?status=completed", "tasks.1", "-" },
		{ "/v2/tasks?completed_after=2020-01-01", "tasks.0.status", "completed" },
		{ "/v2/tasks?completed_before=2020-01-01", "tasks", "[]" },
		{ "/v2/tasks?status=error", "tasks.0.completed_at", "-" },
		{ "/v2/tasks?status=error", "tasks.0.errors", "[{\"message\":\"One or more attachments could not be downloaded.\"}]" },
		{ "/v2/batch?batch_name=done", "status", "completed" },
		{ "/v2/batch?batch_name=done", "completed_at", NULL },
		{ "/v2/batches?status=completed", "batches.0.name", "done" },
		{ "/v2/batches?completed_after=2020-01-01", "batches.0.name", "done" },
		{ "/v2/batches?completed_before=2020-01-01", "batches", "[]" },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		raw_call(&sb, RAW_TEST, "POST", targets[i], bodies[i], &a);
		assert_int_equal(a.status, 200);
		answer_free(&a);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got;

		call(RAW_TEST, "GET", rows[i].target, &a);
		got = raw_at(&a, rows[i].path);
		if (rows[i].value ? strcmp(got, rows[i].value) != 0 : strlen(got) != 24)
			fail_msg("row %zu, %s: %s", i, rows[i].target, a.body);
		answer_free(&a);
	}
}

static void
v2_is_for_reading_with_a_bearer_token(void **state)
{
	static const char *const paths[] = { "/v2/task",    "/v2/tasks",   "/v2/batch",
					     "/v2/batches", "/v2/project", "/v2/projects" };
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		call(RAW_LIVE, "POST", paths[i], &a);
		assert_int_equal(a.status, 405);
		assert_string_equal(raw_at(&a, "error"), "Method not allowed.");
		answer_free(&a);
		raw_call(&sb, RAW_LIVE, "GET", paths[i], NULL, &a); /* Basic */
		assert_int_equal(a.status, 401);
		assert_string_equal(raw_at(&a, "status_code"), "401");
		answer_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_found_by_name),
		cmocka_unit_test(what_is_found_by_name_is_found_by_its_id),
		cmocka_unit_test(an_id_opens_only_what_it_names),
		cmocka_unit_test(a_list_goes_on_where_its_token_says),
		cmocka_unit_test(ended_tasks_say_when_and_why),
		cmocka_unit_test(v2_is_for_reading_with_a_bearer_token),
	};
	return cmocka_run_group_tests_name("sandbox v2", tests, start_one, stop_one);
}
