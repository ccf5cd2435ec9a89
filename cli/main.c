/* main.c - the program multistage: the state a process needs, then a command or the
 * full screen, then the exit status. The only file of this room that knows tui/. */
#include "config.h"

#include "cli/command.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/run.h"

#include "core/err.h"
#include "core/secret.h"

#include "tui/keys.h"
#include "tui/theme.h"
#include "tui/tui.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATUS_EPIPE 141 /* as a shell tells of SIGPIPE */

/*
 * Descriptors 0 to 2 must exist, or the first file opened becomes "stdout". What was
 * closed is opened the wrong way round, as the C library does for set-user-ID programs:
 * what is written there is not lost in silence, it fails.
 */
static void
fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* The memory holds the key. */
static void
close_memory(void)
{
	const char *open_core = getenv("MULTISTAGE_DEBUG");

	if (!open_core || !*open_core)
		secret_close_process();
}

/*
 * Only characters follow the locale: JSON and SQL need numbers in the C locale's form,
 * and the other categories would cost two dozen files at each start.
 */
static void
start(void)
{
	fill_descriptors();
	close_memory();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* past "ulimit -f" a write fails, and SQLite says so */
	setlocale(LC_CTYPE, "");
}

/* "Compose, Tasks", or "everywhere". */
static void
print_places(unsigned places)
{
	const char *before = ""; /* a place may have two bits and one name */

	if (places == ~0u) {
		out_print("everywhere");
		return;
	}
	for (unsigned bit = 1; bit; bit <<= 1) {
		const char *name = key_place_name((enum place)bit);

		if ((places & bit) && strcmp(name, before) != 0) {
			out_print("%s%s", *before ? ", " : "", name);
			before = name;
		}
	}
}

static void
dump_screen(const char *what)
{
	if (strcmp(what, "roles") == 0) {
		for (int i = 0; i < ROLE_COUNT; i++)
			out_print("%s\n", theme_role_name((enum role)i));
		return;
	}
	for (size_t i = 0; i < key_count; i++) {
		out_print("%s\t", key_table[i].name);
		print_places(key_table[i].places);
		out_print("\t%s\n", key_table[i].help);
	}
}

/* Without a command: the full screen. */
static enum err_code
open_screen(const struct cli *cli, struct err *err)
{
	struct tui_options options = {
		.sandbox = cli->sandbox,
		.no_color = cli->no_color,
		.say = out_say,
	};
	struct conf *conf = run_conf(cli, err);
	enum err_code code;

	if (!conf)
		return err->code;
	if (cli->draft_file && input_draft(cli->draft_file, &options.draft, err) != ERR_OK) {
		conf_close(conf);
		return err->code;
	}
	code = tui_run(conf, &options, err);
	conf_close(conf);
	return code;
}

static enum err_code
run(const struct cli *cli, struct err *err)
{
	if (cli->version) {
		out_print("multistage " PACKAGE_VERSION "\n");
		return ERR_OK;
	}
	if (cli->help && cli->command)
		help_command(cli->command);
	else if (cli->help)
		help_program();
	else
		return cli->command ? cli->command->run(cli, err) : open_screen(cli, err);
	return ERR_OK;
}

int
main(int argc, char **argv)
{
	struct err err = ERR_INIT, closing = ERR_INIT;
	struct cli cli;
	enum err_code code;
	bool quiet;

	start();
	code = cli_parse(&cli, argc, argv, &err);
	cli.dump_screen = dump_screen;
	if (code == ERR_OK)
		code = run(&cli, &err);
	cli_done(&cli);
	if (out_finish(&quiet, &closing) != ERR_OK && code == ERR_OK) {
		if (quiet)
			return STATUS_EPIPE;
		code = closing.code;
		err = closing;
	}
	if (code != ERR_OK)
		out_err(&err);
	return err_exit_status(code);
}
