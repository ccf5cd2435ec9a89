/* request.h - the request that would be sent, for --dry-run. */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include "cli/command.h"
#include "cli/payloads.h"

/*
 * Of one payload: method, URL and headers (without the key) as words, the exact bytes of the
 * body as data, with a newline behind it unless it is the one object of one file; with --json all
 * of it as one object.
 */
enum err_code request_print(const struct cli *cli, const struct conf *conf,
			    const struct payload_read *one, struct err *err) MUST_CHECK;

#endif
