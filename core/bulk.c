/* bulk.c - see bulk.h. */
#include "config.h"

#include "core/bulk.h"

#include "core/hex.h"
#include "core/mem.h"
#include "core/payload.h"
#include "core/row.h"
#include "core/spool.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

struct bulk {
	struct spool *spool;
	struct payload *payload;
	struct outbox_row row;
	struct sha256_ctx ctx; /* of all so far */
	size_t count, left;
};

struct aside { /* what stands before the bytes of one */
	long item;
	int priority;
	bool made_id;
	char sha256[65];
	size_t n[5]; /* payload, unique_id, project, batch, tags */
};

struct bulk *
bulk_new(const char *dir)
{
	struct bulk *b = mem_alloc(sizeof(*b));

	b->spool = spool_new(dir);
	b->payload = payload_new();
	outbox_row_init(&b->row);
	sha256_init(&b->ctx);
	return b;
}

void
bulk_free(struct bulk *b)
{
	if (!b)
		return;
	spool_free(b->spool);
	payload_free(b->payload);
	outbox_row_done(&b->row);
	free(b);
}

static void
digest(struct bulk *b, const void *bytes, size_t n)
{
	uint64_t length = n;

	sha256_update(&b->ctx, sizeof(length), (const uint8_t *)&length);
	sha256_update(&b->ctx, n, bytes);
}

/* The name of the run leaves out the ids that we made: they are new each time. */
static void
count_in(struct bulk *b, const struct outbox_row *r)
{
	size_t at, n;

	if (r->made_id && row_find_id(r, &at, &n)) {
		digest(b, r->payload, at);
		digest(b, r->payload + at + n, r->payload_len - at - n);
	} else {
		digest(b, r->payload, r->payload_len);
	}
	b->count++;
}

static enum err_code
put_aside(struct bulk *b, const struct outbox_row *r, struct err *err)
{
	const char *const part[5] = { r->payload, r->unique_id, r->project, r->batch, r->tags };
	struct aside a = { .item = r->item, .priority = r->priority, .made_id = r->made_id };

	memcpy(a.sha256, r->sha256, sizeof(a.sha256));
	a.n[0] = r->payload_len;
	for (size_t i = 1; i < ARRAY_LEN(part); i++)
		a.n[i] = strlen(part[i]);
	if (spool_put(b->spool, &a, sizeof(a), err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		if (spool_put(b->spool, part[i], a.n[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code
bulk_add(struct bulk *b, const struct draft *d, const struct check *c, long item, bool made_id,
	 struct err *err)
{
	struct outbox_row *r = &b->row;

	if (check_errors(c) > 0)
		return err_set(err, ERR_RULE, "it has %zu errors", check_errors(c));
	if (!draft_is_set(d, FIELD_UNIQUE_ID))
		return err_set(err, ERR_RULE, "without a unique_id it could be made twice");
	if (row_of_draft(b->payload, d, r, err) != ERR_OK)
		return err->code;
	r->item = item;
	r->made_id = made_id;
	count_in(b, r);
	return put_aside(b, r, err);
}

size_t
bulk_count(const struct bulk *b)
{
	return b->count;
}

void
bulk_name(const struct bulk *b, char out[BULK_NAME_SIZE])
{
	static const char word[] = "payloads-";
	struct sha256_ctx ctx = b->ctx;
	uint8_t sum[16];

	sha256_digest(&ctx, sizeof(sum), sum);
	memcpy(out, word, sizeof(word) - 1);
	hex_write(out + sizeof(word) - 1, sum, sizeof(sum));
}

enum err_code
bulk_rewind(struct bulk *b, struct err *err)
{
	b->left = b->count;
	return spool_rewind(b->spool, err);
}

static enum err_code
get(struct bulk *b, char **member, size_t n, struct err *err)
{
	char *text = mem_alloc(n + 1);

	if (spool_get(b->spool, text, n, err) != ERR_OK) {
		free(text);
		return err->code;
	}
	free(*member);
	*member = text;
	return ERR_OK;
}

enum err_code
bulk_next(struct bulk *b, struct outbox_row *r, bool *more, struct err *err)
{
	char **part[5] = { &r->payload, &r->unique_id, &r->project, &r->batch, &r->tags };
	struct aside a;

	*more = b->left > 0;
	if (!*more)
		return ERR_OK;
	b->left--;
	if (spool_get(b->spool, &a, sizeof(a), err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		if (get(b, part[i], a.n[i], err) != ERR_OK)
			return err->code;
	r->item = a.item;
	r->priority = a.priority;
	r->made_id = a.made_id;
	r->payload_len = a.n[0];
	memcpy(r->sha256, a.sha256, sizeof(r->sha256));
	return ERR_OK;
}
