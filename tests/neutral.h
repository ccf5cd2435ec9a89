/* neutral.h - an oracle: does a text leave a terminal as it was?
 *
 * The text is put at a known place of an emulated terminal (libvterm). It is
 * neutral if the cursor moves along that row as far as its characters are wide and
 * nothing else happens: no other cell written, no property, title, bell, colour or
 * answer, and what comes next is shown as it is.
 */
#ifndef TESTS_NEUTRAL_H
#define TESTS_NEUTRAL_H

#include <stddef.h>
#include <stdint.h>

#define NEUTRAL_COLS 400 /* room for a text; more is the caller's mistake */

struct neutral;

struct neutral *neutral_new(void); /* never NULL */
void neutral_free(struct neutral *n);

/* Columns that the emulator gives a character after a letter: 0 for a mark. Its tables are
 * older than the C library's, so the two differ here and there. */
int neutral_width(struct neutral *n, uint32_t cp);

/*
 * What text (valid UTF-8, len bytes) does besides being seen; NULL: nothing. cols is how far
 * it should move the cursor, or NEUTRAL_ANY: as far as its characters are wide for the
 * emulator. The words are valid until the next call.
 */
#define NEUTRAL_ANY (-1)
const char *neutral_breach(struct neutral *n, const char *text, size_t len, int cols);

/* Do the emulator and the C library agree on the width of every character of text? */
int neutral_agrees(struct neutral *n, const char *text, size_t len);

#endif
