/* wrap.c - see wrap.h. */
#include "config.h"

#include "tui/wrap.h"

#include "core/text.h"

#include <string.h>

/* One glyph's bytes and columns; printable ASCII is nearly all there is. */
static size_t
step(const char *s, size_t n, int *cols)
{
	struct glyph gl;
	size_t len;

	*cols = 1;
	if (s[0] >= 0x20 && s[0] < 0x7F && (n < 2 || !((unsigned char)s[1] & 0x80)))
		return 1;
	len = text_glyph(s, n, &gl);
	*cols = gl.cols;
	return len;
}

struct wrap
wrap_at(const char *text, size_t n, size_t start, int cols)
{
	size_t at = start, word = start; /* word: after the last blank */
	int used = 0;

	while (at < n && text[at] != '\n') {
		int wide;
		size_t len = step(text + at, n - at, &wide);

		if (text[at] == ' ') {
			if (used + wide > cols) /* hangs over the edge, then the line is full */
				return (struct wrap){ start, at + len, at + len, false };
			word = at + len;
		} else if (used + wide > cols && at > start) {
			if (word == start)
				word = at; /* longer than a line: broken anywhere */
			return (struct wrap){ start, word, word, false };
		}
		used += wide;
		at += len;
	}
	if (at < n)
		return (struct wrap){ start, at, at + 1, false };
	return (struct wrap){ start, n, n, true };
}

static size_t
hard_start(const char *text, size_t at)
{
	const char *nl = at > 0 ? memrchr(text, '\n', at) : NULL;

	return nl ? (size_t)(nl - text) + 1 : 0;
}

struct wrap
wrap_find(const char *text, size_t n, size_t at, int cols)
{
	struct wrap w = wrap_at(text, n, hard_start(text, at), cols);

	while (!w.last && at >= w.next)
		w = wrap_at(text, n, w.next, cols);
	return w;
}

#define RING 64

size_t
wrap_back(const char *text, size_t n, size_t start, size_t count, int cols)
{
	while (count > 0 && start > 0) {
		size_t hard = hard_start(text, start), at, seen = 0, ring[RING];

		if (hard == start) /* the hard line before, without its '\n' */
			hard = hard_start(text, start - 1);
		for (at = hard; at < start; at = wrap_at(text, n, at, cols).next)
			ring[seen++ % RING] = at;
		if (seen >= count && count <= RING)
			return ring[(seen - count) % RING];
		if (seen > RING) { /* as far as the ring remembers */
			start = ring[seen % RING];
			count -= RING;
		} else {
			start = hard;
			count -= seen;
		}
	}
	return start;
}
