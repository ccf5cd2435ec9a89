/* desk.h - where a person sits in tests of the real program: a sandbox, a terminal, a home.
 *
 * The home outlives the program, so that the next start finds what the last one
 * left. Two accounts of the sandbox (DESK_LIVE and DESK_TEST) have the projects
 * "Night Lidar" and "Day Lidar" and the batch "night-b" of the first.
 */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include "tests/canary.h"
#include "tests/pty.h"
#include "tests/raw.h"

#include "core/field.h"

#include <stdbool.h>
#include <stddef.h>

#define DESK_LIVE "live_" CANARY "cdefFEDC"
#define DESK_TEST "test_" CANARY "cdefFEDC"

/* A payload with nothing to complain about but its %s, the unique_id. */
/* clang-format off */
#define DESK_PAYLOAD \
	"{\"project\":\"Night Lidar\",\"batch\":\"night-b\"," \
	"\"attachments\":[\"s3://acme/a.sfs\"],\"scene_format\":\"sensor_fusion\"," \
	"\"unique_id\":\"%s\"}"
/* clang-format on */

struct desk {
	struct raw service;
	struct pty pty;
	bool running;
	char home[64];
	char socket[108];    /* where the program looks for the service */
	char secret[2][128]; /* the key in force, plain and as it travels; "" for none */
};

extern const char *const desk_service[]; /* how its sandbox is started, for raw_start() */

/* cmocka set-up and tear-down: *state is a struct desk. */
int desk_setup(void **state);
int desk_teardown(void **state);

struct desk_run {
	const char *key;               /* NULL: no key */
	int rows, cols;                /* 0: 24x80 */
	const char *term;              /* NULL: xterm-256color */
	const char *const *args, *env; /* more of them: a list, and one "NAME=value" */
	const char *payload;           /* opened as a draft, or NULL */
	const char *const *via;        /* a program and words of it that run the rest, or NULL */
	bool alone;                    /* see pty.h */
};

/* Start ./multistage and wait until it can be used. */
struct pty *desk_start(struct desk *d, const struct desk_run *run);
/* With a key of the test account and this payload, DESK_PAYLOAD with unique_id if NULL. */
struct pty *desk_open(struct desk *d, const char *key, const char *unique_id);

/* The program has ended: with this status, terminal as before, stderr empty, and the key
 * neither in any byte of output nor in any file of its home, plain or in base64. */
void desk_ended(struct desk *d, int status);
void desk_quit(struct desk *d); /* q on the form or the board; Esc out of a detail first */
/* Let go of a terminal without looking at it: after a hangup or SIGKILL. */
void desk_drop(struct desk *d);

/* Wait until the picture has this text, or has it no more, and is whole: what is typed
 * next meets this screen. */
void desk_see(struct pty *p, const char *text);
void desk_gone(struct pty *p, const char *text);

/* r, until text is there: what the sandbox needs a moment for. */
void desk_refresh_until(struct pty *p, const char *text);

/* What must hold of any screen: Ctrl-L changes nothing, and the key is not on it. */
void desk_check(struct desk *d);

/* On the form, in nav: put the cursor on f. */
void desk_go(struct desk *d, enum field_id f);
/* Go to a one-line field or picker, type its value over what is there, keep it. */
void desk_set(struct desk *d, enum field_id f, const char *value);

/* How many tasks of the account of key match ("", "unique_id=x"); asked over the socket. */
int desk_tasks(struct desk *d, const char *key, const char *query);
/* A member of the only task that matches; fails the test if there is not exactly one. */
void desk_task_at(struct desk *d, const char *key, const char *query, const char *path,
		  const char *want);

/* Write an executable script into the home; its path, in one of four buffers. */
const char *desk_script(struct desk *d, const char *name, const char *text);
#endif
