/* row.h - a draft as a row of the outbox. */
#ifndef CORE_ROW_H
#define CORE_ROW_H

#include "core/draft.h"
#include "core/err.h"
#include "core/payload.h"
#include "core/store.h"

/*
 * The exact bytes that will leave, scanned once more as JSON, their sha256, the unique_id,
 * and what the board shows before the service has said a word; of the rest of r nothing
 * is touched. p does the encoding and may do the next, too. Errors: ERR_RULE (err.field),
 * ERR_TOO_BIG; r is unchanged then.
 */
enum err_code row_of_draft(struct payload *p, const struct draft *d, struct outbox_row *r,
			   struct err *err) MUST_CHECK;

/* Offset and length of the unique_id in the row's bytes, without its quotes; false if there
 * is none, or one that is spelled with escapes. */
bool row_find_id(const struct outbox_row *r, size_t *at, size_t *n);

/* Put another unique_id of the same length in the place of the row's. False: not possible. */
bool row_put_id(struct outbox_row *r, const char *unique_id);

#endif
