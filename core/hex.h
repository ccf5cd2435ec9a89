/* hex.h - hexadecimal digits. */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include <stddef.h>

/* The n bytes as 2 * n lower-case digits, and a NUL. */
void hex_write(char *out, const void *bytes, size_t n);

/* What the digit stands for; -1 if c is none. */
int hex_digit(char c);

/* The byte that "%XX" at s (NUL-terminated) stands for; -1 if s does not begin so. */
int hex_percent(const char *s);

#endif
