/* body.h - the body of the task as rows of the screen: every byte of it is in one of them.
 *
 * Pretty form: a line of the payload takes as many rows as it needs. Wire form:
 * all of it is one line. Rows break after any character; a person sees the
 * exact text. Finding a row walks the lines before it, so that is linear in the
 * bytes, with about a nanosecond for each.
 */
#ifndef TUI_BODY_H
#define TUI_BODY_H

#include "core/buf.h"
#include "core/payload.h"

#include <stdbool.h>
#include <stddef.h>

struct body {
	const struct payload *payload; /* borrowed */
	bool wire;
	int cols;        /* of a row, 1 or more */
	struct buf text; /* the wire form; owned */
};

struct body_row {
	size_t line; /* of the pretty form, from 0 */
	const char *text;
	size_t n;            /* all of that line; borrowed until body_done() */
	size_t from, to;     /* bytes of it that this row shows */
	enum field_id field; /* whose line it is; FIELD_COUNT: nobody's, or wire */
};

/* The payload must not change until body_done(). */
void body_init(struct body *b, const struct payload *p, bool wire, int cols);
void body_done(struct body *b);

size_t body_rows(const struct body *b);
/* Row k (false past the end), and the one after it. */
bool body_row(const struct body *b, size_t k, struct body_row *row);
bool body_next(const struct body *b, struct body_row *row);
/* The row that shows byte at of a line. */
size_t body_find(const struct body *b, size_t line, size_t at);
/* The row where f begins; if it is not in the body, the end of what comes before it. */
size_t body_find_field(const struct body *b, enum field_id f);
/* Whose row it is; in the wire form the first that begins there, else the one it is in the
 * middle of. FIELD_COUNT: nobody's. */
enum field_id body_field(const struct body *b, const struct body_row *row);

#endif
