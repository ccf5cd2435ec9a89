/* view_parts.h - pieces that several views draw with. */
#ifndef TUI_VIEW_PARTS_H
#define TUI_VIEW_PARTS_H

#include "core/check.h"
#include "core/field.h"
#include "tui/grid.h"

#include <stdbool.h>
#include <stddef.h>

struct ui;

/* --- view_compose.c --- */
#define VIEW_STACK_COLS 80 /* from here on the payload is a strip, and notes have a column */
#define VIEW_NOTE_COLS  22 /* of that column, at least */
/* Is the screen so small that it shows one field at a time? */
bool view_one_field(int rows, int cols);

/* --- view_text.c --- */
#define VIEW_NUMBER_SIZE 28
/* "27,412" */
void view_number(char out[VIEW_NUMBER_SIZE], size_t n);
/* Write text into r, broken at words; what does not fit is cut with an ellipsis. Rows used. */
int view_words(struct grid *g, struct rect r, enum role role, const char *text, size_t n);
/* Rows that it needs. */
int view_words_rows(const char *text, size_t n, int cols);
/* "TEST acme-av", "LIVE acme-av", "SANDBOX", "NO KEY default". view_profile: the second word,
 * "" if the first says it all. */
const char *view_mode(const struct ui *ui);
const char *view_profile(const struct ui *ui);
/* What the draft is called; "new draft" until it has a name. */
const char *view_draft_name(const struct ui *ui);
/* Write a sentence into one row: what does not fit loses its last clause, or its last words. */
void view_sentence(struct grid *g, struct rect row, enum role role, const char *text);
/* Add a URL, or a line of JSON that holds one. If it takes more than cols columns its query
 * goes first: frames differ in their path. cols 0: it goes in any case. */
void view_url(struct buf *out, const char *text, size_t n, int cols, bool ascii);
/* A finding beside its field: without the field's name in front. */
const char *view_said(const struct finding *it);
/* '!' or '~', and the role. */
char view_mark(enum severity s, enum role *role);

/* --- view_field.c --- */
/* The value of f as one row of at most width columns; columns used. */
int view_field_value(struct ui *ui, struct grid *g, enum field_id f, int y, int x, int width);
/* What the service does while f is unset: "(none)", "(from the batch: NAME)". */
#define VIEW_EMPTY_SIZE 192
void view_field_empty(const struct ui *ui, enum field_id f, char *out, size_t size);
/* Add what is left out: "tags (none), priority (the project's own)". An absent key is a
 * decision too. */
void view_not_in_body(const struct ui *ui, struct buf *out);
/* What stands at the right of f: refusal, finding or remark. out may become "". */
enum role view_field_note(const struct ui *ui, enum field_id f, char *out, size_t size);
/* "2 problems, 1 warning", "ready to send". */
enum role view_verdict(const struct ui *ui, char *out, size_t size);

/* --- view_payload.c --- */
/* The payload around the focused field, with its rule; r.rows of at least 2. */
void view_payload_strip(struct ui *ui, struct grid *g, struct rect r);
/* A row of the body, with the number of its line. */
struct body_row;
void view_payload_row(struct ui *ui, struct grid *g, struct rect r, const struct body_row *row);
/* "27,412 bytes  sha256 9f2c11ab3e5d" */
void view_payload_size(struct ui *ui, char *out, size_t size, bool whole);

/* --- view_list.c, view_editor.c: the editors that take the whole body --- */
void view_list(struct ui *ui, struct grid *g, struct rect body);
void view_editor(struct ui *ui, struct grid *g, struct rect body);

#endif
