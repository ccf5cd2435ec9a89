/* loop_board.c - what the board asks for: rows, a task with its story, a receipt. */
#include "config.h"

#include "tui/loop.h"

#include "core/mem.h"
#include "core/receipt.h"

#include <stdio.h>
#include <stdlib.h>

static enum err_code
read_rows(struct loop *l, const struct fetch *f, struct rows_answer *a, struct board_row *rows,
	  struct err *err)
{
	struct board_query q = { .target = session_target(l->session),
				 .filter = f->filter,
				 .sort = f->sort,
				 .reverse = f->reverse,
				 .now_ms = l->now.wall_ms };

	if (f->end ? store_board_end(l->store, &q, f->before + 1 + f->after, rows, &a->n, err)
		   : store_board(l->store, &q, f->key, f->before, f->after, rows, &a->n, &a->found,
				 err))
		return err->code;
	if (store_board_count(l->store, &q, a->n ? rows[0].key : "", &a->total, &a->above, err))
		return err->code;
	return store_status_counts(l->store, q.target, a->counts, err);
}

void
loop_fetch_rows(struct loop *l, const struct fetch *f)
{
	struct board_row *rows = mem_array(f->before + 1 + f->after, sizeof(*rows));
	struct rows_answer answer = { .rows = rows, .total = -1, .above = -1 };
	struct err err = ERR_INIT;

	if (read_rows(l, f, &answer, rows, &err))
		loop_tell_err(l, &err);
	else
		loop_tell(l, (struct msg){ .kind = MSG_ROWS, .answer = &answer });
	free(rows);
}

/* What the task that has its unique_id tells otherwise, if that task is known here. */
static void
read_differences(struct loop *l, struct story *story)
{
	struct difference *list = NULL;
	struct err err = ERR_INIT;
	size_t n = 0;

	if (!story->owner[0] || session_differences(l->session, story->seq, &list, &n, &err))
		return;
	for (size_t i = 0; i < n; i++)
		story_add_difference(story, &list[i]);
	differences_free(list, n);
}

/* What was done for a row that is only here. If it cannot be read there is no story: the
 * row is shown all the same. */
static void
read_story(struct loop *l, int64_t seq, struct story *story)
{
	struct evidence *list = NULL;
	struct outbox_row r;
	struct draft *d;
	struct err err;
	size_t n = 0;

	outbox_row_init(&r);
	if (store_outbox_get(l->store, seq, &r, &err) ||
	    store_evidence(l->store, seq, &list, &n, &err)) {
		loop_tell_err(l, &err);
	} else {
		story_set(story, &r, list, n);
		d = store_draft_get(l->store, r.run_key, &err);
		if (d)
			snprintf(story->draft_id, sizeof(story->draft_id), "%s", draft_id(d));
		draft_free(d);
		read_differences(l, story);
	}
	outbox_row_done(&r);
}

void
loop_load_task(struct loop *l, const char *key, bool ask_service)
{
	struct story story = { .seq = 0 };
	struct err err = ERR_INIT;
	struct task t;

	task_init(&t);
	if (task_local_seq(key))
		read_story(l, task_local_seq(key), &story);
	if (!store_task_get(l->store, session_target(l->session), key, &t, &err))
		loop_tell(l, (struct msg){ .kind = MSG_TASK,
					   .task = &t,
					   .story = story.seq ? &story : NULL,
					   .task_key = key });
	else if (err.code != ERR_NOT_FOUND)
		loop_tell_err(l, &err);
	task_done(&t);
	story_done(&story);
	/* What is here is shown; that it could not be renewed is told by its event. */
	if (ask_service && l->started && l->ui->where.has_key && !task_local_seq(key) &&
	    session_task_fetch(l->session, key, l->now, &err))
		loop_tell_err(l, &err);
}

void
loop_write_receipt(struct loop *l, int64_t seq)
{
	struct ui_cmd cmd = { .key = ".receipt.json" };
	struct buf out = BUF_INIT(RECEIPT_MAX);
	struct err err = ERR_INIT;
	struct receipt r;

	receipt_init(&r);
	if (receipt_load(l->store, session_target(l->session), seq, &r, &err)) {
		loop_tell_err(l, &err);
	} else {
		receipt_json(&r, &out);
		cmd.n = out.len;
		cmd.text = buf_take(&out);
		loop_write_file(l, &cmd);
		free(cmd.text);
	}
	receipt_done(&r);
	buf_free(&out);
}
