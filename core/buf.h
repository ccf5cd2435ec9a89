/* buf.h - a growing byte string with a ceiling. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * p is never NULL after the first add and always ends in '\0'; use
 * buf_str() to read it at any time. A buffer that would pass max keeps
 * what it has, sets full, and ignores later adds: check full once, at
 * the end. Out of memory ends the program (mem.h).
 */
struct buf {
	char *p;    /* owned */
	size_t len; /* bytes, without the final '\0' */
	size_t cap; /* bytes allocated */
	size_t max; /* bytes allowed; required, never 0 */
	bool full;
	bool secret; /* set at the start: memory is wiped before it is given back */
};

#define BUF_INIT(limit)        \
	{                      \
		.max = (limit) \
	}

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *buf_take(struct buf *b);            /* the string, free(3); b is empty again */
void buf_clear(struct buf *b);            /* keeps the memory */
void buf_free(struct buf *b);             /* as BUF_INIT() left it */
const char *buf_str(const struct buf *b); /* borrowed until the next add */

#endif
