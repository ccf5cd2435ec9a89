/* mem.h - memory that is always there, and the one way to end without it.
 *
 * Out of memory ends the program through die(): the draft and the outbox are
 * on disk already. Sizes that come from outside are bounded before they
 * reach these calls (buf.h has the ceilings).
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include "core/err.h"

#include <stddef.h>

void *mem_alloc(size_t size);           /* zeroed; free(3) */
void *mem_array(size_t n, size_t size); /* zeroed; dies on overflow */
void *mem_realloc(void *p, size_t size);
void *mem_grow(void *p, size_t n, size_t size); /* realloc to n elements of size */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n); /* n bytes and a final '\0' */

/* Called once by die() before it prints: restores the terminal. */
void die_hook(void (*restore)(void));

/* Print "multistage: ..." and exit(70). Only for what cannot be survived. */
void die(const char *fmt, ...) PRINTF_LIKE(1, 2) NORETURN;

#endif
