/* child_key.h - the key that the sandbox and its client share. Private to child.c. */
#ifndef CORE_CHILD_KEY_H
#define CORE_CHILD_KEY_H

#include "core/err.h"

#define CHILD_KEY_SIZE 64

/*
 * The key in the file at path, which is made (0600) if there is none: one key for the
 * life of the sandbox's database. key: wipe it. Errors: ERR_SYS, ERR_CONFIG.
 */
enum err_code child_key(const char *path, char key[CHILD_KEY_SIZE], struct err *err) MUST_CHECK;

#endif
