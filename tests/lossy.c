/* lossy.c - see lossy.h. */
#include "config.h"

#include "tests/test.h"

#include "tests/lossy.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES_MAX 16
#define LIFE_S    120

struct line {
	int near, far; /* -1 when it is free */
	bool doomed;   /* its next answer is lost */
};

static struct sockaddr_un
address(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

static void
hang_up(struct line *l)
{
	close(l->near);
	close(l->far);
	*l = (struct line){ .near = -1, .far = -1 };
}

static void
take_call(int listener, const struct raw *service, struct line *lines)
{
	struct sockaddr_un a = address(service->socket);
	struct line l = { .near = accept(listener, NULL, NULL) };

	l.far = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l.near >= 0 && connect(l.far, (struct sockaddr *)&a, sizeof(a)) == 0)
		for (int i = 0; i < LINES_MAX; i++)
			if (lines[i].near < 0) {
				lines[i] = l;
				return;
			}
	hang_up(&l); /* nobody at the other end, or no room: as if the service were gone */
}

/* false: this line has ended */
static bool
pass(struct line *l, bool up, const struct raw *service, const char *request, bool *lost)
{
	char bytes[65536];
	ssize_t n = read(up ? l->near : l->far, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	if (up && !*lost && (size_t)n >= strlen(request) &&
	    memcmp(bytes, request, strlen(request)) == 0)
		l->doomed = *lost = true;
	if (!up && l->doomed) {
		kill(service->pid, SIGKILL);
		return false;
	}
	return send(up ? l->far : l->near, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void
relay(int listener, const struct raw *service, const char *request)
{
	struct line lines[LINES_MAX];
	bool lost = false;

	for (int i = 0; i < LINES_MAX; i++)
		lines[i] = (struct line){ .near = -1, .far = -1 };
	for (;;) {
		struct pollfd fds[1 + 2 * LINES_MAX] = { { .fd = listener, .events = POLLIN } };

		for (int i = 0; i < LINES_MAX; i++) {
			fds[1 + 2 * i] = (struct pollfd){ .fd = lines[i].near, .events = POLLIN };
			fds[2 + 2 * i] = (struct pollfd){ .fd = lines[i].far, .events = POLLIN };
		}
		if (poll(fds, 1 + 2 * LINES_MAX, -1) < 0)
			_exit(0);
		for (int i = 0; i < LINES_MAX; i++) {
			bool up = fds[1 + 2 * i].revents != 0, down = fds[2 + 2 * i].revents != 0;

			if ((up && !pass(&lines[i], true, service, request, &lost)) ||
			    (down && !pass(&lines[i], false, service, request, &lost)))
				hang_up(&lines[i]);
		}
		if (fds[0].revents)
			take_call(listener, service, lines);
	}
}

pid_t
lossy_start(const char *path, const struct raw *service, const char *request)
{
	struct sockaddr_un a = address(path);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(listener, 16), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(LIFE_S);
		relay(listener, service, request);
	}
	close(listener);
	return pid;
}

void
lossy_stop(pid_t pid, const char *path)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
}
