/* loop.h - the one poll(2) loop: keys, signals, sockets, timers.
 *
 * Everything that can happen is a readable descriptor or a deadline; idle
 * means asleep. What the ui asks for is carried out by loop_cmd.c (store,
 * session) and outside.c (editor, pager, files, suspending).
 */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include "core/child.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/session.h"
#include "core/store.h"
#include "tui/grid.h"
#include "tui/theme.h"
#include "tui/ui.h"

#include <stdbool.h>
#include <stdint.h>

struct loop {
	/* borrowed, set by the caller */
	struct conf *conf;
	struct store *store;
	struct session *session;
	struct child *child; /* or NULL */
	struct ui *ui;       /* ui_init() was called */
	char theme[32];      /* name of the one in force */
	bool ascii;          /* borders from - | + */
	/* the loop's own, zero at start */
	struct now now;
	struct grid grid;
	bool dirty;                 /* something was told to the ui since the last paint */
	unsigned log_rev;           /* of the calls as they were painted */
	bool started;               /* session_start() was called */
	bool quit;                  /* leave after this turn */
	int signo;                  /* the signal that ends us, 0 = none */
	int64_t repaint_ms;         /* mono: everything once more after resizes; 0 = no */
	enum field_pick asked;      /* the last choices asked for: sent again when renewed */
	char asked_of[UI_KEY_SIZE]; /* and the project they are of */
	bool asked_early;           /* before the session was started: asked then */
	char sender[256];           /* another process sends: who */
	char rescued[512]; /* at the end: the draft's file, because the store took it not */
	bool lost;         /* and no file could be made either */
};

/* Handlers and their pipe. Before term_open(), so that curses sets none of its own. */
enum err_code loop_watch_signals(struct err *err) MUST_CHECK;
/* A signal that ends us has come: its number, else 0. */
int loop_ending(void);

/* Run until the person quits, a signal ends us or the terminal is gone; l->signo tells. */
enum err_code loop_run(struct loop *l, struct err *err) MUST_CHECK;

/* For loop_cmd.c and outside.c: tell the ui something and carry out all that it then asks. */
void loop_tell(struct loop *l, struct msg msg);
void loop_tell_err(struct loop *l, const struct err *err);

/* loop_cmd.c: one command of the ui. */
void loop_obey(struct loop *l, struct ui_cmd *cmd);
/* The same for the board: loop_board.c. */
void loop_fetch_rows(struct loop *l, const struct fetch *f);
void loop_load_task(struct loop *l, const char *key, bool ask_service);
void loop_write_receipt(struct loop *l, int64_t seq);
/* cmd->text into a file of its own; a toast says where. */
void loop_write_file(struct loop *l, const struct ui_cmd *cmd);
/* The draft to disk, if it is not there; the ui is told. */
void loop_save(struct loop *l);
/* Session and child have something to say. */
void loop_session_event(struct loop *l, const struct session_event *ev);
void loop_start_session(struct loop *l);

#endif
