/* hide.c - see hide.h. */
#include "config.h"

#include "sandbox/hide.h"

#include "core/err.h"
#include "core/hex.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define TARGET_MAX  (64u << 10)
#define KEY_MIN     16 /* letters and digits behind the prefix: test_scene_0001 is no key */
#define OWN_KEY_MIN 6  /* bytes; a shorter one would hide ordinary words */
#define HIDDEN      "***"

static bool
unreserved(int c)
{
	return c != 0 && (isalnum(c) || strchr("-._~", c));
}

/* One spelling for each text: only what must be encoded is. Source: RFC 3986 6.2.2. */
static void
add_normal(struct buf *out, const char *s)
{
	for (; *s; s++) {
		int byte = hex_percent(s);
		char c = byte >= 0 ? (char)byte : *s;

		if (byte >= 0)
			s += 2;
		if (byte < 0 || unreserved((unsigned char)c))
			buf_add(out, &c, 1);
		else
			buf_addf(out, "%%%02X", (unsigned char)c);
	}
}

/* The bytes at s that spell key, encoded or not; 0 if they do not. */
static size_t
spells(const char *s, const char *key)
{
	const char *p = s;

	for (; *key; key++) {
		int byte = hex_percent(p);

		if ((byte >= 0 ? byte : (unsigned char)*p) != (unsigned char)*key)
			return 0;
		p += byte >= 0 ? 3 : 1;
	}
	return (size_t)(p - s);
}

/* The bytes at s that look like a key, also one in base64; 0 if they do not. */
static size_t
key_like(const char *s)
{
	static const char *const prefixes[] = { "test_", "live_", "dGVzdF", "bGl2ZV" };
	static const char of_key[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789";

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]), more;

		if (strncmp(s, prefixes[i], n) != 0)
			continue;
		more = strspn(s + n, of_key);
		return more >= KEY_MIN ? n + more : 0;
	}
	return 0;
}

void
hide_keys(struct buf *out, const char *target, const char *own, const char *given)
{
	struct buf normal = BUF_INIT(TARGET_MAX);
	size_t n;

	add_normal(&normal, target);
	for (const char *p = buf_str(&normal); *p; p += n ? n : 1) {
		n = own && strlen(own) >= OWN_KEY_MIN ? spells(p, own) : 0;
		if (n == 0 && given && strlen(given) >= OWN_KEY_MIN)
			n = spells(p, given);
		if (n == 0)
			n = key_like(p);
		if (n > 0)
			buf_adds(out, HIDDEN);
		else
			buf_add(out, p, 1);
	}
	buf_free(&normal);
}
