/* doc.h - lines to read: headings, pairs, wrapped words, JSON.
 *
 * Built once for a width, then only the lines in the window are drawn. Bytes
 * are kept as they came; drawing goes through grid.h's gate. Pure.
 */
#ifndef TUI_DOC_H
#define TUI_DOC_H

#include "core/buf.h"
#include "tui/grid.h"

#include <stdbool.h>
#include <stddef.h>

#define DOC_BYTES_MAX (32u << 20) /* past these a last line says that more is not shown */
#define DOC_LINES_MAX 200000

struct doc {
	struct buf text;       /* what all lines say */
	struct doc_line *line; /* owned */
	size_t count, cap;
	int cols;    /* it was wrapped for so many columns; 0 = build it again */
	int columns; /* the lines flow down so many columns, of cols each */
	size_t top;  /* first line shown */
	int rows;    /* lines shown, as last drawn */
};

void doc_init(struct doc *d);
void doc_done(struct doc *d);
/* Empty it to be built for cols columns; the scroll position stays. */
void doc_start(struct doc *d, int cols);

/* --- building; all is copied --- */
void doc_head(struct doc *d, const char *head); /* with an empty line above */
/* "label   value": one line; a value that is too long loses its middle. */
void doc_pair(struct doc *d, const char *label, enum role role, const char *value, size_t n);
void doc_pairf(struct doc *d, const char *label, enum role role, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* "label   words": the words are wrapped beside it. */
void doc_entry(struct doc *d, const char *label, enum role role, const char *words);
/* Prose, wrapped at blanks; line ends are kept. indent: columns. */
void doc_words(struct doc *d, int indent, enum role role, const char *text, size_t n);
void doc_wordsf(struct doc *d, int indent, enum role role, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* JSON in its pretty form; anything else as prose. */
void doc_json(struct doc *d, const char *text, size_t n);

/* --- reading --- */
bool doc_move(struct doc *d, int command); /* CMD_DOWN, CMD_PAGE_UP, ...; false: none of them */
void doc_view(struct doc *d, struct grid *g, struct rect r);
/* All of it as text that may be shown, a line each: for a pager. */
void doc_text(const struct doc *d, struct buf *out);

#endif
