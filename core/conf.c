/* conf.c - see conf.h. The values are read by conf_value.c, the file by
 * conf_file.c, the folders by conf_path.c, the key by conf_key.c. */
#include "config.h"

#include "core/conf.h"

#include "core/conf_impl.h"
#include "core/mem.h"
#include "core/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/*
 * Variables with which somebody else could change TLS, or read it: libcurl
 * writes the session keys to the file that SSLKEYLOGFILE names.
 * Source: measured with libcurl 7.88; curl's docs/KNOWN_RISKS, openssl-env(7).
 */
static const char *const unwanted[] = { "SSLKEYLOGFILE=", "SSL_CERT_", "OPENSSL_", "CURL_" };

static void
drop_unwanted(void)
{
	char name[64];

	for (char **e = environ; e && *e;) {
		size_t n = strcspn(*e, "="), i = 0;

		while (i < ARRAY_LEN(unwanted) &&
		       strncmp(*e, unwanted[i], strlen(unwanted[i])) != 0)
			i++;
		if (i == ARRAY_LEN(unwanted) || n >= sizeof(name)) {
			e++;
			continue;
		}
		memcpy(name, *e, n);
		name[n] = '\0';
		unsetenv(name); /* moves the rest up: look at the same place again */
	}
}

void
conf_clean_environment(void)
{
	secret_free(secret_take_env(CONF_KEY_VARIABLE));
	drop_unwanted();
}

enum err_code
conf_put(struct conf *c, enum conf_id id, const char *value, const struct conf_source *from,
	 struct err *err)
{
	struct conf_item *item = &c->item[id];
	char *read = NULL;

	if (conf_value_read(id, value, &read, err) != ERR_OK)
		return err_wrap(err, "%s", from->where);
	if (from->rank < item->rank) {
		free(read);
		return ERR_OK;
	}
	free(item->value);
	item->value = read;
	item->rank = from->rank;
	snprintf(item->origin, sizeof(item->origin), "%s", from->origin);
	return ERR_OK;
}

/* "--key-file" for key_file. */
static void
flag_name(enum conf_id id, char *out, size_t size)
{
	snprintf(out, size, "--%s", conf_options[id].name);
	for (char *s = out; *s; s++)
		if (*s == '_')
			*s = '-';
}

static enum err_code
put_flag(struct conf *c, enum conf_id id, const char *value, struct err *err)
{
	char name[32];

	flag_name(id, name, sizeof(name));
	return conf_put(c, id, value,
			&(struct conf_source){ .rank = RANK_FLAG, .origin = name, .where = name },
			err);
}

static const char *
environment(enum conf_id id)
{
	const char *name = conf_options[id].env, *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL; /* empty counts as unset */
}

static enum err_code
put_environment_and_flags(struct conf *c, const struct conf_flags *flags, struct err *err)
{
	for (int i = 0; i < CONF_COUNT; i++) {
		enum conf_id id = (enum conf_id)i;
		const char *env = conf_options[i].env, *value = environment(id);

		if (value &&
		    conf_put(c, id, value,
			     &(struct conf_source){
				     .rank = RANK_ENVIRONMENT, .origin = env, .where = env },
			     err) != ERR_OK)
			return err->code;
		if (flags && flags->value[i] && put_flag(c, id, flags->value[i], err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code
fill(struct conf *c, const struct conf_flags *flags, struct conf_reading *how, struct err *err)
{
	const char *file = flags ? flags->config_file : NULL;

	if (!file && (file = getenv("MULTISTAGE_CONFIG")) && !*file)
		file = NULL;
	if (conf_paths_init(c, file, err) != ERR_OK)
		return err->code;
	/* The profile first: the file is read for it. */
	how->profile = flags && flags->value[CONF_PROFILE] ? flags->value[CONF_PROFILE]
							   : environment(CONF_PROFILE);
	how->path = c->paths.config_file;
	how->must_exist = file != NULL;
	if (conf_file_read(c, how, err) != ERR_OK)
		return err->code;
	if (put_environment_and_flags(c, flags, err) != ERR_OK)
		return err->code;
	if (!flags || !flags->key_fd)
		return ERR_OK;
	if (flags->value[CONF_KEY_FILE])
		return err_set(err, ERR_CONFIG, "--key-file and --key-fd are both given");
	return conf_key_fd(c, flags->key_fd, err);
}

struct conf *
conf_open(const struct conf_flags *flags, conf_warn_fn *warn, void *arg, struct err *err)
{
	struct conf_reading how = { .warn = warn, .arg = arg };
	struct conf *c = mem_alloc(sizeof(*c));

	*c = (struct conf){ .key_fd = -1, .warn = warn, .warn_arg = arg };
	conf_key_from_environment(c);
	drop_unwanted();
	if (fill(c, flags, &how, err) != ERR_OK) {
		conf_close(c);
		return NULL;
	}
	return c;
}

void
conf_close(struct conf *c)
{
	if (!c)
		return;
	conf_key_done(c);
	conf_paths_done(c);
	for (size_t i = 0; i < CONF_COUNT; i++)
		free(c->item[i].value);
	free(c);
}

const char *
conf_get(const struct conf *c, enum conf_id id)
{
	return c->item[id].value ? c->item[id].value : conf_options[id].initial;
}

long
conf_number(const struct conf *c, enum conf_id id)
{
	return strtol(conf_get(c, id), NULL, 10);
}

bool
conf_yes(const struct conf *c, enum conf_id id)
{
	return strcmp(conf_get(c, id), "yes") == 0;
}

const char *
conf_origin(const struct conf *c, enum conf_id id)
{
	return c->item[id].origin[0] ? c->item[id].origin : "built in";
}

const struct conf_paths *
conf_paths(const struct conf *c)
{
	return &c->paths;
}

static void
force(struct conf *c, enum conf_id id, const char *value)
{
	struct conf_item *item = &c->item[id];
	char *copy = mem_strdup(value); /* before free: it may be the old one */

	free(item->value);
	*item = (struct conf_item){ .value = copy, .rank = RANK_SANDBOX, .origin = "sandbox" };
}

void
conf_use_sandbox(struct conf *c, const char *unix_path, const char *key)
{
	force(c, CONF_PROFILE, "sandbox");
	force(c, CONF_URL, "http://localhost/v1");
	force(c, CONF_UNIX_SOCKET, unix_path);
	force(c, CONF_PROXY, "");
	force(c, CONF_CA_FILE, "");
	conf_key_set(c, key, "sandbox");
	c->sandbox = true;
}

bool
conf_is_sandbox(const struct conf *c)
{
	return c->sandbox;
}
