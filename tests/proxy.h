/* proxy.h - a TCP line between client and service that can be cut, stopped, slowed and broken up.
 *
 * A child process; it dies with the test and in proxy_stop(). It changes no byte. What
 * it does is told by a plan and counted from when the plan was set, over all
 * connections, so that a connection kept from before can be cut, too.
 */
#ifndef TESTS_PROXY_H
#define TESTS_PROXY_H

#include <stdbool.h>

enum proxy_end {
	PROXY_FIN,  /* both sides see the end of the stream */
	PROXY_RST,  /* both sides see a reset */
	PROXY_STALL /* both sides see nothing more */
};

struct proxy_plan {
	long up, down;      /* bytes from, to the client after which its connection ends so; < 0:
			     * never. 0: nothing of the first piece passes. Once in a plan. */
	enum proxy_end end; /* how */
	bool drip;          /* pass everything on byte by byte, each in a segment of its own */
	long rate;          /* bytes a second to the client; 0: at once */
};
#define PROXY_CLEAR ((struct proxy_plan){ .up = -1, .down = -1 })

struct proxy_seen {    /* since the plan was set */
	long up, down; /* bytes that came from, for the client, passed on or not */
	int lines;     /* connections that began */
	bool cut;
};

struct proxy;

/* Between a free port of this machine and that one of it. With PROXY_CLEAR. */
struct proxy *proxy_start(int service_port);
int proxy_port(const struct proxy *p);
/* In force on return; what was seen until now. */
struct proxy_seen proxy_set(struct proxy *p, const struct proxy_plan *plan);
/* The connections that are there now end with a reset. */
void proxy_drop(struct proxy *p);
void proxy_stop(struct proxy *p);

#endif
