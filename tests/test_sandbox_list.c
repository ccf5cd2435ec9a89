/* test_sandbox_list.c - GET /v1/tasks of the sandbox: filters, pages, views. */
#include "config.h"

#include "tests/test.h"

#include "tests/raw.h"
#include "tests/tasks.h"

#define PLAIN                                                                     \
	"\"project\":\"Front Perception 3D\",\"attachments\":[\"s3://b/k.sfs\"]," \
	"\"scene_format\":\"sensor_fusion\""

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
every_filter_of_the_list_holds(void **state)
{
	static const struct {
		const char *query;
		int status;
		const char *total;
	} rows[] = {
		/* clang-format off */
		{ "tags=filter-a", 200, "2" },
		{ "tags=filter-a&tags=filter-b", 200, "3" },
		{ "tags=filter-a&tags=filter-b&unique_id=f/1&unique_id=f%2F3", 200, "2" },
		{ "unique_id=f/2", 200, "1" },
		{ "unique_id=f+2", 200, "0" },
		{ "tags=filter-a&project=Front+Perception%203D", 200, "2" },
		{ "tags=filter-a&project=Front", 200, "0" },
		{ "tags=filter-a&batch=fp3d-day-a", 200, "1" },
		{ "tags=filter-a&type=multistage", 200, "2" },
		{ "tags=filter-a&type=annotation", 200, "0" },
		{ "tags=filter-a&status=pending", 200, "2" },
		{ "tags=filter-a&status=completed", 200, "0" },
		{ "tags=filter-a&status=&batch", 200, "2" },
		{ "tags=filter-a&bogus=0", 200, "2" },
		{ "tags=filter-a&start_time=2020-01-01&end_time=2100-01-01T00:00:00%2B01:00", 200, "2" },
		{ "tags=filter-a&start_time=2100-01-01", 200, "0" },
		{ "tags=filter-a&updated_after=2020-01-01+00:00:00", 200, "2" },
		{ "tags=filter-a&updated_before=2020-01-01T00:00:00Z", 200, "0" },
		{ "tags=filter-a&completed_after=2020-01-01", 200, "0" },
		{ "tags=filter-a&completed_before=2100-01-01", 200, "0" },
		{ "tags=filter-a&customer_review_status=accepted,fixed", 200, "0" },
		{ "customer_review_status=good", 400, "-" },
		{ "customer_review_status=accepted,", 400, "-" },
		{ "status=done", 400, "-" },
		{ "status=pend", 400, "-" },
		{ "limit=0", 400, "-" },
		{ "limit=101", 400, "-" },
		{ "limit=ten", 400, "-" },
		{ "offset=-1", 400, "-" },
		{ "start_time=yesterday", 400, "-" },
		{ "next_token=abc", 400, "-" },
		{ "include_attachment_url=2", 400, "-" },
		/* clang-format on */
	};
	char id[TASKS_ID_SIZE], path[256];
	struct answer a;

	(void)state;
	tasks_make(&sb, RAW_LIVE,
		   PLAIN ",\"tags\":[\"filter-a\"],\"unique_id\":\"f/1\",\"batch\":\"fp3d-day-a\"",
		   id);
	tasks_make(&sb, RAW_LIVE,
		   PLAIN ",\"tags\":[\"filter-b\",\"filter-a\"],\"unique_id\":\"f/2\"", id);
	tasks_make(&sb, RAW_LIVE, PLAIN ",\"tags\":[\"filter-b\"],\"unique_id\":\"f/3\"", id);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "/v1/tasks?%s", rows[i].query);
		raw_call(&sb, RAW_LIVE, "GET", path, NULL, &a);
		if (a.status != rows[i].status || strcmp(raw_at(&a, "total"), rows[i].total) != 0)
			fail_msg("%s gives %d, %s", rows[i].query, a.status, raw_at(&a, "total"));
		answer_free(&a);
	}
}

static void
filters_by_one_time_are_inclusive(void **state)
{
	char id[TASKS_ID_SIZE], path[256], at[64];
	struct answer a;

	(void)state;
	tasks_make(&sb, RAW_LIVE, PLAIN ",\"unique_id\":\"inclusive\"", id);
	snprintf(path, sizeof(path), "/v1/task/%s", id);
	raw_call(&sb, RAW_LIVE, "GET", path, NULL, &a);
	snprintf(at, sizeof(at), "%s", raw_at(&a, "created_at"));
	answer_free(&a);
	snprintf(path, sizeof(path), "/v1/tasks?unique_id=inclusive&start_time=%s&end_time=%s", at,
		 at);
	raw_call(&sb, RAW_LIVE, "GET", path, NULL, &a);
	assert_string_equal(raw_at(&a, "total"), "1");
	answer_free(&a);
}

/* Walk all pages of a query; the ids in order, how many pages. */
static size_t
walk(const char *query, char ids[][32], size_t max, int *pages)
{
	char path[256], key[64], token[64] = "";
	struct answer a;
	size_t n = 0;
	bool more = true;

	for (*pages = 0; more; ++*pages) {
		assert_true(*pages < 100);
		snprintf(path, sizeof(path), "/v1/tasks?%s%s%s", query,
			 *token ? "&next_token=" : "", token);
		raw_call(&sb, RAW_LIVE, "GET", path, NULL, &a);
		assert_int_equal(a.status, 200);
		for (size_t i = 0;; i++, n++) {
			snprintf(key, sizeof(key), "docs.%zu.task_id", i);
			if (strcmp(raw_at(&a, key), "-") == 0)
				break;
			assert_true(n < max);
			snprintf(ids[n], 32, "%s", raw_at(&a, key));
		}
		more = strcmp(raw_at(&a, "has_more"), "true") == 0;
		snprintf(token, sizeof(token), "%s", raw_at(&a, "next_token"));
		assert_int_equal(strcmp(token, "-") != 0, more);
		answer_free(&a);
	}
	return n;
}

static void
pages_are_newest_first_and_neither_repeat_nor_miss(void **state)
{
	static char ids[2400][32], again[128][32];
	struct answer a;
	size_t n;
	int pages;

	(void)state;
	n = walk("limit=100", ids, 2400, &pages);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=1", NULL, &a);
	assert_int_equal(strtoul(raw_at(&a, "total"), NULL, 10), n);
	assert_string_equal(raw_at(&a, "docs.0.task_id"), ids[0]);
	answer_free(&a);
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			assert_string_not_equal(ids[i], ids[j]);
	for (size_t i = 1; i < n; i++) /* the first 12 digits are the time */
		assert_true(memcmp(ids[i - 1], ids[i], 12) >= 0);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=3&offset=2", NULL, &a);
	for (int i = 0; i < 3; i++) {
		char key[32];

		snprintf(key, sizeof(key), "docs.%d.task_id", i);
		assert_string_equal(raw_at(&a, key), ids[i + 2]);
	}
	assert_string_equal(raw_at(&a, "offset"), "2");
	assert_string_equal(raw_at(&a, "limit"), "3");
	answer_free(&a);
	assert_int_equal(walk("batch=park-week-03&limit=30", again, 128, &pages),
			 walk("batch=park-week-03", again, 128, &pages));
}

static void
views_of_the_list_show_less_or_more(void **state)
{
	struct answer a;

	(void)state;
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=1&limited_response=True&tags=night", NULL,
		 &a);
	assert_string_not_equal(raw_at(&a, "docs.0.task_id"), "-");
	assert_string_not_equal(raw_at(&a, "docs.0.status"), "-");
	assert_string_not_equal(raw_at(&a, "docs.0.metadata"), "-");
	assert_string_not_equal(raw_at(&a, "docs.0.project"), "-");
	assert_string_equal(raw_at(&a, "docs.0.tags"), "-");
	assert_string_equal(raw_at(&a, "docs.0.params"), "-");
	answer_free(&a);
	raw_call(&sb, RAW_LIVE, "GET", "/v1/tasks?limit=1&include_attachment_url=1", NULL, &a);
	assert_string_equal(raw_at(&a, "docs.0.attachmentS3Downloads.0.attachmentURL"),
			    raw_at(&a, "docs.0.params.attachments.0"));
	answer_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter_of_the_list_holds),
		cmocka_unit_test(filters_by_one_time_are_inclusive),
		cmocka_unit_test(pages_are_newest_first_and_neither_repeat_nor_miss),
		cmocka_unit_test(views_of_the_list_show_less_or_more),
	};

	return cmocka_run_group_tests_name("sandbox lists", tests, start_one, stop_one);
}
