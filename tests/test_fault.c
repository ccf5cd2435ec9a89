/* test_fault.c - rules of faults: what they can be told, which requests they pick. */
#include "config.h"

#include "tests/test.h"

#include "core/err.h"
#include "sandbox/fault.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The rules of a JSON text, put to use at 1000 ms. */
static void
use(struct faults *f, const char *json)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;
	bool many;

	if (fault_rules_parse(&rules, json, strlen(json), &f->unnamed, &many, &err) ||
	    (many ? faults_replace(f, &rules, 1000, &err) : faults_put(f, &rules, 1000, &err)))
		fail_msg("%s: %s (%s)", json, err.msg, err.hint);
}

static void
done(struct faults *f)
{
	fault_rules_free(&f->rules);
}

static const struct fault_request create = {
	.method = "POST",
	.path = "/v1/task/multistage",
	.side = FAULT_LIVE_KEY,
	.key = 1,
	.now_ms = 1000,
};

static void
a_star_stands_for_anything(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
		{ "/v1/tasks", "/v1/tasks", true },
		{ "/v1/tasks", "/v1/task", false },
		{ "/v1/tasks", "/v1/tasks/", false },
		{ "/v1/task/*", "/v1/task/", true },
		{ "/v1/task/*", "/v1/task/a/cancel", true },
		{ "/v1/task/*", "/v1/task", false },
		{ "/v1/task/*/cancel", "/v1/task/cancel/cancel", true },
		{ "/v1/task/*/cancel", "/v1/task/a/cancel/b", false },
		{ "*", "", true },
		{ "**", "/x", true },
		{ "*/status", "/v1/batches/a%2Fb/status", true },
		{ "/*a*b*c", "/aXbXabc", true },
		{ "/*a*b*c", "/aXbXab", false },
		{ "", "", true },
		{ "", "/", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (fault_fits(rows[i].pattern, rows[i].text) != rows[i].fits)
			fail_msg("%s %s", rows[i].pattern, rows[i].text);
}

static void
each_effect_is_read(void **state)
{
	static const struct {
		const char *text;
		enum fault_slot slot;
		struct fault_effect want;
	} rows[] = {
		{ "ok", FAULT_ANSWER, { FAULT_OK, true, 0, 0, "" } },
		{ "status:503", FAULT_ANSWER, { FAULT_STATUS, false, 503, 0, "" } },
		{ "status:503:before", FAULT_ANSWER, { FAULT_STATUS, false, 503, 0, "" } },
		{ "status:500:after", FAULT_ANSWER, { FAULT_STATUS, true, 500, 0, "" } },
		{ "fin", FAULT_ANSWER, { FAULT_FIN, false, 0, 0, "" } },
		{ "fin:after", FAULT_ANSWER, { FAULT_FIN, true, 0, 0, "" } },
		{ "rst:before", FAULT_ANSWER, { FAULT_RST, false, 0, 0, "" } },
		{ "rst:after", FAULT_ANSWER, { FAULT_RST, true, 0, 0, "" } },
		{ "429", FAULT_ANSWER, { FAULT_429, false, 1, FAULT_RETRY_SECONDS, "" } },
		{ "429:sec:30", FAULT_ANSWER, { FAULT_429, false, 30, FAULT_RETRY_SECONDS, "" } },
		{ "429:date:5", FAULT_ANSWER, { FAULT_429, false, 5, FAULT_RETRY_DATE, "" } },
		{ "429:none", FAULT_ANSWER, { FAULT_429, false, 1, FAULT_RETRY_NONE, "" } },
		{ "429:after", FAULT_ANSWER, { FAULT_429, true, 1, FAULT_RETRY_SECONDS, "" } },
		{ "429:date:after", FAULT_ANSWER, { FAULT_429, true, 1, FAULT_RETRY_DATE, "" } },
		{ "429:sec:2:after", FAULT_ANSWER, { FAULT_429, true, 2, 0, "" } },
		{ "rate:5:10", FAULT_ANSWER, { FAULT_RATE, false, 5000, 10, "" } },
		{ "rate:0.5:1", FAULT_ANSWER, { FAULT_RATE, false, 500, 1, "" } },
		{ "late:2000", FAULT_ANSWER, { FAULT_LATE, false, 2000, 0, "" } },
		{ "redir:http://b.example/x?y=1",
		  FAULT_ANSWER,
		  { FAULT_REDIRECT, false, 302, 0, "http://b.example/x?y=1" } },
		{ "redir:307:http://b.example:81/",
		  FAULT_ANSWER,
		  { FAULT_REDIRECT, false, 307, 0, "http://b.example:81/" } },
		{ "garbage", FAULT_ANSWER, { FAULT_GARBAGE, true, 0, 0, "" } },
		{ "garbage:before", FAULT_ANSWER, { FAULT_GARBAGE, false, 0, 0, "" } },
		{ "html200", FAULT_ANSWER, { FAULT_HTML, true, 0, 0, "" } },
		{ "empty200:before", FAULT_ANSWER, { FAULT_EMPTY, false, 0, 0, "" } },
		{ "huge:100000000000", FAULT_ANSWER, { FAULT_HUGE, true, 100000000000, 0, "" } },
		{ "deep:1000", FAULT_ANSWER, { FAULT_DEEP, true, 1000, 0, "" } },
		{ "noid200", FAULT_ANSWER, { FAULT_NO_ID, true, 0, 0, "" } },
		{ "wrongid200", FAULT_ANSWER, { FAULT_WRONG_ID, true, 0, 0, "" } },
		{ "badtype200", FAULT_ANSWER, { FAULT_BAD_TYPE, true, 0, 0, "" } },
		{ "badtype200:object", FAULT_ANSWER, { FAULT_BAD_TYPE, true, 0, 1, "" } },
		{ "delay:300", FAULT_WAIT, { FAULT_DELAY, false, 300, 0, "" } },
		{ "delay:300:after", FAULT_WAIT, { FAULT_DELAY, true, 300, 0, "" } },
		{ "lag:1000", FAULT_LOOKUP, { FAULT_LAG, true, 1000, 0, "" } },
		{ "ignorefilter", FAULT_LOOKUP, { FAULT_IGNORE_FILTER, true, 0, 0, "" } },
		{ "evil", FAULT_TEXT, { FAULT_EVIL, true, 0, 0, "" } },
		{ "badutf8", FAULT_TEXT, { FAULT_BAD_UTF8, true, 0, 0, "" } },
		{ "ctl", FAULT_TEXT, { FAULT_CONTROL, true, 0, 0, "" } },
		{ "ctype:text/html; charset=x",
		  FAULT_TYPE,
		  { FAULT_CONTENT_TYPE, true, 0, 0, "text/html; charset=x" } },
		{ "hdr:100", FAULT_HEAD, { FAULT_HEADERS, true, 100, 0, "" } },
		{ "hdr:endless", FAULT_HEAD, { FAULT_HEADERS, true, INT64_MAX, 0, "" } },
		{ "trunc:0", FAULT_CUT, { FAULT_TRUNCATE, true, 0, 0, "" } },
		{ " slow:1 ", FAULT_PACE, { FAULT_SLOW, true, 1, 0, "" } },
	};
	bool read[FAULT_KIND_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault_effect got[FAULT_SLOT_COUNT];
		const struct fault_effect *e = &got[rows[i].slot], *want = &rows[i].want;
		struct err err = ERR_INIT;

		if (fault_effects_read(rows[i].text, got, &err))
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (e->kind != want->kind || e->after != want->after || e->n != want->n ||
		    e->second != want->second || strcmp(e->text, want->text) != 0)
			fail_msg("%s: %d %d %lld %lld %s", rows[i].text, (int)e->kind, e->after,
				 (long long)e->n, (long long)e->second, e->text);
		read[e->kind] = true;
	}
	for (int kind = FAULT_NONE + 1; kind < FAULT_KIND_COUNT; kind++)
		if (!read[kind])
			fail_msg("no row for %s", fault_word((enum fault_kind)kind)->name);
}

static void
effects_of_different_kinds_join(void **state)
{
	struct fault_effect got[FAULT_SLOT_COUNT];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(
		fault_effects_read("delay:5, status:500:after,evil , trunc:9,slow:3", got, &err),
		0);
	assert_int_equal(got[FAULT_WAIT].kind, FAULT_DELAY);
	assert_int_equal(got[FAULT_ANSWER].n, 500);
	assert_int_equal(got[FAULT_TEXT].kind, FAULT_EVIL);
	assert_int_equal(got[FAULT_CUT].n, 9);
	assert_int_equal(got[FAULT_PACE].n, 3);
	assert_int_equal(got[FAULT_TYPE].kind, FAULT_NONE);
}

static void
what_is_no_effect_is_refused_with_what_is_one(void **state)
{
	static const struct {
		const char *text, *msg, *hint;
	} rows[] = {
		{ "", "\"\" is no effect", "FAULTS" },
		{ "stats:503", "\"stats\" is no effect", "\"status\"" },
		{ "explode", "\"explode\" is no effect", "FAULTS" },
		{ "status", "status", "status:N[:before|after] with a number from 200 to 599" },
		{ "status:199", "out of bounds", "200 to 599" },
		{ "status:600", "out of bounds", "200 to 599" },
		{ "status:5O3", "out of bounds", "200 to 599" },
		{ "status:503:behind", "out of bounds", "before|after" },
		{ "status:503:after:x", "out of bounds", "before|after" },
		{ "status: 503", "out of bounds", "200 to 599" },
		{ "status:-503", "out of bounds", "200 to 599" },
		{ "ok:1", "not complete", "write ok" },
		{ "fin:", "not complete", "fin[:before|after]" },
		{ "429:", "not complete", "429[" },
		{ "429:sec:1:2", "not complete", "429[" },
		{ "429:none:5", "not complete", "429[" },
		{ "429:sec:86401", "not complete", "86400" },
		{ "rate:5", "not complete", "rate:R:N" },
		{ "rate:0:5", "not complete", "rate:R:N" },
		{ "rate:1e3:5", "not complete", "rate:R:N" },
		{ "rate:nan:5", "not complete", "rate:R:N" },
		{ "rate:5:0", "not complete", "from 1" },
		{ "late", "not complete", "late:MS" },
		{ "late:3600001", "out of bounds", "3600000" },
		{ "redir", "not complete", "redir:" },
		{ "redir:200:http://x/", "not complete", "300 to 399" },
		{ "redir:307:", "not complete", "redir:" },
		{ "huge:1000000000001", "out of bounds", "1000000000000" },
		{ "huge:99999999999999999999", "out of bounds", "1000000000000" },
		{ "deep:0", "out of bounds", "from 1" },
		{ "deep:1000001", "out of bounds", "1000000" },
		{ "badtype200:array", "not complete", "number|:object" },
		{ "delay", "not complete", "delay:MS" },
		{ "lag:1:after", "not complete", "lag:MS" },
		{ "hdr:0", "out of bounds", "hdr:N|endless" },
		{ "ctype:", "not complete", "ctype:TEXT" },
		{ "slow:0", "out of bounds", "slow:N" },
		{ "delay:1,", "\"\" is no effect", "" },
		{ "delay:1,delay:2", "\"delay\" and \"delay\" decide the same", "one" },
		{ "status:500,fin", "\"status\" and \"fin\" decide the same", "one" },
		{ "lag:1,ignorefilter", "decide the same", "one" },
		{ "evil,ctl", "decide the same", "one" },
		{ "redir:http://x/\r\nX: y", "control character", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault_effect got[FAULT_SLOT_COUNT] = { { .n = 77 } };
		struct err err = ERR_INIT;

		if (fault_effects_read(rows[i].text, got, &err) != ERR_CONFIG ||
		    !strstr(err.msg, rows[i].msg) || !strstr(err.hint, rows[i].hint))
			fail_msg("%s: \"%s\" \"%s\"", rows[i].text, err.msg, err.hint);
		assert_int_equal(got[0].n, 77);
	}
}

static void
a_text_too_long_for_an_effect_is_refused(void **state)
{
	struct fault_effect got[FAULT_SLOT_COUNT];
	struct err err = ERR_INIT;
	char text[1200];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "ctype:", 6);
	text[6 + FAULT_TEXT_SIZE - 1] = '\0';
	assert_int_equal(fault_effects_read(text, got, &err), ERR_OK);
	text[6 + FAULT_TEXT_SIZE - 1] = 'x';
	text[6 + FAULT_TEXT_SIZE] = '\0';
	assert_int_equal(fault_effects_read(text, got, &err), ERR_CONFIG);
	text[6 + FAULT_TEXT_SIZE] = 'x';
	text[1100] = '\0';
	assert_int_equal(fault_effects_read(text, got, &err), ERR_CONFIG);
	assert_non_null(strstr(err.msg, "1000 bytes"));
}

static void
rules_pick_by_method_path_and_key(void **state)
{
	static const struct {
		const char *rule;
		bool hit;
	} rows[] = {
		{ "{\"effect\":\"fin\"}", true },
		{ "{\"method\":\"POST\",\"effect\":\"fin\"}", true },
		{ "{\"method\":\"GET\",\"effect\":\"fin\"}", false },
		{ "{\"path\":\"/v1/task/*\",\"effect\":\"fin\"}", true },
		{ "{\"path\":\"/v1/tasks\",\"effect\":\"fin\"}", false },
		{ "{\"key\":\"live\",\"effect\":\"fin\"}", true },
		{ "{\"key\":\"test\",\"effect\":\"fin\"}", false },
		{ "{\"method\":\"POST\",\"path\":\"*\",\"key\":\"live\",\"effect\":\"fin\"}",
		  true },
		{ "{\"method\":\"POST\",\"path\":\"*\",\"key\":\"test\",\"effect\":\"fin\"}",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct faults f = { .tls = false };
		struct fault_plan plan;

		use(&f, rows[i].rule);
		if (faults_decide(&f, &create, &plan) != rows[i].hit)
			fail_msg("%s", rows[i].rule);
		assert_int_equal(f.rules.at[0].seen, rows[i].hit);
		assert_int_equal(f.rules.at[0].hits, rows[i].hit);
		done(&f);
	}
}

static void
a_request_without_a_good_key_has_no_side(void **state)
{
	struct fault_request rq = create;
	struct faults f = { .tls = false };
	struct fault_plan plan;

	(void)state;
	rq.side = FAULT_ANY_KEY;
	use(&f, "[{\"key\":\"live\",\"effect\":\"fin\"},{\"key\":\"test\",\"effect\":\"rst\"}]");
	assert_false(faults_decide(&f, &rq, &plan));
	use(&f, "[{\"effect\":\"fin\"}]");
	assert_true(faults_decide(&f, &rq, &plan));
	done(&f);
}

static void
rules_pick_by_count(void **state)
{
	static const struct {
		const char *rule, *picks;
	} rows[] = {
		{ "\"when\":\"always\"", "xxxxxxxxxxxx" },
		{ "\"when\":3", "..x........." },
		{ "\"when\":\"3\"", "..x........." },
		{ "\"when\":\"10+\"", ".........xxx" },
		{ "\"when\":\"2-4\"", ".xxx........" },
		{ "\"every\":4", "...x...x...x" },
		{ "\"every\":4,\"when\":\"5+\"", ".......x...x" },
		{ "\"times\":2", "xx.........." },
		{ "\"times\":2,\"every\":3", "..x..x......" },
		{ "\"times\":2,\"when\":\"4+\"", "...xx......." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct faults f = { .tls = false };
		char rule[200], picks[13] = "";
		struct fault_plan plan;

		snprintf(rule, sizeof(rule), "{\"effect\":\"fin\",%s}", rows[i].rule);
		use(&f, rule);
		for (size_t k = 0; k < 12; k++)
			picks[k] = faults_decide(&f, &create, &plan) ? 'x' : '.';
		if (strcmp(picks, rows[i].picks) != 0)
			fail_msg("%s: %s", rows[i].rule, picks);
		done(&f);
	}
}

/* The picks of 1000 requests. */
static size_t
draw(const char *probability, const char *seed, char picks[1001])
{
	struct faults f = { .tls = false };
	struct fault_plan plan;
	char rule[200];
	size_t n = 0;

	snprintf(rule, sizeof(rule), "{\"effect\":\"fin\",\"probability\":%s,\"seed\":%s}",
		 probability, seed);
	use(&f, rule);
	for (size_t k = 0; k < 1000; k++) {
		bool hit = faults_decide(&f, &create, &plan);

		picks[k] = hit ? 'x' : '.';
		n += hit;
	}
	picks[1000] = '\0';
	done(&f);
	return n;
}

static void
a_seed_makes_chance_repeat_itself(void **state)
{
	char one[1001], two[1001], other[1001];
	size_t n;

	(void)state;
	n = draw("0.25", "42", one);
	assert_in_range(n, 200, 300);
	draw("0.25", "42", two);
	assert_string_equal(one, two);
	draw("0.25", "43", other);
	assert_string_not_equal(one, other);
	assert_int_equal(draw("0", "1", one), 0);
	assert_int_equal(draw("1", "1", one), 1000);
}

static void
a_rule_holds_for_its_time(void **state)
{
	static const struct {
		int64_t now_ms;
		bool hit;
	} rows[] = { { 1000, true },   { 3499, true }, { 3500, false },
		     { 99999, false }, { 2000, true }, { 500, true } };
	struct faults f = { .tls = false };
	struct fault_request rq = create;
	struct fault_plan plan;

	(void)state;
	use(&f, "{\"for\":2.5,\"effect\":\"fin\"}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		rq.now_ms = rows[i].now_ms;
		assert_int_equal(faults_decide(&f, &rq, &plan), rows[i].hit);
	}
	assert_int_equal(f.rules.at[0].seen, 4);
	done(&f);
}

static void
an_earlier_rule_decides_and_a_later_one_waits(void **state)
{
	static const char *const want[] = { "a", "b,d", "c,d", "-", "d" };
	struct faults f = { .tls = false };

	(void)state;
	use(&f, "[{\"name\":\"a\",\"when\":1,\"effect\":\"status:500, delay:9\"},"
		"{\"name\":\"b\",\"times\":1,\"effect\":\"status:503:after\"},"
		"{\"name\":\"c\",\"times\":1,\"effect\":\"fin\"},"
		"{\"name\":\"-\",\"when\":4,\"effect\":\"ok\"},"
		"{\"name\":\"d\",\"effect\":\"delay:1\"}]");
	for (size_t i = 0; i < COUNT(want); i++) {
		struct fault_plan plan;

		assert_true(faults_decide(&f, &create, &plan));
		assert_string_equal(plan.names, want[i]);
	}
	assert_int_equal(f.rules.at[1].seen, 5);
	assert_int_equal(f.rules.at[1].hits, 1);
	assert_int_equal(f.rules.at[4].hits, 3);
	done(&f);
}

static void
a_rate_lets_a_burst_pass_and_refills_for_each_key(void **state)
{
	static const struct {
		uint64_t key;
		int64_t now_ms;
		int64_t wait_s; /* 0: passes */
	} rows[] = {
		{ 1, 1000, 0 }, { 1, 1000, 0 },  { 1, 1000, 0 },  { 1, 1000, 2 },  { 1, 1100, 2 },
		{ 2, 1100, 0 }, { 1, 2000, 1 },  { 1, 2999, 1 },  { 1, 3000, 0 },  { 1, 3000, 2 },
		{ 1, 2000, 2 }, { 1, 90000, 0 }, { 1, 90000, 0 }, { 1, 90000, 0 }, { 1, 90000, 2 },
	};
	struct faults f = { .tls = false };
	struct fault_request rq = create;

	(void)state;
	use(&f, "{\"effect\":\"rate:0.5:3\"}");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault_plan plan = { .names = "" };
		bool hit;

		rq.key = rows[i].key;
		rq.now_ms = rows[i].now_ms;
		hit = faults_decide(&f, &rq, &plan);
		if (hit != (rows[i].wait_s > 0) || plan.by[FAULT_ANSWER].n != rows[i].wait_s)
			fail_msg("row %zu: %d, wait %lld", i, hit,
				 (long long)plan.by[FAULT_ANSWER].n);
	}
	done(&f);
}

static void
a_rate_knows_a_bounded_number_of_keys(void **state)
{
	struct faults f = { .tls = false };
	struct fault_request rq = create;
	struct fault_plan plan;

	(void)state;
	use(&f, "{\"effect\":\"rate:0.001:1\"}");
	for (rq.key = 1; rq.key <= 1000; rq.key++, rq.now_ms++)
		assert_false(faults_decide(&f, &rq, &plan));
	rq.key = 1000;
	assert_true(faults_decide(&f, &rq, &plan));
	rq.key = 1; /* forgotten: it may begin again */
	assert_false(faults_decide(&f, &rq, &plan));
	done(&f);
}

static void
one_rule_is_put_and_many_replace(void **state)
{
	struct faults f = { .tls = false };
	struct fault_plan plan;

	(void)state;
	use(&f, "[{\"name\":\"a\",\"effect\":\"fin\"},{\"effect\":\"ok\"}]");
	assert_int_equal(f.rules.count, 2);
	assert_string_equal(f.rules.at[1].name, "rule 1");
	faults_decide(&f, &create, &plan);
	use(&f, "{\"name\":\"a\",\"effect\":\"rate:1:1\"}");
	assert_int_equal(f.rules.count, 2);
	assert_string_equal(f.rules.at[0].given[FAULT_KEY_EFFECT], "rate:1:1");
	assert_int_equal(f.rules.at[0].seen, 0);
	use(&f, "{\"effect\":\"rst\"}");
	use(&f, "{\"effect\":\"rst\"}");
	assert_int_equal(f.rules.count, 4);
	assert_string_equal(f.rules.at[3].name, "rule 3");
	use(&f, "[]");
	assert_int_equal(f.rules.count, 0);
	assert_false(faults_decide(&f, &create, &plan));
	done(&f);
}

static void
no_more_rules_than_the_limit(void **state)
{
	struct faults f = { .tls = false };
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;
	bool many;

	(void)state;
	for (int i = 0; i < FAULT_RULES_MAX; i++)
		use(&f, "{\"effect\":\"rst\"}");
	assert_int_equal(
		fault_rules_parse(&rules, "{\"effect\":\"ok\"}", 15, &f.unnamed, &many, &err),
		ERR_OK);
	assert_int_equal(faults_put(&f, &rules, 1, &err), ERR_CONFIG);
	assert_int_equal(f.rules.count, FAULT_RULES_MAX);
	fault_rules_free(&rules);
	done(&f);
}

static void
plain_bytes_are_refused_under_tls(void **state)
{
	static const struct {
		const char *effect;
		bool good;
	} rows[] = {
		{ "garbage", false }, { "hdr:endless", false }, { "rst", true }, { "slow:9", true }
	};
	struct faults f = { .tls = true };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault_rules rules = { .at = NULL };
		struct err err = ERR_INIT;
		char rule[64];
		bool many;

		snprintf(rule, sizeof(rule), "{\"effect\":\"%s\"}", rows[i].effect);
		assert_int_equal(
			fault_rules_parse(&rules, rule, strlen(rule), &f.unnamed, &many, &err), 0);
		assert_int_equal(faults_put(&f, &rules, 1, &err),
				 rows[i].good ? ERR_OK : ERR_CONFIG);
		assert_true(rows[i].good || strstr(err.msg, "TLS"));
		fault_rules_free(&rules);
	}
	done(&f);
}

static void
json_that_is_no_rule_is_refused_whole(void **state)
{
	static const struct {
		const char *json, *msg, *hint;
	} rows[] = {
		{ "", "there is no JSON", "" },
		{ "3", "must be an object", "" },
		{ "[3]", "must be an object", "" },
		{ "{}", "\"rule 1\" has no effect", "effect = " },
		{ "{\"effect\":\"fin\",\"efect\":\"x\"}", "has no \"efect\"", "\"effect\"" },
		{ "{\"effect\":\"fin\",\"colour\":\"x\"}", "has no \"colour\"", "method, path" },
		{ "{\"effect\":true}", "\"effect\": the value must be a string", "" },
		{ "{\"effect\":[1]}", "an array must be of strings", "" },
		{ "{\"effect\":[\"fin\",\"rst\"]}", "decide the same", "" },
		{ "{\"name\":3,\"effect\":\"fin\"}", "\"name\" must be a string", "" },
		{ "{\"name\":\"\",\"effect\":\"fin\"}", "name of the rule", "39 bytes" },
		{ "{\"name\":\"a,b\",\"effect\":\"fin\"}", "name of the rule", "comma" },
		{ "[{\"name\":\"a\",\"effect\":\"fin\"},{\"name\":\"a\",\"effect\":\"fin\"}]",
		  "\"a\" already", "of its own" },
		{ "[{\"effect\":\"fin\"},{\"effect\":\"fin\",\"when\":0}]",
		  "the rule \"rule 2\": \"when\" cannot be \"0\"", "always, N" },
		{ "{\"method\":\"post\",\"effect\":\"fin\"}", "\"method\" cannot", "capitals" },
		{ "{\"path\":\"v1/task\",\"effect\":\"fin\"}", "\"path\" cannot", "*" },
		{ "{\"path\":\"/v1/tasks?a\",\"effect\":\"fin\"}", "\"path\" cannot", "query" },
		{ "{\"key\":\"both\",\"effect\":\"fin\"}", "\"key\" cannot", "test or live" },
		{ "{\"when\":\"3-2\",\"effect\":\"fin\"}", "\"when\" cannot", "N-M" },
		{ "{\"when\":\"3x\",\"effect\":\"fin\"}", "\"when\" cannot", "N-M" },
		{ "{\"when\":-1,\"effect\":\"fin\"}", "\"when\" cannot", "N-M" },
		{ "{\"every\":0,\"effect\":\"fin\"}", "\"every\" cannot", "from 1" },
		{ "{\"times\":1.5,\"effect\":\"fin\"}", "\"times\" cannot", "from 1" },
		{ "{\"probability\":1.1,\"effect\":\"fin\"}", "\"probability\" cannot", "0 to 1" },
		{ "{\"probability\":\".\",\"effect\":\"fin\"}", "\"probability\" cannot",
		  "0 to 1" },
		{ "{\"probability\":\"nan\",\"effect\":\"fin\"}", "\"probability\" cannot", "1" },
		{ "{\"seed\":\"x\",\"probability\":1,\"effect\":\"fin\"}", "\"seed\" cannot", "0" },
		{ "{\"seed\":4,\"effect\":\"fin\"}", "a seed but no probability", "" },
		{ "{\"for\":\"1h\",\"effect\":\"fin\"}", "\"for\" cannot", "seconds" },
		{ "{\"for\":99999999,\"effect\":\"fin\"}", "\"for\" cannot", "seconds" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault_rules rules = { .at = NULL };
		struct err err = ERR_INIT;
		size_t unnamed = 0;
		bool many;

		if (!fault_rules_parse(&rules, rows[i].json, strlen(rows[i].json), &unnamed, &many,
				       &err) ||
		    !strstr(err.msg, rows[i].msg) || !strstr(err.hint, rows[i].hint))
			fail_msg("%s: \"%s\" \"%s\"", rows[i].json, err.msg, err.hint);
		assert_int_equal(rules.count, 0);
		assert_null(rules.at);
	}
}

static void
rules_come_back_as_they_were_told(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct faults f = { .tls = false };
	struct fault_plan plan;

	(void)state;
	use(&f, "[{\"name\":\"a\",\"method\":\"POST\",\"path\":\"/v1/*\",\"when\":\"1-2\","
		"\"effect\":[\"delay:1\",\"fin\"],\"for\":null},{\"effect\":\"rst\",\"seed\":1,"
		"\"probability\":0.50}]");
	faults_decide(&f, &create, &plan);
	fault_rules_out(&f.rules, &out, NULL);
	assert_string_equal(
		buf_str(&out),
		"[{\"name\":\"a\",\"method\":\"POST\",\"path\":\"/v1/*\",\"when\":\"1-2\","
		"\"effect\":\"delay:1, fin\",\"seen\":1,\"hits\":1},{\"name\":\"rule 1\","
		"\"probability\":\"0.50\",\"seed\":\"1\",\"effect\":\"rst\",\"seen\":1,"
		"\"hits\":0}]");
	buf_free(&out);
	done(&f);
}

static void
the_manual_has_each_effect_and_key_of_a_rule(void **state)
{
	char *manual = test_read(test_data("../man/multistage-sandbox.1"));
	char want[512];

	(void)state;
	for (int kind = FAULT_NONE + 1; kind < FAULT_KIND_COUNT; kind++) {
		const struct fault_word *w = fault_word((enum fault_kind)kind);

		snprintf(want, sizeof(want), "\n.It Cm %s\n%s\n.", w->form, w->help);
		if (!strstr(manual, want))
			fail_msg("multistage-sandbox.1 lacks:%s", want);
	}
	for (int key = 0; key < FAULT_KEY_COUNT; key++) {
		snprintf(want, sizeof(want), "\n.It Cm %s\n", fault_key_name((enum fault_key)key));
		if (!strstr(manual, want))
			fail_msg("multistage-sandbox.1 lacks:%s", want);
	}
	free(manual);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_star_stands_for_anything),
		cmocka_unit_test(each_effect_is_read),
		cmocka_unit_test(effects_of_different_kinds_join),
		cmocka_unit_test(what_is_no_effect_is_refused_with_what_is_one),
		cmocka_unit_test(a_text_too_long_for_an_effect_is_refused),
		cmocka_unit_test(rules_pick_by_method_path_and_key),
		cmocka_unit_test(a_request_without_a_good_key_has_no_side),
		cmocka_unit_test(rules_pick_by_count),
		cmocka_unit_test(a_seed_makes_chance_repeat_itself),
		cmocka_unit_test(a_rule_holds_for_its_time),
		cmocka_unit_test(an_earlier_rule_decides_and_a_later_one_waits),
		cmocka_unit_test(a_rate_lets_a_burst_pass_and_refills_for_each_key),
		cmocka_unit_test(a_rate_knows_a_bounded_number_of_keys),
		cmocka_unit_test(one_rule_is_put_and_many_replace),
		cmocka_unit_test(no_more_rules_than_the_limit),
		cmocka_unit_test(plain_bytes_are_refused_under_tls),
		cmocka_unit_test(json_that_is_no_rule_is_refused_whole),
		cmocka_unit_test(rules_come_back_as_they_were_told),
		cmocka_unit_test(the_manual_has_each_effect_and_key_of_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
