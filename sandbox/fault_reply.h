/* fault_reply.h - what a fault makes of a request and of its reply, before it is sent. */
#ifndef SANDBOX_FAULT_REPLY_H
#define SANDBOX_FAULT_REPLY_H

#include "sandbox/fault.h"
#include "sandbox/request.h"

#include <stdbool.h>
#include <stdint.h>

/* A look-up that does not look: called before the request runs. */
void fault_request_change(const struct fault_plan *plan, struct request *rq);

/*
 * Make of rp what the plan says; called when the request has run, or in place of that.
 * reads: its method is one that looks things up, GET or HEAD.
 * FAULT_HUGE leaves the body open: bytes of a string and "}" have to follow it.
 */
void fault_reply_change(const struct fault_plan *plan, const struct request *rq, bool reads,
			int64_t now_ms, struct reply *rp);

/* The Retry-After of the plan; false without one. */
#define FAULT_RETRY_SIZE 40
bool fault_retry_after(const struct fault_plan *plan, int64_t now_ms, char out[FAULT_RETRY_SIZE]);

#endif
