/* tasks.c - see tasks.h. */
#include "config.h"

#include "tests/tasks.h"

#include "tests/test.h"

#include <poll.h>

#define WAIT_MS 30000
#define STEP_MS 20

void
tasks_make(const struct raw *r, const char *key, const char *members, char id[TASKS_ID_SIZE])
{
	char body[4096];
	struct answer a;

	assert_true(snprintf(body, sizeof(body), "{%s}", members) < (int)sizeof(body));
	raw_call(r, key, "POST", TASKS_CREATE, body, &a);
	if (a.status != 200)
		fail_msg("%s gives %d %s", body, a.status, a.body);
	snprintf(id, TASKS_ID_SIZE, "%s", raw_at(&a, "task_id"));
	answer_free(&a);
}

void
tasks_get(const struct raw *r, const char *key, const char *id, struct answer *a)
{
	char path[64];

	snprintf(path, sizeof(path), "/v1/task/%s", id);
	raw_call(r, key, "GET", path, NULL, a);
	assert_int_equal(a->status, 200);
}

void
tasks_post(const struct raw *r, const char *key, const char *path, const char *id, int status)
{
	struct answer a;
	char target[128];
	const char *at = strchr(path, '?');

	assert_non_null(at);
	snprintf(target, sizeof(target), "%.*s%s%s", (int)(at - path), path, id, at + 1);
	raw_call(r, key, "POST", target, NULL, &a);
	if (a.status != status)
		fail_msg("%s gives %d %s", target, a.status, a.body);
	answer_free(&a);
}

void
tasks_wait(const struct raw *r, const char *key, const char *id, const char *path,
	   const char *value)
{
	struct answer a;

	for (int ms = 0;; ms += STEP_MS) {
		bool done;

		tasks_get(r, key, id, &a);
		done = strcmp(raw_at(&a, path), value) == 0;
		if (!done && ms >= WAIT_MS)
			fail_msg("%s does not become %s: %s", path, value, a.body);
		answer_free(&a);
		if (done)
			return;
		poll(NULL, 0, STEP_MS);
	}
}

void
tasks_must(const struct raw *r, const char *key, const char *id, const char *path,
	   const char *value)
{
	struct answer a;

	tasks_get(r, key, id, &a);
	if (strcmp(raw_at(&a, path), value) != 0)
		fail_msg("%s is not %s: %s", path, value, a.body);
	answer_free(&a);
}
