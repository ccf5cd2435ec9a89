/* mem.c - see mem.h. */
#include "config.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*restore_terminal)(void);

void
die_hook(void (*restore)(void))
{
	restore_terminal = restore;
}

void
die(const char *fmt, ...)
{
	void (*restore)(void) = restore_terminal;
	va_list ap;

	restore_terminal = NULL; /* a hook that dies must not come back here */
	if (restore)
		restore();
	fputs("multistage: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	fflush(NULL);
	/* Not exit(3): the handlers of a library that asks for memory in the middle of its own
	 * initialisation, as OpenSSL does, wait for its end for ever. */
	_exit(70);
}

static void *
must(void *p)
{
	if (!p)
		die("out of memory; drafts and sent tasks are on disk");
	return p;
}

void *
mem_alloc(size_t size)
{
	return must(calloc(1, size ? size : 1));
}

void *
mem_array(size_t n, size_t size)
{
	return must(calloc(n ? n : 1, size ? size : 1));
}

void *
mem_realloc(void *p, size_t size)
{
	return must(realloc(p, size ? size : 1));
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		die("an array of %zu elements does not fit into memory", n);
	return mem_realloc(p, n * size);
}

char *
mem_strdup(const char *s)
{
	return must(strdup(s));
}

char *
mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	if (n)
		memcpy(p, s, n);
	return p;
}
