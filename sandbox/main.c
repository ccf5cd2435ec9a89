/* main.c - multistage-sandbox: options, start, the loop, signals.
 *
 * One thread. The loop sleeps until a socket or a signal wakes it; tasks move on when
 * somebody looks (life.h), so an idle sandbox is asleep.
 */
#include "config.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/err.h"
#include "core/text.h"
#include "sandbox/account.h"
#include "sandbox/db.h"
#include "sandbox/life.h"
#include "sandbox/listen.h"
#include "sandbox/seed.h"
#include "sandbox/server.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM      "multistage-sandbox"
#define WORK_SECONDS 20
#define WORK_MAX     1e6 /* seconds */

struct options {
	const char *unix_path, *db;
	int port, ready_fd;
	int64_t work_ms;
	bool demo, any_key;
};

static void
usage(FILE *to)
{
	fputs("usage: " PROGRAM " [options]\n"
	      "A local server of the Scale v1 API, for trying, learning and testing.\n\n"
	      "  --port N          listen on 127.0.0.1 port N (a free one)\n"
	      "  --unix PATH       listen on a unix socket instead\n"
	      "  --db FILE         keep the data in FILE (in memory)\n"
	      "  --seed NAME       what an empty database starts with: demo or empty (demo)\n"
	      "  --work SECONDS    how long a task of the live key takes, about (20)\n"
	      "  --accept-any-key  take every key that starts with test_ or live_\n"
	      "  --ready-fd N      write \"ready\" to descriptor N, print nothing, and end with\n"
	      "                    the process that started it\n"
	      "  --version, --help\n\n"
	      "MULTISTAGE_SANDBOX_KEY adds a key of your own.\n",
	      to);
}

static enum err_code
parse_number(const char *name, const char *text, long min, long max, int *out, struct err *err)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (!*text || *end || errno || n < min || n > max)
		return err_set(err, ERR_USAGE, "--%s takes a number from %ld to %ld", name, min,
			       max);
	*out = (int)n;
	return ERR_OK;
}

static enum err_code
parse_work(const char *text, int64_t *ms, struct err *err)
{
	char *end;
	double seconds = strtod(text, &end);

	if (!*text || *end || !(seconds >= 0 && seconds <= WORK_MAX))
		return err_set(err, ERR_USAGE, "--work takes seconds, from 0 to 1000000");
	*ms = (int64_t)(seconds * 1000);
	return ERR_OK;
}

enum option_id {
	OPT_PORT,
	OPT_UNIX,
	OPT_DB,
	OPT_SEED,
	OPT_WORK,
	OPT_ANY,
	OPT_READY,
	OPT_VER,
	OPT_HELP
};

static enum err_code
take_option(struct options *o, int option, const char *value, struct err *err)
{
	switch (option) {
	case OPT_PORT: return parse_number("port", value, 0, 65535, &o->port, err);
	case OPT_READY: return parse_number("ready-fd", value, 3, 65535, &o->ready_fd, err);
	case OPT_WORK: return parse_work(value, &o->work_ms, err);
	case OPT_UNIX: o->unix_path = value; return ERR_OK;
	case OPT_DB: o->db = value; return ERR_OK;
	case OPT_ANY: o->any_key = true; return ERR_OK;
	case OPT_SEED:
		o->demo = strcmp(value, "demo") == 0;
		if (o->demo || strcmp(value, "empty") == 0)
			return ERR_OK;
		return err_set(err, ERR_USAGE, "--seed takes demo or empty");
	default: return ERR_OK; /* no other comes from known[] */
	}
}

/* *done: the answer was --help or --version. */
static enum err_code
parse(int argc, char **argv, struct options *o, bool *done, struct err *err)
{
	static const struct option known[] = {
		{ "port", required_argument, NULL, OPT_PORT },
		{ "unix", required_argument, NULL, OPT_UNIX },
		{ "db", required_argument, NULL, OPT_DB },
		{ "seed", required_argument, NULL, OPT_SEED },
		{ "work", required_argument, NULL, OPT_WORK },
		{ "accept-any-key", no_argument, NULL, OPT_ANY },
		{ "ready-fd", required_argument, NULL, OPT_READY },
		{ "version", no_argument, NULL, OPT_VER },
		{ "help", no_argument, NULL, OPT_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .ready_fd = -1, .demo = true, .work_ms = WORK_SECONDS * 1000 };
	opterr = 0; /* its words would be printed as they came */
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		*done = c == OPT_HELP || c == OPT_VER;
		if (c == OPT_HELP)
			usage(stdout);
		else if (c == OPT_VER)
			puts(PROGRAM " " PACKAGE_VERSION);
		if (*done)
			return ERR_OK;
		if (c == '?') {
			err_set(err, ERR_USAGE, "\"%s\" is no option, or it wants a value",
				argv[optind - 1]);
			return err_hint(err, "see " PROGRAM " --help");
		}
		if (take_option(o, c, optarg, err))
			return err->code;
	}
	if (optind < argc)
		return err_set(err, ERR_USAGE, "\"%s\" is no option", argv[optind]);
	if (o->unix_path && o->port)
		return err_set(err, ERR_USAGE, "--port and --unix exclude each other");
	return ERR_OK;
}

/* Nothing may be left open for others that we create later, and nobody may read it. */
static enum err_code
open_service(const struct options *o, struct service *s, struct err *err)
{
	*s = (struct service){
		.now_ms = clock_wall_ms(),
		.work_ms = o->work_ms,
		.any_key = o->any_key,
	};
	if (db_open(o->db, &s->db, err) || account_open(s, getenv("MULTISTAGE_SANDBOX_KEY"), err) ||
	    (o->demo && seed_demo(s, err)))
		return err->code;
	life_open(s);
	return ERR_OK;
}

static enum err_code
open_server(struct options *o, struct service *s, struct server **sv, struct err *err)
{
	int fd;

	if (o->unix_path ? listen_unix(o->unix_path, &fd, err) : listen_tcp(&o->port, &fd, err))
		return err->code;
	*sv = server_open(s, fd, o->unix_path != NULL, err);
	return *sv ? ERR_OK : err->code;
}

/* A line with a text that came from outside. */
static void
say(FILE *to, const char *before, const char *text)
{
	struct buf line = BUF_INIT(1u << 20);

	text_show(&line, text, strlen(text), 0);
	fprintf(to, "%s%s\n", before, buf_str(&line));
	buf_free(&line);
}

static void
greet(const struct options *o, struct service *s)
{
	char test[ACCOUNT_KEY_SIZE], live[ACCOUNT_KEY_SIZE];

	account_key(s, true, test);
	account_key(s, false, live);
	if (o->unix_path)
		say(stdout, "listening on ", o->unix_path);
	else
		printf("listening on http://127.0.0.1:%d/v1\n", o->port);
	printf("test key  %s\nlive key  %s\n", test, live);
	if (!o->unix_path)
		printf("try it    curl -u %s: http://127.0.0.1:%d/v1/projects\n", live, o->port);
	fflush(stdout);
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

/* Until a signal says stop. */
static enum err_code
run(struct server *sv, int signals, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = server_fd(sv), .events = POLLIN },
	};

	while (!(fds[0].revents & POLLIN)) {
		if (poll(fds, ARRAY_LEN(fds), server_timeout_ms(sv)) < 0 && errno != EINTR)
			return err_sys(err, "cannot wait");
		server_step(sv);
	}
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
	bool bound = false;

	if (open_service(o, &s, err) == ERR_OK && open_server(o, &s, &sv, err) == ERR_OK) {
		bound = o->unix_path != NULL;
		if (o->ready_fd < 0)
			greet(o, &s);
		if (o->ready_fd < 0 || say_ready(o->ready_fd, err) == ERR_OK)
			run(sv, signals, err);
	}
	if (bound)
		unlink(o->unix_path);
	server_close(sv);
	db_close(s.db);
	return err->code;
}

int
main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct options o;
	bool done = false;
	int signals;

	setlocale(LC_CTYPE, "");
	umask(077);
	signals = catch_signals();
	if (parse(argc, argv, &o, &done, &err) == ERR_OK && !done) {
		if (o.ready_fd >= 0)
			prctl(PR_SET_PDEATHSIG, SIGTERM);
		serve(&o, signals, &err);
	}
	if (!err.code)
		return 0;
	say(stderr, PROGRAM ": ", err.msg);
	if (*err.hint)
		say(stderr, "", err.hint);
	return err_exit_status(err.code);
}
