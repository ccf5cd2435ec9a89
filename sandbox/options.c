/* options.c - see options.h. A new option is a member of struct options, one row here and its
 * paragraph in multistage-sandbox(1), where tests/check-docs.sh looks for it. */
#include "config.h"

#include "sandbox/options.h"

#include "core/near.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM   "multistage-sandbox"
#define HEAD_COLS 22 /* of a line of the help, in front of the text */

struct row;

/* Read value into the member at. It is NULL for a row without an argument, and "" if one
 * that may be left out was. */
typedef enum err_code take_fn(const struct row *r, const char *value, void *at, struct err *err);

static take_fn take_flag, take_text, take_int, take_seconds, take_share, take_reach;

static const struct row {
	const char *name;
	const char *arg; /* NULL: none; in brackets: may be left out */
	take_fn *take;
	size_t at; /* in struct options */
	int64_t min, max;
	const char *help; /* a newline begins another line */
} rows[] = {
#define TO(member) offsetof(struct options, member)
	/* clang-format off */
	{ "port",           "N",       take_int,     TO(port), 0, 65535,
	  "listen on 127.0.0.1 port N (a free one)" },
	{ "unix",           "PATH",    take_text,    TO(unix_path), 0, 0,
	  "listen on a unix socket instead" },
	{ "db",             "FILE",    take_text,    TO(db), 0, 0,
	  "keep the data in FILE (in memory)" },
	{ "seed",           "WHAT",    take_text,    TO(seed), 0, 0,
	  "what an empty database starts with: demo, demo:N for\n"
	  "N tasks, empty, or a JSON file (demo)" },
	{ "story",          "FILE",    take_text,    TO(story), 0, 0,
	  "fail as the rules of FILE say" },
	{ "work",           "SECONDS", take_seconds, TO(work_ms), 0, 1000000,
	  "how long a task of the live key takes, about (20)" },
	{ "work-seed",      "N",       take_int,     TO(work_seed), 0, 2000000000,
	  "spread these times by the number N, the same way each time" },
	{ "callbacks",      "WHERE",   take_reach,   TO(call_anywhere), 0, 0,
	  "send callbacks to this machine only: local, or to any\n"
	  "(local)" },
	{ "callback-scale", "F",       take_share,   TO(callback_scale), 0, 1,
	  "how long to try callbacks again: 1 is a day (1)" },
	{ "accept-any-key", NULL,      take_flag,    TO(any_key), 0, 0,
	  "take every key that starts with test_ or live_" },
	{ "cert",           "FILE",    take_text,    TO(cert), 0, 0,
	  "speak TLS with the certificate in FILE (PEM) ..." },
	{ "key",            "FILE",    take_text,    TO(key), 0, 0,
	  "... and its private key in FILE (PEM)" },
	{ "connections",    "N",       take_int,     TO(connections), 1, 1000,
	  "serve N connections at a time; others wait (256)" },
	{ "max-body",       "BYTES",   take_int,     TO(max_body), 1024, 64 << 20,
	  "of a request; a larger one gets 413 (2097152)" },
	{ "patience",       "SECONDS", take_seconds, TO(patience_ms), 1, 86400,
	  "for a request to come in and its reply to be taken (60)" },
	{ "log",            "[FILE]",  take_text,    TO(log), 0, 0,
	  "a line for each request, to FILE or standard error" },
	{ "ready-fd",       "N",       take_int,     TO(ready_fd), 3, 65535,
	  "write \"ready\" to descriptor N, print nothing, and end with\n"
	  "the process that started it" },
	{ "version",        NULL,      take_flag,    TO(version), 0, 0,
	  "print the version" },
	{ "help",           NULL,      take_flag,    TO(help), 0, 0,
	  "print this" },
/* clang-format on */
#undef TO
};

static const struct options defaults = {
	.seed = "demo",
	.ready_fd = -1,
	.connections = 256,
	.max_body = 2 << 20,
	.patience_ms = 60000,
	.work_ms = 20000,
	.work_seed = -1,
	.callback_scale = 1,
};

static enum err_code
take_flag(const struct row *r, const char *value, void *at, struct err *err)
{
	(void)r;
	(void)value;
	(void)err;
	*(bool *)at = true;
	return ERR_OK;
}

static enum err_code
take_text(const struct row *r, const char *value, void *at, struct err *err)
{
	if (!*value && *r->arg != '[')
		return err_set(err, ERR_USAGE, "--%s: the %s is empty", r->name, r->arg);
	*(const char **)at = value;
	return ERR_OK;
}

static enum err_code
take_int(const struct row *r, const char *value, void *at, struct err *err)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (!*value || *end || errno || n < r->min || n > r->max)
		return err_set(err, ERR_USAGE, "--%s takes a number from %lld to %lld", r->name,
			       (long long)r->min, (long long)r->max);
	*(int *)at = (int)n;
	return ERR_OK;
}

static enum err_code
read_real(const struct row *r, const char *value, const char *what, double *n, struct err *err)
{
	char *end;

	*n = strtod(value, &end);
	if (*value && !*end && *n >= (double)r->min && *n <= (double)r->max)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--%s takes %s from %lld to %lld", r->name, what,
		       (long long)r->min, (long long)r->max);
}

/* Into milliseconds. */
static enum err_code
take_seconds(const struct row *r, const char *value, void *at, struct err *err)
{
	double seconds;

	if (read_real(r, value, "seconds,", &seconds, err) == ERR_OK)
		*(int64_t *)at = (int64_t)(seconds * 1000);
	return err->code;
}

static enum err_code
take_share(const struct row *r, const char *value, void *at, struct err *err)
{
	(void)!read_real(r, value, "a number", at, err);
	return err->code;
}

static enum err_code
take_reach(const struct row *r, const char *value, void *at, struct err *err)
{
	*(bool *)at = strcmp(value, "any") == 0;
	if (*(bool *)at || strcmp(value, "local") == 0)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--%s takes local or any", r->name);
}

static const char *
row_name(size_t i, const void *arg)
{
	(void)arg;
	return i < ARRAY_LEN(rows) ? rows[i].name : NULL;
}

/* The row of a word that starts with --name, n bytes of name. */
static const struct row *
find(const char *word, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == n && memcmp(rows[i].name, word + 2, n) == 0)
			return &rows[i];
	return NULL;
}

static enum err_code
refuse(const char *word, struct err *err)
{
	const char *near =
		strncmp(word, "--", 2) == 0 ? near_match(word + 2, row_name, NULL) : NULL;

	err_set(err, ERR_USAGE, "\"%s\" is no option", word);
	if (near)
		return err_hint(err, "did you mean --%s?", near);
	return err_hint(err, "see " PROGRAM " --help");
}

/* argv[*i], and the next one if it is the value; *i is left at the last that was used. */
static enum err_code
parse_word(char **argv, int *i, struct options *o, struct err *err)
{
	const char *word = argv[*i], *value = NULL;
	const struct row *r = NULL;
	size_t n = 0;

	if (strncmp(word, "--", 2) == 0) {
		n = strcspn(word + 2, "=");
		r = find(word, n);
	}
	if (!r)
		return refuse(word, err);
	if (word[2 + n] == '=')
		value = word + 2 + n + 1;
	if (value && !r->arg)
		return err_set(err, ERR_USAGE, "--%s takes no value", r->name);
	if (!value && r->arg && *r->arg == '[')
		value = argv[*i + 1] && *argv[*i + 1] != '-' ? argv[++*i] : "";
	if (!value && r->arg && !(value = argv[++*i])) {
		err_set(err, ERR_USAGE, "--%s wants a value: --%s %s", r->name, r->name, r->arg);
		return err_hint(err, "see " PROGRAM " --help");
	}
	return r->take(r, value, (char *)o + r->at, err);
}

enum err_code
options_parse(int argc, char **argv, struct options *o, struct err *err)
{
	*o = defaults;
	for (int i = 1; i < argc && !o->help && !o->version; i++)
		if (parse_word(argv, &i, o, err))
			return err->code;
	if (o->unix_path && o->port)
		return err_set(err, ERR_USAGE, "--port and --unix exclude each other");
	if (!o->cert != !o->key)
		return err_set(err, ERR_USAGE, "--cert and --key belong together");
	return ERR_OK;
}

static void
help_row(FILE *to, const struct row *r)
{
	int cols = fprintf(to, "  --%s%s%s", r->name, r->arg ? " " : "", r->arg ? r->arg : "");

	for (const char *line = r->help; *line;) {
		int n = (int)strcspn(line, "\n");

		fprintf(to, "%*s%.*s\n", cols < HEAD_COLS ? HEAD_COLS - cols : 1, "", n, line);
		line += n + (line[n] == '\n');
		cols = 0;
	}
}

void
options_help(FILE *to)
{
	fputs("usage: " PROGRAM " [options]\n"
	      "A local server of the Scale v1 API, for trying, learning and testing.\n\n",
	      to);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		help_row(to, &rows[i]);
	fputs("\nMULTISTAGE_SANDBOX_KEY adds a key of your own.\n", to);
}
