/* picker.h - choose one of many by typing a few letters of it. Pure. */
#ifndef TUI_PICKER_H
#define TUI_PICKER_H

#include "tui/edit.h"
#include "tui/grid.h"
#include "tui/keys.h"
#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>

struct picker_item {
	char *name, *detail;
}; /* owned by the picker */

struct picker {
	char title[48];
	struct picker_item *items;
	size_t item_count;
	size_t recent; /* the first so many are "recent" */
	size_t *shown;
	size_t shown_count; /* indices that match, best first */
	struct edit filter;
	struct list list;
	char status[96];  /* "cached 2 h ago", "loading", an error */
	bool free_text;   /* what is typed may be taken as it is */
	enum place place; /* whose keys its bottom edge names: IN_PICKER, IN_THEMES, IN_DRAFTS */
};

void picker_init(struct picker *p, const char *title, bool free_text);
void picker_done(struct picker *p);
/* Replace what it offers (copied); the cursor stays on the same name if it is still there. */
void picker_fill(struct picker *p, const struct picker_item *items, size_t n, size_t recent);
void picker_put_cursor(struct picker *p, const char *name);

/* Enter with nothing that matches answers PICKER_TYPED where free text is allowed. */
enum picker_answer { PICKER_STAYS, PICKER_CHOSEN, PICKER_TYPED, PICKER_CLOSED, PICKER_RELOAD };
enum picker_answer picker_key(struct picker *p, uint32_t key);
void picker_paste(struct picker *p, const char *text, size_t n);
/* PICKER_CHOSEN: the item's name; PICKER_TYPED: the filter text. "" if there is none. */
const char *picker_value(const struct picker *p, enum picker_answer answer);

/* Name of the item under the cursor, or NULL: what a live preview shows. */
const char *picker_current(const struct picker *p);

void picker_view(struct picker *p, struct grid *g, struct rect r);

#endif
