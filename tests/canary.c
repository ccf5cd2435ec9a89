/* canary.c - see canary.h. Not with the masking code of the program: that is under test. */
#include "config.h"

#include "tests/canary.h"

#include "tests/test.h"

#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX  (256u << 20) /* bytes of a file that is looked into */
#define FORM_SIZE 80
#define KEY_MAX   256

struct form {
	const char *what;
	char text[FORM_SIZE];
	bool any_case;
};

static struct form forms[8];
static size_t form_count;

static void
add(const char *what, const char *text, size_t n, bool any_case)
{
	struct form *f = &forms[form_count++];

	f->what = what;
	f->any_case = any_case;
	snprintf(f->text, sizeof(f->text), "%.*s", (int)n, text);
}

/* As it looks when so many bytes stand in front of it: those characters that it alone makes. */
static void
add_base64(size_t before)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	size_t first = (8 * before + 5) / 6, end = 8 * (before + strlen(CANARY)) / 6;
	char text[FORM_SIZE];

	for (size_t i = first; i < end; i++) {
		unsigned value = 0;

		for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
			unsigned char byte = (unsigned char)CANARY[bit / 8 - before];

			value = value << 1 | (byte >> (7 - bit % 8) & 1u);
		}
		text[i - first] = digits[value];
	}
	add("base 64", text, end - first, false);
}

static void
make_forms(void)
{
	char hex[FORM_SIZE] = "", percent[FORM_SIZE] = "";
	size_t n = 0, m = 0;

	if (form_count)
		return;
	for (const char *c = CANARY; *c; c++) {
		n += (size_t)snprintf(hex + n, sizeof(hex) - n, "%02x", (unsigned)*c);
		m += (size_t)snprintf(percent + m, sizeof(percent) - m, "%%%02X", (unsigned)*c);
	}
	add("plain", CANARY, strlen(CANARY), false);
	for (size_t before = 0; before < 3; before++)
		add_base64(before);
	add("hex", hex, n, true);
	add("percent", percent, m, true);
}

/* As memmem(3), in any case of letters. */
static bool
has_any_case(const char *p, size_t n, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= n; i++)
		if (tolower((unsigned char)p[i]) == tolower((unsigned char)text[0]) &&
		    strncasecmp(p + i, text, len) == 0)
			return true;
	return false;
}

const char *
canary_in(const void *bytes, size_t n)
{
	make_forms();
	for (size_t i = 0; i < form_count; i++)
		if (forms[i].any_case
			    ? has_any_case(bytes, n, forms[i].text)
			    : memmem(bytes, n, forms[i].text, strlen(forms[i].text)) != NULL)
			return forms[i].what;
	return NULL;
}

/* One word that could be a key, and a newline. */
static bool
is_key_file(const char *bytes, size_t n)
{
	if (n && bytes[n - 1] == '\n')
		n--;
	if (n > KEY_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~' || bytes[i] == ':')
			return false;
	return true;
}

/* All bytes of a file, free(3); NULL when they cannot be read. Files of proc(5) tell no size. */
static char *
read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *data = NULL;
	size_t cap = 0;
	ssize_t got = 1;

	*n = 0;
	while (fd >= 0 && got > 0 && *n < FILE_MAX) {
		if (*n + 65536 > cap)
			data = realloc(data, cap = cap ? 2 * cap : 1u << 18);
		assert_non_null(data);
		got = read(fd, data + *n, 65536);
		*n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	return data;
}

static int
look_into(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	const char *what;
	size_t n = 0;
	char *data;
	int hit = 0;

	(void)kind;
	(void)at;
	if (!S_ISREG(st->st_mode))
		return 0;
	data = read_file(path, &n);
	what = data ? canary_in(data, n) : NULL;
	if (what && !is_key_file(data, n)) {
		fprintf(stderr, "canary: the key stands in %s (%s)\n", path, what);
		hit = 1;
	}
	free(data);
	return hit;
}

bool
canary_sweep(const char *folder)
{
	return nftw(folder, look_into, 16, FTW_PHYS) != 1;
}

static void
look_at(pid_t pid, const char *name)
{
	char path[64];
	const char *what;
	size_t n = 0;
	char *data;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	data = read_file(path, &n); /* not of a process that has ended, or is closed to us */
	what = data ? canary_in(data, n) : NULL;
	free(data);
	if (what)
		fail_msg("the key stands in %s (%s)", path, what);
}

void
canary_process(pid_t pid, bool env)
{
	look_at(pid, "cmdline");
	if (env)
		look_at(pid, "environ");
}
