/* conf_key.c - the API key: where it comes from and where it is kept.
 *
 * One page of its own, kept out of swap and core dumps as far as the system
 * allows, wiped at the end. The first source that is configured counts; when
 * it fails, that is an error and not a reason to try the next one.
 */
#include "config.h"

#include "core/clock.h"
#include "core/conf_impl.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_KEY    "SCALE_API_KEY"
#define CREDENTIAL "scale_api_key" /* Source: systemd.exec(5), LoadCredential= */
#define DRAIN_MS   20              /* between looks at a command that has said its line */

extern char **environ;

static void
page_open(struct conf *c)
{
	void *p;

	if (c->key)
		return;
	p = mmap(NULL, CONF_KEY_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		die("out of memory; drafts and sent tasks are on disk");
	/* All best effort: mlock needs room under RLIMIT_MEMLOCK. */
	(void)mlock(p, CONF_KEY_PAGE);
	(void)madvise(p, CONF_KEY_PAGE, MADV_DONTDUMP);
	(void)madvise(p, CONF_KEY_PAGE, MADV_WIPEONFORK);
	c->key = p;
}

void
conf_key_set(struct conf *c, const char *key, const char *origin)
{
	size_t n = strnlen(key, CONF_KEY_PAGE - 1);

	page_open(c);
	explicit_bzero(c->key, CONF_KEY_PAGE);
	memcpy(c->key, key, n);
	snprintf(c->key_origin, sizeof(c->key_origin), "%s", origin);
	c->key_known = true;
}

void
conf_key_done(struct conf *c)
{
	if (!c->key)
		return;
	explicit_bzero(c->key, CONF_KEY_PAGE);
	munmap(c->key, CONF_KEY_PAGE);
	c->key = NULL;
	c->key_known = false;
}

void
conf_key_from_environment(struct conf *c)
{
	char *value = getenv(ENV_KEY);
	size_t n = value ? strlen(value) : 0;

	if (n && n < CONF_KEY_PAGE) {
		conf_key_set(c, value, ENV_KEY);
		c->key_from_env = true;
	} else if (n) {
		conf_key_set(c, "", ENV_KEY); /* no key is that long: conf_key() refuses it */
		c->key_from_env = true;
	}
	if (!value)
		return;
	/* unsetenv(3) alone leaves the bytes for /proc/PID/environ to show. */
	explicit_bzero(value, n);
	unsetenv(ENV_KEY);
}

/* No colon: the key is a user name of HTTP Basic. Source: RFC 7617 2. */
static enum err_code
check(const char *key, const char *origin, struct err *err)
{
	size_t n = strlen(key), bad = 0;

	while (bad < n && key[bad] > ' ' && key[bad] < 0x7F && key[bad] != ':')
		bad++;
	if (n >= CONF_KEY_MIN && n <= CONF_KEY_MAX && bad == n)
		return ERR_OK;
	if (n == 0)
		err_set(err, ERR_CONFIG, "%s holds no key", origin);
	else if (bad < n)
		err_set(err, ERR_CONFIG, "%s: byte %zu cannot be part of a key", origin, bad + 1);
	else
		err_set(err, ERR_CONFIG, "%s: a key has %d to %d characters, not %zu", origin,
			CONF_KEY_MIN, CONF_KEY_MAX, n);
	return err_hint(err, "copy it again from the dashboard: one line such as live_..., "
			     "without blanks");
}

/* A NUL would end the key early and unseen; no key holds the byte it becomes. */
static void
mark_nuls(char *text, size_t n)
{
	for (char *at = text; (at = memchr(at, '\0', n - (size_t)(at - text))); at++)
		*at = '\1';
}

static void
cut_line(char *text)
{
	text[strcspn(text, "\r\n")] = '\0';
}

/* Read at most size - 1 bytes of an open file. False if there is more, or it cannot be read. */
static bool
read_all(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < size && got > 0) {
		got = read(fd, out + n, size - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	mark_nuls(out, n < size ? n : size);
	out[n < size ? n : 0] = '\0';
	return got == 0 && n < size;
}

/* A final newline is fine, a second line is not a key file of ours. */
static enum err_code
read_key(int fd, const char *path, char *out, size_t size, struct err *err)
{
	size_t n;

	if (!read_all(fd, out, size)) {
		err_set(err, ERR_CONFIG, "key file %s is too long or cannot be read", path);
		return err_hint(err, "it must hold the key and nothing else");
	}
	n = strcspn(out, "\r\n");
	if (out[n + strspn(out + n, "\r\n")]) {
		err_set(err, ERR_CONFIG, "key file %s has more than one line", path);
		return err_hint(err, "it must hold the key and nothing else");
	}
	cut_line(out);
	return ERR_OK;
}

/* May others put another file in its place? Not where the sticky bit keeps them off. */
static bool
folder_is_open(const char *path, char *folder, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (slash)
		snprintf(folder, size, "%.*s", slash > path ? (int)(slash - path) : 1, path);
	else
		snprintf(folder, size, ".");
	return stat(folder, &st) == 0 && (st.st_mode & 022) && !(st.st_mode & S_ISVTX);
}

/*
 * ours: the file is the person's own, so it must be theirs alone. What systemd
 * lays out belongs to root and is opened to the service by an access list.
 */
static enum err_code
from_file(struct conf *c, const char *path, bool ours, struct err *err)
{
	char text[1024], origin[300], folder[4096];
	struct stat st;
	enum err_code code = ERR_OK;
	/* O_NONBLOCK: a FIFO must not keep us. The checks are on the descriptor. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		err_sys(err, "cannot open key file %s", path);
		err->code = ERR_CONFIG;
		return err_hint(err, "put the key there with mode 600, or set SCALE_API_KEY");
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		code = err_set(err, ERR_CONFIG, "key file %s is not a regular file", path);
	} else if (ours && st.st_uid != geteuid()) {
		code = err_set(err, ERR_CONFIG, "key file %s belongs to somebody else", path);
		err_hint(err, "copy it to a file of your own with mode 600");
	} else if (st.st_mode & (ours ? 077 : 007)) {
		code = err_set(err, ERR_CONFIG, "others can read key file %s", path);
		err_hint(err, "run: chmod 600 '%s'", path);
	} else if (ours && folder_is_open(path, folder, sizeof(folder))) {
		code = err_set(err, ERR_CONFIG, "others can replace key file %s", path);
		err_hint(err, "run: chmod go-w '%s'", folder);
	} else {
		code = read_key(fd, path, text, sizeof(text), err);
	}
	close(fd);
	if (code == ERR_OK) {
		snprintf(origin, sizeof(origin), "key file %s", path);
		code = check(text, origin, err);
		if (code == ERR_OK)
			conf_key_set(c, text, origin);
	}
	explicit_bzero(text, sizeof(text));
	return code;
}

/* Start words[0] with its output in a pipe; the rest of our life it shares: the
 * terminal, so that a passphrase can be asked for, and the words on stderr. */
static enum err_code
start(char **words, pid_t *pid, int *out, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int fd[2], failed;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fd[1], STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(pid, words[0], &files, &attr, words, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(fd[1]);
	if (failed) {
		close(fd[0]);
		err_set(err, ERR_CONFIG, "cannot run key_command %s: %s", words[0],
			strerror(failed));
		return err_hint(err, "key_command is words, not a shell line: use sh -c '...' "
				     "for pipes");
	}
	*out = fd[0];
	return ERR_OK;
}

struct listening {
	char text[CONF_KEY_PRINT + 1];
	size_t n;  /* bytes heard, also those past the end */
	bool line; /* a newline was among them */
	bool ended;
	int status; /* of the ended command */
};

/* Take what there is. False at the end of the output. */
static bool
hear(struct listening *l, int fd)
{
	char block[512];
	ssize_t got = read(fd, block, sizeof(block));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	for (ssize_t i = 0; i < got; i++, l->n++)
		if (l->n < CONF_KEY_PRINT)
			l->text[l->n] = block[i];
	l->line = l->line || memchr(block, '\n', (size_t)got) != NULL;
	explicit_bzero(block, sizeof(block));
	return got > 0 && l->n <= CONF_KEY_PRINT;
}

static bool
too_much(const struct listening *l)
{
	return l->n > CONF_KEY_PRINT;
}

/*
 * Listen until the output ends, or the command does: what it leaves behind (an
 * agent, say) may keep the pipe open. False when the time is up, or it says too much:
 * then it may never end by itself.
 */
static bool
listen_to(struct listening *l, pid_t pid, int fd, int wait_ms)
{
	int64_t end = clock_mono_ms() + wait_ms, left;
	bool more = true;

	while (!l->ended && !too_much(l) && (left = end - clock_mono_ms()) > 0) {
		struct pollfd p = { .fd = more ? fd : -1, .events = POLLIN };
		int ms = (l->line || !more) && left > DRAIN_MS ? DRAIN_MS : (int)left;
		pid_t got;

		if (poll(&p, 1, ms) > 0)
			more = hear(l, fd);
		got = waitpid(pid, &l->status, WNOHANG);
		l->ended = got == pid || (got < 0 && errno != EINTR);
	}
	if (l->ended)
		while (more && poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0)
			more = hear(l, fd);
	return l->ended;
}

static enum err_code
judge(const struct listening *l, const char *program, struct err *err)
{
	if (too_much(l))
		err_set(err, ERR_CONFIG, "key_command %s printed more than %d bytes", program,
			CONF_KEY_PRINT);
	else if (WIFSIGNALED(l->status))
		err_set(err, ERR_CONFIG, "key_command %s was ended by signal %d", program,
			WTERMSIG(l->status));
	else if (WEXITSTATUS(l->status) != 0)
		err_set(err, ERR_CONFIG, "key_command %s failed with status %d", program,
			WEXITSTATUS(l->status));
	else
		return ERR_OK;
	return err_hint(err, "run it by hand; it must print the key as its first line");
}

enum err_code
conf_key_run(const char *command, int wait_ms, char *out, size_t size, struct err *err)
{
	struct listening l = { .n = 0 };
	enum err_code code;
	char **words = NULL;
	pid_t pid = -1;
	int fd = -1;

	code = conf_words(command, &words, err);
	if (code == ERR_OK)
		code = start(words, &pid, &fd, err);
	if (code == ERR_OK) {
		bool ended = listen_to(&l, pid, fd, wait_ms);

		close(fd);
		if (!ended) {
			kill(pid, SIGKILL);
			while (waitpid(pid, &l.status, 0) < 0 && errno == EINTR)
				;
		}
		if (!ended && !too_much(&l))
			code = err_set(err, ERR_CONFIG, "key_command %s took more than %d s",
				       words[0], wait_ms / 1000);
		else
			code = judge(&l, words[0], err);
	}
	if (code == ERR_OK) {
		mark_nuls(l.text, l.n);
		cut_line(l.text);
		snprintf(out, size, "%s", l.text);
	}
	explicit_bzero(&l, sizeof(l));
	conf_words_free(words);
	return code;
}

static enum err_code
from_command(struct conf *c, struct err *err)
{
	char key[CONF_KEY_PRINT + 1], origin[80];
	enum err_code code;

	code = conf_key_run(conf_get(c, CONF_KEY_COMMAND), CONF_KEY_WAIT, key, sizeof(key), err);
	if (code != ERR_OK)
		return code;
	snprintf(origin, sizeof(origin), "key_command (%.50s)", conf_origin(c, CONF_KEY_COMMAND));
	code = check(key, origin, err);
	if (code == ERR_OK)
		conf_key_set(c, key, origin);
	explicit_bzero(key, sizeof(key));
	return code;
}

/* $CREDENTIALS_DIRECTORY/scale_api_key if it is there. */
static bool
credential(char *path, size_t size)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (!dir || dir[0] != '/')
		return false;
	n = snprintf(path, size, "%s/%s", dir, CREDENTIAL);
	return n > 0 && (size_t)n < size && access(path, F_OK) == 0;
}

enum err_code
conf_key(struct conf *c, const char **key, const char **origin, struct err *err)
{
	bool file = *conf_get(c, CONF_KEY_FILE) != '\0', flag;
	enum err_code code = ERR_OK;
	char path[1024];

	/* A file named on the command line is the latest word, and safe to say there. */
	flag = file && c->item[CONF_KEY_FILE].rank == RANK_FLAG && !c->sandbox;
	if (flag && c->key_from_env) {
		c->key_known = false;
		c->key_from_env = false;
	}
	if (c->key_known)
		code = c->sandbox ? ERR_OK : check(c->key, c->key_origin, err);
	else if (flag)
		code = from_file(c, conf_get(c, CONF_KEY_FILE), true, err);
	else if (credential(path, sizeof(path)))
		code = from_file(c, path, false, err);
	else if (*conf_get(c, CONF_KEY_COMMAND))
		code = from_command(c, err);
	else if (file)
		code = from_file(c, conf_get(c, CONF_KEY_FILE), true, err);
	else {
		err_set(err, ERR_AUTH, "there is no API key");
		code = err_hint(err,
				"set SCALE_API_KEY, or key_command or key_file in %.150s; "
				"multistage --sandbox needs none",
				c->paths.config_file);
	}
	if (code != ERR_OK)
		return code;
	*key = c->key;
	*origin = c->key_origin;
	return ERR_OK;
}

enum key_mode
conf_key_mode(const struct conf *c, const char *key)
{
	size_t n = strlen(key);

	if (c->sandbox)
		return KEY_SANDBOX;
	/* Source: scale-api 2, from the test-suite of the official client. */
	if (strncmp(key, "test_", 5) == 0 || (n >= 5 && strcmp(key + n - 5, "|test") == 0))
		return KEY_TEST;
	return KEY_LIVE;
}
