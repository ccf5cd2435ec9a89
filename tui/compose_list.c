/* compose_list.c - the list editor of attachments and tags: rows to add, change, move, drop. */
#include "config.h"

#include "tui/compose.h"

#include "core/mem.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <stdlib.h>
#include <string.h>

static void
fit(struct compose *c)
{
	list_fit(&c->items, draft_count(c->draft, c->focus), c->items.rows);
}

void
compose_list_open(struct ui *ui, enum field_id f)
{
	struct compose *c = &ui->compose;
	size_t at = compose_next_item(ui, f, FINDING_NO_ITEM);

	compose_focus(ui, f);
	c->mode = COMPOSE_LIST;
	memset(&c->items, 0, sizeof(c->items));
	list_fit(&c->items, draft_count(c->draft, f), ui->rows);
	if (at != FINDING_NO_ITEM) /* a row with a problem is what one comes for */
		list_to(&c->items, at);
}

void
compose_list_add(struct ui *ui, size_t at)
{
	struct compose *c = &ui->compose;
	size_t n = draft_count(c->draft, c->focus);

	at = at < n ? at : n;
	c->edit_since = draft_changes(c->draft);
	draft_edit_begin(c->draft, c->focus);
	if (!draft_item_add(c->draft, c->focus, at, "", 0)) {
		draft_edit_abort(c->draft);
		ui_toast(ui, ROLE_ERROR, "%s is full: %d rows", fields[c->focus].label,
			 DRAFT_ITEMS_MAX);
		return;
	}
	fit(c);
	list_to(&c->items, at);
	compose_edit_item(ui, true);
}

void
compose_list_paste(struct ui *ui, const char *text, size_t n)
{
	struct compose *c = &ui->compose;
	enum field_id f = c->focus;
	size_t before = draft_count(c->draft, f), at = before, added, ignored = 0;

	if (c->mode == COMPOSE_LIST && before > 0)
		at = c->items.at + 1;
	added = draft_items_paste(c->draft, f, at, text, n, &ignored);
	fit(c);
	if (added > 0)
		list_to(&c->items, at + added - 1);
	if (ignored > 0)
		ui_toast(ui, ROLE_ERROR,
			 "%s: added %zu rows; %zu past the %d that fit were left out",
			 fields[f].label, added, ignored, DRAFT_ITEMS_MAX);
	else if (added > 0)
		ui_toast(ui, ROLE_OK, "%s: added %zu row%s; u takes %s back", fields[f].label,
			 added, added == 1 ? "" : "s", added == 1 ? "it" : "them");
	else
		ui_toast(ui, ROLE_NOTE, "%s: nothing but blanks in that paste", fields[f].label);
}

struct place_of { /* an item and where it stands */
	const char *text;
	size_t at;
};

static int
by_text(const void *a, const void *b)
{
	const struct place_of *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	if (order != 0)
		return order;
	return (x->at > y->at) - (x->at < y->at);
}

/* Mark each item that repeats an earlier one; how many. */
static size_t
mark_repeats(const struct draft *d, enum field_id f, bool *repeats)
{
	size_t n = draft_count(d, f), found = 0;
	struct place_of *sorted = mem_array(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct place_of){ .text = draft_item(d, f, i), .at = i };
	qsort(sorted, n, sizeof(*sorted), by_text);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1].text, sorted[i].text) == 0) {
			repeats[sorted[i].at] = true;
			found++;
		}
	free(sorted);
	return found;
}

size_t
compose_list_drop_repeats(struct ui *ui, enum field_id f)
{
	struct compose *c = &ui->compose;
	struct draft *old = draft_copy(c->draft);
	size_t n = draft_count(old, f);
	bool *repeats = mem_array(n + 1, sizeof(*repeats));
	size_t found = mark_repeats(old, f, repeats);

	if (found > 0) {
		draft_edit_begin(c->draft, f);
		draft_clear(c->draft, f);
		for (size_t i = 0; i < n; i++) {
			const char *text = draft_item(old, f, i);

			if (!repeats[i])
				draft_item_add(c->draft, f, draft_count(c->draft, f), text,
					       strlen(text));
		}
		draft_edit_end(c->draft);
	}
	free(repeats);
	draft_free(old);
	if (c->mode == COMPOSE_LIST)
		fit(c);
	return found;
}

static void
drop_repeats(struct ui *ui)
{
	size_t dropped = compose_list_drop_repeats(ui, ui->compose.focus);

	if (dropped > 0)
		ui_toast(ui, ROLE_OK, "dropped %zu repeated row%s; u brings %s back", dropped,
			 dropped == 1 ? "" : "s", dropped == 1 ? "it" : "them");
	else
		ui_toast(ui, ROLE_NOTE, "no row repeats an earlier one");
}

static void
move_row(struct compose *c, long by)
{
	size_t n = draft_count(c->draft, c->focus), to = c->items.at + (size_t)by;

	if (to >= n) /* also below 0: it wraps around */
		return;
	draft_item_move(c->draft, c->focus, c->items.at, to);
	list_to(&c->items, to);
}

static void
clear_rows(struct ui *ui)
{
	struct compose *c = &ui->compose;
	size_t n = draft_count(c->draft, c->focus);

	if (n == 0)
		return;
	draft_clear(c->draft, c->focus);
	ui_toast(ui, ROLE_WARNING, "took out all %zu rows; u brings them back", n);
}

/* To the first row that is another one than before. */
static void
go_to_change(struct compose *c, const struct draft *before)
{
	size_t n = draft_count(c->draft, c->focus), was = draft_count(before, c->focus), i = 0;

	while (i < n && i < was &&
	       strcmp(draft_item(c->draft, c->focus, i), draft_item(before, c->focus, i)) == 0)
		i++;
	list_fit(&c->items, n, c->items.rows);
	if (i < n || i < was)
		list_to(&c->items, i);
}

/* Undo and redo stay in this field: what changes must be on the screen. */
static void
undo_here(struct ui *ui, bool redo)
{
	struct compose *c = &ui->compose;
	struct draft *before = draft_copy(c->draft);
	enum field_id f = redo ? draft_redo(c->draft) : draft_undo(c->draft);

	if (f >= FIELD_COUNT) {
		ui_toast(ui, ROLE_NOTE, redo ? "nothing to do again" : "nothing to undo");
	} else if (f == c->focus) {
		go_to_change(c, before);
	} else {
		if (redo)
			draft_undo(c->draft);
		else
			draft_redo(c->draft);
		ui_toast(ui, ROLE_NOTE, "the step before that is in %s; Esc, then %s",
			 fields[f].label, redo ? "U" : "u");
	}
	draft_free(before);
}

static bool
change_rows(struct ui *ui, enum command cmd)
{
	struct compose *c = &ui->compose;
	bool empty = draft_count(c->draft, c->focus) == 0;

	switch ((int)cmd) {
	case CMD_ADD: compose_list_add(ui, empty ? 0 : c->items.at + 1); return true;
	case CMD_INSERT: compose_list_add(ui, c->items.at); return true;
	case CMD_EDIT_ITEM:
		if (empty)
			compose_list_add(ui, 0);
		else
			compose_edit_item(ui, false);
		return true;
	case CMD_DELETE:
		if (!empty)
			draft_item_remove(c->draft, c->focus, c->items.at);
		return true;
	case CMD_MOVE_DOWN:
	case CMD_MOVE_UP: move_row(c, cmd == CMD_MOVE_DOWN ? 1 : -1); return true;
	case CMD_DROP_REPEATS: drop_repeats(ui); return true;
	case CMD_CLEAR: clear_rows(ui); return true;
	default: return false;
	}
}

void
compose_list_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;
	enum command cmd = key_command(key, IN_LIST);
	size_t at;

	if (list_move(&c->items, cmd))
		return;
	if (change_rows(ui, cmd)) {
		fit(c);
		return;
	}
	switch ((int)cmd) {
	case CMD_UNDO:
	case CMD_REDO: undo_here(ui, cmd == CMD_REDO); break;
	case CMD_EDITOR: compose_outside(ui, c->focus); break;
	case CMD_PROBLEM:
		at = compose_next_item(ui, c->focus, c->items.at);
		if (at == FINDING_NO_ITEM)
			ui_toast(ui, ROLE_OK, "no row has a problem");
		else
			list_to(&c->items, at);
		break;
	case CMD_BACK:
	case CMD_QUIT: c->mode = COMPOSE_NAV; break;
	default: break;
	}
	fit(c);
}
