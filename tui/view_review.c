/* view_review.c - where it goes, what it is, what the checks say, and every byte of it.
 *
 * All but the last two rows scroll as one list, so that nothing is out of
 * reach at 40x10.
 */
#include "config.h"

#include "tui/compose.h"

#include "core/text.h"
#include "tui/body.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD_MAX     64
#define FINDINGS_MAX 40
#define BELOW_ROWS   2

struct head {
	struct head_line {
		enum role role;
		char label[20];
		char text[320];
	} line[HEAD_MAX];
	size_t n;
};

static void PRINTF_LIKE(4, 5)
	say(struct head *h, enum role role, const char *label, const char *fmt, ...)
{
	struct head_line *line = &h->line[h->n];
	va_list ap;

	if (h->n >= HEAD_MAX)
		return;
	h->n++;
	line->role = role;
	snprintf(line->label, sizeof(line->label), "%s", label);
	va_start(ap, fmt);
	vsnprintf(line->text, sizeof(line->text), fmt, ap);
	va_end(ap);
}

static const char *
or_empty(const struct draft *d, enum field_id f)
{
	return draft_is_set(d, f) ? draft_get(d, f) : fields[f].empty;
}

static void
say_where(struct ui *ui, struct head *h)
{
	const struct where *w = &ui->where;
	const struct draft *d = ui->compose.draft;

	say(h, ROLE_VALUE, "POST", "%s/task/multistage", w->base_url);
	if (w->has_key)
		say(h, ROLE_VALUE, "key", "%s%s%s%s", w->key, w->key_origin[0] ? "  (" : "",
		    w->key_origin, w->key_origin[0] ? ")" : "");
	else
		say(h, ROLE_ERROR, "key", "none: set SCALE_API_KEY or key_file in the config");
	if (draft_is_set(d, FIELD_BATCH))
		say(h, ROLE_VALUE, "into", "%s / %s",
		    draft_is_set(d, FIELD_PROJECT) ? draft_get(d, FIELD_PROJECT)
						   : "(the batch's project)",
		    draft_get(d, FIELD_BATCH));
	else
		say(h, ROLE_VALUE, "into", "%s", or_empty(d, FIELD_PROJECT));
	say(h, ROLE_VALUE, "unique_id", "%s", or_empty(d, FIELD_UNIQUE_ID));
	say(h, ROLE_VALUE, "blueprint", "%s", or_empty(d, FIELD_TASK_BLUEPRINT_ID));
	say(h, ROLE_NOTE, "draft", "%s, %s", draft_name(d),
	    ui_unsaved(ui) ? "not saved yet" : "saved on this machine");
}

static void
say_checks(struct ui *ui, struct head *h)
{
	const struct check *check = ui->compose.check;
	size_t n = check_count(check);
	char verdict[96];
	enum role role = view_verdict(ui, verdict, sizeof(verdict));

	say(h, ROLE_NORMAL, "", "%s", "");
	say(h, role, "checks", "%s", verdict);
	for (size_t i = 0; i < n && i < FINDINGS_MAX; i++) {
		const struct finding *it = check_get(check, i);
		char mark = view_mark(it->severity, &role);

		say(h, role, "", "%c %s: %s", mark,
		    it->field < FIELD_COUNT ? fields[it->field].label : "task", it->msg);
	}
	if (n > FINDINGS_MAX)
		say(h, ROLE_NOTE, "", "and %zu more", n - FINDINGS_MAX);
}

static void
say_body(struct ui *ui, struct head *h)
{
	struct compose *c = &ui->compose;
	char number[VIEW_NUMBER_SIZE];

	view_number(number, payload_size(c->payload));
	say(h, ROLE_NORMAL, "", "%s", "");
	say(h, ROLE_VALUE, "body", "%s bytes, %s", number,
	    c->wire ? "as sent" : "one member a line (t: as sent)");
	say(h, ROLE_VALUE, "sha256", "%s", payload_sha256(c->payload));
}

static void
head_line(struct grid *g, struct rect row, const struct head_line *line)
{
	int x = row.x + 1, text = row.x + 13;

	grid_text(g, row.y, x, 11, ROLE_LABEL, line->label);
	grid_text_cut(g, row.y, text, row.x + row.cols - 1 - text, line->role, line->text,
		      strlen(line->text));
}

/* The head and then all of the body, as one list. */
static void
scrolled(struct ui *ui, struct grid *g, struct rect r)
{
	struct compose *c = &ui->compose;
	struct head h = { .n = 0 };
	size_t total, at, rows = (size_t)r.rows, i = 0;
	struct body_row row;
	struct body b;
	bool more;

	say_where(ui, &h);
	say_checks(ui, &h);
	say_body(ui, &h);
	body_init(&b, c->payload, c->wire, compose_body_cols(ui));
	total = h.n + body_rows(&b);
	list_fit(&c->review_list, total > rows ? total - rows + 1 : 1, r.rows);
	at = c->review_list.at;
	for (; i < rows && at + i < h.n; i++)
		head_line(g, (struct rect){ r.y + (int)i, r.x, 1, r.cols }, &h.line[at + i]);
	more = body_row(&b, at + i - h.n, &row);
	for (; i < rows && more; i++) {
		view_payload_row(ui, g, (struct rect){ r.y + (int)i, r.x, 1, r.cols }, &row);
		more = body_next(&b, &row);
	}
	body_done(&b);
}

/* What Enter will do now. */
static enum role
outlook(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	enum field_id f = review_first_error(ui);
	bool sandbox = ui->where.mode == KEY_SANDBOX;

	if (c->sent) {
		snprintf(out, size, "sent; Enter shows it in the list");
		return ROLE_BUSY;
	}
	if (check_errors(c->check) > 0) {
		snprintf(out, size, "Enter goes to the first problem: %s",
			 f < FIELD_COUNT ? fields[f].label : "the task as a whole");
		return ROLE_ERROR;
	}
	if (ui->where.trouble[0]) {
		snprintf(out, size, "%s", ui->where.trouble);
		return ROLE_ERROR;
	}
	if (!ui->where.has_key) {
		snprintf(out, size, "no key: set SCALE_API_KEY, or try multistage --sandbox");
		return ROLE_ERROR;
	}
	if (review_locked(ui)) {
		snprintf(out, size, "LIVE: type %s to unlock", review_unlock_text(ui));
		return ROLE_LIVE;
	}
	snprintf(out, size, "Enter sends this task to %s%s",
		 sandbox                      ? "the sandbox"
		 : ui->where.mode == KEY_LIVE ? "LIVE "
					      : "TEST ",
		 sandbox ? "" : ui->where.profile);
	return ui->where.mode == KEY_LIVE ? ROLE_LIVE : ROLE_OK;
}

void
view_review(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	int y = body.y + body.rows - BELOW_ROWS, x;
	char words[320], where[96];
	enum role role = outlook(ui, words, sizeof(words));

	snprintf(where, sizeof(where), "%s %s",
		 ui->where.mode == KEY_LIVE      ? "LIVE"
		 : ui->where.mode == KEY_SANDBOX ? "SANDBOX"
						 : "TEST",
		 ui->where.profile);
	grid_rule(g, body.y, body.x, body.cols, "Review: create 1 task", where);
	scrolled(ui, g, (struct rect){ body.y + 1, body.x, body.rows - 1 - BELOW_ROWS, body.cols });
	if (!c->unlocking) {
		grid_rule(g, y, body.x, body.cols, NULL, NULL);
		grid_text_cut(g, y + 1, body.x + 1, body.cols - 2, role, words, strlen(words));
		return;
	}
	grid_rule(g, y, body.x, body.cols, words, NULL);
	x = body.x + 1 + grid_text(g, y + 1, body.x + 1, 2, ROLE_LIVE, "> ");
	edit_view(&c->unlock, g, (struct rect){ y + 1, x, 1, body.cols - x - 1 }, ROLE_EDIT);
}
