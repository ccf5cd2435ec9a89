/* db_cache.c - see db_cache.h. All but the numbers is left to SQLite's own cache. */
#include "config.h"

#include "sandbox/db_cache.h"

#include "core/mem.h"

#include <stdlib.h>

#include <sqlite3.h>

struct cache {
	sqlite3_pcache *own;
	unsigned last;  /* no page has a higher number, but for one that is away: */
	unsigned aside; /* its number meanwhile; 0: none is */
};

static sqlite3_pcache_methods2 own; /* SQLite's: one for the process, as sqlite3_config() is */

static int
init(void *arg)
{
	(void)arg;
	return own.xInit(own.pArg);
}

static void
end(void *arg)
{
	(void)arg;
	own.xShutdown(own.pArg);
}

static sqlite3_pcache *
create(int page_bytes, int extra_bytes, int purgeable)
{
	struct cache *c = mem_alloc(sizeof(*c));

	c->own = own.xCreate(page_bytes, extra_bytes, purgeable);
	if (c->own)
		return (sqlite3_pcache *)c;
	free(c);
	return NULL;
}

static void
set_size(sqlite3_pcache *p, int pages)
{
	own.xCachesize(((struct cache *)p)->own, pages);
}

static int
count(sqlite3_pcache *p)
{
	return own.xPagecount(((struct cache *)p)->own);
}

static sqlite3_pcache_page *
fetch(sqlite3_pcache *p, unsigned key, int make)
{
	struct cache *c = (struct cache *)p;

	if (make && key > c->last)
		c->last = key;
	return own.xFetch(c->own, key, make);
}

static void
unpin(sqlite3_pcache *p, sqlite3_pcache_page *page, int discard)
{
	own.xUnpin(((struct cache *)p)->own, page, discard);
}

static void
rekey(sqlite3_pcache *p, sqlite3_pcache_page *page, unsigned from, unsigned to)
{
	struct cache *c = (struct cache *)p;

	own.xRekey(c->own, page, from, to);
	if (from == c->aside)
		c->aside = 0;
	if (to <= c->last)
		return;
	if (c->aside == 0) {
		c->aside = to;
	} else {
		c->last = to > c->aside ? to : c->aside; /* two are away: as SQLite does it */
		c->aside = 0;
	}
}

static void
truncate_at(sqlite3_pcache *p, unsigned limit)
{
	struct cache *c = (struct cache *)p;

	if (c->last < limit && c->aside < limit)
		return;
	own.xTruncate(c->own, limit);
	if (c->last >= limit)
		c->last = limit > 0 ? limit - 1 : 0;
	if (c->aside >= limit)
		c->aside = 0;
}

static void
destroy(sqlite3_pcache *p)
{
	own.xDestroy(((struct cache *)p)->own);
	free(p);
}

static void
shrink(sqlite3_pcache *p)
{
	own.xShrink(((struct cache *)p)->own);
}

void
db_cache_install(void)
{
	static const sqlite3_pcache_methods2 ours = {
		.iVersion = 1,
		.xInit = init,
		.xShutdown = end,
		.xCreate = create,
		.xCachesize = set_size,
		.xPagecount = count,
		.xFetch = fetch,
		.xUnpin = unpin,
		.xRekey = rekey,
		.xTruncate = truncate_at,
		.xDestroy = destroy,
		.xShrink = shrink,
	};

	if (own.xInit || sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own) != SQLITE_OK)
		return;
	sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours);
}
