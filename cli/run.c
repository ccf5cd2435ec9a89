/* run.c - see run.h. */
#include "config.h"

#include "cli/run.h"

#include "cli/out.h"

#include "core/clock.h"
#include "core/endpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FDS_MAX SESSION_FDS_MAX
#define TURN_MS 60000 /* at most so long between two looks at the clock */
#define STOP_MS 2000  /* for what is in flight to end after Ctrl-C */

static void
say_warning(const char *text, void *arg)
{
	(void)arg;
	out_say("warning: %s", text);
}

struct conf *
run_conf(const struct cli *cli, struct err *err)
{
	return conf_open(&cli->flags, say_warning, NULL, err);
}

/* From here on Ctrl-C is a descriptor. libcurl's threads inherit the mask. */
static enum err_code
catch_signals(struct run *r, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTSTP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    (r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return err_sys(err, "cannot catch signals");
	return ERR_OK;
}

/* Ctrl-Z: whoever sends lets go of the lock first, so that others do meanwhile. In an orphaned
 * group the kernel ignores it, and we go on at once. */
static void
stand_still(const struct run *r)
{
	sigset_t set;

	if (r->session)
		session_suspend(r->session);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);                       /* waits, for it is blocked ... */
	sigprocmask(SIG_UNBLOCK, &set, NULL); /* ... until here, and we stand until SIGCONT */
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (r->session)
		session_resume(r->session, run_now());
}

/* Were we told to end? */
static bool
was_stopped(const struct run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGTSTP)
			return true;
		stand_still(r);
	}
	return false;
}

static enum err_code
stopped(struct err *err)
{
	return err_set(err, ERR_INTERRUPTED, "stopped");
}

enum err_code
run_open_conf(struct run *r, const struct cli *cli, struct err *err)
{
	*r = (struct run){ .signals = -1 };
	if (!(r->conf = run_conf(cli, err)))
		return err->code;
	if (conf_yes(r->conf, CONF_UTC))
		setenv("TZ", "UTC", 1); /* for clock.c's local times */
	return ERR_OK;
}

/* Sandbox and key: in this order, because the sandbox brings the key. */
static enum err_code
open_base(struct run *r, const struct cli *cli, struct err *err)
{
	if (cli->sandbox) {
		r->child = child_new(r->conf, NULL, err);
		if (!r->child || child_start(r->child, err) != ERR_OK ||
		    child_wait_ready(r->child, err) != ERR_OK)
			return err->code;
	}
	if (conf_key(r->conf, &r->key, &r->key_origin, err) != ERR_OK)
		return err->code;
	return catch_signals(r, err);
}

enum err_code
run_open_api(struct run *r, const struct cli *cli, struct err *err)
{
	enum err_code code = run_open_conf(r, cli, err);

	if (code == ERR_OK)
		code = open_base(r, cli, err);
	if (code == ERR_OK && !(r->api = api_open(r->conf, r->key, r->key_origin, err)))
		code = err->code;
	if (code != ERR_OK)
		run_close(r);
	return code;
}

/* What waits under another key will not go out with this one. */
static void
say_others(const struct run *r)
{
	struct err note = ERR_INIT;

	if (session_others(r->session, &note))
		out_say("note: %s; %s", note.msg, note.hint);
}

enum err_code
run_join_session(struct run *r, const struct cli *cli, struct err *err)
{
	enum err_code code = open_base(r, cli, err);

	if (code == ERR_OK && !(r->store = store_open(conf_paths(r->conf)->database, err)))
		code = err->code;
	if (code == ERR_OK &&
	    !(r->session = session_new(r->conf, r->store, r->key, r->key_origin, err)))
		code = err->code;
	if (code != ERR_OK)
		run_close(r);
	else
		say_others(r);
	return code;
}

enum err_code
run_open_session(struct run *r, const struct cli *cli, struct err *err)
{
	enum err_code code = run_open_conf(r, cli, err);

	if (code == ERR_OK)
		return run_join_session(r, cli, err);
	run_close(r);
	return code;
}

void
run_close(struct run *r)
{
	session_free(r->session);
	store_close(r->store);
	api_free(r->api);
	child_stop(r->child);
	conf_close(r->conf);
	if (r->signals >= 0)
		close(r->signals);
	*r = (struct run){ .signals = -1 };
}

struct now
run_now(void)
{
	return (struct now){ .mono_ms = clock_mono_ms(), .wall_ms = clock_wall_ms() };
}

/* One sleep. fds[n] is ours for the signals. */
static enum err_code
turn(const struct run *r, struct pollfd *fds, size_t n, int ms, struct err *err)
{
	fds[n] = (struct pollfd){ .fd = r->signals, .events = POLLIN };
	if (ms < 0 || ms > TURN_MS)
		ms = TURN_MS;
	if (poll(fds, (nfds_t)n + 1, ms) < 0 && errno != EINTR)
		return err_sys(err, "cannot wait");
	return ERR_OK;
}

/*
 * What came of a call, as an exit status tells it. A question without an answer left
 * nothing in doubt, only a change did; and what the service sends is not the person's
 * input, which alone is "not valid".
 */
static void
judge_call(struct api_event *ev)
{
	bool question = strcmp(endpoints[ev->endpoint].method, "GET") == 0;

	if (ev->err.code == ERR_PARSE || ev->err.code == ERR_TOO_BIG)
		ev->err.code = question ? ERR_API : ERR_UNCONFIRMED;
	else if (ev->err.code == ERR_UNCONFIRMED && question)
		ev->err.code = ERR_NET;
}

enum err_code
run_call(struct run *r, int ticket, struct api_event *ev, struct err *err)
{
	struct pollfd fds[FDS_MAX + 1];
	bool stop = false;

	for (;;) {
		int64_t now = clock_mono_ms();
		size_t n;

		while (api_next(r->api, ev))
			if (ev->ticket == ticket) {
				judge_call(ev);
				return stop ? stopped(err) : ERR_OK;
			}
		n = api_pollfds(r->api, fds, FDS_MAX);
		if (turn(r, fds, n, api_timeout(r->api, now), err) != ERR_OK)
			return err->code;
		if (was_stopped(r)) {
			stop = true;
			api_cancel_all(r->api);
		}
		api_step(r->api, fds, n, clock_mono_ms());
	}
}

static int
shorter(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || a > b ? (int)(b < TURN_MS ? b : TURN_MS) : a;
}

/* A second Ctrl-C does not wait for anything. */
static bool
has_stopped(const struct run *r, int64_t now)
{
	return r->stop_ms && (!session_busy(r->session) || now >= r->stop_ms + STOP_MS);
}

static void
say_put_back(const struct run *r)
{
	struct err note = ERR_INIT;

	if (session_put_back(r->session, &note))
		out_say("warning: %s %s", note.msg, note.hint);
}

/* Let the session work once, at most left_ms long. */
static enum err_code
session_turn(struct run *r, int64_t left_ms, struct err *err)
{
	struct pollfd fds[FDS_MAX + 1];
	size_t n = session_pollfds(r->session, fds, FDS_MAX);
	int ms = shorter(session_timeout(r->session, clock_mono_ms()), left_ms);

	if (turn(r, fds, n, ms, err) != ERR_OK)
		return err->code;
	if (was_stopped(r)) {
		if (r->stop_ms)
			return stopped(err);
		r->stop_ms = clock_mono_ms();
		session_retire(r->session); /* of a bulk no other row begins */
		session_interrupt(r->session);
	}
	session_step(r->session, fds, n, run_now());
	say_put_back(r);
	return ERR_OK;
}

enum err_code
run_event(struct run *r, int64_t end_ms, struct session_event *ev, struct err *err)
{
	for (;;) {
		int64_t now = clock_mono_ms(), end = r->stop_ms ? r->stop_ms + STOP_MS : end_ms;

		if (session_next(r->session, ev))
			return ERR_OK;
		if (has_stopped(r, now))
			return stopped(err);
		if (now >= end)
			return err_set(err, ERR_TIMEOUT, "nothing came in time");
		if (session_turn(r, end - now, err) != ERR_OK)
			return err->code;
	}
}

void
run_drain(struct run *r, int64_t end_ms)
{
	struct session_event ev;
	struct err err;
	int64_t now;

	session_retire(r->session);
	while (session_busy(r->session) && !r->stop_ms && (now = clock_mono_ms()) < end_ms &&
	       session_turn(r, end_ms - now, &err) == ERR_OK)
		while (session_next(r->session, &ev))
			continue;
}
