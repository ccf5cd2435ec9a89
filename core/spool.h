/* spool.h - bytes put aside: in memory while they are few, else in a file without a name.
 *
 * The file is 0600 in a folder of the caller's, 0700, and is gone when it is closed, also
 * after a kill. First all is written, then all is read, as often as wanted.
 */
#ifndef CORE_SPOOL_H
#define CORE_SPOOL_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool;

/* dir is copied; nothing is made there before it is needed. Owned by the caller. */
struct spool *spool_new(const char *dir);
void spool_free(struct spool *s); /* NULL is fine */

/* Add n bytes. Errors: ERR_SYS (the disk), with a hint. */
enum err_code spool_put(struct spool *s, const void *bytes, size_t n, struct err *err) MUST_CHECK;

/* Read from the first byte on. Errors: as spool_put(), for what was not written yet. */
enum err_code spool_rewind(struct spool *s, struct err *err) MUST_CHECK;
/* The next n bytes, all of them. Errors: ERR_SYS; also when there are not so many. */
enum err_code spool_get(struct spool *s, void *out, size_t n, struct err *err) MUST_CHECK;

#endif
