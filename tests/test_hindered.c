/* test_hindered.c - disks that are full or fail, files that are not ours, calls that fail: it
 * is told, and nothing is lost or made twice. "make check-deep" takes every call.
 */
#include "config.h"

#include "tests/promise.h"
#include "tests/scratch.h"
#include "tests/sweep.h"
#include "tests/test.h"

#include "core/err.h"

#include <errno.h>
#include <sqlite3.h>

static const struct shim_plan none = { .how = SHIM_NOTHING };
static struct trial t;

static int
setup(void **state)
{
	(void)state;
	trial_open(&t);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	trial_close(&t);
	return 0;
}

/* How often the first run of a history makes this call, up to its end or to another call. */
static uint32_t
counted(enum history_act act, const struct shim_plan *until, enum shim_call call)
{
	uint32_t n;

	history_begin(&t, &history_faults[0], false);
	history_run(&t, act, 0, until);
	n = inject_counts(t.inject)[call];
	history_end(&t);
	return n;
}

static size_t
posts(void)
{
	const char *wire;
	size_t n = 0, len;

	wire = inject_wire(t.inject, &len);
	for (const char *at = wire; (at = memmem(at, len - (size_t)(at - wire), "POST /", 6)); at++)
		n++;
	return n;
}

static void
state_must_be(unsigned wish, const char *state)
{
	struct promise_row *rows;
	char run_key[32];
	const char *is = "none";
	size_t n;

	snprintf(run_key, sizeof(run_key), "run-%u", wish);
	promise_rows(t.db, &rows, &n, &t.why);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].run_key, run_key) == 0)
			is = rows[i].state;
	assert_string_equal(is, state);
	promise_free(rows, n);
}

static const struct shim_plan counting = { .how = SHIM_COUNT };
static const struct shim_plan before_it_leaves = { .how = SHIM_KILL_BEFORE,
						   .call = SHIM_SEND,
						   .nth = 1 };

static struct shim_plan
full_from(uint32_t nth)
{
	return (struct shim_plan){
		.how = SHIM_FAIL_ON, .call = SHIM_PWRITE, .nth = nth, .error = ENOSPC
	};
}

/* The run of a new history, hindered. */
static void
run(enum history_act act, const struct shim_plan *plan)
{
	history_begin(&t, &history_faults[0], false);
	assert_true(history_run(&t, act, 0, plan));
}

static void
a28_with_a_full_disk_nothing_is_queued_and_that_is_said(void **state)
{
	const struct shim_plan full = full_from(1);

	(void)state;
	run(HISTORY_QUEUE, &full);
	program_must(&t.run, 10, NULL, "the disk is full");
	assert_null(strstr(t.run.err, "queued"));
	state_must_be(0, "none");
	history_end(&t);
}

static void
a28_a_disk_that_is_full_when_a_row_is_claimed_sends_nothing(void **state)
{
	/* The last write before it leaves is one of the claim. */
	struct shim_plan full = full_from(counted(HISTORY_SEND, &before_it_leaves, SHIM_PWRITE));

	(void)state;
	assert_true(full.nth > 10);
	run(HISTORY_SEND, &full);
	program_must(&t.run, 10, NULL, "the disk is full");
	assert_int_equal(posts(), 0);
	state_must_be(0, "queued");
	history_end(&t);
}

static void
is_full_at_the_answer(uint32_t nth)
{
	struct shim_plan full = full_from(nth);

	run(HISTORY_SEND, &full);
	program_must(&t.run, 10, NULL, "the disk is full");
	program_must(&t.run, 10, NULL, "it may have been sent");
	assert_int_equal(posts(), 1);
	state_must_be(0, "sending");
	assert_false(history_run(&t, HISTORY_SEND, 0, &counting));
	program_must(&t.run, 0, NULL, "accepted");
	assert_int_equal(posts(), 0); /* found, not sent again */
	history_end(&t);
}

/* With the first write of the outcome, which is one of the journal; and with the last one, in
 * the middle of the commit. */
static void
a28_a_disk_that_is_full_when_the_answer_comes_is_told_and_the_task_found(void **state)
{
	(void)state;
	is_full_at_the_answer(counted(HISTORY_SEND, &before_it_leaves, SHIM_PWRITE) + 1);
	is_full_at_the_answer(counted(HISTORY_SEND, &counting, SHIM_PWRITE));
}

static void
a29_a_disk_that_does_not_sync_is_a_failure_and_nothing_is_queued(void **state)
{
	struct shim_plan fails = { .how = SHIM_FAIL_ON, .call = SHIM_FDATASYNC, .error = EIO };
	uint32_t n = counted(HISTORY_QUEUE, &counting, SHIM_FDATASYNC);

	(void)state;
	assert_true(n >= 4);
	for (fails.nth = 1; fails.nth <= n; fails.nth++) {
		run(HISTORY_QUEUE, &fails);
		assert_int_equal(t.run.status, 10);
		assert_null(strstr(t.run.err, "queued"));
		assert_int_equal(posts(), 0);
		history_end(&t);
	}
}

/* The journal twice, its folder, the database, the journal's end: for the row and its claim. */
static void
a29_what_leaves_was_synced_before(void **state)
{
	uint32_t queued = counted(HISTORY_QUEUE, &counting, SHIM_FDATASYNC);
	uint32_t claimed = counted(HISTORY_SEND, &before_it_leaves, SHIM_FDATASYNC);

	(void)state;
	assert_true(queued >= 4);
	assert_true(claimed >= queued + 4);
}

static void
a35_descriptors_locks_and_interruptions_that_fail_lose_nothing(void **state)
{
	static const int errors[] = { EMFILE, ENOLCK, EINTR, EAGAIN };
	struct sweep_pick pick = { .every = 61 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		sweep_errors(&t, SWEEP_SEND, &history_faults[1], errors[i], &pick);
	print_message("# %zu calls failed\n", pick.points);
	assert_true(pick.points > 5);
}

/* --- A30: files --- */

/* The run ends with these words and the file is as it was. */
static void
told_and_kept(const char *words, const struct shim_plan *plan)
{
	size_t before, after;
	char *was = scratch_read(t.db, &before), *is;

	history_run(&t, HISTORY_QUEUE, 0, plan);
	program_must(&t.run, 10, NULL, words);
	is = scratch_read(t.db, &after);
	assert_int_equal(after, before);
	assert_memory_equal(is, was, before);
	free(was);
	free(is);
}

static void
give_up(void)
{
	void *dir = strdup(t.dir);

	scratch_teardown(&dir);
}

static void
a30_a_database_that_cannot_be_written_is_told(void **state)
{
	/* the first open makes the file if there is none */
	const struct shim_plan fails = {
		.how = SHIM_FAIL_ON, .call = SHIM_OPEN, .nth = 2, .error = EROFS
	};

	(void)state;
	history_begin(&t, &history_faults[0], false);
	told_and_kept("cannot be written", &fails);
	history_end(&t);
}

static void
a30_a_database_that_stays_locked_is_told(void **state)
{
	sqlite3 *db = NULL;

	(void)state;
	history_begin(&t, &history_faults[0], false);
	assert_int_equal(sqlite3_open(t.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	inject_naps(t.inject, true);
	history_run(&t, HISTORY_QUEUE, 0, &none);
	program_must(&t.run, 10, NULL, "another program keeps the database locked");
	sqlite3_close(db);
	history_end(&t);
}

static void
a30_a_damaged_database_is_told_and_kept(void **state)
{
	char *bytes;
	size_t n;

	(void)state;
	history_begin(&t, &history_faults[0], false);
	bytes = scratch_read(t.db, &n);
	assert_true(n > 8192);
	memset(bytes + 4096, 0xA5, n - 4096);
	scratch_write(t.db, bytes, n);
	free(bytes);
	told_and_kept("damaged", &none);
	give_up();
}

static void
a30_a_file_that_is_no_database_is_told_and_kept(void **state)
{
	(void)state;
	history_begin(&t, &history_faults[0], false);
	scratch_write(t.db,
		      "a shopping list, longer than a header of a database would be: "
		      "bread, butter, milk, eggs, tea, and whatever else is missing",
		      122);
	told_and_kept("no database", &none);
	give_up();
}

static void
changed_by(const char *sql, const char *words)
{
	sqlite3 *db = NULL;

	history_begin(&t, &history_faults[0], false);
	assert_int_equal(sqlite3_open(t.db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	told_and_kept(words, &none);
	give_up();
}

static void
a30_a_database_of_another_program_or_a_newer_one_is_told_and_kept(void **state)
{
	(void)state;
	changed_by("PRAGMA application_id = 1", "belongs to another program");
	changed_by("PRAGMA user_version = 999", "newer multistage");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a28_with_a_full_disk_nothing_is_queued_and_that_is_said),
		CASE(a28_a_disk_that_is_full_when_a_row_is_claimed_sends_nothing),
		CASE(a28_a_disk_that_is_full_when_the_answer_comes_is_told_and_the_task_found),
		CASE(a29_a_disk_that_does_not_sync_is_a_failure_and_nothing_is_queued),
		CASE(a29_what_leaves_was_synced_before),
		CASE(a35_descriptors_locks_and_interruptions_that_fail_lose_nothing),
		CASE(a30_a_database_that_cannot_be_written_is_told),
		CASE(a30_a_database_that_stays_locked_is_told),
		CASE(a30_a_damaged_database_is_told_and_kept),
		CASE(a30_a_file_that_is_no_database_is_told_and_kept),
		CASE(a30_a_database_of_another_program_or_a_newer_one_is_told_and_kept),
	};
	return cmocka_run_group_tests_name("hindered", tests, NULL, NULL);
}
