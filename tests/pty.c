/* pty.c - see pty.h. */
#include "config.h"

#include "tests/canary.h"
#include "tests/test.h"

#include "tests/pty.h"

#include "core/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ESCAPE_MS 60    /* longer than the program waits for the rest of a key: 25 */
#define CAP_MS    90000 /* generous: the machine may be busy, the sanitizers slow */

/* --- the session leader --- */

/* Reports: a letter and an int. 'P' pid, 'S' stopped, 'E' ended with a wait status. */
static void
report(int fd, char what, int value)
{
	char bytes[1 + sizeof(value)];

	bytes[0] = what;
	memcpy(bytes + 1, &value, sizeof(value));
	if (write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		_exit(99);
}

static void
set_environment(const struct pty *p, const struct pty_setup *setup)
{
	static const char *const kept[] = { "PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS",
					    "MULTISTAGE_THEMES" };
	char *value[ARRAY_LEN(kept)], path[128];
	static const char *const folder[][2] = { { "HOME", "" },
						 { "XDG_CONFIG_HOME", "/config" },
						 { "XDG_STATE_HOME", "/state" },
						 { "XDG_DATA_HOME", "/data" },
						 { "XDG_CACHE_HOME", "/cache" },
						 { "XDG_RUNTIME_DIR", "/run" },
						 { "TMPDIR", "" } };

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		value[i] = getenv(kept[i]) ? strdup(getenv(kept[i])) : NULL;
	clearenv();
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (value[i])
			setenv(kept[i], value[i], 1);
	for (size_t i = 0; i < ARRAY_LEN(folder); i++) {
		snprintf(path, sizeof(path), "%s%s", p->home, folder[i][1]);
		setenv(folder[i][0], path, 1);
	}
	setenv("TERM", setup->term ? setup->term : "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; setup->env && setup->env[i]; i++) {
		size_t n = strcspn(setup->env[i], "=");
		char *name = strndup(setup->env[i], n);

		setenv(name, setup->env[i] + n + 1, 1);
		free(name);
	}
}

static void
run_program(const struct pty *p, const struct pty_setup *setup, int slave)
{
	char path[128];
	int err;

	struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!setup->alone)
		setpgid(0, 0);
	tcsetpgrp(slave, getpid()); /* SIGTTOU is ignored still */
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	snprintf(path, sizeof(path), "%s/stderr", p->home);
	err = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	set_environment(p, setup);
	dup2(slave, 0);
	dup2(slave, 1);
	dup2(err, 2);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	execv(setup->argv[0], (char *const *)(uintptr_t)setup->argv);
	_exit(127);
}

/* What a shell does for one foreground job. */
static void
lead(const struct pty *p, const struct pty_setup *setup, int says, int orders)
{
	pid_t pid;
	int status;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
	setsid();
	ioctl(p->slave, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (int fd = 3; fd < 256; fd++) /* the master above all: a hangup must be one */
		if (fd != p->slave && fd != says && fd != orders)
			close(fd);
	if (setup->alone)
		report(says, 'P', getpid());
	pid = setup->alone ? 0 : fork();
	if (pid == 0)
		run_program(p, setup, p->slave);
	setpgid(pid, pid);
	tcsetpgrp(p->slave, pid);
	report(says, 'P', pid);
	while (waitpid(pid, &status, WUNTRACED) == pid) {
		if (!WIFSTOPPED(status)) {
			report(says, 'E', status);
			_exit(0);
		}
		tcsetpgrp(p->slave, getpgrp());
		report(says, 'S', WSTOPSIG(status));
		if (read(orders, &byte, 1) != 1)
			_exit(0);
		if (byte == 'f')
			tcsetpgrp(p->slave, pid);
		kill(-pid, SIGCONT);
	}
	_exit(0);
}

/* --- libvterm --- */

static int
on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct pty *p = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		p->alternate = value->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		p->cursor = value->boolean;
	return 1;
}

static int
on_unknown(const char *leader, const long args[], int count, const char *between, char command,
	   void *user)
{
	struct pty *p = user;
	size_t len = strlen(p->unknown);

	if (command == 't' && count > 0 && (args[0] == 22 || args[0] == 23))
		return 1; /* the stack of titles, in xterm's smcup and rmcup */
	if (command == 'c' && leader && leader[0] == '?')
		return 1; /* the shape of the cursor, in linux' civis and cnorm */
	snprintf(p->unknown + len, sizeof(p->unknown) - len, "CSI %s%ld..(%d)%s%c\n",
		 leader ? leader : "", count ? args[0] : 0, count, between ? between : "", command);
	return 1;
}

static void
on_answer(const char *bytes, size_t n, void *user)
{
	struct pty *p = user;

	for (size_t i = 0; i < n && p->answer_len < sizeof(p->answer); i++)
		p->answer[p->answer_len++] = bytes[i];
}

static void
start_screen(struct pty *p)
{
	static const VTermScreenCallbacks screen_calls = { .settermprop = on_property };
	static const VTermParserCallbacks unknown_calls = { .csi = on_unknown };

	p->vt = vterm_new(p->rows, p->cols);
	vterm_set_utf8(p->vt, 1);
	vterm_output_set_callback(p->vt, on_answer, p);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_set_callbacks(p->screen, &screen_calls, p);
	vterm_screen_set_unrecognised_fallbacks(p->screen, &unknown_calls, p);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
	p->cursor = true;
}

/* --- events --- */

static void
take_report(struct pty *p)
{
	char bytes[1 + sizeof(int)];
	int value;

	if (read(p->says, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
		return;
	memcpy(&value, bytes + 1, sizeof(value));
	if (bytes[0] == 'P')
		p->pid = value;
	p->stopped = bytes[0] == 'S';
	if (bytes[0] == 'E') {
		p->ended = true;
		p->status = value;
	}
}

/* Nobody reports its end. */
static void
look_at_the_lone_one(struct pty *p)
{
	if (!p->ended && waitpid(p->leader, &p->status, WNOHANG) == p->leader)
		p->ended = true;
}

/* Take what came; wait for it at most ms. True if there was output. */
static bool
pump(struct pty *p, int ms)
{
	struct pollfd fds[2] = { { .fd = p->says, .events = POLLIN },
				 { .fd = p->fd, .events = POLLIN } };
	char bytes[65536];
	ssize_t n = 0;

	if (p->alone && p->pid)
		look_at_the_lone_one(p);
	if (p->ended || (p->alone && p->pid))
		fds[0].fd = -1;
	if (poll(fds, 2, ms) <= 0)
		return false;
	if (fds[0].revents & POLLIN)
		take_report(p);
	if (fds[1].revents & POLLIN)
		n = read(p->fd, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	p->bytes += (size_t)n;
	assert_int_equal(write(p->record, bytes, (size_t)n), n);
	vterm_input_write(p->vt, bytes, (size_t)n);
	if (p->answer_len > 0 && p->answering) {
		size_t len = p->answer_len;

		p->answer_len = 0;
		pty_write(p, p->answer, len);
	}
	return true;
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
give_up(struct pty *p, const char *what)
{
	char *dump = pty_dump(p), *words = pty_stderr(p);

	fprintf(stderr, "--- screen\n%s--- stderr\n%s---\n", dump, words);
	free(dump);
	free(words);
	if (p->ended)
		fail_msg("%s: the program ended with wait status %x", what, (unsigned)p->status);
	fail_msg("%s: not in %d s", what, CAP_MS / 1000);
}

/* Pump until is(p, arg); an end of the program ends it, too. */
static void
wait_until(struct pty *p, bool (*is)(struct pty *, const char *), const char *arg, const char *what)
{
	int64_t end = clock_ms() + CAP_MS;

	while (!is(p, arg)) {
		bool more = pump(p, 20);

		if (!more && (p->ended || clock_ms() > end) && !is(p, arg))
			give_up(p, what);
	}
}

/* --- public --- */

void
pty_open(struct pty *p, const struct pty_setup *setup)
{
	struct winsize ws;
	int says[2], orders[2];
	int64_t end = clock_ms() + CAP_MS;
	char path[128];

	*p = (struct pty){ .rows = setup->rows ? setup->rows : 24,
			   .cols = setup->cols ? setup->cols : 80,
			   .home = "/tmp/ms-pty-XXXXXX",
			   .alone = setup->alone,
			   .answering = true };
	assert_non_null(mkdtemp(p->home));
	snprintf(path, sizeof(path), "%s/run", p->home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/output", p->home);
	p->record = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(p->record >= 0);
	ws = (struct winsize){ .ws_row = (unsigned short)p->rows,
			       .ws_col = (unsigned short)p->cols };
	assert_int_equal(openpty(&p->fd, &p->slave, NULL, NULL, &ws), 0);
	assert_int_equal(tcgetattr(p->slave, &p->before), 0);
	assert_int_equal(pipe2(says, O_CLOEXEC), 0);
	assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
	start_screen(p);
	fflush(NULL);
	p->leader = fork();
	assert_true(p->leader >= 0);
	if (p->leader == 0)
		lead(p, setup, says[1], orders[0]);
	close(says[1]);
	close(orders[0]);
	p->says = says[0];
	p->orders = orders[1];
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	while (p->pid == 0 && clock_ms() < end)
		pump(p, 20);
	assert_true(p->pid > 0);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void
pty_close(struct pty *p)
{
	bool clean;

	if (!p->ended)
		kill(p->pid, SIGKILL);
	if (!p->alone || !p->ended) {
		kill(p->leader, SIGKILL);
		waitpid(p->leader, NULL, 0);
	}
	if (p->fd >= 0)
		close(p->fd);
	close(p->slave);
	close(p->says);
	close(p->orders);
	close(p->record);
	vterm_free(p->vt);
	clean = canary_sweep(p->home);
	nftw(p->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (!clean)
		fail_msg("a key was left behind");
}

/* Bytes that the program has still to read. What was written goes to the line discipline by a
 * kernel thread, which may be late; poll(2) of the other side waits for it. Source: Linux,
 * n_tty_poll(). */
static int
input_left(const struct pty *p)
{
	struct pollfd other = { .fd = p->slave, .events = POLLIN };
	int n = 0;

	poll(&other, 1, 0);
	return ioctl(p->slave, FIONREAD, &n) < 0 ? 0 : n;
}

/* ESC and a key right after it are Alt and the key, for a person too. */
static void
leave_escape_alone(struct pty *p)
{
	int64_t end = clock_ms() + CAP_MS;

	while (input_left(p) > 0 && !p->ended && clock_ms() < end)
		pump(p, 5);
	for (end = clock_ms() + ESCAPE_MS; clock_ms() < end;)
		pump(p, 5);
	p->escaped = false;
}

void
pty_write(struct pty *p, const char *bytes, size_t n)
{
	int64_t end = clock_ms() + CAP_MS;

	if (p->escaped)
		leave_escape_alone(p);
	p->escaped = n > 0 && bytes[n - 1] == '\x1B';
	while (n > 0) {
		ssize_t done = write(p->fd, bytes, n);

		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
		} else if (done < 0 && errno != EAGAIN && errno != EINTR) {
			give_up(p, "writing to the terminal");
		} else if (!pump(p, 5) && (p->ended || clock_ms() > end)) {
			give_up(p, "the program does not read its input");
		}
	}
}

void
pty_type(struct pty *p, const char *keys)
{
	pty_write(p, keys, strlen(keys));
}

/* Does libvterm put paste markers around what it sends? Its own flag is not public. */
static bool
marks_pastes(struct pty *p, bool start, char *out, size_t *n)
{
	p->answer_len = 0;
	p->answering = false;
	if (start)
		vterm_keyboard_start_paste(p->vt);
	else
		vterm_keyboard_end_paste(p->vt);
	memcpy(out, p->answer, p->answer_len);
	*n = p->answer_len;
	p->answer_len = 0;
	p->answering = true;
	return *n > 0;
}

void
pty_paste(struct pty *p, const char *text, size_t n)
{
	char mark[64];
	size_t len;

	if (marks_pastes(p, true, mark, &len))
		pty_write(p, mark, len);
	pty_write(p, text, n);
	if (marks_pastes(p, false, mark, &len))
		pty_write(p, mark, len);
}

void
pty_resize(struct pty *p, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	while (pump(p, 0)) /* what was drawn for the old size */
		;
	p->rows = rows;
	p->cols = cols;
	vterm_set_size(p->vt, rows, cols);
	assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &ws), 0);
}

void
pty_signal(struct pty *p, int signo)
{
	assert_int_equal(kill(p->pid, signo), 0);
}

void
pty_hangup(struct pty *p)
{
	close(p->fd);
	p->fd = -1;
}

char *
pty_row(struct pty *p, int y)
{
	VTermRect r = { .start_row = y, .end_row = y + 1, .start_col = 0, .end_col = p->cols };
	size_t size = (size_t)p->cols * 24 + 1;
	char *out = calloc(1, size);
	size_t n = vterm_screen_get_text(p->screen, out, size - 1, r);

	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

char *
pty_dump(struct pty *p)
{
	size_t size = (size_t)p->rows * ((size_t)p->cols * 24 + 2) + 1, len = 0;
	char *out = calloc(1, size);

	for (int y = 0; y < p->rows; y++) {
		char *row = pty_row(p, y);

		len += (size_t)snprintf(out + len, size - len, "%s\n", row);
		free(row);
	}
	return out;
}

bool
pty_has(struct pty *p, const char *text)
{
	bool found = false;

	for (int y = 0; y < p->rows && !found; y++) {
		char *row = pty_row(p, y);

		found = strstr(row, text) != NULL;
		free(row);
	}
	return found;
}

static bool
has(struct pty *p, const char *text)
{
	return pty_has(p, text);
}

static bool
has_not(struct pty *p, const char *text)
{
	return !pty_has(p, text);
}

void
pty_wait(struct pty *p, const char *text)
{
	char what[160];

	snprintf(what, sizeof(what), "waiting for \"%.100s\"", text);
	wait_until(p, has, text, what);
}

void
pty_wait_gone(struct pty *p, const char *text)
{
	char what[160];

	snprintf(what, sizeof(what), "waiting for \"%.100s\" to go", text);
	wait_until(p, has_not, text, what);
}

/* In poll(2) or one of its kin? Where the kernel does not tell: asleep at all. */
static bool
is_waiting(pid_t pid)
{
	static const long calls[] = {
#ifdef SYS_poll
		SYS_poll,
#endif
#ifdef SYS_select
		SYS_select,
#endif
#ifdef SYS_epoll_wait
		SYS_epoll_wait,
#endif
		SYS_ppoll,      SYS_pselect6, SYS_epoll_pwait,
	};
	char path[64], text[256] = "";
	const char *state;
	FILE *f;
	long number;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	f = fopen(path, "re");
	if (f && fgets(text, sizeof(text), f)) {
		fclose(f);
		number = strtol(text, NULL, 10); /* "running" is 0: read(2), never ours */
		for (size_t i = 0; i < ARRAY_LEN(calls); i++)
			if (number == calls[i])
				return true;
		return false;
	}
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S';
}

/* Does no thread of it run? One that is gone does not. */
static bool
is_asleep(pid_t pid)
{
	char path[64], text[512];
	bool asleep = true;
	struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	threads = opendir(path);
	while (threads && asleep && (entry = readdir(threads))) {
		const char *state = NULL;
		FILE *f;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stat", (int)pid, entry->d_name);
		f = fopen(path, "re");
		if (f && fgets(text, sizeof(text), f))
			state = strrchr(text, ')');
		if (f)
			fclose(f);
		asleep = !state || !strchr("RD", state[2]);
	}
	if (threads)
		closedir(threads);
	return asleep;
}

void
pty_settle(struct pty *p)
{
	int64_t end = clock_ms() + CAP_MS;
	int quiet = 0;

	while (quiet < 3) {
		bool more = pump(p, 1);

		/* the one that answers first: what it sent meanwhile wakes the program */
		if (more || input_left(p) > 0 || (p->peer && !is_asleep(p->peer)) ||
		    !is_waiting(p->pid))
			quiet = 0;
		else
			quiet++;
		if (p->ended || clock_ms() > end)
			give_up(p, "waiting for the program to wait");
	}
	canary_process(p->pid, true); /* it waits for us, so it has taken the key out */
}

/* The kernel hands output over a little after it was written. */
static void
take_rest(struct pty *p)
{
	while (pump(p, 20))
		;
}

static bool
is_stopped(struct pty *p, const char *arg)
{
	(void)arg;
	return p->stopped;
}

void
pty_wait_stopped(struct pty *p)
{
	wait_until(p, is_stopped, NULL, "waiting for the program to stop");
	take_rest(p);
}

void
pty_continue(struct pty *p)
{
	p->stopped = false;
	assert_int_equal(write(p->orders, "f", 1), 1);
}

void
pty_background(struct pty *p)
{
	p->stopped = false;
	assert_int_equal(write(p->orders, "b", 1), 1);
}

static bool
has_ended(struct pty *p, const char *arg)
{
	(void)arg;
	return p->ended;
}

int
pty_wait_end(struct pty *p)
{
	wait_until(p, has_ended, NULL, "waiting for the program to end");
	take_rest(p);
	return p->status;
}

size_t
pty_bytes(struct pty *p)
{
	size_t n = p->bytes;

	p->bytes = 0;
	return n;
}

char *
pty_output(struct pty *p, size_t from, size_t *n)
{
	off_t size = lseek(p->record, 0, SEEK_END);
	char *all;

	assert_true(size >= (off_t)from);
	*n = (size_t)size - from;
	all = calloc(1, *n + 1);
	assert_int_equal(pread(p->record, all, *n, (off_t)from), *n);
	return all;
}

bool
pty_sent(struct pty *p, const char *bytes)
{
	size_t n;
	char *all = pty_output(p, 0, &n);
	bool found = memmem(all, n, bytes, strlen(bytes)) != NULL;

	free(all);
	return found;
}

VTermPos
pty_cursor(struct pty *p)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(p->vt), &at);
	return at;
}

VTermScreenCell
pty_cell(struct pty *p, int y, int x)
{
	VTermScreenCell cell = { .width = 0 };
	VTermPos at = { .row = y, .col = x };

	vterm_screen_get_cell(p->screen, at, &cell);
	return cell;
}

void
pty_check_restored(struct pty *p)
{
	struct termios now;
	char mark[64];
	size_t n;

	if (p->alternate)
		fail_msg("the alternate screen is still on");
	if (!p->cursor)
		fail_msg("the cursor is still hidden");
	if (marks_pastes(p, true, mark, &n))
		fail_msg("pastes are still marked");
	assert_int_equal(tcgetattr(p->slave, &now), 0);
	if (now.c_iflag != p->before.c_iflag || now.c_oflag != p->before.c_oflag ||
	    now.c_lflag != p->before.c_lflag || now.c_cflag != p->before.c_cflag)
		fail_msg("modes are not what they were: %x %x %x, were %x %x %x",
			 (unsigned)now.c_iflag, (unsigned)now.c_oflag, (unsigned)now.c_lflag,
			 (unsigned)p->before.c_iflag, (unsigned)p->before.c_oflag,
			 (unsigned)p->before.c_lflag);
}

char *
pty_stderr(struct pty *p)
{
	char path[128], *text = calloc(1, 65536);
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/stderr", p->home);
	f = fopen(path, "re");
	if (f) {
		n = fread(text, 1, 65535, f);
		text[n] = '\0';
		fclose(f);
	}
	return text;
}
