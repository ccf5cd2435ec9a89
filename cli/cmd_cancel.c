/* cmd_cancel.c - "multistage cancel ID...": one after the other, each with its outcome. */
#include "config.h"

#include "cli/command.h"
#include "cli/find.h"
#include "cli/out.h"
#include "cli/run.h"

#include "core/clock.h"

#include <string.h>

static enum err_code
cancel_call(struct run *r, const char *task_id, bool clear, struct api_event *ev, struct err *err)
{
	int ticket;

	if (api_task_cancel(r->api, task_id, clear, clock_mono_ms(), &ticket, err) != ERR_OK ||
	    run_call(r, ticket, ev, err) != ERR_OK)
		return err->code;
	if (ev->err.code != ERR_OK) {
		*err = ev->err;
		return err->code;
	}
	return ERR_OK;
}

/*
 * A no, or no answer, may belong to a task that is canceled already: look before
 * it is called a failure. Source: scale-api 13 row 9.
 */
static enum err_code
cancel_one(struct run *r, const char *id, bool clear, struct task *t, struct err *err)
{
	struct api_event ev;
	struct err look = ERR_INIT;
	enum err_code code;

	if (!find_is_task_id(id)) {
		if (find_task(r, id, t, err) != ERR_OK)
			return err->code;
		id = t->task_id;
	}
	code = cancel_call(r, id, clear, &ev, err);
	if (code != ERR_API && code != ERR_UNCONFIRMED)
		return code;
	if (find_task(r, id, t, &look) == ERR_OK && strcmp(t->status, "canceled") == 0)
		return ERR_OK;
	return code;
}

static void
report(const char *id, bool json, const struct err *failed)
{
	struct buf object = BUF_INIT(1u << 16);

	if (!json && failed) {
		struct err named = *failed;

		err_wrap(&named, "%.80s", id);
		out_err(&named);
	} else if (!json) {
		out_data("%s canceled", id);
	} else {
		buf_adds(&object, "{");
		out_member(&object, "id", id);
		out_member_raw(&object, "canceled", failed ? "false" : "true", failed ? 5 : 4);
		if (failed) {
			out_member(&object, "code", err_name(failed->code));
			out_member(&object, "message", failed->msg);
		}
		buf_adds(&object, "}");
		out_json(buf_str(&object), object.len);
	}
	buf_free(&object);
}

enum err_code
cmd_cancel(const struct cli *cli, struct err *err)
{
	bool json = cli_has(cli, "json"), clear = cli_has(cli, "clear-unique-id");
	struct err last = ERR_INIT;
	size_t failed = 0;
	struct run r;

	if (run_open_api(&r, cli, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < cli->arg_count; i++) {
		struct err one = ERR_INIT;
		struct task t;

		task_init(&t);
		if (cancel_one(&r, cli->args[i], clear, &t, &one) == ERR_OK) {
			report(cli->args[i], json, NULL);
		} else {
			failed++;
			last = one;
			if (cli->arg_count > 1 || json)
				report(cli->args[i], json, &one);
		}
		task_done(&t);
		/* The rest would fail in the same way, or nobody wants it any more. */
		if (one.code == ERR_INTERRUPTED || one.code == ERR_AUTH)
			break;
	}
	run_close(&r);
	if (failed == 0)
		return ERR_OK;
	if (cli->arg_count == 1 || last.code == ERR_INTERRUPTED || last.code == ERR_AUTH) {
		*err = last;
		return last.code;
	}
	return err_set(err, ERR_PARTLY, "%zu of %zu tasks were not canceled", failed,
		       cli->arg_count);
}
