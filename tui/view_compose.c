/* view_compose.c - the form: a row per field, its findings, and the payload where there is room.
 *
 * 120 columns or more: form and payload side by side, help lines and all
 * findings if the rows allow. 80 to 119: the payload as a strip under the
 * form. Below 80: the form alone. Below 60x15: one field at a time.
 */
#include "config.h"

#include "tui/compose.h"

#include "core/text.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define SIDE_COLS    120
#define ROOM_COLS    60 /* below these: one field at a time */
#define ROOM_ROWS    15
#define STRIP_ROWS   3  /* the least that a payload strip is worth */
#define NOTE_LEAST   12 /* columns of a note that still say something */
#define REFUSAL_ROWS 4  /* at most, of the service's words below a value */

struct form {          /* where the columns of the form are */
	struct rect r; /* rows of fields */
	int label, value, value_cols;
	int note; /* 0 = no column for notes */
	bool helps;
};

static struct form
form_columns(struct rect r)
{
	bool wide = r.cols >= 72;
	struct form form = { .r = r, .label = r.x + 3, .value = r.x + (wide ? 20 : 19) };

	form.value_cols = r.x + r.cols - 1 - form.value;
	if (wide) {
		form.note = r.x + r.cols - VIEW_NOTE_COLS;
		form.value_cols = form.note - 2 - form.value;
	}
	return form;
}

/* The row below a value, as wide as the form allows. */
static struct rect
below_value(const struct form *form, int y, int rows)
{
	return (struct rect){ y, form->value, rows, form->r.x + form->r.cols - 1 - form->value };
}

static int
field_rows(const struct ui *ui, const struct form *form, enum field_id f)
{
	const char *refusal = review_refusal(ui, f);
	int rows;

	if (!refusal)
		return form->helps ? 2 : 1;
	rows = view_words_rows(refusal, strlen(refusal), below_value(form, 0, 1).cols);
	return 1 + (rows < REFUSAL_ROWS ? rows : REFUSAL_ROWS);
}

static int
rows_between(const struct ui *ui, const struct form *form, size_t from, size_t to)
{
	int rows = 0;

	for (size_t f = from; f < to; f++)
		rows += field_rows(ui, form, (enum field_id)f);
	return rows;
}

/* The note at the end of a row. One that is longer than its column grows to the left as far
 * as the value allows. */
static void
note(struct grid *g, const struct form *form, struct rect value, enum role role, const char *text)
{
	int end = form->r.x + form->r.cols - 1, x = form->note;
	int cols = (int)text_cols(text, strlen(text)), least = value.x + value.cols + 2;

	if (x + cols > end)
		x = end - cols > least ? end - cols : least;
	if (x > form->note)
		x = form->note;
	grid_text_cut(g, value.y, x, end - x, role, untrusted_str(text));
}

/* Below the value: what the service said of it, else its help. */
static void
second_line(struct ui *ui, struct grid *g, const struct form *form, enum field_id f, int y)
{
	const char *refusal = review_refusal(ui, f);

	if (refusal)
		view_words(g, below_value(form, y, field_rows(ui, form, f) - 1), ROLE_ERROR,
			   refusal, strlen(refusal));
	else
		view_sentence(g, below_value(form, y, 1), ROLE_NOTE, fields[f].help);
}

/* Without a column for notes: right after the value, if there is room for some words of it. */
static void
note_after(struct grid *g, const struct form *form, struct rect value, enum role role,
	   const char *text)
{
	int x = value.x + value.cols + 2, room = form->r.x + form->r.cols - 1 - x;
	int cols = (int)text_cols(text, strlen(text));

	if (cols <= room || (role != ROLE_NOTE && room >= NOTE_LEAST))
		grid_text_cut(g, value.y, x, room, role, untrusted_str(text));
}

/* What stands left of the label: a problem's mark, the cursor. */
static void
marks(struct ui *ui, struct grid *g, const struct form *form, enum field_id f, int y)
{
	const struct finding *it = check_field(ui->compose.check, f);
	enum role role = ROLE_ERROR;
	char mark[2] = "";

	if (review_refusal(ui, f))
		mark[0] = '!';
	else if (it)
		mark[0] = view_mark(it->severity, &role);
	if (mark[0])
		grid_text(g, y, form->r.x, 1, role, mark);
	if (ui->compose.focus == f)
		grid_text(g, y, form->r.x + 1, 1, ROLE_HEAD, ">");
}

static void
field_row(struct ui *ui, struct grid *g, const struct form *form, enum field_id f, int y)
{
	struct compose *c = &ui->compose;
	bool focus = c->focus == f, editing = focus && c->mode == COMPOSE_LINE;
	struct rect value = { y, form->value, 1, form->value_cols };
	char text[200];
	enum role role = view_field_note(ui, f, text, sizeof(text));

	marks(ui, g, form, f, y);
	grid_text(g, y, form->label, form->value - form->label, ROLE_LABEL, fields[f].label);
	if (focus)
		grid_role(g, y, form->label, 16, editing ? ROLE_CURSOR_IDLE : ROLE_CURSOR);
	if (!text[0])
		value.cols = form->r.x + form->r.cols - 1 - value.x;
	if (editing)
		edit_view(&c->edit, g, value, ROLE_EDIT);
	else
		value.cols = view_field_value(ui, g, f, y, value.x, value.cols);
	if (form->note)
		note(g, form, value, role, text);
	else if (!editing)
		note_after(g, form, value, role, text);
	if (field_rows(ui, form, f) > 1)
		second_line(ui, g, form, f, y + 1);
}

/* First field to show: the focused one is in view, and no room is wasted. */
static size_t
form_top(struct ui *ui, const struct form *form, int rows)
{
	struct compose *c = &ui->compose;
	size_t top = c->form_top;

	if (c->focus < top)
		top = c->focus;
	while (top < c->focus && rows_between(ui, form, top, c->focus + 1) > rows)
		top++;
	while (top > 0 && rows_between(ui, form, top - 1, FIELD_COUNT) <= rows)
		top--;
	c->form_top = top;
	return top;
}

static void
more_line(struct ui *ui, struct grid *g, const struct form *form, size_t top, size_t end)
{
	char number[VIEW_NUMBER_SIZE], text[120];
	size_t below = FIELD_COUNT - end;
	int len;

	view_number(number, payload_size(ui->compose.payload));
	if (below > 0)
		len = snprintf(text, sizeof(text), "+%zu field%s below", below,
			       below == 1 ? "" : "s");
	else
		len = snprintf(text, sizeof(text), "+%zu field%s above", top, top == 1 ? "" : "s");
	snprintf(text + len, sizeof(text) - (size_t)len, "   p: payload (%s bytes)", number);
	grid_text_cut(g, form->r.y + form->r.rows - 1, form->r.x + 1, form->r.cols - 2, ROLE_NOTE,
		      untrusted_str(text));
}

static void
form_rows(struct ui *ui, struct grid *g, const struct form *form)
{
	int rows = form->r.rows, y = 0;
	bool all = rows_between(ui, form, 0, FIELD_COUNT) <= rows;
	size_t top, f;

	if (!all && rows > 1)
		rows--;
	top = form_top(ui, form, rows);
	for (f = top; f < FIELD_COUNT; f++) {
		int need = field_rows(ui, form, (enum field_id)f);

		if (y + need > rows)
			break;
		field_row(ui, g, form, (enum field_id)f, form->r.y + y);
		y += need;
	}
	if (!all)
		more_line(ui, g, form, top, f);
}

static void
form_rule(struct ui *ui, struct grid *g, int x, int cols)
{
	char verdict[96];
	enum role role = view_verdict(ui, verdict, sizeof(verdict));
	int words = (int)text_cols(verdict, strlen(verdict));

	grid_rule(g, 1, x, cols, "Task", verdict);
	for (int i = x + cols - words - 4 > x ? x + cols - words - 4 : x; i < x + cols; i++)
		if (grid_at(g, 1, i)->role == ROLE_HEAD)
			grid_role(g, 1, i, 1, role);
}

/* One of them, in at most rows rows; rows used. */
static int
one_finding(struct grid *g, struct rect r, const struct finding *it)
{
	const char *label = it->field < FIELD_COUNT ? fields[it->field].label : "task";
	struct rect text = { r.y, r.x + 21, r.rows < 2 ? r.rows : 2, r.cols - 22 };
	enum role role;
	char mark[2] = { view_mark(it->severity, &role), '\0' };
	int used;

	grid_text(g, r.y, r.x + 3, 1, role, mark);
	grid_text(g, r.y, r.x + 5, 15, ROLE_LABEL, label);
	used = view_words(g, text, role, view_said(it), strlen(view_said(it)));
	text.y += used;
	text.rows = r.rows - used < 2 ? r.rows - used : 2;
	return used + view_words(g, text, ROLE_NOTE, it->hint, strlen(it->hint));
}

/* All findings with their hints, as far as the rows go. */
static void
findings(struct ui *ui, struct grid *g, struct rect r)
{
	const struct check *check = ui->compose.check;
	size_t n = check_count(check);
	int y = r.y + 1, end = r.y + r.rows;

	grid_rule(g, r.y, r.x, r.cols, "Checks", n > 0 ? "!: next" : "");
	if (n == 0)
		grid_text(g, y, r.x + 3, r.cols - 4, ROLE_OK, "ok  all rules hold");
	for (size_t i = 0; i < n && y < end; i++) {
		int later = n - i - 1 < (size_t)(end - y) ? (int)(n - i - 1) : end - y - 1;

		/* Each of those that follow gets a row at least. */
		y += one_finding(g, (struct rect){ y, r.x, end - y - later, r.cols },
				 check_get(check, i));
	}
}

/* The payload, and below it what is left out, as many rows as that needs within reason. */
static void
payload_pane(struct ui *ui, struct grid *g, struct rect r)
{
	struct buf text = BUF_INIT(4096);
	struct rect words = { .x = r.x + 1, .cols = r.cols - 2 };

	buf_adds(&text, "Not in the body: ");
	view_not_in_body(ui, &text);
	if (text.len == strlen("Not in the body: "))
		buf_adds(&text, "nothing; every field is set.");
	if (r.rows >= 17) {
		words.rows = view_words_rows(buf_str(&text), text.len, words.cols);
		if (words.rows > r.rows / 6)
			words.rows = r.rows / 6;
		r.rows -= words.rows + 1;
	}
	words.y = r.y + r.rows + 1;
	view_payload_strip(ui, g, r);
	view_words(g, words, ROLE_NOTE, buf_str(&text), text.len);
	buf_free(&text);
}

static void
side_by_side(struct ui *ui, struct grid *g, struct rect body)
{
	int left = body.cols / 2 - 2, right = body.x + left + 1;
	int most = body.rows - 1, used;
	struct form form = form_columns((struct rect){ body.y + 1, body.x, most, left });

	form_rule(ui, g, body.x, left);
	grid_vline(g, body.y, body.x + left, body.rows);
	form.helps = most >= 2 * FIELD_COUNT;
	form_rows(ui, g, &form);
	used = rows_between(ui, &form, 0, FIELD_COUNT) + 1;
	if (most - used >= 3)
		findings(ui, g, (struct rect){ body.y + 1 + used, body.x, most - used, left });
	payload_pane(ui, g, (struct rect){ body.y, right, body.rows, body.cols - left - 1 });
}

static void
stacked(struct ui *ui, struct grid *g, struct rect body)
{
	bool strip = body.cols >= VIEW_STACK_COLS && body.rows - 1 - FIELD_COUNT >= STRIP_ROWS;
	struct form form =
		form_columns((struct rect){ body.y + 1, body.x, body.rows - 1, body.cols });
	int used;

	form_rule(ui, g, body.x, body.cols);
	if (strip) {
		used = rows_between(ui, &form, 0, FIELD_COUNT);
		if (used > body.rows - 1 - STRIP_ROWS)
			used = body.rows - 1 - STRIP_ROWS;
		form.r.rows = used;
		view_payload_strip(ui, g,
				   (struct rect){ body.y + 1 + used, body.x, body.rows - 1 - used,
						  body.cols });
	}
	form_rows(ui, g, &form);
}

bool
view_one_field(int rows, int cols)
{
	return cols < ROOM_COLS || rows < ROOM_ROWS;
}

static void
one_field(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	enum field_id f = c->focus;
	int x = body.x + 1, cols = body.cols - 2, y = body.y + 1, end = body.y + body.rows;
	const char *refusal = review_refusal(ui, f);
	char text[200];
	enum role role;

	form_rule(ui, g, body.x, body.cols);
	grid_text(g, y, x, cols, ROLE_LABEL, fields[f].label);
	grid_role(g, y++, x, (int)strlen(fields[f].label), ROLE_CURSOR);
	if (c->mode == COMPOSE_LINE)
		edit_view(&c->edit, g, (struct rect){ y, x, 1, cols }, ROLE_EDIT);
	else
		view_field_value(ui, g, f, y, x, cols);
	y++;
	role = view_field_note(ui, f, text, sizeof(text));
	if (refusal)
		y += view_words(g, (struct rect){ y, x, end - y, cols }, ROLE_ERROR, refusal,
				strlen(refusal));
	else
		y += view_words(g, (struct rect){ y, x, 2, cols }, role, text, strlen(text));
	view_words(g, (struct rect){ y, x, end - y, cols }, ROLE_NOTE, fields[f].help,
		   strlen(fields[f].help));
}

void
view_compose(struct ui *ui, struct grid *g, struct rect body)
{
	enum compose_mode mode = ui->compose.mode;

	if (mode == COMPOSE_LIST || mode == COMPOSE_ITEM)
		view_list(ui, g, body);
	else if (mode == COMPOSE_PARAGRAPH || mode == COMPOSE_OBJECT)
		view_editor(ui, g, body);
	else if (view_one_field(g->rows, g->cols))
		one_field(ui, g, body);
	else if (body.cols >= SIDE_COLS)
		side_by_side(ui, g, body);
	else
		stacked(ui, g, body);
}
