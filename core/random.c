/* random.c - see random.h. */
#include "config.h"

#include "core/random.h"

#include "core/hex.h"
#include "core/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

void
random_bytes(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			die("the kernel gives no random bytes: %s", strerror(errno));
		at += got;
		n -= (size_t)got;
	}
}

void
random_hex(char *out, size_t n)
{
	unsigned char raw[RANDOM_HEX_MAX];

	random_bytes(raw, n);
	hex_write(out, raw, n);
}

/* Crockford's: no i l o u, so an id survives being read out loud. */
static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void
random_id(char out[RANDOM_ID_SIZE])
{
	unsigned char raw[RANDOM_ID_SIZE - 4];

	random_bytes(raw, sizeof(raw));
	memcpy(out, "ms-", 3);
	for (size_t i = 0; i < sizeof(raw); i++)
		out[3 + i] = digits[raw[i] % 32];
	out[RANDOM_ID_SIZE - 1] = '\0';
}

bool
random_id_is(const char *s)
{
	return strncmp(s, "ms-", 3) == 0 && strlen(s) == RANDOM_ID_SIZE - 1 &&
	       strspn(s + 3, digits) == RANDOM_ID_SIZE - 4;
}
