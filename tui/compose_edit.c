/* compose_edit.c - typing into a field: the line in place, the paragraph, the object, an item.
 *
 * The draft follows each key, so the payload, the findings and the counts are
 * live. All that is typed until the editor closes is one undo step; Esc takes
 * that step back, and U brings the text again: nothing typed is ever lost.
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <string.h>

/* Rows around a paragraph editor: top line, rule, finding, note, keys. */
#define EDITOR_FRAME 5

static enum compose_mode
mode_of(enum field_id f)
{
	switch (fields[f].kind) {
	case FIELD_TEXT: return COMPOSE_PARAGRAPH;
	case FIELD_OBJECT: return COMPOSE_OBJECT;
	case FIELD_LIST: return COMPOSE_ITEM;
	case FIELD_LINE:
	case FIELD_CHOICE:
	case FIELD_FLAG: break;
	}
	return COMPOSE_LINE;
}

static const char *
value(const struct compose *c)
{
	if (c->mode == COMPOSE_ITEM)
		return draft_item(c->draft, c->focus, c->items.at);
	return draft_get(c->draft, c->focus);
}

static void
open_editor(struct compose *c, enum compose_mode mode)
{
	const char *text;

	c->mode = mode;
	text = value(c);
	edit_done(&c->edit);
	edit_init(&c->edit, text, strlen(text),
		  mode == COMPOSE_PARAGRAPH || mode == COMPOSE_OBJECT);
}

void
compose_edit_open(struct ui *ui, enum field_id f)
{
	struct compose *c = &ui->compose;

	compose_focus(ui, f);
	c->edit_since = draft_changes(c->draft);
	draft_edit_begin(c->draft, f);
	open_editor(c, mode_of(f));
}

void
compose_edit_item(struct ui *ui, bool fresh)
{
	struct compose *c = &ui->compose;

	c->item_new = fresh;
	if (!fresh) { /* else compose_list_add() has begun the group */
		c->edit_since = draft_changes(c->draft);
		draft_edit_begin(c->draft, c->focus);
	}
	open_editor(c, COMPOSE_ITEM);
}

/* The draft follows the editor. */
static void
follow(struct compose *c)
{
	const char *text = buf_str(&c->edit.text), *old = value(c);
	size_t n = c->edit.text.len;

	if (strlen(old) == n && memcmp(old, text, n) == 0)
		return;
	if (c->mode == COMPOSE_ITEM)
		draft_item_set(c->draft, c->focus, c->items.at, text, n);
	else
		draft_set(c->draft, c->focus, text, n);
}

static void
restore(struct ui *ui)
{
	struct compose *c = &ui->compose;

	if (c->edit_since == draft_changes(c->draft) || (c->item_new && c->edit.text.len == 0)) {
		draft_edit_abort(c->draft);
		return;
	}
	draft_edit_end(c->draft);
	draft_undo(c->draft);
	ui_toast(ui, ROLE_NOTE, "restored; U brings back what was typed");
}

static bool
only_blanks(const struct buf *text)
{
	return strspn(buf_str(text), " \t\r\n") == text->len;
}

static void
keep(struct compose *c)
{
	bool item = c->mode == COMPOSE_ITEM;

	if (item && c->edit.text.len == 0 && c->item_new) {
		draft_edit_abort(c->draft);
		return;
	}
	if (c->mode == COMPOSE_OBJECT && only_blanks(&c->edit.text))
		draft_clear(c->draft, c->focus); /* a line that is left over is no mistake */
	if (item && c->edit.text.len == 0)
		draft_item_remove(c->draft, c->focus, c->items.at);
	draft_edit_end(c->draft);
}

void
compose_edit_close(struct ui *ui, bool kept)
{
	struct compose *c = &ui->compose;
	bool item = c->mode == COMPOSE_ITEM;

	if (c->mode == COMPOSE_NAV || c->mode == COMPOSE_LIST || c->mode == COMPOSE_NAME)
		return;
	if (kept)
		keep(c);
	else
		restore(ui);
	c->mode = item ? COMPOSE_LIST : COMPOSE_NAV;
	c->item_new = false;
	if (item)
		list_fit(&c->items, draft_count(c->draft, c->focus), c->items.rows);
}

/* Tab, Down, Up: keep, and go on with the field or row next to it. */
static void
keep_and_step(struct ui *ui, int by)
{
	struct compose *c = &ui->compose;
	bool more = c->mode == COMPOSE_ITEM && c->item_new && c->edit.text.len > 0;
	bool item = c->mode == COMPOSE_ITEM;
	size_t at = c->items.at;

	compose_edit_close(ui, true);
	if (!item) {
		compose_focus(ui, (enum field_id)((c->focus + FIELD_COUNT + by) % FIELD_COUNT));
		return;
	}
	if (by > 0 && more) {
		compose_list_add(ui, at + 1);
		return;
	}
	list_by(&c->items, by);
	if (c->items.at != at)
		compose_edit_item(ui, false);
}

void
compose_edit_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;
	enum field_id f = c->focus;

	switch ((int)key_command(key, ui_place(ui))) {
	case CMD_KEEP: compose_edit_close(ui, true); return;
	case CMD_KEEP_NEXT: keep_and_step(ui, 1); return;
	case CMD_PREVIOUS: keep_and_step(ui, -1); return;
	case CMD_RESTORE: compose_edit_close(ui, false); return;
	case CMD_EDITOR:
		compose_edit_close(ui, true);
		compose_outside(ui, f);
		return;
	default: break;
	}
	if (edit_key(&c->edit, key, ui->rows > EDITOR_FRAME ? ui->rows - EDITOR_FRAME : 1))
		follow(c);
}

void
compose_edit_paste(struct ui *ui, const char *text, size_t n)
{
	struct compose *c = &ui->compose;
	size_t cut = 0;

	while (c->mode == COMPOSE_ITEM && n > 0 && text[n - 1] == '\n')
		n--;
	if (c->mode == COMPOSE_ITEM && memchr(text, '\n', n)) {
		/* Many lines are many rows, not one row with blanks in it. */
		compose_edit_close(ui, true);
		compose_list_paste(ui, text, n);
		return;
	}
	edit_insert(&c->edit, text, n, DRAFT_VALUE_MAX, &cut);
	follow(c);
	if (cut)
		ui_toast(ui, ROLE_ERROR, "%zu bytes past the %u that fit were left out", cut,
			 DRAFT_VALUE_MAX);
}
