/* paths.h - the names of "multistage paths", for the command and for completions. */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include "core/conf.h"

#include <stddef.h>

struct path_name {
	const char *name, *help;
	size_t offset; /* of a const char * in struct conf_paths */
};
extern const struct path_name path_names[];
extern const size_t path_count;

#endif
