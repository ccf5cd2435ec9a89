/* admin.h - what stands behind /_sandbox/...: the token, the faults, the record. */
#ifndef SANDBOX_ADMIN_H
#define SANDBOX_ADMIN_H

#include "core/err.h"

#include <stdbool.h>

struct service;

/*
 * Make them, with the rules of a story (NULL: none). The token is new each time, unless
 * $MULTISTAGE_SANDBOX_ADMIN is one. tls: rules that need plain bytes are refused.
 * Errors: those of story_read().
 */
enum err_code admin_open(struct service *s, const char *story, bool tls,
			 struct err *err) MUST_CHECK;
void admin_close(struct service *s);

#endif
