/* main.c - multistage-sandbox: start, the loop, signals.
 *
 * One thread. The loop sleeps until a socket, a signal or an errand (errand.h) wakes it;
 * tasks move on when somebody looks (life.h), so an idle sandbox is asleep.
 */
#include "config.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/err.h"
#include "core/file.h"
#include "core/random.h"
#include "core/text.h"
#include "sandbox/account.h"
#include "sandbox/admin.h"
#include "sandbox/callback.h"
#include "sandbox/db.h"
#include "sandbox/errand.h"
#include "sandbox/greet.h"
#include "sandbox/life.h"
#include "sandbox/listen.h"
#include "sandbox/log.h"
#include "sandbox/options.h"
#include "sandbox/seed.h"
#include "sandbox/server.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM       "multistage-sandbox"
#define PEM_MAX_BYTES (1u << 20)
#define FILES_MAX     4096
#define STOP_MS       5000 /* for replies that are still to leave */

/* The address is part of what tasks deliver, so it must stand before there are any. */
static enum err_code
start_listening(struct options *o, struct service *s, int *fd, struct err *err)
{
	const char *scheme = o->cert ? "https" : "http";

	if (o->unix_path ? listen_unix(o->unix_path, fd, err) : listen_tcp(&o->port, fd, err))
		return err->code;
	if (o->unix_path)
		snprintf(s->base_url, sizeof(s->base_url), "%s://localhost", scheme);
	else
		snprintf(s->base_url, sizeof(s->base_url), "%s://127.0.0.1:%d", scheme, o->port);
	return ERR_OK;
}

/* Nothing may be left open for others that we create later, and nobody may read it. */
static enum err_code
open_service(struct options *o, struct service *s, int *fd, struct err *err)
{
	*s = (struct service){
		.work_ms = o->work_ms,
		.own_key = getenv("MULTISTAGE_SANDBOX_KEY"),
		.any_key = o->any_key,
		.callback_scale = o->callback_scale,
		.call_anywhere = o->call_anywhere,
	};
	if (db_open(o->db, &s->db, err))
		return err->code;
	s->ahead_ms = db_number(s->db, db_query(s->db, "SELECT ahead_ms FROM clock"), 0);
	s->now_ms = service_now(s);
	if (start_listening(o, s, fd, err) || admin_open(s, o->story, o->cert != NULL, err) ||
	    account_open(s, err) || callback_open(s, err) || seed_fill(s, o->seed, err))
		return err->code;
	if (o->work_seed >= 0)
		s->work_random = (uint64_t)o->work_seed;
	else
		random_bytes(&s->work_random, sizeof(s->work_random));
	life_open(s);
	return ERR_OK;
}

static enum err_code
open_log(const struct options *o, const struct service *s, struct log **log, struct err *err)
{
	return o->log ? log_open(*o->log ? o->log : NULL, s, log, err) : ERR_OK;
}

/* Whoever wants to know what became of a request. */
static void
report(void *arg, const struct server_report *r)
{
	struct log *log = arg;

	if (log)
		log_report(log, r);
}

/* The library keeps copies of cert and key. */
static enum err_code
start_server(struct options *o, struct service *s, struct log *log, int fd, const struct buf *cert,
	     const struct buf *key, struct server **sv, struct err *err)
{
	const struct server_options options = {
		.any_host = o->unix_path != NULL,
		.connections = (unsigned)o->connections,
		.max_body = (size_t)o->max_body,
		.patience_ms = o->patience_ms,
		.cert = o->cert ? buf_str(cert) : NULL,
		.key = o->cert ? buf_str(key) : NULL,
		.report = report,
		.report_arg = log,
	};

	*sv = server_open(s, fd, &options, err);
	return *sv ? ERR_OK : err->code;
}

static enum err_code
open_server(struct options *o, struct service *s, struct log *log, int fd, struct server **sv,
	    struct err *err)
{
	struct buf cert = BUF_INIT(PEM_MAX_BYTES), key = BUF_INIT(PEM_MAX_BYTES);

	if (!o->cert || (file_read_path(o->cert, &cert, err) == ERR_OK &&
			 file_read_path(o->key, &key, err) == ERR_OK))
		start_server(o, s, log, fd, &cert, &key, sv, err);
	buf_free(&key);
	buf_free(&cert);
	return err->code;
}

/* A line with a text that came from outside. */
static void
say(FILE *to, const char *before, const char *text)
{
	struct buf line = BUF_INIT(1u << 20);

	text_show(&line, untrusted_str(text), 0);
	fprintf(to, "%s%s\n", before, buf_str(&line));
	buf_free(&line);
}

/* Tell the parent. If it is gone already, the pipe is broken and so are we. */
static enum err_code
say_ready(int fd, struct err *err)
{
	static const char word[] = "ready\n";

	if (write(fd, word, sizeof(word) - 1) != (ssize_t)sizeof(word) - 1)
		return err_sys(err, "cannot write to descriptor %d", fd);
	close(fd);
	return ERR_OK;
}

/* What the loop waits for: a descriptor that is readable when there is work, a time when
 * there is work anyway (-1: never), and the work. */
struct part {
	void *arg;
	int fd;
	int (*timeout_ms)(void *arg);
	void (*step)(void *arg);
};

#define PARTS_MAX 4

static int
server_timeout(void *arg)
{
	return server_timeout_ms(arg);
}

static void
server_work(void *arg)
{
	server_step(arg);
}

static int
errands_timeout(void *arg)
{
	return errands_timeout_ms(arg);
}

static void
errands_work(void *arg)
{
	errands_step(arg);
}

static int
shortest(const struct part *parts, size_t count)
{
	int wait = -1;

	for (size_t i = 0; i < count; i++) {
		int one = parts[i].timeout_ms(parts[i].arg);

		if (one >= 0 && (wait < 0 || one < wait))
			wait = one;
	}
	return wait;
}

enum turn { TURN_GO_ON, TURN_SIGNAL, TURN_FAILED };

/* Wait at most max_ms (-1: no limit) and do what there is to do. */
static enum turn
turn(const struct part *parts, size_t count, int signals, int max_ms)
{
	struct pollfd fds[1 + PARTS_MAX] = { { .fd = signals, .events = POLLIN } };
	int wait = shortest(parts, count);

	if (max_ms >= 0 && (wait < 0 || wait > max_ms))
		wait = max_ms;
	for (size_t i = 0; i < count; i++)
		fds[1 + i] = (struct pollfd){ .fd = parts[i].fd, .events = POLLIN };
	if (poll(fds, 1 + count, wait) < 0 && errno != EINTR)
		return TURN_FAILED;
	if (fds[0].revents & POLLIN)
		return TURN_SIGNAL;
	for (size_t i = 0; i < count; i++)
		parts[i].step(parts[i].arg);
	return TURN_GO_ON;
}

/* Until a signal says stop; then who has sent a request gets the reply, unless that takes
 * too long or a second signal comes. */
static enum err_code
run(struct server *sv, const struct part *parts, size_t count, const struct options *o, int signals,
    struct err *err)
{
	struct signalfd_siginfo first;
	int64_t until, left;
	enum turn t;

	while ((t = turn(parts, count, signals, -1)) == TURN_GO_ON)
		;
	if (o->unix_path)
		unlink(o->unix_path); /* another one may start already */
	if (t == TURN_FAILED || read(signals, &first, sizeof(first)) < 0)
		return err_sys(err, "cannot wait");
	server_stop(sv);
	until = clock_mono_ms() + STOP_MS;
	while (server_owes(sv) && (left = until - clock_mono_ms()) > 0 &&
	       turn(parts, count, signals, (int)left) == TURN_GO_ON)
		;
	return ERR_OK;
}

static int
catch_signals(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum err_code
serve(struct options *o, int signals, struct err *err)
{
	struct service s = { .db = NULL };
	struct server *sv = NULL;
	struct errands *e = NULL;
	struct log *log = NULL;
	int fd = -1;

	if (open_service(o, &s, &fd, err) == ERR_OK && open_log(o, &s, &log, err) == ERR_OK &&
	    (e = errands_open(&s, err)) && open_server(o, &s, log, fd, &sv, err) == ERR_OK) {
		const struct part parts[] = {
			{ sv, server_fd(sv), server_timeout, server_work },
			{ e, errands_fd(e), errands_timeout, errands_work },
		};

		if (o->ready_fd < 0)
			greet(stdout, o, &s);
		if (o->ready_fd < 0 || say_ready(o->ready_fd, err) == ERR_OK)
			run(sv, parts, ARRAY_LEN(parts), o, signals, err);
		else if (o->unix_path)
			unlink(o->unix_path);
	}
	if (!sv && fd >= 0 && o->unix_path)
		unlink(o->unix_path);
	errands_close(e);
	server_close(sv);
	log_close(log);
	db_close(s.db);
	admin_close(&s);
	return err->code;
}

/* As many descriptors as we may have: one for each connection, and some. */
static void
raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static enum err_code
start(struct options *o, int signals, struct err *err)
{
	if (o->help)
		options_help(stdout);
	if (o->version)
		puts(PROGRAM " " PACKAGE_VERSION);
	if (o->help || o->version)
		return ERR_OK;
	if (o->ready_fd >= 0)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	return serve(o, signals, err);
}

int
main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct options o;
	int signals;

	setlocale(LC_CTYPE, "");
	umask(077);
	raise_limit();
	signals = catch_signals();
	if (options_parse(argc, argv, &o, &err) == ERR_OK)
		start(&o, signals, &err);
	if (!err.code)
		return 0;
	say(stderr, PROGRAM ": ", err.msg);
	if (*err.hint)
		say(stderr, "", err.hint);
	return err_exit_status(err.code);
}
