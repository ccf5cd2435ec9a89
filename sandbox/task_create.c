/* task_create.c - POST /v1/task/multistage: check, find its place, store.
 *
 * Rules: API reference, "Create Multi-Stage Task"; where it is silent, scale-api 13.
 */
#include "config.h"

#include "core/field.h"
#include "sandbox/batch.h"
#include "sandbox/body.h"
#include "sandbox/life.h"
#include "sandbox/out.h"
#include "sandbox/project.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX (8u << 20)

struct request_fields { /* borrowed from the body, but the lists */
	const char *project, *batch, *instruction, *callback_url, *scene_format, *blueprint;
	const char *metadata, *unique_id;
	struct body_list attachments, tags; /* owned */
	int priority;
	bool clear_on_error;
	bool staging; /* its batch still collects */
};

/* scheme://something, with a scheme that the service fetches from. */
static bool
is_attachment_url(const char *s)
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

static void
read_attachments(struct body *b, struct request_fields *f)
{
	if (!body_strings(b, "attachments", &f->attachments)) {
		body_bad(b, "\"attachments\" is required");
		return;
	}
	if (f->attachments.count == 0)
		body_bad(b, "\"attachments\" must contain at least 1 items");
	for (size_t i = 0; i < f->attachments.count; i++)
		if (!is_attachment_url(f->attachments.at[i]))
			body_bad(b, "\"attachments[%zu]\" must be a valid uri", i);
}

static void
check_scene_format(struct body *b, const struct request_fields *f)
{
	if (!f->scene_format)
		body_bad(b, "\"scene_format\" is required");
	else if (strcmp(f->scene_format, "sensor_fusion") == 0 && f->attachments.count != 1)
		body_bad(b, "\"attachments\" must contain 1 items");
	else if (strcmp(f->scene_format, "sensor_fusion") != 0 &&
		 strcmp(f->scene_format, "split_base64") != 0)
		body_bad(b, "\"scene_format\" must be one of [sensor_fusion, split_base64]");
}

/* Drop repeated tags; what comes first stays. */
static void
read_tags(struct body *b, struct request_fields *f)
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

static void
read_rest(struct body *b, struct request_fields *f)
{
	int64_t priority;
	size_t n = 0;

	f->instruction = body_text(b, "instruction");
	f->callback_url = body_callback(b, "callback_url");
	f->blueprint = body_line(b, "task_blueprint_id");
	f->metadata = body_metadata(b, "metadata", &n);
	f->unique_id = body_line(b, "unique_id");
	priority = body_number(b, "priority", 0);
	if (body_has(b, "priority") && priority != 10 && priority != 20 && priority != 30)
		body_bad(b, "\"priority\" must be one of [10, 20, 30]");
	f->priority = (int)priority;
	f->clear_on_error = body_flag(b, "clear_unique_id_on_error");
	read_tags(b, f);
}

/* What the project presets and the request leaves out; the request wins. A project's
 * instruction is shown to the workers behind the task's own, so the task keeps its own. */
static void
apply_params(const struct project *p, struct body *params, struct request_fields *f)
{
	if (!p->params || !body_open(params, p->params, strlen(p->params), json_type_object))
		return;
	if (!f->instruction)
		f->instruction = body_text(params, "instruction");
	if (!f->callback_url)
		f->callback_url = body_line(params, "callback_url");
	if (!f->scene_format)
		f->scene_format = body_line(params, "scene_format");
	if (!f->priority)
		f->priority = (int)body_number(params, "priority", 0);
}

/* The project by name or through its batch. False: the reply is made. */
static bool
find_place(struct service *s, const struct request *rq, struct request_fields *f,
	   struct project *project, struct batch *batch, struct reply *rp)
{
	if (f->batch && !batch_find(s, rq, f->batch, batch, rp))
		return false;
	if (!project_find(s, rq, f->batch ? batch->project : f->project, project, rp))
		return false;
	if (strcmp(project->type, "multistage") != 0)
		reply_error(rp, 402,
			    "This account is not enabled for project \"%s\": its type is \"%s\".",
			    project->name, project->type);
	else if (project->archived)
		reply_error(rp, 400, "The project \"%s\" is archived.", project->name);
	else if (project->rapid && !f->batch)
		reply_invalid(rp, "batch", "is required");
	else if ((project->rapid || project->studio) && !batch->staging)
		reply_error(rp, 400, "The batch \"%s\" is finalized; it takes no more tasks.",
			    batch->name);
	f->staging = f->batch && batch->staging;
	return rp->status == 200;
}

/* The blueprint that was asked for, else the project's newest active one; the caller
 * frees. NULL: the reply is made. */
static char *
find_blueprint(struct service *s, const struct request *rq, const struct project *p,
	       const char *wanted, struct reply *rp)
{
	sqlite3_stmt *st;
	char *id = NULL;

	if (wanted)
		st = db_query(s->db, "SELECT b.id, b.project FROM blueprint b JOIN project p"
				     " ON p.seq = b.project WHERE b.id = ?1 AND p.env = ?2");
	else
		st = db_query(s->db, "SELECT id, project FROM blueprint WHERE project = ?3 AND"
				     " active ORDER BY created_ms DESC LIMIT 1");
	if (wanted) {
		db_str(st, 1, wanted);
		db_int(st, 2, rq->is_test);
	} else {
		db_int(st, 3, p->seq);
	}
	if (!db_row(s->db, st)) {
		if (wanted)
			reply_error(rp, 404, "Task blueprint with ID \"%s\" not found.", wanted);
		else
			reply_error(rp, 400, "The project \"%s\" has no active task blueprint.",
				    p->name);
		return NULL;
	}
	if (sqlite3_column_int64(st, 1) == p->seq)
		id = db_copy(st, 0);
	else
		reply_error(rp, 400, "The task blueprint \"%s\" belongs to another project.",
			    wanted);
	sqlite3_reset(st);
	return id;
}

/* A second request with the same key creates nothing. Source: API reference, idempotent
 * requests; the text is made up. */
static bool
key_used(struct service *s, const struct request *rq, struct reply *rp)
{
	sqlite3_stmt *st;

	if (!rq->idempotency_key)
		return false;
	st = db_query(s->db, "SELECT 1 FROM idempotency WHERE env = ?1 AND key = ?2");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, rq->idempotency_key);
	if (db_number(s->db, st, 0) == 0)
		return false;
	reply_error(rp, 409, "The idempotency key (\"%s\") has already been used.",
		    rq->idempotency_key);
	return true;
}

static void
keep_key(struct service *s, const struct request *rq, const char *id)
{
	sqlite3_stmt *st;

	if (!rq->idempotency_key)
		return;
	st = db_query(s->db, "INSERT INTO idempotency VALUES (?1, ?2, ?3)");
	db_int(st, 1, rq->is_test);
	db_str(st, 2, rq->idempotency_key);
	db_str(st, 3, id);
	db_run(s->db, st);
}

static void
add_strings(struct buf *b, const char *key, const struct body_list *list)
{
	out_open(b, key, '[');
	for (size_t i = 0; i < list->count; i++)
		out_str(b, NULL, list->at[i]);
	out_close(b, ']');
}

/* Test tasks are done at once; live ones take a while, once their batch is no longer
 * staging. */
static void
set_life(struct service *s, struct task_row *t, bool staging, const char *fate, const char *outcome)
{
	uint64_t any = 0;

	if (t->is_test) {
		t->status = fate;
		t->response = outcome;
		t->completed_ms = strcmp(fate, "completed") == 0 ? t->created_ms : 0;
		if (!t->completed_ms && t->clear_on_error)
			t->unique_id = NULL;
		return;
	}
	for (const char *p = t->id; *p; p++)
		any = any * 31 + (unsigned char)*p;
	t->status = "pending";
	t->fate = fate;
	t->outcome = outcome;
	t->due_ms = staging ? 0 : life_due(s, any);
}

static void
store(struct service *s, const struct request *rq, const struct request_fields *f,
      const struct project *project, const char *blueprint, struct reply *rp)
{
	struct buf params = BUF_INIT(PARAMS_MAX), tags = BUF_INIT(PARAMS_MAX);
	struct buf outcome = BUF_INIT(PARAMS_MAX);
	struct task_row t = {
		.is_test = rq->is_test,
		.clear_on_error = f->clear_on_error,
		.project = project->name,
		.batch = f->batch,
		.unique_id = f->unique_id,
		.instruction = f->instruction,
		.callback_url = f->callback_url,
		.metadata = f->metadata ? f->metadata : "{}",
		.priority = f->priority,
		.created_ms = s->now_ms,
		.updated_ms = s->now_ms,
	};
	const char *fate;

	task_id_make(s->now_ms, t.id);
	out_open(&params, NULL, '{');
	add_strings(&params, "attachments", &f->attachments);
	out_str(&params, "scene_format", f->scene_format);
	out_str(&params, "task_blueprint_id", blueprint);
	out_close(&params, '}');
	t.params = buf_str(&params);
	if (f->tags.count > 0) {
		add_strings(&tags, NULL, &f->tags);
		t.tags = buf_str(&tags);
	}
	fate = life_fate(t.id, f->attachments.at, f->attachments.count, &outcome);
	set_life(s, &t, f->staging, fate, buf_str(&outcome));
	task_index_tags(s->db, task_insert(s->db, &t), f->tags.at, f->tags.count);
	keep_key(s, rq, t.id);
	task_reply(s, rq, t.id, rp);
	buf_free(&params);
	buf_free(&tags);
	buf_free(&outcome);
}

/* Everything behind the fields themselves. */
static void
place_and_store(struct service *s, const struct request *rq, struct body *b,
		struct request_fields *f, struct reply *rp)
{
	struct project project = { .seq = 0 };
	struct batch batch = { .seq = 0 };
	struct body params = { .root = NULL };
	char *blueprint = NULL;

	if (!find_place(s, rq, f, &project, &batch, rp))
		goto done;
	apply_params(&project, &params, f);
	check_scene_format(b, f);
	if (b->has_bad) {
		reply_error(rp, 400, "%s", b->bad);
		goto done;
	}
	blueprint = find_blueprint(s, rq, &project, f->blueprint, rp);
	if (blueprint && !key_used(s, rq, rp) &&
	    (!f->unique_id || !task_unique_taken(s, rq, f->unique_id, 0, rp)))
		store(s, rq, f, &project, blueprint, rp);
done:
	free(blueprint);
	body_close(&params);
	batch_done(&batch);
	project_done(&project);
}

void
task_create(struct service *s, const struct request *rq, struct reply *rp)
{
	struct request_fields f = { .project = NULL };
	struct body b;

	if (body_open(&b, rq->body, rq->body_len, json_type_object)) {
		f.project = body_line(&b, "project");
		f.batch = body_line(&b, "batch");
		if (!f.project && !f.batch)
			body_bad(&b, "\"project\" is required");
		read_attachments(&b, &f);
		f.scene_format = body_line(&b, "scene_format");
		if (f.scene_format)
			check_scene_format(&b, &f);
		read_rest(&b, &f);
	}
	if (b.has_bad)
		reply_error(rp, 400, "%s", b.bad);
	else
		place_and_store(s, rq, &b, &f, rp);
	free(f.attachments.at);
	free(f.tags.at);
	body_close(&b);
}

void
task_create_other(struct service *s, const struct request *rq, struct reply *rp)
{
	(void)s;
	reply_error(rp, 402,
		    "This account is not enabled for task type \"%s\"; it takes \"multistage\".",
		    rq->args[0]);
}
