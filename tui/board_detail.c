/* board_detail.c - the lines of the detail: all that is known of one task. */
#include "config.h"

#include "core/buf.h"
#include "core/json.h"
#include "tui/board_local.h"
#include "tui/when.h"

#include <string.h>

#define CAUSES_MAX 5 /* attachments or frames that are explained one by one */
#define VALUE_MAX  (1u << 20)

/* --- pieces of the task's JSON --- */

struct parts { /* spans of task.json; type JSON_NULL when absent */
	struct json_span whole, params, metadata, response;
};

static struct json_span
part(const struct json_span *object, const char *key, enum json_kind type)
{
	struct json_span span = { .type = JSON_NULL };

	if (object->type != JSON_OBJECT || !json_member(object, key, &span) || span.type != type)
		span = (struct json_span){ .type = JSON_NULL };
	return span;
}

/* A field of the task, wherever the service put it. */
static struct json_span
field(const struct parts *p, const char *key, enum json_kind type)
{
	struct json_span span = part(&p->whole, key, type);

	return span.type == type ? span : part(&p->params, key, type);
}

static void
read_parts(const struct task *t, struct parts *p)
{
	struct err err = ERR_INIT;

	*p = (struct parts){ .whole = { .type = JSON_NULL } };
	if (json_scan(t->json, strlen(t->json), &p->whole, NULL, &err) != ERR_OK)
		p->whole.type = JSON_NULL;
	p->params = part(&p->whole, "params", JSON_OBJECT);
	p->metadata = part(&p->whole, "metadata", JSON_OBJECT);
	p->response = part(&p->whole, "response", JSON_OBJECT);
}

static void
unquoted(struct buf *out, const struct json_span *s)
{
	buf_clear(out);
	if (s->type == JSON_STRING)
		json_unescape(out, s);
	else if (s->p)
		buf_add(out, s->p, s->n);
}

static void
pair_span(struct doc *d, const char *label, const struct json_span *s)
{
	struct buf text = BUF_INIT(VALUE_MAX);

	if (s->type == JSON_NULL)
		return;
	unquoted(&text, s);
	doc_pair(d, label, ROLE_VALUE, buf_str(&text), text.len);
	buf_free(&text);
}

static void
words_span(struct doc *d, int indent, enum role role, const struct json_span *s)
{
	struct buf text = BUF_INIT(VALUE_MAX);

	unquoted(&text, s);
	doc_words(d, indent, role, buf_str(&text), text.len);
	buf_free(&text);
}

static void
pair_text(struct doc *d, const char *label, const char *text, const char *empty)
{
	if (text[0])
		doc_pair(d, label, ROLE_VALUE, text, strlen(text));
	else if (empty)
		doc_pair(d, label, ROLE_EMPTY, empty, strlen(empty));
}

static void
pair_time(struct doc *d, const char *label, int64_t wall_ms, bool utc)
{
	char text[CLOCK_ISO_SIZE];

	if (wall_ms <= 0)
		return;
	when_full(wall_ms, utc, text, sizeof(text));
	pair_text(d, label, text, NULL);
}

/* --- the upper part --- */

static void
status_line(struct doc *d, const struct task *t, const struct detail_look *look)
{
	enum task_status s = task_status_find(t->status);
	char when[CLOCK_ISO_SIZE] = "";

	if (look->seen_ms > 0)
		when_full(look->seen_ms, look->utc, when, sizeof(when));
	doc_pairf(d, "status", ui_status_role(s), "%c %s%s%s%s", task_statuses[s].mark, t->status,
		  when[0] ? "  (noticed " : "", when, when[0] ? ")" : "");
}

static void
tags_line(struct doc *d, const struct task *t)
{
	struct buf text = BUF_INIT(VALUE_MAX);

	for (const char *p = t->tags; *p; p++)
		buf_add(&text, *p == '\n' ? ", " : p, *p == '\n' ? 2 : 1);
	pair_text(d, "tags", buf_str(&text), "none");
	buf_free(&text);
}

/* What it is called, then at once why it failed or where it stands: a pane is low. */
static void
identity(struct doc *d, const struct task *t, const struct detail_look *look)
{
	enum task_status s = task_status_find(t->status);

	status_line(d, t, look);
	pair_text(d, "task_id", t->task_id,
		  s == TASK_REJECTED       ? "none: nothing was created"
		  : task_statuses[s].local ? "not known yet"
					   : "unknown");
	pair_text(d, "unique_id", t->unique_id, "none, or given back");
}

static void
place(struct doc *d, const struct task *t, const struct detail_look *look)
{
	pair_text(d, "project", t->project, "not told");
	pair_text(d, "batch", t->batch, "none");
	if (t->priority)
		doc_pairf(d, "priority", ROLE_VALUE, "%d", t->priority);
	tags_line(d, t);
	if (t->is_test)
		pair_text(d, "kind", "test: no person works on it", NULL);
	pair_time(d, "created", t->created_ms, look->utc);
	pair_time(d, "updated", t->updated_ms, look->utc);
	pair_time(d, "completed", t->completed_ms, look->utc);
}

static size_t
count(const struct json_span *list, struct json_span *first, struct json_span *last)
{
	struct json_iter it = { 0 };
	size_t n = 0;

	while (list->type == JSON_ARRAY && json_each(list, &it)) {
		if (n++ == 0)
			*first = it.value;
		*last = it.value;
	}
	return n;
}

/* Without its query: that of a signed URL lets others read what it leads to. */
static void
pair_url(struct doc *d, const char *label, const struct json_span *s)
{
	struct buf text = BUF_INIT(VALUE_MAX);
	char *query;

	unquoted(&text, s);
	query = text.p ? memchr(text.p, '?', text.len) : NULL;
	if (query) {
		text.len = (size_t)(query - text.p) + 1;
		buf_adds(&text, "...");
	}
	doc_pair(d, label, ROLE_VALUE, buf_str(&text), text.len);
	buf_free(&text);
}

static void
attachments(struct doc *d, const struct json_span *list)
{
	struct json_span first, last;
	size_t n = count(list, &first, &last);

	if (n == 0)
		return;
	doc_pairf(d, "attachments", ROLE_VALUE, "%zu url%s", n, n == 1 ? "" : "s");
	pair_url(d, n == 1 ? "" : "  first", &first);
	if (n > 1)
		pair_url(d, "  last", &last);
}

static void
callback(struct doc *d, const struct parts *p)
{
	struct json_span url = field(p, "callback_url", JSON_STRING);
	struct json_span went = field(p, "callback_succeeded", JSON_BOOL);

	pair_span(d, "callback_url", &url);
	if (went.type == JSON_BOOL)
		pair_text(d, "callback", went.p[0] == 't' ? "was delivered" : "was not delivered",
			  NULL);
}

static void
make(struct doc *d, const struct parts *p)
{
	struct json_span format = field(p, "scene_format", JSON_STRING);
	struct json_span blueprint = field(p, "task_blueprint_id", JSON_STRING);
	struct json_span list = field(p, "attachments", JSON_ARRAY);

	pair_span(d, "blueprint", &blueprint);
	pair_span(d, "scene_format", &format);
	attachments(d, &list);
	callback(d, p);
}

/* --- why it failed. Shapes: scale-api 8 --- */

/* Number (from 1) of the url in the task's attachments, 0 if it is none of them. */
static size_t
number_of(const struct json_span *list, const struct json_span *url, size_t *n)
{
	struct json_iter it = { 0 };
	size_t at = 0;

	*n = 0;
	while (list->type == JSON_ARRAY && json_each(list, &it)) {
		++*n;
		if (!at && it.value.n == url->n && memcmp(it.value.p, url->p, url->n) == 0)
			at = *n;
	}
	return at;
}

static void
bad_attachment(struct doc *d, const struct parts *p, const struct json_span *entry)
{
	struct json_span list = field(p, "attachments", JSON_ARRAY);
	struct json_span url = part(entry, "url", JSON_STRING);
	struct json_span code = part(entry, "statusCode", JSON_NUMBER);
	size_t n, at = url.type == JSON_STRING ? number_of(&list, &url, &n) : 0;

	if (at)
		doc_wordsf(d, 2, ROLE_ERROR, "attachment %zu of %zu answered %.*s", at, n,
			   code.p ? (int)code.n : 1, code.p ? code.p : "?");
	else
		doc_wordsf(d, 2, ROLE_ERROR, "an attachment answered %.*s",
			   code.p ? (int)code.n : 1, code.p ? code.p : "?");
	if (url.type == JSON_STRING)
		words_span(d, 4, ROLE_VALUE, &url);
}

static void
bad_frame(struct doc *d, const struct json_span *entry)
{
	struct json_span frame = part(entry, "frame", JSON_NUMBER);
	struct json_span message = part(entry, "message", JSON_STRING);
	struct json_span attachment = part(entry, "attachment", JSON_OBJECT);
	struct json_span url = part(&attachment, "url", JSON_STRING);

	doc_wordsf(d, 2, ROLE_ERROR, "frame %.*s:", frame.p ? (int)frame.n : 1,
		   frame.p ? frame.p : "?");
	if (message.type == JSON_STRING)
		words_span(d, 4, ROLE_ERROR, &message);
	if (url.type == JSON_STRING)
		words_span(d, 4, ROLE_VALUE, &url);
}

static void
causes(struct doc *d, const struct parts *p, const char *key)
{
	struct json_span list = part(&p->response, key, JSON_ARRAY);
	struct json_iter it = { 0 };
	size_t n = 0;

	while (list.type == JSON_ARRAY && json_each(&list, &it)) {
		if (n++ >= CAUSES_MAX)
			continue;
		if (strcmp(key, "frames") == 0)
			bad_frame(d, &it.value);
		else
			bad_attachment(d, p, &it.value);
	}
	if (n > CAUSES_MAX)
		doc_wordsf(d, 2, ROLE_NOTE, "and %zu more, in the response below", n - CAUSES_MAX);
}

static void
why(struct doc *d, const struct task *t, const struct parts *p)
{
	struct json_span error = part(&p->response, "error", JSON_STRING);

	if (task_status_find(t->status) != TASK_ERROR)
		return;
	doc_head(d, "Why");
	if (error.type == JSON_STRING)
		words_span(d, 2, ROLE_ERROR, &error);
	else if (t->note[0])
		doc_words(d, 2, ROLE_ERROR, t->note, strlen(t->note));
	else
		doc_wordsf(d, 2, ROLE_NOTE, "the service did not say");
	causes(d, p, "attachments");
	causes(d, p, "frames");
	doc_head(d, "You can");
	doc_wordsf(d, 2, ROLE_NORMAL, "c  copy it into a new draft, mend that and send it");
}

static void
json_part(struct doc *d, const char *head, const struct json_span *s)
{
	struct json_iter it = { 0 };

	if (s->type != JSON_OBJECT || !json_each(s, &it))
		return;
	doc_head(d, head);
	doc_json(d, s->p, s->n);
}

void
board_detail(struct doc *d, const struct task *t, const struct detail_look *look)
{
	struct json_span instruction;
	struct parts p;

	read_parts(t, &p);
	instruction = field(&p, "instruction", JSON_STRING);
	doc_start(d, look->cols);
	identity(d, t, look);
	if (look->story)
		story_doc(d, look->story, look->utc);
	why(d, t, &p);
	if (d->count > 3)
		doc_head(d, "Task");
	place(d, t, look);
	make(d, &p);
	if (instruction.type == JSON_STRING) {
		doc_head(d, "Instruction");
		words_span(d, 2, ROLE_VALUE, &instruction);
	}
	json_part(d, "Metadata", &p.metadata);
	json_part(d, "Response", &p.response);
	if (t->json[0]) {
		doc_head(d, "Task, as it came");
		doc_json(d, t->json, strlen(t->json));
	}
}

const struct story *
board_story(const struct board *b)
{
	const struct board_row *r = board_row(b);

	return r && b->detail_open && b->has_detail && strcmp(b->detail_key, r->key) == 0 &&
			       b->story.seq
		       ? &b->story
		       : NULL;
}
