/* fuzz_input.c - any bytes from a keyboard, in any pieces: keys are keys, pastes are clean,
 * and nothing waits for ever. */
#include "config.h"

#include "core/text.h"
#include "tui/input.h"
#include "tui/keys.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
drain(struct input *in, int64_t now)
{
	struct term_input t;

	while (input_next(in, now, &t)) {
		if (t.kind == TERM_KEY && (t.key == 0 || t.key > (KEY_ALT | KEY_CTRL_BASE) + 32u))
			abort();
		if (t.kind == TERM_PASTE &&
		    (!text_valid(t.paste, t.len, NULL) || memchr(t.paste, '\0', t.len) ||
		     memchr(t.paste, '\r', t.len)))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const pieces[] = { "\x1B[200~", "\x1B[201~", "\x1B[", "\x1BO", "\x1B" };
	struct input in;
	int64_t now = 0;

	input_init(&in, 25);
	for (size_t i = 0; i < size; now += data[i] % 16, i++) {
		if (data[i] >= 0xF8)
			input_feed(&in, pieces[data[i] % ARRAY_LEN(pieces)],
				   strlen(pieces[data[i] % ARRAY_LEN(pieces)]), now);
		else
			input_feed(&in, (const char *)data + i, 1, now);
		drain(&in, now);
	}
	drain(&in, now + INPUT_PASTE_IDLE_MS);
	drain(&in, now + INPUT_PASTE_IDLE_MS);
	if (input_timeout(&in, now + INPUT_PASTE_IDLE_MS) != -1)
		abort();
	input_done(&in);
	return 0;
}
