/* http_late.h - libcurl, loaded with the first request.
 * Private to core/http*.c and sandbox/web*.c. */
#ifndef CORE_HTTP_LATE_H
#define CORE_HTTP_LATE_H

#include "core/err.h"

/*
 * Load libcurl. Before this no function of it may be called; afterwards they
 * are called by their own names. Again is nothing. Errors: ERR_SYS with a hint.
 */
enum err_code http_late_load(struct err *err) MUST_CHECK;

#endif
