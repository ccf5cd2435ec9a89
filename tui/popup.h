/* popup.h - what lies over a view: help, a picker, a question. One at a time. */
#ifndef TUI_POPUP_H
#define TUI_POPUP_H

#include "core/field.h"
#include "core/store.h"
#include "tui/edit.h"
#include "tui/keys.h"
#include "tui/list.h"
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
	CONFIRM_ABANDON,
	CONFIRM_QUIT
};

struct confirm {
	enum confirm_kind kind;
	char question[160];
	char (*keys)[BOARD_KEY_SIZE];
	char (*names)[96];
	size_t n; /* targets, frozen; owned */
	int64_t seq;
	bool option; /* cancel: also free the unique_id */
	struct list list;
};

struct popup {
	enum popup_kind kind;
	enum popup_kind under; /* help and questions may lie over a picker: it comes back */
	struct picker picker;  /* live for the three picker kinds */
	enum field_id field;   /* POPUP_PICKER: whose value it chooses */
	enum field_pick what;
	char **ids;
	size_t id_count;       /* POPUP_DRAFTS: ids by item; owned */
	char theme_before[32]; /* POPUP_THEMES: Esc goes back to it */
	enum place help_place;
	size_t help_top; /* first row of lines shown */
	int help_rows;   /* as last drawn: rows shown, and rows of lines there are */
	size_t help_lines;
	struct edit help_search;
	bool help_searching;
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
/* names: what a person calls the targets; both copied. y answers yes, never Enter. */
void popup_confirm(struct ui *ui, enum confirm_kind kind, const char *question,
		   const char (*keys)[BOARD_KEY_SIZE], const char (*names)[96], size_t n);
void popup_view(struct ui *ui, struct grid *g);
/* The words of the bottom line beside its keys, "" for none: what is asked, what is offered. */
void popup_note(const struct ui *ui, char *out, size_t size);

#endif
