/* buf.c - see buf.h. */
#include "config.h"

#include "core/buf.h"

#include "core/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As realloc(3), without a copy left behind. */
static char *
move(struct buf *b, size_t cap)
{
	char *p = mem_alloc(cap);

	if (b->p) {
		memcpy(p, b->p, b->len + 1);
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	return p;
}

static bool
grow(struct buf *b, size_t more)
{
	size_t cap;

	assert(b->max > 0);
	if (b->full || more > b->max - b->len) {
		b->full = true;
		return false;
	}
	if (b->len + more + 1 <= b->cap)
		return true;
	cap = b->cap ? b->cap : 64;
	while (cap < b->len + more + 1)
		cap *= 2;
	b->p = b->secret ? move(b, cap) : mem_realloc(b->p, cap);
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (!grow(b, len))
		return;
	memcpy(b->p + b->len, data, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && grow(b, (size_t)n)) {
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

char *
buf_take(struct buf *b)
{
	char *p = b->p ? b->p : mem_strdup("");

	b->p = NULL;
	buf_free(b);
	return p;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->p)
		b->p[0] = '\0';
}

void
buf_free(struct buf *b)
{
	if (b->secret && b->p)
		explicit_bzero(b->p, b->cap);
	free(b->p);
	*b = (struct buf){ .max = b->max, .secret = b->secret };
}

const char *
buf_str(const struct buf *b)
{
	return b->p ? b->p : "";
}
