/* session.c - make a session, its events, its calls in flight. See session.h and session_impl.h. */
#include "config.h"

#include "core/session_impl.h"

#include "core/http.h"
#include "core/mem.h"
#include "core/random.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session *
session_new(struct conf *conf, struct store *store, const char *key, const char *key_origin,
	    struct err *err)
{
	struct api *api = api_open(conf, key, key_origin, err);
	const char *base_url = conf_get(conf, CONF_URL);
	struct session *s;
	int64_t target;

	if (!api)
		return NULL;
	if (store_target(store, base_url, key, &target, err)) {
		api_free(api);
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	*s = (struct session){
		.store = store,
		.api = api,
		.base_url = mem_strdup(base_url),
		.key_origin = mem_strdup(key_origin ? key_origin : ""),
		.lock_path = mem_strdup(conf_paths(conf)->lock_file),
		.has_key = key[0] != '\0',
		.mode = conf_key_mode(conf, key),
		.target = target,
		.out = { .wake = -1, .lock_fd = -1 },
		.sync = { .next = -1 },
	};
	session_hold_under(s, conf);
	if (s->has_key)
		api_mask_key(key, s->masked, sizeof(s->masked));
	return s;
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	api_free(s->api);
	for (size_t i = 0; i < s->call_count; i++) {
		session_look_free(s->calls[i].look);
		free(s->calls[i].project);
	}
	free(s->calls);
	free(s->events);
	free(s->out.watched);
	session_group_free(s);
	session_window_free(s);
	/* What was on its way stays "sending" in the store; who gets the lock next recovers it. */
	if (s->out.lock_fd >= 0)
		close(s->out.lock_fd);
	for (size_t i = 0; i < s->sync.token_count; i++)
		free(s->sync.tokens[i]);
	free(s->sync.tokens);
	free(s->base_url);
	free(s->key_origin);
	free(s->lock_path);
	free(s);
}

enum err_code
session_start(struct session *s, struct now now, struct err *err)
{
	if (session_need_key(s, err))
		return err->code;
	if (s->out.started ? session_lift(s, err) : session_lift_if_changed(s, err))
		return err->code;
	s->out.started = true;
	s->out.broken = (struct err)ERR_INIT;
	/* For the recovery. That another process sends is no error: it looks after its rows. */
	if (session_lock(s, err) && err->code != ERR_BUSY)
		return err->code;
	session_pump(s, now);
	return ERR_OK;
}

enum err_code
session_need_key(const struct session *s, struct err *err)
{
	if (s->has_key)
		return ERR_OK;
	err_set(err, ERR_AUTH, "there is no API key, so nothing can be sent or fetched");
	return err_hint(err, "set SCALE_API_KEY, or key_file or key_command in the config file;"
			     " or try it with --sandbox");
}

/* --- events --- */

struct session_event *
session_emit(struct session *s, enum session_event_kind kind)
{
	size_t end;

	if (s->event_first > 0 && s->event_first + s->event_count == s->event_cap) {
		memmove(s->events, s->events + s->event_first, s->event_count * sizeof(*s->events));
		s->event_first = 0;
	}
	end = s->event_first + s->event_count;
	if (end == s->event_cap) {
		s->event_cap = s->event_cap ? s->event_cap * 2 : 8;
		s->events = mem_grow(s->events, s->event_cap, sizeof(*s->events));
	}
	s->event_count++;
	s->events[end] = (struct session_event){ .kind = kind };
	return &s->events[end];
}

bool
session_next(struct session *s, struct session_event *ev)
{
	if (s->event_count == 0)
		return false;
	*ev = s->events[s->event_first++];
	if (--s->event_count == 0)
		s->event_first = 0;
	return true;
}

/* --- calls in flight --- */

void
session_add_call(struct session *s, const struct call *call)
{
	if (s->call_count == s->call_cap) {
		s->call_cap = s->call_cap ? s->call_cap * 2 : 8;
		s->calls = mem_grow(s->calls, s->call_cap, sizeof(*s->calls));
	}
	s->calls[s->call_count++] = *call;
}

size_t
session_calls(const struct session *s, enum call_kind kind, int64_t seq)
{
	size_t n = 0;

	for (size_t i = 0; i < s->call_count; i++)
		n += s->calls[i].kind == kind && (seq == 0 || s->calls[i].seq == seq);
	return n;
}

static bool
take_call(struct session *s, int ticket, struct call *out)
{
	for (size_t i = 0; i < s->call_count; i++) {
		if (s->calls[i].ticket != ticket)
			continue;
		*out = s->calls[i];
		s->calls[i] = s->calls[--s->call_count];
		return true;
	}
	return false;
}

static void
dispatch(struct session *s, const struct api_event *ev, struct now now)
{
	struct call c;

	if (!take_call(s, ev->ticket, &c))
		return;
	random_bytes(&s->jitter, sizeof(s->jitter));
	s->jitter %= 1000;
	if (c.kind == CALL_POST || c.kind == CALL_LOOK || c.kind == CALL_OWNER ||
	    c.kind == CALL_WEAK)
		session_group_open(s);
	else
		session_group_close(s, now);
	switch (c.kind) {
	case CALL_POST: session_on_post(s, &c, ev, now); break;
	case CALL_LOOK:
	case CALL_OWNER: session_on_look(s, &c, ev, now); break;
	case CALL_WEAK: session_on_weak(s, &c, ev, now); break;
	case CALL_VERIFY: session_on_verify(s, &c, ev, now); break;
	case CALL_PAGE: session_on_page(s, ev, now); break;
	case CALL_TASK:
	case CALL_PROBE:
	case CALL_CANCEL:
	case CALL_RECHECK:
	case CALL_PROJECTS:
	case CALL_BATCHES: session_on_call(s, &c, ev, now); break;
	}
	free(c.project);
	session_look_free(c.look);
}

/* --- the caller's loop --- */

_Static_assert(SESSION_FDS_MAX >= HTTP_FDS_MAX, "every socket must be watched");

size_t
session_pollfds(const struct session *s, struct pollfd *fds, size_t cap)
{
	return api_pollfds(s->api, fds, cap);
}

static int
sooner(int timeout, int64_t at, int64_t now)
{
	int64_t wait = at < now ? 0 : at - now;

	if (at < 0 || (timeout >= 0 && timeout <= wait))
		return timeout;
	return wait > 3600000 ? 3600000 : (int)wait;
}

int
session_timeout(const struct session *s, int64_t now_mono_ms)
{
	int timeout = api_timeout(s->api, now_mono_ms);

	if (s->event_count > 0 || s->more)
		return 0;
	timeout = sooner(timeout, s->out.wake, now_mono_ms);
	if (s->window.look_at > 0)
		timeout = sooner(timeout, s->window.look_at, now_mono_ms);
	return sooner(timeout, session_next_refresh_ms(s), now_mono_ms);
}

void
session_step(struct session *s, const struct pollfd *fds, size_t n, struct now now)
{
	struct api_event ev;
	bool moved = false, wait;

	api_step(s->api, fds, n, now.mono_ms);
	session_window_feed(s, now);
	wait = session_window_holds(s, now);
	s->more = false;
	while (!s->more && !wait && api_next(s->api, &ev)) {
		dispatch(s, &ev, now);
		moved = true;
		s->more = s->group.row_count >= GROUP_MAX;
	}
	if (moved || (s->out.wake >= 0 && s->out.wake <= now.mono_ms))
		session_pump(s, now);
	session_sync_due(s, now);
}

bool
session_busy(const struct session *s)
{
	return s->call_count > 0;
}

void
session_retire(struct session *s)
{
	s->out.started = false;
	s->out.wake = 0; /* claimed rows that wait are given back in the next step */
	session_auto_refresh(s, 0);
}

void
session_interrupt(struct session *s)
{
	api_cancel_all(s->api);
}

/* --- what it talks to --- */

const struct api *
session_api(const struct session *s)
{
	return s->api;
}

int64_t
session_target(const struct session *s)
{
	return s->target;
}

const char *
session_base_url(const struct session *s)
{
	return s->base_url;
}

const char *
session_masked_key(const struct session *s)
{
	return s->masked;
}

const char *
session_key_origin(const struct session *s)
{
	return s->key_origin;
}

enum key_mode
session_mode(const struct session *s)
{
	return s->mode;
}
