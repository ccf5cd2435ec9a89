/* popup_confirm.c - a question before what cannot be taken back. Its targets
 * are frozen and named when it opens; the answer is no unless y is pressed,
 * and no key that opens a question is the one that answers it. */
#include "config.h"

#include "core/mem.h"
#include "tui/popup_local.h"
#include "tui/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOX_COLS   72
#define NAMES_ROWS 8

void
popup_confirm(struct ui *ui, enum confirm_kind kind, const char *question,
	      const char (*keys)[BOARD_KEY_SIZE], const char (*names)[96], size_t n)
{
	struct confirm *c = &ui->popup.confirm;

	if (ui->popup.kind != POPUP_DRAFTS)
		popup_close(ui);
	popup_push(ui, POPUP_CONFIRM);
	*c = (struct confirm){ .kind = kind, .n = n };
	snprintf(c->question, sizeof(c->question), "%s", question);
	c->keys = mem_array(n + 1, sizeof(*c->keys));
	c->names = mem_array(n + 1, sizeof(*c->names));
	for (size_t i = 0; i < n; i++) {
		memcpy(c->keys[i], keys[i], sizeof(c->keys[i]));
		memcpy(c->names[i], names[i], sizeof(c->names[i]));
	}
	doc_init(&c->doc);
}

static void
yes(struct ui *ui)
{
	const struct confirm *c = &ui->popup.confirm;

	switch (c->kind) {
	case CONFIRM_CANCEL:
	case CONFIRM_RESEND:
	case CONFIRM_LINK:
	case CONFIRM_ABANDON: board_confirmed(ui, c); break;
	case CONFIRM_DELETE_DRAFT:
		ui_ask_key(ui, UI_DELETE_DRAFT, c->keys[0]);
		ui_ask(ui, UI_LIST_DRAFTS);
		break;
	case CONFIRM_QUIT: ui_quit(ui); break;
	case CONFIRM_LOSE: ui_ask(ui, UI_QUIT); break;
	}
	popup_back(ui);
}

void
popup_confirm_key(struct ui *ui, uint32_t key)
{
	struct confirm *c = &ui->popup.confirm;
	int cmd = (int)key_command(key, IN_CONFIRM);

	if (cmd == CMD_SEND)
		yes(ui);
	else if (cmd == CMD_BACK)
		popup_back(ui);
	else if (cmd == CMD_CYCLE && c->kind == CONFIRM_CANCEL)
		c->option = !c->option;
	else
		doc_move(&c->doc, cmd);
}

static const char *
title(enum confirm_kind kind)
{
	switch (kind) {
	case CONFIRM_CANCEL: return "Cancel";
	case CONFIRM_DELETE_DRAFT: return "Delete draft";
	case CONFIRM_RESEND: return "Send again";
	case CONFIRM_LINK: return "Take that task";
	case CONFIRM_ABANDON: return "Give up";
	case CONFIRM_QUIT: return "Quit";
	case CONFIRM_LOSE: return "Quit without saving";
	}
	return "";
}

/* "y yes  n no", as the table names them; the option only where there is one. */
static void
answers(const struct confirm *c, char *out, size_t size)
{
	const struct key_row *y = key_for(CMD_SEND, IN_CONFIRM);
	const struct key_row *n = key_for(CMD_BACK, IN_CONFIRM);
	const struct key_row *option = key_for(CMD_CYCLE, IN_CONFIRM);

	snprintf(out, size, "%s %s  %s %s%s%s%s", y->name, y->word, n->name, n->word,
		 c->kind == CONFIRM_CANCEL ? "  " : "",
		 c->kind == CONFIRM_CANCEL ? option->name : "",
		 c->kind == CONFIRM_CANCEL ? " option" : "");
}

static void
question(struct grid *g, const struct confirm *c, struct rect r)
{
	size_t n = strlen(c->question), at = 0;

	for (int y = 0; y < r.rows; y++) {
		struct wrap w = wrap_at(c->question, n, at, r.cols);

		grid_text_n(g, r.y + y, r.x, r.cols, ROLE_POPUP,
			    untrusted(c->question + w.start, w.end - w.start));
		if (w.last)
			break;
		at = w.next;
	}
}

static int
question_rows(const struct confirm *c, int cols)
{
	size_t n = strlen(c->question), at = 0;
	int rows = 1;

	for (;;) {
		struct wrap w = wrap_at(c->question, n, at, cols);

		if (w.last)
			return rows;
		rows++;
		at = w.next;
	}
}

static void
build(struct confirm *c, int cols)
{
	if (c->doc.cols == cols)
		return;
	doc_start(&c->doc, cols);
	for (size_t i = 0; i < c->n; i++)
		doc_words(&c->doc, 1, ROLE_VALUE, c->names[i], strlen(c->names[i]));
}

/* Everything else steps back: the eyes are to be here. */
static void
dim(struct grid *g)
{
	for (int y = 0; y < g->rows - 1; y++)
		grid_role(g, y, 0, g->cols, ROLE_QUIET);
}

/* How the rows of the box are shared: names come before the end of the question. */
struct parts {
	int asked, gap, names, option;
};

static struct parts
share(const struct confirm *c, int cols, int rows)
{
	struct parts p = { .asked = question_rows(c, cols), .option = c->kind == CONFIRM_CANCEL };
	int names = c->doc.count < NAMES_ROWS ? (int)c->doc.count : NAMES_ROWS;
	int least = names < 2 ? names : 2;

	rows -= p.option;
	if (p.asked > rows - least)
		p.asked = rows - least > 1 ? rows - least : 1;
	rows -= p.asked;
	p.gap = rows > names;
	p.names = rows - p.gap < names ? rows - p.gap : names;
	if (p.names < 0)
		p.names = 0;
	return p;
}

void
popup_confirm_view(struct ui *ui, struct grid *g)
{
	struct confirm *c = &ui->popup.confirm;
	int cols = g->cols - 4 < BOX_COLS ? g->cols - 4 : BOX_COLS;
	struct rect box, in;
	struct parts p;
	char bottom[96];

	if (cols < 8 || g->rows < 5)
		return;
	build(c, cols - 4);
	p = share(c, cols - 4, g->rows - 4);
	box = (struct rect){ 0, (g->cols - cols) / 2, p.asked + p.gap + p.names + p.option + 2,
			     cols };
	box.y = (g->rows - box.rows) / 2;
	in = (struct rect){ box.y + 1, box.x + 2, p.asked, cols - 4 };
	dim(g);
	answers(c, bottom, sizeof(bottom));
	grid_box(g, box, title(c->kind), bottom);
	question(g, c, in);
	in.y += p.asked + p.gap;
	in.rows = p.names;
	doc_view(&c->doc, g, in);
	if (p.option)
		grid_textf(g, in.y + p.names, in.x, in.cols, ROLE_POPUP, "[%c] %s",
			   c->option ? 'x' : ' ',
			   cols < BOX_COLS
				   ? "also free the unique_id"
				   : "also free the unique_id, so that it can be sent again");
}
