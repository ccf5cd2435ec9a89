/* test_sandbox_task.c - tasks in the sandbox: the rules of create, changes, life. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <poll.h>
#include <unistd.h>

#define OK_BODY                                                                   \
	"\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://b/k.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\""
#define CREATE "/v1/task/multistage"
#define BAD    "Parameter is invalid, reason: "

static struct raw sb;

static int
start_one(void **state)
{
	static const char *const args[] = { "--work", "1000", NULL };

	(void)state;
	raw_start(&sb, args);
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
live(const char *method, const char *target, const char *body, struct answer *a)
{
	raw_call(&sb, RAW_LIVE, method, target, body, a);
}

/* Create with these members beside OK_BODY; the id goes to id. */
static void
create(const char *key, const char *more, char id[32])
{
	struct answer a;
	char body[1024];

	snprintf(body, sizeof(body), "{" OK_BODY "%s}", more);
	raw_call(&sb, key, "POST", CREATE, body, &a);
	if (a.status != 200)
		fail_msg("%s: %s", body, a.body);
	snprintf(id, 32, "%s", raw_at(&a, "task_id"));
	answer_free(&a);
}

static void
a_create_that_breaks_a_rule_says_which(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *error;
	} rows[] = {
		/* clang-format off */
		{ "", 400, BAD "\"project\" is required" },
		{ "{\"project\":null}", 400, BAD "\"project\" is required" },
		{ "{\"project\":\"\"}", 400, BAD "\"project\" is not allowed to be empty" },
		{ "{\"project\":7}", 400, BAD "\"project\" must be a string" },
		{ "{\"project\":\"Urban Fusion\"}", 400, BAD "\"attachments\" is required" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":\"s3://b/k\"}", 400, BAD "\"attachments\" must be an array" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[]}", 400, BAD "\"attachments\" must contain at least 1 items" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\",5]}", 400, BAD "\"attachments[1]\" must be a string" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"\"]}", 400, BAD "\"attachments[0]\" is not allowed to be empty" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"file.sfs\"]}", 400, BAD "\"attachments[0]\" must be a valid uri" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"ftp://a/b\"]}", 400, BAD "\"attachments[0]\" must be a valid uri" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"https:///b\"]}", 400, BAD "\"attachments[0]\" must be a valid uri" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://a/b c\"]}", 400, BAD "\"attachments[0]\" must be a valid uri" },
		{ "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/1\",\"s3://b/2\"]}", 400, BAD "\"attachments\" must contain 1 items" },
		{ "{\"project\":\"Parking Lidar\",\"attachments\":[\"s3://b/k\"]}", 400, BAD "\"scene_format\" is required" },
		{ "{" OK_BODY ",\"scene_format\":\"sfs\"}", 400, BAD "\"scene_format\" must be one of [sensor_fusion, split_base64]" },
		{ "{" OK_BODY ",\"scene_format\":1}", 400, BAD "\"scene_format\" must be a string" },
		{ "{" OK_BODY ",\"instruction\":[]}", 400, BAD "\"instruction\" must be a string" },
		{ "{" OK_BODY ",\"callback_url\":\"acme.example/x\"}", 400, BAD "\"callback_url\" must be a valid uri" },
		{ "{" OK_BODY ",\"callback_url\":\"http://\"}", 400, BAD "\"callback_url\" must be a valid uri" },
		{ "{" OK_BODY ",\"metadata\":[]}", 400, BAD "\"metadata\" must be of type object" },
		{ "{" OK_BODY ",\"metadata\":\"{}\"}", 400, BAD "\"metadata\" must be of type object" },
		{ "{" OK_BODY ",\"unique_id\":\"\"}", 400, BAD "\"unique_id\" is not allowed to be empty" },
		{ "{" OK_BODY ",\"priority\":15}", 400, BAD "\"priority\" must be one of [10, 20, 30]" },
		{ "{" OK_BODY ",\"priority\":\"10\"}", 400, BAD "\"priority\" must be an integer" },
		{ "{" OK_BODY ",\"priority\":10.5}", 400, BAD "\"priority\" must be an integer" },
		{ "{" OK_BODY ",\"clear_unique_id_on_error\":\"true\"}", 400, BAD "\"clear_unique_id_on_error\" must be a boolean" },
		{ "{" OK_BODY ",\"tags\":\"a\"}", 400, BAD "\"tags\" must be an array" },
		{ "{" OK_BODY ",\"tags\":[\"a\",null]}", 400, BAD "\"tags[1]\" must be a string" },
		{ "{" OK_BODY ",\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}", 400, BAD "\"tags\" must contain less than or equal to 5 items" },
		{ "{" OK_BODY ",\"project\":\"No such\"}", 404, "Project with name \"No such\" not found." },
		{ "{" OK_BODY ",\"batch\":\"no-such\"}", 404, "Batch with name \"no-such\" not found." },
		{ "{" OK_BODY ",\"project\":\"Legacy Cuboids 2023\"}", 402, "This account is not enabled for project \"Legacy Cuboids 2023\": its type is \"sensorfusion\"." },
		{ "{" OK_BODY ",\"project\":\"rapid/pedestrians\"}", 400, BAD "\"batch\" is required" },
		{ "{" OK_BODY ",\"batch\":\"rped-01\"}", 400, "The batch \"rped-01\" is finalized; it takes no more tasks." },
		{ "{" OK_BODY ",\"task_blueprint_id\":\"bp_none\"}", 404, "Task blueprint with ID \"bp_none\" not found." },
		{ "{" OK_BODY ",\"unique_id\":null,\"priority\":null,\"tags\":null,\"metadata\":null,\"batch\":null,"
		  "\"callback_url\":null,\"instruction\":null,\"task_blueprint_id\":null,\"x\":{\"y\":[1]}}", 200, "-" },
		{ "{" OK_BODY ",\"attachment_type\":5,\"attachment\":[]}", 200, "-" },
		{ "{\"project\":\"Parking Lidar\",\"attachment_type\":\"text\",\"attachments\":[\"s3://b/k\",\"tomato\"]}", 400, BAD "\"attachments[1]\" must be a valid uri" },
		{ "{" OK_BODY ",\"priority\":20.0,\"callback_url\":\"me@acme.example\",\"batch\":\"fp3d-day-a\"}", 200, "-" },
		{ "{" OK_BODY ",\"batch\":\"rped-05\"}", 200, "-" },
		{ "{\"batch\":\"urban/oslo-1\",\"attachments\":[\"scaledata://o/u\"]}", 200, "-" },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		live("POST", CREATE, rows[i].body, &a);
		if (a.status != rows[i].status || strcmp(raw_at(&a, "error"), rows[i].error) != 0)
			fail_msg("%s gives %d %s", rows[i].body, a.status, a.body);
		answer_free(&a);
	}
}

static void
metadata_may_have_10240_bytes(void **state)
{
	static char body[11000];
	struct answer a;

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		int n = snprintf(body, sizeof(body), "{" OK_BODY ",\"metadata\":{\"k\":\"");

		memset(body + n, 'x', 10240 - 8 + (size_t)extra); /* 8: {"k":""} */
		snprintf(body + n + 10240 - 8 + extra, 8, "\"}}");
		live("POST", CREATE, body, &a);
		assert_int_equal(a.status, extra ? 400 : 200);
		answer_free(&a);
	}
}

static void
a_new_task_shows_what_was_sent_and_nothing_else(void **state)
{
	static const char body[] =
		"{" OK_BODY ",\"batch\":\"fp3d-day-a\",\"instruction\":\"a\\nb \\u00e9\","
		"\"callback_url\":\"https://h.example/x\","
		"\"metadata\":{\"z\":1.50,\"a\":[true,null]},"
		"\"unique_id\":\"show/1\",\"priority\":30,\"tags\":[\"b\",\"a\",\"b\"],"
		"\"clear_unique_id_on_error\":true}";
	static const struct {
		const char *path, *value;
	} rows[] = {
		{ "type", "multistage" },
		{ "status", "pending" },
		{ "is_test", "false" },
		{ "project", "Front Perception 3D" },
		{ "batch", "fp3d-day-a" },
		{ "unique_id", "show/1" },
		{ "priority", "30" },
		{ "tags", "[\"b\",\"a\"]" },
		{ "instruction", "a\nb \xC3\xA9" },
		{ "callback_url", "https://h.example/x" },
		{ "metadata", "{\"z\":1.50,\"a\":[true,null]}" },
		{ "params.attachments", "[\"s3://b/k.sfs\"]" },
		{ "params.scene_format", "sensor_fusion" },
		{ "completed_at", "-" },
		{ "response", "-" },
		{ "callback_succeeded", "-" },
		{ "customer_review_status", "-" },
	};
	struct answer a;
	char id[32], blueprint[64];

	(void)state;
	live("POST", CREATE, body, &a);
	assert_int_equal(a.status, 200);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(raw_at(&a, rows[i].path), rows[i].value) != 0)
			fail_msg("%s is %s", rows[i].path, raw_at(&a, rows[i].path));
	snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
	assert_int_equal(strlen(id), 24);
	assert_int_equal(strspn(id, "0123456789abcdef"), 24);
	assert_int_equal(strlen(raw_at(&a, "created_at")), 24);
	assert_string_equal(raw_at(&a, "created_at"), raw_at(&a, "updated_at"));
	snprintf(blueprint, sizeof(blueprint), "%s", raw_at(&a, "params.task_blueprint_id"));
	assert_memory_equal(blueprint, "bp_", 3);
	answer_free(&a);

	/* The blueprint is of that project and of no other. */
	char other[512];

	snprintf(other, sizeof(other), "{" OK_BODY ",\"task_blueprint_id\":\"%s\"}", blueprint);
	live("POST", CREATE, other, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	snprintf(other, sizeof(other),
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"],"
		 "\"task_blueprint_id\":\"%s\"}",
		 blueprint);
	live("POST", CREATE, other, &a);
	assert_int_equal(a.status, 400);
	assert_non_null(strstr(raw_at(&a, "error"), "belongs to another project"));
	answer_free(&a);
}

static void
a_bare_task_has_no_keys_for_what_it_has_not(void **state)
{
	static const char *const absent[] = { "unique_id",   "tags",         "priority", "batch",
					      "instruction", "callback_url", "response" };
	struct answer a;

	(void)state;
	live("POST", CREATE,
	     "{\"project\":\"Parking Lidar\",\"attachments\":[\"s3://b/1\",\"gs://b/2\"],"
	     "\"scene_format\":\"split_base64\"}",
	     &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_at(&a, "metadata"), "{}");
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_string_equal(raw_at(&a, absent[i]), "-");
	answer_free(&a);
}

static void
a_unique_id_is_used_once_in_the_whole_account(void **state)
{
	char id[32], want[160], body[512], path[96];
	struct answer a;

	(void)state;
	create(RAW_LIVE, ",\"unique_id\":\"once \\\"1\\\"\"", id);
	snprintf(want, sizeof(want),
		 "The unique_id (\"once \"1\"\") is already used for a different task (%s).", id);
	live("POST", CREATE,
	     "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"],"
	     "\"unique_id\":\"once \\\"1\\\"\"}",
	     &a);
	assert_int_equal(a.status, 409);
	assert_string_equal(raw_at(&a, "error"), want);
	answer_free(&a);

	create(RAW_TEST, ",\"unique_id\":\"once \\\"1\\\"\"", body); /* the other side */

	snprintf(path, sizeof(path), "/v1/task/%s/cancel?clear_unique_id=True", id);
	live("POST", path, NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "canceled");
	assert_string_equal(raw_at(&a, "unique_id"), "-");
	answer_free(&a);
	create(RAW_LIVE, ",\"unique_id\":\"once \\\"1\\\"\"", body);
	assert_string_not_equal(body, id);
}

static void
an_idempotency_key_creates_once_and_is_not_burnt_by_a_refusal(void **state)
{
	static const struct {
		const char *key, *body;
		int status;
	} rows[] = {
		{ "k-1", "{}", 400 },
		{ "k-1", "{" OK_BODY "}", 200 },
		{ "k-1", "{" OK_BODY "}", 409 },
		{ "", "{" OK_BODY "}", 200 }, /* empty: none */
		{ "", "{" OK_BODY "}", 200 },
	};
	struct answer a;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = raw_connect(&sb);

		snprintf(text, sizeof(text),
			 "POST " CREATE " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
			 "Idempotency-Key: %s\r\nContent-Length: %zu\r\n\r\n%s",
			 rows[i].key, strlen(rows[i].body), rows[i].body);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		assert_int_equal(a.status, rows[i].status);
		if (a.status == 409)
			assert_string_equal(raw_at(&a, "error"),
					    "The idempotency key (\"k-1\") has already been used.");
		answer_free(&a);
		close(fd);
	}
}

static void
a_test_task_is_done_at_once(void **state)
{
	char id[32], path[64];
	struct answer a;

	(void)state;
	create(RAW_TEST, "", id);
	snprintf(path, sizeof(path), "/v1/task/%s", id);
	raw_call(&sb, RAW_TEST, "GET", path, NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "completed");
	assert_string_equal(raw_at(&a, "is_test"), "true");
	assert_int_equal(strlen(raw_at(&a, "completed_at")), 24);
	assert_non_null(strstr(raw_at(&a, "response.annotations.url"), id));
	answer_free(&a);
	live("GET", path, NULL, &a); /* not on the live side */
	assert_int_equal(a.status, 404);
	assert_string_equal(raw_at(&a, "error"), "Task with that ID not found.");
	answer_free(&a);
	snprintf(path, sizeof(path), "/v1/task/%s/cancel", id);
	raw_call(&sb, RAW_TEST, "POST", path, NULL, &a);
	assert_int_equal(a.status, 400);
	answer_free(&a);
}

static void
an_attachment_that_cannot_be_had_ends_in_the_documented_error(void **state)
{
	struct answer a;

	(void)state;
	raw_call(&sb, RAW_TEST, "POST", CREATE,
		 "{\"project\":\"Urban Fusion\","
		 "\"attachments\":[\"https://d.example/missing/1.sfs\"],"
		 "\"unique_id\":\"gone\",\"clear_unique_id_on_error\":true}",
		 &a);
	assert_string_equal(raw_at(&a, "status"), "error");
	assert_string_equal(raw_at(&a, "response"),
			    "{\"error\":\"One or more attachments could not be downloaded.\","
			    "\"attachments\":[{\"statusCode\":403,"
			    "\"url\":\"https://d.example/missing/1.sfs\"}]}");
	assert_string_equal(raw_at(&a, "unique_id"), "-"); /* freed */
	answer_free(&a);
	raw_call(
		&sb, RAW_TEST, "POST", CREATE,
		"{\"project\":\"Parking Lidar\",\"scene_format\":\"split_base64\",\"attachments\":["
		"\"s3://b/1.json\",\"s3://b/broken/2.json\"],\"unique_id\":\"stays\"}",
		&a);
	assert_string_equal(
		raw_at(&a, "response.frames"),
		"[{\"frame\":1,\"message\":\"Invalid JSON Format: Unexpected end of JSON "
		"input\",\"attachment\":{\"statusCode\":200,"
		"\"url\":\"s3://b/broken/2.json\"}}]");
	assert_string_equal(raw_at(&a, "unique_id"), "stays");
	answer_free(&a);
	raw_call(&sb, RAW_TEST, "POST", CREATE,
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k?x=/missing/\"]}", &a);
	assert_string_equal(raw_at(&a, "status"), "completed"); /* not in the path */
	answer_free(&a);
}

static void
cancel_works_on_pending_and_canceled_tasks_only(void **state)
{
	char id[32], path[96], kept[64];
	struct answer a;

	(void)state;
	create(RAW_LIVE, ",\"unique_id\":\"cancel-1\"", id);
	snprintf(path, sizeof(path), "/v1/task/%s/cancel", id);
	for (int i = 0; i < 2; i++) {
		live("POST", path, i ? "{}" : NULL, &a);
		assert_int_equal(a.status, 200);
		assert_string_equal(raw_at(&a, "status"), "canceled");
		assert_string_equal(raw_at(&a, "unique_id"), "cancel-1");
		if (i)
			assert_string_equal(raw_at(&a, "updated_at"), kept);
		snprintf(kept, sizeof(kept), "%s", raw_at(&a, "updated_at"));
		answer_free(&a);
	}
	snprintf(path, sizeof(path), "/v1/task/%s/cancel?clear_unique_id=maybe", id);
	live("POST", path, NULL, &a);
	assert_int_equal(a.status, 400);
	answer_free(&a);
	for (int i = 0; i < 2; i++) {
		live("GET",
		     i ? "/v1/tasks?status=error&limit=1" : "/v1/tasks?status=completed&limit=1",
		     NULL, &a);
		snprintf(path, sizeof(path), "/v1/task/%s/cancel", raw_at(&a, "docs.0.task_id"));
		answer_free(&a);
		live("POST", path, NULL, &a);
		assert_int_equal(a.status, 400);
		answer_free(&a);
	}
	live("POST", "/v1/task/zzz/cancel", NULL, &a);
	assert_int_equal(a.status, 404);
	assert_string_equal(raw_at(&a, "error"), "Task with that ID not found.");
	answer_free(&a);
}

static void
changes_answer_with_the_changed_task(void **state)
{
	static const struct {
		const char *method, *what, *body;
		int status;
		const char *path, *value;
	} rows[] = {
		/* clang-format off */
		{ "POST", "setMetadata", "{\"a\":{\"b\":1}}", 200, "metadata", "{\"a\":{\"b\":1}}" },
		{ "POST", "setMetadata", "[]", 400, "error", BAD "\"value\" must be of type object" },
		{ "POST", "setMetadata", "null", 200, "metadata", "{}" },
		{ "POST", "setMetadata", "{\"a\":null}", 200, "metadata", "{\"a\":null}" },
		{ "POST", "setMetadata", NULL, 200, "metadata", "{}" },
		{ "POST", "tags", "[\"a\",\"b\"]", 200, "tags", "[\"a\",\"b\"]" },
		{ "PUT", "tags", "[\"c\",\"a\"]", 200, "tags", "[\"a\",\"b\",\"c\"]" },
		{ "DELETE", "tags", "[\"b\",\"zz\"]", 200, "tags", "[\"a\",\"c\"]" },
		{ "PUT", "tags", "[\"1\",\"2\",\"3\",\"4\"]", 400, "error", BAD "\"tags\" must contain less than or equal to 5 items" },
		{ "PUT", "tags", NULL, 200, "tags", "[\"a\",\"c\"]" },
		{ "PUT", "tags", "null", 200, "tags", "[\"a\",\"c\"]" },
		{ "PUT", "tags", "{}", 400, "error", BAD "\"value\" must be an array" },
		{ "PUT", "tags", "[1]", 400, "error", BAD "\"value[0]\" must be a string" },
		{ "POST", "tags", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]", 400, "error", BAD "\"tags\" must contain less than or equal to 5 items" },
		{ "POST", "tags", NULL, 200, "tags", "[]" },
		{ "POST", "unique_id", "{\"unique_id\":\"change-2\"}", 200, "unique_id", "change-2" },
		{ "POST", "unique_id", "{\"unique_id\":\"change-2\"}", 200, "unique_id", "change-2" },
		{ "POST", "unique_id", "{\"unique_id\":\"taken-by-other\"}", 409, "unique_id", "-" },
		{ "POST", "unique_id", "{}", 400, "error", BAD "\"unique_id\" is required" },
		{ "POST", "unique_id", "{\"unique_id\":null}", 400, "error", BAD "\"unique_id\" is required" },
		{ "POST", "unique_id", "null", 400, "error", BAD "\"unique_id\" is required" },
		{ "DELETE", "unique_id", NULL, 200, "unique_id", "-" },
		{ "DELETE", "unique_id", NULL, 200, "unique_id", "-" },
		/* clang-format on */
	};
	char id[32], other[32], path[64];
	struct answer a;

	(void)state;
	create(RAW_LIVE, ",\"unique_id\":\"change-1\"", id);
	create(RAW_LIVE, ",\"unique_id\":\"taken-by-other\"", other);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "/v1/task/%s/%s", id, rows[i].what);
		live(rows[i].method, path, rows[i].body, &a);
		if (a.status != rows[i].status ||
		    strcmp(raw_at(&a, rows[i].path), rows[i].value) != 0)
			fail_msg("row %zu, %s %s: %d %s", i, rows[i].method, rows[i].what, a.status,
				 a.body);
		answer_free(&a);
		snprintf(path, sizeof(path), "/v1/task/0/%s", rows[i].what);
		live(rows[i].method, path, rows[i].body, &a);
		assert_int_equal(a.status, 404);
		answer_free(&a);
	}
}

static void
a_live_task_ends_and_frees_its_id_on_error(void **state)
{
	static const char *const args[] = { "--work", "0.05", "--seed", "demo", NULL };
	static const char body[] =
		"{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/%s/k\"],"
		"\"unique_id\":\"life\",\"clear_unique_id_on_error\":true,\"tags\":[\"life\"]}";
	struct raw r = { .pid = 0 };
	struct answer a;
	char text[256];
	bool done = false;

	(void)state;
	raw_start(&r, args);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), body, i ? "fine" : "missing");
		raw_call(&r, RAW_LIVE, "POST", CREATE, text, &a);
		assert_string_equal(raw_at(&a, "status"), "pending");
		answer_free(&a);
		done = false;
		for (int wait = 0; wait < 1000 && !done; wait++) {
			poll(NULL, 0, 10);
			raw_call(&r, RAW_LIVE, "GET",
				 i ? "/v1/tasks?tags=life&status=completed"
				   : "/v1/tasks?tags=life&status=error",
				 NULL, &a);
			done = strcmp(raw_at(&a, "total"), "1") == 0;
			if (done) {
				assert_string_equal(raw_at(&a, "docs.0.unique_id"),
						    i ? "life" : "-");
				assert_int_equal(
					strcmp(raw_at(&a, "docs.0.completed_at"), "-") != 0, i);
			}
			answer_free(&a);
		}
		assert_true(done);
	}
	raw_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_create_that_breaks_a_rule_says_which),
		cmocka_unit_test(metadata_may_have_10240_bytes),
		cmocka_unit_test(a_new_task_shows_what_was_sent_and_nothing_else),
		cmocka_unit_test(a_bare_task_has_no_keys_for_what_it_has_not),
		cmocka_unit_test(a_unique_id_is_used_once_in_the_whole_account),
		cmocka_unit_test(an_idempotency_key_creates_once_and_is_not_burnt_by_a_refusal),
		cmocka_unit_test(a_test_task_is_done_at_once),
		cmocka_unit_test(an_attachment_that_cannot_be_had_ends_in_the_documented_error),
		cmocka_unit_test(cancel_works_on_pending_and_canceled_tasks_only),
		cmocka_unit_test(changes_answer_with_the_changed_task),
		cmocka_unit_test(a_live_task_ends_and_frees_its_id_on_error),
	};
	return cmocka_run_group_tests_name("sandbox tasks", tests, start_one, stop_one);
}
