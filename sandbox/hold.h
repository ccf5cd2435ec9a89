/* hold.h - exchanges that wait until a time, because a fault holds them. */
#ifndef SANDBOX_HOLD_H
#define SANDBOX_HOLD_H

#include <stdint.h>

struct exchange;

struct hold {
	struct exchange *first; /* linked by their next */
};

/* x->fault->wake_ms says until when (monotonic). */
void hold_add(struct hold *h, struct exchange *x);
/* Take out one whose time has come; NULL: none. now_ms INT64_MAX takes all, one by one. */
struct exchange *hold_take(struct hold *h, int64_t now_ms);
/* When the first time comes; INT64_MAX: never. */
int64_t hold_next_ms(const struct hold *h);

#endif
