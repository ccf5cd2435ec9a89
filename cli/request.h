/* request.h - the request that would be sent, for --dry-run. */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include "cli/command.h"

#include "core/draft.h"

/*
 * Method, URL and headers (without the key) as words, the exact bytes of the
 * body as data; with --json all of it as one object. Errors: ERR_CONFIG.
 */
enum err_code request_print(const struct cli *cli, const struct draft *draft,
			    struct err *err) MUST_CHECK;

#endif
