/* picker_view.c - draws a picker: filter, rows with their matches, status, keys. */
#include "config.h"

#include "tui/picker.h"

#include "core/text.h"
#include "tui/fuzzy.h"

#include <stdio.h>
#include <string.h>

#define HITS_MAX 64

/* "Enter choose  ^R reload  Esc back", from the key table. */
static void
keys_line(const struct picker *p, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < key_count; i++) {
		const struct key_row *k = &key_table[i];

		if (!(k->places & p->place) || !k->word || k->places == ~0u)
			continue;
		if (k->command == CMD_AS_TYPED && !p->free_text)
			continue;
		if (len + strlen(k->name) + strlen(k->word) + 4 < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s %s", len ? "  " : "",
						k->name, k->word);
	}
}

/* Columns for the names: what the longest shown needs; with details three fifths at most. */
static int
name_width(const struct picker *p, int cols)
{
	bool details = false;
	int width = 8;

	for (size_t i = p->list.top; i < p->shown_count && i < p->list.top + (size_t)p->list.rows;
	     i++) {
		const struct picker_item *item = &p->items[p->shown[i]];
		int need = (int)text_cols(item->name, strlen(item->name));

		details |= item->detail[0] != '\0';
		if (need > width)
			width = need;
	}
	if (details)
		cols = cols * 3 / 5;
	return width < cols ? width : cols;
}

static void
show_matches(const struct picker *p, struct grid *g, int y, int x, int width, const char *name)
{
	size_t hits[HITS_MAX], n;
	int score;

	if (!fuzzy_match(buf_str(&p->filter.text), name, &score, hits, HITS_MAX, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct glyph gl;
		int col = (int)text_cols(name, hits[i]);

		text_glyph(name + hits[i], strlen(name) - hits[i], &gl);
		if (col + gl.cols <= width)
			grid_role(g, y, x + col, gl.cols, ROLE_MATCH);
	}
}

static void
view_row(const struct picker *p, struct grid *g, struct rect r, size_t row, int width)
{
	const struct picker_item *item = &p->items[p->shown[row]];
	bool cursor = row == p->list.at;
	int rest = r.cols - 4 - width; /* "> ", and two between */

	grid_text(g, r.y, r.x, 2, ROLE_POPUP, cursor ? "> " : "  ");
	grid_text_middle(g, r.y, r.x + 2, width, ROLE_POPUP, untrusted_str(item->name));
	if (rest > 3)
		grid_text_cut(g, r.y, r.x + 4 + width, rest, ROLE_NOTE,
			      untrusted_str(item->detail));
	if (cursor)
		grid_role(g, r.y, r.x, r.cols, ROLE_CURSOR);
	else
		show_matches(p, g, r.y, r.x + 2, width, item->name);
}

/* "3 of 214"; while nothing is typed "214", with the recent ones named. */
static void
count_line(const struct picker *p, char *out, size_t size)
{
	if (p->filter.text.len > 0)
		snprintf(out, size, "%zu of %zu", p->shown_count, p->item_count);
	else if (p->recent > 0)
		snprintf(out, size, "%zu, %zu recent first", p->item_count, p->recent);
	else
		snprintf(out, size, "%zu", p->item_count);
}

static void
view_rows(struct picker *p, struct grid *g, struct rect r)
{
	int width;

	list_fit(&p->list, p->shown_count, r.rows);
	width = name_width(p, r.cols - 2);
	for (int y = 0; y < r.rows; y++) {
		size_t row = p->list.top + (size_t)y;
		struct rect line = { r.y + y, r.x, 1, r.cols };

		if (row >= p->shown_count)
			break;
		view_row(p, g, line, row, width);
	}
	if (p->shown_count == 0 && r.rows > 0)
		grid_text(g, r.y, r.x + 2, r.cols - 2, ROLE_NOTE,
			  p->item_count == 0 ? "nothing here yet"
			  : p->free_text     ? "nothing matches; Enter takes it as typed"
					     : "nothing matches");
}

void
picker_view(struct picker *p, struct grid *g, struct rect r)
{
	char keys[160], count[48];
	struct rect in = { r.y + 1, r.x + 2, r.rows - 2, r.cols - 4 };
	int used;

	keys_line(p, keys, sizeof(keys));
	grid_box(g, r, p->title, keys);
	if (in.rows < 2 || in.cols < 12)
		return;
	count_line(p, count, sizeof(count));
	grid_text_right(g, in.y, in.x + in.cols / 2, in.cols - in.cols / 2, ROLE_NOTE, count);
	used = grid_text(g, in.y, in.x, in.cols, ROLE_LABEL, "filter: ");
	edit_view(&p->filter, g,
		  (struct rect){ in.y, in.x + used, 1,
				 in.cols - used - (int)text_cols(count, strlen(count)) - 1 },
		  ROLE_EDIT);
	in.y++;
	in.rows--;
	if (p->status[0] && in.rows > 2) {
		in.rows--;
		grid_text_cut(g, in.y + in.rows, in.x, in.cols, ROLE_NOTE,
			      untrusted_str(p->status));
	}
	view_rows(p, g, in);
}
