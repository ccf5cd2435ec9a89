/* input.h - a payload from a file or from stdin, as a draft. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "core/buf.h"
#include "core/draft.h"
#include "core/err.h"

/* ERR_USAGE when stdin is a terminal: nothing is read there. */
enum err_code input_no_terminal(struct err *err) MUST_CHECK;

/* Read FILE, or stdin for "-", which must be no terminal.
 * Errors: ERR_USAGE, ERR_SYS, ERR_TOO_BIG. */
enum err_code input_read(const char *file, struct buf *text, struct err *err) MUST_CHECK;

/* Read and import it, named as the file. *draft is owned by the caller.
 * Errors: also ERR_PARSE, with the file's name. */
enum err_code input_draft(const char *file, struct draft **draft, struct err *err) MUST_CHECK;

/* How to call it: "stdin" for "-". */
const char *input_name(const char *file);

#endif
