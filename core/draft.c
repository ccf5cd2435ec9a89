/* draft.c - a draft's values and its undo steps. Lists are in draft_items.c,
 * the form for the store in draft_save.c.
 *
 * A step holds the old value of one field; undo swaps it with the current
 * one and moves the step to the other stack. Items of lists are shared
 * between a value and the steps, so a step of a long list costs pointers. */
#include "config.h"

#include "core/draft.h"
#include "core/draft_impl.h"

#include "core/mem.h"
#include "core/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_BYTES_MAX (32u << 20) /* older steps go when all hold more */

struct item *
draft_item_new(const char *text, size_t n)
{
	struct item *item = mem_alloc(sizeof(*item) + n + 1);

	item->refs = 1;
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\0')
			item->p[item->n++] = text[i];
	return item;
}

void
draft_item_drop(struct item *item)
{
	if (--item->refs == 0)
		free(item);
}

size_t
draft_fitting(const char *text, size_t n)
{
	if (n <= DRAFT_VALUE_MAX)
		return n;
	n = DRAFT_VALUE_MAX;
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static void
value_done(struct value *v)
{
	for (size_t i = 0; i < v->count; i++)
		draft_item_drop(v->items[i]);
	free(v->items);
	free(v->text);
	*v = (struct value){ .text = NULL };
}

static struct value
value_copy(const struct value *v)
{
	struct value copy = *v;

	if (v->text)
		copy.text = mem_strndup(v->text, v->n);
	if (v->count > 0) {
		copy.items = mem_array(v->count, sizeof(struct item *));
		for (size_t i = 0; i < v->count; i++) {
			copy.items[i] = v->items[i];
			copy.items[i]->refs++;
		}
	} else {
		copy.items = NULL;
	}
	return copy;
}

static bool
value_equals(const struct value *a, const struct value *b)
{
	if (a->n != b->n || a->count != b->count)
		return false;
	if (a->n > 0 && memcmp(a->text, b->text, a->n) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct item *x = a->items[i], *y = b->items[i];

		if (x != y && (x->n != y->n || memcmp(x->p, y->p, x->n) != 0))
			return false;
	}
	return true;
}

static void
set_text(struct value *v, const char *text, size_t n)
{
	char *copy = mem_alloc(n + 1);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '\0')
			copy[kept++] = text[i];
	free(v->text);
	v->text = copy;
	v->n = kept;
	if (kept == 0) {
		free(copy);
		v->text = NULL;
	}
}

/* --- steps --- */

static size_t
step_bytes(const struct step *s)
{
	return s->value.n + s->value.count * sizeof(struct item *);
}

static void
steps_clear(struct steps *s)
{
	while (s->count > 0)
		value_done(&s->at[--s->count].value);
	s->bytes = 0;
}

/* A step that is joined to one that went is half a step: it goes too. */
static void
drop_oldest(struct steps *s)
{
	size_t n = 0;

	do {
		s->bytes -= step_bytes(&s->at[n]);
		value_done(&s->at[n++].value);
	} while (n < s->count && s->at[n].joined);
	s->count -= n;
	memmove(&s->at[0], &s->at[n], s->count * sizeof(s->at[0]));
}

/* Takes the value. */
static void
push(struct steps *s, enum field_id f, struct value value, bool joined)
{
	struct step step = { f, joined, value };

	while (s->count == ARRAY_LEN(s->at) ||
	       (s->count > 0 && s->bytes + step_bytes(&step) > STEPS_BYTES_MAX))
		drop_oldest(s);
	s->at[s->count++] = step;
	s->bytes += step_bytes(&step);
}

static void
touch(struct draft *d, enum field_id f)
{
	d->rev[f]++;
	d->changes++;
}

struct value *
draft_open(struct draft *d, enum field_id f, bool keep)
{
	struct value *v = &d->values[f], old;

	touch(d, f);
	if (d->editing == f && d->edited) { /* the group has its old value already */
		if (!keep)
			value_done(v);
		return v;
	}
	old = *v;
	if (keep)
		*v = value_copy(&old);
	else
		*v = (struct value){ .text = NULL };
	if (d->editing == f) {
		d->edited = true;
		d->before = old;
	} else {
		push(&d->undo, f, old, d->joining);
		steps_clear(&d->redo);
		d->joining = d->whole;
	}
	return v;
}

void
draft_edit_begin(struct draft *d, enum field_id f)
{
	draft_edit_end(d);
	d->editing = f;
	d->whole = f == FIELD_COUNT;
}

void
draft_edit_end(struct draft *d)
{
	enum field_id f = d->editing;

	d->editing = FIELD_COUNT;
	d->whole = d->joining = false;
	if (!d->edited)
		return;
	d->edited = false;
	if (value_equals(&d->before, &d->values[f])) {
		value_done(&d->before);
		return;
	}
	push(&d->undo, f, d->before, false);
	steps_clear(&d->redo);
	d->before = (struct value){ .text = NULL };
}

void
draft_edit_abort(struct draft *d)
{
	enum field_id f = d->editing;
	bool joining = d->joining;

	d->editing = FIELD_COUNT;
	d->whole = d->joining = false;
	if (joining) { /* the steps it has made, without a way to do them again */
		draft_undo(d);
		steps_clear(&d->redo);
	}
	if (!d->edited)
		return;
	d->edited = false;
	value_done(&d->values[f]);
	d->values[f] = d->before;
	d->before = (struct value){ .text = NULL };
	touch(d, f);
}

/* Swap the newest step of one stack with the draft; it goes to the other. */
static struct step
swap_newest(struct draft *d, struct steps *from, struct steps *to, bool joined)
{
	struct step step = from->at[--from->count];

	from->bytes -= step_bytes(&step);
	push(to, step.field, d->values[step.field], joined);
	d->values[step.field] = step.value;
	touch(d, step.field);
	return step;
}

/* The same with all that is joined to it. *first: of what moved, *last. */
static void
step_over(struct draft *d, struct steps *from, struct steps *to, enum field_id *first,
	  enum field_id *last)
{
	bool more = from->count > 0;

	*first = *last = FIELD_COUNT;
	while (more) {
		struct step step = swap_newest(d, from, to, *first != FIELD_COUNT);

		if (*first == FIELD_COUNT)
			*first = step.field;
		*last = step.field;
		more = step.joined && from->count > 0;
	}
}

enum field_id
draft_undo(struct draft *d)
{
	enum field_id first, last;

	draft_edit_end(d);
	step_over(d, &d->undo, &d->redo, &first, &last);
	return last;
}

enum field_id
draft_redo(struct draft *d)
{
	enum field_id first, last;

	draft_edit_end(d);
	step_over(d, &d->redo, &d->undo, &first, &last);
	return first;
}

void
draft_forget_steps(struct draft *d)
{
	draft_edit_end(d);
	steps_clear(&d->undo);
	steps_clear(&d->redo);
}

/* --- life --- */

struct draft *
draft_alloc(void)
{
	struct draft *d = mem_alloc(sizeof(*d));
	unsigned start;

	/* Revisions start anywhere: who remembers one of another draft is not fooled. */
	random_bytes(&start, sizeof(start));
	for (size_t f = 0; f <= FIELD_COUNT; f++)
		d->rev[f] = start;
	d->editing = FIELD_COUNT;
	d->name = mem_strdup("");
	return d;
}

struct draft *
draft_new(void)
{
	struct draft *d = draft_alloc();
	char unique_id[RANDOM_ID_SIZE];

	random_hex(d->id, DRAFT_ID_LEN / 2);
	random_id(unique_id);
	set_text(&d->values[FIELD_UNIQUE_ID], unique_id, strlen(unique_id));
	return d;
}

void
draft_free(struct draft *d)
{
	if (!d)
		return;
	draft_forget_steps(d);
	for (size_t f = 0; f < FIELD_COUNT; f++)
		value_done(&d->values[f]);
	free(d->name);
	free(d->extra);
	free(d);
}

struct draft *
draft_copy(const struct draft *d)
{
	struct draft *copy = draft_alloc();

	memcpy(copy->id, d->id, sizeof(d->id));
	draft_set_name(copy, d->name);
	for (size_t f = 0; f < FIELD_COUNT; f++)
		copy->values[f] = value_copy(&d->values[f]);
	draft_set_extra(copy, draft_extra(d), d->extra_n);
	copy->changes = d->changes;
	return copy;
}

const char *
draft_id(const struct draft *d)
{
	return d->id;
}

const char *
draft_name(const struct draft *d)
{
	return d->name;
}

void
draft_set_name(struct draft *d, const char *name)
{
	char *old = d->name;
	size_t n = strlen(name);

	if (n > DRAFT_NAME_MAX) {
		n = DRAFT_NAME_MAX;
		while (n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80)
			n--;
	}
	d->name = mem_strndup(name, n);
	free(old);
	d->changes++;
}

/* --- values --- */

bool
draft_is_set(const struct draft *d, enum field_id f)
{
	return d->values[f].n > 0 || d->values[f].count > 0;
}

const char *
draft_get(const struct draft *d, enum field_id f)
{
	return d->values[f].text ? d->values[f].text : "";
}

size_t
draft_len(const struct draft *d, enum field_id f)
{
	return d->values[f].n;
}

unsigned
draft_rev(const struct draft *d, enum field_id f)
{
	return d->rev[f];
}

unsigned
draft_changes(const struct draft *d)
{
	return d->changes;
}

void
draft_set(struct draft *d, enum field_id f, const char *text, size_t n)
{
	const struct value *old = &d->values[f];

	if (fields[f].kind == FIELD_LIST) {
		draft_set_items(d, f, text, n);
		return;
	}
	n = draft_fitting(text, n);
	if (old->n == n && (n == 0 || memcmp(old->text, text, n) == 0))
		return;
	set_text(draft_open(d, f, false), text, n);
}

void
draft_clear(struct draft *d, enum field_id f)
{
	if (draft_is_set(d, f))
		draft_open(d, f, false);
}

const char *
draft_extra(const struct draft *d)
{
	return d->extra ? d->extra : "";
}

void
draft_set_extra(struct draft *d, const char *members, size_t n)
{
	char *old = d->extra;

	d->extra = n > 0 ? mem_strndup(members, n) : NULL;
	d->extra_n = n;
	free(old);
	touch(d, FIELD_COUNT);
}
