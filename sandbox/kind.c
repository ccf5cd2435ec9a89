/* kind.c - see kind.h. A new type of task is one row.
 *
 * The names: Python client, scaleapi/tasks.py; audiotranscription from the cassettes
 * of the Ruby client. The rules: API reference, the page of each type; where there is
 * none, what the Python client's tests send and what they see refused.
 */
#include "config.h"

#include "sandbox/kind.h"

#include "core/err.h"
#include "core/mem.h"
#include "sandbox/out.h"

#include <string.h>

static const struct kind kinds[] = {
	/* clang-format off */
	{ "annotation",              ATTACH_EITHER, false },
	{ "audiotranscription",      ATTACH_EITHER, false },
	{ "categorization",          ATTACH_EITHER, false },
	{ "chat",                    ATTACH_FREE,   false },
	{ "chatexperimental",        ATTACH_FREE,   false },
	{ "chatlite",                ATTACH_FREE,   false },
	{ "comparison",              ATTACH_MANY,   false },
	{ "cruisecontrol",           ATTACH_FREE,   false },
	{ "cuboidannotation",        ATTACH_EITHER, false },
	{ "datacollection",          ATTACH_EITHER, false },
	{ "documentmodel",           ATTACH_EITHER, false },
	{ "documenttranscription",   ATTACH_EITHER, true },
	{ "imageannotation",         ATTACH_ONE,    true },
	{ "laneannotation",          ATTACH_EITHER, false },
	{ "lidarannotation",         ATTACH_MANY,   false },
	{ "lidarlinking",            ATTACH_MANY,   false },
	{ "lidarsegmentation",       ATTACH_MANY,   false },
	{ "lidartopdown",            ATTACH_EITHER, false },
	{ "lineannotation",          ATTACH_EITHER, false },
	{ "multichat",               ATTACH_FREE,   false },
	{ "multistage",              ATTACH_URLS,   false },
	{ "namedentityrecognition",  ATTACH_FREE,   true },
	{ "pointannotation",         ATTACH_EITHER, false },
	{ "polygonannotation",       ATTACH_EITHER, false },
	{ "segmentannotation",       ATTACH_ONE,    true },
	{ "sensorfusion",            ATTACH_SCENE,  false },
	{ "textcollection",          ATTACH_ITEMS,  true },
	{ "transcription",           ATTACH_EITHER, false },
	{ "videoannotation",         ATTACH_EITHER, false },
	{ "videoboxannotation",      ATTACH_EITHER, false },
	{ "videocuboidannotation",   ATTACH_EITHER, false },
	{ "videoplaybackannotation", ATTACH_EITHER, true },
	/* clang-format on */
};

const struct kind *
kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* scheme://something, with a scheme that the service fetches from. */
static bool
is_address(const char *s)
{
	static const char *const schemes[] = { "https://", "http://", "s3://", "gs://",
					       "scaledata://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(s, schemes[i], n) == 0)
			return s[n] != '\0' && s[n] != '/' && !strpbrk(s, " \t\r\n");
	}
	return false;
}

/* With attachment_type text the attachment is the text itself. Source: API reference,
 * callbacks, whose example labels "tomato". */
static bool
is_text(struct body *b)
{
	const char *type = body_line(b, "attachment_type");

	return type && strcmp(type, "text") == 0;
}

static void
read_one(struct body *b, struct body_list *list)
{
	const char *s = body_line(b, "attachment");

	if (!s)
		return;
	list->at = mem_array(1, sizeof(*list->at));
	if (is_address(s))
		list->at[list->count++] = s;
	else if (!is_text(b))
		body_bad(b, "\"attachment\" must be a valid uri");
}

static void
read_many(struct body *b, struct body_list *list, bool may_be_text)
{
	size_t kept = 0;

	if (!body_strings(b, "attachments", list))
		return;
	if (list->count == 0)
		body_bad(b, "\"attachments\" must contain at least 1 items");
	for (size_t i = 0; i < list->count; i++) {
		if (is_address(list->at[i]))
			list->at[kept++] = list->at[i];
		else if (!may_be_text || !is_text(b))
			body_bad(b, "\"attachments[%zu]\" must be a valid uri", i);
	}
	list->count = kept;
}

/* The address in an item of attachments: itself, or its content. NULL: none. */
static const char *
item_address(struct body *b, struct json_object *item, size_t i)
{
	struct json_object *content = item;

	if (json_object_is_type(item, json_type_object))
		json_object_object_get_ex(item, "content", &content);
	if (!json_object_is_type(content, json_type_string)) {
		body_bad(b, "\"attachments[%zu]\" must have a content", i);
		return NULL;
	}
	return is_address(json_object_get_string(content)) ? json_object_get_string(content) : NULL;
}

static void
read_items(struct body *b, struct body_list *list)
{
	struct json_object *items = body_array(b, "attachments");
	size_t n = items ? json_object_array_length(items) : 0;

	if (!items)
		return;
	list->at = mem_array(n, sizeof(*list->at));
	for (size_t i = 0; i < n; i++) {
		const char *s = item_address(b, json_object_array_get_idx(items, i), i);

		if (s)
			list->at[list->count++] = s;
	}
}

/* Is what the rule requires there? */
static void
check_presence(const struct kind *k, struct body *b)
{
	bool one = body_has(b, "attachment"), many = body_has(b, "attachments");

	switch (k->attach) {
	case ATTACH_FREE: break;
	case ATTACH_ONE:
		if (!one)
			body_bad(b, "\"attachment\" is required");
		break;
	case ATTACH_EITHER:
		if (!one && !many)
			body_refuse(b, "Please include an attachment or attachments parameter.");
		break;
	case ATTACH_MANY:
	case ATTACH_URLS:
	case ATTACH_SCENE:
	case ATTACH_ITEMS:
		if (!many)
			body_bad(b, "\"attachments\" is required");
		break;
	}
}

void
kind_attachments(const struct kind *k, struct body *b, struct body_list *list)
{
	bool strict = k->attach == ATTACH_URLS || k->attach == ATTACH_SCENE;

	*list = (struct body_list){ .at = NULL };
	check_presence(k, b);
	if (!strict)
		body_line(b, "attachment_type");
	if (k->attach == ATTACH_ITEMS)
		read_items(b, list);
	else if (k->attach == ATTACH_ONE ||
		 (k->attach == ATTACH_EITHER && !body_has(b, "attachments")))
		read_one(b, list);
	else if (k->attach != ATTACH_FREE)
		read_many(b, list, !strict);
	if (k->attach == ATTACH_SCENE && list->count > 1)
		body_bad(b, "\"attachments\" must contain 1 items");
}

/* Source: API reference, callbacks; the cassettes of the Ruby client. */
static const struct {
	const char *name, *key, *choices;
} answers[] = {
	{ "categorization", "category", "categories" },
	{ "comparison", "choice", "choices" },
};

static void
answer(const char *key, const char *choices, struct body *params, struct buf *response)
{
	struct json_object *all = body_array(params, choices);
	struct json_object *first = all ? json_object_array_get_idx(all, 0) : NULL;

	if (!json_object_is_type(first, json_type_string))
		return;
	buf_clear(response);
	out_open(response, NULL, '{');
	out_str(response, key, json_object_get_string(first));
	out_close(response, '}');
}

void
kind_answer(const char *name, const char *params, struct buf *response)
{
	struct body b;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		if (strcmp(answers[i].name, name) != 0)
			continue;
		if (body_open(&b, params, strlen(params), json_type_object))
			answer(answers[i].key, answers[i].choices, &b, response);
		body_close(&b);
	}
}
