/* command.c - see command.h. Add a subcommand: a row here, a file cli/cmd_x.c, its
 * name in cli/local.mk; the man page test then says what is missing. */
#include "config.h"

#include "cli/command.h"

#include <string.h>

static const struct cli_option check_options[] = {
	{ "json", NULL, "Print one JSON object a payload." },
	{ NULL, NULL, NULL },
};

static const struct cli_option submit_options[] = {
	{ "dry-run", NULL, "Show the request, byte for byte, and send nothing." },
	{ "json", NULL, "Print the outcome of each task as one JSON object." },
	{ "again", NULL, "Make another task of each payload, with a new unique_id." },
	{ "run", "KEY", "Name of this run; the same KEY never makes a task twice." },
	{ "keep-going", NULL, "Submit the good payloads although others are bad." },
	{ "no-wait", NULL, "Only queue them; the next multistage sends them." },
	{ "timeout", "SECONDS", "Give up when none comes to an end for so long (90)." },
	{ "wait", "SECONDS", "The same as --timeout." },
	{ NULL, NULL, NULL },
};

static const struct cli_option queue_options[] = {
	{ "wait", NULL, "Send what is queued, look for what is unconfirmed, and wait for it." },
	{ "timeout", "SECONDS", "Give up when none comes to an end for so long (90)." },
	{ "json", NULL, "Print one JSON object a task." },
	{ NULL, NULL, NULL },
};

static const struct cli_option receipt_options[] = {
	{ "json", NULL, "Print one JSON object a task." },
	{ NULL, NULL, NULL },
};

static const struct cli_option list_options[] = {
	{ "status", "WORD", "Only pending, completed, canceled or error." },
	{ "project", "NAME", "Only tasks of this project." },
	{ "batch", "NAME", "Only tasks of this batch." },
	{ "tag", "TAG", "Only tasks with this tag; may be repeated." },
	{ "limit", "N", "At most N tasks, newest first; 0 for all (100)." },
	{ "json", NULL, "Print one JSON object a line, as the service sent it." },
	{ NULL, NULL, NULL },
};

static const struct cli_option show_options[] = {
	{ "json", NULL, "Print the task as the service sent it." },
	{ NULL, NULL, NULL },
};

static const struct cli_option cancel_options[] = {
	{ "clear-unique-id", NULL, "Free the unique_id, so that it can be used again." },
	{ "json", NULL, "Print one JSON object a task." },
	{ NULL, NULL, NULL },
};

static const struct cli_option auth_options[] = {
	{ "same-account", NULL, "rotate: take it over though no task proves the account." },
	{ NULL, NULL, NULL },
};

static const struct cli_option config_options[] = {
	{ "json", NULL, "Print one JSON object." },
	{ NULL, NULL, NULL },
};

static const struct cli_option help_options[] = {
	{ "dump", "TABLE", "Print a table: commands, options, fields, exits, keys, roles." },
	{ NULL, NULL, NULL },
};

const struct cli_option global_options[] = {
	{ "sandbox", NULL, "Use a local sandbox that is started for this and needs no key." },
	{ "config", "FILE", "Read this config file." },
	{ "key-fd", "N", "Read the API key from this open descriptor." },
	{ "open", "FILE", "Open a payload as a draft in the full screen." },
	{ "no-color", NULL, "No colours, whatever the theme says; as NO_COLOR does." },
	{ "help", NULL, "Help, also after a command." },
	{ "version", NULL, "Version of the program." },
	{ NULL, NULL, NULL },
};

const struct cli_command commands[] = {
	/* clang-format off */
	{ .name = "check", .args = "[FILE|-]...", .run = cmd_check, .options = check_options,
	  .help = "Check payloads, without asking the service.",
	  .more = "A file is one payload, an array of them, or JSON lines. Without a file stdin is read.",
	  .max_args = -1, .complete = COMPLETE_FILE },
	{ .name = "submit", .args = "[FILE|-]...", .run = cmd_submit, .options = submit_options,
	  .help = "Make a task of each payload, once.",
	  .more = "A file is one payload, an array of them, or JSON lines. Without a file stdin is read. "
		  "All payloads are queued, or none if one of them is bad. The same payloads again make "
		  "no second tasks unless --again is given.",
	  .max_args = -1, .complete = COMPLETE_FILE },
	{ .name = "queue", .args = "", .run = cmd_queue, .options = queue_options,
	  .help = "List what is queued, on its way or unconfirmed, and what stands in its way." },
	{ .name = "receipt", .args = "ID...", .run = cmd_receipt, .options = receipt_options,
	  .help = "Print what was submitted from here, and each step of what came of it.",
	  .more = "An ID is a task_id, a unique_id or a local id such as local-12. Nothing secret is in "
		  "a receipt: no key, no payload but its hash, no query of an address.",
	  .min_args = 1, .max_args = -1 },
	{ .name = "list", .args = "", .run = cmd_list, .options = list_options,
	  .help = "List tasks of the service." },
	{ .name = "show", .args = "ID", .run = cmd_show, .options = show_options,
	  .help = "Show one task, by its task_id or unique_id.",
	  .min_args = 1, .max_args = 1 },
	{ .name = "cancel", .args = "ID...", .run = cmd_cancel, .options = cancel_options,
	  .help = "Cancel tasks that nobody works on yet.",
	  .min_args = 1, .max_args = -1 },
	{ .name = "auth", .args = "login|rotate", .run = cmd_auth, .options = auth_options,
	  .help = "Keep the API key in a file that only you can read, or exchange it.",
	  .more = "login asks for the key, hidden. rotate lets the key in force take over what was "
		  "submitted with an older key of the same account.",
	  .min_args = 1, .max_args = -1, .complete = COMPLETE_AUTH },
	{ .name = "paths", .args = "[NAME]", .run = cmd_paths,
	  .help = "Print where this program keeps its files.",
	  .max_args = 1, .complete = COMPLETE_PATH_NAME },
	{ .name = "config", .args = "", .run = cmd_config, .options = config_options,
	  .help = "Print what is configured, and where each value comes from." },
	{ .name = "sandbox", .args = "[OPTION]...", .run = cmd_sandbox,
	  .help = "Run multistage-sandbox, a local server of the API, by itself.",
	  .max_args = -1, .raw = true },
	{ .name = "help", .args = "[COMMAND]", .run = cmd_help, .options = help_options,
	  .help = "Help for the program or a command.",
	  .max_args = 1, .complete = COMPLETE_COMMAND },
	{ .name = "complete", .args = "WORD...", .run = cmd_complete,
	  .help = "Print what may stand in the place of the last word, for the shell.",
	  .max_args = -1, .raw = true, .hidden = true },
	/* clang-format on */
};

const size_t command_count = ARRAY_LEN(commands);

const struct cli_command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
