/* hold.c - see hold.h. As few as there are connections: a list will do. */
#include "config.h"

#include "sandbox/hold.h"

#include "sandbox/exchange.h"
#include "sandbox/fault_wire.h"

#include <stddef.h>

void
hold_add(struct hold *h, struct exchange *x)
{
	x->next = h->first;
	h->first = x;
}

struct exchange *
hold_take(struct hold *h, int64_t now_ms)
{
	for (struct exchange **at = &h->first; *at; at = &(*at)->next) {
		struct exchange *x = *at;

		if (x->fault->wake_ms > now_ms)
			continue;
		*at = x->next;
		x->next = NULL;
		return x;
	}
	return NULL;
}

int64_t
hold_next_ms(const struct hold *h)
{
	int64_t next = INT64_MAX;

	for (const struct exchange *x = h->first; x; x = x->next)
		if (x->fault->wake_ms < next)
			next = x->fault->wake_ms;
	return next;
}
