/* db_cache.h - SQLite's page cache, without a look at every page at each commit.
 *
 * A commit drops the pages behind the end of the file. When the B-tree has put pages in
 * order, and has used a number far behind the end meanwhile, SQLite (3.40) no longer knows
 * that there are none, and looks at all of them: milliseconds, with a million tasks in
 * memory. This one knows.
 */
#ifndef SANDBOX_DB_CACHE_H
#define SANDBOX_DB_CACHE_H

/* Before SQLite is first used in this process; later it does nothing. */
void db_cache_install(void);

#endif
