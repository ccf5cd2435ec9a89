/* greet.h - what a person sees when the sandbox has started. */
#ifndef SANDBOX_GREET_H
#define SANDBOX_GREET_H

#include "sandbox/options.h"
#include "sandbox/service.h"

#include <stdio.h>

/* Where it listens, its keys, where the data is, and a line to paste. */
void greet(FILE *to, const struct options *o, struct service *s);

#endif
