/* wire_world.h - a session, the real sandbox, and a line between them that fails as told.
 *
 * However it failed, in the end wire_promise() must hold: what was asked for is
 * there, once, and both sides know it by the same id.
 */
#ifndef TESTS_WIRE_WORLD_H
#define TESTS_WIRE_WORLD_H

#include "tests/admin.h"
#include "tests/proxy.h"
#include "tests/sandbox.h"
#include "tests/session_world.h"

#define WIRE_PROJECT "Urban Fusion" /* of the demo account */
#define WIRE_CREATE  "/v1/task/multistage"
#define WIRE_MAX     512 /* tasks asked for in one world */

struct wire {
	struct world w;
	struct sandbox *sandbox;
	struct raw door; /* to the sandbox, past the proxy */
	struct proxy *proxy;
	struct asked {
		int64_t seq;
		char unique_id[40];
	} asked[WIRE_MAX];
	size_t asked_count;
	long before;              /* tasks of the account at the start */
	struct session_event why; /* the last event of a row that told an error */
};

/* dir: of scratch_setup(). The session is started. */
void wire_open(struct wire *x, char *dir);
void wire_close(struct wire *x);
/* The program ends and starts again. */
void wire_restart(struct wire *x);

/* Ask for one more task; returns its row. */
int64_t wire_submit(struct wire *x);
/* Every request with this method to this path fails so; times 0: always. Replaces earlier ones. */
void wire_fault(struct wire *x, const char *method, const char *path, const char *effect,
		int times);
void wire_clear(struct wire *x); /* nothing fails any more */

/* One turn; events are taken, errors of rows kept in why. */
void wire_turn(struct wire *x);
/* The same until the row has left "queued" and "sending", or waits with an error. */
void wire_first(struct wire *x, int64_t seq, struct session_event *ev);
/* Until no row is open. The clock is put forward while nothing is on its way. */
void wire_work_off(struct wire *x);

/* The row as it is stored. */
void wire_row(struct wire *x, int64_t seq, struct outbox_row *r);
/* POSTs of a task that came in at the sandbox, since the start. made: of those, the ones that
 * made one. */
size_t wire_posts(struct wire *x, size_t *made);
/* Tasks of the service with this unique_id. */
long wire_found(struct wire *x, const char *unique_id);

/* Faults are cleared. No row is open; the service has exactly the tasks that were asked for;
 * each is known here by the service's id. Fails the test with what. */
void wire_promise(struct wire *x, const char *what);

#endif
