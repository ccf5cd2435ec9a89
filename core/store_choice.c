/* store_choice.c - what pickers offer, from the cache. See store.h. */
#include "config.h"

#include "core/store_db.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"

#include <stdlib.h>

#define DETAIL_MAX    512 /* bytes of the line beside a name */
#define BLUEPRINT_MAX 256 /* bytes of an id; the format is unknown. Source: scale-api 13 row 27 */

void
choices_free(struct choice *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].name);
		free(list[i].detail);
	}
	free(list);
}

/* As the schema spells it; NULL for what has no cache. */
static const char *
name_of(enum field_pick what)
{
	switch (what) {
	case PICK_PROJECT: return "project";
	case PICK_BATCH: return "batch";
	case PICK_BLUEPRINT: return "blueprint";
	case PICK_NONE: break;
	}
	return NULL;
}

/* --- filling --- */

static enum err_code
mark_fetched(struct store *s, int64_t target, const char *what, const char *project, int64_t now_ms,
	     struct err *err)
{
	const struct value v[] = { value_int(target), value_text(what), value_text(project),
				   value_int(now_ms) };

	return store_do(s,
			"INSERT INTO fetched (target, what, project, at_ms) VALUES (?, ?, ?, ?)"
			" ON CONFLICT (target, what, project) DO UPDATE SET at_ms = excluded.at_ms",
			v, ARRAY_LEN(v), err);
}

static enum err_code
put_project(struct store *s, int64_t target, const struct project *p, struct err *err)
{
	const struct value v[] = { value_int(target),   value_text(p->name),
				   value_text(p->type), value_int(p->version),
				   value_int(p->rapid), value_int(p->created_ms) };

	if (p->name[0] == '\0')
		return ERR_OK;
	return store_do(s,
			"INSERT INTO project (target, name, type, version, rapid, created_ms)"
			" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (target, name) DO UPDATE SET"
			" type = excluded.type, version = excluded.version, rapid = excluded.rapid,"
			" created_ms = excluded.created_ms",
			v, ARRAY_LEN(v), err);
}

enum err_code
store_projects_put(struct store *s, int64_t target, const struct project *p, size_t n,
		   int64_t now_ms, struct err *err)
{
	const struct value v[] = { value_int(target) };
	enum err_code code;

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(s, "DELETE FROM project WHERE target = ?", v, 1, err);
	for (size_t i = 0; i < n && !code; i++)
		code = put_project(s, target, &p[i], err);
	if (!code)
		code = mark_fetched(s, target, "project", "", now_ms, err);
	return store_end(s, code, err);
}

static enum err_code
put_batch(struct store *s, int64_t target, const struct batch *b, struct err *err)
{
	const struct value v[] = {
		value_int(target),        value_text(b->name),     value_text(b->project),
		value_text(b->status),    value_text(b->callback), value_text(b->metadata),
		value_int(b->created_ms), value_int(b->pending),   value_int(b->completed),
		value_int(b->error),      value_int(b->canceled),
	};

	if (b->name[0] == '\0')
		return ERR_OK;
	return store_do(
		s,
		"INSERT INTO batch (target, name, project, status, callback, metadata, created_ms,"
		" pending, completed, error, canceled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (target, name) DO UPDATE SET project = excluded.project,"
		" status = excluded.status, callback = excluded.callback,"
		" metadata = excluded.metadata, created_ms = excluded.created_ms,"
		" pending = excluded.pending, completed = excluded.completed,"
		" error = excluded.error, canceled = excluded.canceled",
		v, ARRAY_LEN(v), err);
}

enum err_code
store_batches_put(struct store *s, int64_t target, const char *project, const struct batch *b,
		  size_t n, int64_t now_ms, struct err *err)
{
	enum err_code code = ERR_OK;

	if (store_begin_write(s, err))
		return err->code;
	for (size_t i = 0; i < n && !code; i++)
		code = put_batch(s, target, &b[i], err);
	if (!code)
		code = mark_fetched(s, target, "batch", project, now_ms, err);
	return store_end(s, code, err);
}

/* The id as a string, "" if the text names none: of a task it stands in "params", where
 * answers echo it, of a payload at the top. Source: scale-api 5 and 6. */
static void
blueprint_in(const char *json, size_t n, struct buf *id)
{
	struct json_span top, params, value;
	struct err err;

	if (json_scan(json, n, &top, NULL, &err) || top.type != JSON_OBJECT)
		return;
	if (!json_member(&top, "params", &params) || params.type != JSON_OBJECT ||
	    !json_member(&params, "task_blueprint_id", &value)) {
		if (!json_member(&top, "task_blueprint_id", &value))
			return;
	}
	if (value.type == JSON_STRING)
		json_unescape(id, &value);
}

enum err_code
store_blueprint_seen(struct store *s, int64_t target, const char *project, const char *json,
		     size_t n, int64_t now_ms, struct err *err)
{
	struct buf id = BUF_INIT(BLUEPRINT_MAX);
	enum err_code code = ERR_OK;

	blueprint_in(json, n, &id);
	if (id.len > 0 && !id.full) {
		const struct value v[] = { value_int(target), value_text(project),
					   value_text(buf_str(&id)), value_int(now_ms) };

		code = store_do(s,
				"INSERT INTO blueprint (target, project, id, seen_ms)"
				" VALUES (?, ?, ?, ?) ON CONFLICT (target, project, id)"
				" DO UPDATE SET seen_ms = excluded.seen_ms",
				v, ARRAY_LEN(v), err);
	}
	buf_free(&id);
	return code;
}

enum err_code
store_choice_used(struct store *s, int64_t target, enum field_pick what, const char *name,
		  int64_t now_ms, struct err *err)
{
	const char *kind = name_of(what);
	enum err_code code;

	if (!kind || name[0] == '\0')
		return ERR_OK;
	const struct value v[] = { value_int(target), value_text(kind), value_text(name),
				   value_int(now_ms) };

	if (store_begin_write(s, err))
		return err->code;
	code = store_do(
		s,
		"INSERT INTO used (target, what, name, used_ms) VALUES (?, ?, ?, ?)"
		" ON CONFLICT (target, what, name) DO UPDATE SET used_ms = excluded.used_ms",
		v, ARRAY_LEN(v), err);
	return store_end(s, code, err);
}

/* --- reading --- */

/* Columns from 2 on are the detail's. */
typedef void detail_fn(sqlite3_stmt *st, struct buf *out);

static void
add_part(struct buf *out, const char *text)
{
	if (text[0])
		buf_addf(out, "%s%s", out->len ? ", " : "", text);
}

static void
add_count(struct buf *out, sqlite3_stmt *st, int col, const char *what)
{
	if (sqlite3_column_int64(st, col) > 0)
		buf_addf(out, "%s%lld %s", out->len ? ", " : "",
			 (long long)sqlite3_column_int64(st, col), what);
}

static void
project_detail(sqlite3_stmt *st, struct buf *out)
{
	char type[64];

	store_column_cut(st, 2, type, sizeof(type));
	add_part(out, type);
	if (sqlite3_column_int(st, 4))
		add_part(out, "rapid");
	if (sqlite3_column_int64(st, 3) >= 0)
		buf_addf(out, "%sversion %lld", out->len ? ", " : "",
			 (long long)sqlite3_column_int64(st, 3));
}

static void
batch_detail(sqlite3_stmt *st, struct buf *out)
{
	char text[128];

	store_column_cut(st, 2, text, sizeof(text));
	add_part(out, text);
	add_count(out, st, 3, "pending");
	add_count(out, st, 4, "completed");
	add_count(out, st, 5, "in error");
	add_count(out, st, 6, "canceled");
	store_column_cut(st, 7, text, sizeof(text)); /* its project, when all are listed */
	add_part(out, text);
}

static void
blueprint_detail(sqlite3_stmt *st, struct buf *out)
{
	char text[128], day[CLOCK_ISO_SIZE];

	store_column_cut(st, 2, text, sizeof(text));
	add_part(out, text);
	if (sqlite3_column_int64(st, 3) == 0) {
		add_part(out, "used here");
		return;
	}
	clock_iso(sqlite3_column_int64(st, 3), day, sizeof(day));
	buf_addf(out, "%sseen %.10s", out->len ? ", " : "", day);
}

/* ?1 target, ?2 project; "" = all. Columns: name, used_ms, the detail's. */
static const struct {
	const char *sql, *age;
	detail_fn *detail;
} lists[] = {
	[PICK_PROJECT] = {
		"SELECT p.name, ifnull(u.used_ms, 0) AS at, type, version, rapid FROM project p"
		" LEFT JOIN used u ON u.target = ?1 AND u.what = 'project' AND u.name = p.name"
		" WHERE p.target = ?1 AND ?2 IS NOT NULL"
		" ORDER BY at DESC, p.name COLLATE NOCASE, p.name",
		"SELECT max(at_ms) FROM fetched WHERE target = ?1 AND what = 'project'"
		" AND ?2 IS NOT NULL",
		project_detail,
	},
	[PICK_BATCH] = {
		"SELECT b.name, ifnull(u.used_ms, 0) AS at, status, pending, completed, error,"
		" canceled, iif(?2 = '', project, '') FROM batch b"
		" LEFT JOIN used u ON u.target = ?1 AND u.what = 'batch' AND u.name = b.name"
		" WHERE b.target = ?1 AND (?2 = '' OR project = ?2)"
		/* what is done is there to be looked up; new tasks go to the open ones */
		" ORDER BY at DESC, status NOT IN ('staging', 'in_progress'),"
		" b.name COLLATE NOCASE, b.name",
		"SELECT max(at_ms) FROM fetched WHERE target = ?1 AND what = 'batch'"
		" AND project IN ('', ?2)",
		batch_detail,
	},
	[PICK_BLUEPRINT] = {
		"SELECT id, max(at) AS at, max(project), max(seen_ms) FROM ("
		"  SELECT id, 0 AS at, iif(?2 = '', project, '') AS project, seen_ms"
		"   FROM blueprint WHERE target = ?1 AND (?2 = '' OR project = ?2)"
		"  UNION ALL SELECT name, used_ms, '', 0 FROM used"
		"   WHERE target = ?1 AND what = 'blueprint'"
		" ) GROUP BY id ORDER BY at DESC, id",
		"SELECT max(seen_ms) FROM blueprint WHERE target = ?1"
		" AND (?2 = '' OR project = ?2)",
		blueprint_detail,
	},
};

static enum err_code
read_list(struct store *s, sqlite3_stmt *st, detail_fn *detail, struct choice **list, size_t *n,
	  struct err *err)
{
	size_t cap = 0;
	bool row;

	for (;;) {
		struct buf text = BUF_INIT(DETAIL_MAX);

		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			return ERR_OK;
		if (*n == cap) {
			cap = cap ? cap * 2 : 32;
			*list = mem_grow(*list, cap, sizeof(**list));
		}
		detail(st, &text);
		(*list)[(*n)++] = (struct choice){
			.name = store_column_text(st, 0),
			.used_ms = sqlite3_column_int64(st, 1),
			.detail = buf_take(&text),
		};
	}
}

enum err_code
store_choices(struct store *s, int64_t target, enum field_pick what, const char *project,
	      struct choice **list, size_t *n, int64_t *fetched_ms, struct err *err)
{
	const struct value v[] = { value_int(target), value_text(project) };
	struct choice *all = NULL;
	size_t count = 0;
	int64_t age = 0;
	enum err_code code = ERR_OK;

	if (name_of(what)) {
		sqlite3_stmt *st = store_ask(s, lists[what].sql, v, 2, err);

		code = st ? read_list(s, st, lists[what].detail, &all, &count, err) : err->code;
		if (!code)
			code = store_number(s, lists[what].age, v, 2, &age, err);
	}
	if (code) {
		choices_free(all, count);
		return code;
	}
	*list = all;
	*n = count;
	*fetched_ms = age;
	return ERR_OK;
}

/* Columns: project, status, rapid (NULL: project unknown), the four counters (-1 not told),
 * tasks seen here. */
static void
read_batch(sqlite3_stmt *st, struct batch_info *info)
{
	info->known = true;
	store_column_cut(st, 0, info->project, sizeof(info->project));
	store_column_cut(st, 1, info->status, sizeof(info->status));
	info->project_known = sqlite3_column_type(st, 2) != SQLITE_NULL;
	info->rapid = sqlite3_column_int(st, 2) != 0;
	for (int col = 3; col < 7; col++) {
		int64_t n = sqlite3_column_int64(st, col);

		info->counted = info->counted || n >= 0;
		info->tasks += n > 0 ? (long)n : 0;
	}
	if (!info->counted)
		info->tasks = (long)sqlite3_column_int64(st, 7);
}

enum err_code
store_batch_info(struct store *s, int64_t target, const char *batch, struct batch_info *info,
		 struct err *err)
{
	const struct value v[] = { value_int(target), value_text(batch) };
	sqlite3_stmt *st = store_ask(
		s,
		"SELECT b.project, b.status, p.rapid, b.pending, b.completed, b.error,"
		" b.canceled,"
		" iif(max(b.pending, b.completed, b.error, b.canceled) < 0, (SELECT count(*)"
		" FROM task t WHERE t.target = b.target AND t.batch = b.name), 0)"
		" FROM batch b LEFT JOIN project p ON p.target = b.target AND p.name = b.project"
		" WHERE b.target = ? AND b.name = ?",
		v, ARRAY_LEN(v), err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	*info = (struct batch_info){ .known = false };
	if (!row)
		return ERR_OK;
	read_batch(st, info);
	store_rest(st);
	return ERR_OK;
}
