/* http_xfer.h - one request on its way, and its answer. Private to http.c. */
#ifndef CORE_HTTP_XFER_H
#define CORE_HTTP_XFER_H

#include "core/buf.h"
#include "core/err.h"
#include "core/http.h"
#include "core/http_parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

struct http_xfer {
	CURL *easy;
	struct curl_slist *headers;
	curl_mime *mime;
	int file;                  /* descriptor, -1 if none */
	char *sent;                /* owned; the body, borrowed by libcurl */
	struct buf body;           /* of the answer */
	size_t header_bytes;       /* of the answer */
	char why[CURL_ERROR_SIZE]; /* libcurl's words, "" if none */
	int64_t started;           /* monotonic ms */
	bool begun;                /* a connection stood, TLS and all: the request may be out */
	struct http_reply reply;
	struct http_xfer *next;
};

/* Copies all of req; opens its file. Owned by the caller. Errors: ERR_NET, ERR_SYS, ERR_TOO_BIG. */
struct http_xfer *http_xfer_new(const struct http_conf *conf, const struct http_request *req,
				struct err *err) MUST_CHECK;
void http_xfer_free(struct http_xfer *x); /* not while a multi handle holds it */

#endif
