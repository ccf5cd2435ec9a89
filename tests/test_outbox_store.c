/* test_outbox_store.c - rows of the outbox: queued once, sent once, never lost. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/draft.h"
#include "core/store_db.h"

#define NOW 1700000000000

static void
make(struct outbox_row *r, int64_t target, const char *run_key, const char *unique_id)
{
	static const char payload[] = "{\"project\":\"p\",\"\x00\xFF\"}"; /* any bytes */

	outbox_row_init(r);
	r->target = target;
	task_set(&r->run_key, run_key, strlen(run_key));
	task_set(&r->unique_id, unique_id, strlen(unique_id));
	task_set(&r->project, "p", 1);
	task_set(&r->tags, "a\nb", 3);
	task_set(&r->payload, payload, sizeof(payload) - 1);
	r->payload_len = sizeof(payload) - 1;
	memset(r->sha256, 'a', 64);
	r->priority = 20;
	r->created_ms = NOW;
	r->next_ms = NOW;
}

static int64_t
queue(struct store *s, int64_t target, const char *run_key, const char *unique_id)
{
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool existed = true;
	int64_t seq;

	make(&r, target, run_key, unique_id);
	stored_good(store_outbox_add(s, &r, NULL, &existed, &err), &err);
	assert_false(existed);
	seq = r.seq;
	outbox_row_done(&r);
	return seq;
}

static void
read_back(struct store *s, int64_t seq, struct outbox_row *r)
{
	struct err err = ERR_INIT;

	outbox_row_init(r);
	stored_good(store_outbox_get(s, seq, r, &err), &err);
}

static void
claim(struct store *s, int64_t seq, int attempt)
{
	struct err err = ERR_INIT;
	bool won = false;

	stored_good(store_outbox_claim(s, seq, attempt, NOW + 1, &won, &err), &err);
	assert_true(won);
}

/* The board's rows of the target, newest first. */
static size_t
board(struct store *s, int64_t target, struct board_row *rows, size_t max)
{
	struct board_query q = { .target = target };
	struct err err = ERR_INIT;
	size_t n = 0;
	bool found;

	stored_good(store_board(s, &q, "", 0, max - 1, rows, &n, &found, &err), &err);
	return n;
}

static int64_t
count(struct store *s, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	stored_good(store_number(s, sql, NULL, 0, &n, &err), &err);
	return n;
}

static void
a_queued_row_comes_back_byte_for_byte_and_stands_on_the_board(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), seq = queue(s, target, "run", "id-1");
	struct outbox_row want, r;
	struct board_row row;

	store_close(s);
	s = stored_open(scratch_path(*state, "db"));
	make(&want, target, "run", "id-1");
	read_back(s, seq, &r);
	assert_int_equal(r.target, target);
	assert_string_equal(r.run_key, "run");
	assert_string_equal(r.unique_id, "id-1");
	assert_string_equal(r.project, "p");
	assert_string_equal(r.tags, "a\nb");
	assert_int_equal(r.priority, 20);
	assert_int_equal(r.payload_len, want.payload_len);
	assert_memory_equal(r.payload, want.payload, want.payload_len);
	assert_string_equal(r.sha256, want.sha256);
	assert_int_equal(r.state, OUTBOX_QUEUED);
	assert_false(r.ambiguous);
	assert_int_equal(r.attempt, 0);
	assert_int_equal(board(s, target, &row, 1), 1);
	assert_string_equal(row.key, "local-1");
	assert_int_equal(row.status, TASK_QUEUED);
	assert_string_equal(row.unique_id, "id-1");
	assert_int_equal(row.created_ms, NOW);
	outbox_row_done(&r);
	outbox_row_done(&want);
	store_close(s);
}

static void
an_intent_is_queued_once(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), seq = queue(s, target, "run", "id-1");
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool existed = false;

	make(&r, target, "run", "id-2");
	stored_good(store_outbox_add(s, &r, NULL, &existed, &err), &err);
	assert_true(existed);
	assert_int_equal(r.seq, seq);
	outbox_row_done(&r);
	make(&r, target, "run", "id-2");
	r.item = 1; /* the next record of the same run is another intent */
	stored_good(store_outbox_add(s, &r, NULL, &existed, &err), &err);
	assert_false(existed);
	assert_int_equal(count(s, "SELECT count(*) FROM outbox"), 2);
	outbox_row_done(&r);
	store_close(s);
}

static void
two_rows_that_may_make_a_task_never_share_an_id(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key");
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool existed = true;

	queue(s, target, "run", "id-1");
	make(&r, target, "other", "id-1");
	assert_int_equal(store_outbox_add(s, &r, NULL, &existed, &err), ERR_RULE);
	assert_string_equal(err.field, "unique_id");
	assert_true(existed); /* untouched, as is the row */
	assert_int_equal(r.seq, 0);
	assert_int_equal(count(s, "SELECT count(*) FROM outbox"), 1);
	assert_int_equal(count(s, "SELECT count(*) FROM task"), 1);
	outbox_row_done(&r);
	store_close(s);
}

static void
a_draft_is_marked_as_submitted_until_it_is_refused(void **state)
{
	static const struct {
		enum outbox_state state;
		long http;
		bool submitted;
	} outcomes[] = {
		{ OUTBOX_QUEUED, 429, true },
		{ OUTBOX_QUEUED, 401, false }, /* the key is not taken: held back */
		{ OUTBOX_QUEUED, 403, false },
		{ OUTBOX_UNCONFIRMED, 401, true },
		{ OUTBOX_REJECTED, 400, false },
	};
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct draft *d = draft_new();
	struct draft_info *list = NULL;
	struct outbox_row r;
	size_t n = 0;
	bool existed;

	stored_good(store_draft_put(s, d, NOW, &err), &err);
	make(&r, stored_target(s, "key"), draft_id(d), "id-1");
	stored_good(store_outbox_add(s, &r, draft_id(d), &existed, &err), &err);
	stored_good(store_draft_put(s, d, NOW + 1, &err), &err); /* a later save keeps the mark */
	stored_good(store_draft_list(s, &list, &n, &err), &err);
	assert_true(n == 1 && list[0].submitted);
	free(list);
	claim(s, r.seq, 0);
	r.attempt = 1;
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		r.state = outcomes[i].state;
		r.http = outcomes[i].http;
		stored_good(store_outbox_outcome(s, &r, NULL, NOW, &err), &err);
		stored_good(store_draft_list(s, &list, &n, &err), &err);
		assert_int_equal(n, 1);
		assert_int_equal(list[0].submitted, outcomes[i].submitted);
		free(list);
	}
	outbox_row_done(&r);
	draft_free(d);
	store_close(s);
}

static void
a_refused_row_takes_the_corrected_bytes(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), seq = queue(s, target, "run", "id-1");
	struct err err = ERR_INIT;
	struct outbox_row r, again;
	struct board_row row;
	bool existed = true;

	claim(s, seq, 0);
	read_back(s, seq, &r);
	r.state = OUTBOX_REJECTED;
	r.http = 400;
	task_set(&r.note, "no such project", 15);
	snprintf(r.field, sizeof(r.field), "project");
	stored_good(store_outbox_outcome(s, &r, NULL, NOW, &err), &err);
	assert_int_equal(board(s, target, &row, 1), 1);
	assert_int_equal(row.status, TASK_REJECTED);
	assert_string_equal(row.note, "no such project");
	make(&again, target, "run", "id-2");
	task_set(&again.payload, "{}", 2);
	again.payload_len = 2;
	stored_good(store_outbox_add(s, &again, NULL, &existed, &err), &err);
	assert_false(existed);
	assert_int_equal(again.seq, seq);
	assert_int_equal(again.attempt, 1); /* the count of POSTs goes on */
	outbox_row_done(&r);
	read_back(s, seq, &r);
	assert_int_equal(r.state, OUTBOX_QUEUED);
	assert_string_equal(r.payload, "{}");
	assert_string_equal(r.unique_id, "id-2");
	assert_string_equal(r.note, "");
	assert_string_equal(r.field, "");
	assert_int_equal(board(s, target, &row, 1), 1);
	assert_int_equal(row.status, TASK_QUEUED);
	assert_string_equal(row.unique_id, "id-2");
	outbox_row_done(&r);
	outbox_row_done(&again);
	store_close(s);
}

static void
the_database_itself_holds_the_invariants(void **state)
{
	static const char *const lies[] = {
		"UPDATE outbox SET payload = x'00'",
		"UPDATE outbox SET unique_id = 'another'",
		"UPDATE outbox SET state = 'accepted'",
		"UPDATE outbox SET task_id = 't'",
		"UPDATE outbox SET state = 'done'",
		"UPDATE outbox SET state = 'rejected', ambiguous = 1",
		"UPDATE outbox SET state = 'sending'",
		"UPDATE outbox SET unique_id = ''",
		"DELETE FROM outbox",
		"INSERT INTO task_body VALUES (77, x'00')",
	};
	struct store *s = stored_open(scratch_path(*state, "db"));

	queue(s, stored_target(s, "key"), "run", "id-1");
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct err err = ERR_INIT;

		if (store_do(s, lies[i], NULL, 0, &err) != ERR_STORE)
			fail_msg("taken: %s", lies[i]);
		if (!strstr(err.msg, "refuses it"))
			fail_msg("%s: %s", lies[i], err.msg);
	}
	store_close(s);
}

static void
one_claim_wins(void **state)
{
	struct store *a = stored_open(scratch_path(*state, "db")),
		     *b = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(a, "key"), seq = queue(a, target, "run", "id-1");
	struct err err = ERR_INIT;
	struct board_row row;
	struct outbox_row r;
	bool won = true;

	claim(a, seq, 0);
	stored_good(store_outbox_claim(b, seq, 0, NOW, &won, &err), &err);
	assert_false(won);
	stored_good(store_outbox_claim(b, seq, 1, NOW, &won, &err), &err); /* not while it is out */
	assert_false(won);
	read_back(b, seq, &r);
	assert_int_equal(r.state, OUTBOX_SENDING);
	assert_int_equal(r.attempt, 1);
	assert_int_equal(r.sent_ms, NOW + 1);
	assert_int_equal(board(b, target, &row, 1), 1);
	assert_int_equal(row.status, TASK_SENDING);
	outbox_row_done(&r);
	store_close(a);
	store_close(b);
}

static void
an_accepted_row_becomes_its_task(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), seq = queue(s, target, "run", "id-1"), found = 0;
	long counts[TASK_STATUS_COUNT];
	struct err err = ERR_INIT;
	struct board_row rows[2];
	struct outbox_row r;
	struct task t, got;

	claim(s, seq, 0);
	read_back(s, seq, &r);
	task_init(&t);
	task_set(&t.task_id, "65a6f0c51c9d4400a1b2c3d4", 24);
	task_set(&t.status, "pending", 7);
	task_set(&t.json, "{}", 2);
	r.state = OUTBOX_ACCEPTED;
	r.http = 200;
	assert_int_equal(store_outbox_outcome(s, &r, NULL, NOW, &err), ERR_STORE);
	assert_int_equal(store_outbox_outcome(s, &r, &t, NOW, &err), ERR_STORE); /* no task_id */
	assert_int_equal(board(s, target, rows, 2), 1);
	assert_int_equal(rows[0].status, TASK_SENDING); /* nothing of it was kept */
	task_set(&r.task_id, t.task_id, 24);
	stored_good(store_outbox_outcome(s, &r, &t, NOW, &err), &err);
	assert_int_equal(board(s, target, rows, 2), 1);
	assert_string_equal(rows[0].key, "65a6f0c51c9d4400a1b2c3d4");
	assert_int_equal(rows[0].status, TASK_PENDING);
	task_init(&got);
	stored_good(store_task_get(s, target, rows[0].key, &got, &err), &err);
	assert_string_equal(got.unique_id, "id-1"); /* what the answer left out */
	assert_string_equal(got.project, "p");
	assert_string_equal(got.tags, "a\nb");
	assert_int_equal(got.priority, 20);
	stored_good(store_status_counts(s, target, counts, &err), &err);
	assert_int_equal(counts[TASK_PENDING], 1);
	assert_int_equal(counts[TASK_SENDING] + counts[TASK_QUEUED], 0);
	stored_good(store_outbox_find(s, target, "id-1", &found, &err), &err);
	assert_int_equal(found, seq);
	stored_good(store_outbox_find(s, target, "id-2", &found, &err), &err);
	assert_int_equal(found, 0);
	/* the last word is spoken */
	r.state = OUTBOX_UNCONFIRMED;
	task_set(&r.task_id, "", 0);
	assert_int_equal(store_outbox_outcome(s, &r, NULL, NOW, &err), ERR_ALREADY);
	assert_non_null(strstr(err.msg, "moved on"));
	assert_int_equal(count(s, "SELECT count(*) FROM attempt"), 1);
	task_done(&got);
	task_done(&t);
	outbox_row_done(&r);
	store_close(s);
}

static void
an_outcome_of_an_older_attempt_is_refused(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t seq = queue(s, stored_target(s, "key"), "run", "id-1");
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool won = true;

	claim(s, seq, 0);
	read_back(s, seq, &r);
	r.state = OUTBOX_QUEUED;
	stored_good(store_outbox_outcome(s, &r, NULL, NOW, &err), &err);
	stored_good(store_outbox_claim(s, seq, 0, NOW, &won, &err), &err);
	assert_false(won); /* one who read it before it was sent knows too little */
	claim(s, seq, 1);  /* somebody sends it again */
	r.state = OUTBOX_REJECTED;
	assert_int_equal(store_outbox_outcome(s, &r, NULL, NOW, &err), ERR_ALREADY);
	outbox_row_done(&r);
	read_back(s, seq, &r);
	assert_int_equal(r.state, OUTBOX_SENDING);
	outbox_row_done(&r);
	store_close(s);
}

static void
what_was_on_its_way_when_we_died_is_in_doubt(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), due = -1, next = -1;
	int64_t a = queue(s, target, "run-a", "id-a"), b = queue(s, target, "run-b", "id-b");
	struct err err = ERR_INIT;
	struct board_row rows[2];
	struct outbox_row r;
	size_t n = 99;

	stored_good(store_outbox_recover(s, NOW, &n, &err), &err);
	assert_int_equal(n, 0);
	claim(s, b, 0);
	store_close(s);
	s = stored_open(scratch_path(*state, "db"));
	stored_good(store_outbox_recover(s, NOW, &n, &err), &err);
	assert_int_equal(n, 1);
	read_back(s, b, &r);
	assert_int_equal(r.state, OUTBOX_UNCONFIRMED);
	assert_true(r.ambiguous);
	outbox_row_done(&r);
	read_back(s, a, &r);
	assert_int_equal(r.state, OUTBOX_QUEUED);
	assert_false(r.ambiguous);
	outbox_row_done(&r);
	assert_int_equal(board(s, target, rows, 2), 2);
	assert_true(rows[0].status == TASK_UNCONFIRMED || rows[1].status == TASK_UNCONFIRMED);
	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, b); /* at once */
	assert_int_equal(next, 0);
	store_close(s);
}

static void
what_was_done_for_a_row_is_kept_as_evidence(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t seq = queue(s, stored_target(s, "key"), "run", "id-1");
	struct err err = ERR_INIT;
	struct evidence *list = NULL;
	struct outbox_row r;
	size_t n = 99;

	stored_good(store_evidence(s, seq, &list, &n, &err), &err);
	assert_int_equal(n, 0);
	free(list);
	claim(s, seq, 0);
	stored_good(store_outbox_recover(s, NOW + 2, &n, &err), &err);
	read_back(s, seq, &r);
	assert_non_null(strstr(r.hint, "looked up"));
	r.how = (struct evidence){
		.what = EVIDENCE_OWNER, .ms = 7, .http = 200, .curl = 56, .request_id = "req-1"
	};
	r.state = OUTBOX_UNCONFIRMED;
	task_set(&r.note, "why", 3);
	snprintf(r.hint, sizeof(r.hint), "do it");
	snprintf(r.owner, sizeof(r.owner), "another");
	r.verify_ms = 5;
	stored_good(store_outbox_outcome(s, &r, NULL, NOW + 3, &err), &err);
	outbox_row_done(&r);
	stored_good(store_evidence(s, seq, &list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].what, EVIDENCE_START);
	assert_int_equal(list[0].at_ms, NOW + 2);
	assert_int_equal(list[1].n, 2);
	assert_int_equal(list[1].post, 1);
	assert_int_equal(list[1].what, EVIDENCE_OWNER);
	assert_int_equal(list[1].state, OUTBOX_UNCONFIRMED);
	assert_int_equal(list[1].ms, 7);
	assert_int_equal(list[1].http, 200);
	assert_int_equal(list[1].curl, 56);
	assert_string_equal(list[1].request_id, "req-1");
	assert_string_equal(list[1].note, "why");
	assert_string_equal(list[1].hint, "do it");
	free(list);
	read_back(s, seq, &r);
	assert_string_equal(r.hint, "do it");
	assert_string_equal(r.owner, "another");
	assert_int_equal(r.verify_ms, 5);
	assert_int_equal(r.wish, WISH_NONE);
	outbox_row_done(&r);
	store_close(s);
}

static void
evidence_is_neither_changed_nor_taken_away(void **state)
{
	static const char *const statements[] = { "UPDATE attempt SET note = 'nothing happened'",
						  "DELETE FROM attempt" };
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	size_t n = 0;

	claim(s, queue(s, stored_target(s, "key"), "run", "id-1"), 0);
	stored_good(store_outbox_recover(s, NOW, &n, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		assert_int_equal(store_do(s, statements[i], NULL, 0, &err), ERR_STORE);
	assert_int_equal(count(s, "SELECT count(*) FROM attempt"), 1);
	store_close(s);
}

static void
rows_are_due_in_the_order_of_their_time(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), due = -1, next = -1;
	struct err err = ERR_INIT;
	struct outbox_row r;
	int64_t a, b;

	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, 0);
	a = queue(s, target, "run-a", "id-a");
	b = queue(s, target, "run-b", "id-b");
	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, a);
	stored_good(store_outbox_wait(s, a, NOW + 5000, &err), &err);
	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, b);
	claim(s, b, 0);
	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, a);
	assert_int_equal(next, NOW + 5000);
	stored_good(store_outbox_due(s, target + 1, &due, &next, &err), &err);
	assert_int_equal(due, 0); /* rows go only to their own target */
	read_back(s, a, &r);
	r.state = OUTBOX_ABANDONED;
	stored_good(store_outbox_outcome(s, &r, NULL, NOW, &err), &err);
	stored_good(store_outbox_due(s, target, &due, &next, &err), &err);
	assert_int_equal(due, 0);
	outbox_row_done(&r);
	store_close(s);
}

static void
a_row_that_was_given_up_leaves_the_board_and_stays_in_the_outbox(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "key"), seq = queue(s, target, "run", "id-1");
	struct err err = ERR_INIT;
	struct board_row row;
	struct outbox_row r;

	read_back(s, seq, &r);
	r.state = OUTBOX_ABANDONED;
	stored_good(store_outbox_outcome(s, &r, NULL, NOW, &err), &err);
	assert_int_equal(board(s, target, &row, 1), 0);
	assert_int_equal(count(s, "SELECT count(*) FROM outbox WHERE state = 'abandoned'"), 1);
	outbox_row_done(&r);
	store_close(s);
}

static void
a_row_that_is_not_there_is_not_found(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool won = true;

	outbox_row_init(&r);
	assert_int_equal(store_outbox_get(s, 5, &r, &err), ERR_NOT_FOUND);
	stored_good(store_outbox_claim(s, 5, 0, NOW, &won, &err), &err);
	assert_false(won);
	outbox_row_done(&r);
	store_close(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_queued_row_comes_back_byte_for_byte_and_stands_on_the_board),
		CASE(an_intent_is_queued_once),
		CASE(two_rows_that_may_make_a_task_never_share_an_id),
		CASE(a_draft_is_marked_as_submitted_until_it_is_refused),
		CASE(a_refused_row_takes_the_corrected_bytes),
		CASE(the_database_itself_holds_the_invariants),
		CASE(one_claim_wins),
		CASE(an_accepted_row_becomes_its_task),
		CASE(an_outcome_of_an_older_attempt_is_refused),
		CASE(what_was_on_its_way_when_we_died_is_in_doubt),
		CASE(what_was_done_for_a_row_is_kept_as_evidence),
		CASE(evidence_is_neither_changed_nor_taken_away),
		CASE(rows_are_due_in_the_order_of_their_time),
		CASE(a_row_that_was_given_up_leaves_the_board_and_stays_in_the_outbox),
		CASE(a_row_that_is_not_there_is_not_found),
	};
	return cmocka_run_group_tests_name("outbox store", tests, NULL, NULL);
}
