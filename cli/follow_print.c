/* follow_print.c - see follow_print.h. */
#include "config.h"

#include "cli/follow_print.h"

#include "cli/out.h"

#include "core/field.h"

#include <stdio.h>
#include <string.h>

#define JSON_MAX (1u << 20)

struct err
follow_reason(const struct outbox_row *r)
{
	struct err err = ERR_INIT;

	if (r->state == OUTBOX_REJECTED)
		err_set(&err, r->http == 409 ? ERR_CONFLICT : ERR_API, "%s",
			r->note[0] ? r->note : "the service refused it");
	else if (r->state == OUTBOX_UNCONFIRMED && r->note[0])
		err_set(&err, r->owner[0] ? ERR_CONFLICT : ERR_UNCONFIRMED, "%s", r->note);
	if (err.code)
		err_hint(&err, "%s", r->hint);
	for (int f = 0; f < FIELD_COUNT; f++)
		if (err.code && strcmp(fields[f].name, r->field) == 0)
			err.field = fields[f].name;
	return err;
}

static void
name_of(const struct outbox_row *r, char out[BOARD_KEY_SIZE])
{
	if (r->state == OUTBOX_ACCEPTED)
		snprintf(out, BOARD_KEY_SIZE, "%s", r->task_id);
	else
		task_local_key(r->seq, out, BOARD_KEY_SIZE);
}

/* Always with tabs: who reads it while it comes wants no heads and nothing cut. */
static void
print_line(const struct outbox_row *r, const struct err *why)
{
	const char *note = why->code == ERR_OK ? "" : why->msg;
	struct buf line = BUF_INIT(JSON_MAX);
	char id[BOARD_KEY_SIZE], record[24];

	name_of(r, id);
	snprintf(record, sizeof(record), "%ld", r->item);
	const char *const cells[] = { id, outbox_state_name(r->state), record, r->unique_id, note };

	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		out_cell(&line, untrusted_str(cells[i]), 0);
	out_line(&line);
	buf_free(&line);
}

static void
add_error(struct buf *object, const struct err *why)
{
	struct buf error = BUF_INIT(JSON_MAX);

	if (why->code == ERR_OK)
		return;
	buf_adds(&error, "{");
	out_member(&error, "code", err_name(why->code));
	out_member(&error, "message", why->msg);
	if (why->hint[0])
		out_member(&error, "hint", why->hint);
	if (why->field)
		out_member(&error, "field", why->field);
	buf_adds(&error, "}");
	out_member_raw(object, "error", buf_str(&error), error.len);
	buf_free(&error);
}

/* What the board knows of the task. */
static void
add_task(struct run *run, struct buf *object, const struct outbox_row *r)
{
	struct task t;
	struct err err;

	if (r->state != OUTBOX_ACCEPTED)
		return;
	out_member(object, "task_id", r->task_id);
	task_init(&t);
	if (store_task_get(run->store, r->target, r->task_id, &t, &err) == ERR_OK)
		out_member(object, "status", t.status);
	task_done(&t);
}

static void
print_json(struct run *run, const struct outbox_row *r, const struct err *why)
{
	struct buf object = BUF_INIT(4 * JSON_MAX);
	char local[TASK_LOCAL_SIZE];

	task_local_key(r->seq, local, sizeof(local));
	buf_adds(&object, "{");
	out_member(&object, "unique_id", r->unique_id);
	out_member(&object, "state", outbox_state_name(r->state));
	add_task(run, &object, r);
	out_member_number(&object, "record", r->item);
	out_member(&object, "run", r->run_key);
	out_member(&object, "local_id", local);
	out_member(&object, "sha256", r->sha256);
	add_error(&object, why);
	buf_adds(&object, "}");
	out_json(buf_str(&object), object.len);
	buf_free(&object);
}

void
follow_print_row(struct run *run, enum follow_form form, const struct outbox_row *r,
		 const struct err *why)
{
	if (form == FOLLOW_JSON)
		print_json(run, r, why);
	else if (form == FOLLOW_LINES)
		print_line(r, why);
	else if (r->state == OUTBOX_ACCEPTED)
		out_data("%s", r->task_id);
}
