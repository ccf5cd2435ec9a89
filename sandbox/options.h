/* options.h - the command line of multistage-sandbox. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Each member is filled by a row of the table in options.c. Strings are argv's. */
struct options {
	const char *unix_path;  /* NULL: a port */
	const char *db;         /* NULL: in memory */
	const char *seed;       /* demo, empty, or a file */
	const char *story;      /* NULL: nothing goes wrong */
	const char *log;        /* NULL: none; "": standard error */
	int port;               /* 0: a free one */
	int ready_fd;           /* -1: none */
	const char *cert, *key; /* PEM files for TLS; NULL: none */
	int connections;
	int max_body; /* bytes */
	int64_t patience_ms;
	int64_t work_ms;
	int work_seed; /* -1: none */
	double callback_scale;
	bool call_anywhere;
	bool any_key;
	bool version, help; /* nothing behind them was read */
};

/* Errors: ERR_USAGE. */
enum err_code options_parse(int argc, char **argv, struct options *o, struct err *err) MUST_CHECK;

void options_help(FILE *to);

#endif
