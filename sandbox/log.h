/* log.h - the access log: a line for each request, and never a key in it. */
#ifndef SANDBOX_LOG_H
#define SANDBOX_LOG_H

#include "core/buf.h"
#include "core/err.h"
#include "sandbox/server.h"

struct log;

/* path: a file that is appended to, made 0600 if missing, or NULL for standard error.
 * s is borrowed: its clock, and its own_key, which no line shows. Errors: ERR_SYS. */
enum err_code log_open(const char *path, const struct service *s, struct log **out,
		       struct err *err) MUST_CHECK;
void log_close(struct log *l);

/*
 * Write the line. It never waits: what a pipe does not take is lost, and the next line
 * says how many were. The first failure is told on standard error, once.
 */
void log_report(struct log *l, const struct server_report *r);

#endif
