/* board_world.h - a world with a table of tasks behind it that answers as the loop would. */
#ifndef TESTS_BOARD_WORLD_H
#define TESTS_BOARD_WORLD_H

#include "tests/ui_world.h"

struct table {
	struct world *w;
	struct board_row *rows; /* in the order of the list */
	size_t n;
	const char *json;          /* of every task; NULL = a plain one */
	const struct story *story; /* of local rows */
	unsigned answered;         /* fetches carried out */
};

/* The board over n tasks "night-a/0000" ..., all of them answered and shown. */
struct table *table_new(size_t n);
void table_done(struct table *t);

/* Like press(), with the questions of each key answered before the next. */
void table_press(struct table *t, const char *keys);
void table_send(struct table *t, struct msg msg);
void table_event(struct table *t, struct session_event ev);
/* Put n new rows above row at / take row at out; tells nobody. */
void table_insert(struct table *t, size_t at, size_t n);
void table_remove(struct table *t, size_t at);
/* Make the first row one of this machine, "local-7", and go to it. */
void table_local_row(struct table *t, enum task_status s);
/* A task of three attachments, the second of which answered 403. */
extern const char table_failed_json[];
/* The row under the cursor, by what the screen believes. */
const char *table_cursor(const struct table *t);

#endif
