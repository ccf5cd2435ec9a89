/* cmd_sandbox.c - "multistage sandbox ...": becomes multistage-sandbox. */
#include "config.h"

#include "cli/command.h"

#include "core/child.h"
#include "core/mem.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum err_code
cmd_sandbox(const struct cli *cli, struct err *err)
{
	char *program = NULL, **argv;

	if (child_program(&program, err) != ERR_OK)
		return err->code;
	argv = mem_array(cli->arg_count + 2, sizeof(*argv));
	argv[0] = program;
	for (size_t i = 0; i < cli->arg_count; i++)
		argv[i + 1] = mem_strdup(cli->args[i]);
	signal(SIGPIPE, SIG_DFL); /* what is ignored stays so across exec */
	signal(SIGXFSZ, SIG_DFL);
	conf_clean_environment(); /* a real key is none of its business */
	execv(program, argv);
	err_sys(err, "cannot run %s", program);
	for (size_t i = 0; i < cli->arg_count + 1; i++)
		free(argv[i]);
	free(argv);
	return err->code;
}
