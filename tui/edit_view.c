/* edit_view.c - draws a text under a cursor; settles what part of it is seen. */
#include "config.h"

#include "tui/edit.h"

#include "core/text.h"
#include "tui/wrap.h"

/* Columns of s, counted no further than past limit. */
static int
cols_of(const char *s, size_t n, int limit)
{
	int cols = 0;

	for (size_t at = 0; at < n && cols <= limit;) {
		struct glyph gl;

		at += text_glyph(s + at, n - at, &gl);
		cols += gl.cols;
	}
	return cols;
}

/* The offset about cols columns before at. */
static size_t
back_by(const char *s, size_t n, size_t at, int cols)
{
	while (at > 0 && cols > 0) {
		size_t before = text_prev(s, n, at);

		cols -= cols_of(s + before, at - before, cols);
		at = before;
	}
	return at;
}

/*
 * A long line moves by a third of the field, not by a column a letter: what is
 * typed there then costs a letter on the wire and not a whole line.
 */
static void
settle_left(struct edit *e, int room)
{
	const char *s = buf_str(&e->text);
	size_t n = e->text.len;

	if (cols_of(s, n, room) <= room) {
		e->left = 0;
		return;
	}
	if (e->left > 0 && e->left < n)
		e->left = text_prev(s, n, text_next(s, n, e->left)); /* edits may have moved it */
	if (e->at < e->left || (e->at == e->left && e->left > 0))
		e->left = back_by(s, n, e->at, room / 3);
	else if (cols_of(s + e->left, e->at - e->left, room) > room)
		e->left = back_by(s, n, e->at, room - room / 3);
}

static void
view_line(struct edit *e, struct grid *g, struct rect r, enum role role)
{
	const char *s = buf_str(&e->text);
	int mark = r.cols >= 8; /* room to tell that there is more */
	int x = r.x, end = r.x + r.cols;

	settle_left(e, r.cols - 1 - 2 * mark);
	if (e->left > 0 && mark)
		x += grid_text(g, r.y, x, 1, ROLE_NOTE, g->ascii ? "~" : "\xE2\x80\xA6");
	if (mark)
		grid_text_cut(g, r.y, x, end - x, role,
			      untrusted(s + e->left, e->text.len - e->left));
	else
		grid_text_n(g, r.y, x, end - x, role,
			    untrusted(s + e->left, e->text.len - e->left));
	g->cur_y = r.y;
	g->cur_x = x + cols_of(s + e->left, e->at - e->left, r.cols);
	if (g->cur_x >= end)
		g->cur_x = end - 1;
}

/* Keep the line with the cursor (it starts at start) among the rows from e->top. */
static void
settle_top(struct edit *e, size_t start, int rows, int cols)
{
	const char *s = buf_str(&e->text);
	size_t n = e->text.len;
	struct wrap w;

	w = wrap_find(s, n, e->top < n ? e->top : n, cols); /* edits may have moved it */
	e->top = w.start;
	if (start < e->top) {
		e->top = start;
		return;
	}
	for (int y = 0; y < rows; y++) {
		if (w.start == start)
			return;
		if (w.last)
			break;
		w = wrap_at(s, n, w.next, cols);
	}
	e->top = wrap_back(s, n, start, (size_t)(rows > 0 ? rows - 1 : 0), cols);
}

static void
view_paragraph(struct edit *e, struct grid *g, struct rect r, enum role role)
{
	const char *s = buf_str(&e->text);
	size_t n = e->text.len;
	struct wrap cursor, w;

	e->cols = r.cols > 1 ? r.cols - 1 : 1; /* the last column is for the cursor */
	cursor = wrap_find(s, n, e->at, e->cols);
	settle_top(e, cursor.start, r.rows, e->cols);
	w = wrap_at(s, n, e->top, e->cols);
	for (int y = 0; y < r.rows; y++) {
		grid_text_n(g, r.y + y, r.x, r.cols, role, untrusted(s + w.start, w.end - w.start));
		if (w.start == cursor.start) {
			int col = cols_of(s + w.start, e->at - w.start, r.cols);

			g->cur_y = r.y + y;
			g->cur_x = r.x + (col < r.cols ? col : r.cols - 1);
		}
		if (w.last)
			break;
		w = wrap_at(s, n, w.next, e->cols);
	}
}

void
edit_view(struct edit *e, struct grid *g, struct rect r, enum role role)
{
	if (r.y < 0 || r.x < 0 || r.y >= g->rows || r.x >= g->cols || r.rows < 1 || r.cols < 1)
		return;
	if (r.cols > g->cols - r.x)
		r.cols = g->cols - r.x;
	if (r.rows > g->rows - r.y)
		r.rows = g->rows - r.y;
	grid_fill(g, r, role);
	if (e->many)
		view_paragraph(e, g, r, role);
	else
		view_line(e, g, r, role);
}
