/* fault_wire.h - faults in the way that a reply goes: cut, slow, endless, or no HTTP at all. */
#ifndef SANDBOX_FAULT_WIRE_H
#define SANDBOX_FAULT_WIRE_H

#include "sandbox/fault.h"

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

struct exchange;

/* A request that a fault has picked; struct exchange owns it. */
struct fault_run {
	struct fault_plan plan;
	int64_t pad;      /* bytes of a string that follow the body, and "}" */
	int64_t began_ms; /* monotonic: when the body began to go; 0: not yet */
	int64_t sent;     /* plain bytes */
	int64_t wake_ms;  /* monotonic */
	int64_t now_ms;   /* the sandbox's clock when the reply was decided */
	bool refused;     /* the request was no good anyway */
	/* Suspend x until wake_ms; by the server. */
	void (*pause)(void *arg, struct exchange *x);
	void *arg;
};

/* Is the answer none that the library could send? */
bool fault_wire_is_plain(const struct fault_plan *plan);
/* Does no answer go at all, or none that ends? */
bool fault_wire_is_silent(const struct fault_plan *plan);

/* A response with the body of x that is cut, padded or slow as planned; NULL: it is neither,
 * and an ordinary one does. */
struct MHD_Response *fault_wire_response(struct exchange *x);

/* Write plain bytes to fd, as many as go without waiting. True: that was all, or nobody
 * takes more. False: try again at wake_ms. */
bool fault_wire_write(struct exchange *x, int fd);

/* Let the peer see a reset instead of an end. */
void fault_wire_reset(int fd);

#endif
