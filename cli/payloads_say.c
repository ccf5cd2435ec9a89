/* payloads_say.c - what is to be said about a payload, with its place in its file. */
#include "config.h"

#include "cli/payloads.h"

#include "cli/out.h"

#include "core/field.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

#define JSON_MAX (4u << 20)

static const char *
severity(const struct finding *f)
{
	return f->severity == SEVERITY_ERROR ? "error" : "warning";
}

static const char *
field_name(const struct finding *f)
{
	return f->field < FIELD_COUNT ? fields[f->field].name : "payload";
}

/* The value in the record's text that f is about; the whole record if it is not there. */
static struct json_span
value_of(const struct json_span *object, const struct finding *f)
{
	struct json_span value = *object;
	struct json_iter it = { 0 };

	if (f->field == FIELD_COUNT || !json_member(object, fields[f->field].name, &value))
		return *object;
	if (f->item == FINDING_NO_ITEM || value.type != JSON_ARRAY)
		return value;
	for (size_t i = 0; json_each(&value, &it); i++)
		if (i == f->item)
			return it.value;
	return value;
}

/* Where in the file; line 0 when the file is not JSON. */
static struct json_place
place_of(const struct payload_read *one, const struct finding *f)
{
	const struct record *rec = one->record;
	struct json_place place = { .line = 0 };
	struct json_span object, value;
	struct err err;

	if (rec->saved || json_scan(rec->text, rec->n, &object, NULL, &err) != ERR_OK)
		return place;
	value = value_of(&object, f);
	json_place_at(rec->text, (size_t)(value.p - rec->text), &place);
	/* Metadata are kept as they are spelled, so a place in them is one in the file. */
	if (value.type == JSON_OBJECT && value.p != object.p && f->at <= value.n)
		json_place_at(rec->text, (size_t)(value.p - rec->text) + f->at, &place);
	json_place_from(&place, &rec->at);
	return place;
}

static void
name_place(const struct payload_read *one, const struct json_place *place, char *out, size_t size)
{
	char at[40] = "", number[40] = "";

	if (place->line > 0)
		snprintf(at, sizeof(at), ":%d:%d", place->line, place->col);
	if (!one->record->alone)
		snprintf(number, sizeof(number), ": record %ld", one->number);
	snprintf(out, size, "%.*s%s%s", (int)(size - sizeof(at) - sizeof(number)), one->file, at,
		 number);
}

void
payloads_place(const struct payload_read *one, char *out, size_t size)
{
	name_place(one, &one->record->at, out, size);
}

/* The reader of JSON tells the place in words, which stand in front: take them apart. */
static const char *
split(const struct payload_read *one, struct json_place *place)
{
	int line, col, n = 0;

	*place = one->record->at;
	if (sscanf(one->err.msg, "line %d, column %d: %n", &line, &col, &n) != 2 || n == 0)
		return one->err.msg;
	*place = (struct json_place){ .line = line, .col = col };
	return one->err.msg + n;
}

static void
say_line(const struct payload_read *one, const struct json_place *place, const char *what,
	 const char *msg, const char *hint, payloads_say_fn *say)
{
	char where[512];

	name_place(one, place, where, sizeof(where));
	say("%s: %s: %s%s%s%s", where, what, msg, hint[0] ? " (" : "", hint, hint[0] ? ")" : "");
}

static void
say_finding(const struct payload_read *one, const struct finding *f, payloads_say_fn *say)
{
	struct json_place place = place_of(one, f);
	char what[96], item[32] = "";

	if (f->item != FINDING_NO_ITEM)
		snprintf(item, sizeof(item), "[%zu]", f->item);
	if (place.line == 0 && f->line > 0)
		snprintf(item, sizeof(item), ":%d:%d", f->line, f->col);
	snprintf(what, sizeof(what), "%s%s: %s", field_name(f), item, severity(f));
	say_line(one, &place, what, f->msg, f->hint, say);
}

/* An earlier payload has the unique_id: told as the rules would. */
static struct finding
twice(const struct payload_read *one)
{
	struct finding f = { .field = FIELD_UNIQUE_ID, .item = FINDING_NO_ITEM };

	snprintf(f.msg, sizeof(f.msg), "record %ld has the same", one->twice);
	snprintf(f.hint, sizeof(f.hint), "each task needs one of its own");
	return f;
}

void
payloads_say(const struct payload_read *one, bool warnings, payloads_say_fn *say)
{
	struct json_place place;

	if (one->err.code != ERR_OK) {
		const char *why = split(one, &place);

		say_line(one, &place, "error", why, one->err.hint, say);
		return;
	}
	for (size_t i = 0; i < check_count(one->check); i++) {
		const struct finding *f = check_get(one->check, i);

		if (warnings || f->severity == SEVERITY_ERROR)
			say_finding(one, f, say);
	}
	if (one->twice) {
		struct finding f = twice(one);

		say_finding(one, &f, say);
	}
}

static void
add_finding(const struct payload_read *one, const struct finding *f, struct buf *list)
{
	struct json_place place = place_of(one, f);
	struct buf o = BUF_INIT(JSON_MAX);

	buf_adds(&o, "{");
	out_member(&o, "field", field_name(f));
	out_member(&o, "severity", severity(f));
	if (f->item != FINDING_NO_ITEM)
		out_member_number(&o, "item", (int64_t)f->item);
	out_member_number(&o, "at", (int64_t)f->at);
	if (place.line > 0) {
		out_member_number(&o, "line", place.line);
		out_member_number(&o, "column", place.col);
	}
	out_member(&o, "message", f->msg);
	out_member(&o, "hint", f->hint);
	buf_addf(list, "%s%s}", list->len > 1 ? "," : "", buf_str(&o));
	buf_free(&o);
}

static void
add_error(const struct payload_read *one, struct buf *list)
{
	struct json_place place;
	const char *why = split(one, &place);
	struct buf o = BUF_INIT(JSON_MAX);

	buf_adds(&o, "{");
	out_member(&o, "field", one->err.field ? one->err.field : "payload");
	out_member(&o, "severity", "error");
	out_member_number(&o, "line", place.line);
	out_member_number(&o, "column", place.col);
	out_member(&o, "message", why);
	out_member(&o, "hint", one->err.hint);
	buf_addf(list, "%s}", buf_str(&o));
	buf_free(&o);
}

void
payloads_json(const struct payload_read *one, struct buf *object)
{
	struct buf list = BUF_INIT(JSON_MAX);

	buf_adds(&list, "[");
	if (one->err.code != ERR_OK)
		add_error(one, &list);
	for (size_t i = 0; one->check && i < check_count(one->check); i++)
		add_finding(one, check_get(one->check, i), &list);
	if (one->twice) {
		struct finding f = twice(one);

		add_finding(one, &f, &list);
	}
	buf_adds(&list, "]");
	buf_adds(object, "{");
	out_member(object, "file", one->file);
	out_member_number(object, "record", one->number);
	out_member_number(object, "line", one->record->at.line);
	out_member_number(object, "column", one->record->at.col);
	out_member_number(object, "errors", (int64_t)one->errors);
	out_member_number(object, "warnings", (int64_t)one->warnings);
	out_member_raw(object, "findings", buf_str(&list), list.len);
	buf_adds(object, "}");
	buf_free(&list);
}
