/* log_local.h - what logview.c and view_log.c share. */
#ifndef TUI_LOG_LOCAL_H
#define TUI_LOG_LOCAL_H

#include "core/api.h"
#include "tui/doc.h"
#include "tui/logview.h"

#include <stdbool.h>
#include <stddef.h>

#define LOG_WIDE 120 /* columns from which list and call stand side by side */

size_t log_count(const struct logview *l);
/* The call under the cursor after the list was brought up to date, or NULL. */
const struct api_call *log_current(struct logview *l);
/* "+ ok", "! refused": mark and word, never colour alone. */
struct log_word {
	char mark;
	const char *word;
	enum role role;
};
struct log_word log_word(const struct api_call *call);
/* "0.9 s", "30.1 s", "" while it runs. */
void log_took(const struct api_call *call, char *out, size_t size);
/* Request and reply as lines, for cols columns. */
void log_lines(struct doc *d, const struct api_call *call, int cols, bool utc);

#endif
