/* records.h - the payloads of a file, one after the other.
 *
 * A file is one JSON object, an array of objects, or JSON lines; or several objects that
 * take more than a line each. It is read in pieces: what is kept is the record at hand.
 * Only where a record begins and ends is found here, in one pass; whether it is good JSON
 * and a payload is for records_import() to say, so a bad record does not hide the next one.
 */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "core/draft.h"
#include "core/err.h"
#include "core/json.h"

#include <stdbool.h>
#include <stddef.h>

struct records;

struct record {
	const char *text; /* n bytes; borrowed until the next one */
	size_t n;
	struct json_place at; /* where in the file it begins */
	size_t number;        /* in its file, from 1 */
	bool alone;           /* the file is this one object */
	bool saved;           /* no JSON: a whole draft, as the screen leaves one (draft.h) */
	bool too_big;         /* past PAYLOAD_IMPORT_MAX; text is its beginning */
};

/* file: "-" is stdin, which must be no terminal. Errors: ERR_USAGE, ERR_SYS. */
struct records *records_open(const char *file, struct err *err) MUST_CHECK;
void records_close(struct records *r); /* NULL is fine */

/*
 * The next record; *more = false behind the last. A file without any has one record, which
 * is empty and no payload. Errors: ERR_SYS; ERR_PARSE ("line L, column C: why") when an array
 * is so broken that the rest cannot be told apart.
 */
enum err_code records_next(struct records *r, struct record *rec, bool *more,
			   struct err *err) MUST_CHECK;

/* As payload_import_from(): d is made anew, but for its unique_id of a saved draft. */
enum err_code records_import(const struct record *rec, struct draft **d,
			     struct err *err) MUST_CHECK;

#endif
