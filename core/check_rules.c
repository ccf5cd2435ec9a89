/* check_rules.c - the rules, field by field. A new field that is a row of
 * fields[] gets the rules of its kind; what is special to it is added here.
 * Source of the limits: the API reference, as noted in core/field.h. */
#include "config.h"

#include "core/check_impl.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/payload.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* --- rules that any value may have --- */

/* False, and a finding, if text is not UTF-8: nothing more can be said then. */
static bool
check_utf8(struct findings *f, size_t item, const char *text, size_t n)
{
	struct where where = { .item = item, .text = text };

	if (text_valid(text, n, &where.at))
		return true;
	check_add(f, SEVERITY_ERROR, where, "Type it again; only UTF-8 can be sent.",
		  "byte %zu is %02X, which is not UTF-8", where.at + 1,
		  (unsigned char)text[where.at]);
	return false;
}

static size_t
find_control(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			return i;
	return n;
}

/* One line: no control characters, no blanks around. */
static void
check_line(struct findings *f, size_t item, const char *text, size_t n)
{
	struct where where = { .item = item, .text = text, .at = find_control(text, n) };
	struct glyph g;

	if (where.at < n) {
		text_glyph(text + where.at, 1, &g);
		check_add(f, f->field == FIELD_UNIQUE_ID ? SEVERITY_ERROR : SEVERITY_WARNING, where,
			  "It was pasted along, perhaps; take it out.",
			  "a control character (%s) at byte %zu", g.text, where.at + 1);
	}
	if (n > 0 && (text[0] == ' ' || text[n - 1] == ' ')) {
		where.at = text[0] == ' ' ? 0 : n - 1;
		check_add(f, SEVERITY_WARNING, where, "Blanks count: the service compares them.",
			  "a blank at the %s", text[0] == ' ' ? "start" : "end");
	}
}

static void
check_bytes(struct findings *f, size_t n)
{
	size_t max = fields[f->field].max_bytes;

	if (max > 0 && n > max)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, NULL, "%zu bytes; at most %zu", n, max);
}

static void
check_choice(struct findings *f, const char *text, size_t n)
{
	const char *const *choices = fields[f->field].choices;
	struct buf shown = BUF_INIT(200), all = BUF_INIT(200);

	for (size_t i = 0; choices[i]; i++) {
		if (strlen(choices[i]) == n && memcmp(choices[i], text, n) == 0)
			goto done;
		buf_addf(&all, "%s%s", i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	}
	text_show(&shown, untrusted(text, n), 16);
	check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, NULL, "\"%s\" is not %s", buf_str(&shown),
		  buf_str(&all));
done:
	buf_free(&shown);
	buf_free(&all);
}

static void
check_flag(struct findings *f, const char *text)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, NULL, "neither true nor false");
}

/* A JSON object that can be carried; its bytes as sent. */
static void
check_object(struct findings *f, const char *text, size_t n)
{
	static const char *const names[] = { "null",     "true or false", "a number",
					     "a string", "an array",      "an object" };
	struct where where = { .item = FINDING_NO_ITEM, .text = text };
	struct json_span value;
	struct json_place place;
	struct err err = ERR_INIT;
	struct buf compact = BUF_INIT(DRAFT_VALUE_MAX);

	if (json_scan(text, n, &value, &place, &err) != ERR_OK) {
		where.at = place.at;
		check_add(f, SEVERITY_ERROR, where, err.hint[0] ? err.hint : NULL, "%s", err.msg);
		return;
	}
	if (value.type != JSON_OBJECT) {
		where.at = (size_t)(value.p - text);
		check_add(f, SEVERITY_ERROR, where, "Write { \"name\": value, ... }.",
			  "a JSON object is needed, not %s", names[value.type]);
		return;
	}
	json_compact(&compact, &value);
	f->metadata_bytes = compact.len;
	if (compact.len > fields[f->field].max_bytes)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE,
			  "Keep the bulk elsewhere and put an address or an id here.",
			  "%zu bytes as sent; at most %zu", compact.len,
			  fields[f->field].max_bytes);
	buf_free(&compact);
}

/* --- lists --- */

struct entry {
	uint64_t hash;
	size_t i, n;
	const char *p;
};

/* Only to sort quickly: entries that share one are told apart by their bytes. */
static uint64_t
hash(const char *p, size_t n)
{
	uint64_t sum = n, word = 0;

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
		sum ^= sum >> 29;
	}
	for (; n > 0; n--)
		sum = (sum ^ (unsigned char)*p++) * 0x100000001b3u;
	return sum;
}

static int
compare_entries(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	order = a->n != b->n ? (a->n < b->n ? -1 : 1) : memcmp(a->p, b->p, a->n);
	return order ? order : (a->i < b->i ? -1 : a->i > b->i);
}

static int
compare_numbers(const void *va, const void *vb)
{
	const size_t *a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* Warn of items that an earlier one equals, in the order of the list. */
static void
check_repeats(struct findings *f)
{
	size_t count = draft_count(f->d, f->field), n = 0;
	struct entry *entries = mem_array(count, sizeof(*entries));
	size_t(*pairs)[2] = mem_array(count, sizeof(*pairs)); /* item, the first like it */

	for (size_t i = 0; i < count; i++) {
		struct entry *e = &entries[i];

		*e = (struct entry){ .i = i };
		e->p = draft_item(f->d, f->field, i);
		e->n = draft_item_len(f->d, f->field, i);
		e->hash = hash(e->p, e->n);
	}
	qsort(entries, count, sizeof(*entries), compare_entries);
	for (size_t i = 1, first = 0; i < count; i++) {
		const struct entry *a = &entries[first], *b = &entries[i];

		if (a->n != b->n || memcmp(a->p, b->p, a->n) != 0) {
			first = i;
		} else if (a->n > 0) {
			pairs[n][0] = b->i;
			pairs[n++][1] = a->i;
		}
	}
	qsort(pairs, n, sizeof(*pairs), compare_numbers);
	for (size_t i = 0; i < n; i++)
		check_add(f, SEVERITY_WARNING, (struct where){ .item = pairs[i][0] },
			  "The same one twice is rarely meant.", "the same as item %zu",
			  pairs[i][1] + 1);
	free(pairs);
	free(entries);
}

void
check_rules_item(struct findings *f, size_t i)
{
	const char *text = draft_item(f->d, f->field, i);
	size_t n = draft_item_len(f->d, f->field, i);

	if (n == 0)
		check_add(f, SEVERITY_ERROR, (struct where){ .item = i },
			  "Fill it in or take it away.", "empty");
	else if (!check_utf8(f, i, text, n))
		return;
	else if (fields[f->field].url != URL_NONE)
		check_url(f, i, text, n);
	else
		check_line(f, i, text, n);
}

static void
check_list(struct findings *f)
{
	const struct field *row = &fields[f->field];
	size_t count = draft_count(f->d, f->field);

	if (row->max_items > 0 && count > row->max_items)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE,
			  "Take some away; the service refuses more.", "%zu %s; at most %zu", count,
			  row->name, row->max_items);
	for (size_t i = 0; i < count; i++) {
		f->bytes += draft_item_len(f->d, f->field, i) + 3; /* quotes and comma */
		check_rules_item(f, i);
	}
	check_repeats(f);
}

/* --- what is special to a field --- */

static void
check_missing(struct findings *f)
{
	const struct field *row = &fields[f->field];

	if (f->field == FIELD_PROJECT && draft_is_set(f->d, FIELD_BATCH))
		return;
	if (f->field == FIELD_PROJECT)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE,
			  "Name one of them; a batch brings its own project.",
			  "a project or a batch is needed");
	else if (row->required)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, row->help, "%s %s", row->name,
			  row->kind == FIELD_LIST ? "needs at least one item" : "is required");
	else if (f->field == FIELD_UNIQUE_ID)
		check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
			  "With one, sending again after a broken connection is safe.",
			  "without a unique_id a lost reply can make a second task");
}

/* What the cache says is a warning at most: it may be old. Source: scale-api 5, project:
 * "with batch the batch's project is used"; 10.2, nothing is added after finalize. */
static void
check_batch(struct findings *f)
{
	const char *project = draft_get(f->d, FIELD_PROJECT);

	if (!draft_is_set(f->d, FIELD_BATCH))
		return;
	if (f->batch_closed)
		check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
			  "Choose a batch that is still staging, or make a new one.",
			  "finalized: takes no tasks");
	if (f->batch_project[0] && project[0] && strcmp(f->batch_project, project) != 0)
		check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
			  "With a batch its own project is used, whatever the form says.",
			  "belongs to %.100s", f->batch_project);
}

static void
check_special(struct findings *f)
{
	size_t count = draft_count(f->d, FIELD_ATTACHMENTS);

	if (f->field == FIELD_BATCH)
		check_batch(f);
	if (f->field == FIELD_ATTACHMENTS && count > 1 &&
	    strcmp(draft_get(f->d, FIELD_SCENE_FORMAT), "sensor_fusion") == 0)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE,
			  "One task is one scene: one .sfs file. Frames are split_base64.",
			  "sensor_fusion takes exactly one attachment, not %zu", count);
	if (f->field == FIELD_CLEAR_UNIQUE_ID_ON_ERROR &&
	    strcmp(draft_get(f->d, f->field), "true") == 0)
		check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
			  "Once it ends in error its id is free: sending again makes a new task.",
			  "a task that fails is not protected from being made twice");
}

/* --- the whole --- */

static void
check_extra(struct findings *f)
{
	struct buf object = BUF_INIT(PAYLOAD_IMPORT_MAX + 2u), shown = BUF_INIT(200);
	struct json_span value, first = { .p = NULL };
	struct json_iter it = { 0 };
	size_t n = 0;
	bool ok = payload_extra(f->d, &object, &value);

	f->bytes += object.len;
	if (!ok) {
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, "Import the payload again.",
			  "the members from the imported file cannot be sent");
	} else {
		while (json_each(&value, &it))
			if (n++ == 0)
				first = it.key;
		if (first.p) {
			text_show(&shown, untrusted(first.p + 1, first.n - 2), 20);
			check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
				  "They came with the imported payload and are sent as they are.",
				  "%zu %s this form does not know, as \"%s\"", n,
				  n == 1 ? "member" : "members", buf_str(&shown));
		}
	}
	buf_free(&shown);
	buf_free(&object);
}

static void
check_whole(struct findings *f)
{
	if (draft_extra(f->d)[0])
		check_extra(f);
	if (f->bytes > PAYLOAD_MAX)
		check_add(f, SEVERITY_ERROR, WHERE_NOWHERE, NULL, "about %zu MB; at most %u MB",
			  f->bytes / 1000000, PAYLOAD_MAX / 1000000);
	else if (f->bytes > PAYLOAD_WARN_BYTES)
		check_add(f, SEVERITY_WARNING, WHERE_NOWHERE,
			  "No limit is documented; the service may refuse it.",
			  "about %zu.%zu MB, more than is usual", f->bytes / 1000000,
			  f->bytes / 100000 % 10);
}

void
check_rules(struct findings *f)
{
	const char *text;
	size_t n;

	f->metadata_bytes = 0;
	if (f->field == FIELD_COUNT) {
		check_whole(f);
		return;
	}
	if (!draft_is_set(f->d, f->field)) {
		check_missing(f);
		return;
	}
	text = draft_get(f->d, f->field);
	n = draft_len(f->d, f->field);
	f->bytes = strlen(fields[f->field].name) + n + 6;
	if (!check_utf8(f, FINDING_NO_ITEM, text, n))
		return;
	check_special(f);
	switch (fields[f->field].kind) {
	case FIELD_LINE:
		if (fields[f->field].url != URL_NONE)
			check_url(f, FINDING_NO_ITEM, text, n);
		else
			check_line(f, FINDING_NO_ITEM, text, n);
		check_bytes(f, n);
		break;
	case FIELD_TEXT: check_bytes(f, n); break;
	case FIELD_CHOICE: check_choice(f, text, n); break;
	case FIELD_FLAG: check_flag(f, text); break;
	case FIELD_LIST: check_list(f); break;
	case FIELD_OBJECT: check_object(f, text, n); break;
	}
}
