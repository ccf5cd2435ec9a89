/* tls_server.c - see tls_server.h. */
#include "config.h"

#include "tests/tls_server.h"

#include "tests/scratch.h"
#include "tests/test.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM   "/usr/bin/openssl"
#define WORDS_MAX 32
#define LIFE_S    120
#define START_MS  60000

static int port;
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
become(const char *program, const char *const *words)
{
	char *argv[WORDS_MAX] = { NULL };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; words[i] && i + 1 < WORDS_MAX; i++)
		argv[i] = mem_strdup(words[i]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE_S); /* outlives exec */
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
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
		become(PROGRAM, words);
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

/* A port of this machine that was free a moment ago. */
static void
choose_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	port = ntohs(a.sin_port);
}

static bool
listens(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

static void
start(const char *program, const char *const *words)
{
	server = fork();
	assert_true(server >= 0);
	if (server == 0)
		become(program, words);
	for (int ms = 0; ms < START_MS && !listens(); ms += 20)
		poll(NULL, 0, 20);
	assert_true(listens());
}

void
tls_serve(void *state, const char *const *options)
{
	const char *words[WORDS_MAX] = { "openssl",
					 "s_server",
					 "-www",
					 "-cert",
					 scratch_path(state, "cert.pem"),
					 "-key",
					 scratch_path(state, "key.pem"),
					 "-accept" };
	char where[32];
	size_t n = 8;

	choose_port();
	snprintf(where, sizeof(where), "127.0.0.1:%d", port);
	words[n++] = where;
	for (; options && *options && n + 1 < WORDS_MAX; options++)
		words[n++] = *options;
	start(PROGRAM, words);
}

void
tls_serve_sandbox(void *state)
{
	char number[16];

	choose_port();
	snprintf(number, sizeof(number), "%d", port);
	start("./multistage-sandbox",
	      (const char *const[]){ "multistage-sandbox", "--port", number, "--cert",
				     scratch_path(state, "cert.pem"), "--key",
				     scratch_path(state, "key.pem"), "--accept-any-key", "--seed",
				     "empty", NULL });
}

void
tls_stop(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
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
