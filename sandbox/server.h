/* server.h - HTTP: libmicrohttpd in, a handler of the route table, JSON out.
 *
 * No thread: server_step() does what can be done now. It is the only file that
 * answers, so what holds for every call (host, key, size, commit) is here.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "core/err.h"
#include "sandbox/service.h"

#include <stdbool.h>

struct server;

/* fd: a listening socket, closed by server_close(). any_host: do not look at the Host
 * header (unix sockets). s is borrowed. Errors: ERR_SYS. */
struct server *server_open(struct service *s, int fd, bool any_host, struct err *err) MUST_CHECK;
void server_close(struct server *sv);

int server_fd(const struct server *sv);         /* readable when there is work */
int server_timeout_ms(const struct server *sv); /* until a connection times out; -1: none */
void server_step(struct server *sv);

#endif
