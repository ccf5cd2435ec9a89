/* board_filter.c - the line after "/": the list follows each key as long as it can be read. */
#include "config.h"

#include "core/mem.h"
#include "tui/board_local.h"

#include <stdlib.h>
#include <string.h>

/* Take over what is typed. A filter that is wrong changes nothing but the remark under it. */
static void
typed(struct ui *ui)
{
	struct board *b = &ui->board;
	struct err err = ERR_INIT;
	struct filter f = { .count = 0 };
	size_t at = 0;

	if (filter_parse(buf_str(&b->filter.text), &f, &at, &err) != ERR_OK) {
		b->filter_err = err;
		b->filter_at = at;
		return;
	}
	b->filter_err = (struct err)ERR_INIT;
	b->parsed = f;
	board_fetch_anew(ui);
}

void
board_filter_start(struct ui *ui)
{
	ui->board.filtering = true;
	ui->board.detail_focus = false;
}

void
board_filter_clear(struct ui *ui)
{
	struct board *b = &ui->board;

	b->filtering = false;
	edit_set(&b->filter, "", 0);
	typed(ui);
}

/* Enter: only what can be read is kept; Esc is always a way out. */
static void
keep(struct ui *ui)
{
	struct board *b = &ui->board;

	if (b->filter_err.code == ERR_OK)
		b->filtering = false;
	else
		ui_toast(ui, ROLE_WARNING, "Esc clears the filter");
}

void
board_filter_key(struct ui *ui, uint32_t key)
{
	struct board *b = &ui->board;
	size_t len = b->filter.text.len;
	char *before;

	switch ((int)key_command(key, IN_FILTER)) {
	case CMD_KEEP: keep(ui); return;
	case CMD_RESTORE: board_filter_clear(ui); return;
	default: break;
	}
	before = mem_strdup(buf_str(&b->filter.text));
	if (edit_key(&b->filter, key, 1)) {
		if (b->filter.text.len != len || strcmp(before, buf_str(&b->filter.text)) != 0)
			typed(ui);
	} else if (key > KEY_NAMED) { /* Up, Down, PgDn: the list moves under the filter */
		board_move(ui, (int)key_command(key, IN_BOARD));
	}
	free(before);
}

void
board_paste(struct ui *ui, const char *text, size_t n)
{
	struct board *b = &ui->board;
	size_t cut;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (memchr(text, '\n', n) && !b->filtering) {
		ui_toast(ui, ROLE_WARNING, "a paste of lines has no place here; 1 is the form");
		return;
	}
	board_filter_start(ui);
	edit_insert(&b->filter, text, n, 1024, &cut);
	typed(ui);
}
