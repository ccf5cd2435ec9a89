/* compose_nav.c - the form's keys outside its editors, and what a paste means there.
 *
 * Add a key: a row in keys.c, a case in nav_command().
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <string.h>

#define UNLOCK_MAX 1024 /* bytes of a project's name as typed */

/* The next field with a finding, errors first as long as there are any. */
static void
next_problem(struct ui *ui)
{
	struct compose *c = &ui->compose;
	bool errors = check_errors(c->check) > 0;

	for (int step = 1; step <= FIELD_COUNT; step++) {
		enum field_id f = (enum field_id)((c->focus + step) % FIELD_COUNT);
		const struct finding *it = check_field(c->check, f);

		if (it && (!errors || it->severity == SEVERITY_ERROR)) {
			compose_focus(ui, f);
			return;
		}
	}
	ui_toast(ui, ROLE_OK, "no problems found");
}

/* The choice after the one that is set; a flag goes round yes and no. */
static void
cycle(struct ui *ui, enum field_id f)
{
	static const char *const flag[] = { "true", "false", NULL };
	struct draft *d = ui->compose.draft;
	const char *const *choices = fields[f].kind == FIELD_FLAG ? flag : fields[f].choices;
	size_t next = 0;

	for (size_t i = 0; choices[i]; i++)
		if (strcmp(choices[i], draft_get(d, f)) == 0)
			next = choices[i + 1] ? i + 1 : 0;
	draft_set(d, f, choices[next], strlen(choices[next]));
}

static bool
can_cycle(enum field_id f)
{
	return fields[f].kind == FIELD_CHOICE || fields[f].kind == FIELD_FLAG;
}

/* Enter: whatever the field is edited with. */
static void
open_field(struct ui *ui, enum field_id f)
{
	if (can_cycle(f))
		cycle(ui, f);
	else if (fields[f].kind == FIELD_LIST)
		compose_list_open(ui, f);
	else if (fields[f].pick != PICK_NONE)
		popup_pick(ui, f);
	else
		compose_edit_open(ui, f);
}

static void
clear_field(struct ui *ui, enum field_id f)
{
	if (!draft_is_set(ui->compose.draft, f)) {
		ui_toast(ui, ROLE_NOTE, "%s is empty already", fields[f].label);
		return;
	}
	draft_clear(ui->compose.draft, f);
	ui_toast(ui, ROLE_NOTE, "%s cleared; u brings it back", fields[f].label);
}

static void
step(struct ui *ui, int by, bool around)
{
	int at = (int)ui->compose.focus + by;

	if (around)
		at = (at + FIELD_COUNT) % FIELD_COUNT;
	else if (at < 0 || at >= FIELD_COUNT)
		at = at < 0 ? 0 : FIELD_COUNT - 1;
	ui->compose.focus = (enum field_id)at;
}

static bool
nav_move(struct ui *ui, enum command cmd)
{
	switch ((int)cmd) {
	case CMD_DOWN:
	case CMD_UP: step(ui, cmd == CMD_DOWN ? 1 : -1, false); return true;
	case CMD_NEXT:
	case CMD_PREVIOUS: step(ui, cmd == CMD_NEXT ? 1 : -1, true); return true;
	case CMD_HALF_DOWN:
	case CMD_HALF_UP:
	case CMD_PAGE_DOWN:
	case CMD_PAGE_UP:
		step(ui, cmd == CMD_HALF_DOWN || cmd == CMD_PAGE_DOWN ? 5 : -5, false);
		return true;
	case CMD_TOP:
	case CMD_BOTTOM: step(ui, cmd == CMD_TOP ? -FIELD_COUNT : FIELD_COUNT, false); return true;
	default: return false;
	}
}

static bool
nav_command(struct ui *ui, enum command cmd)
{
	struct compose *c = &ui->compose;

	switch ((int)cmd) {
	case CMD_OPEN: open_field(ui, c->focus); return true;
	case CMD_CYCLE:
		if (can_cycle(c->focus))
			cycle(ui, c->focus);
		return can_cycle(c->focus);
	case CMD_CLEAR: clear_field(ui, c->focus); return true;
	case CMD_UNDO:
	case CMD_REDO: compose_undo(ui, cmd == CMD_REDO); return true;
	case CMD_EDITOR: compose_outside(ui, c->focus); return true;
	case CMD_PROBLEM: next_problem(ui); return true;
	case CMD_FIX: compose_fix(ui, c->focus); return true;
	case CMD_PAYLOAD: compose_payload_open(ui); return true;
	case CMD_DRAFTS:
		compose_save(ui);
		popup_drafts(ui);
		return true;
	case CMD_NAME: compose_name_open(ui); return true;
	case CMD_NEW_DRAFT:
		compose_open(ui, draft_new());
		ui_toast(ui, ROLE_NOTE, "a new draft; o brings the other one back");
		return true;
	default: return cmd != CMD_NONE;
	}
}

void
compose_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;
	enum command cmd;

	if (c->mode == COMPOSE_LIST) {
		compose_list_key(ui, key);
		return;
	}
	if (c->mode == COMPOSE_NAME) {
		compose_name_key(ui, key);
		return;
	}
	if (c->mode != COMPOSE_NAV) {
		compose_edit_key(ui, key);
		return;
	}
	cmd = key_command(key, IN_COMPOSE);
	if (nav_move(ui, cmd) || compose_payload_command(ui, cmd) || nav_command(ui, cmd))
		return;
	if (key >= ' ' && key < KEY_NAMED)
		ui_toast(ui, ROLE_NOTE,
			 can_cycle(c->focus) ? "Space switches %s" : "Enter to edit %s",
			 fields[c->focus].label);
}

static void
paste_nav(struct ui *ui, const char *text, size_t n)
{
	enum field_id f = ui->compose.focus;

	switch (fields[f].kind) {
	case FIELD_LIST: compose_list_paste(ui, text, n); break;
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_OBJECT:
		compose_edit_open(ui, f);
		compose_edit_paste(ui, text, n);
		break;
	case FIELD_CHOICE:
	case FIELD_FLAG:
		ui_toast(ui, ROLE_WARNING,
			 "%s takes no paste; go to a text or list field, then paste",
			 fields[f].label);
		break;
	}
}

void
compose_paste(struct ui *ui, const char *text, size_t n, bool cut)
{
	struct compose *c = &ui->compose;
	size_t over = 0;

	if (ui->view == VIEW_REVIEW && c->unlocking)
		edit_insert(&c->unlock, text, n, UNLOCK_MAX, &over);
	else if (ui->view != VIEW_COMPOSE)
		ui_toast(ui, ROLE_WARNING, "nothing here takes a paste; Esc goes to the form");
	else if (c->mode == COMPOSE_LIST)
		compose_list_paste(ui, text, n);
	else if (c->mode == COMPOSE_NAME)
		compose_name_paste(ui, text, n);
	else if (c->mode == COMPOSE_NAV)
		paste_nav(ui, text, n);
	else
		compose_edit_paste(ui, text, n);
	if (cut)
		ui_toast(ui, ROLE_ERROR, "the paste was too long; its end is missing");
}
