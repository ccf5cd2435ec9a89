/* seed.h - what an empty database starts with; a demo account that looks like a real one. */
#ifndef SANDBOX_SEED_H
#define SANDBOX_SEED_H

#include "core/err.h"
#include "sandbox/service.h"

/*
 * As --seed says. "demo" fills an empty database with 6 projects, 30 batches and 2,000
 * tasks of the 60 days before s->now_ms ("demo:N": N tasks); the test side gets the same
 * with fewer tasks. The same every time but for the dates. A database that holds projects
 * already is left alone. "empty" does nothing; anything else is a file for seed_file().
 * Errors: ERR_USAGE, ERR_STORE, those of seed_file().
 */
enum err_code seed_fill(struct service *s, const char *what, struct err *err) MUST_CHECK;

#endif
