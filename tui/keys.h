/* keys.h - key codes, and THE TABLE of keys: help, bottom line, man page and tests read it. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A key is a code point, or one of these. Control keys are CTRL_KEY('A'),
 * with the usual twins kept apart where the terminal does (Enter is ^M, Tab
 * ^I, Backspace ^H or DEL). Alt adds KEY_ALT.
 */
enum {
	KEY_NAMED = 0x110000,
	K_ENTER,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_DELETE,
	K_INSERT,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PGUP,
	K_PGDN,
	K_ESC,
	K_CTRL_LEFT,
	K_CTRL_RIGHT,
	K_F1,
	KEY_CTRL_BASE = 0x120000,
	KEY_ALT = 0x200000
};
#define CTRL_KEY(c) (KEY_CTRL_BASE + ((unsigned)(c)&0x1F))

enum place { /* where a key means something; bits */
	     IN_COMPOSE = 1,
	     IN_BOARD = 2,
	     IN_LOG = 4,
	     IN_PAYLOAD = 8,
	     IN_REVIEW = 16,
	     IN_HELP = 32,
	     IN_EDIT = 64,
	     IN_PARAGRAPH = 128,
	     IN_LIST = 256,
	     IN_PICKER = 512,
	     IN_OBJECT = 1024,
	     IN_DETAIL = 2048,
	     IN_CONFIRM = 4096,
	     IN_DRAFTS = 8192,
	     IN_THEMES = 16384,
	     IN_FILTER = 32768,
	     IN_UNLOCK = 65536,
	     IN_VIEWS = 1 | 2 | 4 | 8 | 16 | 2048, /* nav mode of the big views */
	     IN_TYPING = 64 | 128 | 512 | 1024 | 8192 | 16384 | 32768 | 65536
};

enum command { /* what a key asks for; every one has a row in the table */
	       CMD_NONE = 0,
	       CMD_COMPOSE,
	       CMD_BOARD,
	       CMD_LOG,
	       CMD_HELP,
	       CMD_BACK,
	       CMD_QUIT,
	       CMD_INTERRUPT,
	       CMD_SUSPEND,
	       CMD_REDRAW,
	       CMD_THEMES,
	       CMD_PALETTE,
	       CMD_DOWN,
	       CMD_UP,
	       CMD_LEFT,
	       CMD_RIGHT,
	       CMD_TOP,
	       CMD_BOTTOM,
	       CMD_HALF_DOWN,
	       CMD_HALF_UP,
	       CMD_PAGE_DOWN,
	       CMD_PAGE_UP,
	       CMD_NEXT,
	       CMD_PREVIOUS,
	       CMD_OPEN,
	       CMD_CYCLE,
	       CMD_CLEAR,
	       CMD_UNDO,
	       CMD_REDO,
	       CMD_EDITOR,
	       CMD_PROBLEM,
	       CMD_FIX,
	       CMD_PAYLOAD,
	       CMD_WIRE,
	       CMD_REVIEW,
	       CMD_DRAFTS,
	       CMD_NEW_DRAFT,
	       CMD_PAGER,
	       CMD_ADD,
	       CMD_INSERT,
	       CMD_EDIT_ITEM,
	       CMD_DELETE,
	       CMD_MOVE_DOWN,
	       CMD_MOVE_UP,
	       CMD_DROP_REPEATS,
	       CMD_FILTER,
	       CMD_SORT,
	       CMD_REVERSE,
	       CMD_REFRESH,
	       CMD_AUTO,
	       CMD_CANCEL_TASK,
	       CMD_REDO_TASK,
	       CMD_MARK,
	       CMD_PANE,
	       CMD_GROW,
	       CMD_SHRINK,
	       CMD_LOOK,
	       CMD_RESEND,
	       CMD_TRY,
	       CMD_ITS_DRAFT,
	       CMD_OWNER,
	       CMD_LINK,
	       CMD_WRITE,
	       CMD_KEEP,
	       CMD_KEEP_NEXT,
	       CMD_RESTORE,
	       CMD_SEND,
	       CMD_RELOAD,
	       CMD_AS_TYPED,
	       CMD_ALL,
	       CMD_NAME,
	       CMD_COUNT
};

struct key_row {
	uint32_t key;
	unsigned places; /* bits of enum place */
	enum command command;
	const char *name; /* "Enter", "^D", "S-Tab": as the help writes it */
	const char *word; /* bottom line, one or two words; NULL = not there */
	const char *help; /* one sentence; help view and man page */
};

extern const struct key_row key_table[];
extern const size_t key_count;

/* The command of a key in a place, or CMD_NONE. */
enum command key_command(uint32_t key, enum place place);
/* The first row for a command in a place, or NULL: "what do I press for this". */
const struct key_row *key_for(enum command command, enum place place);
/* Name of a place for the help's title ("Compose"). */
const char *key_place_name(enum place place);

#endif
