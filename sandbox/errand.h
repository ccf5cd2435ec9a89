/* errand.h - what the sandbox does of itself: it fetches attachments and sends callbacks.
 *
 * What there is to do stands in the database (fetch.h, callback.h), so nothing is lost
 * with the process. Nothing goes out while a request runs, and nothing that is not
 * committed. With nothing to do, nobody is woken.
 */
#ifndef SANDBOX_ERRAND_H
#define SANDBOX_ERRAND_H

#include "core/err.h"
#include "sandbox/service.h"

#include <stdint.h>

/* There may be something to do at that time of the sandbox's clock. */
void errand_wake(struct service *s, int64_t at_ms);

struct errands;

/* s is borrowed. NULL: ERR_SYS. */
struct errands *errands_open(struct service *s, struct err *err) MUST_CHECK;
void errands_close(struct errands *e); /* what is on its way is done again next time */

int errands_fd(const struct errands *e);   /* readable when there is work */
int errands_timeout_ms(struct errands *e); /* until there is work anyway; -1: never */
void errands_step(struct errands *e);      /* outside of any transaction */

#endif
