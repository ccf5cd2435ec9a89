/* outside.h - other programs and files: $EDITOR, $PAGER, Ctrl-Z, "write to a file".
 *
 * The terminal is left whole before another program has it and taken back
 * with a full repaint. Programs are run without a shell.
 */
#ifndef TUI_OUTSIDE_H
#define TUI_OUTSIDE_H

#include "core/buf.h"
#include "core/err.h"

#include <stddef.h>

#define OUTSIDE_TEXT_MAX (16u << 20) /* bytes read back from an editor */

/*
 * Let $VISUAL, $EDITOR or vi change text (n bytes); what it left is added to
 * out. suffix: ".md", tells the editor what it is. Errors: ERR_SYS, ERR_CONFIG;
 * when the editor ended badly or left too much, the file is kept and the hint names it.
 */
enum err_code outside_edit(const char *text, size_t n, const char *suffix, struct buf *out,
			   struct err *err) MUST_CHECK;

/* Show text in $PAGER or less. Errors: ERR_SYS, ERR_CONFIG. */
enum err_code outside_page(const char *text, size_t n, struct err *err) MUST_CHECK;

/* Write text into a new 0600 file in folder, durably; path gets its name. */
enum err_code outside_write(const char *folder, const char *suffix, const char *text, size_t n,
			    char *path, size_t size, struct err *err) MUST_CHECK;

/* Stop as the shell expects it; returns when it says fg. */
void outside_suspend(void);

#endif
