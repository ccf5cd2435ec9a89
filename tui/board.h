/* board.h - the list of tasks and the detail of one. Holds a window of rows, never the table. */
#ifndef TUI_BOARD_H
#define TUI_BOARD_H

#include "core/store.h"
#include "tui/doc.h"
#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/story.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;
struct msg;
struct grid;
struct rect;

struct board_mark { /* named when it is made: the row may leave the window */
	char key[BOARD_KEY_SIZE];
	char name[96];
	enum task_status status;
};

struct board_cancels { /* a cancel that was confirmed, sent a few at a time */
	struct board_mark *target;
	size_t n; /* owned */
	size_t sent, done, failed;
	bool clear_unique_id;
};

struct board {
	struct board_row *rows;
	size_t n;                    /* the window; owned */
	long above, total;           /* rows above the window, rows that match; -1 unknown */
	bool more_above, more_below; /* the window has neighbours */
	bool loaded;                 /* rows were answered at least once */
	char cursor[BOARD_KEY_SIZE]; /* key of the row under the cursor; "" = the top */
	size_t at;                   /* its index in rows */
	size_t top;                  /* first row shown, index in rows */
	int height;                  /* rows of the list on screen, from the last view */
	size_t span;                 /* rows asked for on each side of the cursor */
	bool want_end;               /* the answer is the end of the list: cursor on its last row */
	bool want_shown;             /* board_show(): say so if the filter hides the row */
	int tries;                   /* neighbours asked for since the cursor's row went away */
	long counts[TASK_STATUS_COUNT];
	struct board_mark *marks;
	size_t mark_count;    /* owned */
	struct edit filter;   /* text after "/" */
	struct filter parsed; /* what is in force */
	bool filtering;       /* the filter is being typed */
	struct err filter_err;
	size_t filter_at; /* wrong filter: list unchanged, error under the word */
	enum board_sort sort;
	bool reverse;
	int64_t auto_ms;        /* 0 = refresh by hand */
	struct err refresh_err; /* of the last refresh; ERR_OK if it was good */
	int64_t refreshed_wall_ms, next_refresh_mono_ms; /* 0 = never, none planned */
	bool refreshing;
	bool detail_open, detail_focus; /* pane shown; keys go to it */
	struct task detail;
	bool has_detail;
	char detail_key[BOARD_KEY_SIZE];
	struct story story;           /* of a row that is only here; seq 0: it is not */
	struct doc doc;               /* the detail's lines; its place is kept per task */
	int detail_rows, detail_cols; /* size chosen with [ and ]; 0 = by layout */
	char go_to[BOARD_KEY_SIZE];   /* a task that was asked for, to be shown when it is known */
	enum command then;            /* CMD_REDO_TASK, _PAGER, _WRITE: to do when the task comes */
	char then_key[BOARD_KEY_SIZE];
	struct board_cancels cancels;
};

void board_init(struct board *b);
void board_done(struct board *b);
void board_key(struct ui *ui, uint32_t key);
void board_msg(struct ui *ui, const struct msg *msg); /* rows, task, session events, errors */
void board_paste(struct ui *ui, const char *text, size_t n);
void board_show(struct ui *ui, const char *key); /* put the cursor there and fetch */
void board_fetch(struct ui *ui);                 /* ask for the window around the cursor */
/* A question of popup_confirm() about rows was answered with yes. */
struct confirm;
void board_confirmed(struct ui *ui, const struct confirm *c);
void view_board(struct ui *ui, struct grid *g, struct rect body);
void board_note(const struct ui *ui, char *out, size_t size);
/* Monotonic ms when an age on the screen changes, at most once a minute; -1 = never. */
int64_t board_deadline(const struct ui *ui);

#endif
