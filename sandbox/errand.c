/* errand.c - see errand.h. */
#include "config.h"

#include "sandbox/errand.h"

void
errand_wake(struct service *s, int64_t at_ms)
{
	if (at_ms < s->errand_ms)
		s->errand_ms = at_ms;
}
