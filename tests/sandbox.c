/* sandbox.c - see sandbox.h. */
#include "config.h"

#include "tests/sandbox.h"

#include "tests/test.h"

#include "core/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM  "./multistage-sandbox"
#define ARGS_MAX 32
#define LIFE_S   600
#define WAIT_MS  30000 /* for its first line, for its end */

struct sandbox {
	pid_t pid;
	char url[64];
	char *unix_path; /* owned, or NULL */
};

static void
run_it(const char *unix_path, const char *const *args, int out)
{
	char *argv[ARGS_MAX] = { mem_strdup(PROGRAM), mem_strdup("--accept-any-key") };
	size_t n = 2;

	if (unix_path) {
		argv[n++] = mem_strdup("--unix");
		argv[n++] = mem_strdup(unix_path);
	}
	for (; args && *args && n + 1 < ARGS_MAX; args++)
		argv[n++] = mem_strdup(*args);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE_S); /* outlives exec */
	dup2(out, STDOUT_FILENO);
	execv(PROGRAM, argv);
	_exit(127);
}

/* Its first line tells where it listens. */
static void
read_line(int fd, char *line, size_t size)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n + 1 < size && poll(&in, 1, WAIT_MS) == 1 && read(fd, line + n, 1) == 1 &&
	       line[n] != '\n')
		n++;
	line[n] = '\0';
}

struct sandbox *
sandbox_start(const char *unix_path, const char *const *args)
{
	struct sandbox *s = mem_alloc(sizeof(*s));
	char line[256];
	int ends[2], port = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		run_it(unix_path, args, ends[1]);
	close(ends[1]);
	read_line(ends[0], line, sizeof(line));
	if (strncmp(line, "listening on ", 13) != 0)
		fail_msg("%s does not start: \"%s\"", PROGRAM, line);
	close(ends[0]);
	if (unix_path) {
		s->unix_path = mem_strdup(unix_path);
		snprintf(s->url, sizeof(s->url), "http://localhost/v1");
	} else {
		assert_int_equal(sscanf(line, "listening on http://127.0.0.1:%d/v1", &port), 1);
		snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/v1", port);
	}
	return s;
}

const char *
sandbox_url(const struct sandbox *s)
{
	return s->url;
}

const char *
sandbox_unix(const struct sandbox *s)
{
	return s->unix_path;
}

static void
forget(struct sandbox *s)
{
	free(s->unix_path);
	free(s);
}

void
sandbox_stop(struct sandbox *s)
{
	int status = 0, waited = 0;

	kill(s->pid, SIGTERM);
	for (; waitpid(s->pid, &status, WNOHANG) == 0 && waited < WAIT_MS; waited += 10)
		poll(NULL, 0, 10);
	if (waited >= WAIT_MS) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, &status, 0);
	}
	forget(s);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("%s did not end well: %#x", PROGRAM, (unsigned)status);
}

void
sandbox_kill(struct sandbox *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	forget(s);
}
