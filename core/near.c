/* near.c - see near.h. Distance: optimal string alignment. */
#include "config.h"

#include "core/near.h"

#include <stdbool.h>
#include <string.h>

#define WORD_MAX 40 /* bytes; longer words are not compared */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits that lead from a to b; both at most WORD_MAX bytes. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[3][WORD_MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	for (size_t j = 0; j <= nb; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *now = row[i % 3], *up = row[(i + 2) % 3], *upup = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned cost = a[i - 1] != b[j - 1];

			now[j] = least(least(up[j], now[j - 1]) + 1, up[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], upup[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

const char *
near_match(const char *word, near_name_fn *name, const void *arg)
{
	size_t n = strlen(word);
	/* A third of the letters may be wrong, one in a short word. */
	unsigned best = n < 6 ? 2 : (unsigned)n / 3 + 1;
	const char *found = NULL, *s;

	if (n == 0 || n > WORD_MAX)
		return NULL;
	for (size_t i = 0; (s = name(i, arg)); i++) {
		unsigned d = strlen(s) <= WORD_MAX ? distance(word, s) : best;

		if (d < best) {
			best = d;
			found = s;
		}
	}
	return found;
}
