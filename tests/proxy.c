/* proxy.c - see proxy.h. */
#include "config.h"

#include "tests/proxy.h"

#include "tests/test.h"

#include "core/clock.h"
#include "core/mem.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES_MAX 16
#define WAIT_MS   30000
#define TICK_MS   10 /* of a slow line */

struct proxy {
	pid_t pid;
	int port, control;
};

struct order { /* from the test to the child */
	struct proxy_plan plan;
	bool drop;
};

/* --- the child --- */

enum side { NEAR, FAR, SIDES };

struct line {
	int fd[SIDES]; /* -1: closed */
	bool dead;     /* whatever comes is dropped; it ends when the client hangs up */
};

static struct relay {
	int listener, control, service_port;
	struct proxy_plan plan;
	struct proxy_seen seen;
	struct line lines[LINES_MAX];
	int64_t next_ms; /* when the next bytes may go to the client */
} relay;

static void
hang_up(struct line *l, enum side side, bool reset)
{
	const struct linger at_once = { .l_onoff = 1 };

	if (l->fd[side] < 0)
		return;
	if (reset)
		setsockopt(l->fd[side], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(l->fd[side]);
	l->fd[side] = -1;
}

static void
cut(struct line *l)
{
	relay.seen.cut = true;
	l->dead = true;
	if (relay.plan.end == PROXY_STALL)
		return;
	hang_up(l, FAR, relay.plan.end == PROXY_RST);
	if (relay.plan.end == PROXY_RST)
		hang_up(l, NEAR, true);
	else /* closing now would be a reset if more bytes of the client are under way */
		shutdown(l->fd[NEAR], SHUT_WR);
}

static bool
pass_on(int to, const char *bytes, size_t n)
{
	size_t piece = relay.plan.drip ? 1 : n;

	for (size_t at = 0; at < n; at += piece)
		if (send(to, bytes + at, piece, MSG_NOSIGNAL) != (ssize_t)piece)
			return false;
	return true;
}

/* How many bytes to read at once. */
static size_t
portion(enum side from, size_t most)
{
	long n = relay.plan.rate * TICK_MS / 1000;

	if (from == NEAR || relay.plan.rate == 0)
		return most;
	relay.next_ms = clock_mono_ms() + (n > 0 ? TICK_MS : 1000 / relay.plan.rate);
	return n > 0 && (size_t)n < most ? (size_t)n : n > 0 ? most : 1;
}

static void
carry(struct line *l, enum side from)
{
	long *seen = from == NEAR ? &relay.seen.up : &relay.seen.down;
	long limit = from == NEAR ? relay.plan.up : relay.plan.down;
	char bytes[65536];
	ssize_t n = recv(l->fd[from], bytes, portion(from, sizeof(bytes)), 0);
	size_t ok;

	if (n <= 0) { /* one side has gone: the other one is told */
		hang_up(l, NEAR, n < 0);
		hang_up(l, FAR, n < 0);
		return;
	}
	if (l->dead)
		return;
	ok = (size_t)n;
	if (limit >= 0 && !relay.seen.cut && *seen + n >= limit)
		ok = (size_t)(limit - *seen);
	else
		limit = -1;
	*seen += n;
	if (!pass_on(l->fd[from == NEAR ? FAR : NEAR], bytes, ok) && limit < 0)
		l->dead = true;
	if (limit >= 0)
		cut(l);
}

static void
connect_line(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct line l = { .fd = { accept(relay.listener, NULL, NULL),
				  socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) } };
	const int on = 1;

	to.sin_port = htons((uint16_t)relay.service_port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	relay.seen.lines++;
	for (int i = 0; i < LINES_MAX; i++) {
		if (relay.lines[i].fd[NEAR] >= 0)
			continue;
		if (l.fd[NEAR] < 0 || connect(l.fd[FAR], (struct sockaddr *)&to, sizeof(to)))
			break;
		setsockopt(l.fd[NEAR], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(l.fd[FAR], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		relay.lines[i] = l;
		return;
	}
	hang_up(&l, NEAR, true); /* as if the service were gone */
	hang_up(&l, FAR, true);
}

static void
obey(void)
{
	struct order o;

	if (recv(relay.control, &o, sizeof(o), 0) != sizeof(o))
		_exit(0); /* the test is over */
	for (int i = 0; o.drop && i < LINES_MAX; i++) {
		hang_up(&relay.lines[i], NEAR, true);
		hang_up(&relay.lines[i], FAR, true);
	}
	if (send(relay.control, &relay.seen, sizeof(relay.seen), MSG_NOSIGNAL) < 0)
		_exit(1);
	if (o.drop)
		return;
	relay.plan = o.plan;
	relay.seen = (struct proxy_seen){ .up = 0 };
	relay.next_ms = 0;
}

static struct pollfd
watch_side(const struct line *l, enum side side)
{
	bool slow = side == FAR && relay.plan.rate > 0 && clock_mono_ms() < relay.next_ms;

	return (struct pollfd){ .fd = slow ? -1 : l->fd[side], .events = POLLIN };
}

static void
run(void)
{
	for (int i = 0; i < LINES_MAX; i++)
		relay.lines[i] = (struct line){ .fd = { -1, -1 } };
	for (;;) {
		struct pollfd fds[2 + SIDES * LINES_MAX] = {
			{ .fd = relay.control, .events = POLLIN },
			{ .fd = relay.listener, .events = POLLIN },
		};

		for (int i = 0; i < LINES_MAX; i++)
			for (int side = 0; side < SIDES; side++)
				fds[2 + SIDES * i + side] = watch_side(&relay.lines[i], side);
		if (poll(fds, 2 + SIDES * LINES_MAX, relay.plan.rate ? TICK_MS : -1) < 0)
			_exit(1);
		if (fds[0].revents)
			obey();
		for (int i = 0; !fds[0].revents && i < LINES_MAX; i++)
			for (int side = 0; side < SIDES; side++)
				if (fds[2 + SIDES * i + side].revents &&
				    relay.lines[i].fd[side] >= 0)
					carry(&relay.lines[i], side);
		if (fds[1].revents)
			connect_line();
	}
}

/* --- the test's side --- */

struct proxy *
proxy_start(int service_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	struct proxy *p = mem_alloc(sizeof(*p));
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ends[2];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(listener, LINES_MAX), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	p->port = ntohs(at.sin_port);
	p->control = ends[0];
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		relay = (struct relay){ .listener = listener,
					.control = ends[1],
					.service_port = service_port,
					.plan = PROXY_CLEAR };
		run();
	}
	close(listener);
	close(ends[1]);
	return p;
}

int
proxy_port(const struct proxy *p)
{
	return p->port;
}

static struct proxy_seen
tell(struct proxy *p, const struct order *o)
{
	struct pollfd in = { .fd = p->control, .events = POLLIN };
	struct proxy_seen seen;

	assert_int_equal(send(p->control, o, sizeof(*o), MSG_NOSIGNAL), sizeof(*o));
	assert_int_equal(poll(&in, 1, WAIT_MS), 1);
	assert_int_equal(recv(p->control, &seen, sizeof(seen), 0), sizeof(seen));
	return seen;
}

struct proxy_seen
proxy_set(struct proxy *p, const struct proxy_plan *plan)
{
	return tell(p, &(struct order){ .plan = *plan });
}

void
proxy_drop(struct proxy *p)
{
	tell(p, &(struct order){ .drop = true });
}

void
proxy_stop(struct proxy *p)
{
	close(p->control);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	free(p);
}
