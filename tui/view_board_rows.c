/* view_board_rows.c - the list: its columns by width, its rows, its ages.
 *
 * A column is a row of the table and a case in cell(). Ages are counted in
 * whole minutes of the clock on the wall, so they all change together and an
 * idle screen needs no more than one wake-up a minute.
 */
#include "config.h"

#include "core/clock.h"
#include "core/text.h"
#include "tui/board_local.h"

#include <stdio.h>
#include <string.h>

#define PREFIX    3 /* blank, cursor, mark */
#define MINUTE_MS 60000
#define ID_MIN    22
#define ID_MAX    40

enum column_id {
	COL_STATUS,
	COL_ID,
	COL_PROJECT,
	COL_BATCH,
	COL_PRI,
	COL_TAGS,
	COL_AGE,
	COL_CHANGED,
	COL_NOTE,
	COL_COUNT
};

/* clang-format off */
static const struct column {
	const char *head;
	int width;            /* columns; 0 = takes what is left */
	int from;             /* shown in lists at least so wide */
	enum board_sort sort; /* what S calls it */
} columns[COL_COUNT] = {
	[COL_STATUS]  = { "STATUS",    13,   0, BOARD_SORT_STATUS },
	[COL_ID]      = { "UNIQUE ID",  0,   0, BOARD_SORT_ID },
	[COL_PROJECT] = { "PROJECT",   20, 140, BOARD_SORT_COUNT },
	[COL_BATCH]   = { "BATCH",     18, 116, BOARD_SORT_COUNT },
	[COL_PRI]     = { "PRI",        5,  56, BOARD_SORT_PRIORITY },
	[COL_TAGS]    = { "TAGS",      14,  78, BOARD_SORT_COUNT },
	[COL_AGE]     = { "AGE",        5,   0, BOARD_SORT_CREATED },
	[COL_CHANGED] = { "CHANGED",   10,  64, BOARD_SORT_CHANGED },
	[COL_NOTE]    = { "NOTE",       0,  92, BOARD_SORT_COUNT },
};
/* clang-format on */

/* Columns that column c gets in a list of cols columns; 0 = it is not shown. */
static int
width_of(int c, int cols)
{
	int left = cols - PREFIX;

	if (cols < columns[c].from)
		return 0;
	if (c == COL_ID && cols >= columns[COL_NOTE].from)
		return cols / 5 < ID_MIN ? ID_MIN : cols / 5 > ID_MAX ? ID_MAX : cols / 5;
	if (columns[c].width)
		return columns[c].width;
	for (int i = 0; i < COL_COUNT; i++)
		if (i != c && cols >= columns[i].from)
			left -= 1 + width_of(i, cols);
	return left > 0 ? left : 0;
}

static int64_t
minutes_since(const struct ui *ui, int64_t then_ms)
{
	int64_t n = ui->now.wall_ms / MINUTE_MS - then_ms / MINUTE_MS;

	return n > 0 ? n : 0;
}

/* When its status moved: as noticed here, else as the service told; 0 = not since it was made. */
static int64_t
changed_ms(const struct board_row *r)
{
	if (r->seen_ms > 0)
		return r->seen_ms;
	return r->updated_ms - r->created_ms >= MINUTE_MS ? r->updated_ms : 0;
}

static void
changed_text(const struct ui *ui, int64_t then_ms, char *out, size_t size)
{
	long n = (long)minutes_since(ui, then_ms);

	if (then_ms <= 0)
		snprintf(out, size, "-");
	else if (n == 0)
		snprintf(out, size, "now");
	else if (n < 60)
		snprintf(out, size, "%ld min ago", n);
	else if (n < 24 * 60)
		snprintf(out, size, "%ld h ago", n / 60);
	else
		snprintf(out, size, "%ld d ago", n / (24 * 60));
}

static void
status(struct grid *g, int y, int x, int width, const struct board_row *r)
{
	enum role role = ui_status_role(r->status);
	const char mark[] = { task_statuses[r->status].mark, '\0' };

	grid_text(g, y, x, 1, role, mark);
	grid_text_cut(g, y, x + 2, width - 2, role, untrusted_str(r->word));
}

static void
tags(struct grid *g, int y, int x, int width, const char *list)
{
	char text[96];
	size_t i = 0;

	for (; list[i] && i + 1 < sizeof(text); i++)
		text[i] = list[i] == '\n' ? ',' : list[i];
	grid_text_cut(g, y, x, width, ROLE_NOTE, untrusted(text, i));
}

static void
cell(const struct ui *ui, struct grid *g, int y, int x, int width, const struct board_row *r, int c)
{
	char text[32];

	switch (c) {
	case COL_STATUS: status(g, y, x, width, r); break;
	case COL_ID:
		grid_text_middle(g, y, x, width,
				 board_marked(&ui->board, r->key) ? ROLE_MARKED : ROLE_VALUE,
				 untrusted_str(board_name(r)));
		break;
	case COL_PROJECT:
		grid_text_cut(g, y, x, width, ROLE_VALUE, untrusted_str(r->project));
		break;
	case COL_BATCH:
		grid_text_middle(g, y, x, width, ROLE_VALUE, untrusted_str(r->batch));
		break;
	case COL_PRI:
		if (r->priority)
			grid_textf(g, y, x, width, ROLE_NOTE, "%d", r->priority);
		break;
	case COL_TAGS: tags(g, y, x, width, r->tags); break;
	case COL_AGE:
		if (r->created_ms > 0) {
			clock_age(minutes_since(ui, r->created_ms) * MINUTE_MS, text, sizeof(text));
			grid_text(g, y, x, width, ROLE_NOTE, text);
		}
		break;
	case COL_CHANGED:
		changed_text(ui, changed_ms(r), text, sizeof(text));
		grid_text(g, y, x, width, ROLE_NOTE, text);
		break;
	case COL_NOTE: grid_text_cut(g, y, x, width, ROLE_NOTE, untrusted_str(r->note)); break;
	default: break;
	}
}

static void
row(const struct ui *ui, struct grid *g, int y, struct rect area, size_t i)
{
	const struct board *b = &ui->board;
	const struct board_row *r = &b->rows[i];
	int x = area.x + PREFIX;

	if (board_marked(b, r->key))
		grid_text(g, y, area.x + 2, 1, ROLE_MARKED, "*");
	for (int c = 0; c < COL_COUNT; c++) {
		int width = width_of(c, area.cols);

		if (!width)
			continue;
		cell(ui, g, y, x, width, r, c);
		x += width + 1;
	}
	if (i != b->at)
		return;
	grid_text(g, y, area.x + 1, 1, ROLE_CURSOR, ">");
	grid_role(g, y, area.x, area.cols, b->detail_focus ? ROLE_CURSOR_IDLE : ROLE_CURSOR);
}

static void
heads(const struct ui *ui, struct grid *g, struct rect area)
{
	const struct board *b = &ui->board;
	int x = area.x + PREFIX;

	for (int c = 0; c < COL_COUNT; c++) {
		int width = width_of(c, area.cols), used;

		if (!width)
			continue;
		used = grid_text(g, area.y, x, width, ROLE_LABEL, columns[c].head);
		if (columns[c].sort == b->sort)
			grid_text(g, area.y, x + used, width - used, ROLE_LABEL,
				  b->reverse ? " ^" : " v");
		x += width + 1;
	}
}

/* A wrong filter is told right under the word that is wrong. */
static void
filter_error(const struct ui *ui, struct grid *g, struct rect area)
{
	const struct board *b = &ui->board;
	int x = area.x + 3 + (int)text_cols(buf_str(&b->filter.text), b->filter_at);
	char text[300];
	int cols;

	snprintf(text, sizeof(text), "^ %s", b->filter_err.msg);
	cols = (int)text_cols(text, strlen(text));
	if (x + cols > area.x + area.cols)
		x = area.x + area.cols - cols;
	if (x < area.x + 1)
		x = area.x + 1;
	grid_text_cut(g, area.y, x, area.x + area.cols - x, ROLE_ERROR, untrusted_str(text));
}

static void
nothing(const struct ui *ui, struct grid *g, struct rect area)
{
	const struct board *b = &ui->board;
	int x = area.x + PREFIX, width = area.cols - PREFIX;
	const char *filter = buf_str(&b->filter.text);
	int used;

	if (!b->loaded) {
		grid_text(g, area.y, x, width, ROLE_NOTE, "reading the list");
	} else if (b->filter_err.code != ERR_OK) { /* of another filter, that was cut short */
		grid_text(g, area.y, x, width, ROLE_NOTE, "the list waits for the whole filter");
		grid_text(g, area.y + 1, x, area.rows > 1 ? width : 0, ROLE_NOTE, "Esc clears it");
	} else if (b->parsed.count) {
		used = grid_text(g, area.y, x, width, ROLE_NOTE, "nothing matches ");
		grid_text_cut(g, area.y, x + used, width - used, ROLE_VALUE, untrusted_str(filter));
		grid_text(g, area.y + 1, x, area.rows > 1 ? width : 0, ROLE_NOTE,
			  "Esc clears the filter");
	} else {
		grid_text(g, area.y, x, width, ROLE_NOTE, "no tasks yet");
		grid_text(g, area.y + 1, x, area.rows > 1 ? width : 0, ROLE_NOTE,
			  "r asks the service; 1 is the form that makes one");
	}
}

/* The window's height changed or rows came: keep the cursor in it. */
static void
settle(struct board *b, int height)
{
	struct list l = { .n = b->n, .at = b->at, .top = b->top };

	list_fit(&l, b->n, height);
	b->at = l.at;
	b->top = l.top;
	b->height = height;
}

void
board_list_view(struct ui *ui, struct grid *g, struct rect r)
{
	struct board *b = &ui->board;
	struct rect list = { r.y + 1, r.x, r.rows - 1, r.cols };

	if (r.rows < 1 || r.cols < 1)
		return;
	if (b->filtering && b->filter_err.code != ERR_OK)
		filter_error(ui, g, r);
	else
		heads(ui, g, r);
	settle(b, list.rows);
	if (b->n == 0 && list.rows > 0)
		nothing(ui, g, list);
	for (int i = 0; i < list.rows && b->top + (size_t)i < b->n; i++)
		row(ui, g, list.y + i, list, b->top + (size_t)i);
}

/* Minutes until what is shown for this age becomes another word. */
static int64_t
minutes_left(int64_t minutes)
{
	if (minutes < 60)
		return 1;
	if (minutes < 24 * 60)
		return 60 - minutes % 60;
	return 24 * 60 - minutes % (24 * 60);
}

/* When an age becomes another word. */
static int64_t
ages_deadline(const struct ui *ui)
{
	const struct board *b = &ui->board;
	int64_t least = INT64_MAX;

	for (int i = 0; i < b->height && b->top + (size_t)i < b->n; i++) {
		const struct board_row *r = &b->rows[b->top + (size_t)i];
		int64_t times[] = { r->created_ms, changed_ms(r) };

		for (size_t k = 0; k < ARRAY_LEN(times); k++) {
			int64_t left = minutes_left(minutes_since(ui, times[k]));

			if (times[k] > 0 && left < least)
				least = left;
		}
	}
	if (least == INT64_MAX)
		return -1;
	return ui->now.mono_ms + least * MINUTE_MS - ui->now.wall_ms % MINUTE_MS;
}

int64_t
board_deadline(const struct ui *ui)
{
	const struct story *story = board_story(&ui->board);
	int64_t at, next = -1;
	char text[96];

	if (ui->view != VIEW_BOARD)
		return -1;
	at = ages_deadline(ui);
	if (story)
		next = story_next(story, ui->now, text, sizeof(text));
	return next >= 0 && (at < 0 || next < at) ? next : at;
}
