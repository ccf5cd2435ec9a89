/* view_popup.c - where a popup lies: what is below stays in sight around it. */
#include "config.h"

#include "tui/popup_local.h"

#define PICKER_COLS 132
#define PICKER_ROWS 24
#define SMALL_COLS  60

/* A box in the middle that leaves the frame in sight where there is room. */
static struct rect
middle(const struct grid *g)
{
	struct rect r = { .cols = g->cols - (g->cols < SMALL_COLS ? 0 : g->cols / 8),
			  .rows = g->rows - (g->rows < 16 ? 2 : 6) };

	if (r.cols > PICKER_COLS)
		r.cols = PICKER_COLS;
	if (r.rows > PICKER_ROWS)
		r.rows = PICKER_ROWS;
	r.x = (g->cols - r.cols) / 2;
	r.y = (g->rows - r.rows) / 2;
	return r;
}

static void
draw(struct ui *ui, struct grid *g, enum popup_kind kind)
{
	switch (kind) {
	case POPUP_HELP: popup_help_view(ui, g); break;
	case POPUP_PICKER:
	case POPUP_THEMES:
	case POPUP_DRAFTS: picker_view(&ui->popup.picker, g, middle(g)); break;
	case POPUP_CONFIRM: popup_confirm_view(ui, g); break;
	case POPUP_NONE: break;
	}
}

void
popup_view(struct ui *ui, struct grid *g)
{
	const struct popup *p = &ui->popup;

	for (size_t i = 0; i < p->depth; i++)
		draw(ui, g, p->under[i]);
	draw(ui, g, p->kind);
}
