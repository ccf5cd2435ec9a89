/* view.h - draw the state: frame, the view, what lies over it.
 * Reads; of the state it settles only scroll positions. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "tui/grid.h"
#include "tui/ui.h"

#define VIEW_MIN_ROWS 10
#define VIEW_MIN_COLS 40

void view(struct ui *ui, struct grid *g);

#endif
