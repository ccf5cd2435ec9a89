/* popup.h - what lies over a view: help, a picker, a question. One at a time. */
#ifndef TUI_POPUP_H
#define TUI_POPUP_H

#include "core/field.h"
#include "core/store.h"
#include "tui/doc.h"
#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/picker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;
struct msg;
struct grid;
struct rect;

enum popup_kind {
	POPUP_NONE,
	POPUP_HELP,   /* the key table, for a place; scrolls, searches */
	POPUP_PICKER, /* picker: project, batch, blueprint */
	POPUP_THEMES, /* picker with live preview */
	POPUP_DRAFTS, /* picker of drafts */
	POPUP_CONFIRM /* a question with frozen targets */
};

enum confirm_kind {
	CONFIRM_CANCEL,
	CONFIRM_DELETE_DRAFT,
	CONFIRM_RESEND,
	CONFIRM_LINK,
	CONFIRM_ABANDON,
	CONFIRM_QUIT, /* a call is on its way */
	CONFIRM_LOSE  /* quit although the draft could not be saved */
};

struct confirm {
	enum confirm_kind kind;
	char question[200];
	char (*keys)[BOARD_KEY_SIZE];
	char (*names)[96];
	size_t n; /* targets, frozen; owned */
	int64_t seq;
	bool option;    /* cancel: also free the unique_id */
	struct doc doc; /* the names, as lines */
};

#define POPUP_DEPTH 3 /* help over a question over a list */

struct popup {
	enum popup_kind kind;
	enum popup_kind under[POPUP_DEPTH];
	size_t depth;         /* what lies below and comes back */
	struct picker picker; /* live for the three picker kinds, also below */
	enum field_id field;  /* POPUP_PICKER: whose value it chooses */
	enum field_pick what;
	bool asked;       /* its list was asked of the service */
	bool answered;    /* ... which has said something since */
	bool enter_waits; /* Enter was pressed before there was a list to choose from */
	char **ids;
	size_t id_count;       /* POPUP_DRAFTS: ids by item; owned */
	char theme_before[32]; /* POPUP_THEMES: Esc goes back to it */
	char theme_shown[32];
	enum place help_place;
	struct edit help_search;
	bool help_searching;
	struct doc help;
	struct confirm confirm;
};

void popup_close(struct ui *ui); /* all that lies over the view; frees what it held */
void popup_key(struct ui *ui, uint32_t key);
void popup_paste(struct ui *ui, const char *text, size_t n);
/* Choices, drafts, themes (text: the name of the one in force). */
void popup_msg(struct ui *ui, const struct msg *msg);
void popup_help(struct ui *ui);                  /* for ui_place() */
void popup_pick(struct ui *ui, enum field_id f); /* asks for its choices */
void popup_themes(struct ui *ui);
void popup_drafts(struct ui *ui);
/* names: what a person calls the targets; both copied, NULL for none (n = 0). y answers
 * yes, never Enter. */
void popup_confirm(struct ui *ui, enum confirm_kind kind, const char *question,
		   const char (*keys)[BOARD_KEY_SIZE], const char (*names)[96], size_t n);
void popup_view(struct ui *ui, struct grid *g);

#endif
