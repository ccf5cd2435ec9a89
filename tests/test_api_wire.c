/* test_api_wire.c - each call as its bytes, each answer as its event, the log without the key. */
#include "config.h"

#include "tests/canary.h"
#include "tests/canned.h"
#include "tests/drive.h"
#include "tests/test.h"

#include "core/api.h"
#include "core/buf.h"
#include "core/mask.h"
#include "core/query.h"

#include <signal.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define KEY      "live_" CANARY "9f2c"
#define ID       "65a6f0c51c9d4400a1b2c3d4"

static struct api *
client_at(int port)
{
	struct err err = ERR_INIT;
	struct api *a;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", port);
	a = api_new(
		&(struct api_setup){ .base_url = url, .key = KEY, .key_origin = "SCALE_API_KEY" },
		&err);
	if (!a)
		fail_msg("%s", err.msg);
	return a;
}

/* --- each call, as the server gets it --- */

static enum err_code
call(struct api *a, enum endpoint_id which, int *ticket, struct err *err)
{
	static const char *const ids[] = { "a b", "c&d" };
	static const char *const tags[] = { "night", "\xC3\xA4\"" };
	static const struct api_list list = {
		.project = "p/q",
		.batch = "b",
		.type = "multistage",
		.status = "error",
		.unique_ids = ids,
		.unique_id_count = 2,
		.tags = tags,
		.tag_count = 2,
		.created_after_ms = 1,
		.created_before_ms = 2,
		.completed_after_ms = 3,
		.completed_before_ms = 4,
		.updated_after_ms = 5,
		.updated_before_ms = 6,
		.customer_review_status = "accepted,fixed",
		.next_token = "n=",
		.limit = 7,
		.include_attachment_url = true,
		.limited_response = true,
	};
	static const struct api_batches batches = {
		.project = "p", .status = "staging", .offset = 100, .limit = 1000
	};
	static const struct api_file file = { .url = "https://x/\"y",
					      .project_name = "p",
					      .metadata = "{ \"a\" : 1.10 }" };
	struct api_tags change = { .which = which, .tags = tags, .n = 2 };

	switch (which) {
	case ENDPOINT_TASK_CREATE: return api_task_create(a, "{\"x\":1}", 7, 0, ticket, err);
	case ENDPOINT_TASK_GET: return api_task_get(a, "../x", 0, ticket, err);
	case ENDPOINT_TASK_LIST: return api_task_list(a, &list, 0, ticket, err);
	case ENDPOINT_TASK_CANCEL: return api_task_cancel(a, ID, true, 0, ticket, err);
	case ENDPOINT_TASK_SET_METADATA:
		return api_task_set_metadata(a, ID, " {\"n\": 1.10}", 0, ticket, err);
	case ENDPOINT_UNIQUE_ID_SET: return api_unique_id_set(a, ID, "u\"1", 0, ticket, err);
	case ENDPOINT_UNIQUE_ID_DELETE: return api_unique_id_delete(a, ID, 0, ticket, err);
	case ENDPOINT_TAGS_REPLACE:
	case ENDPOINT_TAGS_ADD: return api_tags(a, ID, &change, 0, ticket, err);
	case ENDPOINT_TAGS_REMOVE: change.n = 0; return api_tags(a, ID, &change, 0, ticket, err);
	case ENDPOINT_PROJECT_LIST: return api_project_list(a, 0, ticket, err);
	case ENDPOINT_PROJECT_GET: return api_project_get(a, "a b/c", 0, ticket, err);
	case ENDPOINT_BATCH_LIST: return api_batch_list(a, &batches, 0, ticket, err);
	case ENDPOINT_BATCH_GET: return api_batch_get(a, "..", 0, ticket, err);
	case ENDPOINT_BATCH_STATUS: return api_batch_status(a, "b", 0, ticket, err);
	case ENDPOINT_FILE_UPLOAD:
		return api_file_upload(a, &(struct api_file){ .path = "/nonexistent/x" }, 0, ticket,
				       err);
	case ENDPOINT_FILE_IMPORT: return api_file_import(a, &file, 0, ticket, err);
	case ENDPOINT_COUNT: break;
	}
	return ERR_USAGE;
}

static const struct {
	const char *line, *body;
} wire[ENDPOINT_COUNT] = {
	/* clang-format off */
	[ENDPOINT_TASK_CREATE] = { "POST /v1/task/multistage ", "{\"x\":1}" },
	[ENDPOINT_TASK_GET] = { "GET /v1/task/..%2Fx ", "" },
	[ENDPOINT_TASK_LIST] = { "GET /v1/tasks?project=p%2Fq&batch=b&type=multistage&status=error"
		"&unique_id=a%20b&unique_id=c%26d&tags=night&tags=%C3%A4%22"
		"&start_time=1970-01-01T00%3A00%3A00.001Z&end_time=1970-01-01T00%3A00%3A00.002Z"
		"&completed_after=1970-01-01T00%3A00%3A00.003Z&completed_before=1970-01-01T00%3A00%3A00.004Z"
		"&updated_after=1970-01-01T00%3A00%3A00.005Z&updated_before=1970-01-01T00%3A00%3A00.006Z"
		"&customer_review_status=accepted%2Cfixed&include_attachment_url=true"
		"&limited_response=true&limit=7&next_token=n%3D ", "" },
	[ENDPOINT_TASK_CANCEL] = { "POST /v1/task/" ID "/cancel?clear_unique_id=true ", "" },
	[ENDPOINT_TASK_SET_METADATA] = { "POST /v1/task/" ID "/setMetadata ", "{\"n\": 1.10}" },
	[ENDPOINT_UNIQUE_ID_SET] = { "POST /v1/task/" ID "/unique_id ", "{\"unique_id\":\"u\\\"1\"}" },
	[ENDPOINT_UNIQUE_ID_DELETE] = { "DELETE /v1/task/" ID "/unique_id ", "" },
	[ENDPOINT_TAGS_REPLACE] = { "POST /v1/task/" ID "/tags ", "[\"night\",\"\xC3\xA4\\\"\"]" },
	[ENDPOINT_TAGS_ADD] = { "PUT /v1/task/" ID "/tags ", "[\"night\",\"\xC3\xA4\\\"\"]" },
	[ENDPOINT_TAGS_REMOVE] = { "DELETE /v1/task/" ID "/tags ", "[]" },
	[ENDPOINT_PROJECT_LIST] = { "GET /v1/projects ", "" },
	[ENDPOINT_PROJECT_GET] = { "GET /v1/projects/a%20b%2Fc ", "" },
	[ENDPOINT_BATCH_LIST] = { "GET /v1/batches?project=p&status=staging&limit=100&offset=100 ", "" },
	[ENDPOINT_BATCH_GET] = { "GET /v1/batches/%2E%2E ", "" },
	[ENDPOINT_BATCH_STATUS] = { "GET /v1/batches/b/status ", "" },
	[ENDPOINT_FILE_UPLOAD] = { NULL, NULL }, /* this one has no such file */
	[ENDPOINT_FILE_IMPORT] = { "POST /v1/files/import ",
		"{\"file_url\":\"https://x/\\\"y\",\"project_name\":\"p\",\"metadata\":{\"a\":1.10}}" },
	/* clang-format on */
};

static void
every_call_is_the_request_that_the_reference_shows(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n"
						       "\r\n" };

	(void)state;
	for (int i = 0; i < ENDPOINT_COUNT; i++) {
		struct canned_server *s = canned_start(&answer, 1, NULL);
		struct api *a = client_at(canned_port(s));
		struct err err = ERR_INIT;
		struct api_event ev;
		const char *got, *body;
		int ticket = 0;

		if (!wire[i].line) {
			assert_int_equal(call(a, (enum endpoint_id)i, &ticket, &err), ERR_SYS);
			assert_int_equal(api_log_count(a), 0);
		} else if (call(a, (enum endpoint_id)i, &ticket, &err)) {
			fail_msg("%s: %s", endpoints[i].name, err.msg);
		} else {
			drive(a, &ev);
			assert_int_equal(ev.ticket, ticket);
			assert_int_equal(ev.endpoint, i);
			assert_int_equal(ev.err.code, ERR_NOT_FOUND);
			got = canned_request(s);
			body = strstr(got, "\r\n\r\n");
			if (strncmp(got, wire[i].line, strlen(wire[i].line)) != 0 || !body ||
			    strcmp(body + 4, wire[i].body) != 0)
				fail_msg("%s:\n%s", endpoints[i].name, got);
		}
		api_free(a);
		canned_stop(s);
	}
}

static void
a_list_asks_for_full_pages_unless_told(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\n\r\n{\"docs\":[]}" };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct api *a = client_at(canned_port(s));
	struct err err = ERR_INIT;
	struct api_event ev;
	int ticket;

	(void)state;
	assert_int_equal(api_task_list(a, &(struct api_list){ .limit = 0 }, 0, &ticket, &err), 0);
	drive(a, &ev);
	assert_int_equal(ev.err.code, ERR_OK);
	assert_int_equal(ev.reply.kind, REPLY_TASK_PAGE);
	assert_memory_equal(canned_request(s), "GET /v1/tasks?limit=100 HTTP", 28);
	api_free(a);
	canned_stop(s);
}

static void
what_cannot_be_sent_is_refused_at_once(void **state)
{
	static const char *const bad_tag[] = { "a", "\xFF" };
	struct api *a = client_at(canned_nobody());
	struct err err = ERR_INIT;
	int ticket = 0;

	(void)state;
	assert_int_equal(api_task_get(a, "", 0, &ticket, &err), ERR_USAGE);
	assert_int_equal(api_task_set_metadata(a, ID, "[]", 0, &ticket, &err), ERR_RULE);
	assert_string_equal(err.field, "metadata");
	assert_int_equal(api_task_set_metadata(a, ID, "{\"a\":1,\"a\":2}", 0, &ticket, &err),
			 ERR_PARSE);
	assert_int_equal(api_unique_id_set(a, ID, "\xC3", 0, &ticket, &err), ERR_RULE);
	assert_int_equal(
		api_tags(a, ID,
			 &(struct api_tags){ .which = ENDPOINT_TAGS_ADD, .tags = bad_tag, .n = 2 },
			 0, &ticket, &err),
		ERR_RULE);
	assert_int_equal(ticket, 0);
	assert_int_equal(api_running(a), 0);
	api_free(a);
}

/* --- each answer, as the event it becomes --- */

#define HEAD(status) "HTTP/1.1 " status " X\r\nContent-Type: application/json\r\n\r\n"

static void
an_answer_becomes_the_right_event(void **state)
{
	static const struct {
		struct canned answer;
		enum endpoint_id which;
		enum err_code code;
		const char *msg, *hint;
	} cases[] = {
		/* clang-format off */
		{ { .bytes = HEAD("200") "{\"task_id\":\"" ID "\"}" }, ENDPOINT_TASK_CREATE, ERR_OK, "", "" },
		{ { .bytes = HEAD("201") "{\"task_id\":\"" ID "\"}" }, ENDPOINT_TASK_CREATE, ERR_OK, "", "" },
		{ { .bytes = HEAD("200") }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "answer 200 not understood: the answer is empty", "may have been created" },
		{ { .bytes = HEAD("200") "<html>\nlogin" }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "not understood", "may have been created" },
		{ { .bytes = HEAD("200") "{\"task_id\":7}" }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "no task_id", "may have been created" },
		{ { .bytes = HEAD("200") "{\"task_id\":\"a\"" }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "not understood", "may have been created" },
		{ { .bytes = HEAD("200") "OK" }, ENDPOINT_TASK_GET, ERR_PARSE, "not understood", "it begins with: OK" },
		{ { .end = CANNED_RESET }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "broke", "may have been created" },
		{ { .end = CANNED_RESET }, ENDPOINT_TASK_GET, ERR_UNCONFIRMED, "broke", "try again" },
		{ { .bytes = HEAD("503") }, ENDPOINT_TASK_CREATE, ERR_UNCONFIRMED, "(503)", "may have been created" },
		{ { .bytes = HEAD("503") }, ENDPOINT_TASK_LIST, ERR_API, "(503)", "try again" },
		{ { .bytes = HEAD("409") "{\"error\":\"used for a different task (" ID ").\"}" }, ENDPOINT_TASK_CREATE, ERR_CONFLICT, ID, "another unique_id" },
		{ { .bytes = HEAD("401") }, ENDPOINT_TASK_CREATE, ERR_AUTH, "live_....9f2c from SCALE_API_KEY", "a live key" },
		{ { .bytes = HEAD("400") "{\"error\":\"no " KEY " and bGl2ZV9DYU5hUnk3Wmszdlc5ZjJjOg==\"}" }, ENDPOINT_TASK_CREATE, ERR_API, "no ********************* and ****************************", "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct canned_server *s = canned_start(&cases[i].answer, 1, NULL);
		struct api *a = client_at(canned_port(s));
		struct err err = ERR_INIT;
		struct api_event ev;
		int ticket;

		assert_int_equal(call(a, cases[i].which, &ticket, &err), ERR_OK);
		drive(a, &ev);
		if (ev.err.code != cases[i].code || !strstr(ev.err.msg, cases[i].msg) ||
		    !strstr(ev.err.hint, cases[i].hint) || !ev.left)
			fail_msg("row %zu: %s, %s (%s)", i, err_name(ev.err.code), ev.err.msg,
				 ev.err.hint);
		if (ev.err.code == ERR_OK)
			assert_string_equal(ev.reply.tasks[0].task_id, ID);
		assert_string_equal(ev.owner_task_id, ev.err.code == ERR_CONFLICT ? ID : "");
		assert_false(api_next(a, &ev));
		api_free(a);
		canned_stop(s);
	}
}

static void
without_a_server_nothing_leaves(void **state)
{
	struct api *a = client_at(canned_nobody());
	struct err err = ERR_INIT;
	struct api_event ev;
	int first, second;

	(void)state;
	assert_int_equal(call(a, ENDPOINT_TASK_CREATE, &first, &err), ERR_OK);
	assert_int_equal(call(a, ENDPOINT_TASK_GET, &second, &err), ERR_OK);
	assert_true(first > 0 && second > first);
	assert_int_equal(api_running(a), 2);
	for (int i = 0; i < 2; i++) {
		drive(a, &ev);
		assert_int_equal(ev.err.code, ERR_NET);
		assert_int_equal(ev.endpoint,
				 ev.ticket == first ? ENDPOINT_TASK_CREATE : ENDPOINT_TASK_GET);
		assert_false(ev.left);
		assert_int_equal(ev.status, 0);
	}
	api_free(a);
}

static void
ctrl_c_ends_every_call(void **state)
{
	static const struct canned answer = { .end = CANNED_HANG };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct api *a = client_at(canned_port(s));
	struct err err = ERR_INIT;
	struct api_event ev;
	int ticket;

	(void)state;
	assert_int_equal(call(a, ENDPOINT_TASK_GET, &ticket, &err), ERR_OK);
	assert_int_equal(call(a, ENDPOINT_PROJECT_LIST, &ticket, &err), ERR_OK);
	api_cancel_all(a);
	for (int i = 0; i < 2; i++) {
		assert_true(api_next(a, &ev));
		assert_int_equal(ev.err.code, ERR_INTERRUPTED);
	}
	assert_false(api_next(a, &ev));
	assert_int_equal(api_log_get(a, 0)->code, ERR_INTERRUPTED);
	api_free(a);
	canned_stop(s);
}

/* --- the log --- */

static void
the_log_keeps_each_call_without_the_key(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 200 OK\r\nx-request-id: r1 " KEY
						       "\r\n\r\n{\"task_id\":\"" ID
						       "\",\"type\":\"" KEY "\"}" };
	static const char payload[] = "{\"instruction\":\"" KEY "\"}";
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct api *a = client_at(canned_port(s));
	unsigned rev = api_log_rev(a);
	struct err err = ERR_INIT;
	const struct api_call *c;
	struct api_event ev;
	int ticket;

	(void)state;
	assert_null(api_log_get(a, 0));
	assert_int_equal(api_task_create(a, payload, sizeof(payload) - 1, 0, &ticket, &err), 0);
	c = api_log_get(a, 0);
	assert_int_equal(c->took_ms, -1);
	assert_int_equal(c->ticket, ticket);
	assert_string_equal(c->method, "POST");
	assert_string_equal(c->path, "/task/multistage");
	assert_string_equal(c->sent, "{\"instruction\":\"*********************\"}");
	assert_int_equal(c->sent_total, sizeof(payload) - 1);
	assert_true(api_log_rev(a) != rev);
	rev = api_log_rev(a);

	drive(a, &ev);
	assert_string_equal(ev.reply.tasks[0].type, "*********************");
	c = api_log_get(a, 0);
	assert_true(c->took_ms >= 0);
	assert_int_equal(c->status, 200);
	assert_int_equal(c->code, ERR_OK);
	assert_string_equal(c->msg, "");
	assert_string_equal(c->request_id, "r1 *********************");
	assert_null(strstr(c->got, KEY));
	assert_non_null(strstr(c->got, ID));
	assert_true(api_log_rev(a) != rev);
	api_free(a);
	canned_stop(s);
}

static void
a_redirect_does_not_bring_the_key_back(void **state)
{
	static const struct canned answer = { .bytes = "HTTP/1.1 301 X\r\nLocation: https://" KEY
						       ".dev/\r\nContent-Length: 0\r\n\r\n" };
	struct canned_server *s = canned_start(&answer, 1, NULL);
	struct api *a = client_at(canned_port(s));
	struct err err = ERR_INIT;
	struct api_event ev;
	int ticket;

	(void)state;
	assert_int_equal(api_project_list(a, 0, &ticket, &err), ERR_OK);
	drive(a, &ev);
	assert_non_null(strstr(ev.err.msg, "redirect to *********************.dev"));
	assert_null(strstr(api_log_get(a, 0)->msg, KEY));
	api_free(a);
	canned_stop(s);
}

static void
the_log_holds_the_newest_calls_and_the_start_of_long_bodies(void **state)
{
	struct buf payload = BUF_INIT(1u << 20);
	struct api *a = client_at(canned_nobody());
	struct err err = ERR_INIT;
	struct api_event ev;
	int first = 0, ticket = 0;

	(void)state;
	/* the key lies across the place of the cut */
	while (payload.len < API_LOG_BODY_MAX - 5)
		buf_adds(&payload, "x");
	buf_adds(&payload, KEY);
	assert_int_equal(api_task_create(a, payload.p, payload.len, 0, &first, &err), ERR_OK);
	assert_int_equal(api_log_get(a, 0)->sent_len, API_LOG_BODY_MAX);
	assert_int_equal(api_log_get(a, 0)->sent_total, payload.len);
	assert_string_equal(api_log_get(a, 0)->sent + API_LOG_BODY_MAX - 6, "x*****");
	for (int i = 0; i < API_LOG_MAX; i++)
		assert_int_equal(api_project_list(a, 0, &ticket, &err), ERR_OK);
	assert_int_equal(api_log_count(a), API_LOG_MAX);
	assert_int_equal(api_log_get(a, 0)->ticket, ticket);
	assert_int_equal(api_log_get(a, API_LOG_MAX - 1)->ticket, first + 1);
	assert_null(api_log_get(a, API_LOG_MAX));
	api_cancel_all(a);
	for (int i = 0; i <= API_LOG_MAX; i++)
		assert_true(api_next(a, &ev)); /* the forgotten one, too */
	buf_free(&payload);
	api_free(a);
}

/* --- the key --- */

static void
no_form_of_the_key_gets_through(void **state)
{
	static const char *const forms[] = {
		"ab/c|def?0123",
		"ab%2Fc%7Cdef%3F0123",
		"ab\\/c|def?0123",
		"YWIvY3xkZWY/MDEyMzo=", /* key: */
		"eGFiL2N8ZGVmPzAxMjM=", /* xkey */
		"eHhhYi9jfGRlZj8wMTIz", /* xxkey */
		"YWIvY3xkZWY\\/MDEyMw==",
		"61622f637c6465663f30313233",
		"61622F637C6465663F30313233",
	};
	struct mask m;

	(void)state;
	mask_init(&m, "ab/c|def?0123");
	for (size_t i = 0; i < COUNT(forms); i++) {
		char *got = mask_copy(&m, forms[i], strlen(forms[i]));

		if (!got || strlen(got) != strlen(forms[i]) || !strstr(got, "***********"))
			fail_msg("%s: %s", forms[i], got ? got : "not seen");
		free(got);
	}
	assert_null(mask_copy(&m, "nothing of it", 13));
	mask_done(&m);
	mask_init(&m, "short");
	assert_null(mask_copy(&m, "a short word", 12));
	mask_done(&m);
}

static void
a_masked_key_shows_its_kind_and_its_end(void **state)
{
	static const char *const cases[][2] = {
		{ KEY, "live_....9f2c" },
		{ "test_" CANARY "9f2c", "test_....9f2c" },
		{ "0a1b2c3d4e5f9f2c", "....9f2c" },
		{ "live_123456", "...." },
		{ "", "" },
	};
	char out[32];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		api_mask_key(cases[i][0], out, sizeof(out));
		if (strcmp(out, cases[i][1]) != 0)
			fail_msg("%s: %s", cases[i][0], out);
	}
}

static void
a_part_of_a_path_is_escaped_byte_for_byte(void **state)
{
	static const char *const cases[][2] = {
		{ "aZ09-._~", "aZ09-._~" },
		{ "a b/c?d#e%f+g", "a%20b%2Fc%3Fd%23e%25f%2Bg" },
		{ "\xC3\xA4\x01", "%C3%A4%01" },
		{ ".", "%2E" },
		{ "..", "%2E%2E" },
		{ "...", "..." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = BUF_INIT(256);

		query_escape(&out, cases[i][0]);
		if (strcmp(buf_str(&out), cases[i][1]) != 0)
			fail_msg("%s: %s", cases[i][0], buf_str(&out));
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_the_request_that_the_reference_shows),
		cmocka_unit_test(a_list_asks_for_full_pages_unless_told),
		cmocka_unit_test(what_cannot_be_sent_is_refused_at_once),
		cmocka_unit_test(an_answer_becomes_the_right_event),
		cmocka_unit_test(without_a_server_nothing_leaves),
		cmocka_unit_test(ctrl_c_ends_every_call),
		cmocka_unit_test(the_log_keeps_each_call_without_the_key),
		cmocka_unit_test(a_redirect_does_not_bring_the_key_back),
		cmocka_unit_test(the_log_holds_the_newest_calls_and_the_start_of_long_bodies),
		cmocka_unit_test(no_form_of_the_key_gets_through),
		cmocka_unit_test(a_masked_key_shows_its_kind_and_its_end),
		cmocka_unit_test(a_part_of_a_path_is_escaped_byte_for_byte),
	};

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	return cmocka_run_group_tests_name("api on the wire", tests, NULL, NULL);
}
