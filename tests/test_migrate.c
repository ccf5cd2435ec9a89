/* test_migrate.c - files of every earlier schema open, and keep what was in them. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/test.h"

#include "core/buf.h"
#include "core/mem.h"
#include "core/store_db.h"

#include <unistd.h>

/* A file as the program of that schema left it, with a row in each table it had. */
static const char *const rows_of[] = {
	[1] = "INSERT INTO target VALUES (7, 'https://api.scale.com/v1', '0123456789ab');"
	      "INSERT INTO note VALUES ('theme', 'dark');"
	      "INSERT INTO draft VALUES ('d1', 'night', 5, 0, x'00FF');",
	[2] = "INSERT INTO task (id, target, key, status, word, rank, unique_id, type, project,"
	      " batch, tags, note, priority, is_test, created_ms, updated_ms, completed_ms,"
	      " changed_ms, seen_ms) VALUES (3, 7, 't1', 'pending', 'pending', 6, 'u1',"
	      " 'multistage', 'p', '', '', '', 20, 0, 1, 2, 0, 2, 0);"
	      "INSERT INTO task_body VALUES (3, x'7B7D');"
	      "INSERT INTO sync VALUES (7, 2);",
	[3] = "INSERT INTO outbox (seq, target, run_key, item, unique_id, project, batch, tags,"
	      " priority, payload, sha256, state, ambiguous, attempt, looks, created_ms, sent_ms,"
	      " next_ms, task_id, http, note, field) VALUES (1, 7, 'd1', 0,"
	      " 'u1', 'p', '', '', 20, x'7B7D',"
	      " '0123456789012345678901234567890123456789012345678901234567890123', 'accepted',"
	      " 0, 1, 0, 1, 2, 0, 't1', 200, '', '');"
	      "INSERT INTO attempt (seq, n, post, at_ms, state, http, sha256, note)"
	      " VALUES (1, 1, 1, 2, 'accepted', 200, 'x', '');",
	[4] = "INSERT INTO project VALUES (7, 'p', 'multistage', -1, 0, 0);"
	      "INSERT INTO batch VALUES (7, 'b', 'p', 'staging', '', '', 0, -1, -1, -1, -1);"
	      "INSERT INTO blueprint VALUES (7, 'p', 'bp', 1);"
	      "INSERT INTO fetched VALUES (7, 'project', '', 1);"
	      "INSERT INTO used VALUES (7, 'project', 'p', 1);",
	[5] = "INSERT INTO hold VALUES (7, 'key', 1, 401, 'no', '');"
	      "INSERT INTO pace VALUES (7, 9, 1);",
	[6] = "UPDATE outbox SET next_ms = 0;",
};

static void
make(const char *path, int version)
{
	struct store old = { .path = mem_strdup(path) };
	struct err err = ERR_INIT;

	assert_int_equal(sqlite3_open(path, &old.db), SQLITE_OK);
	if (store_schema_to(&old, version, &err))
		fail_msg("%s", err.msg);
	for (int v = 1; v <= version; v++)
		if (sqlite3_exec(old.db, rows_of[v], NULL, NULL, NULL))
			fail_msg("rows of %d: %s", v, sqlite3_errmsg(old.db));
	for (size_t i = 0; i < old.kept_count; i++) {
		sqlite3_finalize(old.kept[i].st);
		free(old.kept[i].sql);
	}
	assert_int_equal(sqlite3_close(old.db), SQLITE_OK);
	free(old.path);
}

static int
add_row(void *arg, int n, char **value, char **name)
{
	(void)name;
	for (int i = 0; i < n; i++)
		buf_addf(arg, "%s%s", value[i] ? value[i] : "-", i + 1 < n ? "|" : "\n");
	return 0;
}

/* The whole schema, as text. */
static char *
schema_of(sqlite3 *db)
{
	struct buf out = BUF_INIT(1u << 20);

	assert_int_equal(sqlite3_exec(db, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2",
				      add_row, &out, NULL),
			 SQLITE_OK);
	return buf_take(&out);
}

static void
a_file_of_every_earlier_version_opens_and_keeps_its_rows(void **state)
{
	struct err err = ERR_INIT;
	struct store *fresh = store_open(scratch_path(*state, "fresh"), &err);
	char *want;

	assert_non_null(fresh);
	want = schema_of(fresh->db);
	assert_int_equal(ARRAY_LEN(rows_of), store_schema_version() + 1);
	for (int v = 1; v <= store_schema_version(); v++) {
		const char *path = scratch_path(*state, "old");
		struct buf check = BUF_INIT(1000);
		int64_t draft = 0;
		struct store *s;
		char *got;

		make(path, v);
		s = store_open(path, &err);
		if (!s)
			fail_msg("version %d: %s", v, err.msg);
		got = schema_of(s->db);
		assert_string_equal(got, want);
		assert_int_equal(sqlite3_exec(s->db,
					      "PRAGMA integrity_check;"
					      "SELECT base_url FROM target WHERE id = 7;"
					      "SELECT value FROM note WHERE name = 'theme';"
					      "PRAGMA foreign_key_check",
					      add_row, &check, NULL),
				 SQLITE_OK);
		assert_string_equal(buf_str(&check), "ok\nhttps://api.scale.com/v1\ndark\n");
		assert_int_equal(store_number(s, "SELECT length(data) FROM draft WHERE id = 'd1'",
					      NULL, 0, &draft, &err),
				 ERR_OK);
		assert_int_equal(draft, 2);
		buf_free(&check);
		free(got);
		store_close(s);
		unlink(path);
	}
	free(want);
	store_close(fresh);
}

static void
a_step_that_fails_leaves_the_file_as_it_was(void **state)
{
	const char *path = scratch_path(*state, "db");
	struct err err = ERR_INIT;
	struct store *s;
	int64_t n = -1;

	/* an empty file that cannot grow: the first step runs out of room half way */
	s = mem_alloc(sizeof(*s));
	s->path = mem_strdup(path);
	assert_int_equal(sqlite3_open(path, &s->db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(s->db, "PRAGMA max_page_count = 3", NULL, NULL, NULL), 0);
	assert_int_equal(store_schema(s, &err), ERR_STORE);
	assert_non_null(strstr(err.msg, "the disk is full"));
	assert_int_equal(store_number(s, "SELECT count(*) FROM sqlite_schema", NULL, 0, &n, &err),
			 ERR_OK);
	assert_int_equal(n, 0);
	store_close(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_file_of_every_earlier_version_opens_and_keeps_its_rows),
		CASE(a_step_that_fails_leaves_the_file_as_it_was),
	};
	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
