/* seen.c - see seen.h. */
#include "config.h"

#include "cli/seen.h"

#include "core/mem.h"

#include <stdlib.h>

static uint64_t
hash(const char *s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h ? h : 1;
}

static size_t
put(struct seen_slot *slot, size_t size, uint64_t h, size_t number)
{
	size_t i = h & (size - 1);

	while (slot[i].hash && slot[i].hash != h)
		i = (i + 1) & (size - 1);
	if (slot[i].hash == h)
		return slot[i].number;
	slot[i] = (struct seen_slot){ h, number };
	return 0;
}

static void
grow(struct seen *s)
{
	size_t size = s->size ? s->size * 2 : 1024;
	struct seen_slot *bigger = mem_array(size, sizeof(*bigger));

	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i].hash)
			put(bigger, size, s->slot[i].hash, s->slot[i].number);
	free(s->slot);
	s->slot = bigger;
	s->size = size;
}

size_t
seen_add(struct seen *s, const char *id, size_t number)
{
	size_t first;

	if (s->count * 2 >= s->size)
		grow(s);
	first = put(s->slot, s->size, hash(id), number);
	s->count += first == 0;
	return first;
}

void
seen_free(struct seen *s)
{
	free(s->slot);
	*s = (struct seen){ .slot = NULL };
}
