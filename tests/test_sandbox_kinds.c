/* test_sandbox_kinds.c - tasks of every type in the sandbox: their rules, and what they
 * show. The bodies are those of the API reference and of the clients' own tests. */
#include "config.h"

#include "tests/test.h"

#include "tests/canned.h"
#include "tests/raw.h"
#include "tests/tasks.h"

#include <unistd.h>

#define BAD    "Parameter is invalid, reason: "
#define EITHER "Please include an attachment or attachments parameter."

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

struct refusal {
	const char *type, *body;
	int status;
	const char *error; /* "-": taken */
};

static void
check_refusals(const char *path, const struct refusal *rows, size_t count)
{
	struct answer a;
	char target[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(target, sizeof(target), "%s%s", path, rows[i].type);
		raw_call(&sb, RAW_TEST, "POST", target, rows[i].body, &a);
		if (a.status != rows[i].status || strcmp(raw_at(&a, "error"), rows[i].error) != 0)
			fail_msg("%s %s gives %d %s", rows[i].type, rows[i].body, a.status, a.body);
		answer_free(&a);
	}
}

static void
every_type_has_a_rule_for_its_attachments(void **state)
{
	static const struct refusal rows[] = {
		/* clang-format off */
		/* What the Python client's tests send: the good, then the bad. */
		{ "categorization", "{\"callback_url\":\"http://www.example.com/callback\",\"instruction\":\"Is this company public or private?\","
		  "\"attachment_type\":\"website\",\"force\":true,\"attachment\":\"http://www.google.com/\",\"categories\":[\"public\",\"private\"]}", 200, "-" },
		{ "categorization", "{\"callback_url\":\"http://www.example.com/callback\",\"categories\":[\"public\",\"private\"]}", 400, EITHER },
		{ "transcription", "{\"attachment_type\":\"website\",\"attachment\":\"http://www.google.com/\",\"fields\":{\"title\":\"Title of Webpage\"}}", 200, "-" },
		{ "transcription", "{\"callback_url\":\"http://www.example.com/callback\",\"attachment_type\":\"website\"}", 400, EITHER },
		{ "imageannotation", "{\"attachment_type\":\"image\",\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\",\"geometries\":{\"box\":{\"min_height\":10}}}", 200, "-" },
		{ "imageannotation", "{\"instruction\":\"Draw a box.\",\"attachment_type\":\"image\"}", 400, BAD "\"attachment\" is required" },
		{ "documenttranscription", "{\"attachment\":\"http://document.scale.com/receipt-20200519.jpg\",\"features\":[{\"type\":\"block\",\"label\":\"barcode\"}]}", 200, "-" },
		{ "documenttranscription", "{\"instruction\":\"Please transcribe this receipt.\"}", 400, EITHER },
		{ "annotation", "{\"attachment_type\":\"image\",\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\",\"min_width\":\"30\",\"with_labels\":true}", 200, "-" },
		{ "annotation", "{\"attachment_type\":\"image\"}", 400, EITHER },
		{ "polygonannotation", "{\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\",\"objects_to_annotate\":[\"big cow\"]}", 200, "-" },
		{ "polygonannotation", "{\"attachment_type\":\"image\"}", 400, EITHER },
		{ "lineannotation", "{\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\"}", 200, "-" },
		{ "lineannotation", "{\"attachment\":null}", 400, EITHER },
		{ "datacollection", "{\"attachment_type\":\"website\",\"attachment\":\"http://www.google.com/\",\"fields\":{\"hiring_page\":\"Hiring Page URL\"}}", 200, "-" },
		{ "datacollection", "{\"attachment_type\":\"website\"}", 400, EITHER },
		{ "namedentityrecognition", "{\"text\":\"Example text to label with NER tool\",\"labels\":[{\"name\":\"Label_A\"}]}", 200, "-" },
		/* Python client, README: error handling. */
		{ "textcollection", "{\"attachment\":\"Some parameters are missing.\"}", 400, BAD "\"attachments\" is required" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"website\",\"content\":\"https://www.google.com/\"},{\"type\":\"text\",\"content\":\"tomato\"}],\"fields\":[]}", 200, "-" },
		{ "textcollection", "{\"attachments\":{}}", 400, BAD "\"attachments\" must be an array" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\"}]}", 400, BAD "\"attachments[0]\" must have a content" },
		/* Ruby client, cassettes. */
		{ "audiotranscription", "{\"attachment_type\":\"audio\",\"attachment\":\"https://storage.googleapis.com/speaker-3.wav\",\"verbatim\":false}", 200, "-" },
		{ "comparison", "{\"attachments\":[\"http://i.ebayimg.com/00/_32.JPG\",\"http://images.wisegeek.com/checkered-tablecloth.jpg\"],\"choices\":[\"yes\",\"no\"]}", 200, "-" },
		{ "comparison", "{\"attachment\":\"http://i.ebayimg.com/00/_32.JPG\"}", 400, BAD "\"attachments\" is required" },
		{ "cuboidannotation", "{\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\",\"objects_to_annotate\":[\"car\"]}", 200, "-" },
		{ "pointannotation", "{\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\"}", 200, "-" },
		{ "segmentannotation", "{\"attachment\":\"http://i.imgur.com/XOJbalC.jpg\",\"labels\":[\"background\"]}", 200, "-" },
		{ "segmentannotation", "{\"attachments\":[\"http://i.imgur.com/XOJbalC.jpg\"]}", 400, BAD "\"attachment\" is required" },
		/* API reference: videos, lidar, sensor fusion, chats. */
		{ "videoannotation", "{\"attachments\":[\"s3://b/1.jpg\",\"s3://b/2.jpg\"],\"attachment_type\":\"image\"}", 200, "-" },
		{ "videoannotation", "{\"attachment\":\"s3://b/1.mp4\",\"attachment_type\":\"video\"}", 200, "-" },
		{ "videoboxannotation", "{}", 400, EITHER },
		{ "videocuboidannotation", "{}", 400, EITHER },
		{ "videoplaybackannotation", "{\"attachment\":\"gs://b/1.webm\"}", 200, "-" },
		{ "lidartopdown", "{\"attachment\":\"https://d.example/top.png\"}", 200, "-" },
		{ "lidartopdown", "{\"attachments\":[\"https://d.example/1.json\"]}", 200, "-" },
		{ "lidarannotation", "{\"attachments\":[\"https://d.example/1.json\",\"https://d.example/2.json\"]}", 200, "-" },
		{ "lidarannotation", "{\"attachments\":[]}", 400, BAD "\"attachments\" must contain at least 1 items" },
		{ "lidarsegmentation", "{}", 400, BAD "\"attachments\" is required" },
		{ "lidarlinking", "", 400, BAD "\"attachments\" is required" },
		{ "laneannotation", "{\"attachment\":\"https://d.example/1.json\"}", 200, "-" },
		{ "documentmodel", "{\"attachments\":[\"https://d.example/1.pdf\"]}", 200, "-" },
		{ "sensorfusion", "{\"attachments\":[\"s3://b/1.sfs\"],\"scene_format\":\"sensor_fusion\"}", 200, "-" },
		{ "sensorfusion", "{\"attachments\":[\"s3://b/1.sfs\",\"s3://b/2.sfs\"]}", 400, BAD "\"attachments\" must contain 1 items" },
		{ "chat", "{}", 200, "-" },
		{ "chatlite", "", 200, "-" },
		{ "chatexperimental", "{}", 200, "-" },
		{ "multichat", "{}", 200, "-" },
		{ "cruisecontrol", "{}", 200, "-" },
		/* What an attachment may be. */
		{ "categorization", "{\"attachment_type\":\"text\",\"attachment\":\"tomato\",\"categories\":[\"red\",\"blue\"]}", 200, "-" },
		{ "categorization", "{\"attachment_type\":\"image\",\"attachment\":\"tomato\"}", 400, BAD "\"attachment\" must be a valid uri" },
		{ "categorization", "{\"attachment\":7}", 400, BAD "\"attachment\" must be a string" },
		{ "categorization", "{\"attachment\":\"\"}", 400, BAD "\"attachment\" is not allowed to be empty" },
		{ "categorization", "{\"attachment\":\"s3://b/k\",\"attachment_type\":1}", 400, BAD "\"attachment_type\" must be a string" },
		{ "comparison", "{\"attachments\":[\"s3://b/k\",\"b\"]}", 400, BAD "\"attachments[1]\" must be a valid uri" },
		{ "comparison", "{\"attachments\":[\"one\",\"two\"],\"attachment_type\":\"text\"}", 200, "-" },
		/* What all types have in common. */
		{ "chat", "{\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}", 400, BAD "\"tags\" must contain less than or equal to 5 items" },
		{ "chat", "{\"priority\":15}", 400, BAD "\"priority\" must be one of [10, 20, 30]" },
		{ "chat", "{\"metadata\":[]}", 400, BAD "\"metadata\" must be of type object" },
		{ "chat", "{\"callback_url\":\"acme.example/x\"}", 400, BAD "\"callback_url\" must be a valid uri" },
		{ "chat", "{\"unique_id\":\"\"}", 400, BAD "\"unique_id\" is not allowed to be empty" },
		{ "chat", "{\"project\":\"No such\"}", 404, "Project with name \"No such\" not found." },
		{ "chat", "{\"project\":\"Urban Fusion\"}", 402, "This account is not enabled for project \"Urban Fusion\": its type is \"multistage\"." },
		{ "chat", "{\"batch\":\"urban/oslo-1\"}", 402, "This account is not enabled for project \"Urban Fusion\": its type is \"multistage\"." },
		{ "sensorfusion", "{\"attachments\":[\"s3://b/1.sfs\"],\"project\":\"Legacy Cuboids 2023\"}", 400, "The project \"Legacy Cuboids 2023\" is archived." },
		{ "nosuch", "{}", 402, "This account is not enabled for task type \"nosuch\"." },
		{ "Chat", "{}", 402, "This account is not enabled for task type \"Chat\"." },
		/* clang-format on */
	};

	(void)state;
	check_refusals("/v1/task/", rows, sizeof(rows) / sizeof(rows[0]));
}

struct shown {
	const char *path, *value;
};

static void
check_shown(struct answer *a, const struct shown *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(raw_at(a, rows[i].path), rows[i].value) != 0)
			fail_msg("%s is %s", rows[i].path, raw_at(a, rows[i].path));
}

static void
what_belongs_to_the_type_is_echoed_in_params(void **state)
{
	static const struct shown rows[] = {
		{ "type", "imageannotation" },
		{ "status", "completed" },
		{ "is_test", "true" },
		{ "project", "-" },
		{ "batch", "-" },
		{ "instruction", "Draw a box around each baby cow and big cow." },
		{ "callback_url", "http://www.example.com/callback" },
		{ "unique_id", "kinds/1" },
		{ "priority", "10" },
		{ "tags", "[\"cow\"]" },
		{ "metadata", "{\"k\":1.50}" },
		{ "params",
		  "{\"attachment_type\":\"image\",\"attachment\":\"http://i.imgur.com/"
		  "v4cBreD.jpg\",\"geometries\":{\"box\":{\"objects_to_annotate\":[\"Baby "
		  "Cow\",\"Big Cow\"],\"min_height\":10.50,\"none\":null}}}" },
	};
	struct answer a;

	(void)state;
	raw_must(&sb, RAW_TEST, "POST", "/v1/task/imageannotation",
		 "{\"callback_url\":\"http://www.example.com/callback\","
		 "\"instruction\":\"Draw a box around each baby cow and big cow.\","
		 "\"attachment_type\":\"image\",\"attachment\":\"http://i.imgur.com/v4cBreD.jpg\","
		 "\"unique_id\":\"kinds/1\",\"priority\":10,\"tags\":[\"cow\"],"
		 "\"metadata\":{\"k\":1.50},\"clear_unique_id_on_error\":true,\"urgency\":null,"
		 "\"geometries\":{\"box\":{\"objects_to_annotate\":[\"Baby Cow\",\"Big Cow\"],"
		 "\"min_height\":10.50,\"none\":null}}}",
		 &a);
	check_shown(&a, rows, sizeof(rows) / sizeof(rows[0]));
	answer_free(&a);
}

static void
a_project_of_the_type_fills_in_what_the_request_leaves_out(void **state)
{
	static const struct shown rows[] = {
		{ "project", "Kittens" },
		{ "instruction", "Please label the kittens" },
		{ "priority", "20" },
		{ "params",
		  "{\"attachment\":\"https://d.example/1.jpg\",\"geometries\":{\"box\":{}}}" },
	};
	static const struct shown own[] = {
		{ "instruction", "Mine" },
		{ "priority", "30" },
		{ "params", "{\"attachment\":\"https://d.example/1.jpg\",\"geometries\":{}}" },
	};
	static const struct refusal presets[] = {
		{ "imageannotation", "{\"project\":\"Kittens\",\"attachment\":\"s3://b/k\"}", 400,
		  BAD "\"priority\" must be one of [10, 20, 30]" },
	};
	struct answer a;

	(void)state;
	raw_must(&sb, RAW_TEST, "POST", "/v1/projects",
		 "{\"name\":\"Kittens\",\"type\":\"imageannotation\",\"params\":{\"priority\":20,"
		 "\"instruction\":\"Please label the kittens\",\"geometries\":{\"box\":{}},"
		 "\"attachment\":\"s3://not/this\",\"unique_id\":\"nor this\"}}",
		 &a);
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/task/imageannotation",
		 "{\"project\":\"Kittens\",\"attachment\":\"https://d.example/1.jpg\","
		 "\"instruction\":null}",
		 &a);
	check_shown(&a, rows, sizeof(rows) / sizeof(rows[0]));
	assert_string_equal(raw_at(&a, "unique_id"), "-");
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/task/imageannotation",
		 "{\"project\":\"Kittens\",\"attachment\":\"https://d.example/1.jpg\","
		 "\"instruction\":\"Mine\",\"priority\":30,\"geometries\":{}}",
		 &a);
	check_shown(&a, own, sizeof(own) / sizeof(own[0]));
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/projects/Kittens/setParams", "{\"priority\":15}", &a);
	answer_free(&a);
	check_refusals("/v1/task/", presets, 1);
}

static void
unique_ids_and_idempotency_keys_are_global_over_types(void **state)
{
	struct answer a;
	char want[160], text[512];
	int fd;

	(void)state;
	raw_must(&sb, RAW_LIVE, "POST", "/v1/task/chat", "{\"unique_id\":\"over types\"}", &a);
	assert_string_equal(raw_at(&a, "status"), "pending");
	snprintf(want, sizeof(want),
		 "The unique_id (\"over types\") is already used for a different task (%s).",
		 raw_at(&a, "task_id"));
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "POST", "/v1/task/multistage",
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"],"
		 "\"unique_id\":\"over types\"}",
		 &a);
	assert_int_equal(a.status, 409);
	assert_string_equal(raw_at(&a, "error"), want);
	answer_free(&a);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text),
			 "POST /v1/task/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
			 "Idempotency-Key: over types\r\nContent-Length: 2\r\n\r\n{}",
			 i ? "multichat" : "chat");
		fd = raw_connect(&sb);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		assert_int_equal(a.status, i ? 409 : 200);
		answer_free(&a);
		close(fd);
	}
}

static void
tasks_of_every_type_live_by_the_same_rules(void **state)
{
	struct answer a;
	char id[32], path[96];

	(void)state;
	raw_must(&sb, RAW_LIVE, "POST", "/v1/task/chat", "{\"tags\":[\"kinds\"]}", &a);
	snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?type=chat&tags=kinds", NULL, &a);
	assert_string_equal(raw_at(&a, "total"), "1");
	assert_string_equal(raw_at(&a, "docs.0.task_id"), id);
	assert_string_equal(raw_at(&a, "docs.0.project"), "-");
	answer_free(&a);
	snprintf(path, sizeof(path), "/v1/task/%s/cancel", id);
	raw_must(&sb, RAW_LIVE, "POST", path, NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "canceled");
	answer_free(&a);

	raw_must(&sb, RAW_TEST, "POST", "/v1/task/imageannotation",
		 "{\"attachment\":\"https://d.example/missing/1.jpg\"}", &a);
	assert_string_equal(raw_at(&a, "status"), "error");
	assert_string_equal(raw_at(&a, "response.attachments.0.url"),
			    "https://d.example/missing/1.jpg");
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/task/textcollection",
		 "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"},"
		 "{\"type\":\"image\",\"content\":\"https://d.example/missing/2.jpg\"}]}",
		 &a);
	assert_string_equal(raw_at(&a, "status"), "error");
	answer_free(&a);
	raw_call(&sb, RAW_TEST, "GET",
		 "/v1/tasks?type=imageannotation&status=error&include_attachment_url=True", NULL,
		 &a);
	assert_string_equal(raw_at(&a, "docs.0.attachmentS3Downloads.0.attachmentURL"),
			    "https://d.example/missing/1.jpg");
	answer_free(&a);
}

static void
the_known_answer_is_given_also_when_the_attachment_was_fetched(void **state)
{
	static const char *const args[] = { "--work", "0.05", NULL };
	static const struct canned image = {
		.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	};
	struct canned_server *s = canned_start(&image, 1, NULL);
	struct raw r = { .pid = 0 };
	struct answer a;
	char body[256], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, args);
	snprintf(body, sizeof(body),
		 "{\"attachment\":\"http://127.0.0.1:%d/k\","
		 "\"categories\":[\"public\",\"private\"]}",
		 canned_port(s));
	raw_call(&r, RAW_LIVE, "POST", "/v1/task/categorization", body, &a);
	assert_int_equal(a.status, 200);
	snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
	answer_free(&a);
	tasks_wait(&r, RAW_LIVE, id, "response", "{\"category\":\"public\"}");
	tasks_must(&r, RAW_LIVE, id, "status", "completed");
	canned_stop(s);
	raw_stop(&r);
}

/* The older examples of the API reference are such lines of curl. */
static void
a_create_may_be_a_form(void **state)
{
	static const struct {
		const char *target, *type, *body;
		int status;
		struct shown shown[8];
	} rows[] = {
		{ "/v1/task/annotation",
		  "application/x-www-form-urlencoded",
		  "callback_url=http://www.example.com/callback&instruction=Draw+a+box+around+each"
		  "+baby+cow+and+adult+cow.&attachment_type=image&attachment=http://i.imgur.com/"
		  "v4cBreD.jpg&objects_to_annotate=baby+cow&objects_to_annotate=adult+cow"
		  "&with_labels=true",
		  200,
		  { { "instruction", "Draw a box around each baby cow and adult cow." },
		    { "callback_url", "http://www.example.com/callback" },
		    { "params.attachment", "http://i.imgur.com/v4cBreD.jpg" },
		    { "params.objects_to_annotate", "[\"baby cow\",\"adult cow\"]" },
		    { "params.with_labels", "true" } } },
		{ "/v1/task/multistage",
		  "application/x-www-form-urlencoded; charset=utf-8",
		  "project=Parking+Lidar&attachments[0]=s3://b/1&attachments[1]=s3://b/2"
		  "&scene_format=split_base64&metadata[drive]=17&priority=20&tags=night"
		  "&clear_unique_id_on_error=True&unique_id=form%2F1&batch=",
		  200,
		  { { "params.attachments", "[\"s3://b/1\",\"s3://b/2\"]" },
		    { "metadata", "{\"drive\":\"17\"}" },
		    { "priority", "20" },
		    { "tags", "[\"night\"]" },
		    { "unique_id", "form/1" } } },
		{ "/v1/task/multistage",
		  "application/x-www-form-urlencoded",
		  "project=Urban+Fusion&attachments=s3://b/1&attachments=s3://b/2",
		  400,
		  { { "error", BAD "\"attachments\" must contain 1 items" } } },
		{ "/v1/task/chat",
		  "application/x-www-form-urlencoded",
		  "{\"priority\":20}",
		  200,
		  { { "priority", "20" } } },
		{ "/v1/task/chat",
		  "application/x-www-form-urlencoded",
		  "a=1&a[b]=2",
		  400,
		  { { "error", "Body is not valid form data." } } },
		{ "/v1/projects",
		  "application/x-www-form-urlencoded",
		  "type=chat&name=of+a+form&rapid=true&params[priority]=10",
		  200,
		  { { "name", "of a form" } } },
		{ "/v1/batches",
		  "application/x-www-form-urlencoded",
		  "project=of+a+form&name=form+batch",
		  200,
		  { { "status", "staging" } } },
	};
	struct answer a;
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = raw_connect(&sb);

		snprintf(text, sizeof(text),
			 "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer live_k\r\n"
			 "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
			 rows[i].target, rows[i].type, strlen(rows[i].body), rows[i].body);
		raw_send(fd, text, strlen(text));
		raw_read(fd, false, &a);
		close(fd);
		if (a.status != rows[i].status)
			fail_msg("%s: %d %s", rows[i].body, a.status, a.body);
		for (size_t n = 0; n < 8 && rows[i].shown[n].path; n++)
			check_shown(&a, &rows[i].shown[n], 1);
		answer_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_a_rule_for_its_attachments),
		cmocka_unit_test(what_belongs_to_the_type_is_echoed_in_params),
		cmocka_unit_test(a_project_of_the_type_fills_in_what_the_request_leaves_out),
		cmocka_unit_test(unique_ids_and_idempotency_keys_are_global_over_types),
		cmocka_unit_test(tasks_of_every_type_live_by_the_same_rules),
		cmocka_unit_test(the_known_answer_is_given_also_when_the_attachment_was_fetched),
		cmocka_unit_test(a_create_may_be_a_form),
	};
	return cmocka_run_group_tests_name("sandbox kinds", tests, start_one, stop_one);
}
