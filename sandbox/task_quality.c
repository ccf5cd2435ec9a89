/* task_quality.c - training and evaluation tasks: tasks whose answer is known.
 *
 * Source: Python client, create_training_task() and create_evaluation_task(): Rapid
 * projects only, and six types. A client can create one and no more, so what is kept is
 * the object as it was shown; it is no task, has no status, and is on no list.
 */
#include "config.h"

#include "sandbox/kind.h"
#include "sandbox/out.h"
#include "sandbox/route.h"
#include "sandbox/task.h"
#include "sandbox/task_fields.h"

#include <string.h>

#define OBJECT_MAX (8u << 20)

struct creation {
	const struct kind *kind;
	const char *use; /* "training", "evaluation" */
	struct body body;
	struct task_fields fields;
	struct task_place place;
	const char *expected, *initial; /* JSON objects, borrowed from the body; or NULL */
	size_t expected_len, initial_len;
};

static void
read_fields(struct creation *c)
{
	task_fields_done(&c->fields);
	task_fields_place(&c->body, &c->fields, true);
	kind_attachments(c->kind, &c->body, &c->fields.attachments);
	task_fields_read(&c->body, &c->fields);
	c->expected = body_object(&c->body, "expected_response", &c->expected_len);
	if (!c->expected)
		body_bad(&c->body, "\"expected_response\" is required");
	c->initial = body_object(&c->body, "initial_response", &c->initial_len);
}

static void
add_object(const struct service *s, const struct creation *c, const char *id, struct buf *b)
{
	static const char *const answers[] = { "expected_response", "initial_response", NULL };
	const struct task_fields *f = &c->fields;

	out_open(b, NULL, '{');
	out_str(b, "id", id);
	out_str(b, "type", c->kind->name);
	out_time(b, "created_at", s->now_ms);
	out_str(b, "project", c->place.project.name);
	if (f->batch)
		out_str(b, "batch", f->batch);
	if (f->unique_id)
		out_str(b, "unique_id", f->unique_id);
	if (f->tags.count > 0)
		task_fields_strings(b, "tags", &f->tags);
	if (f->instruction)
		out_str(b, "instruction", f->instruction);
	out_json(b, "metadata", f->metadata ? f->metadata : "{}",
		 f->metadata ? strlen(f->metadata) : 2);
	out_open(b, "params", '{');
	task_fields_params(&c->body, answers, b);
	out_close(b, '}');
	if (c->initial)
		out_json(b, "initial_response", c->initial, c->initial_len);
	out_json(b, "expected_response", c->expected, c->expected_len);
	out_close(b, '}');
}

static void
store(struct service *s, const struct request *rq, const struct creation *c, struct reply *rp)
{
	char id[TASK_ID_SIZE];
	sqlite3_stmt *st;

	task_id_make(s->now_ms, id);
	add_object(s, c, id, &rp->body);
	st = db_query(s->db, "INSERT INTO quality_task (id, env, quality, type, project, unique_id,"
			     " shown, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	db_str(st, 1, id);
	db_int(st, 2, rq->is_test);
	db_str(st, 3, c->use);
	db_str(st, 4, c->kind->name);
	db_int(st, 5, c->place.project.seq);
	db_str(st, 6, c->fields.unique_id);
	db_text(st, 7, buf_str(&rp->body), rp->body.len);
	db_int(st, 8, s->now_ms);
	db_run(s->db, st);
	task_key_keep(s, rq, id);
}

static void
place_and_store(struct service *s, const struct request *rq, struct creation *c, struct reply *rp)
{
	if (!task_place_find(s, rq, &c->fields, c->kind->name, TASK_PLACE_QUALITY, &c->place, rp))
		return;
	if (task_place_preset(&c->place, &c->body))
		read_fields(c);
	if (c->body.has_bad)
		reply_error(rp, 400, "%s", c->body.bad);
	else if (!task_key_used(s, rq, rp) &&
		 (!c->fields.unique_id || !task_unique_taken(s, rq, c->fields.unique_id, 0, rp)))
		store(s, rq, c, rp);
}

static void
create(struct service *s, const struct request *rq, const char *use, struct reply *rp)
{
	struct creation c = { .kind = kind_find(rq->args[0]), .use = use };

	if (!c.kind || !c.kind->quality) {
		reply_error(rp, 402, "This account is not enabled for %s tasks of type \"%s\".",
			    use, rq->args[0]);
		return;
	}
	if (body_read(&c.body, rq))
		read_fields(&c);
	if (c.body.has_bad)
		reply_error(rp, 400, "%s", c.body.bad);
	else
		place_and_store(s, rq, &c, rp);
	task_place_done(&c.place);
	task_fields_done(&c.fields);
	body_close(&c.body);
}

void
task_training(struct service *s, const struct request *rq, struct reply *rp)
{
	create(s, rq, "training", rp);
}

void
task_evaluation(struct service *s, const struct request *rq, struct reply *rp)
{
	create(s, rq, "evaluation", rp);
}
