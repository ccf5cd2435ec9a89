/* test_sandbox_schema.c - a database of every earlier version is brought up to date. */
#include "config.h"

#include "tests/test.h"

#include "sandbox/db.h"
#include "sandbox/db_schema.h"
#include "tests/scratch.h"

#include <unistd.h>

#define APPLICATION_ID 0x6d735362

static int
run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* The first steps, and a row of what the first version had. False: files have a project. */
static bool
make_old(const char *path, size_t steps)
{
	sqlite3 *db;
	char sql[128];
	bool old;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < steps; i++)
		assert_int_equal(run(db, db_schema[i]), SQLITE_OK);
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%zu",
		 APPLICATION_ID, steps);
	assert_int_equal(run(db, sql), SQLITE_OK);
	assert_int_equal(run(db,
			     "INSERT INTO project (env, name, type, rapid, studio, archived,"
			     " extra, created_ms) VALUES (0, 'p', 'multistage', 0, 0, 0,"
			     " '{}', 1);"
			     "INSERT INTO batch (env, name, project, staging, archived,"
			     " callback, metadata, extra, created_ms)"
			     " VALUES (0, 'b', 'p', 0, 0, NULL, '{}', '{}', 1);"
			     "INSERT INTO task (id, env, type, status, project, batch,"
			     " clear_on_error, params, metadata, created_ms, updated_ms, due_ms,"
			     " fate, outcome) VALUES ('t', 0, 'multistage', 'pending', 'p', 'b',"
			     " 0, '{}', '{}', 1, 1, 1, 'completed', '{}');"
			     "INSERT INTO file (id, env, name, size, projects, metadata,"
			     " created_ms) VALUES ('f', 0, 'f', 1, '[\"p\"]', '{}', 1);"
			     "INSERT INTO file_part VALUES (1, 0, x'41');"),
			 SQLITE_OK);
	old = run(db, "SELECT project FROM file") != SQLITE_OK;
	sqlite3_close(db);
	return old;
}

static int64_t
number(struct db *db, const char *sql)
{
	return db_number(db, db_query(db, sql), -1);
}

static void
a_database_of_every_version_comes_through(void **state)
{
	for (size_t steps = 1; steps <= db_schema_count; steps++) {
		const char *path = scratch_path(*state, "old.db");
		struct err err;
		struct db *db;
		bool old;

		unlink(path);
		old = make_old(path, steps);
		if (db_open(path, &db, &err))
			fail_msg("version %zu: %s", steps, err.msg);
		assert_int_equal(number(db, "PRAGMA user_version"), db_schema_count);
		assert_int_equal(number(db, "SELECT count(*) FROM task WHERE id = 't'"), 1);
		assert_int_equal(number(db, "SELECT count(*) FROM batch"), 1);
		assert_int_equal(number(db, "SELECT count(*) FROM file_part"), 1);
		if (old)
			assert_int_equal(number(db, "SELECT count(*) FROM file WHERE project = 'p'"
						    " AND length(secret) = 32"),
					 1);
		db_close(db);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_database_of_every_version_comes_through,
						scratch_setup, scratch_teardown),
	};
	return cmocka_run_group_tests_name("sandbox schema", tests, NULL, NULL);
}
