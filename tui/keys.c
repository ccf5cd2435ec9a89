/* keys.c - add a key: one row here, one case in the reducer of its place.
 *
 * Not used as defaults: ^I ^M ^H ^J (Tab, Enter, Backspace and newline by
 * another name), ^S ^Q (flow control), ^A ^B outside text (tmux and screen).
 */
#include "config.h"

#include "tui/keys.h"

#include "core/err.h"

/* clang-format off */
#define MOVES (IN_COMPOSE | IN_BOARD | IN_LOG | IN_PAYLOAD | IN_REVIEW | IN_HELP | IN_LIST | IN_DETAIL | IN_CONFIRM)
#define PICKS (IN_PICKER | IN_THEMES | IN_DRAFTS)
#define FORM  (IN_COMPOSE | IN_PAYLOAD)
#define EDITS (IN_EDIT | IN_PARAGRAPH | IN_OBJECT)

const struct key_row key_table[] = {
	/* the form */
	{ K_ENTER, IN_COMPOSE, CMD_OPEN, "Enter", "edit", "edit the field, or open its own editor" },
	{ ' ', IN_COMPOSE, CMD_CYCLE, "Space", "switch", "switch a choice or a flag to its next value" },
	{ 'x', IN_COMPOSE, CMD_CLEAR, "x", NULL, "clear the field (u brings it back)" },
	{ 'u', IN_COMPOSE, CMD_UNDO, "u", "undo", "undo the last change of the draft" },
	{ 'U', IN_COMPOSE, CMD_REDO, "U", NULL, "do again what was undone" },
	{ 'E', IN_COMPOSE, CMD_EDITOR, "E", "$EDITOR", "edit the value in $VISUAL or $EDITOR" },
	{ '!', IN_COMPOSE | IN_LIST, CMD_PROBLEM, "!", NULL, "go to the next problem" },
	{ 'F', IN_COMPOSE, CMD_FIX, "F", NULL, "apply the offered fix" },
	{ 'p', FORM, CMD_PAYLOAD, "p", "payload", "show the whole payload; again closes" },
	{ 't', FORM | IN_REVIEW, CMD_WIRE, "t", "wire/pretty", "switch between wire bytes and pretty form" },
	{ 'v', IN_PAYLOAD | IN_REVIEW, CMD_PAGER, "v", "pager", "show the body in $PAGER" },
	{ 'v', IN_COMPOSE | IN_LOG | IN_BOARD | IN_DETAIL, CMD_PAGER, "v", NULL, "show it in $PAGER" },
	{ 'w', IN_PAYLOAD | IN_REVIEW, CMD_WRITE, "w", "write", "write the body to a file" },
	{ 'w', IN_COMPOSE | IN_LOG | IN_BOARD | IN_DETAIL, CMD_WRITE, "w", NULL, "write it to a file" },
	{ 'o', IN_COMPOSE, CMD_DRAFTS, "o", "drafts", "open another draft" },
	{ 'n', IN_COMPOSE, CMD_NEW_DRAFT, "n", NULL, "start a new draft; this one is kept" },
	{ 'N', IN_COMPOSE, CMD_NAME, "N", NULL, "give the draft a name" },
	{ 's', FORM, CMD_REVIEW, "s", "REVIEW+SEND", "review, then send" },

	/* editors of text */
	{ K_ENTER, IN_EDIT, CMD_KEEP, "Enter", "keep", "keep what was typed" },
	{ K_TAB, IN_EDIT, CMD_KEEP_NEXT, "Tab", "keep+next", "keep it and go to the next field" },
	{ CTRL_KEY('S'), IN_PARAGRAPH | IN_OBJECT, CMD_KEEP, "^S", NULL,
	  "keep the text (where the terminal lets it through)" },
	{ K_TAB, IN_PARAGRAPH | IN_OBJECT, CMD_KEEP, "Tab", "keep", "keep the text and go back to the form" },
	{ K_DOWN, IN_EDIT, CMD_KEEP_NEXT, "Down", NULL, "keep it and go to the next field" },
	{ K_UP, IN_EDIT, CMD_PREVIOUS, "Up", NULL, "keep it and go to the field before" },
	{ K_BACKTAB, IN_EDIT, CMD_PREVIOUS, "S-Tab", NULL, "keep it and go to the field before" },
	{ K_ESC, EDITS, CMD_RESTORE, "Esc", "restore", "put back what stood before" },
	{ CTRL_KEY('T'), EDITS, CMD_EDITOR, "^T", "$EDITOR", "go on in $VISUAL or $EDITOR" },

	/* list editor */
	{ 'a', IN_LIST, CMD_ADD, "a", "add", "add after the cursor; a paste adds a row per line" },
	{ 'i', IN_LIST, CMD_INSERT, "i", NULL, "add before the cursor" },
	{ K_ENTER, IN_LIST, CMD_EDIT_ITEM, "Enter", "edit", "edit the row in place" },
	{ 'e', IN_LIST, CMD_EDIT_ITEM, "e", NULL, "edit the row in place" },
	{ 'd', IN_LIST, CMD_DELETE, "d", "delete", "delete the row (u brings it back)" },
	{ 'J', IN_LIST, CMD_MOVE_DOWN, "J", "move", "move the row down" },
	{ 'K', IN_LIST, CMD_MOVE_UP, "K", NULL, "move the row up" },
	{ 'D', IN_LIST, CMD_DROP_REPEATS, "D", NULL, "drop rows that repeat an earlier one" },
	{ 'u', IN_LIST, CMD_UNDO, "u", "undo", "undo the last change of the rows" },
	{ 'U', IN_LIST, CMD_REDO, "U", NULL, "do again what was undone" },
	{ 'E', IN_LIST, CMD_EDITOR, "E", "all in $EDITOR", "edit all rows in $VISUAL or $EDITOR, one a line" },
	{ 'x', IN_LIST, CMD_CLEAR, "x", NULL, "delete all rows (u brings them back)" },

	/* pickers */
	{ K_ENTER, PICKS, CMD_OPEN, "Enter", "choose", "take the row under the cursor" },
	{ K_TAB, IN_PICKER, CMD_AS_TYPED, "Tab", "take as typed", "take what was typed as it is" },
	{ CTRL_KEY('R'), IN_PICKER, CMD_RELOAD, "^R", "reload", "ask the service again" },
	{ K_ESC, PICKS, CMD_BACK, "Esc", "back", "close without choosing" },
	{ CTRL_KEY('N'), PICKS, CMD_DOWN, "^N", NULL, "next row" },
	{ CTRL_KEY('P'), PICKS, CMD_UP, "^P", NULL, "row before" },
	{ CTRL_KEY('X'), IN_DRAFTS, CMD_DELETE, "^X", "delete", "delete the draft; asks first" },

	/* review */
	{ K_ENTER, IN_REVIEW | IN_UNLOCK, CMD_SEND, "Enter", "SEND",
	  "send; on LIVE after the project's name is typed" },
	{ K_TAB, IN_REVIEW | IN_UNLOCK, CMD_PANE, "Tab", "name/body",
	  "LIVE: go from the name to the body and back" },
	{ K_ESC, IN_UNLOCK, CMD_BACK, "Esc", "back", "back to the form; nothing is sent" },

	/* board */
	{ K_ENTER, IN_BOARD, CMD_OPEN, "Enter", "detail", "show all that is known of the task" },
	{ K_TAB, IN_BOARD | IN_DETAIL, CMD_PANE, "Tab", "pane", "go to the other pane" },
	{ '/', IN_BOARD | IN_HELP, CMD_FILTER, "/", "filter",
	  "filter as you type: status=error tag:rain age<2h !fog 0412" },
	{ 'S', IN_BOARD, CMD_SORT, "S", "sort", "sort by the next column" },
	{ 'R', IN_BOARD, CMD_REVERSE, "R", NULL, "turn the order around" },
	{ 'r', IN_BOARD | IN_DETAIL, CMD_REFRESH, "r", "refresh", "ask the service for what changed" },
	{ 'a', IN_BOARD, CMD_AUTO, "a", NULL, "refresh by itself, on or off" },
	{ ' ', IN_BOARD, CMD_MARK, "Space", "mark", "mark the task; cancel acts on all marked" },
	{ 'X', IN_BOARD | IN_DETAIL, CMD_CANCEL_TASK, "X", "cancel", "cancel the task or the marked ones; asks first" },
	{ 'c', IN_BOARD | IN_DETAIL, CMD_REDO_TASK, "c", "copy", "copy the task into a new draft with a new unique_id" },
	{ 'l', IN_BOARD | IN_DETAIL, CMD_LOOK, "l", NULL, "unconfirmed: look it up now by its unique_id" },
	{ 'A', IN_BOARD | IN_DETAIL, CMD_RESEND, "A", NULL,
	  "unconfirmed: send the same bytes again, after a look-up found nothing; asks first" },
	{ 'e', IN_BOARD | IN_DETAIL, CMD_ITS_DRAFT, "e", NULL, "a task that is only here: open the draft it was made of" },
	{ 'O', IN_BOARD | IN_DETAIL, CMD_OWNER, "O", NULL, "its unique_id is another task's: go to that task" },
	{ 'L', IN_BOARD | IN_DETAIL, CMD_LINK, "L", NULL, "take that task for what was submitted; asks first" },
	{ 't', IN_BOARD | IN_DETAIL, CMD_TRY, "t", NULL, "try again to send what is held or paused" },
	{ ']', IN_BOARD | IN_DETAIL, CMD_GROW, "]", NULL, "more room for the detail" },
	{ '[', IN_BOARD | IN_DETAIL, CMD_SHRINK, "[", NULL, "less room for the detail" },

	/* filter being typed */
	{ K_ENTER, IN_FILTER, CMD_KEEP, "Enter", "keep", "keep the filter" },
	{ K_ESC, IN_FILTER, CMD_RESTORE, "Esc", "clear", "clear the filter" },

	/* log */
	{ K_ENTER, IN_LOG, CMD_OPEN, "Enter", "open", "show the request and the reply; again closes" },

	/* a question */
	{ 'y', IN_CONFIRM, CMD_SEND, "y", "yes", "do it" },
	{ 'n', IN_CONFIRM, CMD_BACK, "n", "no", "do not; Esc does the same" },
	{ ' ', IN_CONFIRM, CMD_CYCLE, "Space", "option", "switch the option" },
	{ K_ESC, IN_CONFIRM, CMD_BACK, "Esc", NULL, "do not" },

	/* moving */
	{ 'j', MOVES, CMD_DOWN, "j", NULL, "down" },
	{ K_DOWN, MOVES | PICKS | IN_UNLOCK, CMD_DOWN, "Down", NULL, "down" },
	{ 'k', MOVES, CMD_UP, "k", NULL, "up" },
	{ K_UP, MOVES | PICKS | IN_UNLOCK, CMD_UP, "Up", NULL, "up" },
	{ K_TAB, IN_COMPOSE, CMD_NEXT, "Tab", "next", "next field" },
	{ K_TAB, IN_PAYLOAD, CMD_NEXT, "Tab", "next field", "next field that is in the body" },
	{ K_ENTER, IN_PAYLOAD, CMD_OPEN, "Enter", "to its field", "to the field of this row in the form" },
	{ K_BACKTAB, FORM, CMD_PREVIOUS, "S-Tab", NULL, "field before" },
	{ 'g', MOVES, CMD_TOP, "g", NULL, "first" },
	{ K_HOME, MOVES, CMD_TOP, "Home", NULL, "first" },
	{ 'G', MOVES, CMD_BOTTOM, "G", NULL, "last" },
	{ K_END, MOVES, CMD_BOTTOM, "End", NULL, "last" },
	{ CTRL_KEY('D'), MOVES, CMD_HALF_DOWN, "^D", NULL, "half a page down" },
	{ CTRL_KEY('U'), MOVES, CMD_HALF_UP, "^U", NULL, "half a page up" },
	{ K_PGDN, MOVES | PICKS | IN_UNLOCK, CMD_PAGE_DOWN, "PgDn", NULL, "a page down" },
	{ K_PGUP, MOVES | PICKS | IN_UNLOCK, CMD_PAGE_UP, "PgUp", NULL, "a page up" },

	/* everywhere */
	{ '1', IN_VIEWS, CMD_COMPOSE, "1", NULL, "the form" },
	{ '2', IN_VIEWS, CMD_BOARD, "2", NULL, "the tasks" },
	{ '3', IN_VIEWS, CMD_LOG, "3", NULL, "the log of calls" },
	{ '?', IN_VIEWS | IN_LIST, CMD_HELP, "?", NULL, "help for where you are" },
	{ K_F1, ~0u, CMD_HELP, "F1", NULL, "help, also while typing" },
	{ 'T', IN_COMPOSE | IN_BOARD | IN_LOG, CMD_THEMES, "T", NULL, "choose a theme, with live preview" },
	{ K_ESC, IN_VIEWS | IN_LIST | IN_HELP, CMD_BACK, "Esc", NULL, "one step back; never quits" },
	{ 'q', IN_VIEWS | IN_LIST | IN_HELP, CMD_QUIT, "q", NULL, "close; on the form and the board: quit, all is kept" },
	{ CTRL_KEY('C'), ~0u, CMD_INTERRUPT, "^C", NULL, "stop the calls that run; twice quits, the draft is kept" },
	{ CTRL_KEY('Z'), ~0u, CMD_SUSPEND, "^Z", NULL, "suspend" },
	{ CTRL_KEY('L'), ~0u, CMD_REDRAW, "^L", NULL, "draw the screen again" },
};
/* clang-format on */

const size_t key_count = ARRAY_LEN(key_table);

static const struct {
	enum place place;
	const char *name;
} places[] = {
	{ IN_COMPOSE, "Compose" },
	{ IN_BOARD, "Tasks" },
	{ IN_LOG, "Log" },
	{ IN_PAYLOAD, "Payload" },
	{ IN_REVIEW, "Review" },
	{ IN_HELP, "Help" },
	{ IN_EDIT, "Editing a line" },
	{ IN_PARAGRAPH, "Editing text" },
	{ IN_LIST, "List" },
	{ IN_PICKER, "Picker" },
	{ IN_OBJECT, "Editing metadata" },
	{ IN_DETAIL, "Detail" },
	{ IN_CONFIRM, "Question" },
	{ IN_DRAFTS, "Drafts" },
	{ IN_THEMES, "Themes" },
	{ IN_FILTER, "Filter" },
	{ IN_UNLOCK, "Review" },
};

enum command
key_command(uint32_t key, enum place place)
{
	for (size_t i = 0; i < key_count; i++)
		if (key_table[i].key == key && (key_table[i].places & place))
			return key_table[i].command;
	return CMD_NONE;
}

const struct key_row *
key_for(enum command command, enum place place)
{
	for (size_t i = 0; i < key_count; i++)
		if (key_table[i].command == command && (key_table[i].places & place))
			return &key_table[i];
	return NULL;
}

const char *
key_place_name(enum place place)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].place & place)
			return places[i].name;
	return "";
}
