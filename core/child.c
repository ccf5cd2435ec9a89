/* child.c - see child.h.
 *
 * sandbox.lock says whose child it is. The child inherits the locked descriptor,
 * so the lock is free only when the child is gone, in whatever way we ended. */
#include "config.h"

#include "core/child.h"

#include "core/buf.h"
#include "core/child_key.h"
#include "core/clock.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM      "multistage-sandbox"
#define KEY_VARIABLE "MULTISTAGE_SANDBOX_KEY"
#define WORK_SECONDS "20" /* until a live task of the sandbox is done */

#define READY_MS 10000 /* until the child must have spoken */
#define LOOK_MS  20    /* between looks at somebody else's child */
#define TERM_MS  2000  /* from SIGTERM to SIGKILL */

/* Descriptors in the child. */
enum { FD_READY = 3, FD_LOCK = 4, FD_ABOVE = 10 };

struct child {
	struct conf *conf; /* borrowed */
	char *socket, *log, *program;
	char **argv, **envp; /* NULL-terminated; their strings are owned by kept[] */
	char **kept;
	size_t kept_count;
	char key[CHILD_KEY_SIZE];
	int lock;  /* locked when pid > 0 */
	pid_t pid; /* 0: somebody else's */
	int voice; /* pipe from the child, or a timer; -1 once it has spoken */
	int64_t give_up_ms;
};

static char *
in_state(const struct conf *conf, const char *name)
{
	struct buf path = BUF_INIT(4096);

	buf_addf(&path, "%s/%s", conf_paths(conf)->state_dir, name);
	return buf_take(&path);
}

static char *
keep(struct child *c, char *text)
{
	c->kept = mem_grow(c->kept, c->kept_count + 1, sizeof(*c->kept));
	return c->kept[c->kept_count++] = text;
}

enum err_code
child_program(char **path, struct err *err)
{
	const char *named = getenv("MULTISTAGE_SANDBOX");
	char self[4096], *slash, *found = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - sizeof(PROGRAM));

	if (named && *named) {
		found = mem_strdup(named);
	} else if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		memcpy(slash ? slash + 1 : self, PROGRAM, sizeof(PROGRAM));
		if (access(self, X_OK) == 0)
			found = mem_strdup(self);
	}
	if (!found)
		found = mem_strdup(BINDIR "/" PROGRAM);
	if (access(found, X_OK) == 0) {
		*path = found;
		return ERR_OK;
	}
	err_sys(err, "cannot run %s", found);
	free(found);
	return err_hint(err, "install " PROGRAM " beside multistage, or set MULTISTAGE_SANDBOX");
}

static enum err_code
read_key(struct child *c, struct err *err)
{
	char *path = in_state(c->conf, "sandbox.key");
	enum err_code code = child_key(path, c->key, err);

	free(path);
	return code;
}

/* *ours: the child is ours to start. */
static enum err_code
take_lock(struct child *c, bool *ours, struct err *err)
{
	if (c->lock < 0) {
		char *path = in_state(c->conf, "sandbox.lock");

		c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (c->lock < 0)
			err_sys(err, "cannot open %s", path);
		free(path);
		if (c->lock < 0)
			return err->code;
	}
	if (flock(c->lock, LOCK_EX | LOCK_NB) == 0) {
		*ours = true;
		return ERR_OK;
	}
	*ours = false;
	if (errno == EWOULDBLOCK)
		return ERR_OK;
	err_sys(err, "cannot lock sandbox.lock in %s", conf_paths(c->conf)->state_dir);
	return err_hint(err, "set XDG_STATE_HOME to a folder on a local disk");
}

static void
set_words(struct child *c, const char *const *extra)
{
	const char *fixed[] = { c->program, "--unix", c->socket,    "--db",       NULL, "--seed",
				"demo",     "--work", WORK_SECONDS, "--ready-fd", "3" };
	size_t n = 0, more = 0;

	while (extra && extra[more])
		more++;
	c->argv = mem_array(ARRAY_LEN(fixed) + more + 1, sizeof(*c->argv));
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		c->argv[n++] =
			keep(c, fixed[i] ? mem_strdup(fixed[i]) : in_state(c->conf, "sandbox.db"));
	for (size_t i = 0; i < more; i++)
		c->argv[n++] = keep(c, mem_strdup(extra[i]));
}

/* Our environment and the key, which must not stand in argv for all to see. */
static void
set_environment(struct child *c)
{
	struct buf key = { .max = 256, .secret = true };
	size_t n = 0, out = 0;

	while (environ && environ[n])
		n++;
	c->envp = mem_array(n + 2, sizeof(*c->envp));
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], KEY_VARIABLE "=", strlen(KEY_VARIABLE) + 1) != 0)
			c->envp[out++] = environ[i];
	buf_addf(&key, KEY_VARIABLE "=%s", c->key);
	c->envp[out] = keep(c, buf_take(&key));
}

/* In the child, between fork and exec: only what is safe there. A group of its
 * own, so that the terminal's Ctrl-C and Ctrl-Z do not reach it. */
static void NORETURN
become(const struct child *c, pid_t parent, const int fd[4])
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL); /* what is ignored stays so across exec; handlers do not */
	signal(SIGHUP, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it died before the line above */
		_exit(1);
	if (dup2(fd[0], STDIN_FILENO) < 0 || dup2(fd[0], STDOUT_FILENO) < 0 ||
	    dup2(fd[1], STDERR_FILENO) < 0 || dup2(fd[2], FD_READY) < 0 || dup2(fd[3], FD_LOCK) < 0)
		_exit(1);
	execve(c->program, c->argv, c->envp);
	_exit(127);
}

/* Numbers above those that the child gives out, so that no dup2 runs over another. */
static int
above(int fd)
{
	int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE);

	if (fd >= 0)
		close(fd);
	return up;
}

static enum err_code
start_own(struct child *c, struct err *err)
{
	int pipe_fd[2] = { -1, -1 }, fd[4];
	pid_t parent = getpid();
	enum err_code code = ERR_OK;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	fd[0] = above(open("/dev/null", O_RDWR | O_CLOEXEC));
	fd[1] = above(open(c->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
	fd[2] = above(pipe_fd[1]);
	fd[3] = above(dup(c->lock));
	if (fd[0] < 0 || fd[1] < 0 || fd[2] < 0 || fd[3] < 0)
		code = err_sys(err, "cannot prepare for the sandbox, log %s", c->log);
	else if ((c->pid = fork()) == 0)
		become(c, parent, fd);
	else if (c->pid < 0)
		code = err_sys(err, "cannot start %s", c->program);
	for (size_t i = 0; i < ARRAY_LEN(fd); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	if (code != ERR_OK) {
		close(pipe_fd[0]);
		c->pid = 0;
		return code;
	}
	c->voice = pipe_fd[0];
	return ERR_OK;
}

/* Somebody else's child: a timer stands in for its voice. */
static enum err_code
start_looking(struct child *c, struct err *err)
{
	struct itimerspec every = { .it_interval.tv_nsec = LOOK_MS * 1000000L,
				    .it_value.tv_nsec = 1 };

	c->voice = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (c->voice < 0 || timerfd_settime(c->voice, 0, &every, NULL) < 0)
		return err_sys(err, "cannot make a timer");
	return ERR_OK;
}

static void
hush(struct child *c)
{
	if (c->voice >= 0)
		close(c->voice);
	c->voice = -1;
}

struct child *
child_new(struct conf *conf, const char *const *extra, struct err *err)
{
	struct child *c = mem_alloc(sizeof(*c));

	*c = (struct child){ .conf = conf, .lock = -1, .voice = -1 };
	c->socket = in_state(conf, "sandbox.sock");
	c->log = in_state(conf, "sandbox.log");
	if (strlen(c->socket) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		err_set(err, ERR_CONFIG, "the path of %s is too long for a socket", c->socket);
		err_hint(err, "set XDG_STATE_HOME to a shorter one");
	} else if (!child_program(&c->program, err) && !read_key(c, err)) {
		set_words(c, extra);
		set_environment(c);
		conf_use_sandbox(conf, c->socket, c->key);
		return c;
	}
	child_stop(c);
	return NULL;
}

enum err_code
child_start(struct child *c, struct err *err)
{
	bool ours = false;

	c->give_up_ms = clock_mono_ms() + READY_MS;
	if (take_lock(c, &ours, err) != ERR_OK)
		return err->code;
	return ours ? start_own(c, err) : start_looking(c, err);
}

int
child_fd(const struct child *c)
{
	return c->voice;
}

/* The last line that the child left in its log, "" if none. */
static void
last_words(const struct child *c, char *out, size_t size)
{
	char text[4096];
	int fd = open(c->log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	off_t from = end > (off_t)sizeof(text) - 1 ? end - (off_t)sizeof(text) + 1 : 0;
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) - 1, from);
	char *line;

	if (fd >= 0)
		close(fd);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	snprintf(out, size, "%.*s", (int)strnlen(line, size - 1), line);
}

static enum err_code
it_ended(struct child *c, struct err *err)
{
	char words[160];
	int status = 0;

	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	last_words(c, words, sizeof(words));
	if (words[0])
		err_set(err, ERR_SYS, "the sandbox did not start: %s", words);
	else if (WIFSIGNALED(status))
		err_set(err, ERR_SYS, "the sandbox was ended by signal %d", WTERMSIG(status));
	else
		err_set(err, ERR_SYS, "the sandbox ended with status %d", WEXITSTATUS(status));
	return err_hint(err, "all that it said is in %s", c->log);
}

static enum err_code
too_late(struct child *c, struct err *err)
{
	hush(c);
	err_set(err, ERR_SYS, "the sandbox did not get ready within %d s", READY_MS / 1000);
	return err_hint(err, "what it said is in %s", c->log);
}

static bool
answers(const struct child *c)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;

	memcpy(addr.sun_path, c->socket, strlen(c->socket) + 1);
	good = fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

/* It may end before it is ready for us; then it is our turn to start one. */
static enum err_code
look(struct child *c, bool *ready, struct err *err)
{
	uint64_t ticks;
	bool ours = false;

	if (read(c->voice, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
		return err_sys(err, "cannot read a timer");
	if (answers(c)) {
		hush(c);
		*ready = true;
		return ERR_OK;
	}
	if (take_lock(c, &ours, err) != ERR_OK)
		return err->code;
	if (ours) {
		hush(c);
		return start_own(c, err);
	}
	return clock_mono_ms() > c->give_up_ms ? too_late(c, err) : ERR_OK;
}

enum err_code
child_step(struct child *c, bool *ready, struct err *err)
{
	char word[16];
	ssize_t n;

	*ready = c->voice < 0;
	if (*ready)
		return ERR_OK;
	if (c->pid == 0)
		return look(c, ready, err);
	n = read(c->voice, word, sizeof(word));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return ERR_OK;
	hush(c);
	if (n > 0) {
		*ready = true;
		return ERR_OK;
	}
	return it_ended(c, err);
}

enum err_code
child_wait_ready(struct child *c, struct err *err)
{
	bool ready = c->voice < 0;

	while (!ready) {
		struct pollfd p = { .fd = c->voice, .events = POLLIN };
		int64_t left = c->give_up_ms - clock_mono_ms();
		int got = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (got < 0 && errno != EINTR)
			return err_sys(err, "cannot wait for the sandbox");
		if (got < 0)
			return err_set(err, ERR_INTERRUPTED, "stopped while the sandbox started");
		if (got == 0)
			return too_late(c, err);
		if (child_step(c, &ready, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Has it gone? Waits in small steps, for at most ms. */
static bool
gone(pid_t pid, int ms)
{
	int64_t end = clock_mono_ms() + ms;
	pid_t got;

	while ((got = waitpid(pid, NULL, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		if (clock_mono_ms() >= end)
			return false;
		poll(NULL, 0, 2);
	}
	return true;
}

void
child_stop(struct child *c)
{
	if (!c)
		return;
	if (c->pid > 0) {
		kill(c->pid, SIGTERM);
		if (!gone(c->pid, TERM_MS)) {
			kill(c->pid, SIGKILL);
			while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
				;
		}
		unlink(c->socket);
	}
	hush(c);
	if (c->lock >= 0)
		close(c->lock);
	for (size_t i = 0; i < c->kept_count; i++) {
		explicit_bzero(c->kept[i], strlen(c->kept[i])); /* one of them is the key */
		free(c->kept[i]);
	}
	free(c->kept);
	free(c->argv);
	free(c->envp);
	free(c->program);
	free(c->socket);
	free(c->log);
	explicit_bzero(c->key, sizeof(c->key));
	free(c);
}
