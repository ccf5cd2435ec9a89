/* drive.c - see drive.h. */
#include "config.h"

#include "tests/drive.h"

#include "tests/test.h"

#include "core/clock.h"
#include "core/http.h"

void
drive(struct api *a, struct api_event *ev)
{
	int64_t end = clock_mono_ms() + 15000;

	while (!api_next(a, ev)) {
		struct pollfd fds[HTTP_FDS_MAX];
		size_t n = api_pollfds(a, fds, HTTP_FDS_MAX);
		int wait = api_timeout(a, clock_mono_ms());

		if (clock_mono_ms() > end)
			fail_msg("no event within 15 s");
		poll(fds, n, wait < 0 || wait > 100 ? 100 : wait);
		api_step(a, fds, n, clock_mono_ms());
	}
}
