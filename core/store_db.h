/* store_db.h - private to core/store*.c: the connection and how a statement is run.
 *
 * Statements are kept prepared, found again by their text, and always bind
 * their values. What is read is drained at once: no statement stays open.
 */
#ifndef CORE_STORE_DB_H
#define CORE_STORE_DB_H

#include "core/err.h"
#include "core/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#define STORE_STATEMENTS 96 /* kept prepared; the one used least lately makes room */

struct statement {
	char *sql; /* owned */
	sqlite3_stmt *st;
	unsigned long used; /* turn of the last use */
};

struct store {
	sqlite3 *db;
	char *path; /* owned; the real one */
	struct statement kept[STORE_STATEMENTS];
	size_t kept_count;
	unsigned long turn;
	int (*ending)(void); /* see store_ending() */
	bool nested;         /* the writing under way is a savepoint */
	struct group {       /* see store_group_begin() */
		bool on, begun;
		struct err lost; /* why nothing of it can be kept */
	} group;
	unsigned long commits;
};

/* A value to bind; what it points to must live until the statement has ended. */
struct value {
	enum { VALUE_INT, VALUE_TEXT, VALUE_BLOB } kind;
	int64_t number;
	const void *p;
	size_t n; /* bytes */
};
struct value value_int(int64_t number);
struct value value_text(const char *s); /* the bytes of s, whatever they are */
struct value value_blob(const void *p, size_t n);

/* Prepared and bound; NULL on failure. */
sqlite3_stmt *store_ask(struct store *s, const char *sql, const struct value *v, size_t n,
			struct err *err) MUST_CHECK;
/* The next row; at the end, or on an error, *row = false and the statement is at rest. */
enum err_code store_row(struct store *s, sqlite3_stmt *st, bool *row, struct err *err) MUST_CHECK;
/* For who stops before the end. */
void store_rest(sqlite3_stmt *st);
/* A statement without rows; store_changed() tells how many it touched. */
enum err_code store_do(struct store *s, const char *sql, const struct value *v, size_t n,
		       struct err *err) MUST_CHECK;
/* One number; *out stays as it is when there is no row or the number is NULL. */
enum err_code store_number(struct store *s, const char *sql, const struct value *v, size_t n,
			   int64_t *out, struct err *err) MUST_CHECK;
long store_changed(const struct store *s);

/*
 * A transaction. One that may write takes the write lock at its begin: a read
 * that later writes would get SQLITE_BUSY at once. store_end() commits when
 * code is ERR_OK, else it rolls back; it returns the first error. Within a group
 * it is a savepoint: what fails is undone alone, and the group is committed later.
 */
enum err_code store_begin_write(struct store *s, struct err *err) MUST_CHECK;
enum err_code store_begin_read(struct store *s, struct err *err) MUST_CHECK;
enum err_code store_end(struct store *s, enum err_code code, struct err *err) MUST_CHECK;

/* Word the last SQLite error: "doing: why", with what the person can do. */
enum err_code store_fail(struct store *s, const char *doing, struct err *err);

/* Copies of a column. text: owned, never NULL. cut: into out, never inside a UTF-8 character. */
char *store_column_text(sqlite3_stmt *st, int col);
void store_column_cut(sqlite3_stmt *st, int col, char *out, size_t size);

/* Bring the file to this program's schema; refuses a newer or foreign one, untouched. */
enum err_code store_schema(struct store *s, struct err *err) MUST_CHECK;
/* For the tests of old files: the steps up to version only. */
enum err_code store_schema_to(struct store *s, int version, struct err *err) MUST_CHECK;

/* --- between the store's own files; inside the caller's transaction --- */

/* What store_outbox_read() reads, in its order; the payload stands between two. */
#define OUTBOX_BEFORE_PAYLOAD \
	"SELECT seq, target, run_key, item, unique_id, project, batch, tags, priority, "
#define OUTBOX_AFTER_PAYLOAD                                                                 \
	", sha256, state, ambiguous, attempt, looks, created_ms, sent_ms, next_ms, task_id," \
	" http, note, field, hint, made_id, wish, owner, twin, verify_ms FROM outbox "
/* The row that st stands on; what r had is freed. */
void store_outbox_read(sqlite3_stmt *st, struct outbox_row *r);
/* store_outbox_add(). */
enum err_code store_outbox_put(struct store *s, struct outbox_row *r, const char *draft_id,
			       bool *existed, struct err *err) MUST_CHECK;

/* Insert or update one task; *differs as store_tasks_put() counts. */
enum err_code store_task_write(struct store *s, int64_t target, const struct task *t,
			       int64_t now_ms, bool *differs, struct err *err) MUST_CHECK;
/* The row may have been sent: unconfirmed, ambiguous, due at once; its evidence and board row. */
enum err_code store_outbox_doubt(struct store *s, int64_t seq, const char *note, int64_t now_ms,
				 struct err *err) MUST_CHECK;
/* Write or renew the board row "local-<seq>" of an outbox row; delete it. */
enum err_code store_local_write(struct store *s, const struct outbox_row *r, int64_t now_ms,
				struct err *err) MUST_CHECK;
enum err_code store_local_delete(struct store *s, int64_t target, int64_t seq,
				 struct err *err) MUST_CHECK;
/* Add r->how as evidence of how r stands now. */
enum err_code store_evidence_add(struct store *s, const struct outbox_row *r, int64_t now_ms,
				 struct err *err) MUST_CHECK;
/* The state that the store spells so. */
enum outbox_state store_state_called(const char *name);
/* Remember the blueprint that a task of project names: json is the task, or a payload. */
enum err_code store_blueprint_seen(struct store *s, int64_t target, const char *project,
				   const char *json, size_t n, int64_t now_ms,
				   struct err *err) MUST_CHECK;

#endif
