/* web_xfer.h - one outgoing call and every setting of libcurl for it. Private to web.c. */
#ifndef SANDBOX_WEB_XFER_H
#define SANDBOX_WEB_XFER_H

#include "core/buf.h"
#include "core/err.h"
#include "sandbox/web.h"

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

struct web_xfer {
	CURL *easy;
	struct curl_slist *headers;
	char *body;      /* owned, borrowed by libcurl; NULL: GET */
	struct buf data; /* of the answer */
	bool keeps;      /* the data is wanted */
	bool anywhere;
	bool head_ended;     /* the empty line behind the headers came */
	size_t header_bytes; /* of the answer */
	long status;
	char type[128]; /* Content-Type of the answer, "" without */
	char why[CURL_ERROR_SIZE];
	void *arg;
	struct web_xfer *next;
};

struct web_xfer *web_xfer_new(const struct web_call *call, struct err *err) MUST_CHECK;
void web_xfer_free(struct web_xfer *x); /* not while a multi handle holds it */

/* The transfer is over: set status and why. */
void web_xfer_judge(struct web_xfer *x, CURLcode result);

#endif
