/* term.h - the terminal. term.c is the only file that includes curses. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "core/err.h"
#include "tui/grid.h"
#include "tui/keys.h"
#include "tui/theme.h"

#include <stdbool.h>
#include <stdint.h>

struct term_setup {
	const struct theme *theme;
	int escdelay_ms;
	bool no_color; /* NO_COLOR, or the option */
};

/* Opens the tty by its own descriptor, never initscr(3). Errors: ERR_TERMINAL with a hint. */
enum err_code term_open(const struct term_setup *setup, struct err *err) MUST_CHECK;
void term_close(void);                      /* safe to call twice and from die() */
void term_leave(void);                      /* for an editor, a pager, Ctrl-Z */
void term_return(void);                     /* back, with a full repaint */
void term_wake(void);                       /* after a stop and SIGCONT: our modes again */
void term_theme(const struct theme *theme); /* other looks, at once */
bool term_unicode(void);                    /* borders may be lines */
const char *term_stand_in(void); /* the description used because TERM's is missing, or NULL */
int term_fd(void);               /* for poll(2); -1 when closed */
bool term_writing(void);         /* for a signal handler: it interrupts a write to the terminal */

void term_size(int *rows, int *cols); /* asks the kernel, tells curses */
void term_repaint(void);              /* next paint sends everything: Ctrl-L, after a resize */

/*
 * Next key without waiting; false when there is none. A paste (bracketed, or
 * a burst) comes as one TERM_PASTE with its bytes, borrowed until the next
 * call; cut says it was longer than TERM_PASTE_MAX. TERM_GONE: hangup.
 */
#define TERM_PASTE_MAX (4u << 20)
enum term_input_kind { TERM_KEY, TERM_PASTE, TERM_GONE };
struct term_input {
	enum term_input_kind kind;
	uint32_t key; /* TERM_KEY: keys.h */
	const char *paste;
	size_t len; /* TERM_PASTE: valid UTF-8, no NUL, '\n' for line ends */
	bool cut;
};
bool term_input(struct term_input *in);
/* An unfinished paste or ESC needs another look after so many ms; -1 = no. */
int term_timeout(void);

/* Send what changed since the last paint. */
void term_paint(const struct grid *g);

#endif
