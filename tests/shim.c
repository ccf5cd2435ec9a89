/* shim.c - tests/shim.so; see shim.h. Source: ld.so(8), dlsym(3). */
#include "config.h"

#include "tests/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct shim_page *page;
static struct shim_clock *clock_page;
static int64_t mono_ahead_ms;
static bool dies_after;

/* The function of this name that would be called without us. */
#define REAL(type, name)                             \
	static type real;                            \
	if (!real)                                   \
		real = (type)dlsym(RTLD_NEXT, name); \
	(void)0

static void *
map(const char *variable, size_t size)
{
	const char *path = getenv(variable);
	void *p = MAP_FAILED;
	long fd;

	if (!path || (fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC)) < 0)
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	close((int)fd);
	return p == MAP_FAILED ? NULL : p;
}

__attribute__((constructor)) static void
begin(void)
{
	struct shim_page *p = map(SHIM_ENV, sizeof(*p));
	int32_t nobody = 0;

	clock_page = map(SHIM_CLOCK_ENV, sizeof(*clock_page));
	if (p && __atomic_compare_exchange_n(&p->pid, &nobody, getpid(), false, __ATOMIC_SEQ_CST,
					     __ATOMIC_SEQ_CST))
		page = p;
	prctl(SHIM_MARK, 0, 0, 0, 0);
}

/* --- counting --- */

static void
end_here(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* False: the call must not be made and fails; errno is set. */
static bool
may(enum shim_call call)
{
	const struct shim_plan *plan;
	uint32_t n;

	if (!page || !page->counting || page->pid != getpid())
		return true;
	plan = &page->plan;
	n = __atomic_add_fetch(&page->count[call], 1, __ATOMIC_SEQ_CST);
	if (plan->how == SHIM_NOTHING || plan->call != (int32_t)call || n < plan->nth ||
	    (n > plan->nth && plan->how != SHIM_FAIL_ON))
		return true;
	page->hit++;
	if (plan->how == SHIM_KILL_BEFORE)
		end_here();
	dies_after = plan->how == SHIM_KILL_AFTER;
	if (dies_after)
		return true;
	errno = plan->error;
	return false;
}

static void
after(void)
{
	if (dies_after)
		end_here();
}

/* The wrapper of a call that is handed on as it is. */
#define WRAP(call, result, name, params, args)    \
	result name params                        \
	{                                         \
		typedef result(*function) params; \
		result rc;                        \
                                                  \
		REAL(function, #name);            \
		if (!may(call))                   \
			return -1;                \
		rc = real args;                   \
		after();                          \
		return rc;                        \
	}

/* clang-format off */
WRAP(SHIM_WRITE, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(SHIM_PWRITE, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(SHIM_PWRITE, ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
WRAP(SHIM_FSYNC, int, fsync, (int fd), (fd))
WRAP(SHIM_FDATASYNC, int, fdatasync, (int fd), (fd))
WRAP(SHIM_FTRUNCATE, int, ftruncate, (int fd, off_t n), (fd, n))
WRAP(SHIM_FTRUNCATE, int, ftruncate64, (int fd, off64_t n), (fd, n))
WRAP(SHIM_UNLINK, int, unlink, (const char *path), (path))
WRAP(SHIM_RENAME, int, rename, (const char *from, const char *to), (from, to))
WRAP(SHIM_MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(SHIM_SOCKET, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(SHIM_CONNECT, int, connect, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n))
WRAP(SHIM_RECV, ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(SHIM_FLOCK, int, flock, (int fd, int operation), (fd, operation))
/* clang-format on */

/* What left is kept before we may die of it. */
ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	typedef ssize_t (*function)(int, const void *, size_t, int);
	ssize_t rc;

	REAL(function, "send");
	if (!may(SHIM_SEND))
		return -1;
	rc = real(fd, p, n, flags);
	if (rc > 0 && page && page->wire_len + (uint32_t)rc <= SHIM_WIRE_MAX) {
		memcpy(page->wire + page->wire_len, p, (size_t)rc);
		page->wire_len += (uint32_t)rc;
	}
	after();
	return rc;
}

static bool
may_open(int flags)
{
	return (flags & O_ACCMODE) == O_RDONLY || may(SHIM_OPEN);
}

#define OPEN(name)                                                             \
	int name(const char *path, int flags, ...)                             \
	{                                                                      \
		typedef int (*function)(const char *, int, mode_t);            \
		mode_t mode;                                                   \
		va_list ap;                                                    \
		int fd;                                                        \
                                                                               \
		REAL(function, #name);                                         \
		va_start(ap, flags);                                           \
		mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                                    \
		if (!may_open(flags))                                          \
			return -1;                                             \
		fd = real(path, flags, mode);                                  \
		after();                                                       \
		return fd;                                                     \
	}

/* clang-format off */
OPEN(open)
OPEN(open64)
/* clang-format on */

#define FCNTL(name)                                                                 \
	int name(int fd, int command, ...)                                          \
	{                                                                           \
		typedef int (*function)(int, int, void *);                          \
		void *arg;                                                          \
		va_list ap;                                                         \
		int rc;                                                             \
                                                                                    \
		REAL(function, #name);                                              \
		va_start(ap, command);                                              \
		arg = va_arg(ap, void *);                                           \
		va_end(ap);                                                         \
		if ((command == F_SETLK || command == F_SETLKW) && !may(SHIM_LOCK)) \
			return -1;                                                  \
		rc = real(fd, command, arg);                                        \
		after();                                                            \
		return rc;                                                          \
	}

/* clang-format off */
FCNTL(fcntl)
FCNTL(fcntl64)
/* clang-format on */

/* --- time --- */

static void
put_forward(struct timespec *ts, int64_t ms)
{
	ts->tv_sec += ms / 1000;
	ts->tv_nsec += ms % 1000 * 1000000;
	if (ts->tv_nsec >= 1000000000) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000;
	}
}

int
clock_gettime(clockid_t which, struct timespec *ts)
{
	typedef int (*function)(clockid_t, struct timespec *);
	int rc;

	REAL(function, "clock_gettime");
	rc = real(which, ts);
	if (rc || !clock_page)
		return rc;
	if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
		put_forward(ts, __atomic_load_n(&clock_page->ahead_ms, __ATOMIC_SEQ_CST));
	else if (which == CLOCK_MONOTONIC || which == CLOCK_MONOTONIC_COARSE)
		put_forward(ts, mono_ahead_ms);
	return 0;
}

static bool
has_socket(const struct pollfd *fds, nfds_t n)
{
	struct stat st;

	for (nfds_t i = 0; i < n; i++)
		if (fstat(fds[i].fd, &st) == 0 && S_ISSOCK(st.st_mode))
			return true;
	return false;
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	typedef int (*function)(struct pollfd *, nfds_t, int);
	int rc, part;

	REAL(function, "poll");
	if (!clock_page || timeout <= 0 || (n == 0 && !clock_page->naps) || has_socket(fds, n))
		return real(fds, n, timeout);
	part = (int)(timeout / clock_page->slow);
	rc = real(fds, n, part);
	if (rc == 0) {
		mono_ahead_ms += timeout - part;
		__atomic_add_fetch(&clock_page->ahead_ms, timeout - part, __ATOMIC_SEQ_CST);
	}
	return rc;
}
