/* store_schema.c - the tables, as steps that are only ever appended.
 *
 * Step i takes a file from user_version i to i + 1. A step that has been
 * released never changes: write the next one. tests/test_migrate.c opens files
 * of every earlier version.
 */
#include "config.h"

#include "core/store_db.h"

#include <stdio.h>

#define APPLICATION_ID 0x6D737467 /* "mstg", for file(1) and for us */

/* CHECK constraints turn a fault of the program into a refused statement. */
static const char *const steps[] = {
	/* 1: whom we talk to, drafts, small things to remember */
	"CREATE TABLE secret ("
	"  id   INTEGER PRIMARY KEY CHECK (id = 1),"
	"  salt BLOB NOT NULL CHECK (length(salt) = 32)"
	") STRICT;"
	"INSERT INTO secret VALUES (1, randomblob(32));"

	"CREATE TABLE target ("
	"  id       INTEGER PRIMARY KEY,"
	"  base_url TEXT NOT NULL,"
	"  account  TEXT NOT NULL CHECK (length(account) = 12),"
	"  UNIQUE (base_url, account)"
	") STRICT;"

	"CREATE TABLE note ("
	"  name  TEXT PRIMARY KEY,"
	"  value TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"

	/* submitted: seq of its outbox row; 0 = never */
	"CREATE TABLE draft ("
	"  id         TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),"
	"  name       TEXT NOT NULL,"
	"  updated_ms INTEGER NOT NULL,"
	"  submitted  INTEGER NOT NULL DEFAULT 0,"
	"  data       BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX draft_newest ON draft (updated_ms, id);",

	/* 2: tasks and the board. key: task_id, or "local-<seq>" of an outbox row.
	 * status: our name of it, word: as it came. rank: task_statuses[].order, so
	 * a change of those orders needs a step. One index for each sort order. */
	"CREATE TABLE task ("
	"  id           INTEGER PRIMARY KEY,"
	"  target       INTEGER NOT NULL REFERENCES target (id),"
	"  key          TEXT NOT NULL CHECK (key <> ''),"
	"  seq          INTEGER NOT NULL DEFAULT 0,"
	"  status       TEXT NOT NULL,"
	"  word         TEXT NOT NULL,"
	"  rank         INTEGER NOT NULL,"
	"  unique_id    TEXT NOT NULL,"
	"  type         TEXT NOT NULL,"
	"  project      TEXT NOT NULL,"
	"  batch        TEXT NOT NULL,"
	"  tags         TEXT NOT NULL,"
	"  note         TEXT NOT NULL,"
	"  priority     INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 999),"
	"  is_test      INTEGER NOT NULL CHECK (is_test IN (0, 1)),"
	"  created_ms   INTEGER NOT NULL CHECK (created_ms BETWEEN 0 AND 999999999999999),"
	"  updated_ms   INTEGER NOT NULL,"
	"  completed_ms INTEGER NOT NULL,"
	"  changed_ms   INTEGER NOT NULL CHECK (changed_ms BETWEEN 0 AND 999999999999999),"
	"  seen_ms      INTEGER NOT NULL,"
	"  by_status    INTEGER AS (rank * 1000000000000000 - changed_ms) VIRTUAL,"
	"  by_priority  INTEGER AS (priority * 1000000000000000 + created_ms) VIRTUAL,"
	"  UNIQUE (target, key),"
	"  CHECK ((seq > 0) = (substr(key, 1, 6) = 'local-'))"
	") STRICT;"
	"CREATE INDEX task_created  ON task (target, created_ms, key);"
	"CREATE INDEX task_changed  ON task (target, changed_ms, key);"
	"CREATE INDEX task_status   ON task (target, by_status, key);"
	"CREATE INDEX task_unique   ON task (target, unique_id, key);"
	"CREATE INDEX task_priority ON task (target, by_priority, key);"

	/* apart, so that a filter reads only what it looks at */
	"CREATE TABLE task_body ("
	"  id   INTEGER PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,"
	"  json BLOB NOT NULL"
	") STRICT;"

	"CREATE TABLE tally ("
	"  target INTEGER NOT NULL,"
	"  status TEXT NOT NULL,"
	"  n      INTEGER NOT NULL CHECK (n >= 0),"
	"  PRIMARY KEY (target, status)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER task_comes AFTER INSERT ON task BEGIN"
	"  INSERT INTO tally VALUES (new.target, new.status, 1)"
	"    ON CONFLICT (target, status) DO UPDATE SET n = n + 1;"
	"END;"
	"CREATE TRIGGER task_goes AFTER DELETE ON task BEGIN"
	"  UPDATE tally SET n = n - 1 WHERE target = old.target AND status = old.status;"
	"END;"
	"CREATE TRIGGER task_moves AFTER UPDATE OF status ON task"
	"  WHEN old.status <> new.status BEGIN"
	"  UPDATE tally SET n = n - 1 WHERE target = old.target AND status = old.status;"
	"  INSERT INTO tally VALUES (new.target, new.status, 1)"
	"    ON CONFLICT (target, status) DO UPDATE SET n = n + 1;"
	"END;"

	/* where the next refresh starts: set when one has ended, not while it runs */
	"CREATE TABLE sync ("
	"  target     INTEGER PRIMARY KEY REFERENCES target (id),"
	"  updated_ms INTEGER NOT NULL"
	") STRICT;",

	/* 3: the outbox. A row is never deleted; its bytes and its unique_id change
	 * only while it is refused for good. attempt: what came of it, append only. */
	"CREATE TABLE outbox ("
	"  seq        INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  target     INTEGER NOT NULL REFERENCES target (id),"
	"  run_key    TEXT NOT NULL CHECK (run_key <> ''),"
	"  item       INTEGER NOT NULL,"
	"  unique_id  TEXT NOT NULL CHECK (unique_id <> ''),"
	"  project    TEXT NOT NULL,"
	"  batch      TEXT NOT NULL,"
	"  tags       TEXT NOT NULL,"
	"  priority   INTEGER NOT NULL,"
	"  payload    BLOB NOT NULL CHECK (length(payload) > 0),"
	"  sha256     TEXT NOT NULL CHECK (length(sha256) = 64),"
	"  state      TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'unconfirmed',"
	"               'accepted', 'rejected', 'abandoned')),"
	"  ambiguous  INTEGER NOT NULL CHECK (ambiguous IN (0, 1)),"
	"  attempt    INTEGER NOT NULL CHECK (attempt >= 0),"
	"  looks      INTEGER NOT NULL CHECK (looks >= 0),"
	"  created_ms INTEGER NOT NULL,"
	"  sent_ms    INTEGER NOT NULL,"
	"  next_ms    INTEGER NOT NULL,"
	"  task_id    TEXT NOT NULL,"
	"  http       INTEGER NOT NULL,"
	"  note       TEXT NOT NULL,"
	"  field      TEXT NOT NULL,"
	"  UNIQUE (target, run_key, item),"
	"  CHECK ((state = 'accepted') = (task_id <> '')),"
	"  CHECK (state <> 'rejected' OR ambiguous = 0),"
	"  CHECK (state <> 'sending' OR attempt > 0)"
	") STRICT;"
	"CREATE INDEX outbox_id ON outbox (target, unique_id);"
	"CREATE INDEX outbox_due ON outbox (target, next_ms, seq)"
	"  WHERE state IN ('queued', 'unconfirmed');"
	"CREATE INDEX outbox_sending ON outbox (seq) WHERE state = 'sending';"
	/* Two rows that may both make a task must not share an id. */
	"CREATE UNIQUE INDEX outbox_open_id ON outbox (target, unique_id)"
	"  WHERE state IN ('queued', 'sending', 'unconfirmed', 'abandoned');"
	"CREATE TRIGGER outbox_frozen BEFORE UPDATE OF payload, sha256, unique_id ON outbox"
	"  WHEN old.state <> 'rejected' BEGIN"
	"  SELECT RAISE(ABORT, 'the bytes of a queued task never change');"
	"END;"
	"CREATE TRIGGER outbox_kept BEFORE DELETE ON outbox BEGIN"
	"  SELECT RAISE(ABORT, 'a row of the outbox is never deleted');"
	"END;"

	"CREATE TABLE attempt ("
	"  seq    INTEGER NOT NULL REFERENCES outbox (seq),"
	"  n      INTEGER NOT NULL,"
	"  post   INTEGER NOT NULL," /* outbox.attempt at that moment */
	"  at_ms  INTEGER NOT NULL,"
	"  state  TEXT NOT NULL,"
	"  http   INTEGER NOT NULL,"
	"  sha256 TEXT NOT NULL,"
	"  note   TEXT NOT NULL,"
	"  PRIMARY KEY (seq, n)"
	") STRICT, WITHOUT ROWID;",

	/* 4: what pickers offer, when it was fetched, and what was chosen here */
	"CREATE TABLE project ("
	"  target     INTEGER NOT NULL REFERENCES target (id),"
	"  name       TEXT NOT NULL CHECK (name <> ''),"
	"  type       TEXT NOT NULL,"
	"  version    INTEGER NOT NULL," /* of the last parameters, -1 if none */
	"  rapid      INTEGER NOT NULL CHECK (rapid IN (0, 1)),"
	"  created_ms INTEGER NOT NULL,"
	"  PRIMARY KEY (target, name)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE batch ("
	"  target     INTEGER NOT NULL REFERENCES target (id),"
	"  name       TEXT NOT NULL CHECK (name <> ''),"
	"  project    TEXT NOT NULL,"
	"  status     TEXT NOT NULL,"
	"  callback   TEXT NOT NULL,"
	"  metadata   TEXT NOT NULL,"
	"  created_ms INTEGER NOT NULL,"
	"  pending    INTEGER NOT NULL," /* counts: -1 if not told */
	"  completed  INTEGER NOT NULL,"
	"  error      INTEGER NOT NULL,"
	"  canceled   INTEGER NOT NULL,"
	"  PRIMARY KEY (target, name)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE blueprint ("
	"  target  INTEGER NOT NULL REFERENCES target (id),"
	"  project TEXT NOT NULL,"
	"  id      TEXT NOT NULL CHECK (id <> ''),"
	"  seen_ms INTEGER NOT NULL,"
	"  PRIMARY KEY (target, project, id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE fetched ("
	"  target  INTEGER NOT NULL REFERENCES target (id),"
	"  what    TEXT NOT NULL CHECK (what IN ('project', 'batch')),"
	"  project TEXT NOT NULL," /* '' = all */
	"  at_ms   INTEGER NOT NULL,"
	"  PRIMARY KEY (target, what, project)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE used ("
	"  target  INTEGER NOT NULL REFERENCES target (id),"
	"  what    TEXT NOT NULL CHECK (what IN ('project', 'batch', 'blueprint')),"
	"  name    TEXT NOT NULL CHECK (name <> ''),"
	"  used_ms INTEGER NOT NULL,"
	"  PRIMARY KEY (target, what, name)"
	") STRICT, WITHOUT ROWID;",

	/* 5: what is known of a row in doubt, and what stands in the way of a target's rows.
	 * made_id: we made the unique_id. owner: a task that holds it and is not this one.
	 * twin: a second task with it. verify_ms: when an accepted row is looked up once
	 * more, 0 = never. gone_ms: the service said that it does not know the task. */
	"ALTER TABLE outbox ADD COLUMN made_id INTEGER NOT NULL DEFAULT 1"
	"  CHECK (made_id IN (0, 1));"
	"ALTER TABLE outbox ADD COLUMN wish TEXT NOT NULL DEFAULT ''"
	"  CHECK (wish IN ('', 'cancel'));"
	"ALTER TABLE outbox ADD COLUMN owner TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE outbox ADD COLUMN twin TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE outbox ADD COLUMN verify_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outbox ADD COLUMN hint TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX outbox_verify ON outbox (target, verify_ms, seq) WHERE verify_ms > 0;"
	"CREATE INDEX outbox_wish ON outbox (target, seq) WHERE wish <> '';"
	/* what: a POST, a look-up by unique_id, the fetch of a named owner, the late look-up,
	 * a person, or the recovery of a dead process. curl: its code, 0 = none. */
	"ALTER TABLE attempt ADD COLUMN what TEXT NOT NULL DEFAULT 'post'"
	"  CHECK (what IN ('post', 'look', 'owner', 'verify', 'hand', 'start'));"
	"ALTER TABLE attempt ADD COLUMN ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE attempt ADD COLUMN curl INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE attempt ADD COLUMN request_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE attempt ADD COLUMN hint TEXT NOT NULL DEFAULT '';"
	"CREATE TRIGGER attempt_stands BEFORE UPDATE ON attempt BEGIN"
	"  SELECT RAISE(ABORT, 'evidence is only added');"
	"END;"
	"CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt BEGIN"
	"  SELECT RAISE(ABORT, 'evidence is only added');"
	"END;"
	"ALTER TABLE task ADD COLUMN gone_ms INTEGER NOT NULL DEFAULT 0;"

	/* Both hold for every process; one line a target. */
	"CREATE TABLE hold ("
	"  target   INTEGER PRIMARY KEY REFERENCES target (id),"
	"  what     TEXT NOT NULL"
	"             CHECK (what IN ('key', 'payment', 'forbidden', 'redirect', 'tls')),"
	"  since_ms INTEGER NOT NULL,"
	"  http     INTEGER NOT NULL,"
	"  note     TEXT NOT NULL,"
	"  hint     TEXT NOT NULL"
	") STRICT;"
	"CREATE TABLE pace ("
	"  target   INTEGER PRIMARY KEY REFERENCES target (id),"
	"  until_ms INTEGER NOT NULL,"
	"  fails    INTEGER NOT NULL CHECK (fails >= 0)"
	") STRICT;",

	/* 6: rows in doubt are looked up while thousands wait to be sent */
	"DROP INDEX outbox_due;"
	"CREATE INDEX outbox_queued ON outbox (target, next_ms, seq) WHERE state = 'queued';"
	"CREATE INDEX outbox_doubt ON outbox (target, next_ms, seq) WHERE state = 'unconfirmed';",
};

int
store_schema_version(void)
{
	return (int)ARRAY_LEN(steps);
}

/* Refuse what is not ours before a byte of it changes. */
static enum err_code
judge(struct store *s, int64_t *version, struct err *err)
{
	int64_t id = 0, things = 0;

	*version = 0;
	if (store_number(s, "PRAGMA application_id", NULL, 0, &id, err) ||
	    store_number(s, "PRAGMA user_version", NULL, 0, version, err))
		return err->code;
	if (id == 0 && *version == 0 &&
	    store_number(s, "SELECT count(*) FROM sqlite_schema", NULL, 0, &things, err))
		return err->code;
	if (id != APPLICATION_ID && (id != 0 || *version != 0 || things != 0)) {
		err_set(err, ERR_STORE, "the database belongs to another program");
		return err_hint(err, "keep the file: move it aside and start again");
	}
	if (*version > store_schema_version()) {
		err_set(err, ERR_STORE,
			"it was made by a newer multistage (schema %lld, this one knows %d)",
			(long long)*version, store_schema_version());
		return err_hint(err, "update this program; the file was not touched");
	}
	return ERR_OK;
}

static enum err_code
step(struct store *s, int64_t from, struct err *err)
{
	char set[100];

	snprintf(set, sizeof(set), "PRAGMA application_id = %d; PRAGMA user_version = %lld",
		 APPLICATION_ID, (long long)from + 1);
	if (sqlite3_exec(s->db, steps[from], NULL, NULL, NULL) ||
	    sqlite3_exec(s->db, set, NULL, NULL, NULL))
		return store_fail(s, "bringing the database up to date", err);
	return ERR_OK;
}

enum err_code
store_schema_to(struct store *s, int version, struct err *err)
{
	int64_t now = 0;
	enum err_code code;

	if (judge(s, &now, err))
		return err->code;
	if (now >= version)
		return ERR_OK; /* the usual start: nothing is written */
	if (store_begin_write(s, err))
		return err->code;
	code = judge(s, &now, err); /* again: another process may have been faster */
	for (; !code && now < version; now++)
		code = step(s, now, err);
	return store_end(s, code, err);
}

enum err_code
store_schema(struct store *s, struct err *err)
{
	return store_schema_to(s, store_schema_version(), err);
}
