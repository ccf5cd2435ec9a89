/* story.h - faults from a file: one section is one rule (fault.h).
 *
 *	[fault every third create is lost]
 *	method = POST
 *	path = /v1/tasks
 *	every = 3
 *	effect = status:503:after
 */
#ifndef SANDBOX_STORY_H
#define SANDBOX_STORY_H

#include "core/err.h"

struct fault_rules;

/* Read the rules of the file. Errors: ERR_CONFIG, ERR_SYS: "FILE:LINE: what", with what is
 * allowed as hint; rules is empty then. */
enum err_code story_read(const char *path, struct fault_rules *rules, struct err *err) MUST_CHECK;

#endif
