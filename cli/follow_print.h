/* follow_print.h - private to follow*.c: a row of the outbox as a line of data. */
#ifndef CLI_FOLLOW_PRINT_H
#define CLI_FOLLOW_PRINT_H

#include "cli/follow.h"

/* One row; why: what went wrong, or ERR_OK. */
void follow_print_row(struct run *run, enum follow_form form, const struct outbox_row *r,
		      const struct err *why);

/* The row's own account of why it stands where it does. */
struct err follow_reason(const struct outbox_row *r);

#endif
