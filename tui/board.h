/* board.h - the list of tasks and the detail of one. Holds a window of rows, never the table. */
#ifndef TUI_BOARD_H
#define TUI_BOARD_H

#include "core/store.h"
#include "tui/edit.h"
#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;
struct msg;
struct grid;
struct rect;

struct board {
	struct board_row *rows;
	size_t n;                    /* the window; owned */
	long above, total;           /* rows above the window, rows that match; -1 unknown */
	char cursor[BOARD_KEY_SIZE]; /* key of the row under the cursor; "" = the top */
	size_t at;                   /* its index in rows */
	size_t top;                  /* first row shown, index in rows */
	int height;                  /* rows of the list on screen, from the last view */
	long counts[TASK_STATUS_COUNT];
	char (*marks)[BOARD_KEY_SIZE];
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
	int64_t refreshed_wall_ms, next_refresh_mono_ms;
	bool refreshing;
	bool detail_open, detail_focus; /* pane shown; keys go to it */
	struct task detail;
	bool has_detail;
	char detail_key[BOARD_KEY_SIZE];
	struct list detail_list; /* scrolling of its lines */
	int detail_rows;         /* height chosen with [ and ]; 0 = by layout */
};

void board_init(struct board *b);
void board_done(struct board *b);
void board_key(struct ui *ui, uint32_t key);
void board_msg(struct ui *ui, const struct msg *msg); /* rows, task, session events */
void board_paste(struct ui *ui, const char *text, size_t n);
void board_show(struct ui *ui, const char *key); /* put the cursor there and fetch */
void board_fetch(struct ui *ui);                 /* ask for the window around the cursor */
void view_board(struct ui *ui, struct grid *g, struct rect body);
void board_note(const struct ui *ui, char *out, size_t size);

#endif
