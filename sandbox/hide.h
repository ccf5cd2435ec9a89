/* hide.h - request targets as they may be kept: no key in them. */
#ifndef SANDBOX_HIDE_H
#define SANDBOX_HIDE_H

#include "core/buf.h"

/* Add target to out. What looks like a key is gone, and so are own and given (NULL: none),
 * however they are percent-encoded. */
void hide_keys(struct buf *out, const char *target, const char *own, const char *given);

#endif
