/* follow.h - rows of the outbox, from now until each has come to an end or cannot go on.
 *
 * "submit" and "queue --wait" stand on this: a line on stdout for each row as it ends, words
 * on stderr, and the exit status. Which process sends the rows does not matter: what the
 * session of this one does is heard from its events, the rest is seen in the store.
 */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "cli/run.h"

#include "core/err.h"
#include "core/store.h"

#include <stdbool.h>
#include <stddef.h>

enum follow_form {
	FOLLOW_ID,    /* the task_id alone, for the one task of a file */
	FOLLOW_LINES, /* id, state, record, unique_id, why, with tabs between */
	FOLLOW_JSON
};

struct follow;

/* run is borrowed; it has a session. Owned by the caller. */
struct follow *follow_new(struct run *run, enum follow_form form);
void follow_free(struct follow *f);

/* Follow a row, which is as the store has it now; also one that has ended. */
void follow_add(struct follow *f, const struct outbox_row *r);
bool follow_doubt(const struct follow *f); /* some of them may have reached the service */

/*
 * Wait until no row is open, or nothing has come to an end for timeout_s seconds, or they
 * cannot go on. Prints all of them. Errors: what the exit status is to say, and in words.
 */
enum err_code follow_wait(struct follow *f, long timeout_s, struct err *err) MUST_CHECK;

/* Print a row as it is, without following it. why: if it has no reason of its own, or NULL;
 * with FOLLOW_ID a row without task is named, too. */
void follow_show(struct follow *f, const struct outbox_row *r, const struct err *why);

#endif
