/* pty.h - a real program on a pseudo terminal, its screen read back through libvterm.
 *
 * The program runs under a small session leader that plays the shell (job
 * control needs one). Every wait has a cap and fails the test with the
 * screen and the program's stderr. Waits look at what happened: no sleeps.
 */
#ifndef TESTS_PTY_H
#define TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include <vterm.h>

struct pty_setup {
	const char *const *argv;
	const char *const *env; /* "NAME=value" on top of a clean environment; or NULL */
	int rows, cols;         /* 0: 24x80 */
	const char *term;       /* NULL: xterm-256color */
	bool alone;             /* no shell: the program leads the session, as "ssh host program" */
};

struct pty {
	VTerm *vt;
	VTermScreen *screen;
	int rows, cols;
	int fd;            /* master; -1 after a hangup */
	int slave;         /* kept open: modes and input queue can be read */
	int says, orders;  /* pipes from and to the leader */
	pid_t leader, pid; /* of the program */
	pid_t peer;        /* whose answers it gets; 0: nobody's */
	bool alone;        /* the leader is the program */
	bool ended;        /* status is known */
	bool stopped;      /* by SIGTSTP and its kin */
	bool escaped;      /* the last key was ESC: what follows must not make it Alt */
	int status;        /* as wait(2) gives it */
	struct termios before;
	bool alternate, cursor; /* as the program asked */
	bool answering;         /* libvterm wrote something back */
	char answer[64];
	size_t answer_len;
	size_t bytes;      /* of output so far */
	char unknown[512]; /* sequences that libvterm does not know, as text */
	char home[64];     /* a folder of its own: HOME and all XDG_* are in it */
	int record;        /* home/output: every byte that came */
};

void pty_open(struct pty *p, const struct pty_setup *setup);
void pty_close(struct pty *p); /* ends what still runs; removes home */

void pty_type(struct pty *p, const char *keys);
void pty_write(struct pty *p, const char *bytes, size_t n);
/* As a terminal pastes: with markers if the program asked for them. */
void pty_paste(struct pty *p, const char *text, size_t n);
void pty_resize(struct pty *p, int rows, int cols);
void pty_signal(struct pty *p, int signo);
void pty_hangup(struct pty *p); /* the other side is gone */

void pty_wait(struct pty *p, const char *text);
void pty_wait_gone(struct pty *p, const char *text);
/* All input taken, all output here, the program asleep waiting, and its peer asleep. */
void pty_settle(struct pty *p);
void pty_wait_stopped(struct pty *p);
void pty_continue(struct pty *p);   /* fg */
void pty_background(struct pty *p); /* bg */
int pty_wait_end(struct pty *p);    /* its wait status */

bool pty_has(struct pty *p, const char *text);
char *pty_row(struct pty *p, int y);             /* free(3) */
char *pty_dump(struct pty *p);                   /* rows, blanks at ends cut; free(3) */
size_t pty_bytes(struct pty *p);                 /* output since the last call */
bool pty_sent(struct pty *p, const char *bytes); /* is this anywhere in all its output */
/* All its output from an offset on, and how much there is; free(3). */
char *pty_output(struct pty *p, size_t from, size_t *n);
VTermPos pty_cursor(struct pty *p);
VTermScreenCell pty_cell(struct pty *p, int y, int x);

/* Oracles. After leaving: alternate screen off, cursor visible, paste marks off, modes as
 * before. At any time: Ctrl-L changes nothing, and no sequence was unknown. */
void pty_check_restored(struct pty *p);
void pty_check_redraw(struct pty *p); /* in pty_redraw.c */
bool pty_is_as_redrawn(struct pty *p);

/* What the program wrote to stderr; free(3). */
char *pty_stderr(struct pty *p);

#endif
