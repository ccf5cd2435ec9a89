/* store_board.c - windows on the list of tasks, and how long it is. See store.h.
 *
 * A window is read by keyset: (sort column, key) before and after a row, along
 * the index of the sort, so its cost does not grow with the list. A new sort is
 * a row in sorts[] and an index in store_schema.c.
 */
#include "config.h"

#include "core/store_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_MAX 8192 /* bytes of one statement; 16 terms take less than half */

static const struct {
	const char *column; /* ties are broken by key, in the same direction */
	bool descending;
} sorts[BOARD_SORT_COUNT] = {
	/* clang-format off */
	[BOARD_SORT_CREATED]  = { "created_ms",  true },  /* newest first */
	[BOARD_SORT_CHANGED]  = { "changed_ms",  true },  /* newest first */
	[BOARD_SORT_STATUS]   = { "by_status",   false }, /* what needs a person, then newest */
	[BOARD_SORT_ID]       = { "unique_id",   false },
	[BOARD_SORT_PRIORITY] = { "by_priority", true },  /* highest first, then newest */
	/* clang-format on */
};

/* A statement in the making. */
struct sql {
	struct buf text;
	struct value v[FILTER_TERMS_MAX + 8];
	size_t n;
	char like[FILTER_TERMS_MAX][2 * sizeof(((struct filter_term *)0)->text) + 8];
};

/* Remember the value; its number for "?N" in the text. */
static int
arg(struct sql *q, struct value v)
{
	q->v[q->n++] = v;
	return (int)q->n;
}

/* "%text%" for LIKE, whose own signs are escaped; whole: a line of its own. */
static struct value
like(char *out, const char *text, bool whole)
{
	char *p = out;

	*p++ = '%';
	if (whole)
		*p++ = '\n';
	for (const char *c = text; *c; c++) {
		if (*c == '%' || *c == '_' || *c == '\\')
			*p++ = '\\';
		*p++ = *c;
	}
	if (whole)
		*p++ = '\n';
	*p++ = '%';
	*p = '\0';
	return value_text(out);
}

static void
term(struct sql *q, const struct filter_term *t, char *pattern, int64_t now_ms)
{
	const char *column = t->key == FILTER_AGE ? "created_ms" : "changed_ms";
	int a;

	buf_adds(&q->text, t->negate ? " AND NOT (" : " AND (");
	switch (t->key) {
	case FILTER_WORD:
		a = arg(q, like(pattern, t->text, false));
		buf_addf(&q->text,
			 "unique_id LIKE ?%d ESCAPE '\\' OR key LIKE ?%d ESCAPE '\\'"
			 " OR project LIKE ?%d ESCAPE '\\' OR batch LIKE ?%d ESCAPE '\\'"
			 " OR tags LIKE ?%d ESCAPE '\\'",
			 a, a, a, a, a);
		break;
	case FILTER_STATUS:
		a = arg(q, value_text(t->text));
		buf_addf(&q->text, "status = ?%d OR word = ?%d", a, a);
		break;
	case FILTER_PROJECT:
		a = arg(q, like(pattern, t->text, false));
		buf_addf(&q->text, "project LIKE ?%d ESCAPE '\\'", a);
		break;
	case FILTER_BATCH:
		a = arg(q, like(pattern, t->text, false));
		buf_addf(&q->text, "batch LIKE ?%d ESCAPE '\\'", a);
		break;
	case FILTER_TAG: /* a whole one */
		a = arg(q, like(pattern, t->text, true));
		buf_addf(&q->text, "char(10) || tags || char(10) LIKE ?%d ESCAPE '\\'", a);
		break;
	case FILTER_ID:
		a = arg(q, like(pattern, t->text, false));
		buf_addf(&q->text, "unique_id LIKE ?%d ESCAPE '\\' OR key LIKE ?%d ESCAPE '\\'", a,
			 a);
		break;
	case FILTER_PRIORITY:
		a = arg(q, value_int(t->number));
		buf_addf(&q->text, "priority %s ?%d",
			 t->op == '<'   ? "<"
			 : t->op == '>' ? ">"
					: "=",
			 a);
		break;
	case FILTER_AGE:
	case FILTER_CHANGED: /* younger than the span is later than now - span */
		a = arg(q, value_int(now_ms - t->number));
		buf_addf(&q->text, "%s %s ?%d", column, t->op == '>' ? "<" : ">", a);
		break;
	case FILTER_KEY_COUNT: buf_adds(&q->text, "1"); break;
	}
	buf_adds(&q->text, ")");
}

/* Start a statement about the rows of q: head, then the target and the filter. */
static void
start(struct sql *sql, const char *head, const struct board_query *q)
{
	sql->text = (struct buf)BUF_INIT(SQL_MAX);
	sql->n = 0;
	buf_addf(&sql->text, "%s FROM task WHERE target = ?%d", head,
		 arg(sql, value_int(q->target)));
	for (size_t i = 0; i < q->filter.count; i++)
		term(sql, &q->filter.term[i], sql->like[i], q->now_ms);
}

static sqlite3_stmt *
ask(struct store *s, struct sql *sql, struct err *err)
{
	sqlite3_stmt *st = NULL;

	if (sql->text.full)
		err_set(err, ERR_TOO_BIG, "the filter is too long");
	else
		st = store_ask(s, buf_str(&sql->text), sql->v, sql->n, err);
	buf_free(&sql->text);
	return st;
}

static enum err_code
number(struct store *s, struct sql *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *st = ask(s, sql, err);
	bool row;

	if (!st || store_row(s, st, &row, err))
		return err->code;
	if (row) {
		*out = sqlite3_column_int64(st, 0);
		store_rest(st);
	}
	return ERR_OK;
}

/* A row's place in the order. */
struct pivot {
	const char *key; /* borrowed */
	struct value at; /* in the sort column */
	char *text;      /* owned; what at points to, or NULL */
};

/* *found: key is among the rows of q; p->text is owned by the caller then. */
static enum err_code
find_pivot(struct store *s, const struct board_query *q, const char *key, struct pivot *p,
	   bool *found, struct err *err)
{
	char head[64];
	struct sql sql;
	sqlite3_stmt *st;

	*found = false;
	if (key[0] == '\0')
		return ERR_OK;
	snprintf(head, sizeof(head), "SELECT %s", sorts[q->sort].column);
	start(&sql, head, q);
	buf_addf(&sql.text, " AND key = ?%d", arg(&sql, value_text(key)));
	st = ask(s, &sql, err);
	if (!st || store_row(s, st, found, err))
		return err->code;
	if (!*found)
		return ERR_OK;
	*p = (struct pivot){ .key = key };
	if (q->sort == BOARD_SORT_ID) {
		p->text = store_column_text(st, 0);
		p->at = value_text(p->text);
	} else {
		p->at = value_int(sqlite3_column_int64(st, 0));
	}
	store_rest(st);
	return ERR_OK;
}

/* Rows on one side of the pivot: those above it, or itself and those below. */
static void
side(struct sql *sql, const struct board_query *q, const struct pivot *p, bool above)
{
	bool down = sorts[q->sort].descending != q->reverse;
	const char *op = above ? (down ? ">" : "<") : (down ? "<=" : ">=");
	int at = arg(sql, p->at);

	buf_addf(&sql->text, " AND (%s, key) %s (?%d, ?%d)", sorts[q->sort].column, op, at,
		 arg(sql, value_text(p->key)));
}

static void
read_row(sqlite3_stmt *st, struct board_row *r)
{
	char status[sizeof(r->word)];

	store_column_cut(st, 0, r->key, sizeof(r->key));
	store_column_cut(st, 1, status, sizeof(status));
	r->status = task_status_find(status);
	store_column_cut(st, 2, r->word, sizeof(r->word));
	store_column_cut(st, 3, r->unique_id, sizeof(r->unique_id));
	store_column_cut(st, 4, r->project, sizeof(r->project));
	store_column_cut(st, 5, r->batch, sizeof(r->batch));
	store_column_cut(st, 6, r->tags, sizeof(r->tags));
	store_column_cut(st, 7, r->note, sizeof(r->note));
	r->priority = sqlite3_column_int(st, 8);
	r->created_ms = sqlite3_column_int64(st, 9);
	r->updated_ms = sqlite3_column_int64(st, 10);
	r->seen_ms = sqlite3_column_int64(st, 11);
}

/*
 * At most max rows from the pivot on (NULL: from the edge), going away from
 * it: up, so nearest first, or down. *n rows are added to rows.
 */
static enum err_code
read_side(struct store *s, const struct board_query *q, const struct pivot *p, bool up, size_t max,
	  struct board_row *rows, size_t *n, struct err *err)
{
	bool down = sorts[q->sort].descending != q->reverse;
	const char *way = down != up ? "DESC" : "ASC";
	struct sql sql;
	sqlite3_stmt *st;
	bool row;

	start(&sql,
	      "SELECT key, status, word, unique_id, project, batch, tags, note, priority,"
	      " created_ms, changed_ms, seen_ms",
	      q);
	if (p)
		side(&sql, q, p, up);
	buf_addf(&sql.text, " ORDER BY %s %s, key %s LIMIT ?%d", sorts[q->sort].column, way, way,
		 arg(&sql, value_int((int64_t)max)));
	st = ask(s, &sql, err);
	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			return ERR_OK;
		read_row(st, &rows[(*n)++]);
	}
}

static void
turn_round(struct board_row *rows, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct board_row row = rows[i];

		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = row;
	}
}

enum err_code
store_board(struct store *s, const struct board_query *q, const char *key, size_t before,
	    size_t after, struct board_row *rows, size_t *n, bool *found, struct err *err)
{
	struct pivot p = { .key = NULL };
	size_t count = 0;
	bool there = false;
	enum err_code code;

	if (store_begin_read(s, err)) /* the parts must be of one moment */
		return err->code;
	code = find_pivot(s, q, key, &p, &there, err);
	if (!code && there) {
		code = read_side(s, q, &p, true, before, rows, &count, err);
		turn_round(rows, count);
	}
	if (!code)
		code = read_side(s, q, there ? &p : NULL, false,
				 there ? after + 1 : before + 1 + after, rows, &count, err);
	free(p.text);
	if (store_end(s, code, err))
		return err->code;
	*n = count;
	*found = there;
	return ERR_OK;
}

enum err_code
store_board_end(struct store *s, const struct board_query *q, size_t max, struct board_row *rows,
		size_t *n, struct err *err)
{
	size_t count = 0;

	if (read_side(s, q, NULL, true, max, rows, &count, err))
		return err->code;
	turn_round(rows, count);
	*n = count;
	return ERR_OK;
}

static enum err_code
count_all(struct store *s, const struct board_query *q, int64_t *out, struct err *err)
{
	const struct value v[] = { value_int(q->target) };
	struct sql sql;

	if (q->filter.count == 0)
		return store_number(s, "SELECT sum(n) FROM tally WHERE target = ?", v, 1, out, err);
	start(&sql, "SELECT count(*)", q);
	return number(s, &sql, out, err);
}

static enum err_code
count_above(struct store *s, const struct board_query *q, const char *key, int64_t *out,
	    struct err *err)
{
	struct pivot p = { .key = NULL };
	struct sql sql;
	bool found;
	enum err_code code;

	if (find_pivot(s, q, key, &p, &found, err))
		return err->code;
	if (!found)
		return ERR_OK;
	start(&sql, "SELECT count(*)", q);
	side(&sql, q, &p, true);
	code = number(s, &sql, out, err);
	free(p.text);
	return code;
}

enum err_code
store_board_count(struct store *s, const struct board_query *q, const char *key, long *total,
		  long *above, struct err *err)
{
	int64_t all = 0, over = 0;
	enum err_code code;

	if (store_begin_read(s, err))
		return err->code;
	code = total ? count_all(s, q, &all, err) : ERR_OK;
	if (!code && above)
		code = count_above(s, q, key, &over, err);
	if (store_end(s, code, err))
		return err->code;
	if (total)
		*total = (long)all;
	if (above)
		*above = (long)over;
	return ERR_OK;
}

enum err_code
store_status_counts(struct store *s, int64_t target, long counts[TASK_STATUS_COUNT],
		    struct err *err)
{
	const struct value v[] = { value_int(target) };
	sqlite3_stmt *st = store_ask(s, "SELECT status, n FROM tally WHERE target = ?", v, 1, err);
	long got[TASK_STATUS_COUNT] = { 0 };
	char word[sizeof(((struct board_row *)0)->word)];
	bool row;

	if (!st)
		return err->code;
	for (;;) {
		if (store_row(s, st, &row, err))
			return err->code;
		if (!row)
			break;
		store_column_cut(st, 0, word, sizeof(word));
		got[task_status_find(word)] += (long)sqlite3_column_int64(st, 1);
	}
	memcpy(counts, got, sizeof(got));
	return ERR_OK;
}
