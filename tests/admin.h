/* admin.h - the paths that only the sandbox has, for tests that make it fail. */
#ifndef TESTS_ADMIN_H
#define TESTS_ADMIN_H

#include "tests/raw.h"

#define ADMIN_TOKEN "let me in"

/* Sandboxes that start after this take ADMIN_TOKEN. */
void admin_prepare(void);

/* A call with the token; the answer must be 200. */
void admin_call(const struct raw *r, const char *method, const char *target, const char *body,
		struct answer *a);
/* Replace all faults by this JSON array of rules. */
void admin_faults(const struct raw *r, const char *rules);
/* Move the clock ahead. */
void admin_advance(const struct raw *r, const char *span);
/* The last request to path as the record has it: value of a key of it; "-" if none. */
void admin_recorded(const struct raw *r, const char *path, const char *key, char out[256]);

/* A connection to the sandbox at http://127.0.0.1:PORT. */
int admin_tcp(const char *url);
/* Send one request on a connection of its own and take all that comes until its end, even
 * if that is no HTTP. Owned; *n: bytes. *reset (may be NULL): it ended in a reset. */
char *admin_talk(int fd, const char *key, const char *method, const char *target, const char *body,
		 size_t *n, bool *reset);
/* Only send it. */
void admin_send(int fd, const char *key, const char *method, const char *target, const char *body);

#endif
