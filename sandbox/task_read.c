/* task_read.c - one task, and lists of them: every filter is a row of a table.
 *
 * The newest comes first; a page ends in a token that names its last row, so pages
 * neither repeat nor miss tasks while others are created.
 */
#include "config.h"

#include "core/err.h"
#include "sandbox/out.h"
#include "sandbox/page.h"
#include "sandbox/route.h"
#include "sandbox/task.h"

#include <stdlib.h>
#include <string.h>

#define SQL_MAX_BYTES 65536
#define LIMIT_MAX     100

enum filter_kind {
	FILTER_TEXT, /* may repeat: any of them */
	FILTER_TAG,  /* the same, through the index of tags */
	FILTER_LIST, /* comma-joined: any of them */
	FILTER_FROM, /* a time, inclusive */
	FILTER_TO
};

static const struct filter {
	const char *key, *column;
	enum filter_kind kind;
	const char *words; /* " a b ": the only values allowed; NULL: any */
} filters[] = {
	/* clang-format off */
	{ "project",                "project",      FILTER_TEXT, NULL },
	{ "batch",                  "batch",        FILTER_TEXT, NULL },
	{ "type",                   "type",         FILTER_TEXT, NULL },
	{ "status",                 "status",       FILTER_TEXT, " pending completed canceled error " },
	{ "unique_id",              "unique_id",    FILTER_TEXT, NULL },
	{ "tags",                   "seq",          FILTER_TAG,  NULL },
	{ "customer_review_status", "review",       FILTER_LIST, " accepted fixed commented rejected pending " },
	{ "start_time",             "created_ms",   FILTER_FROM, NULL },
	{ "end_time",               "created_ms",   FILTER_TO,   NULL },
	{ "completed_after",        "completed_ms", FILTER_FROM, NULL },
	{ "completed_before",       "completed_ms", FILTER_TO,   NULL },
	{ "updated_after",          "updated_ms",   FILTER_FROM, NULL },
	{ "updated_before",         "updated_ms",   FILTER_TO,   NULL },
	/* clang-format on */
};

struct search {
	struct buf where; /* " WHERE env = ? AND ..."; values follow in order */
	struct value {
		const char *text; /* borrowed; NULL: number */
		size_t n;
		int64_t number;
	} * values; /* owned */
	size_t count;
};

static void
add_value(struct search *q, const char *text, size_t n, int64_t number)
{
	q->values[q->count++] = (struct value){ text, n, number };
}

/* " b " is one of " a b c ". */
static bool
allowed(const char *words, const char *value, size_t n)
{
	const char *at = words;

	while (n > 0 && (at = strstr(at, " ")) && at[1]) {
		if (strncmp(++at, value, n) == 0 && at[n] == ' ')
			return true;
	}
	return !words;
}

static bool
bad_word(const struct filter *f, const char *value, size_t n, struct reply *rp)
{
	if (!f->words || allowed(f->words, value, n))
		return false;
	reply_error(rp, 400, "Parameter is invalid, reason: \"%s\" must be one of [%.*s]", f->key,
		    (int)strlen(f->words) - 2, f->words + 1);
	return true;
}

/* " AND column IN (?,?)" for the values of a key that repeats. */
static bool
add_texts(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	size_t first = q->count;

	for (size_t i = 0; i < rq->query_count; i++) {
		const char *value = rq->query[i].value;

		if (strcmp(rq->query[i].key, f->key) != 0)
			continue;
		if (bad_word(f, value, strlen(value), rp))
			return false;
		if (q->count > first)
			buf_adds(&q->where, ",?");
		else if (f->kind == FILTER_TAG)
			buf_adds(&q->where,
				 " AND seq IN (SELECT task FROM task_tag WHERE tag IN (?");
		else
			buf_addf(&q->where, " AND %s IN (?", f->column);
		add_value(q, value, strlen(value), 0);
	}
	if (q->count > first)
		buf_adds(&q->where, f->kind == FILTER_TAG ? "))" : ")");
	return true;
}

static bool
add_list(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	const char *value = request_query(rq, f->key);

	if (!value)
		return true;
	buf_addf(&q->where, " AND %s IN (", f->column);
	for (size_t n, i = 0;; value += n + 1, i++) {
		n = strcspn(value, ",");
		if (bad_word(f, value, n, rp))
			return false;
		buf_adds(&q->where, i > 0 ? ",?" : "?");
		add_value(q, value, n, 0);
		if (!value[n])
			break;
	}
	buf_adds(&q->where, ")");
	return true;
}

static bool
add_filter(struct search *q, const struct request *rq, const struct filter *f, struct reply *rp)
{
	int64_t ms;

	switch (f->kind) {
	case FILTER_TEXT:
	case FILTER_TAG: return add_texts(q, rq, f, rp);
	case FILTER_LIST: return add_list(q, rq, f, rp);
	case FILTER_FROM:
	case FILTER_TO: break;
	}
	if (!request_query(rq, f->key))
		return true;
	if (!request_time(rq, f->key, &ms, rp))
		return false;
	buf_addf(&q->where, " AND %s %s ?", f->column, f->kind == FILTER_FROM ? ">=" : "<=");
	add_value(q, NULL, 0, ms);
	return true;
}

/* More values than any query can bring: pairs, and the words of comma-joined lists. */
static size_t
most_values(const struct request *rq)
{
	size_t n = ARRAY_LEN(filters) + rq->query_count + 8;

	for (size_t i = 0; i < rq->query_count; i++)
		for (const char *p = rq->query[i].value; *p; p++)
			n += *p == ',';
	return n;
}

static bool
build(struct search *q, const struct request *rq, struct reply *rp)
{
	*q = (struct search){ .where = BUF_INIT(SQL_MAX_BYTES) };
	q->values = calloc(most_values(rq), sizeof(*q->values));
	if (!q->values) {
		reply_error(rp, 500, "Out of memory.");
		return false;
	}
	buf_adds(&q->where, " WHERE env = ?");
	add_value(q, NULL, 0, rq->is_test);
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		if (!add_filter(q, rq, &filters[i], rp))
			return false;
	return true;
}

static sqlite3_stmt *
prepare(struct service *s, const struct search *q, const char *before, const char *after)
{
	struct buf sql = BUF_INIT(SQL_MAX_BYTES);
	sqlite3_stmt *st;

	buf_adds(&sql, before);
	buf_adds(&sql, buf_str(&q->where));
	buf_adds(&sql, after);
	st = db_query(s->db, buf_str(&sql));
	for (size_t i = 0; i < q->count; i++) {
		if (q->values[i].text)
			db_text(st, (int)i + 1, q->values[i].text, q->values[i].n);
		else
			db_int(st, (int)i + 1, q->values[i].number);
	}
	buf_free(&sql);
	return st;
}

struct page {
	int64_t limit, offset;
	struct page_mark from; /* of next_token */
	bool has_from;
	struct task_view view;
};

static bool
read_page(const struct request *rq, struct page *page, struct reply *rp)
{
	const char *token = request_query(rq, "next_token");

	*page = (struct page){ .limit = LIMIT_MAX };
	if (!request_number(rq, "limit", 1, LIMIT_MAX, &page->limit, rp) ||
	    !request_number(rq, "offset", 0, INT64_MAX / 2, &page->offset, rp) ||
	    !request_flag(rq, "include_attachment_url", &page->view.attachments, rp) ||
	    !request_flag(rq, "limited_response", &page->view.limited, rp))
		return false;
	if (!token)
		return true;
	page->has_from = page_parse(token, &page->from);
	if (!page->has_from)
		reply_invalid(rp, "next_token", "is not a token of a previous reply");
	return page->has_from;
}

/* The rows of one page into docs. True if more follow; *last is the page's last row. */
static bool
add_docs(struct service *s, struct search *q, const struct page *page, struct page_mark *last,
	 struct buf *out)
{
	sqlite3_stmt *st;
	int64_t n = 0;

	if (page->has_from) {
		buf_adds(&q->where, " AND (created_ms, seq) < (?, ?)");
		add_value(q, NULL, 0, page->from.ms);
		add_value(q, NULL, 0, page->from.seq);
	}
	add_value(q, NULL, 0, page->limit + 1);
	add_value(q, NULL, 0, page->offset);
	st = prepare(s, q, "SELECT " TASK_COLUMNS " FROM task",
		     " ORDER BY created_ms DESC, seq DESC LIMIT ? OFFSET ?");
	while (db_row(s->db, st)) {
		if (++n > page->limit) {
			sqlite3_reset(st);
			return true;
		}
		task_out(out, st, &page->view);
		last->ms = sqlite3_column_int64(st, TASK_COLUMN_CREATED);
		last->seq = sqlite3_column_int64(st, TASK_COLUMN_SEQ);
	}
	return false;
}

static void
add_page(struct service *s, struct search *q, const struct page *page, struct reply *rp)
{
	int64_t total = db_number(s->db, prepare(s, q, "SELECT count(*) FROM task", ""), 0);
	struct page_mark last = { .seq = 0 };
	char token[PAGE_TOKEN_SIZE];
	bool more;

	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, "docs", '[');
	more = add_docs(s, q, page, &last, &rp->body);
	out_close(&rp->body, ']');
	out_int(&rp->body, "total", total);
	out_int(&rp->body, "limit", page->limit);
	out_int(&rp->body, "offset", page->offset);
	out_bool(&rp->body, "has_more", more);
	if (more) {
		page_token(&last, token);
		out_str(&rp->body, "next_token", token);
	}
	out_close(&rp->body, '}');
}

void
task_list(struct service *s, const struct request *rq, struct reply *rp)
{
	struct search q;
	struct page page;

	if (build(&q, rq, rp) && read_page(rq, &page, rp))
		add_page(s, &q, &page, rp);
	free(q.values);
	buf_free(&q.where);
}

void
task_get(struct service *s, const struct request *rq, struct reply *rp)
{
	task_reply(s, rq, rq->args[0], rp);
}
