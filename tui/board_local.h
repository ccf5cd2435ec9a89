/* board_local.h - what the files of the board share. For board*.c and view_board*.c only. */
#ifndef TUI_BOARD_LOCAL_H
#define TUI_BOARD_LOCAL_H

#include "core/draft.h"
#include "core/err.h"
#include "core/store.h"
#include "tui/doc.h"
#include "tui/ui.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_STACK 9   /* rows; less room than this holds list or detail, not both */
#define BOARD_WIDE  120 /* columns from which the detail stands beside the list */

/* --- board_rows.c: the window of rows, the cursor, the marks --- */
struct board_row *board_row(const struct board *b); /* under the cursor, or NULL */
const char *board_name(const struct board_row *r);  /* what a person calls it */
bool board_move(struct ui *ui, int command);        /* false: no movement */
void board_answer(struct ui *ui, const struct rows_answer *a);
/* The list is another one (filter): if the cursor's task is not in it, go to its top. */
void board_fetch_anew(struct ui *ui);
void board_rename(struct board *b, const char *old, const char *key);
bool board_marked(const struct board *b, const char *key);
void board_mark(struct ui *ui); /* switch the mark of the cursor's row, go on to the next */
/* Ask for the task under the cursor if the detail is open; ask: the service too. */
void board_load(struct ui *ui, bool ask);

/* --- board_filter.c: the filter line --- */
void board_filter_key(struct ui *ui, uint32_t key);
void board_filter_start(struct ui *ui);
void board_filter_clear(struct ui *ui);

/* --- board_act.c: what is done to tasks --- */
/* Ask, with the targets named and frozen. */
void board_ask_about(struct ui *ui, enum confirm_kind kind, const char *question,
		     const struct board_mark *target, size_t n);
/* The row under the cursor as a target; false if there is none. */
bool board_cursor_target(const struct board *b, struct board_mark *m);
void board_cancel(struct ui *ui);
void board_cancels_go_on(struct ui *ui);
void board_canceled(struct ui *ui, const struct session_event *ev);
void board_cancels_done(struct board_cancels *c);
void board_look(struct ui *ui);
void board_resend(struct ui *ui);
void board_try(struct ui *ui);
void board_its_draft(struct ui *ui);
/* A row whose unique_id is another task's: go to it; take it for the row. */
void board_owner(struct ui *ui);
void board_link(struct ui *ui);
/* Do it with the task under the cursor, at once or when it was loaded. */
void board_with_task(struct ui *ui, enum command what);
void board_task_came(struct ui *ui, const char *key, const struct task *t);

/* --- board_copy.c --- */
/* A new draft with what task t was made of, and a unique_id of its own. Owned by the
 * caller; NULL with ERR_PARSE or ERR_RULE if its JSON does not tell. */
struct draft *board_copy(const struct task *t, struct err *err) MUST_CHECK;

/* --- board_detail.c --- */
struct detail_look {
	int cols;
	bool utc;
	int64_t seen_ms;           /* its status last changed, as noticed here; 0 if unknown */
	const struct story *story; /* of a row that is only here; may be NULL */
};
/* All that is known of a task, as lines. */
void board_detail(struct doc *d, const struct task *t, const struct detail_look *look);

/* The story of the row under the cursor, if the detail shows it; else NULL. */
const struct story *board_story(const struct board *b);

/* --- view_board_rows.c --- */
/* The column heads at row r.y and the list below them. */
void board_list_view(struct ui *ui, struct grid *g, struct rect r);

#endif
