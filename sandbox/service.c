/* service.c - see service.h. */
#include "config.h"

#include "sandbox/service.h"

#include "core/clock.h"

int64_t
service_now(const struct service *s)
{
	return clock_wall_ms() + s->ahead_ms;
}
