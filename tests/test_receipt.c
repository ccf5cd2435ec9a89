/* test_receipt.c - what a person can show of a submission. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/file.h"
#include "core/json.h"
#include "core/member.h"
#include "core/receipt.h"

#include <sys/stat.h>

#define NOW 1700000000000
#define KEY "live_0123456789abcdef"

static int64_t
queue(struct store *s, int64_t target)
{
	static const char payload[] = "{\"attachments\":[\"https://h/a?sig=SECRET\"]}";
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool existed;
	int64_t seq;

	outbox_row_init(&r);
	r.target = target;
	task_set(&r.run_key, "run", 3);
	task_set(&r.unique_id,
		 "night-\xE2\x80\xAE"
		 "b",
		 10); /* with a bidi override */
	task_set(&r.project, "p\nq", 3);
	task_set(&r.payload, payload, sizeof(payload) - 1);
	r.payload_len = sizeof(payload) - 1;
	memset(r.sha256, 'a', 64);
	r.created_ms = NOW;
	stored_good(store_outbox_add(s, &r, NULL, &existed, &err), &err);
	seq = r.seq;
	outbox_row_done(&r);
	return seq;
}

/* Sent, and answered with words that are not fit for a terminal. */
static void
send(struct store *s, int64_t seq)
{
	static const char words[] = "cannot fetch https://h/a?sig=SECRET&x=1 \x1b[31m (403)";
	struct err err = ERR_INIT;
	struct outbox_row r;
	bool won;

	stored_good(store_outbox_claim(s, seq, 0, NOW + 1, &won, &err), &err);
	outbox_row_init(&r);
	stored_good(store_outbox_get(s, seq, &r, &err), &err);
	r.state = OUTBOX_UNCONFIRMED;
	r.ambiguous = true;
	r.http = 504;
	task_set(&r.note, words, strlen(words));
	snprintf(r.hint, sizeof(r.hint), "it is looked up");
	r.how = (struct evidence){
		.what = EVIDENCE_POST, .http = 504, .ms = 30176, .request_id = "8a0d"
	};
	stored_good(store_outbox_outcome(s, &r, NULL, NOW + 2, &err), &err);
	outbox_row_done(&r);
}

static void
prepare(void **state, struct store **s, struct receipt *r)
{
	struct err err = ERR_INIT;
	int64_t target, seq;

	*s = stored_open(scratch_path(*state, "db"));
	target = stored_target(*s, KEY);
	seq = queue(*s, target);
	send(*s, seq);
	receipt_init(r);
	stored_good(receipt_load(*s, target, seq, r, &err), &err);
}

static void
it_says_what_was_asked_what_came_of_it_and_each_step(void **state)
{
	static const char *const lines[] = {
		"Receipt of local-1\n",
		"  state      unconfirmed: it may or may not exist\n",
		"  id is      chosen by the user\n",
		"  service    https://api.scale.com/v1\n",
		"  bytes      42\n",
		"  queued     2023-11-14T22:13:20.000Z\n",
		"  POSTs      1\n",
		"  2023-11-14T22:13:20.002Z  post    HTTP 504  30176 ms",
		"  -> unconfirmed  request 8a0d\n",
		"      (it is looked up)\n",
	};
	struct buf text = BUF_INIT(RECEIPT_MAX);
	struct receipt r;
	struct store *s;

	prepare(state, &s, &r);
	receipt_text(&r, &text);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(buf_str(&text), lines[i]))
			fail_msg("not in it: %s in\n%s", lines[i], buf_str(&text));
	buf_free(&text);
	receipt_done(&r);
	store_close(s);
}

static void
c5_it_holds_no_secret_and_nothing_unfit_for_a_terminal(void **state)
{
	struct buf text = BUF_INIT(RECEIPT_MAX), json = BUF_INIT(RECEIPT_MAX);
	struct receipt r;
	struct store *s;

	prepare(state, &s, &r);
	receipt_text(&r, &text);
	receipt_json(&r, &json);
	for (size_t i = 0; i < text.len; i++)
		if ((text.p[i] < ' ' && text.p[i] >= 0 && text.p[i] != '\n') || text.p[i] == 127)
			fail_msg("byte %d at %zu", text.p[i], i);
	assert_null(strstr(buf_str(&text), "\xE2\x80\xAE"));
	assert_null(strstr(buf_str(&text), "SECRET"));
	assert_null(strstr(buf_str(&json), "SECRET"));
	assert_non_null(strstr(buf_str(&text), "https://h/a?... "));
	assert_null(strstr(buf_str(&text), KEY + 5));
	assert_null(strstr(buf_str(&json), KEY + 5));
	buf_free(&text);
	buf_free(&json);
	receipt_done(&r);
	store_close(s);
}

static void
as_json_a_program_finds_everything(void **state)
{
	static const char *const names[] = {
		"receipt", "state", "in_doubt", "task_id",   "unique_id", "unique_id_made_here",
		"owner",   "twin",  "wish",     "project",   "batch",     "base_url",
		"account", "bytes", "sha256",   "queued_at", "sent_at",   "next_at",
		"posts",   "note",  "hint",     "field",     "steps",     "steps_left_out",
	};
	struct buf json = BUF_INIT(RECEIPT_MAX);
	struct json_iter it = { .next = NULL };
	struct json_span top, value;
	struct err err = ERR_INIT;
	struct receipt r;
	struct store *s;

	prepare(state, &s, &r);
	receipt_json(&r, &json);
	stored_good(json_scan(buf_str(&json), json.len, &top, NULL, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!json_member(&top, names[i], &value))
			fail_msg("no member %s", names[i]);
	assert_true(member_get(&top, "project", JSON_STRING, &value));
	assert_true(member_equals(&value, "p\nq", 3)); /* as it is, not as it is shown */
	assert_true(member_get(&top, "steps", JSON_ARRAY, &value));
	assert_true(json_each(&value, &it));
	assert_int_equal(member_long(&it.value, "http", 0), 504);
	assert_int_equal(member_long(&it.value, "ms", 0), 30176);
	assert_false(json_each(&value, &it));
	buf_free(&json);
	receipt_done(&r);
	store_close(s);
}

static void
its_file_is_whole_or_not_there(void **state)
{
	struct buf got = BUF_INIT(RECEIPT_MAX), want = BUF_INIT(RECEIPT_MAX);
	const char *path = scratch_path(*state, "receipt.json");
	struct err err = ERR_INIT;
	struct receipt r;
	struct store *s;
	struct stat st;

	prepare(state, &s, &r);
	scratch_write(path, "old", 3);
	stored_good(receipt_write(&r, path, &err), &err);
	receipt_json(&r, &want);
	stored_good(file_read_path(path, &got, &err), &err);
	assert_string_equal(buf_str(&got), buf_str(&want));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(receipt_write(&r, scratch_path(*state, "no/such/folder"), &err), ERR_SYS);
	assert_non_null(strstr(err.hint, "another place"));
	buf_free(&got);
	buf_free(&want);
	receipt_done(&r);
	store_close(s);
}

static void
a_row_of_another_account_has_none_here(void **state)
{
	struct err err = ERR_INIT;
	struct receipt r;
	struct store *s;

	prepare(state, &s, &r);
	assert_int_equal(receipt_load(s, stored_target(s, "another"), r.row.seq, &r, &err),
			 ERR_NOT_FOUND);
	assert_int_equal(receipt_load(s, r.row.target, 99, &r, &err), ERR_NOT_FOUND);
	assert_int_equal(r.row.seq, 1); /* still as it was */
	receipt_done(&r);
	store_close(s);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(it_says_what_was_asked_what_came_of_it_and_each_step),
		CASE(c5_it_holds_no_secret_and_nothing_unfit_for_a_terminal),
		CASE(as_json_a_program_finds_everything),
		CASE(its_file_is_whole_or_not_there),
		CASE(a_row_of_another_account_has_none_here),
	};
	return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
