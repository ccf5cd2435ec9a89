/* exchange_fault.h - what faults do to an exchange between its request and its reply, and
 * the record of both. */
#ifndef SANDBOX_EXCHANGE_FAULT_H
#define SANDBOX_EXCHANGE_FAULT_H

#include "sandbox/exchange.h"

#include <stdbool.h>

/* The request is complete: sets x->fault if the rules pick it. True if they do. */
bool exchange_pick_fault(struct exchange *x, struct service *s);

/* Shall the handler run? Not if it was refused, or fails before. */
bool exchange_runs(const struct exchange *x);

/* The reply is decided: spoil it as planned, and take both into the record. */
void exchange_conclude(struct exchange *x, struct service *s);

/* For an answer of 503 that is followed by the commit: an exchange without a connection
 * that carries the request on, owned by the caller. NULL: no such fault. */
struct exchange *exchange_take_late(struct exchange *x);
/* It has run: only the record hears of it. Frees x. */
void exchange_conclude_late(struct exchange *x, struct service *s);

#endif
