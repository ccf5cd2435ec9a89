/* fault.c - see fault.h. */
#include "config.h"

#include "sandbox/fault.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 64 /* keys that a rate tells apart; the one not seen longest makes room */
#define ONE     INT64_C(1000000) /* a request, in a bucket */

struct bucket {
	uint64_t key;
	int64_t at_ms; /* when it was filled last */
	int64_t level; /* millionths of a request that may pass */
	bool used;
};

struct fault_buckets {
	struct bucket at[BUCKETS];
};

bool
fault_fits(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) { /* the last star takes one more */
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

/* --- taking rules in --- */

static enum err_code
possible(const struct faults *f, const struct fault_rules *rules, struct err *err)
{
	for (size_t i = 0; f->tls && i < rules->count; i++) {
		for (size_t k = 0; k < FAULT_SLOT_COUNT; k++) {
			const struct fault_word *w = fault_word(rules->at[i].effects[k].kind);

			if (!w || !w->plain)
				continue;
			err_set(err, ERR_CONFIG, "the rule \"%s\": \"%s\" cannot be sent under TLS",
				rules->at[i].name, w->name);
			return err_hint(err, "start the sandbox without --cert");
		}
	}
	return ERR_OK;
}

static void
begin(struct fault_rules *rules, int64_t now_ms)
{
	for (size_t i = 0; i < rules->count; i++) {
		rules->at[i].since_ms = now_ms;
		if (rules->at[i].effects[FAULT_ANSWER].kind == FAULT_RATE)
			rules->at[i].buckets = mem_alloc(sizeof(struct fault_buckets));
	}
}

enum err_code
faults_replace(struct faults *f, struct fault_rules *rules, int64_t now_ms, struct err *err)
{
	if (possible(f, rules, err))
		return err->code;
	fault_rules_free(&f->rules);
	f->rules = *rules;
	*rules = (struct fault_rules){ .at = NULL };
	begin(&f->rules, now_ms);
	return ERR_OK;
}

/* Where the rule called name is, or would be added. */
static size_t
place_of(const struct fault_rules *rules, const char *name)
{
	size_t i = 0;

	while (i < rules->count && strcmp(rules->at[i].name, name) != 0)
		i++;
	return i;
}

enum err_code
faults_put(struct faults *f, struct fault_rules *rules, int64_t now_ms, struct err *err)
{
	size_t more = 0;

	for (size_t i = 0; i < rules->count; i++)
		more += place_of(&f->rules, rules->at[i].name) == f->rules.count;
	if (possible(f, rules, err))
		return err->code;
	if (f->rules.count + more > FAULT_RULES_MAX)
		return err_set(err, ERR_CONFIG, "more than %d rules", FAULT_RULES_MAX);
	begin(rules, now_ms);
	f->rules.at = mem_grow(f->rules.at, f->rules.count + more, sizeof(*f->rules.at));
	for (size_t i = 0; i < rules->count; i++) {
		size_t to = place_of(&f->rules, rules->at[i].name);
		struct fault_rule rule = rules->at[i];

		if (to == f->rules.count) {
			f->rules.at[f->rules.count++] = rule;
			rules->at[i] = (struct fault_rule){ .name = "" };
		} else { /* the old one goes with *rules */
			rules->at[i] = f->rules.at[to];
			f->rules.at[to] = rule;
		}
	}
	fault_rules_free(rules);
	return ERR_OK;
}

/* --- picking --- */

/* SplitMix64. Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
 * generators", 2014. */
static double
chance(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0; /* 2^53 */
}

static bool
matches(const struct fault_rule *r, const struct fault_request *rq)
{
	const char *method = r->given[FAULT_KEY_METHOD], *path = r->given[FAULT_KEY_PATH];

	return (!method || strcmp(method, rq->method) == 0) &&
	       (!path || fault_fits(path, rq->path)) &&
	       (r->side == FAULT_ANY_KEY || r->side == rq->side) &&
	       (r->for_ms == INT64_MAX || rq->now_ms - r->since_ms < r->for_ms);
}

static struct bucket *
bucket_of(struct fault_rule *r, const struct fault_request *rq)
{
	struct bucket *b = r->buckets->at, *old = b;

	for (size_t i = 0; i < BUCKETS; i++, b++) {
		if (b->used && b->key == rq->key)
			return b;
		if (old->used && (!b->used || b->at_ms < old->at_ms))
			old = b;
	}
	*old = (struct bucket){
		.key = rq->key,
		.at_ms = rq->now_ms,
		.level = r->effects[FAULT_ANSWER].second * ONE,
		.used = true,
	};
	return old;
}

/* Take a request out of the bucket of its key. False: it is empty, for *wait_s seconds.
 * A rate of n thousandths a second brings n millionths a millisecond. */
static bool
may_pass(struct fault_rule *r, const struct fault_request *rq, int64_t *wait_s)
{
	const struct fault_effect *rate = &r->effects[FAULT_ANSWER];
	struct bucket *b = bucket_of(r, rq);
	int64_t full = rate->second * ONE, ms = rq->now_ms - b->at_ms;

	if (ms > (full - b->level) / rate->n)
		b->level = full;
	else if (ms > 0)
		b->level += ms * rate->n;
	b->at_ms = rq->now_ms;
	if (b->level >= ONE) {
		b->level -= ONE;
		return true;
	}
	*wait_s = (ONE - b->level + rate->n * 1000 - 1) / (rate->n * 1000);
	return false;
}

/* Does a rule that matches pick this request? */
static bool
picks(struct fault_rule *r, const struct fault_request *rq, int64_t *wait_s)
{
	bool lucky = chance(&r->chance) < r->probability;

	r->seen++;
	return r->seen >= r->first && r->seen <= r->last && r->seen % r->every == 0 && lucky &&
	       r->hits < r->times && (!r->buckets || !may_pass(r, rq, wait_s));
}

static bool
is_free(const struct fault_rule *r, const struct fault_plan *plan)
{
	for (size_t i = 0; i < FAULT_SLOT_COUNT; i++)
		if (r->effects[i].kind != FAULT_NONE && plan->by[i].kind != FAULT_NONE)
			return false;
	return plan->by[FAULT_ANSWER].kind != FAULT_OK;
}

static void
add(const struct fault_rule *r, int64_t wait_s, struct fault_plan *plan)
{
	size_t n = strlen(plan->names);

	for (size_t i = 0; i < FAULT_SLOT_COUNT; i++) {
		if (r->effects[i].kind == FAULT_NONE)
			continue;
		plan->by[i] = r->effects[i];
		if (r->effects[i].kind == FAULT_RATE)
			plan->by[i].n = wait_s;
	}
	snprintf(plan->names + n, sizeof(plan->names) - n, "%s%s", n ? "," : "", r->name);
}

bool
faults_decide(struct faults *f, const struct fault_request *rq, struct fault_plan *plan)
{
	struct fault_plan made = { .names = "" };

	for (size_t i = 0; i < f->rules.count; i++) {
		struct fault_rule *r = &f->rules.at[i];
		int64_t wait_s = 0;

		if (!matches(r, rq) || !picks(r, rq, &wait_s) || !is_free(r, &made))
			continue;
		r->hits++;
		add(r, wait_s, &made);
	}
	if (!*made.names)
		return false;
	*plan = made;
	return true;
}
