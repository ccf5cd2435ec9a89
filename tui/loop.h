/* loop.h - the one poll(2) loop: keys, signals, sockets, timers; carries out the ui's commands. */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include "core/child.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/session.h"
#include "core/store.h"
#include "tui/theme.h"
#include "tui/ui.h"

struct loop { /* all borrowed but ui, which the loop starts and ends */
	struct conf *conf;
	struct store *store;
	struct session *session;
	struct child *child; /* or NULL */
	struct theme *theme;
	struct ui *ui;
	bool no_color;
};

/* Run until the person quits or a signal ends us; *signo is that signal, else 0. */
enum err_code loop_run(struct loop *l, int *signo, struct err *err) MUST_CHECK;

#endif
