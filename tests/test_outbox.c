/* test_outbox.c - never twice, never lost: the machine is walked through every order of events
 * up to DEEP, from every place a row can be at, with a model beside it that knows the truth. */
#include "config.h"

#include "tests/test.h"

#include "core/outbox.h"

#define DEEP  6
#define NODES 20000

/* What a witness at the wire would know. */
struct truth {
	bool in_flight; /* a POST is out and nobody has said how it ended */
	bool doubtful;  /* a POST ended, or was forgotten, without a trusted no */
	bool claimed;   /* the service said that the id is in use */
	bool seen;      /* CREATED or FOUND came, or a person linked it */
};

/*
 * A place: how the row and the truth stand. Judging a step asks for nothing else, so orders
 * of events that meet in one place go on as one, and are counted.
 */
struct node {
	struct outbox_now now; /* looks and quiet_ms: as the event has it */
	struct truth truth;
	uint64_t orders[DEEP + 1]; /* of so many events that end here */
	size_t from;               /* one way here; itself for a start */
	enum outbox_event by;
};

/* How much time has gone by when an event comes: nothing, the gate, the grace time. */
static const struct {
	int64_t quiet_ms;
	int looks;
} times[] = {
	{ OUTBOX_GATE_MS - 1, 1 },
	{ OUTBOX_GATE_MS, 1 },
	{ OUTBOX_GRACE_MS, OUTBOX_GRACE_LOOKS - 1 },
	{ OUTBOX_GRACE_MS - 1, OUTBOX_GRACE_LOOKS },
	{ OUTBOX_GRACE_MS, OUTBOX_GRACE_LOOKS },
};

static struct node *nodes;
static size_t node_count;
static uint64_t steps, posts, ends[OUTBOX_STATE_COUNT];

static void
trace(size_t at)
{
	const struct outbox_now *n = &nodes[at].now;

	if (nodes[at].from != at) {
		trace(nodes[at].from);
		fprintf(stderr, "# %s\n", outbox_event_name(nodes[at].by));
	}
	fprintf(stderr, "#   %s%s%s%s%s%s\n", outbox_state_name(n->state),
		n->ambiguous ? " in doubt" : "", n->owned ? " owned" : "",
		n->refused ? " refused" : "", n->weak ? " weak" : "", n->wish ? " wish" : "");
}

static void
broken(const char *what, size_t at, enum outbox_event ev)
{
	trace(at);
	fprintf(stderr, "# %s\n", outbox_event_name(ev));
	fail_msg("%s", what);
}

/* Can this come? An answer needs a POST, a look-up a row that is looked up. */
static bool
possible(const struct node *n, enum outbox_event ev)
{
	const struct truth *t = &n->truth;

	if (ev == OUTBOX_EV_CREATED)
		return t->in_flight || t->doubtful;
	if (ev == OUTBOX_EV_FOUND)
		return (t->in_flight || t->doubtful || t->claimed) &&
		       n->now.state != OUTBOX_REJECTED;
	return true;
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
	case OUTBOX_EV_CONFLICT:
		t->claimed = t->claimed || t->in_flight;
		t->in_flight = false;
		break;
	case OUTBOX_EV_UNCLEAR:
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
	case OUTBOX_EV_STRANGER:
	case OUTBOX_EV_ABSENT:
	case OUTBOX_EV_LOOKUP_FAILED:
	case OUTBOX_EV_RESEND:
	case OUTBOX_EV_LINK:
	case OUTBOX_EV_EDIT:
	case OUTBOX_EV_CANCEL:
	case OUTBOX_EVENT_COUNT: break;
	}
}

/* The row after the step, as the session writes it; the truth with it. */
static void
follow(const struct outbox_now *was, enum outbox_event ev, const struct outbox_step *is,
       struct outbox_now *now, struct truth *t)
{
	bool sending = was->state == OUTBOX_SENDING;

	*now = *was;
	now->state = is->state;
	now->ambiguous = is->ambiguous;
	if (sending && is->state != OUTBOX_SENDING)
		now->refused = ev == OUTBOX_EV_REFUSED;
	if (ev == OUTBOX_EV_STRANGER && was->state == OUTBOX_UNCONFIRMED)
		now->owned = true;
	if (ev == OUTBOX_EV_CANCEL &&
	    (is->state == OUTBOX_SENDING || is->state == OUTBOX_UNCONFIRMED))
		now->wish = true;
	if (ev == OUTBOX_EV_LINK && is->state == OUTBOX_ACCEPTED)
		t->seen = true;
	if (is->action == OUTBOX_POST) {
		t->in_flight = true;
		now->refused = false;
	}
	if (ev == OUTBOX_EV_ABSENT && is->state == OUTBOX_REJECTED)
		t->doubtful = false; /* as good as known: the grace time is over */
	if (ev == OUTBOX_EV_EDIT && is->state != was->state) { /* other bytes: a row anew */
		*t = (struct truth){ .in_flight = false };
		*now = (struct outbox_now){ .state = is->state, .weak = was->weak };
	}
}

static const char *
judge_post(const struct outbox_now *was, const struct outbox_step *is, const struct truth *t,
	   enum outbox_event ev)
{
	bool gate = was->quiet_ms >= OUTBOX_GATE_MS &&
		    (ev == OUTBOX_EV_ABSENT || ev == OUTBOX_EV_RESEND);

	if (t->in_flight)
		return "I3: two POSTs at once";
	if (is->state != OUTBOX_SENDING)
		return "I3: a POST of a row that is not claimed";
	if (was->state != OUTBOX_QUEUED && was->state != OUTBOX_UNCONFIRMED)
		return "I1: a POST of a row that is not queued";
	if (ev != OUTBOX_EV_DUE && ev != OUTBOX_EV_ABSENT && ev != OUTBOX_EV_RESEND)
		return "a POST that nothing asked for";
	if ((t->doubtful || t->claimed || was->ambiguous) && !gate)
		return "I5: a POST in doubt without a look-up and the gate";
	if (was->weak && ev == OUTBOX_EV_ABSENT)
		return "a POST by itself, although the id may have been given back";
	if (was->owned)
		return "a POST with an id that is another task's";
	if (was->wish)
		return "a POST of what is to be canceled";
	if (was->refused && ev == OUTBOX_EV_ABSENT)
		return "a POST by itself of what was refused";
	if ((t->doubtful || t->claimed) && !is->ambiguous)
		return "a POST that forgets the doubt";
	return NULL;
}

static const char *
judge_end(const struct outbox_now *was, const struct outbox_step *is, const struct truth *t,
	  enum outbox_event ev)
{
	bool long_ago = ev == OUTBOX_EV_ABSENT && was->quiet_ms >= OUTBOX_GRACE_MS &&
			was->looks >= OUTBOX_GRACE_LOOKS && !was->weak;

	if (is->state == OUTBOX_ACCEPTED && !t->seen && !(ev == OUTBOX_EV_LINK && was->owned))
		return "I4: accepted without proof";
	if (t->seen && is->state != OUTBOX_ACCEPTED && is->state != OUTBOX_REJECTED)
		return "I4: proof was not believed";
	if (is->state == OUTBOX_REJECTED && is->ambiguous)
		return "I6: rejected and ambiguous";
	if (is->state == OUTBOX_REJECTED && was->state != OUTBOX_REJECTED) {
		if (t->doubtful && !(long_ago && was->refused))
			return "I6: rejected in doubt";
		if (ev != OUTBOX_EV_REFUSED && ev != OUTBOX_EV_STRANGER && !long_ago)
			return "I6: rejected without a no";
	}
	if (ev == OUTBOX_EV_ABSENT && is->state != was->state && is->action != OUTBOX_POST &&
	    !long_ago)
		return "I5: absence was taken as proof";
	if ((was->state == OUTBOX_ACCEPTED || was->state == OUTBOX_REJECTED) &&
	    is->state != was->state && ev != OUTBOX_EV_EDIT && ev != OUTBOX_EV_LINK)
		return "an end that was not the end";
	if (was->state == OUTBOX_ACCEPTED &&
	    (is->state != was->state || is->action != OUTBOX_NOTHING))
		return "accepted, and not left alone";
	if (was->state == OUTBOX_ABANDONED && is->state != was->state &&
	    is->state != OUTBOX_ACCEPTED)
		return "abandoned and alive again";
	return NULL;
}

static const char *
judge(const struct outbox_now *was, const struct outbox_step *is, const struct truth *t,
      enum outbox_event ev)
{
	const char *bad = is->action == OUTBOX_POST ? judge_post(was, is, t, ev) : NULL;

	if (!bad)
		bad = judge_end(was, is, t, ev);
	if (bad)
		return bad;
	if (is->state == OUTBOX_SENDING && was->state != OUTBOX_SENDING &&
	    is->action != OUTBOX_POST)
		return "claimed without a POST";
	if (ev == OUTBOX_EV_EDIT && is->state != was->state &&
	    (was->state != OUTBOX_REJECTED || was->ambiguous || is->state != OUTBOX_QUEUED))
		return "I2, I7: edited while it may be on its way";
	if (ev == OUTBOX_EV_CANCEL && is->state != was->state && was->state != OUTBOX_QUEUED)
		return "I7: canceled as if it had not been sent";
	if (t->doubtful && !is->ambiguous && is->state != OUTBOX_ACCEPTED &&
	    is->state != OUTBOX_REJECTED)
		return "a doubt was forgotten";
	if (is->state == OUTBOX_UNCONFIRMED && is->action == OUTBOX_NOTHING && !was->owned &&
	    ev != OUTBOX_EV_STRANGER && ev != OUTBOX_EV_RESEND && ev != OUTBOX_EV_LINK &&
	    ev != OUTBOX_EV_EDIT)
		return "a doubt that nobody clears up";
	return NULL;
}

/* --- the walk --- */

static bool
same(const struct outbox_now *a, const struct truth *s, const struct node *n)
{
	const struct outbox_now *b = &n->now;
	const struct truth *t = &n->truth;

	return a->state == b->state && a->ambiguous == b->ambiguous && a->owned == b->owned &&
	       a->refused == b->refused && a->weak == b->weak && a->wish == b->wish &&
	       s->in_flight == t->in_flight && s->doubtful == t->doubtful &&
	       s->claimed == t->claimed && s->seen == t->seen;
}

static size_t
node_at(const struct outbox_now *now, const struct truth *t, size_t from, enum outbox_event by)
{
	for (size_t i = 0; i < node_count; i++)
		if (same(now, t, &nodes[i]))
			return i;
	assert_true(node_count < NODES);
	nodes[node_count] = (struct node){ .now = *now, .truth = *t, .from = from, .by = by };
	return node_count++;
}

/* Every place a row can be at, as a start has it from the store. */
static void
start_everywhere(void)
{
	static const struct {
		struct outbox_now now;
		struct truth truth;
	} starts[] = {
		{ { .state = OUTBOX_QUEUED }, { .in_flight = false } },
		{ { .state = OUTBOX_SENDING }, { .in_flight = true } },
		{ { .state = OUTBOX_SENDING, .ambiguous = true },
		  { .in_flight = true, .doubtful = true } },
		{ { .state = OUTBOX_UNCONFIRMED }, { .claimed = true } },
		{ { .state = OUTBOX_UNCONFIRMED, .ambiguous = true }, { .doubtful = true } },
		{ { .state = OUTBOX_UNCONFIRMED, .ambiguous = true, .refused = true },
		  { .doubtful = true } },
		{ { .state = OUTBOX_UNCONFIRMED, .ambiguous = true, .owned = true },
		  { .doubtful = true, .claimed = true } },
		{ { .state = OUTBOX_ACCEPTED }, { .seen = true } },
		{ { .state = OUTBOX_ACCEPTED, .ambiguous = true }, { .seen = true } },
		{ { .state = OUTBOX_REJECTED, .refused = true }, { .in_flight = false } },
		{ { .state = OUTBOX_REJECTED, .owned = true }, { .claimed = true } },
		{ { .state = OUTBOX_ABANDONED }, { .in_flight = false } },
		{ { .state = OUTBOX_ABANDONED, .ambiguous = true }, { .doubtful = true } },
	};

	for (size_t i = 0; i < ARRAY_LEN(starts) * 4; i++) {
		struct outbox_now now = starts[i / 4].now;
		size_t at = node_count;

		now.weak = i & 1;
		now.wish = i & 2;
		assert_int_equal(node_at(&now, &starts[i / 4].truth, at, OUTBOX_EV_START), at);
		nodes[at].orders[0] = 1;
	}
}

/* Orders that come to node at with depth events go on by ev. */
static void
go(size_t at, size_t depth, enum outbox_event ev)
{
	uint64_t orders = nodes[at].orders[depth];

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct outbox_now was = nodes[at].now, now;
		struct truth t = nodes[at].truth;
		struct outbox_step is;
		const char *bad;

		if (i > 0 && ev != OUTBOX_EV_ABSENT && ev != OUTBOX_EV_RESEND)
			break; /* time matters to these only */
		was.quiet_ms = times[i].quiet_ms;
		was.looks = times[i].looks;
		happen(&t, ev);
		is = outbox_next(&was, ev);
		bad = judge(&was, &is, &t, ev);
		if (bad)
			broken(bad, at, ev);
		follow(&was, ev, &is, &now, &t);
		nodes[node_at(&now, &t, at, ev)].orders[depth + 1] += orders;
		steps += orders;
		posts += is.action == OUTBOX_POST ? orders : 0;
		ends[is.state] += orders;
	}
}

static void
no_order_of_events_breaks_the_promise(void **state)
{
	(void)state;
	nodes = calloc(NODES, sizeof(*nodes));
	assert_non_null(nodes);
	start_everywhere();
	for (size_t depth = 0; depth < DEEP; depth++)
		for (size_t at = 0, n = node_count; at < n; at++)
			for (int e = 0; e < OUTBOX_EVENT_COUNT && nodes[at].orders[depth]; e++)
				if (possible(&nodes[at], (enum outbox_event)e))
					go(at, depth, (enum outbox_event)e);
	print_message("# %llu steps of all orders up to %d events, %llu POSTs, %zu places\n",
		      (unsigned long long)steps, DEEP, (unsigned long long)posts, node_count);
	for (int s = 0; s < OUTBOX_STATE_COUNT; s++) {
		print_message("#   %s: %llu times\n", outbox_state_name((enum outbox_state)s),
			      (unsigned long long)ends[s]);
		assert_true(ends[s] > 1000); /* the walk has been everywhere */
	}
	assert_true(posts > 1000);
	free(nodes);
}

static void
the_plain_ways_end_as_they_should(void **state)
{
	static const struct {
		enum outbox_event ev[DEEP];
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
		    none[] = "", json[] = "{}";
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
		struct task task = { .task_id = none, .unique_id = none, .json = json };
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
a9_an_answer_with_an_id_of_another_type_is_none_of_ours(void **state)
{
	static char id[] = "65a6f0c51c9d4400a1b2c3d4", none[] = "", twelve[] = "12";
	static const struct {
		const char *json;
		char *unique_id;
		enum outbox_event want;
	} rows[] = {
		{ "{\"unique_id\":12}", none, OUTBOX_EV_UNCLEAR },
		{ "{\"unique_id\":[\"12\"]}", none, OUTBOX_EV_UNCLEAR },
		{ "{\"unique_id\":true}", none, OUTBOX_EV_UNCLEAR },
		{ "{\"unique_id\":null}", none, OUTBOX_EV_CREATED },
		{ "{}", none, OUTBOX_EV_CREATED },
		{ "{\"unique_id\":\"12\"}", twelve, OUTBOX_EV_CREATED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char json[64];
		struct task task = { .task_id = id, .unique_id = rows[i].unique_id, .json = json };
		struct api_event ev = {
			.status = 200,
			.left = true,
			.reply = { .kind = REPLY_TASK, .tasks = &task, .task_count = 1 }
		};

		snprintf(json, sizeof(json), "%s", rows[i].json);
		if (outbox_classify(&ev, "12") != rows[i].want)
			fail_msg("row %zu", i);
	}
}

/* The table in the document is the table in the program, and both are what the machine does. */
static void
the_document_tells_the_table_that_is_followed(void **state)
{
	char *text = test_read(test_data("../docs/exactly-once.md")), *at = text;

	(void)state;
	for (size_t i = 0; i < OUTBOX_ANSWERS; i++) {
		const struct outbox_answer *a = &outbox_answers[i];
		const struct outbox_now first = { .state = OUTBOX_SENDING },
					again = { .state = OUTBOX_SENDING, .ambiguous = true };
		char line[400];

		snprintf(line, sizeof(line), "\n| %s | %s | %s | %s |\n", a->what,
			 outbox_state_name(a->first), outbox_state_name(a->again), a->then);
		at = strstr(at, line);
		if (!at)
			fail_msg("not in docs/exactly-once.md, in this order:%s", line);
		assert_int_equal(outbox_next(&first, a->event).state, a->first);
		assert_int_equal(outbox_next(&again, a->event).state, a->again);
		at += strlen(line) - 1;
	}
	assert_true(strncmp(at, "\n\n", 2) == 0); /* and no line more */
	free(text);
}

/* Every code there is falls under one line, whose words name it. */
static void
each_code_is_under_the_line_that_names_it(void **state)
{
	(void)state;
	for (long status = 100; status < 1000; status++) {
		struct api_event ev = { .status = status, .left = true, .err.code = ERR_API };
		const char *what = outbox_answer(&ev, "u")->what;
		char exact[8], class[8];

		snprintf(exact, sizeof(exact), "%ld", status);
		snprintf(class, sizeof(class), "%ldxx", status / 100);
		if (!strstr(what, exact) && !strstr(what, class))
			assert_string_equal(what, "any other code");
		assert_int_equal(outbox_refuses(status),
				 outbox_classify(&ev, "u") == OUTBOX_EV_REFUSED);
		ev.err.code = ERR_UNCONFIRMED; /* not whole */
		assert_int_equal(outbox_classify(&ev, "u"), OUTBOX_EV_UNCLEAR);
	}
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
	assert_in_range(outbox_delay_ms(OUTBOX_EV_NOT_SENT, 50, -1, 333), 299000, 301000);
	assert_int_equal(outbox_delay_ms(OUTBOX_EV_NOT_SENT, 50, -1, 0), 1000); /* all of it */
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
		cmocka_unit_test(a9_an_answer_with_an_id_of_another_type_is_none_of_ours),
		cmocka_unit_test(the_document_tells_the_table_that_is_followed),
		cmocka_unit_test(each_code_is_under_the_line_that_names_it),
		cmocka_unit_test(waits_grow_and_keep_within_their_bounds),
		cmocka_unit_test(every_state_has_its_own_name),
	};
	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
