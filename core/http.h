/* http.h - many requests at once, no threads of ours, no loop of its own.
 * Private to core: callers outside use session.h and api.h.
 *
 * Only http*.c include curl: http.c drives it, http_setup.c holds every setting,
 * http_words.c says what went wrong; http_url.c and http_head.c need no curl. */
#ifndef CORE_HTTP_H
#define CORE_HTTP_H

#include "core/err.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_FDS_MAX    64          /* sockets libcurl may ask us to watch */
#define HTTP_BODY_MAX   (8u << 20)  /* bytes of one reply; more is ERR_TOO_BIG */
#define HTTP_HEADER_MAX (64u << 10) /* bytes of all reply headers */
#define HTTP_CONNECT_MS 10000
#define HTTP_TOTAL_MS   120000 /* the server may fetch attachments first */

struct http;

struct http_setup {            /* all copied */
	const char *base_url;  /* https://..., or http:// to this machine */
	const char *unix_path; /* socket to connect to instead, or NULL */
	const char *key;       /* the secret; "" for none */
	const char *ca_file;   /* or NULL for the system's */
	const char *proxy;     /* or NULL: https_proxy is honoured for https, never for loopback */
	long total_ms;         /* time for one request; 0 = HTTP_TOTAL_MS */
};

/*
 * Refuses a base URL with user info, another scheme, or plain http to a host
 * that is not this machine. Errors: ERR_CONFIG with a hint, ERR_NET.
 * libcurl itself starts with the first request, not here.
 */
struct http *http_new(const struct http_setup *setup, struct err *err) MUST_CHECK;
void http_free(struct http *h); /* cancels what is in flight */

struct http_request {
	const char *method; /* "GET", "POST", "PUT", "DELETE" */
	const char *path;   /* after the base URL, escaped, with its query */
	const void *body;   /* or NULL */
	size_t body_len;    /* bytes */
	const char *type;   /* Content-Type of body; NULL for application/json */
	const char *file;   /* multipart upload of this path as "file"; body is NULL then */
	const struct http_part {
		const char *name, *value;
	} * parts; /* its other parts */
	size_t part_count;
};

struct http_reply {
	int ticket;          /* what http_send() gave */
	long status;         /* 100..599; 0 if there was no reply */
	const char *body;    /* NUL-terminated; owned by http; valid until the next http_next() */
	size_t body_len;     /* bytes, without the NUL */
	char type[64];       /* Content-Type of the reply, "" if none */
	char request_id[80]; /* x-request-id, "" if none */
	char location_host[128]; /* host of a Location header, "" if none; never followed */
	int64_t retry_after_ms;  /* Retry-After (seconds or date), -1 if none */
	int64_t took_ms;
	int curl;       /* why the transfer ended, by libcurl's numbers; 0 = good */
	bool left;      /* a connection stood: the request may have arrived */
	bool untrusted; /* TLS: the server is not proven to be who it says; nothing left */
	struct err err; /* ERR_OK, ERR_NET (left = false), ERR_UNCONFIRMED, ERR_TOO_BIG */
};

/* Start a request; all of it is copied. now: monotonic ms. Errors: ERR_NET, ERR_SYS (file). */
enum err_code http_send(struct http *h, const struct http_request *req, int64_t now, int *ticket,
			struct err *err) MUST_CHECK;

/* Stop one; it still comes out of http_next(), as ERR_INTERRUPTED. */
void http_cancel(struct http *h, int ticket);

/* The three calls that let any poll(2) loop drive us. */
size_t http_pollfds(const struct http *h, struct pollfd *fds, size_t cap);
int http_timeout(const struct http *h, int64_t now); /* ms; -1 = for ever */
void http_step(struct http *h, const struct pollfd *fds, size_t n, int64_t now);

/* Take one finished request; false when there is none. */
bool http_next(struct http *h, struct http_reply *out);

size_t http_running(const struct http *h);
const char *http_host(const struct http *h); /* of the base URL, for error texts */

#endif
