/* tui.h - the door of this room: open the full-screen program and run it. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "core/conf.h"
#include "core/draft.h"
#include "core/err.h"

#include <stdbool.h>

struct tui_options {
	bool sandbox;        /* start the sandbox as a child and use it */
	struct draft *draft; /* to begin with; taken. NULL: the one worked on last */
	bool no_color;
	void (*say)(const char *fmt, ...) PRINTF_LIKE(1, 2); /* a line to the person, on stderr */
};

/* Ends by the signal that ended it, after the terminal is restored and the draft saved; when
 * the store cannot take the draft then, into a file of its own whose name is said. */
enum err_code tui_run(struct conf *conf, const struct tui_options *options,
		      struct err *err) MUST_CHECK;

#endif
