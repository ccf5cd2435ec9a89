/* seen.h - which ids have come already, and where first. */
#ifndef CLI_SEEN_H
#define CLI_SEEN_H

#include <stddef.h>
#include <stdint.h>

/* As hashes of 64 bits, which is enough to tell 10^7 ids apart. Starts as { 0 }. */
struct seen {
	struct seen_slot {
		uint64_t hash;
		size_t number;
	} * slot;
	size_t count, size; /* size: a power of two */
};

/* The id comes with this number, not 0. Returns the number it came with first, or 0. */
size_t seen_add(struct seen *s, const char *id, size_t number);
void seen_free(struct seen *s);

#endif
