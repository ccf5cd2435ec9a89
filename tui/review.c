/* review.c - the one screen between the form and the service, and what comes back.
 *
 * Nothing is submitted but by CMD_SEND here, and only when there is no error, a
 * key, and on LIVE the typed name. After that the draft stays in the form until
 * the service has said yes (then a copy with a new unique_id takes its place)
 * or no (then the cursor goes to the field that was refused).
 */
#include "config.h"

#include "tui/compose.h"

#include "core/random.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <stdio.h>
#include <string.h>

const char *
review_unlock_text(const struct ui *ui)
{
	const struct draft *d = ui->compose.draft;

	return draft_is_set(d, FIELD_PROJECT) ? draft_get(d, FIELD_PROJECT)
					      : draft_get(d, FIELD_BATCH);
}

bool
review_locked(const struct ui *ui)
{
	return ui->where.mode == KEY_LIVE &&
	       strcmp(buf_str(&ui->compose.unlock.text), review_unlock_text(ui)) != 0;
}

enum field_id
review_first_error(const struct ui *ui)
{
	const struct compose *c = &ui->compose;

	for (size_t i = 0; i < check_count(c->check); i++) {
		const struct finding *it = check_get(c->check, i);

		if (it->severity == SEVERITY_ERROR)
			return it->field;
	}
	return FIELD_COUNT;
}

static enum field_id
refused_field(const struct err *err)
{
	return err->field ? field_find(err->field, strlen(err->field)) : FIELD_COUNT;
}

const char *
review_refusal(const struct ui *ui, enum field_id f)
{
	const struct compose *c = &ui->compose;

	if (c->refusal.code == ERR_OK || refused_field(&c->refusal) != f)
		return NULL;
	if (f < FIELD_COUNT ? draft_rev(c->draft, f) != c->refusal_rev
			    : draft_changes(c->draft) != c->refusal_rev)
		return NULL;
	return c->refusal.msg;
}

static bool
can_send(const struct ui *ui)
{
	const struct compose *c = &ui->compose;

	return !c->sent && check_errors(c->check) == 0 && ui->where.has_key &&
	       !ui->where.trouble[0];
}

void
review_open(struct ui *ui)
{
	struct compose *c = &ui->compose;
	char id[RANDOM_ID_SIZE];

	if (!draft_is_set(c->draft, FIELD_UNIQUE_ID)) {
		random_id(id);
		draft_set(c->draft, FIELD_UNIQUE_ID, id, strlen(id));
		ui_toast(ui, ROLE_NOTE, "unique_id made: %s; it makes sending again safe", id);
	}
	compose_sync(ui);
	compose_save(ui);
	memset(&c->review_list, 0, sizeof(c->review_list));
	edit_done(&c->unlock);
	edit_init(&c->unlock, "", 0, false);
	c->unlocking = ui->where.mode == KEY_LIVE && can_send(ui);
	ui_go(ui, VIEW_REVIEW);
}

static void
close_review(struct ui *ui)
{
	ui->compose.unlocking = false;
	ui_go(ui, VIEW_COMPOSE);
}

static void
show_row(struct ui *ui, int64_t seq)
{
	char key[BOARD_KEY_SIZE];

	task_local_key(seq, key, sizeof(key));
	ui->compose.unlocking = false;
	ui->view = VIEW_BOARD; /* not ui_go(): board_show() fetches around the row */
	board_show(ui, key);
}

static void
send_now(struct ui *ui)
{
	struct compose *c = &ui->compose;
	enum field_id f = review_first_error(ui);

	if (c->sent && c->seq) {
		show_row(ui, c->seq);
		ui_toast(ui, ROLE_NOTE, "this draft is sent already; n in the form starts another");
	} else if (c->sent) {
		ui_toast(ui, ROLE_NOTE, "it is on its way");
	} else if (check_errors(c->check) > 0) {
		close_review(ui);
		compose_focus(ui, f);
	} else if (ui->where.trouble[0]) {
		ui_toast(ui, ROLE_ERROR, "%s", ui->where.trouble);
	} else if (!ui->where.has_key) {
		ui_toast(ui, ROLE_ERROR,
			 "no API key; set SCALE_API_KEY or key_file, or try multistage --sandbox");
	} else if (review_locked(ui)) {
		c->unlocking = true;
		ui_toast(ui, ROLE_WARNING, "this goes to LIVE: type %s, then Enter",
			 review_unlock_text(ui));
	} else {
		compose_save(ui);
		ui_ask(ui, UI_SUBMIT);
		c->sent = true;
		c->refusal.code = ERR_OK;
		ui_toast(ui, ROLE_BUSY, "sending");
	}
}

void
review_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;
	enum command cmd = key_command(key, ui_place(ui));

	if (list_move(&c->review_list, cmd) || compose_payload_command(ui, cmd))
		return;
	switch ((int)cmd) {
	case CMD_SEND: send_now(ui); return;
	case CMD_PANE:
		c->unlocking = !c->unlocking && ui->where.mode == KEY_LIVE && can_send(ui);
		return;
	case CMD_BACK:
	case CMD_QUIT: close_review(ui); return;
	default: break;
	}
	if (c->unlocking)
		edit_key(&c->unlock, key, 1);
}

/* The same task again, to be sent as another one: all values, a new unique_id, no undo. */
static struct draft *
copy_as_new(const struct draft *d)
{
	struct draft *made = draft_new(), *clean;
	char name[DRAFT_NAME_MAX + 1];

	compose_name_next(draft_name(d), name, sizeof(name));
	draft_set_name(made, name);
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		if (f == FIELD_UNIQUE_ID)
			continue;
		for (size_t i = 0; i < draft_count(d, f); i++)
			draft_item_add(made, f, i, draft_item(d, f, i),
				       strlen(draft_item(d, f, i)));
		if (fields[f].kind != FIELD_LIST)
			draft_set(made, f, draft_get(d, f), draft_len(d, f));
	}
	draft_set_extra(made, draft_extra(d), strlen(draft_extra(d)));
	clean = draft_copy(made); /* without the steps of making it */
	draft_free(made);
	return clean;
}

/* The draft was taken by the service; its copy takes its place under whatever is open. */
static void
renew(struct ui *ui, const char *id)
{
	struct compose *c = &ui->compose;
	bool typing = c->mode != COMPOSE_NAV && c->mode != COMPOSE_LIST && c->mode != COMPOSE_NAME;
	struct draft *fresh = copy_as_new(c->draft);

	draft_free(c->draft);
	check_free(c->check);
	payload_free(c->payload);
	c->draft = fresh;
	c->check = check_new();
	c->payload = payload_new();
	c->saved_changes = c->seen_changes = draft_changes(fresh) - 1;
	c->edit_since = draft_changes(fresh);
	if (typing)
		draft_edit_begin(fresh, c->focus);
	c->seq = 0;
	c->sent = false;
	c->unlocking = false;
	c->refusal.code = ERR_OK;
	snprintf(c->sent_as, sizeof(c->sent_as), "%.95s", id);
	c->sent_revs = compose_revs(fresh);
	if (ui->view == VIEW_REVIEW)
		ui_go(ui, VIEW_COMPOSE);
	compose_sync(ui);
}

void
compose_refused(struct ui *ui, const struct err *err)
{
	struct compose *c = &ui->compose;
	enum field_id f = refused_field(err);
	bool typing = (ui_place(ui) & IN_TYPING) != 0 && ui->view != VIEW_REVIEW;

	c->sent = false;
	c->unlocking = false;
	c->refusal = *err;
	c->refusal_rev = f < FIELD_COUNT ? draft_rev(c->draft, f) : draft_changes(c->draft);
	ui_toast_err(ui, err);
	if (typing || ui->popup.kind != POPUP_NONE)
		return; /* nobody is pulled away from what they type */
	ui_go(ui, VIEW_COMPOSE);
	if (f < FIELD_COUNT && c->mode == COMPOSE_NAV)
		compose_focus(ui, f);
}

void
review_submitted(struct ui *ui, const struct msg *msg)
{
	struct compose *c = &ui->compose;

	if (!msg->err || msg->err->code == ERR_ALREADY) {
		c->sent = true;
		c->seq = msg->seq;
		c->sent_status = TASK_SENDING;
		show_row(ui, msg->seq);
		if (msg->err)
			ui_toast_err(ui, msg->err);
		else
			ui_toast(ui, ROLE_BUSY, "queued, sending");
		return;
	}
	c->sent = false;
	if (msg->err->field)
		compose_refused(ui, msg->err);
	else
		ui_toast_err(ui, msg->err);
}

/* What went wrong, and what that means for the task. */
static void
tell_setback(struct ui *ui, const struct session_event *ev)
{
	struct err said = ev->err;
	const char *means = ev->status == TASK_QUEUED        ? "; not sent yet, it waits here"
			    : ev->status == TASK_UNCONFIRMED ? "; it may exist, and is looked up"
							     : "";

	snprintf(said.msg, sizeof(said.msg), "%.*s%s", (int)(sizeof(said.msg) - 1 - strlen(means)),
		 ev->err.msg, means);
	ui_toast_err(ui, &said);
}

void
review_row_moved(struct ui *ui, const struct msg *msg)
{
	const struct session_event *ev = msg->session;
	bool ours = ui->compose.seq != 0 && ev->seq == ui->compose.seq;

	if (ours)
		ui->compose.sent_status = ev->status;
	if (ev->accepted) {
		const char *id = ev->unique_id[0] ? ev->unique_id : ev->key;

		ui_toast(ui, ROLE_OK, "created: %s%s%s%s", id, id == ev->key ? "" : ", task ",
			 id == ev->key ? "" : ev->key, ours ? "; the form has the next draft" : "");
		if (ours)
			renew(ui, id);
	} else if (ev->status == TASK_REJECTED && ours) {
		compose_refused(ui, &ev->err);
	} else if (ev->err.code != ERR_OK) {
		tell_setback(ui, ev);
	}
}
