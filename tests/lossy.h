/* lossy.h - a line between the program and the sandbox on which one answer gets lost.
 *
 * A child process that listens on a unix socket and passes everything on to
 * another one and back, until the answer to the first request that starts with a
 * given text comes: the service has done its work, is killed, and the answer
 * dropped. Everything after that passes, to whoever listens there then.
 */
#ifndef TESTS_LOSSY_H
#define TESTS_LOSSY_H

#include "tests/raw.h"

#include <sys/types.h>

/* Listens on path when it returns. The child ends with the test at the latest. */
pid_t lossy_start(const char *path, const struct raw *service, const char *request);
void lossy_stop(pid_t pid, const char *path);

#endif
