/* show.c - see show.h. */
#include "config.h"

#include "cli/show.h"

#include "cli/out.h"
#include "cli/table.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_MAX (16u << 20)

enum column { COL_STATUS, COL_ID, COL_UNIQUE_ID, COL_PROJECT, COL_BATCH, COL_CREATED, COL_TAGS };

/* Widths on a terminal; tags take what is left. The first four fit into 80 columns. */
static const struct table_column columns[] = {
	/* clang-format off */
	[COL_STATUS]    = { "STATUS", 11 },
	[COL_ID]        = { "TASK_ID", 24 },
	[COL_UNIQUE_ID] = { "UNIQUE_ID", 29 },
	[COL_PROJECT]   = { "PROJECT", 20 },
	[COL_BATCH]     = { "BATCH", 16 },
	[COL_CREATED]   = { "CREATED", 23 },
	[COL_TAGS]      = { "TAGS", 20 },
	/* clang-format on */
};

void
show_head(void)
{
	table_head(columns, ARRAY_LEN(columns));
}

/* Tags are joined by newlines. Owned by the caller. */
static char *
tags_line(const struct task *t)
{
	char *line = mem_strdup(t->tags);

	for (char *s = line; *s; s++)
		if (*s == '\n')
			*s = ' ';
	return line;
}

void
show_row(const struct task *t)
{
	char *tags = tags_line(t), marked[64], created[40] = "";
	const char *status = t->status;
	enum task_status s = task_status_find(t->status);

	if (out_is_terminal()) {
		snprintf(marked, sizeof(marked), "%c %s", task_statuses[s].mark, t->status);
		status = marked;
		if (t->created_ms)
			clock_local(t->created_ms, created, sizeof(created));
	} else if (t->created_ms) {
		clock_iso(t->created_ms, created, sizeof(created));
	}
	table_row(columns, ARRAY_LEN(columns),
		  (const char *const[]){ status, t->task_id, t->unique_id, t->project, t->batch,
					 created, tags });
	free(tags);
}

static void
time_row(const char *name, int64_t ms)
{
	char text[40], age[16];

	if (!ms)
		return;
	clock_local(ms, text, sizeof(text));
	clock_age(clock_wall_ms() - ms, age, sizeof(age));
	out_data("%-13s %s  (%s)", name, text, age);
}

static void
text_row(const char *name, const char *text)
{
	if (*text)
		out_data("%-13s %s", name, text);
}

void
show_task(const struct task *t)
{
	char *tags = tags_line(t);

	out_data("%-13s %c %s", "status", task_statuses[task_status_find(t->status)].mark,
		 t->status);
	text_row("task_id", t->task_id);
	text_row("unique_id", t->unique_id);
	text_row("type", t->type);
	text_row("project", t->project);
	text_row("batch", t->batch);
	if (t->priority)
		out_data("%-13s %d", "priority", t->priority);
	text_row("tags", tags);
	text_row("note", t->note);
	time_row("created_at", t->created_ms);
	time_row("updated_at", t->updated_ms);
	time_row("completed_at", t->completed_ms);
	if (t->is_test)
		text_row("is_test", "yes");
	free(tags);
}

void
show_json(const struct task *t)
{
	struct json_span span;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT(JSON_MAX);

	/* What reply.c kept has been scanned; a text that does not pass is shown as a string. */
	if (json_scan(t->json, strlen(t->json), &span, NULL, &err) == ERR_OK)
		json_compact(&line, &span);
	else
		json_quote(&line, t->json, strlen(t->json));
	out_json(buf_str(&line), line.len);
	buf_free(&line);
}
