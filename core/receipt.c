/* receipt.c - see receipt.h. */
#include "config.h"

#include "core/receipt.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 1000

void
receipt_init(struct receipt *r)
{
	*r = (struct receipt){ .base_url = mem_strdup("") };
	outbox_row_init(&r->row);
}

void
receipt_done(struct receipt *r)
{
	outbox_row_done(&r->row);
	free(r->base_url);
	free(r->steps);
	*r = (struct receipt){ .base_url = NULL };
}

static enum err_code
load(struct store *s, int64_t target, int64_t seq, struct receipt *r, struct err *err)
{
	if (store_outbox_get(s, seq, &r->row, err))
		return err->code;
	if (r->row.target != target) {
		err_set(err, ERR_NOT_FOUND, TASK_LOCAL "%lld belongs to another account or address",
			(long long)seq);
		return err_hint(err, "start with the key and the profile it was submitted with");
	}
	if (store_target_get(s, target, &r->base_url, r->account, err))
		return err->code;
	return store_evidence(s, seq, &r->steps, &r->step_count, err);
}

enum err_code
receipt_load(struct store *s, int64_t target, int64_t seq, struct receipt *r, struct err *err)
{
	struct receipt got;

	receipt_init(&got);
	if (load(s, target, seq, &got, err)) {
		receipt_done(&got);
		return err->code;
	}
	receipt_done(r);
	*r = got;
	return ERR_OK;
}

/* --- words that somebody else chose --- */

/* Without what follows the "?" of an address: that may be a signature. */
static void
unsign(struct buf *out, const char *text)
{
	const char *at = text, *url, *query;

	while ((url = strstr(at, "://")) != NULL) {
		query = url + strcspn(url, "? \t\r\n\"'<>");
		buf_add(out, at, (size_t)(query - at));
		at = query;
		if (*query == '?') {
			buf_adds(out, "?...");
			at = query + strcspn(query, " \t\r\n\"'<>");
		}
	}
	buf_adds(out, at);
}

/* A row that is looked up for months has many. */
static size_t
first_step(const struct receipt *r)
{
	return r->step_count > STEPS_MAX ? r->step_count - STEPS_MAX : 0;
}

static void
show(struct buf *out, const char *text)
{
	struct buf plain = BUF_INIT(RECEIPT_MAX);

	unsign(&plain, text);
	text_show(out, untrusted(buf_str(&plain), plain.len), 0);
	buf_free(&plain);
}

/* --- for a person --- */

static void
row(struct buf *out, const char *name, const char *text)
{
	if (!text[0])
		return;
	buf_addf(out, "  %-10s ", name);
	show(out, text);
	buf_adds(out, "\n");
}

static void
row_time(struct buf *out, const char *name, int64_t at_ms)
{
	char at[CLOCK_ISO_SIZE];

	if (!at_ms)
		return;
	clock_iso(at_ms, at, sizeof(at));
	row(out, name, at);
}

static void
text_step(struct buf *out, const struct evidence *e)
{
	char at[CLOCK_ISO_SIZE];

	clock_iso(e->at_ms, at, sizeof(at));
	buf_addf(out, "  %s  %-6s", at, evidence_name(e->what));
	if (e->http)
		buf_addf(out, "  HTTP %ld", e->http);
	if (e->curl)
		buf_addf(out, "  curl %d", e->curl);
	if (e->ms)
		buf_addf(out, "  %lld ms", (long long)e->ms);
	buf_addf(out, "  -> %s", outbox_state_name(e->state));
	if (e->request_id[0]) {
		buf_adds(out, "  request ");
		show(out, e->request_id);
	}
	buf_adds(out, "\n");
	if (e->note[0]) {
		buf_adds(out, "      ");
		show(out, e->note);
		buf_adds(out, "\n");
	}
	if (e->hint[0]) {
		buf_adds(out, "      (");
		show(out, e->hint);
		buf_adds(out, ")\n");
	}
}

static const char *
state_words(const struct outbox_row *r)
{
	static const char *const words[OUTBOX_STATE_COUNT] = {
		[OUTBOX_QUEUED] = "queued: it waits here, and no part of it has arrived",
		[OUTBOX_SENDING] = "sending: on its way",
		[OUTBOX_UNCONFIRMED] = "unconfirmed: it may or may not exist",
		[OUTBOX_ACCEPTED] = "accepted: the task exists",
		[OUTBOX_REJECTED] = "rejected: nothing was created",
		[OUTBOX_ABANDONED] = "abandoned: given up",
	};

	if (r->state == OUTBOX_ABANDONED && r->ambiguous)
		return "abandoned: given up, although it may exist";
	return words[r->state];
}

void
receipt_text(const struct receipt *r, struct buf *out)
{
	const struct outbox_row *o = &r->row;

	buf_addf(out, "Receipt of " TASK_LOCAL "%lld\n", (long long)o->seq);
	row(out, "state", state_words(o));
	row(out, "task", o->task_id);
	row(out, "unique_id", o->unique_id);
	row(out, "id is", o->made_id ? "made by this program" : "chosen by the user");
	row(out, "used by", o->owner);
	row(out, "twin", o->twin);
	row(out, "wish", o->wish == WISH_CANCEL ? "cancel it once it is known to exist" : "");
	row(out, "project", o->project);
	row(out, "batch", o->batch);
	row(out, "service", r->base_url);
	row(out, "account", r->account);
	buf_addf(out, "  %-10s %zu\n", "bytes", o->payload_len);
	row(out, "sha256", o->sha256);
	row_time(out, "queued", o->created_ms);
	row_time(out, "last sent", o->sent_ms);
	buf_addf(out, "  %-10s %d\n", "POSTs", o->attempt);
	row(out, "note", o->note);
	row(out, "hint", o->hint);
	buf_adds(out, r->step_count ? "What was done\n" : "Nothing was done yet\n");
	if (first_step(r))
		buf_addf(out, "  (%zu earlier steps are left out)\n", first_step(r));
	for (size_t i = first_step(r); i < r->step_count; i++)
		text_step(out, &r->steps[i]);
}

/* --- for a program --- */

static void
name(struct buf *out, const char *key)
{
	char last = out->len ? out->p[out->len - 1] : '{';

	if (last != '{')
		buf_adds(out, ",");
	json_quote(out, key, strlen(key));
	buf_adds(out, ":");
}

/* As it came, unless JSON cannot say it so. */
static void
member(struct buf *out, const char *key, const char *text)
{
	struct buf plain = BUF_INIT(RECEIPT_MAX), valid = BUF_INIT(RECEIPT_MAX);
	size_t bad;

	name(out, key);
	unsign(&plain, text);
	if (!text_valid(buf_str(&plain), plain.len, &bad))
		text_show(&valid, untrusted(buf_str(&plain), plain.len), 0);
	else
		buf_add(&valid, buf_str(&plain), plain.len);
	json_quote(out, buf_str(&valid), valid.len);
	buf_free(&plain);
	buf_free(&valid);
}

static void
member_or_null(struct buf *out, const char *key, const char *text)
{
	if (text[0]) {
		member(out, key, text);
		return;
	}
	name(out, key);
	buf_adds(out, "null");
}

static void
number(struct buf *out, const char *key, int64_t n)
{
	name(out, key);
	buf_addf(out, "%lld", (long long)n);
}

static void
flag(struct buf *out, const char *key, bool on)
{
	name(out, key);
	buf_adds(out, on ? "true" : "false");
}

static void
stamp(struct buf *out, const char *key, int64_t at_ms)
{
	char at[CLOCK_ISO_SIZE] = "";

	if (at_ms)
		clock_iso(at_ms, at, sizeof(at));
	member_or_null(out, key, at);
}

static void
json_step(struct buf *out, const struct evidence *e)
{
	buf_adds(out, "{");
	number(out, "n", e->n);
	stamp(out, "at", e->at_ms);
	member(out, "what", evidence_name(e->what));
	number(out, "posts", e->post);
	number(out, "http", e->http);
	number(out, "curl", e->curl);
	number(out, "ms", e->ms);
	member(out, "state", outbox_state_name(e->state));
	member_or_null(out, "request_id", e->request_id);
	member_or_null(out, "note", e->note);
	member_or_null(out, "hint", e->hint);
	buf_adds(out, "}");
}

static void
json_row(struct buf *out, const struct receipt *r)
{
	const struct outbox_row *o = &r->row;
	char key[TASK_LOCAL_SIZE];

	task_local_key(o->seq, key, sizeof(key));
	member(out, "receipt", key);
	member(out, "state", outbox_state_name(o->state));
	flag(out, "in_doubt", o->ambiguous && o->state != OUTBOX_ACCEPTED);
	member_or_null(out, "task_id", o->task_id);
	member(out, "unique_id", o->unique_id);
	flag(out, "unique_id_made_here", o->made_id);
	member_or_null(out, "owner", o->owner);
	member_or_null(out, "twin", o->twin);
	member_or_null(out, "wish", o->wish == WISH_CANCEL ? "cancel" : "");
	member_or_null(out, "project", o->project);
	member_or_null(out, "batch", o->batch);
	member(out, "base_url", r->base_url);
	member(out, "account", r->account);
	number(out, "bytes", (int64_t)o->payload_len);
	member(out, "sha256", o->sha256);
	stamp(out, "queued_at", o->created_ms);
	stamp(out, "sent_at", o->sent_ms);
	stamp(out, "next_at", o->next_ms);
	number(out, "posts", o->attempt);
	member_or_null(out, "note", o->note);
	member_or_null(out, "hint", o->hint);
	member_or_null(out, "field", o->field);
}

void
receipt_json(const struct receipt *r, struct buf *out)
{
	struct buf text = BUF_INIT(RECEIPT_MAX);
	struct json_span value;
	struct err err;

	buf_adds(&text, "{");
	json_row(&text, r);
	number(&text, "steps_left_out", (int64_t)first_step(r));
	name(&text, "steps");
	buf_adds(&text, "[");
	for (size_t i = first_step(r); i < r->step_count; i++) {
		buf_adds(&text, i > first_step(r) ? "," : "");
		json_step(&text, &r->steps[i]);
	}
	buf_adds(&text, "]}");
	if (!text.full && json_scan(buf_str(&text), text.len, &value, NULL, &err) == ERR_OK)
		json_pretty(out, &value, 0);
	buf_adds(out, "\n");
	buf_free(&text);
}

enum err_code
receipt_write(const struct receipt *r, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(RECEIPT_MAX);
	enum err_code code;

	receipt_json(r, &text);
	code = file_replace(path, buf_str(&text), text.len, err);
	if (code)
		err_hint(err, "choose another place: the receipt itself stays in the database");
	buf_free(&text);
	return code;
}
