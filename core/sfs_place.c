/* sfs_place.c - where in the scene each blob belongs. The header is walked once beside the
 * sorted paths, so a file whose entries stand in any order costs no more than one that was
 * written well. */
#include "config.h"

#include "core/sfs_impl.h"

#include "core/mem.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_MAX 1000 /* bytes of a path in a message */
#define STEP_COLS 40   /* of a step of it */

static int
compare_key(const struct sfs_key *key, const struct sfs_key *other)
{
	int order = memcmp(key->p, other->p, key->n < other->n ? key->n : other->n);

	if (order == 0)
		order = (key->n > other->n) - (key->n < other->n);
	return order ? order : key->number - other->number;
}

static int
compare_paths(const struct sfs_blob *a, const struct sfs_blob *b)
{
	for (size_t i = 0; i < a->key_count && i < b->key_count; i++) {
		int order = compare_key(&a->keys[i], &b->keys[i]);

		if (order)
			return order;
	}
	return (a->key_count > b->key_count) - (a->key_count < b->key_count);
}

/* The same for qsort(): of two that are alike the earlier one comes first. */
static int
compare_blobs(const void *va, const void *vb)
{
	const struct sfs_blob *a = va, *b = vb;
	int order = compare_paths(a, b);

	return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

/* Keys and their texts have stopped moving: point to them, and sort. */
static void
sort_paths(struct sfs *s)
{
	const char *p = buf_str(&s->names);

	for (size_t i = 0; i < s->key_count; i++) {
		s->keys[i].p = p;
		p += s->keys[i].n;
	}
	for (size_t i = 0; i < s->blob_count; i++)
		s->blobs[i].keys = s->keys + s->blobs[i].first_key;
	qsort(s->blobs, s->blob_count, sizeof(*s->blobs), compare_blobs);
}

static void
say_twice(struct sfs *s, const struct sfs_blob *blob, const struct sfs_blob *earlier)
{
	size_t mark = sfs_down_number(s, blob->entry);

	sfs_fault(s, "entry %zu is of the same place in the scene", earlier->entry);
	sfs_up(s, mark);
}

/* What walk() relies on: no path stands twice. */
static bool
paths_differ(struct sfs *s)
{
	size_t found = s->report->found;

	for (size_t i = 1; i < s->blob_count; i++)
		if (compare_paths(&s->blobs[i - 1], &s->blobs[i]) == 0)
			say_twice(s, &s->blobs[i], &s->blobs[i - 1]);
	return s->report->found == found;
}

struct range { /* blobs whose paths begin alike */
	size_t from, to;
};

/* The blobs of r, alike for depth steps, whose next step is key. */
static struct range
narrow(const struct sfs *s, struct range r, size_t depth, const struct sfs_key *key)
{
	size_t low = r.from, high = r.to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_key(&s->blobs[middle].keys[depth], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (high < r.to && compare_key(&s->blobs[high].keys[depth], key) == 0)
		high++;
	return (struct range){ low, high };
}

static void
place(struct sfs *s, struct sfs_blob *blob, const struct json_span *value)
{
	if (value->type != JSON_STRING || value->n != 2)
		return;
	blob->at = value->p;
	s->placed[s->placed_count++] = blob;
}

static void walk(struct sfs *s, const struct json_span *value, struct range r, size_t depth);

static void
walk_member(struct sfs *s, const struct json_iter *it, struct range r, size_t depth)
{
	struct buf name = BUF_INIT(it->key.n);
	struct sfs_key key;

	json_unescape(&name, &it->key);
	key = (struct sfs_key){ .p = buf_str(&name), .n = name.len };
	if (depth > 0 || strcmp(key.p, "$items") != 0) /* it is no part of the scene */
		walk(s, &it->value, narrow(s, r, depth, &key), depth + 1);
	buf_free(&name);
}

/* A position in an array may be a number or its digits in a string. */
static void
walk_item(struct sfs *s, const struct json_iter *it, size_t position, struct range r, size_t depth)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%zu", position);
	struct sfs_key key = { .p = digits, .n = (size_t)n };

	walk(s, &it->value, narrow(s, r, depth, &key), depth + 1);
	key.number = true;
	walk(s, &it->value, narrow(s, r, depth, &key), depth + 1);
}

/* The blobs of r belong into value, or have no place. As deep as JSON may be. */
static void
walk(struct sfs *s, const struct json_span *value, struct range r, size_t depth)
{
	struct json_iter it = { 0 };

	if (r.from < r.to && s->blobs[r.from].key_count == depth)
		place(s, &s->blobs[r.from++], value);
	for (size_t i = 0; r.from < r.to && json_each(value, &it); i++) {
		if (it.key.p)
			walk_member(s, &it, r, depth);
		else
			walk_item(s, &it, i, r, depth);
	}
}

static int
compare_places(const void *va, const void *vb)
{
	const struct sfs_blob *a = *(const struct sfs_blob *const *)va,
			      *b = *(const struct sfs_blob *const *)vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->entry > b->entry) - (a->entry < b->entry);
}

/* As the header has them: "0" and 0 may both have been a step of the way. */
static void
sort_places(struct sfs *s)
{
	if (s->placed_count > 0)
		qsort(s->placed, s->placed_count, sizeof(*s->placed), compare_places);
}

static void
say_lost(struct sfs *s, const struct sfs_blob *blob)
{
	struct buf where = BUF_INIT(WHERE_MAX);
	size_t mark = sfs_down_number(s, blob->entry);

	for (size_t i = 0; i < blob->key_count; i++) {
		if (i > 0)
			buf_add(&where, ".", 1);
		text_show(&where, untrusted(blob->keys[i].p, blob->keys[i].n), STEP_COLS);
	}
	sfs_fault(s, "the scene has no empty string for it at %s", buf_str(&where));
	buf_free(&where);
	sfs_up(s, mark);
}

const struct sfs_blob *
sfs_blob_at(const struct sfs *s, const struct json_span *value)
{
	size_t low = 0, high = s->placed_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->placed[middle]->at < value->p)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->placed_count && s->placed[low]->at == value->p ? s->placed[low] : NULL;
}

void
sfs_place(struct sfs *s)
{
	sort_paths(s);
	if (!paths_differ(s))
		return;
	s->placed = mem_array(s->blob_count, sizeof(*s->placed));
	walk(s, &s->root, (struct range){ 0, s->blob_count }, 0);
	sort_places(s);
	for (size_t i = 0; i < s->blob_count; i++)
		if (!s->blobs[i].at)
			say_lost(s, &s->blobs[i]);
	for (size_t i = 1; i < s->placed_count; i++)
		if (s->placed[i - 1]->at == s->placed[i]->at)
			say_twice(s, s->placed[i], s->placed[i - 1]);
}
