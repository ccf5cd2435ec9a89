/* edit.h - text under a cursor: one line or many, with readline's keys. Pure. */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include "core/buf.h"
#include "tui/grid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDIT_MAX (8u << 20) /* bytes of one text */

struct edit {
	struct buf text;   /* valid UTF-8, no NUL; one line: no '\n' */
	size_t at;         /* cursor: byte offset, on a cluster boundary */
	bool many;         /* a paragraph editor: Enter is text, Up and Down move */
	int goal_col;      /* column that Up and Down aim for; -1 none */
	int cols;          /* width it was last drawn in, for Up and Down; 0 = not yet */
	size_t top;        /* byte where the first line shown starts, kept by edit_view() */
	size_t left;       /* first byte shown of a long line, kept by edit_view() */
	struct buf killed; /* what ^K ^U ^W took last; ^Y brings it back */
	struct edit_step *steps;
	size_t step_count; /* own undo: ^_ ; owned */
};

/* Text that breaks the rules above is made to keep them: a bad byte becomes U+FFFD, NUL
 * goes, CR LF and CR become '\n', on one line ' ' (at its end nothing). */
void edit_init(struct edit *e, const char *text, size_t n, bool many); /* cursor at the end */
void edit_done(struct edit *e);

/*
 * One key. Knows: printable characters, Backspace, Delete, Left, Right, Home,
 * End, ^A ^E ^B ^F ^D ^H ^W ^U ^K ^Y ^T ^_, M-b M-f M-d M-Backspace,
 * Ctrl-Left, Ctrl-Right; in a paragraph also Enter, Up, Down, ^P ^N, PgUp,
 * PgDn, M-< M->. False: not ours, nothing changed. page: rows of its window.
 */
bool edit_key(struct edit *e, uint32_t key, int page);
/* Insert bytes at the cursor; on one line, line ends become blanks. *cut (may be NULL):
 * bytes that did not fit below max bytes. */
void edit_insert(struct edit *e, const char *text, size_t n, size_t max, size_t *cut);
void edit_set(struct edit *e, const char *text, size_t n); /* one undo step */

/* Draw into r and put the grid's cursor where it is; soft-wraps a paragraph at words. */
void edit_view(struct edit *e, struct grid *g, struct rect r, enum role role);
/* Line and column (from 1) of the cursor, by hard line ends, and lines in all. */
void edit_place(const struct edit *e, int *line, int *col, int *lines);

#endif
