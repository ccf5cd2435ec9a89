/* test_refusal.c - a reply that says no, in words for a person. */
#include "config.h"

#include "tests/test.h"

#include "core/reply.h"

#define LIVE "live_....9f2c from SCALE_API_KEY"
#define TEST "test_....9f2c from key file k"
#define ID24 "65a6f0c51c9d4400a1b2c3d4"

static const struct row {
	long status;
	enum endpoint_id endpoint;
	const char *body;
	int64_t retry_after_ms;
	enum err_code code;
	const char *msg, *hint, *field;
} rows[] = {
	/* clang-format off */
	{ 400, ENDPOINT_TASK_CREATE, "{\"status_code\":400,\"error\":\"Parameter is invalid, reason: \\\"attachments\\\" is required\"}", -1,
	  ERR_API, "refused (400): Parameter is invalid, reason: \"attachments\" is required", "change attachments", "attachments" },
	{ 400, ENDPOINT_TASK_CREATE, "{\"error\":\"Please include an attachment or attachments parameter.\"}", -1,
	  ERR_API, "Please include", "nothing was created", "attachments" },
	{ 400, ENDPOINT_TASK_CREATE, "{\"error\":\"project must not be set with \\\"tags[6]\\\"\"}", -1,
	  ERR_API, "refused", "change tags", "tags" },
	{ 400, ENDPOINT_TASK_CREATE, "{\"error\":\"The task blueprint \\\"bp_1\\\" belongs to another project.\"}", -1,
	  ERR_API, "refused", "change task_blueprint_id", "task_blueprint_id" },
	{ 400, ENDPOINT_TASK_CREATE, "{\"error\":\"my_project is odd\"}", -1,
	  ERR_API, "refused", "change the draft", NULL },
	{ 400, ENDPOINT_TASK_CANCEL, "{\"error\":\"only a pending task; its \\\"batch\\\" is done\"}", -1,
	  ERR_API, "refused (400): only a pending task", "", NULL },
	{ 422, ENDPOINT_TASK_CREATE, "{\"error\":[]}", -1, ERR_API, "refused (422): {\"error\":[]}", "", NULL },
	{ 401, ENDPOINT_TASK_LIST, "", -1, ERR_AUTH, "api.example does not take the key " LIVE " (401)", "a live key", NULL },
	{ 403, ENDPOINT_TASK_LIST, "{\"error\":\"not yours\"}", -1, ERR_AUTH, "may not do this (403): not yours", LIVE " (a live key)", NULL },
	{ 402, ENDPOINT_TASK_CREATE, "{}", -1, ERR_API, "not enabled for multistage tasks (402)", "ask your contact", NULL },
	{ 404, ENDPOINT_TASK_GET, "{\"status_code\":404,\"error\":\"Task with that ID not found.\"}", -1,
	  ERR_NOT_FOUND, "not found (404): Task with that ID", "test and live keys", NULL },
	{ 404, ENDPOINT_TASK_CREATE, "{\"error\":\"no project of that name\"}", -1, ERR_NOT_FOUND, "not found", "", "project" },
	{ 404, ENDPOINT_TASK_CREATE, "{\"error\":\"Project with name \\\"batch\\\" not found.\"}", -1, ERR_NOT_FOUND, "Project with name", "", "project" },
	{ 404, ENDPOINT_TASK_CREATE, "{\"error\":\"Task blueprint with ID \\\"tags\\\" not found.\"}", -1, ERR_NOT_FOUND, "Task blueprint", "", "task_blueprint_id" },
	{ 409, ENDPOINT_TASK_CREATE, "{\"error\":\"The unique_id (\\\"X\\\") is already used for a different task (" ID24 ").\"}", -1,
	  ERR_CONFLICT, "already used by task " ID24 " (409)", "another unique_id", "unique_id" },
	{ 409, ENDPOINT_FILE_UPLOAD, "{\"error\":\"reference_id is taken\"}", -1, ERR_CONFLICT, "already in use (409): reference_id is taken", "", NULL },
	{ 413, ENDPOINT_TASK_CREATE, "too big", -1, ERR_API, "too large for the service (413): too big", "make it smaller", NULL },
	{ 429, ENDPOINT_TASK_LIST, "", -1, ERR_BUSY, "too many requests (429), without a word why", "in a minute", NULL },
	{ 429, ENDPOINT_TASK_LIST, "", 11001, ERR_BUSY, "too many requests", "try again in 12 s", NULL },
	{ 429, ENDPOINT_TASK_LIST, "", 3600000, ERR_BUSY, "too many requests", "try again in 60 minutes", NULL },
	{ 500, ENDPOINT_TASK_CREATE, "<html>\n<h1>x", -1, ERR_UNCONFIRMED, "the service had a fault (500): <html>", "may have been created", NULL },
	{ 503, ENDPOINT_TASK_LIST, "\r\n", -1, ERR_API, "the service had a fault (503), without a word", "nothing was changed", NULL },
	{ 504, ENDPOINT_TASK_CANCEL, "", -1, ERR_API, "(504)", "it may have been done", NULL },
	{ 408, ENDPOINT_TASK_CREATE, "", -1, ERR_UNCONFIRMED, "gave up waiting (408)", "may have been created", NULL },
	{ 425, ENDPOINT_TASK_GET, "", -1, ERR_API, "(425)", "nothing was changed", NULL },
	{ 307, ENDPOINT_TASK_CREATE, "moved", -1, ERR_API, "api.example answers with a redirect to evil.example (307); not followed", "nothing was sent there", NULL },
	{ 418, ENDPOINT_TASK_CREATE, "tea", -1, ERR_UNCONFIRMED, "an answer nobody expects (418): tea", "may have been created", NULL },
	{ 418, ENDPOINT_TASK_GET, "tea", -1, ERR_API, "an answer nobody expects (418): tea", "", NULL },
	{ 400, ENDPOINT_TASK_GET, "{\"error\":\"\\u001b]0;x\\u0007\\u202e\"}", -1, ERR_API, "^[]0;x^G<U+202E>", "", NULL },
	/* clang-format on */
};

static void
every_refusal_says_what_happened_and_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct reply_context ctx = {
			.key_hint = LIVE,
			.host = "api.example",
			.retry_after_ms = row->retry_after_ms,
			.location_host = "evil.example",
			.endpoint = &endpoints[row->endpoint],
		};
		struct err err = ERR_INIT;
		enum err_code code =
			reply_refusal(row->status, row->body, strlen(row->body), &ctx, &err);

		if (code != row->code || err.code != code || !strstr(err.msg, row->msg) ||
		    !strstr(err.hint, row->hint))
			fail_msg("row %zu: %s, %s (%s)", i, err_name(code), err.msg, err.hint);
		if ((err.field != NULL) != (row->field != NULL) ||
		    (row->field && strcmp(err.field, row->field) != 0))
			fail_msg("row %zu: field %s", i, err.field ? err.field : "none");
	}
}

static void
a_refused_key_is_named_by_its_kind(void **state)
{
	static const struct {
		const char *key, *msg, *hint;
	} cases[] = {
		{ TEST, "does not take the key " TEST, "it is a test key" },
		{ "....9f2c from the profile", "does not take the key", "neither test_ nor live_" },
		{ "", "api.example wants an API key (401)", "set SCALE_API_KEY" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply_context ctx = {
			.key_hint = cases[i].key,
			.host = "api.example",
			.retry_after_ms = -1,
			.location_host = "",
		};
		struct err err = ERR_INIT;

		assert_int_equal(reply_refusal(401, "", 0, &ctx, &err), ERR_AUTH);
		if (!strstr(err.msg, cases[i].msg) || !strstr(err.hint, cases[i].hint))
			fail_msg("%s: %s (%s)", cases[i].key, err.msg, err.hint);
	}
}

static void
the_owner_of_an_id_is_the_last_one_named(void **state)
{
	static const struct {
		const char *body, *owner;
	} cases[] = {
		{ "{\"error\":\"... different task (" ID24 ").\"}", ID24 },
		{ "{\"error\":\"The unique_id (\\\"(000000000000000000000000)\\\") is used for a "
		  "different task (" ID24 ").\"}",
		  ID24 },
		{ "different task (" ID24 ")", ID24 },
		{ "{\"error\":\"different task (" ID24 "0).\"}", "" },
		{ "{\"error\":\"different task (65a6f0c51c9d4400a1b2c3dx).\"}", "" },
		{ "{\"error\":7}", "" },
		{ "(", "" },
		{ "", "" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		reply_owner_of_id(cases[i].body, strlen(cases[i].body), out, sizeof(out));
		if (strcmp(out, cases[i].owner) != 0)
			fail_msg("%s: %s", cases[i].body, out);
	}
	reply_owner_of_id(cases[0].body, strlen(cases[0].body), out, 20);
	assert_string_equal(out, ""); /* never half an id */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_says_what_happened_and_what_to_do),
		cmocka_unit_test(a_refused_key_is_named_by_its_kind),
		cmocka_unit_test(the_owner_of_an_id_is_the_last_one_named),
	};
	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
