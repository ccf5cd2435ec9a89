/* asset.h - a file that was uploaded: what the API shows of it, and its bytes. */
#ifndef SANDBOX_ASSET_H
#define SANDBOX_ASSET_H

#include "sandbox/db.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSET_ID_SIZE    37
#define ASSET_PART_BYTES 65536
#define ASSET_SCHEME     "scaledata://"

struct asset {
	int64_t seq, part_bytes, size;
	char type[128];  /* for the header */
	char secret[33]; /* what opens it without a key */
};

/* The file with this id (or this scaledata:// address) and its bytes. False: this side of
 * the account has none. */
bool asset_find(struct service *s, bool is_test, const char *id, struct asset *out);
bool asset_find_url(struct service *s, bool is_test, const char *url, struct asset *out);

/* Up to n bytes from at on into buf; 0 behind the end, or if they are gone. */
size_t asset_read(struct db *db, const struct asset *f, int64_t at, char *buf, size_t n);

/* Reply with the object of this row. */
void asset_reply(struct service *s, int64_t seq, struct reply *rp);

#endif
