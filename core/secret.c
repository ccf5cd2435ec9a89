/* secret.c - see secret.h. Sources: mlock(2), madvise(2), prctl(2), proc(5). */
#include "config.h"

#include "core/secret.h"

#include "core/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define ALIGN 16 /* bytes in front of what is given out; a multiple of any alignment */

extern char **environ;

/* In the first bytes of the pages; the secret follows ALIGN bytes behind their start. */
struct head {
	size_t size; /* of the mapping */
};

void *
secret_new(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size;
	char *p;

	if (n > SIZE_MAX / 2)
		die("a secret of %zu bytes does not fit into memory", n);
	size = (ALIGN + n + page - 1) / page * page;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		die("out of memory; drafts and sent tasks are on disk");
	/* All best effort: mlock needs room under RLIMIT_MEMLOCK. */
	(void)mlock(p, size);
	(void)madvise(p, size, MADV_DONTDUMP);
	(void)madvise(p, size, MADV_WIPEONFORK);
	((struct head *)(void *)p)->size = size;
	return p + ALIGN;
}

char *
secret_copy(const char *s)
{
	size_t n = strlen(s);

	return memcpy(secret_new(n + 1), s, n);
}

void
secret_free(void *secret)
{
	char *p = secret ? (char *)secret - ALIGN : NULL;
	size_t size = p ? ((struct head *)(void *)p)->size : 0;

	if (!size) /* NULL, or in a forked child, whose pages are empty */
		return;
	explicit_bzero(p, size);
	munmap(p, size);
}

/* All bytes behind "NAME=" of every variable of that name. */
static void
overwrite(const char *name)
{
	size_t n = strlen(name);

	for (char **e = environ; e && *e; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			explicit_bzero(*e + n + 1, strlen(*e + n + 1));
}

char *
secret_take_env(const char *name)
{
	const char *value = getenv(name);
	char *copy;

	if (!value)
		return NULL;
	copy = secret_copy(value);
	overwrite(name);
	unsetenv(name);
	return copy;
}

void
secret_close_process(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ .rlim_cur = 0 });
	prctl(PR_SET_DUMPABLE, 0);
}
