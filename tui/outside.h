/* outside.h - other programs and files: $EDITOR, $PAGER, Ctrl-Z, "write to a file".
 *
 * The terminal is left whole before another program has it and taken back
 * with a full repaint. Programs are run without a shell.
 */
#ifndef TUI_OUTSIDE_H
#define TUI_OUTSIDE_H

#include "core/buf.h"
#include "core/draft.h"
#include "core/err.h"

#include <stddef.h>

#define OUTSIDE_TEXT_MAX (16u << 20) /* bytes read back from an editor */

/*
 * Let $VISUAL, $EDITOR or vi change text (n bytes); what it left is added to
 * out. suffix: ".md", tells the editor what it is. Errors: ERR_SYS, ERR_CONFIG;
 * when the editor ended badly or left too much, the file is kept and the hint names it.
 * So it is when nothing changed and something that it started still runs: an editor that went
 * to the background. An editor that leaves nothing of a text has lost it: an error, too.
 */
enum err_code outside_edit(const char *text, size_t n, const char *suffix, struct buf *out,
			   struct err *err) MUST_CHECK;

/* Show text in $PAGER or less, as text_show() has it. Errors: ERR_SYS, ERR_CONFIG. */
enum err_code outside_page(const char *text, size_t n, struct err *err) MUST_CHECK;

/* Write text into a new 0600 file in folder, durably; path gets its name. */
enum err_code outside_write(const char *folder, const char *suffix, const char *text, size_t n,
			    char *path, size_t size, struct err *err) MUST_CHECK;

/* Save a draft that the store cannot take, in a new 0600 file in the first folder that has
 * room; input_draft() reads it. path gets its name. Errors: ERR_SYS. */
enum err_code outside_rescue(const struct draft *d, char *path, size_t size,
			     struct err *err) MUST_CHECK;

/* Stop as the shell expects it; returns when it says fg. */
void outside_suspend(void);

#endif
