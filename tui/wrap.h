/* wrap.h - text as lines of at most so many columns, broken at words. Pure.
 *
 * A line starts at the text's start, after a '\n', or where the line before
 * had to be broken. Nothing is kept: any line can be found from any offset
 * for the price of walking its hard line.
 */
#ifndef TUI_WRAP_H
#define TUI_WRAP_H

#include <stdbool.h>
#include <stddef.h>

struct wrap {
	size_t start, end; /* bytes to show; a blank at the break hangs and counts */
	size_t next;       /* start of the next line; the text's length if there is none */
	bool last;         /* there is none */
};

/* The line that starts at start. A hanging blank may make it cols + 1 columns wide. */
struct wrap wrap_at(const char *text, size_t n, size_t start, int cols);
/* The line that holds offset at (0..n); at a break that is the later one. */
struct wrap wrap_find(const char *text, size_t n, size_t at, int cols);
/* Start of the line count lines above the one that starts at start; 0 is the first. */
size_t wrap_back(const char *text, size_t n, size_t start, size_t count, int cols);

#endif
