/* db_schema.c - see db_schema.h. */
#include "config.h"

#include "sandbox/db_schema.h"

#include "core/err.h"

/*
 * env: 1 for what the test key sees, 0 for the live key; the two share nothing.
 * Times are wall milliseconds. JSON columns hold compact text that goes out as it
 * is. A pending task knows its fate and when it falls due, so a restart loses none.
 */

/* 1: projects, batches, tasks, files. */
static const char first[] =
	"CREATE TABLE api_key (key TEXT PRIMARY KEY, env INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE project ("
	" seq INTEGER PRIMARY KEY, env INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
	" rapid INTEGER NOT NULL, studio INTEGER NOT NULL, archived INTEGER NOT NULL,"
	" extra TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX project_name ON project (env, name);"
	"CREATE TABLE project_param ("
	" project INTEGER NOT NULL REFERENCES project, version INTEGER NOT NULL,"
	" params TEXT NOT NULL, created_ms INTEGER NOT NULL,"
	" PRIMARY KEY (project, version)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE blueprint ("
	" id TEXT PRIMARY KEY, project INTEGER NOT NULL REFERENCES project,"
	" active INTEGER NOT NULL, created_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX blueprint_project ON blueprint (project, active, created_ms);"
	"CREATE TABLE batch ("
	" seq INTEGER PRIMARY KEY, env INTEGER NOT NULL, name TEXT NOT NULL,"
	" project TEXT NOT NULL, staging INTEGER NOT NULL, archived INTEGER NOT NULL,"
	" callback TEXT, metadata TEXT NOT NULL, extra TEXT NOT NULL,"
	" created_ms INTEGER NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX batch_name ON batch (env, name);"
	"CREATE INDEX batch_created ON batch (env, created_ms);"
	"CREATE INDEX batch_project ON batch (env, project, created_ms);"
	"CREATE TABLE task ("
	" seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, env INTEGER NOT NULL,"
	" type TEXT NOT NULL, status TEXT NOT NULL, project TEXT NOT NULL, batch TEXT,"
	" unique_id TEXT, clear_on_error INTEGER NOT NULL, priority INTEGER,"
	" instruction TEXT, callback_url TEXT, params TEXT NOT NULL, metadata TEXT NOT NULL,"
	" tags TEXT, response TEXT, review TEXT,"
	" created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, completed_ms INTEGER,"
	" due_ms INTEGER, fate TEXT, outcome TEXT) STRICT;"
	"CREATE UNIQUE INDEX task_unique ON task (env, unique_id) WHERE unique_id IS NOT NULL;"
	"CREATE INDEX task_created ON task (env, created_ms);"
	"CREATE INDEX task_updated ON task (env, updated_ms);"
	"CREATE INDEX task_status ON task (env, status, created_ms);"
	"CREATE INDEX task_project ON task (env, project, created_ms);"
	"CREATE INDEX task_batch ON task (env, batch, status, created_ms);"
	"CREATE INDEX task_due ON task (due_ms) WHERE due_ms IS NOT NULL;"
	"CREATE TABLE task_tag ("
	" tag TEXT NOT NULL, task INTEGER NOT NULL REFERENCES task,"
	" PRIMARY KEY (tag, task)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX task_tag_task ON task_tag (task);"
	"CREATE TABLE idempotency ("
	" env INTEGER NOT NULL, key TEXT NOT NULL, task TEXT NOT NULL,"
	" PRIMARY KEY (env, key)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE file ("
	" seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, env INTEGER NOT NULL,"
	" name TEXT, mime_type TEXT, size INTEGER, source TEXT, reference_id TEXT,"
	" projects TEXT NOT NULL, metadata TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX file_reference ON file (env, reference_id)"
	" WHERE reference_id IS NOT NULL;"
	"CREATE TABLE file_part ("
	" file INTEGER NOT NULL REFERENCES file, part INTEGER NOT NULL, data BLOB NOT NULL,"
	" PRIMARY KEY (file, part)) STRICT, WITHOUT ROWID;";

/* What goes out: attachments to fetch, callbacks. calls: somebody waits for the end of
 * the task. ready_ms: when it would be due if its attachments were here; its fate is NULL
 * until they are. called: the last callback was accepted; NULL: none has ended. */
static const char outgoing[] =
	"ALTER TABLE task ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE task ADD COLUMN ready_ms INTEGER;"
	"ALTER TABLE task ADD COLUMN called INTEGER;"
	"ALTER TABLE task ADD COLUMN called_ms INTEGER;"
	"UPDATE task SET calls = 1 WHERE due_ms IS NOT NULL AND (callback_url IS NOT NULL"
	" OR EXISTS (SELECT 1 FROM batch b WHERE b.env = task.env AND b.name = task.batch"
	" AND b.callback IS NOT NULL));"
	"CREATE INDEX task_calls ON task (due_ms) WHERE calls AND due_ms IS NOT NULL;"
	"CREATE TABLE callback_key (env INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;"
	"CREATE TABLE callback ("
	" seq INTEGER PRIMARY KEY, task INTEGER NOT NULL REFERENCES task, url TEXT NOT NULL,"
	" body TEXT NOT NULL, tries INTEGER NOT NULL, next_ms INTEGER NOT NULL) STRICT;"
	"CREATE INDEX callback_next ON callback (next_ms, seq);"
	"CREATE INDEX callback_task ON callback (task);"
	"CREATE TABLE fetch ("
	" task INTEGER NOT NULL REFERENCES task, place INTEGER NOT NULL, url TEXT NOT NULL,"
	" state TEXT NOT NULL, status INTEGER, message TEXT,"
	" PRIMARY KEY (task, place)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX fetch_waits ON fetch (task, place) WHERE state = 'waits';";

/* People: who is in the team, what they say of a task (JSON arrays), and the tasks that
 * others are trained and measured by; shown: the object as it was replied. */
static const char people[] =
	"ALTER TABLE task ADD COLUMN comments TEXT;"
	"ALTER TABLE task ADD COLUMN priors TEXT;"
	"ALTER TABLE task ADD COLUMN audits TEXT;"
	"CREATE TABLE teammate ("
	" seq INTEGER PRIMARY KEY, env INTEGER NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL,"
	" first_name TEXT, last_name TEXT, company TEXT) STRICT;"
	"CREATE UNIQUE INDEX teammate_email ON teammate (env, email);"
	"CREATE TABLE quality_task ("
	" seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, env INTEGER NOT NULL,"
	" quality TEXT NOT NULL, type TEXT NOT NULL, project INTEGER NOT NULL REFERENCES project,"
	" unique_id TEXT, shown TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX quality_task_unique ON quality_task (env, unique_id)"
	" WHERE unique_id IS NOT NULL;";

/* Files by project, in parts of a size that they know, opened by a secret. */
static const char assets[] =
	"ALTER TABLE file ADD COLUMN project TEXT;"
	"ALTER TABLE file ADD COLUMN part_bytes INTEGER NOT NULL DEFAULT 1048576;"
	"ALTER TABLE file ADD COLUMN secret TEXT NOT NULL DEFAULT '';"
	"UPDATE file SET project = json_extract(projects, '$[0]'),"
	" secret = lower(hex(randomblob(16)));"
	"CREATE INDEX file_project ON file (env, project, created_ms);";

/* Imports that are still to be fetched. */
static const char imports[] = "ALTER TABLE file ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;"
			      "CREATE INDEX file_wanted ON file (seq) WHERE wanted;";

/* How far the clock was moved. */
static const char clock[] = "CREATE TABLE clock (ahead_ms INTEGER NOT NULL) STRICT;"
			    "INSERT INTO clock VALUES (0);";

const char *const db_schema[] = {
	first, outgoing, people, assets, db_schema_counts, imports, clock
};
const size_t db_schema_count = ARRAY_LEN(db_schema);
