/* compose_parts.h - what the files of the form share; compose.h is their door.
 *
 * Nobody but compose*.c, review.c and the form's views includes this.
 */
#ifndef TUI_COMPOSE_PARTS_H
#define TUI_COMPOSE_PARTS_H

#include "core/buf.h"
#include "core/field.h"
#include "tui/keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct draft;
struct ui;
struct msg;

/* --- compose.c --- */
void compose_focus(struct ui *ui, enum field_id f);
/* Set f's value from text of outside ($EDITOR, a paste); one undo step. */
void compose_take(struct ui *ui, enum field_id f, const char *text, size_t n);
/* The value of f as text for an editor: a list gives a line per item. */
void compose_text(const struct ui *ui, enum field_id f, struct buf *out);
/* Send f's text to $EDITOR; MSG_EDITED brings it back. */
void compose_outside(struct ui *ui, enum field_id f);
/* u and U: the cursor goes where the change was. */
void compose_undo(struct ui *ui, bool redo);
/* The next item after from (FINDING_NO_ITEM: from the start) that a finding of f names. */
size_t compose_next_item(const struct ui *ui, enum field_id f, size_t from);

/* The draft's batch takes no more tasks, as far as is known. */
struct compose;
bool compose_batch_closed(const struct compose *c);

/* --- compose_payload.c --- */
/* Keys that concern the payload wherever it is shown: t v w s. False: none of them. */
bool compose_payload_command(struct ui *ui, enum command cmd);
void compose_payload_open(struct ui *ui);
/* For its view: rows are shown, maybe of another width than before. */
void compose_payload_refit(struct ui *ui, int rows);

/* --- view_payload.c --- */
/* Columns of a row of the body where it has the whole width of the screen. */
int compose_body_cols(const struct ui *ui);

/* --- compose_edit.c: the line, paragraph and object editors --- */
void compose_edit_open(struct ui *ui, enum field_id f);
void compose_edit_item(struct ui *ui, bool fresh); /* the item under the list's cursor */
void compose_edit_key(struct ui *ui, uint32_t key);
void compose_edit_paste(struct ui *ui, const char *text, size_t n);
/* Keep what was typed, or put back what stood before (U brings it again). */
void compose_edit_close(struct ui *ui, bool keep);

/* Grows with every change of a value, unlike draft_changes() not with the name's. */
unsigned compose_revs(const struct draft *d);

/* --- compose_name.c --- */
void compose_name_open(struct ui *ui);
void compose_name_key(struct ui *ui, uint32_t key);
void compose_name_paste(struct ui *ui, const char *text, size_t n);
/* A draft without a name gets one, so that it is told from others in their list. */
void compose_name_make(struct ui *ui);
/* The name of a draft that goes on where the one called name stops: "night-0412" gives
 * "night-0413"; "" if one is to be made. out: DRAFT_NAME_MAX + 1 bytes. */
void compose_name_next(const char *name, char *out, size_t size);

/* --- compose_list.c --- */
void compose_list_open(struct ui *ui, enum field_id f);
void compose_list_key(struct ui *ui, uint32_t key);
void compose_list_paste(struct ui *ui, const char *text, size_t n);
void compose_list_add(struct ui *ui, size_t at); /* an empty row, and its editor */
/* Take out items that repeat an earlier one; how many. */
size_t compose_list_drop_repeats(struct ui *ui, enum field_id f);

/* --- compose_fix.c --- */
/* Is there a fix for f? What it would do ("set scene_format to split_base64") into out. */
bool compose_fix_offer(const struct ui *ui, enum field_id f, char *out, size_t size);
void compose_fix(struct ui *ui, enum field_id f);

/* --- review.c --- */
void review_open(struct ui *ui);
void review_submitted(struct ui *ui, const struct msg *msg);
void review_row_moved(struct ui *ui, const struct msg *msg);
/* The first field with an error, or FIELD_COUNT. */
enum field_id review_first_error(const struct ui *ui);
/* What the service said of f, if it still stands for what is in the field; else NULL.
 * FIELD_COUNT: said of the whole. */
const char *review_refusal(const struct ui *ui, enum field_id f);
/* The text that unlocks LIVE: the project's name, else the batch's; "" if there is none. */
const char *review_unlock_text(const struct ui *ui);
bool review_locked(const struct ui *ui);

#endif
