/* session_scene.h - one draft, submitted to a service whose answers are written down. */
#ifndef TESTS_SESSION_SCENE_H
#define TESTS_SESSION_SCENE_H

#include "tests/answers.h"
#include "tests/session_world.h"

#define SCENE_NOW  "2024-01-16T21:10:45.031Z" /* $MULTISTAGE_NOW: the wall clock stands still */
#define SCENE_LONG "2023-01-01T00:00:00.000Z" /* a year before */
/* More of a task: the attachments of world_draft(). */
#define SCENE_URLS ",\"params\":{\"attachments\":[\"s3://acme/scene-1.sfs\"]}"
/* The body of a 409: "u-1" belongs to ANSWER_ID. */
#define SCENE_USED                                                                         \
	"{\"status_code\":409,\"error\":\"The unique_id (\\\"u-1\\\") is already used for" \
	" a different task (" ANSWER_ID ").\"}"

struct scene {
	void *dir;
	struct world w;
	struct canned_server *server;
	struct draft *d;
	int64_t seq;
};

/* A service with these answers and a session that has not started; state: from
 * scratch_setup(). The draft has this unique_id (NULL: its own) and may be changed. */
void scene_open(struct scene *s, void **state, const char *unique_id, const struct canned *answers,
		size_t n);
void scene_submit(struct scene *s); /* start the session, submit the draft */
/* Both, with unique_id "u-1". */
void scene_begin(struct scene *s, void **state, const struct canned *answers, size_t n);
/* The process ends, with no good-bye, and another one starts at the same time. */
void scene_restart(struct scene *s);
void scene_finish(struct scene *s);

size_t scene_posts(const struct scene *s); /* of this process */
void scene_row_is(struct scene *s, enum outbox_state state, bool ambiguous);
/* Its evidence in short, as "post 409, owner 200": HTTP status, or minus libcurl's code. */
void scene_evidence_is(struct scene *s, const char *want);
void scene_pass_gate(struct scene *s); /* a minute of quiet: the row is due */
/* The clock is put forward to when the row is due; then its next event. */
void scene_next(struct scene *s, struct session_event *ev);

#endif
