/* input.h - bytes from a keyboard -> keys and pastes. Pure: no terminal, no clock.
 *
 * curses could read keys, but it waits inside for the rest of an escape
 * sequence, repaints behind one's back, and splits a paste into keys. So
 * term.c only asks terminfo for the sequences and reads the bytes itself.
 */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "core/buf.h"
#include "tui/term.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_SEQUENCES_MAX 96
#define INPUT_BURST         64   /* bytes at once that no hand types */
#define INPUT_BURST_MS      100  /* silence that ends it */
#define INPUT_PASTE_IDLE_MS 2000 /* a paste without its end marker ends after so much silence */

struct input {
	struct {
		char bytes[16]; /* starts with ESC */
		size_t len;
		uint32_t key;
	} sequence[INPUT_SEQUENCES_MAX];
	size_t sequence_count;
	int escdelay_ms;
	struct buf queue; /* bytes not yet understood */
	size_t at;        /* of them, already used */
	int64_t fed_ms;   /* when the last byte came */
	bool waiting;     /* for the rest of what stands at the head of the queue */
	bool pasting;     /* between the markers, or in a burst of text */
	bool burst;       /* the paste has no markers */
	bool no_enter;    /* a burst of other keys: Enter is none for INPUT_BURST_MS */
	int64_t burst_ms; /* when it came */
	bool bracketed;   /* this terminal marks its pastes: a burst is only fast typing */
	struct buf paste; /* raw, then made clean */
	size_t dropped;   /* bytes past TERM_PASTE_MAX */
	struct buf out;   /* the clean paste that was lent */
};

void input_init(struct input *in, int escdelay_ms); /* knows the common sequences */
void input_done(struct input *in);
/* A terminal's own sequence for a key; what is no escape sequence is ignored. */
void input_sequence(struct input *in, const char *bytes, uint32_t key);

void input_feed(struct input *in, const char *bytes, size_t n, int64_t now_ms);
/* Next key or paste; see term_input(). False: nothing, or not yet. */
bool input_next(struct input *in, int64_t now_ms, struct term_input *out);
/* Ask again after so many ms even if no byte comes; -1 = no need. */
int input_timeout(const struct input *in, int64_t now_ms);

#endif
