/* canned.c - see canned.h. */
#include "config.h"

#include "tests/canned.h"

#include "tests/test.h"

#include "core/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_MAX 65536
#define LIFE_S      120

struct canned_server {
	pid_t pid;
	int port;
	int report; /* requests come out of here, each after its length */
	int orders; /* a byte for each answer that waits goes in here */
	char request[REQUEST_MAX + 1];
};

/* --- the child --- */

/* Bytes of a whole request at the start of buf, or 0 if it is not whole yet. */
static size_t
whole(const char *buf, size_t n)
{
	const char *end = memmem(buf, n, "\r\n\r\n", 4), *length = buf;
	size_t head, body = 0;

	if (!end)
		return 0;
	head = (size_t)(end - buf) + 4;
	while ((length = memchr(length, '\n', (size_t)(end - length)))) {
		length++;
		if (strncasecmp(length, "Content-Length:", 15) == 0)
			body = strtoul(length + 15, NULL, 10);
	}
	return n >= head + body ? head + body : 0;
}

static void
read_request(int fd, int report)
{
	static char buf[REQUEST_MAX];
	size_t n = 0, size = 0;
	ssize_t got;

	while (!size && n < sizeof(buf) && (got = read(fd, buf + n, sizeof(buf) - n)) > 0) {
		n += (size_t)got;
		size = whole(buf, n);
	}
	if (write(report, &n, sizeof(n)) != (ssize_t)sizeof(n) ||
	    write(report, buf, n) != (ssize_t)n)
		_exit(1);
}

static void
hang_up(int fd, bool reset)
{
	const struct linger now = { .l_onoff = reset, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void
send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		bytes += sent;
		n -= (size_t)sent;
	}
}

static void
serve(int door, const struct canned *answers, size_t n, const int ends[2])
{
	int fd = -1;

	for (size_t i = 0; i < n; i++) {
		const struct canned *a = &answers[i];
		char byte;

		if (fd < 0)
			fd = accept(door, NULL, NULL);
		if (i + 1 == n)
			close(door);
		if (!a->deaf)
			read_request(fd, ends[0]);
		if (a->waits && read(ends[1], &byte, 1) != 1)
			_exit(1);
		for (size_t k = 0; a->bytes && k < (a->repeat ? a->repeat : 1); k++)
			send_all(fd, a->bytes, a->n ? a->n : strlen(a->bytes));
		if (a->end == CANNED_KEEP)
			continue;
		while (a->end == CANNED_HANG && read(fd, &byte, 1) > 0)
			;
		hang_up(fd, a->end == CANNED_RESET);
		fd = -1;
	}
	_exit(0);
}

/* --- the parent --- */

static int
listen_at(const char *unix_path, int *port)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(unix_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (unix_path) {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", unix_path);
		unlink(unix_path);
		assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	} else {
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
		assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
		*port = ntohs(in.sin_port);
	}
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

struct canned_server *
canned_start(const struct canned *answers, size_t n, const char *unix_path)
{
	struct canned_server *s = mem_alloc(sizeof(*s));
	int door = listen_at(unix_path, &s->port), ends[2], orders[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(orders), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(LIFE_S);
		close(ends[0]);
		close(orders[1]);
		serve(door, answers, n, (const int[]){ ends[1], orders[0] });
	}
	close(door);
	close(ends[1]);
	close(orders[0]);
	s->report = ends[0];
	s->orders = orders[1];
	return s;
}

int
canned_port(const struct canned_server *s)
{
	return s->port;
}

int
canned_nobody(void)
{
	int port = 0;

	close(listen_at(NULL, &port));
	return port;
}

const char *
canned_request(struct canned_server *s)
{
	struct pollfd fd = { .fd = s->report, .events = POLLIN };
	size_t n = 0, have = 0;
	ssize_t got;

	s->request[0] = '\0';
	if (poll(&fd, 1, 30000) != 1 || read(s->report, &n, sizeof(n)) != (ssize_t)sizeof(n))
		return s->request;
	while (have < n && (got = read(s->report, s->request + have, n - have)) > 0)
		have += (size_t)got;
	s->request[have] = '\0';
	return s->request;
}

bool
canned_heard(const struct canned_server *s)
{
	struct pollfd fd = { .fd = s->report, .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

void
canned_go_on(struct canned_server *s)
{
	assert_int_equal(write(s->orders, "", 1), 1);
}

void
canned_stop(struct canned_server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->report);
	close(s->orders);
	free(s);
}
