/* view_board.c - the board: where list and detail stand, the rule above, the note below. */
#include "config.h"

#include "core/text.h"
#include "tui/board_local.h"
#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define LIST_ROWS 4  /* rule, heads and two tasks stay */
#define LIST_COLS 60 /* beside the detail */
#define PANE_COLS 30
#define PANE_ROWS 3

static int
clamp(int n, int low, int high)
{
	return n > high ? high : n < low ? low : n;
}

/* Add " 3 error"; false when it would pass width. */
static bool
add_count(const struct board *b, int status, int width, char *out, size_t size)
{
	size_t n = strlen(out);
	char more[64];

	if (!b->counts[status])
		return true;
	snprintf(more, sizeof(more), "%s %ld %s", strchr(out, ':') ? "" : ":", b->counts[status],
		 task_statuses[status].name);
	if (n + strlen(more) >= size || (int)(n + strlen(more)) > width)
		return false;
	snprintf(out + n, size - n, "%s", more);
	return true;
}

/* "112 tasks: 61 pending 45 completed 3 error"; where not all of it fits, what waits for a
 * person comes first. */
static void
counts_text(const struct board *b, int width, char *out, size_t size)
{
	bool all_fit = true;
	long all = 0;
	size_t n;

	out[0] = '\0';
	for (int s = 0; s < TASK_STATUS_COUNT; s++)
		all += b->counts[s];
	if (!b->loaded)
		return;
	if (b->parsed.count && b->total >= 0)
		n = (size_t)snprintf(out, size, "%ld of %ld", b->total, all);
	else
		n = (size_t)snprintf(out, size, "%ld task%s", all, all == 1 ? "" : "s");
	for (int s = 0; s < TASK_STATUS_COUNT && all_fit; s++)
		all_fit = add_count(b, s, width, out, size);
	if (all_fit)
		return;
	out[n] = '\0';
	for (int order = 0; order < TASK_STATUS_COUNT; order++)
		for (int s = 0; s < TASK_STATUS_COUNT; s++)
			if (task_statuses[s].order == order && !add_count(b, s, width, out, size))
				return;
}

/* The rule above the list: which tasks, how many; or the filter that is being typed. */
static void
header(struct ui *ui, struct grid *g, struct rect r)
{
	struct board *b = &ui->board;
	const char *filter = b->filter.text.len ? buf_str(&b->filter.text) : "all tasks";
	char right[256];
	int room = r.cols - 6 - (int)text_cols(filter, strlen(filter));

	counts_text(b, clamp(room, r.cols / 3, r.cols), right, sizeof(right));
	if (!b->filtering) {
		grid_rule(g, r.y, r.x, r.cols, filter, right);
		return;
	}
	room = r.cols > 50 ? (int)strlen(right) + 2 : 1;
	grid_fill(g, (struct rect){ r.y, r.x, 1, r.cols }, ROLE_NORMAL);
	grid_text(g, r.y, r.x + 1, 2, ROLE_KEY, "/");
	edit_view(&b->filter, g, (struct rect){ r.y, r.x + 3, 1, r.cols - 3 - room }, ROLE_EDIT);
	if (room > 1)
		grid_text(g, r.y, r.x + r.cols - room + 1, room - 1, ROLE_NOTE, right);
}

static void
list_pane(struct ui *ui, struct grid *g, struct rect r)
{
	header(ui, g, r);
	board_list_view(ui, g, (struct rect){ r.y + 1, r.x, r.rows - 1, r.cols });
}

/* Are the lines those of the task under the cursor? Make them so if the task is here. */
static bool
lines_ready(struct ui *ui, int cols)
{
	struct board *b = &ui->board;
	const struct board_row *r = board_row(b);

	if (!r || !b->has_detail || strcmp(b->detail_key, r->key) != 0)
		return false;
	if (b->doc.cols != cols)
		board_detail(&b->doc, &b->detail,
			     &(struct detail_look){ .cols = cols,
						    .utc = ui->utc,
						    .seen_ms = r->seen_ms,
						    .story = &b->story });
	return true;
}

/* The detail with its rule above. */
static void
detail_pane(struct ui *ui, struct grid *g, struct rect r)
{
	struct board *b = &ui->board;
	const struct board_row *row = board_row(b);
	struct rect in = { r.y + 1, r.x, r.rows - 1, r.cols };
	char title[160] = "Detail", where[48] = "";
	bool ready = lines_ready(ui, r.cols);

	if (row)
		snprintf(title, sizeof(title), "%sDetail: %s", b->detail_focus ? "> " : "",
			 board_name(row));
	if (ready)
		doc_view(&b->doc, g, in);
	else if (in.rows > 0)
		grid_text(g, in.y, in.x + 1, in.cols - 1, ROLE_NOTE,
			  row ? "reading it" : "no task under the cursor");
	if (ready && in.rows > 0 && b->doc.count > (size_t)in.rows)
		snprintf(where, sizeof(where), "%zu to %zu of %zu", b->doc.top + 1,
			 b->doc.top + (size_t)in.rows, b->doc.count);
	grid_rule(g, r.y, r.x, r.cols, title, where);
}

static void
beside(struct ui *ui, struct grid *g, struct rect body)
{
	struct board *b = &ui->board;
	int usual = body.cols * 42 / 100;
	int cols = clamp(usual + b->detail_cols, PANE_COLS, body.cols - LIST_COLS);
	int x = body.x + body.cols - cols;

	b->detail_cols = cols - usual;
	list_pane(ui, g, (struct rect){ body.y, body.x, body.rows, body.cols - cols - 1 });
	detail_pane(ui, g, (struct rect){ body.y, x, body.rows, cols });
	grid_vline(g, body.y + 1, x - 1, body.rows - 1);
	grid_text(g, body.y, x - 1, 1, ROLE_RULE, g->ascii ? "+" : "┬");
}

static void
stacked(struct ui *ui, struct grid *g, struct rect body)
{
	struct board *b = &ui->board;
	int usual = body.rows * (b->detail_focus ? 3 : 2) / 5; /* who reads it gets more */
	int rows = clamp(usual + b->detail_rows, PANE_ROWS, body.rows - LIST_ROWS);

	b->detail_rows = rows - usual;
	list_pane(ui, g, (struct rect){ body.y, body.x, body.rows - rows, body.cols });
	detail_pane(ui, g, (struct rect){ body.y + body.rows - rows, body.x, rows, body.cols });
}

void
view_board(struct ui *ui, struct grid *g, struct rect body)
{
	struct board *b = &ui->board;

	if (body.rows < 1 || body.cols < 1)
		return;
	if (!b->detail_open)
		list_pane(ui, g, body);
	else if (body.cols >= BOARD_WIDE)
		beside(ui, g, body);
	else if (body.rows >= BOARD_STACK)
		stacked(ui, g, body);
	else if (b->detail_focus)
		detail_pane(ui, g, body);
	else
		list_pane(ui, g, body);
}

/* How fresh the list is. Clock times, not spans: an idle screen has nothing to redraw. */
static size_t
freshness(const struct ui *ui, char *out, size_t size)
{
	const struct board *b = &ui->board;
	char at[CLOCK_ISO_SIZE], next[CLOCK_ISO_SIZE];
	int n;

	if (b->refreshed_wall_ms)
		when_clock(b->refreshed_wall_ms, ui->utc, at, sizeof(at));
	if (b->refresh_err.code != ERR_OK)
		n = snprintf(out, size, "STALE%s%s: %.150s. ",
			     b->refreshed_wall_ms ? ", as of " : "", b->refreshed_wall_ms ? at : "",
			     b->refresh_err.msg);
	else if (b->refreshed_wall_ms)
		n = snprintf(out, size, "as of %s", at);
	else
		n = snprintf(out, size, "not refreshed yet");
	if (b->refresh_err.code == ERR_OK) {
		when_clock(ui->now.wall_ms + b->next_refresh_mono_ms - ui->now.mono_ms, ui->utc,
			   next, sizeof(next));
		n += snprintf(out + n, size - (size_t)n, "%s%s%s. ",
			      b->refreshing             ? ", refreshing"
			      : b->next_refresh_mono_ms ? ", next "
							: "",
			      !b->refreshing && b->next_refresh_mono_ms ? next : "",
			      b->auto_ms ? "" : ", r refreshes");
	}
	return (size_t)n;
}

void
board_note(const struct ui *ui, char *out, size_t size)
{
	static const char *const sorts[BOARD_SORT_COUNT] = {
		[BOARD_SORT_CREATED] = "age",       [BOARD_SORT_CHANGED] = "changed",
		[BOARD_SORT_STATUS] = "status",     [BOARD_SORT_ID] = "unique id",
		[BOARD_SORT_PRIORITY] = "priority",
	};
	const struct board *b = &ui->board;
	char text[768];
	size_t n;

	if (b->filtering) {
		snprintf(out, size,
			 "words, !word, status: project: batch: tag: id: priority: "
			 "age<2h changed<10m");
		return;
	}
	if (board_story(b) && story_next(board_story(b), ui->now, text, sizeof(text)) >= 0) {
		snprintf(out, size, "%s.", text);
		return;
	}
	n = freshness(ui, text, sizeof(text));
	if (b->n && b->above >= 0 && b->total >= 0)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "row %ld of %ld",
				      b->above + (long)b->at + 1, b->total);
	if (b->mark_count)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ", %zu marked", b->mark_count);
	snprintf(text + n, sizeof(text) - n, "%sby %s%s", b->n ? ", " : "", sorts[b->sort],
		 b->reverse ? ", reversed" : "");
	snprintf(out, size, "%s", text);
}
