/* db_counts.c - the schema step that brings kept counts and indexes for lists.
 *
 * task_count: how many tasks of each kind there are. batch '' holds all of them; the tasks
 * of a batch are counted once more under its name.
 * task_block: the same by time, in blocks of 2^24 ms (4.7 hours), for sums over a range.
 * what: 0 by created_ms, 1 by updated_ms, 2 by completed_ms.
 * task_tag, tag_count: task.tags as rows in the order of a list, and how many carry a tag.
 *
 * Triggers keep all of it, so no statement can forget to, and a database that was there
 * before is filled here. Indexes on other columns end in status, created_ms: a list of all
 * statuses merges their ranges. Those by time hold every column that lists filter by.
 */
#include "config.h"

#include "sandbox/db_schema.h"

/* clang-format off */
#define KIND(row) row ".project, " row ".type, " row ".status"
#define SAME(row) \
	"project = " row ".project AND type = " row ".type AND status = " row ".status"
#define KIND_CHANGED \
	"(old.env, old.project, old.batch, old.type, old.status)" \
	" IS NOT (new.env, new.project, new.batch, new.type, new.status)"
#define ONE_MORE " ON CONFLICT DO UPDATE SET n = n + 1;"

#define COUNT(batch) \
	"INSERT INTO task_count VALUES (new.env, " batch ", " KIND("new") ", 1)" ONE_MORE
#define UNCOUNT \
	"UPDATE task_count SET n = n - 1 WHERE env = old.env AND batch IN ('', old.batch)" \
	" AND " SAME("old") ";"

#define BLOCK(column) column " >> 24"
#define COUNT_BLOCK(what, column) \
	"INSERT INTO task_block SELECT new.env, " what ", " BLOCK("new." column) ", " \
	KIND("new") ", 1 WHERE new." column " IS NOT NULL" ONE_MORE
#define UNCOUNT_BLOCK(what, column) \
	"UPDATE task_block SET n = n - 1 WHERE env = old.env AND what = " what \
	" AND block = " BLOCK("old." column) " AND " SAME("old") ";"
/* A change of the kind moves a task between rows of its block, too. */
#define BLOCKS(name, what, column) \
	"INSERT INTO task_block SELECT env, " what ", " BLOCK(column) ", project, type," \
	" status, count(*) FROM task WHERE " column " IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;" \
	"CREATE TRIGGER " name "_in AFTER INSERT ON task WHEN new." column " IS NOT NULL" \
	" BEGIN " COUNT_BLOCK(what, column) "END;" \
	"CREATE TRIGGER " name "_out AFTER DELETE ON task WHEN old." column " IS NOT NULL" \
	" BEGIN " UNCOUNT_BLOCK(what, column) "END;" \
	"CREATE TRIGGER " name "_up AFTER UPDATE OF env, project, batch, type, status, " \
	column " ON task WHEN " BLOCK("old." column) " IS NOT " BLOCK("new." column) \
	" OR " KIND_CHANGED \
	" BEGIN " UNCOUNT_BLOCK(what, column) COUNT_BLOCK(what, column) "END;"

#define ADD_TAGS \
	"INSERT OR IGNORE INTO task_tag SELECT new.env, value, new.created_ms, new.seq," \
	" new.project FROM json_each(new.tags);"
#define DROP_TAGS \
	"DELETE FROM task_tag WHERE env = old.env AND tag IN" \
	" (SELECT value FROM json_each(old.tags)) AND created_ms = old.created_ms" \
	" AND task = old.seq;"

const char db_schema_counts[] =
	"CREATE TABLE task_count ("
	" env INTEGER NOT NULL, batch TEXT NOT NULL, project TEXT NOT NULL,"
	" type TEXT NOT NULL, status TEXT NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY (env, batch, project, type, status)) STRICT, WITHOUT ROWID;"
	"INSERT INTO task_count SELECT env, '', project, type, status, count(*) FROM task"
	" GROUP BY 1, 2, 3, 4, 5;"
	"INSERT INTO task_count SELECT env, batch, project, type, status, count(*) FROM task"
	" WHERE batch IS NOT NULL GROUP BY 1, 2, 3, 4, 5;"
	"CREATE TRIGGER task_count_in AFTER INSERT ON task BEGIN " COUNT("''") "END;"
	"CREATE TRIGGER task_count_in_batch AFTER INSERT ON task WHEN new.batch IS NOT NULL"
	" BEGIN " COUNT("new.batch") "END;"
	"CREATE TRIGGER task_count_out AFTER DELETE ON task BEGIN " UNCOUNT "END;"
	"CREATE TRIGGER task_count_up AFTER UPDATE OF env, project, batch, type, status"
	" ON task WHEN " KIND_CHANGED " BEGIN " UNCOUNT COUNT("''")
	"INSERT INTO task_count SELECT new.env, new.batch, " KIND("new") ", 1"
	" WHERE new.batch IS NOT NULL" ONE_MORE "END;"

	"CREATE TABLE task_block ("
	" env INTEGER NOT NULL, what INTEGER NOT NULL, block INTEGER NOT NULL,"
	" project TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,"
	" n INTEGER NOT NULL, PRIMARY KEY (env, what, block, project, type, status))"
	" STRICT, WITHOUT ROWID;"
	BLOCKS("block_created", "0", "created_ms")
	BLOCKS("block_updated", "1", "updated_ms")
	BLOCKS("block_completed", "2", "completed_ms")

	"CREATE TABLE tag_count ("
	" env INTEGER NOT NULL, tag TEXT NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY (env, tag)) STRICT, WITHOUT ROWID;"
	"DROP TABLE task_tag;"
	"CREATE TABLE task_tag ("
	" env INTEGER NOT NULL, tag TEXT NOT NULL, created_ms INTEGER NOT NULL,"
	" task INTEGER NOT NULL, project TEXT NOT NULL,"
	" PRIMARY KEY (env, tag, created_ms, task)) STRICT, WITHOUT ROWID;"
	"INSERT OR IGNORE INTO task_tag SELECT env, value, created_ms, seq, project"
	" FROM task, json_each(task.tags) ORDER BY 1, 2, 3, 4;"
	"INSERT INTO tag_count SELECT env, tag, count(*) FROM task_tag GROUP BY 1, 2;"
	"CREATE TRIGGER tag_count_in AFTER INSERT ON task_tag BEGIN"
	" INSERT INTO tag_count VALUES (new.env, new.tag, 1)" ONE_MORE "END;"
	"CREATE TRIGGER tag_count_out AFTER DELETE ON task_tag BEGIN"
	" UPDATE tag_count SET n = n - 1 WHERE env = old.env AND tag = old.tag; END;"
	"CREATE TRIGGER task_tag_in AFTER INSERT ON task WHEN new.tags IS NOT NULL"
	" BEGIN " ADD_TAGS "END;"
	"CREATE TRIGGER task_tag_out AFTER DELETE ON task WHEN old.tags IS NOT NULL"
	" BEGIN " DROP_TAGS "END;"
	"CREATE TRIGGER task_tag_up AFTER UPDATE OF env, tags, created_ms, project ON task"
	" WHEN (old.env, old.tags, old.created_ms, old.project)"
	" IS NOT (new.env, new.tags, new.created_ms, new.project)"
	" BEGIN " DROP_TAGS ADD_TAGS "END;"

	"DROP INDEX task_updated;"
	"DROP INDEX task_project;"
	"DROP INDEX task_batch;"
	"CREATE INDEX task_project ON task (env, project, status, created_ms);"
	"CREATE INDEX task_type ON task (env, type, status, created_ms);"
	"CREATE INDEX task_batch ON task (env, batch, status, created_ms)"
	" WHERE batch IS NOT NULL;"
	"CREATE INDEX task_review ON task (env, review, created_ms) WHERE review IS NOT NULL;"
	"CREATE INDEX task_updated ON task"
	" (env, updated_ms, created_ms, project, batch, status, type);"
	"CREATE INDEX task_completed ON task"
	" (env, completed_ms, created_ms, project, batch, status, type)"
	" WHERE completed_ms IS NOT NULL;";
/* clang-format on */
