/* secret.h - memory that holds a secret, and the process around it.
 *
 * Pages of their own: kept out of swap (as far as RLIMIT_MEMLOCK allows) and out of core
 * dumps, read as zeros by a forked child, wiped when they are given back. What else holds
 * a secret for a moment is wiped by who made it, with explicit_bzero(3).
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include <stddef.h>

/* n bytes, zeroed; dies when there is no memory. secret_free() wipes them; NULL is fine. */
void *secret_new(size_t n);
char *secret_copy(const char *s);
void secret_free(void *p);

/*
 * The value of an environment variable, secret_free(); NULL if it is not set. The variable
 * is gone afterwards and its bytes are overwritten: /proc/PID/environ shows the first ones
 * for as long as the process lives. So are those of further variables of that name.
 */
char *secret_take_env(const char *name);

/* No core dumps, no debugger, /proc/PID closed to others of this user. */
void secret_close_process(void);

#endif
