/* batch.h - a batch as the other rooms need it. */
#ifndef SANDBOX_BATCH_H
#define SANDBOX_BATCH_H

#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stdint.h>

/* The status of the row of batch that SQL calls b. */
#define BATCH_STATUS                                                   \
	"CASE WHEN staging THEN 'staging'"                             \
	" WHEN EXISTS (SELECT 1 FROM task_count c WHERE c.env = b.env" \
	" AND c.batch = b.name AND c.status = 'pending' AND c.n > 0)"  \
	" THEN 'in_progress' WHEN EXISTS (SELECT 1 FROM task_count c"  \
	" WHERE c.env = b.env AND c.batch = b.name AND c.n > 0)"       \
	" THEN 'completed' ELSE 'in_progress' END"

struct batch { /* strings are owned */
	int64_t seq;
	char *name, *project;
	bool staging;
	bool calls; /* it has a callback of its own */
};

/* The batch called name. False, with 404 as the reply, if there is none. */
bool batch_find(struct service *s, const struct request *rq, const char *name, struct batch *out,
		struct reply *rp);
void batch_done(struct batch *b);

struct batch_new {
	const char *name, *project, *callback; /* callback: or NULL */
	const char *metadata, *extra;          /* JSON objects */
	bool is_test, staging, archived;
	int64_t created_ms;
};
void batch_insert(struct service *s, const struct batch_new *b);

#endif
