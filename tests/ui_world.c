/* ui_world.c - see ui_world.h. */
#include "config.h"

#include "tests/ui_world.h"

#include "core/mem.h"

#include <locale.h>

static const struct {
	const char *name;
	uint32_t key;
} names[] = {
	{ "Enter", K_ENTER },  { "Tab", K_TAB },    { "S-Tab", K_BACKTAB }, { "Esc", K_ESC },
	{ "Up", K_UP },        { "Down", K_DOWN },  { "Left", K_LEFT },     { "Right", K_RIGHT },
	{ "Home", K_HOME },    { "End", K_END },    { "PgUp", K_PGUP },     { "PgDn", K_PGDN },
	{ "BS", K_BACKSPACE }, { "Del", K_DELETE }, { "F1", K_F1 },
};

static void
take_commands(struct world *w)
{
	struct ui_cmd cmd;

	while (ui_next(&w->ui, &cmd)) {
		free(w->last[cmd.kind].text);
		w->last[cmd.kind] = cmd;
		w->asked[cmd.kind]++;
		if (cmd.kind == UI_SAVE) {
			struct err full = { .code = ERR_STORE, .msg = "the disk is full" };
			struct msg answer = { .kind = w->disk_full ? MSG_NOT_SAVED : MSG_SAVED,
					      .now = w->now,
					      .err = w->disk_full ? &full : NULL };

			ui_update(&w->ui, &answer);
		}
	}
}

void
world_send(struct world *w, struct msg msg)
{
	msg.now = w->now;
	ui_update(&w->ui, &msg);
	take_commands(w);
}

/* As the store would give it back: nothing to save, nothing to undo. */
static struct draft *
loaded(struct draft *d)
{
	struct buf text = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	struct draft *same;

	draft_save(d, &text);
	same = draft_load(buf_str(&text), text.len, &err);
	if (!same)
		fail_msg("%s", err.msg);
	buf_free(&text);
	draft_free(d);
	return same;
}

struct world *
world_new(void)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct draft *d = draft_new();

	setlocale(LC_ALL, "C.UTF-8"); /* widths are wcwidth(3)'s */
	draft_clear(d, FIELD_UNIQUE_ID);
	draft_set_name(d, "night-0412");
	w->now = (struct now){ .mono_ms = 1000, .wall_ms = 1795690800000 };
	ui_init(&w->ui, loaded(d));
	w->ui.now = w->now;
	w->ui.where = (struct where){ .mode = KEY_TEST,
				      .has_key = true,
				      .profile = "acme-av",
				      .base_url = "https://api.scale.com/v1",
				      .key = "test_....41aa",
				      .key_origin = "SCALE_API_KEY" };
	return w;
}

static void
set(struct draft *d, enum field_id f, const char *text)
{
	draft_set(d, f, text, strlen(text));
}

struct world *
world_filled(void)
{
	struct world *w = world_new();
	struct draft *d = draft_new();
	char url[160];

	draft_set_name(d, "night-0412");
	set(d, FIELD_PROJECT, "Fleet Perception 3D");
	set(d, FIELD_BATCH, "2026-11-night-b");
	set(d, FIELD_INSTRUCTION,
	    "# Night lidar\n\nAnnotate every vehicle and pedestrian in the scene.\n"
	    "Do not label parked bicycles closer than 1 m to a wall.\n");
	set(d, FIELD_CALLBACK_URL, "https://hooks.acme.dev/scale");
	for (int i = 0; i < 200; i++) {
		snprintf(url, sizeof(url),
			 "https://data.acme.dev/n/0412/frame_%03d.json?X-Amz-Algorithm="
			 "AWS4-HMAC-SHA256&X-Amz-Signature=6c1d00%03d",
			 i, i);
		draft_item_add(d, FIELD_ATTACHMENTS, (size_t)i, url, strlen(url));
	}
	set(d, FIELD_SCENE_FORMAT, "split_base64");
	set(d, FIELD_METADATA, "{\"seq\": \"0412\", \"rig\": \"B2\", \"weather\": \"rain\"}");
	set(d, FIELD_UNIQUE_ID, "fp3d/night-b/0412");
	set(d, FIELD_PRIORITY, "20");
	set(d, FIELD_CLEAR_UNIQUE_ID_ON_ERROR, "true");
	draft_item_add(d, FIELD_TAGS, 0, "night", 5);
	draft_item_add(d, FIELD_TAGS, 1, "rain", 4);
	draft_item_add(d, FIELD_TAGS, 2, "seq-0412", 8);
	world_send(w, (struct msg){ .kind = MSG_DRAFT, .draft = loaded(d) });
	return w;
}

void
world_done(struct world *w)
{
	for (int i = 0; i < UI_CMD_COUNT; i++)
		free(w->last[i].text);
	ui_done(&w->ui);
	free(w);
}

static uint32_t
named_key(const char *name, size_t n)
{
	if (n == 2 && name[0] == '^')
		return CTRL_KEY(name[1]);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == n && memcmp(names[i].name, name, n) == 0)
			return names[i].key;
	fail_msg("no key is called <%.*s>", (int)n, name);
	return 0;
}

void
press(struct world *w, const char *keys)
{
	while (*keys) {
		const char *end = *keys == '<' && keys[1] != '<' ? strchr(keys, '>') : NULL;
		uint32_t key = (unsigned char)*keys;

		if (end) {
			key = named_key(keys + 1, (size_t)(end - keys) - 1);
			keys = end + 1;
		} else {
			keys += keys[0] == '<' ? 2 : 1;
		}
		w->now.mono_ms += 10;
		w->now.wall_ms += 10;
		world_send(w, (struct msg){ .kind = MSG_KEY, .key = key });
	}
}

void
world_paste(struct world *w, const char *text)
{
	world_send(w, (struct msg){ .kind = MSG_PASTE, .text = text, .n = strlen(text) });
}

void
world_wait(struct world *w, int64_t ms)
{
	int64_t end = w->now.mono_ms + ms;

	for (int turns = 0; turns < 1000; turns++) {
		int64_t due = ui_deadline(&w->ui);

		if (due < 0 || due > end)
			break;
		w->now.wall_ms += due - w->now.mono_ms;
		w->now.mono_ms = due;
		world_send(w, (struct msg){ .kind = MSG_TICK });
	}
	w->now.wall_ms += end - w->now.mono_ms;
	w->now.mono_ms = end;
}

char *
world_picture(struct world *w, int rows, int cols)
{
	struct grid g;
	struct buf out = BUF_INIT(1u << 20);

	if (rows != w->ui.rows || cols != w->ui.cols)
		world_send(w, (struct msg){ .kind = MSG_RESIZE, .rows = rows, .cols = cols });
	grid_init(&g, rows, cols);
	g.ascii = w->ui.ascii;
	view(&w->ui, &g);
	grid_dump(&g, &out);
	grid_done(&g);
	return buf_take(&out);
}

void
world_golden(struct world *w, const char *name, int rows, int cols)
{
	char file[128], *picture = world_picture(w, rows, cols);

	snprintf(file, sizeof(file), "screens/%s_%dx%d.txt", name, cols, rows);
	test_golden(file, picture);
	free(picture);
}

static bool
shown(struct world *w, const char *text)
{
	char *picture = world_picture(w, 24, 80);
	bool found = strstr(picture, text) != NULL;

	if (!found)
		fprintf(stderr, "%s", picture);
	free(picture);
	return found;
}

void
assert_shown(struct world *w, const char *text)
{
	if (!shown(w, text))
		fail_msg("\"%s\" is not on the screen", text);
}

void
assert_not_shown(struct world *w, const char *text)
{
	char *picture = world_picture(w, 24, 80);

	if (strstr(picture, text))
		fail_msg("\"%s\" is on the screen:\n%s", text, picture);
	free(picture);
}
