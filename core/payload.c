/* payload.c - a draft as bytes. Each field has a fragment in both forms; only
 * fragments of changed fields are written again, so a key typed into the
 * instruction does not touch a thousand attachments. Reading is payload_import.c.
 *
 * The pretty form of a fragment always ends in a comma; whoever reads the last
 * one leaves it off. */
#include "config.h"

#include "core/payload.h"

#include "core/hex.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

struct fragment {
	struct buf wire;   /* "key":value */
	struct buf pretty; /* its lines joined by '\n', with a comma at the end */
	uint32_t *starts;  /* owned: offset of each line in pretty */
	size_t lines, cap;
	bool broken; /* set, but cannot be carried: both forms are empty */
};

struct payload {
	struct fragment at[FIELD_COUNT + 1]; /* the last: members the table does not know */
	unsigned rev[FIELD_COUNT + 1];
	bool fresh;
	enum field_id last;                      /* the last fragment in the bytes */
	bool empty;                              /* no fragment is */
	char sha256[2 * SHA256_DIGEST_SIZE + 1]; /* "" until asked for */
};

struct payload *
payload_new(void)
{
	struct payload *p = mem_alloc(sizeof(*p));

	for (size_t f = 0; f <= FIELD_COUNT; f++)
		p->at[f].wire = p->at[f].pretty = (struct buf)BUF_INIT(PAYLOAD_MAX);
	p->fresh = p->empty = true;
	return p;
}

void
payload_free(struct payload *p)
{
	if (!p)
		return;
	for (size_t f = 0; f <= FIELD_COUNT; f++) {
		buf_free(&p->at[f].wire);
		buf_free(&p->at[f].pretty);
		free(p->at[f].starts);
	}
	free(p);
}

/* --- writing a fragment --- */

/* "key": in both forms. */
static void
begin(struct fragment *fr, const char *name)
{
	buf_addf(&fr->wire, "\"%s\":", name);
	buf_addf(&fr->pretty, "  \"%s\": ", name);
}

static bool
write_string(struct fragment *fr, const struct draft *d, enum field_id f)
{
	const char *text = draft_get(d, f);
	size_t n = draft_len(d, f);

	if (!text_valid(text, n, NULL))
		return false;
	begin(fr, fields[f].name);
	json_quote(&fr->wire, text, n);
	json_quote(&fr->pretty, text, n);
	return true;
}

static bool
write_strings(struct fragment *fr, const struct draft *d, enum field_id f)
{
	size_t count = draft_count(d, f);

	begin(fr, fields[f].name);
	for (size_t i = 0; i < count; i++) {
		const char *text = draft_item(d, f, i);
		size_t n = draft_item_len(d, f, i), from;

		if (!text_valid(text, n, NULL))
			return false;
		buf_adds(&fr->wire, i ? "," : "[");
		buf_adds(&fr->pretty, i ? ",\n    " : "[\n    ");
		from = fr->wire.len;
		json_quote(&fr->wire, text, n);
		if (!fr->wire.full)
			buf_add(&fr->pretty, fr->wire.p + from, fr->wire.len - from);
	}
	buf_adds(&fr->wire, "]");
	buf_adds(&fr->pretty, "\n  ]");
	return true;
}

/* Is text exactly one JSON value that the field may have? */
static bool
may_be_raw(enum field_id f, const char *text, size_t n, struct json_span *value)
{
	struct err err = ERR_INIT;

	if (json_scan(text, n, value, NULL, &err) != ERR_OK)
		return false;
	if (fields[f].kind == FIELD_OBJECT)
		return value->type == JSON_OBJECT;
	if (value->n != n) /* the value is its spelling: no blanks around */
		return false;
	if (fields[f].kind == FIELD_FLAG)
		return value->type == JSON_BOOL;
	return payload_is_whole(value);
}

static bool
write_raw(struct fragment *fr, const struct draft *d, enum field_id f)
{
	struct json_span value;

	if (!may_be_raw(f, draft_get(d, f), draft_len(d, f), &value))
		return false;
	begin(fr, fields[f].name);
	json_compact(&fr->wire, &value);
	json_pretty(&fr->pretty, &value, 1);
	return true;
}

static bool
write_extra(struct fragment *fr, const struct draft *d)
{
	struct buf object = BUF_INIT(PAYLOAD_IMPORT_MAX + 2u);
	struct json_span value;
	struct json_iter it = { 0 };
	bool ok = payload_extra(d, &object, &value);

	while (ok && json_each(&value, &it)) {
		if (fr->wire.len > 0) {
			buf_adds(&fr->wire, ",");
			buf_adds(&fr->pretty, ",\n");
		}
		buf_add(&fr->wire, it.key.p, it.key.n);
		buf_adds(&fr->wire, ":");
		json_compact(&fr->wire, &it.value);
		buf_adds(&fr->pretty, "  ");
		buf_add(&fr->pretty, it.key.p, it.key.n);
		buf_adds(&fr->pretty, ": ");
		json_pretty(&fr->pretty, &it.value, 1);
	}
	buf_free(&object);
	return ok;
}

static bool
is_set(const struct draft *d, enum field_id f)
{
	return f == FIELD_COUNT ? draft_extra(d)[0] != '\0' : draft_is_set(d, f);
}

static bool
write_field(struct fragment *fr, const struct draft *d, enum field_id f)
{
	if (f == FIELD_COUNT)
		return write_extra(fr, d);
	switch (fields[f].emit) {
	case EMIT_STRING: return write_string(fr, d, f);
	case EMIT_STRINGS: return write_strings(fr, d, f);
	case EMIT_RAW: return write_raw(fr, d, f);
	}
	return false;
}

static void
add_line(struct fragment *fr, size_t start)
{
	if (fr->lines == fr->cap) {
		fr->cap = fr->cap ? fr->cap * 2 : 8;
		fr->starts = mem_grow(fr->starts, fr->cap, sizeof(*fr->starts));
	}
	fr->starts[fr->lines++] = (uint32_t)start;
}

static void
encode(struct fragment *fr, const struct draft *d, enum field_id f)
{
	const char *p, *end;

	buf_clear(&fr->wire);
	buf_clear(&fr->pretty);
	fr->lines = 0;
	fr->broken = false;
	if (!is_set(d, f))
		return;
	fr->broken = !write_field(fr, d, f);
	buf_adds(&fr->pretty, ",");
	if (fr->broken || fr->wire.full || fr->pretty.full) {
		fr->broken = true;
		buf_clear(&fr->wire);
		buf_clear(&fr->pretty);
		return;
	}
	add_line(fr, 0);
	end = fr->pretty.p + fr->pretty.len;
	for (p = fr->pretty.p; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		add_line(fr, (size_t)(p + 1 - fr->pretty.p));
}

void
payload_update(struct payload *p, const struct draft *d)
{
	bool changed = false;

	for (enum field_id f = 0; f <= FIELD_COUNT; f++) {
		if (!p->fresh && p->rev[f] == draft_rev(d, f))
			continue;
		p->rev[f] = draft_rev(d, f);
		encode(&p->at[f], d, f);
		changed = true;
	}
	p->fresh = false;
	if (!changed)
		return;
	p->sha256[0] = '\0';
	p->empty = true;
	for (enum field_id f = 0; f <= FIELD_COUNT; f++) {
		if (p->at[f].wire.len > 0) {
			p->last = f;
			p->empty = false;
		}
	}
}

/* --- reading it --- */

enum field_id
payload_broken(const struct payload *p)
{
	enum field_id f = 0;

	while (f < FIELD_COUNT && !p->at[f].broken)
		f++;
	return f;
}

/*
 * The bytes in order, in pieces: "{", a fragment or a comma, "}". Start with
 * piece 0; false at the end.
 */
static bool
piece(const struct payload *p, size_t i, const char **text, size_t *n)
{
	const struct fragment *fr = &p->at[(i - 1) / 2 % (FIELD_COUNT + 1)];

	if (i == 0 || i == 2 * (FIELD_COUNT + 1) + 1) {
		*text = i == 0 ? "{" : "}";
		*n = 1;
	} else if (i > 2 * (FIELD_COUNT + 1)) {
		return false;
	} else if (i % 2 == 1) {
		*text = buf_str(&fr->wire);
		*n = fr->wire.len;
	} else {
		*text = ",";
		*n = fr->wire.len > 0 && fr != &p->at[p->last];
	}
	return true;
}

size_t
payload_size(const struct payload *p)
{
	size_t size = 0, n;
	const char *text;

	for (size_t i = 0; piece(p, i, &text, &n); i++)
		size += n;
	return size;
}

void
payload_wire(const struct payload *p, struct buf *out)
{
	size_t n;
	const char *text;

	for (size_t i = 0; piece(p, i, &text, &n); i++)
		buf_add(out, text, n);
}

const char *
payload_sha256(struct payload *p)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	size_t n;
	const char *text;

	if (p->sha256[0])
		return p->sha256;
	sha256_init(&ctx);
	for (size_t i = 0; piece(p, i, &text, &n); i++)
		sha256_update(&ctx, n, (const uint8_t *)text);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_write(p->sha256, digest, sizeof(digest));
	return p->sha256;
}

size_t
payload_lines(const struct payload *p)
{
	size_t lines = 2;

	for (size_t f = 0; f <= FIELD_COUNT; f++)
		lines += p->at[f].lines;
	return lines;
}

bool
payload_line(const struct payload *p, size_t line, struct payload_line *out)
{
	if (line == 0) {
		*out = (struct payload_line){ "{", 1, FIELD_COUNT };
		return true;
	}
	line--;
	for (enum field_id f = 0; f <= FIELD_COUNT; f++) {
		const struct fragment *fr = &p->at[f];

		if (line < fr->lines) {
			size_t start = fr->starts[line];
			size_t end = line + 1 < fr->lines ? fr->starts[line + 1] - 1u
							  : fr->pretty.len - (f == p->last);

			*out = (struct payload_line){ fr->pretty.p + start, end - start, f };
			return true;
		}
		line -= fr->lines;
	}
	if (line > 0)
		return false;
	*out = (struct payload_line){ "}", 1, FIELD_COUNT };
	return true;
}

void
payload_span_lines(const struct payload *p, enum field_id f, size_t *first, size_t *count)
{
	*first = 1;
	for (enum field_id i = 0; i < f; i++)
		*first += p->at[i].lines;
	*count = p->at[f].lines;
}

void
payload_span_wire(const struct payload *p, enum field_id f, size_t *at, size_t *n)
{
	*at = 1;
	for (enum field_id i = 0; i < f; i++)
		if (p->at[i].wire.len > 0)
			*at += p->at[i].wire.len + 1;
	*n = p->at[f].wire.len;
}

void
payload_pretty(const struct payload *p, struct buf *out)
{
	buf_adds(out, "{\n");
	for (enum field_id f = 0; f <= FIELD_COUNT; f++) {
		const struct buf *text = &p->at[f].pretty;

		if (text->len == 0)
			continue;
		buf_add(out, text->p, text->len - (f == p->last));
		buf_adds(out, "\n");
	}
	buf_adds(out, "}\n");
}

enum err_code
payload_bytes(struct payload *p, struct buf *out, char sha256[65], struct err *err)
{
	enum field_id broken = payload_broken(p);

	if (broken < FIELD_COUNT) {
		err_set(err, ERR_RULE, "%s cannot be sent as it stands", fields[broken].name);
		err->field = fields[broken].name;
		return err_hint(err, "correct it; the checks say what is wrong");
	}
	if (p->at[FIELD_COUNT].broken) {
		err_set(err, ERR_RULE, "the members from the imported file cannot be sent");
		return err_hint(err, "import the file again");
	}
	if (payload_size(p) > PAYLOAD_MAX)
		return err_set(err, ERR_TOO_BIG, "the payload has %zu bytes, more than %u",
			       payload_size(p), PAYLOAD_MAX);
	payload_wire(p, out);
	if (sha256)
		snprintf(sha256, 65, "%s", payload_sha256(p));
	return ERR_OK;
}

enum err_code
payload_of_draft(const struct draft *d, struct buf *out, char sha256[65], struct err *err)
{
	struct payload *p = payload_new();
	enum err_code code;

	payload_update(p, d);
	code = payload_bytes(p, out, sha256, err);
	payload_free(p);
	return code;
}
