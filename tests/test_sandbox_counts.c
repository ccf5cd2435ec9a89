/* test_sandbox_counts.c - the kept counts of tasks are what counting gives, whatever happens.
 *
 * MS_SEED=N repeats a run at random; each prints its number.
 */
#include "config.h"

#include "tests/test.h"

#include "core/buf.h"
#include "core/random.h"
#include "sandbox/db.h"
#include "sandbox/db_schema.h"
#include "tests/inside.h"
#include "tests/scratch.h"

#include <json-c/json.h>

#define STEPS 3000

#define KIND "env || '|' || project || '|' || type || '|' || status || '|'"
#define BLOCK(what, column)                                                                    \
	"SELECT " what " || '|' || (" column " >> 24) || '|' || " KIND " || count(*) AS line"  \
	" FROM task WHERE " column " IS NOT NULL GROUP BY env, project, type, status, " column \
	" >> 24"

/* Both must give the same. A row at 0 is left from what there was. */
static const struct {
	const char *kept, *counted;
} pairs[] = {
	{ "SELECT batch || '|' || " KIND " || n FROM task_count WHERE n <> 0 ORDER BY 1",
	  "SELECT line FROM (SELECT '|' || " KIND " || count(*) AS line FROM task"
	  " GROUP BY env, project, type, status UNION ALL"
	  " SELECT batch || '|' || " KIND " || count(*) FROM task WHERE batch IS NOT NULL"
	  " GROUP BY env, batch, project, type, status) ORDER BY 1" },
	{ "SELECT what || '|' || block || '|' || " KIND " || n FROM task_block WHERE n <> 0"
	  " ORDER BY 1",
	  "SELECT line FROM (" BLOCK("0", "created_ms") " UNION ALL " BLOCK(
		  "1", "updated_ms") " UNION ALL " BLOCK("2", "completed_ms") ") ORDER BY 1" },
	{ "SELECT env || '|' || tag || '|' || created_ms || '|' || task || '|' || project"
	  " FROM task_tag ORDER BY 1",
	  "SELECT DISTINCT env || '|' || value || '|' || created_ms || '|' || seq || '|' ||"
	  " project FROM task, json_each(task.tags) ORDER BY 1" },
	{ "SELECT env || '|' || tag || '|' || n FROM tag_count WHERE n <> 0 ORDER BY 1",
	  "SELECT env || '|' || value || '|' || count(*) FROM task, json_each(task.tags)"
	  " GROUP BY env, value ORDER BY 1" },
};

static void
check_counts(struct service *s)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *kept = inside_ask(s, pairs[i].kept);
		char *counted = inside_ask(s, pairs[i].counted);

		if (strcmp(kept, counted) != 0)
			fail_msg("pair %zu is kept as\n%s\nbut counted as\n%s", i, kept, counted);
		free(kept);
		free(counted);
	}
}

static uint64_t rng; /* xorshift64 */

static unsigned
any(unsigned n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned)(rng >> 33) % n;
}

static const char *
pick_tags(void)
{
	static const char *const lists[] = { "[]", "[\"a\"]", "[\"a\",\"b\"]",
					     "[\"c\",\"\xC3\xA9\",\"a\"]",
					     "[\"quote \\\" here\"]" };

	return lists[any(ARRAY_LEN(lists))];
}

static void
create(struct service *s, bool is_test)
{
	static const char *const places[] = { "\"project\":\"Urban Fusion\"",
					      "\"project\":\"Parking Lidar\"",
					      "\"batch\":\"urban/porto-2\"",
					      "\"batch\":\"rped-05\"" };
	static const char *const paths[] = { "k", "missing/k", "broken/k" };
	char body[512], unique[64] = "";
	struct inside_reply r;

	if (any(3) == 0)
		snprintf(unique, sizeof(unique), "\"unique_id\":\"u%u\",", any(200));
	snprintf(body, sizeof(body),
		 "{%s,%s\"attachments\":[\"s3://b/%s.sfs\"],\"scene_format\":\"sensor_fusion\","
		 "\"clear_unique_id_on_error\":%s,\"tags\":%s}",
		 places[any(4)], unique, paths[any(3)], any(2) ? "true" : "false", pick_tags());
	inside_call(s, is_test, "POST", "/v1/task/multistage", body, &r);
	if (r.status != 200 && r.status != 409)
		fail_msg("%s: %s", body, json_object_to_json_string(r.json));
	inside_free(&r);
}

/* Something to a task at random, of the newest so that most are pending. */
static void
change(struct service *s, bool is_test)
{
	static const struct {
		const char *method, *path;
	} ways[] = {
		{ "POST", "cancel" }, { "POST", "cancel?clear_unique_id=true" },
		{ "POST", "tags" },   { "PUT", "tags" },
		{ "DELETE", "tags" }, { "POST", "setMetadata" },
		{ "POST", "cancel" }, { "DELETE", "unique_id" },
	};
	size_t way = any(ARRAY_LEN(ways));
	struct inside_reply r;
	char sql[160], target[160], *id;
	const char *body = strcmp(ways[way].path, "tags") == 0          ? pick_tags()
			   : strcmp(ways[way].path, "setMetadata") == 0 ? "{\"a\":1}"
									: NULL;

	snprintf(sql, sizeof(sql),
		 "SELECT id FROM task WHERE env = %d ORDER BY seq DESC LIMIT 1"
		 " OFFSET %u",
		 is_test, any(40));
	id = inside_ask(s, sql);
	assert_int_equal(strlen(id), 25);
	id[24] = '\0';
	snprintf(target, sizeof(target), "/v1/task/%s/%s", id, ways[way].path);
	inside_call(s, is_test, ways[way].method, target, body, &r);
	if (r.status != 200 && r.status != 400)
		fail_msg("%s: %s", target, json_object_to_json_string(r.json));
	inside_free(&r);
	free(id);
}

/* What no request does, but a later version might. */
static void
rewrite(struct service *s)
{
	static const char *const statements[] = {
		"UPDATE task SET batch = 'urban/oslo-1' WHERE seq % 97 = 5",
		"UPDATE task SET batch = NULL WHERE seq % 89 = 5",
		"UPDATE task SET project = 'Parking Lidar' WHERE seq % 83 = 5",
		"UPDATE task SET type = 'lidar' WHERE seq % 79 = 5",
		"UPDATE task SET status = 'pending', completed_ms = NULL WHERE seq % 73 = 5",
		"UPDATE task SET created_ms = created_ms - 86400000 WHERE seq % 71 = 5",
		"UPDATE task SET env = 1 - env WHERE seq % 67 = 5 AND unique_id IS NULL",
		"UPDATE task SET tags = NULL WHERE seq % 61 = 5",
		"DELETE FROM task WHERE seq % 59 = 5",
	};
	char *text = inside_ask(s, statements[any(ARRAY_LEN(statements))]);

	free(text);
}

static void
counts_are_right_after_changes_at_random(void **state)
{
	const char *seed = getenv("MS_SEED");
	struct inside_reply r;
	struct service s;

	(void)state;
	if (seed)
		rng = strtoull(seed, NULL, 10);
	else
		random_bytes(&rng, sizeof(rng));
	rng |= 1;
	print_message("# MS_SEED=%llu\n", (unsigned long long)rng);
	inside_open(&s, "demo:500");
	check_counts(&s);
	inside_call(&s, false, "POST", "/v1/batches/rped-04/finalize", NULL, &r);
	inside_free(&r);
	for (int i = 0; i < STEPS; i++) {
		bool is_test = any(4) == 0;
		unsigned what = any(100);

		if (what < 45 && !(what < 12 && is_test))
			create(&s, is_test);
		else if (what < 98)
			change(&s, is_test);
		else
			rewrite(&s);
		s.now_ms += any(5) ? any(2000) : any(9000000);
		if (i % 100 == 0)
			check_counts(&s);
	}
	check_counts(&s);
	inside_close(&s);
}

/* A database of the version before the counts came. */
static void
make_old(const char *path)
{
	static const char tasks[] =
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
		" INSERT INTO task (id, env, type, status, project, batch, clear_on_error, params,"
		" metadata, tags, created_ms, updated_ms, completed_ms) SELECT"
		" format('%024x', i), i % 2, 'multistage', iif(i % 3, 'completed', 'pending'),"
		" 'p' || (i % 5), iif(i % 7, 'b' || (i % 11), NULL), 0, '{}', '{}',"
		" iif(i % 4, '[\"x\",\"y' || (i % 6) || '\"]', NULL), i * 10000000, i * 10000001,"
		" iif(i % 3, i * 10000001, NULL) FROM n;"
		"PRAGMA application_id = 0x6d735362;";
	char version[64];
	sqlite3 *db;
	size_t i = 0;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (; db_schema[i] != db_schema_counts; i++)
		assert_int_equal(sqlite3_exec(db, db_schema[i], NULL, NULL, NULL), SQLITE_OK);
	snprintf(version, sizeof(version), "PRAGMA user_version = %zu", i);
	assert_int_equal(sqlite3_exec(db, tasks, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, version, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_database_without_counts_gets_them(void **state)
{
	const char *path = scratch_path(*state, "old.db");
	struct service s = { .next_due_ms = INT64_MAX };
	struct err err = ERR_INIT;
	struct inside_reply r;
	char *tags;

	make_old(path);
	if (db_open(path, &s.db, &err))
		fail_msg("%s", err.msg);
	check_counts(&s);
	inside_call(&s, true, "GET", "/v1/tasks?limit=1", NULL, &r);
	assert_int_equal(inside_number(&r, "total"), 250);
	inside_free(&r);
	tags = inside_ask(&s, "SELECT n FROM tag_count WHERE env = 1 AND tag = 'x'");
	assert_string_equal(tags, "250 ");
	free(tags);
	db_close(s.db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_right_after_changes_at_random),
		cmocka_unit_test_setup_teardown(a_database_without_counts_gets_them, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
