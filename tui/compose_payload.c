/* compose_payload.c - the payload over the whole screen: its keys, and where its cursor is.
 *
 * Cursor and form go together: a row belongs to a field, and that field has the
 * focus. Going there from a field shows where it begins.
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/body.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <stdio.h>

#define FRAME_ROWS 4 /* of the screen that are not the body's */

static void
send_text(struct ui *ui, enum ui_cmd_kind kind)
{
	struct compose *c = &ui->compose;
	struct buf text = BUF_INIT(2 * PAYLOAD_MAX);
	struct ui_cmd *cmd = ui_ask(ui, kind);

	if (c->wire)
		payload_wire(c->payload, &text);
	else
		payload_pretty(c->payload, &text);
	snprintf(cmd->key, sizeof(cmd->key), ".json");
	cmd->n = text.len;
	cmd->text = buf_take(&text);
}

/* The row where the focused field begins, with two rows of what comes before. */
static void
scroll_to_field(struct ui *ui)
{
	struct compose *c = &ui->compose;
	struct list *l = &c->payload_list;
	struct body b;
	size_t at;

	c->payload_cols = compose_body_cols(ui);
	body_init(&b, c->payload, c->wire, c->payload_cols);
	at = body_find_field(&b, c->focus);
	list_fit(l, body_rows(&b), l->rows > 0 ? l->rows : ui->rows - FRAME_ROWS);
	l->top = at > 2 ? at - 2 : 0;
	list_to(l, at);
	body_done(&b);
}

void
compose_payload_open(struct ui *ui)
{
	scroll_to_field(ui);
	ui_go(ui, VIEW_PAYLOAD);
}

void
compose_payload_refit(struct ui *ui, int rows)
{
	struct compose *c = &ui->compose;
	struct list *l = &c->payload_list;
	int cols = compose_body_cols(ui);
	struct body_row row = { .line = 0 };
	struct body b;

	body_init(&b, c->payload, c->wire, c->payload_cols);
	if (c->payload_cols != cols) { /* resized: what was under the cursor stays there */
		size_t above = l->at - l->top;

		body_row(&b, l->at, &row);
		b.cols = cols;
		l->at = body_find(&b, row.line, row.from);
		l->top = l->at > above ? l->at - above : 0;
		c->payload_cols = cols;
	}
	list_fit(l, body_rows(&b), rows);
	body_done(&b);
}

/* The form's cursor follows. */
static void
focus_row(struct ui *ui)
{
	struct compose *c = &ui->compose;
	struct body_row row;
	struct body b;

	body_init(&b, c->payload, c->wire, c->payload_cols);
	if (c->mode == COMPOSE_NAV && body_row(&b, c->payload_list.at, &row))
		compose_focus(ui, body_field(&b, &row));
	body_done(&b);
}

/* The next field that is in the body. */
static void
step_field(struct ui *ui, int by)
{
	struct compose *c = &ui->compose;
	int f = (int)c->focus;
	size_t at, n = 0;

	for (int i = 0; i < FIELD_COUNT && n == 0; i++) {
		f = (f + FIELD_COUNT + by) % FIELD_COUNT;
		payload_span_wire(c->payload, (enum field_id)f, &at, &n);
	}
	if (n == 0 || c->mode != COMPOSE_NAV)
		return;
	compose_focus(ui, (enum field_id)f);
	scroll_to_field(ui);
}

bool
compose_payload_command(struct ui *ui, enum command cmd)
{
	struct compose *c = &ui->compose;

	switch ((int)cmd) {
	case CMD_WIRE:
		c->wire = !c->wire;
		scroll_to_field(ui);
		return true;
	case CMD_PAGER:
		compose_save(ui);
		send_text(ui, UI_PAGER);
		return true;
	case CMD_WRITE: send_text(ui, UI_WRITE); return true;
	case CMD_REVIEW: review_open(ui); return true;
	default: return false;
	}
}

void
payload_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;
	enum command cmd = key_command(key, IN_PAYLOAD);

	if (list_move(&c->payload_list, cmd)) {
		focus_row(ui);
		return;
	}
	if (compose_payload_command(ui, cmd))
		return;
	switch ((int)cmd) {
	case CMD_NEXT: step_field(ui, 1); break;
	case CMD_PREVIOUS: step_field(ui, -1); break;
	case CMD_OPEN:
	case CMD_BACK:
	case CMD_QUIT:
	case CMD_PAYLOAD: ui_go(ui, VIEW_COMPOSE); break;
	default: break;
	}
}
