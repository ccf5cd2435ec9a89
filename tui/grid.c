/* grid.c - see grid.h. A new thing to draw is a function here, so that every
 * byte still passes grid_text_n(). */
#include "config.h"

#include "tui/grid.h"

#include "core/mem.h"
#include "core/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
grid_init(struct grid *g, int rows, int cols)
{
	*g = (struct grid){ .rows = rows < 1 ? 1 : rows, .cols = cols < 1 ? 1 : cols };
	g->cell = mem_array((size_t)g->rows * (size_t)g->cols, sizeof(*g->cell));
	grid_clear(g);
}

void
grid_done(struct grid *g)
{
	free(g->cell);
	*g = (struct grid){ 0 };
}

struct cell *
grid_at(const struct grid *g, int y, int x)
{
	assert(y >= 0 && y < g->rows && x >= 0 && x < g->cols);
	return &g->cell[(size_t)y * (size_t)g->cols + (size_t)x];
}

void
grid_clear(struct grid *g)
{
	size_t n = (size_t)g->rows * (size_t)g->cols;

	for (size_t i = 0; i < n; i++)
		g->cell[i] = (struct cell){ .text = " ", .role = ROLE_NORMAL };
	g->cur_y = g->cur_x = -1;
}

/* Cells x .. x + cols - 1 will be overwritten: half of a wide glyph that stays
 * outside of them becomes a blank. */
static void
tear(struct grid *g, int y, int x, int cols)
{
	if (x > 0 && !grid_at(g, y, x)->text[0])
		memcpy(grid_at(g, y, x - 1)->text, " ", 2);
	if (x + cols < g->cols && !grid_at(g, y, x + cols)->text[0])
		memcpy(grid_at(g, y, x + cols)->text, " ", 2);
}

/* Does the glyph stand for something else? A letter that only lost a selector does not. */
static bool
is_stand_in(const struct glyph *gl, const char *s, size_t n)
{
	unsigned char lead = (unsigned char)gl->text[0];
	size_t first = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	return gl->made && (n < first || memcmp(gl->text, s, first) != 0);
}

/* One glyph at a column that may be outside of the grid; what does not fit whole is blank. */
static void
put_glyph(struct grid *g, int y, int x, const struct glyph *gl, enum role role)
{
	bool ascii = gl->len == gl->cols && gl->len > 1; /* "<9B>": a cell a byte */
	bool whole = x >= 0 && x + gl->cols <= g->cols;

	for (int i = 0; i < gl->cols; i++) {
		struct cell *c;

		if (x + i < 0 || x + i >= g->cols)
			continue;
		c = grid_at(g, y, x + i);
		*c = (struct cell){ .role = (unsigned char)role };
		if (ascii)
			c->text[0] = gl->text[i];
		else if (!whole)
			c->text[0] = ' ';
		else if (i == 0)
			memcpy(c->text, gl->text,
			       gl->len < sizeof(c->text) ? gl->len : sizeof(c->text) - 1);
	}
}

/* Printable ASCII that no mark can follow: nearly all there is. */
static bool
is_plain(const char *s, size_t n)
{
	return s[0] >= 0x20 && s[0] < 0x7F && (n < 2 || !((unsigned char)s[1] & 0x80));
}

static size_t
next_glyph(const char *s, size_t n, struct glyph *gl)
{
	if (!is_plain(s, n))
		return text_glyph(s, n, gl);
	*gl = (struct glyph){ .text = { s[0] }, .len = 1, .cols = 1 };
	return 1;
}

int
grid_text_n(struct grid *g, int y, int x, int width, enum role role, struct untrusted text)
{
	int used = 0, from = x < 0 ? 0 : x;
	int torn = 0; /* columns already freed of halves */

	if (width > g->cols - x)
		width = g->cols - x;
	if (y < 0 || y >= g->rows || width <= 0)
		return 0;
	for (size_t at = 0; at < text.n;) {
		struct glyph gl;
		size_t left = text.n - at, len = next_glyph(text.p + at, left, &gl);

		if (used + gl.cols > width)
			break;
		if (x + used + gl.cols > from + torn) {
			int to = x + used + gl.cols;

			tear(g, y, from + torn, to - from - torn);
			torn = to - from;
		}
		put_glyph(g, y, x + used, &gl,
			  is_stand_in(&gl, text.p + at, left) ? ROLE_MADE : role);
		used += gl.cols;
		at += len;
	}
	return used;
}

int
grid_text(struct grid *g, int y, int x, int width, enum role role, const char *text)
{
	return grid_text_n(g, y, x, width, role, untrusted_str(text));
}

int
grid_textf(struct grid *g, int y, int x, int width, enum role role, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return grid_text(g, y, x, width, role, text);
}

/* Columns of text, counted no further than past limit. */
static int
measure(struct untrusted text, int limit)
{
	int cols = 0;

	for (size_t at = 0; at < text.n && cols <= limit;) {
		struct glyph gl;

		at += next_glyph(text.p + at, text.n - at, &gl);
		cols += gl.cols;
	}
	return cols;
}

/* What follows the first at bytes. */
static struct untrusted
from(struct untrusted text, size_t at)
{
	return untrusted(text.p + at, text.n - at);
}

static const char *
ellipsis(const struct grid *g)
{
	return g->ascii ? "~" : "\xE2\x80\xA6";
}

int
grid_text_cut(struct grid *g, int y, int x, int width, enum role role, struct untrusted text)
{
	int used;

	if (width > g->cols - x)
		width = g->cols - x;
	if (width <= 0)
		return 0;
	if (measure(text, width) <= width)
		return grid_text_n(g, y, x, width, role, text);
	used = grid_text_n(g, y, x, width - 1, role, text);
	return used + grid_text(g, y, x + used, 1, role, ellipsis(g));
}

int
grid_text_middle(struct grid *g, int y, int x, int width, enum role role, struct untrusted text)
{
	size_t tail = text.n;
	int used, room;

	if (width > g->cols - x)
		width = g->cols - x;
	if (width < 4 || measure(text, width) <= width)
		return grid_text_cut(g, y, x, width, role, text);
	used = grid_text_n(g, y, x, (width - 1) / 2, role, text);
	used += grid_text(g, y, x + used, 1, role, ellipsis(g));
	for (room = width - used; tail > 0;) {
		size_t before = text_prev(text.p, text.n, tail);
		int cols = measure(untrusted(text.p + before, tail - before), room);

		if (cols > room)
			break;
		room -= cols;
		tail = before;
	}
	return used + grid_text_n(g, y, x + used, width - used, role, from(text, tail));
}

int
grid_text_right(struct grid *g, int y, int x, int width, enum role role, const char *words)
{
	struct untrusted text = untrusted_str(words);
	int cols = measure(text, width);

	if (cols > width)
		return grid_text_cut(g, y, x, width, role, text);
	return grid_text_n(g, y, x + width - cols, cols, role, text);
}

void
grid_role(struct grid *g, int y, int x, int width, enum role role)
{
	if (y < 0 || y >= g->rows)
		return;
	for (int i = x < 0 ? 0 : x; i < x + width && i < g->cols; i++)
		grid_at(g, y, i)->role = (unsigned char)role;
}

void
grid_fill(struct grid *g, struct rect r, enum role role)
{
	int x = r.x < 0 ? 0 : r.x;
	int end = r.x + r.cols > g->cols ? g->cols : r.x + r.cols;

	if (x >= end)
		return;
	for (int y = r.y < 0 ? 0 : r.y; y < r.y + r.rows && y < g->rows; y++) {
		tear(g, y, x, end - x);
		for (int i = x; i < end; i++)
			*grid_at(g, y, i) = (struct cell){ " ", (unsigned char)role };
	}
}

static void
line(struct grid *g, int y, int x, int width, enum role role)
{
	for (int i = 0; i < width; i++)
		grid_text(g, y, x + i, 1, role, g->ascii ? "-" : "\xE2\x94\x80");
}

/* " words " in an edge that is width columns long; cut to fit. Returns columns used. */
static int
words_in(struct grid *g, int y, int x, int width, enum role role, const char *words)
{
	int used;

	if (width < 4)
		return 0;
	grid_text(g, y, x, 1, role, " ");
	used = grid_text_cut(g, y, x + 1, width - 2, role, untrusted_str(words));
	grid_text(g, y, x + 1 + used, 1, role, " ");
	return used + 2;
}

void
grid_rule(struct grid *g, int y, int x, int width, const char *left, const char *right)
{
	int used = 0, room, cols;

	line(g, y, x, width, ROLE_RULE);
	if (left && *left)
		used = words_in(g, y, x + 1, width - 2, ROLE_HEAD, left);
	if (!right || !*right)
		return;
	room = width - 2 - used - (used > 0); /* one piece of line between the two */
	cols = measure(untrusted_str(right), room) + 2;
	if (cols > room)
		cols = room;
	words_in(g, y, x + width - 1 - cols, cols, ROLE_HEAD, right);
}

void
grid_vline(struct grid *g, int y, int x, int rows)
{
	for (int i = 0; i < rows; i++)
		grid_text(g, y + i, x, 1, ROLE_RULE, g->ascii ? "|" : "\xE2\x94\x82");
}

void
grid_box(struct grid *g, struct rect r, const char *top, const char *bottom)
{
	static const char *const lines[2][5] = {
		{ "\xE2\x94\x8C", "\xE2\x94\x90", "\xE2\x94\x94", "\xE2\x94\x98", "\xE2\x94\x82" },
		{ "+", "+", "+", "+", "|" },
	};
	const char *const *part = lines[g->ascii];
	int last_y = r.y + r.rows - 1, last_x = r.x + r.cols - 1;

	if (r.rows < 2 || r.cols < 2)
		return;
	grid_fill(g, r, ROLE_POPUP);
	line(g, r.y, r.x + 1, r.cols - 2, ROLE_POPUP);
	line(g, last_y, r.x + 1, r.cols - 2, ROLE_POPUP);
	grid_text(g, r.y, r.x, 1, ROLE_POPUP, part[0]);
	grid_text(g, r.y, last_x, 1, ROLE_POPUP, part[1]);
	grid_text(g, last_y, r.x, 1, ROLE_POPUP, part[2]);
	grid_text(g, last_y, last_x, 1, ROLE_POPUP, part[3]);
	for (int y = r.y + 1; y < last_y; y++) {
		grid_text(g, y, r.x, 1, ROLE_POPUP, part[4]);
		grid_text(g, y, last_x, 1, ROLE_POPUP, part[4]);
	}
	if (top && *top)
		words_in(g, r.y, r.x + 2, r.cols - 4, ROLE_HEAD, top);
	if (bottom && *bottom)
		words_in(g, last_y, r.x + 2, r.cols - 4, ROLE_POPUP, bottom);
}

void
grid_dump(const struct grid *g, struct buf *out)
{
	for (int y = 0; y < g->rows; y++) {
		int end = g->cols;

		while (end > 0 && strcmp(grid_at(g, y, end - 1)->text, " ") == 0)
			end--;
		for (int x = 0; x < end; x++)
			buf_adds(out, grid_at(g, y, x)->text);
		buf_adds(out, "\n");
	}
}

void
grid_dump_roles(const struct grid *g, struct buf *out)
{
	static const char letter[] = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool seen[ROLE_COUNT] = { false };

	static_assert(ROLE_COUNT < sizeof(letter), "a letter for each role");
	for (int y = 0; y < g->rows; y++) {
		int end = g->cols;

		while (end > 0 && grid_at(g, y, end - 1)->role == ROLE_NORMAL)
			end--;
		for (int x = 0; x < end; x++) {
			unsigned role = grid_at(g, y, x)->role;

			seen[role] = true;
			buf_add(out, &letter[role], 1);
		}
		buf_adds(out, "\n");
	}
	for (size_t i = 1; i < ROLE_COUNT; i++)
		if (seen[i])
			buf_addf(out, "%c %s\n", letter[i], theme_role_name((enum role)i));
}
