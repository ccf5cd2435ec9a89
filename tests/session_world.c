/* session_world.c - see session_world.h. */
#include "config.h"

#include "tests/session_world.h"

#include "tests/test.h"

#include "core/clock.h"

#include <poll.h>

#define WAIT_MS   60000
#define SKIPS_MAX 500

void
world_good(enum err_code code, const struct err *err)
{
	if (code)
		fail_msg("%s (%s)", err->msg, err->hint);
}

static void
warn(const char *text, void *arg)
{
	(void)arg;
	fail_msg("%s", text);
}

void
world_open(struct world *w, char *dir, const char *base_url, const char *key)
{
	struct conf_flags flags = { .value = { [CONF_URL] = base_url } };
	struct err err = ERR_INIT;

	*w = (struct world){ .dir = dir };
	setenv("HOME", dir, 1);
	setenv("XDG_STATE_HOME", dir, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("MULTISTAGE_CONFIG");
	w->conf = conf_open(&flags, warn, NULL, &err);
	if (!w->conf)
		fail_msg("conf_open: %s", err.msg);
	w->store = store_open(conf_paths(w->conf)->database, &err);
	if (!w->store)
		fail_msg("store_open: %s", err.msg);
	w->s = session_new(w->conf, w->store, key, "a test", &err);
	if (!w->s)
		fail_msg("session_new: %s", err.msg);
}

void
world_close(struct world *w)
{
	session_free(w->s);
	store_close(w->store);
	conf_close(w->conf);
}

struct now
world_now(const struct world *w)
{
	return (struct now){ clock_mono_ms() + w->skipped_ms,
			     clock_wall_ms() + w->skipped_ms + w->wall_ms };
}

void
world_turn(struct world *w)
{
	struct pollfd fds[SESSION_FDS_MAX];
	size_t n = session_pollfds(w->s, fds, SESSION_FDS_MAX);
	int wait = session_timeout(w->s, world_now(w).mono_ms);

	poll(fds, n, wait < 0 || wait > 100 ? 100 : wait);
	session_step(w->s, fds, n, world_now(w));
}

static bool
fits(const struct session_event *ev, enum session_event_kind kind, int status)
{
	return ev->kind == kind && (status < 0 || (int)ev->status == status);
}

static void
wait_for(struct world *w, enum session_event_kind kind, int status, struct session_event *ev)
{
	int64_t end = clock_mono_ms() + WAIT_MS;
	int skips = 0;

	while (clock_mono_ms() < end) {
		int wait;

		while (session_next(w->s, ev))
			if (fits(ev, kind, status))
				return;
		wait = session_timeout(w->s, world_now(w).mono_ms);
		if (!session_busy(w->s) && wait < 0)
			break;
		if (!session_busy(w->s) && wait > 0 && skips++ < SKIPS_MAX)
			w->skipped_ms += wait;
		world_turn(w);
	}
	fail_msg("an event of kind %d, status %d, does not come", kind, status);
}

void
world_wait(struct world *w, enum session_event_kind kind, struct session_event *ev)
{
	wait_for(w, kind, -1, ev);
}

void
world_wait_row(struct world *w, enum task_status status, struct session_event *ev)
{
	wait_for(w, SESSION_ROW, (int)status, ev);
}

void
world_settle(struct world *w)
{
	int64_t end = clock_mono_ms() + WAIT_MS;
	struct session_event ev;

	while (session_busy(w->s) && clock_mono_ms() < end)
		world_turn(w);
	assert_false(session_busy(w->s));
	while (session_next(w->s, &ev))
		continue;
}

void
world_set(struct draft *d, enum field_id f, const char *text)
{
	draft_set(d, f, text, strlen(text));
}

struct draft *
world_draft(const char *project, const char *unique_id)
{
	static const char url[] = "s3://acme/scene-1.sfs";
	struct draft *d = draft_new();

	world_set(d, FIELD_PROJECT, project);
	world_set(d, FIELD_SCENE_FORMAT, "sensor_fusion");
	assert_true(draft_item_add(d, FIELD_ATTACHMENTS, 0, url, strlen(url)));
	if (unique_id)
		world_set(d, FIELD_UNIQUE_ID, unique_id);
	return d;
}

size_t
world_calls(const struct world *w, enum endpoint_id endpoint)
{
	const struct api *a = session_api(w->s);
	size_t n = 0;

	for (size_t i = 0; i < api_log_count(a); i++)
		n += api_log_get(a, i)->endpoint == endpoint;
	return n;
}
