/* seed_entry.c - see seed_entry.h. A member that is not of the create call is a row of
 * members[]; one that is, a word of parts[]. */
#include "config.h"

#include "sandbox/seed_entry.h"

#include "core/clock.h"
#include "core/field.h"
#include "core/near.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX       (8u << 20)
#define NAME_MAX_BYTES 65536

/* What the create calls take. Those of a task are the table of core/field.h. */
static const struct {
	const char *name, *one;
	const char *words[12];
} parts[SEED_PART_COUNT] = {
	[SEED_PROJECTS] = { "projects",
			    "a project",
			    { "name", "type", "params", "rapid", "studio", "pipeline",
			      "consensus_attempts", "datasetId" } },
	[SEED_BATCHES] = { "batches",
			   "a batch",
			   { "name", "project", "callback", "metadata", "calibration_batch",
			     "self_label_batch" } },
	[SEED_FILES] = { "files",
			 "a file",
			 { "file_url", "project_name", "display_name", "reference_id",
			   "metadata" } },
	[SEED_TASKS] = { "tasks", "a task", { NULL } },
};

struct member;

/* Read value into the member at. Errors: ERR_PARSE. */
typedef enum err_code take_fn(const struct member *m, const struct json_span *value, void *at,
			      struct err *err);

static take_fn take_text, take_choice, take_time, take_flag, take_side, take_object;

#define IN(part) (1u << (part))
#define IN_ALL   (IN(SEED_PART_COUNT) - 1)

static const struct member {
	const char *name;
	unsigned parts;
	take_fn *take;
	size_t at;           /* in struct seed_entry */
	const char *choices; /* of take_choice(), a blank around each */
	bool also_body;      /* the create call wants it, too */
} members[] = {
#define TO(member) offsetof(struct seed_entry, member)
	/* clang-format off */
	{ "created_at",   IN_ALL,                                take_time,   TO(created_ms),   NULL, false },
	{ "is_test",      IN_ALL,                                take_side,   TO(is_test),      NULL, false },
	{ "name",         IN(SEED_PROJECTS) | IN(SEED_BATCHES),  take_text,   TO(name),         NULL, true },
	{ "archived",     IN(SEED_PROJECTS) | IN(SEED_BATCHES),  take_flag,   TO(archived),     NULL, false },
	{ "status",       IN(SEED_BATCHES),                      take_choice, TO(status),
	  " staging in_progress ", false },
	{ "status",       IN(SEED_TASKS),                        take_choice, TO(status),
	  " pending completed canceled error ", false },
	{ "type",         IN(SEED_TASKS),                        take_text,   TO(type),         NULL, false },
	{ "updated_at",   IN(SEED_TASKS),                        take_time,   TO(updated_ms),   NULL, false },
	{ "completed_at", IN(SEED_TASKS),                        take_time,   TO(completed_ms), NULL, false },
	{ "response",     IN(SEED_TASKS),                        take_object, TO(response),     NULL, false },
	{ "customer_review_status", IN(SEED_TASKS),              take_choice, TO(review),
	  " accepted fixed commented rejected pending ", false },
/* clang-format on */
#undef TO
};

const char *
seed_part_name(enum seed_part part)
{
	return parts[part].name;
}

static char *
unquote(const struct json_span *string)
{
	struct buf b = BUF_INIT(NAME_MAX_BYTES);

	json_unescape(&b, string);
	buf_adds(&b, ""); /* an empty string is one, too */
	return buf_take(&b);
}

static enum err_code
take_text(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	char *text;

	if (value->type != JSON_STRING || value->n <= 2 || value->n > NAME_MAX_BYTES)
		return err_set(err, ERR_PARSE, "\"%s\" must be a string that is not empty",
			       m->name);
	text = unquote(value);
	free(*(char **)at);
	*(char **)at = text;
	return ERR_OK;
}

static enum err_code
take_choice(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	char *text = value->type == JSON_STRING && value->n < 40 ? unquote(value) : NULL;
	const char *found = text && !strchr(text, ' ') ? strstr(m->choices, text) : NULL;

	if (found && *text && found[-1] == ' ' && found[strlen(text)] == ' ') {
		*(char **)at = text;
		return ERR_OK;
	}
	free(text);
	return err_set(err, ERR_PARSE, "\"%s\" must be one of%.*s", m->name,
		       (int)strlen(m->choices) - 1, m->choices);
}

static enum err_code
take_time(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	char *text = value->type == JSON_STRING && value->n < 64 ? unquote(value) : NULL;
	bool good = text && clock_parse(text, at);

	free(text);
	if (good)
		return ERR_OK;
	return err_set(err, ERR_PARSE, "\"%s\" must be a time like 2026-01-31T09:30:00Z", m->name);
}

static enum err_code
take_flag(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	if (value->type != JSON_BOOL)
		return err_set(err, ERR_PARSE, "\"%s\" must be true or false", m->name);
	*(bool *)at = *value->p == 't';
	return ERR_OK;
}

static enum err_code
take_side(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	bool is_test = false;

	if (take_flag(m, value, &is_test, err))
		return err->code;
	*(int64_t *)at = is_test;
	return ERR_OK;
}

static enum err_code
take_object(const struct member *m, const struct json_span *value, void *at, struct err *err)
{
	if (value->type != JSON_OBJECT)
		return err_set(err, ERR_PARSE, "\"%s\" must be an object", m->name);
	*(struct json_span *)at = *value;
	return ERR_OK;
}

static const struct member *
find_member(enum seed_part part, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (members[i].parts & IN(part) && strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

/* The i-th name that an entry of the part may have: first the create call's. */
static const char *
known_name(size_t i, const void *arg)
{
	const enum seed_part *part = arg;

	if (*part == SEED_TASKS && i < FIELD_COUNT)
		return fields[i].name;
	for (const char *const *w = parts[*part].words; *part != SEED_TASKS && *w; w++)
		if (i-- == 0)
			return *w;
	if (*part == SEED_TASKS)
		i -= FIELD_COUNT;
	for (size_t j = 0; j < ARRAY_LEN(members); j++)
		if (members[j].parts & IN(*part) && i-- == 0)
			return members[j].name;
	return NULL;
}

/* Does the create call of an entry take it? Of other types of task we know no list. */
static bool
is_of_call(enum seed_part part, const char *type, const char *name)
{
	const char *known;

	if (part == SEED_TASKS && type && strcmp(type, "multistage") != 0)
		return true;
	for (size_t i = 0; (known = known_name(i, &part)); i++)
		if (strcmp(known, name) == 0)
			return true;
	return false;
}

static enum err_code
refuse_name(enum seed_part part, const char *name, struct err *err)
{
	const char *near = near_match(name, known_name, &part);

	err_set(err, ERR_PARSE, "\"%s\" is no member of %s", name, parts[part].one);
	if (near)
		return err_hint(err, "did you mean \"%s\"?", near);
	return err->code;
}

static void
add_to_body(struct buf *body, const struct json_span *key, const struct json_span *value)
{
	buf_adds(body, body->len > 1 ? "," : "");
	buf_add(body, key->p, key->n);
	buf_adds(body, ":");
	buf_add(body, value->p, value->n);
}

static enum err_code
read_member(struct seed_entry *e, enum seed_part part, const struct json_iter *it, struct err *err)
{
	char *name = unquote(&it->key);
	const struct member *m = find_member(part, name);
	enum err_code code = ERR_OK;

	if (m && it->value.type != JSON_NULL)
		code = m->take(m, &it->value, (char *)e + m->at, err);
	else if (!m && !is_of_call(part, e->type, name))
		code = refuse_name(part, name, err);
	if (!code && (!m || m->also_body))
		add_to_body(&e->body, &it->key, &it->value);
	free(name);
	return code;
}

/* What holds between members. */
static enum err_code
check(const struct seed_entry *e, enum seed_part part, int64_t now_ms, struct err *err)
{
	const char *status = e->status ? e->status : "";
	bool completed = part == SEED_TASKS && strcmp(status, "completed") == 0;

	if ((e->created_ms != SEED_NO_TIME && e->created_ms > now_ms) || e->updated_ms > now_ms ||
	    e->completed_ms > now_ms)
		return err_set(err, ERR_PARSE, "a time lies in the future");
	if ((e->completed_ms != SEED_NO_TIME || e->review) && !completed)
		return err_set(err, ERR_PARSE, "\"%s\" goes with \"status\": \"completed\" only",
			       e->review ? "customer_review_status" : "completed_at");
	if (e->response.p && !completed && strcmp(status, "error") != 0)
		return err_set(
			err, ERR_PARSE,
			"\"response\" goes with \"status\": \"completed\" or \"error\" only");
	if (e->updated_ms != SEED_NO_TIME && !*status)
		return err_set(err, ERR_PARSE, "\"updated_at\" goes with \"status\" only");
	if ((e->updated_ms != SEED_NO_TIME && e->updated_ms < e->created_ms) ||
	    (e->completed_ms != SEED_NO_TIME && e->completed_ms < e->created_ms))
		return err_set(err, ERR_PARSE, "it was changed before \"created_at\"");
	return ERR_OK;
}

enum err_code
seed_entry_read(struct seed_entry *e, enum seed_part part, const struct json_span *object,
		int64_t now_ms, const char **at, struct err *err)
{
	struct json_iter it = { 0 };
	struct json_span type;

	*e = (struct seed_entry){
		.body = BUF_INIT(BODY_MAX),
		.created_ms = SEED_NO_TIME,
		.updated_ms = SEED_NO_TIME,
		.completed_ms = SEED_NO_TIME,
		.is_test = SEED_NO_SIDE,
	};
	*at = object->p;
	if (object->type != JSON_OBJECT)
		return err_set(err, ERR_PARSE, "must be an object");
	/* First, because it says which other members there may be. */
	if (part == SEED_TASKS && json_member(object, "type", &type) && type.type == JSON_STRING)
		e->type = unquote(&type);
	buf_adds(&e->body, "{");
	while (json_each(object, &it)) {
		*at = it.key.p;
		if (read_member(e, part, &it, err))
			return err->code;
	}
	buf_adds(&e->body, "}");
	*at = object->p;
	if (e->body.full)
		return err_set(err, ERR_PARSE, "is larger than %u bytes", BODY_MAX);
	return check(e, part, now_ms, err);
}

void
seed_entry_done(struct seed_entry *e)
{
	buf_free(&e->body);
	free(e->name);
	free(e->type);
	free(e->status);
	free(e->review);
}
