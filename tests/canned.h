/* canned.h - a server that says exactly the bytes it was given, for tests of the wire.
 *
 * A child process; it dies with its parent, after two minutes, and in canned_stop().
 */
#ifndef TESTS_CANNED_H
#define TESTS_CANNED_H

#include <stdbool.h>
#include <stddef.h>

enum canned_end {
	CANNED_CLOSE, /* FIN after the bytes */
	CANNED_RESET, /* RST after the bytes */
	CANNED_KEEP,  /* the next answer goes out on the same connection */
	CANNED_HANG   /* no more bytes, until the client hangs up */
};

struct canned {
	const char *bytes; /* NULL for none */
	size_t repeat;     /* how often; 0 means once */
	enum canned_end end;
	bool deaf;  /* do not read a request first */
	bool waits; /* say nothing before canned_go_on() */
	size_t n;   /* of bytes; 0: up to the NUL */
};

struct canned_server;

/* Answers in order, one a request, then stops listening. unix_path: NULL for TCP on loopback. */
struct canned_server *canned_start(const struct canned *answers, size_t n, const char *unix_path);
int canned_port(const struct canned_server *s);
int canned_nobody(void); /* a port where nobody listens */

/* The next request as it came in; "" if there was none within 30 s. Until the next call. */
const char *canned_request(struct canned_server *s);

/* One is there to be taken. */
bool canned_heard(const struct canned_server *s);

/* Let the answer that waits go out. */
void canned_go_on(struct canned_server *s);

void canned_stop(struct canned_server *s);

#endif
