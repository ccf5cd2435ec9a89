/* conf_impl.h - what the conf_*.c files share. Everybody else includes conf.h. */
#ifndef CORE_CONF_IMPL_H
#define CORE_CONF_IMPL_H

#include "core/conf.h"

#include <stdbool.h>
#include <stddef.h>

enum conf_rank { /* a higher one wins */
		 RANK_BUILT_IN,
		 RANK_FILE,
		 RANK_PROFILE,
		 RANK_ENVIRONMENT,
		 RANK_FLAG,
		 RANK_SANDBOX
};

struct conf_item {
	char *value; /* owned; NULL: the initial one of the table */
	enum conf_rank rank;
	char origin[64];
};

struct conf {
	struct conf_item item[CONF_COUNT];
	struct conf_paths paths; /* borrowed from path[] */
	char *path[6];           /* owned */
	char *key_path;          /* conf_key_path(), owned */
	char *key;               /* secret_new(), or NULL */
	int key_fd;              /* of --key-fd until it was read; -1: none */
	conf_warn_fn *warn;
	void *warn_arg;
	bool key_known;       /* key holds one */
	bool key_from_env;    /* it was SCALE_API_KEY */
	char key_origin[300]; /* set with key_known */
	bool sandbox;
};

/* --- conf_value.c --- */

/* What value means for id, normalised into *out (owned): a URL without final
 * slash, "~/" replaced. Errors: ERR_CONFIG, with what is allowed as hint. */
enum err_code conf_value_read(enum conf_id id, const char *value, char **out,
			      struct err *err) MUST_CHECK;
bool conf_looks_like_key(const char *value);    /* it is not to be shown */
enum conf_id conf_value_find(const char *name); /* CONF_COUNT when there is none */

/* --- conf.c --- */

/* Take a value unless a higher rank has spoken. where goes in front of an error. */
struct conf_source {
	enum conf_rank rank;
	const char *origin; /* for conf_origin() */
	const char *where;  /* for errors: the same with the whole path */
};
enum err_code conf_put(struct conf *c, enum conf_id id, const char *value,
		       const struct conf_source *from, struct err *err) MUST_CHECK;

/* --- conf_file.c --- */

struct conf_reading {
	const char *path;
	bool must_exist;     /* it was named, not the default */
	const char *profile; /* from flag or environment, or NULL */
	conf_warn_fn *warn;
	void *arg;
};
enum err_code conf_file_read(struct conf *c, const struct conf_reading *how,
			     struct err *err) MUST_CHECK;

/* --- conf_path.c --- */
enum err_code conf_paths_init(struct conf *c, const char *config_file, struct err *err) MUST_CHECK;
void conf_paths_done(struct conf *c);
/* Make dir and what is missing above it, each 0700. Errors: ERR_SYS. */
enum err_code conf_make_folders(const char *dir, struct err *err) MUST_CHECK;

/* --- conf_key.c --- */
#define CONF_KEY_VARIABLE "SCALE_API_KEY"
#define CONF_KEY_MIN      8      /* bytes */
#define CONF_KEY_MAX      256    /* bytes */
#define CONF_KEY_WAIT     120000 /* ms for key_command: a person may type a passphrase */
#define CONF_KEY_PRINT    4096   /* bytes that key_command may print */

void conf_key_from_environment(struct conf *c);
void conf_key_done(struct conf *c);
void conf_key_set(struct conf *c, const char *key, const char *origin);
/* Remember the descriptor of --key-fd. Errors: ERR_CONFIG with a hint. */
enum err_code conf_key_fd(struct conf *c, const char *number, struct err *err) MUST_CHECK;
/* The first line of text (n bytes and a NUL, changed) into out; a NUL in it spoils the key. */
void conf_key_line(char *text, size_t n, char *out, size_t size);

/* May key be one? origin goes in front of the message. Errors: ERR_CONFIG with a hint. */
enum err_code conf_key_check(const char *key, const char *origin, struct err *err) MUST_CHECK;
/* May others put another file in the place of path? folder: the one that lets them. */
bool conf_key_is_open(const char *path, char *folder, size_t size);

/* --- conf_command.c --- */
struct conf_command {
	const char *command; /* words */
	int wait_ms;         /* at most so long */
	conf_warn_fn *warn;  /* told its lines on stderr, raw; or NULL */
	void *arg;
};
/* Run it; the first line of its output into out (size bytes). Errors: ERR_CONFIG, ERR_SYS. */
enum err_code conf_command(const struct conf_command *how, char *out, size_t size,
			   struct err *err) MUST_CHECK;

#endif
