/* story.c - see story.h. */
#include "config.h"

#include "tui/story.h"

#include "core/mem.h"
#include "tui/ui.h"
#include "tui/view_parts.h"
#include "tui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST  2 /* of a long list of evidence: how it began ... */
#define LATEST 5 /* ... and where it stands */
#define INDENT 2

void
story_set(struct story *s, const struct outbox_row *r, struct evidence *list, size_t n)
{
	story_done(s);
	s->seq = r->seq;
	s->state = r->state;
	s->ambiguous = r->ambiguous;
	s->attempt = r->attempt;
	s->next_ms = r->next_ms;
	s->bytes = r->payload_len;
	s->to_cancel = r->wish == WISH_CANCEL;
	snprintf(s->sha256, sizeof(s->sha256), "%s", r->sha256);
	snprintf(s->note, sizeof(s->note), "%s", r->note);
	snprintf(s->hint, sizeof(s->hint), "%s", r->hint);
	snprintf(s->owner, sizeof(s->owner), "%s", r->owner);
	s->list = list;
	s->n = n;
}

void
story_add_difference(struct story *s, const struct difference *d)
{
	struct story_difference *to = &s->difference[s->differences];

	if (s->differences == STORY_DIFFERENCES)
		return;
	s->differences++;
	snprintf(to->field, sizeof(to->field), "%s", d->field);
	snprintf(to->ours, sizeof(to->ours), "%s", d->ours);
	snprintf(to->theirs, sizeof(to->theirs), "%s", d->theirs);
}

void
story_copy(struct story *to, const struct story *from)
{
	struct evidence *list = mem_array(from->n + 1, sizeof(*list));

	if (from->n)
		memcpy(list, from->list, from->n * sizeof(*list));
	free(to->list);
	*to = *from;
	to->list = list;
}

void
story_done(struct story *s)
{
	free(s->list);
	*s = (struct story){ .n = 0 };
}

/* --- what happened --- */

static void
took(int64_t ms, char *out, size_t size)
{
	if (ms >= 1000)
		snprintf(out, size, " after %lld.%lld s", (long long)(ms / 1000),
			 (long long)(ms % 1000 / 100));
	else
		snprintf(out, size, " after %lld ms", (long long)ms);
}

/* A POST that failed before a connection stood. */
static bool
never_left(const struct evidence *e)
{
	return e->what == EVIDENCE_POST && e->state == OUTBOX_QUEUED && e->http == 0;
}

/* What was done, before what came of it. */
static void
deed(const struct story *s, const struct evidence *e, char *out, size_t size)
{
	char bytes[VIEW_NUMBER_SIZE];

	switch (e->what) {
	case EVIDENCE_POST:
		view_number(bytes, s->bytes);
		snprintf(out, size, never_left(e) ? "could not send %s bytes" : "sent %s bytes",
			 bytes);
		return;
	case EVIDENCE_LOOK: snprintf(out, size, "looked for its unique_id"); return;
	case EVIDENCE_OWNER:
		snprintf(out, size, "asked for the task that has the unique_id");
		return;
	case EVIDENCE_VERIFY: snprintf(out, size, "looked once more"); return;
	case EVIDENCE_HAND: snprintf(out, size, "by hand"); return;
	case EVIDENCE_START: snprintf(out, size, "found at a start"); return;
	case EVIDENCE_COUNT: break;
	}
	out[0] = '\0';
}

static void
one(struct doc *d, const struct story *s, const struct evidence *e, bool utc)
{
	char when[CLOCK_ISO_SIZE], what[96], span[32] = "", http[32] = "", words[640];
	bool call = e->what != EVIDENCE_HAND && e->what != EVIDENCE_START;

	when_clock(e->at_ms, utc, when, sizeof(when));
	deed(s, e, what, sizeof(what));
	if (call)
		took(e->ms, span, sizeof(span));
	if (e->http)
		snprintf(http, sizeof(http), "; %ld", e->http);
	else if (call && !never_left(e))
		snprintf(http, sizeof(http), "; no answer");
	snprintf(words, sizeof(words), "%s%s%s%s%s%s%s%s", what, http, span, e->note[0] ? ": " : "",
		 e->note, e->request_id[0] ? " (request " : "", e->request_id,
		 e->request_id[0] ? ")" : "");
	doc_entry(d, when, e->state == OUTBOX_REJECTED ? ROLE_ERROR : ROLE_NORMAL, words);
}

static void
happened(struct doc *d, const struct story *s, const char *first, bool utc)
{
	doc_head(d, "What happened");
	doc_wordsf(d, INDENT, ROLE_NORMAL, "%s", first);
	if (s->n == 0 && s->note[0])
		doc_words(d, INDENT, ROLE_NOTE, s->note, strlen(s->note));
	for (size_t i = 0; i < s->n; i++) {
		if (s->n > FIRST + LATEST + 1 && i == FIRST) {
			doc_wordsf(d, INDENT, ROLE_NOTE, "... %zu more; w writes all of it ...",
				   s->n - FIRST - LATEST);
			i = s->n - LATEST;
		}
		one(d, s, &s->list[i], utc);
	}
	if (s->to_cancel)
		doc_wordsf(d, INDENT, ROLE_WARNING,
			   "You canceled it: that is done as soon as its task is known.");
}

/* --- what differs --- */

static void
differs(struct doc *d, const struct story *s)
{
	char words[sizeof(s->difference[0].ours) + 16];

	if (!s->owner[0])
		return;
	doc_head(d, "What differs");
	doc_pair(d, "that task", ROLE_VALUE, s->owner, strlen(s->owner));
	if (s->differences == 0)
		doc_wordsf(d, INDENT, ROLE_NOTE, "O asks for that task, and then it is told here.");
	for (size_t i = 0; i < s->differences; i++) {
		snprintf(words, sizeof(words), "sent:  %s", s->difference[i].ours);
		doc_entry(d, s->difference[i].field, ROLE_NORMAL, words);
		snprintf(words, sizeof(words), "there: %s", s->difference[i].theirs);
		doc_entry(d, "", ROLE_NORMAL, words);
	}
}

/* --- what comes next --- */

static const char *
next_deed(const struct story *s)
{
	return s->state == OUTBOX_QUEUED ? "goes out" : "is looked up again";
}

static void
comes_next(struct doc *d, const struct story *s, bool utc)
{
	char when[CLOCK_ISO_SIZE];

	if (s->state != OUTBOX_QUEUED && s->state != OUTBOX_UNCONFIRMED)
		return;
	doc_head(d, "What comes next");
	if (s->next_ms > 0) {
		when_clock(s->next_ms, utc, when, sizeof(when));
		doc_wordsf(d, INDENT, ROLE_NORMAL,
			   "It %s at %s or soon after, also if you close the program: the next "
			   "start goes on.",
			   next_deed(s), when);
	} else {
		doc_wordsf(d, INDENT, ROLE_WARNING, "Nothing by itself: it waits for you.");
		if (s->hint[0])
			doc_words(d, INDENT, ROLE_NOTE, s->hint, strlen(s->hint));
	}
}

/* --- what is safe, what can be done --- */

static void
safe(struct doc *d, const struct story *s, const char *words)
{
	char bytes[VIEW_NUMBER_SIZE];

	view_number(bytes, s->bytes);
	doc_head(d, "What is safe");
	doc_wordsf(d, INDENT, ROLE_NORMAL, "Its exact %s bytes are on disk, sha256 %.12s. %s",
		   bytes, s->sha256, words);
}

static void
can(struct doc *d, const struct story *s, const char *keys)
{
	doc_head(d, "You can");
	if (s->owner[0])
		doc_wordsf(d, INDENT, ROLE_NORMAL,
			   "O  go to the task that has the unique_id\n"
			   "L  take that task for this submission, on purpose");
	if (keys[0])
		doc_wordsf(d, INDENT, ROLE_NORMAL, "%s", keys);
	if (s->draft_id[0] && s->state == OUTBOX_REJECTED)
		doc_wordsf(d, INDENT, ROLE_NORMAL, "e  mend its draft and send it again");
	else if (s->draft_id[0])
		doc_wordsf(d, INDENT, ROLE_NORMAL, "e  see its draft");
	doc_wordsf(d, INDENT, ROLE_NORMAL,
		   "w  write a receipt of all this\n"
		   "3  the log: request and reply");
}

static const struct chapter {
	enum outbox_state state;
	const char *happened, *safe, *keys;
} chapters[] = {
	{ OUTBOX_QUEUED, "It waits here. The service made no task of it.",
	  "They go out by themselves when they can, also after a restart.", "X  give it up" },
	{ OUTBOX_SENDING, "It is on its way to the service at this moment.",
	  "If the answer is lost it is looked up by its unique_id, never sent again blindly.",
	  "X  cancel it as soon as its task is known" },
	{ OUTBOX_UNCONFIRMED,
	  "It left, and no answer came that can be trusted: it may or may not exist.",
	  "They are never sent again before a look-up found nothing, and only with the same "
	  "unique_id: a twin is refused.",
	  "l  look it up now\nA  send the same bytes again, after a look-up found nothing\n"
	  "X  stop looking for it" },
	{ OUTBOX_REJECTED, "The service refused it. Nothing was created.",
	  "The draft is kept as it was, and its unique_id is free.", "" },
};

static const char *
sum(const struct story *s, const struct chapter *c)
{
	size_t left = 0;

	for (size_t i = 0; i < s->n; i++)
		left += s->list[i].what == EVIDENCE_POST && !never_left(&s->list[i]);
	if (s->owner[0])
		return "Its unique_id belongs to another task, which is not what was sent.";
	if (s->state == OUTBOX_QUEUED && left == 0)
		return "It waits here. Not a byte of it has left this machine.";
	return c->happened;
}

void
story_doc(struct doc *d, const struct story *s, bool utc)
{
	for (size_t i = 0; i < ARRAY_LEN(chapters); i++) {
		const struct chapter *c = &chapters[i];

		if (s->seq == 0 || c->state != s->state)
			continue;
		happened(d, s, sum(s, c), utc);
		differs(d, s);
		comes_next(d, s, utc);
		can(d, s, c->keys);
		safe(d, s,
		     s->owner[0] && s->state == OUTBOX_REJECTED
			     ? "The draft is kept; it needs a unique_id of its own."
			     : c->safe);
	}
}

int64_t
story_next(const struct story *s, struct now now, char *out, size_t size)
{
	int64_t left = s->next_ms - now.wall_ms;

	out[0] = '\0';
	if (s->seq == 0 || s->next_ms <= 0 || left <= 0 || left > 120000 ||
	    (s->state != OUTBOX_QUEUED && s->state != OUTBOX_UNCONFIRMED))
		return -1;
	snprintf(out, size, "It %s in %lld s", next_deed(s), (long long)(left + 999) / 1000);
	return now.mono_ms + (left - 1) % 1000 + 1;
}
