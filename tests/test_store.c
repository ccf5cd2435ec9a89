/* test_store.c - the database file, its refusals, targets, notes and drafts. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/draft.h"
#include "core/store_db.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* It must fail, say `words`, and leave the file as it is. */
static void
refused(void **state, const char *path, const char *words, const char *hint)
{
	struct err err = ERR_INIT;
	struct stat journal;
	size_t before, after;
	char *was = scratch_read(path, &before), *is;

	assert_null(store_open(path, &err));
	assert_int_equal(err.code, ERR_STORE);
	if (!strstr(err.msg, words) || !strstr(err.hint, hint))
		fail_msg("want \"%s\" and \"%s\", got \"%s\" and \"%s\"", words, hint, err.msg,
			 err.hint);
	is = scratch_read(path, &after);
	assert_int_equal(before, after);
	assert_memory_equal(was, is, before);
	/* TRUNCATE mode leaves an empty journal behind; one with bytes means a write */
	if (!stat(scratch_path(*state, "db-journal"), &journal))
		assert_int_equal(journal.st_size, 0);
	free(was);
	free(is);
}

static void
a_new_file_is_private_and_named_as_ours(void **state)
{
	const char *path = scratch_path(*state, "db");
	struct store *s = stored_open(path);
	struct stat st;
	size_t n;
	char *data;

	store_close(s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	data = scratch_read(path, &n);
	/* Source: SQLite file format, "Application ID", offset 68 */
	assert_memory_equal(data + 68, "mstg", 4);
	free(data);
}

static void
a_file_that_others_can_read_is_closed_to_them(void **state)
{
	const char *path = scratch_path(*state, "db");
	struct stat st;

	store_close(stored_open(path));
	assert_int_equal(chmod(path, 0664), 0);
	store_close(stored_open(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
opening_an_up_to_date_file_writes_nothing(void **state)
{
	const char *path = scratch_path(*state, "db");
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct draft_info *list = NULL;
	struct err err = ERR_INIT;
	int64_t target = 0, again = 0;
	struct store *s = stored_open(path);
	struct stat st;
	size_t n;

	stored_good(store_target(s, "https://api.scale.com/v1", "live_abc", &target, &err), &err);
	store_close(s);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	s = stored_open(path);
	stored_good(store_target(s, "https://api.scale.com/v1", "live_abc", &again, &err), &err);
	stored_good(store_draft_list(s, &list, &n, &err), &err);
	assert_int_equal(again, target);
	assert_int_equal(n, 0);
	store_close(s);
	free(list);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000);
}

static void
a_folder_that_others_can_write_is_refused(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(chmod(*state, 0770), 0);
	assert_null(store_open(scratch_path(*state, "db"), &err));
	assert_int_equal(err.code, ERR_STORE);
	assert_non_null(strstr(err.msg, "can be written by others"));
	assert_non_null(strstr(err.hint, "chmod go-w"));
	assert_int_equal(access(scratch_path(*state, "db"), F_OK), -1);
	assert_int_equal(chmod(*state, 0700), 0);
}

static void
a_folder_that_is_not_there_is_named(void **state)
{
	struct err err = ERR_INIT;

	assert_null(store_open(scratch_path(*state, "no/db"), &err));
	assert_int_equal(err.code, ERR_STORE);
	assert_non_null(strstr(err.msg, "/no/: No such file or directory"));
}

static void
a_link_in_place_of_the_file_is_refused_but_a_linked_folder_is_fine(void **state)
{
	const char *there = scratch_path(*state, "there");

	store_close(stored_open(there));
	assert_int_equal(symlink(there, scratch_path(*state, "db")), 0);
	refused(state, scratch_path(*state, "db"), "is no plain file", "move it aside");
	assert_int_equal(symlink(*state, scratch_path(*state, "folder")), 0);
	store_close(stored_open(scratch_path(*state, "folder/there")));
}

static void
a30_a_file_that_is_no_database_is_refused_and_kept(void **state)
{
	static const char text[] = "dear diary, this is a text of mine and no database at all;"
				   " it is long enough to be looked at as a header of 100 bytes";

	scratch_write(scratch_path(*state, "db"), text, sizeof(text));
	refused(state, scratch_path(*state, "db"), "no database", "move it aside");
}

static void
a30_a_database_of_another_program_is_refused_and_kept(void **state)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(scratch_path(*state, "db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE places (url)", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	refused(state, scratch_path(*state, "db"), "belongs to another program", "move it aside");
}

static void
a30_a_newer_schema_is_refused_and_kept(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));

	assert_int_equal(sqlite3_exec(s->db, "PRAGMA user_version = 999", NULL, NULL, NULL), 0);
	store_close(s);
	refused(state, scratch_path(*state, "db"), "newer multistage (schema 999", "update this");
}

static void
a30_a_damaged_file_is_refused_and_kept(void **state)
{
	const char *path = scratch_path(*state, "db");
	size_t n;
	char *data;

	store_close(stored_open(path));
	data = scratch_read(path, &n);
	memset(data + 100, 0xFF, 3000); /* the schema's page, after the file's header */
	scratch_write(path, data, n);
	free(data);
	refused(state, path, "damaged", "move it aside");
}

/* Each must be told as what it is, and nothing may be written. */
static void
every_failure_of_a_write_says_what_it_is(void **state)
{
	static const struct {
		const char *how, *words;
	} rows[] = {
		{ "PRAGMA query_only = ON", "cannot be written" },
		{ "PRAGMA max_page_count = 1", "the disk is full" },
		{ NULL, "keeps the database locked" },
	};
	char value[100];
	static char large[200000];

	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct store *s = stored_open(scratch_path(*state, "db"));
		struct store *other = stored_open(scratch_path(*state, "db"));
		struct err err = ERR_INIT;

		sqlite3_busy_timeout(s->db, 0);
		if (rows[i].how)
			assert_int_equal(sqlite3_exec(s->db, rows[i].how, NULL, NULL, NULL), 0);
		else
			stored_good(store_begin_write(other, &err), &err);
		assert_int_equal(store_note_put(s, "n", large, &err), ERR_STORE);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("row %zu: want \"%s\", got \"%s\"", i, rows[i].words, err.msg);
		assert_string_not_equal(err.hint, "");
		stored_good(store_note_get(s, "n", value, sizeof(value), &err), &err);
		assert_string_equal(value, "");
		assert_true(sqlite3_get_autocommit(s->db)); /* nothing is left half done */
		store_close(s);
		store_close(other);
	}
}

static void
a30_a_file_deleted_under_us_takes_no_more_writes(void **state)
{
	const char *path = scratch_path(*state, "db");
	struct store *s = stored_open(path);
	struct err err = ERR_INIT;

	assert_int_equal(unlink(path), 0);
	assert_int_equal(store_note_put(s, "n", "v", &err), ERR_STORE);
	assert_non_null(strstr(err.msg, "deleted or moved"));
	store_close(s);
}

/* Open it as somebody who may only read it; root may always write. */
static void
open_to_read(const char *path)
{
	struct err err = ERR_INIT;
	struct store *s;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534))
		_exit(2);
	s = store_open(path, &err);
	if (s || err.code != ERR_STORE || !strstr(err.msg, "cannot be written") ||
	    !strstr(err.hint, "who owns the file")) {
		fprintf(stderr, "%s (%s)\n", err.msg, err.hint);
		_exit(1);
	}
	_exit(0);
}

static void
a30_a_file_that_may_only_be_read_is_refused_and_kept(void **state)
{
	const char *path = scratch_path(*state, "db");
	size_t before, after;
	char *was, *is;
	int status = 0;
	pid_t pid;

	store_close(stored_open(path));
	was = scratch_read(path, &before);
	assert_int_equal(chmod(path, 0400), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
		assert_int_equal(chown(*state, 65534, (gid_t)-1), 0);
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		open_to_read(path);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (geteuid() == 0)
		assert_int_equal(chown(*state, 0, (gid_t)-1), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	is = scratch_read(path, &after);
	assert_int_equal(before, after);
	assert_memory_equal(was, is, before);
	free(was);
	free(is);
}

static struct store *holder; /* of the write lock, until somebody waits for it */

static int
let_go(void)
{
	if (holder)
		assert_int_equal(sqlite3_exec(holder->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	holder = NULL;
	return 0;
}

static int
in_a_hurry(void)
{
	return 1;
}

static void
a30_a_lock_is_waited_for_and_told_if_it_stays(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct store *other = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	char value[20];

	stored_good(store_begin_write(other, &err), &err);
	holder = other;
	store_ending(s, let_go);
	stored_good(store_note_put(s, "n", "waited", &err), &err);
	assert_null(holder);
	stored_good(store_begin_write(other, &err), &err);
	store_ending(s, in_a_hurry);
	assert_int_equal(store_note_put(s, "n", "again", &err), ERR_STORE);
	assert_non_null(strstr(err.msg, "another program keeps the database locked"));
	assert_non_null(strstr(err.hint, "nothing was written"));
	assert_int_equal(sqlite3_exec(other->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	stored_good(store_note_get(s, "n", value, sizeof(value), &err), &err);
	assert_string_equal(value, "waited");
	store_close(other);
	store_close(s);
}

static void
the_settings_that_keep_data_are_in_force(void **state)
{
	static const struct {
		const char *ask;
		int64_t want;
	} rows[] = {
		{ "PRAGMA synchronous", 2 },
		{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA temp_store", 2 },
		{ "PRAGMA trusted_schema", 0 },
		{ "PRAGMA mmap_size", 0 },
		{ "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'truncate'", 1 },
		/* every table is STRICT */
		{ "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict"
		  " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
		  0 },
	};
	struct store *s = stored_open(scratch_path(*state, "db"));

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		int64_t got = -1;

		stored_good(store_number(s, rows[i].ask, NULL, 0, &got, &err), &err);
		if (got != rows[i].want)
			fail_msg("%s gives %lld", rows[i].ask, (long long)got);
	}
	int on = 0;

	assert_int_equal(sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &on), SQLITE_OK);
	assert_int_equal(on, 1);
	store_close(s);
}

static void
a_target_is_an_address_and_an_account(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	int64_t a = 0, b = 0, c = 0, again = 0;

	stored_good(store_target(s, "https://api.scale.com/v1", "live_canary_0451", &a, &err),
		    &err);
	stored_good(store_target(s, "https://api.scale.com/v1", "test_canary_0451", &b, &err),
		    &err);
	stored_good(store_target(s, "http://localhost/v1", "live_canary_0451", &c, &err), &err);
	stored_good(store_target(s, "https://api.scale.com/v1", "live_canary_0451", &again, &err),
		    &err);
	assert_true(a > 0 && b > 0 && c > 0 && a != b && a != c && b != c);
	assert_int_equal(a, again);
	store_close(s);
}

static void
a_key_is_never_in_the_file(void **state)
{
	const char *path = scratch_path(*state, "db");
	struct store *s = stored_open(path);
	struct err err = ERR_INIT;
	int64_t target;
	size_t n;
	char *data;

	stored_good(store_target(s, "https://api.scale.com/v1", "live_canary_0451", &target, &err),
		    &err);
	store_close(s);
	data = scratch_read(path, &n);
	assert_null(memmem(data, n, "canary", 6));
	assert_non_null(memmem(data, n, "api.scale.com", 13));
	free(data);
}

static void
notes_are_kept_and_replaced(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	char out[8];

	stored_good(store_note_get(s, "theme", out, sizeof(out), &err), &err);
	assert_string_equal(out, "");
	stored_good(store_note_put(s, "theme", "dark", &err), &err);
	stored_good(store_note_put(s, "theme", "caf\xC3\xA9 cr\xC3\xA8me", &err), &err);
	store_close(s);
	s = stored_open(scratch_path(*state, "db"));
	stored_good(store_note_get(s, "theme", out, sizeof(out), &err), &err);
	assert_string_equal(out, "caf\xC3\xA9 c"); /* cut to what fits, between characters */
	stored_good(store_note_get(s, "theme", out, 5, &err), &err);
	assert_string_equal(out, "caf");
	store_close(s);
}

static void
a_draft_comes_back_the_same(void **state)
{
	static const char wrong[] = "bad \xFF\xFE utf-8 and \x1b[31m escape";
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct draft *d = draft_new(), *back;
	struct buf was = BUF_INIT(1u << 20), is = BUF_INIT(1u << 20);

	draft_set(d, FIELD_INSTRUCTION, wrong, strlen(wrong));
	assert_true(draft_item_add(d, FIELD_ATTACHMENTS, 0, "s3://a/b", 8));
	stored_good(store_draft_put(s, d, 1, &err), &err);
	store_close(s);
	s = stored_open(scratch_path(*state, "db"));
	back = store_draft_get(s, draft_id(d), &err);
	assert_non_null(back);
	draft_save(d, &was);
	draft_save(back, &is);
	assert_int_equal(was.len, is.len);
	assert_memory_equal(was.p, is.p, was.len);
	assert_string_equal(draft_id(back), draft_id(d));
	buf_free(&was);
	buf_free(&is);
	draft_free(d);
	draft_free(back);
	store_close(s);
}

static void
drafts_are_listed_newest_first_and_deleted_one_by_one(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct draft *d[3];
	struct draft_info *list = NULL;
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		d[i] = draft_new();
		draft_set_name(d[i], i == 1 ? "night" : "day");
		stored_good(store_draft_put(s, d[i], 100 + i, &err), &err);
	}
	stored_good(store_draft_put(s, d[0], 200, &err), &err); /* saved again: the newest now */
	stored_good(store_draft_list(s, &list, &n, &err), &err);
	assert_int_equal(n, 3);
	assert_string_equal(list[0].id, draft_id(d[0]));
	assert_int_equal(list[0].updated_ms, 200);
	assert_true(list[0].bytes > 0 && !list[0].submitted);
	assert_string_equal(list[2].name, "night");
	free(list);
	stored_good(store_draft_delete(s, draft_id(d[1]), &err), &err);
	assert_int_equal(store_draft_delete(s, draft_id(d[1]), &err), ERR_NOT_FOUND);
	assert_null(store_draft_get(s, draft_id(d[1]), &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	stored_good(store_draft_list(s, &list, &n, &err), &err);
	assert_int_equal(n, 2);
	free(list);
	for (int i = 0; i < 3; i++)
		draft_free(d[i]);
	store_close(s);
}

static void
statements_make_room_for_each_other(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));

	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < 2 * STORE_STATEMENTS; i++) {
			const struct value v[] = { value_int(turn) };
			struct err err = ERR_INIT;
			int64_t got = -1;
			char sql[64];

			snprintf(sql, sizeof(sql), "SELECT %d + ?", i);
			stored_good(store_number(s, sql, v, 1, &got, &err), &err);
			assert_int_equal(got, i + turn);
		}
	}
	store_close(s);
}

static void
a_database_in_memory_works_too(void **state)
{
	struct store *s = stored_open(":memory:");
	struct err err = ERR_INIT;
	char out[8];

	(void)state;
	stored_good(store_note_put(s, "a", "b", &err), &err);
	stored_good(store_note_get(s, "a", out, sizeof(out), &err), &err);
	assert_string_equal(out, "b");
	store_close(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_new_file_is_private_and_named_as_ours),
		CASE(a_file_that_others_can_read_is_closed_to_them),
		CASE(opening_an_up_to_date_file_writes_nothing),
		CASE(a_folder_that_others_can_write_is_refused),
		CASE(a_folder_that_is_not_there_is_named),
		CASE(a_link_in_place_of_the_file_is_refused_but_a_linked_folder_is_fine),
		CASE(a30_a_file_that_is_no_database_is_refused_and_kept),
		CASE(a30_a_database_of_another_program_is_refused_and_kept),
		CASE(a30_a_newer_schema_is_refused_and_kept),
		CASE(a30_a_damaged_file_is_refused_and_kept),
		CASE(every_failure_of_a_write_says_what_it_is),
		CASE(a30_a_file_deleted_under_us_takes_no_more_writes),
		CASE(a30_a_file_that_may_only_be_read_is_refused_and_kept),
		CASE(a30_a_lock_is_waited_for_and_told_if_it_stays),
		CASE(the_settings_that_keep_data_are_in_force),
		CASE(a_target_is_an_address_and_an_account),
		CASE(a_key_is_never_in_the_file),
		CASE(notes_are_kept_and_replaced),
		CASE(a_draft_comes_back_the_same),
		CASE(drafts_are_listed_newest_first_and_deleted_one_by_one),
		CASE(statements_make_room_for_each_other),
		cmocka_unit_test(a_database_in_memory_works_too),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
