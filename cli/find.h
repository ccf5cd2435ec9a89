/* find.h - a task by the id a person has: its task_id or its unique_id. */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli/run.h"

#include "core/task.h"

/* 24 hex digits are a task_id. Source: scale-api 1. */
bool find_is_task_id(const char *id);

/* Ask the service for it. t: from task_init(). Errors: ERR_NOT_FOUND and those of the call. */
enum err_code find_task(struct run *r, const char *id, struct task *t, struct err *err) MUST_CHECK;

#endif
