/* cmd_list.c - "multistage list": tasks as the service has them now, page by page. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/run.h"
#include "cli/seen.h"
#include "cli/show.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/task.h"

#include <stdlib.h>
#include <string.h>

#define PAGE      100
#define LIMIT     100 /* tasks, without --limit */
#define LIMIT_MAX 10000000

struct listing {
	struct api_list query;
	const char *tags[CLI_GIVEN_MAX];
	long left; /* tasks still to print; -1: all */
	bool json;
	struct seen seen; /* the ids that were printed: a list that changes repeats some */
	char *token;      /* owned; of the next page */
};

static enum err_code
read_options(const struct cli *cli, struct listing *l, struct err *err)
{
	long limit = LIMIT;

	if (cli_number(cli, "limit", 0, LIMIT_MAX, &limit, err) != ERR_OK)
		return err->code;
	l->left = limit ? limit : -1;
	l->json = cli_has(cli, "json");
	l->query.status = cli_value(cli, "status");
	l->query.project = cli_value(cli, "project");
	l->query.batch = cli_value(cli, "batch");
	l->query.tag_count = cli_values(cli, "tag", l->tags);
	l->query.tags = l->tags;
	if (l->query.status) {
		enum task_status s = task_status_find(l->query.status);

		if (s == TASK_OTHER || task_statuses[s].local) {
			err_set(err, ERR_USAGE, "the service knows no status \"%.40s\"",
				l->query.status);
			return err_hint(err, "use pending, completed, canceled or error");
		}
	}
	return ERR_OK;
}

/* Print what is new on the page, at most what is left. */
static size_t
print_page(struct listing *l, const struct reply *page)
{
	size_t printed = 0;

	for (size_t i = 0; i < page->task_count && l->left != 0; i++) {
		const struct task *t = &page->tasks[i];

		if (seen_add(&l->seen, t->task_id, 1))
			continue;
		if (l->json)
			show_json(t);
		else
			show_row(t);
		l->left -= l->left > 0;
		printed++;
	}
	return printed;
}

/* One page. *more: there is another one worth asking for. */
static enum err_code
list_page(struct run *r, struct listing *l, bool *more, struct err *err)
{
	struct api_event ev;
	size_t printed;
	char *token;
	int ticket;

	l->query.limit = l->left > 0 && l->left < PAGE ? (int)l->left : PAGE;
	l->query.next_token = l->token;
	if (api_task_list(r->api, &l->query, clock_mono_ms(), &ticket, err) != ERR_OK ||
	    run_call(r, ticket, &ev, err) != ERR_OK)
		return err->code;
	if (ev.err.code != ERR_OK) {
		*err = ev.err;
		return err->code;
	}
	if (ev.reply.skipped)
		out_say("warning: %zu entries could not be read and are left out",
			ev.reply.skipped);
	printed = print_page(l, &ev.reply);
	token = ev.reply.next_token ? mem_strdup(ev.reply.next_token) : NULL;
	/* A token that comes again, or a page with nothing new, would go on for ever. */
	*more = ev.reply.has_more && token && l->left != 0 && printed > 0 &&
		!(l->token && strcmp(l->token, token) == 0);
	free(l->token);
	l->token = token;
	return ERR_OK;
}

enum err_code
cmd_list(const struct cli *cli, struct err *err)
{
	struct listing l = { .token = NULL };
	struct run r;
	bool more = true;
	enum err_code code;

	if (read_options(cli, &l, err) != ERR_OK || run_open_api(&r, cli, err) != ERR_OK)
		return err->code;
	if (!l.json && out_is_terminal())
		show_head();
	for (code = ERR_OK; code == ERR_OK && more && !out_failed();)
		code = list_page(&r, &l, &more, err);
	if (code == ERR_OK && l.seen.count == 0 && !l.json)
		out_say("no task matches");
	seen_free(&l.seen);
	free(l.token);
	run_close(&r);
	return code;
}
