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

/*
 * Put n bytes into the place of the file at path, all or nothing: a new file beside it, of
 * mode 0600, takes its name when it is on the disk, and the folder follows. Errors: ERR_SYS;
 * what was there is there still.
 */
enum err_code file_replace(const char *path, const void *bytes, size_t n,
			   struct err *err) MUST_CHECK;

/* What stands behind the last slash of path; borrowed from it. */
const char *file_name(const char *path);

#endif
