/* program.h - runs ./multistage, or another program of ours, without a terminal, in a world
 * of its own.
 *
 * HOME and the XDG folders are the scratch folder; nothing of the person who
 * runs the tests is read. A run ends after 60 s at the latest, and fails then.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include "tests/canary.h"

#include <stddef.h>
#include <sys/types.h>

#define PROGRAM_KEY "live_" CANARY "6789ab"

struct program {    /* one run */
	int status; /* exit status; 1000 + signal */
	char *out, *err;
	size_t out_len;
};

/* Set HOME, XDG_*, and no variable of ours; the scratch folder is *state. */
void program_world(void *state);

/* Run it with these words (NULL-terminated, without its own name). input: stdin, NULL for
 * none. r is filled anew; program_done() after the last. */
void program_run(struct program *r, void *state, const char *input, const char *const *words);
#define RUN(r, state, ...) program_run(r, state, NULL, (const char *const[]){ __VA_ARGS__, NULL })

/* The same without waiting: its pid; what it says goes to the files "out" and "err". */
pid_t program_start(void *state, const char *input, const char *const *words);
/* The same with another program of the build folder. */
pid_t program_start_as(const char *path, void *state, const char *input, const char *const *words);
/* Wait for it. */
void program_wait(struct program *r, void *state, pid_t pid);
/* The same for a child that has been waited for, with what waitpid(2) told. */
void program_ended(struct program *r, void *state, int wait_status);
void program_done(struct program *r);

/* What to do in each child just before exec; NULL: nothing. */
void program_prepare(void (*in_child)(void *), void *arg);

/* Fail with both outputs unless the status is this and part is in that output. */
void program_must(const struct program *r, int status, const char *part_of_out,
		  const char *part_of_err);

/* The bytes of a good reply with this JSON, for tests/canned.h; one of four buffers in turn. */
const char *program_reply(const char *json);

#endif
