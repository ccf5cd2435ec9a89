/* view_review.c - where it goes, what it is, what the checks say, and every byte of it.
 *
 * All but the last two rows scroll as one list, so that nothing is out of
 * reach at 40x10; there what matters most comes first.
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/body.h"
#include "tui/compose_parts.h"
#include "tui/doc.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define FINDINGS_MAX 40
#define BELOW_ROWS   2

static void
say_into(const struct ui *ui, struct doc *d, bool small)
{
	const struct draft *draft = ui->compose.draft;
	char project[VIEW_EMPTY_SIZE], remark[200] = "", text[1024];
	bool batch = draft_is_set(draft, FIELD_BATCH);

	view_field_empty(ui, FIELD_PROJECT, project, sizeof(project));
	if (batch && !small &&
	    view_field_note(ui, FIELD_BATCH, remark, sizeof(remark)) != ROLE_NOTE)
		remark[0] = '\0'; /* it stands with the checks */
	snprintf(text, sizeof(text), "%.300s%s%.300s%s%s%s",
		 draft_is_set(draft, FIELD_PROJECT) ? draft_get(draft, FIELD_PROJECT) : project,
		 batch ? " / " : "", draft_get(draft, FIELD_BATCH), remark[0] ? "  (" : "", remark,
		 remark[0] ? ")" : "");
	doc_entry(d, "into", ROLE_VALUE, text);
}

static void
say_where(const struct ui *ui, struct doc *d)
{
	const struct where *w = &ui->where;

	doc_pairf(d, "POST", ROLE_VALUE, "%s/task/multistage", w->base_url);
	if (w->has_key)
		doc_pairf(d, "key", ROLE_VALUE, "%s%s%s%s", w->key, w->key_origin[0] ? "  (" : "",
			  w->key_origin, w->key_origin[0] ? ")" : "");
	else
		doc_entry(d, "key", ROLE_ERROR,
			  "none: set SCALE_API_KEY or key_file in the config");
}

static void
say_what(const struct ui *ui, struct doc *d)
{
	const struct draft *draft = ui->compose.draft;

	doc_pair(d, "unique_id", ROLE_VALUE, draft_get(draft, FIELD_UNIQUE_ID),
		 draft_len(draft, FIELD_UNIQUE_ID));
	if (draft_is_set(draft, FIELD_TASK_BLUEPRINT_ID))
		doc_pair(d, "blueprint", ROLE_VALUE, draft_get(draft, FIELD_TASK_BLUEPRINT_ID),
			 draft_len(draft, FIELD_TASK_BLUEPRINT_ID));
	doc_pairf(d, "draft", ROLE_NOTE, "%s, %s", view_draft_name(ui),
		  ui->compose.save_again_ms ? "NOT SAVED: it could not be written to the disk"
		  : ui_unsaved(ui)          ? "not saved yet"
					    : "saved on this machine");
}

/* Each finding in full words, with its field and what helps. */
static void
say_checks(const struct ui *ui, struct doc *d)
{
	const struct check *check = ui->compose.check;
	size_t n = check_count(check);
	char text[320];
	enum role role = view_verdict(ui, text, sizeof(text));

	doc_entry(d, "checks", role, text);
	for (size_t i = 0; i < n && i < FINDINGS_MAX; i++) {
		const struct finding *it = check_get(check, i);
		char mark = view_mark(it->severity, &role);

		snprintf(text, sizeof(text), "%c %s: %s", mark,
			 it->field < FIELD_COUNT ? fields[it->field].label : "task", view_said(it));
		doc_entry(d, "", role, text);
		doc_entry(d, "", ROLE_NOTE, it->hint);
	}
	if (n > FINDINGS_MAX) {
		snprintf(text, sizeof(text), "and %zu more", n - FINDINGS_MAX);
		doc_entry(d, "", ROLE_NOTE, text);
	}
}

static void
say_absent(const struct ui *ui, struct doc *d)
{
	struct buf text = BUF_INIT(4096);

	view_not_in_body(ui, &text);
	doc_entry(d, "left out", ROLE_NOTE, text.len > 0 ? buf_str(&text) : "nothing");
	buf_free(&text);
}

static void
say_size(const struct ui *ui, struct doc *d)
{
	char number[VIEW_NUMBER_SIZE];

	view_number(number, payload_size(ui->compose.payload));
	doc_pairf(d, "body", ROLE_VALUE, "%s bytes", number);
}

static void
say_hash(struct ui *ui, struct doc *d)
{
	doc_pairf(d, "sha256", ROLE_VALUE, "%s", payload_sha256(ui->compose.payload));
	doc_pairf(d, "below", ROLE_NOTE,
		  ui->compose.wire ? "the bytes as they are sent (t: one member a line)"
				   : "one member a line (t: the bytes as they are sent)");
}

static void
head(struct ui *ui, struct doc *d, int cols)
{
	bool small = cols < VIEW_STACK_COLS;

	doc_start(d, cols);
	if (small) {
		say_size(ui, d);
		say_into(ui, d, small);
		say_checks(ui, d);
		say_what(ui, d);
		say_where(ui, d);
	} else {
		say_where(ui, d);
		say_into(ui, d, small);
		say_what(ui, d);
		say_size(ui, d);
		say_checks(ui, d);
	}
	say_absent(ui, d);
	say_hash(ui, d);
}

/* The head and then all of the body, as one list. */
static void
scrolled(struct ui *ui, struct grid *g, struct rect r)
{
	struct compose *c = &ui->compose;
	size_t total, at, rows = (size_t)r.rows, i = 0;
	struct body_row row;
	struct body b;
	struct doc d;
	bool more;

	doc_init(&d);
	head(ui, &d, r.cols);
	body_init(&b, c->payload, c->wire, compose_body_cols(ui));
	total = d.count + body_rows(&b);
	list_fit(&c->review_list, total > rows ? total - rows + 1 : 1, r.rows);
	at = c->review_list.at;
	if (at < d.count) {
		d.top = at;
		i = d.count - at < rows ? d.count - at : rows;
		doc_view(&d, g, (struct rect){ r.y, r.x, (int)i, r.cols });
	}
	more = i < rows && body_row(&b, at + i - d.count, &row);
	for (; i < rows && more; i++) {
		view_payload_row(ui, g, (struct rect){ r.y + (int)i, r.x, 1, r.cols }, &row);
		more = body_next(&b, &row);
	}
	body_done(&b);
	doc_done(&d);
}

/* What Enter will do now. */
static enum role
outlook(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	enum field_id f = review_first_error(ui);

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
		bool room = strlen(review_unlock_text(ui)) + 28 < (size_t)ui->cols;

		snprintf(out, size, "LIVE: type %s to unlock Enter",
			 room ? review_unlock_text(ui) : "the name");
		return ROLE_LIVE;
	}
	if (ui->where.mode == KEY_SANDBOX)
		snprintf(out, size, "Enter sends this task to the sandbox");
	else
		snprintf(out, size, "Enter sends this task to %s %s", view_mode(ui),
			 view_profile(ui));
	return ui->where.mode == KEY_LIVE ? ROLE_LIVE : ROLE_OK;
}

void
view_review(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	int y = body.y + body.rows - BELOW_ROWS, x;
	char words[320], where[96];
	enum role role = outlook(ui, words, sizeof(words));

	snprintf(where, sizeof(where), "%s%s%s", view_mode(ui), view_profile(ui)[0] ? " " : "",
		 view_profile(ui));
	grid_rule(g, body.y, body.x, body.cols, "Review: create 1 task", where);
	scrolled(ui, g, (struct rect){ body.y + 1, body.x, body.rows - 1 - BELOW_ROWS, body.cols });
	if (!c->unlocking) {
		grid_rule(g, y, body.x, body.cols, NULL, NULL);
		grid_text_cut(g, y + 1, body.x + 1, body.cols - 2, role, untrusted_str(words));
		return;
	}
	grid_rule(g, y, body.x, body.cols, words, NULL);
	x = body.x + 1 + grid_text(g, y + 1, body.x + 1, 2, ROLE_LIVE, "> ");
	edit_view(&c->unlock, g, (struct rect){ y + 1, x, 1, body.cols - x - 1 }, ROLE_EDIT);
}
