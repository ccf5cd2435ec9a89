/* shim_mem.c - tests/shim_mem.so: the nth allocation of a program fails; see shim.h.
 *
 * Counted are those that come after the start of the program, whoever asks for them.
 * Source: malloc(3); glibc's malloc(3) under its other name.
 */
#include "config.h"

#include "tests/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static struct shim_page *page;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv(SHIM_ENV);
	struct shim_page *p;
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		page = p;
}

static bool
may(void)
{
	uint32_t n;

	if (!page || page->pid != getpid())
		return true;
	n = __atomic_add_fetch(&page->allocs, 1, __ATOMIC_SEQ_CST);
	if (page->plan.nth == 0 || n < page->plan.nth ||
	    (n > page->plan.nth && page->plan.how != SHIM_STARVE_ON))
		return true;
	page->hit++;
	errno = ENOMEM;
	return false;
}

void *
malloc(size_t size)
{
	return may() ? __libc_malloc(size) : NULL;
}

void *
calloc(size_t n, size_t size)
{
	return may() ? __libc_calloc(n, size) : NULL;
}

void *
realloc(void *p, size_t size)
{
	return may() ? __libc_realloc(p, size) : NULL;
}
