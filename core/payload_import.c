/* payload_import.c - bytes to a draft. All of it is looked at before any of it
 * is taken, so a refused file changes nothing. */
#include "config.h"

#include "core/payload.h"

#include "core/json.h"

#include <string.h>

bool
payload_is_whole(const struct json_span *value)
{
	if (value->type != JSON_NUMBER)
		return false;
	for (size_t i = 0; i < value->n; i++)
		if (strchr(".eE", value->p[i]))
			return false;
	return true;
}

/* The row that a scanned key names, or FIELD_COUNT. */
static enum field_id
find_key(const struct json_span *key)
{
	struct buf plain = BUF_INIT(key->n);
	enum field_id f;

	json_unescape(&plain, key);
	f = field_find(buf_str(&plain), plain.len);
	buf_free(&plain);
	return f;
}

bool
payload_extra(const struct draft *d, struct buf *object, struct json_span *value)
{
	struct json_iter it = { 0 };
	struct err err = ERR_INIT;

	buf_adds(object, "{");
	buf_adds(object, draft_extra(d));
	buf_adds(object, "}");
	if (object->full || json_scan(object->p, object->len, value, NULL, &err) != ERR_OK)
		return false;
	while (json_each(value, &it))
		if (find_key(&it.key) != FIELD_COUNT)
			return false;
	return true;
}

struct import {
	const char *text;
	const struct json_place *from; /* where in its file the text begins; may be NULL */
	struct err *err;
};

/* Refuse what stands at p, in a field of the table or (FIELD_COUNT) outside. */
static enum err_code
refuse(const struct import *im, enum field_id f, const char *p, enum err_code code, const char *why)
{
	struct json_place place;

	json_place_at(im->text, (size_t)(p - im->text), &place);
	json_place_from(&place, im->from);
	if (f == FIELD_COUNT)
		return err_set(im->err, code, "line %d, column %d: %s", place.line, place.col, why);
	err_set(im->err, code, "line %d, column %d: %s %s", place.line, place.col, fields[f].name,
		why);
	im->err->field = fields[f].name;
	return code;
}

/* Has the value, with its escapes undone, more bytes than a draft keeps of one? */
static bool
too_big(const struct json_span *value)
{
	struct buf plain = BUF_INIT(DRAFT_VALUE_MAX);
	bool full;

	if (value->n <= DRAFT_VALUE_MAX || value->type != JSON_STRING)
		return value->n > DRAFT_VALUE_MAX;
	json_unescape(&plain, value);
	full = plain.full;
	buf_free(&plain);
	return full;
}

static enum err_code
check_strings(const struct import *im, enum field_id f, const struct json_span *value)
{
	struct json_iter it = { 0 };
	size_t count = 0;

	if (value->type != JSON_ARRAY)
		return refuse(im, f, value->p, ERR_PARSE, "must be an array of strings");
	while (json_each(value, &it)) {
		if (it.value.type != JSON_STRING)
			return refuse(im, f, it.value.p, ERR_PARSE, "may hold only strings");
		if (too_big(&it.value))
			return refuse(im, f, it.value.p, ERR_TOO_BIG, "has an item past 1 MB");
		if (++count > DRAFT_ITEMS_MAX)
			return refuse(im, f, it.value.p, ERR_TOO_BIG, "has too many items");
	}
	return ERR_OK;
}

/* Can the field hold this value? null is no value. */
static enum err_code
check_value(const struct import *im, enum field_id f, const struct json_span *value)
{
	if (value->type == JSON_NULL)
		return ERR_OK;
	if (fields[f].emit == EMIT_STRINGS)
		return check_strings(im, f, value);
	if (too_big(value))
		return refuse(im, f, value->p, ERR_TOO_BIG, "is larger than 1 MB");
	if (fields[f].emit == EMIT_STRING)
		return value->type == JSON_STRING
			       ? ERR_OK
			       : refuse(im, f, value->p, ERR_PARSE, "must be a string");
	if (fields[f].kind == FIELD_OBJECT)
		return value->type == JSON_OBJECT
			       ? ERR_OK
			       : refuse(im, f, value->p, ERR_PARSE, "must be an object");
	if (fields[f].kind == FIELD_FLAG)
		return value->type == JSON_BOOL
			       ? ERR_OK
			       : refuse(im, f, value->p, ERR_PARSE, "must be true or false");
	return payload_is_whole(value)
		       ? ERR_OK
		       : refuse(im, f, value->p, ERR_PARSE, "must be a whole number");
}

static void
take_strings(struct draft *d, enum field_id f, const struct json_span *value)
{
	struct json_iter it = { 0 };
	struct buf plain = BUF_INIT(DRAFT_VALUE_MAX);

	draft_edit_begin(d, f);
	for (size_t i = 0; json_each(value, &it); i++) {
		buf_clear(&plain);
		json_unescape(&plain, &it.value);
		draft_item_add(d, f, i, buf_str(&plain), plain.len);
	}
	draft_edit_end(d);
	buf_free(&plain);
}

static void
take_value(struct draft *d, enum field_id f, const struct json_span *value)
{
	struct buf plain = BUF_INIT(DRAFT_VALUE_MAX);

	if (value->type == JSON_NULL) {
		/* not given */
	} else if (fields[f].emit == EMIT_STRINGS) {
		take_strings(d, f, value);
	} else if (fields[f].emit == EMIT_STRING) {
		json_unescape(&plain, value);
		draft_set(d, f, buf_str(&plain), plain.len);
	} else {
		draft_set(d, f, value->p, value->n);
	}
	buf_free(&plain);
}

static void
take_all(struct draft *d, const struct json_span *object)
{
	struct json_iter it = { 0 };
	struct buf extra = BUF_INIT(2 * PAYLOAD_IMPORT_MAX);

	for (enum field_id f = 0; f < FIELD_COUNT; f++)
		draft_clear(d, f);
	while (json_each(object, &it)) {
		enum field_id f = find_key(&it.key);

		if (f < FIELD_COUNT) {
			take_value(d, f, &it.value);
			continue;
		}
		if (extra.len > 0)
			buf_adds(&extra, ",");
		buf_add(&extra, it.key.p, it.key.n);
		buf_adds(&extra, ": ");
		buf_add(&extra, it.value.p, it.value.n);
	}
	draft_set_extra(d, buf_str(&extra), extra.len);
	draft_forget_steps(d);
	buf_free(&extra);
}

enum err_code
payload_import_from(struct draft *d, const char *text, size_t n, const struct json_place *from,
		    struct err *err)
{
	struct import im = { .text = text, .from = from, .err = err };
	struct json_span object;
	struct json_iter it = { 0 };

	if (n > PAYLOAD_IMPORT_MAX)
		return err_set(err, ERR_TOO_BIG, "%zu bytes; at most %u are read", n,
			       PAYLOAD_IMPORT_MAX);
	if (json_scan_from(text, n, from, &object, NULL, err) != ERR_OK)
		return err->code;
	if (object.type != JSON_OBJECT)
		return refuse(&im, FIELD_COUNT, object.p, ERR_PARSE,
			      "a payload is one JSON object");
	while (json_each(&object, &it)) {
		enum field_id f = find_key(&it.key);

		if (f < FIELD_COUNT && check_value(&im, f, &it.value) != ERR_OK)
			return err->code;
	}
	take_all(d, &object);
	return ERR_OK;
}

enum err_code
payload_import(struct draft *d, const char *text, size_t n, struct err *err)
{
	return payload_import_from(d, text, n, NULL, err);
}
