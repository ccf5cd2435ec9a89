/* jsonline.h - one line of JSON in colours. */
#ifndef TUI_JSONLINE_H
#define TUI_JSONLINE_H

#include "tui/grid.h"

#include <stddef.h>

/* Write one line (n bytes) of pretty or compact JSON at row y from column x over at
 * most width columns. What does not fit loses its middle: the tail of a URL is what
 * tells it apart. Returns the columns used. */
int json_line(struct grid *g, int y, int x, int width, const char *text, size_t n);

struct json_part { /* bytes from..to of a line */
	const char *line;
	size_t from, to;
};
/* Write a part, coloured as it is in the whole of its line; the caller breaks lines into
 * rows. Returns the columns used. */
int json_part(struct grid *g, int y, int x, int width, const struct json_part *part);

#endif
