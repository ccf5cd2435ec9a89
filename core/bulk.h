/* bulk.h - many tasks made ready to be queued in one go.
 *
 * They are checked and encoded as they come and put aside (spool.h), so that all of them
 * are known to be good before the first is queued and the store is locked only to write.
 */
#ifndef CORE_BULK_H
#define CORE_BULK_H

#include "core/check.h"
#include "core/draft.h"
#include "core/err.h"
#include "core/store.h"

#include <stdbool.h>
#include <stddef.h>

struct bulk;

/* dir: a folder of ours, 0700, for what is put aside; copied. Owned by the caller. */
struct bulk *bulk_new(const char *dir);
void bulk_free(struct bulk *b); /* NULL is fine */

/*
 * Add a draft as item of the run. c: its check, up to date; with errors in it the draft is
 * refused. made_id: its unique_id was made for this and is not the person's; when the run
 * is repeated the one that was stored counts. Errors: ERR_RULE, ERR_TOO_BIG, ERR_SYS.
 */
enum err_code bulk_add(struct bulk *b, const struct draft *d, const struct check *c, long item,
		       bool made_id, struct err *err) MUST_CHECK;
size_t bulk_count(const struct bulk *b);

/* Name of a run of exactly these payloads in this order, whatever unique_ids were made for
 * them: "payloads-" and 32 hex. */
#define BULK_NAME_SIZE 42
void bulk_name(const struct bulk *b, char out[BULK_NAME_SIZE]);

/* Read them again from the first on. _next: item, payload, sha256, unique_id, made_id and what
 * the board shows go into r, which is from outbox_row_init(); *more = false behind the last. */
enum err_code bulk_rewind(struct bulk *b, struct err *err) MUST_CHECK;
enum err_code bulk_next(struct bulk *b, struct outbox_row *r, bool *more,
			struct err *err) MUST_CHECK;

#endif
