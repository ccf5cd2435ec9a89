/* http_parts.h - what the files of http.c share. Private to http*.c. */
#ifndef CORE_HTTP_PARTS_H
#define CORE_HTTP_PARTS_H

#include "core/err.h"
#include "core/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every request of one client has in common; strings owned, NULL when not set. */
struct http_conf {
	char *base_url, *unix_path, *ca_file;
	char *key, *proxy; /* secret_new(): a proxy's URL may hold a password */
	char host[256];    /* of base_url, without the brackets of IPv6 */
	bool https;
	bool here; /* this machine: a loopback address or a unix socket */
	long total_ms;
};

/*
 * Take a base URL apart: http or https, a host of plain ASCII, a port, a path.
 * No user info, query, fragment, blank or trailing slash. Errors: ERR_CONFIG, hint.
 */
enum err_code http_url_check(const char *url, struct http_conf *conf, struct err *err) MUST_CHECK;

/*
 * One line of reply headers, n bytes. A status line forgets what stood before it
 * (a "100 Continue"). wall_ms: now, for Retry-After dates. Source: RFC 9110 10.2.3.
 */
void http_head_line(struct http_reply *r, const char *line, size_t n, int64_t wall_ms);

/* Milliseconds that a Retry-After value asks for, within 1 s .. 1 h; -1 if it says nothing. */
int64_t http_retry_after(const char *value, int64_t wall_ms);

/* --- those with curl; void * is a CURL easy handle --- */

/* libcurl, with an allocator that leaves no key behind in freed memory. Pairs; counted. */
enum err_code http_curl_start(struct err *err) MUST_CHECK;
void http_curl_end(void);

/* Every setting that does not depend on the request. Fails closed. Errors: ERR_NET. */
enum err_code http_settings(void *easy, const struct http_conf *conf, struct err *err) MUST_CHECK;

/*
 * Word the end of a transfer. curl_code: a CURLcode that is not CURLE_OK.
 * left: whether the request may have arrived. detail: libcurl's own text, "" if
 * none; proxy_status: of a CONNECT, 0 if none.
 */
struct http_end {
	int curl_code;
	bool left;
	const char *detail;
	long proxy_status;
};
/* Nothing left because TLS does not prove the server: no later try is better. */
bool http_untrusted(const struct http_end *end);
enum err_code http_word(const struct http_end *end, const struct http_conf *conf, struct err *err);

#endif
