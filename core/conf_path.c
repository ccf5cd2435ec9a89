/* conf_path.c - where things are. Source: XDG Base Directory Specification. */
#include "config.h"

#include "core/buf.h"
#include "core/conf_impl.h"
#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PATH_MAX_BYTES 3072

static const char *
home(void)
{
	const char *dir = getenv("HOME");
	const struct passwd *pw;

	if (dir && dir[0] == '/')
		return dir;
	pw = getpwuid(geteuid());
	return pw && pw->pw_dir && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
}

/* "a/b" owned; the specification says that a relative base counts as unset. */
static char *
below(const char *variable, const char *fallback, const char *rest)
{
	const char *base = getenv(variable), *h;
	struct buf path = BUF_INIT(PATH_MAX_BYTES);

	if (base && base[0] == '/')
		buf_addf(&path, "%s/%s", base, rest);
	else if ((h = home()))
		buf_addf(&path, "%s/%s/%s", h, fallback, rest);
	return buf_take(&path); /* "" when it is too long */
}

static char *
join(const char *dir, const char *name)
{
	struct buf path = BUF_INIT(PATH_MAX_BYTES + 64);

	buf_addf(&path, "%s/%s", dir, name);
	return buf_take(&path);
}

static char *
absolute(const char *path)
{
	char cwd[PATH_MAX_BYTES];

	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return mem_strdup(path);
	return join(cwd, path);
}

enum err_code
conf_make_folders(const char *dir, struct err *err)
{
	char *path = mem_strdup(dir);
	enum err_code code = ERR_OK;

	for (char *s = strchr(path + 1, '/'); code == ERR_OK; s = strchr(s + 1, '/')) {
		if (s)
			*s = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			code = err_sys(err, "cannot make the folder %s", path);
		if (!s)
			break;
		*s = '/';
	}
	free(path);
	return code;
}

/* Source: statfs(2), linux/magic.h. */
static const char *
network_name(int fd)
{
	static const struct {
		unsigned long type;
		const char *name;
	} known[] = {
		{ 0x6969, "NFS" },    { 0xFF534D42, "SMB" }, { 0xFE534D42, "SMB" },
		{ 0x517B, "SMB" },    { 0x5346414F, "AFS" }, { 0x00C36400, "Ceph" },
		{ 0x01021997, "9P" }, { 0x564C, "NCP" },
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (((unsigned long)fs.f_type & 0xFFFFFFFF) == known[i].type)
			return known[i].name;
	return NULL;
}

/* Once, before there is a database: later it would only be in the way. */
static void
tell_of_network(const struct conf *c, const char *name)
{
	struct buf text = BUF_INIT(8192);

	if (!name || !c->warn || access(c->paths.database, F_OK) == 0)
		return;
	buf_addf(&text,
		 "%s lies on the network (%s): what is kept there is as safe as its locks; "
		 "XDG_STATE_HOME moves it",
		 c->paths.state_dir, name);
	c->warn(buf_str(&text), c->warn_arg);
	buf_free(&text);
}

/*
 * The state folder holds keys of the sandbox and everything that was sent.
 * Symbolic links are followed: what counts is who owns what they lead to.
 */
static enum err_code
own_folder(const struct conf *c, struct err *err)
{
	const char *dir = c->paths.state_dir, *network;
	struct stat st;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		if (conf_make_folders(dir, err) != ERR_OK)
			return err->code;
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_sys(err, "cannot open the folder %s", dir);
	if (fstat(fd, &st) < 0) {
		close(fd);
		return err_sys(err, "cannot look at the folder %s", dir);
	}
	network = network_name(fd);
	close(fd);
	if (st.st_uid != geteuid()) {
		err_set(err, ERR_CONFIG, "%s belongs to somebody else", dir);
		return err_hint(err, "set XDG_STATE_HOME to a folder of your own");
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		err_set(err, ERR_CONFIG, "others can write to %s", dir);
		return err_hint(err, "run: chmod 700 '%s'", dir);
	}
	tell_of_network(c, network);
	return ERR_OK;
}

enum err_code
conf_paths_init(struct conf *c, const char *config_file, struct err *err)
{
	char **p = c->path;

	p[0] = config_file ? absolute(config_file)
			   : below("XDG_CONFIG_HOME", ".config", "multistage/config.ini");
	p[1] = below("XDG_STATE_HOME", ".local/state", "multistage");
	p[2] = below("XDG_DATA_HOME", ".local/share", "multistage");
	p[3] = join(p[2], "themes");
	p[4] = join(p[1], "multistage.db");
	p[5] = join(p[1], "sender.lock");
	c->paths = (struct conf_paths){ .config_file = p[0],
					.state_dir = p[1],
					.data_dir = p[2],
					.theme_dir = p[3],
					.database = p[4],
					.lock_file = p[5] };
	for (size_t i = 0; i < ARRAY_LEN(c->path); i++)
		if (p[i][0] != '/') {
			err_set(err, ERR_CONFIG,
				"there is no home folder, or its path is too long");
			return err_hint(err, "set HOME to an absolute path");
		}
	return own_folder(c, err);
}

const char *
conf_key_path(struct conf *c)
{
	const char *named = conf_get(c, CONF_KEY_FILE);
	char name[64];

	if (*named)
		return named;
	if (!c->key_path) {
		snprintf(name, sizeof(name), "multistage/%s.key", conf_get(c, CONF_PROFILE));
		c->key_path = below("XDG_CONFIG_HOME", ".config", name);
	}
	return c->key_path;
}

void
conf_paths_done(struct conf *c)
{
	for (size_t i = 0; i < ARRAY_LEN(c->path); i++) {
		free(c->path[i]);
		c->path[i] = NULL;
	}
	free(c->key_path);
	c->key_path = NULL;
	c->paths = (struct conf_paths){ .config_file = NULL };
}
