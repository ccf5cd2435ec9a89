/* session_scene.c - see session_scene.h. */
#include "config.h"

#include "tests/session_scene.h"

#include "tests/canary.h"
#include "tests/test.h"

#define KEY "live_" CANARY "6789"

static void
enter(struct scene *s)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", canned_port(s->server));
	world_open(&s->w, s->dir, url, KEY);
}

static void
start(struct scene *s)
{
	struct err err = ERR_INIT;

	world_good(session_start(s->w.s, world_now(&s->w), &err), &err);
}

void
scene_open(struct scene *s, void **state, const char *unique_id, const struct canned *answers,
	   size_t n)
{
	setenv("MULTISTAGE_NOW", SCENE_NOW, 1);
	*s = (struct scene){ .dir = *state, .server = canned_start(answers, n, NULL) };
	enter(s);
	s->d = world_draft("p", unique_id);
}

void
scene_submit(struct scene *s)
{
	struct err err = ERR_INIT;

	start(s);
	world_good(session_submit(s->w.s, s->d, world_now(&s->w), &s->seq, &err), &err);
}

void
scene_begin(struct scene *s, void **state, const struct canned *answers, size_t n)
{
	scene_open(s, state, "u-1", answers, n);
	scene_submit(s);
}

void
scene_restart(struct scene *s)
{
	int64_t skipped = s->w.skipped_ms;

	world_close(&s->w);
	enter(s);
	s->w.skipped_ms = skipped;
	start(s);
}

void
scene_finish(struct scene *s)
{
	draft_free(s->d);
	world_close(&s->w);
	canned_stop(s->server);
}

size_t
scene_posts(const struct scene *s)
{
	return world_calls(&s->w, ENDPOINT_TASK_CREATE);
}

void
scene_row_is(struct scene *s, enum outbox_state state, bool ambiguous)
{
	struct err err = ERR_INIT;
	struct outbox_row r;

	outbox_row_init(&r);
	world_good(store_outbox_get(s->w.store, s->seq, &r, &err), &err);
	assert_string_equal(outbox_state_name(r.state), outbox_state_name(state));
	assert_int_equal(r.ambiguous, ambiguous);
	outbox_row_done(&r);
}

void
scene_evidence_is(struct scene *s, const char *want)
{
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT(4096);
	struct evidence *list = NULL;
	size_t n = 0;

	world_good(store_evidence(s->w.store, s->seq, &list, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		buf_addf(&got, "%s%s %ld", i ? ", " : "", evidence_name(list[i].what),
			 list[i].curl ? -(long)list[i].curl : list[i].http);
	assert_string_equal(buf_str(&got), want);
	buf_free(&got);
	free(list);
}

void
scene_pass_gate(struct scene *s)
{
	s->w.skipped_ms += OUTBOX_GATE_MS + 1000;
}

void
scene_next(struct scene *s, struct session_event *ev)
{
	struct err err = ERR_INIT;
	struct outbox_row r;
	int64_t wait;

	outbox_row_init(&r);
	world_good(store_outbox_get(s->w.store, s->seq, &r, &err), &err);
	wait = r.next_ms - world_now(&s->w).wall_ms;
	if (wait > 0 && !session_busy(s->w.s))
		s->w.skipped_ms += wait;
	outbox_row_done(&r);
	world_wait(&s->w, SESSION_ROW, ev);
}
