/* picker.c - see picker.h. */
#include "config.h"

#include "tui/picker.h"

#include "core/mem.h"
#include "tui/fuzzy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_MAX 1024 /* bytes typed */

void
picker_init(struct picker *p, const char *title, bool free_text)
{
	*p = (struct picker){ .free_text = free_text, .place = IN_PICKER };
	snprintf(p->title, sizeof(p->title), "%s", title);
	edit_init(&p->filter, "", 0, false);
}

static void
drop_items(struct picker *p)
{
	for (size_t i = 0; i < p->item_count; i++) {
		free(p->items[i].name);
		free(p->items[i].detail);
	}
	free(p->items);
	free(p->shown);
	p->items = NULL;
	p->shown = NULL;
	p->item_count = p->shown_count = 0;
}

void
picker_done(struct picker *p)
{
	drop_items(p);
	edit_done(&p->filter);
	*p = (struct picker){ .place = IN_PICKER };
}

struct hit {
	size_t item;
	int score;
};

static int
best_first(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->item > y->item) - (x->item < y->item);
}

/* A name that matches is worth more than a detail that does. */
static bool
matches(const char *pattern, const struct picker_item *item, int *score)
{
	if (fuzzy_match(pattern, item->name, score, NULL, 0, NULL))
		return true;
	if (!fuzzy_match(pattern, item->detail, score, NULL, 0, NULL))
		return false;
	*score -= 100000;
	return true;
}

static void
refilter(struct picker *p)
{
	struct hit *hits = mem_array(p->item_count + 1, sizeof(*hits));
	const char *pattern = buf_str(&p->filter.text);
	size_t n = 0;

	for (size_t i = 0; i < p->item_count; i++)
		if (matches(pattern, &p->items[i], &hits[n].score))
			hits[n++].item = i;
	qsort(hits, n, sizeof(*hits), best_first);
	for (size_t i = 0; i < n; i++)
		p->shown[i] = hits[i].item;
	p->shown_count = n;
	list_fit(&p->list, n, p->list.rows);
	free(hits);
}

const char *
picker_current(const struct picker *p)
{
	return p->list.at < p->shown_count ? p->items[p->shown[p->list.at]].name : NULL;
}

void
picker_put_cursor(struct picker *p, const char *name)
{
	for (size_t i = 0; i < p->shown_count; i++)
		if (strcmp(p->items[p->shown[i]].name, name) == 0) {
			list_to(&p->list, i);
			return;
		}
}

void
picker_fill(struct picker *p, const struct picker_item *items, size_t n, size_t recent)
{
	const char *current = picker_current(p);
	char *name = current ? mem_strdup(current) : NULL;
	struct picker_item *copy = mem_array(n + 1, sizeof(*copy));

	for (size_t i = 0; i < n; i++) {
		copy[i].name = mem_strdup(items[i].name ? items[i].name : "");
		copy[i].detail = mem_strdup(items[i].detail ? items[i].detail : "");
	}
	drop_items(p);
	p->items = copy;
	p->item_count = n;
	p->recent = recent < n ? recent : n;
	p->shown = mem_array(n + 1, sizeof(*p->shown));
	refilter(p);
	if (name)
		picker_put_cursor(p, name);
	free(name);
}

static void
typed(struct picker *p)
{
	refilter(p);
	list_to(&p->list, 0);
}

static enum picker_answer
take(const struct picker *p, bool as_typed)
{
	if (!as_typed && p->shown_count > 0)
		return PICKER_CHOSEN;
	return p->free_text && p->filter.text.len > 0 ? PICKER_TYPED : PICKER_STAYS;
}

enum picker_answer
picker_key(struct picker *p, uint32_t key)
{
	enum command command = key_command(key, IN_PICKER);
	size_t before = p->filter.text.len;

	if (command == CMD_OPEN)
		return take(p, false);
	if (command == CMD_AS_TYPED)
		return take(p, true);
	if (command == CMD_BACK)
		return PICKER_CLOSED;
	if (command == CMD_RELOAD)
		return PICKER_RELOAD;
	if (list_move(&p->list, (int)command))
		return PICKER_STAYS;
	if (key < KEY_NAMED && before >= FILTER_MAX)
		return PICKER_STAYS;
	if (edit_key(&p->filter, key, 1) && p->filter.text.len != before)
		typed(p);
	return PICKER_STAYS;
}

void
picker_paste(struct picker *p, const char *text, size_t n)
{
	edit_insert(&p->filter, text, n, FILTER_MAX, NULL);
	typed(p);
}

const char *
picker_value(const struct picker *p, enum picker_answer answer)
{
	const char *current = picker_current(p);

	if (answer == PICKER_TYPED)
		return buf_str(&p->filter.text);
	return answer == PICKER_CHOSEN && current ? current : "";
}
