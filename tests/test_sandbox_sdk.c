/* test_sandbox_sdk.c - the sandbox as clients in other languages meet it.
 *
 * The requests are those of the official Python client (2.18.4) when its own tests run, byte
 * for byte but for the names, and expected is what those tests expect of the service.
 * Sources: scaleapi-python-client, scaleapi/api.py, scaleapi/__init__.py and
 * tests/test_client.py; requests, for headers and forms. Ruby and Node: scaleapi-ruby's
 * recordings, scaleapi-node. Facts only; the words here are ours.
 */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"

#include <unistd.h>

#include <json-c/json.h>

#define AGENT   "scaleapi/2.18.4 Python/3.11.2 OS/Linux-6.1.0-x86_64-with-glibc2.36 pytest"
#define BASIC   "dGVzdF9rOg==" /* test_k: */
#define PROJECT "sdk-tests"

static struct raw sb;

/* What the client sends before a blank line, whatever it asks. */
static int
head(char *out, size_t size, const char *method, const char *target, const char *type)
{
	int n = snprintf(out, size,
			 "%s /v1/%s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " AGENT "\r\n"
			 "Accept-Encoding: gzip, deflate\r\nAccept: */*\r\n"
			 "Connection: keep-alive\r\nContent-Type: %s\r\n",
			 method, target, type);

	assert_true(n > 0 && (size_t)n < size);
	return n;
}

/* One request as the Python client sends it: a connection each, a type on GET too, an empty
 * object or list not sent at all, and then a length of 0 unless it is a GET. */
static void
python(const char *method, const char *target, const char *body, struct answer *a)
{
	int fd = raw_connect(&sb), n;
	bool sent = body && strcmp(body, "{}") != 0 && strcmp(body, "[]") != 0;
	char text[4096], length[64] = "";

	n = head(text, sizeof(text), method, target, "application/json");
	if (sent || strcmp(method, "GET") != 0)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
			 sent ? strlen(body) : 0);
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "%sAuthorization: Basic " BASIC "\r\n\r\n%s", length, sent ? body : "");
	assert_true((size_t)n < sizeof(text));
	raw_send(fd, text, (size_t)n);
	raw_read(fd, false, a);
	close(fd);
}

struct row {
	const char *method, *target, *body;
	int status;
	const char *path, *value; /* path NULL: the status is all */
};

static void
run_rows(const struct row *rows, size_t n)
{
	struct answer a;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		python(r->method, r->target, r->body, &a);
		if (a.status != r->status || (r->path && strcmp(raw_at(&a, r->path), r->value)))
			fail_msg("row %zu, %s %s %s: %d %s", i, r->method, r->target,
				 r->body ? r->body : "", a.status, a.body);
		answer_free(&a);
	}
}
#define RUN(rows) run_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* The project of all of them; the client sends what it was not given as null. */
static int
start_one(void **state)
{
	static const char *const args[] = { "--seed", "empty", NULL };
	static const struct row rows[] = {
		{ "GET", "projects/" PROJECT, NULL, 404, NULL, NULL },
		{ "POST", "projects",
		  "{\"type\": \"imageannotation\", \"name\": \"" PROJECT "\", \"params\": null, "
		  "\"rapid\": false, \"studio\": false, \"datasetId\": null}",
		  200, "name", PROJECT },
		{ "GET", "projects/" PROJECT, NULL, 200, "type", "imageannotation" },
	};

	(void)state;
	raw_start(&sb, args);
	RUN(rows);
	return 0;
}

static int
stop_one(void **state)
{
	(void)state;
	raw_stop(&sb);
	return 0;
}

#define GEOMETRIES                                                                  \
	"\"geometries\": {\"box\": {\"objects_to_annotate\": [\"Calf\", \"Cow\"], " \
	"\"min_height\": 10, \"min_width\": 10}}"
#define COMMON                                                    \
	"\"callback_url\": \"http://www.example.com/callback\", " \
	"\"instruction\": \"Box every cow.\", \"attachment_type\": \"image\""
#define IMAGE COMMON ", \"attachment\": \"http://images.example.com/cow.jpg\""

/* A task with no project, as the client's tests make most of theirs. */
static void
make(const char *more, struct answer *a)
{
	char body[1024];

	snprintf(body, sizeof(body), "{" IMAGE ", " GEOMETRIES "%s}", more);
	python("POST", "task/imageannotation", body, a);
	if (a->status != 200)
		fail_msg("create: %d %s", a->status, a->body);
}

static void
make_id(const char *more, char id[32])
{
	struct answer a;

	make(more, &a);
	snprintf(id, 32, "%s", raw_at(&a, "task_id"));
	answer_free(&a);
}

/* METHOD task/ID/rest */
static void
change(const char *method, const char *id, const char *rest, const char *body, struct answer *a)
{
	char target[128];

	snprintf(target, sizeof(target), "task/%s%s", id, rest);
	python(method, target, body, a);
}

static void
expect(struct answer *a, int status, const char *path, const char *value)
{
	if (a->status != status || strcmp(raw_at(a, path), value) != 0)
		fail_msg("not %d with %s %s: %d %s", status, path, value, a->status, a->body);
	answer_free(a);
}

static void
an_unknown_key_is_refused(void **state)
{
	static const char text[] = "GET /v1/batches?limit=1 HTTP/1.1\r\nHost: localhost\r\n"
				   "Authorization: Basic ZHVtbXlfYXBpX2tleTo=\r\n\r\n";
	int fd = raw_connect(&sb);
	struct answer a;

	(void)state;
	raw_send(fd, text, strlen(text));
	raw_read(fd, false, &a);
	close(fd);
	assert_int_equal(a.status, 401);
	answer_free(&a);
}

static void
a_unique_id_is_kept_changed_and_cleared(void **state)
{
	struct answer a;
	char id[32];

	(void)state;
	make_id(", \"unique_id\": \"0e0f8b6c-1\"", id);
	python("POST", "task/imageannotation",
	       "{" IMAGE ", " GEOMETRIES ", \"unique_id\": \"0e0f8b6c-1\"}", &a);
	assert_non_null(strstr(raw_at(&a, "error"), id));
	expect(&a, 409, "status_code", "409");
	change("POST", id, "/unique_id", "{\"unique_id\": \"0e0f8b6c-2\"}", &a);
	expect(&a, 200, "unique_id", "0e0f8b6c-2");
	change("DELETE", id, "/unique_id", NULL, &a);
	expect(&a, 200, "unique_id", "-");
	make_id(", \"unique_id\": \"0e0f8b6c-1\"", id); /* free again */
}

static void
metadata_is_an_object_from_the_start(void **state)
{
	struct answer a;
	char id[32];

	(void)state;
	make(", \"unique_id\": \"meta\"", &a);
	assert_string_equal(raw_at(&a, "metadata"), "{}");
	snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
	answer_free(&a);
	change("POST", id, "/setMetadata", "{\"myKey\": \"myValue\"}", &a);
	expect(&a, 200, "metadata", "{\"myKey\":\"myValue\"}");
	change("GET", id, "", NULL, &a);
	expect(&a, 200, "metadata", "{\"myKey\":\"myValue\"}");
	change("POST", id, "/setMetadata", "{}", &a);
	expect(&a, 200, "metadata", "{}");
}

static void
tags_are_absent_until_there_are_some(void **state)
{
	struct answer a;
	char id[32];

	(void)state;
	make_id("", id);
	change("GET", id, "", NULL, &a);
	expect(&a, 200, "tags", "-");
	change("POST", id, "/tags", "[\"tag1\", \"tag2\", \"tag3\"]", &a);
	expect(&a, 200, "tags", "[\"tag1\",\"tag2\",\"tag3\"]");
	make_id("", id);
	change("PUT", id, "/tags", "[\"tag1\", \"tag2\", \"tag3\"]", &a);
	expect(&a, 200, "tags", "[\"tag1\",\"tag2\",\"tag3\"]");
	change("DELETE", id, "/tags", "[\"tag1\", \"tag2\"]", &a);
	expect(&a, 200, "tags", "[\"tag3\"]");
	change("GET", id, "", NULL, &a);
	expect(&a, 200, "tags", "[\"tag3\"]");
	change("PUT", id, "/tags", "[]", &a);
	expect(&a, 200, "tags", "[\"tag3\"]");
	change("POST", id, "/tags", "[]", &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

/* Each type with its attachment, and without. */
static void
tasks_of_many_types_are_taken_or_refused(void **state)
{
#define SITE "\"attachment_type\": \"website\", \"attachment\": \"http://site.example.com/\""
#define BACK "\"callback_url\": \"http://www.example.com/callback\""
	static const struct row rows[] = {
		/* clang-format off */
		{ "POST", "task/categorization", "{" BACK ", \"instruction\": \"Public?\", " SITE ", \"force\": true, \"categories\": [\"public\", \"private\"]}", 200, "type", "categorization" },
		{ "POST", "task/categorization", "{" BACK ", \"categories\": [\"public\", \"private\"]}", 400, "status_code", "400" },
		{ "POST", "task/transcription", "{" BACK ", \"instruction\": \"Copy the fields.\", " SITE ", \"fields\": {\"title\": \"Title\"}, \"repeatable_fields\": {\"user\": \"Who\"}}", 200, "type", "transcription" },
		{ "POST", "task/transcription", "{" BACK ", \"attachment_type\": \"website\"}", 400, "status_code", "400" },
		{ "POST", "task/imageannotation", "{" IMAGE ", " GEOMETRIES "}", 200, "type", "imageannotation" },
		{ "POST", "task/imageannotation", "{" COMMON "}", 400, "status_code", "400" },
		{ "POST", "task/documenttranscription", "{\"instruction\": \"Copy it.\", \"attachment\": \"http://documents.example.com/receipt.jpg\", \"features\": [{\"type\": \"block\", \"label\": \"barcode\"}]}", 200, "status", "completed" },
		{ "POST", "task/documenttranscription", "{" BACK ", \"instruction\": \"Copy it.\"}", 400, "status_code", "400" },
		{ "POST", "task/annotation", "{" IMAGE ", \"min_width\": \"30\", \"min_height\": \"30\", \"objects_to_annotate\": [\"calf\", \"cow\"], \"with_labels\": true}", 200, "type", "annotation" },
		{ "POST", "task/annotation", "{" COMMON "}", 400, "status_code", "400" },
		{ "POST", "task/polygonannotation", "{" IMAGE ", \"objects_to_annotate\": [\"cow\"], \"with_labels\": true}", 200, "params.with_labels", "true" },
		{ "POST", "task/polygonannotation", "{" COMMON "}", 400, "status_code", "400" },
		{ "POST", "task/lineannotation", "{" IMAGE ", \"objects_to_annotate\": [\"cow\"], \"with_labels\": true}", 200, "is_test", "true" },
		{ "POST", "task/lineannotation", "{" COMMON "}", 400, "status_code", "400" },
		{ "POST", "task/datacollection", "{" BACK ", \"instruction\": \"Find the address.\", " SITE ", \"fields\": {\"jobs\": \"Address of the jobs\"}}", 200, "type", "datacollection" },
		{ "POST", "task/datacollection", "{" BACK ", \"attachment_type\": \"website\"}", 400, "status_code", "400" },
		{ "POST", "task/namedentityrecognition", "{" BACK ", \"instruction\": \"Find the names.\", \"text\": \"Ada met Charles.\", \"labels\": [{\"name\": \"Label_A\", \"description\": \"the first\"}]}", 200, "type", "namedentityrecognition" },
		/* clang-format on */
	};

	(void)state;
	RUN(rows);
}

/* Test tasks are done at once, so there is nothing to cancel. */
static void
a_task_is_read_back_as_it_was_made(void **state)
{
	static const char *const same[] = {
		"task_id",           "callback_url",      "instruction", "params.attachment_type",
		"params.attachment", "params.geometries", "metadata",    "type",
		"created_at",
	};
	struct answer made, a;
	char target[64];

	(void)state;
	make("", &made);
	snprintf(target, sizeof(target), "task/%s", raw_at(&made, "task_id"));
	python("GET", target, NULL, &a);
	assert_string_equal(raw_at(&a, "status"), "completed");
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_string_not_equal(raw_at(&a, same[i]), "-");
		assert_string_equal(raw_at(&a, same[i]), raw_at(&made, same[i]));
	}
	answer_free(&a);
	change("POST", raw_at(&made, "task_id"), "/cancel", NULL, &a);
	expect(&a, 400, "status_code", "400");
	answer_free(&made);
	python("GET", "task/fake_id_qwertyuiop", NULL, &a);
	expect(&a, 404, "error", "Task with that ID not found.");
}

static const char *const batch_keys[] = { "name", "status", "project", "created_at", "metadata" };

static void
make_batch(const char *name)
{
	struct answer a;
	char body[512];

	snprintf(body, sizeof(body),
		 "{\"project\": \"" PROJECT "\", \"name\": \"%s\", \"calibration_batch\": false, "
		 "\"self_label_batch\": false, \"callback\": \"http://www.example.com/callback\", "
		 "\"metadata\": {\"some_key\": \"some_value\"}}",
		 name);
	python("POST", "batches", body, &a);
	for (size_t i = 0; i < sizeof(batch_keys) / sizeof(batch_keys[0]); i++)
		assert_string_not_equal(raw_at(&a, batch_keys[i]), "-");
	expect(&a, 200, "status", "in_progress");
}

static void
a_batch_is_in_progress_before_and_after_it_is_finalized(void **state)
{
	static const struct row rows[] = {
		{ "GET", "batches/b%2F1/status", NULL, 200, "status", "in_progress" },
		{ "GET", "batches/b%2F1", NULL, 200, "metadata.some_key", "some_value" },
		{ "POST", "batches/b%2F1/finalize", NULL, 200, "status", "in_progress" },
		{ "GET", "batches/b%2F1", NULL, 200, "status", "in_progress" },
		{ "POST", "batches/b%2F1/setMetadata", "{\"new_key\": \"new_value\"}", 200,
		  "metadata", "{\"new_key\":\"new_value\"}" },
		/* as it is sent when nobody is to be called */
		{ "POST", "batches",
		  "{\"project\": \"" PROJECT "\", \"name\": \"quiet\", \"calibration_batch\": "
		  "false, \"self_label_batch\": false, \"callback\": \"\", \"metadata\": {}}",
		  200, "metadata", "{}" },
	};

	(void)state;
	make_batch("b/1");
	RUN(rows);
}

/* By token until has_more is false; the number of tasks of batch "many" that came. */
static size_t
walk_tasks(const char *query)
{
	char target[256];
	struct answer a;
	size_t n = 0;
	bool more = true;

	snprintf(target, sizeof(target), "tasks?%s", query);
	while (more) {
		python("GET", target, NULL, &a);
		for (const char *key = "total\0limit\0offset\0has_more\0"; *key;
		     key += strlen(key) + 1)
			assert_string_not_equal(raw_at(&a, key), "-");
		assert_string_equal(raw_at(&a, "docs.0.batch"), "many");
		assert_string_equal(raw_at(&a, "docs.1"), "-");
		n++;
		more = strcmp(raw_at(&a, "has_more"), "true") == 0;
		snprintf(target, sizeof(target), "tasks?%s&next_token=%s", query,
			 raw_at(&a, "next_token"));
		answer_free(&a);
	}
	return n;
}

static void
tasks_are_listed_counted_and_paged(void **state)
{
	static const struct row rows[] = {
		{ "GET", "tasks?batch=many", NULL, 200, "total", "3" },
		{ "GET", "tasks?batch=many&include_attachment_url=True&limit=1", NULL, 200, "total",
		  "3" },
		{ "GET", "tasks?project=" PROJECT "&batch=many&limited_response=True", NULL, 200,
		  "docs.0.type", "-" },
		{ "GET", "tasks?batch=many&status=completed&type=imageannotation", NULL, 200,
		  "total", "3" },
		{ "GET", "tasks?batch=many&unique_id=m-1&unique_id=m-3", NULL, 200, "total", "2" },
		{ "GET", "tasks?batch=many&tags=x&tags=y", NULL, 200, "total", "0" },
		{ "GET",
		  "tasks?start_time=2024-01-01T10%3A00%3A00.123456&"
		  "end_time=2024-01-01+11%3A00%3A00.123456",
		  NULL, 200, "docs", "[]" },
		{ "GET", "tasks?customer_review_status=accepted%2Cfixed&batch=many", NULL, 200,
		  "total", "0" },
	};
	struct answer a;

	(void)state;
	make_batch("many");
	for (int i = 1; i <= 3; i++) {
		char more[64], id[32];

		snprintf(more, sizeof(more), ", \"batch\": \"many\", \"unique_id\": \"m-%d\"", i);
		make_id(more, id);
	}
	python("GET", "tasks?limit=3", NULL, &a);
	assert_string_equal(raw_at(&a, "docs.2.unique_id"), "m-1");
	expect(&a, 200, "docs.3", "-");
	assert_int_equal(walk_tasks("project=" PROJECT "&batch=many&include_attachment_url=True"
				    "&limit=1"),
			 3);
	RUN(rows);
}

static void
batches_are_paged_by_offset(void **state)
{
	struct answer a;
	size_t n = 0, total;
	bool more = true;

	(void)state;
	for (int i = 0; i < 103; i++) {
		char name[32];

		snprintf(name, sizeof(name), "page-%d", i);
		make_batch(name);
	}
	python("GET", "batches?limit=3", NULL, &a);
	expect(&a, 200, "docs.2.name", "page-100");
	python("GET", "batches?project=" PROJECT "&limit=1", NULL, &a);
	total = strtoul(raw_at(&a, "totalDocs"), NULL, 10);
	answer_free(&a);
	for (unsigned long offset = 0; more;) {
		char target[128];

		snprintf(target, sizeof(target),
			 "batches?project=" PROJECT "&offset=%lu&exclude_archived=False", offset);
		python("GET", target, NULL, &a);
		assert_int_equal(a.status, 200);
		n += json_object_array_length(json_object_object_get(a.json, "docs"));
		offset += strtoul(raw_at(&a, "limit"), NULL, 10);
		more = strcmp(raw_at(&a, "has_more"), "true") == 0;
		answer_free(&a);
	}
	assert_true(total > 100);
	assert_int_equal(n, total);
}

/* The fields first and then the file, which has no type of its own. */
static void
a_file_is_uploaded_as_a_form(void **state)
{
	static const char form[] =
		"--6f2a\r\nContent-Disposition: form-data; name=\"project_name\"\r\n\r\n" PROJECT
		"\r\n--6f2a\r\nContent-Disposition: form-data; name=\"file\"; "
		"filename=\"test_image.png\"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--6f2a--\r\n";
	int fd = raw_connect(&sb), n;
	struct answer a;
	char text[2048];

	(void)state;
	n = head(text, sizeof(text), "POST", "files/upload", "multipart/form-data; boundary=6f2a");
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		      "Content-Length: %zu\r\nAuthorization: Basic " BASIC "\r\n\r\n",
		      sizeof(form) - 1);
	raw_send(fd, text, (size_t)n);
	raw_send(fd, form, sizeof(form) - 1);
	raw_read(fd, false, &a);
	close(fd);
	assert_string_equal(raw_at(&a, "size"), "8");
	assert_string_equal(raw_at(&a, "project_names.0"), PROJECT);
	assert_non_null(strstr(raw_at(&a, "attachment_url"), "scaledata://"));
	assert_string_not_equal(raw_at(&a, "id"), "-");
	expect(&a, 200, "error", "-");
	python("POST", "files/import",
	       "{\"file_url\": \"https://files.example.com/sample.png\", \"project_name\": "
	       "\"" PROJECT "\"}",
	       &a);
	expect(&a, 200, "error", "-");
}

/* Recorded from the Ruby client; the Node client sends its key as Bearer to v1. */
static void
ruby_and_node_are_understood(void **state)
{
	static const struct {
		const char *text;
		int status;
		const char *path, *value;
	} rows[] = {
		{ "GET /v1/tasks?status&type&limit=2 HTTP/1.1\r\nHost: localhost\r\n"
		  "Accept: */*\r\nAccept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\n"
		  "User-Agent: Ruby\r\nX-API-Client: Ruby\r\nX-API-Client-Version: 0.1.2\r\n"
		  "Authorization: Basic " BASIC "\r\n\r\n",
		  200, "limit", "2" },
		{ "GET /v1/task/5c9000000000000000000000 HTTP/1.1\r\nHost: localhost\r\n"
		  "X-API-Client: Ruby\r\nAuthorization: Basic " BASIC "\r\n\r\n",
		  404, "error", "Task with that ID not found." },
		{ "GET /v1/tasks?limit=1 HTTP/1.1\r\nHost: localhost\r\n"
		  "Authorization: Bearer test_k\r\nContent-Type: application/json\r\n\r\n",
		  200, "offset", "0" },
		{ "POST /v1/task/fake/cancel HTTP/1.1\r\nHost: localhost\r\n"
		  "Authorization: Bearer test_k\r\nContent-Type: application/json\r\n"
		  "Content-Length: 2\r\n\r\n{}",
		  404, "error", "Task with that ID not found." },
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = raw_connect(&sb);

		raw_send(fd, rows[i].text, strlen(rows[i].text));
		raw_read(fd, false, &a);
		close(fd);
		expect(&a, rows[i].status, rows[i].path, rows[i].value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_key_is_refused),
		cmocka_unit_test(a_unique_id_is_kept_changed_and_cleared),
		cmocka_unit_test(metadata_is_an_object_from_the_start),
		cmocka_unit_test(tags_are_absent_until_there_are_some),
		cmocka_unit_test(tasks_of_many_types_are_taken_or_refused),
		cmocka_unit_test(a_task_is_read_back_as_it_was_made),
		cmocka_unit_test(a_batch_is_in_progress_before_and_after_it_is_finalized),
		cmocka_unit_test(tasks_are_listed_counted_and_paged),
		cmocka_unit_test(batches_are_paged_by_offset),
		cmocka_unit_test(a_file_is_uploaded_as_a_form),
		cmocka_unit_test(ruby_and_node_are_understood),
	};
	return cmocka_run_group_tests_name("sandbox_sdk", tests, start_one, stop_one);
}
