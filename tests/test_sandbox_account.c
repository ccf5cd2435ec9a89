/* test_sandbox_account.c - projects, batches and the demo account in the sandbox. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#define BAD "Parameter is invalid, reason: "

static struct raw sb;

static int
start_one(void **state)
{
	(void)state;
	raw_start(&sb, NULL);
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
projects_are_listed_made_and_given_parameters(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "GET", "/v1/projects", NULL, 200, "0.name", "Front Perception 3D" },
		{ "GET", "/v1/projects", NULL, 200, "5.name", "Legacy Cuboids 2023" },
		{ "GET", "/v1/projects", NULL, 200, "6", "-" },
		{ "GET", "/v1/projects?archived=true", NULL, 200, "0.name", "Legacy Cuboids 2023" },
		{ "GET", "/v1/projects?archived=False", NULL, 200, "5", "-" },
		{ "GET", "/v1/projects?archived=x", NULL, 400, "error", BAD "\"archived\" must be a boolean" },
		{ "GET", "/v1/projects/Urban%20Fusion", NULL, 200, "param_history.1.version", "1" },
		{ "GET", "/v1/projects/None", NULL, 404, "error", "Project with name \"None\" not found." },
		{ "POST", "/v1/projects", "{\"name\":\"p\"}", 400, "error", BAD "\"type\" is required" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\"}", 400, "error", BAD "\"name\" is required" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"a b/c\",\"params\":{\"scene_format\":\"sensor_fusion\"}}", 200, "param_history.0.scene_format", "sensor_fusion" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"a b/c\"}", 409, "error", "A project named \"a b/c\" already exists." },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"q\",\"pipeline\":\"x\"}", 400, "error", BAD "\"pipeline\" must be one of [standard_task, consensus_task]" },
		{ "POST", "/v1/projects/a%20b%2Fc/setParams", "{\"patch\":true,\"instruction\":\"i\"}", 200, "param_history.1.scene_format", "sensor_fusion" },
		{ "GET", "/v1/projects/a%20b%2Fc", NULL, 200, "param_history.1.instruction", "i" },
		{ "GET", "/v1/projects/a%20b%2Fc", NULL, 200, "param_history.1.patch", "-" },
		{ "POST", "/v1/task/multistage", "{\"project\":\"a b/c\",\"attachments\":[\"s3://b/k\"]}", 200, "instruction", "i" },
		{ "POST", "/v1/projects/a%20b%2Fc/setParams", "{\"callback_url\":\"u\"}", 200, "param_history.2.scene_format", "-" },
		{ "POST", "/v1/projects/a%20b%2Fc/setParams", "[]", 400, "error", BAD "\"value\" must be of type object" },
		{ "POST", "/v1/projects/None/setParams", "{}", 404, "error", "Project with name \"None\" not found." },
		/* clang-format on */
	};

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
}

/* What the clients send beside the documented fields, and what they do not expect. */
static void
projects_take_what_the_clients_send(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"sdk\",\"params\":null,\"rapid\":false,\"studio\":false,\"pipeline\":null,\"datasetId\":null,\"self_serve\":false}", 200, "param_history.0.version", "0" },
		{ "GET", "/v1/projects/sdk", NULL, 200, "type", "multistage" },
		{ "GET", "/v1/projects/sdk", NULL, 200, "pipeline", "-" },
		{ "GET", "/v1/projects/sdk", NULL, 200, "param_history.1", "-" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"vote\",\"pipeline\":\"consensus_task\",\"consensus_attempts\":3,\"datasetId\":\"ds_1\"}", 200, "consensus_attempts", "3" },
		{ "GET", "/v1/projects/vote", NULL, 200, "datasetId", "ds_1" },
		{ "GET", "/v1/projects/vote", NULL, 200, "pipeline", "consensus_task" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"v2\",\"consensus_attempts\":0}", 400, "error", BAD "\"consensus_attempts\" must be greater than or equal to 1" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"v2\",\"consensus_attempts\":\"3\"}", 400, "error", BAD "\"consensus_attempts\" must be an integer" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"v2\",\"params\":[]}", 400, "error", BAD "\"params\" must be of type object" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"v2\",\"rapid\":\"yes\"}", 400, "error", BAD "\"rapid\" must be a boolean" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"\"}", 400, "error", BAD "\"name\" is not allowed to be empty" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":7}", 400, "error", BAD "\"name\" must be a string" },
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"gr\xC3\xBC\xC3\x9F/ 100%&?#\"}", 200, "name", "gr\xC3\xBC\xC3\x9F/ 100%&?#" },
		{ "GET", "/v1/projects/gr%C3%BC%C3%9F%2F%20100%25%26%3F%23", NULL, 200, "name", "gr\xC3\xBC\xC3\x9F/ 100%&?#" },
		{ "POST", "/v1/projects/gr%c3%bc%c3%9f%2f%20100%25%26%3F%23/setParams", NULL, 200, "param_history.1.version", "1" },
		{ "GET", "/v1/projects/gr%C3", NULL, 400, "error", "The path or the query is not valid text." },
		{ "GET", "/v1/projects/a+b", NULL, 404, "error", "Project with name \"a+b\" not found." },
		{ "POST", "/v1/projects/sdk/setParams", "{\"version\":9,\"created_at\":\"x\",\"instruction\":\"i\"}", 200, "param_history.1.version", "1" },
		{ "POST", "/v1/projects/sdk/setParams", "{\"patch\":true,\"priority\":20,\"instruction\":null}", 200, "param_history.2.instruction", "i" },
		{ "POST", "/v1/projects/sdk/setParams", "{\"patch\":false,\"priority\":30}", 200, "param_history.3.instruction", "-" },
		{ "POST", "/v1/projects/sdk/setParams", "{\"patch\":1}", 400, "error", BAD "\"patch\" must be a boolean" },
		{ "POST", "/v1/projects", "{\"type\":\"mindreading\",\"name\":\"v2\"}", 402, "error", "This account is not enabled for task type \"mindreading\"." },
		{ "DELETE", "/v1/projects/sdk", NULL, 405, "error", "Method not allowed." },
		/* clang-format on */
	};

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
}

static void
a_template_belongs_to_collections_and_chats(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "GET", "/v1/projects/None/taskTemplates", NULL, 404, "error", "Project with name \"None\" not found." },
		{ "GET", "/v1/projects/Urban%20Fusion/taskTemplates", NULL, 400, "error", "Projects of type \"multistage\" have no task template." },
		{ "POST", "/v1/projects", "{\"type\":\"textcollection\",\"name\":\"tc\"}", 200, "type", "textcollection" },
		{ "POST", "/v1/projects", "{\"type\":\"chat\",\"name\":\"talk\",\"params\":{\"template_variables\":{\"a\":[1]}}}", 200, "type", "chat" },
		{ "GET", "/v1/projects/tc/taskTemplates", NULL, 200, "project", "tc" },
		{ "GET", "/v1/projects/tc/taskTemplates", NULL, 200, "version", "0" },
		{ "GET", "/v1/projects/tc/taskTemplates", NULL, 200, "template_variables", "{}" },
		{ "GET", "/v1/projects/talk/taskTemplates", NULL, 200, "template_variables", "{\"a\":[1]}" },
		{ "POST", "/v1/projects/talk/setParams", "{\"instruction\":\"i\"}", 200, "name", "talk" },
		{ "GET", "/v1/projects/talk/taskTemplates", NULL, 200, "version", "1" },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/projects/tc/taskTemplates", NULL, &a);
	assert_int_equal(strspn(raw_at(&a, "id"), "0123456789abcdef"), 24);
	assert_int_equal(strlen(raw_at(&a, "created_at")), 24);
	assert_int_equal(strlen(raw_at(&a, "updated_at")), 24);
	answer_free(&a);
}

/* The two sides share nothing. */
static void
the_test_key_sees_none_of_it(void **state)
{
	static const char *const paths[] = { "/v1/projects/only-live", "/v1/batches/only-live",
					     "/v1/batches/only-live/status",
					     "/v1/projects/only-live/taskTemplates" };
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "POST", "/v1/projects", "{\"type\":\"multistage\",\"name\":\"only-live\"}", 200, "name", "only-live" },
		{ "POST", "/v1/batches", "{\"project\":\"only-live\",\"name\":\"only-live\"}", 200, "name", "only-live" },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		raw_call(&sb, RAW_TEST, "GET", paths[i], NULL, &a);
		if (a.status != 404)
			fail_msg("%s: %d %s", paths[i], a.status, a.body);
		answer_free(&a);
	}
	raw_call(&sb, RAW_TEST, "POST", "/v1/batches",
		 "{\"project\":\"only-live\",\"name\":\"mine\"}", &a);
	assert_int_equal(a.status, 404);
	answer_free(&a);
	raw_call(&sb, RAW_TEST, "POST", "/v1/projects",
		 "{\"type\":\"multistage\",\"name\":\"only-live\"}", &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

static void
batches_are_made_finalized_and_counted(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "POST", "/v1/batches", "{\"name\":\"b1\"}", 400, "error", BAD "\"project\" is required" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\"}", 400, "error", BAD "\"name\" is required" },
		{ "POST", "/v1/batches", "{\"project\":\"None\",\"name\":\"b1\"}", 404, "error", "Project with name \"None\" not found." },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b/1\",\"metadata\":{\"a\":1},\"callback\":\"me@x.example\"}", 200, "status", "in_progress" },
		{ "POST", "/v1/batches", "{\"project\":\"Parking Lidar\",\"name\":\"b/1\"}", 409, "error", "A batch named \"b/1\" already exists." },
		{ "GET", "/v1/batches/b%2F1", NULL, 200, "metadata", "{\"a\":1}" },
		{ "GET", "/v1/batches/b%2F1", NULL, 200, "callback", "me@x.example" },
		{ "GET", "/v1/batches/b%2F1/status", NULL, 200, "status", "in_progress" },
		{ "GET", "/v1/batches/b%2F1/status", NULL, 200, "pending", "-" },
		{ "POST", "/v1/batches/b%2F1/finalize", NULL, 200, "status", "in_progress" },
		{ "POST", "/v1/task/multistage", "{\"batch\":\"b/1\",\"attachments\":[\"s3://b/k\"],\"unique_id\":\"in-b1\"}", 200, "project", "Urban Fusion" },
		{ "GET", "/v1/batches/b%2F1/status", NULL, 200, "pending", "1" },
		{ "POST", "/v1/batches/b%2F1/prioritize", "{\"priority\":31}", 400, "error", BAD "\"priority\" must be an integer from 10 to 30" },
		{ "POST", "/v1/batches/b%2F1/prioritize", "{}", 400, "error", BAD "\"priority\" is required" },
		{ "POST", "/v1/batches/b%2F1/prioritize", "{\"priority\":25}", 200, "name", "b/1" },
		{ "GET", "/v1/tasks?unique_id=in-b1", NULL, 200, "docs.0.priority", "25" },
		{ "POST", "/v1/batches/b%2F1/setMetadata", NULL, 200, "metadata", "{}" },
		{ "POST", "/v1/batches/b%2F1/setMetadata", "7", 400, "error", BAD "\"value\" must be of type object" },
		{ "POST", "/v1/batches/None/finalize", NULL, 404, "error", "Batch with name \"None\" not found." },
		{ "POST", "/v1/batches/None/prioritize", "{\"priority\":10}", 404, "error", "Batch with name \"None\" not found." },
		{ "POST", "/v1/batches/None/setMetadata", "{}", 404, "error", "Batch with name \"None\" not found." },
		{ "GET", "/v1/batches/None", NULL, 404, "error", "Batch with name \"None\" not found." },
		{ "GET", "/v1/batches/None/status", NULL, 404, "error", "Batch with name \"None\" not found." },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b2\",\"callback\":\"\",\"calibration_batch\":false,\"self_label_batch\":false,\"metadata\":{}}", 200, "callback", "-" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b3\",\"callback\":\"acme.example/x\"}", 400, "error", BAD "\"callback\" must be a valid uri" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b3\",\"callback\":\"https://acme.example/x\",\"metadata\":null}", 200, "callback", "https://acme.example/x" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b4\",\"metadata\":\"x\"}", 400, "error", BAD "\"metadata\" must be of type object" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"b4\",\"self_label_batch\":1}", 400, "error", BAD "\"self_label_batch\" must be a boolean" },
		{ "POST", "/v1/batches", "{\"project\":\"Urban Fusion\",\"name\":\"t\xC3\xBC 1/2\"}", 200, "name", "t\xC3\xBC 1/2" },
		{ "POST", "/v1/batches/t%C3%BC%201%2F2/setMetadata", "{\"k\":[1,null]}", 200, "metadata", "{\"k\":[1,null]}" },
		{ "GET", "/v1/batches/t%C3%BC%201%2F2/status", NULL, 200, "status", "in_progress" },
		{ "GET", "/v1/batches/t%C3%BC%201%2F2/status", NULL, 200, "completed", "-" },
		{ "POST", "/v1/batches", "{\"project\":\"rapid/pedestrians\",\"name\":\"r1\",\"calibration_batch\":true}", 200, "status", "staging" },
		{ "POST", "/v1/task/multistage", "{\"batch\":\"r1\",\"attachments\":[\"s3://b/k\"],\"scene_format\":\"sensor_fusion\"}", 200, "status", "pending" },
		{ "GET", "/v1/batches/r1", NULL, 200, "calibration_batch", "true" },
		{ "GET", "/v1/batches?project=rapid%2Fpedestrians&status=staging", NULL, 200, "docs.0.name", "r1" },
		{ "POST", "/v1/batches/r1/finalize", NULL, 200, "status", "in_progress" },
		{ "POST", "/v1/batches/r1/finalize", "{}", 200, "status", "in_progress" },
		{ "POST", "/v1/task/multistage", "{\"batch\":\"r1\",\"attachments\":[\"s3://b/k\"],\"scene_format\":\"sensor_fusion\"}", 400, "error", "The batch \"r1\" is finalized; it takes no more tasks." },
		/* clang-format on */
	};

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
}

static void
batches_are_listed_by_offset(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "GET", "/v1/batches?project=Parking+Lidar", NULL, 200, "totalDocs", "5" },
		{ "GET", "/v1/batches?project=Parking+Lidar&limit=2&offset=2", NULL, 200, "has_more", "true" },
		{ "GET", "/v1/batches?project=Parking+Lidar&limit=2&offset=2", NULL, 200, "docs.0.name", "park-week-03" },
		{ "GET", "/v1/batches?project=Parking+Lidar&limit=2&offset=4", NULL, 200, "has_more", "false" },
		{ "GET", "/v1/batches?project=Parking+Lidar&limit=2&offset=4", NULL, 200, "docs.1", "-" },
		{ "GET", "/v1/batches?project=Parking+Lidar&status=in_progress", NULL, 200, "totalDocs", "1" },
		{ "GET", "/v1/batches?project=Parking+Lidar&status=completed", NULL, 200, "totalDocs", "4" },
		{ "GET", "/v1/batches?project=Parking+Lidar&status=staging", NULL, 200, "totalDocs", "0" },
		{ "GET", "/v1/batches?project=Front+Perception+3D&exclude_archived=true", NULL, 200, "totalDocs", "8" },
		{ "GET", "/v1/batches?project=Front+Perception+3D", NULL, 200, "totalDocs", "9" },
		{ "GET", "/v1/batches?start_time=2100-01-01", NULL, 200, "totalDocs", "0" },
		{ "GET", "/v1/batches?end_time=2000-01-01", NULL, 200, "totalDocs", "0" },
		{ "GET", "/v1/batches?project=Parking+Lidar&detailed=true&offset=4", NULL, 200, "docs.0.tasks_pending", "-" },
		{ "GET", "/v1/batches?status=done", NULL, 400, "error", BAD "\"status\" must be one of [staging, in_progress, completed]" },
		{ "GET", "/v1/batches?project=Parking+Lidar&detailed=True&offset=4", NULL, 200, "docs.0.status", "completed" },
		{ "GET", "/v1/batches?project=Parking+Lidar&status&limit=&detailed", NULL, 200, "totalDocs", "5" },
		{ "GET", "/v1/batches?project=Parking+Lidar&limit=2", NULL, 200, "limit", "2" },
		{ "GET", "/v1/batches?project=Parking+Lidar&offset=3", NULL, 200, "offset", "3" },
		{ "GET", "/v1/batches?project=Parking+Lidar&offset=5", NULL, 200, "docs", "[]" },
		{ "GET", "/v1/batches?project=Parking+Lidar&offset=5", NULL, 200, "has_more", "false" },
		{ "GET", "/v1/batches?project=Parking+Lidar", NULL, 200, "next_token", "-" },
		{ "GET", "/v1/batches?project=Parking+Lidar&start_time=2100-01-01+00:00:00.000000", NULL, 200, "totalDocs", "0" },
		{ "GET", "/v1/batches?project=None", NULL, 200, "totalDocs", "0" },
		{ "GET", "/v1/batches?offset=-1", NULL, 400, "error", BAD "\"offset\" must be an integer from 0 to 4611686018427387903" },
		{ "GET", "/v1/batches?limit=0", NULL, 400, "error", BAD "\"limit\" must be an integer from 1 to 100" },
		{ "GET", "/v1/batches?start_time=soon", NULL, 400, "error", BAD "\"start_time\" must be a valid ISO 8601 date" },
		{ "GET", "/v1/batches?detailed=maybe", NULL, 400, "error", BAD "\"detailed\" must be a boolean" },
		{ "GET", "/v1/batches?limit=1000", NULL, 400, "error", BAD "\"limit\" must be an integer from 1 to 100" },
		/* clang-format on */
	};

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
}

static long
total(const char *key, const char *query)
{
	struct answer a;
	char path[256];
	long n;

	snprintf(path, sizeof(path), "/v1/tasks?limit=1&%s", query);
	raw_call(&sb, key, "GET", path, NULL, &a);
	n = strtol(raw_at(&a, "total"), NULL, 10);
	answer_free(&a);
	return n;
}

static void
the_demo_account_looks_lived_in(void **state)
{
	(void)state;
	assert_in_range(total(RAW_LIVE, "status=completed"), 1400, 1900);
	assert_in_range(total(RAW_LIVE, "status=pending"), 50, 250);
	assert_in_range(total(RAW_LIVE, "status=error"), 50, 200);
	assert_in_range(total(RAW_LIVE, "status=canceled"), 50, 200);
	assert_in_range(total(RAW_LIVE, "customer_review_status=accepted,rejected"), 20, 200);
	assert_int_equal(total(RAW_LIVE, ""), 2000);
	assert_int_equal(total(RAW_TEST, "status=pending"), 0); /* test tasks are done at once */
	assert_int_equal(total(RAW_TEST, ""), 400);
}

static void
an_empty_account_is_empty(void **state)
{
	static const char *const args[] = { "--seed", "empty", NULL };
	struct raw r = { .pid = 0 };
	struct answer a;

	(void)state;
	raw_start(&r, args);
	raw_call(&r, RAW_LIVE, "GET", "/v1/projects", NULL, &a);
	assert_string_equal(a.body, "[]");
	answer_free(&a);
	raw_call(&r, RAW_LIVE, "GET", "/v1/tasks", NULL, &a);
	assert_string_equal(a.body, "{\"docs\":[],\"total\":0,\"limit\":100,\"offset\":0,"
				    "\"has_more\":false}");
	answer_free(&a);
	raw_stop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_demo_account_looks_lived_in),
		cmocka_unit_test(projects_are_listed_made_and_given_parameters),
		cmocka_unit_test(projects_take_what_the_clients_send),
		cmocka_unit_test(a_template_belongs_to_collections_and_chats),
		cmocka_unit_test(the_test_key_sees_none_of_it),
		cmocka_unit_test(batches_are_made_finalized_and_counted),
		cmocka_unit_test(batches_are_listed_by_offset),
		cmocka_unit_test(an_empty_account_is_empty),
	};
	return cmocka_run_group_tests_name("sandbox account", tests, start_one, stop_one);
}
