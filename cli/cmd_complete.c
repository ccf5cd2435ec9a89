/* cmd_complete.c - "multistage complete WORD...": what may stand in the place of the
 * last word, one a line as "word<tab>help". A single line "<file>" asks the shell for
 * file names. The shells' scripts hold no lists of their own. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/paths.h"

#include "core/field.h"
#include "core/task.h"

#include <stdio.h>
#include <string.h>

struct completing {
	const char *word; /* the last one, as far as it is typed */
};

static void
offer(const struct completing *c, const char *word, const char *help)
{
	if (strncmp(word, c->word, strlen(c->word)) == 0)
		out_print("%s\t%s\n", word, help);
}

static void
offer_option(const struct completing *c, const char *name, const char *help)
{
	char text[64];

	snprintf(text, sizeof(text), "--%s", name);
	for (char *s = text; *s; s++)
		if (*s == '_')
			*s = '-';
	offer(c, text, help);
}

static void
offer_options(const struct completing *c, const struct cli_command *command)
{
	for (const struct cli_option *o = command ? command->options : NULL; o && o->name; o++)
		offer_option(c, o->name, o->help);
	for (const struct cli_option *o = global_options; o->name; o++)
		if (!command || strcmp(o->name, "open") != 0)
			offer_option(c, o->name, o->help);
	for (int i = 0; i < CONF_COUNT; i++)
		if (conf_options[i].flag)
			offer_option(c, conf_options[i].name, conf_options[i].help);
}

static void
offer_commands(const struct completing *c)
{
	for (size_t i = 0; i < command_count; i++)
		if (!commands[i].hidden)
			offer(c, commands[i].name, commands[i].help);
}

static const struct cli_option *
option_of(const struct cli_option *table, const char *name)
{
	for (; table && table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* What the option before the last word takes. False if it takes no value of its own. */
static bool
offer_value(const struct completing *c, const struct cli_command *command, const char *before)
{
	const struct cli_option *o;
	char name[64], *s;

	if (strncmp(before, "--", 2) != 0 || strchr(before, '='))
		return false;
	o = option_of(command ? command->options : NULL, before + 2);
	if (!o)
		o = option_of(global_options, before + 2);
	if (o && !o->arg)
		return false;
	if (o) {
		if (strcmp(o->arg, "FILE") == 0)
			out_print("<file>\n");
		if (strcmp(o->name, "status") == 0)
			for (int i = 0; i < TASK_STATUS_COUNT; i++)
				if (!task_statuses[i].local && i != TASK_OTHER)
					offer(c, task_statuses[i].name, "");
		return true;
	}
	snprintf(name, sizeof(name), "%s", before + 2);
	while ((s = strchr(name, '-')))
		*s = '_';
	for (int i = 0; i < CONF_COUNT; i++)
		if (conf_options[i].flag && !conf_options[i].words &&
		    strcmp(conf_options[i].name, name) == 0) {
			if (strcmp(conf_options[i].arg, "PATH") == 0)
				out_print("<file>\n");
			return true;
		}
	return false;
}

static void
offer_arguments(const struct completing *c, const struct cli_command *command)
{
	switch (command->complete) {
	case COMPLETE_FILE: out_print("<file>\n"); break;
	case COMPLETE_AUTH:
		offer(c, "login", "Ask for the key and keep it.");
		offer(c, "rotate", "Take over what an older key submitted.");
		break;
	case COMPLETE_COMMAND: offer_commands(c); break;
	case COMPLETE_PATH_NAME:
		for (size_t i = 0; i < path_count; i++)
			offer(c, path_names[i].name, path_names[i].help);
		break;
	case COMPLETE_NOTHING: break;
	}
}

enum err_code
cmd_complete(const struct cli *cli, struct err *err)
{
	struct completing c = { .word = cli->arg_count ? cli->args[cli->arg_count - 1] : "" };
	const struct cli_command *command = NULL;

	(void)err;
	for (size_t i = 0; i + 1 < cli->arg_count && !command; i++)
		command = command_find(cli->args[i]);
	if (cli->arg_count > 1 && offer_value(&c, command, cli->args[cli->arg_count - 2]))
		return ERR_OK;
	if (c.word[0] == '-')
		offer_options(&c, command);
	else if (command)
		offer_arguments(&c, command);
	else
		offer_commands(&c);
	return ERR_OK;
}
