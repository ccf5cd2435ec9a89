/* file.h - whole files, read and written in one go. */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include "core/buf.h"
#include "core/err.h"

#include <stddef.h>

/*
 * Add all that fd gives to out. name is for the message.
 * Errors: ERR_SYS, ERR_TOO_BIG when out has no room for it; out keeps what it got.
 */
enum err_code file_read(int fd, const char *name, struct buf *out, struct err *err) MUST_CHECK;

/* Open path, which may be a pipe, and read it. Errors: as file_read(). */
enum err_code file_read_path(const char *path, struct buf *out, struct err *err) MUST_CHECK;

/* Write all n bytes. Errors: ERR_SYS; some of them may be there then. */
enum err_code file_write(int fd, const char *name, const void *bytes, size_t n,
			 struct err *err) MUST_CHECK;

/* What stands behind the last slash of path; borrowed from it. */
const char *file_name(const char *path);

#endif
