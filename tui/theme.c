/* theme.c - reads theme files. Add a role: a line in enum role, one in
 * role_names, one in each file of themes/ that inherits nothing. */
#include "config.h"

#include "tui/theme.h"

#include "core/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/theme_text.h"

#define INHERIT_MAX 8

/* clang-format off */
static const char *const role_names[ROLE_COUNT] = {
	[ROLE_NORMAL]      = "normal",
	[ROLE_TITLE]       = "title",
	[ROLE_RULE]        = "rule",
	[ROLE_HEAD]        = "head",
	[ROLE_LABEL]       = "label",
	[ROLE_VALUE]       = "value",
	[ROLE_EMPTY]       = "empty",
	[ROLE_NOTE]        = "note",
	[ROLE_CURSOR]      = "cursor",
	[ROLE_CURSOR_IDLE] = "cursor-idle",
	[ROLE_MARKED]      = "marked",
	[ROLE_EDIT]        = "edit",
	[ROLE_MODE]        = "mode",
	[ROLE_KEY]         = "key",
	[ROLE_MATCH]       = "match",
	[ROLE_JSON_KEY]    = "json-key",
	[ROLE_JSON_STRING] = "json-string",
	[ROLE_JSON_NUMBER] = "json-number",
	[ROLE_JSON_WORD]   = "json-word",
	[ROLE_JSON_PUNCT]  = "json-punct",
	[ROLE_OK]          = "ok",
	[ROLE_BUSY]        = "busy",
	[ROLE_WARNING]     = "warning",
	[ROLE_ERROR]       = "error",
	[ROLE_QUIET]       = "quiet",
	[ROLE_UNSURE]      = "unsure",
	[ROLE_TEST]        = "test",
	[ROLE_LIVE]        = "live",
	[ROLE_POPUP]       = "popup",
	[ROLE_MADE]        = "made",
};
/* clang-format on */

static const char *const color_names[] = {
	"black",      "red",           "green",       "yellow",     "blue",        "magenta",
	"cyan",       "white",         "brightblack", "brightred",  "brightgreen", "brightyellow",
	"brightblue", "brightmagenta", "brightcyan",  "brightwhite"
};

static const char *const attr_names[] = { "bold", "dim", "reverse", "underline", "italic" };

const char *
theme_role_name(enum role role)
{
	return role_names[role];
}

struct word {
	const char *p;
	size_t n;
};

/* Where the reader of one file is. */
struct reader {
	const char *p; /* in the line; never past its end */
	const char *name;
	int line;
	struct err *err;
};

static struct word
next_word(struct reader *r)
{
	struct word w;

	r->p += strspn(r->p, " \t\r");
	w.p = r->p;
	w.n = strcspn(r->p, " \t\r\n");
	r->p += w.n;
	return w;
}

static bool
is_word(struct word w, const char *text)
{
	return strlen(text) == w.n && memcmp(text, w.p, w.n) == 0;
}

/* Index of the word in list, or -1. */
static int
find(const char *const *list, size_t count, struct word w)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(w, list[i]))
			return (int)i;
	return -1;
}

static bool
parse_number(struct word w, int base, int32_t *v)
{
	char text[8] = "";
	char *end;

	if (w.n == 0 || w.n >= sizeof(text))
		return false;
	memcpy(text, w.p, w.n);
	if (strspn(text, base == 16 ? "0123456789abcdefABCDEF" : "0123456789") != w.n)
		return false;
	*v = (int32_t)strtol(text, &end, base);
	return *end == '\0';
}

static bool
parse_color(struct word w, int32_t *color)
{
	int32_t v;

	if (is_word(w, "default")) {
		*color = -1;
		return true;
	}
	if (w.n == 7 && w.p[0] == '#') {
		if (!parse_number((struct word){ w.p + 1, 6 }, 16, &v))
			return false;
		*color = COLOR_RGB | v;
		return true;
	}
	if (parse_number(w, 10, &v)) {
		*color = v;
		return v <= 255;
	}
	v = find(color_names, ARRAY_LEN(color_names), w);
	*color = v;
	return v >= 0;
}

static enum err_code
bad(const struct reader *r, const char *what, struct word w)
{
	if (w.n == 0 || w.p[0] == '\0')
		return err_set(r->err, ERR_PARSE, "theme %.32s line %d: %s is missing", r->name,
			       r->line, what);
	return err_set(r->err, ERR_PARSE, "theme %.32s line %d: no such %s: \"%.*s\"", r->name,
		       r->line, what, w.n > 40 ? 40 : (int)w.n, w.p);
}

/* The rest of a line after the name of its role. */
static enum err_code
parse_style(struct reader *r, struct style *out)
{
	struct style s = { .fg = -1, .bg = -1 };
	struct word w;
	int v;

	w = next_word(r);
	if (!parse_color(w, &s.fg))
		return bad(r, "text colour", w);
	w = next_word(r);
	if (!parse_color(w, &s.bg))
		return bad(r, "background colour", w);
	for (w = next_word(r); w.n > 0 && w.p[0] != '#'; w = next_word(r)) {
		if ((v = find(attr_names, ARRAY_LEN(attr_names), w)) < 0)
			return bad(r, "attribute", w);
		s.attr |= (unsigned char)(1 << v);
	}
	*out = s;
	return ERR_OK;
}

struct source {
	theme_find_fn *find;
	void *arg;
	int depth;
};

static enum err_code parse(struct theme *t, struct reader *r, const struct source *source);

static enum err_code
inherit(struct theme *t, struct reader *r, const struct source *source)
{
	struct word w = next_word(r);
	struct source deeper = *source;
	struct reader below = { .err = r->err };
	enum err_code code;
	char name[32];
	char *text;

	if (w.n == 0 || w.n >= sizeof(name))
		return bad(r, "theme to inherit", w);
	if (++deeper.depth > INHERIT_MAX)
		return err_set(r->err, ERR_PARSE, "theme %.32s line %d: inherits in a circle",
			       r->name, r->line);
	memcpy(name, w.p, w.n);
	name[w.n] = '\0';
	text = source->find ? source->find(name, source->arg) : NULL;
	if (!text)
		return bad(r, "theme to inherit", w);
	below.p = text;
	below.name = name;
	code = parse(t, &below, &deeper);
	free(text);
	return code;
}

/* "# words" before anything else says what the theme is. */
static void
parse_about(struct theme *t, struct reader *r)
{
	size_t n;

	r->p += strspn(r->p, "# \t");
	n = strcspn(r->p, "\r\n");
	snprintf(t->about, sizeof(t->about), "%.*s", n > 90 ? 90 : (int)n, r->p);
}

static enum err_code
parse(struct theme *t, struct reader *r, const struct source *source)
{
	bool styled = false;

	for (;; r->p++) {
		struct word w;
		int role;

		r->line++;
		w = next_word(r);
		if (w.n > 0 && w.p[0] == '#') {
			r->p = w.p;
			if (!t->about[0] && source->depth == 0)
				parse_about(t, r);
		} else if (is_word(w, "inherits")) {
			if (styled)
				return err_set(
					r->err, ERR_PARSE,
					"theme %.32s line %d: inherits comes before the roles",
					r->name, r->line);
			if (inherit(t, r, source))
				return r->err->code;
		} else if (w.n > 0) {
			role = find(role_names, ROLE_COUNT, w);
			if (role < 0)
				return bad(r, "role", w);
			if (parse_style(r, &t->style[role]))
				return r->err->code;
			styled = true;
		}
		r->p += strcspn(r->p, "\n");
		if (!*r->p)
			return ERR_OK;
	}
}

const char *
theme_built_in(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(theme_texts); i++)
		if (strcmp(theme_texts[i].name, name) == 0)
			return theme_texts[i].text;
	return NULL;
}

const char *
theme_built_in_name(size_t i)
{
	return i < ARRAY_LEN(theme_texts) ? theme_texts[i].name : NULL;
}

static char *
find_nothing(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "default") == 0 ? mem_strdup(theme_built_in("default")) : NULL;
}

enum err_code
theme_parse(struct theme *t, const char *name, const char *text, theme_find_fn *find_text,
	    void *arg, struct err *err)
{
	struct reader r = { .p = text, .name = name, .err = err };
	struct source source = { .find = find_text ? find_text : find_nothing, .arg = arg };
	struct theme made;

	theme_default(&made);
	made.about[0] = '\0';
	if (parse(&made, &r, &source))
		return err->code;
	snprintf(made.name, sizeof(made.name), "%s", name);
	*t = made;
	return ERR_OK;
}

void
theme_default(struct theme *t)
{
	struct err err = ERR_INIT;
	struct reader r = { .p = theme_built_in("default"), .name = "default", .err = &err };
	struct source source = { .find = NULL };
	enum err_code code;

	*t = (struct theme){ .name = "default" };
	for (int i = 0; i < ROLE_COUNT; i++)
		t->style[i] = (struct style){ .fg = -1, .bg = -1 };
	code = parse(t, &r, &source);
	assert(code == ERR_OK); /* a test holds themes/default.theme to this */
	(void)code;
}
