/* test_sandbox_reference.c - the examples of the API reference, case by case: each row
 * names its page. What the pages show must be in the replies; more may be. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <unistd.h>

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

struct step {
	const char *page, *key, *method;
	const char *target; /* {id}: of the first reply that has one */
	const char *body;   /* or NULL */
	int status;
	struct {
		const char *path, *value;
	} shown[14]; /* up to the first without a path */
};

static void
take(const struct step *step, char id[32])
{
	struct answer a;
	char target[256];
	const char *gap = strstr(step->target, "{id}");

	snprintf(target, sizeof(target), "%.*s%s%s",
		 gap ? (int)(gap - step->target) : (int)strlen(step->target), step->target,
		 gap ? id : "", gap ? gap + 4 : "");
	raw_call(&sb, step->key, step->method, target, step->body, &a);
	if (a.status != step->status)
		fail_msg("%s: %d %s", step->page, a.status, a.body);
	if (!*id && strcmp(raw_at(&a, "task_id"), "-") != 0)
		snprintf(id, 32, "%s", raw_at(&a, "task_id"));
	for (size_t i = 0; i < 14 && step->shown[i].path; i++)
		if (strcmp(raw_at(&a, step->shown[i].path), step->shown[i].value) != 0)
			fail_msg("%s: %s is %s", step->page, step->shown[i].path,
				 raw_at(&a, step->shown[i].path));
	answer_free(&a);
}

#define TAKE(steps, id)                                                 \
	for (size_t i = 0; i < sizeof(steps) / sizeof((steps)[0]); i++) \
	take(&(steps)[i], id)

static void
create_multi_stage_task(void **state)
{
	static const struct step steps[] = {
		{ "create-multi-stage-task",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/multistage",
		  "{\"project\":\"Front Perception 3D\",\"batch\":\"fp3d-day-a\","
		  "\"instruction\":\"**Instructions:** Please label all the things\","
		  "\"callback_url\":\"https://example.com/callback\","
		  "\"attachments\":[\"https://example.com/scene.sfs\"],"
		  "\"scene_format\":\"sensor_fusion\",\"metadata\":{\"key\":\"value\"},"
		  "\"unique_id\":\"reference\",\"clear_unique_id_on_error\":true,"
		  "\"priority\":null,\"tags\":[\"tag\"]}",
		  200,
		  { { "type", "multistage" },
		    { "status", "pending" },
		    { "is_test", "false" },
		    { "instruction", "**Instructions:** Please label all the things" },
		    { "callback_url", "https://example.com/callback" },
		    { "metadata", "{\"key\":\"value\"}" },
		    { "project", "Front Perception 3D" },
		    { "batch", "fp3d-day-a" },
		    { "unique_id", "reference" },
		    { "tags", "[\"tag\"]" },
		    { "priority", "-" },
		    { "params.attachments.0", "https://example.com/scene.sfs" },
		    { "params.scene_format", "sensor_fusion" },
		    { "response", "-" } } },
		{ "create-multi-stage-task: one address for each frame",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/multistage",
		  "{\"project\":\"Front Perception 3D\",\"scene_format\":\"split_base64\","
		  "\"attachments\":[\"https://example.com/0.json\",\"https://example.com/"
		  "1.json\"]}",
		  200,
		  { { "params.attachments.1", "https://example.com/1.json" } } },
		{ "create-multi-stage-task: project may be left out with a batch",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/multistage",
		  "{\"batch\":\"fp3d-day-a\",\"scene_format\":\"sensor_fusion\","
		  "\"attachments\":[\"s3://acme/1.sfs\"]}",
		  200,
		  { { "project", "Front Perception 3D" }, { "batch", "fp3d-day-a" } } },
	};
	char id[32] = "";

	(void)state;
	TAKE(steps, id);
	assert_int_equal(strlen(id), 24);
	assert_int_equal(strspn(id, "0123456789abcdef"), 24);
}

static void
tasks_retrieve_cancel_and_change(void **state)
{
	static const struct step steps[] = {
		{ "image-and-video-tasks: create",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/imageannotation",
		  "{\"callback_url\":\"http://www.example.com/callback\","
		  "\"instruction\":\"Label every object in this image\","
		  "\"attachment\":\"https://example.com/image.jpg\",\"geometries\":{\"box\":{"
		  "\"objects_to_annotate\":[\"vehicle\",\"pedestrian\"]}},"
		  "\"unique_id\":\"reference/2\"}",
		  200,
		  { { "status", "pending" }, { "metadata", "{}" } } },
		{ "tasks: set task metadata",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/{id}/setMetadata",
		  "{\"key\":\"value\",\"key2\":\"value2\"}",
		  200,
		  { { "metadata", "{\"key\":\"value\",\"key2\":\"value2\"}" } } },
		{ "tasks: update unique_id",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/{id}/unique_id",
		  "{\"unique_id\":\"new_unique_id\"}",
		  200,
		  { { "unique_id", "new_unique_id" } } },
		{ "tasks: cancel task",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/{id}/cancel?clear_unique_id=true",
		  NULL,
		  200,
		  { { "status", "canceled" }, { "unique_id", "-" } } },
		{ "tasks: delete unique_id",
		  RAW_LIVE,
		  "DELETE",
		  "/v1/task/{id}/unique_id",
		  NULL,
		  200,
		  { { "unique_id", "-" } } },
		{ "tasks: retrieve a task",
		  RAW_LIVE,
		  "GET",
		  "/v1/task/{id}",
		  NULL,
		  200,
		  { { "callback_url", "http://www.example.com/callback" },
		    { "type", "imageannotation" },
		    { "status", "canceled" },
		    { "instruction", "Label every object in this image" },
		    { "params",
		      "{\"attachment\":\"https://example.com/image.jpg\",\"geometries\":{"
		      "\"box\":{\"objects_to_annotate\":[\"vehicle\",\"pedestrian\"]}}}" },
		    { "metadata", "{\"key\":\"value\",\"key2\":\"value2\"}" } } },
		{ "tasks: retrieve a task that is not there",
		  RAW_LIVE,
		  "GET",
		  "/v1/task/fake_id_qwertyuiop",
		  NULL,
		  404,
		  { { "status_code", "404" }, { "error", "Task with that ID not found." } } },
	};
	char id[32] = "";

	(void)state;
	TAKE(steps, id);
}

static void
tasks_tags(void **state)
{
	static const struct step steps[] = {
		{ "tags: task tagging",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/chat",
		  "{\"tags\":[\"weather:rainy\",\"time_of_day:night\","
		  "\"download_status:downloaded\"]}",
		  200,
		  { { "tags", "[\"weather:rainy\",\"time_of_day:night\",\"download_status:"
			      "downloaded\"]" } } },
		{ "tags: queried on the desired tags",
		  RAW_LIVE,
		  "GET",
		  "/v1/tasks?tags=weather:rainy&tags=weather:foggy",
		  NULL,
		  200,
		  { { "total", "1" }, { "docs.0.tags.0", "weather:rainy" } } },
		{ "tasks: add task tag",
		  RAW_LIVE,
		  "PUT",
		  "/v1/task/{id}/tags",
		  "[\"tag1\",\"weather:rainy\"]",
		  200,
		  { { "tags", "[\"weather:rainy\",\"time_of_day:night\",\"download_status:"
			      "downloaded\",\"tag1\"]" } } },
		{ "tasks: delete task tag",
		  RAW_LIVE,
		  "DELETE",
		  "/v1/task/{id}/tags",
		  "[\"weather:rainy\",\"tag9\"]",
		  200,
		  { { "tags",
		      "[\"time_of_day:night\",\"download_status:downloaded\",\"tag1\"]" } } },
		{ "tasks: set task tag",
		  RAW_LIVE,
		  "POST",
		  "/v1/task/{id}/tags",
		  "[\"tag1\",\"tag2\"]",
		  200,
		  { { "tags", "[\"tag1\",\"tag2\"]" } } },
		{ "tags: a tag that was taken off finds nothing",
		  RAW_LIVE,
		  "GET",
		  "/v1/tasks?tags=weather:rainy",
		  NULL,
		  200,
		  { { "total", "0" }, { "has_more", "false" }, { "next_token", "-" } } },
	};
	char id[32] = "";

	(void)state;
	TAKE(steps, id);
}

/* The forms of time that the reference and the Python client's doc strings show. */
static void
tasks_times_of_filters(void **state)
{
	static const struct {
		const char *text;
		int before; /* a task of 2021-04-25T10:14:15.123Z starts at or after it */
	} rows[] = {
		{ "2021-04-25", 1 },
		{ "2021-04-26", 0 },
		{ "2021-04-25T03:14:15-07:00", 1 },
		{ "2021-04-25T03:14:16-07:00", 0 },
		{ "2021-04-25T10:14:15.123Z", 1 },
		{ "2021-04-25T10:14:15.124Z", 0 },
		{ "2021-04-25T10:14:15", 1 },        /* no zone: UTC */
		{ "2021-04-25T10:14:15.122999", 1 }, /* Python's isoformat() */
		{ "2021-04-25%2010:14:15.122999", 1 },
		{ "2021-04-25+10:14:16.000000", 0 },
	};
	static const char *const args[] = { "--seed", "empty", NULL };
	struct raw r = { .pid = 0 };
	struct answer a;
	char target[128];

	(void)state;
	setenv("MULTISTAGE_NOW", "2021-04-25T10:14:15.123Z", 1);
	raw_start(&r, args);
	unsetenv("MULTISTAGE_NOW");
	raw_call(&r, RAW_LIVE, "POST", "/v1/task/chat", "{}", &a);
	assert_string_equal(raw_at(&a, "created_at"), "2021-04-25T10:14:15.123Z");
	answer_free(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(target, sizeof(target), "/v1/tasks?start_time=%s", rows[i].text);
		raw_call(&r, RAW_LIVE, "GET", target, NULL, &a);
		if (a.status != 200 || strcmp(raw_at(&a, "total"), rows[i].before ? "1" : "0") != 0)
			fail_msg("%s: %d %s", rows[i].text, a.status, a.body);
		answer_free(&a);
	}
	raw_stop(&r);
}

static void
idempotent_requests(void **state)
{
	struct answer a;
	char want[128];

	(void)state;
	raw_call(&sb, RAW_TEST, "POST", "/v1/task/chat", "{\"unique_id\":\"c235d023af73\"}", &a);
	assert_int_equal(a.status, 200);
	snprintf(want, sizeof(want),
		 "The unique_id (\"c235d023af73\") is already used for a different task (%s).",
		 raw_at(&a, "task_id"));
	answer_free(&a);
	for (int i = 0; i < 2; i++) { /* the same body, and another type */
		raw_call(&sb, RAW_TEST, "POST", i ? "/v1/task/multichat" : "/v1/task/chat",
			 "{\"unique_id\":\"c235d023af73\"}", &a);
		assert_int_equal(a.status, 409);
		assert_string_equal(raw_at(&a, "status_code"), "409");
		assert_string_equal(raw_at(&a, "error"), want);
		answer_free(&a);
	}
}

static void
errors_and_callbacks(void **state)
{
	static const struct step steps[] = {
		{ "errors: no attachment",
		  RAW_TEST,
		  "POST",
		  "/v1/task/annotation",
		  "{}",
		  400,
		  { { "status_code", "400" },
		    { "error", "Please include an attachment or attachments parameter." } } },
		{ "errors: an attachment that cannot be had",
		  RAW_TEST,
		  "POST",
		  "/v1/task/annotation",
		  "{\"attachment\":\"http://example.com/missing/kitten.png\"}",
		  200,
		  { { "status", "error" },
		    { "response.error", "One or more attachments could not be downloaded." },
		    { "response.attachments.0.statusCode", "403" },
		    { "response.attachments.0.url", "http://example.com/missing/kitten.png" } } },
		{ "errors: a frame that cannot be read",
		  RAW_TEST,
		  "POST",
		  "/v1/task/lidarannotation",
		  "{\"attachments\":[\"http://example.com/lidar/frame0.json\","
		  "\"http://example.com/broken/frame1.json\"]}",
		  200,
		  { { "status", "error" },
		    { "response.error", "One or more attachments could not be downloaded." },
		    { "response.frames.0.frame", "1" },
		    { "response.frames.0.message",
		      "Invalid JSON Format: Unexpected end of JSON input" },
		    { "response.frames.0.attachment.statusCode", "200" },
		    { "response.frames.0.attachment.url",
		      "http://example.com/broken/frame1.json" } } },
		{ "errors: not enabled",
		  RAW_TEST,
		  "POST",
		  "/v1/task/phonecall",
		  "{}",
		  402,
		  { { "status_code", "402" } } },
		{ "callbacks: the task of the example",
		  RAW_TEST,
		  "POST",
		  "/v1/task/categorization",
		  "{\"callback_url\":\"http://www.example.com/callback\","
		  "\"instruction\":\"Is this object red or blue?\",\"attachment_type\":\"text\","
		  "\"attachment\":\"tomato\",\"categories\":[\"red\",\"blue\"]}",
		  200,
		  { { "type", "categorization" },
		    { "status", "completed" },
		    { "instruction", "Is this object red or blue?" },
		    { "params", "{\"attachment_type\":\"text\",\"attachment\":\"tomato\","
				"\"categories\":[\"red\",\"blue\"]}" },
		    { "response", "{\"category\":\"red\"}" },
		    { "metadata", "{}" } } },
		{ "Ruby client: comparison",
		  RAW_TEST,
		  "POST",
		  "/v1/task/comparison",
		  "{\"attachments\":[\"http://i.ebayimg.com/_32.JPG\",\"http://images.example/"
		  "cloth.jpg\"],\"attachment_type\":\"image\",\"choices\":[\"yes\",\"no\"]}",
		  200,
		  { { "status", "completed" }, { "response", "{\"choice\":\"yes\"}" } } },
		{ "a category that is no text is not guessed at",
		  RAW_TEST,
		  "POST",
		  "/v1/task/categorization",
		  "{\"attachment\":\"s3://b/k\",\"categories\":[{\"label\":\"red\"}]}",
		  200,
		  { { "response.category", "-" } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char id[32] = "";

		take(&steps[i], id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_multi_stage_task),
		cmocka_unit_test(tasks_retrieve_cancel_and_change),
		cmocka_unit_test(tasks_tags),
		cmocka_unit_test(tasks_times_of_filters),
		cmocka_unit_test(idempotent_requests),
		cmocka_unit_test(errors_and_callbacks),
	};
	return cmocka_run_group_tests_name("sandbox reference", tests, start_one, stop_one);
}
