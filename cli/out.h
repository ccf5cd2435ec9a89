/* out.h - the only way to stdout and stderr of the command line.
 *
 * Words go to stderr, data to stdout. Here alone a struct untrusted is unwrapped
 * for the command line, and foreign bytes never reach a terminal raw: text passes
 * text_show(), JSON keeps its meaning with what could act on a terminal written
 * as \uXXXX.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line for the person, on stderr: "multistage: ...". A newline in it is made visible. */
void out_say(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* "multistage: message" and the hint below it. */
void out_err(const struct err *err);

/* How far it is, on stderr if that is a terminal, in the place of what stood there; "" takes
 * it away. Nothing else may be written to the terminal between. False: no terminal. */
bool out_progress(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* One line of data on stdout; what is foreign in it is made visible. */
void out_data(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* One JSON text and a newline; text: valid JSON. */
void out_json(const char *text, size_t n);
/* Bytes exactly as they are and nothing else; on a terminal made visible line by line. */
void out_bytes(struct untrusted text);
/* Words and tables of our own on stdout, with the newlines and tabs that they have. */
void out_print(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* One cell of a table in *line: text in cols columns, too long a one without
 * its middle, and two blanks. 0: whole, and a tab. */
void out_cell(struct buf *line, struct untrusted text, size_t cols);
void out_line(const struct buf *line); /* already fit to be shown */
bool out_is_terminal(void);            /* stdout */
size_t out_columns(void);              /* of the terminal, 80 if unknown */

/* Add a member to a JSON object being built; the caller writes { and }. */
void out_member(struct buf *object, const char *name, const char *text);
void out_member_number(struct buf *object, const char *name, int64_t number);
void out_member_raw(struct buf *object, const char *name, const char *json, size_t n);

/* Something could not be written: more work for the output is in vain. */
bool out_failed(void);

/* Flush and close stdout. Errors: ERR_SYS. *quiet: its reader went away, which is
 * nobody's fault. */
enum err_code out_finish(bool *quiet, struct err *err) MUST_CHECK;

#endif
