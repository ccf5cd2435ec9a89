/* tasks.h - tasks of a sandbox under test (raw.h): make one, wait for what becomes of it. */
#ifndef TESTS_TASKS_H
#define TESTS_TASKS_H

#include "tests/raw.h"

#define TASKS_CREATE  "/v1/task/multistage"
#define TASKS_ID_SIZE 32

/* Create a task from the members of a JSON object; the demo account has its projects. */
void tasks_make(const struct raw *r, const char *key, const char *members, char id[TASKS_ID_SIZE]);

/* The task as it is now; free the answer. */
void tasks_get(const struct raw *r, const char *key, const char *id, struct answer *a);

/* POST path with the id in place of its "?"; the status must be this one. */
void tasks_post(const struct raw *r, const char *key, const char *path, const char *id, int status);

/* Wait until the value at path is this one; fails after 30 s. */
void tasks_wait(const struct raw *r, const char *key, const char *id, const char *path,
		const char *value);

/* The value at path is this one now. */
void tasks_must(const struct raw *r, const char *key, const char *id, const char *path,
		const char *value);

#endif
