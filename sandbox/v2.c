/* v2.c - see v2.h. */
#include "config.h"

#include "sandbox/v2.h"

#include "core/mem.h"
#include "sandbox/out.h"

#include <stdlib.h>
#include <string.h>

#define SQL_MAX   4096
#define LIMIT_MAX 100

static const struct {
	const char *id_key, *name_key, *word;
	const char *by_seq, *by_name;
} kinds[] = {
	[OBJECT_PROJECT] = {
		"project_id", "project_name", "Project",
		"SELECT name, created_ms FROM project WHERE env = ?1 AND seq = ?2",
		"SELECT seq FROM project WHERE env = ?1 AND name = ?2",
	},
	[OBJECT_BATCH] = {
		"batch_id", "batch_name", "Batch",
		"SELECT name, created_ms FROM batch WHERE env = ?1 AND seq = ?2",
		"SELECT seq FROM batch WHERE env = ?1 AND name = ?2",
	},
};

/* The name of the object with this id; NULL if there is none. The caller frees. */
static char *
name_of(struct service *s, const struct request *rq, enum object_kind kind, const char *id)
{
	int64_t seq = object_seq(kind, id);
	sqlite3_stmt *st = db_query(s->db, kinds[kind].by_seq);
	char own[OBJECT_ID_SIZE];
	char *name = NULL;

	db_int(st, 1, rq->is_test);
	db_int(st, 2, seq);
	if (!db_row(s->db, st))
		return NULL;
	object_id(kind, sqlite3_column_int64(st, 1), seq, own);
	if (strcmp(own, id) == 0)
		name = db_copy(st, 0);
	sqlite3_reset(st);
	return name;
}

static bool
has_name(struct service *s, const struct request *rq, enum object_kind kind, const char *name)
{
	sqlite3_stmt *st = db_query(s->db, kinds[kind].by_name);

	db_int(st, 1, rq->is_test);
	db_str(st, 2, name);
	return db_number(s->db, st, 0) != 0;
}

bool
v2_pick(struct service *s, const struct request *rq, enum object_kind kind, bool must, char **name,
	struct reply *rp)
{
	const char *id = request_query(rq, kinds[kind].id_key);
	const char *given = request_query(rq, kinds[kind].name_key);

	*name = NULL;
	if (!id && !given) {
		if (must)
			reply_error(rp, 400,
				    "Parameter is invalid, reason: \"value\" must contain at least"
				    " one of [%s, %s]",
				    kinds[kind].id_key, kinds[kind].name_key);
		return !must;
	}
	if (id && !(*name = name_of(s, rq, kind, id)))
		reply_error(rp, 404, "%s with ID \"%s\" not found.", kinds[kind].word, id);
	else if (given && !has_name(s, rq, kind, given))
		reply_error(rp, 404, "%s with name \"%s\" not found.", kinds[kind].word, given);
	else if (id && given && strcmp(*name, given) != 0)
		reply_error(
			rp, 400,
			"Parameter is invalid, reason: \"%s\" and \"%s\" name different objects",
			kinds[kind].id_key, kinds[kind].name_key);
	else if (!id)
		*name = mem_strdup(given);
	return rp->status == 200;
}

static bool
is_word(const char *const *words, const char *value)
{
	for (; *words; words++)
		if (strcmp(*words, value) == 0)
			return true;
	return false;
}

/* Is value one of words, or absent? */
static bool
check_word(const char *const *words, const char *key, const char *value, struct reply *rp)
{
	struct buf all = BUF_INIT(SQL_MAX);

	if (!value || is_word(words, value))
		return true;
	for (const char *const *w = words; *w; w++)
		buf_addf(&all, "%s%s", w == words ? "" : ", ", *w);
	reply_error(rp, 400, "Parameter is invalid, reason: \"%s\" must be one of [%s]", key,
		    buf_str(&all));
	buf_free(&all);
	return false;
}

bool
v2_expand_read(const struct request *rq, const char *const *words, struct v2_expand *e,
	       struct reply *rp)
{
	*e = (struct v2_expand){ .project = false };
	for (size_t i = 0; i < rq->query_count; i++) {
		const char *value = rq->query[i].value;

		if (strcmp(rq->query[i].key, "expand") != 0)
			continue;
		if (!check_word(words, "expand", value, rp))
			return false;
		e->project = e->project || strcmp(value, "project") == 0;
		e->batch = e->batch || strcmp(value, "batch") == 0;
	}
	return true;
}

/* A pair of inclusive bounds; *given: the query holds one of them. */
static bool
read_times(const struct request *rq, const char *after, const char *before, int64_t ms[2],
	   bool *given, struct reply *rp)
{
	ms[0] = INT64_MIN;
	ms[1] = INT64_MAX;
	*given = request_query(rq, after) || request_query(rq, before);
	return request_time(rq, after, &ms[0], rp) && request_time(rq, before, &ms[1], rp);
}

static bool
read_token(const struct request *rq, struct v2_list *l, struct reply *rp)
{
	const char *token = request_query(rq, "next_token");

	l->has_from = token && page_parse(token, &l->from);
	if (token && !l->has_from)
		reply_invalid(rp, "next_token", "is not a token of a previous reply");
	return !token || l->has_from;
}

bool
v2_list_read(struct service *s, const struct request *rq, const struct v2_rules *rules,
	     struct v2_list *l, struct reply *rp)
{
	*l = (struct v2_list){ .status = request_query(rq, "status"), .limit = LIMIT_MAX };
	return v2_pick(s, rq, OBJECT_PROJECT, false, &l->project, rp) &&
	       (!rules->has_batch || v2_pick(s, rq, OBJECT_BATCH, false, &l->batch, rp)) &&
	       check_word(rules->statuses, "status", l->status, rp) &&
	       (!rules->has_created || read_times(rq, "created_after", "created_before", l->created,
						  &l->by_created, rp)) &&
	       read_times(rq, "completed_after", "completed_before", l->completed, &l->by_completed,
			  rp) &&
	       request_number(rq, "limit", 1, LIMIT_MAX, &l->limit, rp) && read_token(rq, l, rp) &&
	       v2_expand_read(rq, rules->expands, &l->expand, rp);
}

void
v2_list_done(struct v2_list *l)
{
	free(l->project);
	free(l->batch);
	*l = (struct v2_list){ .project = NULL };
}

static sqlite3_stmt *
list_query(struct service *s, const struct request *rq, const struct v2_list *l, const char *select)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	sqlite3_stmt *st;

	buf_addf(&sql, "%s WHERE env = ?1%s%s%s%s%s%s ORDER BY created_ms DESC, seq DESC LIMIT ?11",
		 select, l->project ? " AND project = ?2" : "", l->batch ? " AND batch = ?3" : "",
		 l->status ? " AND status = ?4" : "",
		 l->by_created ? " AND created_ms BETWEEN ?5 AND ?6" : "",
		 l->by_completed ? " AND completed_ms BETWEEN ?7 AND ?8" : "",
		 l->has_from ? " AND (created_ms, seq) < (?9, ?10)" : "");
	st = db_query(s->db, buf_str(&sql));
	buf_free(&sql);
	db_int(st, 1, rq->is_test);
	db_str(st, 2, l->project);
	db_str(st, 3, l->batch);
	db_str(st, 4, l->status);
	db_int(st, 5, l->created[0]);
	db_int(st, 6, l->created[1]);
	db_int(st, 7, l->completed[0]);
	db_int(st, 8, l->completed[1]);
	db_int(st, 9, l->from.ms);
	db_int(st, 10, l->from.seq);
	db_int(st, 11, l->limit + 1);
	return st;
}

void
v2_list_reply(struct service *s, const struct request *rq, const struct v2_list *l,
	      const char *select, const char *key, v2_out_fn *out, struct reply *rp)
{
	sqlite3_stmt *st = list_query(s, rq, l, select);
	struct page_mark last = { .seq = 0 };
	char token[PAGE_TOKEN_SIZE] = "";

	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, key, '[');
	for (int64_t n = 0; db_row(s->db, st); n++) {
		if (n == l->limit) {
			page_token(&last, token);
			sqlite3_reset(st);
			break;
		}
		last.seq = sqlite3_column_int64(st, V2_SEQ);
		last.ms = sqlite3_column_int64(st, V2_CREATED);
		out(s, rq, st, NULL, &l->expand, &rp->body);
	}
	out_close(&rp->body, ']');
	if (*token)
		out_str(&rp->body, "next_token", token);
	out_close(&rp->body, '}');
}
