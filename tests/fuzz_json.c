/* fuzz_json.c - what the scanner takes, json-c takes too and means the same; and what
 * we write of it again is the same value. */
#include "config.h"

#include "tests/fuzz.h"

#include "core/json.h"
#include "core/text.h"

#include <string.h>

const struct fuzz_seed fuzz_seeds[] = {
	FUZZ_SEED("{\"a\": [1, -0, 1.10, 1e-7, 18446744073709551615], \"b\\u0063\": null}"),
	FUZZ_SEED("[true, false, {\"x\": {}, \"y\": []}, \"\\ud83d\\ude00\\/\xC3\xA9\\\"\"]"),
	FUZZ_SEED("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,"
		  "\"i\":9,\"a\":0}"),
	FUZZ_SEED("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
	FUZZ_SEED("-1.7976931348623157e+308"),
	{ NULL, 0 },
};

static void
check_string(const struct json_span *string)
{
	struct buf plain = BUF_INIT(1 << 20), quoted = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	struct json_span value;
	struct err err = ERR_INIT;

	json_unescape(&plain, string);
	fuzz_must(text_valid(buf_str(&plain), plain.len, NULL), "a string is UTF-8");
	fuzz_must(!memchr(buf_str(&plain), '\0', plain.len), "a string holds no NUL");
	json_quote(&quoted, buf_str(&plain), plain.len);
	fuzz_must(json_scan(quoted.p, quoted.len, &value, NULL, &err) == ERR_OK, "quoted scans");
	json_unescape(&again, &value);
	fuzz_must(again.len == plain.len &&
			  memcmp(buf_str(&again), buf_str(&plain), plain.len) == 0,
		  "quoting is undone by unescaping");
	buf_free(&plain);
	buf_free(&quoted);
	buf_free(&again);
}

static void
walk(const struct json_span *value)
{
	struct json_iter it = { 0 };
	struct json_span span;
	struct err err = ERR_INIT;

	if (value->type == JSON_STRING)
		check_string(value);
	while (json_each(value, &it)) {
		fuzz_must(json_scan(it.value.p, it.value.n, &span, NULL, &err) == ERR_OK &&
				  span.n == it.value.n && span.type == it.value.type,
			  "a member is a value");
		if (it.key.p)
			check_string(&it.key);
		walk(&it.value);
	}
}

static void
check_taken(const char *text, size_t n, const struct json_span *value)
{
	struct buf compact = BUF_INIT(1 << 20), pretty = BUF_INIT(1 << 20),
		   again = BUF_INIT(1 << 20);
	struct json_span span;
	struct err err = ERR_INIT;
	char *theirs = fuzz_json_c(text, n, JSON_DEPTH_MAX), *ours;

	fuzz_must(theirs != NULL, "json-c takes it too");
	json_compact(&compact, value);
	ours = fuzz_json_c(compact.p, compact.len, JSON_DEPTH_MAX);
	fuzz_must(ours && strcmp(ours, theirs) == 0, "compact means the same");
	json_pretty(&pretty, value, 0);
	fuzz_must(json_scan(pretty.p, pretty.len, &span, NULL, &err) == ERR_OK, "pretty scans");
	json_compact(&again, &span);
	fuzz_must(strcmp(again.p, compact.p) == 0, "pretty and back is compact");
	walk(value);
	free(theirs);
	free(ours);
	buf_free(&compact);
	buf_free(&pretty);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_span value = { .p = NULL };
	struct json_place place = { 0 };
	struct err err = ERR_INIT;
	char *text = malloc(size + 1); /* of its own size: reading past the end is seen */

	fuzz_must(text != NULL, "memory");
	memcpy(text, data, size);
	text[size] = '\0';
	if (json_scan(text, size, &value, &place, &err) == ERR_OK) {
		check_taken(text, size, &value);
	} else {
		fuzz_must(place.at <= size && place.line > 0 && place.col > 0,
			  "a place in the text");
		fuzz_must(text_valid(err.msg, strlen(err.msg), NULL), "a message is UTF-8");
		for (const char *p = err.msg; *p; p++)
			fuzz_must((unsigned char)*p >= ' ', "a message never acts");
	}
	free(text);
	return 0;
}
