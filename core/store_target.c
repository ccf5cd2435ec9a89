/* store_target.c - other targets than the one in use: what waits there, and how the rows of one
 * come to another, when a key was exchanged. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static void
read_other(sqlite3_stmt *st, struct other_target *o)
{
	o->target = sqlite3_column_int64(st, 0);
	store_column_cut(st, 1, o->base_url, sizeof(o->base_url));
	o->same_url = sqlite3_column_int(st, 2) != 0;
	o->waiting = (long)sqlite3_column_int64(st, 3);
	o->rows = (long)sqlite3_column_int64(st, 4);
}

enum err_code
store_other_targets(struct store *s, int64_t target, struct other_target **list, size_t *n,
		    struct err *err)
{
	static const char sql[] =
		"SELECT t.id, t.base_url, t.base_url = (SELECT base_url FROM target WHERE id = ?1),"
		" (SELECT count(*) FROM outbox o WHERE o.target = t.id"
		"   AND o.state IN ('queued', 'unconfirmed'))"
		" + (SELECT count(*) FROM outbox o WHERE o.target = t.id AND o.state = 'sending'),"
		" (SELECT ifnull(sum(n), 0) FROM tally y WHERE y.target = t.id)"
		" FROM target t WHERE t.id <> ?1 ORDER BY t.id";
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st = store_ask(s, sql, v, ARRAY_LEN(v), err);
	struct other_target *found = NULL, o;
	size_t count = 0;
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err)) {
			free(found);
			return err->code;
		}
		if (!row)
			break;
		read_other(st, &o);
		if (o.waiting + o.rows == 0)
			continue;
		found = mem_grow(found, count + 1, sizeof(*found));
		found[count++] = o;
	}
	*list = found;
	*n = count;
	return ERR_OK;
}

/* --- a key was exchanged --- */

/* Tables with one line or more a target. A line that the new target has already stays; the old
 * one is of no use then. Of tasks those that are rows of the outbox follow their rows. */
static const char *const follow[] = {
	"UPDATE OR IGNORE task SET target = ?2 WHERE target = ?1 AND seq = 0",
	"DELETE FROM task WHERE target = ?1 AND seq = 0",
	"UPDATE task SET target = ?2 WHERE target = ?1 AND seq > 0"
	"  AND (SELECT target FROM outbox o WHERE o.seq = task.seq) = ?2",
	"DELETE FROM tally WHERE target IN (?1, ?2)",
	"INSERT INTO tally SELECT target, status, count(*) FROM task WHERE target IN (?1, ?2)"
	"  GROUP BY target, status",
	"UPDATE OR IGNORE sync SET target = ?2 WHERE target = ?1",
	"UPDATE OR IGNORE project SET target = ?2 WHERE target = ?1",
	"UPDATE OR IGNORE batch SET target = ?2 WHERE target = ?1",
	"UPDATE OR IGNORE blueprint SET target = ?2 WHERE target = ?1",
	"UPDATE OR IGNORE fetched SET target = ?2 WHERE target = ?1",
	"UPDATE OR IGNORE used SET target = ?2 WHERE target = ?1",
	"DELETE FROM hold WHERE target = ?1",
	"DELETE FROM pace WHERE target = ?1",
};

static enum err_code
move(struct store *s, int64_t from, int64_t to, long *moved, long *left, struct err *err)
{
	const struct value v[] = { value_int(from), value_int(to) };
	int64_t stays = 0;

	/* A row whose intent or unique_id the new key has, too, stays where it was. */
	if (store_do(s, "UPDATE OR IGNORE outbox SET target = ?2 WHERE target = ?1", v, 2, err))
		return err->code;
	*moved = store_changed(s);
	for (size_t i = 0; i < ARRAY_LEN(follow); i++)
		/* ?2 that a statement does not name cannot be bound */
		if (store_do(s, follow[i], v, strstr(follow[i], "?2") ? 2 : 1, err))
			return err->code;
	if (store_number(s, "SELECT count(*) FROM outbox WHERE target = ?", v, 1, &stays, err))
		return err->code;
	*left = (long)stays;
	return ERR_OK;
}

enum err_code
store_target_move(struct store *s, int64_t from, int64_t to, long *moved, long *left,
		  struct err *err)
{
	long gone = 0, stays = 0;

	if (store_begin_write(s, err))
		return err->code;
	if (store_end(s, move(s, from, to, &gone, &stays, err), err))
		return err->code;
	*moved = gone;
	*left = stays;
	return ERR_OK;
}

enum err_code
store_known_tasks(struct store *s, int64_t target, char (*ids)[BOARD_KEY_SIZE], size_t cap,
		  size_t *n, struct err *err)
{
	const struct value v[] = { value_int(target), value_int((int64_t)cap) };
	sqlite3_stmt *st = store_ask(s,
				     "SELECT key FROM task WHERE target = ? AND seq = 0"
				     " AND gone_ms = 0 ORDER BY created_ms DESC, key DESC LIMIT ?",
				     v, 2, err);
	size_t count = 0;
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			break;
		store_column_cut(st, 0, ids[count++], BOARD_KEY_SIZE);
	}
	*n = count;
	return ERR_OK;
}
