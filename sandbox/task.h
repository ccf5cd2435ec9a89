/* task.h - a task in the database, and the object that shows it. */
#ifndef SANDBOX_TASK_H
#define SANDBOX_TASK_H

#include "core/buf.h"
#include "sandbox/db.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stdint.h>

#define TASK_ID_SIZE 25 /* 24 hex digits and a NUL */

struct task_row { /* strings are borrowed; NULL where the task has none */
	char id[TASK_ID_SIZE];
	bool is_test, clear_on_error;
	bool calls;          /* it, or its batch, has an address that wants to know of its end */
	const char *type;    /* NULL: multistage */
	const char *project; /* "": none */
	const char *status, *batch, *unique_id;
	const char *instruction, *callback_url;
	const char *params, *metadata; /* JSON objects */
	const char *tags;              /* JSON array */
	const char *response;          /* JSON object */
	const char *review;
	const char *fate, *outcome; /* of a pending one */
	int priority;               /* 0: none */
	int64_t created_ms, updated_ms;
	int64_t completed_ms, due_ms; /* 0: none */
};

/* An id that sorts by time, like the service's: seconds, milliseconds, random. */
void task_id_make(int64_t now_ms, char out[TASK_ID_SIZE]);

/* Store it; returns its row number. Counts and the index of tags follow by themselves:
 * db_counts.c. */
int64_t task_insert(struct db *db, const struct task_row *t);

/* Columns to select for task_out(), in its order. */
#define TASK_COLUMNS                                                                         \
	"id, status, created_ms, updated_ms, completed_ms, env, nullif(project, ''), batch," \
	" unique_id, priority, tags, instruction, callback_url, metadata, params, response," \
	" review, type, seq, called IS NOT NULL OR NULL, called, called_ms, comments,"       \
	" priors, audits"
enum { TASK_COLUMN_STATUS = 1, TASK_COLUMN_CREATED = 2, TASK_COLUMN_SEQ = 18 };

struct task_view {
	bool limited;     /* only task_id, status, metadata, project */
	bool attachments; /* with addresses to fetch the attachments from; needs the rest */
	struct service *service;
	const struct request *rq;
};

/* Add the row that st stands on as a task object. */
void task_out(struct buf *b, sqlite3_stmt *st, const struct task_view *view);

/* Make the reply from the task with this id. */
void task_reply(struct service *s, const struct request *rq, const char *id, struct reply *rp);

/* The row number of the task, and its status; 0 with the reply made if there is none. */
int64_t task_find(struct service *s, const struct request *rq, char status[16], struct reply *rp);

/* Who has this unique id? Makes the 409 and returns true if it is another task than seq. */
bool task_unique_taken(struct service *s, const struct request *rq, const char *unique_id,
		       int64_t seq, struct reply *rp);

/* A second request with the same Idempotency-Key creates nothing: makes the 409 and
 * returns true. Source: API reference, idempotent requests; the text is made up. */
bool task_key_used(struct service *s, const struct request *rq, struct reply *rp);
void task_key_keep(struct service *s, const struct request *rq, const char *id);

#endif
