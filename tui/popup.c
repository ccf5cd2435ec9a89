/* popup.c - what lies over a view: the stack of it, and the pickers of themes and drafts.
 * Those of a field are in popup_pick.c, help in popup_help.c, questions in popup_confirm.c. */
#include "config.h"

#include "tui/popup.h"

#include "core/clock.h"
#include "core/mem.h"
#include "tui/popup_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_picker(enum popup_kind kind)
{
	return kind == POPUP_PICKER || kind == POPUP_THEMES || kind == POPUP_DRAFTS;
}

static void
free_ids(struct popup *p)
{
	for (size_t i = 0; i < p->id_count; i++)
		free(p->ids[i]);
	free(p->ids);
	p->ids = NULL;
	p->id_count = 0;
}

void
popup_push(struct ui *ui, enum popup_kind kind)
{
	struct popup *p = &ui->popup;

	if (p->kind != POPUP_NONE && p->depth < POPUP_DEPTH)
		p->under[p->depth++] = p->kind;
	p->kind = kind;
}

void
popup_back(struct ui *ui)
{
	struct popup *p = &ui->popup;

	if (is_picker(p->kind)) {
		picker_done(&p->picker);
		free_ids(p);
	} else if (p->kind == POPUP_HELP) {
		edit_done(&p->help_search);
		doc_done(&p->help);
		p->help_searching = false;
	} else if (p->kind == POPUP_CONFIRM) {
		free(p->confirm.keys);
		free(p->confirm.names);
		doc_done(&p->confirm.doc);
		p->confirm = (struct confirm){ .n = 0 };
	}
	p->kind = p->depth ? p->under[--p->depth] : POPUP_NONE;
}

void
popup_close(struct ui *ui)
{
	while (ui->popup.kind != POPUP_NONE)
		popup_back(ui);
}

struct picker *
popup_open_picker(struct ui *ui, enum popup_kind kind, enum place place, const char *title,
		  bool free_text)
{
	struct popup *p = &ui->popup;

	popup_close(ui);
	popup_push(ui, kind);
	p->asked = p->answered = p->enter_waits = false;
	picker_init(&p->picker, title, free_text);
	p->picker.place = place;
	return &p->picker;
}

/* --- themes --- */

void
popup_themes(struct ui *ui)
{
	struct popup *p = &ui->popup;

	popup_open_picker(ui, POPUP_THEMES, IN_THEMES, "Themes", false);
	p->theme_before[0] = p->theme_shown[0] = '\0';
	ui_ask(ui, UI_LIST_THEMES);
}

static void
themes(struct ui *ui, const struct msg *msg)
{
	struct popup *p = &ui->popup;
	struct picker_item *items = mem_array(msg->n + 1, sizeof(*items));

	for (size_t i = 0; i < msg->n; i++)
		items[i] = (struct picker_item){ mem_strdup(msg->words[i]), NULL };
	picker_fill(&p->picker, items, msg->n, 0);
	for (size_t i = 0; i < msg->n; i++)
		free(items[i].name);
	free(items);
	if (msg->text) {
		snprintf(p->theme_before, sizeof(p->theme_before), "%s", msg->text);
		picker_put_cursor(&p->picker, p->theme_before);
	}
	snprintf(p->theme_shown, sizeof(p->theme_shown), "%s", p->theme_before);
	snprintf(p->picker.status, sizeof(p->picker.status), "moving shows it; Esc goes back to %s",
		 p->theme_before[0] ? p->theme_before : "what was");
}

static void
theme(struct ui *ui, const char *name, bool keep)
{
	struct popup *p = &ui->popup;

	snprintf(p->theme_shown, sizeof(p->theme_shown), "%s", name);
	ui_ask_key(ui, UI_THEME, p->theme_shown);
	ui->out[ui->out_count - 1].flag = keep;
}

static void
themes_key(struct ui *ui, uint32_t key)
{
	struct popup *p = &ui->popup;
	enum picker_answer answer = picker_key(&p->picker, key);
	const char *current = picker_current(&p->picker);

	if (answer == PICKER_CHOSEN) {
		theme(ui, current, true);
		popup_back(ui);
	} else if (answer == PICKER_CLOSED) {
		if (p->theme_before[0] && strcmp(p->theme_shown, p->theme_before) != 0)
			theme(ui, p->theme_before, false);
		popup_back(ui);
	} else if (current && strcmp(current, p->theme_shown) != 0) {
		theme(ui, current, false);
	}
}

/* --- drafts --- */

void
popup_drafts(struct ui *ui)
{
	struct picker *picker = popup_open_picker(ui, POPUP_DRAFTS, IN_DRAFTS, "Drafts", false);

	snprintf(picker->status, sizeof(picker->status), "reading the list");
	ui_ask(ui, UI_LIST_DRAFTS);
}

static void
drafts(struct ui *ui, const struct msg *msg)
{
	struct popup *p = &ui->popup;
	struct picker_item *items = mem_array(msg->n + 1, sizeof(*items));
	char(*detail)[96] = mem_array(msg->n + 1, sizeof(*detail));
	char age[16];

	free_ids(p);
	p->ids = mem_array(msg->n + 1, sizeof(*p->ids));
	p->id_count = msg->n;
	for (size_t i = 0; i < msg->n; i++) {
		const struct draft_info *d = &msg->drafts[i];

		p->ids[i] = mem_strdup(d->id);
		clock_age(ui->now.wall_ms - d->updated_ms, age, sizeof(age));
		snprintf(detail[i], sizeof(detail[i]), "%-4s  %s%s%zu bytes", age,
			 d->submitted ? "+ submitted  " : "",
			 strcmp(d->id, draft_id(ui->compose.draft)) == 0 ? "open now  " : "",
			 d->bytes);
		items[i] = (struct picker_item){ mem_strdup(d->name), detail[i] };
	}
	picker_fill(&p->picker, items, msg->n, 0);
	for (size_t i = 0; i < msg->n; i++)
		free(items[i].name);
	free(items);
	free(detail);
	snprintf(p->picker.status, sizeof(p->picker.status),
		 "newest first; opening deletes nothing");
}

/* Id of the draft under the cursor, or NULL: names need not differ. */
static const char *
draft_under(const struct popup *p)
{
	const struct picker *picker = &p->picker;

	if (picker->list.at >= picker->shown_count)
		return NULL;
	return p->ids[picker->shown[picker->list.at]];
}

static void
delete_draft(struct ui *ui, const char *id)
{
	char key[1][BOARD_KEY_SIZE], name[1][96];

	if (strcmp(id, draft_id(ui->compose.draft)) == 0) {
		ui_toast(ui, ROLE_WARNING, "it is open in the form: open another one first");
		return;
	}
	snprintf(key[0], sizeof(key[0]), "%s", id);
	snprintf(name[0], sizeof(name[0]), "%.95s", picker_current(&ui->popup.picker));
	popup_confirm(ui, CONFIRM_DELETE_DRAFT, "Delete this draft? It cannot be brought back.",
		      (const char(*)[BOARD_KEY_SIZE])key, (const char(*)[96])name, 1);
}

static void
drafts_key(struct ui *ui, uint32_t key)
{
	const char *id = draft_under(&ui->popup);
	enum picker_answer answer;

	if (key_command(key, IN_DRAFTS) == CMD_DELETE) {
		if (id)
			delete_draft(ui, id);
		return;
	}
	answer = picker_key(&ui->popup.picker, key);
	if (answer == PICKER_CHOSEN && id) {
		if (strcmp(id, draft_id(ui->compose.draft)) != 0)
			ui_ask_key(ui, UI_OPEN_DRAFT, id);
		popup_close(ui);
	} else if (answer == PICKER_CLOSED) {
		popup_back(ui);
	}
}

/* --- all of them --- */

void
popup_key(struct ui *ui, uint32_t key)
{
	enum popup_kind kind = ui->popup.kind;

	if (key == K_F1 && kind != POPUP_HELP) {
		popup_help(ui);
		return;
	}
	switch (kind) {
	case POPUP_HELP: popup_help_key(ui, key); break;
	case POPUP_PICKER: popup_pick_key(ui, key); break;
	case POPUP_THEMES: themes_key(ui, key); break;
	case POPUP_DRAFTS: drafts_key(ui, key); break;
	case POPUP_CONFIRM: popup_confirm_key(ui, key); break;
	case POPUP_NONE: break;
	}
}

void
popup_paste(struct ui *ui, const char *text, size_t n)
{
	if (is_picker(ui->popup.kind))
		picker_paste(&ui->popup.picker, text, n);
	else if (ui->popup.kind == POPUP_HELP)
		popup_help_paste(ui, text, n);
}

/* Is a popup of this kind open, on top or below another? */
static bool
is_open(const struct popup *p, enum popup_kind kind)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->under[i] == kind)
			return true;
	return p->kind == kind;
}

void
popup_msg(struct ui *ui, const struct msg *msg)
{
	struct popup *p = &ui->popup;

	if (is_open(p, POPUP_PICKER))
		popup_pick_msg(ui, msg);
	else if (msg->kind == MSG_THEMES && is_open(p, POPUP_THEMES))
		themes(ui, msg);
	else if (msg->kind == MSG_DRAFTS && is_open(p, POPUP_DRAFTS))
		drafts(ui, msg);
}
