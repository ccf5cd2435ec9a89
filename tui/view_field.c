/* view_field.c - a field's value in one row, what stands at its right, and the verdict.
 *
 * Another kind of field: a case in view_field_value() and in remark().
 */
#include "config.h"

#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define ONE_ROW_BYTES 2048 /* of a value are looked at to fill a row */

/* One line out of text: blanks and line ends become one blank. */
static void
squeeze(const char *text, size_t n, struct buf *out)
{
	bool blank = true;

	for (size_t i = 0; i < n && !out->full; i++) {
		bool is_blank = text[i] == ' ' || text[i] == '\n' || text[i] == '\t';

		if (!is_blank)
			buf_add(out, text + i, 1);
		else if (!blank)
			buf_add(out, " ", 1);
		blank = is_blank;
	}
}

/* What comes after the last slash of a URL, without query; of many also without extension. */
static void
base_name(const char *url, bool many, struct buf *out)
{
	size_t end = strcspn(url, "?#"), at = end;
	const char *dot = memrchr(url, '.', end);

	if (many && dot && end - (size_t)(dot - url) <= 5 &&
	    !memchr(dot, '/', end - (size_t)(dot - url)))
		end = at = (size_t)(dot - url);

	while (at > 0 && url[at - 1] != '/')
		at--;
	if (at == end)
		buf_adds(out, url);
	else
		buf_add(out, url + at, end - at);
}

static void
list_text(const struct draft *d, enum field_id f, bool ascii, struct buf *out)
{
	size_t n = draft_count(d, f);
	char number[VIEW_NUMBER_SIZE];

	if (fields[f].url == URL_NONE) {
		for (size_t i = 0; i < n && !out->full; i++) {
			buf_adds(out, i > 0 ? "  " : "");
			buf_adds(out, draft_item(d, f, i));
		}
		return;
	}
	view_number(number, n);
	buf_addf(out, "%s url%s  ", number, n == 1 ? "" : "s");
	base_name(draft_item(d, f, 0), n > 1, out);
	if (n == 1)
		return;
	buf_adds(out, ascii ? " .. " : " … ");
	base_name(draft_item(d, f, n - 1), true, out);
}

static const char *
choice_word(const struct field *f, const char *choice)
{
	if (f->kind == FIELD_FLAG)
		return strcmp(choice, "true") == 0 ? "yes" : "no";
	return choice;
}

/* " 10  [20]  30 " */
static int
choices(struct grid *g, const struct field *f, const char *value, struct rect r)
{
	static const char *const flag[] = { "true", "false", NULL };
	const char *const *all = f->kind == FIELD_FLAG ? flag : f->choices;
	int x = r.x, end = r.x + r.cols;
	bool known = value[0] == '\0';

	for (size_t i = 0; all[i]; i++) {
		bool set = strcmp(all[i], value) == 0;

		known = known || set;
		x += grid_textf(g, r.y, x, end - x, set ? ROLE_VALUE : ROLE_NOTE,
				set ? "[%s] " : " %s  ", choice_word(f, all[i]));
	}
	if (!known) {
		x += grid_text(g, r.y, x, end - x, ROLE_VALUE, "[");
		x += grid_text_cut(g, r.y, x, end - x - 1, ROLE_VALUE, untrusted_str(value));
		x += grid_text(g, r.y, x, end - x, ROLE_VALUE, "]");
	}
	return x - r.x;
}

void
view_field_empty(const struct ui *ui, enum field_id f, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	const char *project = c->batch.project;

	if (f != FIELD_PROJECT || !draft_is_set(c->draft, FIELD_BATCH))
		snprintf(out, size, "%s", fields[f].empty);
	else if (project[0])
		snprintf(out, size, "(from the batch: %s)", project);
	else
		snprintf(out, size, "(from the batch)");
}

static int
empty(const struct ui *ui, struct grid *g, enum field_id f, struct rect r)
{
	char text[VIEW_EMPTY_SIZE];

	view_field_empty(ui, f, text, sizeof(text));
	return grid_text_cut(g, r.y, r.x, r.cols, ROLE_EMPTY, untrusted_str(text));
}

int
view_field_value(struct ui *ui, struct grid *g, enum field_id f, int y, int x, int width)
{
	const struct draft *d = ui->compose.draft;
	const char *value = draft_get(d, f);
	struct buf text = BUF_INIT(ONE_ROW_BYTES);
	size_t n = draft_len(d, f);
	int used;

	if (fields[f].kind == FIELD_CHOICE || fields[f].kind == FIELD_FLAG)
		return choices(g, &fields[f], value, (struct rect){ y, x, 1, width });
	if (!draft_is_set(d, f))
		return empty(ui, g, f, (struct rect){ y, x, 1, width });
	if (fields[f].kind == FIELD_LIST)
		list_text(d, f, g->ascii, &text);
	else
		squeeze(value, n < ONE_ROW_BYTES ? n : ONE_ROW_BYTES, &text);
	if (text.len > 0)
		used = grid_text_cut(g, y, x, width, ROLE_VALUE,
				     untrusted(buf_str(&text), text.len));
	else
		used = grid_text(g, y, x, width, ROLE_EMPTY, "(blanks)");
	buf_free(&text);
	return used;
}

static size_t
lines_of(const char *text, size_t n)
{
	size_t lines = 1;

	for (size_t i = 0; i + 1 < n; i++)
		lines += text[i] == '\n';
	return lines;
}

void
view_not_in_body(const struct ui *ui, struct buf *out)
{
	char without[VIEW_EMPTY_SIZE];
	const char *comma = "";

	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		if (draft_is_set(ui->compose.draft, f))
			continue;
		view_field_empty(ui, f, without, sizeof(without));
		buf_addf(out, "%s%s %s", comma, fields[f].name, without);
		comma = ", ";
	}
}

/* "staging, 11 tasks": what the cache knows of the batch. */
static void
batch_remark(const struct compose *c, char *out, size_t size)
{
	const struct batch_info *b = &c->batch;
	bool working = strcmp(b->status, "in_progress") == 0;
	const char *seen = b->counted ? "" : " seen";

	if (!b->known)
		return;
	if (b->tasks > 0)
		snprintf(out, size, "%s, %ld task%s%s", working ? "in progress" : b->status,
			 b->tasks, b->tasks == 1 ? "" : "s", seen);
	else
		snprintf(out, size, "%s", working ? "in progress" : b->status);
}

static void
line_remark(const struct compose *c, enum field_id f, char *out, size_t size)
{
	bool project = f == FIELD_PROJECT && c->batch.project[0];

	if (f == FIELD_BATCH)
		batch_remark(c, out, size);
	else if (project && strcmp(draft_get(c->draft, f), c->batch.project) == 0)
		snprintf(out, size, "matches the batch");
}

static void
remark(const struct ui *ui, enum field_id f, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	const struct draft *d = c->draft;
	bool set = draft_is_set(d, f);
	char number[VIEW_NUMBER_SIZE];
	size_t n;

	out[0] = '\0';
	switch (fields[f].kind) {
	case FIELD_CHOICE:
	case FIELD_FLAG:
		if (!set)
			snprintf(out, size, "%s", fields[f].empty);
		else if (c->focus == f)
			snprintf(out, size, "Space: switch");
		break;
	case FIELD_TEXT:
		n = lines_of(draft_get(d, f), draft_len(d, f));
		if (set)
			snprintf(out, size, "%zu line%s", n, n == 1 ? "" : "s");
		break;
	case FIELD_LIST:
		if (set && fields[f].max_items > 0)
			snprintf(out, size, "%zu of %zu", draft_count(d, f), fields[f].max_items);
		break;
	case FIELD_OBJECT:
		view_number(number, check_metadata_bytes(c->check));
		if (set && check_metadata_bytes(c->check) > 0)
			snprintf(out, size, "%s of 10,000 bytes", number);
		break;
	case FIELD_LINE: line_remark(c, f, out, size); break;
	}
}

enum role
view_field_note(const struct ui *ui, enum field_id f, char *out, size_t size)
{
	const struct finding *it = check_field(ui->compose.check, f);
	const char *refusal = review_refusal(ui, f);
	enum role role;
	char mark;

	if (refusal) {
		snprintf(out, size, "! refused, see below");
		return ROLE_ERROR;
	}
	if (it) {
		mark = view_mark(it->severity, &role);
		snprintf(out, size, "%c %s", mark, view_said(it));
		return role;
	}
	remark(ui, f, out, size);
	return ROLE_NOTE;
}

static int
count_words(char *out, size_t size, size_t n, const char *what)
{
	return snprintf(out, size, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

enum role
view_verdict(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	size_t errors = check_errors(c->check), warnings = check_warnings(c->check);
	int len = 0;

	if (c->sent) {
		snprintf(out, size, "%s",
			 c->sent_status == TASK_QUEUED        ? "waits here to be sent"
			 : c->sent_status == TASK_UNCONFIRMED ? "sent, no answer: looked up"
							      : "sent, waiting for the answer");
		return ROLE_BUSY;
	}
	if (c->refusal.code != ERR_OK && errors == 0) {
		for (int f = 0; f <= FIELD_COUNT; f++)
			if (review_refusal(ui, (enum field_id)f)) {
				snprintf(out, size, "refused by the service");
				return ROLE_ERROR;
			}
	}
	if (errors > 0)
		len = count_words(out, size, errors, "problem");
	if (warnings > 0) {
		len += snprintf(out + len, size - (size_t)len, "%s", errors > 0 ? ", " : "");
		len += count_words(out + len, size - (size_t)len, warnings, "warning");
	}
	if (errors > 0)
		return ROLE_ERROR;
	snprintf(out + len, size - (size_t)len, "%sready to send", warnings > 0 ? ", " : "");
	return warnings > 0 ? ROLE_WARNING : ROLE_OK;
}
