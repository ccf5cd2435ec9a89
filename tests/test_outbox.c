/* test_outbox.c - never twice, never lost: the machine is walked through every
 * order of events up to WALK deep, with a model beside it that knows the truth. */
#include "config.h"

#include "tests/test.h"

#include "core/outbox.h"

#define WALK 6

/* What a witness at the wire would know. */
struct truth {
	bool in_flight; /* a POST is out and nobody has said how it ended */
	bool doubtful;  /* a POST ended, or was forgotten, without a trusted no */
	bool seen;      /* CREATED or FOUND came */
};

static enum outbox_event path[WALK];
static long posts, steps, accepts, rejects;

static void
broken(const char *what, size_t depth)
{
	fprintf(stderr, "# events:");
	for (size_t i = 0; i <= depth; i++)
		fprintf(stderr, " %d", (int)path[i]);
	fprintf(stderr, "\n");
	fail_msg("%s", what);
}

/* The event as it is at the wire, before the machine answers. An answer that
 * comes while nothing is in flight tells nothing. */
static void
happen(struct truth *t, enum outbox_event ev)
{
	switch (ev) {
	case OUTBOX_EV_NOT_SENT:
	case OUTBOX_EV_REFUSED:
	case OUTBOX_EV_HOLD:
	case OUTBOX_EV_BUSY: t->in_flight = false; break;
	case OUTBOX_EV_UNCLEAR:
	case OUTBOX_EV_CONFLICT:
	case OUTBOX_EV_START:
	case OUTBOX_EV_ABANDON:
		t->doubtful = t->doubtful || t->in_flight;
		t->in_flight = false;
		break;
	case OUTBOX_EV_CREATED:
	case OUTBOX_EV_FOUND:
		t->in_flight = false;
		t->seen = true;
		break;
	case OUTBOX_EV_DUE:
	case OUTBOX_EV_ABSENT:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EVENT_COUNT: break;
	}
}

static void
judge(const struct outbox_now *was, const struct outbox_step *is, const struct truth *t,
      enum outbox_event ev, size_t depth)
{
	bool looked = ev == OUTBOX_EV_ABSENT && was->quiet_ms >= OUTBOX_GATE_MS;

	if (is->action == OUTBOX_POST) {
		posts++;
		if (t->in_flight)
			broken("two POSTs at once", depth);
		if (is->state != OUTBOX_SENDING)
			broken("a POST from a row that is not claimed", depth);
		if (was->state != OUTBOX_QUEUED && was->state != OUTBOX_UNCONFIRMED)
			broken("a POST of a row that is not due", depth);
		if (ev != OUTBOX_EV_DUE && ev != OUTBOX_EV_ABSENT)
			broken("a POST that nothing asked for", depth);
		if ((t->doubtful || was->ambiguous) && !looked)
			broken("a POST in doubt without a look-up and the gate", depth);
	}
	if (is->state == OUTBOX_SENDING && was->state != OUTBOX_SENDING &&
	    is->action != OUTBOX_POST)
		broken("claimed without a POST", depth);
	if (is->state == OUTBOX_ACCEPTED && !t->seen)
		broken("accepted without proof", depth);
	if (t->seen && is->state != OUTBOX_ACCEPTED && is->state != OUTBOX_REJECTED)
		broken("proof was not believed", depth);
	if (is->state == OUTBOX_REJECTED && t->doubtful)
		broken("rejected in doubt", depth);
	if (is->state == OUTBOX_REJECTED && is->ambiguous)
		broken("rejected and ambiguous", depth);
	if (t->doubtful && !is->ambiguous && is->state != OUTBOX_ACCEPTED)
		broken("a doubt was forgotten", depth);
	if (is->state == OUTBOX_UNCONFIRMED && is->action == OUTBOX_NOTHING)
		broken("a doubt that nobody clears up", depth);
	if ((was->state == OUTBOX_ACCEPTED || was->state == OUTBOX_REJECTED) &&
	    (is->state != was->state || is->action != OUTBOX_NOTHING))
		broken("an end that was not the end", depth);
	if (was->state == OUTBOX_ABANDONED && is->state != OUTBOX_ABANDONED &&
	    is->state != OUTBOX_ACCEPTED)
		broken("abandoned and alive again", depth);
	accepts += is->state == OUTBOX_ACCEPTED;
	rejects += is->state == OUTBOX_REJECTED;
}

/* After a rejection nothing can be proven any more: no POST was in doubt. */
static bool
possible(const struct outbox_now *now, const struct truth *t, enum outbox_event ev)
{
	if (ev == OUTBOX_EV_CREATED)
		return t->in_flight || t->doubtful;
	if (ev == OUTBOX_EV_FOUND)
		return (t->in_flight || t->doubtful) && now->state != OUTBOX_REJECTED;
	return true;
}

static void
walk(const struct outbox_now *now, const struct truth *truth, size_t depth)
{
	for (int e = 0; e < OUTBOX_EVENT_COUNT; e++) {
		enum outbox_event ev = (enum outbox_event)e;

		if (!possible(now, truth, ev))
			continue;
		path[depth] = ev;
		/* Time only matters to a look-up that found nothing. */
		for (int late = 0; late <= (ev == OUTBOX_EV_ABSENT); late++) {
			struct outbox_now was = *now, next;
			struct truth t = *truth;
			struct outbox_step is;

			was.quiet_ms = late ? OUTBOX_GATE_MS : OUTBOX_GATE_MS - 1;
			happen(&t, ev);
			is = outbox_next(&was, ev);
			steps++;
			judge(&was, &is, &t, ev, depth);
			next = was;
			next.state = is.state;
			next.ambiguous = is.ambiguous;
			if (is.action == OUTBOX_POST) {
				next.attempt++;
				t.in_flight = true;
			}
			if (depth + 1 < WALK)
				walk(&next, &t, depth + 1);
		}
	}
}

static void
no_order_of_events_breaks_the_promise(void **state)
{
	struct outbox_now now = { .state = OUTBOX_QUEUED };
	struct truth truth = { .in_flight = false };

	(void)state;
	walk(&now, &truth, 0);
	/* The walk has been somewhere. */
	assert_true(steps > 1000000 && posts > 1000 && accepts > 1000 && rejects > 1000);
}

static void
the_plain_ways_end_as_they_should(void **state)
{
	static const struct {
		enum outbox_event ev[WALK];
		size_t n;
		int64_t quiet_ms;
		enum outbox_state end;
		enum outbox_action action;
	} rows[] = {
		{ { OUTBOX_EV_DUE }, 1, 0, OUTBOX_SENDING, OUTBOX_POST },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_CREATED }, 2, 0, OUTBOX_ACCEPTED, OUTBOX_NOTHING },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_REFUSED }, 2, 0, OUTBOX_REJECTED, OUTBOX_NOTHING },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_NOT_SENT }, 2, 0, OUTBOX_QUEUED, OUTBOX_WAIT },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_HOLD }, 2, 0, OUTBOX_QUEUED, OUTBOX_WAIT },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_BUSY }, 2, 0, OUTBOX_QUEUED, OUTBOX_WAIT },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_CONFLICT }, 2, 0, OUTBOX_UNCONFIRMED, OUTBOX_LOOK_UP },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR }, 2, 0, OUTBOX_UNCONFIRMED, OUTBOX_WAIT },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_START }, 2, 0, OUTBOX_UNCONFIRMED, OUTBOX_LOOK_UP },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR, OUTBOX_EV_DUE },
		  3,
		  0,
		  OUTBOX_UNCONFIRMED,
		  OUTBOX_LOOK_UP },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR, OUTBOX_EV_FOUND },
		  3,
		  0,
		  OUTBOX_ACCEPTED,
		  OUTBOX_NOTHING },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR, OUTBOX_EV_ABSENT },
		  3,
		  OUTBOX_GATE_MS - 1,
		  OUTBOX_UNCONFIRMED,
		  OUTBOX_WAIT },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR, OUTBOX_EV_ABSENT },
		  3,
		  OUTBOX_GATE_MS,
		  OUTBOX_SENDING,
		  OUTBOX_POST },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_UNCLEAR, OUTBOX_EV_ABSENT, OUTBOX_EV_REFUSED },
		  4,
		  OUTBOX_GATE_MS,
		  OUTBOX_UNCONFIRMED,
		  OUTBOX_LOOK_UP },
		{ { OUTBOX_EV_DUE, OUTBOX_EV_ABANDON, OUTBOX_EV_CREATED },
		  3,
		  0,
		  OUTBOX_ACCEPTED,
		  OUTBOX_NOTHING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outbox_now now = { .state = OUTBOX_QUEUED, .quiet_ms = rows[i].quiet_ms };
		struct outbox_step is = { .state = OUTBOX_QUEUED };

		for (size_t k = 0; k < rows[i].n; k++) {
			is = outbox_next(&now, rows[i].ev[k]);
			now.state = is.state;
			now.ambiguous = is.ambiguous;
		}
		if (is.state != rows[i].end || is.action != rows[i].action)
			fail_msg("row %zu: state %s, action %d", i, outbox_state_name(is.state),
				 (int)is.action);
	}
}

static void
each_answer_is_the_event_of_the_table(void **state)
{
	static char ours[] = "ms-1", other[] = "ms-2", id[] = "65a6f0c51c9d4400a1b2c3d4",
		    none[] = "";
	static const struct {
		long status;
		enum err_code code;
		bool left;
		const char *task_id, *unique_id;
		enum outbox_event want;
	} rows[] = {
		{ 200, ERR_OK, true, id, ours, OUTBOX_EV_CREATED },
		{ 201, ERR_OK, true, id, none, OUTBOX_EV_CREATED },
		{ 200, ERR_OK, true, id, other, OUTBOX_EV_UNCLEAR },
		{ 200, ERR_OK, true, none, ours, OUTBOX_EV_UNCLEAR },
		{ 200, ERR_PARSE, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 200, ERR_UNCONFIRMED, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 0, ERR_NET, false, NULL, NULL, OUTBOX_EV_NOT_SENT },
		{ 0, ERR_INTERRUPTED, false, NULL, NULL, OUTBOX_EV_NOT_SENT },
		{ 0, ERR_INTERRUPTED, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 0, ERR_UNCONFIRMED, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 301, ERR_API, true, NULL, NULL, OUTBOX_EV_HOLD },
		{ 307, ERR_API, true, NULL, NULL, OUTBOX_EV_HOLD },
		{ 400, ERR_API, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 400, ERR_UNCONFIRMED, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 400, ERR_TOO_BIG, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 401, ERR_AUTH, true, NULL, NULL, OUTBOX_EV_HOLD },
		{ 402, ERR_API, true, NULL, NULL, OUTBOX_EV_HOLD },
		{ 403, ERR_AUTH, true, NULL, NULL, OUTBOX_EV_HOLD },
		{ 404, ERR_NOT_FOUND, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 405, ERR_API, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 408, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 409, ERR_CONFLICT, true, NULL, NULL, OUTBOX_EV_CONFLICT },
		{ 413, ERR_API, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 415, ERR_API, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 418, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 422, ERR_API, true, NULL, NULL, OUTBOX_EV_REFUSED },
		{ 425, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 429, ERR_BUSY, true, NULL, NULL, OUTBOX_EV_BUSY },
		{ 500, ERR_UNCONFIRMED, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 503, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 999, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
		{ 101, ERR_API, true, NULL, NULL, OUTBOX_EV_UNCLEAR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct task task = { .task_id = none, .unique_id = none };
		struct api_event ev = { .status = rows[i].status,
					.left = rows[i].left,
					.err.code = rows[i].code,
					.retry_after_ms = -1 };
		char task_id[32], unique_id[32];

		if (rows[i].task_id) {
			snprintf(task_id, sizeof(task_id), "%s", rows[i].task_id);
			snprintf(unique_id, sizeof(unique_id), "%s", rows[i].unique_id);
			task.task_id = task_id;
			task.unique_id = unique_id;
			ev.reply = (struct reply){ .kind = REPLY_TASK,
						   .tasks = &task,
						   .task_count = 1 };
		}
		if (outbox_classify(&ev, ours) != rows[i].want)
			fail_msg("row %zu: status %ld gives event %d", i, rows[i].status,
				 (int)outbox_classify(&ev, ours));
	}
	/* no certificate that proves the service: a later try is no better */
	struct api_event tls = { .untrusted = true, .err.code = ERR_NET, .retry_after_ms = -1 };

	assert_int_equal(outbox_classify(&tls, ours), OUTBOX_EV_HOLD);
	tls.left = true;
	assert_int_equal(outbox_classify(&tls, ours), OUTBOX_EV_UNCLEAR);
}

static void
waits_grow_and_keep_within_their_bounds(void **state)
{
	(void)state;
	for (int e = 0; e < OUTBOX_EVENT_COUNT; e++) {
		enum outbox_event ev = (enum outbox_event)e;

		for (int n = -1; n < 100; n++)
			for (unsigned jitter = 0; jitter < 2000; jitter += 333) {
				int64_t ms = outbox_delay_ms(ev, n, -1, jitter);

				if (ms < 1000 || ms > 900000)
					fail_msg("event %d, try %d: %lld ms", e, n, (long long)ms);
			}
		for (int n = 1; n < 20; n++)
			if (n != 3) /* the fixed first steps end here */
				assert_true(outbox_delay_ms(ev, n, -1, 999) <=
					    outbox_delay_ms(ev, n + 1, -1, 999));
	}
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_UNCLEAR, 1, -1, 999), 5000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_ABSENT, 3, -1, 999), 45000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_CONFLICT, 1, -1, 999), 2000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_NOT_SENT, 50, -1, 999), 900000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_NOT_SENT, 50, -1, 0), 1000); /* full jitter */
	assert_in_range(outbox_delay_ms(OUTBOX_EV_NOT_SENT, 50, -1, 500), 449000, 451000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_UNCLEAR, 2, -1, 0), 7500); /* half of it */
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_BUSY, 1, 0, 0), 1000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_BUSY, 9, 30000, 0), 30000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_BUSY, 1, INT64_MAX, 999), 3600000);
}

static void
every_state_has_its_own_name(void **state)
{
	(void)state;
	for (int a = 0; a < OUTBOX_STATE_COUNT; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(outbox_state_name((enum outbox_state)a),
						outbox_state_name((enum outbox_state)b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_order_of_events_breaks_the_promise),
		cmocka_unit_test(the_plain_ways_end_as_they_should),
		cmocka_unit_test(each_answer_is_the_event_of_the_table),
		cmocka_unit_test(waits_grow_and_keep_within_their_bounds),
		cmocka_unit_test(every_state_has_its_own_name),
	};
	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
