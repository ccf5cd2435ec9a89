/* theme.h - what each kind of text looks like. Data only; no curses here.
 *
 * Views name roles, never colours. A theme is a plain file: one role a line,
 * "role  text  behind  attributes", "inherits NAME" first if wanted; colours
 * are "default", an ANSI name ("brightred" too), 0..255 or #rrggbb.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { /* names in theme.c, documented in multistage-theme(5) */
	    ROLE_NORMAL,
	    ROLE_TITLE, /* top line */
	    ROLE_RULE,  /* lines between panes */
	    ROLE_HEAD,  /* words in a rule */
	    ROLE_LABEL,
	    ROLE_VALUE,
	    ROLE_EMPTY,       /* what stands for an unset value */
	    ROLE_NOTE,        /* remarks at the right of a field; ages; help lines */
	    ROLE_CURSOR,      /* the row or field under the cursor */
	    ROLE_CURSOR_IDLE, /* the same in a pane without focus */
	    ROLE_MARKED,
	    ROLE_EDIT,  /* text being edited */
	    ROLE_MODE,  /* the word EDIT */
	    ROLE_KEY,   /* names of keys */
	    ROLE_MATCH, /* letters a filter matched */
	    ROLE_JSON_KEY,
	    ROLE_JSON_STRING,
	    ROLE_JSON_NUMBER,
	    ROLE_JSON_WORD, /* true false null */
	    ROLE_JSON_PUNCT,
	    ROLE_OK,   /* completed */
	    ROLE_BUSY, /* pending, queued */
	    ROLE_WARNING,
	    ROLE_ERROR,
	    ROLE_QUIET,  /* canceled, stale */
	    ROLE_UNSURE, /* unconfirmed */
	    ROLE_TEST,   /* where we are: the word TEST or SANDBOX */
	    ROLE_LIVE,   /* the word LIVE */
	    ROLE_POPUP,
	    ROLE_MADE, /* visible substitute for a byte that must not be shown raw */
	    ROLE_COUNT
};

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4, STYLE_UNDERLINE = 8, STYLE_ITALIC = 16 };

#define COLOR_RGB 0x1000000 /* flag: the low 24 bits are #rrggbb */

struct style {
	int32_t fg, bg;     /* 0..255, COLOR_RGB | rgb, or -1 for the terminal's own */
	unsigned char attr; /* STYLE_* bits */
};

struct theme {
	char name[32];
	char about[96]; /* first comment line of the file */
	struct style style[ROLE_COUNT];
};

/* themes/default.theme, as it is built in. */
void theme_default(struct theme *t);

/* Read the text of a .theme file; find gives the text of an inherited theme (owned
 * by the caller of find), or NULL. Roles not named keep what was inherited, else the
 * default. Errors: ERR_PARSE, "theme NAME line N: ...". */
typedef char *theme_find_fn(const char *name, void *arg);
enum err_code theme_parse(struct theme *t, const char *name, const char *text, theme_find_fn *find,
			  void *arg, struct err *err) MUST_CHECK;

/*
 * Load by name: user's folder (conf data_dir/themes), then the installed one
 * ($MULTISTAGE_THEMES or THEME_DIR), then what is built in.
 * Errors: ERR_CONFIG with the list of names as hint.
 */
enum err_code theme_load(struct theme *t, const char *name, const char *user_dir,
			 struct err *err) MUST_CHECK;
/* Sorted names of all that theme_load() would find; owned, free each and the list. */
size_t theme_list(const char *user_dir, char ***names);

const char *theme_role_name(enum role role);

/* Text of a theme that is built in (all of themes/ are), or NULL; the name of the i-th, or NULL. */
const char *theme_built_in(const char *name);
const char *theme_built_in_name(size_t i);

/* Nearest of the terminal's colours (8, 16, 88, 256 or direct) for an #rrggbb or a high index;
 * -1 stays, and is all there is below 8 colours. */
int theme_degrade(int32_t color, int colors);

#endif
