/* filter.c - see filter.h. Add a key: a member of enum filter_key, a row in keys[]
 * here, a condition in store_board.c, a line in multistage(1). */
#include "config.h"

#include "core/filter.h"

#include "core/near.h"
#include "core/task.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_SIZE sizeof(((struct filter_term *)0)->text)

static const struct {
	const char *name;
	bool span; /* takes < and > and a span of time */
} keys[FILTER_KEY_COUNT] = {
	/* clang-format off */
	[FILTER_WORD]     = { "", false },
	[FILTER_STATUS]   = { "status", false },
	[FILTER_PROJECT]  = { "project", false },
	[FILTER_BATCH]    = { "batch", false },
	[FILTER_TAG]      = { "tag", false },
	[FILTER_ID]       = { "id", false },
	[FILTER_PRIORITY] = { "priority", false },
	[FILTER_AGE]      = { "age", true },
	[FILTER_CHANGED]  = { "changed", true },
	/* clang-format on */
};

static const char *
key_name(size_t i, const void *arg)
{
	(void)arg;
	return i + 1 < FILTER_KEY_COUNT ? keys[i + 1].name : NULL;
}

static const char *
status_name(size_t i, const void *arg)
{
	(void)arg;
	return i < TASK_STATUS_COUNT ? task_statuses[i].name : NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Copy one word with its quotes undone; *text moves behind it. mark: offset in
 * out of the first unquoted one of ":=<>", or -1. A quote may be left open at
 * the end: the filter is used while it is typed. False when it is too long.
 */
static bool
take_word(const char **text, char *out, size_t size, long *mark)
{
	const char *s = *text;
	bool quoted = false;
	size_t n = 0;

	*mark = -1;
	for (; *s && (quoted || !is_blank(*s)); s++) {
		if (*s == '"') {
			quoted = !quoted;
			continue;
		}
		if (!quoted && *mark < 0 && strchr(":=<>", *s))
			*mark = (long)n;
		if (n + 1 < size)
			out[n] = *s;
		n++;
	}
	*text = s;
	out[n < size ? n : size - 1] = '\0';
	return n < size;
}

/* "2h" in ms. Digits first, one unit after; at most nine digits, so it cannot overflow. */
static bool
read_span(const char *s, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 },
		      { 'm', 60000 },
		      { 'h', 3600000 },
		      { 'd', 86400000 },
		      { 'w', 604800000 } };
	size_t n = strspn(s, "0123456789");

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (n && n <= 9 && s[n] == units[i].unit && !s[n + 1]) {
			*ms = strtol(s, NULL, 10) * units[i].ms;
			return true;
		}
	return false;
}

static enum err_code
unknown_status(const char *word, struct err *err)
{
	const char *near = near_match(word, status_name, NULL);

	err_set(err, ERR_USAGE, "there is no status \"%.60s\"", word);
	if (near)
		return err_hint(err, "did you mean %s?", near);
	return err_hint(err, "pending completed error canceled other queued sending unconfirmed "
			     "rejected");
}

/* Check the value that a key was given and finish the term. */
static enum err_code
read_value(struct filter_term *t, struct err *err)
{
	const char *name = keys[t->key].name;

	if (!t->text[0])
		return err_set(err, ERR_USAGE, "%s%c needs a value", name, t->op);
	if (keys[t->key].span) {
		if (t->op == '=') {
			err_set(err, ERR_USAGE, "%s takes < or >", name);
			return err_hint(err, "such as %s<2h", name);
		}
		if (!read_span(t->text, &t->number)) {
			err_set(err, ERR_USAGE, "\"%.60s\" is no span of time", t->text);
			return err_hint(err, "use 30s 10m 2h 3d 4w");
		}
		return ERR_OK;
	}
	if (t->op != '=') {
		err_set(err, ERR_USAGE, "%s takes = or :", name);
		return err_hint(err, "only age and changed take < and >");
	}
	if (t->key == FILTER_STATUS && task_status_find(t->text) == TASK_OTHER &&
	    strcmp(t->text, task_statuses[TASK_OTHER].name) != 0)
		return unknown_status(t->text, err);
	if (t->key == FILTER_PRIORITY) {
		size_t n = strspn(t->text, "0123456789");

		if (t->text[n] || n > 3)
			return err_set(err, ERR_USAGE, "priority \"%.60s\" is no number", t->text);
		t->number = strtol(t->text, NULL, 10);
	}
	return ERR_OK;
}

/*
 * A word with a sign in it: which key? "=" "<" ">" ask for one that exists; with
 * ":" an unknown one is part of the word, because tags look like "weather:rain".
 */
static enum err_code
read_key(struct filter_term *t, char *word, size_t mark, struct err *err)
{
	char sign = word[mark];
	const char *near;

	word[mark] = '\0';
	for (int k = FILTER_STATUS; k < FILTER_KEY_COUNT; k++)
		if (strcmp(word, keys[k].name) == 0)
			t->key = (enum filter_key)k;
	if (t->key == FILTER_WORD && sign != ':') {
		near = near_match(word, key_name, NULL);
		err_set(err, ERR_USAGE, "there is no key \"%.40s\"", word);
		if (near)
			return err_hint(err, "did you mean %s%c?", near, sign);
		return err_hint(err, "keys: status project batch tag id priority age changed; put "
				     "other words in \"quotes\"");
	}
	if (t->key == FILTER_WORD) {
		word[mark] = sign;
		return ERR_OK;
	}
	t->op = sign == ':' ? '=' : sign;
	memmove(word, word + mark + 1, strlen(word + mark + 1) + 1);
	return ERR_OK;
}

static enum err_code
read_term(const char **text, struct filter_term *t, struct err *err)
{
	long mark;
	char word[VALUE_SIZE + 16]; /* the key and its sign, too */

	*t = (struct filter_term){ .key = FILTER_WORD, .op = '=' };
	if (**text == '!') {
		t->negate = true;
		++*text;
	}
	if (!take_word(text, word, sizeof(word), &mark))
		return err_set(err, ERR_USAGE, "the word is longer than %zu bytes", VALUE_SIZE - 1);
	if (mark >= 0 && read_key(t, word, (size_t)mark, err) != ERR_OK)
		return err->code;
	if (strlen(word) >= VALUE_SIZE)
		return err_set(err, ERR_USAGE, "the word is longer than %zu bytes", VALUE_SIZE - 1);
	memcpy(t->text, word, strlen(word) + 1);
	if (t->key != FILTER_WORD)
		return read_value(t, err);
	if (!t->text[0])
		return err_set(err, ERR_USAGE, "%s needs a word", t->negate ? "!" : "\"\"");
	return ERR_OK;
}

enum err_code
filter_parse(const char *text, struct filter *f, size_t *at, struct err *err)
{
	struct filter out = { .count = 0 };
	const char *s = text;
	size_t word = 0, bad;
	enum err_code code = ERR_OK;

	if (!text_valid(text, strlen(text), &bad)) {
		word = bad;
		code = err_set(err, ERR_USAGE, "the filter is not UTF-8");
	}
	while (code == ERR_OK) {
		while (is_blank(*s))
			s++;
		if (!*s)
			break;
		word = (size_t)(s - text);
		if (out.count == FILTER_TERMS_MAX)
			code = err_set(err, ERR_USAGE, "more than %d words", FILTER_TERMS_MAX);
		else
			code = read_term(&s, &out.term[out.count++], err);
	}
	if (code == ERR_OK)
		*f = out;
	else if (at)
		*at = word;
	return code;
}
