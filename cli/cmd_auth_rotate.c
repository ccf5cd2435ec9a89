/* cmd_auth_rotate.c - "multistage auth rotate": the key in force takes over what was submitted
 * with an older key of the same account.
 *
 * Another key is another target, whose rows this one never touches: it may be of
 * another account. Proof that it is not is a task of the old one that the new one
 * can fetch. Without such a task a person must say so.
 */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/run.h"

#include <stdlib.h>
#include <string.h>

#define TRIES 5 /* tasks asked for; the newest may have been deleted */

struct rotate {
	struct run run;
	const struct cli *cli;
	long moved, left, tasks; /* so far */
	size_t unproven;         /* keys */
	int64_t last_unproven;
};

/* Can the new key see a task of the old one? */
static enum err_code
prove(struct rotate *r, int64_t from, bool *proven, struct err *err)
{
	char ids[TRIES][BOARD_KEY_SIZE];
	struct api_event ev;
	size_t n = 0;
	int ticket;

	*proven = false;
	if (store_known_tasks(r->run.store, from, ids, TRIES, &n, err))
		return err->code;
	for (size_t i = 0; i < n && !*proven; i++) {
		if (api_task_get(r->run.api, ids[i], run_now().mono_ms, &ticket, err) ||
		    run_call(&r->run, ticket, &ev, err))
			return err->code;
		if (ev.err.code != ERR_OK && ev.err.code != ERR_NOT_FOUND) {
			*err = ev.err;
			return err->code;
		}
		*proven = ev.err.code == ERR_OK && ev.reply.task_count == 1 &&
			  strcmp(ev.reply.tasks[0].task_id, ids[i]) == 0;
	}
	return ERR_OK;
}

static enum err_code
adopt(struct rotate *r, const struct other_target *o, struct err *err)
{
	long moved = 0, left = 0;

	if (session_adopt(r->run.session, o->target, run_now(), &moved, &left, err))
		return err->code;
	out_say("taken over: %ld submission%s, %ld task%s known here", moved, moved == 1 ? "" : "s",
		o->rows, o->rows == 1 ? "" : "s");
	if (left > 0)
		out_say("%ld stay%s with the old key: the same was submitted with this one, too",
			left, left == 1 ? "s" : "");
	r->moved += moved;
	r->left += left;
	r->tasks += o->rows;
	return ERR_OK;
}

static enum err_code
look_at(struct rotate *r, const struct other_target *o, struct err *err)
{
	bool proven = false;

	if (!o->same_url)
		return ERR_OK;
	if (prove(r, o->target, &proven, err))
		return err->code;
	if (proven)
		return adopt(r, o, err);
	r->unproven++;
	r->last_unproven = o->target;
	return ERR_OK;
}

/* No task proves it. A person may know better, if there is only one key it can be. */
static enum err_code
unproven(struct rotate *r, const struct other_target *list, size_t n, struct err *err)
{
	if (r->unproven > 1 && cli_has(r->cli, "same-account")) {
		err_set(err, ERR_AUTH, "there are %zu older keys without proof", r->unproven);
		return err_hint(err, "one of them may be of another account: nothing more was"
				     " taken over");
	}
	if (!cli_has(r->cli, "same-account")) {
		err_set(err, ERR_AUTH, "no task of the older key can be fetched with this one");
		return err_hint(err, "nothing was taken over; if you know that both are of one"
				     " account, say --same-account");
	}
	for (size_t i = 0; i < n; i++)
		if (list[i].target == r->last_unproven)
			return adopt(r, &list[i], err);
	return ERR_OK;
}

static enum err_code
rotate(struct rotate *r, struct err *err)
{
	struct other_target *list = NULL;
	enum err_code code;
	size_t n = 0;

	if (!(r->run.api = api_open(r->run.conf, r->run.key, r->run.key_origin, err)))
		return err->code;
	code = store_other_targets(r->run.store, session_target(r->run.session), &list, &n, err);
	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = look_at(r, &list[i], err);
	if (code == ERR_OK && r->unproven > 0 &&
	    (r->moved + r->tasks == 0 || cli_has(r->cli, "same-account")))
		code = unproven(r, list, n, err);
	else if (code == ERR_OK && r->moved + r->tasks == 0)
		out_say("nothing here was submitted with another key for %s",
			session_base_url(r->run.session));
	free(list);
	return code;
}

enum err_code
cmd_auth_rotate(const struct cli *cli, struct err *err)
{
	struct rotate r = { .cli = cli };
	enum err_code code;

	if (cli->arg_count > 1) /* not shown: it may be a key */
		return err_set(err, ERR_USAGE, "auth rotate takes no more words");
	code = run_open_session(&r.run, cli, err);
	if (code != ERR_OK)
		return code;
	code = rotate(&r, err);
	run_close(&r.run);
	return code;
}
