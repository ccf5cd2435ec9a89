/* theme_file.c - where themes are found: the user's folder, the installed one, the program. */
#include "config.h"

#include "tui/theme.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THEME_FILE_MAX (64u << 10)
#define SUFFIX         ".theme"

/* Names are file names without a folder and without surprises. */
static bool
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return n > 0 && n < 32 && s[n] == '\0' && s[0] != '.';
}

static const char *
installed_dir(void)
{
	const char *dir = getenv("MULTISTAGE_THEMES");

	return dir && *dir ? dir : THEME_DIR;
}

/* Text of dir/name.theme, or NULL. A fifo or a folder is no theme. */
static char *
read_file(const char *dir, const char *name)
{
	struct buf text = BUF_INIT(THEME_FILE_MAX);
	struct err ignored = ERR_INIT;
	char path[4096];
	struct stat st;
	bool good;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, name) >= sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !file_read(fd, path, &text, &ignored);
	close(fd);
	if (!good || memchr(buf_str(&text), '\0', text.len)) {
		buf_free(&text);
		return NULL;
	}
	return buf_take(&text);
}

static char *
find_text(const char *name, void *arg)
{
	const char *user_dir = arg;
	char *text = NULL;

	if (!is_name(name))
		return NULL;
	if (user_dir && *user_dir)
		text = read_file(user_dir, name);
	if (!text)
		text = read_file(installed_dir(), name);
	if (!text && theme_built_in(name))
		text = mem_strdup(theme_built_in(name));
	return text;
}

/* "default, dark, ..." as far as it fits. */
static void
join_names(const char *user_dir, char *out, size_t size)
{
	char **names;
	size_t n = theme_list(user_dir, &names), len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (len + strlen(names[i]) + 3 < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "",
						names[i]);
		free(names[i]);
	}
	free(names);
}

enum err_code
theme_load(struct theme *t, const char *name, const char *user_dir, struct err *err)
{
	void *arg = user_dir ? mem_strdup(user_dir) : NULL;
	char *text = find_text(name, arg);
	enum err_code code = ERR_OK;

	if (!text) {
		char list[200];

		join_names(user_dir, list, sizeof(list));
		err_set(err, ERR_CONFIG, "no theme is called \"%.40s\"", name);
		code = err_hint(err, "there are: %s", list);
	} else if (theme_parse(t, name, text, find_text, arg, err)) {
		err->code = code = ERR_CONFIG;
	}
	free(text);
	free(arg);
	return code;
}

struct names {
	char **p;
	size_t n;
};

static void
add_name(struct names *list, const char *name, size_t n)
{
	list->p = mem_grow(list->p, list->n + 1, sizeof(*list->p));
	list->p[list->n++] = mem_strndup(name, n);
}

static void
add_folder(struct names *list, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		size_t n = strlen(e->d_name), end = strlen(SUFFIX);
		char name[32];

		if (n <= end || n - end >= sizeof(name) || strcmp(e->d_name + n - end, SUFFIX) != 0)
			continue;
		memcpy(name, e->d_name, n - end);
		name[n - end] = '\0';
		if (is_name(name))
			add_name(list, name, n - end);
	}
	if (dir)
		closedir(dir);
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

size_t
theme_list(const char *user_dir, char ***names)
{
	struct names list = { NULL, 0 };
	size_t kept = 0;

	for (size_t i = 0; theme_built_in_name(i); i++)
		add_name(&list, theme_built_in_name(i), strlen(theme_built_in_name(i)));
	add_folder(&list, installed_dir());
	if (user_dir && *user_dir)
		add_folder(&list, user_dir);
	qsort(list.p, list.n, sizeof(*list.p), by_name);
	for (size_t i = 0; i < list.n; i++) {
		if (kept > 0 && strcmp(list.p[kept - 1], list.p[i]) == 0)
			free(list.p[i]);
		else
			list.p[kept++] = list.p[i];
	}
	*names = list.p;
	return kept;
}
