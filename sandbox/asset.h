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
#define ASSET_MAX_BYTES  (80u << 20) /* Source: API reference, file endpoints */
#define ASSET_PART_BYTES 65536
#define ASSET_SCHEME     "scaledata://"

struct asset {
	int64_t seq, part_bytes;
	int64_t size; /* -1: its bytes are not here */
	char id[ASSET_ID_SIZE];
	char type[128];  /* for the header */
	char secret[33]; /* what opens it without a key */
};

/* The file with this id. False: this side of the account has none. */
bool asset_find(struct service *s, bool is_test, const char *id, struct asset *out);
/* The file with this scaledata:// address. */
bool asset_find_url(struct service *s, bool is_test, const char *url, struct asset *out);

/* Up to n bytes from at on into buf; 0 behind the end, or if they are gone. */
size_t asset_read(struct db *db, const struct reply_asset *a, int64_t at, char *buf, size_t n);

/* Store one part; all are of ASSET_PART_BYTES but the last. */
void asset_add_part(struct db *db, int64_t seq, size_t part, const void *data, size_t n);

/* type/subtype, maybe with parameters, that can stand in a header. */
bool asset_is_type(const char *s);

/* The address where the client of rq gets the bytes without a key. The caller frees. */
char *asset_address(const struct request *rq, const struct asset *a);

/* Reply with the object of this row. */
void asset_reply(struct service *s, int64_t seq, struct reply *rp);

#endif
