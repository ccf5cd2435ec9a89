/* test_bulk.c - many tasks made ready, put aside, and queued in one go or not at all. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/bulk.h"
#include "core/field.h"
#include "core/random.h"
#include "core/row.h"
#include "core/spool.h"

#include <dirent.h>
#include <unistd.h>

#define NOW 1700000000000

/* --- spool --- */

static size_t
files_in(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* Pieces of growing length, each of one letter. */
static void
fill(struct spool *s, size_t pieces, size_t longest)
{
	char *piece = malloc(longest);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < pieces; i++) {
		memset(piece, 'a' + (int)(i % 26), longest);
		stored_good(spool_put(s, piece, i * 7919 % longest, &err), &err);
	}
	free(piece);
}

static void
must_hold(struct spool *s, size_t pieces, size_t longest)
{
	char *piece = malloc(longest);
	struct err err = ERR_INIT;

	stored_good(spool_rewind(s, &err), &err);
	for (size_t i = 0; i < pieces; i++) {
		size_t n = i * 7919 % longest;

		stored_good(spool_get(s, piece, n, &err), &err);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(piece[k], 'a' + (int)(i % 26));
	}
	assert_int_equal(spool_get(s, piece, 1, &err), ERR_SYS);
	free(piece);
}

static void
what_is_put_aside_comes_back_and_leaves_no_file(void **state)
{
	static const size_t longest[] = { 50, 4000, 3000000 };

	for (size_t i = 0; i < ARRAY_LEN(longest); i++) {
		struct spool *s = spool_new(*state);

		fill(s, 40, longest[i]);
		must_hold(s, 40, longest[i]);
		must_hold(s, 40, longest[i]);
		assert_int_equal(files_in(*state), 0);
		spool_free(s);
	}
}

static void
a_folder_that_is_gone_is_an_error_only_when_it_is_needed(void **state)
{
	struct spool *s = spool_new(scratch_path(*state, "gone"));
	struct err err = ERR_INIT;
	char *much = calloc(1, 2u << 20);

	stored_good(spool_put(s, much, 1000, &err), &err);
	stored_good(spool_rewind(s, &err), &err);
	assert_int_equal(spool_put(s, much, 2u << 20, &err), ERR_SYS);
	assert_non_null(strstr(err.msg, "making a file in "));
	free(much);
	spool_free(s);
}

/* --- bulk --- */

static void
add(struct bulk *b, long item, const char *project, const char *id)
{
	static const char url[] = "s3://a/b.sfs";
	struct draft *d = draft_new();
	struct check *c = check_new();
	struct err err = ERR_INIT;

	draft_set(d, FIELD_PROJECT, project, strlen(project));
	draft_item_add(d, FIELD_ATTACHMENTS, 0, url, strlen(url));
	draft_set(d, FIELD_SCENE_FORMAT, "sensor_fusion", 13);
	if (id)
		draft_set(d, FIELD_UNIQUE_ID, id, strlen(id));
	check_update(c, d);
	stored_good(bulk_add(b, d, c, item, id == NULL, &err), &err);
	check_free(c);
	draft_free(d);
}

static struct bulk *
bulk_of(void *state, const char *const *projects)
{
	struct bulk *b = bulk_new(state);

	for (long i = 0; projects[i]; i++)
		add(b, i + 1, projects[i], NULL);
	return b;
}

#define BULK(state, ...) bulk_of(state, (const char *const[]){ __VA_ARGS__, NULL })

static void
the_name_of_a_run_is_that_of_its_payloads_not_of_the_ids_made(void **state)
{
	struct bulk *b[] = { BULK(*state, "p", "q"), BULK(*state, "p", "q"), BULK(*state, "q", "p"),
			     BULK(*state, "p"),      bulk_new(*state),       bulk_new(*state) };
	char name[ARRAY_LEN(b)][BULK_NAME_SIZE];

	add(b[4], 1, "p", "mine");
	add(b[5], 1, "p", "other");
	for (size_t i = 0; i < ARRAY_LEN(b); i++) {
		bulk_name(b[i], name[i]);
		assert_int_equal(strlen(name[i]), BULK_NAME_SIZE - 1);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(strcmp(name[i], name[k]) == 0, i == 1 && k == 0);
		bulk_free(b[i]);
	}
}

static void
a_draft_with_errors_or_without_id_is_refused(void **state)
{
	struct bulk *b = bulk_new(*state);
	struct draft *d = draft_new();
	struct check *c = check_new();
	struct err err = ERR_INIT;

	check_update(c, d);
	assert_int_equal(bulk_add(b, d, c, 1, true, &err), ERR_RULE);
	assert_int_equal(bulk_count(b), 0);
	check_free(c);
	draft_free(d);
	bulk_free(b);
}

/* --- queueing --- */

struct world {
	struct store *s;
	int64_t target;
	struct outbox_queued q;
	struct err err;
	long fail_at; /* the source fails at this item; 0 = never */
};

static struct world w;

static enum err_code
next(void *arg, struct outbox_row *r, bool *more, struct err *err)
{
	if (bulk_next(arg, r, more, err))
		return err->code;
	if (*more && r->item == w.fail_at)
		return err_set(err, ERR_SYS, "the disk");
	return ERR_OK;
}

static enum err_code
queue(struct bulk *b, const char *run_key, bool go_on)
{
	const struct outbox_run run = {
		.target = w.target, .now_ms = NOW, .run_key = run_key, .go_on = go_on
	};
	enum err_code code;

	w.err = (struct err)ERR_INIT;
	stored_good(bulk_rewind(b, &w.err), &w.err);
	code = store_queue_many(w.s, &run, next, b, &w.q, &w.err);
	bulk_free(b);
	return code;
}

static void
row(int64_t seq, struct outbox_row *r)
{
	outbox_row_init(r);
	stored_good(store_outbox_get(w.s, seq, r, &w.err), &w.err);
}

static size_t
rows(void)
{
	struct outbox_row r[20];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		outbox_row_init(&r[i]);
	stored_good(store_queue_open(w.s, w.target, 0, r, ARRAY_LEN(r), &n, &w.err), &w.err);
	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		outbox_row_done(&r[i]);
	return n;
}

static int
setup(void **state)
{
	int rc = scratch_setup(state);

	w = (struct world){ .s = stored_open(":memory:") };
	w.target = stored_target(w.s, "live_bulk_0123456789");
	return rc;
}

static int
teardown(void **state)
{
	store_close(w.s);
	return scratch_teardown(state);
}

static void
all_are_queued_or_none(void **state)
{
	w.fail_at = 3;
	assert_int_equal(queue(BULK(*state, "p", "q", "r", "s"), "run", true), ERR_SYS);
	assert_string_equal(w.err.msg, "the disk");
	assert_int_equal(rows(), 0);
	w.fail_at = 0;
	assert_int_equal(queue(BULK(*state, "p", "q", "r", "s"), "run", true), ERR_OK);
	assert_int_equal(w.q.made, 4);
	assert_int_equal(rows(), 4);
}

static void
the_id_that_was_stored_first_counts(void **state)
{
	struct outbox_row first, again;

	assert_int_equal(queue(BULK(*state, "p", "q"), "run", true), ERR_OK);
	row(2, &first);
	assert_true(first.made_id);
	assert_non_null(strstr(first.payload, first.unique_id));
	assert_int_equal(queue(BULK(*state, "p", "q", "r"), "run", true), ERR_OK);
	assert_int_equal(w.q.made, 1);
	assert_int_equal(w.q.there, 2);
	assert_int_equal(w.q.open, 2);
	row(2, &again);
	assert_string_equal(first.unique_id, again.unique_id);
	assert_string_equal(first.payload, again.payload);
	assert_string_equal(first.sha256, again.sha256);
	outbox_row_done(&first);
	outbox_row_done(&again);
	assert_int_equal(rows(), 3);
}

static void
other_bytes_in_a_known_place_are_refused(void **state)
{
	struct bulk *own = bulk_new(*state);

	assert_int_equal(queue(BULK(*state, "p", "q"), "run", true), ERR_OK);
	assert_int_equal(queue(BULK(*state, "p", "x", "r"), "run", true), ERR_ALREADY);
	assert_non_null(strstr(w.err.msg, "record 2: this run has it with other bytes (local-2"));
	assert_int_equal(rows(), 2);
	add(own, 1, "p", "ms-00000000000000000000000000"); /* as long as one of ours */
	assert_int_equal(queue(own, "run", true), ERR_ALREADY);
	assert_int_equal(queue(BULK(*state, "p", "q"), "run", false), ERR_ALREADY);
	assert_true(w.q.known);
	assert_int_equal(w.q.first_ms, NOW);
	assert_int_equal(queue(BULK(*state, "p", "q"), "other run", false), ERR_OK);
	assert_int_equal(rows(), 4);
}

/* The service refused it for good. */
static void
reject(int64_t seq)
{
	struct outbox_row r;
	bool won = false;

	stored_good(store_outbox_claim(w.s, seq, 0, NOW, &won, &w.err), &w.err);
	row(seq, &r);
	r.state = OUTBOX_REJECTED;
	stored_good(store_outbox_outcome(w.s, &r, NULL, NOW, &w.err), &w.err);
	outbox_row_done(&r);
}

static void
what_was_refused_takes_new_bytes_and_keeps_its_id(void **state)
{
	struct outbox_row was, is;

	assert_int_equal(queue(BULK(*state, "p", "q"), "run", true), ERR_OK);
	reject(2);
	assert_int_equal(rows(), 1);
	row(2, &was);
	assert_int_equal(queue(BULK(*state, "p", "better"), "run", true), ERR_OK);
	assert_int_equal(w.q.renewed, 1);
	row(2, &is);
	assert_int_equal(is.state, OUTBOX_QUEUED);
	assert_string_equal(is.project, "better");
	assert_string_equal(is.unique_id, was.unique_id);
	assert_non_null(strstr(is.payload, was.unique_id));
	outbox_row_done(&was);
	outbox_row_done(&is);
	/* A run of which all was refused made nothing: its name is free. */
	assert_int_equal(queue(BULK(*state, "z"), "z", false), ERR_OK);
	reject(3);
	assert_int_equal(queue(BULK(*state, "z"), "z", false), ERR_OK);
	assert_int_equal(w.q.renewed, 1);
}

static void
rows_are_listed_by_page_without_their_payload(void **state)
{
	struct outbox_row r[2];
	size_t n = 0;
	long other = -1;

	assert_int_equal(queue(BULK(*state, "p", "q", "r"), "run", true), ERR_OK);
	outbox_row_init(&r[0]);
	outbox_row_init(&r[1]);
	stored_good(store_queue_run(w.s, w.target, "run", 0, r, 2, &n, &w.err), &w.err);
	assert_int_equal(n, 2);
	assert_string_equal(r[1].project, "q");
	assert_int_equal(r[1].payload_len, 0);
	stored_good(store_queue_run(w.s, w.target, "run", 2, r, 2, &n, &w.err), &w.err);
	assert_int_equal(n, 1);
	assert_int_equal(r[0].item, 3);
	stored_good(store_queue_run(w.s, w.target, "run", 3, r, 2, &n, &w.err), &w.err);
	assert_int_equal(n, 0);
	stored_good(store_queue_elsewhere(w.s, w.target + 1, &other, &w.err), &w.err);
	assert_int_equal(other, 3);
	outbox_row_done(&r[0]);
	outbox_row_done(&r[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_aside_comes_back_and_leaves_no_file),
		TEST(a_folder_that_is_gone_is_an_error_only_when_it_is_needed),
		TEST(the_name_of_a_run_is_that_of_its_payloads_not_of_the_ids_made),
		TEST(a_draft_with_errors_or_without_id_is_refused),
		TEST(all_are_queued_or_none),
		TEST(the_id_that_was_stored_first_counts),
		TEST(other_bytes_in_a_known_place_are_refused),
		TEST(what_was_refused_takes_new_bytes_and_keeps_its_id),
		TEST(rows_are_listed_by_page_without_their_payload),
	};
	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
