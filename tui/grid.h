/* grid.h - a screen made of cells, in memory. Views draw here; term.c shows it.
 *
 * Here alone a struct untrusted is unwrapped for the screen, and whatever is drawn passes
 * text_glyph() of core/text.h: nothing a server or a file says can act on the terminal.
 */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "core/buf.h"
#include "core/text.h"
#include "tui/theme.h"

#include <stdbool.h>

struct cell {
	char text[24];      /* UTF-8 of one glyph; "" = right half of a wide one */
	unsigned char role; /* enum role */
};

struct grid {
	int rows, cols;
	int cur_y, cur_x;  /* where the terminal cursor rests; -1 hides it */
	bool ascii;        /* borders from - | + ; set by the owner */
	struct cell *cell; /* rows * cols, row by row; owned */
};

struct rect {
	int y, x, rows, cols;
};

void grid_init(struct grid *g, int rows, int cols); /* at least 1x1 */
void grid_done(struct grid *g);
void grid_clear(struct grid *g); /* blanks in ROLE_NORMAL, cursor hidden */
struct cell *grid_at(const struct grid *g, int y, int x);

/* Write text at row y, column x, at most width columns, clipped to the
 * grid. Returns the columns used. Never wraps, never writes half a wide glyph. */
int grid_text_n(struct grid *g, int y, int x, int width, enum role role, struct untrusted text);
int grid_text(struct grid *g, int y, int x, int width, enum role role, const char *text);
int grid_textf(struct grid *g, int y, int x, int width, enum role role, const char *fmt, ...)
	PRINTF_LIKE(6, 7);
/* Cut with "…" ("~" when ascii) at the end / in the middle; right-aligned. */
int grid_text_cut(struct grid *g, int y, int x, int width, enum role role, struct untrusted text);
int grid_text_middle(struct grid *g, int y, int x, int width, enum role role,
		     struct untrusted text);
int grid_text_right(struct grid *g, int y, int x, int width, enum role role, const char *text);

/* Paint width cells with a role, text untouched; fill a rectangle with blanks. */
void grid_role(struct grid *g, int y, int x, int width, enum role role);
void grid_fill(struct grid *g, struct rect r, enum role role);

/* A rule from x over width columns; words (may be NULL) at its left and right. */
void grid_rule(struct grid *g, int y, int x, int width, const char *left, const char *right);
void grid_vline(struct grid *g, int y, int x, int rows);
/* A box with words in its top and bottom edge (may be NULL), filled with ROLE_POPUP. */
void grid_box(struct grid *g, struct rect r, const char *top, const char *bottom);

/* The grid as plain text, one line a row, blanks at line ends cut. */
void grid_dump(const struct grid *g, struct buf *out);
/* The roles, one letter a cell as named by grid_dump_roles's legend, for theme tests. */
void grid_dump_roles(const struct grid *g, struct buf *out);

#endif
