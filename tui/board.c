/* board.c - keys and messages of the list of tasks. Its parts: board_rows.c
 * (window, cursor, marks), board_filter.c, board_act.c (cancel, copy, look),
 * board_detail.c (lines of one task). A key: a row in keys.c, a case here. */
#include "config.h"

#include "tui/board.h"

#include "tui/board_local.h"
#include "tui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTO_MS 60000 /* "a" switches between this and by hand */

#define FRAME_ROWS 3 /* of the screen that are not the body's */

void
board_init(struct board *b)
{
	*b = (struct board){ .above = -1, .total = -1 };
	edit_init(&b->filter, "", 0, false);
	task_init(&b->detail);
	doc_init(&b->doc);
}

void
board_done(struct board *b)
{
	free(b->rows);
	free(b->marks);
	edit_done(&b->filter);
	task_done(&b->detail);
	story_done(&b->story);
	doc_done(&b->doc);
	board_cancels_done(&b->cancels);
	*b = (struct board){ .above = -1, .total = -1 };
}

/* Is there no room for the list and the detail of a task together? */
static bool
one_pane(const struct ui *ui)
{
	return ui->cols < BOARD_WIDE && ui->rows - FRAME_ROWS < BOARD_STACK;
}

static void
open_detail(struct ui *ui, bool focus)
{
	struct board *b = &ui->board;

	if (!board_row(b))
		return;
	b->detail_focus = b->detail_open || focus || one_pane(ui);
	b->detail_open = true;
	board_load(ui, true);
}

static void
pane(struct ui *ui)
{
	struct board *b = &ui->board;

	if (b->detail_open)
		b->detail_focus = !b->detail_focus;
	else
		open_detail(ui, true);
}

/* One step back; at the top there is nowhere to go. */
static void
back(struct ui *ui)
{
	struct board *b = &ui->board;

	if (b->detail_focus && !one_pane(ui))
		b->detail_focus = false;
	else if (b->detail_open)
		b->detail_open = b->detail_focus = false;
	else if (b->filter.text.len)
		board_filter_clear(ui);
	else
		b->mark_count = 0;
}

static void
resize(struct ui *ui, int direction)
{
	struct board *b = &ui->board;

	if (!b->detail_open)
		return;
	if (ui->cols >= BOARD_WIDE)
		b->detail_cols += direction * 4; /* view_board.c holds it within bounds */
	else
		b->detail_rows += direction * 2;
}

static void
refresh(struct ui *ui)
{
	ui->board.refreshing = true;
	ui_ask(ui, UI_REFRESH);
}

static void
toggle_auto(struct ui *ui)
{
	struct board *b = &ui->board;

	b->auto_ms = b->auto_ms ? 0 : AUTO_MS;
	b->next_refresh_mono_ms = b->auto_ms ? ui->now.mono_ms + b->auto_ms : 0;
	ui_ask(ui, UI_AUTO_REFRESH)->number = b->auto_ms;
	ui_toast(ui, ROLE_NOTE, b->auto_ms ? "refreshes every 60 s" : "refreshes by hand: r");
}

static void
next_sort(struct ui *ui)
{
	struct board *b = &ui->board;

	b->sort = (enum board_sort)((b->sort + 1) % BOARD_SORT_COUNT);
	b->reverse = false;
	board_fetch(ui);
}

static void
reverse(struct ui *ui)
{
	ui->board.reverse = !ui->board.reverse;
	board_fetch(ui);
}

static void
command(struct ui *ui, int cmd)
{
	switch (cmd) {
	case CMD_OPEN: open_detail(ui, false); break;
	case CMD_PANE: pane(ui); break;
	case CMD_BACK: back(ui); break;
	case CMD_QUIT: back(ui); break; /* of the detail; the list's is ui.c's */
	case CMD_FILTER: board_filter_start(ui); break;
	case CMD_SORT: next_sort(ui); break;
	case CMD_REVERSE: reverse(ui); break;
	case CMD_REFRESH: refresh(ui); break;
	case CMD_AUTO: toggle_auto(ui); break;
	case CMD_MARK: board_mark(ui); break;
	case CMD_CANCEL_TASK: board_cancel(ui); break;
	case CMD_LOOK: board_look(ui); break;
	case CMD_RESEND: board_resend(ui); break;
	case CMD_TRY: board_try(ui); break;
	case CMD_ITS_DRAFT: board_its_draft(ui); break;
	case CMD_OWNER: board_owner(ui); break;
	case CMD_LINK: board_link(ui); break;
	case CMD_REDO_TASK: board_with_task(ui, CMD_REDO_TASK); break;
	case CMD_PAGER: board_with_task(ui, CMD_PAGER); break;
	case CMD_WRITE: board_with_task(ui, CMD_WRITE); break;
	case CMD_GROW: resize(ui, 1); break;
	case CMD_SHRINK: resize(ui, -1); break;
	default: break;
	}
}

void
board_key(struct ui *ui, uint32_t key)
{
	struct board *b = &ui->board;
	int cmd = (int)key_command(key, b->detail_focus ? IN_DETAIL : IN_BOARD);

	if (b->filtering)
		board_filter_key(ui, key);
	else if (b->detail_focus ? !doc_move(&b->doc, cmd) : !board_move(ui, cmd))
		command(ui, cmd);
}

static void
refreshed(struct ui *ui, const struct session_event *ev)
{
	struct board *b = &ui->board;

	b->refreshing = false;
	b->refresh_err = ev->err;
	if (ev->err.code == ERR_OK)
		b->refreshed_wall_ms = ui->now.wall_ms;
	b->next_refresh_mono_ms = b->auto_ms ? ui->now.mono_ms + b->auto_ms : 0;
	board_fetch(ui);
}

static void
task_event(struct ui *ui, const struct session_event *ev)
{
	struct board *b = &ui->board;

	if (b->go_to[0] && strcmp(ev->key, b->go_to) == 0) {
		b->go_to[0] = '\0';
		if (ev->err.code == ERR_OK)
			board_show(ui, ev->key);
		else
			ui_toast_err(ui, &ev->err);
		return;
	}
	if (strcmp(ev->key, b->cursor) == 0) {
		if (ev->err.code != ERR_OK)
			ui_toast_err(ui, &ev->err);
		board_load(ui, false);
	}
	board_fetch(ui);
}

static void
session(struct ui *ui, const struct session_event *ev)
{
	switch (ev->kind) {
	case SESSION_ROW:
		if (ev->old_key[0] && strcmp(ev->old_key, ev->key) != 0)
			board_rename(&ui->board, ev->old_key, ev->key);
		if (strcmp(ev->key, ui->board.cursor) == 0)
			board_load(ui, false);
		board_fetch(ui);
		break;
	case SESSION_TASKS:
		board_load(ui, false); /* its detail may be among what changed */
		board_fetch(ui);
		break;
	case SESSION_REFRESHED: refreshed(ui, ev); break;
	case SESSION_TASK: task_event(ui, ev); break;
	case SESSION_CANCELED:
		board_canceled(ui, ev);
		board_load(ui, false);
		board_fetch(ui);
		break;
	case SESSION_PROJECTS:
	case SESSION_BATCHES:
	case SESSION_KIND_COUNT: break;
	}
}

static void
copy_task(struct task *to, const struct task *t)
{
	const struct {
		char **to;
		const char *from;
	} strings[] = {
		{ &to->task_id, t->task_id }, { &to->unique_id, t->unique_id },
		{ &to->type, t->type },       { &to->status, t->status },
		{ &to->project, t->project }, { &to->batch, t->batch },
		{ &to->tags, t->tags },       { &to->note, t->note },
		{ &to->json, t->json },
	};

	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		task_set(strings[i].to, strings[i].from, strlen(strings[i].from));
	to->priority = t->priority;
	to->is_test = t->is_test;
	to->created_ms = t->created_ms;
	to->updated_ms = t->updated_ms;
	to->completed_ms = t->completed_ms;
}

static void
task_loaded(struct ui *ui, const char *key, const struct task *t, const struct story *story)
{
	struct board *b = &ui->board;

	if (strcmp(key, b->cursor) == 0) {
		if (strcmp(key, b->detail_key) != 0)
			b->doc.top = 0;
		snprintf(b->detail_key, sizeof(b->detail_key), "%s", key);
		copy_task(&b->detail, t);
		if (story)
			story_copy(&b->story, story);
		else
			story_done(&b->story);
		b->has_detail = true;
		b->doc.cols = 0;
	}
	board_task_came(ui, key, t);
}

void
board_msg(struct ui *ui, const struct msg *msg)
{
	if (msg->kind == MSG_ROWS && msg->answer)
		board_answer(ui, msg->answer);
	else if (msg->kind == MSG_TASK && msg->task && msg->task_key)
		task_loaded(ui, msg->task_key, msg->task, msg->story);
	else if (msg->kind == MSG_SESSION && msg->session)
		session(ui, msg->session);
	else if (msg->kind == MSG_ERROR)
		ui->board.refreshing = false;
	board_cancels_go_on(ui);
}
