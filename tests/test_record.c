/* test_record.c - the last requests that the sandbox remembers. */
#include "config.h"

#include "tests/test.h"

#include "sandbox/record.h"

static void
expect(const struct record *r, int64_t since, const char *pattern, int64_t limit, const char *want)
{
	struct buf out = BUF_INIT(65536);

	record_out(r, since, pattern, limit, &out);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

static int64_t
add(struct record *r, const char *target)
{
	return record_add(r, &(struct record_entry){ .method = "GET", .target = target });
}

static void
an_entry_shows_all_that_is_known(void **state)
{
	struct record *r = record_new(4);

	(void)state;
	record_add(r, &(struct record_entry){ .at_ms = 1700000000123,
					      .method = "POST",
					      .target = "/v1/task/multistage?a=%2F&b",
					      .side = "live",
					      .fault = "lost,slow",
					      .status = 503,
					      .committed = true });
	add(r, "/x");
	expect(r, 0, NULL, 100,
	       "{\"requests\":[{\"number\":1,\"time\":\"2023-11-14T22:13:20.123Z\","
	       "\"method\":\"POST\",\"path\":\"/v1/task/multistage\",\"query\":\"a=%2F&b\","
	       "\"key\":\"live\",\"status\":503,\"committed\":true,\"fault\":\"lost,slow\"},"
	       "{\"number\":2,\"time\":\"1970-01-01T00:00:00.000Z\",\"method\":\"GET\","
	       "\"path\":\"/x\",\"status\":0,\"committed\":false}],\"next\":2,\"lost\":0}");
	record_free(r);
}

/* clang-format off */
#define ONE(number, path, status, committed)                                                       \
	"{\"number\":" #number ",\"time\":\"1970-01-01T00:00:00.000Z\",\"method\":\"GET\","        \
	"\"path\":\"" path "\",\"status\":" #status ",\"committed\":" #committed "}"
/* clang-format on */

static void
the_oldest_makes_room_and_the_loss_is_told(void **state)
{
	struct record *r = record_new(2);

	(void)state;
	expect(r, 0, NULL, 100, "{\"requests\":[],\"next\":0,\"lost\":0}");
	add(r, "/a");
	add(r, "/b");
	add(r, "/c");
	expect(r, 0, NULL, 100,
	       "{\"requests\":[" ONE(2, "/b", 0, false) "," ONE(3, "/c", 0, false) "],\"next\":3,"
										   "\"lost\":1}");
	expect(r, 2, NULL, 100,
	       "{\"requests\":[" ONE(3, "/c", 0, false) "],\"next\":3,\"lost\":0}");
	expect(r, 3, NULL, 100, "{\"requests\":[],\"next\":3,\"lost\":0}");
	expect(r, 0, NULL, 1, "{\"requests\":[" ONE(2, "/b", 0, false) "],\"next\":2,\"lost\":1}");
	record_clear(r);
	expect(r, 0, NULL, 100, "{\"requests\":[],\"next\":3,\"lost\":0}");
	add(r, "/d");
	expect(r, 0, NULL, 100,
	       "{\"requests\":[" ONE(4, "/d", 0, false) "],\"next\":4,\"lost\":0}");
	record_free(r);
}

static void
a_pattern_chooses_by_path(void **state)
{
	struct record *r = record_new(8);

	(void)state;
	add(r, "/v1/tasks?unique_id=/v1/task/x");
	add(r, "/v1/task/x");
	add(r, "/v1/projects");
	expect(r, 0, "/v1/task/*", 100,
	       "{\"requests\":[" ONE(2, "/v1/task/x", 0, false) "],\"next\":3,\"lost\":0}");
	record_free(r);
}

static void
what_comes_after_the_answer_is_added(void **state)
{
	struct record *r = record_new(2);
	int64_t a = add(r, "/a"), b;

	(void)state;
	record_commit(r, a);
	expect(r, 0, NULL, 100, "{\"requests\":[" ONE(1, "/a", 0, true) "],\"next\":1,\"lost\":0}");
	b = add(r, "/b");
	add(r, "/c");
	record_commit(r, a); /* is gone: nobody else's */
	record_commit(r, b);
	expect(r, 1, NULL, 100,
	       "{\"requests\":[" ONE(2, "/b", 0, true) "," ONE(3, "/c", 0, false) "],\"next\":3,"
										  "\"lost\":0}");
	record_free(r);
}

static void
bytes_from_outside_are_made_harmless(void **state)
{
	struct record *r = record_new(2);
	struct buf out = BUF_INIT(65536);
	char path[5000] = "/";

	(void)state;
	add(r, "/\xFF\x1B[2J");
	expect(r, 0, NULL, 100,
	       "{\"requests\":[" ONE(1, "/?^[[2J", 0, false) "],\"next\":1,"
							     "\"lost\":0}");
	memset(path + 1, 'x', sizeof(path) - 2);
	add(r, path);
	record_out(r, 1, NULL, 1, &out);
	path[2048] = '\0'; /* what is kept of it */
	assert_non_null(strstr(buf_str(&out), path));
	assert_true(out.len < 2048 + 200);
	buf_free(&out);
	record_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_shows_all_that_is_known),
		cmocka_unit_test(the_oldest_makes_room_and_the_loss_is_told),
		cmocka_unit_test(a_pattern_chooses_by_path),
		cmocka_unit_test(what_comes_after_the_answer_is_added),
		cmocka_unit_test(bytes_from_outside_are_made_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
