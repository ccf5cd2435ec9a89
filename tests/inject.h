/* inject.h - runs of ./multistage in which a call fails, or is the last one.
 *
 * By ptrace(2) (trace.h), or inside the program (shim.h) where that is forbidden or
 * MS_ENGINE=shim says so. Either way the clock of the world is ours.
 */
#ifndef TESTS_INJECT_H
#define TESTS_INJECT_H

#include "tests/program.h"
#include "tests/shim.h"

#include <stdbool.h>

struct inject;

struct inject *inject_new(void); /* a world with a clock of its own */
void inject_free(struct inject *i);
bool inject_traces(const struct inject *i); /* by ptrace(2) */

extern const char *const inject_calls[SHIM_CALLS]; /* their names */

/*
 * Run it with these words (see program_run()). *hit: the plan was carried out. Fails the test
 * if it was to die of a call and did not, or died of SIGKILL without. Memory cannot be made
 * to fail under the sanitizers, which bring an allocator of their own.
 */
void inject_run(struct inject *i, const struct shim_plan *plan, void *state, const char *input,
		const char *const *words, struct program *r, bool *hit);

/* Of the last run: how often each call came, if it was counted, and what was sent. */
const uint32_t *inject_counts(const struct inject *i);
const char *inject_wire(const struct inject *i, size_t *n);
uint32_t inject_allocations(const struct inject *i);

/* Start one in this world that is only watched; to be waited for with program_wait(). */
pid_t inject_start(struct inject *i, void *state, const char *input, const char *const *words);

/* Sleep so much less than the program asks for, 10000 if not told. */
void inject_slow(struct inject *i, int64_t slow);
/* And when it waits for another process's lock. */
void inject_naps(struct inject *i, bool naps);

#endif
