/* import.c - see import.h. */
#include "config.h"

#include "sandbox/import.h"

#include "sandbox/asset.h"
#include "sandbox/db.h"
#include "sandbox/errand.h"
#include "sandbox/web.h"

#include <stdlib.h>

void
import_enqueue(struct service *s, int64_t seq, const char *url)
{
	sqlite3_stmt *st;

	if (!web_is_here(url))
		return;
	st = db_query(s->db, "UPDATE file SET wanted = 1 WHERE seq = ?1");
	db_int(st, 1, seq);
	db_run(s->db, st);
	errand_wake(s, s->now_ms);
}

static bool
holds(const int64_t *list, size_t count, int64_t seq)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == seq)
			return true;
	return false;
}

bool
import_take(struct service *s, const int64_t *busy, size_t count, struct import *out)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT seq, source FROM file WHERE wanted"
					   " ORDER BY seq LIMIT ?1");

	db_int(st, 1, (int64_t)count + 1);
	while (db_row(s->db, st)) {
		if (holds(busy, count, sqlite3_column_int64(st, 0)))
			continue;
		*out = (struct import){ sqlite3_column_int64(st, 0), db_copy(st, 1) };
		sqlite3_reset(st);
		return true;
	}
	return false;
}

void
import_done(struct import *i)
{
	free(i->url);
	*i = (struct import){ .seq = 0 };
}

void
import_ended(struct service *s, int64_t seq, const struct web_answer *a)
{
	sqlite3_stmt *st = db_query(s->db, "UPDATE file SET wanted = 0, size = ?2, mime_type = ?3"
					   " WHERE seq = ?1");

	db_int(st, 1, seq);
	if (a->status == 200) {
		db_int(st, 2, (int64_t)a->n);
		db_str(st, 3, asset_is_type(a->type) ? a->type : "application/octet-stream");
	}
	db_run(s->db, st);
	for (size_t at = 0; a->status == 200 && at < a->n; at += ASSET_PART_BYTES)
		asset_add_part(s->db, seq, at / ASSET_PART_BYTES, a->data + at,
			       a->n - at < ASSET_PART_BYTES ? a->n - at : ASSET_PART_BYTES);
}
