/* mask.h - keeps a key out of what is kept or shown, in every form it travels in.
 *
 * A server may echo the key in an error text, or the Authorization header in
 * a page: HTTP Basic holds the key in base64.
 */
#ifndef CORE_MASK_H
#define CORE_MASK_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

#define MASK_FORMS_MAX 11 /* raw, base64 at three alignments, these with "\/", too; percent, hex */
#define MASK_KEY_MIN   8  /* bytes; a shorter key would mask ordinary words */
#define MASK_FORM_MAX  4096

struct mask {
	char *form[MASK_FORMS_MAX]; /* secret_new() */
	size_t count;
};

void mask_init(struct mask *m, const char *key);
void mask_done(struct mask *m); /* wipes */

/* Overwrite every form in text (n bytes) by as many '*', so JSON stays JSON; true if any was. */
bool mask_apply(const struct mask *m, char *text, size_t n);

/* A masked copy of text with a final NUL, owned by the caller; NULL if there is nothing to mask. */
char *mask_copy(const struct mask *m, const char *text, size_t n);

/* "live_....9f2c": never more of a key than this, nothing of a short one. out: 32 bytes. */
void mask_hint(const char *key, char *out, size_t size);

#endif
