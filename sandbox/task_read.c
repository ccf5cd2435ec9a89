/* task_read.c - one task, and pages of them.
 *
 * The newest comes first; a page ends in a token that names its last row, so pages
 * neither repeat nor miss tasks while others are created. search.h finds the rows; only
 * those of the page are read, however deep an offset goes.
 */
#include "config.h"

#include "sandbox/out.h"
#include "sandbox/page.h"
#include "sandbox/route.h"
#include "sandbox/search.h"
#include "sandbox/task.h"

#define LIMIT_MAX 100

struct page {
	struct search_page at;
	struct task_view view;
};

static bool
read_page(struct service *s, const struct request *rq, struct page *page, struct reply *rp)
{
	const char *token = request_query(rq, "next_token");

	*page = (struct page){
		.at = { .limit = LIMIT_MAX },
		.view = { .service = s, .rq = rq },
	};
	if (!request_number(rq, "limit", 1, LIMIT_MAX, &page->at.limit, rp) ||
	    !request_number(rq, "offset", 0, INT64_MAX / 2, &page->at.offset, rp) ||
	    !request_flag(rq, "include_attachment_url", &page->view.attachments, rp) ||
	    !request_flag(rq, "limited_response", &page->view.limited, rp))
		return false;
	if (!token)
		return true;
	page->at.has_after = page_parse(token, &page->at.after);
	if (!page->at.has_after)
		reply_invalid(rp, "next_token", "is not a token of a previous reply");
	return page->at.has_after;
}

static void
add_doc(struct service *s, const struct page_mark *mark, const struct task_view *view,
	struct buf *out)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT " TASK_COLUMNS " FROM task WHERE seq = ?1");

	db_int(st, 1, mark->seq);
	if (db_row(s->db, st)) {
		task_out(out, st, view);
		sqlite3_reset(st);
	}
}

static void
add_page(struct service *s, const struct search *q, const struct page *page, struct reply *rp)
{
	struct search_page more = page->at; /* one row more than is shown */
	struct page_mark marks[LIMIT_MAX + 1];
	int64_t total = search_total(s, q);
	char token[PAGE_TOKEN_SIZE];
	size_t found, shown;

	more.limit++;
	found = search_marks(s, q, &more, total, marks);
	shown = found < (size_t)page->at.limit ? found : (size_t)page->at.limit;
	out_open(&rp->body, NULL, '{');
	out_open(&rp->body, "docs", '[');
	for (size_t i = 0; i < shown; i++)
		add_doc(s, &marks[i], &page->view, &rp->body);
	out_close(&rp->body, ']');
	out_int(&rp->body, "total", total);
	out_int(&rp->body, "limit", page->at.limit);
	out_int(&rp->body, "offset", page->at.offset);
	out_bool(&rp->body, "has_more", found > shown);
	if (found > shown) {
		page_token(&marks[shown - 1], token);
		out_str(&rp->body, "next_token", token);
	}
	out_close(&rp->body, '}');
}

void
task_list(struct service *s, const struct request *rq, struct reply *rp)
{
	struct search q;
	struct page page;

	if (search_read(&q, rq, rp) && read_page(s, rq, &page, rp))
		add_page(s, &q, &page, rp);
	search_done(&q);
}

void
task_get(struct service *s, const struct request *rq, struct reply *rp)
{
	task_reply(s, rq, rq->args[0], rp);
}
