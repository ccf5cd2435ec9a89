/* view_log.c - draws the log: the calls, newest first, and the one that is open. */
#include "config.h"

#include "tui/grid.h"
#include "tui/log_local.h"
#include "tui/ui.h"
#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define PREFIX    3 /* blank, cursor, blank */
#define OPEN_COLS 66

enum column_id { COL_TIME, COL_STATE, COL_WHAT, COL_HTTP, COL_TOOK, COL_SENT, COL_GOT, COL_COUNT };

/* clang-format off */
static const struct column {
	const char *head;
	int width; /* columns; 0 = takes what is left */
	int from;  /* shown in lists at least so wide */
} columns[COL_COUNT] = {
	[COL_TIME]  = { "TIME",   9,  0 },
	[COL_STATE] = { "STATE", 12,  0 },
	[COL_WHAT]  = { "WHAT",   0,  0 },
	[COL_HTTP]  = { "HTTP",   4, 50 },
	[COL_TOOK]  = { "TOOK",   7, 60 },
	[COL_SENT]  = { "SENT",   8, 90 },
	[COL_GOT]   = { "GOT",    8, 76 },
};
/* clang-format on */

static int
width_of(int c, int cols)
{
	int left = cols - PREFIX - 1; /* a blank at the end: numbers stand at the right */

	if (cols < columns[c].from)
		return 0;
	if (columns[c].width)
		return columns[c].width;
	for (int i = 0; i < COL_COUNT; i++)
		if (i != c && cols >= columns[i].from)
			left -= columns[i].width + 1;
	return left > 0 ? left : 0;
}

static void
what(struct grid *g, int y, int x, int width, const struct api_call *call)
{
	int used = grid_text_cut(g, y, x, width, ROLE_VALUE,
				 untrusted_str(endpoints[call->endpoint].name));

	if (used + 4 < width)
		grid_text_middle(g, y, x + used + 2, width - used - 2, ROLE_NOTE,
				 untrusted_str(call->path));
}

static void
cell(const struct ui *ui, struct grid *g, int y, int x, int width, const struct api_call *call,
     int c)
{
	struct log_word word = log_word(call);
	char text[CLOCK_ISO_SIZE] = "";

	switch (c) {
	case COL_TIME: when_clock(call->at_wall_ms, ui->utc, text, sizeof(text)); break;
	case COL_STATE:
		grid_textf(g, y, x, width, word.role, "%c %s", word.mark, word.word);
		return;
	case COL_WHAT: what(g, y, x, width, call); return;
	case COL_HTTP:
		if (call->status)
			snprintf(text, sizeof(text), "%ld", call->status);
		break;
	case COL_TOOK: log_took(call, text, sizeof(text)); break;
	case COL_SENT: snprintf(text, sizeof(text), "%zu", call->sent_total); break;
	case COL_GOT: snprintf(text, sizeof(text), "%zu", call->got_total); break;
	default: break;
	}
	if (c == COL_TOOK || c == COL_SENT || c == COL_GOT)
		grid_text_right(g, y, x, width, ROLE_NOTE, text);
	else
		grid_text(g, y, x, width, ROLE_NOTE, text);
}

static void
heads(struct grid *g, struct rect r)
{
	int x = r.x + PREFIX;

	for (int c = 0; c < COL_COUNT; c++) {
		int width = width_of(c, r.cols);

		if (!width)
			continue;
		if (c == COL_TOOK || c == COL_SENT || c == COL_GOT)
			grid_text_right(g, r.y, x, width, ROLE_LABEL, columns[c].head);
		else
			grid_text(g, r.y, x, width, ROLE_LABEL, columns[c].head);
		x += width + 1;
	}
}

static void
row(const struct ui *ui, struct grid *g, int y, struct rect r, size_t i)
{
	const struct logview *l = &ui->log;
	const struct api_call *call = l->source.get(l->source.arg, i);
	int x = r.x + PREFIX;

	for (int c = 0; c < COL_COUNT; c++) {
		int width = width_of(c, r.cols);

		if (!width)
			continue;
		cell(ui, g, y, x, width, call, c);
		x += width + 1;
	}
	if (i != l->list.at)
		return;
	grid_text(g, y, r.x + 1, 1, ROLE_CURSOR, ">");
	grid_role(g, y, r.x, r.cols, l->open ? ROLE_CURSOR_IDLE : ROLE_CURSOR);
}

static void
list_pane(struct ui *ui, struct grid *g, struct rect r)
{
	struct logview *l = &ui->log;
	size_t n = log_count(l);
	char count[48];

	snprintf(count, sizeof(count), "%zu call%s", n, n == 1 ? "" : "s");
	grid_rule(g, r.y, r.x, r.cols, "Calls, newest first", count);
	if (r.rows < 2)
		return;
	heads(g, (struct rect){ r.y + 1, r.x, 1, r.cols });
	list_fit(&l->list, n, r.rows - 2);
	log_current(l);
	if (n == 0 && r.rows > 2)
		grid_text(g, r.y + 2, r.x + PREFIX, r.cols - PREFIX, ROLE_NOTE,
			  "no call was made yet");
	for (int i = 0; i < r.rows - 2 && l->list.top + (size_t)i < n; i++)
		row(ui, g, r.y + 2 + i, r, l->list.top + (size_t)i);
}

static void
call_pane(struct ui *ui, struct grid *g, struct rect r)
{
	struct logview *l = &ui->log;
	const struct api_call *call = log_current(l);
	struct rect in = { r.y + 1, r.x, r.rows - 1, r.cols };
	char where[48] = "";

	if (!call)
		return;
	if (l->doc.cols != r.cols || l->doc_ticket != call->ticket ||
	    l->doc_took != call->took_ms) {
		log_lines(&l->doc, call, r.cols, ui->utc);
		l->doc_ticket = call->ticket;
		l->doc_took = call->took_ms;
	}
	doc_view(&l->doc, g, in);
	if (in.rows > 0 && l->doc.count > (size_t)in.rows)
		snprintf(where, sizeof(where), "%zu to %zu of %zu", l->doc.top + 1,
			 l->doc.top + (size_t)in.rows, l->doc.count);
	grid_rule(g, r.y, r.x, r.cols, endpoints[call->endpoint].name, where);
}

void
view_log(struct ui *ui, struct grid *g, struct rect body)
{
	struct logview *l = &ui->log;
	int cols = body.cols - OPEN_COLS - 1;

	if (body.rows < 1 || body.cols < 1)
		return;
	if (!l->open || !log_current(l)) {
		list_pane(ui, g, body);
	} else if (body.cols < LOG_WIDE) {
		call_pane(ui, g, body);
	} else {
		list_pane(ui, g, (struct rect){ body.y, body.x, body.rows, OPEN_COLS });
		call_pane(ui, g,
			  (struct rect){ body.y, body.x + body.cols - cols, body.rows, cols });
		grid_vline(g, body.y + 1, body.x + OPEN_COLS, body.rows - 1);
		grid_text(g, body.y, body.x + OPEN_COLS, 1, ROLE_RULE, g->ascii ? "+" : "┬");
	}
}
