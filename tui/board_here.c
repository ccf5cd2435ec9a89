/* board_here.c - what a person does to a row that is only here: look it up, send it again, go to
 * its draft; and where its unique_id is another task's, go to that task or take it. */
#include "config.h"

#include "tui/board_local.h"

#include <stdio.h>
#include <string.h>

static bool
unconfirmed(struct ui *ui, struct board_mark *m)
{
	if (!board_cursor_target(&ui->board, m))
		return false;
	if (m->status == TASK_UNCONFIRMED)
		return true;
	ui_toast(ui, ROLE_NOTE, "only for a task that is unconfirmed: sent, and no clear answer");
	return false;
}

void
board_look(struct ui *ui)
{
	struct board_mark m;

	if (!unconfirmed(ui, &m))
		return;
	ui_ask(ui, UI_LOOK)->number = task_local_seq(m.key);
	ui_toast(ui, ROLE_NOTE, "looking for it by its unique_id");
}

void
board_resend(struct ui *ui)
{
	struct board_mark m;

	if (unconfirmed(ui, &m))
		board_ask_about(
			ui, CONFIRM_RESEND,
			"Send the same bytes again? Its unique_id is the same, so if the first "
			"one did arrive the service refuses the second.",
			&m, 1);
}

/* A person acts: that lifts a hold and a pause. */
void
board_try(struct ui *ui)
{
	bool stands = ui->standing.hold.what != HOLD_NONE ||
		      ui->standing.pause_until_ms > ui->now.mono_ms;

	if (stands)
		ui_ask(ui, UI_TRY);
	ui_toast(ui, ROLE_NOTE, "%s",
		 stands ? "trying again" : "nothing is held: what waits goes out by itself");
}

/* The draft of a row that is only here, to see it or to mend what was refused. */
void
board_its_draft(struct ui *ui)
{
	struct board *b = &ui->board;
	const struct board_row *r = board_row(b);

	if (!r)
		return;
	if (!task_local_seq(r->key)) {
		ui_toast(ui, ROLE_NOTE, "it is at the service; c copies it into a new draft");
		return;
	}
	if (!b->has_detail || strcmp(b->detail_key, r->key) != 0) {
		b->then = CMD_ITS_DRAFT;
		snprintf(b->then_key, sizeof(b->then_key), "%s", r->key);
		ui_ask_key(ui, UI_LOAD_TASK, r->key);
		return;
	}
	if (!b->story.draft_id[0]) {
		ui_toast(ui, ROLE_NOTE, "it came from no draft that is here; w writes its receipt");
		return;
	}
	ui_ask_key(ui, UI_OPEN_DRAFT, b->story.draft_id);
	ui_go(ui, VIEW_COMPOSE);
}

/* The story of the cursor's row, if another task has its unique_id. */
static const struct story *
conflict(struct ui *ui)
{
	const struct story *s = board_story(&ui->board);

	if (s && s->owner[0])
		return s;
	ui_toast(ui, ROLE_NOTE,
		 s || ui->board.detail_open
			 ? "only for a row whose unique_id is another task's"
			 : "open its detail first (Enter): it tells which task has its unique_id");
	return NULL;
}

void
board_owner(struct ui *ui)
{
	const struct story *s = conflict(ui);
	struct ui_cmd *cmd;

	if (!s)
		return;
	snprintf(ui->board.go_to, sizeof(ui->board.go_to), "%s", s->owner);
	cmd = ui_ask(ui, UI_LOAD_TASK);
	snprintf(cmd->key, sizeof(cmd->key), "%s", s->owner);
	cmd->flag = true;
	ui_toast(ui, ROLE_BUSY, "asking for that task");
}

void
board_link(struct ui *ui)
{
	struct board_mark m;

	if (conflict(ui) && board_cursor_target(&ui->board, &m))
		board_ask_about(ui, CONFIRM_LINK,
				"Take the task that has its unique_id for this submission? "
				"Nothing is sent.",
				&m, 1);
}
