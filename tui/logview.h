/* logview.h - every call that was made, and what went over the wire. */
#ifndef TUI_LOGVIEW_H
#define TUI_LOGVIEW_H

#include "core/api.h"
#include "tui/doc.h"
#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;
struct grid;
struct rect;

struct log_source { /* where the calls are: the session's api, or a table in tests */
	size_t (*count)(const void *arg);
	const struct api_call *(*get)(const void *arg, size_t i); /* newest first */
	const void *arg;
};

struct logview {
	struct log_source source;
	struct list list;
	int ticket;     /* of the call under the cursor, which follows it; 0 = stay on the newest */
	bool open;      /* its request and reply are shown */
	struct doc doc; /* they, as lines */
	int doc_ticket; /* whose lines they are, and as of which state of it */
	int64_t doc_took;
};

void logview_init(struct logview *l);
void logview_done(struct logview *l);
void logview_key(struct ui *ui, uint32_t key);
void view_log(struct ui *ui, struct grid *g, struct rect body);
void logview_note(const struct ui *ui, char *out, size_t size);

#endif
