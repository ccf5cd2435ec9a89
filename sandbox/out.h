/* out.h - the JSON of replies, written straight into a buffer.
 *
 * Commas take care of themselves. key is NULL for an item of an array and for
 * the outermost value. Strings must be UTF-8; everything in the database is.
 */
#ifndef SANDBOX_OUT_H
#define SANDBOX_OUT_H

#include "core/buf.h"

#include <stdint.h>

void out_open(struct buf *b, const char *key, char bracket); /* '{' or '[' */
void out_close(struct buf *b, char bracket);
void out_text(struct buf *b, const char *key, const char *s, size_t n);
void out_str(struct buf *b, const char *key, const char *s);
void out_json(struct buf *b, const char *key, const char *json, size_t n); /* as it is */
void out_int(struct buf *b, const char *key, int64_t value);
void out_bool(struct buf *b, const char *key, bool value);
void out_time(struct buf *b, const char *key, int64_t wall_ms); /* 2024-01-16T21:03:33.166Z */

#endif
