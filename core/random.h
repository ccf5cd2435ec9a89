/* random.h - ids that nobody guesses and nobody makes twice. */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fill p with n random bytes. Source: getrandom(2). */
void random_bytes(void *p, size_t n);

/* 2 * n lower-case hexadecimal digits for n random bytes, and a NUL. n: RANDOM_HEX_MAX at most. */
#define RANDOM_HEX_MAX 32
void random_hex(char *out, size_t n);

/* "ms-" and 26 characters of Crockford base 32 (130 bits), NUL-terminated. */
#define RANDOM_ID_SIZE 30
void random_id(char out[RANDOM_ID_SIZE]);
bool random_id_is(const char *s); /* has it this form? */

#endif
