/* life.c - see life.h. */
#include "config.h"

#include "sandbox/life.h"

#include "sandbox/db.h"
#include "sandbox/out.h"

#include <stdio.h>
#include <string.h>

void
life_open(struct service *s)
{
	sqlite3_stmt *st = db_query(s->db, "SELECT min(due_ms) FROM task WHERE due_ms IS NOT NULL");

	s->next_due_ms = db_number(s->db, st, INT64_MAX);
}

void
life_advance(struct service *s)
{
	sqlite3_stmt *st;

	if (s->now_ms < s->next_due_ms)
		return;
	st = db_query(s->db,
		      "UPDATE task SET status = fate, response = outcome, updated_ms = due_ms,"
		      " completed_ms = CASE fate WHEN 'completed' THEN due_ms END,"
		      " unique_id = CASE WHEN fate = 'error' AND clear_on_error THEN NULL"
		      " ELSE unique_id END, due_ms = NULL, fate = NULL, outcome = NULL"
		      " WHERE due_ms IS NOT NULL AND due_ms <= ?1");
	db_int(st, 1, s->now_ms);
	if (db_run(s->db, st))
		life_open(s);
}

int64_t
life_due(struct service *s, uint64_t any)
{
	int64_t spread = (int64_t)(any * 2654435761u % 1000); /* per mille; Knuth's hash */
	int64_t due = s->now_ms + s->work_ms / 2 + s->work_ms * spread / 1000;

	if (due < s->next_due_ms)
		s->next_due_ms = due;
	return due;
}

void
life_start_batch(struct service *s, bool is_test, const char *batch)
{
	sqlite3_stmt *st = db_query(s->db, "UPDATE task SET due_ms = ?3 + ?4 * (seq * 379 % 1000)"
					   " / 1000 WHERE env = ?1 AND batch = ?2"
					   " AND status = 'pending' AND due_ms IS NULL");
	int64_t first = s->now_ms + s->work_ms / 2;

	db_int(st, 1, is_test);
	db_str(st, 2, batch);
	db_int(st, 3, first);
	db_int(st, 4, s->work_ms);
	db_run(s->db, st);
	if (first < s->next_due_ms)
		s->next_due_ms = first;
}

/* Does the path of url (not its query) hold word? */
static bool
path_has(const char *url, const char *word)
{
	const char *at = strstr(url, word);

	return at && (size_t)(at - url) < strcspn(url, "?");
}

static void
add_attachment(struct buf *out, const char *key, int status, const char *url)
{
	out_open(out, key, '{');
	out_int(out, "statusCode", status);
	out_str(out, "url", url);
	out_close(out, '}');
}

static void
add_broken(struct buf *out, const char *const *attachments, size_t count)
{
	out_str(out, "error", "One or more frames could not be processed.");
	out_open(out, "frames", '[');
	for (size_t i = 0; i < count; i++) {
		if (!path_has(attachments[i], "/broken/"))
			continue;
		out_open(out, NULL, '{');
		out_int(out, "frame", (int64_t)i);
		out_str(out, "message", "Invalid JSON Format: Unexpected end of JSON input");
		add_attachment(out, "attachment", 200, attachments[i]);
		out_close(out, '}');
	}
	out_close(out, ']');
}

static void
add_missing(struct buf *out, const char *const *attachments, size_t count)
{
	out_str(out, "error", "One or more attachments could not be downloaded.");
	out_open(out, "attachments", '[');
	for (size_t i = 0; i < count; i++)
		if (path_has(attachments[i], "/missing/"))
			add_attachment(out, NULL, 403, attachments[i]);
	out_close(out, ']');
}

const char *
life_fate(const char *task_id, const char *const *attachments, size_t count, struct buf *outcome)
{
	size_t missing = 0, broken = 0;

	for (size_t i = 0; i < count; i++) {
		missing += path_has(attachments[i], "/missing/");
		broken += path_has(attachments[i], "/broken/");
	}
	out_open(outcome, NULL, '{');
	if (missing > 0) {
		add_missing(outcome, attachments, count);
	} else if (broken > 0) {
		add_broken(outcome, attachments, count);
	} else {
		char url[96]; /* made up: what a multistage task delivers is not documented */
		int n = snprintf(url, sizeof(url), "https://annotations.sandbox.invalid/%s.json",
				 task_id);

		out_open(outcome, "annotations", '{');
		out_text(outcome, "url", url, (size_t)n);
		out_close(outcome, '}');
	}
	out_close(outcome, '}');
	return missing + broken > 0 ? "error" : "completed";
}
