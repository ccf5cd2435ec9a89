/* view_list.c - the rows of attachments or tags, what is wrong with each, the current one whole. */
#include "config.h"

#include "tui/compose.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define NOTE_COLS 26

/* The words of a finding without "item 3: ": they stand at that item. */
static const char *
words_of(const struct finding *it)
{
	const char *colon = it->item == FINDING_NO_ITEM ? NULL : strstr(it->msg, ": ");

	return colon ? colon + 2 : it->msg;
}

static void
top_rule(struct ui *ui, struct grid *g, struct rect body)
{
	const struct compose *c = &ui->compose;
	const struct field *f = &fields[c->focus];
	size_t n = draft_count(c->draft, c->focus);
	size_t errors = check_field_count(c->check, c->focus, SEVERITY_ERROR);
	size_t warnings = check_field_count(c->check, c->focus, SEVERITY_WARNING);
	char number[VIEW_NUMBER_SIZE], words[120];
	int len;

	view_number(number, n);
	len = f->max_items > 0
		      ? snprintf(words, sizeof(words), "%s of %zu", number, f->max_items)
		      : snprintf(words, sizeof(words), "%s row%s", number, n == 1 ? "" : "s");
	if (errors > 0)
		len += snprintf(words + len, sizeof(words) - (size_t)len, ", %zu problem%s", errors,
				errors == 1 ? "" : "s");
	if (warnings > 0)
		snprintf(words + len, sizeof(words) - (size_t)len, ", %zu warning%s", warnings,
			 warnings == 1 ? "" : "s");
	grid_rule(g, body.y, body.x, body.cols, f->label, words);
}

struct columns {
	int number, text, text_cols, note; /* note 0: no room for words */
};

static struct columns
columns_of(struct rect body, size_t n)
{
	struct columns at = { .number = 3 };
	int end = body.x + body.cols - 1;

	for (size_t k = n; k >= 1000; k /= 10)
		at.number++;
	at.text = body.x + 3 + at.number + 1;
	if (body.cols >= 80)
		at.note = end - NOTE_COLS;
	at.text_cols = (at.note ? at.note - 2 : end) - at.text;
	return at;
}

static void
item_row(struct ui *ui, struct grid *g, const struct columns *at, size_t i, int y)
{
	struct compose *c = &ui->compose;
	struct finding it;
	bool wrong = check_item(c->check, c->draft, c->focus, i, &it);
	const char *text = draft_item(c->draft, c->focus, i);
	bool here = i == c->items.at, editing = here && c->mode == COMPOSE_ITEM;
	int cols = wrong || !at->note ? at->text_cols : at->note + NOTE_COLS - at->text;
	struct buf url = BUF_INIT(DRAFT_VALUE_MAX + 16);
	enum role role = ROLE_VALUE;
	char mark[2] = "";

	if (wrong) {
		mark[0] = view_mark(it.severity, &role);
		grid_text(g, y, 0, 1, role, mark);
		if (at->note)
			grid_text_cut(g, y, at->note, NOTE_COLS, role,
				      untrusted_str(words_of(&it)));
	}
	if (here)
		grid_text(g, y, 1, 1, ROLE_HEAD, ">");
	grid_textf(g, y, 3, at->number, ROLE_NOTE, "%*zu", at->number, i + 1);
	if (editing) {
		edit_view(&c->edit, g, (struct rect){ y, at->text, 1, at->text_cols }, ROLE_EDIT);
		return;
	}
	view_url(&url, text, strlen(text), 0, g->ascii); /* a signed query is a secret */
	grid_text_middle(g, y, at->text, cols, ROLE_VALUE, untrusted(buf_str(&url), url.len));
	if (here)
		grid_role(g, y, at->text, cols, ROLE_CURSOR);
	buf_free(&url);
}

/* The row under the cursor, whole, and what is wrong with it. */
static void
whole_item(struct ui *ui, struct grid *g, struct rect r)
{
	const struct compose *c = &ui->compose;
	size_t n = draft_count(c->draft, c->focus), i = c->items.at;
	struct finding it;
	struct rect text = { r.y + 1, r.x + 1, r.rows - 1, r.cols - 2 };
	char words[80];
	enum role role;
	const char *item;

	snprintf(words, sizeof(words), n > 0 ? "row %zu of %zu, sent byte for byte" : "no rows",
		 i + 1, n);
	grid_rule(g, r.y, r.x, r.cols, words, NULL);
	if (n == 0)
		return;
	if (text.rows > 1 && check_item(c->check, c->draft, c->focus, i, &it)) {
		char said[sizeof(it.msg) + sizeof(it.hint) + 8];
		char mark = view_mark(it.severity, &role);
		int used;

		snprintf(said, sizeof(said), "%c %s%s%s", mark, words_of(&it),
			 it.hint[0] ? ". " : "", it.hint);
		used = view_words(g, (struct rect){ text.y, text.x, 2, text.cols }, role, said,
				  strlen(said));
		text.y += used;
		text.rows -= used;
	}
	item = draft_item(c->draft, c->focus, i);
	view_words(g, text, ROLE_VALUE, item, strlen(item));
}

void
view_list(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	size_t n = draft_count(c->draft, c->focus);
	int whole = body.rows >= 14 ? 5 : 2, rows = body.rows - 1 - whole;
	struct columns at = columns_of(body, n);

	top_rule(ui, g, body);
	list_fit(&c->items, n, rows);
	if (n == 0)
		grid_text_cut(
			g, body.y + 1, body.x + 3, body.cols - 4, ROLE_EMPTY,
			untrusted("no rows yet: Enter adds one, a paste adds a row per line", 56));
	for (int y = 0; y < rows && c->items.top + (size_t)y < n; y++)
		item_row(ui, g, &at, c->items.top + (size_t)y, body.y + 1 + y);
	whole_item(ui, g, (struct rect){ body.y + 1 + rows, body.x, whole, body.cols });
}
