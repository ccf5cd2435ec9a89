/* raw.h - a sandbox as a child, and HTTP to it by hand: not with the client's code. */
#ifndef TESTS_RAW_H
#define TESTS_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct json_object;

#define RAW_TEST "test_k" /* keys that raw_start()'s sandbox takes */
#define RAW_LIVE "live_k"

struct raw {
	pid_t pid;
	int port;        /* of this machine to listen on; 0: the unix socket */
	char dir[64];    /* of its own, removed by raw_stop() */
	char socket[96]; /* in dir */
	char db[96];     /* in dir */
};

/* Start a sandbox on its socket, or its port, with more arguments (NULL-terminated); it is ready
 * on return. With --db its file is r->db. r->dir is made if it is empty. */
void raw_start(struct raw *r, const char *const *args);
void raw_kill(struct raw *r, int signo); /* and wait; the folder stays. Returns nothing. */
void raw_stop(struct raw *r);            /* SIGTERM; fails the test if it does not end well */

struct answer {
	int status;
	char *head, *body; /* owned; head without the empty line */
	size_t body_len;
	struct json_object *json; /* owned; NULL if the body is none */
	char text[8][256];        /* of raw_at(), in turn */
	unsigned next;
};

/* A port that nobody has now and, most likely, in a moment. */
int raw_free_port(void);

int raw_connect(const struct raw *r);
int raw_try_connect(const struct raw *r); /* -1: it does not listen */
void raw_send(int fd, const char *data, size_t n);
/* The next answer on fd. head_only: of a HEAD request. Waits 30 s at most. */
void raw_read(int fd, bool head_only, struct answer *a);
/* Nothing more comes: the other side closed. */
bool raw_closed(int fd);

/* One request on a connection of its own. body: NULL without; else JSON text. */
void raw_call(const struct raw *r, const char *key, const char *method, const char *target,
	      const char *body, struct answer *a);
void answer_free(struct answer *a);

/* The same, and the status must be 200. */
void raw_must(const struct raw *r, const char *key, const char *method, const char *target,
	      const char *body, struct answer *a);

/* A call, and what its answer must be: the status, and the value at path (raw_at()). */
struct raw_row {
	const char *method, *target, *body;
	int status;
	const char *path, *value;
};
void raw_run(const struct raw *r, const char *key, const struct raw_row *rows, size_t n);
#define RAW_RUN(r, key, rows) raw_run(r, key, rows, sizeof(rows) / sizeof((rows)[0]))

/* The value at "docs.0.task_id" as text: strings bare, the rest as JSON; "-" if absent.
 * Borrowed; at most 8 at a time. */
const char *raw_at(struct answer *a, const char *path);

#endif
