/* cmd_auth.c - "multistage auth WORD": the key file. Add a word: a row in words. */
#include "config.h"

#include "cli/command.h"
#include "cli/hidden.h"
#include "cli/out.h"
#include "cli/run.h"

#include "core/api.h"

#include <string.h>

#define TYPED_SIZE 1024 /* bytes; no key is that long */

/* Ask for a key and write the key file of the profile. */
static enum err_code
keep(struct conf *conf, struct err *err)
{
	char key[TYPED_SIZE], masked[32];
	enum err_code code;

	code = hidden_line("API key (it stays hidden): ", key, sizeof(key), err);
	if (code != ERR_OK)
		return code;
	code = conf_key_save(conf, key, err);
	api_mask_key(key, masked, sizeof(masked));
	explicit_bzero(key, sizeof(key));
	if (code != ERR_OK)
		return code;
	out_say("%s is kept in %s", masked, conf_key_path(conf));
	if (*conf_key_before_file(conf))
		out_say("warning: %s comes before this file", conf_key_before_file(conf));
	return ERR_OK;
}

static enum err_code
login(const struct cli *cli, struct err *err)
{
	struct conf *conf;
	enum err_code code;

	if (cli->arg_count > 1) { /* not shown: it is a key, most likely */
		err_set(err, ERR_USAGE, "auth login takes no more words");
		return err_hint(err, "it asks for the key; others can read a command line");
	}
	if (!(conf = run_conf(cli, err)))
		return err->code;
	code = keep(conf, err);
	conf_close(conf);
	return code;
}

static const struct {
	const char *name;
	enum err_code (*run)(const struct cli *cli, struct err *err);
} words[] = {
	{ "login", login },
	{ "rotate", cmd_auth_rotate },
};

enum err_code
cmd_auth(const struct cli *cli, struct err *err)
{
	size_t i = 0;

	while (i < ARRAY_LEN(words) && strcmp(words[i].name, cli->args[0]) != 0)
		i++;
	if (i == ARRAY_LEN(words)) {
		err_set(err, ERR_USAGE, "auth does not know \"%.40s\"", cli->args[0]);
		return err_hint(err, "usage: multistage auth %s", cli->command->args);
	}
	if (cli->sandbox)
		return err_set(err, ERR_USAGE, "the sandbox has a key of its own");
	return words[i].run(cli, err);
}
