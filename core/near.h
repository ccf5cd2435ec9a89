/* near.h - the word somebody meant: "did you mean ...?". */
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include <stddef.h>

/* Names are asked for one by one; NULL ends them. */
typedef const char *near_name_fn(size_t i, const void *arg);

/*
 * The name nearest to word by letters added, lost, changed or swapped; NULL
 * when none is near enough to be what was meant. Borrowed from name().
 */
const char *near_match(const char *word, near_name_fn *name, const void *arg);

#endif
