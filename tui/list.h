/* list.h - a cursor over n rows in a window of some height. Pure; knows no data. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	size_t n;   /* rows there are */
	size_t at;  /* the cursor; 0 when n = 0 */
	size_t top; /* first row shown */
	int rows;   /* height of the window, as last told */
};

/* New number of rows and height; keeps the cursor in range and in view. */
void list_fit(struct list *l, size_t n, int rows);
void list_to(struct list *l, size_t at);
void list_by(struct list *l, long delta); /* stops at the ends */
/* A movement command of keys.h (CMD_UP, CMD_PAGE_DOWN, CMD_TOP, ...); false if it is none. */
bool list_move(struct list *l, int command);

#endif
