/* fuzz_json_c.c - json-c's opinion of a whole text, for fuzz_json.c. */
#include "config.h"

#include "tests/fuzz.h"

#include <string.h>

#include <json-c/json.h>

char *
fuzz_json_c(const char *text, size_t n, int depth)
{
	struct json_tokener *tok = json_tokener_new_ex(depth);
	struct json_object *obj;
	char *out = NULL;

	fuzz_must(tok != NULL, "memory");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, text, (int)n + 1); /* null needs to see the end */
	if (json_tokener_get_error(tok) == json_tokener_success)
		out = strdup(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PLAIN));
	json_object_put(obj);
	json_tokener_free(tok);
	return out;
}
