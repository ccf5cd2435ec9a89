/* server.h - HTTP: libmicrohttpd in, a handler of the route table, JSON out.
 *
 * No thread: server_step() does what can be done now. Requests that are complete wait
 * suspended until the step has read what there is; then all of them run in one
 * transaction, a savepoint each, and the replies leave after its commit. So one write
 * to the disk serves many, and nobody hears "200" of what is not on it.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "core/err.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

/* What became of one request. Strings are borrowed. */
struct server_report {
	const char *method;
	const char *target; /* raw, as it came: never shown as it is */
	int status;
	bool left; /* the whole reply was taken */
	bool committed;
	bool known_key, is_test;
	size_t bytes;           /* of the reply's body */
	int64_t started_ms, ms; /* monotonic */
};

struct server_options {
	bool any_host;          /* do not look at the Host header (unix sockets) */
	unsigned connections;   /* at most; others wait in the backlog */
	size_t max_body;        /* bytes; more is a 413. A file upload has its own limit */
	int64_t patience_ms;    /* for a request to come in and its reply to be taken */
	const char *cert, *key; /* PEM text for TLS, or NULL */
	void (*report)(void *arg, const struct server_report *report); /* may be NULL */
	void *report_arg;
};

/* fd: a listening socket, closed by server_close(). s is borrowed. Errors: ERR_SYS. */
struct server *server_open(struct service *s, int fd, const struct server_options *o,
			   struct err *err) MUST_CHECK;
void server_close(struct server *sv);

/* Take no more connections and no further request on those that there are; replies go on
 * to leave in server_step(). */
void server_stop(struct server *sv);
bool server_owes(const struct server *sv); /* a reply to a complete request has not left */

int server_fd(const struct server *sv);         /* readable when there is work */
int server_timeout_ms(const struct server *sv); /* until there is work anyway; -1: never */
void server_step(struct server *sv);

#endif
