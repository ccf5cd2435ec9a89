/* file.c - see file.h. */
#include "config.h"

#include "core/file.h"

#include "core/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 65536

enum err_code
file_read(int fd, const char *name, struct buf *out, struct err *err)
{
	char block[BLOCK];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read %s", name);
		buf_add(out, block, (size_t)n);
		if (out->full)
			return err_set(err, ERR_TOO_BIG, "%s is larger than %zu bytes", name,
				       out->max);
	}
	return ERR_OK;
}

enum err_code
file_read_path(const char *path, struct buf *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum err_code code;

	if (fd < 0)
		return err_sys(err, "cannot open %s", path);
	code = file_read(fd, path, out, err);
	close(fd);
	return code;
}

enum err_code
file_write(int fd, const char *name, const void *bytes, size_t n, struct err *err)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_sys(err, "cannot write %s", name);
		p += put;
		n -= (size_t)put;
	}
	return ERR_OK;
}

/* The folder of path, on the disk. */
static enum err_code
sync_folder(const char *path, struct err *err)
{
	size_t n = (size_t)(file_name(path) - path);
	char *folder = n ? mem_strndup(path, n) : mem_strdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err_code code = ERR_OK;

	if (fd < 0 || fsync(fd) < 0)
		code = err_sys(err, "cannot write the folder %s", folder);
	if (fd >= 0)
		close(fd);
	free(folder);
	return code;
}

enum err_code
file_replace(const char *path, const void *bytes, size_t n, struct err *err)
{
	struct buf beside = BUF_INIT(8192);
	enum err_code code;
	int fd;

	buf_addf(&beside, "%s.XXXXXX", path);
	fd = beside.full ? -1 : mkostemp(beside.p, O_CLOEXEC); /* 0600, O_EXCL */
	if (fd < 0) {
		err_sys(err, "cannot make a file beside %s", path);
		buf_free(&beside);
		return err->code;
	}
	code = file_write(fd, path, bytes, n, err);
	if (code == ERR_OK && fsync(fd) < 0)
		code = err_sys(err, "cannot write %s", path);
	if (close(fd) < 0 && code == ERR_OK)
		code = err_sys(err, "cannot write %s", path);
	if (code == ERR_OK && rename(beside.p, path) < 0)
		code = err_sys(err, "cannot replace %s", path);
	if (code != ERR_OK)
		unlink(beside.p);
	buf_free(&beside);
	return code == ERR_OK ? sync_folder(path, err) : code;
}

const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
