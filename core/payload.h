/* payload.h - the bytes of POST /v1/task/multistage, in two forms, with spans.
 *
 * One encoder. wire: compact, what is hashed, stored and sent. pretty: the
 * same members one a line, for reading. Fragments are kept per field and only
 * those of changed fields are encoded again. Unset fields are left out.
 * A field that cannot be carried exactly (metadata that is no JSON object,
 * ill-formed UTF-8) is not in the bytes and payload_broken() names it.
 */
#ifndef CORE_PAYLOAD_H
#define CORE_PAYLOAD_H

#include "core/draft.h"
#include "core/json.h"

#include <stdbool.h>
#include <stddef.h>

#define PAYLOAD_MAX        (64u << 20) /* bytes; larger is ERR_TOO_BIG */
#define PAYLOAD_IMPORT_MAX (16u << 20) /* bytes of a file to import */
#define PAYLOAD_WARN_BYTES 1000000     /* scale-api 13 row 23 */

struct payload;

struct payload *payload_new(void); /* owned by the caller */
void payload_free(struct payload *p);
void payload_update(struct payload *p, const struct draft *d);

/* One-shot, for scripts: add the wire bytes; sha256 (may be NULL) gets 64 hex and a NUL.
 * Errors: ERR_RULE with err.field, ERR_TOO_BIG; *out is unchanged then. */
enum err_code payload_of_draft(const struct draft *d, struct buf *out, char sha256[65],
			       struct err *err) MUST_CHECK;

/* The same of p, which was brought up to date with its draft. */
enum err_code payload_bytes(struct payload *p, struct buf *out, char sha256[65],
			    struct err *err) MUST_CHECK;

/* The first field that is not in the bytes although it is set, or FIELD_COUNT. */
enum field_id payload_broken(const struct payload *p);

size_t payload_size(const struct payload *p);                /* wire bytes */
void payload_wire(const struct payload *p, struct buf *out); /* add all wire bytes */
const char *payload_sha256(struct payload *p); /* 64 hex, borrowed until the next update */

/* Pretty form by lines (from 0; the braces are lines too). text is borrowed
 * until the next update, without newline. field: whose line it is, FIELD_COUNT
 * for the braces and for extra members. */
size_t payload_lines(const struct payload *p);
struct payload_line {
	const char *text;
	size_t n;
	enum field_id field;
};
bool payload_line(const struct payload *p, size_t line, struct payload_line *out);

/* First line and number of lines of a field in the pretty form; count 0 if unset. */
void payload_span_lines(const struct payload *p, enum field_id f, size_t *first, size_t *count);
/* Offset and bytes of "key":value in the wire form; n = 0 if unset. */
void payload_span_wire(const struct payload *p, enum field_id f, size_t *at, size_t *n);

/* The whole pretty text with newlines. */
void payload_pretty(const struct payload *p, struct buf *out);

/*
 * Read a payload (one JSON object) into d, which should be fresh: the table's
 * keys become values, unknown keys become draft_extra(); absent, null, "" and []
 * mean unset, also for unique_id. Values are equal afterwards, metadata and
 * unknown members keep their spelling; the order of keys becomes the table's.
 * No undo step is left. Errors: ERR_PARSE with line and column, ERR_TOO_BIG;
 * err.field when a known key holds a value that the form cannot carry. d is
 * unchanged on failure.
 */
enum err_code payload_import(struct draft *d, const char *text, size_t n,
			     struct err *err) MUST_CHECK;
/* The same of a part of a file, which begins there at from: errors tell the file's lines. */
enum err_code payload_import_from(struct draft *d, const char *text, size_t n,
				  const struct json_place *from, struct err *err) MUST_CHECK;

/* draft_extra() with braces added to object, scanned: *value points into it. False if
 * that is no JSON or holds a name of the table, which would then stand twice. */
bool payload_extra(const struct draft *d, struct buf *object, struct json_span *value);

/* Is a scanned value a number spelled without fraction and exponent? */
bool payload_is_whole(const struct json_span *value);

#endif
