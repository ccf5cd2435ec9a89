/* project.c - projects: list, get, create, versions of their parameters. */
#include "config.h"

#include "sandbox/project.h"

#include "core/random.h"
#include "sandbox/body.h"
#include "sandbox/db.h"
#include "sandbox/kind.h"
#include "sandbox/object_id.h"
#include "sandbox/out.h"
#include "sandbox/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX (4u << 20)

int64_t
project_insert(struct service *s, const struct project_new *p)
{
	sqlite3_stmt *st = db_query(
		s->db, "INSERT INTO project (env, name, type, rapid, studio, archived, extra,"
		       " created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING seq");

	db_int(st, 1, p->is_test);
	db_str(st, 2, p->name);
	db_str(st, 3, p->type);
	db_int(st, 4, p->rapid);
	db_int(st, 5, p->studio);
	db_int(st, 6, p->archived);
	db_str(st, 7, p->extra);
	db_int(st, 8, p->created_ms);
	return db_number(s->db, st, 0);
}

void
project_add_params(struct service *s, int64_t project, const char *params, int64_t now_ms)
{
	sqlite3_stmt *st = db_query(s->db, "INSERT INTO project_param SELECT ?1,"
					   " coalesce(max(version) + 1, 0), ?2, ?3"
					   " FROM project_param WHERE project = ?1");

	db_int(st, 1, project);
	db_str(st, 2, params);
	db_int(st, 3, now_ms);
	db_run(s->db, st);
}

void
project_add_blueprint(struct service *s, int64_t project, const char *id, int64_t now_ms)
{
	sqlite3_stmt *st =
		db_query(s->db, "UPDATE blueprint SET active = 0 WHERE project = ?1 AND active");

	db_int(st, 1, project);
	db_run(s->db, st);
	st = db_query(s->db, "INSERT INTO blueprint VALUES (?1, ?2, 1, ?3)");
	db_str(st, 1, id);
	db_int(st, 2, project);
	db_int(st, 3, now_ms);
	db_run(s->db, st);
}

bool
project_find(struct service *s, const struct request *rq, const char *name, struct project *out,
	     struct reply *rp)
{
	sqlite3_stmt *st = db_query(
		s->db, "SELECT seq, name, type, rapid, studio, archived, (SELECT params"
		       " FROM project_param WHERE project = seq ORDER BY version DESC LIMIT 1)"
		       " FROM project WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "Project with name \"%s\" not found.", name);
		return false;
	}
	*out = (struct project){
		.seq = sqlite3_column_int64(st, 0),
		.name = db_copy(st, 1),
		.type = db_copy(st, 2),
		.rapid = sqlite3_column_int(st, 3) != 0,
		.studio = sqlite3_column_int(st, 4) != 0,
		.archived = sqlite3_column_int(st, 5) != 0,
		.params = db_copy(st, 6),
	};
	sqlite3_reset(st);
	return true;
}

void
project_done(struct project *p)
{
	free(p->name);
	free(p->type);
	free(p->params);
	*p = (struct project){ .seq = 0 };
}

/* Add the members of a JSON object to the object that is open in b. */
static void
add_members(struct buf *b, const char *json, size_t n)
{
	if (n > 2)
		out_json(b, NULL, json + 1, n - 2);
}

/* The template of the newest parameters. Only the keys are known, so the variables are
 * those that the project's parameters name, if any. Source: the Python client, projects.py. */
static void
add_template(struct service *s, const struct project *p, struct reply *rp)
{
	sqlite3_stmt *st =
		db_query(s->db, "SELECT p.created_ms, v.version, v.created_ms"
				" FROM project p JOIN project_param v ON v.project = p.seq"
				" WHERE p.seq = ?1 ORDER BY v.version DESC LIMIT 1");
	struct body params = { .root = NULL };
	const char *variables = NULL;
	char id[OBJECT_ID_SIZE];
	size_t n;

	db_int(st, 1, p->seq);
	if (!db_row(s->db, st)) {
		reply_error(rp, 404, "The project \"%s\" has no task template.", p->name);
		return;
	}
	if (p->params && body_open(&params, p->params, strlen(p->params), json_type_object))
		variables = body_object(&params, "template_variables", &n);
	object_id(OBJECT_TEMPLATE, sqlite3_column_int64(st, 0), p->seq, id);
	out_open(&rp->body, NULL, '{');
	out_str(&rp->body, "id", id);
	out_str(&rp->body, "project", p->name);
	out_int(&rp->body, "version", sqlite3_column_int64(st, 1));
	out_time(&rp->body, "created_at", sqlite3_column_int64(st, 0));
	out_time(&rp->body, "updated_at", sqlite3_column_int64(st, 2));
	out_json(&rp->body, "template_variables", variables ? variables : "{}", variables ? n : 2);
	out_close(&rp->body, '}');
	sqlite3_reset(st);
	body_close(&params);
}

void
project_templates(struct service *s, const struct request *rq, struct reply *rp)
{
	struct project p = { .seq = 0 };

	if (!project_find(s, rq, rq->args[0], &p, rp))
		return;
	if (strcmp(p.type, "textcollection") != 0 && strcmp(p.type, "chat") != 0)
		reply_error(rp, 400, "Projects of type \"%s\" have no task template.", p.type);
	else
		add_template(s, &p, rp);
	project_done(&p);
}

static void
add_history(struct service *s, int64_t project, struct buf *b)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT version, created_ms, params FROM project_param"
					   " WHERE project = ?1 ORDER BY version");

	out_open(b, "param_history", '[');
	db_int(st, 1, project);
	while (db_row(s->db, st)) {
		size_t n;
		const char *params = db_column(st, 2, &n);

		out_open(b, NULL, '{');
		out_int(b, "version", sqlite3_column_int64(st, 0));
		out_time(b, "created_at", sqlite3_column_int64(st, 1));
		add_members(b, params, n);
		out_close(b, '}');
	}
	out_close(b, ']');
}

#define PROJECT_COLUMNS "seq, name, type, created_ms, extra"

static void
add_project(struct service *s, sqlite3_stmt *st, struct buf *b)
{
	const char *text;
	size_t n;

	out_open(b, NULL, '{');
	text = db_column(st, 1, &n);
	out_text(b, "name", text, n);
	text = db_column(st, 2, &n);
	out_text(b, "type", text, n);
	out_time(b, "created_at", sqlite3_column_int64(st, 3));
	text = db_column(st, 4, &n);
	add_members(b, text, n);
	add_history(s, sqlite3_column_int64(st, 0), b);
	out_close(b, '}');
}

static void
reply_project(struct service *s, int64_t seq, struct reply *rp)
{
	sqlite3_stmt *st =
		db_query(s->db, "SELECT " PROJECT_COLUMNS " FROM project WHERE seq = ?1");

	db_int(st, 1, seq);
	if (db_row(s->db, st)) {
		add_project(s, st, &rp->body);
		sqlite3_reset(st);
	}
}

/* A bare array. Without the filter all of them: a filter that is not given filters nothing. */
void
project_list(struct service *s, const struct request *rq, struct reply *rp)
{
	bool archived, filter = request_query(rq, "archived") != NULL;
	sqlite3_stmt *st;

	if (!request_flag(rq, "archived", &archived, rp))
		return;
	st = db_query(s->db, "SELECT " PROJECT_COLUMNS " FROM project WHERE env = ?1"
			     " AND (?2 IS NULL OR archived = ?2) ORDER BY seq");
	db_int(st, 1, rq->is_test);
	if (filter)
		db_int(st, 2, archived);
	out_open(&rp->body, NULL, '[');
	while (db_row(s->db, st))
		add_project(s, st, &rp->body);
	out_close(&rp->body, ']');
}

void
project_get(struct service *s, const struct request *rq, struct reply *rp)
{
	struct project p = { .seq = 0 };

	if (project_find(s, rq, rq->args[0], &p, rp))
		reply_project(s, p.seq, rp);
	project_done(&p);
}

static bool
name_taken(struct service *s, const struct request *rq, const char *name, struct reply *rp)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT 1 FROM project WHERE env = ?1 AND name = ?2");

	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	if (db_number(s->db, st, 0) == 0)
		return false;
	reply_error(rp, 409, "A project named \"%s\" already exists.", name);
	return true;
}

/* Blueprints are made in the dashboard only; a new project here gets one to work with. */
static void
give_blueprint(struct service *s, int64_t project)
{
	char digits[2 * 6 + 1], id[20];

	random_hex(digits, 6);
	snprintf(id, sizeof(id), "bp_%s", digits);
	project_add_blueprint(s, project, id, s->now_ms);
}

/* What is kept and shown beside the fields that mean something here. */
static void
read_extra(struct body *b, struct buf *extra)
{
	const char *pipeline = body_line(b, "pipeline"), *dataset = body_line(b, "datasetId");
	int64_t attempts = body_number(b, "consensus_attempts", 0);

	if (body_has(b, "consensus_attempts") && attempts < 1)
		body_bad(b, "\"consensus_attempts\" must be greater than or equal to 1");

	if (pipeline && strcmp(pipeline, "standard_task") != 0 &&
	    strcmp(pipeline, "consensus_task") != 0)
		body_bad(b, "\"pipeline\" must be one of [standard_task, consensus_task]");
	out_open(extra, NULL, '{');
	if (pipeline)
		out_str(extra, "pipeline", pipeline);
	if (attempts)
		out_int(extra, "consensus_attempts", attempts);
	if (dataset)
		out_str(extra, "datasetId", dataset);
	out_close(extra, '}');
}

/* old (with patch) and new parameters as one object; null is absent, version and
 * created_at are ours. */
static void
merge(struct body *old, struct body *new, struct buf *out)
{
	struct json_object *all = json_object_new_object();
	struct body *from[] = { old, new };
	size_t n;
	const char *text;

	for (size_t i = 0; i < 2; i++) {
		if (!from[i]->root)
			continue;
		json_object_object_foreach(from[i]->root, key, value)
		{
			if (value)
				json_object_object_add(all, key, json_object_get(value));
		}
	}
	json_object_object_del(all, "patch");
	json_object_object_del(all, "version");
	json_object_object_del(all, "created_at");
	text = json_object_to_json_string_length(
		all, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	buf_add(out, text, n);
	json_object_put(all);
}

void
project_create(struct service *s, const struct request *rq, struct reply *rp)
{
	struct project_new p = { .is_test = rq->is_test, .created_ms = s->now_ms };
	struct buf extra = BUF_INIT(PARAMS_MAX), params = BUF_INIT(PARAMS_MAX);
	struct body b, none = { .root = NULL }, given = { .root = NULL };
	const char *text;
	size_t n;

	if (body_read(&b, rq)) {
		if (!(p.type = body_line(&b, "type")))
			body_bad(&b, "\"type\" is required");
		if (!(p.name = body_line(&b, "name")))
			body_bad(&b, "\"name\" is required");
		if ((text = body_object(&b, "params", &n)))
			body_open(&given, text, n, json_type_object);
		p.rapid = body_flag(&b, "rapid");
		p.studio = body_flag(&b, "studio");
		read_extra(&b, &extra);
	}
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else if (!kind_find(p.type)) {
		reply_error(rp, 402, "This account is not enabled for task type \"%s\".", p.type);
	} else if (!name_taken(s, rq, p.name, rp)) {
		int64_t seq;

		p.extra = buf_str(&extra);
		seq = project_insert(s, &p);
		merge(&none, &given, &params);
		project_add_params(s, seq, buf_str(&params), s->now_ms);
		give_blueprint(s, seq);
		reply_project(s, seq, rp);
	}
	buf_free(&extra);
	buf_free(&params);
	body_close(&given);
	body_close(&b);
}

void
project_set_params(struct service *s, const struct request *rq, struct reply *rp)
{
	struct project p = { .seq = 0 };
	struct body b = { .root = NULL }, old = { .root = NULL };
	struct buf params = BUF_INIT(PARAMS_MAX);
	bool patch = false;

	if (!project_find(s, rq, rq->args[0], &p, rp))
		return;
	if (body_read(&b, rq))
		patch = body_flag(&b, "patch");
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else {
		if (patch && p.params)
			body_open(&old, p.params, strlen(p.params), json_type_object);
		merge(&old, &b, &params);
		if (params.full) {
			reply_error(rp, 400, "The parameters are larger than %u bytes.",
				    PARAMS_MAX);
		} else {
			project_add_params(s, p.seq, buf_str(&params), s->now_ms);
			reply_project(s, p.seq, rp);
		}
	}
	buf_free(&params);
	body_close(&old);
	body_close(&b);
	project_done(&p);
}
