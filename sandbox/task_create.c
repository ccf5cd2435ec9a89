/* task_create.c - POST /v1/task/{type}: check, find its place, store.
 *
 * A multi-stage task has strict rules of its own; of the others the sandbox knows what
 * they have in common, and keeps the rest as it was sent.
 */
#include "config.h"

#include "sandbox/kind.h"
#include "sandbox/life.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/task.h"
#include "sandbox/task_fields.h"

#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX (8u << 20)

struct creation {
	const struct kind *kind;
	bool staged; /* multistage */
	struct body body;
	struct task_fields fields;
	struct task_place place;
	const char *scene_format, *wanted; /* multistage; wanted: blueprint; borrowed from body */
	char *blueprint;                   /* owned */
};

static void
check_scene_format(struct creation *c)
{
	const char *format = c->scene_format;

	if (strcmp(format, "sensor_fusion") == 0 && c->fields.attachments.count != 1)
		body_bad(&c->body, "\"attachments\" must contain 1 items");
	else if (strcmp(format, "sensor_fusion") != 0 && strcmp(format, "split_base64") != 0)
		body_bad(&c->body, "\"scene_format\" must be one of [sensor_fusion, split_base64]");
}

static void
read_fields(struct creation *c)
{
	task_fields_done(&c->fields);
	task_fields_place(&c->body, &c->fields, c->staged);
	kind_attachments(c->kind, &c->body, &c->fields.attachments);
	if (c->staged) {
		c->scene_format = body_line(&c->body, "scene_format");
		if (c->scene_format)
			check_scene_format(c);
		c->wanted = body_line(&c->body, "task_blueprint_id");
	}
	task_fields_read(&c->body, &c->fields);
}

/* The blueprint that was asked for, else the project's newest active one; the caller
 * frees. NULL: the reply is made. */
static char *
find_blueprint(struct service *s, const struct request *rq, const struct creation *c,
	       struct reply *rp)
{
	const struct project *p = &c->place.project;
	const char *wanted = c->wanted;
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

/* Test tasks are done at once; live ones take a while, once their batch is no longer
 * staging. */
static void
set_life(struct service *s, struct task_row *t, bool staging, const char *fate, const char *outcome)
{
	if (t->is_test) {
		t->status = fate;
		t->response = outcome;
		t->completed_ms = strcmp(fate, "completed") == 0 ? t->created_ms : 0;
		if (!t->completed_ms && t->clear_on_error)
			t->unique_id = NULL;
		return;
	}
	t->status = "pending";
	t->fate = fate;
	t->outcome = outcome;
	t->due_ms = staging ? 0 : life_due(s);
}

static void
add_params(const struct creation *c, struct buf *params)
{
	out_open(params, NULL, '{');
	if (c->staged) {
		task_fields_strings(params, "attachments", &c->fields.attachments);
		out_str(params, "scene_format", c->scene_format);
		out_str(params, "task_blueprint_id", c->blueprint);
	} else {
		task_fields_params(&c->body, NULL, params);
	}
	out_close(params, '}');
}

static void
store(struct service *s, const struct request *rq, const struct creation *c, struct reply *rp)
{
	struct buf params = BUF_INIT(PARAMS_MAX), tags = BUF_INIT(PARAMS_MAX);
	struct buf outcome = BUF_INIT(PARAMS_MAX);
	const struct task_fields *f = &c->fields;
	struct task_row t = {
		.type = c->kind->name,
		.is_test = rq->is_test,
		.clear_on_error = f->clear_on_error,
		.calls = f->callback_url || c->place.batch.calls,
		.project = c->place.project.seq ? c->place.project.name : "",
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
	int64_t seq;

	task_id_make(s->now_ms, t.id);
	add_params(c, &params);
	t.params = buf_str(&params);
	if (f->tags.count > 0) {
		task_fields_strings(&tags, NULL, &f->tags);
		t.tags = buf_str(&tags);
	}
	fate = life_fate(s, &t, f->attachments.at, f->attachments.count, &outcome);
	if (strcmp(fate, "completed") == 0)
		kind_answer(t.type, t.params, &outcome);
	set_life(s, &t, c->place.staging, fate, buf_str(&outcome));
	seq = task_insert(s->db, &t);
	life_created(s, seq, &t, f->attachments.at, f->attachments.count);
	task_key_keep(s, rq, t.id);
	task_reply(s, rq, t.id, rp);
	buf_free(&params);
	buf_free(&tags);
	buf_free(&outcome);
}

/* Everything behind the fields themselves. */
static void
place_and_store(struct service *s, const struct request *rq, struct creation *c, struct reply *rp)
{
	if (!task_place_find(s, rq, &c->fields, c->kind->name, TASK_PLACE_WORK, &c->place, rp))
		return;
	if (task_place_preset(&c->place, &c->body))
		read_fields(c);
	if (c->staged && !c->scene_format)
		body_bad(&c->body, "\"scene_format\" is required");
	if (c->body.has_bad) {
		reply_error(rp, 400, "%s", c->body.bad);
		return;
	}
	if (c->staged && !(c->blueprint = find_blueprint(s, rq, c, rp)))
		return;
	if (!task_key_used(s, rq, rp) &&
	    (!c->fields.unique_id || !task_unique_taken(s, rq, c->fields.unique_id, 0, rp)))
		store(s, rq, c, rp);
}

static void
create(struct service *s, const struct request *rq, const struct kind *kind, bool staged,
       struct reply *rp)
{
	struct creation c = { .kind = kind, .staged = staged };

	if (body_read(&c.body, rq))
		read_fields(&c);
	if (c.body.has_bad)
		reply_error(rp, 400, "%s", c.body.bad);
	else
		place_and_store(s, rq, &c, rp);
	free(c.blueprint);
	task_place_done(&c.place);
	task_fields_done(&c.fields);
	body_close(&c.body);
}

void
task_create(struct service *s, const struct request *rq, struct reply *rp)
{
	create(s, rq, kind_find("multistage"), true, rp);
}

void
task_create_other(struct service *s, const struct request *rq, struct reply *rp)
{
	const struct kind *kind = kind_find(rq->args[0]);

	if (kind)
		create(s, rq, kind, false, rp);
	else
		reply_error(rp, 402, "This account is not enabled for task type \"%s\".",
			    rq->args[0]);
}
