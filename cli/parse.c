/* parse.c - the command line into struct cli. Ours and not getopt_long(3), because
 * global options may stand before and after the command, and a wrong one is answered
 * with the one that was meant. */
#include "config.h"

#include "cli/command.h"

#include "core/mem.h"
#include "core/near.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 40

struct parser {
	struct cli *cli;
	int argc, at;
	char **argv;
	bool only_args; /* "--" was there */
};

static const char *
command_name(size_t i, const void *arg)
{
	(void)arg;
	while (i < command_count && commands[i].hidden)
		i++;
	return i < command_count ? commands[i].name : NULL;
}

static bool
same(const char *option, const char *name, size_t n)
{
	if (strlen(option) != n)
		return false;
	for (size_t i = 0; i < n; i++) /* key_file is --key-file */
		if (option[i] != name[i] && !(option[i] == '_' && name[i] == '-'))
			return false;
	return true;
}

/* The i-th of all options that may stand here: the command's, ours, conf's. */
static const char *
option_name(size_t i, const void *arg)
{
	static const struct cli_option none[] = { { NULL, NULL, NULL } };
	const struct cli_command *c = arg;
	const struct cli_option *tables[] = { c && c->options ? c->options : none, global_options };

	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		size_t n = 0;

		while (tables[t][n].name)
			n++;
		if (i < n)
			return tables[t][i].name;
		i -= n;
	}
	for (size_t k = 0; k < CONF_COUNT; k++)
		if (conf_options[k].flag && i-- == 0)
			return conf_options[k].name;
	return NULL;
}

static enum err_code
unknown_option(const struct parser *p, const char *name, size_t n, struct err *err)
{
	const char *near;
	char word[NAME_SIZE], *s;

	snprintf(word, sizeof(word), "%.*s", (int)(n < NAME_SIZE ? n : NAME_SIZE - 1), name);
	while ((s = strchr(word, '-')))
		*s = '_';
	near = near_match(word, option_name, p->cli->command);
	for (s = word; *s; s++)
		*s = *s == '_' ? '-' : *s;
	err_set(err, ERR_USAGE, "unknown option --%s", word);
	if (near) {
		snprintf(word, sizeof(word), "%s", near);
		while ((s = strchr(word, '_')))
			*s = '-';
		return err_hint(err, "did you mean --%s?", word);
	}
	return err_hint(err, "multistage%s%s --help has all of them", p->cli->command ? " " : "",
			p->cli->command ? p->cli->command->name : "");
}

/* The value behind "=", or the next word. */
static enum err_code
take_value(struct parser *p, const char *option, const char *after, const char **value,
	   struct err *err)
{
	if (after) {
		*value = after;
		return ERR_OK;
	}
	if (p->at >= p->argc)
		return err_set(err, ERR_USAGE, "--%s needs a value", option);
	*value = p->argv[p->at++];
	return ERR_OK;
}

static enum err_code
no_value(const char *option, const char *after, struct err *err)
{
	if (!after)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--%s takes no value", option);
}

static enum err_code
take_global(struct parser *p, const struct cli_option *o, const char *after, struct err *err)
{
	struct cli *cli = p->cli;

	const char **value = strcmp(o->name, "config") == 0   ? &cli->flags.config_file
			     : strcmp(o->name, "key-fd") == 0 ? &cli->flags.key_fd
							      : &cli->draft_file;

	if (o->arg)
		return take_value(p, o->name, after, value, err);
	if (no_value(o->name, after, err) != ERR_OK)
		return err->code;
	if (strcmp(o->name, "sandbox") == 0)
		cli->sandbox = true;
	else if (strcmp(o->name, "no-color") == 0)
		cli->no_color = true;
	else if (strcmp(o->name, "version") == 0)
		cli->version = true;
	else
		cli->help = true;
	return ERR_OK;
}

static enum err_code
take_conf(struct parser *p, enum conf_id id, const char *after, struct err *err)
{
	/* A word of yes and no may stand alone: --utc is --utc=yes. */
	if (conf_options[id].words) {
		p->cli->flags.value[id] = after ? after : "yes";
		return ERR_OK;
	}
	return take_value(p, conf_options[id].name, after, &p->cli->flags.value[id], err);
}

static enum err_code
take_own(struct parser *p, const struct cli_option *o, const char *after, struct err *err)
{
	struct cli *cli = p->cli;
	const char *value = "";

	if (cli->given_count == CLI_GIVEN_MAX)
		return err_set(err, ERR_USAGE, "more than %d options", CLI_GIVEN_MAX);
	if ((o->arg ? take_value(p, o->name, after, &value, err) : no_value(o->name, after, err)) !=
	    ERR_OK)
		return err->code;
	cli->given[cli->given_count].name = o->name;
	cli->given[cli->given_count++].value = value;
	return ERR_OK;
}

/* word: what follows the dashes. */
static enum err_code
take_option(struct parser *p, const char *word, struct err *err)
{
	const struct cli_command *c = p->cli->command;
	size_t n = strcspn(word, "=");
	const char *after = word[n] ? word + n + 1 : NULL;

	for (const struct cli_option *o = c ? c->options : NULL; o && o->name; o++)
		if (same(o->name, word, n))
			return take_own(p, o, after, err);
	for (const struct cli_option *o = global_options; o->name; o++)
		if (same(o->name, word, n))
			return take_global(p, o, after, err);
	for (int i = 0; i < CONF_COUNT; i++)
		if (conf_options[i].flag && same(conf_options[i].name, word, n))
			return take_conf(p, (enum conf_id)i, after, err);
	return unknown_option(p, word, n, err);
}

static enum err_code
take_command(struct parser *p, const char *word, struct err *err)
{
	const char *near;

	p->cli->command = command_find(word);
	if (p->cli->command)
		return ERR_OK;
	near = near_match(word, command_name, NULL);
	err_set(err, ERR_USAGE, "unknown command \"%.60s\"", word);
	if (near)
		return err_hint(err, "did you mean \"%s\"?", near);
	return err_hint(err, "multistage --help has all of them");
}

static enum err_code
take_word(struct parser *p, const char *word, struct err *err)
{
	struct cli *cli = p->cli;

	if (!p->only_args && !(cli->command && cli->command->raw)) {
		if (strcmp(word, "--") == 0) {
			p->only_args = true;
			return ERR_OK;
		}
		if (strcmp(word, "-h") == 0)
			word = "--help";
		if (strcmp(word, "-V") == 0)
			word = "--version";
		if (word[0] == '-' && word[1] == '-')
			return take_option(p, word + 2, err);
		if (word[0] == '-' && word[1]) {
			err_set(err, ERR_USAGE, "unknown option %.40s", word);
			return err_hint(err, "options are long: --name");
		}
	}
	if (!cli->command)
		return take_command(p, word, err);
	cli->args[cli->arg_count++] = word;
	return ERR_OK;
}

static enum err_code
count_arguments(const struct cli *cli, struct err *err)
{
	const struct cli_command *c = cli->command;

	if (!c || cli->help || cli->version)
		return ERR_OK;
	if ((int)cli->arg_count < c->min_args)
		err_set(err, ERR_USAGE, "%s needs %s", c->name, c->args);
	else if (c->max_args >= 0 && (int)cli->arg_count > c->max_args)
		err_set(err, ERR_USAGE, "%s: \"%.60s\" is one word too many", c->name,
			cli->args[c->max_args]);
	else
		return ERR_OK;
	return err_hint(err, "usage: multistage %s [OPTION]... %s", c->name, c->args);
}

enum err_code
cli_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct parser p = { .cli = cli, .argc = argc, .at = 1, .argv = argv };

	*cli = (struct cli){ .command = NULL };
	cli->args = mem_array((size_t)(argc > 0 ? argc : 1), sizeof(*cli->args));
	while (p.at < argc)
		if (take_word(&p, argv[p.at++], err) != ERR_OK)
			return err->code;
	if (cli->command && cli->draft_file)
		return err_set(err, ERR_USAGE, "--open goes with the full screen, not with %s",
			       cli->command->name);
	return count_arguments(cli, err);
}

void
cli_done(struct cli *cli)
{
	free(cli->args);
	cli->args = NULL;
}

const char *
cli_value(const struct cli *cli, const char *name)
{
	for (size_t i = cli->given_count; i-- > 0;)
		if (strcmp(cli->given[i].name, name) == 0)
			return cli->given[i].value;
	return NULL;
}

bool
cli_has(const struct cli *cli, const char *name)
{
	return cli_value(cli, name) != NULL;
}

size_t
cli_values(const struct cli *cli, const char *name, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i < cli->given_count; i++)
		if (strcmp(cli->given[i].name, name) == 0)
			out[n++] = cli->given[i].value;
	return n;
}

enum err_code
cli_number(const struct cli *cli, const char *name, long min, long max, long *out, struct err *err)
{
	const char *text = cli_value(cli, name);
	size_t n = text ? strspn(text, "0123456789") : 0;
	long number;

	if (!text)
		return ERR_OK;
	number = n && n <= 9 && !text[n] ? strtol(text, NULL, 10) : -1;
	if (number < min || number > max)
		return err_set(err, ERR_USAGE, "--%s takes a number from %ld to %ld", name, min,
			       max);
	*out = number;
	return ERR_OK;
}
