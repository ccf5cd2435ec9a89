/* ui.c - takes a message and gives it to whom it concerns; the keys that work everywhere.
 *
 * The clock comes with each message. Nothing here blocks, prints or reads; what
 * the outside must do goes through ui_ask().
 */
#include "config.h"

#include "tui/ui.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOAST_MS       6000
#define ERROR_LEAST_MS 1000 /* an error stays at least so long, whatever is typed */

void
ui_init(struct ui *ui, struct draft *draft)
{
	memset(ui, 0, sizeof(*ui));
	ui->rows = 24;
	ui->cols = 80;
	ui->standing.pause_until_ms = -1;
	compose_init(&ui->compose, draft);
	board_init(&ui->board);
	logview_init(&ui->log);
}

void
ui_done(struct ui *ui)
{
	popup_close(ui);
	compose_done(&ui->compose);
	board_done(&ui->board);
	logview_done(&ui->log);
	for (size_t i = 0; i < ui->out_count; i++)
		free(ui->out[i].text);
	ui->out_count = 0;
}

struct ui_cmd *
ui_ask(struct ui *ui, enum ui_cmd_kind kind)
{
	struct ui_cmd *cmd;

	/* One message asks for a handful; the loop takes them before the next. */
	assert(ui->out_count < UI_CMDS_MAX);
	cmd = &ui->out[ui->out_count++];
	memset(cmd, 0, sizeof(*cmd));
	cmd->kind = kind;
	return cmd;
}

void
ui_ask_key(struct ui *ui, enum ui_cmd_kind kind, const char *key)
{
	struct ui_cmd *cmd = ui_ask(ui, kind);

	snprintf(cmd->key, sizeof(cmd->key), "%s", key);
}

bool
ui_next(struct ui *ui, struct ui_cmd *cmd)
{
	if (ui->out_count == 0)
		return false;
	*cmd = ui->out[0];
	ui->out_count--;
	memmove(ui->out, ui->out + 1, ui->out_count * sizeof(ui->out[0]));
	return true;
}

static void
toast_put(struct ui *ui, enum role role, const char *text)
{
	struct toast *t = &ui->toast;

	snprintf(t->text, sizeof(t->text), "%s", text);
	t->role = role;
	t->since_ms = ui->now.mono_ms;
	t->until_ms = role == ROLE_ERROR ? -1 : ui->now.mono_ms + TOAST_MS;
}

void
ui_toast(struct ui *ui, enum role role, const char *fmt, ...)
{
	char text[sizeof(ui->toast.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	toast_put(ui, role, text);
}

void
ui_toast_err(struct ui *ui, const struct err *err)
{
	char text[sizeof(err->msg) + sizeof(err->hint) + 2];
	size_t n = strlen(err->msg);

	/* A service's own words may end in a full stop. */
	if (n > 0 && err->msg[n - 1] == '.')
		n--;
	snprintf(text, sizeof(text), "%.*s%s%s", (int)n, err->msg, err->hint[0] ? "; " : "",
		 err->hint);
	toast_put(ui, ROLE_ERROR, text);
}

void
ui_go(struct ui *ui, enum view_id view)
{
	if (ui->view == view)
		return;
	if (view == VIEW_LOG)
		ui->back = ui->view == VIEW_BOARD ? VIEW_BOARD : VIEW_COMPOSE;
	ui->view = view;
	if (view == VIEW_BOARD)
		board_fetch(ui);
}

static enum place
popup_place(const struct ui *ui)
{
	switch (ui->popup.kind) {
	case POPUP_HELP: return ui->popup.help_searching ? IN_FILTER : IN_HELP;
	case POPUP_PICKER: return IN_PICKER;
	case POPUP_THEMES: return IN_THEMES;
	case POPUP_DRAFTS: return IN_DRAFTS;
	case POPUP_CONFIRM:
	case POPUP_NONE: break;
	}
	return IN_CONFIRM;
}

static enum place
compose_place(const struct compose *c)
{
	switch (c->mode) {
	case COMPOSE_LINE:
	case COMPOSE_NAME:
	case COMPOSE_ITEM: return IN_EDIT;
	case COMPOSE_PARAGRAPH: return IN_PARAGRAPH;
	case COMPOSE_OBJECT: return IN_OBJECT;
	case COMPOSE_LIST: return IN_LIST;
	case COMPOSE_NAV: break;
	}
	return IN_COMPOSE;
}

enum place
ui_place(const struct ui *ui)
{
	if (ui->popup.kind != POPUP_NONE)
		return popup_place(ui);
	switch (ui->view) {
	case VIEW_BOARD:
		if (ui->board.filtering)
			return IN_FILTER;
		return ui->board.detail_open && ui->board.detail_focus ? IN_DETAIL : IN_BOARD;
	case VIEW_LOG: return IN_LOG;
	case VIEW_PAYLOAD: return IN_PAYLOAD;
	case VIEW_REVIEW: return ui->compose.unlocking ? IN_UNLOCK : IN_REVIEW;
	case VIEW_COMPOSE:
	case VIEW_COUNT: break;
	}
	return compose_place(&ui->compose);
}

enum role
ui_status_role(enum task_status s)
{
	switch (s) {
	case TASK_COMPLETED: return ROLE_OK;
	case TASK_PENDING:
	case TASK_QUEUED:
	case TASK_SENDING: return ROLE_BUSY;
	case TASK_ERROR:
	case TASK_REJECTED: return ROLE_ERROR;
	case TASK_CANCELED: return ROLE_QUIET;
	case TASK_UNCONFIRMED: return ROLE_UNSURE;
	case TASK_OTHER:
	case TASK_STATUS_COUNT: break;
	}
	return ROLE_NORMAL;
}

bool
ui_unsaved(const struct ui *ui)
{
	return draft_changes(ui->compose.draft) != ui->compose.saved_changes;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

int64_t
ui_deadline(const struct ui *ui)
{
	int64_t at = compose_deadline(ui);

	if (ui->toast.until_ms > 0)
		at = sooner(at, ui->toast.until_ms);
	at = sooner(at, standing_deadline(&ui->standing, ui->now));
	return sooner(at, board_deadline(ui));
}

/* A task is being created right now. Quitting then is safe, but worth a question. */
static bool
posting(const struct ui *ui)
{
	const struct log_source *source = &ui->log.source;
	size_t n = source->count ? source->count(source->arg) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct api_call *call = source->get(source->arg, i);

		if (call && call->took_ms < 0 && strcmp(call->method, "POST") == 0)
			return true;
	}
	return false;
}

/* Never before the draft is on disk: saved_or_not() goes on. */
void
ui_quit(struct ui *ui)
{
	ui->leaving = ui_unsaved(ui);
	if (ui->leaving)
		compose_save(ui);
	else
		ui_ask(ui, UI_QUIT);
}

static void
saved_or_not(struct ui *ui, const struct msg *msg)
{
	char question[sizeof(ui->popup.confirm.question)];
	bool leaving = ui->leaving;

	ui->leaving = false;
	compose_msg(ui, msg);
	if (!leaving)
		return;
	if (msg->kind == MSG_SAVED) {
		ui_ask(ui, UI_QUIT);
		return;
	}
	snprintf(question, sizeof(question), "The draft is NOT saved: %.120s. Quit and lose it?",
		 msg->err->msg);
	popup_confirm(ui, CONFIRM_LOSE, question, NULL, NULL, 0);
}

/* q: closes what is open; on the form and the board it ends the program. */
static bool
close_or_quit(struct ui *ui, enum place place)
{
	if (place == IN_LOG && !ui->log.open) {
		ui_go(ui, ui->back);
		return true;
	}
	if (place != IN_COMPOSE && place != IN_BOARD)
		return false;
	if (posting(ui))
		popup_confirm(ui, CONFIRM_QUIT,
			      "A call is on its way; it is looked up at the next start. Quit?",
			      NULL, NULL, 0);
	else
		ui_quit(ui);
	return true;
}

static void
interrupt(struct ui *ui)
{
	if (++ui->interrupts >= 2) {
		ui_quit(ui);
		return;
	}
	ui_ask(ui, UI_INTERRUPT);
	ui_toast(ui, ROLE_WARNING,
		 "^C stops the calls that run; ^C again quits, the draft is kept");
}

/* Keys that mean the same in every view. False: it is the view's. */
static bool
key_everywhere(struct ui *ui, enum command cmd, enum place place)
{
	switch ((int)cmd) {
	case CMD_INTERRUPT: interrupt(ui); return true;
	case CMD_SUSPEND:
		compose_save(ui);
		ui_ask(ui, UI_SUSPEND);
		return true;
	default: break;
	}
	if (ui->popup.kind != POPUP_NONE)
		return false;
	switch ((int)cmd) {
	case CMD_HELP: popup_help(ui); return true;
	case CMD_THEMES: popup_themes(ui); return true;
	case CMD_COMPOSE: ui_go(ui, VIEW_COMPOSE); return true;
	case CMD_BOARD: ui_go(ui, VIEW_BOARD); return true;
	case CMD_LOG: ui_go(ui, VIEW_LOG); return true;
	case CMD_BACK: return place == IN_LOG && close_or_quit(ui, place);
	case CMD_QUIT: return close_or_quit(ui, place);
	default: return false;
	}
}

static void
toast_seen(struct ui *ui)
{
	struct toast *t = &ui->toast;

	if (t->role != ROLE_ERROR || ui->now.mono_ms - t->since_ms >= ERROR_LEAST_MS)
		t->until_ms = 0;
}

static void
key(struct ui *ui, uint32_t k)
{
	enum place place = ui_place(ui);
	enum command cmd = key_command(k, place);

	if (cmd == CMD_REDRAW) { /* the same picture again, with its toast */
		ui_ask(ui, UI_REDRAW);
		return;
	}
	toast_seen(ui);
	if (cmd != CMD_INTERRUPT)
		ui->interrupts = 0;
	if (key_everywhere(ui, cmd, place))
		return;
	if (ui->popup.kind != POPUP_NONE) {
		popup_key(ui, k);
		return;
	}
	switch (ui->view) {
	case VIEW_COMPOSE: compose_key(ui, k); break;
	case VIEW_BOARD: board_key(ui, k); break;
	case VIEW_LOG: logview_key(ui, k); break;
	case VIEW_PAYLOAD: payload_key(ui, k); break;
	case VIEW_REVIEW: review_key(ui, k); break;
	case VIEW_COUNT: break;
	}
}

static void
paste(struct ui *ui, const struct msg *msg)
{
	toast_seen(ui);
	if (ui->popup.kind != POPUP_NONE)
		popup_paste(ui, msg->text, msg->n);
	else if (ui->view == VIEW_BOARD)
		board_paste(ui, msg->text, msg->n);
	else if (ui->view == VIEW_LOG)
		ui_toast(ui, ROLE_WARNING, "nothing here takes a paste; 1 goes to the form");
	else
		compose_paste(ui, msg->text, msg->n, msg->cut);
}

static void
session(struct ui *ui, const struct msg *msg)
{
	enum session_event_kind kind = msg->session->kind;

	board_msg(ui, msg);
	if (kind == SESSION_ROW)
		compose_msg(ui, msg);
	else if (kind == SESSION_PROJECTS || kind == SESSION_BATCHES)
		popup_msg(ui, msg);
	if ((kind == SESSION_BATCHES || kind == SESSION_PROJECTS) &&
	    msg->session->err.code == ERR_OK)
		compose_batches_renewed(ui);
}

static void
dispatch(struct ui *ui, const struct msg *msg)
{
	switch (msg->kind) {
	case MSG_KEY: key(ui, msg->key); break;
	case MSG_PASTE: paste(ui, msg); break;
	case MSG_RESIZE:
		ui->rows = msg->rows;
		ui->cols = msg->cols;
		if (ui->view == VIEW_BOARD)
			board_fetch(ui);
		break;
	case MSG_SESSION: session(ui, msg); break;
	case MSG_ROWS:
	case MSG_TASK: board_msg(ui, msg); break;
	case MSG_CHOICES:
	case MSG_DRAFTS:
	case MSG_THEMES: popup_msg(ui, msg); break;
	case MSG_DRAFT: compose_open(ui, msg->draft); break;
	case MSG_STANDING: ui->standing = *msg->standing; break;
	case MSG_TICK:
	case MSG_BATCH:
	case MSG_SUBMITTED:
	case MSG_EDITED: compose_msg(ui, msg); break;
	case MSG_SAVED:
	case MSG_NOT_SAVED: saved_or_not(ui, msg); break;
	case MSG_ERROR:
		if (msg->err)
			ui_toast_err(ui, msg->err);
		board_msg(ui, msg);
		popup_msg(ui, msg);
		break;
	}
}

void
ui_update(struct ui *ui, const struct msg *msg)
{
	ui->now = msg->now;
	if (ui->toast.until_ms > 0 && ui->now.mono_ms >= ui->toast.until_ms)
		ui->toast.until_ms = 0;
	dispatch(ui, msg);
	compose_sync(ui);
}
