/* view_payload.c - the bytes that would be sent: beside the form, and over the whole screen.
 *
 * Only the lines in the window are drawn. The pane beside the form follows the
 * focused field; of a long list it shows both ends, and it cuts long lines. Over
 * the whole screen nothing is cut: body.h. The sha256 costs a pass over all bytes,
 * so a large body gets it when the typing rests (the save's tick draws it).
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/body.h"
#include "tui/compose_parts.h"
#include "tui/jsonline.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define HASH_AT_ONCE_BYTES (32u << 10)
#define SHORT_HASH         12

void
view_payload_size(struct ui *ui, char *out, size_t size, bool whole)
{
	struct compose *c = &ui->compose;
	size_t n = payload_size(c->payload);
	char number[VIEW_NUMBER_SIZE];
	const char *hash = "............";

	view_number(number, n);
	if (whole || c->changed_ms == 0 || n <= HASH_AT_ONCE_BYTES)
		hash = payload_sha256(c->payload);
	snprintf(out, size, "%s bytes  sha256 %.*s", number, whole ? 64 : SHORT_HASH, hash);
}

static int
digits(size_t n)
{
	int d = 1;

	for (; n >= 10; n /= 10)
		d++;
	return d;
}

/* Line of the pretty form in one row; mark: this is where the focused field begins. */
static void
payload_line_cut(struct ui *ui, struct grid *g, struct rect row, size_t line, bool mark)
{
	const struct compose *c = &ui->compose;
	int wide = digits(payload_lines(c->payload));
	int x = row.x + 3, text_x = x + wide + 1;
	struct buf url = BUF_INIT(8 * DRAFT_VALUE_MAX); /* a byte is at most \u0000 in JSON */
	struct payload_line it;
	bool ours;

	if (!payload_line(c->payload, line, &it))
		return;
	ours = it.field == c->focus;
	if (mark)
		grid_text(g, row.y, row.x + 1, 1, ROLE_HEAD, ">");
	grid_textf(g, row.y, x, wide, ours ? ROLE_HEAD : ROLE_NOTE, "%*zu", wide, line + 1);
	if (it.field < FIELD_COUNT && fields[it.field].url == URL_ATTACHMENT) {
		view_url(&url, it.text, it.n, row.x + row.cols - text_x, g->ascii);
		it.text = buf_str(&url);
		it.n = url.len;
	}
	json_line(g, row.y, text_x, row.x + row.cols - text_x, it.text, it.n);
	buf_free(&url);
}

/* Columns before the text: mark, number, blank. */
static int
margin(const struct ui *ui)
{
	return ui->compose.wire ? 2 : 4 + digits(payload_lines(ui->compose.payload));
}

int
compose_body_cols(const struct ui *ui)
{
	int cols = ui->cols - margin(ui) - 1;

	return cols > 0 ? cols : 1;
}

static size_t
clamp(size_t at, size_t low, size_t high)
{
	if (at < low)
		return low;
	return at > high ? high : at;
}

/* A row of the wire form; the focused field's bytes stand out. */
static void
wire_row(struct ui *ui, struct grid *g, struct rect r, const struct body_row *row)
{
	const struct compose *c = &ui->compose;
	const char *p = row->text;
	int x = r.x, end = r.x + r.cols;
	size_t at, n, a, b;

	payload_span_wire(c->payload, c->focus, &at, &n);
	if (ui->view == VIEW_REVIEW)
		n = 0;
	a = n > 0 ? clamp(at, row->from, row->to) : row->to;
	b = clamp(at + n, a, row->to);
	x += grid_text_n(g, r.y, x, end - x, ROLE_NOTE, untrusted(p + row->from, a - row->from));
	x += grid_text_n(g, r.y, x, end - x, ROLE_VALUE, untrusted(p + a, b - a));
	grid_text_n(g, r.y, x, end - x, ROLE_NOTE, untrusted(p + b, row->to - b));
}

void
view_payload_row(struct ui *ui, struct grid *g, struct rect r, const struct body_row *row)
{
	const struct compose *c = &ui->compose;
	int wide = digits(payload_lines(c->payload)), x = r.x + margin(ui);
	bool ours = row->field == c->focus && ui->view != VIEW_REVIEW;
	const struct json_part part = { row->text, row->from, row->to };

	if (c->wire) {
		wire_row(ui, g, (struct rect){ r.y, x, 1, r.x + r.cols - x }, row);
		return;
	}
	if (row->from == 0)
		grid_textf(g, r.y, r.x + 3, wide, ours ? ROLE_HEAD : ROLE_NOTE, "%*zu", wide,
			   row->line + 1);
	json_part(g, r.y, x, r.x + r.cols - x, &part);
}

/* Where the focused field is, or would be. */
static size_t
anchor(const struct compose *c, size_t *count)
{
	size_t first = 0;

	payload_span_lines(c->payload, c->focus, &first, count);
	for (int f = (int)c->focus - 1; *count == 0 && f >= 0; f--) {
		size_t lines;

		payload_span_lines(c->payload, (enum field_id)f, &first, &lines);
		if (lines > 0)
			return first + lines - 1;
	}
	return first;
}

/* Of a list that is too long for its room: its head, how many are not shown, its tail. */
static void
folded(struct ui *ui, struct grid *g, struct rect r, size_t first, size_t count)
{
	size_t head = (size_t)r.rows - 3;
	struct rect row = { r.y, r.x, 1, r.cols };
	char number[VIEW_NUMBER_SIZE];

	for (size_t i = 0; i < head; i++, row.y++)
		payload_line_cut(ui, g, row, first + i, i == 0);
	view_number(number, count - head - 2);
	grid_textf(g, row.y++, r.x + 9, r.cols - 9, ROLE_NOTE, "... %s more ...", number);
	for (size_t i = count - 2; i < count; i++, row.y++)
		payload_line_cut(ui, g, row, first + i, false);
}

static void
strip_lines(struct ui *ui, struct grid *g, struct rect r)
{
	const struct compose *c = &ui->compose;
	size_t count = 0, first = anchor(c, &count), total = payload_lines(c->payload);
	size_t rows = (size_t)r.rows, before = rows > 6 ? 2 : rows > 3;
	size_t top = first > before ? first - before : 0;

	if (top + rows > total)
		top = total > rows ? total - rows : 0;
	for (size_t i = 0; i < rows && top + i < total; i++) {
		struct rect row = { r.y + (int)i, r.x, 1, r.cols };
		size_t left = rows - i;

		if (top + i == first && count > left && left >= 5) {
			row.rows = (int)left;
			folded(ui, g, row, first, count);
			return;
		}
		payload_line_cut(ui, g, row, top + i, count > 0 && top + i == first);
	}
}

static void
strip_wire(struct ui *ui, struct grid *g, struct rect r)
{
	struct body_row row;
	struct body b;
	bool more;

	body_init(&b, ui->compose.payload, true, r.cols - 2);
	more = body_row(&b, body_find_field(&b, ui->compose.focus), &row);
	for (int y = 0; y < r.rows && more; y++) {
		view_payload_row(ui, g, (struct rect){ r.y + y, r.x, 1, r.cols }, &row);
		more = body_next(&b, &row);
	}
	body_done(&b);
}

void
view_payload_strip(struct ui *ui, struct grid *g, struct rect r)
{
	struct rect text = { r.y + 1, r.x, r.rows - 1, r.cols };
	char size[160];

	view_payload_size(ui, size, sizeof(size), false);
	grid_rule(g, r.y, r.x, r.cols, ui->compose.wire ? "Wire bytes" : "Payload", size);
	if (ui->compose.wire)
		strip_wire(ui, g, text);
	else
		strip_lines(ui, g, text);
}

void
view_payload(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	struct list *l = &c->payload_list;
	int y = body.y + 1, end = body.y + body.rows;
	struct body_row row;
	struct body b;
	char size[160];
	bool more;

	view_payload_size(ui, size, sizeof(size), body.cols >= 110);
	grid_rule(g, body.y, body.x, body.cols, c->wire ? "Wire bytes, as sent" : "Payload, pretty",
		  size);
	compose_payload_refit(ui, end - y);
	body_init(&b, c->payload, c->wire, c->payload_cols);
	more = body_row(&b, l->top, &row);
	for (size_t k = l->top; y < end && more; k++, y++) {
		if (k == l->at)
			grid_text(g, y, body.x + (c->wire ? 0 : 1), 1, ROLE_HEAD, ">");
		view_payload_row(ui, g, (struct rect){ y, body.x, 1, body.cols }, &row);
		more = body_next(&b, &row);
	}
	body_done(&b);
}
