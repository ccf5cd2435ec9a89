/* test_sandbox_people.c - what people do around tasks in the sandbox: audits, callbacks
 * sent again, training and evaluation tasks, the team. */
#include "config.h"

#include "tests/test.h"

#include "tests/canned.h"
#include "tests/raw.h"

#define BAD     "Parameter is invalid, reason: "
#define NOT_YET "Only completed tasks can be audited; this task is "
#define NO_CALL "Only tasks that are completed or in error have a callback to send; this task is "

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

/* A new task, and the path of what can be done with it. */
static void
create(const char *key, const char *attachment, const char *what, char path[96])
{
	struct answer a;
	char body[256];

	snprintf(body, sizeof(body), "{\"project\":\"Urban Fusion\",\"attachments\":[\"%s\"]}",
		 attachment);
	raw_must(&sb, key, "POST", "/v1/task/multistage", body, &a);
	snprintf(path, 96, "/v1/task/%s%s", raw_at(&a, "task_id"), what);
	answer_free(&a);
}

struct row {
	const char *target, *body;
	int status;
	const char *error; /* "-": none */
};

static void
check(const char *key, const struct row *rows, size_t count)
{
	struct answer a;

	for (size_t i = 0; i < count; i++) {
		raw_call(&sb, key, "POST", rows[i].target, rows[i].body, &a);
		if (a.status != rows[i].status || strcmp(raw_at(&a, "error"), rows[i].error) != 0)
			fail_msg("%s %s gives %d %s", rows[i].target,
				 rows[i].body ? rows[i].body : "", a.status, a.body);
		answer_free(&a);
	}
}

static void
only_a_completed_task_can_be_audited(void **state)
{
	char done[96], wrong[96], waits[96];
	const struct row test_side[] = {
		{ done, "{}", 400, BAD "\"accepted\" is required" },
		{ done, "{\"accepted\":null}", 400, BAD "\"accepted\" is required" },
		{ done, "{\"accepted\":\"true\"}", 400, BAD "\"accepted\" must be a boolean" },
		{ done, "{\"accepted\":true,\"comments\":[]}", 400,
		  BAD "\"comments\" must be a string" },
		{ wrong, "{\"accepted\":true}", 400, NOT_YET "in error." },
		{ "/v1/task/0/audit", "{\"accepted\":true}", 404, "Task with that ID not found." },
		{ done, "{\"accepted\":true,\"comments\":null}", 200, "-" },
	};
	const struct row live_side[] = {
		{ waits, "{\"accepted\":true}", 400, NOT_YET "pending." },
		{ done, "{\"accepted\":true}", 404, "Task with that ID not found." },
	};

	(void)state;
	create(RAW_TEST, "s3://b/k", "/audit", done);
	create(RAW_TEST, "s3://b/missing/k", "/audit", wrong);
	create(RAW_LIVE, "s3://b/k", "/audit", waits);
	check(RAW_TEST, test_side, sizeof(test_side) / sizeof(test_side[0]));
	check(RAW_LIVE, live_side, sizeof(live_side) / sizeof(live_side[0]));
}

static void
an_audit_is_answered_with_ok_and_shown_by_the_task(void **state)
{
	static const struct {
		const char *path, *value;
	} rows[] = {
		{ "status", "completed" },
		{ "customer_review_status", "rejected" },
		{ "customer_review_comments", "[\"boxes are \\\"loose\\\"\"]" },
		{ "audits.0.audit_result", "accepted" },
		{ "audits.0.audited_by", "mara@acme.example" },
		{ "audits.0.audit_time_secs", "0" },
		{ "audits.0.audit_source", "customer" },
		{ "audits.1.audit_result", "rejected" },
		{ "audits.2", "-" },
		{ "prior_responses.2", "-" },
	};
	struct answer a;
	char path[96];

	(void)state;
	create(RAW_TEST, "s3://b/k", "/audit", path);
	raw_must(&sb, RAW_TEST, "POST", path, "{\"accepted\":true,\"comments\":null}", &a);
	assert_string_equal(a.body, "OK");
	assert_non_null(strstr(a.head, "Content-Type: text/plain; charset=utf-8"));
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", path,
		 "{\"accepted\":false,\"comments\":\"boxes are \\\"loose\\\"\"}", &a);
	assert_string_equal(a.body, "OK");
	answer_free(&a);
	*strrchr(path, '/') = '\0';
	raw_must(&sb, RAW_TEST, "GET", path, NULL, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(raw_at(&a, rows[i].path), rows[i].value) != 0)
			fail_msg("%s is %s", rows[i].path, raw_at(&a, rows[i].path));
	for (int i = 0; i < 2; i++)
		assert_string_equal(raw_at(&a, i ? "prior_responses.1" : "prior_responses.0"),
				    raw_at(&a, "response"));
	assert_string_equal(raw_at(&a, "audits.1.audited_at"), raw_at(&a, "updated_at"));
	answer_free(&a);
}

static void
a_task_without_audits_has_no_keys_for_them(void **state)
{
	static const char *const keys[] = { "customer_review_status", "customer_review_comments",
					    "prior_responses", "audits" };
	struct answer a;
	char path[96];

	(void)state;
	create(RAW_TEST, "s3://b/k", "", path);
	raw_must(&sb, RAW_TEST, "GET", path, NULL, &a);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_string_equal(raw_at(&a, keys[i]), "-");
	answer_free(&a);
}

static void
the_list_is_filtered_by_what_audits_said(void **state)
{
	static const struct {
		const char *words, *total;
	} rows[] = {
		{ "accepted", "1" },
		{ "rejected", "1" },
		{ "rejected,accepted", "2" },
		{ "fixed,commented", "0" },
	};
	struct answer a;
	char path[96], query[128];

	(void)state;
	raw_must(&sb, RAW_TEST, "POST", "/v1/projects", "{\"name\":\"Audited\",\"type\":\"chat\"}",
		 &a);
	answer_free(&a);
	for (int i = 0; i < 3; i++) {
		raw_must(&sb, RAW_TEST, "POST", "/v1/task/chat", "{\"project\":\"Audited\"}", &a);
		snprintf(path, sizeof(path), "/v1/task/%s/audit", raw_at(&a, "task_id"));
		answer_free(&a);
		if (i == 2)
			break; /* not audited */
		raw_must(&sb, RAW_TEST, "POST", path,
			 i ? "{\"accepted\":true}" : "{\"accepted\":false}", &a);
		answer_free(&a);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(query, sizeof(query),
			 "/v1/tasks?project=Audited&customer_review_status=%s", rows[i].words);
		raw_must(&sb, RAW_TEST, "GET", query, NULL, &a);
		if (strcmp(raw_at(&a, "total"), rows[i].total) != 0)
			fail_msg("%s: %s", rows[i].words, raw_at(&a, "total"));
		answer_free(&a);
	}
}

static void
a_callback_is_sent_again_for_tasks_that_have_ended(void **state)
{
	char done[96], wrong[96], waits[96], cancel[96];
	const struct row test_side[] = {
		{ done, NULL, 200, "-" },
		{ wrong, "{}", 200, "-" },
		{ "/v1/task/0/send-callback", NULL, 404, "Task with that ID not found." },
	};
	const struct row live_side[] = {
		{ waits, NULL, 400, NO_CALL "pending." },
		{ cancel, NULL, 200, "-" },
		{ waits, NULL, 400, NO_CALL "canceled." },
	};
	struct answer a;

	(void)state;
	create(RAW_TEST, "s3://b/k", "/send-callback", done);
	create(RAW_TEST, "s3://b/broken/k", "/send-callback", wrong);
	create(RAW_LIVE, "s3://b/k", "/send-callback", waits);
	snprintf(cancel, sizeof(cancel), "%.*s/cancel", (int)(strrchr(waits, '/') - waits), waits);
	check(RAW_TEST, test_side, sizeof(test_side) / sizeof(test_side[0]));
	check(RAW_LIVE, live_side, sizeof(live_side) / sizeof(live_side[0]));
	raw_must(&sb, RAW_TEST, "POST", done, NULL, &a);
	assert_string_equal(a.body, "{\"success\":true}");
	answer_free(&a);
}

/* The next callback that comes in, which must hold this text. */
static void
must_call(struct canned_server *s, const char *text)
{
	const char *request = canned_request(s);

	if (!strstr(request, text))
		fail_msg("no %s in %s", text, request);
}

static void
an_audit_and_a_request_for_it_send_the_callback(void **state)
{
	static const struct canned yes = { .bytes =
						   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
	const struct canned answers[] = { yes, yes, yes, yes };
	struct canned_server *s = canned_start(answers, 4, NULL);
	struct answer a;
	char body[256], id[32], path[96];

	(void)state;
	snprintf(body, sizeof(body), "{\"callback_url\":\"http://127.0.0.1:%d/\"}", canned_port(s));
	raw_must(&sb, RAW_TEST, "POST", "/v1/task/chat", body, &a);
	snprintf(id, sizeof(id), "%s", raw_at(&a, "task_id"));
	answer_free(&a);
	must_call(s, "\"status\":\"completed\"");
	snprintf(path, sizeof(path), "/v1/task/%s/audit", id);
	raw_must(&sb, RAW_TEST, "POST", path, "{\"accepted\":true}", &a);
	answer_free(&a);
	must_call(s, "\"customer_review_status\":\"accepted\"");
	raw_must(&sb, RAW_TEST, "POST", path, "{\"accepted\":false,\"comments\":\"no\"}", &a);
	answer_free(&a);
	must_call(s, "\"customer_review_comments\":[\"no\"]");
	snprintf(path, sizeof(path), "/v1/task/%s/send-callback", id);
	raw_must(&sb, RAW_TEST, "POST", path, NULL, &a);
	answer_free(&a);
	must_call(s, id);
	canned_stop(s);
}

static void
training_and_evaluation_tasks_are_for_rapid_projects_of_six_types(void **state)
{
	static const char *const projects[] = {
		"{\"name\":\"Quick Text\",\"type\":\"textcollection\",\"rapid\":true}",
		"{\"name\":\"Slow Text\",\"type\":\"textcollection\"}",
	};
	static const struct row rows[] = {
		/* clang-format off */
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Quick Text\",\"expected_response\":{}}", 200, "-" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Slow Text\",\"expected_response\":{}}", 400, "The project \"Slow Text\" is no Rapid project." },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"No such\",\"expected_response\":{}}", 404, "Project with name \"No such\" not found." },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"expected_response\":{}}", 400, BAD "\"project\" is required" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Quick Text\"}", 400, BAD "\"expected_response\" is required" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Quick Text\",\"expected_response\":null}", 400, BAD "\"expected_response\" is required" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Quick Text\",\"expected_response\":[]}", 400, BAD "\"expected_response\" must be of type object" },
		{ "textcollection", "{\"attachments\":[{\"type\":\"text\",\"content\":\"a\"}],\"project\":\"Quick Text\",\"expected_response\":{},\"initial_response\":1}", 400, BAD "\"initial_response\" must be of type object" },
		{ "textcollection", "{\"project\":\"Quick Text\",\"expected_response\":{}}", 400, BAD "\"attachments\" is required" },
		{ "imageannotation", "{\"attachment\":\"s3://b/k\",\"project\":\"Quick Text\",\"expected_response\":{}}", 402, "This account is not enabled for project \"Quick Text\": its type is \"textcollection\"." },
		{ "documenttranscription", "{\"attachment\":\"s3://b/k\"}", 400, BAD "\"project\" is required" },
		{ "segmentannotation", "{\"attachment\":\"s3://b/k\"}", 400, BAD "\"project\" is required" },
		{ "videoplaybackannotation", "{\"attachment\":\"s3://b/k\"}", 400, BAD "\"project\" is required" },
		{ "namedentityrecognition", "{}", 400, BAD "\"project\" is required" },
		/* clang-format on */
	};
	struct answer a;
	char target[96];

	(void)state;
	for (int i = 0; i < 2; i++) {
		raw_must(&sb, RAW_LIVE, "POST", "/v1/projects", projects[i], &a);
		answer_free(&a);
	}
	for (int use = 0; use < 2; use++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct row row = rows[i];

			snprintf(target, sizeof(target), "/v1/%s_tasks/%s",
				 use ? "training" : "evaluation", rows[i].target);
			row.target = target;
			check(RAW_LIVE, &row, 1);
		}
	}
	raw_call(&sb, RAW_LIVE, "POST", "/v1/training_tasks/multistage", "{}", &a);
	assert_int_equal(a.status, 402);
	assert_string_equal(
		raw_at(&a, "error"),
		"This account is not enabled for training tasks of type \"multistage\".");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "POST", "/v1/evaluation_tasks/nosuch", "{}", &a);
	assert_int_equal(a.status, 402);
	answer_free(&a);
}

/* The example of the Python client's README. */
static void
an_evaluation_task_shows_its_id_and_its_answers_and_is_no_task(void **state)
{
	static const char body[] =
		"{\"project\":\"Known\",\"attachments\":[{\"type\":\"image\","
		"\"content\":\"https://i.imgur.com/bGjrNzl.jpeg\"}],\"unique_id\":\"known/1\","
		"\"initial_response\":{\"annotations\":{\"a\":[[\"yes\"]]}},"
		"\"expected_response\":{\"annotations\":{\"a\":[[\"no\"]]}}}";
	struct answer a;
	char id[32], want[160], path[64];

	(void)state;
	raw_must(&sb, RAW_LIVE, "POST", "/v1/projects",
		 "{\"name\":\"Known\",\"type\":\"textcollection\",\"rapid\":true}", &a);
	answer_free(&a);
	raw_must(&sb, RAW_LIVE, "POST", "/v1/evaluation_tasks/textcollection", body, &a);
	snprintf(id, sizeof(id), "%s", raw_at(&a, "id"));
	assert_int_equal(strlen(id), 24);
	assert_string_equal(raw_at(&a, "type"), "textcollection");
	assert_string_equal(raw_at(&a, "project"), "Known");
	assert_string_equal(raw_at(&a, "initial_response"),
			    "{\"annotations\":{\"a\":[[\"yes\"]]}}");
	assert_string_equal(raw_at(&a, "expected_response"),
			    "{\"annotations\":{\"a\":[[\"no\"]]}}");
	assert_string_equal(raw_at(&a, "params"),
			    "{\"attachments\":[{\"type\":\"image\","
			    "\"content\":\"https://i.imgur.com/bGjrNzl.jpeg\"}]}");
	answer_free(&a);
	snprintf(path, sizeof(path), "/v1/task/%s", id);
	raw_call(&sb, RAW_LIVE, "GET", path, NULL, &a);
	assert_int_equal(a.status, 404);
	answer_free(&a);
	raw_must(&sb, RAW_LIVE, "GET", "/v1/tasks?project=Known", NULL, &a);
	assert_string_equal(raw_at(&a, "total"), "0");
	answer_free(&a);
	snprintf(want, sizeof(want),
		 "The unique_id (\"known/1\") is already used for a different task (%s).", id);
	for (int i = 0; i < 2; i++) {
		raw_call(&sb, RAW_LIVE, "POST",
			 i ? "/v1/task/chat" : "/v1/evaluation_tasks/textcollection",
			 i ? "{\"unique_id\":\"known/1\"}" : body, &a);
		assert_int_equal(a.status, 409);
		assert_string_equal(raw_at(&a, "error"), want);
		answer_free(&a);
	}
}

static void
the_team_is_listed_as_a_bare_array(void **state)
{
	struct answer a;

	(void)state;
	raw_must(&sb, RAW_LIVE, "GET", "/v1/teams", NULL, &a);
	assert_int_equal(a.body[0], '[');
	assert_string_equal(raw_at(&a, "0"),
			    "{\"email\":\"mara@acme.example\",\"role\":\"admin\","
			    "\"firstName\":\"Mara\",\"lastName\":\"Lindqvist\","
			    "\"company\":\"Acme Drives\",\"isStudioLabeler\":false}");
	assert_string_equal(raw_at(&a, "3.isStudioLabeler"), "true");
	assert_string_equal(raw_at(&a, "4.role"), "member");
	assert_string_equal(raw_at(&a, "4.firstName"), "-"); /* invited */
	answer_free(&a);
}

static void
teammates_are_invited_and_get_roles(void **state)
{
	static const struct row rows[] = {
		/* clang-format off */
		{ "/v1/teams/invite", "", 400, BAD "\"emails\" is required" },
		{ "/v1/teams/invite", "{\"emails\":[],\"team_role\":\"member\"}", 400, BAD "\"emails\" must contain at least 1 items" },
		{ "/v1/teams/invite", "{\"emails\":[\"a@b\",\"nobody\"],\"team_role\":\"member\"}", 400, BAD "\"emails[1]\" must be a valid email" },
		{ "/v1/teams/invite", "{\"emails\":\"a@b\",\"team_role\":\"member\"}", 400, BAD "\"emails\" must be an array" },
		{ "/v1/teams/invite", "{\"emails\":[\"a@b\"]}", 400, BAD "\"team_role\" is required" },
		{ "/v1/teams/invite", "{\"emails\":[\"a@b\"],\"team_role\":\"admin\"}", 400, BAD "\"team_role\" must be one of [labeler, member, manager]" },
		{ "/v1/teams/set_role", "{\"emails\":[\"jon@acme.example\",\"no@acme.example\"],\"team_role\":\"labeler\"}", 404, "Teammate with email \"no@acme.example\" not found." },
		{ "/v1/teams/set_role", "{\"emails\":[\"jon@acme.example\",\"mara@acme.example\"],\"team_role\":\"labeler\"}", 400, "The role of the admin cannot be changed." },
		/* clang-format on */
	};
	struct answer a;

	(void)state;
	check(RAW_TEST, rows, sizeof(rows) / sizeof(rows[0]));
	raw_must(&sb, RAW_TEST, "GET", "/v1/teams", NULL, &a);
	assert_string_equal(raw_at(&a, "1.role"), "manager"); /* jon: nothing was half done */
	assert_string_equal(raw_at(&a, "5"), "-");
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/teams/invite",
		 "{\"emails\":[\"email1@example.com\",\"email2@example.com\","
		 "\"jon@acme.example\"],\"team_role\":\"member\"}",
		 &a);
	assert_string_equal(raw_at(&a, "0.email"), "mara@acme.example"); /* all of them */
	assert_string_equal(raw_at(&a, "1.role"), "manager");            /* there already */
	assert_string_equal(raw_at(&a, "5.email"), "email1@example.com");
	assert_string_equal(raw_at(&a, "6.role"), "member");
	assert_string_equal(raw_at(&a, "7"), "-");
	answer_free(&a);
	raw_must(&sb, RAW_TEST, "POST", "/v1/teams/set_role",
		 "{\"emails\":[\"email1@example.com\",\"email2@example.com\"],"
		 "\"team_role\":\"labeler\"}",
		 &a);
	assert_string_equal(raw_at(&a, "4.role"), "member");
	assert_string_equal(raw_at(&a, "5.role"), "labeler");
	assert_string_equal(raw_at(&a, "6.isStudioLabeler"), "true");
	answer_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_completed_task_can_be_audited),
		cmocka_unit_test(an_audit_is_answered_with_ok_and_shown_by_the_task),
		cmocka_unit_test(a_task_without_audits_has_no_keys_for_them),
		cmocka_unit_test(the_list_is_filtered_by_what_audits_said),
		cmocka_unit_test(a_callback_is_sent_again_for_tasks_that_have_ended),
		cmocka_unit_test(an_audit_and_a_request_for_it_send_the_callback),
		cmocka_unit_test(training_and_evaluation_tasks_are_for_rapid_projects_of_six_types),
		cmocka_unit_test(an_evaluation_task_shows_its_id_and_its_answers_and_is_no_task),
		cmocka_unit_test(the_team_is_listed_as_a_bare_array),
		cmocka_unit_test(teammates_are_invited_and_get_roles),
	};
	return cmocka_run_group_tests_name("sandbox people", tests, start_one, stop_one);
}
