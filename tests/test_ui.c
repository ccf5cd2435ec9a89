/* test_ui.c - the keys that work everywhere, toasts, time, any size, and a monkey. */
#include "config.h"

#include "tests/ui_world.h"

static void
digits_go_to_the_views_and_escape_never_quits(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "2");
	assert_int_equal(w->ui.view, VIEW_BOARD);
	assert_int_equal(w->asked[UI_FETCH_ROWS], 1);
	press(w, "3");
	assert_int_equal(w->ui.view, VIEW_LOG);
	press(w, "<Esc>"); /* one step back: where the log was opened */
	assert_int_equal(w->ui.view, VIEW_BOARD);
	press(w, "<Esc><Esc><Esc>");
	assert_int_equal(w->ui.view, VIEW_BOARD);
	press(w, "1p<Esc>s<Esc><Esc><Esc>");
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->asked[UI_QUIT], 0);
	world_done(w);
}

static void
q_closes_what_is_open_and_quits_at_the_top(void **state)
{
	static const char *const inside[] = { "pq", "sq", "3q", "gjjjj<Enter>q", "?q" };
	struct world *w = world_filled();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
		press(w, inside[i]);
		print_message("# %s\n", inside[i]);
		assert_int_equal(w->ui.view, VIEW_COMPOSE);
		assert_int_equal(ui_place(&w->ui), IN_COMPOSE);
		assert_int_equal(w->asked[UI_QUIT], 0);
	}
	press(w, "q");
	assert_int_equal(w->asked[UI_QUIT], 1);
	press(w, "2q");
	assert_int_equal(w->asked[UI_QUIT], 2);
	world_done(w);
}

static size_t
one_call(const void *arg)
{
	(void)arg;
	return 1;
}

static const struct api_call *
the_call(const void *arg, size_t i)
{
	(void)i;
	return arg;
}

static void
quitting_asks_while_a_task_is_on_its_way(void **state)
{
	struct api_call call = { .method = "POST",
				 .path = "/task/multistage",
				 .took_ms = -1,
				 .msg = "",
				 .request_id = "",
				 .sent = "",
				 .got = "" };
	struct world *w = world_filled();

	(void)state;
	w->ui.log.source = (struct log_source){ one_call, the_call, &call };
	press(w, "q");
	assert_int_equal(w->asked[UI_QUIT], 0);
	assert_int_equal(w->ui.popup.kind, POPUP_CONFIRM);
	press(w, "<Enter>"); /* not the answer */
	assert_int_equal(w->asked[UI_QUIT], 0);
	press(w, "<Esc>");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	call.method = "GET"; /* a list that is being fetched is no reason to ask */
	press(w, "q");
	assert_int_equal(w->asked[UI_QUIT], 1);
	world_done(w);
}

static void
an_error_is_read_to_its_end_at_any_size(void **state)
{
	static const int sizes[][2] = { { 10, 40 }, { 15, 60 }, { 24, 80 }, { 50, 160 } };
	struct err err = { .code = ERR_NET,
			   .msg = "the connection to 127.0.0.1 broke before the answer was whole",
			   .hint = "it is looked up by its unique_id" };
	struct world *w = world_filled();

	(void)state;
	world_send(w, (struct msg){ .kind = MSG_ERROR, .err = &err });
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *picture = world_picture(w, sizes[i][0], sizes[i][1]);

		if (!strstr(picture, "unique_id\n"))
			fail_msg("%dx%d:\n%s", sizes[i][1], sizes[i][0], picture);
		free(picture);
	}
	world_done(w);
}

static void
quitting_asks_when_the_draft_cannot_be_saved(void **state)
{
	struct world *w = world_filled();

	(void)state;
	w->disk_full = true;
	press(w, "gjjj<Enter>x<Enter>q");
	assert_int_equal(w->asked[UI_QUIT], 0);
	assert_shown(w, "NOT saved: the disk is full. Quit and lose it?");
	press(w, "n");
	assert_int_equal(w->ui.popup.kind, POPUP_NONE);
	press(w, "<^C><^C>"); /* nor does the other way out lose it in silence */
	assert_int_equal(w->asked[UI_QUIT], 0);
	press(w, "n");
	w->disk_full = false;
	press(w, "q");
	assert_int_equal(w->asked[UI_QUIT], 1);
	assert_false(ui_unsaved(&w->ui));
	w->disk_full = true;
	press(w, "<Enter>x<Enter>qy");
	assert_int_equal(w->asked[UI_QUIT], 2);
	world_done(w);
}

static void
interrupt_stops_and_twice_quits_wherever_we_are(void **state)
{
	static const char *const inside[] = { "",       "p<Esc>", "gjjj<Enter>", "<Esc>gjj<Enter>",
					      "<Esc>s", "<Esc>?" };
	struct world *w = world_filled();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
		press(w, inside[i]);
		press(w, "<^C>");
		assert_int_equal(w->asked[UI_INTERRUPT], i + 1);
		assert_int_equal(w->asked[UI_QUIT], 0);
		press(w, "<Left>"); /* another key: the count starts again */
	}
	press(w, "<^C><^C>");
	assert_int_equal(w->asked[UI_QUIT], 1);
	world_done(w);
}

static void
suspending_saves_first(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "gjjj<Enter>x<^Z>");
	assert_int_equal(w->asked[UI_SAVE], 1);
	assert_int_equal(w->asked[UI_SUSPEND], 1);
	assert_int_equal(w->ui.compose.mode, COMPOSE_LINE); /* still there after fg */
	press(w, "<^L>");
	assert_int_equal(w->asked[UI_REDRAW], 1);
	world_done(w);
}

static void
an_error_stays_until_a_key_and_is_not_taken_by_type_ahead(void **state)
{
	struct world *w = world_filled();
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_SYS, "cannot start the pager");
	err_hint(&err, "set PAGER");
	world_send(w, (struct msg){ .kind = MSG_ERROR, .err = &err });
	world_wait(w, 500);
	press(w, "j");
	assert_shown(w, "cannot start the pager; set PAGER");
	world_wait(w, 60000);
	assert_shown(w, "cannot start the pager");
	press(w, "<^L>"); /* drawing it again is not reading it */
	assert_shown(w, "cannot start the pager");
	press(w, "j");
	assert_not_shown(w, "cannot start the pager");
	world_done(w);
}

static void
a_remark_goes_away_by_itself_and_then_nothing_is_due(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "gjh");
	assert_shown(w, "Enter to edit batch");
	assert_true(ui_deadline(&w->ui) > 0);
	world_wait(w, 10000);
	assert_not_shown(w, "Enter to edit batch");
	assert_int_equal(ui_deadline(&w->ui), -1); /* asleep until a key */
	world_done(w);
}

static void
the_bottom_line_tells_the_mode(void **state)
{
	struct world *w = world_filled();

	(void)state;
	assert_not_shown(w, " EDIT ");
	assert_shown(w, "s REVIEW+SEND  ? help");
	press(w, "gjjj<Enter>");
	assert_shown(w, " EDIT ");
	world_done(w);
}

static void
text_from_outside_cannot_act_on_the_terminal(void **state)
{
	static const char evil[] = "a\033[2J\r\n\x9b\xe2\x80\xae"
				   "b";
	struct world *w = world_filled();
	char *picture;

	(void)state;
	for (int f = 0; f < FIELD_COUNT; f++) {
		if (fields[f].kind == FIELD_LIST)
			draft_item_set(w->ui.compose.draft, (enum field_id)f, 0, evil,
				       strlen(evil));
		else
			draft_set(w->ui.compose.draft, (enum field_id)f, evil, strlen(evil));
	}
	draft_set_name(w->ui.compose.draft, evil);
	for (const char *keys = "1p<Esc>s"; *keys; keys++) {
		picture = world_picture(w, 50, 160);
		for (const char *p = picture; *p; p++)
			assert_true((unsigned char)*p >= 0x20 || *p == '\n');
		assert_null(strstr(picture, "\xe2\x80\xae"));
		free(picture);
		press(w, *keys == '<' ? "<Esc>" : (char[]){ *keys, '\0' });
		keys += *keys == '<' ? 4 : 0;
	}
	world_done(w);
}

static void
too_small_a_screen_says_so_and_keeps_everything(void **state)
{
	struct world *w = world_filled();
	char *picture;

	(void)state;
	press(w, "gjjj<Enter>x");
	picture = world_picture(w, 9, 39);
	assert_non_null(strstr(picture, "40x10"));
	free(picture);
	press(w, "y");
	assert_string_equal(draft_get(w->ui.compose.draft, FIELD_CALLBACK_URL),
			    "https://hooks.acme.dev/scalexy");
	world_done(w);
}

/* Ways into every view, editor and popup. */
static const char *const ways[] = { "1",
				    "1gjjj<Enter>",
				    "1gjj<Enter>",
				    "1gjjjj<Enter>",
				    "1gjjjj<Enter>G<Enter>",
				    "1gjjjjjjj<Enter>",
				    "1g<Enter>",
				    "1p",
				    "1pt",
				    "1s",
				    "2",
				    "2/x",
				    "3",
				    "1?",
				    "1T",
				    "1o" };

static void
any_size_is_safe(void **state)
{
	static const int sizes[][2] = { { 1, 1 },    { 1, 80 },   { 24, 1 },   { 2, 2 },
					{ 9, 39 },   { 10, 40 },  { 10, 59 },  { 14, 200 },
					{ 15, 60 },  { 16, 79 },  { 18, 80 },  { 19, 81 },
					{ 24, 119 }, { 12, 120 }, { 28, 121 }, { 100, 300 } };
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(ways); k++) {
		struct world *w = world_filled();

		press(w, ways[k]);
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			free(world_picture(w, sizes[i][0], sizes[i][1]));
		world_done(w);
	}
}

static uint32_t
monkey_key(unsigned *seed)
{
	static const uint32_t named[] = { K_ENTER,       K_TAB,        K_BACKTAB, K_BACKSPACE,
					  K_DELETE,      K_UP,         K_DOWN,    K_LEFT,
					  K_RIGHT,       K_HOME,       K_END,     K_PGUP,
					  K_PGDN,        K_ESC,        K_ESC,     K_CTRL_LEFT,
					  K_F1,          0x1F600,      0x301,     0x202E,
					  KEY_ALT | 'b', KEY_ALT | 'd' };
	*seed = *seed * 1103515245u + 12345u;
	switch (*seed >> 16 & 7) {
	case 0:
	case 1: return named[(*seed >> 20) % ARRAY_LEN(named)];
	case 2: return CTRL_KEY('A' + (*seed >> 20) % 26);
	default: return ' ' + (*seed >> 20) % 95;
	}
}

/* Random keys, pastes and sizes: no crash, and nothing is sent but by Enter in the review. */
static void
a_monkey_breaks_nothing(void **state)
{
	unsigned total = 0;

	(void)state;
	for (unsigned round = 1; round <= 24; round++) {
		struct world *w = round % 2 ? world_filled() : world_new();
		unsigned seed = round * 7919;

		w->ui.ascii = round % 3 == 0;
		if (round % 4 == 1) /* filled, and locked: no monkey types the name */
			w->ui.where.mode = KEY_LIVE;
		for (int i = 0; i < 1500; i++) {
			uint32_t key = monkey_key(&seed);
			unsigned sent = w->asked[UI_SUBMIT];
			bool review = w->ui.view == VIEW_REVIEW && w->ui.popup.kind == POPUP_NONE;

			w->now.mono_ms += 50;
			if (i % 97 == 0)
				world_paste(w, "one\ntwo\nhttps://d.dev/x.json\n");
			world_send(w, (struct msg){ .kind = MSG_KEY, .key = key });
			if (w->asked[UI_SUBMIT] != sent && (!review || key != K_ENTER))
				fail_msg("round %u, key %d: submitted by key %x", round, i, key);
			if (i % 61 == 0)
				free(world_picture(w, 1 + (int)(seed >> 20) % 60,
						   1 + (int)(seed >> 12) % 200));
			if (i % 7 == 0)
				free(world_picture(w, w->ui.rows, w->ui.cols));
		}
		if (round % 4 == 1)
			assert_int_equal(w->asked[UI_SUBMIT], 0);
		total += w->asked[UI_SUBMIT];
		world_done(w);
	}
	assert_true(total > 0); /* else it has shown nothing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_go_to_the_views_and_escape_never_quits),
		cmocka_unit_test(q_closes_what_is_open_and_quits_at_the_top),
		cmocka_unit_test(quitting_asks_while_a_task_is_on_its_way),
		cmocka_unit_test(an_error_is_read_to_its_end_at_any_size),
		cmocka_unit_test(quitting_asks_when_the_draft_cannot_be_saved),
		cmocka_unit_test(interrupt_stops_and_twice_quits_wherever_we_are),
		cmocka_unit_test(suspending_saves_first),
		cmocka_unit_test(an_error_stays_until_a_key_and_is_not_taken_by_type_ahead),
		cmocka_unit_test(a_remark_goes_away_by_itself_and_then_nothing_is_due),
		cmocka_unit_test(the_bottom_line_tells_the_mode),
		cmocka_unit_test(text_from_outside_cannot_act_on_the_terminal),
		cmocka_unit_test(too_small_a_screen_says_so_and_keeps_everything),
		cmocka_unit_test(any_size_is_safe),
		cmocka_unit_test(a_monkey_breaks_nothing),
	};
	return cmocka_run_group_tests_name("ui", tests, NULL, NULL);
}
