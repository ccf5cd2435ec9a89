/* edit.c - see edit.h. Every change of the text is one splice(), which is what
 * makes undo complete. A new key: a case in move_key() or change_key(). */
#include "config.h"

#include "tui/edit.h"

#include "core/mem.h"
#include "core/text.h"
#include "tui/keys.h"
#include "tui/wrap.h"

#include <stdlib.h>
#include <string.h>

#define UNDO_MAX 200

/* To take it back: put old where new_len bytes at pos are now. */
struct edit_step {
	size_t pos, new_len, old_len, at;
	char *old;
	bool typed; /* the next letter typed may join it */
};

/* --- text from outside --- */

/* Add s without NUL, line ends as '\n' (or ' '). */
static void
add_lines(struct buf *out, const char *s, size_t n, bool many)
{
	while (n > 0) {
		size_t run = 0;

		while (run < n && s[run] != '\r' && s[run] != '\n' && s[run] != '\0')
			run++;
		buf_add(out, s, run);
		if (run == n)
			return;
		if (s[run] != '\0' && !(s[run] == '\r' && run + 1 < n && s[run + 1] == '\n'))
			buf_add(out, many ? "\n" : " ", 1);
		s += run + 1;
		n -= run + 1;
	}
}

static void
clean(struct buf *out, const char *s, size_t n, bool many)
{
	size_t bad;

	while (!many && n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	for (; !text_valid(s, n, &bad); s += bad + 1, n -= bad + 1) {
		add_lines(out, s, bad, many);
		buf_adds(out, "\xEF\xBF\xBD");
	}
	add_lines(out, s, n, many);
}

/* Bytes of s that fit into room without breaking a character. */
static size_t
fitting(const char *s, size_t n, size_t room)
{
	if (n <= room)
		return n;
	while (room > 0 && ((unsigned char)s[room] & 0xC0) == 0x80)
		room--;
	return room;
}

/* --- changing --- */

static const char *
str(const struct edit *e)
{
	return buf_str(&e->text);
}

/* Put n bytes where del bytes at pos are. The text's ceiling was checked. */
static void
replace(struct edit *e, size_t pos, size_t del, const char *s, size_t n)
{
	size_t tail = e->text.len - pos - del;

	if (n > del)
		buf_add(&e->text, s, n - del); /* any bytes: they make the room */
	else
		e->text.len -= del - n;
	if (!e->text.p)
		return;
	memmove(e->text.p + pos + n, e->text.p + pos + del, tail);
	if (n)
		memcpy(e->text.p + pos, s, n);
	e->text.p[e->text.len] = '\0';
}

static void
forget_step(struct edit *e, size_t i)
{
	free(e->steps[i].old);
	memmove(e->steps + i, e->steps + i + 1, (--e->step_count - i) * sizeof(*e->steps));
}

static void
remember(struct edit *e, size_t pos, size_t del, size_t n, bool typed)
{
	struct edit_step *last = e->step_count ? &e->steps[e->step_count - 1] : NULL;

	if (typed && last && last->typed && last->pos + last->new_len == pos) {
		last->new_len += n;
		return;
	}
	if (e->step_count == UNDO_MAX)
		forget_step(e, 0);
	e->steps = mem_grow(e->steps, e->step_count + 1, sizeof(*e->steps));
	e->steps[e->step_count++] = (struct edit_step){
		.pos = pos,
		.new_len = n,
		.old_len = del,
		.at = e->at,
		.old = mem_strndup(str(e) + pos, del),
		.typed = typed,
	};
}

/* A letter joined to what follows may have moved the boundary. */
static void
snap(struct edit *e)
{
	if (e->at > 0 && e->at < e->text.len) {
		size_t before = text_prev(str(e), e->text.len, e->at);

		e->at = text_next(str(e), e->text.len, before);
	}
}

static void
splice(struct edit *e, size_t pos, size_t del, const char *s, size_t n)
{
	if (e->text.len - del + n > e->text.max || (del == 0 && n == 0))
		return;
	remember(e, pos, del, n, false);
	replace(e, pos, del, s, n);
	e->at = pos + n;
	snap(e);
}

/* Letters typed one after the other are one step, up to the end of a word. */
static void
type(struct edit *e, const char *s, size_t n)
{
	bool word_starts = e->at > 0 && str(e)[e->at - 1] == ' ' && s[0] != ' ';

	if (e->text.len + n > e->text.max)
		return;
	if (word_starts && e->step_count)
		e->steps[e->step_count - 1].typed = false;
	remember(e, e->at, 0, n, true);
	replace(e, e->at, 0, s, n);
	e->at += n;
	snap(e);
}

static void
undo(struct edit *e)
{
	struct edit_step *s;

	if (e->step_count == 0)
		return;
	s = &e->steps[e->step_count - 1];
	replace(e, s->pos, s->new_len, s->old, s->old_len);
	e->at = s->at;
	forget_step(e, e->step_count - 1);
}

static void
cut_out(struct edit *e, size_t from, size_t to)
{
	if (from >= to)
		return;
	buf_clear(&e->killed);
	buf_add(&e->killed, str(e) + from, to - from);
	splice(e, from, to - from, "", 0);
}

void
edit_init(struct edit *e, const char *text, size_t n, bool many)
{
	*e = (struct edit){ .text = BUF_INIT(EDIT_MAX),
			    .killed = BUF_INIT(EDIT_MAX),
			    .many = many,
			    .goal_col = -1 };
	clean(&e->text, text, n, many);
	e->text.full = false;
	e->at = e->text.len;
}

void
edit_done(struct edit *e)
{
	while (e->step_count)
		forget_step(e, e->step_count - 1);
	free(e->steps);
	buf_free(&e->text);
	buf_free(&e->killed);
	*e = (struct edit){ .text = BUF_INIT(EDIT_MAX), .killed = BUF_INIT(EDIT_MAX) };
}

void
edit_insert(struct edit *e, const char *text, size_t n, size_t max, size_t *cut)
{
	struct buf in = BUF_INIT(EDIT_MAX);
	size_t room, fits;

	if (max > e->text.max)
		max = e->text.max;
	room = max > e->text.len ? max - e->text.len : 0;
	clean(&in, text, n, e->many);
	fits = fitting(buf_str(&in), in.len, room);
	splice(e, e->at, 0, buf_str(&in), fits);
	if (cut)
		*cut = in.len - fits;
	e->goal_col = -1;
	buf_free(&in);
}

void
edit_set(struct edit *e, const char *text, size_t n)
{
	struct buf in = BUF_INIT(EDIT_MAX);

	clean(&in, text, n, e->many);
	splice(e, 0, e->text.len, buf_str(&in), in.len);
	e->goal_col = -1;
	buf_free(&in);
}

/* --- keys --- */

static size_t
line_start(const struct edit *e)
{
	const char *nl = e->at > 0 ? memrchr(str(e), '\n', e->at) : NULL;

	return nl ? (size_t)(nl - str(e)) + 1 : 0;
}

static size_t
line_end(const struct edit *e)
{
	const char *nl = memchr(str(e) + e->at, '\n', e->text.len - e->at);

	return nl ? (size_t)(nl - str(e)) : e->text.len;
}

/* Back over blanks, then over what is none: ^W takes a whole URL. */
static size_t
blank_before(const struct edit *e)
{
	size_t at = e->at;

	while (at > 0 && strchr(" \t\n", str(e)[at - 1]))
		at--;
	while (at > 0 && !strchr(" \t\n", str(e)[at - 1]))
		at--;
	return at;
}

/* The offset in the line that is nearest to goal_col from the left. */
static size_t
offset_at_goal(const struct edit *e, struct wrap w)
{
	size_t at = w.start;
	size_t end = w.end == w.next && !w.last ? text_prev(str(e), e->text.len, w.end) : w.end;

	for (int col = 0; at < end;) {
		size_t next = text_next(str(e), e->text.len, at);

		col += (int)text_cols(str(e) + at, next - at);
		if (col > e->goal_col)
			break;
		at = next;
	}
	return at;
}

/* lines: how many lines of the screen, up if below 0. */
static void
move_lines(struct edit *e, int lines)
{
	size_t n = e->text.len, start;
	int cols = e->cols > 0 ? e->cols : 1 << 20;
	struct wrap w = wrap_find(str(e), n, e->at, cols);

	if (e->goal_col < 0)
		e->goal_col = (int)text_cols(str(e) + w.start, e->at - w.start);
	if (lines < 0) {
		start = wrap_back(str(e), n, w.start, (size_t)-lines, cols);
		if (start != w.start)
			e->at = offset_at_goal(e, wrap_at(str(e), n, start, cols));
		snap(e);
		return;
	}
	start = w.start;
	for (; lines > 0 && !w.last; lines--)
		w = wrap_at(str(e), n, w.next, cols);
	if (start != w.start)
		e->at = offset_at_goal(e, w);
	snap(e); /* a line may start inside of a flag or a family: it is two glyphs wide */
}

static bool
vertical_key(struct edit *e, uint32_t key, int page)
{
	int rows = page > 2 ? page - 1 : 1;

	switch (key) {
	case K_UP:
	case CTRL_KEY('P'): move_lines(e, -1); return true;
	case K_DOWN:
	case CTRL_KEY('N'): move_lines(e, 1); return true;
	case K_PGUP: move_lines(e, -rows); return true;
	case K_PGDN: move_lines(e, rows); return true;
	default: return false;
	}
}

static bool
move_key(struct edit *e, uint32_t key)
{
	const char *s = str(e);
	size_t n = e->text.len;

	switch (key) {
	case K_LEFT:
	case CTRL_KEY('B'): e->at = text_prev(s, n, e->at); return true;
	case K_RIGHT:
	case CTRL_KEY('F'): e->at = text_next(s, n, e->at); return true;
	case K_HOME:
	case CTRL_KEY('A'): e->at = line_start(e); return true;
	case K_END:
	case CTRL_KEY('E'): e->at = line_end(e); return true;
	case K_CTRL_LEFT:
	case KEY_ALT | 'b': e->at = text_word_prev(s, n, e->at); return true;
	case K_CTRL_RIGHT:
	case KEY_ALT | 'f': e->at = text_word_next(s, n, e->at); return true;
	case KEY_ALT | '<':
		if (e->many)
			e->at = 0;
		return e->many;
	case KEY_ALT | '>':
		if (e->many)
			e->at = n;
		return e->many;
	default: return false;
	}
}

/* Exchange the letters on both sides of the cursor; at the end the last two. */
static void
transpose(struct edit *e)
{
	size_t n = e->text.len, at = e->at, before, after;
	char *swapped;

	if (at == line_end(e))
		at = text_prev(str(e), n, at);
	before = text_prev(str(e), n, at);
	after = text_next(str(e), n, at);
	if (at == 0 || before < line_start(e) || after == at)
		return;
	swapped = mem_alloc(after - before);
	memcpy(swapped, str(e) + at, after - at);
	memcpy(swapped + (after - at), str(e) + before, at - before);
	splice(e, before, after - before, swapped, after - before);
	free(swapped);
}

static bool
change_key(struct edit *e, uint32_t key)
{
	const char *s = str(e);
	size_t n = e->text.len, to;

	switch (key) {
	case K_BACKSPACE:
	case CTRL_KEY('H'):
		to = text_prev(s, n, e->at);
		splice(e, to, e->at - to, "", 0);
		return true;
	case K_DELETE:
	case CTRL_KEY('D'):
		to = e->at;
		splice(e, to, text_next(s, n, to) - to, "", 0);
		return true;
	case CTRL_KEY('W'): cut_out(e, blank_before(e), e->at); return true;
	case CTRL_KEY('U'): cut_out(e, line_start(e), e->at); return true;
	case CTRL_KEY('K'):
		to = line_end(e);
		cut_out(e, e->at, to == e->at && to < n ? to + 1 : to);
		return true;
	case KEY_ALT | 'd': cut_out(e, e->at, text_word_next(s, n, e->at)); return true;
	case KEY_ALT | K_BACKSPACE: cut_out(e, text_word_prev(s, n, e->at), e->at); return true;
	case CTRL_KEY('Y'): splice(e, e->at, 0, buf_str(&e->killed), e->killed.len); return true;
	case CTRL_KEY('T'): transpose(e); return true;
	case CTRL_KEY('_'): undo(e); return true;
	default: return false;
	}
}

static bool
is_letter(uint32_t key)
{
	return key >= 0x20 && key <= 0x10FFFF && !(key >= 0x7F && key < 0xA0) &&
	       !(key >= 0xD800 && key < 0xE000);
}

bool
edit_key(struct edit *e, uint32_t key, int page)
{
	struct buf letter = BUF_INIT(8);

	if (e->many && vertical_key(e, key, page))
		return true;
	if (!move_key(e, key) && !change_key(e, key)) {
		if (e->many && key == K_ENTER)
			buf_adds(&letter, "\n");
		else if (is_letter(key))
			text_add_char(&letter, key);
		else
			return false;
		type(e, buf_str(&letter), letter.len);
		buf_free(&letter);
	}
	e->goal_col = -1;
	return true;
}

void
edit_place(const struct edit *e, int *line, int *col, int *lines)
{
	size_t start = line_start(e);

	*line = *lines = *col = 1;
	for (size_t at = 0; at < e->text.len; at++) {
		const char *nl = memchr(str(e) + at, '\n', e->text.len - at);

		if (!nl)
			break;
		at = (size_t)(nl - str(e));
		*line += at < e->at;
		++*lines;
	}
	for (; start < e->at; start = text_next(str(e), e->text.len, start))
		++*col;
}
