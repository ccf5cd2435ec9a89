/* cmd_config.c - "multistage config" and "multistage paths": what is in force. */
#include "config.h"

#include "cli/command.h"
#include "cli/out.h"
#include "cli/paths.h"
#include "cli/run.h"

#include "core/api.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PATH(member) offsetof(struct conf_paths, member)

const struct path_name path_names[] = {
	/* clang-format off */
	{ "config", "the config file", PATH(config_file) },
	{ "state", "what this program remembers", PATH(state_dir) },
	{ "data", "your own themes", PATH(data_dir) },
	{ "themes", "folder of your own themes", PATH(theme_dir) },
	{ "database", "drafts, tasks sent and seen", PATH(database) },
	{ "lock", "held by the process that sends", PATH(lock_file) },
	/* clang-format on */
};
const size_t path_count = ARRAY_LEN(path_names);

static const char *
path_of(const struct conf *conf, size_t i)
{
	const char *path;

	memcpy(&path, (const char *)conf_paths(conf) + path_names[i].offset, sizeof(path));
	return path;
}

enum err_code
cmd_paths(const struct cli *cli, struct err *err)
{
	struct conf *conf = run_conf(cli, err);
	const char *want = cli->arg_count ? cli->args[0] : NULL;
	bool found = false;

	if (!conf)
		return err->code;
	for (size_t i = 0; i < path_count; i++) {
		if (want && strcmp(want, path_names[i].name) != 0)
			continue;
		found = true;
		if (want)
			out_data("%s", path_of(conf, i));
		else
			out_data("%-9s %s", path_names[i].name, path_of(conf, i));
	}
	conf_close(conf);
	if (found)
		return ERR_OK;
	err_set(err, ERR_USAGE, "there is no path called \"%.40s\"", want);
	return err_hint(err, "multistage paths prints all of them");
}

/* The key as "live_....9f2c" and its source; the error in its place when there is none. */
static void
masked_key(struct conf *conf, char *masked, size_t size, char *origin, size_t origin_size)
{
	struct err err = ERR_INIT;
	const char *key, *from;

	if (conf_key(conf, &key, &from, &err) == ERR_OK) {
		api_mask_key(key, masked, size);
		snprintf(origin, origin_size, "%s", from);
	} else {
		snprintf(masked, size, "%s", "");
		snprintf(origin, origin_size, "%s", err.msg);
	}
}

/* A proxy's user and password stay out of what is shown. */
static const char *
shown_value(const struct conf *conf, enum conf_id id, char *out, size_t size)
{
	const char *value = conf_get(conf, id), *at = strrchr(value, '@');
	const char *host = id == CONF_PROXY ? strstr(value, "://") : NULL;

	if (!host || !at || at < host)
		return value;
	snprintf(out, size, "%.*s...%s", (int)(host + 3 - value), value, at);
	return out;
}

static void
print_json(const struct conf *conf, const char *key, const char *key_origin)
{
	struct buf all = BUF_INIT(1u << 20);

	buf_adds(&all, "{");
	for (int i = 0; i <= CONF_COUNT; i++) {
		struct buf one = BUF_INIT(1u << 16);
		enum conf_id id = (enum conf_id)i;
		char text[1200];

		buf_adds(&one, "{");
		out_member(&one, "value",
			   i < CONF_COUNT ? shown_value(conf, id, text, sizeof(text)) : key);
		out_member(&one, "origin", i < CONF_COUNT ? conf_origin(conf, id) : key_origin);
		buf_adds(&one, "}");
		out_member_raw(&all, i < CONF_COUNT ? conf_options[i].name : "key", buf_str(&one),
			       one.len);
		buf_free(&one);
	}
	buf_adds(&all, "}");
	out_json(buf_str(&all), all.len);
	buf_free(&all);
}

enum err_code
cmd_config(const struct cli *cli, struct err *err)
{
	struct conf *conf = run_conf(cli, err);
	char key[32], origin[300], text[1200];

	if (!conf)
		return err->code;
	masked_key(conf, key, sizeof(key), origin, sizeof(origin));
	if (cli_has(cli, "json")) {
		print_json(conf, key, origin);
	} else {
		for (int i = 0; i < CONF_COUNT; i++)
			out_data("%-12s %-32s %s", conf_options[i].name,
				 shown_value(conf, (enum conf_id)i, text, sizeof(text)),
				 conf_origin(conf, (enum conf_id)i));
		out_data("%-12s %-32s %s", "key", key, origin);
	}
	conf_close(conf);
	return ERR_OK;
}
