/* find.c - see find.h. */
#include "config.h"

#include "cli/find.h"

#include "core/clock.h"

#include <string.h>

bool
find_is_task_id(const char *id)
{
	return strlen(id) == 24 && strspn(id, "0123456789abcdef") == 24;
}

/* What the event holds is gone at the next call: move the strings over. */
static void
take(struct task *to, struct task *from)
{
	struct task keep = *to;

	*to = *from;
	*from = keep;
}

static enum err_code
find_by_unique_id(struct run *r, const char *id, struct task *t, struct err *err)
{
	struct api_list query = { .unique_ids = &id, .unique_id_count = 1, .limit = 2 };
	struct api_event ev;
	int ticket;

	if (api_task_list(r->api, &query, clock_mono_ms(), &ticket, err) != ERR_OK ||
	    run_call(r, ticket, &ev, err) != ERR_OK)
		return err->code;
	if (ev.err.code != ERR_OK) {
		*err = ev.err;
		return err->code;
	}
	/* A service that does not know the filter would hand out a stranger's task. */
	for (size_t i = 0; i < ev.reply.task_count; i++)
		if (strcmp(ev.reply.tasks[i].unique_id, id) == 0) {
			take(t, &ev.reply.tasks[i]);
			return ERR_OK;
		}
	err_set(err, ERR_NOT_FOUND, "no task has the unique_id \"%.80s\"", id);
	return err_hint(err,
			"a task_id has 24 hex digits; with a test key only test tasks are seen");
}

enum err_code
find_task(struct run *r, const char *id, struct task *t, struct err *err)
{
	struct api_event ev;
	int ticket;

	if (!find_is_task_id(id))
		return find_by_unique_id(r, id, t, err);
	if (api_task_get(r->api, id, clock_mono_ms(), &ticket, err) != ERR_OK ||
	    run_call(r, ticket, &ev, err) != ERR_OK)
		return err->code;
	if (ev.err.code != ERR_OK) {
		*err = ev.err;
		return err->code;
	}
	if (ev.reply.task_count != 1)
		return err_set(err, ERR_API, "the reply holds no task");
	take(t, &ev.reply.tasks[0]);
	return ERR_OK;
}
