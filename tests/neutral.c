/* neutral.c - see neutral.h. */
#include "config.h"

#include "tests/neutral.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <vterm.h>

#define ROWS     3
#define ROW      1
#define FROM     9 /* where the text begins; a letter stands before it */
#define UNKNOWN  (-1)
#define CHARS    0x110000
#define GO_THERE "\x1B[2;9H[" /* and that letter; a mark must be sent with it to be one */
#define NEXT     ']'          /* what is written after the text */

struct neutral {
	VTerm *vt;
	VTermState *state;
	bool watched;  /* the text, and nothing of ours, is being written */
	bool closing;  /* NEXT is being written */
	int next_at;   /* the column where NEXT was seen */
	char why[128]; /* "" when nothing is wrong */
	signed char width[CHARS];
};

static void
blame(struct neutral *n, const char *what)
{
	if ((n->watched || n->closing) && !n->why[0])
		snprintf(n->why, sizeof(n->why), "%s", what);
}

/* --- what the emulator tells --- */

static int
on_glyph(VTermGlyphInfo *info, VTermPos at, void *user)
{
	struct neutral *n = user;

	if (n->closing && at.row == ROW && info->chars[0] == NEXT)
		n->next_at = at.col;
	else if (n->closing)
		blame(n, "changes what comes after it");
	else if (at.row != ROW || at.col < FROM)
		blame(n, "writes outside of its place");
	return 1;
}

static int
on_move(VTermPos to, VTermPos from, int visible, void *user)
{
	(void)from;
	(void)visible;
	if (to.row != ROW || to.col < FROM)
		blame(user, "takes the cursor away");
	return 1;
}

static int
on_scroll(VTermRect rect, int down, int right, void *user)
{
	(void)rect;
	(void)down;
	(void)right;
	blame(user, "scrolls");
	return 1;
}

static int
on_moved(VTermRect to, VTermRect from, void *user)
{
	(void)to;
	(void)from;
	blame(user, "moves other text");
	return 1;
}

static int
on_erase(VTermRect rect, int selective, void *user)
{
	(void)rect;
	(void)selective;
	blame(user, "erases");
	return 1;
}

static int
on_pen(void *user)
{
	blame(user, "changes the looks");
	return 1;
}

static int
on_attribute(VTermAttr attr, VTermValue *value, void *user)
{
	(void)attr;
	(void)value;
	return on_pen(user);
}

static int
on_property(VTermProp prop, VTermValue *value, void *user)
{
	(void)value;
	blame(user, prop == VTERM_PROP_TITLE ? "sets the title" : "sets a property");
	return 1;
}

static int
on_bell(void *user)
{
	blame(user, "rings the bell");
	return 1;
}

static int
on_line(int row, const VTermLineInfo *now, const VTermLineInfo *old, void *user)
{
	(void)row;
	(void)now;
	(void)old;
	blame(user, "changes the kind of a line");
	return 1;
}

static int
on_control(unsigned char control, void *user)
{
	(void)control;
	blame(user, "has a control character");
	return 1;
}

static int
on_csi(const char *leader, const long args[], int count, const char *between, char command,
       void *user)
{
	(void)leader;
	(void)args;
	(void)count;
	(void)between;
	(void)command;
	blame(user, "has a control sequence");
	return 1;
}

static int
on_string(const char *bytes, size_t n, void *user)
{
	(void)bytes;
	(void)n;
	blame(user, "has a control string");
	return 1;
}

static void
on_answer(const char *bytes, size_t n, void *user)
{
	(void)bytes;
	(void)n;
	blame(user, "makes the terminal answer");
}

/* --- public --- */

struct neutral *
neutral_new(void)
{
	static const VTermStateCallbacks calls = {
		.putglyph = on_glyph,
		.movecursor = on_move,
		.scrollrect = on_scroll,
		.moverect = on_moved,
		.erase = on_erase,
		.initpen = on_pen,
		.setpenattr = on_attribute,
		.settermprop = on_property,
		.bell = on_bell,
		.setlineinfo = on_line,
	};
	static const VTermParserCallbacks unknown = {
		.control = on_control,
		.csi = on_csi,
		.osc = on_string,
		.dcs = on_string,
	};
	struct neutral *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	memset(n->width, UNKNOWN, sizeof(n->width));
	n->vt = vterm_new(ROWS, FROM + NEUTRAL_COLS + 2);
	vterm_set_utf8(n->vt, 1);
	vterm_output_set_callback(n->vt, on_answer, n);
	n->state = vterm_obtain_state(n->vt);
	vterm_state_set_callbacks(n->state, &calls, n);
	vterm_state_set_unrecognised_fallbacks(n->state, &unknown, n);
	vterm_state_reset(n->state, 1);
	return n;
}

void
neutral_free(struct neutral *n)
{
	if (n)
		vterm_free(n->vt);
	free(n);
}

static void
send(struct neutral *n, const char *text, size_t len)
{
	vterm_input_write(n->vt, text, len);
}

static int
column(const struct neutral *n)
{
	VTermPos at;

	vterm_state_get_cursorpos(n->state, &at);
	return at.col;
}

/* Bytes of the first character of valid UTF-8. */
static size_t
first(const char *s, size_t len, uint32_t *cp)
{
	unsigned char c = (unsigned char)s[0];
	size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

	*cp = n == 1 ? c : c & (0x7Fu >> n);
	for (size_t i = 1; i < n && i < len; i++)
		*cp = *cp << 6 | ((unsigned char)s[i] & 0x3F);
	return n < len ? n : len;
}

static int
measure(struct neutral *n, const char *s, size_t len, uint32_t cp)
{
	char there[sizeof(GO_THERE) + 4];

	if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp >= CHARS)
		return 0;
	if (n->width[cp] == UNKNOWN) {
		memcpy(there, GO_THERE, sizeof(GO_THERE) - 1);
		memcpy(there + sizeof(GO_THERE) - 1, s, len);
		send(n, there, sizeof(GO_THERE) - 1 + len);
		n->width[cp] = (signed char)(column(n) - FROM);
	}
	return n->width[cp];
}

static size_t
encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

int
neutral_width(struct neutral *n, uint32_t cp)
{
	char text[4];

	return measure(n, text, encode(cp, text), cp);
}

int
neutral_agrees(struct neutral *n, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t cp;
		size_t step = first(text + at, len - at, &cp);

		if (measure(n, text + at, step, cp) != wcwidth((wchar_t)cp))
			return 0;
		at += step;
	}
	return 1;
}

/* How far the text should take the cursor. Not every control does something that shows. */
static int
wanted(struct neutral *n, const char *text, size_t len)
{
	int cols = 0;

	for (size_t at = 0; at < len;) {
		uint32_t cp;
		size_t step = first(text + at, len - at, &cp);

		if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
			snprintf(n->why, sizeof(n->why), "has a control character");
		cols += measure(n, text + at, step, cp);
		at += step;
	}
	return cols;
}

const char *
neutral_breach(struct neutral *n, const char *text, size_t len, int cols)
{
	static const char next[] = { NEXT };

	int all;

	n->why[0] = '\0';
	all = wanted(n, text, len);
	if (cols == NEUTRAL_ANY)
		cols = all;
	n->next_at = -1;
	send(n, GO_THERE, sizeof(GO_THERE) - 1);
	n->watched = true;
	send(n, text, len);
	n->watched = false;
	if (!n->why[0] && column(n) != FROM + cols)
		snprintf(n->why, sizeof(n->why), "moves the cursor by %d, not %d", column(n) - FROM,
			 cols);
	n->closing = true;
	send(n, next, sizeof(next));
	n->closing = false;
	if (!n->why[0] && n->next_at != FROM + cols)
		snprintf(n->why, sizeof(n->why), "swallows what comes after it");
	if (n->why[0]) {
		send(n, "\x1B\\", 2); /* out of any string */
		vterm_state_reset(n->state, 1);
		vterm_set_utf8(n->vt, 1);
	}
	return n->why[0] ? n->why : NULL;
}
