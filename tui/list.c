/* list.c - see list.h. */
#include "config.h"

#include "tui/list.h"

#include "tui/keys.h"

/* Move the window no further than needed, and leave no room unused at the end. */
static void
settle(struct list *l)
{
	size_t rows = l->rows > 0 ? (size_t)l->rows : 1;

	if (l->at >= l->n)
		l->at = l->n ? l->n - 1 : 0;
	if (l->n <= rows)
		l->top = 0;
	else if (l->top > l->n - rows)
		l->top = l->n - rows;
	if (l->top > l->at)
		l->top = l->at;
	if (l->at - l->top >= rows)
		l->top = l->at - rows + 1;
}

void
list_fit(struct list *l, size_t n, int rows)
{
	l->n = n;
	l->rows = rows;
	settle(l);
}

void
list_to(struct list *l, size_t at)
{
	l->at = at;
	settle(l);
}

void
list_by(struct list *l, long delta)
{
	size_t step = delta < 0 ? 0 - (size_t)delta : (size_t)delta;

	if (delta < 0)
		list_to(l, l->at > step ? l->at - step : 0);
	else
		list_to(l, l->n - l->at > step ? l->at + step : l->n);
}

/* Cursor and window go together, so that the cursor stays on its line of the screen. */
static void
scroll_by(struct list *l, long delta)
{
	if (delta < 0)
		l->top = l->top > (size_t)-delta ? l->top - (size_t)-delta : 0;
	else
		l->top += (size_t)delta;
	if (l->n == 0)
		l->top = 0;
	else if (l->top >= l->n)
		l->top = l->n - 1;
	list_by(l, delta);
}

bool
list_move(struct list *l, int command)
{
	long half = l->rows > 3 ? l->rows / 2 : 1;
	long page = l->rows > 2 ? l->rows - 1 : 1; /* one line of the old page stays */

	switch (command) {
	case CMD_UP: list_by(l, -1); return true;
	case CMD_DOWN: list_by(l, 1); return true;
	case CMD_TOP: list_to(l, 0); return true;
	case CMD_BOTTOM: list_to(l, l->n); return true;
	case CMD_HALF_UP: scroll_by(l, -half); return true;
	case CMD_HALF_DOWN: scroll_by(l, half); return true;
	case CMD_PAGE_UP: scroll_by(l, -page); return true;
	case CMD_PAGE_DOWN: scroll_by(l, page); return true;
	default: return false;
	}
}
