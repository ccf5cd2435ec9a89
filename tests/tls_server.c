/* tls_server.c - see tls_server.h. */
#include "config.h"

#include "tests/tls_server.h"

#include "tests/scratch.h"
#include "tests/test.h"

#include "core/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM   "/usr/bin/openssl"
#define WORDS_MAX 32
#define LIFE_S    120
#define START_MS  60000

static int port, voice = -1;
static pid_t server;

bool
tls_possible(void)
{
	if (access(PROGRAM, X_OK) == 0)
		return true;
	fputs("not tried: there is no " PROGRAM "\n", stderr);
	return false;
}

static void NORETURN
become(const char *program, const char *const *words, int out)
{
	char *argv[WORDS_MAX] = { NULL };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; words[i] && i + 1 < WORDS_MAX; i++)
		argv[i] = mem_strdup(words[i]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE_S); /* outlives exec */
	dup2(null, STDIN_FILENO);
	dup2(out < 0 ? null : out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execv(program, argv);
	_exit(127);
}

static void
run(const char *const *words)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		become(PROGRAM, words, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void
tls_certificate(void *state, const char *host)
{
	char subject[80], alt[96];

	snprintf(subject, sizeof(subject), "/CN=%s", host);
	snprintf(alt, sizeof(alt), "subjectAltName=DNS:%s", host);
	run((const char *const[]){ "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
				   "ec_paramgen_curve:P-256", "-nodes", "-keyout",
				   scratch_path(state, "key.pem"), "-out",
				   scratch_path(state, "cert.pem"), "-days", "2", "-subj", subject,
				   "-addext", alt, NULL });
}

void
tls_expired_certificate(void *state, const char *host)
{
	char subject[80];

	snprintf(subject, sizeof(subject), "/CN=%s", host);
	run((const char *const[]){ "openssl", "req", "-newkey", "ec", "-pkeyopt",
				   "ec_paramgen_curve:P-256", "-nodes", "-keyout",
				   scratch_path(state, "key.pem"), "-out",
				   scratch_path(state, "csr.pem"), "-subj", subject, NULL });
	run((const char *const[]){ "openssl", "x509", "-req", "-in", scratch_path(state, "csr.pem"),
				   "-signkey", scratch_path(state, "key.pem"), "-days", "-1",
				   "-out", scratch_path(state, "cert.pem"), NULL });
}

/* It chooses a port and says "127.0.0.1:PORT"; then it listens. */
static void
read_port(int fd)
{
	char text[1024] = "", *at = NULL;
	struct pollfd in = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n + 1 < sizeof(text) && !(at && strchr(at, '\n'))) {
		if (poll(&in, 1, START_MS) != 1 || read(fd, text + n, 1) != 1)
			fail_msg("the TLS server does not start: \"%s\"", text);
		text[++n] = '\0';
		at = strstr(text, "127.0.0.1:");
	}
	port = at ? (int)strtol(at + strlen("127.0.0.1:"), NULL, 10) : 0;
	assert_in_range(port, 1, 65535);
}

static void
start(const char *program, const char *const *words)
{
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0)
		become(program, words, fd[1]);
	close(fd[1]);
	read_port(fd[0]);
	voice = fd[0]; /* kept: it may go on talking */
}

void
tls_serve(void *state, const char *const *options)
{
	const char *cert = scratch_path(state, "cert.pem"), *key = scratch_path(state, "key.pem");
	const char *words[WORDS_MAX] = { "openssl", "s_server", "-www",    "-cert",      cert,
					 "-key",    key,        "-accept", "127.0.0.1:0" };
	size_t n = 9;

	for (; options && *options && n + 1 < WORDS_MAX; options++)
		words[n++] = *options;
	start(PROGRAM, words);
}

void
tls_serve_sandbox(void *state)
{
	start("./multistage-sandbox",
	      (const char *const[]){ "multistage-sandbox", "--cert",
				     scratch_path(state, "cert.pem"), "--key",
				     scratch_path(state, "key.pem"), "--accept-any-key", "--seed",
				     "empty", NULL });
}

void
tls_stop(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close(voice);
	voice = -1;
}

int
tls_port(void)
{
	return port;
}

const char *
tls_url(void)
{
	static char url[64];

	snprintf(url, sizeof(url), "https://localhost:%d/v1", port);
	return url;
}
