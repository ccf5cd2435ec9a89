/* test.h - what every test file needs, in the order cmocka wants it. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Whole file as a string; the caller frees. Fails the test if it is missing. */
char *test_read(const char *path);

/* tests/NAME in the source tree; static storage. */
const char *test_data(const char *name);

/* Compare with tests/NAME. With MS_BLESS=1 write the file instead. */
void test_golden(const char *name, const char *got);

#endif
