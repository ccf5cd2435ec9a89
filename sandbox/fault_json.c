/* fault_json.c - rules as JSON, for /_sandbox/faults: the keys of fault_rule.c. */
#include "config.h"

#include "core/json.h"
#include "core/mem.h"
#include "sandbox/fault.h"
#include "sandbox/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048 /* bytes of one value */

/* A string as it is meant, a number as it is written; of effects also an array of strings. */
static enum err_code
read_value(const struct json_span *v, struct buf *out, struct err *err)
{
	struct json_iter it = { .next = NULL };

	if (v->type == JSON_STRING) {
		json_unescape(out, v);
	} else if (v->type == JSON_NUMBER) {
		buf_add(out, v->p, v->n);
	} else if (v->type == JSON_ARRAY) {
		while (json_each(v, &it)) {
			if (it.value.type != JSON_STRING)
				return err_set(err, ERR_CONFIG, "an array must be of strings");
			if (out->len > 0)
				buf_adds(out, ", ");
			json_unescape(out, &it.value);
		}
	} else {
		return err_set(err, ERR_CONFIG, "the value must be a string or a number");
	}
	return out->full ? err_set(err, ERR_CONFIG, "the value is too long") : ERR_OK;
}

static enum err_code
read_name(const struct json_span *rule, size_t *unnamed, char name[64], struct err *err)
{
	struct buf text = BUF_INIT(60);
	struct json_span v;

	if (!json_member(rule, "name", &v) || v.type == JSON_NULL) {
		snprintf(name, 64, "rule %zu", ++*unnamed);
		return ERR_OK;
	}
	if (v.type != JSON_STRING)
		return err_set(err, ERR_CONFIG, "\"name\" must be a string");
	json_unescape(&text, &v);
	snprintf(name, 64, "%s", text.full ? "" : buf_str(&text));
	buf_free(&text);
	return ERR_OK;
}

/* What is read elsewhere, or only told: rules can be given back as they were got. */
static bool
is_of_another(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "seen") == 0 || strcmp(key, "hits") == 0;
}

static enum err_code
read_member(struct fault_rules *rules, const struct json_iter *it, struct err *err)
{
	struct buf key = BUF_INIT(TEXT_MAX), value = BUF_INIT(TEXT_MAX);

	json_unescape(&key, &it->key);
	if (!is_of_another(buf_str(&key)) && it->value.type != JSON_NULL) {
		if (read_value(&it->value, &value, err))
			err_wrap(err, "\"%s\"", buf_str(&key));
		else
			(void)!fault_rules_tell(rules, buf_str(&key), buf_str(&value), err);
	}
	buf_free(&key);
	buf_free(&value);
	return err->code;
}

static enum err_code
read_rule(struct fault_rules *rules, const struct json_span *rule, size_t *unnamed, struct err *err)
{
	struct json_iter it = { .next = NULL };
	char name[64];

	if (rule->type != JSON_OBJECT)
		return err_set(err, ERR_CONFIG, "a rule must be an object");
	if (read_name(rule, unnamed, name, err) || fault_rules_add(rules, name, err))
		return err->code;
	while (json_each(rule, &it))
		if (read_member(rules, &it, err))
			return err_wrap(err, "the rule \"%s\"", name);
	return fault_rules_end(rules, err);
}

enum err_code
fault_rules_parse(struct fault_rules *rules, const char *json, size_t n, size_t *unnamed,
		  bool *many, struct err *err)
{
	struct json_iter it = { .next = NULL };
	struct json_span top, shown;

	if (json_scan(json, n, &top, NULL, err))
		return err->code;
	if (top.type == JSON_OBJECT && json_member(&top, "faults", &shown) &&
	    shown.type == JSON_ARRAY)
		top = shown; /* as GET shows them */
	*many = top.type == JSON_ARRAY;
	if (*many)
		*unnamed = 0;
	else
		(void)!read_rule(rules, &top, unnamed, err);
	while (*many && json_each(&top, &it))
		if (read_rule(rules, &it.value, unnamed, err))
			break;
	if (err->code)
		fault_rules_free(rules);
	return err->code;
}

void
fault_rules_out(const struct fault_rules *rules, struct buf *out, const char *key)
{
	out_open(out, key, '[');
	for (size_t i = 0; i < rules->count; i++) {
		const struct fault_rule *r = &rules->at[i];

		out_open(out, NULL, '{');
		out_str(out, "name", r->name);
		for (int k = 0; k < FAULT_KEY_COUNT; k++)
			if (r->given[k])
				out_str(out, fault_key_name((enum fault_key)k), r->given[k]);
		out_int(out, "seen", r->seen);
		out_int(out, "hits", r->hits);
		out_close(out, '}');
	}
	out_close(out, ']');
}
