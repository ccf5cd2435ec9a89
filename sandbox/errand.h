/* errand.h - what the sandbox does of itself: it fetches attachments and sends callbacks.
 *
 * What there is to do stands in the database (fetch.h, callback.h), so nothing is lost
 * with the process. Nothing goes out while a request runs, and nothing that is not
 * committed. With nothing to do, nobody is woken.
 */
#ifndef SANDBOX_ERRAND_H
#define SANDBOX_ERRAND_H

#include "sandbox/service.h"

#include <stdint.h>

/* There may be something to do at that time of the sandbox's clock. */
void errand_wake(struct service *s, int64_t at_ms);

#endif
