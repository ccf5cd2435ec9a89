/* compose.c - the life of the draft in the form: opened, changed, saved, edited outside.
 *
 * Keys are in compose_nav.c, editors in compose_edit.c and compose_list.c, fixes
 * in compose_fix.c, sending in review.c.
 */
#include "config.h"

#include "tui/compose.h"

#include "tui/compose_parts.h"
#include "tui/ui.h"

#include <stdio.h>
#include <string.h>

#define SAVE_REST_MS  300   /* save so long after the last key */
#define SAVE_MAX_MS   1000  /* ... and at least so often. Source: reliability 2.2 (9) */
#define SAVE_AGAIN_MS 10000 /* one that failed is tried again so long after */
#define TEXT_MAX      (64u << 20)

void
compose_init(struct compose *c, struct draft *draft)
{
	memset(c, 0, sizeof(*c));
	c->draft = draft;
	c->check = check_new();
	c->payload = payload_new();
	c->outside = FIELD_COUNT;
	c->seen_changes = draft_changes(draft) - 1; /* compose_sync() looks at it */
	edit_init(&c->edit, "", 0, false);
	edit_init(&c->unlock, "", 0, false);
	check_update(c->check, draft);
	payload_update(c->payload, draft);
}

void
compose_done(struct compose *c)
{
	edit_done(&c->edit);
	edit_done(&c->unlock);
	payload_free(c->payload);
	check_free(c->check);
	draft_free(c->draft);
	draft_free(c->next);
	memset(c, 0, sizeof(*c));
}

static void
put_in_place(struct ui *ui, struct draft *draft)
{
	struct compose *c = &ui->compose;
	bool wire = c->wire;

	c->next = NULL;
	compose_done(c);
	compose_init(c, draft);
	c->wire = wire;
	if (ui->view == VIEW_REVIEW)
		ui_go(ui, VIEW_COMPOSE);
}

void
compose_open(struct ui *ui, struct draft *draft)
{
	struct compose *c = &ui->compose;

	draft_free(c->next);
	c->next = NULL;
	if (!ui_unsaved(ui)) {
		put_in_place(ui, draft);
		return;
	}
	/* The loop saves the draft that is open, and it does so after this message. */
	c->next = draft;
	compose_save(ui);
}

/* Ask what the cache knows of the draft's batch, if that is another one now. */
static void
ask_batch(struct ui *ui)
{
	struct compose *c = &ui->compose;
	const char *name = draft_get(c->draft, FIELD_BATCH);

	if (strcmp(c->batch_asked, name) == 0)
		return;
	c->batch = (struct batch_info){ .known = false };
	c->batch_asked[0] = '\0';
	if (draft_len(c->draft, FIELD_BATCH) >= sizeof(c->batch_asked))
		return; /* longer than any name; the answer would be about another */
	snprintf(c->batch_asked, sizeof(c->batch_asked), "%s", name);
	if (name[0])
		ui_ask_key(ui, UI_BATCH_INFO, name);
}

void
compose_batches_renewed(struct ui *ui)
{
	const char *name = ui->compose.batch_asked;

	if (name[0])
		ui_ask_key(ui, UI_BATCH_INFO, name);
}

bool
compose_batch_closed(const struct compose *c)
{
	/* Other batches are in_progress from the start. Source: scale-api 10.2 */
	return c->batch.known && c->batch.rapid && strcmp(c->batch.status, "staging") != 0;
}

static void
batch(struct ui *ui, const struct msg *msg)
{
	struct compose *c = &ui->compose;

	if (!msg->batch || strcmp(msg->task_key, c->batch_asked) != 0)
		return;
	c->batch = *msg->batch;
	/* Whether it still takes tasks depends on its project, which a list of batches does
	 * not tell. Once: the answer brings us here again. */
	if (c->batch.known && !c->batch.project_known && !c->projects_asked && ui->where.has_key &&
	    !ui->where.trouble[0]) {
		c->projects_asked = true;
		ui_ask(ui, UI_RELOAD_CHOICES)->number = PICK_PROJECT;
	}
}

/* What the rules look at besides the draft; cheap if nothing has changed. */
static void
check(struct ui *ui)
{
	struct compose *c = &ui->compose;

	check_set_now(c->check, ui->now.wall_ms);
	check_set_batch(c->check, c->batch.project, compose_batch_closed(c));
	check_update(c->check, c->draft);
}

void
compose_sync(struct ui *ui)
{
	struct compose *c = &ui->compose;
	unsigned changes = draft_changes(c->draft);

	ask_batch(ui);
	check(ui);
	if (changes == c->seen_changes)
		return;
	c->seen_changes = changes;
	payload_update(c->payload, c->draft);
	if (!ui_unsaved(ui))
		return;
	c->changed_ms = ui->now.mono_ms > 0 ? ui->now.mono_ms : 1;
	if (c->first_unsaved_ms == 0)
		c->first_unsaved_ms = c->changed_ms;
}

int64_t
compose_deadline(const struct ui *ui)
{
	const struct compose *c = &ui->compose;
	int64_t rest = c->changed_ms + SAVE_REST_MS, most = c->first_unsaved_ms + SAVE_MAX_MS;

	if (c->changed_ms == 0)
		return c->save_again_ms ? c->save_again_ms : -1;
	return rest < most ? rest : most;
}

void
compose_save(struct ui *ui)
{
	struct compose *c = &ui->compose;

	c->changed_ms = c->first_unsaved_ms = 0;
	if (!ui_unsaved(ui))
		return;
	compose_name_make(ui);
	ui_ask(ui, UI_SAVE);
}

static void
saved(struct ui *ui)
{
	struct compose *c = &ui->compose;

	c->saved_changes = draft_changes(c->draft);
	if (c->save_again_ms)
		ui_toast(ui, ROLE_OK, "the draft is saved now");
	c->save_again_ms = 0;
	if (c->next)
		put_in_place(ui, c->next);
}

/* It stays in the form, the top line says so, and it is tried again: with the next change, in
 * a while, and at the end. */
static void
not_saved(struct ui *ui, const struct err *err)
{
	struct compose *c = &ui->compose;

	draft_free(c->next);
	c->next = NULL;
	if (!c->save_again_ms)
		ui_toast_err(ui, err); /* once: the top line goes on telling */
	c->save_again_ms = ui->now.mono_ms + SAVE_AGAIN_MS;
}

unsigned
compose_revs(const struct draft *d)
{
	unsigned sum = 0;

	for (enum field_id f = 0; f <= FIELD_COUNT; f++)
		sum += draft_rev(d, f);
	return sum;
}

void
compose_focus(struct ui *ui, enum field_id f)
{
	if (f < FIELD_COUNT)
		ui->compose.focus = f;
}

void
compose_text(const struct ui *ui, enum field_id f, struct buf *out)
{
	const struct draft *d = ui->compose.draft;

	if (fields[f].kind != FIELD_LIST) {
		buf_add(out, draft_get(d, f), draft_len(d, f));
		return;
	}
	for (size_t i = 0; i < draft_count(d, f); i++) {
		buf_adds(out, draft_item(d, f, i));
		buf_adds(out, "\n");
	}
}

static void
text_with_blanks(const char *text, size_t n, struct buf *out)
{
	while (n > 0 && text[n - 1] == '\n')
		n--;
	for (size_t i = 0; i < n; i++)
		buf_add(out, text[i] == '\n' ? " " : text + i, 1);
}

void
compose_take(struct ui *ui, enum field_id f, const char *text, size_t n)
{
	struct draft *d = ui->compose.draft;
	struct buf line = BUF_INIT(DRAFT_VALUE_MAX);
	size_t ignored = 0;

	switch (fields[f].kind) {
	case FIELD_LIST:
		draft_edit_begin(d, f);
		draft_clear(d, f);
		draft_items_paste(d, f, 0, text, n, &ignored);
		draft_edit_end(d);
		break;
	case FIELD_TEXT:
	case FIELD_OBJECT:
		if (n > DRAFT_VALUE_MAX)
			ui_toast(ui, ROLE_ERROR,
				 "%s: the text is longer than %u bytes; nothing was taken",
				 fields[f].label, DRAFT_VALUE_MAX);
		else
			draft_set(d, f, text, n > 0 && text[n - 1] == '\n' ? n - 1 : n);
		break;
	case FIELD_LINE:
	case FIELD_CHOICE:
	case FIELD_FLAG:
		text_with_blanks(text, n, &line);
		draft_set(d, f, buf_str(&line), line.len);
		break;
	}
	buf_free(&line);
	if (ignored)
		ui_toast(ui, ROLE_ERROR, "%s: %zu lines past the %d that fit were left out",
			 fields[f].label, ignored, DRAFT_ITEMS_MAX);
}

static const char *
file_suffix(enum field_id f)
{
	if (fields[f].kind == FIELD_TEXT)
		return ".md";
	return fields[f].kind == FIELD_OBJECT ? ".json" : ".txt";
}

void
compose_outside(struct ui *ui, enum field_id f)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct ui_cmd *cmd;

	compose_save(ui);
	compose_text(ui, f, &text);
	if (text.len > 0 && fields[f].kind != FIELD_LIST)
		buf_adds(&text, "\n"); /* a file's last line ends; compose_take() takes it off */
	cmd = ui_ask(ui, UI_EDITOR);
	snprintf(cmd->key, sizeof(cmd->key), "%s", file_suffix(f));
	cmd->n = text.len;
	cmd->text = buf_take(&text);
	if (fields[f].kind != FIELD_LIST)
		cmd->number = DRAFT_VALUE_MAX + 1; /* and the end of its last line */
	ui->compose.outside = f;
}

void
compose_undo(struct ui *ui, bool redo)
{
	struct draft *d = ui->compose.draft;
	enum field_id f = redo ? draft_redo(d) : draft_undo(d);

	if (f >= FIELD_COUNT) {
		ui_toast(ui, ROLE_NOTE, redo ? "nothing to do again" : "nothing to undo");
		return;
	}
	if (ui->compose.mode == COMPOSE_NAV)
		compose_focus(ui, f);
	ui_toast(ui, ROLE_NOTE, "%s: %s", redo ? "done again" : "undone", fields[f].label);
}

size_t
compose_next_item(const struct ui *ui, enum field_id f, size_t from)
{
	const struct check *c = ui->compose.check;
	size_t first = FINDING_NO_ITEM, next = FINDING_NO_ITEM;

	for (size_t i = 0; i < check_count(c); i++) {
		const struct finding *it = check_get(c, i);

		if (it->field != f || it->item == FINDING_NO_ITEM)
			continue;
		if (it->item < first)
			first = it->item;
		if (from != FINDING_NO_ITEM && it->item > from && it->item < next)
			next = it->item;
	}
	return next != FINDING_NO_ITEM ? next : first;
}

static void
edited(struct ui *ui, const struct msg *msg)
{
	struct compose *c = &ui->compose;
	enum field_id f = c->outside;
	struct buf before = BUF_INIT(TEXT_MAX);

	c->outside = FIELD_COUNT;
	if (f >= FIELD_COUNT || !msg->text)
		return;
	compose_text(ui, f, &before);
	if (before.len == msg->n && memcmp(buf_str(&before), msg->text, msg->n) == 0)
		ui_toast(ui, ROLE_NOTE, "%s is as it was", fields[f].label);
	else
		compose_take(ui, f, msg->text, msg->n);
	buf_free(&before);
}

void
compose_msg(struct ui *ui, const struct msg *msg)
{
	struct compose *c = &ui->compose;

	switch ((int)msg->kind) {
	case MSG_TICK:
		if ((c->changed_ms || c->save_again_ms) && ui->now.mono_ms >= compose_deadline(ui))
			compose_save(ui);
		break;
	case MSG_SAVED: saved(ui); break;
	case MSG_NOT_SAVED: not_saved(ui, msg->err); break;
	case MSG_BATCH: batch(ui, msg); break;
	case MSG_EDITED: edited(ui, msg); break;
	case MSG_SUBMITTED: review_submitted(ui, msg); break;
	case MSG_SESSION: review_row_moved(ui, msg); break;
	default: break;
	}
}

/* Batch and blueprint are of one project. Does another one leave them without theirs? A
 * project that was never named is known through its batch, or not at all. */
static bool
leaves_project(const struct compose *c, const char *name)
{
	const char *was = draft_get(c->draft, FIELD_PROJECT);

	if (!was[0])
		was = c->batch.project;
	return was[0] && strcmp(was, name) != 0;
}

static void
choose_project(struct ui *ui, const char *name)
{
	struct compose *c = &ui->compose;
	struct draft *d = c->draft;
	bool blueprint = draft_is_set(d, FIELD_TASK_BLUEPRINT_ID);
	bool batch = draft_is_set(d, FIELD_BATCH) && strcmp(c->batch.project, name) != 0;
	bool leaves = leaves_project(c, name);

	draft_edit_begin(d, FIELD_COUNT);
	draft_set(d, FIELD_PROJECT, name, strlen(name));
	if (leaves && batch)
		draft_clear(d, FIELD_BATCH);
	if (leaves && blueprint)
		draft_clear(d, FIELD_TASK_BLUEPRINT_ID);
	draft_edit_end(d);
	if (leaves && (batch || blueprint))
		ui_toast(ui, ROLE_NOTE, "%s%s%s of the other project cleared; u brings all back",
			 batch ? "batch" : "", batch && blueprint ? " and " : "",
			 blueprint ? "blueprint" : "");
}

void
compose_picked(struct ui *ui, enum field_id f, const char *name)
{
	if (f == FIELD_PROJECT)
		choose_project(ui, name);
	else
		draft_set(ui->compose.draft, f, name, strlen(name));
	compose_focus(ui, f);
}
