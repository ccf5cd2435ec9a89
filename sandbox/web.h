/* web.h - the sandbox's outgoing HTTP: GET and POST through libcurl, no thread.
 *
 * libcurl is loaded with the first call (core/http_late.h). It tells which sockets to
 * watch; an epoll descriptor of our own holds them all, so any loop can drive us.
 * No redirect is followed, no proxy asked; a call ends after 10 s at the latest.
 */
#ifndef SANDBOX_WEB_H
#define SANDBOX_WEB_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

#define WEB_TIMEOUT_MS 10000

struct web;

struct web *web_open(struct err *err) MUST_CHECK; /* NULL: ERR_SYS */
void web_close(struct web *w);                    /* calls that run are given up */

/* Does this http(s) URL name this machine: 127.0.0.0/8, ::1 or localhost? One with user
 * info does not, nor one that two readers could take for different hosts. */
bool web_is_here(const char *url);

struct web_call { /* all copied */
	const char *url;
	const char *body; /* JSON, POSTed; NULL: GET */
	const char *auth; /* value of scale-callback-auth, or NULL */
	size_t keep;      /* bytes of an answer of status 200; more fails. 0: none are kept */
	bool anywhere;    /* else a connection to another machine is refused */
};

struct web_answer {
	void *arg;        /* as web_start() got it */
	long status;      /* 0: no whole answer came, why says it */
	const char *data; /* NUL-terminated; borrowed until the next web_next() */
	size_t n;
	const char *type; /* Content-Type, "" without; borrowed like data */
	const char *why;  /* "" after a whole answer; borrowed like data */
};

/* Errors: ERR_SYS (no libcurl), ERR_NET. Nothing was sent then. */
enum err_code web_start(struct web *w, const struct web_call *call, void *arg,
			struct err *err) MUST_CHECK;
/* Take one call that has ended; false when there is none. */
bool web_next(struct web *w, struct web_answer *out);
bool web_has_answer(const struct web *w); /* web_next() would take one */

int web_fd(const struct web *w);         /* readable when there is work */
int web_timeout_ms(const struct web *w); /* until there is work anyway; -1: never */
void web_step(struct web *w);

#endif
