/* page.h - the opaque token between two pages of a list. */
#ifndef SANDBOX_PAGE_H
#define SANDBOX_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct page_mark { /* the last row of the page before */
	int64_t ms, seq;
};

#define PAGE_TOKEN_SIZE 64

/* Hex, so that nobody needs to escape it. */
void page_token(const struct page_mark *mark, char out[PAGE_TOKEN_SIZE]);
/* False if token is none of ours. */
bool page_parse(const char *token, struct page_mark *mark);

#endif
