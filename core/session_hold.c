/* session_hold.c - what stands in the way of all rows of a target. See session.h.
 *
 * A hold: the service does not take us, and no later try will change that: its
 * key, its payment, a redirect, TLS. It stands until a person acts or the
 * configuration changes; another key is another target. A pause: after a 429,
 * or while nobody answers. Both are in the store, so that every process keeps
 * them, and one that starts after them.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <nettle/sha2.h>

#define PAUSE_MAX_MS 3600000 /* a stored pause is never longer: the clock was set */
#define HEED_MS      1000    /* the sender looks so often whether a person lifted the hold */

int64_t
session_delay(const struct session *s, enum outbox_event ev, int n, int64_t retry_after_ms)
{
	return outbox_delay_ms(ev, n, retry_after_ms, s->jitter);
}

/* --- what a hold was met under --- */

static void
add(struct sha256_ctx *ctx, const char *text)
{
	sha256_update(ctx, strlen(text) + 1, (const uint8_t *)text);
}

/* All that may make the service take us but the key and the address, which are the target. */
void
session_hold_under(struct session *s, const struct conf *conf)
{
	static const char *const env[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
	const char *ca_file = conf_get(conf, CONF_CA_FILE);
	struct sha256_ctx ctx;
	uint8_t digest[(sizeof(s->under) - 1) / 2];
	struct stat st;
	char stamp[80] = "";

	if (ca_file[0] && stat(ca_file, &st) == 0)
		snprintf(stamp, sizeof(stamp), "%lld %lld.%09ld", (long long)st.st_size,
			 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	sha256_init(&ctx);
	add(&ctx, conf_get(conf, CONF_UNIX_SOCKET));
	add(&ctx, conf_get(conf, CONF_PROXY));
	add(&ctx, ca_file);
	add(&ctx, stamp);
	for (size_t i = 0; i < ARRAY_LEN(env); i++)
		add(&ctx, getenv(env[i]) ? getenv(env[i]) : "");
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_write(s->under, digest, sizeof(digest));
}

/* --- what is in the store --- */

/* The wait in a stored time, which another process may have written under another clock. */
static void
heed_pace(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;
	struct err err;
	int64_t until_ms, wait;
	int fails;

	if (store_pace_get(s->store, s->target, &until_ms, &fails, &err))
		return; /* what comes next fails, too, and tells */
	o->fails = fails;
	if (until_ms == o->pace_seen)
		return; /* known, and counted by the clock that nobody sets */
	o->pace_seen = until_ms;
	wait = until_ms - now.wall_ms;
	if (wait > PAUSE_MAX_MS)
		wait = PAUSE_MAX_MS;
	o->pause_until = wait > 0 ? now.mono_ms + wait : 0;
}

void
session_heed(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;
	struct hold hold;
	struct err err;

	/* While the lock is ours no other process finds a new one. */
	if (o->locked && now.mono_ms < o->heed_at)
		return;
	o->heed_at = now.mono_ms + HEED_MS;
	if (store_hold_get(s->store, s->target, &hold, &err) == ERR_OK)
		o->hold = hold;
	heed_pace(s, now);
}

static enum err_code
lift(struct session *s, struct err *err)
{
	if (store_hold_lift(s->store, s->target, err))
		return err->code;
	s->out.hold = (struct hold){ .what = HOLD_NONE };
	return ERR_OK;
}

void
session_act(struct session *s)
{
	struct err err;

	if (lift(s, &err))
		return; /* the database does not take it: then it takes no claim either */
}

enum err_code
session_lift(struct session *s, struct err *err)
{
	struct outgoing *o = &s->out;

	if (lift(s, err))
		return err->code;
	if (o->pace_seen != 0 && store_pace_put(s->store, s->target, 0, o->fails, err))
		return err->code;
	o->pace_seen = 0;
	o->pause_until = 0;
	return ERR_OK;
}

enum err_code
session_lift_if_changed(struct session *s, struct err *err)
{
	if (store_hold_get(s->store, s->target, &s->out.hold, err))
		return err->code;
	if (s->out.hold.what == HOLD_NONE || strcmp(s->out.hold.under, s->under) == 0)
		return ERR_OK;
	return lift(s, err);
}

/* --- what an answer says to all rows --- */

static enum hold_what
held_by(const struct api_event *answer)
{
	switch (answer->status) {
	case 0: return HOLD_TLS;
	case 401: return HOLD_KEY;
	case 402: return HOLD_PAYMENT;
	case 403: return HOLD_FORBIDDEN;
	default: return HOLD_REDIRECT;
	}
}

static void
hold(struct session *s, const struct api_event *answer, struct now now)
{
	struct hold *h = &s->out.hold;
	struct err err;

	*h = (struct hold){
		.what = held_by(answer),
		.since_ms = now.wall_ms,
		.http = answer->status,
	};
	snprintf(h->note, sizeof(h->note), "%s", answer->err.msg);
	snprintf(h->hint, sizeof(h->hint), "%s", answer->err.hint);
	memcpy(h->under, s->under, sizeof(h->under));
	if (store_hold_put(s->store, s->target, h, &err))
		s->out.broken = err;
}

static void
pause_all(struct session *s, int64_t wait, struct now now)
{
	struct outgoing *o = &s->out;
	struct err err;

	o->pause_until = wait ? now.mono_ms + wait : 0;
	o->pace_seen = wait ? now.wall_ms + wait : 0;
	if (store_pace_put(s->store, s->target, o->pace_seen, o->fails, &err))
		o->broken = err;
}

/* Nobody answers. Those that were begun together fail together, and count once. */
static void
count_failure(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;

	if (o->pause_until > now.mono_ms)
		return;
	o->fails++;
	pause_all(s, session_delay(s, OUTBOX_EV_NOT_SENT, o->fails, -1), now);
}

/* Told to wait: never shorter than the longest wait that anybody was told. */
static void
heed_busy(struct session *s, const struct api_event *answer, struct now now)
{
	struct outgoing *o = &s->out;
	int64_t until;

	o->fails += o->pause_until <= now.mono_ms;
	until = now.mono_ms + session_delay(s, OUTBOX_EV_BUSY, o->fails, answer->retry_after_ms);
	if (until > o->asked_until)
		o->asked_until = until;
	if (until > o->pause_until)
		pause_all(s, until - now.mono_ms, now);
}

/* Somebody answers: only what was asked for in words still stands. */
static void
end_pause(struct session *s, struct now now)
{
	struct outgoing *o = &s->out;

	if (o->fails == 0)
		return;
	o->fails = 0;
	pause_all(s, o->asked_until > now.mono_ms ? o->asked_until - now.mono_ms : 0, now);
}

void
session_pace(struct session *s, enum outbox_event ev, const struct api_event *answer,
	     struct now now)
{
	if (ev == OUTBOX_EV_HOLD)
		hold(s, answer, now);
	if (ev == OUTBOX_EV_NOT_SENT)
		count_failure(s, now);
	else if (ev == OUTBOX_EV_BUSY)
		heed_busy(s, answer, now);
	else
		end_pause(s, now);
}

/* --- to be shown --- */

bool
session_hold(const struct session *s, struct hold *out)
{
	*out = s->out.hold;
	return s->out.hold.what != HOLD_NONE;
}

int64_t
session_pause_until(const struct session *s)
{
	return s->out.pause_until > 0 ? s->out.pause_until : -1;
}
