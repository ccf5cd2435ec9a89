/* board_act.c - what a person does to tasks from the board: cancel, look up,
 * send again, copy, page, write. Whatever changes the service asks first,
 * with its targets named and frozen (popup_confirm). */
#include "config.h"

#include "core/mem.h"
#include "tui/board_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANCELS_AT_ONCE 4
#define ROOM_LEFT       4 /* commands kept free for others in ui->out */
#define PAGER_COLS      100
#define WRITE_MAX       (32u << 20)

/* --- cancel --- */

static const char *
why_not(enum task_status s)
{
	switch (s) {
	case TASK_COMPLETED:
	case TASK_ERROR: return "it is over: only a pending task can be canceled";
	case TASK_CANCELED: return "it is canceled already";
	case TASK_REJECTED: return "it was refused: nothing was created, so nothing to cancel";
	case TASK_PENDING:
	case TASK_OTHER:
	case TASK_QUEUED:
	case TASK_SENDING:
	case TASK_UNCONFIRMED:
	case TASK_STATUS_COUNT: break;
	}
	return NULL;
}

void
board_ask_about(struct ui *ui, enum confirm_kind kind, const char *question,
		const struct board_mark *target, size_t n)
{
	char(*keys)[BOARD_KEY_SIZE] = mem_array(n, sizeof(*keys));
	char(*names)[96] = mem_array(n, sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		memcpy(keys[i], target[i].key, sizeof(keys[i]));
		memcpy(names[i], target[i].name, sizeof(names[i]));
	}
	popup_confirm(ui, kind, question, (const char(*)[BOARD_KEY_SIZE])keys,
		      (const char(*)[96])names, n);
	ui->popup.confirm.seq = task_local_seq(target[0].key);
	free(keys);
	free(names);
}

bool
board_cursor_target(const struct board *b, struct board_mark *m)
{
	const struct board_row *r = board_row(b);

	if (!r)
		return false;
	*m = (struct board_mark){ .status = r->status };
	snprintf(m->key, sizeof(m->key), "%s", r->key);
	snprintf(m->name, sizeof(m->name), "%.95s", board_name(r));
	return true;
}

static void
cancel_one(struct ui *ui, const struct board_mark *m)
{
	const char *no = why_not(m->status);

	if (no)
		ui_toast(ui, ROLE_WARNING, "%s", no);
	else if (m->status == TASK_QUEUED)
		board_ask_about(ui, CONFIRM_ABANDON, "Give up on this task? It was not sent yet.",
				m, 1);
	else if (m->status == TASK_SENDING)
		board_ask_about(ui, CONFIRM_CANCEL,
				"It is on its way. Cancel this task when it has arrived?", m, 1);
	else if (m->status == TASK_UNCONFIRMED)
		board_ask_about(
			ui, CONFIRM_ABANDON,
			"Stop looking for this task? It may exist at the service all the same.", m,
			1);
	else
		board_ask_about(ui, CONFIRM_CANCEL,
				"Cancel this task? It works only before its work has started.", m,
				1);
}

void
board_cancel(struct ui *ui)
{
	struct board *b = &ui->board;
	struct board_mark m;
	char question[160];

	if (b->mark_count == 0) {
		if (board_cursor_target(b, &m))
			cancel_one(ui, &m);
		return;
	}
	snprintf(question, sizeof(question),
		 "Cancel %zu marked task%s? It works only before work has started.", b->mark_count,
		 b->mark_count == 1 ? "" : "s");
	board_ask_about(ui, CONFIRM_CANCEL, question, b->marks, b->mark_count);
}

void
board_cancels_done(struct board_cancels *c)
{
	free(c->target);
	*c = (struct board_cancels){ .n = 0 };
}

static void
abandon(struct ui *ui, int64_t seq)
{
	ui_ask(ui, UI_ABANDON)->number = seq;
}

static void
report(struct ui *ui)
{
	struct board_cancels *c = &ui->board.cancels;

	if (c->n == 1 && !c->failed)
		ui_toast(ui, ROLE_OK, "canceled %s", c->target[0].name);
	else if (c->n > 1)
		ui_toast(ui, c->failed ? ROLE_WARNING : ROLE_OK, "canceled %zu of %zu%s",
			 c->n - c->failed, c->n, c->failed ? "; the log (3) tells why" : "");
	board_cancels_done(c);
}

/* Send the next ones, a few at a time; session_cancel() knows what can be done for local ones. */
void
board_cancels_go_on(struct ui *ui)
{
	struct board_cancels *c = &ui->board.cancels;

	while (c->sent < c->n && c->sent - c->done < CANCELS_AT_ONCE &&
	       ui->out_count + ROOM_LEFT < UI_CMDS_MAX) {
		const char *key = c->target[c->sent++].key;
		struct ui_cmd *cmd = ui_ask(ui, UI_CANCEL_TASK);

		snprintf(cmd->key, sizeof(cmd->key), "%s", key);
		cmd->flag = c->clear_unique_id;
	}
	if (c->n && c->done == c->n)
		report(ui);
}

static bool
mine(const struct board_cancels *c, const char *key, const char **name)
{
	for (size_t i = 0; i < c->sent; i++)
		if (strcmp(c->target[i].key, key) == 0) {
			*name = c->target[i].name;
			return true;
		}
	return false;
}

void
board_canceled(struct ui *ui, const struct session_event *ev)
{
	struct board_cancels *c = &ui->board.cancels;
	const char *name = ev->key;

	if (mine(c, ev->key, &name) && c->done < c->sent) {
		c->done++;
		c->failed += ev->err.code != ERR_OK;
	}
	if (ev->err.code != ERR_OK) {
		struct err err = ev->err;

		err_wrap(&err, "%.64s was not canceled", name);
		ui_toast_err(ui, &err);
	}
}

void
board_confirmed(struct ui *ui, const struct confirm *c)
{
	struct board *b = &ui->board;

	if (c->kind == CONFIRM_ABANDON) {
		abandon(ui, c->seq);
	} else if (c->kind == CONFIRM_LINK) {
		ui_ask(ui, UI_LINK)->number = c->seq;
	} else if (c->kind == CONFIRM_RESEND) {
		ui_ask(ui, UI_RESEND)->number = c->seq;
	} else if (c->kind == CONFIRM_CANCEL) {
		board_cancels_done(&b->cancels);
		b->cancels.n = c->n;
		b->cancels.clear_unique_id = c->option;
		b->cancels.target = mem_array(c->n, sizeof(*b->cancels.target));
		for (size_t i = 0; i < c->n; i++) {
			memcpy(b->cancels.target[i].key, c->keys[i], BOARD_KEY_SIZE);
			memcpy(b->cancels.target[i].name, c->names[i], sizeof(c->names[i]));
		}
		b->mark_count = 0;
		board_cancels_go_on(ui);
	}
}

/* --- with the task itself --- */

static void
copy(struct ui *ui, const struct task *t)
{
	struct err err = ERR_INIT;
	struct draft *d = board_copy(t, &err);

	if (!d) {
		ui_toast_err(ui, &err);
		return;
	}
	compose_open(ui, d);
	ui_go(ui, VIEW_COMPOSE);
	ui_toast(ui, ROLE_OK, "a copy, with a unique_id of its own");
}

static void
give_text(struct ui *ui, enum ui_cmd_kind kind, const char *suffix, struct buf *text)
{
	struct ui_cmd *cmd = ui_ask(ui, kind);

	snprintf(cmd->key, sizeof(cmd->key), "%s", suffix);
	cmd->n = text->len;
	cmd->text = buf_take(text);
}

static void
page(struct ui *ui, const struct task *t)
{
	struct detail_look look = {
		.cols = PAGER_COLS,
		.utc = ui->utc,
		.story = task_local_seq(ui->board.detail_key) ? &ui->board.story : NULL,
	};
	struct buf text = BUF_INIT(WRITE_MAX);
	struct doc d;

	doc_init(&d);
	board_detail(&d, t, &look);
	doc_text(&d, &text);
	doc_done(&d);
	give_text(ui, UI_PAGER, ".txt", &text);
}

/* The object as it came, to the byte. */
static void
write_out(struct ui *ui, const struct task *t)
{
	struct buf text = BUF_INIT(WRITE_MAX);

	buf_adds(&text, t->json);
	buf_adds(&text, "\n");
	give_text(ui, UI_WRITE, ".json", &text);
}

static void
act(struct ui *ui, enum command what, const struct task *t)
{
	if (what == CMD_PAGER)
		page(ui, t);
	else if (!t->json[0])
		ui_toast(ui, ROLE_WARNING,
			 "the service has not told what it is made of; r asks again");
	else if (what == CMD_REDO_TASK)
		copy(ui, t);
	else if (what == CMD_WRITE)
		write_out(ui, t);
}

void
board_with_task(struct ui *ui, enum command what)
{
	struct board *b = &ui->board;
	const struct board_row *r = board_row(b);

	if (!r)
		return;
	if (task_local_seq(r->key) && what == CMD_WRITE) {
		ui_ask(ui, UI_RECEIPT)->number = task_local_seq(r->key);
		return;
	}
	if (task_local_seq(r->key) && what != CMD_PAGER) {
		ui_toast(ui, ROLE_NOTE, "it is not at the service; its draft is: 1, then o");
		return;
	}
	if (b->has_detail && strcmp(b->detail_key, r->key) == 0) {
		act(ui, what, &b->detail);
		return;
	}
	b->then = what;
	snprintf(b->then_key, sizeof(b->then_key), "%s", r->key);
	ui_ask_key(ui, UI_LOAD_TASK, r->key);
}

void
board_task_came(struct ui *ui, const char *key, const struct task *t)
{
	struct board *b = &ui->board;
	enum command what = b->then;

	if (what == CMD_NONE || strcmp(key, b->then_key) != 0)
		return;
	b->then = CMD_NONE;
	if (what == CMD_ITS_DRAFT)
		board_its_draft(ui);
	else
		act(ui, what, t);
}
