/* admin.c - /_sandbox/...: what only the sandbox has. It makes the service fail, shows what
 * the service saw, and moves its clock. Opened by the admin token alone (exchange.c). */
#include "config.h"

#include "sandbox/admin.h"

#include "core/clock.h"
#include "core/mem.h"
#include "core/random.h"
#include "sandbox/body.h"
#include "sandbox/db.h"
#include "sandbox/fault.h"
#include "sandbox/life.h"
#include "sandbox/out.h"
#include "sandbox/record.h"
#include "sandbox/route.h"
#include "sandbox/story.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_BYTES  16
#define REQUESTS_MAX 1000                                    /* of one reply */
#define AHEAD_MAX    (INT64_C(100) * 366 * 24 * 3600 * 1000) /* ms: a hundred years */

struct admin { /* of a service: what its pointers point to */
	struct faults faults;
	char token[2 * TOKEN_BYTES + 1];
};

enum err_code
admin_open(struct service *s, const char *story, bool tls, struct err *err)
{
	struct admin *a = mem_alloc(sizeof(*a));
	struct fault_rules rules = { .at = NULL };
	const char *given = getenv("MULTISTAGE_SANDBOX_ADMIN");

	random_hex(a->token, TOKEN_BYTES);
	a->faults.tls = tls;
	s->faults = &a->faults;
	s->admin_token = given && *given ? given : a->token;
	s->record = record_new(RECORD_MAX);
	if (story && story_read(story, &rules, err) == ERR_OK)
		(void)!faults_replace(&a->faults, &rules, s->now_ms, err);
	fault_rules_free(&rules);
	return err->code;
}

void
admin_close(struct service *s)
{
	if (!s->faults)
		return;
	fault_rules_free(&s->faults->rules);
	free(s->faults); /* the first member */
	record_free(s->record);
}

/* --- faults --- */

static void
show_faults(struct service *s, struct reply *rp)
{
	out_open(&rp->body, NULL, '{');
	fault_rules_out(&s->faults->rules, &rp->body, "faults");
	out_close(&rp->body, '}');
}

void
admin_faults_get(struct service *s, const struct request *rq, struct reply *rp)
{
	(void)rq;
	show_faults(s, rp);
}

void
admin_faults_set(struct service *s, const struct request *rq, struct reply *rp)
{
	struct fault_rules rules = { .at = NULL };
	struct err err = ERR_INIT;
	bool many;

	if (fault_rules_parse(&rules, rq->body, rq->body_len, &s->faults->unnamed, &many, &err) ==
	    ERR_OK) {
		if (many)
			(void)!faults_replace(s->faults, &rules, s->now_ms, &err);
		else
			(void)!faults_put(s->faults, &rules, s->now_ms, &err);
	}
	fault_rules_free(&rules);
	if (err.code)
		reply_error(rp, 400, "%s%s%s", err.msg, *err.hint ? "; " : "", err.hint);
	else
		show_faults(s, rp);
}

void
admin_faults_clear(struct service *s, const struct request *rq, struct reply *rp)
{
	(void)rq;
	fault_rules_free(&s->faults->rules);
	show_faults(s, rp);
}

/* --- requests --- */

void
admin_requests_get(struct service *s, const struct request *rq, struct reply *rp)
{
	int64_t since = 0, limit = REQUESTS_MAX;

	if (request_number(rq, "since", 0, INT64_MAX / 2, &since, rp) &&
	    request_number(rq, "limit", 1, REQUESTS_MAX, &limit, rp))
		record_out(s->record, since, request_query(rq, "path"), limit, &rp->body);
}

void
admin_requests_clear(struct service *s, const struct request *rq, struct reply *rp)
{
	(void)rq;
	record_clear(s->record);
	record_out(s->record, 0, NULL, 1, &rp->body);
}

/* --- the clock --- */

static void
show_clock(struct service *s, struct reply *rp)
{
	out_open(&rp->body, NULL, '{');
	out_time(&rp->body, "now", s->now_ms);
	out_int(&rp->body, "ahead_ms", s->ahead_ms);
	out_close(&rp->body, '}');
}

void
admin_clock_get(struct service *s, const struct request *rq, struct reply *rp)
{
	(void)rq;
	show_clock(s, rp);
}

/* "90s", "2h", "-1d", "250ms". */
static bool
read_span(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "ms", 1 },      { "s", 1000 },     { "m", 60000 },
		      { "h", 3600000 }, { "d", 86400000 }, { "w", 604800000 } };
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno || end == text)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(end, units[i].unit) == 0 && llabs(n) <= AHEAD_MAX / units[i].ms) {
			*ms = n * units[i].ms;
			return true;
		}
	return false;
}

/* Where the clock shall stand: one of the three ways to say it. */
static void
read_ahead(struct body *b, const struct service *s, int64_t *ahead)
{
	const char *advance = body_text(b, "advance"), *now = body_text(b, "now");
	bool has_ahead = body_has(b, "ahead_ms");
	int64_t ms = 0;

	*ahead = body_number(b, "ahead_ms", 0);
	if ((advance != NULL) + (now != NULL) + has_ahead != 1)
		body_bad(b, "one of \"ahead_ms\", \"advance\" and \"now\" is required");
	else if (advance && !read_span(advance, &ms))
		body_bad(b, "\"advance\" must be a span such as 90s, 2h or 1d");
	else if (now && !clock_parse(now, &ms))
		body_bad(b, "\"now\" must be a valid ISO 8601 date");
	if (advance)
		*ahead = s->ahead_ms + ms;
	if (now)
		*ahead = s->ahead_ms + ms - s->now_ms;
	if (*ahead < -AHEAD_MAX || *ahead > AHEAD_MAX)
		body_bad(b, "the clock moves by a hundred years at most");
}

void
admin_clock_set(struct service *s, const struct request *rq, struct reply *rp)
{
	struct body b;
	int64_t ahead = 0;

	if (body_open(&b, rq->body, rq->body_len, json_type_object))
		read_ahead(&b, s, &ahead);
	if (b.has_bad) {
		reply_error(rp, 400, "%s", b.bad);
	} else {
		sqlite3_stmt *st = db_query(s->db, "UPDATE clock SET ahead_ms = ?1");

		db_int(st, 1, ahead);
		db_run(s->db, st);
		s->now_ms += ahead - s->ahead_ms;
		s->ahead_ms = ahead;
		life_advance(s);
		show_clock(s, rp);
	}
	body_close(&b);
}
