/* body.c - see body.h. */
#include "config.h"

#include "tui/body.h"

#include "core/text.h"

void
body_init(struct body *b, const struct payload *p, bool wire, int cols)
{
	*b = (struct body){ .payload = p,
			    .wire = wire,
			    .cols = cols > 0 ? cols : 1,
			    .text = BUF_INIT(PAYLOAD_MAX + 1) };
	if (wire)
		payload_wire(p, &b->text);
}

void
body_done(struct body *b)
{
	buf_free(&b->text);
}

/* The line as a row that shows nothing yet. */
static bool
line_at(const struct body *b, size_t line, struct body_row *row)
{
	struct payload_line it = { .field = FIELD_COUNT };

	if (b->wire && line == 0) {
		it.text = buf_str(&b->text);
		it.n = b->text.len;
	} else if (b->wire || !payload_line(b->payload, line, &it)) {
		return false;
	}
	*row = (struct body_row){ .line = line, .text = it.text, .n = it.n, .field = it.field };
	return true;
}

/* Only printable ASCII, so that each byte is a column? */
static bool
plain(const char *text, size_t n)
{
	bool other = false;

	for (size_t i = 0; i < n; i++)
		other |= (unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~';
	return !other;
}

/* Where the row that starts at from ends. A glyph wider than the row has one of its own. */
static size_t
row_end(const struct body *b, const char *text, size_t n, size_t from)
{
	size_t cols = (size_t)b->cols, used = 0, at = from;
	struct glyph g;

	/* One byte more: a mark would join the last letter. */
	if (n - from > cols && plain(text + from, cols + 1))
		return from + cols;
	while (at < n) {
		size_t step = text_glyph(text + at, n - at, &g);

		used += g.cols;
		if (used > cols && at > from)
			break;
		at += step;
	}
	return at;
}

static size_t
rows_of(const struct body *b, const struct body_row *line)
{
	size_t rows = 1, at;

	if (plain(line->text, line->n))
		return line->n > 0 ? (line->n - 1) / (size_t)b->cols + 1 : 1;
	for (at = row_end(b, line->text, line->n, 0); at < line->n; rows++)
		at = row_end(b, line->text, line->n, at);
	return rows;
}

size_t
body_rows(const struct body *b)
{
	struct body_row row;
	size_t rows = 0;

	for (size_t line = 0; line_at(b, line, &row); line++)
		rows += rows_of(b, &row);
	return rows;
}

bool
body_row(const struct body *b, size_t k, struct body_row *row)
{
	size_t line = 0, rows;

	for (;; line++, k -= rows) {
		if (!line_at(b, line, row))
			return false;
		rows = rows_of(b, row);
		if (k < rows)
			break;
	}
	row->to = row_end(b, row->text, row->n, 0);
	while (k-- > 0)
		body_next(b, row);
	return true;
}

bool
body_next(const struct body *b, struct body_row *row)
{
	if (row->to < row->n)
		row->from = row->to;
	else if (!line_at(b, row->line + 1, row))
		return false;
	row->to = row_end(b, row->text, row->n, row->from);
	return true;
}

size_t
body_find(const struct body *b, size_t line, size_t at)
{
	struct body_row row;
	size_t k = 0;

	for (size_t i = 0; i < line && line_at(b, i, &row); i++)
		k += rows_of(b, &row);
	if (!line_at(b, line, &row))
		return k > 0 ? k - 1 : 0;
	row.to = row_end(b, row.text, row.n, 0);
	while (row.to <= at && row.to < row.n) {
		body_next(b, &row);
		k++;
	}
	return k;
}

static bool
span(const struct body *b, enum field_id f, size_t *at, size_t *n)
{
	if (b->wire)
		payload_span_wire(b->payload, f, at, n);
	else
		payload_span_lines(b->payload, f, at, n);
	return *n > 0;
}

size_t
body_find_field(const struct body *b, enum field_id f)
{
	size_t at, n;

	if (span(b, f, &at, &n))
		return b->wire ? body_find(b, 0, at) : body_find(b, at, 0);
	for (int before = (int)f - 1; before >= 0; before--)
		if (span(b, (enum field_id)before, &at, &n))
			return b->wire ? body_find(b, 0, at + n - 1) : body_find(b, at + n - 1, 0);
	return 0;
}

enum field_id
body_field(const struct body *b, const struct body_row *row)
{
	enum field_id inside = FIELD_COUNT;
	size_t at, n;

	if (!b->wire)
		return row->field;
	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		if (!span(b, f, &at, &n))
			continue;
		if (at >= row->from && at < row->to)
			return f;
		if (at < row->from && at + n > row->from)
			inside = f;
	}
	return inside;
}
