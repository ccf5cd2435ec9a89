/* tty.c - see tty.h. */
#include "config.h"

#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct {
	int in, out; /* our own openings: flags that others set on theirs do not matter */
	struct termios saved;
	char restore[512];
	size_t restore_len;
	volatile sig_atomic_t watched;
} tty = { .in = -1, .out = -1 };

/* --- crash: only what signal-safety(7) allows --- */

int
tty_restore_byte(int c)
{
	if (tty.restore_len < sizeof(tty.restore))
		tty.restore[tty.restore_len++] = (char)c;
	return c;
}

void
tty_crash(void)
{
	int saved = errno;
	ssize_t n;

	if (tty.watched) {
		tty.watched = 0;
		tcflush(tty.out, TCOFLUSH); /* stalled by ^S or a dead link: never wait */
		tcflow(tty.out, TCOON);
		fcntl(tty.out, F_SETFL, fcntl(tty.out, F_GETFL) | O_NONBLOCK);
		n = write(tty.out, tty.restore, tty.restore_len);
		(void)n;
		tcsetattr(tty.out, TCSANOW, &tty.saved);
	}
	errno = saved;
}

#ifdef WITH_ASAN /* the sanitizers' own handlers tell more */
static void
catch_fatal(void)
{
}
#else
static void
on_fatal(int signo)
{
	tty_crash();
	raise(signo); /* the default action again: SA_RESETHAND */
}

static void
catch_fatal(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS,  SIGILL,    SIGFPE,  SIGABRT, SIGSYS,
				     SIGTRAP, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO };
	static char stack[1 << 16]; /* static: a stack overflow leaves no other */
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction act = { .sa_handler = on_fatal };

	act.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER);
	sigaltstack(&alt, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &act, NULL);
}
#endif

void
tty_watch(bool on)
{
	if (on)
		catch_fatal();
	tty.watched = on;
}

/* --- open and close --- */

static bool
open_both(const char *name)
{
	tty.out = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty.out < 0)
		return false;
	/* Another opening for the keys: O_NONBLOCK must not reach curses' writes. */
	tty.in = open(name, O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (tty.in >= 0)
		return true;
	close(tty.out);
	return false;
}

bool
tty_foreground(void)
{
	for (int i = 0; i < 4; i++) {
		pid_t group = tcgetpgrp(tty.out);

		if (group < 0 || group == getpgrp()) /* < 0: not ours, so no job control */
			return true;
		raise(SIGTTIN);
	}
	return false;
}

enum err_code
tty_open(struct err *err)
{
	const char *name;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, ERR_TERMINAL, "%s is not a terminal",
			isatty(STDIN_FILENO) ? "standard output" : "standard input");
		return err_hint(err,
				"for scripts there are: multistage submit, list, show, cancel");
	}
	name = ttyname(STDIN_FILENO);
	if (!(name && open_both(name)) && !open_both("/dev/tty")) {
		err_sys(err, "cannot open the terminal");
		return err->code = ERR_TERMINAL;
	}
	if (!tty_foreground()) {
		tty_close();
		return err_set(err, ERR_TERMINAL, "not in the foreground of the terminal");
	}
	tty.restore_len = 0;
	tty_save_modes();
	return ERR_OK;
}

void
tty_close(void)
{
	tty.watched = 0;
	if (tty.in >= 0)
		close(tty.in);
	if (tty.out >= 0)
		close(tty.out);
	tty.in = tty.out = -1;
}

int
tty_in(void)
{
	return tty.in;
}

int
tty_out(void)
{
	return tty.out;
}

void
tty_size(int *rows, int *cols)
{
	struct winsize ws = { 0 };
	bool told = ioctl(tty.out, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 && ws.ws_col > 0;

	*rows = told ? ws.ws_row : 24;
	*cols = told ? ws.ws_col : 80;
}

void
tty_save_modes(void)
{
	tcgetattr(tty.out, &tty.saved);
}

void
tty_restore_modes(void)
{
	tcsetattr(tty.out, TCSANOW, &tty.saved);
}
