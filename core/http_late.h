/* http_late.h - libcurl, loaded with the first request.
 * Private to core/http*.c and sandbox/web*.c. */
#ifndef CORE_HTTP_LATE_H
#define CORE_HTTP_LATE_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Load libcurl. Before this no function of it may be called; afterwards they
 * are called by their own names. Again is nothing. Errors: ERR_SYS with a hint.
 */
enum err_code http_late_load(struct err *err) MUST_CHECK;

/*
 * Give these to the OpenSSL that libcurl brought, before its first use; afterwards, and
 * with another TLS library, it is nothing. False then. Source: OPENSSL_malloc(3).
 */
bool http_late_crypto(void *(*m)(size_t, const char *, int),
		      void *(*r)(void *, size_t, const char *, int),
		      void (*f)(void *, const char *, int));

#endif
