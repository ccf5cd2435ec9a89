/* text.h - UTF-8: validity, clusters, columns, and the one gate for display.
 *
 * Bytes, characters (code points), clusters (what a person calls a letter)
 * and columns are four different counts; each function says which it means.
 * Widths are wcwidth(3)'s, because curses lays out by those; boundaries of
 * clusters are utf8proc's. Source: UAX #29, extended grapheme clusters.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Bytes that somebody else chose: a server, a file, the environment, a paste. They are kept as
 * they came and shown through the gate below; no printf(3) takes them by mistake. Unwrapped by
 * text.c, by grid.c of tui and by out.c of cli: tests/check-untrusted.sh. Borrowed.
 */
struct untrusted {
	const char *p;
	size_t n;
};

static inline struct untrusted
untrusted(const char *p, size_t n)
{
	return (struct untrusted){ .p = p, .n = n };
}

static inline struct untrusted
untrusted_str(const char *s)
{
	return (struct untrusted){ .p = s, .n = strlen(s) };
}

/* Is s (n bytes) well-formed UTF-8? If not, *bad_at is the offset of the first bad byte. */
bool text_valid(const char *s, size_t n, size_t *bad_at);

/* Offset of the cluster boundary after/before at; 0 and n are the ends. */
size_t text_next(const char *s, size_t n, size_t at);
size_t text_prev(const char *s, size_t n, size_t at);

/* The same by words, as readline's M-f and M-b move: letters and digits make a word. */
size_t text_word_next(const char *s, size_t n, size_t at);
size_t text_word_prev(const char *s, size_t n, size_t at);

/* Add the UTF-8 of a code point; one that is none (surrogate, > 10FFFF) adds U+FFFD. */
void text_add_char(struct buf *out, uint32_t cp);

/*
 * One step of text as it may be shown. Foreign bytes never reach a terminal
 * but through this: C0, DEL and C1 become visible, bidi controls, zero-width
 * and other invisible characters become <U+202E>, broken UTF-8 becomes
 * U+FFFD, a mark without a base gets U+25CC. The table is in text.c.
 */
struct glyph {
	char text[24];      /* UTF-8 to print; never a control, never empty */
	unsigned char len;  /* bytes in text */
	unsigned char cols; /* columns it takes; 1 or more */
	bool made;          /* a substitute: the bytes in the source differ */
};

/* Bytes of s (n > 0 bytes) that *g stands for; at least 1. */
size_t text_glyph(const char *s, size_t n, struct glyph *g);

/* Columns that s (n bytes) takes when shown glyph by glyph. */
size_t text_cols(const char *s, size_t n);

/* Add text as it may be shown; at most max_cols columns (0: no limit), cut with "…". */
void text_show(struct buf *out, struct untrusted text, size_t max_cols);

/* As text_show(), the middle cut instead of the end: both ends of a URL stay. */
void text_show_middle(struct buf *out, struct untrusted text, size_t max_cols);

/* Is a code point neither a control nor invisible? Others are shown by their numbers, and
 * JSON on its way to a terminal has them as \u202e. */
bool text_is_plain(uint32_t cp);

#endif
