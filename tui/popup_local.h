/* popup_local.h - what the files of the popups share. */
#ifndef TUI_POPUP_LOCAL_H
#define TUI_POPUP_LOCAL_H

#include "tui/grid.h"
#include "tui/ui.h"

#include <stdint.h>

/* Lay kind over what is open, which comes back after it. */
void popup_push(struct ui *ui, enum popup_kind kind);
/* Close the topmost one; frees what it held. */
void popup_back(struct ui *ui);

/* A picker takes the place of whatever is open. */
struct picker *popup_open_picker(struct ui *ui, enum popup_kind kind, enum place place,
				 const char *title, bool free_text);

void popup_pick_key(struct ui *ui, uint32_t key);
/* It hears what concerns its list; an error may be why none will come. */
void popup_pick_msg(struct ui *ui, const struct msg *msg);
void popup_help_key(struct ui *ui, uint32_t key);
void popup_help_paste(struct ui *ui, const char *text, size_t n);
void popup_confirm_key(struct ui *ui, uint32_t key);

void popup_help_view(struct ui *ui, struct grid *g);
void popup_confirm_view(struct ui *ui, struct grid *g);

#endif
