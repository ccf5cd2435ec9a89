/* receipt.h - what a person can show of a submission: what was asked for, what came of it, and
 * each step of the way.
 *
 * No secret is in it: never a key (the account is known by its fingerprint), not the payload
 * (but its hash and size), and no query of an address, which may be signed.
 */
#ifndef CORE_RECEIPT_H
#define CORE_RECEIPT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/store.h"

#include <stddef.h>
#include <stdint.h>

#define RECEIPT_MAX (16u << 20) /* bytes; enough for any: the last 1000 steps are in it */

struct receipt {
	struct outbox_row row;
	char *base_url;         /* owned */
	char account[13];       /* fingerprint, not the key */
	struct evidence *steps; /* owned, oldest first */
	size_t step_count;
};

void receipt_init(struct receipt *r);
void receipt_done(struct receipt *r);

/* r: fresh from receipt_init() or used before. ERR_NOT_FOUND also for a row of another target. */
enum err_code receipt_load(struct store *s, int64_t target, int64_t seq, struct receipt *r,
			   struct err *err) MUST_CHECK;

/* Add it as lines for a person: UTF-8 without controls but the newlines, fit for any terminal. */
void receipt_text(const struct receipt *r, struct buf *out);
/* Add it as one JSON object, a member a line; what the service wrote is in it as it came. */
void receipt_json(const struct receipt *r, struct buf *out);

/* The JSON as a file, whole or not at all; one that is there is replaced. Errors: ERR_SYS. */
enum err_code receipt_write(const struct receipt *r, const char *path, struct err *err) MUST_CHECK;

#endif
