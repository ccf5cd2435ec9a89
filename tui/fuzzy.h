/* fuzzy.h - matching with gaps, scored. Pure. */
#ifndef TUI_FUZZY_H
#define TUI_FUZZY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does pattern (letters with gaps; blanks separate parts that may come in any
 * order; case matters only if the pattern has capitals) match text? *score:
 * higher is better (starts of words, runs). hits (may be NULL): byte offsets
 * in text of matched characters, at most max; *hit_count of them.
 */
bool fuzzy_match(const char *pattern, const char *text, int *score, size_t *hits, size_t max,
		 size_t *hit_count);

#endif
