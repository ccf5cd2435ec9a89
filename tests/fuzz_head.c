/* fuzz_head.c - any line as a reply header: what is kept fits, and no wait leaves its bounds. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/http_parts.h"

#include <string.h>

#define NOW 1705439445000 /* 2024-01-16 */

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("Retry-After: 120\r\n"),
	FUZZ_SEED("retry-after: Tue, 16 Jan 2024 21:11:00 GMT\r\n"),
	FUZZ_SEED("Retry-After: -99999999999999999999"),
	FUZZ_SEED("Retry-After:Tuesday, 16-Jan-24 21:11:00 GMT"),
	FUZZ_SEED("Content-Type: application/json; charset=utf-8\r\n"),
	FUZZ_SEED("x-request-id: 01234567-89ab-cdef-0123-456789abcdef\r\n"),
	FUZZ_SEED("Location: https://user:secret@host.example:8443/v1/tasks?x=//y#z\r\n"),
	FUZZ_SEED("HTTP/1.1 200 OK\r\n"),
	{ NULL, 0 },
};

static void
bounded(int64_t ms)
{
	fuzz_must(ms == -1 || (ms >= 1000 && ms <= 3600000), "a wait is 1 s to 1 h");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1); /* of its own: reading past the end is seen */
	struct http_reply r = { .retry_after_ms = -1 };

	fuzz_must(line != NULL, "memory");
	memcpy(line, data, size);
	line[size] = '\0';
	bounded(http_retry_after(line, NOW));
	line = realloc(line, size ? size : 1);
	fuzz_must(line != NULL, "memory");
	http_head_line(&r, line, size, NOW);
	bounded(r.retry_after_ms);
	fuzz_must(memchr(r.type, '\0', sizeof(r.type)) != NULL, "the type ends");
	fuzz_must(memchr(r.request_id, '\0', sizeof(r.request_id)) != NULL, "the id ends");
	fuzz_must(memchr(r.location_host, '\0', sizeof(r.location_host)) != NULL, "the host ends");
	fuzz_must(!strpbrk(r.location_host, "/?#@"), "a host is a host and tells no password");
	free(line);
	return 0;
}
