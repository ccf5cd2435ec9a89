/* file.c - see file.h. */
#include "config.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
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

const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
