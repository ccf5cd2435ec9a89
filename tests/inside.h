/* inside.h - the sandbox's handlers called in this process, on a database in memory: no
 * socket, a clock that stands still, and a look at the tables. */
#ifndef TESTS_INSIDE_H
#define TESTS_INSIDE_H

#include "sandbox/service.h"

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

struct json_object;

#define INSIDE_NOW "2026-11-25T12:00:00Z"

/* seed: as --seed takes it. Live tasks take 20 seconds. Fails the test. */
void inside_open(struct service *s, const char *seed);
void inside_close(struct service *s);

struct inside_reply {
	int status;
	struct json_object *json; /* owned */
};

/* One request, as the server would run it. body: NULL for none. */
void inside_call(struct service *s, bool is_test, const char *method, const char *target,
		 const char *body, struct inside_reply *r);
void inside_free(struct inside_reply *r);

/* "total" and its like; the test fails if the reply has no such number. */
int64_t inside_number(const struct inside_reply *r, const char *key);
/* The ids of the tasks of a page, a blank behind each; the caller frees. */
char *inside_ids(const struct inside_reply *r);

/* The connection below s->db, to look and to trace. */
sqlite3 *inside_sqlite(struct service *s);
/* The first column of all rows, a blank behind each; the caller frees. */
char *inside_ask(struct service *s, const char *sql);

#endif
