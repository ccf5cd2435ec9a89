/* program.c - see program.h. */
#include "config.h"

#include "tests/program.h"

#include "tests/canary.h"
#include "tests/scratch.h"
#include "tests/test.h"

#include "core/conf.h"
#include "core/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64
#define WAIT_MS   60000

void
program_world(void *state)
{
	static const char *const ours[] = { "SCALE_API_KEY",      "MULTISTAGE_CONFIG",
					    "MULTISTAGE_SANDBOX", "CREDENTIALS_DIRECTORY",
					    "https_proxy",        "HTTPS_PROXY",
					    "XDG_CONFIG_HOME",    "XDG_STATE_HOME",
					    "XDG_CACHE_HOME",     "XDG_DATA_HOME",
					    "NO_COLOR",           "MULTISTAGE_NOW" };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		unsetenv(ours[i]);
	for (int i = 0; i < CONF_COUNT; i++)
		unsetenv(conf_options[i].env);
	setenv("HOME", state, 1);
}

static void (*prepare)(void *);
static void *prepare_arg;

void
program_prepare(void (*in_child)(void *), void *arg)
{
	prepare = in_child;
	prepare_arg = arg;
}

static void
become(const char *path, void *state, const char *const *words)
{
	char *argv[WORDS_MAX] = { mem_strdup(path) };
	int in, out, err;

	for (size_t i = 0; words[i] && i + 2 < WORDS_MAX; i++) /* before scratch_path() */
		argv[i + 1] = mem_strdup(words[i]);
	in = open(scratch_path(state, "in"), O_RDONLY);
	out = open(scratch_path(state, "out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	err = open(scratch_path(state, "err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0); /* a job of its own, as a shell does it: it can be stopped */
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (prepare)
		prepare(prepare_arg);
	execv(argv[0], argv);
	_exit(127);
}

pid_t
program_start_as(const char *path, void *state, const char *input, const char *const *words)
{
	char in[512];
	pid_t pid;

	snprintf(in, sizeof(in), "%s/in", (const char *)state);
	scratch_write(in, input ? input : "", input ? strlen(input) : 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		become(path, state, words);
	return pid;
}

pid_t
program_start(void *state, const char *input, const char *const *words)
{
	return program_start_as("./multistage", state, input, words);
}

void
program_done(struct program *r)
{
	free(r->out);
	free(r->err);
	*r = (struct program){ .status = 0 };
}

void
program_wait(struct program *r, void *state, pid_t pid)
{
	int status = 0, waited = 0;

	program_done(r);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		canary_process(pid, false);
		if (waited > WAIT_MS) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			fail_msg("the program did not end within %d ms", WAIT_MS);
		}
		poll(NULL, 0, 5);
		waited += 5;
	}
	program_ended(r, state, status);
}

void
program_ended(struct program *r, void *state, int wait_status)
{
	program_done(r);
	r->status =
		WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 1000 + WTERMSIG(wait_status);
	r->out = test_read(scratch_path(state, "out"));
	r->out_len = strlen(r->out); /* no output of ours holds a NUL */
	r->err = test_read(scratch_path(state, "err"));
}

void
program_run(struct program *r, void *state, const char *input, const char *const *words)
{
	program_wait(r, state, program_start(state, input, words));
}

void
program_must(const struct program *r, int status, const char *out, const char *err)
{
	if (r->status != status || (out && !strstr(r->out, out)) || (err && !strstr(r->err, err)))
		fail_msg("status %d, wanted %d with \"%s\" and \"%s\"\n--- out\n%s--- err\n%s",
			 r->status, status, out ? out : "", err ? err : "", r->out, r->err);
}

const char *
program_reply(const char *json)
{
	static char bytes[4][1024];
	static unsigned turn;
	char *out = bytes[turn++ % 4];
	int n = snprintf(out, sizeof(bytes[0]),
			 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 strlen(json), json);

	assert_true(n > 0 && (size_t)n < sizeof(bytes[0]));
	return out;
}
