/* draft.h - a task not yet sent: one value per row of the field table, with undo.
 *
 * A value is text, or for FIELD_LIST an array of strings; empty = unset. A
 * draft may hold anything a person typed, wrong things too: check.h judges.
 * Values are bytes with a length; they hold no NUL. Each change raises
 * draft_rev() of its field, which is how check and payload know what to redo.
 */
#ifndef CORE_DRAFT_H
#define CORE_DRAFT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/field.h"

#include <stdbool.h>
#include <stddef.h>

#define DRAFT_VALUE_MAX (1u << 20) /* bytes of one text, or of one item */
#define DRAFT_ITEMS_MAX 100000     /* items of one list */
#define DRAFT_UNDO_MAX  200        /* steps kept */
#define DRAFT_NAME_MAX  95         /* bytes of a draft's name; the rest is cut */

struct draft; /* opaque; see draft.c */

/* Empty but for a fresh unique_id (random.h). Owned by the caller. */
struct draft *draft_new(void);
void draft_free(struct draft *d);                /* NULL is fine */
struct draft *draft_copy(const struct draft *d); /* same id, no undo steps */

/* Name of this draft in the store (32 hex, made once) and for people ("draft 3"). */
const char *draft_id(const struct draft *d);
const char *draft_name(const struct draft *d); /* "" until one is given */
void draft_set_name(struct draft *d, const char *name);

/* --- reading; all borrowed until the next change of that field --- */
bool draft_is_set(const struct draft *d, enum field_id f);
const char *draft_get(const struct draft *d, enum field_id f); /* text; "" for unset and lists */
size_t draft_len(const struct draft *d, enum field_id f);      /* bytes of it */
size_t draft_count(const struct draft *d, enum field_id f);    /* items of a list, else 0 */
const char *draft_item(const struct draft *d, enum field_id f, size_t i); /* "" past the end */
size_t draft_item_len(const struct draft *d, enum field_id f, size_t i);  /* bytes of it */
unsigned draft_rev(const struct draft *d, enum field_id f); /* FIELD_COUNT: of draft_extra() */
unsigned draft_changes(const struct draft *d); /* grows with every change of anything */

/*
 * --- changing; each is one undo step unless inside draft_edit_begin() ---
 * A change to what is there already is none: no step, no new revision. NULs are
 * dropped, and what passes DRAFT_VALUE_MAX; editors and readers stop before.
 * An index past the end changes nothing.
 */
/* A text; for a list all items at once, as draft_items_paste() reads them. */
void draft_set(struct draft *d, enum field_id f, const char *text, size_t n);
void draft_set_items(struct draft *d, enum field_id f, const char *text, size_t n);
void draft_clear(struct draft *d, enum field_id f);
void draft_item_set(struct draft *d, enum field_id f, size_t i, const char *text, size_t n);
/* Insert before item i (i = count appends). False when the list is full. */
bool draft_item_add(struct draft *d, enum field_id f, size_t i, const char *text, size_t n);
void draft_item_remove(struct draft *d, enum field_id f, size_t i);
void draft_item_move(struct draft *d, enum field_id f, size_t from, size_t to);

/*
 * Insert the lines of text (a paste) before item i; blank lines and blanks at
 * the ends of lines are dropped, an enclosing JSON array of strings is
 * understood. Returns items added; *ignored (may be NULL) counts those past
 * DRAFT_ITEMS_MAX or longer than DRAFT_VALUE_MAX.
 */
size_t draft_items_paste(struct draft *d, enum field_id f, size_t i, const char *text, size_t n,
			 size_t *ignored);

/* Group what follows into one undo step (an edit in a field; FIELD_COUNT: in any fields)
 * until end; abort restores what stood before begin and leaves no step. */
void draft_edit_begin(struct draft *d, enum field_id f);
void draft_edit_end(struct draft *d);
void draft_edit_abort(struct draft *d);

/* Take back / do again the last step; the field it touched (first), or FIELD_COUNT. */
enum field_id draft_undo(struct draft *d);
enum field_id draft_redo(struct draft *d);
void draft_forget_steps(struct draft *d); /* nothing can be taken back any more */

/* Members of an imported payload that the table does not know: raw JSON
 * ("\"key\": value" joined by ","), sent after the fields. "" when none. */
const char *draft_extra(const struct draft *d);
void draft_set_extra(struct draft *d, const char *members, size_t n);

/* Exact form for the store: any bytes come back the same, name and id too;
 * steps do not. Errors: ERR_PARSE when the data is damaged or from a newer
 * version; then NULL. */
void draft_save(const struct draft *d, struct buf *out);
struct draft *draft_load(const char *data, size_t n, struct err *err) MUST_CHECK;

#endif
