/* view.c - the frame: where we are, the view, what the focused thing is, which keys matter.
 *
 * The top line, the note and the keys are the same in every view; the rows
 * between them belong to the view. What the bottom line says is keys.c's.
 */
#include "config.h"

#include "tui/view.h"

#include "core/text.h"
#include "tui/view_parts.h"

#include <stdio.h>
#include <string.h>

#define NOTE_MORE_ROWS 20
#define NOTICE_ROWS    14 /* from here on what stands in the way has a row of its own */
#define WIDE_COLS      80 /* from here on the top line has room for all it knows */

/* The digits that go to the three views; the one we are in stands in brackets. */
static void
tabs(const struct ui *ui, char *out, size_t size)
{
	bool board = ui->view == VIEW_BOARD, log = ui->view == VIEW_LOG;

	snprintf(out, size, "%s %s %s", board || log ? " 1 Compose" : "[1 Compose]",
		 board ? "[2 Tasks]" : "2 Tasks", log ? "[3 Log]" : "3 Log ");
}

static void
position(const struct ui *ui, char *out, size_t size)
{
	if (ui->view == VIEW_BOARD)
		snprintf(out, size, "Tasks ");
	else if (ui->view == VIEW_LOG)
		snprintf(out, size, "Log ");
	else
		snprintf(out, size, "%d/%d ", (int)ui->compose.focus + 1, FIELD_COUNT);
}

static void
top_line(struct ui *ui, struct grid *g)
{
	bool wide = g->cols >= WIDE_COLS, live = ui->where.mode == KEY_LIVE && ui->where.has_key;
	const char *name = view_draft_name(ui), *bar = g->ascii ? " | " : " │ ";
	const char *profile = view_profile(ui), *state;
	char right[48];
	int x = 1, room;
	size_t n;

	grid_role(g, 0, 0, g->cols, ROLE_TITLE);
	if (wide)
		tabs(ui, right, sizeof(right));
	else
		position(ui, right, sizeof(right));
	room = g->cols - (int)strlen(right) - 1;
	if (wide) {
		x += grid_text(g, 0, x, room - x, ROLE_TITLE, "multistage");
		x += grid_text(g, 0, x, room - x, ROLE_TITLE, bar);
	}
	x += grid_text(g, 0, x, room - x, live ? ROLE_LIVE : ROLE_TEST, view_mode(ui));
	if (g->cols >= 60 && profile[0]) {
		x += grid_text(g, 0, x, 1, ROLE_TITLE, " ");
		x += grid_text_cut(g, 0, x, room / 3, ROLE_TITLE, untrusted_str(profile));
	}
	if (g->cols >= 120 && ui->where.key[0])
		x += grid_textf(g, 0, x, room - x, ROLE_TITLE, " (%s)", ui->where.key);
	x += grid_text(g, 0, x, room - x, ROLE_TITLE, wide ? bar : " ");
	state = ui->compose.save_again_ms ? " NOT SAVED" : ui_unsaved(ui) ? " *" : "";
	room -= state[0] ? (int)strlen(state) : 2;
	n = strlen(name);
	if ((int)text_cols(name, n) > room - x)
		n = compose_name_short(name);
	x += grid_text_cut(g, 0, x, room - x, ROLE_TITLE, untrusted(name, n));
	room = g->cols - (int)strlen(right) - 1;
	grid_text(g, 0, x, room - x, ui->compose.save_again_ms ? ROLE_ERROR : ROLE_TITLE, state);
	grid_text(g, 0, g->cols - (int)strlen(right), (int)strlen(right), ROLE_TITLE, right);
}

/* The row above the keys; more of them when it has more to say. */
struct note {
	char text[sizeof(((struct ui *)0)->toast.text)];
	enum role role;
	int rows;
};

/* What an error says is read to its end, also on a small screen; what a field is about gets
 * another row where there are rows enough. The body gives them: nothing is covered. */
static int
rows_for(const struct note *note, const struct grid *g)
{
	int most = note->role == ROLE_ERROR ? 3 : g->rows >= NOTE_MORE_ROWS ? 2 : 1;
	int rows = view_words_rows(note->text, strlen(note->text), g->cols - 2);

	if (rows < 1)
		return 1;
	return rows < most ? rows : most;
}

/* What stands in the way of all that is to be sent, above the note; on a small screen it is
 * the note. */
struct notice {
	char text[2 * sizeof(((struct hold *)0)->note) + 128];
	enum role role;
};

static void
notice_of(const struct ui *ui, struct notice *n)
{
	n->role = standing_text(&ui->standing, ui->now, ui->utc, n->text, sizeof(n->text));
}

/* Rows used, above row below. */
static int
notice_line(struct grid *g, const struct notice *n, int below)
{
	int rows = view_words_rows(n->text, strlen(n->text), g->cols - 2);

	if (!n->text[0] || g->rows < NOTICE_ROWS)
		return 0;
	rows = rows > 1 && g->rows >= NOTE_MORE_ROWS ? 2 : 1;
	view_words(g, (struct rect){ below - rows, 1, rows, g->cols - 2 }, n->role, n->text,
		   strlen(n->text));
	return rows;
}

static void
note_of(struct ui *ui, const struct grid *g, const struct notice *notice, struct note *note)
{
	*note = (struct note){ .role = ROLE_NOTE, .rows = 1 };
	if (ui->view == VIEW_COMPOSE && ui->compose.mode == COMPOSE_NAME)
		return;
	if (ui->toast.until_ms != 0) {
		snprintf(note->text, sizeof(note->text), "%s", ui->toast.text);
		note->role = ui->toast.role;
	} else if (notice->text[0] && g->rows < NOTICE_ROWS) {
		snprintf(note->text, sizeof(note->text), "%.*s", (int)sizeof(note->text) - 1,
			 notice->text);
		note->role = notice->role;
	} else if (ui->popup.kind == POPUP_DRAFTS || ui->popup.kind == POPUP_THEMES) {
		return; /* they are not about the focused field */
	} else if (ui->view == VIEW_BOARD) {
		board_note(ui, note->text, sizeof(note->text));
	} else if (ui->view == VIEW_LOG) {
		logview_note(ui, note->text, sizeof(note->text));
	} else {
		compose_note(ui, note->text, sizeof(note->text));
	}
	note->rows = rows_for(note, g);
}

static void
note_line(struct ui *ui, struct grid *g, const struct note *note)
{
	struct rect r = { g->rows - 1 - note->rows, 1, note->rows, g->cols - 2 };
	int x;

	if (ui->view == VIEW_COMPOSE && ui->compose.mode == COMPOSE_NAME) {
		x = 1 + grid_text(g, r.y, 1, r.cols, ROLE_LABEL, "name of the draft: ");
		edit_view(&ui->compose.edit, g, (struct rect){ r.y, x, 1, g->cols - x - 1 },
			  ROLE_EDIT);
		return;
	}
	view_words(g, r, note->role, note->text, strlen(note->text));
}

/* One key and its word; columns used, 0 when there is no room. */
static int
key_word(struct grid *g, int x, int end, const char *name, const char *word)
{
	int y = g->rows - 1;
	int cols = (int)(text_cols(name, strlen(name)) + 1 + text_cols(word, strlen(word)));

	if (x + cols > end)
		return 0;
	grid_text(g, y, x, end - x, ROLE_KEY, name);
	grid_text(g, y, x + cols - (int)text_cols(word, strlen(word)), end - x, ROLE_NORMAL, word);
	return cols;
}

/* Keys that must be seen whatever else there is room for, from the right. */
static int
fixed_keys(const struct ui *ui, struct grid *g, enum place place)
{
	static const struct {
		enum command command;
		const char *word;
	} fixed[] = {
		{ CMD_HELP, "help" },
		{ CMD_REVIEW, "REVIEW+SEND" },
		{ CMD_SEND, "SEND" },
	};
	int end = g->cols - 1;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		const struct key_row *row = key_for(fixed[i].command, place);
		const char *word = row && row->word ? row->word : fixed[i].word;
		int cols;

		if (!row || (fixed[i].command == CMD_HELP && row->key != '?'))
			continue;
		if (place == IN_REVIEW && fixed[i].command == CMD_SEND &&
		    check_errors(ui->compose.check) > 0)
			word = "first problem";
		cols = (int)(strlen(row->name) + 1 + text_cols(word, strlen(word)));
		if (end - cols < 1)
			break;
		key_word(g, end - cols, end, row->name, word);
		end -= cols + 2;
	}
	return end;
}

/* A key that would do nothing on the focused field is not worth its room. */
static bool
worth_showing(const struct ui *ui, const struct key_row *row, enum place place)
{
	enum field_kind kind = fields[ui->compose.focus].kind;

	if (!row->word || !(row->places & place))
		return false;
	if (row->command == CMD_REVIEW || row->command == CMD_SEND || row->command == CMD_HELP)
		return false;
	if (place == IN_COMPOSE && row->command == CMD_CYCLE)
		return kind == FIELD_CHOICE || kind == FIELD_FLAG;
	if (place == IN_CONFIRM && row->command == CMD_CYCLE)
		return ui->popup.confirm.kind == CONFIRM_CANCEL;
	if (place == IN_REVIEW && row->command == CMD_PANE)
		return ui->where.mode == KEY_LIVE && check_errors(ui->compose.check) == 0;
	return true;
}

static void
key_line(struct ui *ui, struct grid *g)
{
	enum place place = ui_place(ui);
	int x = 1, end = fixed_keys(ui, g, place);

	if (place & IN_TYPING)
		x += grid_text(g, g->rows - 1, 0, end, ROLE_MODE, " EDIT ") + 1;
	for (size_t i = 0; i < key_count; i++) {
		int used;

		if (!worth_showing(ui, &key_table[i], place))
			continue;
		used = key_word(g, x, end, key_table[i].name, key_table[i].word);
		if (used > 0)
			x += used + 2;
	}
}

static void
too_small(struct grid *g)
{
	char text[96];
	struct rect all = { 0, 0, g->rows, g->cols };

	snprintf(text, sizeof(text), "%dx%d is too small; %dx%d is needed. Nothing is lost.",
		 g->cols, g->rows, VIEW_MIN_COLS, VIEW_MIN_ROWS);
	view_words(g, all, ROLE_WARNING, text, strlen(text));
}

static void
view_body(struct ui *ui, struct grid *g, struct rect body)
{
	switch (ui->view) {
	case VIEW_COMPOSE: view_compose(ui, g, body); break;
	case VIEW_BOARD: view_board(ui, g, body); break;
	case VIEW_LOG: view_log(ui, g, body); break;
	case VIEW_PAYLOAD: view_payload(ui, g, body); break;
	case VIEW_REVIEW: view_review(ui, g, body); break;
	case VIEW_COUNT: break;
	}
}

void
view(struct ui *ui, struct grid *g)
{
	struct notice notice;
	struct note note;
	int rows;

	grid_clear(g);
	if (g->rows < VIEW_MIN_ROWS || g->cols < VIEW_MIN_COLS) {
		too_small(g);
		return;
	}
	top_line(ui, g);
	notice_of(ui, &notice);
	note_of(ui, g, &notice, &note);
	rows = g->rows - 2 - note.rows;
	rows -= notice_line(g, &notice, 1 + rows);
	view_body(ui, g, (struct rect){ 1, 0, rows, g->cols });
	note_line(ui, g, &note);
	key_line(ui, g);
	if (ui->popup.kind == POPUP_NONE)
		return;
	g->cur_y = g->cur_x = -1;
	popup_view(ui, g);
}
