/* outside.c - see outside.h. */
#include "config.h"

#include "tui/outside.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/file.h"
#include "core/mem.h"
#include "tui/loop.h"
#include "tui/term.h"
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_RUN 127 /* exit status, as shells have it */

/* Signals that another program at the terminal must find as a shell would give them. */
static const int given_back[] = { SIGINT,  SIGQUIT, SIGTSTP, SIGTTIN,  SIGTTOU,
				  SIGTERM, SIGHUP,  SIGPIPE, SIGWINCH, SIGCONT };

static void
run_child(char **words)
{
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(given_back); i++)
		signal(given_back[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(words[0], words);
	_exit(CANNOT_RUN); /* the caller has the words for it */
}

/* A signal that ends us ends the other program too, as a hangup: editors keep a copy then. */
static int
wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		if (loop_ending())
			kill(pid, SIGHUP);
	return status;
}

/* Run words on the terminal. *status is as wait(2) gives it. */
static enum err_code
run(char **words, int *status, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, stop = { .sa_handler = SIG_DFL };
	struct sigaction old_int, old_quit, old_tstp;
	pid_t pid;

	term_leave();
	sigaction(SIGINT, &ignore, &old_int); /* ^C is the other program's while it runs */
	sigaction(SIGQUIT, &ignore, &old_quit);
	sigaction(SIGTSTP, &stop, &old_tstp); /* ^Z stops us with it */
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_child(words);
	if (pid > 0)
		*status = wait_for(pid);
	sigaction(SIGTSTP, &old_tstp, NULL);
	sigaction(SIGQUIT, &old_quit, NULL);
	sigaction(SIGINT, &old_int, NULL);
	tty_restore_modes(); /* whatever it left: no shell stands between that would do it */
	term_return();
	return pid < 0 ? err_sys(err, "cannot start %s", words[0]) : ERR_OK;
}

/* The words of the first of these variables that is set, else of otherwise; and one more. */
static enum err_code
command(const char *const *names, const char *otherwise, const char *file, char ***words,
	struct err *err)
{
	const char *text = NULL;
	size_t n = 0;

	for (; *names && !(text && *text); names++)
		text = getenv(*names);
	if (!text || !*text)
		text = otherwise;
	if (conf_words(text, words, err))
		return err_wrap(err, "the command \"%s\"", text);
	while ((*words)[n])
		n++;
	*words = mem_grow(*words, n + 2, sizeof(**words));
	(*words)[n] = mem_strdup(file);
	(*words)[n + 1] = NULL;
	return ERR_OK;
}

static bool
could_not_run(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_RUN;
}

/* A file for our eyes in a folder of its own. folder and path: owned by the caller. */
struct scratch {
	char folder[256];
	char path[300];
};

static void
scratch_remove(const struct scratch *s)
{
	unlink(s->path);
	rmdir(s->folder); /* left alone if the editor put something there */
}

static enum err_code
scratch_make(struct scratch *s, const char *suffix, const char *text, size_t n, struct err *err)
{
	const char *where = getenv("TMPDIR");
	enum err_code code;
	int fd;

	if (!where || where[0] != '/' || strlen(where) > 200)
		where = "/tmp";
	snprintf(s->folder, sizeof(s->folder), "%s/multistage-XXXXXX", where);
	if (!mkdtemp(s->folder)) /* 0700 */
		return err_sys(err, "cannot make a folder in %s", where);
	snprintf(s->path, sizeof(s->path), "%s/text%s", s->folder, suffix);
	fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		rmdir(s->folder);
		return err_sys(err, "cannot make %s", s->path);
	}
	code = file_write(fd, s->path, text, n, err);
	if (close(fd) < 0 && !code)
		code = err_sys(err, "cannot write %s", s->path);
	if (code)
		scratch_remove(s);
	return code;
}

enum err_code
outside_edit(const char *text, size_t n, const char *suffix, struct buf *out, struct err *err)
{
	static const char *const names[] = { "VISUAL", "EDITOR", NULL };
	struct scratch s;
	char **words = NULL;
	int status = 0;

	if (scratch_make(&s, suffix, text, n, err))
		return err->code;
	if (command(names, "vi", s.path, &words, err) || run(words, &status, err)) {
		scratch_remove(&s);
	} else if (could_not_run(status)) {
		err_set(err, ERR_SYS, "cannot run the editor %s", words[0]);
		err_hint(err, "set VISUAL or EDITOR to a program that is installed");
		scratch_remove(&s);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		err_set(err, ERR_SYS, "%s ended badly; the text here is as it was", words[0]);
		err_hint(err, "what the editor left is in %s", s.path);
	} else if (file_read_path(s.path, out, err)) {
		err_hint(err, "what the editor left is in %s", s.path);
	} else {
		scratch_remove(&s);
	}
	conf_words_free(words);
	return err->code;
}

enum err_code
outside_page(const char *text, size_t n, struct err *err)
{
	static const char *const names[] = { "PAGER", NULL };
	struct scratch s;
	char **words = NULL;
	int status = 0;

	if (scratch_make(&s, ".txt", text, n, err))
		return err->code;
	if (!command(names, "less -R", s.path, &words, err) && !run(words, &status, err) &&
	    could_not_run(status)) {
		err_set(err, ERR_SYS, "cannot run the pager %s", words[0]);
		err_hint(err, "set PAGER to a program that is installed");
	}
	conf_words_free(words);
	scratch_remove(&s);
	return err->code;
}

enum err_code
outside_write(const char *folder, const char *suffix, const char *text, size_t n, char *path,
	      size_t size, struct err *err)
{
	enum err_code code;
	char stamp[32];
	int fd = -1;

	clock_stamp(clock_wall_ms(), stamp, sizeof(stamp));
	for (int i = 0; i < 100 && fd < 0; i++) { /* several within a second */
		if (i)
			snprintf(path, size, "%s/%s-%d%s", folder, stamp, i, suffix);
		else
			snprintf(path, size, "%s/%s%s", folder, stamp, suffix);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0)
		return err_sys(err, "cannot make %s", path);
	code = file_write(fd, path, text, n, err);
	if (!code && fsync(fd) < 0)
		code = err_sys(err, "cannot write %s", path);
	if (close(fd) < 0 && !code)
		code = err_sys(err, "cannot write %s", path);
	if (code)
		unlink(path); /* no half-written file */
	return code;
}

void
outside_suspend(void)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, old;

	term_leave();
	sigaction(SIGTSTP, &stop, &old);
	raise(SIGTSTP); /* not SIGSTOP: an orphaned group would never come back */
	sigaction(SIGTSTP, &old, NULL);
	term_return();
}
