/* doc.c - see doc.h. A new kind of line is a member of the enum, a function
 * that adds it and a case in draw(). */
#include "config.h"

#include "tui/doc.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"
#include "tui/jsonline.h"
#include "tui/keys.h"
#include "tui/wrap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOMY      60 /* columns */
#define LABEL_COLS 13 /* "callback_url" and a blank */

enum doc_kind { DOC_GAP, DOC_HEAD, DOC_PAIR, DOC_WORDS, DOC_JSON };

struct doc_line {
	enum doc_kind kind;
	enum role role;
	size_t at, label, n; /* in text: label bytes of label, then n bytes */
	int indent;
};

/* Columns left blank: one at the left; where there is room text does not touch the right edge. */
static int
sides(int cols)
{
	return cols >= ROOMY ? 2 : 1;
}

void
doc_init(struct doc *d)
{
	*d = (struct doc){ .text = BUF_INIT(DOC_BYTES_MAX) };
}

void
doc_done(struct doc *d)
{
	buf_free(&d->text);
	free(d->line);
	doc_init(d);
}

void
doc_start(struct doc *d, int cols)
{
	buf_clear(&d->text);
	d->count = 0;
	d->columns = 1;
	d->cols = cols > 0 ? cols : 1;
}

/* Add a line that says label and n bytes of text. */
static void
add(struct doc *d, struct doc_line line, const char *label, const char *text, size_t n)
{
	bool last = d->count + 1 >= DOC_LINES_MAX ||
		    strlen(label) + n + 64 > DOC_BYTES_MAX - d->text.len;

	if (d->text.full)
		return;
	if (last) {
		label = "more is not shown";
		line = (struct doc_line){ .kind = DOC_HEAD };
		n = 0;
	}
	line.label = strlen(label);
	if (d->count == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 64;
		d->line = mem_grow(d->line, d->cap, sizeof(*d->line));
	}
	line.at = d->text.len;
	line.n = n;
	buf_add(&d->text, label, line.label);
	if (n)
		buf_add(&d->text, text, n);
	d->line[d->count++] = line;
	d->text.full = last;
}

void
doc_head(struct doc *d, const char *head)
{
	if (d->count)
		add(d, (struct doc_line){ .kind = DOC_GAP }, "", NULL, 0);
	add(d, (struct doc_line){ .kind = DOC_HEAD }, head, NULL, 0);
}

void
doc_pair(struct doc *d, const char *label, enum role role, const char *value, size_t n)
{
	add(d, (struct doc_line){ .kind = DOC_PAIR, .role = role }, label, value, n);
}

void
doc_pairf(struct doc *d, const char *label, enum role role, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	doc_pair(d, label, role, text, strlen(text));
}

/* Wrapped lines; the first one is a pair if there is a label. */
static void
add_words(struct doc *d, struct doc_line like, const char *label, const char *text, size_t n)
{
	int cols = d->cols - like.indent - sides(d->cols);
	size_t at = 0;

	cols = cols > 8 ? cols : 8;
	while (at < n) { /* a line end at the very end makes no line of its own */
		struct wrap w = wrap_at(text, n, at, cols);
		struct doc_line line = like;

		while (w.end > w.start && text[w.end - 1] == ' ' && !w.last)
			w.end--; /* the blank of the break may hang out */
		if (*label)
			line.kind = DOC_PAIR;
		add(d, line, label, text + w.start, w.end - w.start);
		if (w.last)
			break;
		label = "";
		at = w.next;
	}
}

void
doc_entry(struct doc *d, const char *label, enum role role, const char *words)
{
	add_words(d, (struct doc_line){ .kind = DOC_WORDS, .role = role, .indent = LABEL_COLS },
		  label, words, strlen(words));
}

void
doc_words(struct doc *d, int indent, enum role role, const char *text, size_t n)
{
	add_words(d, (struct doc_line){ .kind = DOC_WORDS, .role = role, .indent = indent }, "",
		  text, n);
}

void
doc_wordsf(struct doc *d, int indent, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	doc_words(d, indent, role, text, strlen(text));
}

static void
add_lines(struct doc *d, struct doc_line like, const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t line = end ? (size_t)(end - text) - at : n - at;

		add(d, like, "", text + at, line);
		at += line + 1;
	}
}

void
doc_json(struct doc *d, const char *text, size_t n)
{
	struct buf pretty = BUF_INIT(DOC_BYTES_MAX);
	struct err err = ERR_INIT;
	struct json_span value;

	if (json_scan(text, n, &value, NULL, &err) == ERR_OK) {
		json_pretty(&pretty, &value, 0);
		add_lines(d, (struct doc_line){ .kind = DOC_JSON }, buf_str(&pretty), pretty.len);
	} else {
		doc_words(d, 0, ROLE_VALUE, text, n);
	}
	buf_free(&pretty);
}

/* Lines in a column. */
static size_t
height(const struct doc *d)
{
	size_t columns = d->columns > 0 ? (size_t)d->columns : 1;

	return (d->count + columns - 1) / columns;
}

static size_t
last_top(const struct doc *d)
{
	size_t rows = d->rows > 0 ? (size_t)d->rows : 1;

	return height(d) > rows ? height(d) - rows : 0;
}

static void
scroll(struct doc *d, long delta)
{
	size_t step = delta < 0 ? 0 - (size_t)delta : (size_t)delta;

	if (delta < 0)
		d->top = d->top > step ? d->top - step : 0;
	else
		d->top += step;
	if (d->top > last_top(d))
		d->top = last_top(d);
}

bool
doc_move(struct doc *d, int command)
{
	long half = d->rows > 3 ? d->rows / 2 : 1;
	long page = d->rows > 2 ? d->rows - 1 : 1;

	switch (command) {
	case CMD_UP: scroll(d, -1); return true;
	case CMD_DOWN: scroll(d, 1); return true;
	case CMD_TOP: d->top = 0; return true;
	case CMD_BOTTOM: d->top = last_top(d); return true;
	case CMD_HALF_UP: scroll(d, -half); return true;
	case CMD_HALF_DOWN: scroll(d, half); return true;
	case CMD_PAGE_UP: scroll(d, -page); return true;
	case CMD_PAGE_DOWN: scroll(d, page); return true;
	default: return false;
	}
}

static void
draw(const struct doc *d, const struct doc_line *l, struct grid *g, int y, struct rect r)
{
	const char *label = buf_str(&d->text) + l->at, *text = label + l->label;
	int x = r.x + 1, width = r.cols - sides(r.cols);

	switch (l->kind) {
	case DOC_GAP: break;
	case DOC_HEAD: grid_text_n(g, y, x, width, ROLE_HEAD, untrusted(label, l->label)); break;
	case DOC_PAIR:
		grid_text_n(g, y, x, LABEL_COLS - 1 < width ? LABEL_COLS - 1 : width, ROLE_LABEL,
			    untrusted(label, l->label));
		grid_text_middle(g, y, x + LABEL_COLS, width - LABEL_COLS, l->role,
				 untrusted(text, l->n));
		break;
	case DOC_WORDS:
		grid_text_middle(g, y, x + l->indent, width - l->indent, l->role,
				 untrusted(text, l->n));
		break;
	case DOC_JSON: json_line(g, y, x, width, text, l->n); break;
	}
}

void
doc_view(struct doc *d, struct grid *g, struct rect r)
{
	int columns = d->columns > 0 ? d->columns : 1;

	d->rows = r.rows;
	if (d->top > last_top(d))
		d->top = last_top(d);
	if (r.rows < 1)
		return;
	for (int c = 0; c < columns; c++) {
		struct rect part = { r.y, r.x + c * (r.cols / columns), r.rows, r.cols / columns };
		size_t first = (size_t)c * height(d) + d->top, end = ((size_t)c + 1) * height(d);

		for (size_t i = first; i < end && i < d->count && i - first < (size_t)r.rows; i++)
			draw(d, &d->line[i], g, r.y + (int)(i - first), part);
	}
}

void
doc_text(const struct doc *d, struct buf *out)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct doc_line *l = &d->line[i];
		const char *label = buf_str(&d->text) + l->at;

		text_show(out, untrusted(label, l->label), 0);
		for (size_t k = l->label; l->kind == DOC_PAIR && k < LABEL_COLS; k++)
			buf_adds(out, " ");
		for (int k = 0; k < l->indent && l->kind != DOC_PAIR; k++)
			buf_adds(out, " ");
		text_show(out, untrusted(label + l->label, l->n), 0);
		buf_adds(out, "\n");
	}
}
