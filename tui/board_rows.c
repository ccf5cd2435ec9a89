/* board_rows.c - the window of rows around the cursor.
 *
 * The table is never here: some screens of rows above and below the cursor
 * are, and others are asked for (UI_FETCH_ROWS) when it comes near an edge or
 * something changed. The cursor and the marks are keys of tasks, so whatever
 * the answer holds, they stay on their task.
 */
#include "config.h"

#include "core/mem.h"
#include "tui/board_local.h"

#include <stdio.h>
#include <string.h>

#define SCREENS     2 /* asked for on each side of the cursor */
#define SPAN_MIN    60
#define SPAN_MAX    700
#define TRIES_MAX   3
#define NO_NEIGHBOR (TRIES_MAX + 1) /* if the cursor's row is gone, go to the top */

struct board_row *
board_row(const struct board *b)
{
	return b->at < b->n ? &b->rows[b->at] : NULL;
}

const char *
board_name(const struct board_row *r)
{
	return r->unique_id[0] ? r->unique_id : r->key;
}

static void
put_key(char *to, const char *key)
{
	if (to != key)
		snprintf(to, BOARD_KEY_SIZE, "%s", key);
}

static size_t
span(const struct board *b)
{
	size_t n = b->height > 0 ? (size_t)b->height * SCREENS : 0;

	return n < SPAN_MIN ? SPAN_MIN : n > SPAN_MAX ? SPAN_MAX : n;
}

/* One question at a time: a newer one takes the place of one not carried out yet. */
static struct ui_cmd *
fetch_command(struct ui *ui)
{
	for (size_t i = 0; i < ui->out_count; i++)
		if (ui->out[i].kind == UI_FETCH_ROWS)
			return &ui->out[i];
	return ui_ask(ui, UI_FETCH_ROWS);
}

static void
ask(struct ui *ui, bool end)
{
	struct board *b = &ui->board;
	struct ui_cmd *cmd = fetch_command(ui);

	b->span = span(b);
	b->want_end = end;
	cmd->fetch = (struct fetch){
		.filter = b->parsed,
		.sort = b->sort,
		.reverse = b->reverse,
		.end = end,
		.before = b->span,
		.after = b->span,
	};
	put_key(cmd->fetch.key, b->cursor);
}

void
board_fetch(struct ui *ui)
{
	ask(ui, false);
}

void
board_fetch_anew(struct ui *ui)
{
	ui->board.tries = NO_NEIGHBOR;
	ask(ui, false);
}

void
board_load(struct ui *ui, bool ask_service)
{
	struct board *b = &ui->board;
	struct ui_cmd *cmd;

	if (!b->detail_open || !b->cursor[0])
		return;
	cmd = ui_ask(ui, UI_LOAD_TASK);
	snprintf(cmd->key, sizeof(cmd->key), "%s", b->cursor);
	cmd->flag = ask_service && !task_local_seq(b->cursor);
}

void
board_show(struct ui *ui, const char *key)
{
	struct board *b = &ui->board;

	put_key(b->cursor, key);
	b->want_shown = true;
	board_fetch_anew(ui);
	board_load(ui, false);
}

static bool
find(const struct rows_answer *a, const char *key, size_t *at)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->rows[i].key, key) == 0) {
			*at = i;
			return true;
		}
	return false;
}

/* The cursor's row went away: the row nearest to it, below first, that is still there. */
static bool
nearest(const struct board *b, const struct rows_answer *a, size_t *at)
{
	for (size_t d = 1; d <= b->n; d++) {
		if (b->at + d < b->n && find(a, b->rows[b->at + d].key, at))
			return true;
		if (d <= b->at && find(a, b->rows[b->at - d].key, at))
			return true;
	}
	return false;
}

/* Far down the list the answer is the list's top when the key is gone: ask around a neighbour. */
static bool
ask_neighbor(struct ui *ui)
{
	struct board *b = &ui->board;
	size_t d = (size_t)b->tries + 1;

	if (b->tries >= TRIES_MAX || b->above + (long)b->at <= 0)
		return false;
	if (b->at + d < b->n)
		put_key(b->cursor, b->rows[b->at + d].key);
	else if (d <= b->at)
		put_key(b->cursor, b->rows[b->at - d].key);
	else
		return false;
	b->tries++;
	ask(ui, false);
	return true;
}

/* Where the cursor goes in the answer; false: another window was asked for. */
static bool
place(struct ui *ui, const struct rows_answer *a, size_t *at)
{
	struct board *b = &ui->board;

	*at = 0;
	if (b->want_end)
		*at = a->n ? a->n - 1 : 0;
	else if (!b->cursor[0] || find(a, b->cursor, at))
		return true;
	else if (b->tries != NO_NEIGHBOR)
		return nearest(b, a, at) || !ask_neighbor(ui);
	return true;
}

static void
settle(struct board *b)
{
	size_t rows = b->height > 0 ? (size_t)b->height : 1;

	if (b->n <= rows)
		b->top = 0;
	else if (b->top > b->n - rows)
		b->top = b->n - rows;
	if (b->top > b->at)
		b->top = b->at;
	if (b->at - b->top >= rows)
		b->top = b->at - rows + 1;
}

static void
edges(struct board *b, const struct rows_answer *a)
{
	b->above = a->above;
	b->total = a->total;
	b->more_above = a->above > 0 || (a->above < 0 && b->at >= b->span);
	b->more_below = a->above >= 0 && a->total >= 0 ? a->above + (long)a->n < a->total
						       : a->n - b->at > b->span;
	if (b->want_end)
		b->more_below = false;
}

static void
hidden(struct ui *ui, const char *key)
{
	struct board *b = &ui->board;

	if (b->want_shown && b->parsed.count && strcmp(b->cursor, key) != 0)
		ui_toast(ui, ROLE_WARNING, "the filter hides that task; Esc clears the filter");
	b->want_shown = false;
}

void
board_answer(struct ui *ui, const struct rows_answer *a)
{
	struct board *b = &ui->board;
	bool at_top = b->top == 0 && !b->more_above;
	size_t line = b->at - b->top, at;
	char before[BOARD_KEY_SIZE];

	memcpy(b->counts, a->counts, sizeof(b->counts));
	b->loaded = true;
	if (!place(ui, a, &at))
		return;
	put_key(before, b->cursor);
	b->rows = mem_grow(b->rows, a->n ? a->n : 1, sizeof(*b->rows));
	if (a->n)
		memcpy(b->rows, a->rows, a->n * sizeof(*b->rows));
	b->n = a->n;
	b->at = at;
	edges(b, a);
	b->top = at_top && !b->more_above ? 0 : at > line ? at - line : 0;
	b->want_end = false;
	b->tries = 0;
	settle(b);
	put_key(b->cursor, b->n ? b->rows[at].key : "");
	hidden(ui, before);
	if (strcmp(before, b->cursor) != 0)
		board_load(ui, false);
}

/* The cursor stands at b->at now; ask for rows if it came near an edge with more beyond. */
static void
moved(struct ui *ui)
{
	struct board *b = &ui->board;
	size_t near = b->height > 0 ? (size_t)b->height : 1;

	if (b->n == 0 || strcmp(b->cursor, b->rows[b->at].key) == 0)
		return;
	put_key(b->cursor, b->rows[b->at].key);
	if ((b->more_above && b->at < near) || (b->more_below && b->n - b->at <= near))
		ask(ui, false);
	board_load(ui, false);
}

bool
board_move(struct ui *ui, int command)
{
	struct board *b = &ui->board;
	struct list l = { .n = b->n, .at = b->at, .top = b->top, .rows = b->height };

	if (command == CMD_TOP && b->more_above) {
		b->cursor[0] = '\0';
		b->at = b->top = 0;
		ask(ui, false);
		return true;
	}
	if (command == CMD_BOTTOM && b->more_below) {
		ask(ui, true);
		return true;
	}
	if (!list_move(&l, command))
		return false;
	b->at = l.at;
	b->top = l.top;
	moved(ui);
	return true;
}

void
board_rename(struct board *b, const char *old, const char *key)
{
	char *keys[] = { b->cursor, b->detail_key, b->then_key };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i], old) == 0)
			put_key(keys[i], key);
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->rows[i].key, old) == 0)
			put_key(b->rows[i].key, key);
	for (size_t i = 0; i < b->mark_count; i++)
		if (strcmp(b->marks[i].key, old) == 0)
			put_key(b->marks[i].key, key);
	for (size_t i = 0; i < b->cancels.n; i++)
		if (strcmp(b->cancels.target[i].key, old) == 0)
			put_key(b->cancels.target[i].key, key);
}

static size_t
mark_at(const struct board *b, const char *key)
{
	size_t i = 0;

	while (i < b->mark_count && strcmp(b->marks[i].key, key) != 0)
		i++;
	return i;
}

bool
board_marked(const struct board *b, const char *key)
{
	return mark_at(b, key) < b->mark_count;
}

void
board_mark(struct ui *ui)
{
	struct board *b = &ui->board;
	const struct board_row *r = board_row(b);
	size_t i;

	if (!r)
		return;
	i = mark_at(b, r->key);
	if (i < b->mark_count) {
		b->marks[i] = b->marks[--b->mark_count];
	} else {
		b->marks = mem_grow(b->marks, b->mark_count + 1, sizeof(*b->marks));
		b->marks[i] = (struct board_mark){ .status = r->status };
		put_key(b->marks[i].key, r->key);
		snprintf(b->marks[i].name, sizeof(b->marks[i].name), "%.95s", board_name(r));
		b->mark_count++;
	}
	board_move(ui, CMD_DOWN);
}
