/* draft_items.c - the lists of a draft: attachments and tags. */
#include "config.h"

#include "core/draft.h"
#include "core/draft_impl.h"

#include "core/json.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

struct batch { /* items on their way into a list */
	struct item **items;
	size_t count, cap;
	size_t room; /* how many the list can still take */
	size_t ignored;
};

size_t
draft_count(const struct draft *d, enum field_id f)
{
	return d->values[f].count;
}

const char *
draft_item(const struct draft *d, enum field_id f, size_t i)
{
	const struct value *v = &d->values[f];

	return i < v->count ? v->items[i]->p : "";
}

size_t
draft_item_len(const struct draft *d, enum field_id f, size_t i)
{
	const struct value *v = &d->values[f];

	return i < v->count ? v->items[i]->n : 0;
}

void
draft_item_set(struct draft *d, enum field_id f, size_t i, const char *text, size_t n)
{
	struct value *v = &d->values[f];

	n = draft_fitting(text, n);
	if (i >= v->count)
		return;
	if (v->items[i]->n == n && (n == 0 || memcmp(v->items[i]->p, text, n) == 0))
		return;
	v = draft_open(d, f, true);
	draft_item_drop(v->items[i]);
	v->items[i] = draft_item_new(text, n);
}

/* Put n items (taken) before item i. */
static void
insert(struct draft *d, enum field_id f, size_t i, struct item **items, size_t n)
{
	struct value *v = draft_open(d, f, true);

	if (i > v->count)
		i = v->count;
	v->items = mem_grow(v->items, v->count + n, sizeof(struct item *));
	memmove(v->items + i + n, v->items + i, (v->count - i) * sizeof(struct item *));
	memcpy(v->items + i, items, n * sizeof(struct item *));
	v->count += n;
}

bool
draft_item_add(struct draft *d, enum field_id f, size_t i, const char *text, size_t n)
{
	struct item *item;

	if (draft_count(d, f) >= DRAFT_ITEMS_MAX)
		return false;
	item = draft_item_new(text, draft_fitting(text, n));
	insert(d, f, i, &item, 1);
	return true;
}

void
draft_item_remove(struct draft *d, enum field_id f, size_t i)
{
	struct value *v;

	if (i >= draft_count(d, f))
		return;
	v = draft_open(d, f, true);
	draft_item_drop(v->items[i]);
	v->count--;
	memmove(v->items + i, v->items + i + 1, (v->count - i) * sizeof(struct item *));
}

void
draft_item_move(struct draft *d, enum field_id f, size_t from, size_t to)
{
	size_t count = draft_count(d, f);
	struct value *v;
	struct item *item;

	if (from >= count || to >= count || from == to)
		return;
	v = draft_open(d, f, true);
	item = v->items[from];
	if (from < to)
		memmove(v->items + from, v->items + from + 1, (to - from) * sizeof(item));
	else
		memmove(v->items + to + 1, v->items + to, (from - to) * sizeof(item));
	v->items[to] = item;
}

/* --- pasting --- */

static void
batch_add(struct batch *b, const char *text, size_t n)
{
	if (b->count == b->room || n > DRAFT_VALUE_MAX) {
		b->ignored++;
		return;
	}
	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->items = mem_grow(b->items, b->cap, sizeof(struct item *));
	}
	b->items[b->count++] = draft_item_new(text, n);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

/* Lines end with \n, \r\n, or \r alone, as terminals paste them. */
static void
take_lines(struct batch *b, const char *text, size_t n)
{
	const char *end = text + n;

	while (text < end) {
		const char *from = text, *to;

		while (text < end && *text != '\n' && *text != '\r')
			text++;
		to = text++;
		while (from < to && is_blank(*from))
			from++;
		while (to > from && is_blank(to[-1]))
			to--;
		if (to > from)
			batch_add(b, from, (size_t)(to - from));
	}
}

/* A JSON array of strings and nothing else; false if text is no such thing. */
static bool
take_array(struct batch *b, const char *text, size_t n)
{
	struct json_span array, *items = &array;
	struct json_iter it = { 0 };
	struct err err = ERR_INIT;
	struct buf plain = BUF_INIT(n + 1);

	while (n > 0 && (is_blank(*text) || *text == '\n')) {
		text++;
		n--;
	}
	if (n == 0 || *text != '[' || json_scan(text, n, &array, NULL, &err) != ERR_OK)
		return false;
	while (json_each(items, &it))
		if (it.value.type != JSON_STRING)
			return false;
	it = (struct json_iter){ 0 };
	while (json_each(items, &it)) {
		buf_clear(&plain);
		json_unescape(&plain, &it.value);
		if (plain.len > 0)
			batch_add(b, plain.p, plain.len);
	}
	buf_free(&plain);
	return true;
}

size_t
draft_items_paste(struct draft *d, enum field_id f, size_t i, const char *text, size_t n,
		  size_t *ignored)
{
	struct batch b = { .room = DRAFT_ITEMS_MAX - draft_count(d, f) };

	if (!take_array(&b, text, n))
		take_lines(&b, text, n);
	if (b.count > 0)
		insert(d, f, i, b.items, b.count);
	if (ignored)
		*ignored = b.ignored;
	free(b.items);
	return b.count;
}

void
draft_set_items(struct draft *d, enum field_id f, const char *text, size_t n)
{
	struct batch b = { .room = DRAFT_ITEMS_MAX };
	struct value *v = &d->values[f];

	if (!take_array(&b, text, n))
		take_lines(&b, text, n);
	if (b.count > 0 || v->count > 0) {
		v = draft_open(d, f, false);
		v->items = b.items;
		v->count = b.count;
	} else {
		free(b.items);
	}
}
