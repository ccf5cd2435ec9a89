/* jsonline.c - see jsonline.h. The roles are given to cells that are drawn
 * already, so the text passes the gate of grid.c whole and is cut only there. */
#include "config.h"

#include "tui/jsonline.h"

#include "core/buf.h"

#include <stdbool.h>
#include <string.h>

/* A line longer than this is cut here first: an 8 MB string must not be walked for each paint. */
#define LINE_MAX_BYTES 16384

static const char *
cell(const struct grid *g, int y, int x)
{
	return grid_at(g, y, x)->text;
}

/* Column after the string that starts at x. */
static int
string_end(const struct grid *g, int y, int x, int end)
{
	for (x++; x < end; x++) {
		if (grid_at(g, y, x)->role == ROLE_MADE)
			continue; /* a substitute: its bytes are no JSON */
		if (cell(g, y, x)[0] == '\\')
			x++;
		else if (cell(g, y, x)[0] == '"')
			return x + 1;
	}
	return end;
}

static bool
is_key(const struct grid *g, int y, int x, int end)
{
	while (x < end && cell(g, y, x)[0] == ' ')
		x++;
	return x < end && cell(g, y, x)[0] == ':';
}

/* Column after a run of characters that make up a number or a word. */
static int
token_end(const struct grid *g, int y, int x, int end)
{
	while (x < end && cell(g, y, x)[0] && !strchr(" ,:[]{}\"", cell(g, y, x)[0]))
		x++;
	return x;
}

static void
paint(struct grid *g, int y, int x, int end, enum role role)
{
	for (; x < end; x++)
		if (grid_at(g, y, x)->role != ROLE_MADE)
			grid_role(g, y, x, 1, role);
}

static void
color(struct grid *g, int y, int x, int end)
{
	while (x < end) {
		char c = cell(g, y, x)[0];
		int to = x + 1;

		if (c == '"') {
			to = string_end(g, y, x, end);
			paint(g, y, x, to,
			      is_key(g, y, to, end) ? ROLE_JSON_KEY : ROLE_JSON_STRING);
		} else if (c == '-' || (c >= '0' && c <= '9')) {
			to = token_end(g, y, x, end);
			paint(g, y, x, to, ROLE_JSON_NUMBER);
		} else if (c >= 'a' && c <= 'z') {
			to = token_end(g, y, x, end);
			paint(g, y, x, to, ROLE_JSON_WORD);
		}
		x = to;
	}
}

/* Both ends of a very long line. */
static void
shorten(struct buf *out, const char *text, size_t n)
{
	size_t head = LINE_MAX_BYTES / 2, tail = n - LINE_MAX_BYTES / 2;

	while (((unsigned char)text[head] & 0xC0) == 0x80 && head > 0)
		head--;
	while (tail < n && ((unsigned char)text[tail] & 0xC0) == 0x80)
		tail++;
	buf_add(out, text, head);
	buf_add(out, text + tail, n - tail);
}

/* Is byte at of a line inside of a string, and does a backslash stand before it? */
static bool
in_string(const char *line, size_t at, bool *escaped)
{
	bool inside = false;

	*escaped = false;
	for (size_t i = 0; i < at; i++) {
		bool was_escaped = *escaped;

		*escaped = inside && !was_escaped && line[i] == '\\';
		if (line[i] == '"' && !was_escaped)
			inside = !inside;
	}
	return inside;
}

int
json_part(struct grid *g, int y, int x, int width, const struct json_part *part)
{
	bool escaped, inside = in_string(part->line, part->from, &escaped);
	int used, end, to = x;

	if (y < 0 || y >= g->rows || x < 0 || x >= g->cols || width <= 0)
		return 0;
	used = grid_text_n(g, y, x, width, ROLE_JSON_PUNCT,
			   untrusted(part->line + part->from, part->to - part->from));
	end = x + used < g->cols ? x + used : g->cols;
	if (inside) {
		to = string_end(g, y, escaped ? x : x - 1, end);
		paint(g, y, x, to, is_key(g, y, to, end) ? ROLE_JSON_KEY : ROLE_JSON_STRING);
	}
	color(g, y, to, end);
	return used;
}

int
json_line(struct grid *g, int y, int x, int width, const char *text, size_t n)
{
	struct buf cut = BUF_INIT(2 * LINE_MAX_BYTES);
	int used;

	if (y < 0 || y >= g->rows || x < 0 || x >= g->cols || width <= 0)
		return 0;
	if (n > 2 * LINE_MAX_BYTES) {
		shorten(&cut, text, n);
		text = buf_str(&cut);
		n = cut.len;
	}
	used = grid_text_middle(g, y, x, width, ROLE_JSON_PUNCT, untrusted(text, n));
	color(g, y, x, x + used < g->cols ? x + used : g->cols);
	buf_free(&cut);
	return used;
}
