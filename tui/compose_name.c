/* compose_name.c - what a draft is called. */
#include "config.h"

#include "tui/compose.h"

#include "core/buf.h"
#include "core/random.h"
#include "tui/compose_parts.h"
#include "tui/ui.h"
#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define MADE_LEN  (sizeof("2026-11-26 11:00") - 1)
#define DATE_LEN  (sizeof("2026-11-26") - 1)
#define LABEL_MAX 40 /* bytes before that */

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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The minute at the end of a name that compose_name_make() made; NULL: somebody gave it. */
static const char *
made_when(const char *name)
{
	static const char form[] = "0000-00-00 00:00";
	size_t n = strlen(name);
	const char *at = name + n - MADE_LEN;

	if (n < MADE_LEN || (n > MADE_LEN && (n < MADE_LEN + 2 || memcmp(at - 2, ", ", 2) != 0)))
		return NULL;
	for (size_t i = 0; i < MADE_LEN; i++)
		if (form[i] == '0' ? !is_digit(at[i]) : at[i] != form[i])
			return NULL;
	return at;
}

size_t
compose_name_short(const char *name)
{
	const char *when = made_when(name);

	return when && when > name ? (size_t)(when - name) - 2 : strlen(name);
}

/* An id that random_id() made says nothing to a person. */
static bool
is_random(const char *id)
{
	return strncmp(id, "ms-", 3) == 0 && strlen(id) == RANDOM_ID_SIZE - 1;
}

/* The last part of a URL's path without extension; what it is of, if there is no such part. */
static void
scene_name(const char *url, struct buf *out)
{
	size_t end = strcspn(url, "?#"), at = end;
	const char *dot = memrchr(url, '.', end);

	while (at > 0 && url[at - 1] != '/')
		at--;
	if (dot && dot > url + at)
		end = (size_t)(dot - url);
	buf_add(out, url + at, end - at);
}

/* What people know the draft by. Empty: nothing is known of it yet. */
static void
label(const struct draft *d, struct buf *out)
{
	const char *id = draft_get(d, FIELD_UNIQUE_ID);
	size_t urls = draft_count(d, FIELD_ATTACHMENTS);

	if (id[0] && !is_random(id)) {
		buf_adds(out, id);
		return;
	}
	if (urls > 0)
		scene_name(draft_item(d, FIELD_ATTACHMENTS, 0), out);
	if (out->len > 0 && urls > 1)
		buf_addf(out, " +%zu", urls - 1);
	if (out->len == 0)
		buf_adds(out, draft_get(d, FIELD_BATCH));
	if (out->len == 0)
		buf_adds(out, draft_get(d, FIELD_PROJECT));
}

/* Take whole glyphs from the front until it has at most LABEL_MAX bytes: the tail differs. */
static const char *
tail(const char *text, size_t n)
{
	size_t cut = n > LABEL_MAX ? n - LABEL_MAX : 0;

	while (((unsigned char)text[cut] & 0xC0) == 0x80)
		cut++;
	return text + cut;
}

void
compose_name_make(struct ui *ui)
{
	struct draft *d = ui->compose.draft;
	struct buf known = BUF_INIT(2 * DRAFT_VALUE_MAX);
	char when[CLOCK_ISO_SIZE], name[LABEL_MAX + MADE_LEN + 3];
	const char *made = made_when(draft_name(d));

	if (draft_name(d)[0] && !made)
		return;
	if (made)
		snprintf(when, sizeof(when), "%s", made);
	else
		when_full(ui->now.wall_ms, ui->utc, when, sizeof(when));
	when[MADE_LEN] = '\0';
	when[DATE_LEN] = ' '; /* a T in UTC */
	label(d, &known);
	snprintf(name, sizeof(name), "%s%s%s", tail(buf_str(&known), known.len),
		 known.len ? ", " : "", when);
	if (strcmp(name, draft_name(d)) != 0)
		draft_set_name(d, name);
	buf_free(&known);
}

void
compose_name_next(const char *name, char *out, size_t size)
{
	size_t n = strlen(name), at;

	out[0] = '\0';
	if (n == 0 || n + 3 > size || made_when(name))
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
