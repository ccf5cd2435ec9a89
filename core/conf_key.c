/* conf_key.c - the API key: where it comes from and what it may be.
 *
 * The first source that is configured counts; when it fails, that is an error and not a
 * reason to try the next one.
 */
#include "config.h"

#include "core/conf_impl.h"
#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREDENTIAL   "scale_api_key" /* Source: systemd.exec(5), LoadCredential= */
#define KEY_FILE_MAX 1023            /* bytes */

/* key: secret_new(); taken over. */
static void
adopt(struct conf *c, char *key, const char *origin)
{
	secret_free(c->key);
	c->key = key;
	snprintf(c->key_origin, sizeof(c->key_origin), "%s", origin);
	c->key_known = true;
}

void
conf_key_set(struct conf *c, const char *key, const char *origin)
{
	adopt(c, secret_copy(key), origin); /* before the old one goes: it may be that */
}

void
conf_key_done(struct conf *c)
{
	secret_free(c->key);
	c->key = NULL;
	c->key_known = false;
}

void
conf_key_from_environment(struct conf *c)
{
	char *key = secret_take_env(CONF_KEY_VARIABLE);

	if (!key || !*key) { /* empty counts as unset */
		secret_free(key);
		return;
	}
	adopt(c, key, CONF_KEY_VARIABLE);
	c->key_from_env = true;
}

enum err_code
conf_key_fd(struct conf *c, const char *number, struct err *err)
{
	size_t n = strspn(number, "0123456789");
	long fd = n && n < 9 && !number[n] ? strtol(number, NULL, 10) : -1;

	if (fd < 0 || fd == STDOUT_FILENO || fd == STDERR_FILENO) {
		err_set(err, ERR_CONFIG, "--key-fd \"%.20s\" is no descriptor to read from",
			number);
		return err_hint(err, "use 0 or a number from 3, as in --key-fd 3 3<FILE");
	}
	/* No child of ours shall read it. */
	if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0) {
		err_sys(err, "--key-fd %ld", fd);
		err->code = ERR_CONFIG;
		return err_hint(err, "open it for this program, as in --key-fd 3 3<FILE");
	}
	c->key_fd = (int)fd;
	return ERR_OK;
}

/* No colon: the key is a user name of HTTP Basic. Source: RFC 7617 2. */
enum err_code
conf_key_check(const char *key, const char *origin, struct err *err)
{
	size_t n = strlen(key), bad = 0;

	while (bad < n && key[bad] > ' ' && key[bad] < 0x7F && key[bad] != ':')
		bad++;
	if (n >= CONF_KEY_MIN && n <= CONF_KEY_MAX && bad == n)
		return ERR_OK;
	if (n == 0)
		err_set(err, ERR_CONFIG, "%s holds no key", origin);
	else if (bad < n)
		err_set(err, ERR_CONFIG, "%s: byte %zu cannot be part of a key", origin, bad + 1);
	else
		err_set(err, ERR_CONFIG, "%s: a key has %d to %d characters, not %zu", origin,
			CONF_KEY_MIN, CONF_KEY_MAX, n);
	return err_hint(err, "copy it again from the dashboard: one line such as live_..., "
			     "without blanks");
}

void
conf_key_line(char *text, size_t n, char *out, size_t size)
{
	/* A NUL would end the key early and unseen; no key holds the byte it becomes. */
	for (char *at = text; (at = memchr(at, '\0', n - (size_t)(at - text))); at++)
		*at = '\1';
	snprintf(out, size, "%.*s", (int)strcspn(text, "\r\n"), text);
}

/* Read at most size - 1 bytes of an open file. False if there is more, or it cannot be read. */
static bool
read_all(int fd, char *out, size_t size, size_t *len)
{
	size_t n = 0;
	ssize_t got = 1;

	while (n < size && got > 0) {
		got = read(fd, out + n, size - n);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	*len = n < size ? n : 0;
	out[*len] = '\0';
	return got == 0 && n < size;
}

/* A final newline is fine, a second line is not a key file of ours. what: "key file /x". */
static enum err_code
take_from(struct conf *c, int fd, const char *what, struct err *err)
{
	char text[KEY_FILE_MAX + 1], key[KEY_FILE_MAX + 1];
	enum err_code code = ERR_OK;
	size_t n = 0, end;

	if (!read_all(fd, text, sizeof(text), &n))
		code = err_set(err, ERR_CONFIG, "%s is too long or cannot be read", what);
	conf_key_line(text, n, key, sizeof(key));
	end = strcspn(text, "\r\n");
	if (code == ERR_OK && text[end + strspn(text + end, "\r\n")])
		code = err_set(err, ERR_CONFIG, "%s has more than one line", what);
	if (code != ERR_OK)
		err_hint(err, "it must hold the key and nothing else");
	else if ((code = conf_key_check(key, what, err)) == ERR_OK)
		conf_key_set(c, key, what);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(key, sizeof(key));
	return code;
}

/* May others put another file in its place? Not where the sticky bit keeps them off. */
bool
conf_key_is_open(const char *path, char *folder, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (slash)
		snprintf(folder, size, "%.*s", slash > path ? (int)(slash - path) : 1, path);
	else
		snprintf(folder, size, ".");
	return stat(folder, &st) == 0 && (st.st_mode & 022) && !(st.st_mode & S_ISVTX);
}

/*
 * ours: the file is the person's own, so it must be theirs alone. What systemd
 * lays out belongs to root and is opened to the service by an access list.
 */
static enum err_code
from_file(struct conf *c, const char *path, bool ours, struct err *err)
{
	char what[300], folder[4096];
	struct stat st;
	enum err_code code = ERR_OK;
	/* O_NONBLOCK: a FIFO must not keep us. The checks are on the descriptor. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		err_sys(err, "cannot open key file %s", path);
		err->code = ERR_CONFIG;
		return err_hint(err, "put the key there with mode 600, or set SCALE_API_KEY");
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		code = err_set(err, ERR_CONFIG, "key file %s is not a regular file", path);
	} else if (ours && st.st_uid != geteuid()) {
		code = err_set(err, ERR_CONFIG, "key file %s belongs to somebody else", path);
		err_hint(err, "copy it to a file of your own with mode 600");
	} else if (st.st_mode & (ours ? 077 : 007)) {
		code = err_set(err, ERR_CONFIG, "others can read key file %s", path);
		err_hint(err, "run: chmod 600 '%s'", path);
	} else if (ours && conf_key_is_open(path, folder, sizeof(folder))) {
		code = err_set(err, ERR_CONFIG, "others can replace key file %s", path);
		err_hint(err, "run: chmod go-w '%s'", folder);
	} else {
		snprintf(what, sizeof(what), "key file %s", path);
		code = take_from(c, fd, what, err);
	}
	close(fd);
	return code;
}

/* The descriptor of --key-fd, once: what it gave is gone. */
static enum err_code
from_fd(struct conf *c, struct err *err)
{
	char what[32];
	enum err_code code;

	snprintf(what, sizeof(what), "--key-fd %d", c->key_fd);
	code = take_from(c, c->key_fd, what, err);
	close(c->key_fd);
	c->key_fd = -1;
	return code;
}

static enum err_code
from_command(struct conf *c, struct err *err)
{
	char key[CONF_KEY_PRINT + 1], origin[80];
	enum err_code code;

	code = conf_command(&(struct conf_command){ .command = conf_get(c, CONF_KEY_COMMAND),
						    .wait_ms = CONF_KEY_WAIT,
						    .warn = c->warn,
						    .arg = c->warn_arg },
			    key, sizeof(key), err);
	if (code != ERR_OK)
		return code;
	snprintf(origin, sizeof(origin), "key_command (%.50s)", conf_origin(c, CONF_KEY_COMMAND));
	code = conf_key_check(key, origin, err);
	if (code == ERR_OK)
		conf_key_set(c, key, origin);
	explicit_bzero(key, sizeof(key));
	return code;
}

/* $CREDENTIALS_DIRECTORY/scale_api_key if it is there. */
static bool
credential(char *path, size_t size)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	int n;

	if (!dir || dir[0] != '/')
		return false;
	n = snprintf(path, size, "%s/%s", dir, CREDENTIAL);
	return n > 0 && (size_t)n < size && access(path, F_OK) == 0;
}

/* Words for a key that is nowhere. */
static enum err_code
no_key(const struct conf *c, struct err *err)
{
	err_set(err, ERR_AUTH, "there is no API key");
	return err_hint(err,
			"run multistage auth login; or set SCALE_API_KEY, or key_command or "
			"key_file in %.100s; multistage --sandbox needs none",
			c->paths.config_file);
}

/* Named on the command line: the latest word, and safe to say there. */
static bool
is_named(const struct conf *c)
{
	return c->key_fd >= 0 ||
	       (*conf_get(c, CONF_KEY_FILE) && c->item[CONF_KEY_FILE].rank == RANK_FLAG);
}

static enum err_code
from_first_source(struct conf *c, bool named, struct err *err)
{
	const char *file = conf_get(c, CONF_KEY_FILE);
	char path[1024];

	if (c->key_fd >= 0)
		return from_fd(c, err);
	if (named)
		return from_file(c, file, true, err);
	if (credential(path, sizeof(path)))
		return from_file(c, path, false, err);
	if (*conf_get(c, CONF_KEY_COMMAND))
		return from_command(c, err);
	if (*file || access(conf_key_path(c), F_OK) == 0)
		return from_file(c, conf_key_path(c), true, err);
	return no_key(c, err);
}

enum err_code
conf_key(struct conf *c, const char **key, const char **origin, struct err *err)
{
	bool named = is_named(c) && !c->sandbox;
	enum err_code code = ERR_OK;

	if (named && c->key_from_env) {
		c->key_known = false;
		c->key_from_env = false;
	}
	if (!c->key_known)
		code = from_first_source(c, named, err);
	else if (!c->sandbox)
		code = conf_key_check(c->key, c->key_origin, err);
	if (code != ERR_OK)
		return code;
	*key = c->key;
	*origin = c->key_origin;
	return ERR_OK;
}

enum key_mode
conf_key_mode(const struct conf *c, const char *key)
{
	size_t n = strlen(key);

	if (c->sandbox)
		return KEY_SANDBOX;
	/* Source: scale-api 2, from the test-suite of the official client. */
	if (strncmp(key, "test_", 5) == 0 || (n >= 5 && strcmp(key + n - 5, "|test") == 0))
		return KEY_TEST;
	return KEY_LIVE;
}
