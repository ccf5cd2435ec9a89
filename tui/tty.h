/* tty.h - the terminal device below curses: opening, modes, and getting out of a crash.
 *
 * There is one, and signal handlers must reach it, so its state is file-wide.
 */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Standard input and output are terminals; opens ours anew, waits to be in the foreground
 * and remembers the modes. Errors: ERR_TERMINAL with a hint. */
enum err_code tty_open(struct err *err) MUST_CHECK;
void tty_close(void);
int tty_in(void);  /* non-blocking, for keys */
int tty_out(void); /* blocking, for curses */

/* Stop, as the kernel does to who reads from the background, until in the foreground. False: an
 * orphan, to whom nobody will ever say fg. */
bool tty_foreground(void);

/* Rows and columns as the kernel knows them; 24x80 when it does not. */
void tty_size(int *rows, int *cols);

/* Modes as they were found. tty_save_modes(): what is in force now is what to go back to. */
void tty_save_modes(void);
void tty_restore_modes(void);

/* A byte more of what brings the screen back; returns it, as tputs(3) wants. */
int tty_restore_byte(int c);

/* From now on (on = true) a fatal signal brings screen and modes back before it kills. */
void tty_watch(bool on);
/* The same by hand, from a signal handler; async-signal-safe, never waits. */
void tty_crash(void);

#endif
