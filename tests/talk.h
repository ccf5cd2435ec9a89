/* talk.h - requests through http.h and what the server got, for tests. */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include "tests/canary.h"
#include "tests/canned.h"

#include "core/http.h"

extern const struct http_request get_x, post_x; /* GET /x; POST of {"a":1} */

struct http *client_with(const struct http_setup *setup); /* fails the test */
struct http *client_of(const struct canned_server *s);    /* with a key, "live_" CANARY */

/* Start a request; its ticket. */
int talk_start(struct http *h, const struct http_request *req);

/* One turn of a loop as the program has it. */
void talk_turn(struct http *h);

/* Turn until a reply comes; fails the test after 15 s. */
void talk_wait(struct http *h, struct http_reply *r);

/* Start, wait, and it is the reply to this request. */
void talk(struct http *h, const struct http_request *req, struct http_reply *r);

/* Fail with the whole request unless part is in it, or (in any case) is not. */
void must_hold(const char *request, const char *part);
void must_lack(const char *request, const char *part);

#endif
