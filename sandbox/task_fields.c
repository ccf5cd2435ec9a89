/* task_fields.c - see task_fields.h.
 *
 * Rules: API reference, "Create Multi-Stage Task", which words them as the pages of the
 * other types do; where it is silent, scale-api 13.
 */
#include "config.h"

#include "sandbox/task_fields.h"

#include "core/field.h"
#include "sandbox/out.h"

#include <stdlib.h>
#include <string.h>

void
task_fields_place(struct body *b, struct task_fields *f, bool project_needed)
{
	f->project = body_line(b, "project");
	f->batch = body_line(b, "batch");
	if (project_needed && !f->project && !f->batch)
		body_bad(b, "\"project\" is required");
}

/* Drop repeated tags; what comes first stays. */
static void
read_tags(struct body *b, struct task_fields *f)
{
	size_t kept = 0;

	if (!body_strings(b, "tags", &f->tags))
		return;
	for (size_t i = 0, j; i < f->tags.count; i++) {
		for (j = 0; j < kept && strcmp(f->tags.at[i], f->tags.at[j]) != 0; j++)
			;
		if (j == kept)
			f->tags.at[kept++] = f->tags.at[i];
	}
	f->tags.count = kept;
	if (kept > TAGS_MAX)
		body_bad(b, "\"tags\" must contain less than or equal to %d items", TAGS_MAX);
}

void
task_fields_read(struct body *b, struct task_fields *f)
{
	int64_t priority;
	size_t n = 0;

	f->instruction = body_text(b, "instruction");
	f->callback_url = body_callback(b, "callback_url");
	f->metadata = body_metadata(b, "metadata", &n);
	f->unique_id = body_line(b, "unique_id");
	priority = body_number(b, "priority", 0);
	if (body_has(b, "priority") && priority != 10 && priority != 20 && priority != 30)
		body_bad(b, "\"priority\" must be one of [10, 20, 30]");
	f->priority = (int)priority;
	f->clear_on_error = body_flag(b, "clear_unique_id_on_error");
	read_tags(b, f);
}

void
task_fields_done(struct task_fields *f)
{
	free(f->attachments.at);
	free(f->tags.at);
	*f = (struct task_fields){ .project = NULL };
}

static bool
is_in(const char *const *names, const char *name)
{
	for (size_t i = 0; names && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

void
task_fields_params(const struct body *b, const char *const *but, struct buf *out)
{
	static const char *const own[] = {
		"project",      "batch",     "instruction",
		"callback_url", "unique_id", "metadata",
		"tags",         "priority",  "clear_unique_id_on_error",
		NULL,
	};

	json_object_object_foreach(b->root, name, value)
	{
		size_t n;
		const char *text;

		if (!value || is_in(own, name) || is_in(but, name))
			continue;
		text = json_object_to_json_string_length(
			value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
		out_json(out, name, text, n);
	}
}

void
task_fields_strings(struct buf *out, const char *key, const struct body_list *list)
{
	out_open(out, key, '[');
	for (size_t i = 0; i < list->count; i++)
		out_str(out, NULL, list->at[i]);
	out_close(out, ']');
}

static void
check_project(const struct task_fields *f, const char *type, enum task_place_use use,
	      const struct task_place *place, struct reply *rp)
{
	const struct project *p = &place->project;

	if (strcmp(p->type, type) != 0)
		reply_error(rp, 402,
			    "This account is not enabled for project \"%s\": its type is \"%s\".",
			    p->name, p->type);
	else if (p->archived)
		reply_error(rp, 400, "The project \"%s\" is archived.", p->name);
	else if (use == TASK_PLACE_QUALITY && !p->rapid)
		reply_error(rp, 400, "The project \"%s\" is no Rapid project.", p->name);
	else if (use == TASK_PLACE_QUALITY)
		return;
	else if (p->rapid && !f->batch)
		reply_invalid(rp, "batch", "is required");
	else if (f->batch && (p->rapid || p->studio) && !place->batch.staging)
		reply_error(rp, 400, "The batch \"%s\" is finalized; it takes no more tasks.",
			    place->batch.name);
}

bool
task_place_find(struct service *s, const struct request *rq, const struct task_fields *f,
		const char *type, enum task_place_use use, struct task_place *place,
		struct reply *rp)
{
	*place = (struct task_place){ .staging = false };
	if (f->batch && !batch_find(s, rq, f->batch, &place->batch, rp))
		return false;
	if (!f->batch && !f->project)
		return true;
	if (!project_find(s, rq, f->batch ? place->batch.project : f->project, &place->project, rp))
		return false;
	check_project(f, type, use, place, rp);
	place->staging = f->batch && place->batch.staging;
	return rp->status == 200;
}

void
task_place_done(struct task_place *place)
{
	batch_done(&place->batch);
	project_done(&place->project);
}

/* A project's instruction is shown to the workers behind the task's own, so the task
 * keeps its own. Source: API reference, projects. */
bool
task_place_preset(const struct task_place *place, struct body *b)
{
	/* What belongs to one task, and so to no project. */
	static const char *const one[] = { "project",    "batch",       "unique_id",
					   "attachment", "attachments", "task_blueprint_id",
					   NULL };
	const char *text = place->project.params;
	struct body preset;
	bool any = false;

	if (!text || !body_open(&preset, text, strlen(text), json_type_object))
		return false;
	json_object_object_foreach(preset.root, name, value)
	{
		if (!value || is_in(one, name) || body_has(b, name))
			continue;
		if (place->batch.calls && strcmp(name, "callback_url") == 0)
			continue; /* the batch's is nearer */
		json_object_object_add(b->root, name, json_object_get(value));
		any = true;
	}
	body_close(&preset);
	return any;
}
