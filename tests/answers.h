/* answers.h - whole HTTP answers for canned.h, as this API gives them. */
#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

#include "tests/canned.h"

#define ANSWER_ID "65a6f0c51c9d4400a1b2c3d4" /* a task's */

/* status: "200 OK"; more: header lines, each with its CRLF. One of 16 buffers in turn. */
struct canned answer(const char *status, const char *more, const char *body);

/* A task object with this unique_id, made at created ("" = not told), and more members
 * (",\"key\":value"). One of 8 buffers in turn. */
const char *answer_task(const char *unique_id, const char *created, const char *more);
/* A page of GET /tasks: docs without brackets; token: "" when it is the last one. */
const char *answer_page(const char *docs, const char *token);

#endif
