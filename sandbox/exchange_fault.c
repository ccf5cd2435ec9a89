/* exchange_fault.c - see exchange_fault.h. */
#include "config.h"

#include "sandbox/exchange_fault.h"

#include "core/clock.h"
#include "core/mem.h"
#include "sandbox/account.h"
#include "sandbox/fault.h"
#include "sandbox/fault_reply.h"
#include "sandbox/fault_wire.h"
#include "sandbox/hide.h"
#include "sandbox/record.h"
#include "sandbox/route.h"

#include <stdlib.h>
#include <string.h>

#define TARGET_MAX (64u << 10)

/* What makes others fail and shows what came neither fails nor is shown. */
static bool
is_own(const struct exchange *x)
{
	return x->route && x->route->auth == AUTH_ADMIN;
}

static const char *
given_key(const struct exchange *x)
{
	return MHD_lookup_connection_value(x->c, MHD_HEADER_KIND, "Authorization");
}

/* FNV-1a. Source: G. Fowler, L. C. Noll, K.-P. Vo, "The FNV non-cryptographic hash". */
static uint64_t
hash(const char *s)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001B3u;
	return h;
}

static enum fault_side
side(const struct exchange *x)
{
	return !x->known_key ? FAULT_ANY_KEY : x->rq.is_test ? FAULT_TEST_KEY : FAULT_LIVE_KEY;
}

bool
exchange_pick_fault(struct exchange *x, struct service *s)
{
	struct fault_request rq = { .method = x->method, .side = side(x) };
	char key[ACCOUNT_GIVEN_SIZE];
	struct fault_run *run;
	char *path;

	if (s->faults->rules.count == 0 || is_own(x))
		return false;
	path = mem_strndup(x->target, strcspn(x->target, "?"));
	rq.path = path;
	rq.key = account_key_given(given_key(x), key) ? hash(key) : 0;
	rq.now_ms = service_now(s);
	run = mem_alloc(sizeof(*run));
	if (faults_decide(s->faults, &rq, &run->plan)) {
		run->refused = x->rp.status != 200;
		x->fault = run;
		fault_request_change(&run->plan, &x->rq);
	} else {
		free(run);
	}
	free(path);
	return x->fault != NULL;
}

bool
exchange_runs(const struct exchange *x)
{
	const struct fault_effect *answer;

	if (x->rp.status != 200 || !x->fault)
		return x->rp.status == 200;
	answer = &x->fault->plan.by[FAULT_ANSWER];
	return answer->kind == FAULT_NONE || answer->after;
}

static void
note(struct exchange *x, struct service *s)
{
	static const char *const sides[] = { NULL, "test", "live" };
	bool silent = x->fault && fault_wire_is_silent(&x->fault->plan);
	char key[ACCOUNT_GIVEN_SIZE];
	struct buf target = BUF_INIT(TARGET_MAX);

	hide_keys(&target, x->target, s->own_key,
		  account_key_given(given_key(x), key) ? key : NULL);
	x->record = record_add(s->record, &(struct record_entry){
						  .at_ms = service_now(s),
						  .method = x->method,
						  .target = buf_str(&target),
						  .side = sides[side(x)],
						  .fault = x->fault ? x->fault->plan.names : NULL,
						  .status = silent ? 0 : x->rp.status,
						  .committed = x->committed,
					  });
	buf_free(&target);
}

void
exchange_conclude(struct exchange *x, struct service *s)
{
	if (is_own(x))
		return;
	if (x->fault) {
		bool reads = strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0;

		x->fault->now_ms = service_now(s);
		fault_reply_change(&x->fault->plan, &x->rq, reads, x->fault->now_ms, &x->rp);
	}
	note(x, s);
}

/* The connection's own may go before they are read. */
static void
keep_headers(struct exchange *x)
{
	const char **const at[EXCHANGE_KEPT] = { &x->rq.idempotency_key, &x->rq.content_type,
						 &x->rq.range, &x->rq.host };

	for (size_t i = 0; i < EXCHANGE_KEPT; i++)
		if (*at[i])
			*at[i] = x->kept[i] = mem_strdup(*at[i]);
}

struct exchange *
exchange_take_late(struct exchange *x)
{
	const struct fault_effect *answer = x->fault ? &x->fault->plan.by[FAULT_ANSWER] : NULL;
	struct exchange *late;

	if (!answer || answer->kind != FAULT_LATE || x->fault->refused)
		return NULL;
	late = mem_alloc(sizeof(*late));
	*late = (struct exchange){
		.route = x->route,
		.rq = x->rq,
		.rp = { .status = 200, .body = BUF_INIT(REPLY_MAX_BYTES) },
		.body = x->body,
		.record = x->record,
		.fault = mem_alloc(sizeof(*late->fault)),
	};
	keep_headers(late);
	late->fault->wake_ms = clock_mono_ms() + answer->n;
	x->rq = (struct request){ .is_test = x->rq.is_test };
	x->body = (struct buf)BUF_INIT(x->max);
	return late;
}

void
exchange_conclude_late(struct exchange *x, struct service *s)
{
	if (x->committed)
		record_commit(s->record, x->record);
	exchange_free(x);
}
