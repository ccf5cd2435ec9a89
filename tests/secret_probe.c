/* secret_probe.c - uses the API key as the program does, then looks for it in its own memory.
 *
 *   secret_probe call      two calls; prints what is left of the key afterwards
 *   secret_probe abort     dies with the key in use, so that there may be a core
 *
 * The key and all else comes from the environment, as for multistage. Printed are counts of
 * the key and of its base 64 in all writable memory: "held" while it is in the environment
 * only, "left" at the end; and what the calls brought, as a person would see it.
 */
#include "config.h"

#include "core/api.h"
#include "core/clock.h"
#include "core/conf.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#define MASK      0x5A /* what is looked for must not be there because we look for it */
#define KEY_MAX   256
#define MAP_MAX   (256u << 20) /* bytes; larger ones are a sanitizer's own */
#define FDS_MAX   64
#define ANSWER_MS 60000

struct needle {
	unsigned char masked[4 * KEY_MAX];
	size_t n;
};

static struct needle raw, encoded;

static void
set_needle(struct needle *to, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;

	for (to->n = 0; to->n < n && to->n < sizeof(to->masked); to->n++)
		to->masked[to->n] = b[to->n] ^ MASK;
}

/* As HTTP Basic sends it; the last characters depend on what follows the key. */
static void
set_needles(const char *key)
{
	size_t n = strlen(key);
	char text[BASE64_ENCODE_RAW_LENGTH(KEY_MAX) + 1];

	set_needle(&raw, key, n);
	base64_encode_raw(text, n, (const uint8_t *)key);
	set_needle(&encoded, text, n / 3 * 4);
	explicit_bzero(text, sizeof(text));
}

/* In one range of memory, which may hold what a sanitizer has closed. */
static __attribute__((no_sanitize("address"), noinline)) int
count_in(const unsigned char *p, const unsigned char *end, const struct needle *what)
{
	int found = 0;

	for (; p + what->n <= end; p++) {
		size_t i = 0;

		while (i < what->n && (p[i] ^ MASK) == what->masked[i])
			i++;
		found += i == what->n;
	}
	return found;
}

static int
count(const struct needle *what)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int found = 0;

	if (!maps)
		exit(3);
	while (fgets(line, sizeof(line), maps)) {
		unsigned long long from, to;
		char may[8];

		if (sscanf(line, "%llx-%llx %7s", &from, &to, may) == 3 && may[0] == 'r' &&
		    may[1] == 'w' && to - from <= MAP_MAX)
			found += count_in((const unsigned char *)(uintptr_t)from,
					  (const unsigned char *)(uintptr_t)to, what);
	}
	fclose(maps);
	return found;
}

static void
print_counts(const char *when)
{
	printf("%s %d %d\n", when, count(&raw), count(&encoded));
}

static void
call(struct api *a, const char *payload)
{
	struct api_event ev;
	struct err err = ERR_INIT;
	int64_t end = clock_mono_ms() + ANSWER_MS;
	int ticket;

	if (api_task_create(a, payload, strlen(payload), clock_mono_ms(), &ticket, &err) !=
	    ERR_OK) {
		printf("cannot call: %s\n", err.msg);
		exit(3);
	}
	while (!api_next(a, &ev)) {
		struct pollfd fds[FDS_MAX];
		size_t n = api_pollfds(a, fds, FDS_MAX);
		int ms = api_timeout(a, clock_mono_ms());

		if (clock_mono_ms() > end)
			exit(4);
		poll(fds, n, ms < 0 || ms > 100 ? 100 : ms);
		api_step(a, fds, n, clock_mono_ms());
	}
	printf("%s: %s (%s)\n", err_name(ev.err.code), ev.err.msg, ev.err.hint);
}

int
main(int argc, char **argv)
{
	const char *key = getenv("SCALE_API_KEY"), *origin;
	struct err err = ERR_INIT;
	struct conf *conf;
	struct api *a;

	if (argc != 2 || !key || strlen(key) > KEY_MAX)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	set_needles(key);
	print_counts("held");
	if (!(conf = conf_open(NULL, NULL, NULL, &err)) ||
	    conf_key(conf, &key, &origin, &err) != ERR_OK ||
	    !(a = api_open(conf, key, origin, &err))) {
		printf("%s (%s)\n", err.msg, err.hint);
		return 3;
	}
	if (strcmp(argv[1], "abort") == 0)
		abort();
	call(a, "{\"project\":\"p\"}");
	call(a, "{\"project\":\"q\"}"); /* on a connection that was kept */
	api_free(a);
	conf_close(conf);
	print_counts("left");
	return 0;
}
