/* search.h - the tasks that a list asks for: what it filters by, how many, which ones.
 *
 * Nothing is scanned and nothing is sorted where an index can stand in for it, whatever the
 * filters: totals come from kept counts (db_counts.c) or from an index alone, a page from
 * indexes that are in the order of the list, merged where a filter has several values.
 */
#ifndef SANDBOX_SEARCH_H
#define SANDBOX_SEARCH_H

#include "sandbox/page.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum search_key { /* filters of equality: any of the values */
		  SEARCH_PROJECT,
		  SEARCH_BATCH,
		  SEARCH_TYPE,
		  SEARCH_STATUS,
		  SEARCH_UNIQUE,
		  SEARCH_TAG,
		  SEARCH_REVIEW,
		  SEARCH_KEYS
};

enum search_time { SEARCH_CREATED, SEARCH_UPDATED, SEARCH_COMPLETED, SEARCH_TIMES };

struct search_text { /* borrowed */
	const char *p;
	size_t n;
};

struct search {
	bool is_test;
	struct search_any {
		struct search_text *at; /* owned; no two the same */
		size_t count;           /* 0: no such filter */
	} any[SEARCH_KEYS];
	struct search_range {
		int64_t from, to; /* inclusive; INT64_MIN, INT64_MAX: open */
	} time[SEARCH_TIMES];
};

/* Read the filters of a query; texts are borrowed from rq. False: the reply is made. */
bool search_read(struct search *q, const struct request *rq, struct reply *rp);
void search_done(struct search *q);

/* How many tasks match. */
int64_t search_total(struct service *s, const struct search *q);

struct search_page {
	int64_t limit, offset;
	struct page_mark after; /* only what comes behind it */
	bool has_after;
};

/* The newest of the matches, at most page->limit, into marks[]; returns how many. total: as
 * search_total() gives it. */
size_t search_marks(struct service *s, const struct search *q, const struct search_page *page,
		    int64_t total, struct page_mark *marks);

#endif
