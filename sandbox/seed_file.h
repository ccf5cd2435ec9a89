/* seed_file.h - an account written by hand: --seed FILE. */
#ifndef SANDBOX_SEED_FILE_H
#define SANDBOX_SEED_FILE_H

#include "core/err.h"
#include "sandbox/service.h"

/*
 * Fill an empty database from a JSON file: {"projects":[],"batches":[],"files":[],"tasks":[]},
 * each entry the body of its create call and what seed_entry.h adds. All of it or nothing.
 * Errors: ERR_USAGE if the file cannot be read, ERR_PARSE with line and column, ERR_TOO_BIG,
 * ERR_STORE.
 */
enum err_code seed_file(struct service *s, const char *path, struct err *err) MUST_CHECK;

#endif
