/* test_board_story.c - what the board tells of a task that is only here. */
#include "config.h"

#include "tests/board_world.h"

#include "core/difference.h"
#include "tui/story.h"

#include <stdio.h>
#include <string.h>

static struct evidence
seen(int64_t at_ms, enum evidence_what what, enum outbox_state state, long http, const char *note)
{
	struct evidence e = { .at_ms = at_ms, .what = what, .state = state, .http = http };

	snprintf(e.note, sizeof(e.note), "%s", note);
	return e;
}

/* A POST that a gateway gave up on after 30 s, two look-ups, the next one in 8 s. */
static struct story
doubtful(const struct table *t, struct evidence list[3])
{
	int64_t now = t->w->now.wall_ms;
	struct story s = {
		.seq = 7,
		.state = OUTBOX_UNCONFIRMED,
		.ambiguous = true,
		.attempt = 1,
		.next_ms = now + 8000,
		.bytes = 27412,
		.sha256 = "9f2c11ab3e5d",
		.hint = "it is looked up again, and sent again with the same id",
		.draft_id = "d-1",
		.list = list,
		.n = 3,
	};

	list[0] = seen(now - 12000, EVIDENCE_POST, OUTBOX_UNCONFIRMED, 504,
		       "Server Timeout Error -- Try again later.");
	list[0].ms = 30104;
	snprintf(list[0].request_id, sizeof(list[0].request_id), "8a0d4c");
	list[1] = seen(now - 7000, EVIDENCE_LOOK, OUTBOX_UNCONFIRMED, 200,
		       "sent, but not found by its unique_id so far");
	list[1].ms = 120;
	list[2] = seen(now - 1000, EVIDENCE_LOOK, OUTBOX_UNCONFIRMED, 0, "no route to the host");
	list[2].ms = 3;
	return s;
}

static struct table *
table_with(enum task_status status)
{
	struct table *t = table_new(12);

	t->rows[0].seen_ms = t->w->now.wall_ms - 12000;
	table_local_row(t, status);
	return t;
}

static void
golden(struct table *t, const char *name)
{
	world_golden(t->w, name, 10, 40);
	world_golden(t->w, name, 24, 80);
	world_golden(t->w, name, 50, 160);
}

static void
an_unconfirmed_row_tells_its_story(void **state)
{
	struct table *t = table_with(TASK_UNCONFIRMED);
	struct evidence list[3];
	struct story s = doubtful(t, list);

	(void)state;
	t->story = &s;
	table_press(t, "<Enter>");
	golden(t, "board-unconfirmed");
	table_done(t);
}

static void
the_next_look_up_counts_down_below(void **state)
{
	struct table *t = table_with(TASK_UNCONFIRMED);
	struct evidence list[3];
	struct story s = doubtful(t, list);

	(void)state;
	t->story = &s;
	s.next_ms = t->w->now.wall_ms + 8000;
	table_press(t, "<Enter>");
	assert_shown(t->w, "It is looked up again in 8 s.");
	world_wait(t->w, 3000);
	assert_shown(t->w, "It is looked up again in 5 s.");
	world_wait(t->w, 5000);
	assert_not_shown(t->w, "It is looked up again in");
	table_done(t);
}

/* A window of the story that is high enough for all of it. */
static char *
whole(const struct story *s)
{
	struct buf out = BUF_INIT(1u << 16);
	struct doc d;

	doc_init(&d);
	doc_start(&d, 100);
	story_doc(&d, s, true);
	doc_text(&d, &out);
	doc_done(&d);
	return buf_take(&out);
}

static void
each_state_has_its_own_words_and_keys(void **state)
{
	/* clang-format off */
	/* clang-format off */
	static const struct {
		struct story s;
		const char *has[4], *has_not[3];
	} rows[] = {
		{ { .seq = 1, .state = OUTBOX_QUEUED, .next_ms = 1764158671000 },
		  { "Not a byte of it has left", "It goes out at 12:04:31Z or soon after", "X  give it up" },
		  { "l  look", "A  send", "unique_id belongs" } },
		{ { .seq = 1, .state = OUTBOX_QUEUED },
		  { "Nothing by itself: it waits for you." },
		  { "goes out at" } },
		{ { .seq = 1, .state = OUTBOX_SENDING, .to_cancel = true },
		  { "on its way to the service", "You canceled it" },
		  { "What comes next", "A  send" } },
		{ { .seq = 1, .state = OUTBOX_UNCONFIRMED, .owner = "t-9" },
		  { "belongs to another task", "O  go to", "L  take that task" },
		  { "It waits here" } },
		{ { .seq = 1,
		    .state = OUTBOX_REJECTED,
		    .draft_id = "d",
		    .note = "no such project" },
		  { "Nothing was created", "e  mend its draft", "no such project" },
		  { "What comes next", "l  look", "O  go" } },
		{ { .seq = 1, .state = OUTBOX_REJECTED, .draft_id = "d", .owner = "t-9" },
		  { "belongs to another task", "O  go to", "it needs a unique_id of its own" },
		  { "its unique_id is free" } },
	};
	/* clang-format on */
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = whole(&rows[i].s);

		for (size_t k = 0; k < ARRAY_LEN(rows[i].has) && rows[i].has[k]; k++)
			if (!strstr(text, rows[i].has[k]))
				fail_msg("row %zu has no \"%s\":\n%s", i, rows[i].has[k], text);
		for (size_t k = 0; k < ARRAY_LEN(rows[i].has_not) && rows[i].has_not[k]; k++)
			if (strstr(text, rows[i].has_not[k]))
				fail_msg("row %zu has \"%s\":\n%s", i, rows[i].has_not[k], text);
		free(text);
	}
}

static void
an_accepted_row_has_no_story(void **state)
{
	const struct story over = { .seq = 1, .state = OUTBOX_ACCEPTED }, none = { .seq = 0 };
	char *a = whole(&over), *b = whole(&none);

	(void)state;
	assert_string_equal(a, "");
	assert_string_equal(b, "");
	free(a);
	free(b);
}

static void
a_long_story_keeps_its_beginning_and_its_end(void **state)
{
	struct evidence list[30];
	struct story s = { .seq = 1, .state = OUTBOX_UNCONFIRMED, .list = list, .n = 30 };
	char *text;

	(void)state;
	for (int i = 0; i < 30; i++) {
		char note[32];

		snprintf(note, sizeof(note), "event %d.", i + 1);
		list[i] = seen(1764158671000 + i * 1000, i ? EVIDENCE_LOOK : EVIDENCE_POST,
			       OUTBOX_UNCONFIRMED, 0, note);
	}
	text = whole(&s);
	for (int i = 0; i < 30; i++) {
		char note[32];

		snprintf(note, sizeof(note), "event %d.", i + 1);
		assert_int_equal(strstr(text, note) != NULL, i < 2 || i >= 25);
	}
	assert_non_null(strstr(text, "23 more"));
	free(text);
}

static void
a18_a_conflict_shows_the_differences_and_the_way_to_the_other_task(void **state)
{
	const struct difference told = { .field = "batch",
					 .ours = (char[]){ "\"night-b\"" },
					 .theirs = (char[]){ "\"night-\x1B[31ma\"" } };
	struct story s = { .seq = 7, .state = OUTBOX_REJECTED, .owner = "t-9" };
	struct table *t = table_with(TASK_REJECTED);
	char *text;

	(void)state;
	story_add_difference(&s, &told);
	text = whole(&s);
	assert_non_null(strstr(text, "sent:  \"night-b\""));
	assert_non_null(strstr(text, "there: \"night-"));
	assert_null(strchr(text, '\x1B'));
	free(text);
	t->story = &s;
	table_press(t, "O");
	assert_shown(t->w, "open its detail first");
	table_press(t, "<Enter>L");
	assert_shown(t->w, "Take the task that has its unique_id");
	table_press(t, "n");
	assert_int_equal(t->w->asked[UI_LINK], 0);
	table_press(t, "Ly");
	assert_int_equal(t->w->asked[UI_LINK], 1);
	assert_int_equal(t->w->last[UI_LINK].number, 7);
	table_press(t, "O");
	assert_string_equal(t->w->last[UI_LOAD_TASK].key, "t-9");
	assert_true(t->w->last[UI_LOAD_TASK].flag);
	table_done(t);
}

static void
a18_the_other_task_is_shown_when_it_has_come(void **state)
{
	struct story s = { .seq = 7, .state = OUTBOX_REJECTED };
	struct table *t = table_with(TASK_REJECTED);
	struct session_event ev = { .kind = SESSION_TASK };

	(void)state;
	snprintf(s.owner, sizeof(s.owner), "%s", t->rows[5].key);
	snprintf(ev.key, sizeof(ev.key), "%s", s.owner);
	t->story = &s;
	table_press(t, "<Enter>O");
	assert_string_equal(t->w->ui.board.cursor, "local-7");
	table_event(t, ev);
	assert_string_equal(t->w->ui.board.cursor, s.owner);
	table_press(t, "O");
	assert_shown(t->w, "only for a row whose unique_id is another task's");
	table_done(t);
}

static void
its_draft_opens_with_e(void **state)
{
	struct table *t = table_with(TASK_REJECTED);
	struct evidence list[3];
	struct story s = doubtful(t, list);

	(void)state;
	t->story = &s;
	table_press(t, "e"); /* the detail is not open: it is asked for first */
	assert_int_equal(t->w->asked[UI_OPEN_DRAFT], 1);
	assert_string_equal(t->w->last[UI_OPEN_DRAFT].key, "d-1");
	assert_int_equal(t->w->ui.view, VIEW_COMPOSE);
	table_press(t, "2j<Enter>e");
	assert_int_equal(t->w->asked[UI_OPEN_DRAFT], 1);
	assert_shown(t->w, "it is at the service; c copies it");
	table_done(t);
}

static void
its_receipt_is_written_with_w(void **state)
{
	struct table *t = table_with(TASK_UNCONFIRMED);

	(void)state;
	table_press(t, "w");
	assert_int_equal(t->w->asked[UI_RECEIPT], 1);
	assert_int_equal(t->w->last[UI_RECEIPT].number, 7);
	table_press(t, "jw");
	assert_int_equal(t->w->asked[UI_RECEIPT], 1);
	assert_int_equal(t->w->asked[UI_WRITE], 1);
	table_done(t);
}

static void
without_a_draft_it_says_so(void **state)
{
	struct story s = { .seq = 7, .state = OUTBOX_QUEUED };
	struct table *t = table_with(TASK_QUEUED);

	(void)state;
	t->story = &s;
	table_press(t, "<Enter>e");
	assert_int_equal(t->w->asked[UI_OPEN_DRAFT], 0);
	assert_shown(t->w, "it came from no draft that is here");
	table_done(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unconfirmed_row_tells_its_story),
		cmocka_unit_test(the_next_look_up_counts_down_below),
		cmocka_unit_test(each_state_has_its_own_words_and_keys),
		cmocka_unit_test(an_accepted_row_has_no_story),
		cmocka_unit_test(a_long_story_keeps_its_beginning_and_its_end),
		cmocka_unit_test(
			a18_a_conflict_shows_the_differences_and_the_way_to_the_other_task),
		cmocka_unit_test(a18_the_other_task_is_shown_when_it_has_come),
		cmocka_unit_test(its_draft_opens_with_e),
		cmocka_unit_test(its_receipt_is_written_with_w),
		cmocka_unit_test(without_a_draft_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
