/* draft_save.c - a draft as bytes for the store, and back, exactly.
 *
 *	multistage-draft 1
 *	id 32
 *	0123...
 *	instruction 12        a name, bytes, and after a line end so many bytes
 *	hello world.
 *	attachments[] 2       a list: so many items, each with its own length
 *	22
 *	s3://bucket/frame1.json
 *	...
 *	end 9f86d081884c7d65  FNV-1a of all bytes before this line
 *
 * A newer program raises the version; an older one then refuses the draft. */
#include "config.h"

#include "core/draft.h"
#include "core/draft_impl.h"

#include "core/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAD      "multistage-draft 1\n"
#define EXTRA_MAX (16u << 20) /* bytes of unknown members: a whole imported file */

struct reader {
	const char *p, *start;
	size_t n; /* bytes left */
	struct err *err;
};

/* Source: FNV-1a, 64 bit, draft-eastlake-fnv. Finds damage, not forgery. */
static uint64_t
checksum(const char *p, size_t n)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)p[i]) * 0x100000001b3u;
	return sum;
}

static void
save_text(struct buf *out, const char *name, const char *text, size_t n)
{
	buf_addf(out, "%s %zu\n", name, n);
	buf_add(out, text, n);
	buf_add(out, "\n", 1);
}

void
draft_save(const struct draft *d, struct buf *out)
{
	size_t start = out->len;

	buf_adds(out, HEAD);
	save_text(out, "id", d->id, strlen(d->id));
	save_text(out, "name", d->name, strlen(d->name));
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		const struct value *v = &d->values[f];

		if (v->n > 0)
			save_text(out, fields[f].name, v->text, v->n);
		if (v->count > 0)
			buf_addf(out, "%s[] %zu\n", fields[f].name, v->count);
		for (size_t i = 0; i < v->count; i++) {
			buf_addf(out, "%zu\n", v->items[i]->n);
			buf_add(out, v->items[i]->p, v->items[i]->n);
			buf_add(out, "\n", 1);
		}
	}
	if (d->extra)
		save_text(out, "extra", d->extra, d->extra_n);
	if (!out->full)
		buf_addf(out, "end %016" PRIx64 "\n", checksum(out->p + start, out->len - start));
}

static enum err_code
damaged(struct reader *r, const char *what)
{
	return err_set(r->err, ERR_PARSE, "the saved draft is damaged at byte %zu: %s",
		       (size_t)(r->p - r->start), what);
}

/* Digits up to a line end, at most max. */
static enum err_code
read_size(struct reader *r, size_t max, size_t *size)
{
	size_t value = 0, i = 0;

	while (i < r->n && i < 9 && r->p[i] >= '0' && r->p[i] <= '9')
		value = value * 10 + (size_t)(r->p[i++] - '0');
	if (i == 0 || i >= r->n || r->p[i] != '\n')
		return damaged(r, "no length");
	if (value > max)
		return damaged(r, "a length past the limit");
	r->p += i + 1;
	r->n -= i + 1;
	*size = value;
	return ERR_OK;
}

/* size bytes without NUL and a line end; *p is borrowed from the input. */
static enum err_code
read_bytes(struct reader *r, size_t size, const char **p)
{
	if (size >= r->n || r->p[size] != '\n')
		return damaged(r, "a value is cut off");
	if (memchr(r->p, '\0', size))
		return damaged(r, "a value holds a NUL");
	*p = r->p;
	r->p += size + 1;
	r->n -= size + 1;
	return ERR_OK;
}

static enum err_code
read_list(struct reader *r, struct value *v)
{
	size_t count, size;
	const char *p;

	if (v->count > 0)
		return damaged(r, "a list stands twice");
	if (read_size(r, DRAFT_ITEMS_MAX, &count) != ERR_OK)
		return r->err->code;
	if (count == 0)
		return damaged(r, "an empty list");
	if (count > r->n / 2) /* each item takes two line ends */
		return damaged(r, "a list is cut off");
	v->items = mem_array(count, sizeof(struct item *));
	while (v->count < count) {
		if (read_size(r, DRAFT_VALUE_MAX, &size) != ERR_OK ||
		    read_bytes(r, size, &p) != ERR_OK)
			return r->err->code;
		v->items[v->count++] = draft_item_new(p, size);
	}
	return ERR_OK;
}

static bool
is_id(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= '0' && p[i] <= '9') && !(p[i] >= 'a' && p[i] <= 'f'))
			return false;
	return n == DRAFT_ID_LEN;
}

/* What stands behind the name (n bytes) of a record. */
static enum err_code
read_record(struct reader *r, struct draft *d, const char *name, size_t n)
{
	bool list = n > 2 && memcmp(name + n - 2, "[]", 2) == 0;
	bool extra = n == 5 && memcmp(name, "extra", 5) == 0;
	enum field_id f = field_find(name, list ? n - 2 : n);
	size_t size;
	const char *p;

	if (f < FIELD_COUNT && list != (fields[f].kind == FIELD_LIST))
		return damaged(r, "a value of another kind");
	if (list)
		return f < FIELD_COUNT ? read_list(r, &d->values[f]) : damaged(r, "unknown list");
	if (read_size(r, extra ? EXTRA_MAX : DRAFT_VALUE_MAX, &size) != ERR_OK ||
	    read_bytes(r, size, &p) != ERR_OK)
		return r->err->code;
	if (f < FIELD_COUNT && size > 0 && d->values[f].n == 0) {
		d->values[f].text = mem_strndup(p, size);
		d->values[f].n = size;
	} else if (extra) {
		draft_set_extra(d, p, size);
	} else if (n == 4 && memcmp(name, "name", 4) == 0) {
		char *copy = mem_strndup(p, size);

		draft_set_name(d, copy);
		free(copy);
	} else if (n == 2 && memcmp(name, "id", 2) == 0 && is_id(p, size)) {
		memcpy(d->id, p, size);
	} else {
		return damaged(r, "an unknown record");
	}
	return ERR_OK;
}

/* Are the last line and the sum in it what they should be? Takes them off r. */
static enum err_code
read_end(struct reader *r)
{
	static const size_t size = sizeof("end 0123456789abcdef\n") - 1;
	struct buf want = BUF_INIT(64);
	enum err_code code = ERR_OK;

	if (r->n < size)
		return damaged(r, "it is cut off");
	r->n -= size;
	buf_addf(&want, "end %016" PRIx64 "\n", checksum(r->p, r->n));
	if (memcmp(r->p + r->n, want.p, size) != 0)
		code = damaged(r, "the checksum differs");
	buf_free(&want);
	return code;
}

static enum err_code
read_all(struct reader *r, struct draft *d)
{
	if (r->n < sizeof(HEAD) - 1 || memcmp(r->p, HEAD, sizeof(HEAD) - 1) != 0) {
		err_set(r->err, ERR_PARSE, "this is no saved draft that this version can read");
		return err_hint(r->err, "a newer multistage may have written it");
	}
	if (read_end(r) != ERR_OK)
		return r->err->code;
	r->p += sizeof(HEAD) - 1;
	r->n -= sizeof(HEAD) - 1;
	while (r->n > 0) {
		const char *name = r->p, *blank = memchr(r->p, ' ', r->n < 64 ? r->n : 64);

		if (!blank)
			return damaged(r, "a record without a name");
		r->n -= (size_t)(blank + 1 - name);
		r->p = blank + 1;
		if (read_record(r, d, name, (size_t)(blank - name)) != ERR_OK)
			return r->err->code;
	}
	return d->id[0] ? ERR_OK : damaged(r, "it has no id");
}

struct draft *
draft_load(const char *data, size_t n, struct err *err)
{
	struct reader r = { .p = data, .start = data, .n = n, .err = err };
	struct draft *d = draft_alloc();

	if (read_all(&r, d) != ERR_OK) {
		draft_free(d);
		return NULL;
	}
	d->changes = 0;
	return d;
}
