/* outside.c - see outside.h. */
#include "config.h"

#include "tui/outside.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/file.h"
#include "core/mem.h"
#include "core/text.h"
#include "tui/loop.h"
#include "tui/term.h"
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_RUN 127 /* exit status, as shells have it */
#define RESCUE_MAX (64u << 20)

/* Signals that another program at the terminal must find as a shell would give them. */
static const int given_back[] = { SIGINT,  SIGQUIT,  SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM, SIGHUP,
				  SIGPIPE, SIGWINCH, SIGCONT, SIGUSR1, SIGUSR2, SIGXFSZ };

/* life: what is started keeps it open for as long as any of it runs. */
static void
run_child(char **words, int life)
{
	sigset_t none;

	fcntl(life, F_SETFD, 0);

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

/* Does somebody hold the other end of this pipe? */
static bool
is_held(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* How another program ended. */
struct ending {
	int status;    /* as wait(2) gives it */
	bool lives_on; /* something that it started still runs */
};

/* Run words on the terminal. */
static enum err_code
run(char **words, struct ending *end, struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, stop = { .sa_handler = SIG_DFL };
	struct sigaction old_int, old_quit, old_tstp;
	int life[2];
	pid_t pid;

	if (pipe2(life, O_CLOEXEC) < 0)
		return err_sys(err, "cannot start %s", words[0]);
	term_leave();
	sigaction(SIGINT, &ignore, &old_int); /* ^C is the other program's while it runs */
	sigaction(SIGQUIT, &ignore, &old_quit);
	sigaction(SIGTSTP, &stop, &old_tstp); /* ^Z stops us with it */
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_child(words, life[1]);
	close(life[1]);
	if (pid > 0)
		end->status = wait_for(pid);
	end->lives_on = is_held(life[0]);
	close(life[0]);
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
could_not_run(const struct ending *end)
{
	return WIFEXITED(end->status) && WEXITSTATUS(end->status) == CANNOT_RUN;
}

static bool
ended_badly(const struct ending *end)
{
	return !WIFEXITED(end->status) || WEXITSTATUS(end->status) != 0;
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

/* May what the editor left (after bytes of out) be taken? keep: its file stays. */
static enum err_code
judge(const struct ending *end, const char *editor, const char *path, const char *text, size_t n,
      const struct buf *out, size_t after, bool *keep, struct err *err)
{
	const char *left = buf_str(out) + after;
	size_t len = out->len - after;
	bool same = len == n && (n == 0 || memcmp(left, text, n) == 0);

	*keep = false;
	if (same && end->lives_on) {
		*keep = true;
		err_set(err, ERR_SYS, "%s went on in the background; the text here is as it was",
			editor);
		return err_hint(err, "make it wait (gvim -f, code --wait); its file is %s", path);
	}
	if (len == 0 && n > 0) {
		err_set(err, ERR_SYS, "%s left nothing; the text here is as it was", editor);
		return err_hint(err, "to have none: x on the field");
	}
	return ERR_OK;
}

enum err_code
outside_edit(const char *text, size_t n, const char *suffix, struct buf *out, struct err *err)
{
	static const char *const names[] = { "VISUAL", "EDITOR", NULL };
	struct scratch s;
	struct ending end = { .status = 0 };
	size_t after = out->len;
	bool keep = false;
	char **words = NULL;

	if (scratch_make(&s, suffix, text, n, err))
		return err->code;
	if (command(names, "vi", s.path, &words, err) || run(words, &end, err)) {
		scratch_remove(&s);
	} else if (could_not_run(&end)) {
		err_set(err, ERR_SYS, "cannot run the editor %s", words[0]);
		err_hint(err, "set VISUAL or EDITOR to a program that is installed");
		scratch_remove(&s);
	} else if (ended_badly(&end)) {
		err_set(err, ERR_SYS, "%s ended badly; the text here is as it was", words[0]);
		err_hint(err, "what the editor left is in %s", s.path);
	} else if (file_read_path(s.path, out, err)) {
		err_hint(err, "what the editor left is in %s", s.path);
	} else if (!judge(&end, words[0], s.path, text, n, out, after, &keep, err) || !keep) {
		scratch_remove(&s);
	}
	conf_words_free(words);
	return err->code;
}

/* A pager may let through what would act on the terminal ("less -R"). */
static void
show_lines(const char *text, size_t n, struct buf *out)
{
	for (size_t at = 0, len; at < n; at += len + 1) {
		const char *end = memchr(text + at, '\n', n - at);

		len = end ? (size_t)(end - text) - at : n - at;
		text_show(out, untrusted(text + at, len), 0);
		buf_adds(out, "\n");
	}
}

enum err_code
outside_page(const char *text, size_t n, struct err *err)
{
	static const char *const names[] = { "PAGER", NULL };
	struct buf shown = BUF_INIT(sizeof(((struct glyph *)0)->text) * n + 1);
	struct ending end = { .status = 0 };
	struct scratch s;
	char **words = NULL;

	show_lines(text, n, &shown);
	if (scratch_make(&s, ".txt", buf_str(&shown), shown.len, err)) {
		buf_free(&shown);
		return err->code;
	}
	buf_free(&shown);
	if (!command(names, "less", s.path, &words, err) && !run(words, &end, err) &&
	    could_not_run(&end)) {
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

static enum err_code
rescue_in(const char *folder, const struct buf *data, char *path, size_t size, struct err *err)
{
	static const char suffix[] = ".draft";
	enum err_code code;
	int n = snprintf(path, size, "%s/multistage-XXXXXX%s", folder, suffix);
	int fd;

	if (n < 0 || (size_t)n >= size)
		return err_set(err, ERR_SYS, "the name of a folder is too long");
	fd = mkostemps(path, (int)sizeof(suffix) - 1, O_CLOEXEC); /* 0600, O_EXCL */
	if (fd < 0)
		return err_sys(err, "cannot make %s", path);
	code = file_write(fd, path, buf_str(data), data->len, err);
	if (!code && fsync(fd) < 0)
		code = err_sys(err, "cannot write %s", path);
	close(fd);
	if (code)
		unlink(path);
	return code;
}

enum err_code
outside_rescue(const struct draft *d, char *path, size_t size, struct err *err)
{
	const char *folders[] = { getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp", "/var/tmp" };
	struct buf data = BUF_INIT(RESCUE_MAX);
	enum err_code code = ERR_SYS;

	draft_save(d, &data);
	for (size_t i = 0; i < ARRAY_LEN(folders) && code && !data.full; i++)
		if (folders[i] && folders[i][0] == '/')
			code = rescue_in(folders[i], &data, path, size, err);
	if (data.full)
		code = err_set(err, ERR_TOO_BIG, "the draft is too large");
	buf_free(&data);
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
