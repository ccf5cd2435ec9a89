/* child.h - the sandbox as a child process of this one, on a private unix socket.
 *
 * Socket, database, key and log (sandbox.sock, .db, .key, .log) are 0600 in the
 * state folder. The child dies with us, also after kill -9 (PR_SET_PDEATHSIG).
 * Its database has one process: a second multistage --sandbox talks to the
 * child of the first, as long as that one runs, and starts its own after that.
 */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include "core/conf.h"
#include "core/err.h"

#include <stdbool.h>

struct child;

/* Path of multistage-sandbox: $MULTISTAGE_SANDBOX if set, else beside our own
 * executable, else in BINDIR. *path: owned. Errors: ERR_SYS when it cannot be run. */
enum err_code child_program(char **path, struct err *err) MUST_CHECK;

/*
 * Prepare for a child with its data in the state folder and the demo account as
 * seed, and point conf at it. extra: more arguments for it, NULL-terminated, or
 * NULL; not used when another process runs it already. conf is borrowed until
 * child_stop(). Errors: ERR_SYS, ERR_CONFIG with a hint.
 */
struct child *child_new(struct conf *conf, const char *const *extra, struct err *err) MUST_CHECK;
/* Start it and return at once; it is ready when child_fd() reads and child_step()
 * says so. Errors: ERR_SYS with a hint. */
enum err_code child_start(struct child *c, struct err *err) MUST_CHECK;
int child_fd(const struct child *c); /* for poll(2); -1 once it has spoken */
/* After child_fd() was readable. *ready on success. Errors: ERR_SYS with its last words. */
enum err_code child_step(struct child *c, bool *ready, struct err *err) MUST_CHECK;
/* Wait for it, at most 10 s. */
enum err_code child_wait_ready(struct child *c, struct err *err) MUST_CHECK;
/* SIGTERM, then SIGKILL after 2 s; removes the socket. Somebody else's child is left alone. */
void child_stop(struct child *c);

#endif
