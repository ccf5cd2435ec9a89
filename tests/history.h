/* history.h - a client that is killed and hindered, a sandbox that fails, and what is left.
 *
 * A trial is one sandbox and one way to hinder runs (inject.h); a history in it has a folder,
 * a database and a project of its own. It begins, the program runs some times, and it ends:
 * every wish is repeated until it is fulfilled, and the promise must be kept (promise.h).
 */
#ifndef TESTS_HISTORY_H
#define TESTS_HISTORY_H

#include "tests/inject.h"
#include "tests/raw.h"
#include "tests/sandbox.h"

#include "core/buf.h"

struct trial {
	struct inject *inject;
	struct sandbox *service;
	struct raw sandbox; /* the door to it, over TCP */
	char *empty;        /* owned: a database without rows */
	size_t empty_len;
	unsigned number; /* of the history, from 1 */
	char dir[64];    /* of the history */
	char db[128];    /* in it */
	char project[32];
	unsigned wishes;
	bool refuses;     /* some fault refuses, truthfully */
	struct buf story; /* what was done, for whom it may concern */
	struct buf why;   /* what is broken */
	struct program run;
	size_t runs, kills, errors, starved, broken; /* in the whole trial */
	void (*when_broken)(struct trial *t);        /* NULL: the test fails */
};

void trial_open(struct trial *t);
void trial_close(struct trial *t);

/* What can go wrong at the service: rules for /_sandbox/faults. NULL ends the table. */
struct history_fault {
	const char *name, *rules;
	bool refuses; /* a definite no, and nothing is made */
};
extern const struct history_fault history_faults[];
extern const size_t history_fault_count;

/* fresh: without a database, which is made by the first run. */
void history_begin(struct trial *t, const struct history_fault *fault, bool fresh);

/* What the program is asked: only to queue the wish, or to see it through. A wish is a number
 * from 0; a new one is the next. */
enum history_act { HISTORY_QUEUE, HISTORY_SEND };

/* One run under this plan; true if it was carried out. What it says must be true. */
bool history_run(struct trial *t, enum history_act act, unsigned wish,
		 const struct shim_plan *plan);

/* Start one that is not hindered and not watched; what it says goes to that folder. */
pid_t history_start(struct trial *t, enum history_act act, unsigned wish, void *says);

/* Repeat all wishes to their end. If the promise is broken then t->why says how, and the folder
 * stays. */
void history_end(struct trial *t);

#endif
