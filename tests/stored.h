/* stored.h - a store of its own for a test; what goes wrong fails the test. */
#ifndef TESTS_STORED_H
#define TESTS_STORED_H

#include "core/store.h"

struct store *stored_open(const char *path);
/* The account of key at api.scale.com. */
int64_t stored_target(struct store *s, const char *key);
/* A store that knows this account at this address. */
struct store *stored_for(const char *path, const char *url, const char *key);
/* Fails the test with the error's words. */
void stored_good(enum err_code code, const struct err *err);

#endif
