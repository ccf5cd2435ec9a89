/* popup_pick.c - the picker of a field: from the cache at once, from the service on ^R. */
#include "config.h"

#include "tui/popup.h"

#include "core/clock.h"
#include "core/mem.h"
#include "tui/popup_local.h"
#include "tui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ask for the choices: of the cache, or of the service. */
static void
ask_choices(struct ui *ui, enum ui_cmd_kind kind)
{
	struct popup *p = &ui->popup;
	struct ui_cmd *cmd = ui_ask(ui, kind);

	cmd->number = p->what;
	if (p->what != PICK_PROJECT)
		snprintf(cmd->key, sizeof(cmd->key), "%s",
			 draft_get(ui->compose.draft, FIELD_PROJECT));
	if (kind == UI_RELOAD_CHOICES) {
		p->asked = true;
		p->answered = false;
		snprintf(p->picker.status, sizeof(p->picker.status), "asking the service");
	}
}

void
popup_pick(struct ui *ui, enum field_id f)
{
	struct picker *picker =
		popup_open_picker(ui, POPUP_PICKER, IN_PICKER, fields[f].label, true);

	ui->popup.field = f;
	ui->popup.what = fields[f].pick;
	snprintf(picker->status, sizeof(picker->status), "reading the list");
	ask_choices(ui, UI_FETCH_CHOICES);
}

static void
choices_status(struct ui *ui, int64_t fetched_ms)
{
	struct picker *picker = &ui->popup.picker;
	char when[CLOCK_ISO_SIZE];

	if (ui->popup.what == PICK_BLUEPRINT) {
		snprintf(picker->status, sizeof(picker->status),
			 "ids seen in tasks: no call lists blueprints");
		return;
	}
	if (fetched_ms == 0) {
		snprintf(picker->status, sizeof(picker->status),
			 "^R asks the service for the list");
		return;
	}
	when_near(fetched_ms, ui->now.wall_ms, ui->utc, when, sizeof(when));
	snprintf(picker->status, sizeof(picker->status), "list of %s; ^R asks again", when);
}

/* The list from the cache; an empty one that was never asked for is asked for now. */
static void
choices(struct ui *ui, const struct msg *msg)
{
	struct popup *p = &ui->popup;
	struct picker_item *items = mem_array(msg->n + 1, sizeof(*items));
	bool first = p->picker.item_count == 0;
	size_t recent = 0;

	for (size_t i = 0; i < msg->n; i++) {
		items[i].name = msg->choices[i].name;
		items[i].detail = msg->choices[i].detail;
		recent += msg->choices[i].used_ms > 0;
	}
	picker_fill(&p->picker, items, msg->n, recent);
	free(items);
	if (first && p->picker.filter.text.len == 0)
		picker_put_cursor(&p->picker, draft_get(ui->compose.draft, p->field));
	choices_status(ui, msg->fetched_ms);
	p->answered = p->asked && msg->fetched_ms > 0;
	if (msg->fetched_ms == 0 && p->what != PICK_BLUEPRINT && !p->asked)
		ask_choices(ui, UI_RELOAD_CHOICES);
}

static bool
is_offered(const struct picker *picker, const char *name)
{
	for (size_t i = 0; i < picker->item_count; i++)
		if (strcmp(picker->items[i].name, name) == 0)
			return true;
	return false;
}

static void
picked(struct ui *ui, enum picker_answer answer)
{
	struct popup *p = &ui->popup;
	char *name = mem_strdup(picker_value(&p->picker, answer));
	bool offered = is_offered(&p->picker, name);
	enum field_id field = p->field;
	enum field_pick what = p->what;

	popup_close(ui);
	if (offered) {
		struct ui_cmd *cmd = ui_ask(ui, UI_CHOICE_USED);

		cmd->number = what;
		snprintf(cmd->key, sizeof(cmd->key), "%s", name);
	} else {
		ui_toast(ui, ROLE_WARNING, "not in the list; taken as it was typed");
	}
	compose_picked(ui, field, name);
	free(name);
}

/* Typed ahead of the list: Enter would take a name that nobody has seen in it. */
static bool
comes_too_early(struct popup *p, enum picker_answer answer, uint32_t key)
{
	p->enter_waits = answer == PICKER_TYPED && p->asked && !p->answered &&
			 key_command(key, IN_PICKER) == CMD_OPEN;
	if (p->enter_waits)
		snprintf(p->picker.status, sizeof(p->picker.status),
			 "the list is on its way; Tab takes what was typed");
	return p->enter_waits;
}

void
popup_pick_key(struct ui *ui, uint32_t key)
{
	enum picker_answer answer = picker_key(&ui->popup.picker, key);

	if (comes_too_early(&ui->popup, answer, key))
		return;
	if (answer == PICKER_CLOSED)
		popup_back(ui);
	else if (answer == PICKER_RELOAD && ui->popup.what != PICK_BLUEPRINT)
		ask_choices(ui, UI_RELOAD_CHOICES);
	else if (answer == PICKER_CHOSEN || answer == PICKER_TYPED)
		picked(ui, answer);
}

/* The list has come: do what Enter would have done. */
static void
picker_go_on(struct ui *ui)
{
	struct popup *p = &ui->popup;

	if (p->enter_waits && p->answered && p->kind == POPUP_PICKER)
		popup_pick_key(ui, K_ENTER);
}

static void
no_list_comes(struct popup *p)
{
	p->answered = p->asked;
	p->enter_waits = false;
}

static void
session(struct ui *ui, const struct session_event *ev)
{
	struct popup *p = &ui->popup;
	enum session_event_kind kind = p->what == PICK_PROJECT ? SESSION_PROJECTS : SESSION_BATCHES;

	if (ev->kind != kind || ev->err.code == ERR_OK)
		return;
	snprintf(p->picker.status, sizeof(p->picker.status), "%.95s", ev->err.msg);
	no_list_comes(p);
}

void
popup_pick_msg(struct ui *ui, const struct msg *msg)
{
	struct popup *p = &ui->popup;

	if (msg->kind == MSG_CHOICES && msg->what == p->what) {
		choices(ui, msg);
		picker_go_on(ui);
	} else if (msg->kind == MSG_SESSION && msg->session) {
		session(ui, msg->session);
	} else if (msg->kind == MSG_ERROR) {
		no_list_comes(p);
	}
}
