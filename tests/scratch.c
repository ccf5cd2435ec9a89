/* scratch.c - see scratch.h. */
#include "config.h"

#include "tests/scratch.h"

#include "tests/canary.h"
#include "tests/test.h"

#include <ftw.h>
#include <unistd.h>

int
scratch_setup(void **state)
{
	char *dir = strdup("/tmp/ms-test-XXXXXX");

	if (!dir || !mkdtemp(dir))
		return -1;
	*state = dir;
	return 0;
}

static int
drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int
scratch_teardown(void **state)
{
	bool clean = canary_sweep(*state);
	int rc = nftw(*state, drop, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return clean ? rc : -1;
}

const char *
scratch_path(void *state, const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", (const char *)state, name);
	return p;
}

void
scratch_write(const char *path, const void *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

char *
scratch_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *data = NULL;
	size_t cap = 1u << 20;

	assert_non_null(f);
	*n = 0;
	do {
		data = realloc(data, cap *= 2);
		assert_non_null(data);
		*n += fread(data + *n, 1, cap - *n, f);
	} while (*n == cap);
	assert_false(ferror(f));
	fclose(f);
	return data;
}
