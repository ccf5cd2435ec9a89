/* team.h - who belongs to the account. */
#ifndef SANDBOX_TEAM_H
#define SANDBOX_TEAM_H

#include "sandbox/service.h"

#include <stdbool.h>

/* Inside a transaction: the people of the demo account. */
void team_seed(struct service *s, bool is_test);

#endif
