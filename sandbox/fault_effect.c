/* fault_effect.c - THE TABLE of effects, and the reading of them.
 *
 * A new effect: a member of enum fault_kind, a row here, a line in the manual (a test
 * compares them), and what it does in fault_reply.c or exchange.c.
 */
#include "config.h"

#include "core/near.h"
#include "core/text.h"
#include "sandbox/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS   3600000
#define EVER_MS   (24 * (int64_t)HOUR_MS)
#define BYTES_MAX 1000000000000 /* a terabyte: nothing of it is ever held */
#define DEEP_MAX  1000000

/* --- the parts of "name:1:after" --- */

/* The part before the next ":"; *rest goes behind it, NULL at the end. */
static char *
take_part(char **rest)
{
	char *part = *rest, *colon = part ? strchr(part, ':') : NULL;

	if (colon)
		*colon++ = '\0';
	*rest = colon;
	return part;
}

static bool
read_whole(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end;
	long long n;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*end || errno || n < min || n > max)
		return false;
	*out = n;
	return true;
}

/* Nothing more, or only "before" or "after". */
static bool
read_place(char *rest, struct fault_effect *e)
{
	if (!rest)
		return true;
	e->after = strcmp(rest, "after") == 0;
	return e->after || strcmp(rest, "before") == 0;
}

static bool
read_only_place(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	(void)w;
	return read_place(rest, e);
}

static bool
read_nothing(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	(void)w;
	(void)e;
	return !rest;
}

static bool
read_number(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	return read_whole(rest, w->min, w->max, &e->n);
}

static bool
read_number_place(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	char *number = take_part(&rest);

	return read_whole(number, w->min, w->max, &e->n) && read_place(rest, e);
}

static bool
read_headers(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	e->n = INT64_MAX;
	return rest && (strcmp(rest, "endless") == 0 || read_number(w, rest, e));
}

static bool
read_429(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	static const char *const words[] = { "sec", "date", "none" };
	char *word = take_part(&rest);

	e->n = 1;
	for (size_t i = 0; word && i < ARRAY_LEN(words); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		e->second = (int64_t)i;
		word = take_part(&rest);
		if (word && i != FAULT_RETRY_NONE && read_whole(word, w->min, w->max, &e->n))
			word = take_part(&rest);
		break;
	}
	return !rest && read_place(word, e);
}

/* "rate:5:10", also "rate:0.5:1". */
static bool
read_rate(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	char *rate = take_part(&rest), *end;
	double a_second;

	if (!rate || !*rate || strspn(rate, "0123456789.") != strlen(rate))
		return false;
	a_second = strtod(rate, &end);
	if (*end || !(a_second >= 0.001 && a_second <= 1e6))
		return false;
	e->n = (int64_t)(a_second * 1000);
	return read_whole(rest, w->min, w->max, &e->second);
}

/* "redir:https://other.example/", also "redir:307:https://other.example/". */
static bool
read_redirect(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	e->n = 302;
	if (rest && *rest >= '0' && *rest <= '9' &&
	    !read_whole(take_part(&rest), w->min, w->max, &e->n))
		return false;
	return rest && *rest && snprintf(e->text, sizeof(e->text), "%s", rest) < FAULT_TEXT_SIZE;
}

static bool
read_text(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	(void)w;
	return rest && *rest && snprintf(e->text, sizeof(e->text), "%s", rest) < FAULT_TEXT_SIZE;
}

static bool
read_id_type(const struct fault_word *w, char *rest, struct fault_effect *e)
{
	(void)w;
	e->second = rest && strcmp(rest, "object") == 0;
	return !rest || e->second || strcmp(rest, "number") == 0;
}

/* --- the table --- */

static const struct fault_word words[FAULT_KIND_COUNT] = {
	/* clang-format off */
	[FAULT_OK]     = { "ok", "ok", "No fault; and no later rule adds one.",
		FAULT_ANSWER, read_nothing, .after = true },
	[FAULT_STATUS] = { "status", "status:N[:before|after]", "Answer with status N, 200 to 599, and an error in JSON.",
		FAULT_ANSWER, read_number_place, .min = 200, .max = 599 },
	[FAULT_FIN]    = { "fin", "fin[:before|after]", "Close the connection without an answer.",
		FAULT_ANSWER, read_only_place, .after = false },
	[FAULT_RST]    = { "rst", "rst[:before|after]", "Reset the connection without an answer.",
		FAULT_ANSWER, read_only_place, .after = false },
	[FAULT_429]    = { "429", "429[:sec|:date|:none][:N][:before|after]", "Answer 429 with Retry-After as seconds or as a date, N seconds ahead (1), or without it.",
		FAULT_ANSWER, read_429, .min = 0, .max = 86400 },
	[FAULT_RATE]   = { "rate", "rate:R:N", "Let R requests a second pass for each key, N at once; answer 429 with Retry-After to the others.",
		FAULT_ANSWER, read_rate, .min = 1, .max = 1000000 },
	[FAULT_LATE]   = { "late", "late:MS", "Answer 503 now, and run the request MS milliseconds later.",
		FAULT_ANSWER, read_number, .min = 0, .max = HOUR_MS },
	[FAULT_REDIRECT] = { "redir", "redir:[N:]URL", "Redirect to URL with status N, 300 to 399 (302).",
		FAULT_ANSWER, read_redirect, .min = 300, .max = 399 },
	[FAULT_GARBAGE] = { "garbage", "garbage[:before|after]", "Answer with bytes that are not HTTP.",
		FAULT_ANSWER, read_only_place, .after = true, .plain = true },
	[FAULT_HTML]   = { "html200", "html200[:before|after]", "Answer 200 with a page in HTML.",
		FAULT_ANSWER, read_only_place, .after = true },
	[FAULT_EMPTY]  = { "empty200", "empty200[:before|after]", "Answer 200 with an empty body.",
		FAULT_ANSWER, read_only_place, .after = true },
	[FAULT_HUGE]   = { "huge", "huge:N[:before|after]", "Answer with a JSON object of at least N bytes.",
		FAULT_ANSWER, read_number_place, .after = true, .min = 0, .max = BYTES_MAX },
	[FAULT_DEEP]   = { "deep", "deep:N[:before|after]", "Answer with N arrays, each in the one before.",
		FAULT_ANSWER, read_number_place, .after = true, .min = 1, .max = DEEP_MAX },
	[FAULT_NO_ID]  = { "noid200", "noid200", "Leave out each task_id of the answer.",
		FAULT_ANSWER, read_nothing, .after = true },
	[FAULT_WRONG_ID] = { "wrongid200", "wrongid200", "Put the id of no task in place of each task_id.",
		FAULT_ANSWER, read_nothing, .after = true },
	[FAULT_BAD_TYPE] = { "badtype200", "badtype200[:number|:object]", "Make each task_id a number or an object.",
		FAULT_ANSWER, read_id_type, .after = true },
	[FAULT_DELAY]  = { "delay", "delay:MS[:before|after]", "Wait MS milliseconds before the request runs, or before its answer goes.",
		FAULT_WAIT, read_number_place, .min = 0, .max = HOUR_MS },
	[FAULT_LAG]    = { "lag", "lag:MS", "Tasks made in the last MS milliseconds are not found by id or by unique_id.",
		FAULT_LOOKUP, read_number, .after = true, .min = 0, .max = EVER_MS },
	[FAULT_IGNORE_FILTER] = { "ignorefilter", "ignorefilter", "Lists ignore unique_id and give other tasks.",
		FAULT_LOOKUP, read_nothing, .after = true },
	[FAULT_EVIL]   = { "evil", "evil", "Put escape sequences, control and direction characters into each string; the JSON is valid.",
		FAULT_TEXT, read_nothing, .after = true },
	[FAULT_BAD_UTF8] = { "badutf8", "badutf8", "Put bytes that are no UTF-8 into each string.",
		FAULT_TEXT, read_nothing, .after = true },
	[FAULT_CONTROL] = { "ctl", "ctl", "Put raw control characters into each string.",
		FAULT_TEXT, read_nothing, .after = true },
	[FAULT_CONTENT_TYPE] = { "ctype", "ctype:TEXT", "Send TEXT as Content-Type.",
		FAULT_TYPE, read_text, .after = true },
	[FAULT_HEADERS] = { "hdr", "hdr:N|endless", "Send N bytes of header lines in front of the answer, or never stop.",
		FAULT_HEAD, read_headers, .after = true, .plain = true, .min = 1, .max = BYTES_MAX },
	[FAULT_TRUNCATE] = { "trunc", "trunc:N", "Close the connection after N bytes of the body.",
		FAULT_CUT, read_number, .after = true, .min = 0, .max = BYTES_MAX },
	[FAULT_SLOW]   = { "slow", "slow:N", "Send N bytes of the body a second.",
		FAULT_PACE, read_number, .after = true, .min = 1, .max = 1000000000 },
	/* clang-format on */
};

const struct fault_word *
fault_word(enum fault_kind kind)
{
	return kind > FAULT_NONE && kind < FAULT_KIND_COUNT ? &words[kind] : NULL;
}

/* --- lists of them --- */

static const char *
word_name(size_t i, const void *arg)
{
	(void)arg;
	return i + 1 < FAULT_KIND_COUNT ? words[i + 1].name : NULL;
}

static enum err_code
unknown(const char *name, struct err *err)
{
	const char *near = near_match(name, word_name, NULL);

	err_set(err, ERR_CONFIG, "\"%s\" is no effect", name);
	if (near)
		return err_hint(err, "did you mean \"%s\"?", near);
	return err_hint(err, "multistage-sandbox(1), FAULTS lists the effects");
}

static enum fault_kind
find(const char *name)
{
	int kind = FAULT_KIND_COUNT - 1;

	while (kind > FAULT_NONE && strcmp(words[kind].name, name) != 0)
		kind--;
	return (enum fault_kind)kind;
}

static enum err_code
incomplete(const struct fault_word *w, struct err *err)
{
	err_set(err, ERR_CONFIG, "the effect \"%s\" is not complete, or out of bounds", w->name);
	if (w->max > 0)
		return err_hint(err, "write %s with a number from %lld to %lld", w->form,
				(long long)w->min, (long long)w->max);
	return err_hint(err, "write %s", w->form);
}

/* One effect; text is written into. */
static enum err_code
read_one(char *text, struct fault_effect effects[FAULT_SLOT_COUNT], struct err *err)
{
	char *rest = text, *name = take_part(&rest);
	struct fault_effect e = { .kind = find(name) }, *slot;
	const struct fault_word *w = &words[e.kind];

	if (e.kind == FAULT_NONE)
		return unknown(name, err);
	e.after = w->after;
	if (!w->read(w, rest, &e))
		return incomplete(w, err);
	slot = &effects[w->slot];
	if (slot->kind != FAULT_NONE) {
		err_set(err, ERR_CONFIG, "\"%s\" and \"%s\" decide the same thing",
			words[slot->kind].name, name);
		return err_hint(err, "give the rule one of them");
	}
	*slot = e;
	return ERR_OK;
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " ");
	n = strlen(s);
	while (n > 0 && s[n - 1] == ' ')
		s[--n] = '\0';
	return s;
}

enum err_code
fault_effects_read(const char *text, struct fault_effect effects[FAULT_SLOT_COUNT], struct err *err)
{
	struct fault_effect read[FAULT_SLOT_COUNT] = { { .kind = FAULT_NONE } };
	char copy[1024];

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(err, ERR_CONFIG, "the effect has a control character");
	if (strlen(text) >= sizeof(copy))
		return err_set(err, ERR_CONFIG, "the effect is longer than 1000 bytes");
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *next, *at = copy; at; at = next) {
		if ((next = strchr(at, ',')))
			*next++ = '\0';
		if (read_one(trim(at), read, err))
			return err->code;
	}
	memcpy(effects, read, sizeof(read));
	return ERR_OK;
}
