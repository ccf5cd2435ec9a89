/* difference.h - is a task of the service what we asked for? Pure.
 *
 * Only what both say is compared: a service may leave out anything, and fills in what we left
 * out. Source: API reference, tasks: which members an answer has is not promised.
 */
#ifndef CORE_DIFFERENCE_H
#define CORE_DIFFERENCE_H

#include "core/task.h"

#include <stdbool.h>
#include <stddef.h>

struct difference {
	const char *field; /* borrowed: a name of the field table, or "type" */
	bool decides;      /* never changes once a task is made: it is another task */
	char *ours;        /* owned; JSON, or of a list the first item that differs, cut */
	char *theirs;      /* as the service wrote it: not fit for a screen */
};

/* Compare a payload (n bytes, as it was sent) with a task. *list: differences_free(). */
void differences(const char *payload, size_t n, const struct task *t, struct difference **list,
		 size_t *count);
void differences_free(struct difference *list, size_t count);

/* Does one of them decide? */
bool differences_decide(const struct difference *list, size_t count);

/* Does the task tell which attachments it has? Then no difference means the same content. */
bool difference_is_told(const struct task *t);

#endif
