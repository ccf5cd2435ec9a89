/* scratch.h - a folder of its own for a test, gone afterwards. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stddef.h>

/* cmocka set-up and tear-down: *state is the folder's path, 0700. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* DIR/NAME; one of four buffers taken in turn. */
const char *scratch_path(void *state, const char *name);

/* Make or replace a file of n bytes; fails the test. */
void scratch_write(const char *path, const void *data, size_t n);
/* The bytes of a file, free(3); fails the test. */
char *scratch_read(const char *path, size_t *n);

#endif
