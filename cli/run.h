/* run.h - what a command stands on: configuration, sandbox, store, session, and a loop
 * that runs until something is done or the person stops it. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/command.h"

#include "core/api.h"
#include "core/child.h"
#include "core/session.h"
#include "core/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Configuration alone; its warnings are said. NULL on error. */
struct conf *run_conf(const struct cli *cli, struct err *err) MUST_CHECK;

struct run {
	struct conf *conf;
	struct child *child; /* NULL without --sandbox */
	struct api *api;     /* run_open_api() */
	struct store *store; /* run_open_session() */
	struct session *session;
	const char *key, *key_origin; /* borrowed from conf */
	int signals;                  /* signalfd: Ctrl-C and its kin come here */
	int64_t stop_ms;              /* monotonic; when they came, 0 = they did not */
};

/*
 * Open for calls of the service: the sandbox is started and ready when asked
 * for. On error all that was opened is closed again. run_close() in any case.
 */
enum err_code run_open_api(struct run *r, const struct cli *cli, struct err *err) MUST_CHECK;
/* Open for submitting: a store and a session, not started yet. */
enum err_code run_open_session(struct run *r, const struct cli *cli, struct err *err) MUST_CHECK;
/* The same in two steps: first the configuration alone, then the rest. */
enum err_code run_open_conf(struct run *r, const struct cli *cli, struct err *err) MUST_CHECK;
enum err_code run_join_session(struct run *r, const struct cli *cli, struct err *err) MUST_CHECK;
void run_close(struct run *r);

/*
 * Wait for the call of that ticket; *ev is valid until the next one. Errors are
 * those of waiting (ERR_INTERRUPTED, ERR_SYS); what came of the call is in ev->err.
 */
enum err_code run_call(struct run *r, int ticket, struct api_event *ev, struct err *err) MUST_CHECK;

/*
 * Let the session work until it has an event. end_ms: monotonic; ERR_TIMEOUT when
 * it is reached. Errors: ERR_SYS; ERR_INTERRUPTED after Ctrl-C, when the calls in
 * flight have ended and their events were taken.
 */
enum err_code run_event(struct run *r, int64_t end_ms, struct session_event *ev,
			struct err *err) MUST_CHECK;

/*
 * Before the end: answers that are on their way are waited for until end_ms. A row that
 * another process queued may be among them; left alone it would stay in doubt.
 */
void run_drain(struct run *r, int64_t end_ms);

struct now run_now(void);

#endif
