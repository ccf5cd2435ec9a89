/* test_sandbox_files.c - files in the sandbox: forms, imports, and what comes back. */
#include "config.h"

#include "tests/test.h"

#include "tests/canned.h"
#include "tests/raw.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

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

#define FORM            "multipart/form-data; boundary=XyZ"
#define FIELD           "--XyZ\r\nContent-Disposition: form-data; name="
#define FILE_PART(head) FIELD "\"file\"; filename=" head "\r\n\r\n"
#define PNG             FILE_PART("\"f.png\"\r\nContent-Type: image/png")
#define END             "\r\n--XyZ--\r\n"

/* POST n bytes of a form. */
static void
post(const char *key, const char *type, const char *body, size_t n, struct answer *a)
{
	int fd = raw_connect(&sb);
	char head[512];

	snprintf(head, sizeof(head),
		 "POST /v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
		 "%s%s%sContent-Length: %zu\r\n\r\n",
		 key, type ? "Content-Type: " : "", type ? type : "", type ? "\r\n" : "", n);
	raw_send(fd, head, strlen(head));
	raw_send(fd, body, n);
	raw_read(fd, false, a);
	close(fd);
}

static void
a_file_is_uploaded_as_a_form(void **state)
{
	static const char form[] = FIELD "\"project_name\"\r\n\r\nUrban Fusion\r\n" FIELD
					 "\"reference_id\"\r\n\r\nref-1\r\n" FIELD
					 "\"metadata\"\r\n\r\n{\"a\": 1}\r\n" PNG "abc" END;
	struct answer a;

	(void)state;
	post(RAW_LIVE, FORM, form, strlen(form), &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_at(&a, "size"), "3");
	assert_string_equal(raw_at(&a, "mime_type"), "image/png");
	assert_string_equal(raw_at(&a, "display_name"), "f.png");
	assert_string_equal(raw_at(&a, "project_names"), "[\"Urban Fusion\"]");
	assert_string_equal(raw_at(&a, "metadata"), "{\"a\":1}");
	assert_int_equal(strlen(raw_at(&a, "id")), 36);
	assert_memory_equal(raw_at(&a, "attachment_url"), "scaledata://", 12);
	assert_non_null(strstr(raw_at(&a, "attachment_url"), raw_at(&a, "id")));
	answer_free(&a);
	post(RAW_LIVE, FORM, form, strlen(form), &a);
	assert_int_equal(a.status, 409);
	assert_string_equal(raw_at(&a, "error"),
			    "The reference_id (\"ref-1\") is already used for a different file.");
	answer_free(&a);
	post(RAW_TEST, FORM, PNG "abc\r\n" FIELD "\"reference_id\"\r\n\r\nref-1" END,
	     strlen(PNG "abc\r\n" FIELD "\"reference_id\"\r\n\r\nref-1" END), &a);
	assert_int_equal(a.status, 200); /* the other side has its own */
	answer_free(&a);
}

static void
every_form_gets_a_clear_answer(void **state)
{
	static const struct {
		const char *type, *body;
		int status;
		const char *path, *value;
	} rows[] = {
		/* clang-format off */
		{ FORM, PNG "x" END, 200, "size", "1" },
		{ FORM, PNG END, 200, "size", "0" },
		{ FORM, FILE_PART("\"f\"") "x" END, 200, "mime_type", "application/octet-stream" },
		{ FORM, FILE_PART("\"f\"\r\nContent-Type: \xC3\xBC/x") "x" END, 200, "mime_type", "application/octet-stream" },
		{ FORM, FILE_PART("\"say \\\"hi\\\".json\"") "x" END, 200, "display_name", "say \"hi\".json" },
		{ FORM, FILE_PART("\"sz\xC3\xA9ne.sfs\"") "x" END, 200, "display_name", "sz\xC3\xA9ne.sfs" },
		{ FORM, FIELD "file; filename*=UTF-8''sz%C3%A9ne.sfs\r\n\r\nx" END, 200, "display_name", "sz\xC3\xA9ne.sfs" },
		{ FORM, FILE_PART("\"../../etc/passwd\"") "x" END, 200, "display_name", "passwd" },
		{ FORM, PNG "x\r\n" FIELD "\"display_name\"\r\n\r\nFront left" END, 200, "display_name", "Front left" },
		{ FORM, PNG "x\r\n" FIELD "\"display_name\"\r\n\r\n" END, 200, "display_name", "f.png" },
		{ FORM, PNG "x\r\n" FIELD "\"unknown\"\r\n\r\nx" END, 200, "project_names", "[]" },
		{ FORM, PNG "x\r\n" FIELD "\"unknown\"; filename=\"g\"\r\n\r\nyy" END, 200, "size", "1" },
		{ FORM, PNG "x\r\n" FIELD "\"metadata\"\r\n\r\n" END, 200, "metadata", "-" },
		{ "multipart/form-data; boundary=\"XyZ\"", PNG "x" END, 200, "size", "1" },
		{ FORM, PNG "x", 400, "error", "The multipart body ends early." },
		{ FORM, PNG "x\r\n--XyZ", 400, "error", "The multipart body ends early." },
		{ FORM, "", 400, "error", "The multipart body ends early." },
		{ "multipart/form-data; boundary=Other", PNG "x" END, 400, "error", "The multipart body ends early." },
		{ FORM, "--XyZ\nContent-Disposition: form-data; name=\"file\"\n\nx\n--XyZ--\n", 400, "error", "The multipart body is damaged." },
		{ FORM, "--XyZ--\r\n", 400, "error", BAD "\"file\" is required" },
		{ FORM, FIELD "\"project_name\"\r\n\r\nUrban Fusion" END, 400, "error", BAD "\"file\" is required" },
		{ FORM, FILE_PART("\"\"\r\nContent-Type: application/octet-stream") END, 400, "error", BAD "\"file\" is required" },
		{ FORM, FIELD "\"file\"\r\n\r\nx" END, 400, "error", BAD "\"file\" must be a file" },
		{ FORM, PNG "x\r\n" PNG "y" END, 400, "error", BAD "\"file\" must be a single file" },
		{ FORM, FILE_PART("\"\xFF\"") "x" END, 400, "error", BAD "\"file\" has a name that is not valid text" },
		{ FORM, PNG "x\r\n" FIELD "\"project_name\"\r\n\r\nNone" END, 404, "error", "Project with name \"None\" not found." },
		{ FORM, PNG "x\r\n" FIELD "\"project_name\"\r\n\r\n\xFF" END, 400, "error", BAD "\"project_name\" is too long, or not valid text" },
		{ FORM, PNG "x\r\n" FIELD "\"reference_id\"\r\n\r\na\r\n" FIELD "\"reference_id\"\r\n\r\nb" END, 400, "error", BAD "\"reference_id\" must be a string" },
		{ FORM, PNG "x\r\n" FIELD "\"metadata\"\r\n\r\n[1]" END, 400, "error", BAD "\"metadata\" must be a JSON object" },
		{ FORM, PNG "x\r\n" FIELD "\"metadata\"\r\n\r\n{" END, 400, "error", BAD "\"metadata\" must be a JSON object" },
		{ NULL, PNG "x" END, 400, "error", "The body must be multipart/form-data." },
		{ "multipart/form-data", PNG "x" END, 400, "error", "The body must be multipart/form-data." },
		{ "application/json", "{}", 400, "error", "The body must be multipart/form-data." },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		post(RAW_LIVE, rows[i].type, rows[i].body, strlen(rows[i].body), &a);
		if (a.status != rows[i].status ||
		    strcmp(raw_at(&a, rows[i].path), rows[i].value) != 0)
			fail_msg("row %zu gives %d %s", i, a.status, a.body);
		answer_free(&a);
	}
}

/* The limit is of the file: 80 MB go in, one byte more does not. */
static void
a_file_of_more_than_80_mb_is_refused(void **state)
{
	static const size_t max = 80u << 20;
	struct answer a;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		size_t head = strlen(PNG), n = head + max + more;
		char *form = calloc(1, n + strlen(END));

		memcpy(form, PNG, head);
		memcpy(form + n, END, strlen(END));
		post(RAW_LIVE, FORM, form, n + strlen(END), &a);
		assert_int_equal(a.status, more ? 413 : 200);
		if (more)
			assert_string_equal(raw_at(&a, "error"), "The file is larger than 80 MB.");
		else
			assert_string_equal(raw_at(&a, "size"), "83886080");
		answer_free(&a);
		free(form);
	}
}

static void
a_file_is_imported_by_its_address(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "POST", "/v1/files/import", "{}", 400, "error", BAD "\"file_url\" is required" },
		{ "POST", "/v1/files/import", "{\"file_url\":\"x.png\"}", 400, "error", BAD "\"file_url\" must be a valid uri" },
		{ "POST", "/v1/files/import", "{\"file_url\":\"https://a/x.png\",\"project_name\":\"None\"}", 404, "error", "Project with name \"None\" not found." },
		{ "POST", "/v1/files/import", "{\"file_url\":\"https://a/x.png\",\"metadata\":\"x\"}", 400, "error", BAD "\"metadata\" must be of type object" },
		{ "POST", "/v1/files/import", "{\"file_url\":\"https://a/x.png\",\"project_name\":\"Urban Fusion\",\"reference_id\":\"imp\"}", 200, "project_names.0", "Urban Fusion" },
		{ "POST", "/v1/files/import", "{\"file_url\":\"https://a/x.png\",\"reference_id\":\"imp\"}", 409, "error", "The reference_id (\"imp\") is already used for a different file." },
		/* clang-format on */
	};

	(void)state;
	RAW_RUN(&sb, RAW_LIVE, rows);
}

/* Upload one byte under this reference, with metadata, into "Urban Fusion". */
static void
upload_asset(const char *reference, const char *metadata)
{
	char form[1024];
	struct answer a;

	snprintf(form, sizeof(form),
		 FIELD "\"project_name\"\r\n\r\nParking Lidar\r\n" FIELD
		       "\"reference_id\"\r\n\r\n%s\r\n" FIELD "\"metadata\"\r\n\r\n%s\r\n" PNG
		       "x" END,
		 reference, metadata);
	post(RAW_LIVE, FORM, form, strlen(form), &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
}

static void
assets_are_the_files_of_a_project(void **state)
{
	static const struct raw_row rows[] = {
		/* clang-format off */
		{ "GET", "/v1/assets", NULL, 400, "error", BAD "\"project\" is required" },
		{ "GET", "/v1/assets?project=None", NULL, 404, "error", "Project with name \"None\" not found." },
		{ "GET", "/v1/assets?project=Legacy+Cuboids+2023", NULL, 200, "docs", "[]" },
		{ "GET", "/v1/assets?project=Legacy+Cuboids+2023", NULL, 200, "has_more", "false" },
		{ "GET", "/v1/assets?project=Parking+Lidar", NULL, 200, "docs.0.reference_id", "as-3" },
		{ "GET", "/v1/assets?project=Parking+Lidar", NULL, 200, "docs.2.reference_id", "as-1" },
		{ "GET", "/v1/assets?project=Parking+Lidar", NULL, 200, "docs.3", "-" },
		{ "GET", "/v1/assets?project=Parking+Lidar", NULL, 200, "docs.0.size", "1" },
		{ "GET", "/v1/assets?project=Parking+Lidar", NULL, 200, "next_token", "-" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=%7B%22drive%22:17%7D", NULL, 200, "docs.1.reference_id", "as-1" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=%7B%22drive%22:17%7D", NULL, 200, "docs.2", "-" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=%7B%22drive%22:17,%22cam%22:%22left%22%7D", NULL, 200, "docs.0.reference_id", "as-3" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=%7B%22drive%22:%2217%22%7D", NULL, 200, "docs", "[]" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=%7B%7D", NULL, 200, "docs.2.reference_id", "as-1" },
		{ "GET", "/v1/assets?project=Parking+Lidar&metadata=x", NULL, 400, "error", BAD "\"metadata\" must be a JSON object" },
		{ "GET", "/v1/assets?project=Parking+Lidar&next_token=x", NULL, 400, "error", BAD "\"next_token\" is not a token of a previous reply" },
		{ "GET", "/v1/assets?project=Parking+Lidar&limit=0", NULL, 400, "error", BAD "\"limit\" must be an integer from 1 to 100" },
		{ "GET", "/v1/assets?project=Parking+Lidar&limit=2", NULL, 200, "has_more", "true" },
		/* clang-format on */
	};
	char target[256];
	struct answer a;

	(void)state;
	upload_asset("as-1", "{\"drive\":17}");
	upload_asset("as-2", "{\"drive\":18}");
	upload_asset("as-3", "{\"drive\":17,\"cam\":\"left\"}");
	RAW_RUN(&sb, RAW_LIVE, rows);
	for (size_t i = 0; i < 2; i++) {
		raw_call(&sb, RAW_LIVE, "GET", "/v1/assets?project=Parking+Lidar&limit=2", NULL,
			 &a);
		assert_string_equal(raw_at(&a, "docs.1.reference_id"), "as-2");
		snprintf(target, sizeof(target),
			 "/v1/assets?project=Parking+Lidar&limit=2&%s=%.80s",
			 i ? "cursor" : "next_token", raw_at(&a, "next_token"));
		answer_free(&a);
		raw_call(&sb, RAW_LIVE, "GET", target, NULL, &a);
		assert_string_equal(raw_at(&a, "docs.0.reference_id"), "as-1");
		assert_string_equal(raw_at(&a, "docs.1"), "-");
		assert_string_equal(raw_at(&a, "has_more"), "false");
		answer_free(&a);
	}
	raw_call(&sb, RAW_TEST, "GET", "/v1/assets?project=Parking+Lidar", NULL, &a);
	assert_string_not_equal(raw_at(&a, "docs.0.reference_id"), "as-3");
	answer_free(&a);
}

/* --- the bytes --- */

#define BYTES (3u << 20) /* of the file that most of these read: many parts */

static char bytes[BYTES];

/* Upload n bytes; the id goes into id. */
static void
upload(const struct raw *r, const char *key, const char *data, size_t n, char id[64])
{
	size_t head = strlen(PNG), end = strlen(END);
	char *form = malloc(head + n + end), line[512];
	struct answer a;
	int fd = raw_connect(r);

	memcpy(form, PNG, head);
	memcpy(form + head, data, n);
	memcpy(form + head + n, END, end);
	snprintf(line, sizeof(line),
		 "POST /v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
		 "Content-Type: " FORM "\r\nContent-Length: %zu\r\n\r\n",
		 key, head + n + end);
	raw_send(fd, line, strlen(line));
	raw_send(fd, form, head + n + end);
	raw_read(fd, false, &a);
	assert_int_equal(a.status, 200);
	snprintf(id, 64, "%.63s", raw_at(&a, "id"));
	answer_free(&a);
	close(fd);
	free(form);
}

/* Ask on fd. key NULL: none; header: a whole line, or "". */
static void
ask(int fd, const char *key, const char *method, const char *target, const char *header,
    struct answer *a)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s%s\r\n", method,
		 target, key ? "Authorization: Bearer " : "", key ? key : "", key ? "\r\n" : "",
		 header);
	raw_send(fd, text, strlen(text));
	raw_read(fd, strcmp(method, "HEAD") == 0, a);
}

static void
fill_bytes(void)
{
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
}

static void
a_file_comes_back_to_its_owner(void **state)
{
	char id[64], target[128];
	struct answer a;
	int fd = raw_connect(&sb);

	(void)state;
	fill_bytes();
	upload(&sb, RAW_LIVE, bytes, BYTES, id);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	for (int i = 0; i < 2; i++) { /* on one connection */
		ask(fd, RAW_LIVE, "GET", target, "", &a);
		assert_int_equal(a.status, 200);
		assert_int_equal(a.body_len, BYTES);
		assert_memory_equal(a.body, bytes, BYTES);
		assert_non_null(strstr(a.head, "\r\nContent-Type: image/png\r\n"));
		assert_non_null(strstr(a.head, "\r\nContent-Length: 3145728\r\n"));
		answer_free(&a);
		ask(fd, RAW_LIVE, "HEAD", target, "", &a);
		assert_int_equal(a.status, 200);
		assert_non_null(strstr(a.head, "\r\nContent-Length: 3145728\r\n"));
		answer_free(&a);
	}
	ask(fd, RAW_TEST, "GET", target, "", &a);
	assert_int_equal(a.status, 404);
	answer_free(&a);
	ask(fd, NULL, "GET", target, "", &a);
	assert_int_equal(a.status, 401);
	answer_free(&a);
	ask(fd, "nobody", "GET", target, "", &a);
	assert_int_equal(a.status, 401);
	answer_free(&a);
	ask(fd, RAW_LIVE, "GET", "/_sandbox/files/none", "", &a);
	assert_int_equal(a.status, 404);
	assert_string_equal(raw_at(&a, "error"), "File with ID \"none\" not found.");
	answer_free(&a);
	close(fd);
}

static void
a_part_of_a_file_can_be_asked_for(void **state)
{
	static const struct {
		const char *range;
		int status;
		size_t from, n;
		const char *shown; /* Content-Range */
	} rows[] = {
		/* clang-format off */
		{ "bytes=0-0",               206, 0,       1,           "bytes 0-0/3145728" },
		{ "bytes=65530-65541",       206, 65530,   12,          "bytes 65530-65541/3145728" },
		{ "bytes=1-",                206, 1,       BYTES - 1,   "bytes 1-3145727/3145728" },
		{ "bytes=-5",                206, BYTES - 5, 5,         "bytes 3145723-3145727/3145728" },
		{ "bytes=-9999999",          206, 0,       BYTES,       "bytes 0-3145727/3145728" },
		{ "bytes=3145727-9999999",   206, BYTES - 1, 1,         "bytes 3145727-3145727/3145728" },
		{ "bytes=3145728-",          416, 0,       0,           "bytes */3145728" },
		{ "bytes=-0",                416, 0,       0,           "bytes */3145728" },
		{ "bytes=5-4",               200, 0,       BYTES,       NULL },
		{ "bytes=0-1,4-5",           200, 0,       BYTES,       NULL },
		{ "bytes=-",                 200, 0,       BYTES,       NULL },
		{ "bytes=x-1",               200, 0,       BYTES,       NULL },
		{ "bytes=99999999999999999999-", 200, 0,   BYTES,       NULL },
		{ "lines=0-1",               200, 0,       BYTES,       NULL },
		/* clang-format on */
	};
	char id[64], target[128], header[128];
	struct answer a;
	int fd = raw_connect(&sb);

	(void)state;
	fill_bytes();
	upload(&sb, RAW_LIVE, bytes, BYTES, id);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(header, sizeof(header), "Range: %s\r\n", rows[i].range);
		ask(fd, RAW_LIVE, "GET", target, header, &a);
		if (a.status != rows[i].status ||
		    (a.status != 416 && (a.body_len != rows[i].n ||
					 memcmp(a.body, bytes + rows[i].from, rows[i].n) != 0)))
			fail_msg("%s: %d, %zu bytes", rows[i].range, a.status, a.body_len);
		snprintf(header, sizeof(header), "\r\nContent-Range: %s\r\n",
			 rows[i].shown ? rows[i].shown : "");
		if (rows[i].shown ? !strstr(a.head, header)
				  : strstr(a.head, "Content-Range") != NULL)
			fail_msg("%s: %s", rows[i].range, a.head);
		answer_free(&a);
	}
	close(fd);
}

static void
an_empty_file_has_no_bytes(void **state)
{
	char id[64], target[128];
	struct answer a;
	int fd = raw_connect(&sb);

	(void)state;
	upload(&sb, RAW_LIVE, "", 0, id);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	ask(fd, RAW_LIVE, "GET", target, "", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 0);
	answer_free(&a);
	ask(fd, RAW_LIVE, "GET", target, "Range: bytes=0-\r\n", &a);
	assert_int_equal(a.status, 416);
	answer_free(&a);
	close(fd);
}

/* As a client follows it: the address alone, no key. */
static void
a_task_shows_where_its_attachment_is(void **state)
{
	static const char site[] = "http://localhost";
	char id[64], body[512], url[256];
	struct answer a;
	int fd = raw_connect(&sb);

	(void)state;
	fill_bytes();
	upload(&sb, RAW_LIVE, bytes, 100000, id);
	snprintf(body, sizeof(body),
		 "{\"project\":\"Urban Fusion\",\"scene_format\":\"sensor_fusion\","
		 "\"unique_id\":\"shown\",\"attachments\":"
		 "[\"scaledata://5f3d6a1c0e7b4200a1c2d3e4/%s\"]}",
		 id);
	raw_call(&sb, RAW_LIVE, "POST", "/v1/task/multistage", body, &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?unique_id=shown&include_attachment_url=True",
		 NULL, &a);
	assert_string_equal(raw_at(&a, "docs.0.attachmentS3Downloads.0.attachmentURL"),
			    raw_at(&a, "docs.0.params.attachments.0"));
	assert_string_equal(raw_at(&a, "docs.0.attachmentS3Downloads.0.isConvertedImage"), "false");
	snprintf(url, sizeof(url), "%s", raw_at(&a, "docs.0.attachmentS3Downloads.0.s3URL"));
	assert_memory_equal(url, site, strlen(site));
	answer_free(&a);
	ask(fd, NULL, "GET", url + strlen(site), "", &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 100000);
	assert_memory_equal(a.body, bytes, 100000);
	answer_free(&a);
	url[strlen(url) - 1] ^= 1;
	ask(fd, NULL, "GET", url + strlen(site), "", &a);
	assert_int_equal(a.status, 403);
	assert_string_equal(raw_at(&a, "error"), "The signature does not match.");
	answer_free(&a);
	close(fd);
}

static void
an_attachment_that_was_not_uploaded_is_missing(void **state)
{
	static const char lost[] = "scaledata://5f3d6a1c0e7b4200a1c2d3e4/%s";
	char id[64], body[512], url[128];
	struct answer a;

	(void)state;
	upload(&sb, RAW_TEST, "x", 1, id);
	raw_call(&sb, RAW_TEST, "POST", "/v1/projects",
		 "{\"type\":\"multistage\",\"name\":\"Urban Fusion\"}", &a);
	answer_free(&a); /* 200 or, if it is there, 409 */
	for (int i = 0; i < 2; i++) {
		snprintf(url, sizeof(url), lost, i ? "6f1c7c2e-0000-4000-8000-000000000000" : id);
		snprintf(body, sizeof(body),
			 "{\"project\":\"Urban Fusion\",\"scene_format\":\"sensor_fusion\","
			 "\"attachments\":[\"%s\"]}",
			 url);
		raw_call(&sb, RAW_TEST, "POST", "/v1/task/multistage", body, &a);
		assert_string_equal(raw_at(&a, "status"), i ? "error" : "completed");
		if (i) {
			assert_string_equal(raw_at(&a, "response.attachments.0.statusCode"), "404");
			assert_string_equal(raw_at(&a, "response.attachments.0.url"), url);
		}
		answer_free(&a);
	}
}

static void
a_file_survives_a_kill(void **state)
{
	static const char *const args[] = { "--db", "--seed", "empty", NULL };
	char id[64], target[128];
	struct raw r = { .pid = 0 };
	struct answer a;
	int fd;

	(void)state;
	fill_bytes();
	raw_start(&r, args);
	upload(&r, RAW_LIVE, bytes, BYTES, id);
	raw_kill(&r, SIGKILL);
	raw_start(&r, args);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	fd = raw_connect(&r);
	ask(fd, RAW_LIVE, "GET", target, "", &a);
	assert_int_equal(a.body_len, BYTES);
	assert_memory_equal(a.body, bytes, BYTES);
	answer_free(&a);
	close(fd);
	raw_stop(&r);
}

static void
the_bytes_of_an_import_from_elsewhere_are_not_here(void **state)
{
	char target[128], id[64];
	struct answer a;

	(void)state;
	raw_call(&sb, RAW_LIVE, "POST", "/v1/files/import", "{\"file_url\":\"https://a/x.png\"}",
		 &a);
	snprintf(id, sizeof(id), "%.40s", raw_at(&a, "id"));
	answer_free(&a);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	raw_call(&sb, RAW_LIVE, "GET", target, NULL, &a);
	assert_int_equal(a.status, 404);
	assert_non_null(strstr(raw_at(&a, "error"), "are not here"));
	answer_free(&a);
}

/* Import path from the port into "Urban Fusion"; the id goes into id. */
static void
import(int port, const char *path, const char *reference, char id[64])
{
	char body[256];
	struct answer a;

	snprintf(body, sizeof(body),
		 "{\"file_url\":\"http://127.0.0.1:%d%s\",\"project_name\":\"Urban Fusion\","
		 "\"reference_id\":\"%s\"}",
		 port, path, reference);
	raw_call(&sb, RAW_LIVE, "POST", "/v1/files/import", body, &a);
	assert_int_equal(a.status, 200);
	snprintf(id, 64, "%.63s", raw_at(&a, "id"));
	answer_free(&a);
}

static void
an_import_from_this_machine_is_fetched(void **state)
{
	static const char good[] = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
				   "Content-Length: 100000\r\n\r\n";
	static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
				      "Content-Length: 5\r\n\r\ngone\n";
	static char answer[sizeof(good) + 100000];
	struct canned answers[] = { { .bytes = missing }, { .bytes = answer } };
	struct canned_server *server;
	char bad[64], id[64], target[128];
	struct answer a;

	(void)state;
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (char)('a' + i % 23); /* a canned answer holds no NUL */
	memcpy(answer, good, sizeof(good));
	memcpy(answer + strlen(good), bytes, 100000);
	server = canned_start(answers, 2, NULL);
	import(canned_port(server), "/missing.jpg", "gone", bad);
	import(canned_port(server), "/a.jpg", "came", id);
	for (int i = 0;; i++) { /* one at a time, in this order */
		raw_call(&sb, RAW_LIVE, "GET", "/v1/assets?project=Urban+Fusion&limit=2", NULL, &a);
		assert_string_equal(raw_at(&a, "docs.0.reference_id"), "came");
		if (strcmp(raw_at(&a, "docs.0.size"), "100000") == 0)
			break;
		answer_free(&a);
		if (i == 1000)
			fail_msg("it was not fetched within 10 s");
		poll(NULL, 0, 10);
	}
	assert_string_equal(raw_at(&a, "docs.0.mime_type"), "image/jpeg");
	assert_string_equal(raw_at(&a, "docs.1.reference_id"), "gone");
	assert_string_equal(raw_at(&a, "docs.1.size"), "-");
	answer_free(&a);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", id);
	raw_call(&sb, RAW_LIVE, "GET", target, NULL, &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 100000);
	assert_memory_equal(a.body, bytes, 100000);
	answer_free(&a);
	snprintf(target, sizeof(target), "/_sandbox/files/%s", bad);
	raw_call(&sb, RAW_LIVE, "GET", target, NULL, &a);
	assert_int_equal(a.status, 404);
	answer_free(&a);
	canned_stop(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_uploaded_as_a_form),
		cmocka_unit_test(every_form_gets_a_clear_answer),
		cmocka_unit_test(a_file_of_more_than_80_mb_is_refused),
		cmocka_unit_test(a_file_is_imported_by_its_address),
		cmocka_unit_test(assets_are_the_files_of_a_project),
		cmocka_unit_test(a_file_comes_back_to_its_owner),
		cmocka_unit_test(a_part_of_a_file_can_be_asked_for),
		cmocka_unit_test(an_empty_file_has_no_bytes),
		cmocka_unit_test(a_task_shows_where_its_attachment_is),
		cmocka_unit_test(an_attachment_that_was_not_uploaded_is_missing),
		cmocka_unit_test(a_file_survives_a_kill),
		cmocka_unit_test(the_bytes_of_an_import_from_elsewhere_are_not_here),
		cmocka_unit_test(an_import_from_this_machine_is_fetched),
	};
	return cmocka_run_group_tests_name("sandbox files", tests, start_one, stop_one);
}
