/* view_editor.c - the instruction or the metadata over the whole body, while it is typed. */
#include "config.h"

#include "tui/compose.h"
#include "tui/ui.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

static void
editor_rule(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	char number[VIEW_NUMBER_SIZE], words[120];
	int line, col, lines;

	edit_place(&c->edit, &line, &col, &lines);
	if (c->mode == COMPOSE_OBJECT && check_metadata_bytes(c->check) == 0) {
		snprintf(words, sizeof(words), "line %d of %d, column %d", line, lines, col);
	} else if (c->mode == COMPOSE_OBJECT) {
		view_number(number, check_metadata_bytes(c->check));
		snprintf(words, sizeof(words), "%s of 10,000 bytes  line %d of %d, column %d",
			 number, line, lines, col);
	} else {
		view_number(number, c->edit.text.len);
		snprintf(words, sizeof(words), "%s bytes  line %d of %d, column %d", number, line,
			 lines, col);
	}
	grid_rule(g, body.y, body.x, body.cols, fields[c->focus].label, words);
}

void
view_editor(struct ui *ui, struct grid *g, struct rect body)
{
	struct compose *c = &ui->compose;
	const struct finding *it = check_field(c->check, c->focus);
	struct rect text = { body.y + 1, body.x + 1, body.rows - 2, body.cols - 2 };
	int y = body.y + body.rows - 1;
	char said[400];
	enum role role;
	char mark;

	editor_rule(ui, g, body);
	edit_view(&c->edit, g, text, ROLE_EDIT);
	if (!it) {
		if (c->mode == COMPOSE_OBJECT && c->edit.text.len > 0)
			grid_text(g, y, 1, body.cols - 2, ROLE_OK, "ok  a JSON object");
		return;
	}
	mark = view_mark(it->severity, &role);
	snprintf(said, sizeof(said), "%c %s%s%s", mark, it->msg, it->hint[0] ? ". " : "", it->hint);
	grid_text_cut(g, y, 1, body.cols - 2, role, untrusted_str(said));
}
