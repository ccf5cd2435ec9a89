/* fault.h - rules that make the sandbox fail: which requests, when, and how.
 *
 * A rule matches requests by method, path and side of the key, picks some of them by
 * count, chance, time or rate, and gives them effects. Rules are tried in their order.
 * Each rule that matches counts the request. A rule that picks it adds its effects,
 * unless one of them would decide what an earlier rule has decided (enum fault_slot):
 * then it stays away as a whole, and the pick is not used up. After "ok" no later rule
 * adds anything. The same rules, seeds and requests always fail alike.
 */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include "core/buf.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_RULES_MAX 200
#define FAULT_NAME_SIZE 40
#define FAULT_TEXT_SIZE 256 /* of an effect: a URL, a content type */

enum fault_kind {
	FAULT_NONE,
	FAULT_OK,
	FAULT_STATUS,
	FAULT_FIN,
	FAULT_RST,
	FAULT_429,
	FAULT_RATE,
	FAULT_LATE,
	FAULT_REDIRECT,
	FAULT_GARBAGE,
	FAULT_HTML,
	FAULT_EMPTY,
	FAULT_HUGE,
	FAULT_DEEP,
	FAULT_NO_ID,
	FAULT_WRONG_ID,
	FAULT_BAD_TYPE,
	FAULT_DELAY,
	FAULT_LAG,
	FAULT_IGNORE_FILTER,
	FAULT_EVIL,
	FAULT_BAD_UTF8,
	FAULT_CONTROL,
	FAULT_CONTENT_TYPE,
	FAULT_HEADERS,
	FAULT_TRUNCATE,
	FAULT_SLOW,
	FAULT_KIND_COUNT
};

/* What an effect decides. A request has at most one of each. */
enum fault_slot {
	FAULT_ANSWER, /* whether it runs, and what is said */
	FAULT_WAIT,   /* when */
	FAULT_LOOKUP, /* what a look-up finds */
	FAULT_TEXT,   /* what is in the strings of the answer */
	FAULT_TYPE,   /* its Content-Type */
	FAULT_HEAD,   /* its header */
	FAULT_CUT,    /* how much of its body goes */
	FAULT_PACE,   /* how fast */
	FAULT_SLOT_COUNT
};

enum fault_retry { FAULT_RETRY_SECONDS, FAULT_RETRY_DATE, FAULT_RETRY_NONE };

struct fault_effect {
	enum fault_kind kind;
	bool after;     /* the request is run, and kept, first */
	int64_t n;      /* the number of the effect: ms, bytes, a status; thousandths for a rate */
	int64_t second; /* burst of a rate; enum fault_retry; 1: an object as task_id */
	char text[FAULT_TEXT_SIZE];
};

/* --- fault_effect.c --- */

struct fault_word { /* an effect as it is written; THE TABLE is in fault_effect.c */
	const char *name, *form, *help;
	enum fault_slot slot;
	bool (*read)(const struct fault_word *w, char *rest, struct fault_effect *e);
	bool after; /* without ":before" or ":after" */
	bool plain; /* bytes that are not HTTP: impossible under TLS */
	int64_t min, max;
};
const struct fault_word *fault_word(enum fault_kind kind); /* NULL for FAULT_NONE */

/* Read "delay:200, status:503:after". Errors: ERR_CONFIG, with what is allowed as hint. */
enum err_code fault_effects_read(const char *text, struct fault_effect effects[FAULT_SLOT_COUNT],
				 struct err *err) MUST_CHECK;

/* --- fault_rule.c --- */

enum fault_side { FAULT_ANY_KEY, FAULT_TEST_KEY, FAULT_LIVE_KEY };

enum fault_key { /* what a rule is told */
		 FAULT_KEY_METHOD,
		 FAULT_KEY_PATH,
		 FAULT_KEY_SIDE,
		 FAULT_KEY_WHEN,
		 FAULT_KEY_EVERY,
		 FAULT_KEY_TIMES,
		 FAULT_KEY_PROBABILITY,
		 FAULT_KEY_SEED,
		 FAULT_KEY_FOR,
		 FAULT_KEY_EFFECT,
		 FAULT_KEY_COUNT
};

struct fault_buckets; /* of a rate, by key */

struct fault_rule {
	char name[FAULT_NAME_SIZE];
	char *given[FAULT_KEY_COUNT]; /* owned: as it was told; NULL: not told */
	enum fault_side side;
	int64_t first, last; /* of the matches, from 1 */
	int64_t every;       /* each so many matches */
	int64_t times;       /* picks at most */
	double probability;
	uint64_t chance; /* state of the random numbers; the seed at first */
	int64_t for_ms;  /* since since_ms; INT64_MAX: for ever */
	struct fault_effect effects[FAULT_SLOT_COUNT];

	int64_t since_ms; /* the sandbox's clock */
	int64_t seen, hits;
	struct fault_buckets *buckets; /* owned; NULL without a rate */
};

struct fault_rules {
	struct fault_rule *at; /* owned */
	size_t count;
};

const char *fault_key_name(enum fault_key key);

/* Add an empty rule. Errors: ERR_CONFIG: a name that is no good or there, too many rules. */
enum err_code fault_rules_add(struct fault_rules *rules, const char *name,
			      struct err *err) MUST_CHECK;
/* Tell the last rule one thing, and that it was told all. Errors: ERR_CONFIG, with a hint. */
enum err_code fault_rules_tell(struct fault_rules *rules, const char *key, const char *value,
			       struct err *err) MUST_CHECK;
enum err_code fault_rules_end(struct fault_rules *rules, struct err *err) MUST_CHECK;
void fault_rules_free(struct fault_rules *rules);

/* --- fault_json.c --- */

/* Rules from JSON: an object is one rule, an array (*many) any number. A rule without a
 * name is "rule N", counted on from *unnamed, and from 0 in an array.
 * Errors: ERR_CONFIG, ERR_PARSE; rules is empty then. */
enum err_code fault_rules_parse(struct fault_rules *rules, const char *json, size_t n,
				size_t *unnamed, bool *many, struct err *err) MUST_CHECK;
/* As an array, with how often each matched ("seen") and was picked ("hits"). */
void fault_rules_out(const struct fault_rules *rules, struct buf *out, const char *key);

/* --- fault.c: the rules that hold --- */

struct faults {
	struct fault_rules rules;
	size_t unnamed; /* for fault_rules_parse() */
	bool tls;       /* no plain bytes can be sent */
};

struct fault_request {
	const char *method, *path; /* raw, without the query */
	enum fault_side side;      /* FAULT_ANY_KEY: it has no good key */
	uint64_t key;              /* any number that tells keys apart */
	int64_t now_ms;            /* the sandbox's clock */
};

struct fault_plan {
	struct fault_effect by[FAULT_SLOT_COUNT];
	char names[120]; /* of the rules, comma-joined; cut if there are many */
};

/* Take the rules in, in place of all, or of that with the same name. *rules is empty
 * after. Errors: ERR_CONFIG: under TLS, or too many; nothing has changed then. */
enum err_code faults_replace(struct faults *f, struct fault_rules *rules, int64_t now_ms,
			     struct err *err) MUST_CHECK;
enum err_code faults_put(struct faults *f, struct fault_rules *rules, int64_t now_ms,
			 struct err *err) MUST_CHECK;

/* What shall happen to this request. False: nothing, and *plan is as it was. */
bool faults_decide(struct faults *f, const struct fault_request *rq, struct fault_plan *plan);

/* Does text fit the pattern, in which each "*" stands for any characters or none? */
bool fault_fits(const char *pattern, const char *text);

#endif
