/* query.h - paths and queries of addresses: percent-encoded, in a buf. */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "core/buf.h"

#include <stddef.h>

/*
 * Add s as one part of a path, or as a value: every byte but the unreserved
 * ones (letters, digits, "-._~") becomes %XX. "." and ".." are encoded too: as they
 * are, somebody on the way may take them for steps. Source: RFC 3986 2.3, 3.3.
 */
void query_escape(struct buf *out, const char *s);

/* Add "?key=value", or "&key=value" when out holds a query already. NULL adds nothing. */
void query_add(struct buf *out, const char *key, const char *value);
void query_add_number(struct buf *out, const char *key, long value);

/* The path of a call: its "%s" replaced by the escaped arg (NULL if it takes none). */
void query_path(struct buf *out, const char *path, const char *arg);

#endif
