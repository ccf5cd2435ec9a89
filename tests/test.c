/* test.c - see test.h. */
#include "config.h"

#include "tests/test.h"

const char *
test_data(const char *name)
{
	static char path[1024];
	const char *root = getenv("MS_SRCDIR");

	snprintf(path, sizeof(path), "%s/tests/%s", root ? root : ".", name);
	return path;
}

char *
test_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	if (!f)
		fail_msg("cannot open %s", path);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	text = calloc(1, (size_t)size + 1);
	assert_int_equal(fread(text, 1, (size_t)size, f), size);
	fclose(f);
	return text;
}

void
test_golden(const char *name, const char *got)
{
	char *want;

	if (getenv("MS_BLESS")) {
		FILE *f = fopen(test_data(name), "wb");
		assert_non_null(f);
		fputs(got, f);
		fclose(f);
		return;
	}
	want = test_read(test_data(name));
	if (strcmp(want, got) != 0)
		fprintf(stderr, "--- want %s\n%s--- got\n%s--- (MS_BLESS=1 accepts it)\n", name,
			want, got);
	assert_string_equal(want, got);
	free(want);
}
