/* hidden.c - see hidden.h. Sources: termios(3), tty(4), signal(7). */
#include "config.h"

#include "cli/hidden.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TYPED_MAX 65536 /* bytes that are read of a line that never ends */

/* Signals that end or stop us: the terminal must show again what is typed before they do. */
static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

#define CAUGHT_COUNT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t arrived;

struct prompt {
	int tty;
	const char *question;
	struct termios before;
	struct sigaction old[CAUGHT_COUNT];
	sigset_t mask; /* as it was: in force only while we wait */
};

static void
on_signal(int signo)
{
	arrived = signo;
}

static void
catch_signals(struct prompt *p)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t all;

	arrived = 0;
	sigemptyset(&all);
	for (size_t i = 0; i < CAUGHT_COUNT; i++)
		sigaddset(&all, caught[i]);
	sigprocmask(SIG_BLOCK, &all, &p->mask); /* none comes between a look and a wait */
	for (size_t i = 0; i < CAUGHT_COUNT; i++)
		sigaction(caught[i], &act, &p->old[i]);
}

static void
release_signals(const struct prompt *p)
{
	for (size_t i = 0; i < CAUGHT_COUNT; i++)
		sigaction(caught[i], &p->old[i], NULL);
	sigprocmask(SIG_SETMASK, &p->mask, NULL);
}

static void
say(const struct prompt *p, const char *text)
{
	ssize_t put = write(p->tty, text, strlen(text));

	(void)put; /* a terminal that is gone ends the reading */
}

/* False if the echo cannot be turned off. What was typed before the question is dropped. */
static bool
hide(const struct prompt *p)
{
	struct termios quiet = p->before, now;

	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON | ISIG; /* Backspace and Ctrl-C mean what they do elsewhere */
	if (tcsetattr(p->tty, TCSAFLUSH, &quiet) < 0 || tcgetattr(p->tty, &now) < 0 ||
	    (now.c_lflag & ECHO))
		return false;
	say(p, p->question);
	return true;
}

static void
show(const struct prompt *p)
{
	tcsetattr(p->tty, TCSAFLUSH, &p->before);
	say(p, "\n");
}

/* Let the signal do what it does without us; after a stop, ask again. False: not hidden. */
static bool
yield_to_signal(struct prompt *p)
{
	int signo = arrived;

	show(p);
	release_signals(p);
	raise(signo);
	catch_signals(p); /* it was a stop, or is ignored */
	return hide(p);
}

static enum err_code
cannot_hide(struct err *err)
{
	err_set(err, ERR_TERMINAL, "nothing that is typed here can be hidden");
	return err_hint(err, "run it on a terminal; or use key_command, or a key file of mode 600");
}

/* Read up to the newline; *n counts also what found no place. */
static enum err_code
read_line(struct prompt *p, char *out, size_t size, struct err *err)
{
	size_t n = 0;
	char c = '\0';

	while (c != '\n' && n < TYPED_MAX) {
		struct pollfd in = { .fd = p->tty, .events = POLLIN };
		ssize_t got = ppoll(&in, 1, NULL, &p->mask) > 0 ? read(p->tty, &c, 1) : -1;

		if (got < 0 && errno == EINTR && arrived) {
			n = 0;
			if (!yield_to_signal(p))
				return cannot_hide(err);
		} else if (got < 0 && errno != EINTR) {
			return err_sys(err, "cannot read from the terminal");
		} else if (got == 0) {
			return err_set(err, ERR_INTERRUPTED, "nothing was typed");
		} else if (got > 0 && c != '\n') {
			if (n + 1 < size)
				out[n] = c;
			n++;
		}
	}
	out[n < size ? n : 0] = '\0';
	if (n < size)
		return ERR_OK;
	return err_set(err, ERR_TOO_BIG, "what was typed is longer than %zu characters", size - 1);
}

enum err_code
hidden_line(const char *question, char *out, size_t size, struct err *err)
{
	struct prompt p = { .question = question };
	enum err_code code;

	p.tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (p.tty < 0)
		return cannot_hide(err);
	if (tcgetattr(p.tty, &p.before) < 0) {
		close(p.tty);
		return cannot_hide(err);
	}
	catch_signals(&p);
	code = hide(&p) ? read_line(&p, out, size, err) : cannot_hide(err);
	show(&p);
	release_signals(&p);
	close(p.tty);
	if (code != ERR_OK)
		explicit_bzero(out, size);
	return code;
}
