/* view_text.c - numbers, wrapped words, marks: what views write with. */
#include "config.h"

#include "core/text.h"
#include "tui/ui.h"
#include "tui/view_parts.h"
#include "tui/wrap.h"

#include <stdio.h>
#include <string.h>

void
view_number(char out[VIEW_NUMBER_SIZE], size_t n)
{
	char plain[VIEW_NUMBER_SIZE];
	size_t len = (size_t)snprintf(plain, sizeof(plain), "%zu", n), to = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = plain[i];
	}
	out[to] = '\0';
}

int
view_words(struct grid *g, struct rect r, enum role role, const char *text, size_t n)
{
	struct wrap w = { .next = 0 };
	int y = 0;

	if (r.cols <= 0 || r.rows <= 0 || n == 0)
		return 0;
	for (; y < r.rows; y++) {
		w = wrap_at(text, n, w.next, r.cols);
		if (y == r.rows - 1 && !w.last) {
			grid_text_cut(g, r.y + y, r.x, r.cols, role,
				      untrusted(text + w.start, n - w.start));
			return r.rows;
		}
		grid_text_n(g, r.y + y, r.x, r.cols, role,
			    untrusted(text + w.start, w.end - w.start));
		if (w.last)
			return y + 1;
	}
	return y;
}

int
view_words_rows(const char *text, size_t n, int cols)
{
	struct wrap w = { .next = 0 };
	int rows = 0;

	while (cols > 0 && n > 0 && !w.last) {
		w = wrap_at(text, n, w.next, cols);
		rows++;
	}
	return rows;
}

const char *
view_mode(const struct ui *ui)
{
	if (!ui->where.has_key)
		return "NO KEY";
	switch (ui->where.mode) {
	case KEY_LIVE: return "LIVE";
	case KEY_SANDBOX: return "SANDBOX";
	case KEY_TEST: break;
	}
	return "TEST";
}

const char *
view_draft_name(const struct ui *ui)
{
	const char *name = draft_name(ui->compose.draft);

	return name[0] ? name : "new draft";
}

const char *
view_profile(const struct ui *ui)
{
	const char *profile = ui->where.profile;

	return ui->where.mode == KEY_SANDBOX && strcmp(profile, "sandbox") == 0 ? "" : profile;
}

void
view_sentence(struct grid *g, struct rect row, enum role role, const char *text)
{
	size_t n = strlen(text), cols = row.cols > 0 ? (size_t)row.cols : 0, word = 0;

	if (text_cols(text, n) <= cols) {
		grid_text(g, row.y, row.x, row.cols, role, text);
		return;
	}
	for (size_t i = 0; i < n && text_cols(text, i) <= cols; i++)
		if (text[i] == ';' && text[i + 1] == ' ') {
			grid_text_n(g, row.y, row.x, row.cols, role, untrusted(text, i));
			return;
		}
	for (size_t i = 0; i < n && text_cols(text, i) < cols; i++)
		if (text[i] == ' ')
			word = i;
	if (word == 0) {
		grid_text_cut(g, row.y, row.x, row.cols, role, untrusted(text, n));
		return;
	}
	row.x += grid_text_n(g, row.y, row.x, row.cols, role, untrusted(text, word));
	grid_text(g, row.y, row.x, 1, role, g->ascii ? "~" : "…");
}

const char *
view_said(const struct finding *it)
{
	const char *name = it->field < FIELD_COUNT ? fields[it->field].name : "";
	size_t n = strlen(name);

	return n > 0 && strncmp(it->msg, name, n) == 0 && it->msg[n] == ' ' ? it->msg + n + 1
									    : it->msg;
}

char
view_mark(enum severity s, enum role *role)
{
	*role = s == SEVERITY_ERROR ? ROLE_ERROR : ROLE_WARNING;
	return s == SEVERITY_ERROR ? '!' : '~';
}

void
view_url(struct buf *out, const char *text, size_t n, int cols, bool ascii)
{
	const char *query = memchr(text, '?', n);
	size_t head = query ? (size_t)(query - text) + 1 : n, tail = n;

	/* No glyph takes more than 8 bytes a column, so a longer text need not be measured. */
	if (!query || (n <= 8 * (size_t)cols && text_cols(text, n) <= (size_t)cols)) {
		buf_add(out, text, n);
		return;
	}
	if (tail > head && text[tail - 1] == ',')
		tail--;
	if (tail > head && text[tail - 1] == '"')
		tail--;
	else
		tail = n;
	buf_add(out, text, head);
	buf_adds(out, ascii ? "~" : "…");
	buf_add(out, text + tail, n - tail);
}
