/* task.h - a task as the service (or this machine) knows it. */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum task_status { /* the first four are the service's; the rest are ours */
		   TASK_PENDING,
		   TASK_COMPLETED,
		   TASK_ERROR,
		   TASK_CANCELED,
		   TASK_OTHER,       /* a word we do not know; task.status holds it */
		   TASK_QUEUED,      /* here, not sent yet */
		   TASK_SENDING,     /* here, on its way */
		   TASK_UNCONFIRMED, /* sent, no trusted answer */
		   TASK_REJECTED,    /* refused; nothing was created */
		   TASK_STATUS_COUNT
};

struct task_status_row {
	const char *name; /* the service's word, or ours */
	char mark;        /* '.', '+', '!', '-', '?', '^', ...: never colour alone */
	bool local;       /* lives only on this machine */
	int order;        /* "needs attention first" sort, small first */
};

extern const struct task_status_row task_statuses[TASK_STATUS_COUNT];

/* The status called word, or TASK_OTHER. */
enum task_status task_status_find(const char *word);

/* May the service move a task from one to the other? Staying is no move; a word we do
 * not know may come from and lead to anything else. Source: API reference, tasks, life cycle. */
bool task_status_may_follow(enum task_status from, enum task_status to);

/*
 * A row of the outbox is called by its seq, "local-12", wherever a task is called by
 * its task_id. out: TASK_LOCAL_SIZE bytes. _seq: 0 for a task_id.
 */
#define TASK_LOCAL      "local-"
#define TASK_LOCAL_SIZE 32
void task_local_key(int64_t seq, char *out, size_t size);
int64_t task_local_seq(const char *key);

/*
 * What we keep of a task. Strings are owned (task_done() frees them), never
 * NULL: "" when absent. Bytes are the service's, not yet fit for a screen.
 */
struct task {
	char *task_id;
	char *unique_id;
	char *type;
	char *status; /* the word as it came */
	char *project, *batch;
	char *tags;   /* joined by '\n' */
	char *note;   /* one line: the error of a failed task, "" otherwise */
	char *json;   /* the whole object as it came; "" for local ones */
	int priority; /* 10..30; 0 if unknown */
	bool is_test;
	int64_t created_ms, updated_ms, completed_ms; /* wall; 0 if unknown */
};

void task_init(struct task *t); /* every string "", owned */
void task_done(struct task *t); /* leaves NULLs: task_init() before using it again */
/* Replace *member by a copy of s (n bytes, cut at a NUL when read as a string). */
void task_set(char **member, const char *s, size_t n);

#endif
