/* show.h - tasks on stdout: a row, all of it, or the JSON as it came. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "core/task.h"

void show_head(void); /* of the table, for a terminal */
/* A row: columns on a terminal, separated by tabs in a pipe. */
void show_row(const struct task *t);
void show_task(const struct task *t);
/* The object as the service sent it, on one line. */
void show_json(const struct task *t);

#endif
