/* line.h - the connections that stand, and how long we wait for each.
 *
 * A connection has until its deadline to send a whole request or to take a whole reply,
 * whatever it does meanwhile. Times are monotonic milliseconds.
 */
#ifndef SANDBOX_LINE_H
#define SANDBOX_LINE_H

#include <stdbool.h>
#include <stdint.h>

struct line { /* a connection */
	struct line *next, *prev;
	int fd;
	int64_t deadline_ms; /* of the request that is on its way or awaited */
	int64_t quiet_ms;    /* no sign of a request since */
	bool answering;      /* a complete request waits for its reply, or the reply leaves */
	bool cut;
};

struct lines {
	struct line *first;
	unsigned count, max;  /* max: others wait for room then */
	int64_t next_look_ms; /* nothing to do before this; INT64_MAX: never */
};

struct line *line_open(struct lines *all, int fd);
void line_close(struct lines *all, struct line *line);

/* It has so long from now. */
void line_wait(struct lines *all, struct line *line, int64_t patience_ms);

/* Cut off whoever is gone, trickles, reads slowly or keeps an idle connection past its
 * deadline: the socket is shut down, and its owner sees the end. */
void lines_cut(struct lines *all);

#endif
