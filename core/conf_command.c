/* conf_command.c - key_command: a program that prints the key, run without a shell.
 *
 * What it prints is never shown: it may be the key. Its words on stderr are shown line by
 * line through the warn function of the configuration, so that no byte of them acts on the
 * terminal; a question for a passphrase goes to /dev/tty, which it shares with us.
 */
#include "config.h"

#include "core/clock.h"
#include "core/conf_impl.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRAIN_MS   20   /* between looks at a command that has said its line */
#define QUIET_MS   200  /* after that a line on stderr without an end is shown, too */
#define WORDS_MAX  4096 /* bytes of stderr that are shown */
#define WORDS_LINE 200  /* bytes of one line of them */

extern char **environ;

struct listening {
	const struct conf_command *how;
	const char *program;
	int out, words; /* pipes: its stdout and stderr; -1 at their end */
	char text[CONF_KEY_PRINT + 1];
	size_t n;  /* bytes heard, also those past the end */
	bool line; /* a newline was among them */
	char said[WORDS_LINE + 1];
	size_t said_n, said_all; /* bytes of the line on stderr, of all its lines */
	bool ended;
	int status; /* of the ended command */
};

/* Start words[0] with pipes as stdout and stderr; the rest of our life it shares: the
 * terminal, so that a passphrase can be asked for. The key is not in environ. */
static enum err_code
start(struct listening *l, char **words, pid_t *pid, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int out[2], says[2], failed;

	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	if (pipe2(says, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return err_sys(err, "cannot make a pipe");
	}
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, says[1], STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(pid, words[0], &files, &attr, words, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(out[1]);
	close(says[1]);
	l->out = out[0];
	l->words = says[0];
	l->program = file_name(words[0]);
	if (!failed)
		return ERR_OK;
	err_set(err, ERR_CONFIG, "cannot run key_command %s: %s",
		conf_looks_like_key(words[0]) ? "(an API key, not a program)" : words[0],
		strerror(failed));
	return err_hint(err, "key_command is words, not a shell line: use sh -c '...' for pipes");
}

static void
hang_up(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Take what there is. */
static void
hear(struct listening *l)
{
	char block[512];
	ssize_t got = read(l->out, block, sizeof(block));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (ssize_t i = 0; i < got; i++, l->n++)
		if (l->n < CONF_KEY_PRINT)
			l->text[l->n] = block[i];
	l->line = l->line || (got > 0 && memchr(block, '\n', (size_t)got));
	explicit_bzero(block, sizeof(block));
	if (got <= 0 || l->n > CONF_KEY_PRINT)
		hang_up(&l->out);
}

static void
show_line(struct listening *l)
{
	char text[WORDS_LINE + 80];

	if (l->said_n == 0)
		return;
	l->said[l->said_n] = '\0';
	l->said_n = 0;
	snprintf(text, sizeof(text), "key_command %.60s: %s", l->program, l->said);
	if (l->how->warn)
		l->how->warn(text, l->how->arg);
}

static void
hear_words(struct listening *l)
{
	char block[512];
	ssize_t got = read(l->words, block, sizeof(block));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (ssize_t i = 0; i < got && l->said_all < WORDS_MAX; i++, l->said_all++) {
		if (block[i] != '\n' && block[i] != '\r' && block[i] != '\0')
			l->said[l->said_n++] = block[i];
		if (block[i] == '\n' || l->said_n == WORDS_LINE)
			show_line(l);
	}
	if (got <= 0)
		hang_up(&l->words);
}

static bool
too_much(const struct listening *l)
{
	return l->n > CONF_KEY_PRINT;
}

/* Look at both pipes for at most ms. False when there was nothing. */
static bool
look(struct listening *l, int ms)
{
	struct pollfd p[2] = { { .fd = l->out, .events = POLLIN },
			       { .fd = l->words, .events = POLLIN } };

	if (poll(p, 2, ms) <= 0)
		return false;
	if (p[0].revents)
		hear(l);
	if (p[1].revents)
		hear_words(l);
	return true;
}

/*
 * Listen until the command ends: what it leaves behind (an agent, say) may keep the pipes
 * open. False when the time is up, or it says too much: then it may never end by itself.
 */
static bool
listen_to(struct listening *l, pid_t pid)
{
	int64_t end = clock_mono_ms() + l->how->wait_ms, left;

	while (!l->ended && !too_much(l) && (left = end - clock_mono_ms()) > 0) {
		int ms = l->line || l->out < 0 ? DRAIN_MS : l->said_n ? QUIET_MS : (int)left;
		pid_t got;

		if (!look(l, left < ms ? (int)left : ms))
			show_line(l);
		got = waitpid(pid, &l->status, WNOHANG);
		l->ended = got == pid || (got < 0 && errno != EINTR);
	}
	while (l->ended && (l->out >= 0 || l->words >= 0) && look(l, 0))
		continue;
	show_line(l);
	return l->ended;
}

static enum err_code
judge(const struct listening *l, struct err *err)
{
	if (too_much(l))
		err_set(err, ERR_CONFIG, "key_command %s printed more than %d bytes", l->program,
			CONF_KEY_PRINT);
	else if (WIFSIGNALED(l->status))
		err_set(err, ERR_CONFIG, "key_command %s was ended by signal %d", l->program,
			WTERMSIG(l->status));
	else if (WEXITSTATUS(l->status) != 0)
		err_set(err, ERR_CONFIG, "key_command %s failed with status %d", l->program,
			WEXITSTATUS(l->status));
	else
		return ERR_OK;
	return err_hint(err, "run it by hand; it must print the key as its first line");
}

static enum err_code
run(struct listening *l, char **words, struct err *err)
{
	pid_t pid = -1;
	bool ended;

	if (start(l, words, &pid, err) != ERR_OK)
		return err->code;
	ended = listen_to(l, pid);
	if (!ended) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &l->status, 0) < 0 && errno == EINTR)
			;
	}
	if (ended || too_much(l))
		return judge(l, err);
	err_set(err, ERR_CONFIG, "key_command %s took more than %d s", l->program,
		l->how->wait_ms / 1000);
	return err_hint(err, "run it by hand; it must print the key as its first line");
}

enum err_code
conf_command(const struct conf_command *how, char *out, size_t size, struct err *err)
{
	struct listening l = { .how = how, .out = -1, .words = -1 };
	enum err_code code;
	char **words = NULL;

	code = conf_words(how->command, &words, err);
	if (code == ERR_OK)
		code = run(&l, words, err);
	hang_up(&l.out);
	hang_up(&l.words);
	if (code == ERR_OK)
		conf_key_line(l.text, l.n, out, size);
	explicit_bzero(&l, sizeof(l));
	conf_words_free(words);
	return code;
}
