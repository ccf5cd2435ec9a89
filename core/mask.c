/* mask.c - see mask.h. */
#include "config.h"

#include "core/mask.h"

#include "core/buf.h"
#include "core/mem.h"
#include "core/query.h"
#include "core/secret.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

static void
add_form(struct mask *m, const char *text, size_t n)
{
	if (n < MASK_KEY_MIN || m->count == MASK_FORMS_MAX)
		return;
	for (size_t i = 0; i < m->count; i++)
		if (strlen(m->form[i]) == n && memcmp(m->form[i], text, n) == 0)
			return;
	m->form[m->count] = secret_new(n + 1);
	memcpy(m->form[m->count++], text, n);
}

/* Some JSON writers put a backslash before every slash. */
static void
add_escaped(struct mask *m, const char *text, size_t n)
{
	struct buf escaped = { .max = MASK_FORM_MAX, .secret = true };

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '/')
			buf_adds(&escaped, "\\");
		buf_add(&escaped, text + i, 1);
	}
	if (!escaped.full)
		add_form(m, buf_str(&escaped), escaped.len);
	buf_free(&escaped);
}

/*
 * The key in base64 when before bytes that we do not know stand in front of
 * it: the characters that depend on the key alone.
 */
static void
add_base64(struct mask *m, const char *key, size_t before)
{
	size_t n = strlen(key), first = (8 * before + 5) / 6, end = 8 * (before + n) / 6;
	size_t size = BASE64_ENCODE_RAW_LENGTH(before + n);
	uint8_t *plain = mem_alloc(before + n);
	char *text = mem_alloc(size + 1);

	memcpy(plain + before, key, n);
	base64_encode_raw(text, before + n, plain);
	add_form(m, text + first, end - first);
	add_escaped(m, text + first, end - first);
	explicit_bzero(plain, before + n);
	explicit_bzero(text, size);
	free(plain);
	free(text);
}

static void
add_hex(struct mask *m, const char *key, const char *digits)
{
	size_t n = strlen(key);
	char *text = mem_alloc(2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[(unsigned char)key[i] >> 4];
		text[2 * i + 1] = digits[(unsigned char)key[i] & 15];
	}
	add_form(m, text, 2 * n);
	explicit_bzero(text, 2 * n);
	free(text);
}

void
mask_init(struct mask *m, const char *key)
{
	struct buf percent = { .max = MASK_FORM_MAX, .secret = true };

	*m = (struct mask){ .count = 0 };
	if (strlen(key) < MASK_KEY_MIN)
		return;
	add_form(m, key, strlen(key));
	add_escaped(m, key, strlen(key));
	query_escape(&percent, key);
	add_form(m, buf_str(&percent), percent.len);
	buf_free(&percent);
	for (size_t before = 0; before < 3; before++)
		add_base64(m, key, before);
	add_hex(m, key, "0123456789abcdef");
	add_hex(m, key, "0123456789ABCDEF");
}

void
mask_done(struct mask *m)
{
	for (size_t i = 0; i < m->count; i++)
		secret_free(m->form[i]);
	m->count = 0;
}

bool
mask_apply(const struct mask *m, char *text, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < m->count; i++) {
		size_t size = strlen(m->form[i]);
		char *at = text;

		while ((at = memmem(at, n - (size_t)(at - text), m->form[i], size))) {
			memset(at, '*', size);
			at += size;
			any = true;
		}
	}
	return any;
}

char *
mask_copy(const struct mask *m, const char *text, size_t n)
{
	char *copy;

	for (size_t i = 0; i < m->count; i++) {
		if (!memmem(text, n, m->form[i], strlen(m->form[i])))
			continue;
		copy = mem_strndup(text, n);
		mask_apply(m, copy, n);
		return copy;
	}
	return NULL;
}

void
mask_hint(const char *key, char *out, size_t size)
{
	size_t n = strlen(key);
	const char *kind = strncmp(key, "live_", 5) == 0   ? "live_"
			   : strncmp(key, "test_", 5) == 0 ? "test_"
							   : "";

	if (n < 12)
		snprintf(out, size, "%s", n ? "...." : "");
	else
		snprintf(out, size, "%s....%s", kind, key + n - 4);
}
