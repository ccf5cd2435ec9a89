/* trace.h - a child of ours under ptrace(2): which calls it makes, and death at one of them.
 *
 * Calls are those of shim.h, counted from SHIM_MARK on. Only its first thread is watched.
 */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include "tests/shim.h"

#include <stdbool.h>
#include <sys/types.h>

/* It is allowed on this machine, and this processor is known. */
bool trace_possible(void);

/* In the child, before exec. */
void trace_me(void);

struct trace_seen {
	uint32_t hit; /* how often the plan was carried out */
	uint32_t count[SHIM_CALLS];
};

/* Follow it until its end, as waitpid(2) tells it. Killed by the plan, it has been waited for
 * and a signal of ours was what ended it. */
int trace_follow(pid_t pid, const struct shim_plan *plan, struct trace_seen *seen);

#endif
