/* test_standing.c - what stands in the way of all that is to be sent, as a line. */
#include "config.h"

#include "tests/ui_world.h"

#include "tui/standing.h"

#include <string.h>

static const struct now now = { .mono_ms = 5000, .wall_ms = 1764158671000 };

static const struct hold key_hold = {
	.what = HOLD_KEY,
	.since_ms = 1764158651000,
	.http = 401,
	.note = "the service does not take this key (401)",
	.hint = "put a key that is valid into the key file",
};

static void
one_line_says_what_is_in_the_way_and_what_helps(void **state)
{
	const struct {
		struct standing s;
		const char *text;
		enum role role;
	} rows[] = {
		{ { .pause_until_ms = -1 }, "", ROLE_NOTE },
		{ { .pause_until_ms = 5000 }, "", ROLE_NOTE },
		{ { .pause_until_ms = 5001 },
		  "PAUSED: what waits goes on by itself in 1 s; t tries now",
		  ROLE_WARNING },
		{ { .pause_until_ms = 47000 },
		  "PAUSED: what waits goes on by itself in 42 s; t tries now",
		  ROLE_WARNING },
		{ { .pause_until_ms = 3605000 },
		  "PAUSED: what waits goes on by itself in 60 min; t tries now",
		  ROLE_WARNING },
		{ { .pause_until_ms = 47000, .hold = key_hold },
		  "HELD since 12:04:11Z: the service does not take this key (401); put a key"
		  " that is valid into the key file; t tries again",
		  ROLE_ERROR },
		{ { .pause_until_ms = -1, .sender = "multistage with pid 7 is sending" },
		  "multistage with pid 7 is sending; this one follows",
		  ROLE_NOTE },
	};
	char text[640];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(standing_text(&rows[i].s, now, true, text, sizeof(text)),
				 rows[i].role);
		assert_string_equal(text, rows[i].text);
	}
}

/* Seconds are redrawn only near the end: an hour's pause costs a wake-up a minute. */
static void
it_is_drawn_again_when_it_says_something_else(void **state)
{
	static const struct {
		int64_t left, next;
	} rows[] = {
		{ -1, -1 },       { 0, -1 },     { 1, 1 },           { 1000, 1000 }, { 1001, 1 },
		{ 120000, 1000 }, { 120001, 1 }, { 3600000, 60000 }, { 90500, 500 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct standing s = { .pause_until_ms = now.mono_ms + rows[i].left };
		int64_t at = standing_deadline(&s, now);

		assert_int_equal(at < 0 ? -1 : at - now.mono_ms, rows[i].next);
		s.hold = key_hold;
		assert_int_equal(standing_deadline(&s, now), -1);
	}
}

static void
tell(struct world *w, const struct standing *s)
{
	world_send(w, (struct msg){ .kind = MSG_STANDING, .standing = s });
}

static void
a11_a_pause_counts_down_in_every_view(void **state)
{
	struct world *w = world_filled();
	struct standing s = { .pause_until_ms = w->now.mono_ms + 42000 };

	(void)state;
	tell(w, &s);
	assert_shown(w, "PAUSED: what waits goes on by itself in 42 s");
	world_wait(w, 2000);
	assert_shown(w, "in 40 s");
	press(w, "2");
	assert_shown(w, "PAUSED");
	press(w, "t");
	assert_int_equal(w->asked[UI_TRY], 1);
	world_wait(w, 60000);
	assert_not_shown(w, "PAUSED");
	press(w, "t");
	assert_int_equal(w->asked[UI_TRY], 1);
	assert_shown(w, "nothing is held");
	world_done(w);
}

static void
a15_a_hold_stays_until_it_is_gone(void **state)
{
	struct world *w = world_filled();
	struct standing s = { .pause_until_ms = -1, .hold = key_hold };

	(void)state;
	w->ui.utc = true;
	tell(w, &s);
	world_golden(w, "held", 10, 40);
	world_golden(w, "held", 24, 80);
	s.hold.what = HOLD_NONE;
	tell(w, &s);
	assert_not_shown(w, "HELD");
	world_done(w);
}

static void
only_what_is_told_differently_is_another_standing(void **state)
{
	struct standing a = { .pause_until_ms = -1, .hold = key_hold }, b = a;

	(void)state;
	assert_true(standing_same(&a, &b));
	b.pause_until_ms = 7;
	assert_false(standing_same(&a, &b));
	b = a;
	b.hold.note[0] = 'T';
	assert_false(standing_same(&a, &b));
	b = a;
	memcpy(b.sender, "x", 2);
	assert_false(standing_same(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_says_what_is_in_the_way_and_what_helps),
		cmocka_unit_test(it_is_drawn_again_when_it_says_something_else),
		cmocka_unit_test(a11_a_pause_counts_down_in_every_view),
		cmocka_unit_test(a15_a_hold_stays_until_it_is_gone),
		cmocka_unit_test(only_what_is_told_differently_is_another_standing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
