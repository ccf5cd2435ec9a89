/* fuzzy.c - see fuzzy.h.
 *
 * best[i][j] is the best score with letter i of the pattern on letter j of the
 * text; one pass over the text per letter, as in Smith and Waterman's
 * alignment with gaps. Scores are small whole numbers, all in enum below.
 */
#include "config.h"

#include "tui/fuzzy.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

enum {
	PATTERN_MAX = 64, /* letters of one part; more are ignored */
	TEXT_MAX = 256,   /* letters of the text that are looked at */
	HIT = 16,         /* a letter matched */
	WORD_START = 10,  /* it starts a word */
	TEXT_START = 4,   /* ... the first one */
	RUN = 12,         /* it follows the one before */
	GAP = 1,          /* for each letter left out between two */
	NO = INT_MIN / 2
};

struct letters {
	wint_t c[TEXT_MAX];        /* as compared */
	uint16_t offset[TEXT_MAX]; /* bytes */
	bool starts[TEXT_MAX];     /* the first of a word */
	size_t n;
};

/* One code point; a byte that is none counts for itself. */
static size_t
decode(const char *s, wint_t *c)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = u[0] < 0xC2 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : u[0] < 0xF5 ? 4 : 1;
	wint_t v = len == 1 ? u[0] : u[0] & (0xFFu >> (len + 1));

	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xC0) != 0x80) {
			*c = u[0];
			return 1;
		}
		v = v << 6 | (u[i] & 0x3Fu);
	}
	*c = v;
	return len;
}

static void
split(struct letters *l, const char *text, size_t n, size_t max, bool fold)
{
	wint_t before = ' ';

	l->n = 0;
	for (size_t at = 0; at < n && at <= UINT16_MAX && l->n < max; l->n++) {
		wint_t c;
		size_t len = decode(text + at, &c);

		l->offset[l->n] = (uint16_t)at;
		l->c[l->n] = fold ? towlower(c) : c;
		l->starts[l->n] =
			iswalnum(c) && (!iswalnum(before) || (iswupper(c) && !iswupper(before)) ||
					(iswdigit(c) && !iswdigit(before)));
		before = c;
		at += len;
	}
}

static bool
has_capital(const char *pattern)
{
	while (*pattern) {
		wint_t c;

		pattern += decode(pattern, &c);
		if (iswupper(c))
			return true;
	}
	return false;
}

/* Cheap answer for the many that do not match. */
static bool
is_inside(const struct letters *part, const struct letters *text)
{
	size_t i = 0;

	for (size_t j = 0; j < text->n && i < part->n; j++)
		i += text->c[j] == part->c[i];
	return i == part->n;
}

static int
worth(const struct letters *text, size_t j)
{
	return HIT + (text->starts[j] ? WORD_START : 0) + (j == 0 ? TEXT_START : 0);
}

/* Best way to lay part over text; hit[i] is the letter of text for letter i. */
static int
align(const struct letters *part, const struct letters *text, uint16_t *hit)
{
	static_assert(TEXT_MAX <= UINT16_MAX, "from[] holds indices");
	int row[2][TEXT_MAX];
	uint16_t from[PATTERN_MAX][TEXT_MAX];
	size_t best = 0;
	const int *last;

	for (size_t j = 0; j < text->n; j++)
		row[0][j] = text->c[j] == part->c[0] ? worth(text, j) : NO;
	for (size_t i = 1; i < part->n; i++) {
		const int *up = row[(i - 1) & 1];
		int *now = row[i & 1], gap = NO; /* best of up, less what lies between */
		size_t gap_at = 0;

		now[0] = NO;
		for (size_t j = 1; j < text->n; j++) {
			int run = up[j - 1] + RUN;

			now[j] = NO;
			if (text->c[j] == part->c[i]) {
				bool runs = run >= gap;

				from[i][j] = (uint16_t)(runs ? j - 1 : gap_at);
				if ((runs ? run : gap) > NO / 2)
					now[j] = (runs ? run : gap) + worth(text, j);
			}
			gap = gap > NO ? gap - GAP : NO;
			if (up[j - 1] - GAP >= gap && up[j - 1] > NO / 2) {
				gap = up[j - 1] - GAP;
				gap_at = j - 1;
			}
		}
	}
	last = row[(part->n - 1) & 1];
	for (size_t j = 1; j < text->n; j++)
		if (last[j] > last[best])
			best = j;
	hit[part->n - 1] = (uint16_t)best;
	for (size_t i = part->n - 1; i > 0; i--)
		hit[i - 1] = from[i][hit[i]];
	return last[best];
}

static int
by_number(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct hits {
	size_t *at, max, n;
};

static void
add_hits(struct hits *h, const struct letters *text, const uint16_t *hit, size_t n)
{
	for (size_t i = 0; i < n && h->at; i++) {
		size_t offset = text->offset[hit[i]];
		bool known = false;

		for (size_t k = 0; k < h->n; k++)
			known |= h->at[k] == offset;
		if (!known && h->n < h->max)
			h->at[h->n++] = offset;
	}
}

bool
fuzzy_match(const char *pattern, const char *text, int *score, size_t *hits, size_t max,
	    size_t *hit_count)
{
	struct letters part, whole;
	struct hits found = { .at = hits, .max = max };
	bool fold = !has_capital(pattern);
	uint16_t hit[PATTERN_MAX];
	int sum = 0;

	split(&whole, text, strlen(text), TEXT_MAX, fold);
	for (const char *p = pattern + strspn(pattern, " "); *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		split(&part, p, n, PATTERN_MAX, fold);
		if (!is_inside(&part, &whole))
			return false;
		sum += align(&part, &whole, hit);
		add_hits(&found, &whole, hit, part.n);
		p += n;
	}
	if (sum)
		sum -= (int)(whole.n / 8); /* of two equal ones the shorter */
	if (hits)
		qsort(hits, found.n, sizeof(*hits), by_number);
	*score = sum;
	if (hit_count)
		*hit_count = found.n;
	return true;
}
