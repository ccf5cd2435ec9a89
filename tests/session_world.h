/* session_world.h - a session with a home, a database and a clock of its own, for tests. */
#ifndef TESTS_SESSION_WORLD_H
#define TESTS_SESSION_WORLD_H

#include "core/session.h"

struct world {
	char *dir; /* from scratch_setup() */
	struct conf *conf;
	struct store *store;
	struct session *s;
	int64_t skipped_ms; /* how far its clocks run before the real ones */
	int64_t wall_ms;    /* how far, beyond that, its wall clock was set */
};

/* base_url: where to; key "" for a session that can only compose. Not started. */
void world_open(struct world *w, char *dir, const char *base_url, const char *key);
void world_close(struct world *w); /* the files stay */

struct now world_now(const struct world *w);

/* One turn of a loop as the program has it; sleeps 100 ms at most. */
void world_turn(struct world *w);

/*
 * Step until an event of this kind comes. While nothing is on its way and
 * nothing is due the clock is put forward instead of waiting. Fails the test
 * after a minute, or when nothing will ever come.
 */
void world_wait(struct world *w, enum session_event_kind kind, struct session_event *ev);
/* The next SESSION_ROW that shows this status; others are passed over. */
void world_wait_row(struct world *w, enum task_status status, struct session_event *ev);
/* Let everything that is on its way end; events are dropped. Nothing is skipped. */
void world_settle(struct world *w);

/* A draft that every check passes: one scene of the project. unique_id: NULL for its own. */
struct draft *world_draft(const char *project, const char *unique_id);
void world_set(struct draft *d, enum field_id f, const char *text);

/* Calls of one endpoint so far, by the log. */
size_t world_calls(const struct world *w, enum endpoint_id endpoint);

/* Fails the test with the error's words. */
void world_good(enum err_code code, const struct err *err);

#endif
