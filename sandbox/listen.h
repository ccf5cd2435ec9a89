/* listen.h - a socket that only this machine, or only this user, can reach. */
#ifndef SANDBOX_LISTEN_H
#define SANDBOX_LISTEN_H

#include "core/err.h"

/* Listen on 127.0.0.1; *port 0 takes a free one and says which. Errors: ERR_SYS. */
enum err_code listen_tcp(int *port, int *fd, struct err *err) MUST_CHECK;

/* Listen on a unix socket, mode 0600. A socket file that nobody listens on any more
 * is replaced. Errors: ERR_SYS, ERR_USAGE if path is too long. */
enum err_code listen_unix(const char *path, int *fd, struct err *err) MUST_CHECK;

#endif
