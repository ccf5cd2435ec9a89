/* wire_world.c - see wire_world.h. */
#include "config.h"

#include "tests/wire_world.h"

#include "tests/test.h"

#include "core/clock.h"

#define WAIT_MS 120000

static long
total(struct wire *x, const char *query)
{
	struct answer a;
	char target[256];
	long n;

	snprintf(target, sizeof(target), "/v1/tasks?limit=1%s", query);
	raw_must(&x->door, SANDBOX_LIVE, "GET", target, NULL, &a);
	n = strtol(raw_at(&a, "total"), NULL, 10);
	answer_free(&a);
	return n;
}

static void
begin(struct wire *x, char *dir)
{
	struct err err = ERR_INIT;
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", proxy_port(x->proxy));
	world_open(&x->w, dir, url, SANDBOX_LIVE);
	world_good(session_start(x->w.s, world_now(&x->w), &err), &err);
}

void
wire_open(struct wire *x, char *dir)
{
	int port = 0;

	memset(x, 0, sizeof(*x));
	admin_prepare();
	x->sandbox = sandbox_start(NULL, NULL);
	assert_int_equal(sscanf(sandbox_url(x->sandbox), "http://127.0.0.1:%d", &port), 1);
	x->door.port = port;
	x->proxy = proxy_start(port);
	x->before = total(x, "");
	begin(x, dir);
}

void
wire_close(struct wire *x)
{
	world_close(&x->w);
	proxy_stop(x->proxy);
	sandbox_stop(x->sandbox);
}

void
wire_restart(struct wire *x)
{
	struct world old = x->w;

	world_close(&x->w);
	begin(x, old.dir);
	x->w.skipped_ms = old.skipped_ms;
	x->w.wall_ms = old.wall_ms;
}

int64_t
wire_submit(struct wire *x)
{
	struct asked *a = &x->asked[x->asked_count++];
	struct err err = ERR_INIT;
	struct draft *d;

	assert_true(x->asked_count <= WIRE_MAX);
	snprintf(a->unique_id, sizeof(a->unique_id), "wire-%zu", x->asked_count);
	d = world_draft(WIRE_PROJECT, a->unique_id);
	world_good(session_submit(x->w.s, d, world_now(&x->w), &a->seq, &err), &err);
	draft_free(d);
	return a->seq;
}

void
wire_fault(struct wire *x, const char *method, const char *path, const char *effect, int times)
{
	char rules[512], most[32] = "";

	if (times)
		snprintf(most, sizeof(most), ",\"times\":%d", times);
	snprintf(rules, sizeof(rules),
		 "[{\"name\":\"it\",\"method\":\"%s\",\"path\":\"%s\",\"effect\":\"%s\"%s}]",
		 method, path, effect, most);
	admin_faults(&x->door, rules);
}

void
wire_clear(struct wire *x)
{
	admin_faults(&x->door, "[]");
}

static bool
take(struct wire *x, struct session_event *ev)
{
	if (!session_next(x->w.s, ev))
		return false;
	if (ev->kind == SESSION_ROW && ev->err.code)
		x->why = *ev;
	return true;
}

static void
take_all(struct wire *x)
{
	struct session_event ev;

	while (take(x, &ev))
		continue;
}

void
wire_turn(struct wire *x)
{
	take_all(x);
	world_turn(&x->w);
}

void
wire_first(struct wire *x, int64_t seq, struct session_event *ev)
{
	int64_t end = clock_mono_ms() + WAIT_MS;

	while (clock_mono_ms() < end) {
		while (take(x, ev))
			if (ev->kind == SESSION_ROW && ev->seq == seq &&
			    (ev->err.code ||
			     (ev->status != TASK_QUEUED && ev->status != TASK_SENDING)))
				return;
		world_turn(&x->w);
	}
	fail_msg("nothing comes of row %lld", (long long)seq);
}

void
wire_row(struct wire *x, int64_t seq, struct outbox_row *r)
{
	struct err err = ERR_INIT;

	outbox_row_init(r);
	world_good(store_outbox_get(x->w.store, seq, r, &err), &err);
}

static size_t
open_rows(struct wire *x)
{
	size_t n = 0;

	for (size_t i = 0; i < x->asked_count; i++) {
		struct outbox_row r;

		wire_row(x, x->asked[i].seq, &r);
		n += r.state == OUTBOX_QUEUED || r.state == OUTBOX_SENDING ||
		     r.state == OUTBOX_UNCONFIRMED;
		outbox_row_done(&r);
	}
	return n;
}

void
wire_work_off(struct wire *x)
{
	int64_t end = clock_mono_ms() + WAIT_MS;

	while (session_busy(x->w.s) || open_rows(x) > 0) {
		int wait = session_timeout(x->w.s, world_now(&x->w).mono_ms);

		if (clock_mono_ms() > end || (!session_busy(x->w.s) && wait < 0))
			fail_msg("%zu rows stay open: %s", open_rows(x), x->why.err.msg);
		if (!session_busy(x->w.s) && wait > 0)
			x->w.skipped_ms += wait;
		wire_turn(x);
	}
	take_all(x);
}

size_t
wire_posts(struct wire *x, size_t *made)
{
	struct answer a;
	size_t n = 0, good = 0;
	char at[64];

	admin_call(&x->door, "GET", "/_sandbox/requests?limit=1000&path=" WIRE_CREATE, NULL, &a);
	for (;; n++) {
		snprintf(at, sizeof(at), "requests.%zu.number", n);
		if (strcmp(raw_at(&a, at), "-") == 0)
			break;
		snprintf(at, sizeof(at), "requests.%zu.committed", n);
		good += strcmp(raw_at(&a, at), "true") == 0;
	}
	answer_free(&a);
	if (made)
		*made = good;
	return n;
}

long
wire_found(struct wire *x, const char *unique_id)
{
	char query[80];

	snprintf(query, sizeof(query), "&unique_id=%s", unique_id);
	return total(x, query);
}

static void
same_on_both_sides(struct wire *x, const struct asked *asked, const char *what)
{
	struct outbox_row r;
	struct answer a;
	char target[128];

	wire_row(x, asked->seq, &r);
	if (r.state != OUTBOX_ACCEPTED)
		fail_msg("%s: %s is %s: %s", what, asked->unique_id, outbox_state_name(r.state),
			 r.note);
	snprintf(target, sizeof(target), "/v1/tasks?unique_id=%s", asked->unique_id);
	raw_must(&x->door, SANDBOX_LIVE, "GET", target, NULL, &a);
	if (strcmp(raw_at(&a, "total"), "1") != 0 ||
	    strcmp(raw_at(&a, "docs.0.task_id"), r.task_id) != 0)
		fail_msg("%s: %s is task %s here; there: %s", what, asked->unique_id, r.task_id,
			 a.body);
	answer_free(&a);
	outbox_row_done(&r);
}

void
wire_promise(struct wire *x, const char *what)
{
	long now;

	wire_clear(x);
	for (size_t i = 0; i < x->asked_count; i++)
		same_on_both_sides(x, &x->asked[i], what);
	now = total(x, "");
	if (now - x->before != (long)x->asked_count)
		fail_msg("%s: %zu tasks were asked for, %ld were made", what, x->asked_count,
			 now - x->before);
}
