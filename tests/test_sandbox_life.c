/* test_sandbox_life.c - what becomes of a task: attachments that are fetched, due times,
 * restarts, recall. */
#include "config.h"

#include "tests/test.h"

#include "tests/admin.h"
#include "tests/canned.h"
#include "tests/raw.h"
#include "tests/sandbox.h"
#include "tests/scene_file.h"
#include "tests/tasks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define MISSING "One or more attachments could not be downloaded."
#define OK      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define EMPTY   "Content-Length: 0\r\n\r\n"

static const char *const quick[] = { "--work", "0.05", NULL };

/* Members of a task of a kind that is fetched but not looked into. */
static const char *
plain(char out[512], int port)
{
	snprintf(out, 512,
		 "\"project\":\"Urban Fusion\",\"attachments\":[\"http://127.0.0.1:%d/s.sfs\"]",
		 port);
	return out;
}

static void
an_attachment_that_does_not_come_whole_with_200_is_an_error(void **state)
{
	static const struct {
		struct canned answer;
		const char *shown; /* in front of "url" */
	} rows[] = {
		{ { .bytes = "HTTP/1.1 403 Forbidden\r\n" EMPTY }, "\"statusCode\":403," },
		{ { .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY }, "\"statusCode\":404," },
		{ { .bytes = "HTTP/1.1 500 Oh\r\nContent-Length: 5\r\n\r\nsorry" },
		  "\"statusCode\":500," },
		{ { .bytes = "HTTP/1.1 204 No Content\r\n\r\n" }, "\"statusCode\":204," },
		{ { .bytes = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n" EMPTY },
		  "\"statusCode\":302," },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut" }, "" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncut" },
		  "" },
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Ty" }, "" },
		{ { .bytes = "SSH-2.0-hello\r\n" }, "" },
		{ { .bytes = NULL }, "" },
		{ { .bytes = NULL, .end = CANNED_RESET }, "" },
	};
	struct raw r = { .pid = 0 };
	char body[512], want[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canned_server *s = canned_start(&rows[i].answer, 1, NULL);

		tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
		tasks_wait(&r, RAW_LIVE, id, "status", "error");
		snprintf(want, sizeof(want),
			 "{\"error\":\"" MISSING "\",\"attachments\":[{%s"
			 "\"url\":\"http://127.0.0.1:%d/s.sfs\"}]}",
			 rows[i].shown, canned_port(s));
		tasks_must(&r, RAW_LIVE, id, "response", want);
		tasks_must(&r, RAW_LIVE, id, "completed_at", "-");
		canned_stop(s);
	}
	raw_stop(&r);
}

static void
where_nobody_listens_nothing_comes(void **state)
{
	struct raw r = { .pid = 0 };
	char body[512], want[512], id[TASKS_ID_SIZE];
	int port = canned_nobody();

	(void)state;
	raw_start(&r, quick);
	snprintf(body, sizeof(body),
		 "\"project\":\"Parking Lidar\",\"scene_format\":\"split_base64\","
		 "\"attachments\":[\"s3://b/missing/1.json\",\"https://localhost:%d/2.json\"],"
		 "\"unique_id\":\"gone\",\"clear_unique_id_on_error\":true",
		 port);
	tasks_make(&r, RAW_LIVE, body, id);
	tasks_must(&r, RAW_LIVE, id, "unique_id", "gone");
	tasks_wait(&r, RAW_LIVE, id, "status", "error");
	tasks_must(&r, RAW_LIVE, id, "unique_id", "-");
	snprintf(want, sizeof(want),
		 "[{\"statusCode\":403,\"url\":\"s3://b/missing/1.json\"},"
		 "{\"url\":\"https://localhost:%d/2.json\"}]",
		 port);
	tasks_must(&r, RAW_LIVE, id, "response.attachments", want);
	raw_stop(&r);
}

/* The first request that the server sees is that of the last task. */
static void
only_this_machine_is_asked_and_only_for_live_tasks(void **state)
{
	static const struct {
		const char *key, *before, *after; /* the port */
	} rows[] = {
		{ RAW_TEST, "http://127.0.0.1:", "/no" },
		{ RAW_LIVE, "http://127.0.0.1.example.invalid:", "/no" },
		{ RAW_LIVE, "http://localhost.example.invalid:", "/no" },
		{ RAW_LIVE, "http://127.0.0.1:", "@example.invalid/no" },
		{ RAW_LIVE, "http://me:you@127.0.0.1:", "/no" },
		{ RAW_LIVE, "http://example.invalid/?http://127.0.0.1:", "/no" },
		{ RAW_LIVE, "s3://127.0.0.1:", "/no" },
	};
	static const struct canned answer = { .bytes = OK };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], url[128], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(url, sizeof(url), "%s%d%s", rows[i].before, canned_port(s), rows[i].after);
		snprintf(body, sizeof(body),
			 "\"project\":\"Urban Fusion\",\"attachments\":[\"%s\"]", url);
		tasks_make(&r, rows[i].key, body, id);
		tasks_wait(&r, rows[i].key, id, "status", "completed");
	}
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	assert_int_equal(strncmp(canned_request(s), "GET /s.sfs HTTP/1.1\r\n", 21), 0);
	canned_stop(s);
	raw_stop(&r);
}

/* Headers and data as one answer, to the end of the connection. */
static struct canned
answer_with(char out[2048], const char *data, size_t n)
{
	int head = snprintf(out, 2048, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n);

	assert_true((size_t)head + n < 2048);
	memcpy(out + head, data, n);
	return (struct canned){ .bytes = out, .n = (size_t)head + n };
}

static void
what_comes_is_looked_into_as_its_scene_format_says(void **state)
{
	static const struct {
		const char *format, *data;
		size_t n;
		const char *message; /* NULL: completed */
	} rows[] = {
		{ "sensor_fusion", example_scene, EXAMPLE_SIZE, NULL },
		{ "sensor_fusion", example_scene, EXAMPLE_SIZE - 3,
		  "$items.1: the file ends before this blob does: 2 bytes at 32 of 33" },
		{ "sensor_fusion", "<html>", 6,
		  "no NUL ends the header: this is no .sfs file, or only a part of one" },
		{ "split_base64", "{\"points\":[{\"x\":1,\"y\":2,\"z\":3}]}", 32, NULL },
		{ "split_base64", "{\"points\":", 10,
		  "Invalid JSON Format: Unexpected end of JSON input" },
		{ "split_base64", "", 0, "Invalid JSON Format: Unexpected end of JSON input" },
	};
	struct raw r = { .pid = 0 };
	char bytes[2048], body[512], want[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct canned answer = answer_with(bytes, rows[i].data, rows[i].n);
		struct canned_server *s = canned_start(&answer, 1, NULL);

		snprintf(body, sizeof(body),
			 "\"project\":\"Urban Fusion\",\"scene_format\":\"%s\",\"attachments\":"
			 "[\"http://127.0.0.1:%d/a\"]",
			 rows[i].format, canned_port(s));
		tasks_make(&r, RAW_LIVE, body, id);
		tasks_wait(&r, RAW_LIVE, id, "status", rows[i].message ? "error" : "completed");
		snprintf(want, sizeof(want),
			 "[{\"frame\":0,\"message\":\"%s\",\"attachment\":{\"statusCode\":200,"
			 "\"url\":\"http://127.0.0.1:%d/a\"}}]",
			 rows[i].message ? rows[i].message : "", canned_port(s));
		tasks_must(&r, RAW_LIVE, id, "response.frames", rows[i].message ? want : "-");
		canned_stop(s);
	}
	raw_stop(&r);
}

/* The second and the third: one that came and one that nobody fetches. */
static void
each_broken_frame_is_told_by_its_place(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\n\r\n[" };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], want[512], id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	snprintf(body, sizeof(body),
		 "\"project\":\"Parking Lidar\",\"scene_format\":\"split_base64\",\"attachments\":"
		 "[\"s3://b/1\",\"http://127.0.0.1:%d/2\",\"s3://b/broken/3\"]",
		 canned_port(s));
	tasks_make(&r, RAW_LIVE, body, id);
	tasks_wait(&r, RAW_LIVE, id, "status", "error");
	snprintf(want, sizeof(want), "http://127.0.0.1:%d/2", canned_port(s));
	tasks_must(&r, RAW_LIVE, id, "response.frames.0.frame", "1");
	tasks_must(&r, RAW_LIVE, id, "response.frames.0.attachment.url", want);
	tasks_must(&r, RAW_LIVE, id, "response.frames.1.frame", "2");
	tasks_must(&r, RAW_LIVE, id, "response.frames.1.attachment.url", "s3://b/broken/3");
	tasks_must(&r, RAW_LIVE, id, "response.frames.2", "-");
	canned_stop(s);
	raw_stop(&r);
}

/* What comes for a task of another type only has to come. */
static void
tasks_of_other_types_are_fetched_too(void **state)
{
	static const struct canned answers[] = { { .bytes = "HTTP/1.1 200 OK\r\n\r\nGIF89a" },
						 { .bytes = "HTTP/1.1 403 No\r\n" EMPTY } };
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];
	struct answer a;

	(void)state;
	raw_start(&r, quick);
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body),
			 "{\"attachment\":\"http://127.0.0.1:%d/i.gif\",\"instruction\":\"Look.\","
			 "\"attachment_type\":\"image\",\"objects_to_annotate\":[\"car\"]}",
			 canned_port(s));
		raw_call(&r, RAW_LIVE, "POST", "/v1/task/annotation", body, &a);
		if (a.status != 200)
			fail_msg("%s", a.body);
		snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
		answer_free(&a);
		tasks_wait(&r, RAW_LIVE, id, "status", i ? "error" : "completed");
	}
	tasks_must(&r, RAW_LIVE, id, "response.attachments.0.statusCode", "403");
	canned_stop(s);
	raw_stop(&r);
}

/* 65 MiB come; 64 are the most that is kept. */
static void
an_endless_attachment_is_given_up(void **state)
{
	static char bytes[65536 + 1];
	struct canned answers[] = { { .bytes = bytes, .repeat = 1040 } };
	struct canned_server *s;
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE];
	int n = snprintf(bytes, sizeof(bytes), "HTTP/1.1 200 OK\r\n\r\n");

	(void)state;
	memset(bytes + n, 'x', sizeof(bytes) - 1 - (size_t)n);
	s = canned_start(answers, 1, NULL);
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	tasks_wait(&r, RAW_LIVE, id, "response.error", MISSING);
	canned_stop(s);
	raw_stop(&r);
}

static int
connect_to(const char *url)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;

	assert_int_equal(sscanf(url, "http://127.0.0.1:%d/", &port), 1);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)port);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void
talk(const char *url, const char *method, const char *target, const char *body, struct answer *a)
{
	char text[1024];
	int fd = connect_to(url);

	snprintf(text, sizeof(text),
		 "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " RAW_LIVE
		 "\r\nContent-Length: %zu\r\n\r\n%s",
		 method, target, strlen(body), body);
	raw_send(fd, text, strlen(text));
	raw_read(fd, false, a);
	close(fd);
}

/* It is the same process, and it has no key with it. */
static void
the_sandbox_may_be_asked_by_itself(void **state)
{
	struct sandbox *s = sandbox_start(NULL, quick);
	char body[512], target[64], status[16] = "";
	struct answer a;

	(void)state;
	snprintf(body, sizeof(body),
		 "{\"project\":\"Urban Fusion\",\"attachments\":[\"%s/tasks\"]}", sandbox_url(s));
	talk(sandbox_url(s), "POST", TASKS_CREATE, body, &a);
	assert_int_equal(a.status, 200);
	snprintf(target, sizeof(target), "/v1/task/%s", raw_at(&a, "task_id"));
	answer_free(&a);
	for (int i = 0; i < 1000 && strcmp(status, "error") != 0; i++) {
		poll(NULL, 0, 20);
		talk(sandbox_url(s), "GET", target, "", &a);
		snprintf(status, sizeof(status), "%s", raw_at(&a, "status"));
		if (strcmp(status, "error") == 0)
			assert_string_equal(raw_at(&a, "response.attachments.0.statusCode"), "401");
		answer_free(&a);
	}
	assert_string_equal(status, "error");
	sandbox_stop(s);
}

static void
a_task_waits_for_its_attachments_and_for_its_time(void **state)
{
	static const char *const slow[] = { "--work", "1000", NULL };
	static const struct canned late = { .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY,
					    .waits = true };
	static const struct canned now = { .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY };
	struct canned_server *s = canned_start(&late, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], other[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]",
		   other);
	tasks_wait(&r, RAW_LIVE, other, "status", "completed");
	canned_request(s);
	tasks_must(&r, RAW_LIVE, id, "status", "pending");
	canned_go_on(s);
	tasks_wait(&r, RAW_LIVE, id, "status", "error");
	canned_stop(s);
	raw_stop(&r);

	s = canned_start(&now, 1, NULL);
	raw_start(&r, slow);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	canned_request(s);
	for (int i = 0; i < 10; i++)
		tasks_must(&r, RAW_LIVE, id, "status", "pending");
	canned_stop(s);
	raw_stop(&r);
}

static void
a_moved_clock_ends_the_work(void **state)
{
	static const char *const slow[] = { "--work", "1000", NULL };
	static const struct canned late = { .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY,
					    .waits = true };
	struct canned_server *s = canned_start(&late, 1, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], other[TASKS_ID_SIZE];

	(void)state;
	admin_prepare();
	raw_start(&r, slow);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]",
		   other);
	canned_request(s);
	tasks_must(&r, RAW_LIVE, other, "status", "pending");
	admin_advance(&r, "2000s");
	tasks_must(&r, RAW_LIVE, other, "status", "completed");
	tasks_must(&r, RAW_LIVE, id, "status", "pending"); /* not fetched */
	canned_go_on(s);
	tasks_wait(&r, RAW_LIVE, id, "status", "error");
	canned_stop(s);
	raw_stop(&r);
}

static void
a_moved_clock_outlives_the_process(void **state)
{
	static const char *const slow[] = { "--db", "--work", "1000", NULL };
	struct raw r = { .pid = 0 };
	char id[TASKS_ID_SIZE], other[TASKS_ID_SIZE];

	(void)state;
	admin_prepare();
	raw_start(&r, slow);
	admin_advance(&r, "2000s");
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]", id);
	raw_kill(&r, SIGKILL);
	raw_start(&r, slow);
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]",
		   other);
	tasks_must(&r, RAW_LIVE, id, "status", "pending");
	admin_advance(&r, "1600s"); /* 1000 and half as much more: done, if it began late */
	tasks_must(&r, RAW_LIVE, id, "status", "completed");
	tasks_must(&r, RAW_LIVE, other, "status", "completed");
	raw_stop(&r);
}

static void
a_canceled_task_stays_canceled_whatever_comes(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY, .waits = true },
		{ .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY },
	};
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], next[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	canned_request(s);
	tasks_post(&r, RAW_LIVE, "/v1/task/?/cancel", id, 200);
	canned_go_on(s);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), next); /* served behind it */
	tasks_wait(&r, RAW_LIVE, next, "status", "error");
	tasks_must(&r, RAW_LIVE, id, "status", "canceled");
	tasks_must(&r, RAW_LIVE, id, "response", "-");
	canned_stop(s);
	raw_stop(&r);
}

static void
a_killed_sandbox_fetches_again_and_goes_on(void **state)
{
	static const char *const kept[] = { "--work", "0.3", "--db", NULL };
	static const struct canned answers[] = {
		{ .bytes = NULL, .end = CANNED_HANG },
		{ .bytes = "HTTP/1.1 410 Gone\r\n" EMPTY },
	};
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct raw r = { .pid = 0 };
	char body[512], id[TASKS_ID_SIZE], bare[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, kept);
	tasks_make(&r, RAW_LIVE, plain(body, canned_port(s)), id);
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]",
		   bare);
	canned_request(s);
	raw_kill(&r, SIGKILL);
	raw_start(&r, kept);
	tasks_wait(&r, RAW_LIVE, id, "response.attachments.0.statusCode", "410");
	tasks_wait(&r, RAW_LIVE, bare, "status", "completed");
	canned_stop(s);
	raw_stop(&r);
}

static void
attachments_are_fetched_while_the_batch_collects(void **state)
{
	static const struct canned answers[] = {
		{ .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY },
		{ .bytes = "HTTP/1.1 404 Not Found\r\n" EMPTY, .waits = true },
	};
	struct canned_server *s = canned_start(answers, 2, NULL);
	struct raw r = { .pid = 0 };
	char body[512], ids[2][TASKS_ID_SIZE];
	struct answer a;

	(void)state;
	raw_start(&r, quick);
	for (int i = 0; i < 2; i++) {
		snprintf(body, sizeof(body),
			 "\"batch\":\"rped-05\",\"scene_format\":\"split_base64\",\"attachments\":"
			 "[\"http://127.0.0.1:%d/%d\"]",
			 canned_port(s), i);
		tasks_make(&r, RAW_LIVE, body, ids[i]);
		canned_request(s);
		tasks_must(&r, RAW_LIVE, ids[i], "status", "pending");
	}
	raw_call(&r, RAW_LIVE, "POST", "/v1/batches/rped-05/finalize", "{}", &a);
	assert_int_equal(a.status, 200);
	answer_free(&a);
	tasks_wait(&r, RAW_LIVE, ids[0], "status", "error");
	tasks_must(&r, RAW_LIVE, ids[1], "status", "pending");
	canned_go_on(s);
	tasks_wait(&r, RAW_LIVE, ids[1], "status", "error");
	canned_stop(s);
	raw_stop(&r);
}

static void
a_recalled_task_is_pending_and_gets_done_again(void **state)
{
	static const char recall[] = "/_sandbox/tasks/?/recall";
	struct raw r = { .pid = 0 };
	char id[TASKS_ID_SIZE], first[256];
	struct answer a;

	(void)state;
	raw_start(&r, quick);
	tasks_make(&r, RAW_LIVE, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]", id);
	tasks_wait(&r, RAW_LIVE, id, "status", "completed");
	tasks_get(&r, RAW_LIVE, id, &a);
	snprintf(first, sizeof(first), "%s", raw_at(&a, "response"));
	answer_free(&a);
	tasks_post(&r, RAW_LIVE, recall, id, 200);
	tasks_wait(&r, RAW_LIVE, id, "status", "completed");
	tasks_must(&r, RAW_LIVE, id, "response", first);
	tasks_post(&r, RAW_TEST, recall, id, 404); /* of the other side */
	tasks_post(&r, RAW_LIVE, recall, "65a6f0c51c9d4400a1b2c3d4", 404);
	tasks_make(&r, RAW_LIVE,
		   "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/missing/k\"]", id);
	tasks_wait(&r, RAW_LIVE, id, "status", "error");
	tasks_post(&r, RAW_LIVE, recall, id, 400);
	raw_stop(&r);
}

static void
a_recalled_task_shows_neither_end_nor_response(void **state)
{
	static const char *const slow[] = { "--work", "1000", NULL };
	struct raw r = { .pid = 0 };
	char id[TASKS_ID_SIZE];

	(void)state;
	raw_start(&r, slow);
	tasks_make(&r, RAW_TEST, "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]", id);
	tasks_must(&r, RAW_TEST, id, "status", "completed");
	tasks_post(&r, RAW_TEST, "/_sandbox/tasks/?/recall", id, 200);
	tasks_must(&r, RAW_TEST, id, "status", "pending");
	tasks_must(&r, RAW_TEST, id, "completed_at", "-");
	tasks_must(&r, RAW_TEST, id, "response", "-");
	tasks_post(&r, RAW_TEST, "/_sandbox/tasks/?/recall", id, 400);
	tasks_post(&r, RAW_TEST, "/v1/task/?/cancel", id, 200);
	raw_stop(&r);
}

static int64_t
wall_ms(const char *iso)
{
	int h = 0, m = 0, s = 0, ms = 0;

	assert_int_equal(sscanf(iso + 11, "%d:%d:%d.%dZ", &h, &m, &s, &ms), 4);
	return ((h * 60 + m) * 60 + s) * 1000LL + ms;
}

static void
the_spread_of_the_work_is_the_same_with_the_same_seed(void **state)
{
	static const char *const seeds[][5] = { { "--work", "0.2", "--work-seed", "7", NULL },
						{ "--work", "0.2", "--work-seed", "7", NULL },
						{ "--work", "0.2", "--work-seed", "8", NULL } };
	struct raw r = { .pid = 0 };
	int64_t took[3][6];
	struct answer a;

	(void)state;
	for (int run = 0; run < 3; run++) {
		raw_start(&r, seeds[run]);
		for (int i = 0; i < 6; i++) {
			char id[TASKS_ID_SIZE];

			tasks_make(&r, RAW_LIVE,
				   "\"project\":\"Urban Fusion\",\"attachments\":[\"s3://b/k\"]",
				   id);
			tasks_wait(&r, RAW_LIVE, id, "status", "completed");
			tasks_get(&r, RAW_LIVE, id, &a);
			assert_string_equal(raw_at(&a, "completed_at"), raw_at(&a, "updated_at"));
			took[run][i] = (wall_ms(raw_at(&a, "completed_at")) + 86400000 -
					wall_ms(raw_at(&a, "created_at"))) %
				       86400000;
			assert_true(took[run][i] >= 100 && took[run][i] <= 300);
			answer_free(&a);
		}
		raw_stop(&r);
	}
	assert_memory_equal(took[0], took[1], sizeof(took[0]));
	assert_memory_not_equal(took[0], took[2], sizeof(took[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attachment_that_does_not_come_whole_with_200_is_an_error),
		cmocka_unit_test(where_nobody_listens_nothing_comes),
		cmocka_unit_test(only_this_machine_is_asked_and_only_for_live_tasks),
		cmocka_unit_test(what_comes_is_looked_into_as_its_scene_format_says),
		cmocka_unit_test(each_broken_frame_is_told_by_its_place),
		cmocka_unit_test(tasks_of_other_types_are_fetched_too),
		cmocka_unit_test(an_endless_attachment_is_given_up),
		cmocka_unit_test(the_sandbox_may_be_asked_by_itself),
		cmocka_unit_test(a_task_waits_for_its_attachments_and_for_its_time),
		cmocka_unit_test(a_moved_clock_ends_the_work),
		cmocka_unit_test(a_moved_clock_outlives_the_process),
		cmocka_unit_test(a_canceled_task_stays_canceled_whatever_comes),
		cmocka_unit_test(a_killed_sandbox_fetches_again_and_goes_on),
		cmocka_unit_test(attachments_are_fetched_while_the_batch_collects),
		cmocka_unit_test(a_recalled_task_is_pending_and_gets_done_again),
		cmocka_unit_test(a_recalled_task_shows_neither_end_nor_response),
		cmocka_unit_test(the_spread_of_the_work_is_the_same_with_the_same_seed),
	};

	return cmocka_run_group_tests_name("sandbox life", tests, NULL, NULL);
}
