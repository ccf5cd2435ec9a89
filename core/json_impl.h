/* json_impl.h - what json_scan.c (the grammar) and json_token.c (its words) share. */
#ifndef CORE_JSON_IMPL_H
#define CORE_JSON_IMPL_H

#include "core/json.h"

struct scan {
	const char *p; /* the text, n bytes; at: what was read so far */
	size_t n, at;
	struct name *names; /* owned: of all objects that are open, innermost last */
	size_t name_count, name_cap;
	bool ended;                    /* what json_fail() says next is that more should follow */
	const struct json_place *from; /* where in its file the text begins; may be NULL */
	struct json_place *place;      /* where a refusal goes, besides err; may be NULL */
	struct err *err;
};

/* Refuse the text because of what stands at offset at. */
enum err_code json_fail(struct scan *s, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Refuse it: something else stands at s->at, where want should. */
enum err_code json_fail_want(struct scan *s, const char *want);

bool json_next_is(const struct scan *s, char c);

/* Take the string whose quote, number whose first sign, or word (true, false, null)
 * that stands at s->at; *span is it. */
enum err_code json_take_string(struct scan *s, struct json_span *span);
enum err_code json_take_number(struct scan *s, struct json_span *span);
enum err_code json_take_word(struct scan *s, struct json_span *span);

#endif
