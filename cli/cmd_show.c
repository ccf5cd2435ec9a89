/* cmd_show.c - "multistage show ID": one task, by either of its ids. */
#include "config.h"

#include "cli/command.h"
#include "cli/find.h"
#include "cli/run.h"
#include "cli/show.h"

enum err_code
cmd_show(const struct cli *cli, struct err *err)
{
	struct run r;
	struct task t;
	enum err_code code = run_open_api(&r, cli, err);

	if (code != ERR_OK)
		return code;
	task_init(&t);
	code = find_task(&r, cli->args[0], &t, err);
	if (code == ERR_OK && cli_has(cli, "json"))
		show_json(&t);
	else if (code == ERR_OK)
		show_task(&t);
	task_done(&t);
	run_close(&r);
	return code;
}
