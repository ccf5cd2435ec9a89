/* conf_login.c - writing the key file. The config file is never written. */
#include "config.h"

#include "core/buf.h"
#include "core/conf_impl.h"
#include "core/file.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

const char *
conf_key_before_file(const struct conf *c)
{
	const char *systemd = getenv("CREDENTIALS_DIRECTORY");

	if (c->key_fd >= 0)
		return "--key-fd";
	if (c->key_from_env)
		return CONF_KEY_VARIABLE;
	if (systemd && *systemd)
		return "CREDENTIALS_DIRECTORY";
	return *conf_get(c, CONF_KEY_COMMAND) ? "key_command" : "";
}

/* A link stays one: what it leads to is replaced. */
static enum err_code
save_at(const char *path, const char *key, struct err *err)
{
	struct buf line = { .max = CONF_KEY_MAX + 2, .secret = true };
	char *target = realpath(path, NULL), folder[4096];
	enum err_code code;

	if (!target)
		target = mem_strdup(path); /* it is to be made */
	if (conf_key_is_open(target, folder, sizeof(folder))) {
		err_set(err, ERR_CONFIG, "others can write to %s", folder);
		code = err_hint(err, "run: chmod go-w '%s'", folder);
	} else {
		buf_addf(&line, "%s\n", key);
		code = file_replace(target, buf_str(&line), line.len, err);
	}
	buf_free(&line);
	free(target);
	return code;
}

enum err_code
conf_key_save(struct conf *c, const char *key, struct err *err)
{
	const char *path = conf_key_path(c);
	char *folder;
	enum err_code code;

	if (conf_key_check(key, "what was typed", err) != ERR_OK)
		return err->code;
	folder = mem_strndup(path, (size_t)(file_name(path) - path));
	code = *folder ? conf_make_folders(folder, err) : ERR_OK;
	free(folder);
	return code == ERR_OK ? save_at(path, key, err) : code;
}
