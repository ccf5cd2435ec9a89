/* popup_help.c - help for where you are, made from the key table.
 *
 * What only this place knows comes first, then moving, then what is the same
 * everywhere. A search looks through the keys of all places. Two things are
 * no keys of the table and stand here: how text is edited (edit.h) and the
 * words of the filter (filter.h).
 */
#include "config.h"

#include "tui/popup_local.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define PLACE_BITS    24 /* more than enum place has; those without a name are skipped */
#define EVERYWHERE    5  /* a key of so many places belongs to none of them */
#define COLUMN_COLS   60
#define COLUMNS_MAX   3
#define SEARCH_MAX    128
#define ENTRY_MAX     48
#define EDITING       (IN_EDIT | IN_PARAGRAPH | IN_OBJECT | IN_PICKER | IN_FILTER)
#define FILTER_PLACES (IN_BOARD | IN_FILTER)

struct topic { /* help that is no key of the table */
	const char *name, *help;
};

static const struct topic editing[] = {
	{ "^A ^E", "start and end of the line; Home and End too" },
	{ "^B ^F", "a letter back and forth; Left and Right too" },
	{ "M-b M-f", "a word back and forth; Ctrl-Left and Ctrl-Right too" },
	{ "^W M-d", "delete the word before or after" },
	{ "^U ^K", "delete to the start or to the end of the line" },
	{ "^Y", "bring back what was deleted last" },
	{ "^_", "undo what was typed" },
};

static const struct topic filter[] = {
	{ "status=error", "by status; ':' means the same as '='" },
	{ "tag:rain", "also project: batch: id: priority:" },
	{ "age<2h", "made in the last two hours; also changed<10m, s m h d w" },
	{ "!fog", "turned around; works with every word" },
	{ "0412", "found in ids, project, batch and tags" },
};

static int
places_of(const struct key_row *k)
{
	int n = 0;

	for (int bit = 0; bit < PLACE_BITS; bit++)
		n += (k->places >> bit) & 1;
	return n;
}

static bool
is_move(const struct key_row *k)
{
	switch ((int)k->command) {
	case CMD_DOWN:
	case CMD_UP:
	case CMD_TOP:
	case CMD_BOTTOM:
	case CMD_HALF_DOWN:
	case CMD_HALF_UP:
	case CMD_PAGE_DOWN:
	case CMD_PAGE_UP: return true;
	default: return false;
	}
}

static bool
contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; *text; text++) {
		size_t i = 0;

		while (i < n && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
			i++;
		if (i == n)
			return true;
	}
	return n == 0;
}

/* --- which rows, under which name --- */

enum group { GROUP_PLACE, GROUP_MOVE, GROUP_EVERYWHERE };

static enum group
group_of(const struct key_row *k)
{
	if (is_move(k))
		return GROUP_MOVE;
	return places_of(k) >= EVERYWHERE ? GROUP_EVERYWHERE : GROUP_PLACE;
}

struct want { /* rows to be listed */
	enum group group;
	unsigned place;     /* one bit, or ~0u for all */
	unsigned not_place; /* listed above already */
	const char *search;
};

static bool
wanted(const struct key_row *k, const struct want *w)
{
	return group_of(k) == w->group && (k->places & w->place) && !(k->places & w->not_place) &&
	       (contains(k->help, w->search) || contains(k->name, w->search));
}

/* One line for all keys that do the same: "j Down   down". */
static bool
said_before(size_t row, const struct want *w)
{
	for (size_t i = 0; i < row; i++)
		if (wanted(&key_table[i], w) && strcmp(key_table[i].help, key_table[row].help) == 0)
			return true;
	return false;
}

static void
names(size_t row, const struct want *w, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = row; i < key_count; i++) {
		const struct key_row *k = &key_table[i];

		if (wanted(k, w) && strcmp(k->help, key_table[row].help) == 0 &&
		    len + strlen(k->name) + 2 < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " " : "",
						k->name);
	}
}

static void
keys(struct doc *d, const char *head, const struct want *w)
{
	bool any = false;

	for (size_t i = 0; i < key_count; i++) {
		char name[ENTRY_MAX];

		if (!wanted(&key_table[i], w) || said_before(i, w))
			continue;
		if (!any)
			doc_head(d, head);
		any = true;
		names(i, w, name, sizeof(name));
		doc_entry(d, name, ROLE_POPUP, key_table[i].help);
	}
}

static void
topics(struct doc *d, const char *head, const struct topic *list, size_t n, const char *search)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!contains(list[i].name, search) && !contains(list[i].help, search))
			continue;
		if (!any)
			doc_head(d, head);
		any = true;
		doc_entry(d, list[i].name, ROLE_POPUP, list[i].help);
	}
}

static void
for_place(struct doc *d, enum place place)
{
	keys(d, key_place_name(place),
	     &(struct want){ .group = GROUP_PLACE, .place = place, .search = "" });
	if (place & FILTER_PLACES)
		topics(d, "Filter, words joined by blanks", filter, ARRAY_LEN(filter), "");
	if (place & EDITING)
		topics(d, "Writing", editing, ARRAY_LEN(editing), "");
	keys(d, "Moving", &(struct want){ .group = GROUP_MOVE, .place = place, .search = "" });
	keys(d, "Everywhere",
	     &(struct want){ .group = GROUP_EVERYWHERE, .place = place, .search = "" });
}

static void
for_search(struct doc *d, const char *search)
{
	struct want w = { .group = GROUP_PLACE, .search = search };

	for (int bit = 0; bit < PLACE_BITS; bit++) {
		w.place = 1u << bit;
		if (!key_place_name((enum place)w.place)[0])
			break;
		keys(d, key_place_name((enum place)w.place), &w);
		w.not_place |= w.place;
	}
	topics(d, "Filter, words joined by blanks", filter, ARRAY_LEN(filter), search);
	topics(d, "Writing", editing, ARRAY_LEN(editing), search);
	w.place = ~0u;
	w.not_place = 0;
	w.group = GROUP_MOVE;
	keys(d, "Moving", &w);
	w.group = GROUP_EVERYWHERE;
	keys(d, "Everywhere", &w);
	if (d->count == 0)
		doc_wordsf(d, 0, ROLE_POPUP, "nothing matches %s", search);
}

/* --- keys --- */

void
popup_help(struct ui *ui)
{
	struct popup *p = &ui->popup;

	if (p->kind == POPUP_HELP)
		return;
	p->help_place = ui_place(ui);
	popup_push(ui, POPUP_HELP);
	edit_init(&p->help_search, "", 0, false);
	doc_init(&p->help);
	p->help_searching = false;
}

static void
searched(struct popup *p)
{
	p->help.cols = 0;
	p->help.top = 0;
}

static void
search_key(struct popup *p, uint32_t key)
{
	int cmd = (int)key_command(key, IN_FILTER);

	if (cmd == CMD_KEEP) {
		p->help_searching = false;
	} else if (cmd == CMD_RESTORE) {
		p->help_searching = false;
		edit_set(&p->help_search, "", 0);
		searched(p);
	} else if (p->help_search.text.len < SEARCH_MAX || key > KEY_NAMED) {
		if (edit_key(&p->help_search, key, 1))
			searched(p);
		else if (key > KEY_NAMED)
			doc_move(&p->help, (int)key_command(key, IN_HELP));
	}
}

void
popup_help_key(struct ui *ui, uint32_t key)
{
	struct popup *p = &ui->popup;
	int cmd = (int)key_command(key, IN_HELP);

	if (p->help_searching) {
		search_key(p, key);
	} else if (!doc_move(&p->help, cmd)) {
		if (cmd == CMD_FILTER)
			p->help_searching = true;
		else if (cmd == CMD_BACK && p->help_search.text.len)
			search_key(p, K_ESC);
		else if (cmd == CMD_BACK || cmd == CMD_QUIT || cmd == CMD_HELP)
			popup_back(ui);
	}
}

void
popup_help_paste(struct ui *ui, const char *text, size_t n)
{
	struct popup *p = &ui->popup;

	p->help_searching = true;
	edit_insert(&p->help_search, text, n, SEARCH_MAX, NULL);
	searched(p);
}

/* --- drawing --- */

/* Built when the size or the search changed. */
static void
build(struct popup *p, int cols)
{
	int columns = cols / COLUMN_COLS;

	columns = columns < 1 ? 1 : columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
	if (p->help.cols == cols / columns && p->help.columns == columns)
		return;
	doc_start(&p->help, cols / columns);
	p->help.columns = columns;
	if (p->help_search.text.len)
		for_search(&p->help, buf_str(&p->help_search.text));
	else
		for_place(&p->help, p->help_place);
}

/* Lines of the help as drawn, in one column. */
static int
lines(const struct doc *d)
{
	return (int)((d->count + (size_t)d->columns - 1) / (size_t)d->columns);
}

void
popup_help_view(struct ui *ui, struct grid *g)
{
	struct popup *p = &ui->popup;
	int side = g->cols >= 100 ? 4 : g->cols >= 60 ? 1 : 0;
	struct rect box = { 1, side, g->rows - 2, g->cols - 2 * side };
	bool search = p->help_searching || p->help_search.text.len;
	char title[64], bottom[64];

	build(p, box.cols - 4);
	if (lines(&p->help) + 2 + search < box.rows)
		box.rows = lines(&p->help) + 2 + search;
	snprintf(title, sizeof(title), "Help: %s", key_place_name(p->help_place));
	snprintf(bottom, sizeof(bottom), "/ search all keys  Esc close%s",
		 lines(&p->help) > box.rows - 2 - search ? "  PgDn more" : "");
	grid_box(g, box, title, bottom);
	if (search && box.rows > 3) {
		grid_text(g, box.y + 1, box.x + 2, 8, ROLE_LABEL, "search: ");
		edit_view(&p->help_search, g,
			  (struct rect){ box.y + 1, box.x + 10, 1, box.cols - 12 },
			  p->help_searching ? ROLE_EDIT : ROLE_POPUP);
		if (!p->help_searching)
			g->cur_y = g->cur_x = -1;
	}
	doc_view(&p->help, g,
		 (struct rect){ box.y + 1 + search, box.x + 2, box.rows - 2 - search,
				box.cols - 4 });
}
