/* listen.c - see listen.h. */
#include "config.h"

#include "sandbox/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

static int
new_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

enum err_code
listen_tcp(int *port, int *fd, struct err *err)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int s = new_socket(AF_INET), on = 1;

	if (s >= 0 && setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(s, BACKLOG) == 0 &&
	    getsockname(s, (struct sockaddr *)&addr, &len) == 0) {
		*port = ntohs(addr.sin_port);
		*fd = s;
		return ERR_OK;
	}
	err_sys(err, "cannot listen on 127.0.0.1 port %d", *port);
	if (s >= 0)
		close(s);
	return err_hint(err, "name another port with --port, or none to take a free one");
}

/* Does somebody listen there? If not, the file is a leftover and goes. */
static bool
remove_leftover(const struct sockaddr_un *addr)
{
	struct stat st;
	int s;
	bool dead;

	if (lstat(addr->sun_path, &st) != 0)
		return errno == ENOENT;
	errno = EADDRINUSE;
	if (!S_ISSOCK(st.st_mode) || (s = new_socket(AF_UNIX)) < 0)
		return false;
	dead = connect(s, (const struct sockaddr *)addr, sizeof(*addr)) != 0 &&
	       errno == ECONNREFUSED;
	close(s);
	errno = EADDRINUSE;
	return dead && unlink(addr->sun_path) == 0;
}

enum err_code
listen_unix(const char *path, int *fd, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t mask;
	int s = -1;
	bool good, taken;

	if (!*path || strlen(path) >= sizeof(addr.sun_path)) {
		err_set(err, ERR_USAGE, "the socket path has %zu bytes", strlen(path));
		return err_hint(err, "use 1 to %zu bytes", sizeof(addr.sun_path) - 1);
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	mask = umask(0177); /* before bind(2): never reachable by others, not even briefly */
	good = remove_leftover(&addr) && (s = new_socket(AF_UNIX)) >= 0 &&
	       bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(s, BACKLOG) == 0;
	umask(mask);
	if (good) {
		*fd = s;
		return ERR_OK;
	}
	taken = errno == EADDRINUSE;
	err_sys(err, "cannot listen on %s", path);
	if (s >= 0)
		close(s);
	if (!taken)
		return err->code;
	return err_hint(err, "a program listens there, or it is no socket: name another path");
}
