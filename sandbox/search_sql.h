/* search_sql.h - SQL for a search: which index is walked, and the text that makes SQLite do so.
 *
 * Every table is named with its index (INDEXED BY), so that a statement that cannot use it
 * fails in the tests instead of scanning a million rows at somebody's desk.
 */
#ifndef SANDBOX_SEARCH_SQL_H
#define SANDBOX_SEARCH_SQL_H

#include "core/buf.h"
#include "sandbox/db.h"
#include "sandbox/search.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum search_walk { /* the best for its filter first */
		   WALK_UNIQUE,
		   WALK_REVIEW,
		   WALK_TAG,
		   WALK_BATCH,
		   WALK_PROJECT,
		   WALK_TYPE,
		   WALK_STATUS,
		   WALK_CREATED,
		   WALK_UPDATED, /* by time, in the order of updates: what is found is sorted */
		   WALK_COMPLETED,
		   WALKS
};

struct search_value {     /* of one "?" */
	const char *text; /* borrowed; NULL: number */
	size_t n;
	int64_t number;
};

struct search_sql {
	struct buf text;
	struct search_value *values; /* owned */
	size_t count;
};

#define SEARCH_SQL_MAX (256u << 10)
#define SEARCH_SQL_INIT                           \
	{                                         \
		.text = BUF_INIT(SEARCH_SQL_MAX), \
	}

/* The key whose values walk follows, SEARCH_KEYS: none; and the time it can bound. */
enum search_key search_walk_key(enum search_walk walk);
enum search_time search_walk_time(enum search_walk walk);

/* Can walk serve q: not too many ranges to merge? */
bool search_walk_fits(enum search_walk walk, const struct search *q);

/* " column = ?" or " column IN (?,?)", with word in front, if q has such a filter. */
void search_sql_any(struct search_sql *sql, const struct search *q, enum search_key key,
		    const char *word, const char *column);

/* The matches as (created_ms, seq), in the order of a list, from page->after on. */
void search_sql_marks(struct search_sql *sql, const struct search *q, enum search_walk walk,
		      const struct search_page *page);
/* Their number. */
void search_sql_count(struct search_sql *sql, const struct search *q, enum search_walk walk);

void search_sql_number(struct search_sql *sql, const char *text, int64_t value);
/* The statement with its values. */
sqlite3_stmt *search_sql_query(const struct search_sql *sql, struct db *db);
void search_sql_done(struct search_sql *sql);

#endif
