/* test_board_store.c - tasks in the store and windows on them, against a model in memory. */
#include "config.h"

#include "tests/scratch.h"
#include "tests/stored.h"
#include "tests/test.h"

#include "core/mem.h"
#include "core/store_db.h"

#define NOW 1700000000000

static void
set(char **member, const char *s)
{
	task_set(member, s, strlen(s));
}

/* A whole answer; the caller changes what it is about. */
static void
make_task(struct task *t, const char *id, const char *status)
{
	task_init(t);
	set(&t->task_id, id);
	set(&t->status, status);
	set(&t->type, "multistage");
	set(&t->json, "{}");
	t->created_ms = NOW - 1000;
}

static size_t
put(struct store *s, int64_t target, const struct task *t, int64_t now_ms)
{
	struct err err = ERR_INIT;
	size_t changed = 99;

	stored_good(store_tasks_put(s, target, t, 1, now_ms, &changed, &err), &err);
	return changed;
}

static void
get(struct store *s, int64_t target, const char *key, struct task *t)
{
	struct err err = ERR_INIT;

	task_init(t);
	stored_good(store_task_get(s, target, key, t, &err), &err);
}

/* --- the list that most tests look at: 300 tasks with many ties --- */

#define COUNT 300

static const char *const words[] = { "pending", "completed", "error", "canceled", "audited" };

static void
make_numbered(struct task *t, int i)
{
	char text[80];

	snprintf(text, sizeof(text), "%024x", (unsigned)i * 2654435761u);
	make_task(t, text, words[i % 5]);
	snprintf(text, sizeof(text), "night-%c/%03d", 'a' + i % 3, i % 90);
	set(&t->unique_id, i % 7 ? text : "");
	set(&t->project, i % 2 ? "Fleet" : "Ground_Truth");
	snprintf(text, sizeof(text), "batch-%d", i % 4);
	set(&t->batch, text);
	set(&t->tags, i % 3 ? "rain\nnight" : i % 2 ? "rainy" : "");
	t->priority = i % 4 * 10;
	t->created_ms = NOW - i % 50 * 60000;
	t->updated_ms = i % 6 ? t->created_ms + i % 20 * 1000 : 0;
}

static void
fill(struct store *s, int64_t target)
{
	struct task all[COUNT];
	struct err err = ERR_INIT;
	size_t changed = 0;

	for (int i = 0; i < COUNT; i++)
		make_numbered(&all[i], i);
	stored_good(store_tasks_put(s, target, all, COUNT, NOW, &changed, &err), &err);
	assert_int_equal(changed, COUNT);
	for (int i = 0; i < COUNT; i++)
		task_done(&all[i]);
}

/* The order that a person was promised, written a second time. */
static enum board_sort model_sort;

static int
by_number(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_model(const void *pa, const void *pb)
{
	const struct board_row *a = pa, *b = pb;
	int c = 0;

	switch (model_sort) {
	case BOARD_SORT_CREATED: c = by_number(b->created_ms, a->created_ms); break;
	case BOARD_SORT_CHANGED: c = by_number(b->updated_ms, a->updated_ms); break;
	case BOARD_SORT_STATUS:
		c = by_number(task_statuses[a->status].order, task_statuses[b->status].order);
		if (c == 0)
			c = by_number(b->updated_ms, a->updated_ms);
		break;
	case BOARD_SORT_ID: c = strcmp(a->unique_id, b->unique_id); break;
	case BOARD_SORT_PRIORITY:
		c = by_number(b->priority, a->priority);
		if (c == 0)
			c = by_number(b->created_ms, a->created_ms);
		break;
	case BOARD_SORT_COUNT: break;
	}
	if (c == 0) {
		c = strcmp(a->key, b->key);
		if (model_sort != BOARD_SORT_STATUS && model_sort != BOARD_SORT_ID)
			c = -c;
	}
	return c;
}

static void
expect_window(struct store *s, const struct board_query *q, const struct board_row *want,
	      size_t total, size_t at, size_t before, size_t after)
{
	struct board_row rows[64];
	struct err err = ERR_INIT;
	size_t first = at > before ? at - before : 0, n = 0;
	size_t end = at + after + 1 < total ? at + after + 1 : total;
	bool found = false;
	long above = -1;

	stored_good(store_board(s, q, want[at].key, before, after, rows, &n, &found, &err), &err);
	assert_true(found);
	if (n != end - first)
		fail_msg("sort %d reverse %d at %zu: %zu rows, want %zu", q->sort, q->reverse, at,
			 n, end - first);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].key, want[first + i].key) != 0)
			fail_msg("sort %d reverse %d at %zu: row %zu is %s, want %s", q->sort,
				 q->reverse, at, i, rows[i].key, want[first + i].key);
	stored_good(store_board_count(s, q, want[at].key, NULL, &above, &err), &err);
	assert_int_equal(above, at);
}

static void
every_window_in_every_order_is_a_piece_of_the_sorted_list(void **state)
{
	static struct board_row want[COUNT], all[COUNT];
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct board_query q = { .target = stored_target(s, "k"), .now_ms = NOW };
	size_t n = 0;
	bool found = true;

	fill(s, stored_target(s, "another account"));
	fill(s, q.target);
	stored_good(store_board(s, &q, "", 0, COUNT, all, &n, &found, &err), &err);
	assert_int_equal(n, COUNT);
	assert_false(found);
	for (int sort = 0; sort < BOARD_SORT_COUNT; sort++) {
		memcpy(want, all, sizeof(want));
		model_sort = sort;
		qsort(want, COUNT, sizeof(want[0]), by_model);
		q.sort = sort;
		for (int reverse = 0; reverse < 2; reverse++) {
			q.reverse = reverse;
			for (size_t at = 0; at < COUNT; at += at < 12 || at > COUNT - 12 ? 1 : 23)
				expect_window(s, &q, want, COUNT, at, 10, 20);
			for (size_t i = 0; i < COUNT / 2; i++) {
				struct board_row row = want[i];

				want[i] = want[COUNT - 1 - i];
				want[COUNT - 1 - i] = row;
			}
		}
	}
	store_close(s);
}

static void
the_top_and_the_end_are_windows_too(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct board_query q = { .target = stored_target(s, "k"), .sort = BOARD_SORT_ID };
	struct board_row rows[20], last;
	size_t n = 99;
	bool found = true;
	long total = -1, above = -1;

	stored_good(store_board(s, &q, "", 5, 5, rows, &n, &found, &err), &err);
	assert_int_equal(n, 0);
	stored_good(store_board_end(s, &q, 20, rows, &n, &err), &err);
	assert_int_equal(n, 0);
	fill(s, q.target);
	stored_good(store_board_end(s, &q, 20, rows, &n, &err), &err);
	assert_int_equal(n, 20);
	last = rows[19];
	stored_good(store_board_count(s, &q, last.key, &total, &above, &err), &err);
	assert_int_equal(total, COUNT);
	assert_int_equal(above, COUNT - 1);
	stored_good(store_board(s, &q, "gone", 5, 5, rows, &n, &found, &err), &err);
	assert_int_equal(n, 11);
	assert_false(found);
	stored_good(store_board_count(s, &q, rows[0].key, NULL, &above, &err), &err);
	assert_int_equal(above, 0);
	store_close(s);
}

static struct filter_term
word(enum filter_key key, char op, const char *text, int64_t number)
{
	struct filter_term t = { .key = key, .op = op, .number = number };

	snprintf(t.text, sizeof(t.text), "%s", text);
	return t;
}

static bool
has_tag(const char *tags, const char *tag)
{
	char in[200], want[100];

	snprintf(in, sizeof(in), "\n%s\n", tags);
	snprintf(want, sizeof(want), "\n%s\n", tag);
	return strstr(in, want) != NULL;
}

/* Does task i match term k of the table below? Written without SQL. */
static bool
matches(const struct task *t, size_t k)
{
	int64_t changed = t->updated_ms ? t->updated_ms : t->created_ms;

	switch (k) {
	case 0: return strcmp(t->status, "error") == 0;
	case 1: return strcmp(t->status, "audited") == 0; /* a word we do not know */
	case 2: return strcmp(t->project, "Ground_Truth") == 0;
	case 3: return false; /* "_" stands for itself */
	case 4: return strcmp(t->batch, "batch-2") == 0;
	case 5: return has_tag(t->tags, "rain");
	case 6: return strstr(t->unique_id, "-B/01") || strstr(t->unique_id, "-b/01");
	case 7: return t->priority == 20;
	case 8: return t->priority > 10;
	case 9: return NOW - t->created_ms < 600000;
	case 10: return NOW - t->created_ms > 600000;
	case 11: return NOW - changed < 900000;
	case 12:
		return strstr(t->tags, "rain") || strstr(t->unique_id, "rain") ||
		       strstr(t->project, "rain");
	case 13: return strstr(t->task_id, "9e3779b1") != NULL;
	default: return false;
	}
}

static void
each_word_of_a_filter_finds_what_it_says(void **state)
{
	const struct filter_term terms[] = {
		word(FILTER_STATUS, '=', "error", 0),    word(FILTER_STATUS, '=', "audited", 0),
		word(FILTER_PROJECT, '=', "ground_", 0), word(FILTER_BATCH, '=', "batch_2", 0),
		word(FILTER_BATCH, '=', "batch-2", 0),   word(FILTER_TAG, '=', "Rain", 0),
		word(FILTER_ID, '=', "-B/01", 0),        word(FILTER_PRIORITY, '=', "", 20),
		word(FILTER_PRIORITY, '>', "", 10),      word(FILTER_AGE, '<', "", 600000),
		word(FILTER_AGE, '>', "", 600000),       word(FILTER_CHANGED, '<', "", 900000),
		word(FILTER_WORD, '=', "rain", 0),       word(FILTER_WORD, '=', "9E3779B1", 0),
	};
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct board_query q = { .target = stored_target(s, "k"),
				 .now_ms = NOW,
				 .filter.count = 1 };
	static struct board_row rows[COUNT];
	size_t hits = 0;

	fill(s, q.target);
	for (size_t k = 0; k < ARRAY_LEN(terms); k++) {
		long want = 0, total = -1;
		size_t n = 0;
		bool found;

		for (int i = 0; i < COUNT; i++) {
			struct task t;

			make_numbered(&t, i);
			want += matches(&t, k);
			task_done(&t);
		}
		q.filter.term[0] = terms[k];
		stored_good(store_board_count(s, &q, "", &total, NULL, &err), &err);
		if (total != want)
			fail_msg("term %zu: %ld rows, want %ld", k, total, want);
		stored_good(store_board(s, &q, "", 0, COUNT, rows, &n, &found, &err), &err);
		assert_int_equal(n, want);
		q.filter.term[0].negate = true;
		stored_good(store_board_count(s, &q, "", &total, NULL, &err), &err);
		if (total != COUNT - want)
			fail_msg("not term %zu: %ld rows, want %ld", k, total, COUNT - want);
		hits += want > 0;
	}
	assert_int_equal(hits, ARRAY_LEN(terms) - 1); /* all but the one that must find nothing */
	store_close(s);
}

static void
words_of_a_filter_are_joined_by_and(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct board_query q = { .target = stored_target(s, "k"), .now_ms = NOW };
	struct board_row rows[10];
	long total = -1, above = -1;
	size_t n = 0;
	bool found = false;

	fill(s, q.target);
	for (size_t i = 0; i < FILTER_TERMS_MAX; i++) /* the longest filter there is */
		q.filter.term[q.filter.count++] = i ? word(FILTER_WORD, '=', "night", 0)
						    : word(FILTER_STATUS, '=', "error", 0);
	memset(q.filter.term[3].text, '%', sizeof(q.filter.term[3].text) - 1);
	q.filter.term[3].negate = true;
	stored_good(store_board_end(s, &q, 2, rows, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].status, TASK_ERROR);
	stored_good(store_board(s, &q, rows[1].key, 1, 5, rows + 2, &n, &found, &err), &err);
	assert_true(found);
	assert_int_equal(n, 2); /* the filter holds on both sides of the row */
	assert_string_equal(rows[2].key, rows[0].key);
	stored_good(store_board_count(s, &q, rows[1].key, &total, &above, &err), &err);
	assert_int_equal(above, total - 1);
	store_close(s);
}

static void
counters_follow_every_change(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	int64_t target = stored_target(s, "k");
	long counts[TASK_STATUS_COUNT];
	struct task t;

	fill(s, target);
	stored_good(store_status_counts(s, target, counts, &err), &err);
	assert_int_equal(counts[TASK_ERROR], COUNT / 5);
	assert_int_equal(counts[TASK_OTHER], COUNT / 5);
	make_numbered(&t, 2); /* was an error */
	set(&t.status, "completed");
	assert_int_equal(put(s, target, &t, NOW), 1);
	task_done(&t);
	stored_good(store_status_counts(s, target, counts, &err), &err);
	assert_int_equal(counts[TASK_ERROR], COUNT / 5 - 1);
	assert_int_equal(counts[TASK_COMPLETED], COUNT / 5 + 1);
	stored_good(store_status_counts(s, stored_target(s, "other"), counts, &err), &err);
	for (int i = 0; i < TASK_STATUS_COUNT; i++)
		assert_int_equal(counts[i], 0);
	store_close(s);
}

static void
every_byte_of_a_task_is_kept(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "k");
	struct task t, got;
	size_t size = 3u << 20;
	char *json = mem_alloc(size + 1);

	memset(json, 'x', size);
	make_task(&t, "65a6f0c51c9d4400a1b2c3d4", "error");
	set(&t.unique_id, "\x1b]0;hi\a \xFF\xC3 '; DROP TABLE task; --");
	set(&t.project, "\xE2\x80\xAEproject");
	set(&t.batch, "b");
	set(&t.tags, "a\nb");
	set(&t.note, "attachment failed");
	set(&t.json, json);
	t.priority = 30;
	t.is_test = true;
	t.updated_ms = 5;
	t.completed_ms = 6;
	assert_int_equal(put(s, target, &t, NOW), 1);
	get(s, target, "65a6f0c51c9d4400a1b2c3d4", &got);
	assert_string_equal(got.task_id, t.task_id);
	assert_string_equal(got.unique_id, t.unique_id);
	assert_string_equal(got.type, t.type);
	assert_string_equal(got.status, t.status);
	assert_string_equal(got.project, t.project);
	assert_string_equal(got.batch, t.batch);
	assert_string_equal(got.tags, t.tags);
	assert_string_equal(got.note, t.note);
	assert_string_equal(got.json, t.json);
	assert_int_equal(got.priority, 30);
	assert_true(got.is_test);
	assert_int_equal(got.created_ms, t.created_ms);
	assert_int_equal(got.updated_ms, 5);
	assert_int_equal(got.completed_ms, 6);
	task_done(&got);
	task_done(&t);
	free(json);
	store_close(s);
}

static void
a_task_that_is_not_here_is_not_found(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct err err = ERR_INIT;
	struct task t;

	task_init(&t);
	assert_int_equal(store_task_get(s, stored_target(s, "k"), "x", &t, &err), ERR_NOT_FOUND);
	assert_string_equal(t.task_id, "");
	task_done(&t);
	store_close(s);
}

static void
the_same_answer_again_changes_nothing(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "k");
	struct err err = ERR_INIT;
	int64_t before = -1, after = -2;
	struct task t;

	make_numbered(&t, 1);
	assert_int_equal(put(s, target, &t, NOW), 1);
	stored_good(store_number(s, "SELECT total_changes()", NULL, 0, &before, &err), &err);
	assert_int_equal(put(s, target, &t, NOW + 5000), 0);
	stored_good(store_number(s, "SELECT total_changes()", NULL, 0, &after, &err), &err);
	assert_int_equal(before, after); /* not even a write */
	set(&t.json, "{\"callback_completed\":true}");
	assert_int_equal(put(s, target, &t, NOW), 0); /* nothing that a person would notice ... */
	task_done(&t);
	get(s, target, "00000000000000009e3779b1", &t);
	assert_string_equal(t.json, "{\"callback_completed\":true}"); /* ... but kept */
	task_done(&t);
	store_close(s);
}

static void
a_change_of_status_is_noticed_with_its_time(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct board_query q = { .target = stored_target(s, "k") };
	struct err err = ERR_INIT;
	struct board_row row;
	struct task t;
	size_t n;

	make_task(&t, "t1", "pending");
	put(s, q.target, &t, NOW);
	stored_good(store_board_end(s, &q, 1, &row, &n, &err), &err);
	assert_int_equal(row.seen_ms, 0); /* it came; it did not change */
	set(&t.status, "completed");
	assert_int_equal(put(s, q.target, &t, NOW + 1), 1);
	set(&t.tags, "late");
	assert_int_equal(put(s, q.target, &t, NOW + 2), 1);
	stored_good(store_board_end(s, &q, 1, &row, &n, &err), &err);
	assert_int_equal(row.seen_ms, NOW + 1);
	assert_string_equal(row.tags, "late");
	task_done(&t);
	store_close(s);
}

static void
a_limited_answer_takes_nothing_away(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t target = stored_target(s, "k");
	struct task t, got;

	make_task(&t, "t1", "pending");
	set(&t.unique_id, "u");
	set(&t.project, "p");
	set(&t.batch, "b");
	set(&t.tags, "x\ny");
	t.priority = 20;
	put(s, target, &t, NOW);
	task_done(&t);
	/* task_id, status, metadata, project: all that limited_response tells */
	make_task(&t, "t1", "completed");
	set(&t.type, "");
	set(&t.json, "{\"task_id\":\"t1\"}");
	t.created_ms = 0;
	assert_int_equal(put(s, target, &t, NOW), 1);
	get(s, target, "t1", &got);
	assert_string_equal(got.status, "completed");
	assert_string_equal(got.unique_id, "u");
	assert_string_equal(got.tags, "x\ny");
	assert_string_equal(got.type, "multistage");
	assert_string_equal(got.json, "{}");
	assert_int_equal(got.priority, 20);
	assert_int_equal(got.created_ms, NOW - 1000);
	task_done(&got);
	task_done(&t);
	/* a whole answer without tags and unique_id: they are gone; priority is never echoed */
	make_task(&t, "t1", "completed");
	assert_int_equal(put(s, target, &t, NOW), 1);
	get(s, target, "t1", &got);
	assert_string_equal(got.unique_id, "");
	assert_string_equal(got.tags, "");
	assert_string_equal(got.project, "p");
	assert_int_equal(got.priority, 20);
	task_done(&got);
	task_done(&t);
	store_close(s);
}

static void
wild_answers_are_passed_over_or_clamped(void **state)
{
	static const char *const ids[] = {
		"", "local-1",
		"0123456789012345678901234567890123456789012345678901234567890123" /* 64 */
	};
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct board_query q = { .target = stored_target(s, "k"), .sort = BOARD_SORT_PRIORITY };
	struct err err = ERR_INIT;
	struct board_row row;
	struct task t;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		make_task(&t, ids[i], "pending");
		if (put(s, q.target, &t, NOW) != 0)
			fail_msg("id %zu was taken", i);
		task_done(&t);
	}
	make_task(&t, "wild", "queued"); /* our word in the mouth of the service */
	t.priority = 2000000000;
	t.created_ms = INT64_MAX;
	t.updated_ms = INT64_MIN;
	assert_int_equal(put(s, q.target, &t, NOW), 1);
	stored_good(store_board_end(s, &q, 1, &row, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(row.status, TASK_OTHER);
	assert_string_equal(row.word, "queued");
	assert_int_equal(row.priority, 999);
	task_done(&t);
	store_close(s);
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct board_query q = { .target = stored_target(s, "k") };
	struct err err = ERR_INIT;
	struct board_row row;
	char text[400];
	struct task t;
	size_t n;

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	text[sizeof(text) - 2] = '\0';
	make_task(&t, "t1", text);
	set(&t.unique_id, text);
	put(s, q.target, &t, NOW);
	stored_good(store_board_end(s, &q, 1, &row, &n, &err), &err);
	assert_int_equal(strlen(row.unique_id), sizeof(row.unique_id) - 2);
	assert_int_equal(strlen(row.word), sizeof(row.word) - 2);
	task_done(&t);
	store_close(s);
}

static void
the_sync_mark_is_kept_for_each_target(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	int64_t a = stored_target(s, "a"), b = stored_target(s, "b"), mark = -1;
	struct err err = ERR_INIT;

	stored_good(store_sync_mark(s, a, &mark, &err), &err);
	assert_int_equal(mark, 0);
	stored_good(store_sync_mark_put(s, a, 5, &err), &err);
	stored_good(store_sync_mark_put(s, a, 7, &err), &err);
	stored_good(store_sync_mark(s, a, &mark, &err), &err);
	assert_int_equal(mark, 7);
	stored_good(store_sync_mark(s, b, &mark, &err), &err);
	assert_int_equal(mark, 0);
	store_close(s);
}

/* --- how SQLite means to do it --- */

struct seen {
	char sql[64][1200];
	size_t n;
};

static int
on_statement(unsigned what, void *arg, void *stmt, void *text)
{
	struct seen *seen = arg;
	const char *sql = sqlite3_sql(stmt);

	(void)what;
	(void)text;
	if (strncmp(sql, "SELECT", 6) != 0)
		return 0;
	for (size_t i = 0; i < seen->n; i++)
		if (strcmp(seen->sql[i], sql) == 0)
			return 0;
	assert_true(seen->n < ARRAY_LEN(seen->sql));
	snprintf(seen->sql[seen->n++], sizeof(seen->sql[0]), "%s", sql);
	return 0;
}

static void
what_the_board_asks_needs_no_scan_and_no_sort(void **state)
{
	struct store *s = stored_open(scratch_path(*state, "db"));
	struct board_query q = { .target = stored_target(s, "k") };
	static struct seen seen;
	struct err err = ERR_INIT;
	struct board_row rows[8];
	long total, above, counts[TASK_STATUS_COUNT];
	size_t n;
	bool found;

	fill(s, q.target);
	seen.n = 0;
	sqlite3_trace_v2(s->db, SQLITE_TRACE_STMT, on_statement, &seen);
	for (int i = 0; i < 2 * BOARD_SORT_COUNT; i++) {
		q.sort = (enum board_sort)(i / 2);
		q.reverse = i % 2;
		stored_good(store_board(s, &q, "00000000000000009e3779b1", 3, 3, rows, &n, &found,
					&err),
			    &err);
		assert_true(found);
		stored_good(store_board(s, &q, "", 3, 3, rows, &n, &found, &err), &err);
		stored_good(store_board_end(s, &q, 3, rows, &n, &err), &err);
		stored_good(store_board_count(s, &q, rows[0].key, &total, &above, &err), &err);
	}
	stored_good(store_status_counts(s, q.target, counts, &err), &err);
	sqlite3_trace_v2(s->db, 0, NULL, NULL);
	assert_true(seen.n > 4 * BOARD_SORT_COUNT);
	for (size_t i = 0; i < seen.n; i++) {
		sqlite3_stmt *st = NULL;
		char sql[1300];

		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", seen.sql[i]);
		assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			const char *plan = (const char *)sqlite3_column_text(st, 3);

			if (strncmp(plan, "SEARCH", 6) != 0)
				fail_msg("%s\nis done by: %s", seen.sql[i], plan);
		}
		sqlite3_finalize(st);
	}
	store_close(s);
}

/* The rank of a status is in the file, so a new order needs a schema step. */
static void
the_orders_of_statuses_are_those_of_the_schema(void **state)
{
	static const int orders[TASK_STATUS_COUNT] = {
		[TASK_PENDING] = 6,  [TASK_COMPLETED] = 7,   [TASK_ERROR] = 2,
		[TASK_CANCELED] = 8, [TASK_OTHER] = 3,       [TASK_QUEUED] = 5,
		[TASK_SENDING] = 4,  [TASK_UNCONFIRMED] = 0, [TASK_REJECTED] = 1,
	};

	(void)state;
	for (int i = 0; i < TASK_STATUS_COUNT; i++)
		assert_int_equal(task_statuses[i].order, orders[i]);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_window_in_every_order_is_a_piece_of_the_sorted_list),
		CASE(the_top_and_the_end_are_windows_too),
		CASE(each_word_of_a_filter_finds_what_it_says),
		CASE(words_of_a_filter_are_joined_by_and),
		CASE(counters_follow_every_change),
		CASE(every_byte_of_a_task_is_kept),
		CASE(a_task_that_is_not_here_is_not_found),
		CASE(the_same_answer_again_changes_nothing),
		CASE(a_change_of_status_is_noticed_with_its_time),
		CASE(a_limited_answer_takes_nothing_away),
		CASE(wild_answers_are_passed_over_or_clamped),
		CASE(a_long_text_is_cut_between_characters),
		CASE(the_sync_mark_is_kept_for_each_target),
		CASE(what_the_board_asks_needs_no_scan_and_no_sort),
		cmocka_unit_test(the_orders_of_statuses_are_those_of_the_schema),
	};
	return cmocka_run_group_tests_name("board store", tests, NULL, NULL);
}
