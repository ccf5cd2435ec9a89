/* board_copy.c - a task of the service -> a new draft: its JSON is put in the
 * order of a payload and imported, so spelling and order of values stay. */
#include "config.h"

#include "core/buf.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/payload.h"
#include "tui/board_local.h"

#include <stdlib.h>
#include <string.h>

static enum json_kind
wanted(const struct field *f)
{
	switch (f->emit) {
	case EMIT_STRING: return JSON_STRING;
	case EMIT_STRINGS: return JSON_ARRAY;
	case EMIT_RAW: break;
	}
	return f->kind == FIELD_OBJECT ? JSON_OBJECT
	       : f->kind == FIELD_FLAG ? JSON_BOOL
				       : JSON_NUMBER;
}

/* Of the type a field needs, and not empty: that counts as absent. */
static bool
holds(const struct json_span *object, const struct field *f, struct json_span *out)
{
	struct json_iter it = { 0 };

	if (!json_member(object, f->name, out) || out->type != wanted(f))
		return false;
	if (out->type == JSON_STRING)
		return out->n > 2;
	if (out->type == JSON_ARRAY || out->type == JSON_OBJECT)
		return json_each(out, &it);
	return true;
}

/* A field of the task: beside the others, or in "params".
 * Source: scale-api 5; where each one stands is not documented. */
static bool
member(const struct json_span *task, const struct field *f, struct json_span *out)
{
	struct json_span params;

	return holds(task, f, out) || (json_member(task, "params", &params) &&
				       params.type == JSON_OBJECT && holds(&params, f, out));
}

static void
gather(struct buf *out, const struct json_span *task)
{
	const char *before = "{";

	for (int f = 0; f < FIELD_COUNT; f++) {
		struct json_span value;

		if (f == FIELD_UNIQUE_ID || !member(task, &fields[f], &value))
			continue;
		buf_addf(out, "%s\"%s\":", before, fields[f].name);
		buf_add(out, value.p, value.n);
		before = ",";
	}
	buf_adds(out, *before == '{' ? "{}" : "}");
}

/* A unique_id of its own again (the payload names none, so the import cleared it), a
 * name, and no undo steps that lead back before the copy. */
static struct draft *
finish(struct draft *d, const char *unique_id, const struct task *t)
{
	struct buf name = BUF_INIT(64u << 10);
	struct draft *fresh;

	draft_set(d, FIELD_UNIQUE_ID, unique_id, strlen(unique_id));
	buf_addf(&name, "copy of %s", t->unique_id[0] ? t->unique_id : t->task_id);
	draft_set_name(d, buf_str(&name));
	buf_free(&name);
	fresh = draft_copy(d);
	draft_free(d);
	return fresh;
}

struct draft *
board_copy(const struct task *t, struct err *err)
{
	struct buf payload = BUF_INIT(PAYLOAD_IMPORT_MAX);
	struct json_span task;
	struct draft *d;
	char *unique_id;

	if (json_scan(t->json, strlen(t->json), &task, NULL, err) != ERR_OK)
		return NULL;
	gather(&payload, &task);
	d = draft_new();
	unique_id = mem_strdup(draft_get(d, FIELD_UNIQUE_ID));
	if (payload_import(d, buf_str(&payload), payload.len, err) == ERR_OK) {
		d = finish(d, unique_id, t);
	} else {
		draft_free(d);
		d = NULL;
	}
	free(unique_id);
	buf_free(&payload);
	return d;
}
