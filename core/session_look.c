/* session_look.c - rows in doubt are looked up by their unique_id. See session_impl.h.
 *
 * Many in one call: those that are due together ask together, and have their
 * next time together. Each is decided for itself (session_answer.c), and only by
 * a task that has its unique_id byte for byte: the service may ignore the question
 * and tell of strangers. Pages are followed while a row is not found.
 */
#include "config.h"

#include "core/session_impl.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX    50
#define BYTES_MAX   4096  /* of their ids: servers take addresses of 8,000 bytes or so */
#define PAGES_MAX   5     /* a service that answers with everything it has */
#define TOGETHER_MS 1000  /* who is due so soon is asked for as well */
#define AGAIN_MS    10000 /* a look-up keeps its rows from being due so long */

struct look { /* what one call asks for */
	struct looked {
		int64_t seq;
		char *unique_id; /* owned; NULL: nothing more to ask */
	} rows[ROWS_MAX];
	size_t count, bytes;
	char *tokens[PAGES_MAX]; /* owned; those that were followed */
	size_t token_count;
};

void
session_look_free(struct look *look)
{
	if (!look)
		return;
	for (size_t i = 0; i < look->count; i++)
		free(look->rows[i].unique_id);
	for (size_t i = 0; i < look->token_count; i++)
		free(look->tokens[i]);
	free(look);
}

bool
session_looks_at(const struct session *s, int64_t seq)
{
	for (size_t i = 0; i < s->call_count; i++) {
		const struct look *look = s->calls[i].look;

		for (size_t k = 0; look && k < look->count; k++)
			if (look->rows[k].seq == seq && look->rows[k].unique_id)
				return true;
	}
	return false;
}

/* --- asking --- */

/* Bytes of "unique_id=...&" in an address, where most of what is no letter is "%41". */
static size_t
asked_bytes(const char *unique_id)
{
	size_t n = strlen("unique_id=&");

	for (; *unique_id; unique_id++)
		n += (*unique_id >= 'a' && *unique_id <= 'z') ||
				     (*unique_id >= 'A' && *unique_id <= 'Z') ||
				     (*unique_id >= '0' && *unique_id <= '9')
			     ? 1
			     : 3;
	return n;
}

/* False: there is no room for it. */
static bool
add(struct look *look, const struct outbox_row *r)
{
	size_t n = asked_bytes(r->unique_id);

	if (look->count == ROWS_MAX || (look->count > 0 && look->bytes + n > BYTES_MAX))
		return false;
	look->rows[look->count++] = (struct looked){ r->seq, mem_strdup(r->unique_id) };
	look->bytes += n;
	return true;
}

/* Takes c->look: it goes with the call. */
static void
ask(struct session *s, struct call *c, struct now now)
{
	struct look *look = c->look;
	const char *ids[ROWS_MAX];
	struct api_list q = { .unique_ids = ids };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < look->count; i++)
		if (look->rows[i].unique_id)
			ids[q.unique_id_count++] = look->rows[i].unique_id;
	if (look->token_count > 0)
		q.next_token = look->tokens[look->token_count - 1];
	if (api_task_list(s->api, &q, now.mono_ms, &c->ticket, &err) == ERR_OK) {
		session_add_call(s, c);
		return;
	}
	session_not_started(s, c, &err, now);
	session_look_free(look);
}

static bool
is_in_doubt(const struct session *s, const struct outbox_row *r, struct now now)
{
	return !session_row_busy(s, r->seq) &&
	       session_next_step(r, OUTBOX_EV_DUE, now).action == OUTBOX_LOOK_UP;
}

/* Those that are due with the first. A row that cannot be read now has its own turn. */
static void
add_others(struct session *s, struct look *look, const struct outbox_row *first, struct now now)
{
	int64_t seqs[ROWS_MAX], until = now.wall_ms + TOGETHER_MS;
	struct outbox_row r;
	struct err err;
	size_t n = 0;

	if (first->next_ms > until) /* due although it is far away: so are all, the clock was set */
		until = INT64_MAX;
	if (store_outbox_doubts(s->store, s->target, until, seqs, ROWS_MAX, &n, &err))
		return;
	outbox_row_init(&r);
	for (size_t i = 0; i < n; i++) {
		if (seqs[i] == first->seq || store_outbox_get(s->store, seqs[i], &r, &err) ||
		    !is_in_doubt(s, &r, now))
			continue;
		if (!add(look, &r))
			break;
	}
	outbox_row_done(&r);
}

/* Not due again while the call runs; after a crash soon. Takes look. */
static void
begin(struct session *s, struct look *look, const char *owner, struct now now)
{
	struct call c = { .kind = CALL_LOOK, .look = look };

	snprintf(c.owner, sizeof(c.owner), "%s", owner);
	session_group_open(s);
	for (size_t i = 0; i < look->count; i++) {
		if (!session_wait(s, look->rows[i].seq, AGAIN_MS, now)) {
			session_look_free(look);
			return;
		}
	}
	ask(s, &c, now);
}

void
session_look_up(struct session *s, struct outbox_row *r, const char *owner, struct now now)
{
	struct look *look = mem_alloc(sizeof(*look));

	add(look, r);
	begin(s, look, owner, now);
}

void
session_look_up_due(struct session *s, const struct outbox_row *r, struct now now)
{
	struct look *look = mem_alloc(sizeof(*look));

	add(look, r);
	add_others(s, look, r, now);
	begin(s, look, "", now);
}

/* --- the answer --- */

/* Is there a page that was not followed yet? */
static bool
has_next(const struct look *look, const struct api_event *ev)
{
	const struct reply *r = &ev->reply;

	if (ev->err.code || !r->has_more || !r->next_token || !r->next_token[0] ||
	    r->task_count == 0 || look->token_count + 1 >= PAGES_MAX)
		return false;
	for (size_t i = 0; i < look->token_count; i++)
		if (strcmp(look->tokens[i], r->next_token) == 0)
			return false;
	return true;
}

/* What the answer says of one row. False: nothing yet, ask on. */
static bool
take(struct session *s, int64_t seq, const struct call *c, const struct api_event *ev, bool more,
     struct now now)
{
	struct outbox_row r;
	struct err err = ERR_INIT;
	bool settled = true;

	outbox_row_init(&r);
	if (store_outbox_get(s->store, seq, &r, &err))
		session_stop(s, seq, &err);
	else
		settled = session_take_look(s, &r, c, ev, more, now);
	outbox_row_done(&r);
	return settled;
}

static void
take_page(struct session *s, struct call *c, const struct api_event *ev, struct now now)
{
	struct look *look = c->look;
	struct call next = *c;
	bool more = has_next(look, ev);
	size_t open = 0;

	for (size_t i = 0; i < look->count; i++) {
		struct looked *row = &look->rows[i];

		if (!row->unique_id)
			continue;
		if (!take(s, row->seq, c, ev, more, now)) {
			open++;
			continue;
		}
		free(row->unique_id);
		row->unique_id = NULL;
	}
	if (open == 0)
		return;
	look->tokens[look->token_count++] = mem_strdup(ev->reply.next_token);
	c->look = NULL;
	ask(s, &next, now);
}

void
session_on_look(struct session *s, struct call *c, const struct api_event *ev, struct now now)
{
	if (!ev->err.code)
		session_pace(s, OUTBOX_EV_FOUND, ev, now); /* somebody answers */
	if (c->look)
		take_page(s, c, ev, now);
	else
		take(s, c->seq, c, ev, false, now);
}
