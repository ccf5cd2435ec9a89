/* form.c - see form.h. The brackets are those of the qs library for JavaScript, which
 * clients' encoders follow. */
#include "config.h"

#include "sandbox/form.h"

#include "core/mem.h"
#include "sandbox/request.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX  20000
#define LEVELS_MAX 16

/* Cut "a[b][]" into its names, in place: a, b and "". Returns the count, 0: damaged. */
static size_t
cut_key(char *key, const char *names[LEVELS_MAX])
{
	size_t count = 1;
	char *p = strchr(key, '[');

	names[0] = key;
	if (!*key || p == key)
		return 0;
	while (p && *p == '[') {
		char *end = strchr(p, ']');

		if (!end || count == LEVELS_MAX)
			return 0;
		*p = *end = '\0';
		names[count++] = p + 1;
		p = end + 1;
	}
	return p && *p ? 0 : count;
}

static bool
is_place(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0'; /* "" too: the next one */
}

/* The container for what follows a name: an array if that is its first place. A key of
 * metadata may be a number. */
static struct json_object *
new_container(const char *next)
{
	return !*next || strcmp(next, "0") == 0 ? json_object_new_array()
						: json_object_new_object();
}

/* Put value, which is taken, into object o. A key that is there already becomes a list. */
static bool
put_member(struct json_object *o, const char *name, struct json_object *value)
{
	struct json_object *old = NULL, *list;

	json_object_object_get_ex(o, name, &old);
	if (!old)
		return json_object_object_add(o, name, value) == 0;
	if (json_object_is_type(old, json_type_array))
		return json_object_array_add(old, value) == 0;
	if (!json_object_is_type(old, json_type_string)) {
		json_object_put(value);
		return false;
	}
	list = json_object_new_array();
	json_object_array_add(list, json_object_get(old));
	json_object_array_add(list, value);
	return json_object_object_add(o, name, list) == 0;
}

/* The member called name of o, which is an object or an array; NULL if there is none. */
static struct json_object *
find(struct json_object *o, const char *name)
{
	struct json_object *found = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &found);
	else if (*name)
		found = json_object_array_get_idx(o, strtoul(name, NULL, 10));
	return found;
}

/* Add value, which is taken, as name to o. In an array only the next place is free. */
static bool
put(struct json_object *o, const char *name, struct json_object *value)
{
	if (json_object_is_type(o, json_type_object))
		return put_member(o, name, value);
	if (is_place(name) && (!*name || strtoul(name, NULL, 10) == json_object_array_length(o)))
		return json_object_array_add(o, value) == 0;
	json_object_put(value);
	return false;
}

static bool
add_pair(struct json_object *root, char *key, const char *value)
{
	const char *names[LEVELS_MAX];
	size_t count = cut_key(key, names);
	struct json_object *at = root;

	for (size_t i = 0; i + 1 < count; i++) {
		struct json_object *next = find(at, names[i]);

		if (!next) {
			next = new_container(names[i + 1]);
			if (!put(at, names[i], next))
				return false;
		}
		if (!json_object_is_type(next, json_type_array) &&
		    !json_object_is_type(next, json_type_object))
			return false;
		at = next;
	}
	return count > 0 && put(at, names[count - 1], json_object_new_string(value));
}

/* Every pair of text, which is cut up. */
static bool
add_pairs(struct json_object *root, char *text)
{
	size_t pairs = 0;

	for (char *next, *value; text; text = next) {
		if ((next = strchr(text, '&')))
			*next++ = '\0';
		if (!(value = strchr(text, '=')) || !value[1])
			continue;
		*value++ = '\0';
		if (++pairs > PAIRS_MAX || !request_decode(text, true) ||
		    !request_decode(value, true) || !add_pair(root, text, value))
			return false;
	}
	return true;
}

struct json_object *
form_parse(const char *text, size_t n)
{
	struct json_object *root;
	char *copy;

	if (memchr(text, '\0', n))
		return NULL;
	root = json_object_new_object();
	copy = mem_strdup(text);
	if (!add_pairs(root, copy)) {
		json_object_put(root);
		root = NULL;
	}
	free(copy);
	return root;
}
