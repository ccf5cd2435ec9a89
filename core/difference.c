/* difference.c - see difference.h. */
#include "config.h"

#include "core/difference.h"

#include "core/buf.h"
#include "core/field.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/payload.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 400 /* bytes of a value that are kept */

struct found {
	struct difference *list;
	size_t count;
};

/* A scanned value, cut where a character ends. */
static char *
shown(const struct json_span *value, const char *before)
{
	struct buf text = BUF_INIT(value->n + 64);
	size_t n, bad;
	char *copy;

	buf_adds(&text, before);
	json_compact(&text, value);
	n = text.len > SHOWN_MAX ? SHOWN_MAX : text.len;
	if (n < text.len && !text_valid(buf_str(&text), n, &bad))
		n = bad;
	copy = mem_strndup(buf_str(&text), n);
	buf_free(&text);
	return copy;
}

static void
add(struct found *f, const char *field, bool decides, char *ours, char *theirs)
{
	f->list = mem_grow(f->list, f->count + 1, sizeof(*f->list));
	f->list[f->count++] = (struct difference){
		.field = field, .decides = decides, .ours = ours, .theirs = theirs
	};
}

/* --- what is the same --- */

static bool
same_string(const struct json_span *a, const struct json_span *b, bool begins)
{
	struct buf sa = BUF_INIT(PAYLOAD_MAX), sb = BUF_INIT(PAYLOAD_MAX);
	bool same;

	json_unescape(&sa, a);
	json_unescape(&sb, b);
	same = (begins ? sb.len >= sa.len : sb.len == sa.len) &&
	       memcmp(buf_str(&sa), buf_str(&sb), sa.len) == 0;
	buf_free(&sa);
	buf_free(&sb);
	return same;
}

static bool same(const struct json_span *a, const struct json_span *b);

static size_t
length(const struct json_span *container)
{
	struct json_iter it = { .next = NULL };
	size_t n = 0;

	while (json_each(container, &it))
		n++;
	return n;
}

/* Members in any order. json_scan() has seen that no name comes twice. */
static bool
same_object(const struct json_span *a, const struct json_span *b)
{
	struct json_iter it = { .next = NULL };
	struct buf name = BUF_INIT(PAYLOAD_MAX);
	struct json_span other;
	bool equal = length(a) == length(b);

	while (equal && json_each(a, &it)) {
		buf_clear(&name);
		json_unescape(&name, &it.key);
		equal = json_member(b, buf_str(&name), &other) && same(&it.value, &other);
	}
	buf_free(&name);
	return equal;
}

/* The first item that is not in both lists, from 0; the length if they are the same. */
static size_t
first_other(const struct json_span *a, const struct json_span *b, struct json_span *in_a,
	    struct json_span *in_b)
{
	static const struct json_span nothing = { .p = "null", .n = 4, .type = JSON_NULL };
	struct json_iter ia = { .next = NULL }, ib = { .next = NULL };
	size_t i = 0;

	for (;; i++) {
		bool more_a = json_each(a, &ia), more_b = json_each(b, &ib);

		if (!more_a && !more_b)
			return i;
		*in_a = more_a ? ia.value : nothing;
		*in_b = more_b ? ib.value : nothing;
		if (!more_a || !more_b || !same(in_a, in_b))
			return i;
	}
}

static bool
same_list(const struct json_span *a, const struct json_span *b)
{
	struct json_span in_a, in_b;

	return length(a) == length(b) && first_other(a, b, &in_a, &in_b) == length(a);
}

/* Depth is bounded by json_scan(). Numbers are the same when they are spelled so. */
static bool
same(const struct json_span *a, const struct json_span *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_STRING: return same_string(a, b, false);
	case JSON_ARRAY: return same_list(a, b);
	case JSON_OBJECT: return same_object(a, b);
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_NUMBER: break;
	}
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* --- fields --- */

/* Beside the others, or in "params": where each one stands is not documented. */
static bool
told(const struct json_span *task, const char *name, struct json_span *out)
{
	struct json_span params;

	if (json_member(task, name, out) && out->type != JSON_NULL)
		return true;
	return json_member(task, "params", &params) && params.type == JSON_OBJECT &&
	       json_member(&params, name, out) && out->type != JSON_NULL;
}

/* Others can be changed later, by calls or by the service. */
static bool
decides(enum field_id f)
{
	return f == FIELD_PROJECT || f == FIELD_BATCH || f == FIELD_INSTRUCTION ||
	       f == FIELD_ATTACHMENTS || f == FIELD_SCENE_FORMAT || f == FIELD_TASK_BLUEPRINT_ID;
}

static void
differ(struct found *all, enum field_id f, const struct json_span *ours,
       const struct json_span *theirs)
{
	struct json_span a = *ours, b = *theirs;
	char before[64] = "", behind[64] = "";

	if (ours->type == JSON_ARRAY && theirs->type == JSON_ARRAY) {
		size_t i = first_other(ours, theirs, &a, &b) + 1;

		snprintf(before, sizeof(before), "%zu of %zu: ", i, length(ours));
		snprintf(behind, sizeof(behind), "%zu of %zu: ", i, length(theirs));
	}
	add(all, fields[f].name, decides(f), shown(&a, before), shown(&b, behind));
}

static void
compare(struct found *all, enum field_id f, const struct json_span *payload,
	const struct json_span *task)
{
	struct json_span ours, theirs, batch;

	if (f == FIELD_UNIQUE_ID || f == FIELD_CLEAR_UNIQUE_ID_ON_ERROR ||
	    !json_member(payload, fields[f].name, &ours) || !told(task, fields[f].name, &theirs))
		return;
	/* With a batch the batch's project is used. Source: API reference, create. */
	if (f == FIELD_PROJECT && json_member(payload, fields[FIELD_BATCH].name, &batch))
		return;
	/* The project's own text may follow. Source: API reference, create. */
	if (f == FIELD_INSTRUCTION && ours.type == JSON_STRING && theirs.type == JSON_STRING) {
		if (!same_string(&ours, &theirs, true))
			differ(all, f, &ours, &theirs);
		return;
	}
	if (!same(&ours, &theirs))
		differ(all, f, &ours, &theirs);
}

static bool
scan(const char *text, size_t n, struct json_span *top)
{
	struct err err;

	return json_scan(text, n, top, NULL, &err) == ERR_OK && top->type == JSON_OBJECT;
}

void
differences(const char *payload, size_t n, const struct task *t, struct difference **list,
	    size_t *count)
{
	struct found all = { .list = NULL };
	struct json_span ours, task;

	if (t->type[0] && strcmp(t->type, "multistage") != 0)
		add(&all, "type", true, mem_strdup("multistage"), mem_strdup(t->type));
	if (scan(payload, n, &ours) && scan(t->json, strlen(t->json), &task))
		for (int f = 0; f < FIELD_COUNT; f++)
			compare(&all, (enum field_id)f, &ours, &task);
	*list = all.list;
	*count = all.count;
}

void
differences_free(struct difference *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].ours);
		free(list[i].theirs);
	}
	free(list);
}

bool
differences_decide(const struct difference *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].decides)
			return true;
	return false;
}

bool
difference_is_told(const struct task *t)
{
	struct json_span task, list;

	return scan(t->json, strlen(t->json), &task) &&
	       told(&task, fields[FIELD_ATTACHMENTS].name, &list) && list.type == JSON_ARRAY;
}
