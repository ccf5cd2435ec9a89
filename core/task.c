/* task.c - see task.h. A new status is one row here and one member of the enum. */
#include "config.h"

#include "core/task.h"

#include "core/err.h"
#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* order: what waits for a person comes first, what is over comes last. */
const struct task_status_row task_statuses[TASK_STATUS_COUNT] = {
	/* clang-format off */
	/*                     name           mark  local  order */
	[TASK_PENDING]     = { "pending",     '.',  false, 6 },
	[TASK_COMPLETED]   = { "completed",   '+',  false, 7 },
	[TASK_ERROR]       = { "error",       '!',  false, 2 },
	[TASK_CANCELED]    = { "canceled",    '-',  false, 8 },
	[TASK_OTHER]       = { "other",       '#',  false, 3 },
	[TASK_QUEUED]      = { "queued",      '^',  true,  5 },
	[TASK_SENDING]     = { "sending",     '/',  true,  4 },
	[TASK_UNCONFIRMED] = { "unconfirmed", '?',  true,  0 },
	[TASK_REJECTED]    = { "rejected",    'x',  true,  1 },
	/* clang-format on */
};

enum task_status
task_status_find(const char *word)
{
	for (int i = 0; i < TASK_STATUS_COUNT; i++)
		if (strcmp(task_statuses[i].name, word) == 0)
			return (enum task_status)i;
	return TASK_OTHER;
}

bool
task_status_may_follow(enum task_status from, enum task_status to)
{
	if (task_statuses[from].local || task_statuses[to].local)
		return false;
	if (from == TASK_OTHER || to == TASK_OTHER)
		return from != to; /* we cannot know better */
	if (from == TASK_PENDING)
		return to == TASK_COMPLETED || to == TASK_CANCELED || to == TASK_ERROR;
	return from == TASK_COMPLETED && to == TASK_PENDING; /* "recalled" */
}

void
task_local_key(int64_t seq, char *out, size_t size)
{
	snprintf(out, size, TASK_LOCAL "%lld", (long long)seq);
}

int64_t
task_local_seq(const char *key)
{
	size_t n = strlen(TASK_LOCAL);

	return strncmp(key, TASK_LOCAL, n) == 0 ? strtoll(key + n, NULL, 10) : 0;
}

/* Every string of a task, so that no two functions keep their own list. */
static void
strings(struct task *t, char **member[9])
{
	char **all[] = { &t->task_id, &t->unique_id, &t->type, &t->status, &t->project,
			 &t->batch,   &t->tags,      &t->note, &t->json };

	memcpy(member, all, sizeof(all));
}

void
task_init(struct task *t)
{
	char **member[9];

	*t = (struct task){ .priority = 0 };
	strings(t, member);
	for (size_t i = 0; i < ARRAY_LEN(member); i++)
		*member[i] = mem_strdup("");
}

void
task_done(struct task *t)
{
	char **member[9];

	strings(t, member);
	for (size_t i = 0; i < ARRAY_LEN(member); i++)
		free(*member[i]);
	*t = (struct task){ .priority = 0 };
}

void
task_set(char **member, const char *s, size_t n)
{
	char *copy = mem_strndup(s, n); /* before free: s may lie in the old string */

	free(*member);
	*member = copy;
}
