/* framing.h - may we be sure where this request ends, and for whom it is?
 *
 * libmicrohttpd takes the first of two lengths and reads a body of unknown coding until the
 * connection ends. Somebody between the client and us may read the same bytes otherwise.
 * Source: RFC 9112 §3.2, §5.1, §6.1, §6.3.
 */
#ifndef SANDBOX_FRAMING_H
#define SANDBOX_FRAMING_H

#include <microhttpd.h>

/* What is wrong with the head, for the client to read; NULL if nothing is. */
const char *framing_fault(struct MHD_Connection *c, const char *version);

#endif
