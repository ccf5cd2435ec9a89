/* loop.c - see loop.h.
 *
 * Signals arrive as bytes in a pipe, so no handler does more than one write(2);
 * those that end us also start a watchdog, because a stalled terminal would
 * hold us in write(2) for ever.
 */
#include "config.h"

#include "tui/loop.h"

#include "core/clock.h"
#include "tui/outside.h"
#include "tui/term.h"
#include "tui/tty.h"
#include "tui/view.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define FDS_MAX      (3 + SESSION_FDS_MAX)
#define KEYS_A_TURN  512 /* then the screen is drawn and the sockets get their turn */
#define REPAINT_MS   150 /* after the last resize: bytes for the old size are still on their way */
#define WATCHDOG_SEC 3
#define PATIENCE     10 /* times WATCHDOG_SEC, for a store that is locked or a disk that is slow */

static int sig_pipe[2] = { -1, -1 };
static volatile sig_atomic_t ending; /* the signal that started the watchdog */
static volatile sig_atomic_t patience = PATIENCE;

static bool
ends_us(int signo)
{
	return signo == SIGTERM || signo == SIGHUP || signo == SIGINT || signo == SIGQUIT ||
	       signo == SIGALRM;
}

/* From now on nothing may hold us for long. */
static void
start_watchdog(int signo)
{
	ending = signo;
	alarm(WATCHDOG_SEC);
}

static void
on_signal(int signo)
{
	unsigned char byte = (unsigned char)signo;
	int saved = errno;
	ssize_t n;

	if (ends_us(signo))
		start_watchdog(signo);
	n = write(sig_pipe[1], &byte, 1);
	(void)n; /* pipe full: a byte is already waiting */
	errno = saved;
}

/* The terminal takes nothing and we were told to go. An alarm that is not the watchdog's is a
 * signal that ends us like any other. */
static void
on_alarm(int signo)
{
	if (!ending) {
		on_signal(signo);
		return;
	}
	if (!term_writing() && patience > 0) { /* the draft is on its way to the disk */
		patience--;
		alarm(WATCHDOG_SEC);
		return;
	}
	tty_crash();
	_exit(128 + (int)ending);
}

int
loop_ending(void)
{
	return (int)ending;
}

enum err_code
loop_watch_signals(struct err *err)
{
	static const int wanted[] = {
		SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT
	};
	static const int nothing[] = { SIGPIPE, SIGUSR1, SIGUSR2 };
	struct sigaction act = { .sa_handler = on_signal }, alarmed = { .sa_handler = on_alarm };

	if (pipe2(sig_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "cannot make the signal pipe");
	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		sigaction(wanted[i], &act, NULL);
	sigaction(SIGALRM, &alarmed, NULL);
	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		signal(nothing[i], SIG_IGN);
	return ERR_OK;
}

static struct now
read_clocks(void)
{
	return (struct now){ .mono_ms = clock_mono_ms(), .wall_ms = clock_wall_ms() };
}

void
loop_tell(struct loop *l, struct msg msg)
{
	struct ui_cmd cmd;

	msg.now = l->now;
	l->dirty = true;
	ui_update(l->ui, &msg);
	while (ui_next(l->ui, &cmd))
		loop_obey(l, &cmd);
}

void
loop_tell_err(struct loop *l, const struct err *err)
{
	loop_tell(l, (struct msg){ .kind = MSG_ERROR, .err = err });
}

static void
resize(struct loop *l)
{
	int rows, cols;

	term_size(&rows, &cols);
	if (rows != l->grid.rows || cols != l->grid.cols) {
		grid_done(&l->grid);
		grid_init(&l->grid, rows, cols);
		l->grid.ascii = l->ascii;
	}
	loop_tell(l, (struct msg){ .kind = MSG_RESIZE, .rows = rows, .cols = cols });
}

static void
paint(struct loop *l)
{
	l->dirty = false;
	view(l->ui, &l->grid);
	term_paint(&l->grid);
}

static void
leave(struct loop *l, int signo)
{
	l->quit = true;
	if (!l->signo)
		l->signo = signo;
	if (!ending) /* a hangup without its signal */
		start_watchdog(signo);
}

static void
drain_signals(struct loop *l)
{
	unsigned char byte;

	while (read(sig_pipe[0], &byte, 1) == 1) {
		if (ends_us(byte)) {
			leave(l, byte);
		} else if (byte == SIGTSTP) {
			struct ui_cmd stop = { .kind = UI_SUSPEND };

			loop_save(l);
			loop_obey(l, &stop);
		} else {
			if (byte == SIGCONT)
				term_wake(); /* a stop that was not ours: the shell took it back */
			resize(l);
			l->repaint_ms = l->now.mono_ms + REPAINT_MS;
		}
	}
}

static void
drain_input(struct loop *l)
{
	struct term_input in;

	for (int i = 0; i < KEYS_A_TURN && !l->quit && term_input(&in); i++) {
		switch (in.kind) {
		case TERM_KEY: loop_tell(l, (struct msg){ .kind = MSG_KEY, .key = in.key }); break;
		case TERM_PASTE:
			loop_tell(l, (struct msg){ .kind = MSG_PASTE,
						   .text = in.paste,
						   .n = in.len,
						   .cut = in.cut });
			break;
		case TERM_GONE: leave(l, SIGHUP); break;
		}
	}
}

static void
child_failed(struct loop *l, const struct err *err)
{
	snprintf(l->ui->where.trouble, sizeof(l->ui->where.trouble), "%.150s", err->msg);
	loop_tell_err(l, err);
}

static void
start_child(struct loop *l)
{
	struct err err = ERR_INIT;

	if (child_start(l->child, &err))
		child_failed(l, &err);
}

static void
step_child(struct loop *l)
{
	struct err err = ERR_INIT;
	bool ready = false;

	if (child_step(l->child, &ready, &err)) {
		child_failed(l, &err);
	} else if (ready) {
		l->ui->where.trouble[0] = '\0';
		l->dirty = true;
		loop_start_session(l);
	}
}

static void
tell_standing(struct loop *l)
{
	struct standing now = { .pause_until_ms = session_pause_until(l->session) };

	session_hold(l->session, &now.hold);
	snprintf(now.sender, sizeof(now.sender), "%s", l->sender);
	if (!standing_same(&now, &l->ui->standing))
		loop_tell(l, (struct msg){ .kind = MSG_STANDING, .standing = &now });
}

static void
step_session(struct loop *l, const struct pollfd *fds, size_t n)
{
	struct session_event ev;

	session_step(l->session, fds, n, l->now);
	while (session_next(l->session, &ev))
		loop_session_event(l, &ev);
	tell_standing(l);
	/* A call may begin without an event: the Log shows it while it runs. */
	if (session_api(l->session) && api_log_rev(session_api(l->session)) != l->log_rev) {
		l->log_rev = api_log_rev(session_api(l->session));
		l->dirty = true;
	}
}

static int
sooner(int a, int b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return a < b ? a : b;
}

static int
until(const struct loop *l, int64_t deadline_ms)
{
	int64_t ms = deadline_ms - l->now.mono_ms;

	return ms < 0 ? 0 : ms > 3600000 ? 3600000 : (int)ms;
}

static int
timeout(const struct loop *l)
{
	int64_t ui = ui_deadline(l->ui);
	int ms = term_timeout();

	ms = sooner(ms, session_timeout(l->session, l->now.mono_ms));
	if (ui >= 0)
		ms = sooner(ms, until(l, ui));
	if (l->repaint_ms)
		ms = sooner(ms, until(l, l->repaint_ms));
	return ms;
}

static void
timers(struct loop *l)
{
	int64_t ui = ui_deadline(l->ui);

	if (l->repaint_ms && l->now.mono_ms >= l->repaint_ms) {
		l->repaint_ms = 0;
		term_repaint();
		l->dirty = true;
	}
	if (ui >= 0 && l->now.mono_ms >= ui)
		loop_tell(l, (struct msg){ .kind = MSG_TICK });
}

/* Sleep until something happens, then deal with all of it. */
static enum err_code
turn(struct loop *l, struct err *err)
{
	struct pollfd fds[FDS_MAX] = {
		{ .fd = term_fd(), .events = POLLIN },
		{ .fd = sig_pipe[0], .events = POLLIN },
		{ .fd = l->child ? child_fd(l->child) : -1, .events = POLLIN },
	};
	size_t n = 3 + session_pollfds(l->session, fds + 3, FDS_MAX - 3);

	l->now = read_clocks();
	if (poll(fds, n, timeout(l)) < 0) {
		if (errno != EINTR)
			return err_sys(err, "poll");
		for (size_t i = 0; i < n; i++)
			fds[i].revents = 0;
	}
	l->now = read_clocks();
	drain_signals(l);
	drain_input(l);
	if (!l->quit && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		leave(l, SIGHUP);
	if (!l->quit && fds[2].revents)
		step_child(l);
	if (!l->quit)
		step_session(l, fds + 3, n - 3);
	if (!l->quit)
		timers(l);
	return ERR_OK;
}

static size_t
log_count(const void *arg)
{
	const struct api *api = session_api(arg);

	return api ? api_log_count(api) : 0;
}

static const struct api_call *
log_get(const void *arg, size_t i)
{
	return api_log_get(session_api(arg), i);
}

/* Nobody can be asked any more, and the store takes nothing: the disk may be full. */
static void
save_elsewhere(struct loop *l)
{
	struct err err = ERR_INIT;

	if (outside_rescue(l->ui->compose.draft, l->rescued, sizeof(l->rescued), &err))
		l->rescued[0] = '\0';
	l->lost = !l->rescued[0];
}

enum err_code
loop_run(struct loop *l, struct err *err)
{
	enum err_code code = ERR_OK;

	l->ui->log.source =
		(struct log_source){ .count = log_count, .get = log_get, .arg = l->session };
	store_ending(l->store, loop_ending);
	l->now = read_clocks();
	resize(l);
	paint(l); /* before the sandbox, libcurl and any call */
	if (l->child)
		start_child(l);
	else
		loop_start_session(l);
	while (!l->quit && !code) {
		if (l->dirty)
			paint(l);
		code = turn(l, err);
	}
	loop_save(l);
	if (ui_unsaved(l->ui) && (l->signo || code))
		save_elsewhere(l);
	grid_done(&l->grid);
	return code;
}
