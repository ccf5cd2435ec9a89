/* compose_name.c - what a draft is called. */
#include "config.h"

#include "tui/compose.h"

#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define MADE_LEN (sizeof("2026-11-26 11:00") - 1)

void
compose_name_open(struct ui *ui)
{
	struct compose *c = &ui->compose;
	const char *name = draft_name(c->draft);

	c->mode = COMPOSE_NAME;
	edit_done(&c->edit);
	edit_init(&c->edit, name, strlen(name), false);
}

void
compose_name_key(struct ui *ui, uint32_t key)
{
	struct compose *c = &ui->compose;

	switch ((int)key_command(key, IN_EDIT)) {
	case CMD_KEEP:
	case CMD_KEEP_NEXT:
	case CMD_PREVIOUS:
		c->mode = COMPOSE_NAV;
		if (strcmp(draft_name(c->draft), buf_str(&c->edit.text)) != 0)
			draft_set_name(c->draft, buf_str(&c->edit.text));
		return;
	case CMD_RESTORE: c->mode = COMPOSE_NAV; return;
	case CMD_EDITOR: return;
	default: edit_key(&c->edit, key, 1);
	}
}

void
compose_name_paste(struct ui *ui, const char *text, size_t n)
{
	size_t cut = 0;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	edit_insert(&ui->compose.edit, text, n, DRAFT_NAME_MAX, &cut);
}

void
compose_name_make(struct ui *ui)
{
	char when[CLOCK_ISO_SIZE];

	if (draft_name(ui->compose.draft)[0])
		return;
	when_full(ui->now.wall_ms, ui->utc, when, sizeof(when));
	when[MADE_LEN] = '\0';
	draft_set_name(ui->compose.draft, when);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As compose_name_make() makes them. */
static bool
is_made(const char *name)
{
	return strlen(name) == MADE_LEN && name[4] == '-' && name[7] == '-' && name[13] == ':';
}

void
compose_name_next(const char *name, char *out, size_t size)
{
	size_t n = strlen(name), at;

	out[0] = '\0';
	if (n == 0 || n + 3 > size || is_made(name))
		return;
	snprintf(out, size, "%s", name);
	if (!is_digit(name[n - 1])) {
		snprintf(out + n, size - n, " 2");
		return;
	}
	for (at = n; at > 0 && is_digit(out[at - 1]); at--) {
		if (out[at - 1] != '9') {
			out[at - 1]++;
			return;
		}
		out[at - 1] = '0';
	}
	/* All of them were nines: one more digit in front. */
	memmove(out + at + 1, out + at, n - at + 1);
	out[at] = '1';
}
