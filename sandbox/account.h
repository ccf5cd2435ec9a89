/* account.h - the keys that open the account, and which side each one opens. */
#ifndef SANDBOX_ACCOUNT_H
#define SANDBOX_ACCOUNT_H

#include "core/err.h"

#include <stdbool.h>

struct service;

#define ACCOUNT_KEY_SIZE 64

/* Make the two keys of a new database. Errors: ERR_STORE. */
enum err_code account_open(struct service *s, struct err *err) MUST_CHECK;

/* The key that the sandbox made for this side. */
void account_key(struct service *s, bool is_test, char out[ACCOUNT_KEY_SIZE]);

/* The key in an Authorization header (NULL: none), good or not. False: there is none that
 * is short enough to be one. */
#define ACCOUNT_GIVEN_SIZE 256
bool account_key_given(const char *header, char key[ACCOUNT_GIVEN_SIZE]);

enum account_answer { ACCOUNT_NO_KEY, ACCOUNT_WRONG_KEY, ACCOUNT_OPEN };

/* What an Authorization header (NULL: none) opens. Basic with the key as the user's name, or
 * Bearer. Source: API reference, authentication; the Node client uses Bearer. */
enum account_answer account_check(struct service *s, const char *header, bool *is_test);

/* Are the secrets the same, and not empty? It takes as long wherever they differ. */
bool account_same(const char *a, const char *b);

#endif
