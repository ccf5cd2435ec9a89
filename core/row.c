/* row.c - see row.h. */
#include "config.h"

#include "core/row.h"

#include "core/hex.h"
#include "core/json.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

static void
copy(char **member, const struct draft *d, enum field_id f)
{
	task_set(member, draft_get(d, f), draft_len(d, f));
}

enum err_code
row_of_draft(struct payload *p, const struct draft *d, struct outbox_row *r, struct err *err)
{
	struct buf wire = BUF_INIT(PAYLOAD_MAX), tags = BUF_INIT(DRAFT_VALUE_MAX);

	payload_update(p, d);
	if (payload_bytes(p, &wire, r->sha256, err) ||
	    json_scan(buf_str(&wire), wire.len, NULL, NULL, err)) {
		buf_free(&wire);
		return err->code;
	}
	free(r->payload);
	r->payload_len = wire.len;
	r->payload = buf_take(&wire);
	copy(&r->unique_id, d, FIELD_UNIQUE_ID);
	copy(&r->project, d, FIELD_PROJECT);
	copy(&r->batch, d, FIELD_BATCH);
	for (size_t i = 0; i < draft_count(d, FIELD_TAGS); i++)
		buf_addf(&tags, "%s%s", i ? "\n" : "", draft_item(d, FIELD_TAGS, i));
	free(r->tags);
	r->tags = buf_take(&tags);
	r->priority = (int)strtol(draft_get(d, FIELD_PRIORITY), NULL, 10);
	return ERR_OK;
}

bool
row_find_id(const struct outbox_row *r, size_t *at, size_t *n)
{
	struct json_span top, id;
	struct err err;

	if (json_scan(r->payload, r->payload_len, &top, NULL, &err) ||
	    !json_member(&top, "unique_id", &id) || id.type != JSON_STRING ||
	    memchr(id.p, '\\', id.n))
		return false;
	*at = (size_t)(id.p + 1 - r->payload);
	*n = id.n - 2;
	return true;
}

bool
row_put_id(struct outbox_row *r, const char *unique_id)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	size_t at, n;

	if (!row_find_id(r, &at, &n) || strlen(unique_id) != n)
		return false;
	memcpy(r->payload + at, unique_id, n);
	task_set(&r->unique_id, unique_id, n);
	sha256_init(&ctx);
	sha256_update(&ctx, r->payload_len, (const uint8_t *)r->payload);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_write(r->sha256, digest, sizeof(digest));
	return true;
}
