/* hidden.h - one line that is typed without being shown. */
#ifndef CLI_HIDDEN_H
#define CLI_HIDDEN_H

#include "core/err.h"

#include <stddef.h>

/*
 * Ask on the terminal of this process, whatever stdin and stdout are, and read a line into
 * out (size bytes; wipe it) with the echo off. The terminal is as before afterwards, also
 * when a signal ends or stops the process meanwhile. Errors: ERR_TERMINAL when nothing can
 * be hidden, ERR_TOO_BIG for a line that does not fit, ERR_INTERRUPTED at its end.
 */
enum err_code hidden_line(const char *question, char *out, size_t size, struct err *err) MUST_CHECK;

#endif
