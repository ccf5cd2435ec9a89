/* test_sandbox_form.c - forms become the tree that JSON would give, and are read like it. */
#include "config.h"

#include "tests/test.h"

#include "sandbox/body.h"
#include "sandbox/form.h"
#include "sandbox/request.h"

#define FORM "application/x-www-form-urlencoded"

static void
a_form_is_the_tree_that_json_would_give(void **state)
{
	static const struct {
		const char *form, *json; /* NULL: refused */
	} rows[] = {
		/* clang-format off */
		{ "", "{}" },
		{ "&&", "{}" },
		{ "a=1", "{\"a\":\"1\"}" },
		{ "a=1&", "{\"a\":\"1\"}" },
		{ "a=&b&c=x", "{\"c\":\"x\"}" }, /* without a value: not given */
		{ "a=x=y", "{\"a\":\"x=y\"}" },
		{ "a=x+y%2Bz%26", "{\"a\":\"x y+z&\"}" },
		{ "a=100%", "{\"a\":\"100%\"}" },
		{ "a=%C3%A9", "{\"a\":\"\xC3\xA9\"}" },
		{ "a=x&a=y", "{\"a\":[\"x\",\"y\"]}" },
		{ "a=x&b=1&a=y&a=z", "{\"a\":[\"x\",\"y\",\"z\"],\"b\":\"1\"}" },
		{ "a[]=x", "{\"a\":[\"x\"]}" },
		{ "a[]=x&a[]=y", "{\"a\":[\"x\",\"y\"]}" },
		{ "a%5B%5D=x&a%5b%5d=y", "{\"a\":[\"x\",\"y\"]}" },
		{ "a[0]=x&a[1]=y", "{\"a\":[\"x\",\"y\"]}" },
		{ "m[k]=v&m[l]=w", "{\"m\":{\"k\":\"v\",\"l\":\"w\"}}" },
		{ "m[k]=v&m[k]=w", "{\"m\":{\"k\":[\"v\",\"w\"]}}" },
		{ "m[2024]=v", "{\"m\":{\"2024\":\"v\"}}" },
		{ "m[k][l][]=v", "{\"m\":{\"k\":{\"l\":[\"v\"]}}}" },
		{ "a[0][t]=x&a[0][c]=y&a[1][t]=z", "{\"a\":[{\"t\":\"x\",\"c\":\"y\"},{\"t\":\"z\"}]}" },
		{ "a[][t]=x&a[][t]=y", "{\"a\":[{\"t\":\"x\"},{\"t\":\"y\"}]}" },
		{ "a=x&a[k]=y", NULL },
		{ "a[k]=x&a=y", NULL },
		{ "a[]=x&a[k]=y", NULL },
		{ "a[0]=x&a[2]=y", NULL },
		{ "a[0]=x&a[0]=y", NULL },
		{ "a[]=x&a[18446744073709551616]=y", NULL },
		{ "[]=x", NULL },
		{ "=x", NULL },
		{ "a[=x", NULL },
		{ "a[b]c=x", NULL },
		{ "a]=x", "{\"a]\":\"x\"}" },
		{ "a=%00", NULL },
		{ "a=%FF", NULL },
		{ "%C3=x", NULL },
		{ "a[1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16]=x", NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_object *o = form_parse(rows[i].form, strlen(rows[i].form));
		const char *got =
			o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : "nothing";

		if (strcmp(got, rows[i].json ? rows[i].json : "nothing") != 0)
			fail_msg("%s gives %s", rows[i].form, got);
		json_object_put(o);
	}
	assert_null(form_parse("a=x\0y", 5));
}

static void
a_form_has_a_most_of_pairs(void **state)
{
	const size_t n = 20001;
	char *text = calloc(n, 4);
	struct json_object *o;

	(void)state;
	for (size_t i = 0; i < n; i++)
		memcpy(text + 4 * i, "a=x&", 4);
	text[4 * n - 1] = '\0';
	assert_null(form_parse(text, strlen(text)));
	o = form_parse(text + 4, strlen(text + 4));
	assert_non_null(o);
	json_object_put(o);
	free(text);
}

/* What the getters make of key, as text; the body is what was wrong if anything was. */
static void
read_as(struct body *b, char kind, char *out, size_t size)
{
	struct body_list list = { .at = NULL };
	size_t n, at = 0;
	const char *text;

	*out = '\0';
	switch (kind) {
	case 'n': snprintf(out, size, "%lld", (long long)body_number(b, "k", -1)); break;
	case 'f': snprintf(out, size, "%s", body_flag(b, "k") ? "yes" : "no"); break;
	case 't': snprintf(out, size, "%s", (text = body_text(b, "k")) ? text : "none"); break;
	case 'o':
		snprintf(out, size, "%s", (text = body_object(b, "k", &n)) ? text : "none");
		break;
	case 'l':
		body_strings(b, "k", &list);
		for (size_t i = 0; i < list.count; i++)
			at += (size_t)snprintf(out + at, size - at, "%s,", list.at[i]);
		free(list.at);
		break;
	}
	if (b->has_bad)
		snprintf(out, size, "%s", b->bad);
}

static void
numbers_booleans_and_lists_of_one_come_as_text(void **state)
{
	static const struct {
		const char *type, *body;
		char kind;
		const char *value;
	} rows[] = {
		/* clang-format off */
		{ FORM, "k=20", 'n', "20" },
		{ FORM, "k=-5", 'n', "-5" },
		{ FORM, "k=2x", 'n', "Parameter is invalid, reason: \"k\" must be an integer" },
		{ FORM, "k=99999999999999999999", 'n', "Parameter is invalid, reason: \"k\" must be an integer" },
		{ FORM, "k=", 'n', "-1" },
		{ FORM, "k=true", 'f', "yes" },
		{ FORM, "k=True", 'f', "yes" },
		{ FORM, "k=1", 'f', "yes" },
		{ FORM, "k=false", 'f', "no" },
		{ FORM, "k=on", 'f', "Parameter is invalid, reason: \"k\" must be a boolean" },
		{ FORM, "k=a", 'l', "a," },
		{ FORM, "k=a&k=b", 'l', "a,b," },
		{ FORM, "k[0]=a&k[1]=b", 'l', "a,b," },
		{ FORM, "k[a]=b", 'l', "Parameter is invalid, reason: \"k\" must be an array" },
		{ FORM, "k[a]=b", 'o', "{\"a\":\"b\"}" },
		{ FORM, "k=b", 'o', "Parameter is invalid, reason: \"k\" must be of type object" },
		{ FORM, "k=a+b", 't', "a b" },
		{ FORM, "k=a&k=b", 't', "Parameter is invalid, reason: \"k\" must be a string" },
		{ FORM, "k[=a", 't', "Body is not valid form data." },
		{ FORM, "", 't', "none" },
		{ FORM "; charset=UTF-8", "k=a", 't', "a" },
		{ "Application/X-WWW-Form-Urlencoded", "k=a", 't', "a" },
		/* JSON under that name, as curl -d sends it; forms under another. */
		{ FORM, "{\"k\":\"a\"}", 't', "a" },
		{ FORM, " \n{\"k\":20}", 'n', "20" },
		{ FORM, "{\"k\":\"20\"}", 'n', "Parameter is invalid, reason: \"k\" must be an integer" },
		{ FORM, "[]", 't', "Parameter is invalid, reason: \"value\" must be of type object" },
		{ "application/json", "k=a", 't', "Body is not valid JSON." },
		{ NULL, "k=a", 't', "Body is not valid JSON." },
		{ FORM "ed", "k=a", 't', "Body is not valid JSON." },
		/* clang-format on */
	};
	char got[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request rq = {
			.content_type = rows[i].type,
			.body = rows[i].body,
			.body_len = strlen(rows[i].body),
		};
		struct body b;

		body_read(&b, &rq);
		read_as(&b, rows[i].kind, got, sizeof(got));
		if (strcmp(got, rows[i].value) != 0)
			fail_msg("%s gives %s", rows[i].body, got);
		body_close(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_the_tree_that_json_would_give),
		cmocka_unit_test(a_form_has_a_most_of_pairs),
		cmocka_unit_test(numbers_booleans_and_lists_of_one_come_as_text),
	};
	return cmocka_run_group_tests_name("sandbox forms", tests, NULL, NULL);
}
