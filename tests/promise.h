/* promise.h - never lost, never twice: what must hold after every history.
 *
 * The tasks of a project at the sandbox are exactly those that were asked for, each with a
 * unique_id of its own; every row of the outbox is accepted and its task is the one at the
 * sandbox, or refused and there is none; the database is whole.
 */
#ifndef TESTS_PROMISE_H
#define TESTS_PROMISE_H

#include "tests/raw.h"

#include "core/buf.h"

/* A row of the outbox as the database has it; NULL if there is none. */
struct promise_row {
	char run_key[64], unique_id[128], state[16], task_id[64];
	bool ambiguous;
	char *payload; /* owned */
	size_t payload_len;
};

struct promise {
	const char *db;      /* path of the client's database */
	const struct raw *r; /* the sandbox */
	const char *key;     /* of its account */
	const char *project;
	size_t wishes;    /* tasks that were asked for */
	bool may_refuse;  /* the sandbox was told to refuse some */
	const char *wire; /* what was sent, one connection after the other; may be NULL */
	size_t wire_len;
};

/* The rows in their order; *n of them. False: why was added to. Free with promise_free(). A
 * file that is none, or has no outbox, has no rows. */
bool promise_rows(const char *db, struct promise_row **rows, size_t *n, struct buf *why);
void promise_free(struct promise_row *rows, size_t n);

/* False: *why says in lines what is broken. */
bool promise_kept(const struct promise *p, struct buf *why);

/* Every POST of a task that was sent whole carries the bytes of a row. */
bool promise_wire(const char *wire, size_t n, const struct promise_row *rows, size_t count,
		  struct buf *why);

#endif
