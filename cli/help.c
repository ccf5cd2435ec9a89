/* help.c - help, the tables as text, and what the shell completes: all from the tables. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"

#include "core/field.h"
#include "core/near.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WIDTH  79
#define INDENT 26

/* Words of text from column *col on, wrapped between indent and WIDTH; ASCII only. */
static void
wrap(const char *text, int col, int indent)
{
	bool first = true;

	for (; *text; first = false) {
		int word = (int)strcspn(text, " ");

		if (!first && col + 1 + word > WIDTH) {
			out_print("\n");
			col = 0;
			first = true;
		}
		if (col < indent) {
			out_print("%*s", indent - col, "");
			col = indent;
		}
		out_print("%s%.*s", first ? "" : " ", word, text);
		col += !first + word;
		text += word;
		text += strspn(text, " ");
	}
	out_print("\n");
}

/* "  name  text" */
static void
row(const char *name, const char *text)
{
	int col = 2 + (int)strlen(name);

	out_print("  %-*s", INDENT - 3, name);
	if (col < INDENT - 1)
		col = INDENT - 1;
	if (col >= INDENT) {
		out_print("\n");
		col = 0;
	}
	wrap(text, col, INDENT);
}

static void
option_row(const char *name, const char *arg, bool optional, const char *help)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "--%s", name);

	for (char *s = text; *s; s++)
		if (*s == '_')
			*s = '-';
	if (arg && n > 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, optional ? "[=%s]" : " %s", arg);
	row(text, help);
}

static void
global_rows(void)
{
	for (const struct cli_option *o = global_options; o->name; o++)
		option_row(o->name, o->arg, false, o->help);
	for (int i = 0; i < CONF_COUNT; i++)
		if (conf_options[i].flag)
			option_row(conf_options[i].name, conf_options[i].arg,
				   conf_options[i].words != NULL, conf_options[i].help);
}

void
help_program(void)
{
	out_print("usage: multistage [OPTION]...                the full screen\n"
		  "       multistage COMMAND [OPTION]... [ARG]...\n\n"
		  "Compose, preview, submit and track Scale multi-stage tasks.\n\n"
		  "commands:\n");
	for (size_t i = 0; i < command_count; i++)
		if (!commands[i].hidden)
			row(commands[i].name, commands[i].help);
	out_print("\noptions, before or after the command:\n");
	global_rows();
	out_print("\nThe API key comes from SCALE_API_KEY, key_command or key_file; see\n"
		  "multistage-config(5). Exit status: see multistage(1).\n");
}

void
help_command(const struct cli_command *c)
{
	out_print("usage: multistage %s%s%s%s\n\n", c->name, c->options ? " [OPTION]..." : "",
		  c->args[0] ? " " : "", c->args);
	out_print("%s\n", c->help);
	if (c->more) {
		out_print("\n");
		wrap(c->more, 0, 0);
	}
	if (c->options) {
		out_print("\noptions:\n");
		for (const struct cli_option *o = c->options; o->name; o++)
			option_row(o->name, o->arg, false, o->help);
	}
	if (!c->raw)
		out_print("\nOptions such as --sandbox, --profile and --url "
			  "stand with every command;\nmultistage --help has them.\n");
}

/* --- the tables, one row a line, for tests of the man pages and for completions --- */

static void
dump_commands(void)
{
	for (size_t i = 0; i < command_count; i++)
		if (!commands[i].hidden)
			out_print("%s\t%s\t%s\n", commands[i].name, commands[i].args,
				  commands[i].help);
}

/* "command --option ARG help"; the command of a global one is "-". */
static void
dump_options(void)
{
	for (size_t i = 0; i < command_count; i++)
		for (const struct cli_option *o = commands[i].options; o && o->name; o++)
			out_print("%s\t%s\t%s\t%s\n", commands[i].name, o->name,
				  o->arg ? o->arg : "", o->help);
	for (const struct cli_option *o = global_options; o->name; o++)
		out_print("-\t%s\t%s\t%s\n", o->name, o->arg ? o->arg : "", o->help);
	for (int i = 0; i < CONF_COUNT; i++)
		if (conf_options[i].flag)
			out_print("-\t%s\t%s\t%s\n", conf_options[i].name, conf_options[i].arg,
				  conf_options[i].help);
}

static void
dump_conf(void)
{
	for (int i = 0; i < CONF_COUNT; i++)
		out_print("%s\t%s\t%s\t%s\t%s\n", conf_options[i].name, conf_options[i].env,
			  conf_options[i].arg, conf_options[i].initial, conf_options[i].help);
}

static void
dump_fields(void)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		out_print("%s\t%s\n", fields[i].name, fields[i].help);
}

static void
dump_exits(void)
{
	for (int i = 0; i < ERR_CODE_COUNT; i++)
		out_print("%d\t%s\n", err_exit_status((enum err_code)i),
			  err_name((enum err_code)i));
}

static enum err_code
dump(const struct cli *cli, const char *what, struct err *err)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} tables[] = {
		{ "commands", dump_commands }, { "options", dump_options }, { "conf", dump_conf },
		{ "fields", dump_fields },     { "exits", dump_exits },
	};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strcmp(what, tables[i].name) == 0) {
			tables[i].print();
			return ERR_OK;
		}
	if (strcmp(what, "keys") != 0 && strcmp(what, "roles") != 0) {
		err_set(err, ERR_USAGE, "there is no table \"%.40s\"", what);
		return err_hint(err, "tables: commands conf exits fields keys options roles");
	}
	cli->dump_screen(what);
	return ERR_OK;
}

static const char *
visible_command(size_t i, const void *arg)
{
	(void)arg;
	return i < command_count && !commands[i].hidden ? commands[i].name : NULL;
}

enum err_code
cmd_help(const struct cli *cli, struct err *err)
{
	const struct cli_command *c;
	const char *near;

	if (cli_has(cli, "dump"))
		return dump(cli, cli_value(cli, "dump"), err);
	if (cli->arg_count == 0) {
		help_program();
		return ERR_OK;
	}
	c = command_find(cli->args[0]);
	if (c) {
		help_command(c);
		return ERR_OK;
	}
	near = near_match(cli->args[0], visible_command, NULL);
	err_set(err, ERR_USAGE, "unknown command \"%.60s\"", cli->args[0]);
	return near ? err_hint(err, "did you mean \"%s\"?", near) : err->code;
}
