/* fault_rule.c - THE TABLE of what a rule can be told, and the reading of it. */
#include "config.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/near.h"
#include "core/text.h"
#include "sandbox/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX   1024 /* bytes */
#define SECONDS_MAX 1e7

/* A whole number from min; *rest goes behind it. */
static bool
read_count(const char *text, int64_t min, int64_t *out, const char **rest)
{
	char *end;
	long long n;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || n < min)
		return false;
	*out = n;
	*rest = end;
	return true;
}

static bool
read_whole(const char *text, int64_t min, int64_t *out)
{
	const char *rest;

	return read_count(text, min, out, &rest) && !*rest;
}

static bool
read_decimal(const char *text, double max, double *out)
{
	char *end;
	double n;

	if (!*text || strspn(text, "0123456789.") != strlen(text))
		return false;
	n = strtod(text, &end);
	if (*end || end == text || !(n >= 0 && n <= max))
		return false;
	*out = n;
	return true;
}

static bool
read_method(struct fault_rule *r, const char *value)
{
	size_t n = strlen(value);

	(void)r;
	return n > 0 && n < 20 && strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool
read_path(struct fault_rule *r, const char *value)
{
	(void)r;
	return (*value == '/' || *value == '*') && !strpbrk(value, "? \t");
}

static bool
read_side(struct fault_rule *r, const char *value)
{
	r->side = strcmp(value, "test") == 0 ? FAULT_TEST_KEY : FAULT_LIVE_KEY;
	return r->side == FAULT_TEST_KEY || strcmp(value, "live") == 0;
}

/* "always", "3", "3+", "3-5". */
static bool
read_when(struct fault_rule *r, const char *value)
{
	const char *rest;

	if (strcmp(value, "always") == 0)
		return true;
	if (!read_count(value, 1, &r->first, &rest))
		return false;
	r->last = r->first;
	if (strcmp(rest, "+") == 0) {
		r->last = INT64_MAX;
		return true;
	}
	return !*rest || (*rest == '-' && read_whole(rest + 1, r->first, &r->last));
}

static bool
read_every(struct fault_rule *r, const char *value)
{
	return read_whole(value, 1, &r->every);
}

static bool
read_times(struct fault_rule *r, const char *value)
{
	return read_whole(value, 1, &r->times);
}

static bool
read_probability(struct fault_rule *r, const char *value)
{
	return read_decimal(value, 1, &r->probability);
}

static bool
read_seed(struct fault_rule *r, const char *value)
{
	int64_t seed;

	if (!read_whole(value, 0, &seed))
		return false;
	r->chance = (uint64_t)seed;
	return true;
}

static bool
read_for(struct fault_rule *r, const char *value)
{
	double seconds;

	if (!read_decimal(value, SECONDS_MAX, &seconds))
		return false;
	r->for_ms = (int64_t)(seconds * 1000);
	return true;
}

static const struct key {
	const char *name;
	bool (*read)(struct fault_rule *r, const char *value); /* NULL: fault_effects_read() */
	const char *allowed;
} keys[FAULT_KEY_COUNT] = {
	/* clang-format off */
	[FAULT_KEY_METHOD] = { "method", read_method, "a method in capitals, such as POST; leave it out for any" },
	[FAULT_KEY_PATH] = { "path", read_path, "a path without a query, such as /v1/task/*; * stands for anything" },
	[FAULT_KEY_SIDE] = { "key", read_side, "test or live; leave it out for any" },
	[FAULT_KEY_WHEN] = { "when", read_when, "always, N (the Nth match), N+ (from then on) or N-M" },
	[FAULT_KEY_EVERY] = { "every", read_every, "a whole number from 1" },
	[FAULT_KEY_TIMES] = { "times", read_times, "a whole number from 1" },
	[FAULT_KEY_PROBABILITY] = { "probability", read_probability, "a number from 0 to 1, such as 0.25" },
	[FAULT_KEY_SEED] = { "seed", read_seed, "a whole number from 0" },
	[FAULT_KEY_FOR] = { "for", read_for, "seconds, such as 60 or 2.5" },
	[FAULT_KEY_EFFECT] = { "effect", NULL, NULL },
	/* clang-format on */
};

const char *
fault_key_name(enum fault_key key)
{
	return keys[key].name;
}

static const char *
key_name(size_t i, const void *arg)
{
	(void)arg;
	return i < FAULT_KEY_COUNT ? keys[i].name : NULL;
}

static bool
name_is_good(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= FAULT_NAME_SIZE)
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f || strchr(",]", *name))
			return false;
	return true;
}

enum err_code
fault_rules_add(struct fault_rules *rules, const char *name, struct err *err)
{
	if (!name_is_good(name)) {
		err_set(err, ERR_CONFIG, "the name of the rule is no good");
		return err_hint(err, "1 to %d bytes, without comma, ] or control characters",
				FAULT_NAME_SIZE - 1);
	}
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->at[i].name, name) == 0) {
			err_set(err, ERR_CONFIG, "there is a rule \"%s\" already", name);
			return err_hint(err, "give each rule a name of its own");
		}
	}
	if (rules->count == FAULT_RULES_MAX)
		return err_set(err, ERR_CONFIG, "more than %d rules", FAULT_RULES_MAX);
	rules->at = mem_grow(rules->at, rules->count + 1, sizeof(*rules->at));
	rules->at[rules->count] = (struct fault_rule){
		.first = 1,
		.last = INT64_MAX,
		.every = 1,
		.times = INT64_MAX,
		.probability = 1,
		.chance = 1,
		.for_ms = INT64_MAX,
	};
	snprintf(rules->at[rules->count++].name, FAULT_NAME_SIZE, "%s", name);
	return ERR_OK;
}

static enum err_code
unknown(const char *key, struct err *err)
{
	const char *near = near_match(key, key_name, NULL);

	err_set(err, ERR_CONFIG, "a rule has no \"%s\"", key);
	if (near)
		return err_hint(err, "did you mean \"%s\"?", near);
	return err_hint(err, "method, path, key, when, every, times, probability, seed, for and "
			     "effect are known");
}

enum err_code
fault_rules_tell(struct fault_rules *rules, const char *key, const char *value, struct err *err)
{
	struct fault_rule *r = &rules->at[rules->count - 1];
	size_t i = 0;

	while (i < FAULT_KEY_COUNT && strcmp(keys[i].name, key) != 0)
		i++;
	if (i == FAULT_KEY_COUNT)
		return unknown(key, err);
	if (r->given[i])
		return err_set(err, ERR_CONFIG, "\"%s\" is given twice", key);
	if (strlen(value) > VALUE_MAX)
		return err_set(err, ERR_CONFIG, "\"%s\" is longer than %d bytes", key, VALUE_MAX);
	if (!keys[i].read) {
		if (fault_effects_read(value, r->effects, err))
			return err->code;
	} else if (!keys[i].read(r, value)) {
		err_set(err, ERR_CONFIG, "\"%s\" cannot be \"%s\"", key, value);
		return err_hint(err, "it takes %s", keys[i].allowed);
	}
	r->given[i] = mem_strdup(value);
	return ERR_OK;
}

enum err_code
fault_rules_end(struct fault_rules *rules, struct err *err)
{
	const struct fault_rule *r = &rules->at[rules->count - 1];

	if (!r->given[FAULT_KEY_EFFECT]) {
		err_set(err, ERR_CONFIG, "the rule \"%s\" has no effect", r->name);
		return err_hint(err, "add one, such as effect = status:503");
	}
	if (r->given[FAULT_KEY_SEED] && !r->given[FAULT_KEY_PROBABILITY]) {
		err_set(err, ERR_CONFIG, "the rule \"%s\" has a seed but no probability", r->name);
		return err_hint(err, "the seed is of the probability");
	}
	return ERR_OK;
}

void
fault_rules_free(struct fault_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		for (size_t k = 0; k < FAULT_KEY_COUNT; k++)
			free(rules->at[i].given[k]);
		free(rules->at[i].buckets);
	}
	free(rules->at);
	*rules = (struct fault_rules){ .at = NULL };
}
