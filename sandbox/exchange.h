/* exchange.h - one request on its way in, and its reply on the way out.
 *
 * Reading and refusing is here; when a handler runs, and when its reply may leave,
 * is the server's matter (server.h).
 */
#ifndef SANDBOX_EXCHANGE_H
#define SANDBOX_EXCHANGE_H

#include "core/buf.h"
#include "sandbox/request.h"
#include "sandbox/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microhttpd.h>

struct db;
#define EXCHANGE_KEPT 4

struct fault_run;
struct route;

enum exchange_stage {
	EXCHANGE_NEW,     /* the head is here */
	EXCHANGE_READING, /* the body comes */
	EXCHANGE_QUEUED,  /* complete; the connection is suspended */
	EXCHANGE_ANSWER,  /* the reply may leave */
	/* Only under a fault: */
	EXCHANGE_WAITS_TO_RUN,
	EXCHANGE_WAITS_TO_ANSWER,
	EXCHANGE_DRIPS, /* a reply on its way pauses */
	EXCHANGE_PLAIN, /* bytes that are no HTTP are on their way */
	EXCHANGE_CLOSE  /* the connection ends without a reply */
};

struct exchange {
	struct MHD_Connection *c; /* borrowed; NULL: answered already (exchange_fault.h) */
	struct exchange *next;    /* in the queue, or held */
	enum exchange_stage stage;
	char *target;       /* owned: raw, as it came */
	const char *method; /* the library's */
	const struct route *route;
	struct db *db; /* borrowed: the bytes of an asset are read while they leave */
	struct request rq;
	struct reply rp; /* status not 200: refused, or the handler's no */
	struct buf body;
	size_t received, max; /* bytes of the body */
	size_t reply_bytes;   /* once it is on its way */
	int64_t started_ms;   /* monotonic */
	bool owed;            /* complete, and the server has to answer it */
	bool known_key;
	bool closes;    /* the connection ends with this reply */
	bool committed; /* what the handler wrote is kept */

	struct fault_run *fault;   /* owned; NULL: nothing goes wrong */
	int64_t record;            /* number, once it is in the record */
	char *kept[EXCHANGE_KEPT]; /* owned: headers that outlive the connection */
};

struct exchange_rules {
	bool any_host; /* do not look at the Host header (unix sockets) */
	bool tls;
	size_t max_body; /* bytes; a file upload has its own limit */
};

/* target is copied. */
struct exchange *exchange_new(struct MHD_Connection *c, const char *target);
void exchange_free(struct exchange *x);

/* Everything that the head decides. False: the reply is made and leaves at once, the
 * body unread. A refusal that can wait for the body only sets x->rp. */
bool exchange_start(struct exchange *x, const char *version, struct service *s,
		    const struct exchange_rules *rules);

/* The next n bytes of the body. False: too many to be read to their end. */
bool exchange_receive(struct exchange *x, const char *data, size_t n);

/* The body of the reply, which may be a file: its size, and up to n bytes from at on; 0
 * behind its end, or if they are gone. */
int64_t exchange_body_bytes(const struct exchange *x);
size_t exchange_body_read(const struct exchange *x, int64_t at, char *to, size_t n);

/* Hand the reply to the library. */
enum MHD_Result exchange_send(struct exchange *x);

#endif
