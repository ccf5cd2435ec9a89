/* spool.c - see spool.h. */
#include "config.h"

#include "core/spool.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/mem.h"
#include "core/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IN_MEMORY (1u << 20) /* bytes; past it a file is made */

struct spool {
	char *dir;       /* owned */
	int fd;          /* -1: all is in memory */
	struct buf near; /* what was put and not written; all of it without a file */
	size_t at;       /* of near or block: read so far */
	uint64_t size, left;
	char block[65536]; /* read ahead, have bytes */
	size_t have;
};

struct spool *
spool_new(const char *dir)
{
	struct spool *s = mem_alloc(sizeof(*s));

	s->dir = mem_strdup(dir);
	s->fd = -1;
	s->near = (struct buf)BUF_INIT(2 * IN_MEMORY);
	return s;
}

void
spool_free(struct spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	buf_free(&s->near);
	free(s->dir);
	free(s);
}

/* A file with a name, for file systems that cannot do without; the name goes at once. */
static int
open_named(const char *dir)
{
	char path[4096], word[17];
	int fd;

	random_hex(word, 8);
	if (snprintf(path, sizeof(path), "%s/spool-%s", dir, word) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static enum err_code
flush(struct spool *s, struct err *err)
{
	if (s->fd < 0) {
		s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (s->fd < 0)
			s->fd = open_named(s->dir);
		if (s->fd < 0)
			return err_sys(err, "making a file in %s", s->dir);
	}
	if (file_write(s->fd, s->dir, buf_str(&s->near), s->near.len, err) != ERR_OK) {
		err_hint(err, "the payloads are put aside there; make room and try again");
		return err->code;
	}
	buf_clear(&s->near);
	return ERR_OK;
}

enum err_code
spool_put(struct spool *s, const void *bytes, size_t n, struct err *err)
{
	const char *p = bytes;

	s->size += n;
	while (n > 0) {
		size_t part = n < IN_MEMORY ? n : IN_MEMORY;

		buf_add(&s->near, p, part);
		p += part;
		n -= part;
		if (s->near.len >= IN_MEMORY && flush(s, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code
spool_rewind(struct spool *s, struct err *err)
{
	s->at = s->have = 0;
	s->left = s->size;
	if (s->fd < 0)
		return ERR_OK;
	if (s->near.len > 0 && flush(s, err) != ERR_OK)
		return err->code;
	if (lseek(s->fd, 0, SEEK_SET) < 0)
		return err_sys(err, "reading what was put aside");
	return ERR_OK;
}

static enum err_code
read_on(struct spool *s, struct err *err)
{
	ssize_t n;

	do
		n = read(s->fd, s->block, sizeof(s->block));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "reading what was put aside");
	s->at = 0;
	s->have = (size_t)n;
	return ERR_OK;
}

enum err_code
spool_get(struct spool *s, void *out, size_t n, struct err *err)
{
	char *to = out;

	if (n > s->left)
		return err_set(err, ERR_SYS, "less was put aside than is asked for");
	s->left -= n;
	if (s->fd < 0 && n > 0) {
		memcpy(to, s->near.p + s->at, n);
		s->at += n;
		return ERR_OK;
	}
	while (n > 0) {
		size_t part = s->have - s->at < n ? s->have - s->at : n;

		memcpy(to, s->block + s->at, part);
		s->at += part;
		to += part;
		n -= part;
		if (n == 0)
			break;
		if (read_on(s, err) != ERR_OK)
			return err->code;
		if (s->have == 0)
			return err_set(err, ERR_SYS, "what was put aside has become shorter");
	}
	return ERR_OK;
}
