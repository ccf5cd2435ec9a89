/* conf.h - what is in force, and where each value came from.
 *
 * Low to high: built in, the config file's top, its profile's section, the
 * environment, flags. The file is INI, $XDG_CONFIG_HOME/multistage/config.ini;
 * the program never writes it. (Not core/config.h: a quoted include of
 * "config.h" from this folder would find that one.)
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

enum conf_id {
	CONF_PROFILE,     /* name of the profile */
	CONF_URL,         /* base URL with /v1 */
	CONF_UNIX_SOCKET, /* path of a socket to reach it by, "" for none */
	CONF_KEY_FILE,
	CONF_KEY_COMMAND, /* words, split without a shell */
	CONF_CA_FILE,
	CONF_PROXY,
	CONF_THEME,
	CONF_ASCII,    /* yes, no, auto: borders from - | + */
	CONF_REFRESH,  /* seconds between board refreshes; 0 = by hand */
	CONF_UTC,      /* yes, no: times in UTC */
	CONF_ESCDELAY, /* ms after ESC before it is the key alone */
	CONF_COUNT
};

struct conf_option {       /* THE TABLE: file keys, flags, environment, man page */
	const char *name;  /* "key_file": key in the file; the flag is --key-file */
	const char *env;   /* environment variable, or NULL */
	const char *arg;   /* what the value is, for help: "SECONDS" */
	const char *words; /* the words it may be, separated by blanks; NULL = see arg */
	const char *initial;
	const char *help; /* one sentence */
	bool flag;        /* may be given as --name VALUE; "yes" words: --name alone is yes */
	bool strict;      /* says where the key goes: a name almost like it is an error */
};
extern const struct conf_option conf_options[CONF_COUNT];

struct conf;

struct conf_paths { /* absolute; owned by conf */
	const char *config_file, *state_dir, *data_dir, *theme_dir;
	const char *database, *lock_file;
};

/* A warning: "config.ini:12:1: unknown key \"colour\"", or what key_command says. Not
 * fit to be shown as it is. May come for as long as the configuration is open. */
typedef void conf_warn_fn(const char *text, void *arg);

struct conf_flags { /* from the command line; NULL = not given */
	const char *value[CONF_COUNT];
	const char *config_file; /* --config, above $MULTISTAGE_CONFIG */
	const char *key_fd;      /* --key-fd: number of an open descriptor */
};

/*
 * Read file and environment. Takes SCALE_API_KEY out of the environment at
 * once (copied, unset, bytes overwritten), and drops variables that could
 * change TLS behind our back. Errors: ERR_CONFIG with file, line, column and hint.
 */
struct conf *conf_open(const struct conf_flags *flags, conf_warn_fn *warn, void *arg,
		       struct err *err) MUST_CHECK;
void conf_close(struct conf *c); /* wipes the key */
/* The same for a program that we become: the key and what could change TLS are dropped. */
void conf_clean_environment(void);

const char *conf_get(const struct conf *c, enum conf_id id); /* "" when unset */
long conf_number(const struct conf *c, enum conf_id id);
bool conf_yes(const struct conf *c, enum conf_id id);
/* "built in", "config.ini:4", "MULTISTAGE_URL", "--url" */
const char *conf_origin(const struct conf *c, enum conf_id id);
const struct conf_paths *conf_paths(const struct conf *c);

/*
 * The key, from the first source that is configured: --key-fd or --key-file, environment,
 * systemd's credentials, key_command, key_file (0600, ours, else refused with the chmod to
 * run). Runs the command
 * at the first call, so the screen must be closed or not open yet. Errors:
 * ERR_AUTH when none is configured, ERR_CONFIG. *key is borrowed until conf_close().
 */
enum err_code conf_key(struct conf *c, const char **key, const char **origin,
		       struct err *err) MUST_CHECK;

/* The file of the key: key_file, or PROFILE.key beside the usual config file. Borrowed. */
const char *conf_key_path(struct conf *c);
/*
 * Write that file, with mode 0600, all or nothing. Errors: ERR_CONFIG (no key can be that, or
 * others can write to the folder), ERR_SYS; each with the old file as it was.
 */
enum err_code conf_key_save(struct conf *c, const char *key, struct err *err) MUST_CHECK;
/* What comes before that file, "" if nothing does: "SCALE_API_KEY", "key_command", ... */
const char *conf_key_before_file(const struct conf *c);

/* Point everything at a sandbox: url, socket, key, profile "sandbox". All copied. */
void conf_use_sandbox(struct conf *c, const char *unix_path, const char *key);
bool conf_is_sandbox(const struct conf *c);

enum key_mode { KEY_TEST, KEY_LIVE, KEY_SANDBOX };
/* A key that starts with "test_" or ends with "|test" is a test key; all else is live. */
enum key_mode conf_key_mode(const struct conf *c, const char *key);

/* Split words as a shell would without expanding anything: 'a b' "c" \d. For
 * key_command, $VISUAL, $EDITOR, $PAGER. words: NULL-terminated, owned by the
 * caller with conf_words_free(). Errors: ERR_CONFIG on an open quote or no word. */
enum err_code conf_words(const char *text, char ***words, struct err *err) MUST_CHECK;
void conf_words_free(char **words);

#endif
