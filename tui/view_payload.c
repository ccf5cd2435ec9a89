/* view_payload.c - the bytes that would be sent: beside the form, and over the whole screen.
 *
 * Only the lines in the window are drawn. The pane follows the focused field;
 * of a long list it shows both ends. The sha256 costs a pass over all bytes,
 * so a large body gets it when the typing rests (the save's tick draws it).
 */
#include "config.h"

#include "tui/compose.h"
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

void
view_payload_line(struct ui *ui, struct grid *g, struct rect row, size_t line, bool mark)
{
	const struct compose *c = &ui->compose;
	int wide = digits(payload_lines(c->payload));
	int x = row.x + 3, text_x = x + wide + 1;
	struct buf url = BUF_INIT(8 * DRAFT_VALUE_MAX); /* a byte is at most \u0000 in JSON */
	struct payload_line it;
	bool ours;

	if (!payload_line(c->payload, line, &it))
		return;
	ours = it.field == c->focus && ui->view != VIEW_REVIEW;
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

/* Offset of wire row k: on a character. */
static size_t
row_start(const struct buf *wire, size_t k, int width)
{
	size_t at = k * (size_t)width;

	if (at >= wire->len)
		return wire->len;
	while (at < wire->len && ((unsigned char)wire->p[at] & 0xC0) == 0x80)
		at++;
	return at;
}

size_t
view_payload_wire_rows(const struct ui *ui, int width)
{
	size_t n = payload_size(ui->compose.payload);

	return width > 0 ? (n + (size_t)width - 1) / (size_t)width : 0;
}

static size_t
clamp(size_t at, size_t low, size_t high)
{
	if (at < low)
		return low;
	return at > high ? high : at;
}

void
view_payload_wire(struct ui *ui, struct grid *g, struct rect r, size_t from_row)
{
	struct compose *c = &ui->compose;
	struct buf wire = BUF_INIT(PAYLOAD_MAX + 1);
	size_t at, n;

	payload_wire(c->payload, &wire);
	payload_span_wire(c->payload, c->focus, &at, &n);
	if (ui->view == VIEW_REVIEW)
		n = 0;
	for (int y = 0; y < r.rows && r.cols > 0; y++) {
		size_t from = row_start(&wire, from_row + (size_t)y, r.cols);
		size_t to = row_start(&wire, from_row + (size_t)y + 1, r.cols);
		size_t a = n > 0 ? clamp(at, from, to) : to, b = clamp(at + n, a, to);
		const char *p = buf_str(&wire);
		int x = r.x, end = r.x + r.cols;

		if (from >= to)
			break;
		x += grid_text_n(g, r.y + y, x, end - x, ROLE_NOTE, p + from, a - from);
		x += grid_text_n(g, r.y + y, x, end - x, ROLE_VALUE, p + a, b - a);
		grid_text_n(g, r.y + y, x, end - x, ROLE_NOTE, p + b, to - b);
	}
	buf_free(&wire);
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
		view_payload_line(ui, g, row, first + i, i == 0);
	view_number(number, count - head - 2);
	grid_textf(g, row.y++, r.x + 9, r.cols - 9, ROLE_NOTE, "... %s more ...", number);
	for (size_t i = count - 2; i < count; i++, row.y++)
		view_payload_line(ui, g, row, first + i, false);
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
		view_payload_line(ui, g, row, top + i, count > 0 && top + i == first);
	}
}

void
view_payload_strip(struct ui *ui, struct grid *g, struct rect r)
{
	struct rect text = { r.y + 1, r.x + 1, r.rows - 1, r.cols - 2 };
	char size[160];
	size_t at, n;

	view_payload_size(ui, size, sizeof(size), false);
	grid_rule(g, r.y, r.x, r.cols, ui->compose.wire ? "Wire bytes" : "Payload", size);
	if (!ui->compose.wire) {
		strip_lines(ui, g, (struct rect){ r.y + 1, r.x, r.rows - 1, r.cols });
		return;
	}
	payload_span_wire(ui->compose.payload, ui->compose.focus, &at, &n);
	view_payload_wire(ui, g, text, n > 0 && text.cols > 0 ? at / (size_t)text.cols : 0);
}

void
view_payload(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	struct rect text = { body.y + 1, body.x + 1, body.rows - 1, body.cols - 2 };
	size_t total = c->wire ? view_payload_wire_rows(ui, text.cols) : payload_lines(c->payload);
	size_t rows = (size_t)text.rows, count = 0, first;
	char size[160];

	view_payload_size(ui, size, sizeof(size), body.cols >= 110);
	grid_rule(g, body.y, body.x, body.cols, c->wire ? "Wire bytes, as sent" : "Payload, pretty",
		  size);
	list_fit(&c->payload_list, total > rows ? total - rows + 1 : 1, text.rows);
	if (c->wire) {
		view_payload_wire(ui, g, text, c->payload_list.at);
		return;
	}
	payload_span_lines(c->payload, c->focus, &first, &count);
	for (size_t i = 0; i < rows && c->payload_list.at + i < total; i++) {
		struct rect row = { text.y + (int)i, body.x, 1, body.cols };
		size_t line = c->payload_list.at + i;

		view_payload_line(ui, g, row, line, count > 0 && line == first);
	}
}
