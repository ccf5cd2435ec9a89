/* command.h - THE TABLE of subcommands and their options: dispatch, --help, man page,
 * completions and tests read it. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "core/conf.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

struct cli;

struct cli_option {       /* of one command, or of all */
	const char *name; /* without the dashes */
	const char *arg;  /* what its value is; NULL: it takes none */
	const char *help; /* one sentence */
};

enum complete { /* what the arguments of a command are, for the shell */
		COMPLETE_NOTHING,
		COMPLETE_AUTH,
		COMPLETE_FILE,
		COMPLETE_COMMAND,
		COMPLETE_PATH_NAME
};

struct cli_command {
	const char *name;
	const char *args;                 /* "FILE|-", "" */
	const char *help;                 /* one sentence */
	const char *more;                 /* more of it for its own --help, or NULL */
	const struct cli_option *options; /* ended by a NULL name; or NULL */
	enum err_code (*run)(const struct cli *cli, struct err *err);
	int min_args, max_args; /* max_args -1: any number */
	enum complete complete;
	bool raw;    /* what follows its name is not looked at, but handed on */
	bool hidden; /* not in --help */
};

extern const struct cli_command commands[];
extern const size_t command_count;
extern const struct cli_option global_options[]; /* beside those of conf.h; NULL name ends */

const struct cli_command *command_find(const char *name); /* NULL when there is none */

#define CLI_GIVEN_MAX 64

struct cli {                               /* a command line that was understood */
	const struct cli_command *command; /* NULL: the full screen */
	struct conf_flags flags;
	bool sandbox, no_color, help, version;
	const char *draft_file; /* --open */
	struct {
		const char *name, *value;
	} given[CLI_GIVEN_MAX]; /* options of the command, in order */
	size_t given_count;
	const char **args; /* owned; the strings are argv's */
	size_t arg_count;
	/* What only main.c knows, the tables of the screen: write them as --dump does. */
	void (*dump_screen)(const char *what);
};

/* Understand argv. Errors: ERR_USAGE with what was most likely meant. */
enum err_code cli_parse(struct cli *cli, int argc, char **argv, struct err *err) MUST_CHECK;
void cli_done(struct cli *cli);

/* The last value of an option, NULL if it was not given; "" for one without value. */
const char *cli_value(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);
/* All values of an option that may be repeated; out has room for CLI_GIVEN_MAX. */
size_t cli_values(const struct cli *cli, const char *name, const char **out);
/* A whole number from min to max, or fallback when it was not given. Errors: ERR_USAGE. */
enum err_code cli_number(const struct cli *cli, const char *name, long min, long max, long *out,
			 struct err *err) MUST_CHECK;

/* --- the commands, one file each --- */
enum err_code cmd_auth(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_auth_rotate(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_cancel(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_check(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_complete(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_config(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_help(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_list(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_paths(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_queue(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_receipt(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_sandbox(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_show(const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code cmd_submit(const struct cli *cli, struct err *err) MUST_CHECK;

/* Help of the program, or of one command, on stdout. */
void help_program(void);
void help_command(const struct cli_command *c);

#endif
