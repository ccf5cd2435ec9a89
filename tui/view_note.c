/* view_note.c - the line above the keys while the form is open: what the focused thing is. */
#include "config.h"

#include "tui/compose.h"

#include "core/text.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

/* Its row says it already: in full whatever stands there, or enough for who sees the fix. */
static bool
told(const struct ui *ui, const struct finding *it, bool offered)
{
	if (view_one_field(ui->rows, ui->cols))
		return ui->compose.mode == COMPOSE_NAV || ui->compose.mode == COMPOSE_LINE;
	return ui->cols >= VIEW_STACK_COLS && ui->compose.mode == COMPOSE_NAV &&
	       (offered || text_cols(view_said(it), strlen(view_said(it))) + 3 < VIEW_NOTE_COLS);
}

/* What F would do, what is wrong, what helps. */
static void
note_of_finding(const struct ui *ui, const struct finding *it, char *out, size_t size)
{
	char fix[560] = "";
	bool offered = ui->compose.mode == COMPOSE_NAV &&
		       compose_fix_offer(ui, it->field, fix, sizeof(fix));
	bool msg = !told(ui, it, offered) || !it->hint[0];

	snprintf(out, size, "%s%s%s%s%s%s", offered ? "F: " : "", fix, offered ? ".  " : "",
		 msg ? view_said(it) : "", msg && it->hint[0] ? ". " : "", it->hint);
}

/* The list says itself what is wrong with its current row, if it has the rows for it. */
static void
note_of_list(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	bool small = ui->rows < 17;

	snprintf(out, size, "%s", fields[c->focus].help);
	for (size_t i = 0; i < check_count(c->check); i++) {
		const struct finding *it = check_get(c->check, i);
		bool here = (it->item == FINDING_NO_ITEM && !it->rest) ||
			    (small && it->item == c->items.at);

		if (it->field == c->focus && here) {
			note_of_finding(ui, it, out, size);
			return;
		}
	}
}

static void
note_of_field(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;
	const struct finding *it = check_field(c->check, c->focus);
	const char *whole = review_refusal(ui, FIELD_COUNT);

	if (review_refusal(ui, c->focus))
		snprintf(out, size, "%s",
			 c->refusal.hint[0] ? c->refusal.hint
					    : "nothing was created; s sends again");
	else if (whole)
		snprintf(out, size, "refused: %s", whole);
	else if (c->mode == COMPOSE_NAV && c->sent_as[0] && c->sent_revs == compose_revs(c->draft))
		snprintf(out, size,
			 "%s is created. This is the next draft: the same values, "
			 "another unique_id.",
			 c->sent_as);
	else if (c->mode == COMPOSE_NAV && view_one_field(ui->rows, ui->cols))
		snprintf(out, size, "Tab next  S-Tab before  p payload");
	else if (it && c->mode != COMPOSE_PARAGRAPH && c->mode != COMPOSE_OBJECT)
		note_of_finding(ui, it, out, size);
	else
		snprintf(out, size, "%s", fields[c->focus].help);
}

/* What the choice in the picker will mean. */
static void
note_of_picker(const struct ui *ui, char *out, size_t size)
{
	const struct draft *d = ui->compose.draft;
	enum field_id f = ui->popup.field;

	if (f == FIELD_PROJECT && draft_is_set(d, f) &&
	    (draft_is_set(d, FIELD_BATCH) || draft_is_set(d, FIELD_TASK_BLUEPRINT_ID)))
		snprintf(out, size,
			 "Another project clears the batch and the blueprint; u brings all back.");
	else
		snprintf(out, size, "%s", fields[f].help);
}

void
compose_note(const struct ui *ui, char *out, size_t size)
{
	const struct compose *c = &ui->compose;

	if (ui->popup.kind == POPUP_PICKER)
		note_of_picker(ui, out, size);
	else if (ui->view == VIEW_REVIEW)
		snprintf(out, size,
			 ui->cols < 75 ? "If the line drops: never sent twice."
				       : "If the line drops, it is looked up by its unique_id, "
					 "never sent twice.");
	else if (ui->view == VIEW_PAYLOAD)
		snprintf(out, size, "%s: Enter goes to it, Tab to the next. t: %s.",
			 fields[c->focus].label,
			 c->wire ? "one member a line" : "the bytes as sent");
	else if (c->mode == COMPOSE_LIST || c->mode == COMPOSE_ITEM)
		note_of_list(ui, out, size);
	else
		note_of_field(ui, out, size);
}
