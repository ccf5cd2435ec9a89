/* page.c - see page.h. */
#include "config.h"

#include "sandbox/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A sum over both numbers, so that a token with a slip in it is refused. */
static unsigned
check(const struct page_mark *mark)
{
	uint64_t h = ((uint64_t)mark->ms * 0x9E3779B97F4A7C15u) ^ (uint64_t)mark->seq;

	return (unsigned)((h * 0xD6E8FEB86659FD93u) >> 48);
}

void
page_token(const struct page_mark *mark, char out[PAGE_TOKEN_SIZE])
{
	snprintf(out, PAGE_TOKEN_SIZE, "%016" PRIx64 "%016" PRIx64 "%04x", (uint64_t)mark->ms,
		 (uint64_t)mark->seq, check(mark));
}

bool
page_parse(const char *token, struct page_mark *mark)
{
	uint64_t ms, seq;
	unsigned sum;
	struct page_mark m;

	if (strlen(token) != 36 || strspn(token, "0123456789abcdef") != 36 ||
	    sscanf(token, "%16" SCNx64 "%16" SCNx64 "%4x", &ms, &seq, &sum) != 3)
		return false;
	m = (struct page_mark){ (int64_t)ms, (int64_t)seq };
	if (check(&m) != sum)
		return false;
	*mark = m;
	return true;
}
