/* dying.h - clients that go away in the middle of what they do. */
#ifndef TESTS_DYING_H
#define TESTS_DYING_H

#include "tests/raw.h"

#include <stdint.h>

/* Connect, do some part of a request with the test key, and be gone: closed or reset, before
 * or after the answer. *random chooses, and moves on. False if no connection was to be had. */
bool dying_client(const struct raw *r, uint32_t *random);

#endif
