/* test_compose.c - the form: each field by keys, its editors, undo, saving, and its pictures. */
#include "config.h"

#include "tests/ui_world.h"

#include "tui/compose_parts.h"

static const char *
value(struct world *w, enum field_id f)
{
	return draft_get(w->ui.compose.draft, f);
}

static size_t
items(struct world *w, enum field_id f)
{
	return draft_count(w->ui.compose.draft, f);
}

static const char *
item(struct world *w, enum field_id f, size_t i)
{
	return draft_item(w->ui.compose.draft, f, i);
}

/* Move the cursor to a field by keys alone. */
static void
go(struct world *w, enum field_id f)
{
	press(w, "g");
	for (int i = 0; i < (int)f; i++)
		press(w, "j");
	assert_int_equal(w->ui.compose.focus, f);
}

static void
every_field_can_be_set_cleared_and_undone_by_keys(void **state)
{
	static const struct {
		enum field_id f;
		const char *keys, *want;
	} row[] = {
		{ FIELD_INSTRUCTION, "<Enter>one<Enter>two<Tab>", "one\ntwo" },
		{ FIELD_CALLBACK_URL, "<Enter>https://a.b/c<Enter>", "https://a.b/c" },
		{ FIELD_ATTACHMENTS, "<Enter>as3://b/k.json<Enter><Esc>", "s3://b/k.json" },
		{ FIELD_SCENE_FORMAT, " ", "sensor_fusion" },
		{ FIELD_METADATA, "<Enter>{\"a\": 1}<Tab>", "{\"a\": 1}" },
		{ FIELD_UNIQUE_ID, "<Enter>run/1<Enter>", "run/1" },
		{ FIELD_PRIORITY, "   ", "30" },
		{ FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "<Enter>", "true" },
		{ FIELD_TAGS, "<Enter>anight<Enter><Esc>", "night" },
	};
	struct world *w = world_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		bool list = fields[row[i].f].kind == FIELD_LIST;

		go(w, row[i].f);
		press(w, row[i].keys);
		print_message("# %s\n", fields[row[i].f].name);
		assert_int_equal(w->ui.compose.mode, COMPOSE_NAV);
		assert_string_equal(list ? item(w, row[i].f, 0) : value(w, row[i].f), row[i].want);
		press(w, "x");
		assert_false(draft_is_set(w->ui.compose.draft, row[i].f));
		press(w, "u");
		assert_string_equal(list ? item(w, row[i].f, 0) : value(w, row[i].f), row[i].want);
		press(w, "U");
		assert_false(draft_is_set(w->ui.compose.draft, row[i].f));
		press(w, "u");
	}
	world_done(w);
}

static void
a_picker_answers_for_project_batch_and_blueprint(void **state)
{
	static const enum field_id picked[] = { FIELD_PROJECT, FIELD_BATCH,
						FIELD_TASK_BLUEPRINT_ID };
	struct world *w = world_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(picked); i++) {
		go(w, picked[i]);
		press(w, "<Enter>");
		assert_int_equal(w->ui.popup.kind, POPUP_PICKER);
		press(w, "Lidar 7<Tab>"); /* taken as typed: the list is empty */
		assert_int_equal(w->ui.popup.kind, POPUP_NONE);
		assert_string_equal(value(w, picked[i]), "Lidar 7");
		press(w, "x");
		assert_string_equal(value(w, picked[i]), "");
		press(w, "u");
		assert_string_equal(value(w, picked[i]), "Lidar 7");
	}
	world_done(w);
}

static void
know_batch(struct world *w, const char *name, const struct batch_info *info)
{
	world_send(w, (struct msg){ .kind = MSG_BATCH, .task_key = name, .batch = info });
}

static void
what_is_known_of_the_batch_stands_in_the_form(void **state)
{
	struct batch_info info = { .known = true,
				   .counted = true,
				   .project = "Fleet Perception 3D",
				   .status = "staging",
				   .tasks = 11 };
	struct session_event ev = { .kind = SESSION_BATCHES };
	struct world *w = world_filled();

	(void)state;
	assert_int_equal(w->asked[UI_BATCH_INFO], 1); /* at the start */
	assert_string_equal(w->last[UI_BATCH_INFO].key, "2026-11-night-b");
	know_batch(w, "2026-11-night-a", &info); /* about another: too late */
	assert_not_shown(w, "11 tasks");
	know_batch(w, "2026-11-night-b", &info);
	assert_shown(w, "staging, 11 tasks");
	assert_shown(w, "matches the batch");
	press(w, "gx");
	assert_shown(w, "(from the batch: Fleet Perception 3D)");
	info.rapid = true;
	snprintf(info.status, sizeof(info.status), "in_progress");
	know_batch(w, "2026-11-night-b", &info);
	assert_shown(w, "~ finalized: takes no tasks");
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = &ev });
	assert_int_equal(w->asked[UI_BATCH_INFO], 2); /* the cache is a new one */
	press(w, "jx");
	assert_int_equal(w->asked[UI_BATCH_INFO], 2);
	assert_not_shown(w, "finalized");
	press(w, "u");
	assert_int_equal(w->asked[UI_BATCH_INFO], 3);
	assert_not_shown(w, "finalized"); /* not until it is answered */
	world_done(w);
}

static void
a_batch_of_an_unknown_project_asks_for_projects_once(void **state)
{
	struct batch_info info = { .known = true, .project = "Lidar 7", .status = "completed" };
	struct session_event ev = { .kind = SESSION_PROJECTS };
	struct world *w = world_filled();

	(void)state;
	know_batch(w, "2026-11-night-b", &info);
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 1);
	assert_int_equal(w->last[UI_RELOAD_CHOICES].number, PICK_PROJECT);
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = &ev });
	assert_int_equal(w->asked[UI_BATCH_INFO], 2);
	know_batch(w, "2026-11-night-b", &info); /* still unknown: it is not there */
	assert_int_equal(w->asked[UI_RELOAD_CHOICES], 1);
	world_done(w);
}

static void
the_words_of_a_refusal_are_read_in_full(void **state)
{
	struct session_event ev = { .kind = SESSION_ROW, .seq = 7, .status = TASK_REJECTED };
	struct world *w = world_filled();

	(void)state;
	ev.err.code = ERR_API;
	ev.err.field = "batch";
	snprintf(ev.err.msg, sizeof(ev.err.msg),
		 "refused (400): The batch \"2026-11-night-b\" is finalized; it takes no more.");
	snprintf(ev.err.hint, sizeof(ev.err.hint), "change batch and send it again");
	press(w, "s<Enter>");
	world_send(w, (struct msg){ .kind = MSG_SUBMITTED, .seq = 7 });
	world_send(w, (struct msg){ .kind = MSG_SESSION, .session = &ev });
	assert_shown(w, "refused (400): The batch \"2026-11-night-b\" is finalized; it\n");
	assert_shown(w, "   takes no more.\n");
	w->now.mono_ms += 5000;
	press(w, "<Left>");
	assert_shown(w, "change batch and send it again");
	world_done(w);
}

static void
a_fix_takes_the_project_of_the_batch(void **state)
{
	const struct batch_info info = { .known = true,
					 .project = "Lidar 7",
					 .status = "in_progress" };
	static const enum field_id at[] = { FIELD_PROJECT, FIELD_BATCH };
	struct world *w = world_filled();

	(void)state;
	know_batch(w, "2026-11-night-b", &info);
	assert_int_equal(check_warnings(w->ui.compose.check), 2);
	go(w, FIELD_BATCH);
	assert_shown(w, "~ belongs to Lidar 7");
	assert_shown(w, "F: set project to Lidar 7");
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		go(w, at[i]);
		press(w, "F");
		assert_string_equal(value(w, FIELD_PROJECT), "Lidar 7");
		assert_int_equal(check_warnings(w->ui.compose.check), 1);
		press(w, "u");
		assert_string_equal(value(w, FIELD_PROJECT), "Fleet Perception 3D");
	}
	world_done(w);
}

static void
another_project_clears_what_was_of_the_old_one(void **state)
{
	const struct batch_info info = { .known = true, .project = "Lidar 7" };
	struct world *w = world_filled();

	(void)state;
	draft_set(w->ui.compose.draft, FIELD_TASK_BLUEPRINT_ID, "bp", 2);
	press(w, "g<Enter>");
	assert_shown(w, "Another project clears the batch and the blueprint");
	press(w, "Fleet Perception 3D<Tab>"); /* the same: nothing is cleared */
	assert_string_equal(value(w, FIELD_BATCH), "2026-11-night-b");
	press(w, "<Enter>Lidar 7<Tab>");
	assert_shown(w, "batch and blueprint of the other project cleared; u brings all back");
	assert_string_equal(value(w, FIELD_PROJECT), "Lidar 7");
	assert_string_equal(value(w, FIELD_BATCH), "");
	assert_string_equal(value(w, FIELD_TASK_BLUEPRINT_ID), "");
	press(w, "u");
	assert_string_equal(value(w, FIELD_PROJECT), "Fleet Perception 3D");
	assert_string_equal(value(w, FIELD_BATCH), "2026-11-night-b");
	assert_string_equal(value(w, FIELD_TASK_BLUEPRINT_ID), "bp");
	assert_int_equal(w->ui.compose.focus, FIELD_PROJECT);
	know_batch(w, "2026-11-night-b", &info);
	press(w, "<Enter>Lidar 7<Tab>"); /* the batch is of this one: it stays */
	assert_shown(w, "blueprint of the other project cleared");
	assert_string_equal(value(w, FIELD_BATCH), "2026-11-night-b");
	world_done(w);
}

static void
a_project_for_a_batch_that_had_none_clears_nothing(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "gx<Enter>Lidar 7<Tab>");
	assert_string_equal(value(w, FIELD_PROJECT), "Lidar 7");
	assert_string_equal(value(w, FIELD_BATCH), "2026-11-night-b");
	press(w, "u");
	assert_string_equal(value(w, FIELD_PROJECT), "");
	world_done(w);
}

static void
a_draft_has_a_name(void **state)
{
	struct world *w = world_filled();

	(void)state;
	press(w, "Nx<Esc>");
	assert_string_equal(draft_name(w->ui.compose.draft), "night-0412");
	press(w, "N<^U>rain");
	assert_shown(w, "name of the draft: rain");
	assert_shown(w, "EDIT");
	world_paste(w, "-7\n");
	press(w, "<Enter>");
	assert_string_equal(draft_name(w->ui.compose.draft), "rain-7");
	assert_shown(w, "rain-7 *");
	world_wait(w, 1000);
	assert_int_equal(w->asked[UI_SAVE], 1);
	press(w, "n");
	assert_shown(w, " new draft ");
	go(w, FIELD_PRIORITY);
	press(w, " ");
	world_wait(w, 1000); /* it is saved, so it is called something */
	assert_shown(w, " 2026-11-26 11:00 ");
	world_done(w);
}

static void
metadata_of_blanks_alone_is_none(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_METADATA);
	press(w, "<Enter>");
	for (int i = 0; i < 20; i++)
		press(w, "<^U><BS>");
	press(w, " <Enter> <Tab>");
	assert_false(draft_is_set(w->ui.compose.draft, FIELD_METADATA));
	assert_null(check_field(w->ui.compose.check, FIELD_METADATA));
	press(w, "u");
	assert_true(draft_is_set(w->ui.compose.draft, FIELD_METADATA));
	world_done(w);
}

static void
a_draft_without_a_name_is_called_after_what_is_in_it(void **state)
{
	static const struct {
		enum field_id f;
		const char *text, *name;
	} row[] = {
		{ FIELD_PROJECT, "Lidar 7", "Lidar 7, 2026-11-26 11:00" },
		{ FIELD_BATCH, "night", "night, 2026-11-26 11:00" },
		{ FIELD_ATTACHMENTS, "s3://b/n/frame_000.json?a=b.c",
		  "frame_000, 2026-11-26 11:00" },
		{ FIELD_ATTACHMENTS, "s3://b/n/frame_001.json", "frame_000 +1, 2026-11-26 11:00" },
		{ FIELD_UNIQUE_ID, "n/0412", "n/0412, 2026-11-26 11:00" },
		{ FIELD_UNIQUE_ID, "a-very-long-id/which-differs-at-its-end/été/0412",
		  "g-id/which-differs-at-its-end/été/0412, 2026-11-26 11:00" },
	};
	struct world *w = world_new();
	struct draft *d = w->ui.compose.draft;

	(void)state;
	draft_set_name(d, "");
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		size_t n = draft_count(d, row[i].f);

		if (fields[row[i].f].kind == FIELD_LIST)
			draft_item_add(d, row[i].f, n, row[i].text, strlen(row[i].text));
		else
			draft_set(d, row[i].f, row[i].text, strlen(row[i].text));
		press(w, "<Left>");
		world_wait(w, 61000); /* the minute stays that in which it was begun */
		if (strcmp(draft_name(d), row[i].name) != 0)
			fail_msg("\"%s\" is called \"%s\"", row[i].text, draft_name(d));
	}
	w->ui.utc = true; /* nor does another way to write it make it a name that was given */
	draft_set_name(d, "");
	draft_set(d, FIELD_UNIQUE_ID, "n/0413", 6);
	press(w, "<Left>");
	world_wait(w, 1000);
	draft_set(d, FIELD_UNIQUE_ID, "n/0414", 6);
	press(w, "<Left>");
	world_wait(w, 1000);
	assert_memory_equal(draft_name(d), "n/0414, 2026-11-26 1", 20);
	press(w, "N<^U>mine<Enter>"); /* whoever gives a name keeps it */
	draft_set(d, FIELD_UNIQUE_ID, "x", 1);
	press(w, "<Left>");
	world_wait(w, 1000);
	assert_string_equal(draft_name(d), "mine");
	world_done(w);
}

static void
the_next_draft_is_called_after_the_one_before(void **state)
{
	static const struct {
		const char *name, *next;
	} row[] = {
		/* clang-format off */
		{ "night-0412", "night-0413" },
		{ "night-0999", "night-1000" },
		{ "99",         "100" },
		{ "a9",         "a10" },
		{ "rain",       "rain 2" },
		{ "rain 2",     "rain 3" },
		{ "2026-11-26 11:59", "" }, /* made by the clock: it makes the next one too */
		{ "f +1, 2026-11-26 11:59", "" },
		{ "",           "" },
		/* clang-format on */
	};
	char next[DRAFT_NAME_MAX + 1], longest[DRAFT_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		compose_name_next(row[i].name, next, sizeof(next));
		if (strcmp(next, row[i].next) != 0)
			fail_msg("after \"%s\" comes \"%s\"", row[i].name, next);
	}
	memset(longest, '9', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	compose_name_next(longest, next, sizeof(next)); /* no room: one is made */
	assert_string_equal(next, "");
}

static void
signed_urls_that_end_soon_are_told(void **state)
{
	static const char url[] = "https://d.example/x.json?Expires=1795705200&Signature=s";
	struct world *w = world_filled(); /* 4 hours before */

	(void)state;
	draft_item_set(w->ui.compose.draft, FIELD_ATTACHMENTS, 3, url, sizeof(url) - 1);
	go(w, FIELD_ATTACHMENTS);
	assert_shown(w, " item 4: this signed URL expires 2026-11-26 15:00 +00:00");
	world_done(w);
}

static void
escape_restores_and_redo_brings_the_typed_text_back(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	press(w, "<Enter>/more");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale/more");
	press(w, "<Esc>");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale");
	press(w, "U");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale/more");
	press(w, "u<Enter><Esc>"); /* nothing typed: no step, nothing to say */
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale");
	world_done(w);
}

static void
a_wrong_value_never_traps(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	press(w, "<Enter><^U>nonsense<Tab>");
	assert_int_equal(w->ui.compose.mode, COMPOSE_NAV);
	assert_int_equal(w->ui.compose.focus, FIELD_ATTACHMENTS);
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "nonsense");
	assert_int_equal(check_errors(w->ui.compose.check), 1);
	press(w, "g!");
	assert_int_equal(w->ui.compose.focus, FIELD_CALLBACK_URL);
	go(w, FIELD_METADATA);
	press(w, "<Enter><^U>{\"a\":<Tab>");
	assert_int_equal(w->ui.compose.mode, COMPOSE_NAV);
	press(w, "<Enter><Esc>");
	assert_int_equal(w->ui.compose.mode, COMPOSE_NAV);
	world_done(w);
}

static void
the_payload_follows_each_key(void **state)
{
	struct world *w = world_filled();
	size_t before;

	(void)state;
	before = payload_size(w->ui.compose.payload);
	go(w, FIELD_UNIQUE_ID);
	press(w, "<Enter>x");
	assert_int_equal(payload_size(w->ui.compose.payload), before + 1);
	press(w, "yz<BS>");
	assert_int_equal(payload_size(w->ui.compose.payload), before + 2);
	press(w, "<Esc>");
	assert_int_equal(payload_size(w->ui.compose.payload), before);
	world_done(w);
}

static void
a_paste_becomes_a_row_per_line(void **state)
{
	struct world *w = world_new();
	struct buf text = BUF_INIT(1u << 20);

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "https://d.dev/frame_%04d.json\n", i);
	go(w, FIELD_ATTACHMENTS);
	world_paste(w, buf_str(&text)); /* on the form */
	assert_int_equal(items(w, FIELD_ATTACHMENTS), 1000);
	press(w, "<Enter>G");
	world_paste(w, "https://d.dev/last.json\n"); /* in the list */
	assert_int_equal(items(w, FIELD_ATTACHMENTS), 1001);
	press(w, "a");
	world_paste(w, "https://d.dev/x.json\nhttps://d.dev/y.json"); /* in a row */
	assert_int_equal(items(w, FIELD_ATTACHMENTS), 1003);
	assert_string_equal(item(w, FIELD_ATTACHMENTS, 1002), "https://d.dev/y.json");
	press(w, "uu");
	assert_int_equal(items(w, FIELD_ATTACHMENTS), 1000);
	press(w, "x");
	buf_clear(&text);
	for (int i = 0; i < 60; i++)
		buf_addf(&text, "ftp://d.dev/frame_%04d.json\n", i);
	world_paste(w, buf_str(&text)); /* each is wrong, and each row says so */
	press(w, "G");
	assert_shown(w, "60 rows, 60 problems");
	assert_shown(w, "!>  60 ftp://d.dev/frame_0059.json");
	assert_not_shown(w, "item 60");
	assert_not_shown(w, "more");
	buf_free(&text);
	world_done(w);
}

static void
a_paste_is_never_read_as_commands(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_SCENE_FORMAT);
	world_paste(w, "xsq\n");
	assert_string_equal(value(w, FIELD_SCENE_FORMAT), "split_base64");
	assert_int_equal(w->ui.view, VIEW_COMPOSE);
	assert_int_equal(w->asked[UI_QUIT], 0);
	assert_shown(w, "takes no paste");
	go(w, FIELD_CALLBACK_URL);
	world_paste(w, "?q=1\n"); /* a text field starts to be edited */
	assert_int_equal(w->ui.compose.mode, COMPOSE_LINE);
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale?q=1");
	world_done(w);
}

static void
rows_are_added_edited_moved_and_dropped(void **state)
{
	struct world *w = world_new();

	(void)state;
	go(w, FIELD_TAGS);
	press(w, "<Enter>aone<Tab>two<Tab>three<Enter>"); /* Tab goes on with the next row */
	assert_int_equal(items(w, FIELD_TAGS), 3);
	press(w, "gJ");
	assert_string_equal(item(w, FIELD_TAGS, 1), "one");
	press(w, "K");
	assert_string_equal(item(w, FIELD_TAGS, 0), "one");
	press(w, "<Enter><^U>uno<Enter>");
	assert_string_equal(item(w, FIELD_TAGS, 0), "uno");
	press(w, "izero<Enter>");
	assert_string_equal(item(w, FIELD_TAGS, 0), "zero");
	press(w, "Gathree<Enter>D");
	assert_int_equal(items(w, FIELD_TAGS), 4);
	press(w, "u");
	assert_int_equal(items(w, FIELD_TAGS), 5);
	press(w, "gd");
	assert_string_equal(item(w, FIELD_TAGS, 0), "uno");
	press(w, "anew<Esc>"); /* a new row that is not kept is no row */
	assert_int_equal(items(w, FIELD_TAGS), 4);
	press(w, "a<Enter>"); /* nor is an empty one */
	assert_int_equal(items(w, FIELD_TAGS), 4);
	press(w, "g<Enter><^U><Enter>"); /* emptied and kept: taken out */
	assert_int_equal(items(w, FIELD_TAGS), 3);
	press(w, "x");
	assert_int_equal(items(w, FIELD_TAGS), 0);
	press(w, "u<Esc>");
	assert_int_equal(items(w, FIELD_TAGS), 3);
	assert_int_equal(w->ui.compose.mode, COMPOSE_NAV);
	world_done(w);
}

static void
undo_in_a_list_stays_in_the_list(void **state)
{
	struct world *w = world_new();

	(void)state;
	go(w, FIELD_PRIORITY);
	press(w, " ");
	go(w, FIELD_TAGS);
	press(w, "<Enter>auno<Enter>uu");
	assert_int_equal(items(w, FIELD_TAGS), 0);
	assert_string_equal(value(w, FIELD_PRIORITY), "10");
	assert_shown(w, "priority");
	press(w, "<Esc>u");
	assert_string_equal(value(w, FIELD_PRIORITY), "");
	go(w, FIELD_TAGS); /* the cursor goes to what came back */
	press(w, "<Enter>aa<Enter>ab<Enter>ac<Enter>Gdggu");
	assert_int_equal(items(w, FIELD_TAGS), 3);
	assert_int_equal(w->ui.compose.items.at, 2);
	press(w, "gJGu");
	assert_int_equal(w->ui.compose.items.at, 0);
	world_done(w);
}

static void
the_editor_gets_the_text_and_gives_it_back(void **state)
{
	static const char list[] = "night\n\nrain\n fog \n", unchanged[] = "night\nrain\nfog\n";
	struct world *w = world_filled();
	unsigned changes;

	(void)state;
	go(w, FIELD_TAGS);
	press(w, "E");
	assert_int_equal(w->asked[UI_EDITOR], 1);
	assert_string_equal(w->last[UI_EDITOR].text, "night\nrain\nseq-0412\n");
	assert_string_equal(w->last[UI_EDITOR].key, ".txt");
	world_send(w, (struct msg){ .kind = MSG_EDITED, .text = list, .n = strlen(list) });
	assert_int_equal(items(w, FIELD_TAGS), 3);
	assert_string_equal(item(w, FIELD_TAGS, 2), "fog");
	changes = draft_changes(w->ui.compose.draft);
	press(w, "E");
	world_send(w,
		   (struct msg){ .kind = MSG_EDITED, .text = unchanged, .n = strlen(unchanged) });
	assert_int_equal(draft_changes(w->ui.compose.draft), changes);
	press(w, "u");
	assert_string_equal(item(w, FIELD_TAGS, 2), "seq-0412");
	go(w, FIELD_INSTRUCTION);
	press(w, "<Enter>!<^T>"); /* from the paragraph: with what was typed so far */
	assert_non_null(strstr(w->last[UI_EDITOR].text, "to a wall.\n!"));
	assert_string_equal(w->last[UI_EDITOR].key, ".md");
	/* more than a value holds stays in the editor's file, which is named */
	assert_int_equal(w->last[UI_EDITOR].number, DRAFT_VALUE_MAX + 1);
	world_done(w);
}

static void
a_plain_cure_is_offered_and_applied(void **state)
{
	struct world *w = world_new();

	(void)state;
	go(w, FIELD_ATTACHMENTS);
	world_paste(w, "https://d.dev/a.sfs?sig=x.json\nhttps://d.dev/a.sfs?sig=x.json\n");
	press(w, "F");
	assert_int_equal(items(w, FIELD_ATTACHMENTS), 1);
	go(w, FIELD_SCENE_FORMAT);
	press(w, "F");
	assert_string_equal(value(w, FIELD_SCENE_FORMAT), "sensor_fusion");
	go(w, FIELD_UNIQUE_ID);
	press(w, "F");
	assert_memory_equal(value(w, FIELD_UNIQUE_ID), "ms-", 3);
	go(w, FIELD_CALLBACK_URL);
	press(w, "<Enter>hooks.acme.dev/scale<Enter>");
	assert_shown(w, "F: set https://hooks.acme.dev/scale");
	press(w, "F");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale");
	press(w, "F");
	assert_shown(w, "no fix is offered");
	world_done(w);
}

static void
a_letter_on_a_text_field_says_how_to_edit(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	press(w, "h");
	assert_shown(w, "Enter to edit callback_url");
	assert_string_equal(value(w, FIELD_CALLBACK_URL), "https://hooks.acme.dev/scale");
	world_done(w);
}

static void
a_draft_is_saved_when_typing_rests_and_once_a_second_at_least(void **state)
{
	struct world *w = world_new();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	world_wait(w, 10000);
	assert_int_equal(w->asked[UI_SAVE], 0); /* nothing changed, nothing is due */
	press(w, "<Enter>a");
	assert_true(ui_unsaved(&w->ui));
	world_wait(w, 299);
	assert_int_equal(w->asked[UI_SAVE], 0);
	world_wait(w, 1);
	assert_int_equal(w->asked[UI_SAVE], 1);
	assert_false(ui_unsaved(&w->ui));
	for (int i = 0; i < 12; i++) { /* a key each 200 ms: never at rest */
		press(w, "b");
		world_wait(w, 190);
	}
	assert_in_range(w->asked[UI_SAVE], 3, 4);
	world_done(w);
}

static void
a_draft_that_cannot_be_saved_says_so_until_it_is(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->disk_full = true;
	go(w, FIELD_PRIORITY);
	press(w, " ");
	world_wait(w, 1500);
	assert_shown(w, "the disk is full");
	press(w, "jjj"); /* the error has been seen; what it means has not gone away */
	assert_not_shown(w, "the disk is full");
	assert_shown(w, "NOT SAVED");
	press(w, "s");
	assert_shown(w, "could not be written to the disk");
	press(w, "<Esc>");
	world_wait(w, 9000);
	assert_not_shown(w, "the disk is full"); /* it complains once */
	w->disk_full = false;
	world_wait(w, 20000); /* tried again by itself */
	assert_false(ui_unsaved(&w->ui));
	assert_not_shown(w, "NOT SAVED");
	world_done(w);
}

static void
a_save_that_fails_is_tried_again_with_the_next_change(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->disk_full = true;
	go(w, FIELD_PRIORITY);
	press(w, " ");
	world_wait(w, 5000);
	assert_int_equal(w->asked[UI_SAVE], 1); /* no storm of tries */
	assert_true(ui_unsaved(&w->ui));
	w->disk_full = false;
	press(w, " ");
	world_wait(w, 5000);
	assert_int_equal(w->asked[UI_SAVE], 2);
	assert_false(ui_unsaved(&w->ui));
	press(w, " q");
	assert_int_equal(w->asked[UI_SAVE], 3); /* leaving saves at once */
	assert_int_equal(w->asked[UI_QUIT], 1);
	world_done(w);
}

static void
a_new_draft_keeps_the_old_one_and_is_empty(void **state)
{
	struct world *w = world_filled();
	char old[64];

	(void)state;
	snprintf(old, sizeof(old), "%s", draft_id(w->ui.compose.draft));
	go(w, FIELD_PRIORITY);
	press(w, " ");
	w->disk_full = true;
	press(w, "n"); /* the one that is open cannot be saved: it stays open */
	assert_int_equal(w->asked[UI_SAVE], 1);
	assert_string_equal(draft_id(w->ui.compose.draft), old);
	w->disk_full = false;
	world_wait(w, 5000);
	assert_string_equal(draft_id(w->ui.compose.draft), old);
	press(w, "n");
	assert_int_equal(w->asked[UI_SAVE], 2);
	assert_string_not_equal(draft_id(w->ui.compose.draft), old);
	assert_string_equal(value(w, FIELD_PROJECT), "");
	assert_string_not_equal(value(w, FIELD_UNIQUE_ID), "");
	world_done(w);
}

static void
the_payload_goes_to_pager_and_file_as_it_is_shown(void **state)
{
	struct world *w = world_filled();
	struct buf wire = BUF_INIT(1u << 20);

	(void)state;
	payload_wire(w->ui.compose.payload, &wire);
	press(w, "v");
	assert_memory_equal(w->last[UI_PAGER].text, "{\n", 2);
	press(w, "tw");
	assert_string_equal(w->last[UI_WRITE].text, buf_str(&wire));
	assert_int_equal(w->last[UI_WRITE].n, payload_size(w->ui.compose.payload));
	assert_string_equal(w->last[UI_WRITE].key, ".json");
	buf_free(&wire);
	world_done(w);
}

static void
the_form_looks_like_the_pictures(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_ATTACHMENTS);
	world_golden(w, "compose", 24, 80);
	world_golden(w, "compose", 15, 60);
	world_golden(w, "compose", 10, 40);
	world_golden(w, "compose", 50, 160);
	w->ui.ascii = true;
	world_golden(w, "compose_ascii", 24, 80);
	w->ui.ascii = false;
	world_done(w);
}

static void
a_batch_of_another_project_stands_out(void **state)
{
	const struct batch_info info = { .known = true,
					 .counted = true,
					 .project = "rapid/pedestrians",
					 .status = "staging",
					 .tasks = 640 };
	struct world *w = world_filled();

	(void)state;
	know_batch(w, "2026-11-night-b", &info);
	go(w, FIELD_BATCH);
	world_golden(w, "compose_batch", 24, 80);
	world_golden(w, "compose_batch", 10, 40);
	press(w, "kx");
	world_golden(w, "compose_batch_project", 24, 80);
	world_done(w);
}

static void
an_empty_form_says_what_is_missing(void **state)
{
	struct world *w = world_new();

	(void)state;
	world_golden(w, "compose_empty", 24, 80);
	world_golden(w, "compose_empty", 50, 160);
	world_golden(w, "compose_empty", 24, 120);
	world_golden(w, "compose_empty", 10, 40);
	world_done(w);
}

static void
the_editors_look_like_the_pictures(void **state)
{
	struct world *w = world_filled();

	(void)state;
	go(w, FIELD_CALLBACK_URL);
	press(w, "<Enter><^U>hooks.acme.dev/scale");
	world_golden(w, "edit_line", 24, 80);
	world_golden(w, "edit_line", 10, 40);
	press(w, "<Esc>");
	go(w, FIELD_INSTRUCTION);
	press(w, "<Enter><Up><Up>");
	world_golden(w, "edit_text", 24, 80);
	press(w, "<Esc>");
	go(w, FIELD_METADATA);
	press(w, "<Enter><BS>, \"seq\": 1}");
	world_golden(w, "edit_object", 24, 80);
	world_golden(w, "edit_object", 10, 40);
	press(w, "<Esc>");
	go(w, FIELD_ATTACHMENTS);
	press(w, "<Enter>jjj<Enter><Home>ftp");
	world_golden(w, "edit_item", 24, 80);
	press(w, "<Enter>");
	world_golden(w, "list", 24, 80);
	world_golden(w, "list", 10, 40);
	world_golden(w, "list", 50, 160);
	world_done(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_can_be_set_cleared_and_undone_by_keys),
		cmocka_unit_test(a_picker_answers_for_project_batch_and_blueprint),
		cmocka_unit_test(another_project_clears_what_was_of_the_old_one),
		cmocka_unit_test(a_project_for_a_batch_that_had_none_clears_nothing),
		cmocka_unit_test(a_draft_has_a_name),
		cmocka_unit_test(metadata_of_blanks_alone_is_none),
		cmocka_unit_test(a_draft_without_a_name_is_called_after_what_is_in_it),
		cmocka_unit_test(the_next_draft_is_called_after_the_one_before),
		cmocka_unit_test(signed_urls_that_end_soon_are_told),
		cmocka_unit_test(a_batch_of_an_unknown_project_asks_for_projects_once),
		cmocka_unit_test(the_words_of_a_refusal_are_read_in_full),
		cmocka_unit_test(a_fix_takes_the_project_of_the_batch),
		cmocka_unit_test(what_is_known_of_the_batch_stands_in_the_form),
		cmocka_unit_test(escape_restores_and_redo_brings_the_typed_text_back),
		cmocka_unit_test(a_wrong_value_never_traps),
		cmocka_unit_test(the_payload_follows_each_key),
		cmocka_unit_test(a_paste_becomes_a_row_per_line),
		cmocka_unit_test(a_paste_is_never_read_as_commands),
		cmocka_unit_test(rows_are_added_edited_moved_and_dropped),
		cmocka_unit_test(undo_in_a_list_stays_in_the_list),
		cmocka_unit_test(the_editor_gets_the_text_and_gives_it_back),
		cmocka_unit_test(a_plain_cure_is_offered_and_applied),
		cmocka_unit_test(a_letter_on_a_text_field_says_how_to_edit),
		cmocka_unit_test(a_draft_is_saved_when_typing_rests_and_once_a_second_at_least),
		cmocka_unit_test(a_draft_that_cannot_be_saved_says_so_until_it_is),
		cmocka_unit_test(a_save_that_fails_is_tried_again_with_the_next_change),
		cmocka_unit_test(a_new_draft_keeps_the_old_one_and_is_empty),
		cmocka_unit_test(the_payload_goes_to_pager_and_file_as_it_is_shown),
		cmocka_unit_test(the_form_looks_like_the_pictures),
		cmocka_unit_test(a_batch_of_another_project_stands_out),
		cmocka_unit_test(an_empty_form_says_what_is_missing),
		cmocka_unit_test(the_editors_look_like_the_pictures),
	};
	return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
