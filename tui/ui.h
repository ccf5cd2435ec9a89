/* ui.h - the state of the screen and how each message changes it.
 *
 * Pure: no terminal, network, clock or disk. ui_update() takes one message;
 * what the outside must do is appended to ui->out and the loop carries it
 * out. view.c turns the state into a grid. Each view has its own pair of
 * files: compose.c and view_compose.c, board.c and view_board.c, ...
 */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "core/conf.h"
#include "core/session.h"
#include "tui/board.h"
#include "tui/compose.h"
#include "tui/keys.h"
#include "tui/logview.h"
#include "tui/popup.h"
#include "tui/standing.h"
#include "tui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view_id { VIEW_COMPOSE, VIEW_BOARD, VIEW_LOG, VIEW_PAYLOAD, VIEW_REVIEW, VIEW_COUNT };

enum msg_kind {
	MSG_KEY,       /* key */
	MSG_PASTE,     /* text, n, cut */
	MSG_RESIZE,    /* rows, cols */
	MSG_TICK,      /* the clock in now moved past ui_deadline() */
	MSG_SESSION,   /* session */
	MSG_ROWS,      /* rows: answer to UI_FETCH_ROWS */
	MSG_TASK,      /* task, story: answer to UI_LOAD_TASK */
	MSG_CHOICES,   /* choices: answer to UI_FETCH_CHOICES */
	MSG_DRAFTS,    /* drafts: answer to UI_LIST_DRAFTS */
	MSG_DRAFT,     /* draft: opened; taken by the ui */
	MSG_BATCH,     /* task_key: its name, batch: answer to UI_BATCH_INFO */
	MSG_SUBMITTED, /* seq: the row is committed; err when it was refused before that */
	MSG_EDITED,    /* text, n: what the editor left; answer to UI_EDITOR */
	MSG_STANDING,  /* standing: something stands in the way, or does no more */
	MSG_THEMES,    /* words, n: answer to UI_LIST_THEMES; text: the name in force */
	MSG_SAVED,     /* the draft is on disk */
	MSG_NOT_SAVED, /* err: why it is not */
	MSG_ERROR      /* err: something the loop could not do */
};

struct rows_answer {
	const struct board_row *rows;
	size_t n;                       /* borrowed */
	bool found;                     /* the key asked for is among them */
	long total, above;              /* rows that match; rows above rows[0]; -1 not counted */
	long counts[TASK_STATUS_COUNT]; /* of the whole target */
};

struct msg {
	enum msg_kind kind;
	struct now now;
	uint32_t key;
	int rows, cols;
	const char *text;
	size_t n;
	bool cut;
	const struct session_event *session;
	const struct rows_answer *answer;
	const struct task *task;
	const struct story *story; /* of a row that is only here; else NULL */
	const char *task_key;
	const struct choice *choices;
	enum field_pick what;
	int64_t fetched_ms;
	const struct batch_info *batch;
	const struct standing *standing;
	const struct draft_info *drafts;
	struct draft *draft;
	const char *const *words;
	int64_t seq;
	const struct err *err; /* NULL = good */
};

enum ui_cmd_kind {
	UI_QUIT,
	UI_SUSPEND,
	UI_REDRAW,
	UI_INTERRUPT,
	UI_SAVE,         /* put the draft on disk now */
	UI_SUBMIT,       /* compose.draft through session_submit() */
	UI_FETCH_ROWS,   /* fetch */
	UI_LOAD_TASK,    /* key: from the store; flag: ask the service for it too */
	UI_REFRESH,      /* flag: full */
	UI_AUTO_REFRESH, /* number: ms, 0 = off */
	UI_CANCEL_TASK,  /* key; flag: clear the unique_id too */
	UI_LOOK,
	UI_RESEND,
	UI_ABANDON,        /* number: seq */
	UI_RECEIPT,        /* number: seq; its receipt into a file, as UI_WRITE */
	UI_LINK,           /* number: seq; the task that has its unique_id is taken for it */
	UI_TRY,            /* send what is held or paused */
	UI_FETCH_CHOICES,  /* number: enum field_pick; key: project for batches and blueprints */
	UI_RELOAD_CHOICES, /* the same from the service; MSG_CHOICES comes again after it */
	UI_CHOICE_USED,    /* number: enum field_pick; key: the name */
	UI_BATCH_INFO,     /* key: the batch's name; from the cache */
	/* text in $VISUAL/$EDITOR; key: suffix of the file (".md"); number: the most bytes it may
	 * come back with, else it stays in the file; 0 = what can be held */
	UI_EDITOR,
	UI_PAGER, /* text */
	UI_LIST_DRAFTS,
	UI_OPEN_DRAFT,
	UI_DELETE_DRAFT, /* key: draft id */
	UI_LIST_THEMES,
	UI_THEME, /* key: name; flag: keep (remember it) */
	UI_WRITE, /* text into a 0600 file in the state folder; a toast says where; key: suffix */
	UI_CMD_COUNT
};

struct fetch { /* UI_FETCH_ROWS */
	struct filter filter;
	enum board_sort sort;
	bool reverse, end; /* end: the last rows instead of around key */
	char key[BOARD_KEY_SIZE];
	size_t before, after;
};

#define UI_KEY_SIZE 264 /* the longest is an id of a blueprint, 256 bytes */
struct ui_cmd {
	enum ui_cmd_kind kind;
	char key[UI_KEY_SIZE]; /* of a task, a draft, a theme; the name of a choice */
	int64_t number;
	bool flag;
	struct fetch fetch;
	char *text;
	size_t n; /* owned by the command; the loop frees it */
};
#define UI_CMDS_MAX 32

struct where {              /* the top line; filled by the loop */
	enum key_mode mode; /* TEST, LIVE, SANDBOX */
	bool has_key;
	char profile[48];
	char base_url[160];
	char key[32]; /* masked */
	char key_origin[96];
	char trouble[160]; /* why nothing can be sent, "" if it can: no key, sandbox starting */
};

struct toast {
	char text[520];
	enum role role;
	int64_t until_ms; /* mono; 0 = none, -1 = until a key */
	int64_t since_ms; /* mono; an error is not taken away by a key that was on its way */
};

struct ui {
	int rows, cols;
	bool ascii, utc;
	struct now now;
	struct where where;
	struct standing standing;
	enum view_id view;
	enum view_id back; /* where the log was opened from */
	struct compose compose;
	struct board board;
	struct logview log;
	struct popup popup; /* over the view; popup.kind POPUP_NONE = none */
	struct toast toast;
	int interrupts; /* Ctrl-C in a row without another key */
	bool leaving;   /* quits when the draft is on disk */
	struct ui_cmd out[UI_CMDS_MAX];
	size_t out_count;
};

void ui_init(struct ui *ui, struct draft *draft); /* takes the draft */
void ui_done(struct ui *ui);
void ui_update(struct ui *ui, const struct msg *msg);

/* For the loop: next command, false when there is none; its text is yours to free. */
bool ui_next(struct ui *ui, struct ui_cmd *cmd);
/* Monotonic ms when the picture changes by itself or a save is due; -1 = never. */
int64_t ui_deadline(const struct ui *ui);
/* The draft differs from what is on disk. */
bool ui_unsaved(const struct ui *ui);

/* --- for the views' own files --- */
struct ui_cmd *ui_ask(struct ui *ui, enum ui_cmd_kind kind); /* append a command */
void ui_ask_key(struct ui *ui, enum ui_cmd_kind kind, const char *key);
void ui_toast(struct ui *ui, enum role role, const char *fmt, ...) PRINTF_LIKE(3, 4);
void ui_toast_err(struct ui *ui, const struct err *err); /* message and hint, stays until a key */
void ui_go(struct ui *ui, enum view_id view);
/* Save, then UI_QUIT; asks first if the draft cannot be saved. */
void ui_quit(struct ui *ui);
/* Where keys go now: decides the bottom line and the help. */
enum place ui_place(const struct ui *ui);
/* A cell-safe status: mark and word ("! error"), and the role it is drawn in. */
enum role ui_status_role(enum task_status s);

#endif
