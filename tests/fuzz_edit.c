/* fuzz_edit.c - any keys and pastes: the text stays valid, the cursor on a boundary and
 * in the picture, and undo leads back to the start. */
#include "config.h"

#include "core/text.h"
#include "tui/edit.h"
#include "tui/keys.h"

#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t
key_of(uint8_t byte)
{
	static const uint32_t named[] = {
		K_ENTER, K_BACKSPACE, K_DELETE,     K_UP,          K_DOWN,
		K_LEFT,  K_RIGHT,     K_HOME,       K_END,         K_PGUP,
		K_PGDN,  K_CTRL_LEFT, K_CTRL_RIGHT, KEY_ALT | 'd', KEY_ALT | K_BACKSPACE,
		0x301,   0x6F22,      0x200D,       0x1F469,       0x202E,
		0x627,   0x1F1E9
	};

	if (byte < 32)
		return CTRL_KEY(byte);
	return byte < 128 ? byte : named[byte % ARRAY_LEN(named)];
}

static void
check(struct edit *e, struct grid *g)
{
	struct rect r = { 0, 0, g->rows, g->cols };
	const char *s = buf_str(&e->text);

	if (!text_valid(s, e->text.len, NULL) || e->at > e->text.len)
		abort();
	if (e->at > 0 && e->at < e->text.len &&
	    text_next(s, e->text.len, text_prev(s, e->text.len, e->at)) != e->at)
		abort();
	edit_view(e, g, r, ROLE_EDIT);
	if (g->cur_y < 0 || g->cur_y >= g->rows || g->cur_x < 0 || g->cur_x >= g->cols)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edit e;
	struct grid g;

	setlocale(LC_ALL, "C.UTF-8");
	if (size < 3)
		return 0;
	grid_init(&g, data[0] % 5 + 1, data[1] % 30 + 1);
	edit_init(&e, (const char *)data, size / 4, data[2] & 1);
	for (size_t i = 3; i < size; i++) {
		if (data[i] == 255)
			edit_insert(&e, (const char *)data, i, 200, NULL);
		else
			edit_key(&e, key_of(data[i]), g.rows);
		check(&e, &g);
	}
	while (e.step_count) {
		edit_key(&e, CTRL_KEY('_'), g.rows);
		check(&e, &g);
	}
	edit_done(&e);
	grid_done(&g);
	return 0;
}
