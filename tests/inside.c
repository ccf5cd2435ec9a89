/* inside.c - see inside.h. */
#include "config.h"

#include "tests/test.h"

#include "tests/inside.h"

#include "core/buf.h"
#include "core/clock.h"
#include "sandbox/db.h"
#include "sandbox/life.h"
#include "sandbox/request.h"
#include "sandbox/route.h"
#include "sandbox/seed.h"

#include <json-c/json.h>

void
inside_open(struct service *s, const char *seed)
{
	struct err err = ERR_INIT;

	*s = (struct service){ .work_ms = 20000, .next_due_ms = INT64_MAX };
	assert_true(clock_parse(INSIDE_NOW, &s->now_ms));
	if (db_open(NULL, &s->db, &err) || seed_fill(s, seed, &err))
		fail_msg("%s", err.msg);
	life_open(s);
}

void
inside_close(struct service *s)
{
	db_close(s->db);
}

void
inside_call(struct service *s, bool is_test, const char *method, const char *target,
	    const char *body, struct inside_reply *r)
{
	struct request rq = { .is_test = is_test, .body = body ? body : "" };
	struct reply rp = { .status = 200, .body = BUF_INIT(REPLY_MAX_BYTES) };
	const struct route *route;
	bool known;

	assert_true(request_parse(&rq, target));
	route = route_find(method, &rq, &known);
	if (!route)
		fail_msg("no route for %s %s", method, target);
	rq.body_len = strlen(rq.body);
	life_advance(s);
	db_begin(s->db);
	route->handle(s, &rq, &rp);
	if (*db_failure(s->db))
		fail_msg("%s %s: %s", method, target, db_failure(s->db));
	if (rp.status != 200 || !route->writes)
		db_rollback(s->db);
	else if (!db_commit(s->db))
		fail_msg("%s %s: %s", method, target, db_failure(s->db));
	r->status = rp.status;
	r->json = json_tokener_parse(buf_str(&rp.body));
	assert_non_null(r->json);
	buf_free(&rp.body);
	request_done(&rq);
}

void
inside_free(struct inside_reply *r)
{
	json_object_put(r->json);
}

int64_t
inside_number(const struct inside_reply *r, const char *key)
{
	struct json_object *o;

	if (!json_object_object_get_ex(r->json, key, &o))
		fail_msg("no %s in %s", key, json_object_to_json_string(r->json));
	return json_object_get_int64(o);
}

char *
inside_ids(const struct inside_reply *r)
{
	struct buf text = BUF_INIT(16u << 20);
	struct json_object *docs, *id;

	buf_adds(&text, "");
	if (!json_object_object_get_ex(r->json, "docs", &docs))
		fail_msg("no docs in %s", json_object_to_json_string(r->json));
	for (size_t i = 0; i < json_object_array_length(docs); i++) {
		json_object_object_get_ex(json_object_array_get_idx(docs, i), "task_id", &id);
		buf_addf(&text, "%s ", json_object_get_string(id));
	}
	return buf_take(&text);
}

sqlite3 *
inside_sqlite(struct service *s)
{
	return sqlite3_db_handle(db_query(s->db, "SELECT 1"));
}

char *
inside_ask(struct service *s, const char *sql)
{
	struct buf text = BUF_INIT(16u << 20);
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(inside_sqlite(s), sql, -1, &st, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(inside_sqlite(s)));
	buf_adds(&text, "");
	while (sqlite3_step(st) == SQLITE_ROW)
		buf_addf(&text, "%s ", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return buf_take(&text);
}
