/* reply_refusal.c - a reply that says no, in words for a person. See reply.h.
 *
 * One row per status; what a row cannot say is in the functions below it.
 * Source: API reference, Errors; scale-api 3.
 */
#include "config.h"

#include "core/reply.h"

#include "core/buf.h"
#include "core/field.h"
#include "core/json.h"
#include "core/member.h"
#include "core/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SAYS_COLS 150  /* columns shown of the server's text */
#define SAYS_MAX  4096 /* bytes of it that are looked at */
#define HEX_ID    24   /* digits of a task id */

/* The documented {"error": "..."}, or else the first line that is not blank. */
static void
server_text(const char *body, size_t n, struct buf *out)
{
	struct err ignored = ERR_INIT;
	struct json_span value, text;
	struct buf whole;
	size_t line = 0;

	if (json_scan(body, n, &value, NULL, &ignored) == ERR_OK &&
	    member_get(&value, "error", JSON_STRING, &text)) {
		whole = (struct buf)BUF_INIT(text.n + 1);
		json_unescape(&whole, &text);
		buf_add(out, buf_str(&whole), whole.len < SAYS_MAX ? whole.len : SAYS_MAX);
		buf_free(&whole);
		return;
	}
	while (n > 0 && isspace((unsigned char)body[0])) {
		body++;
		n--;
	}
	while (line < n && line < SAYS_MAX && body[line] != '\n' && body[line] != '\r')
		line++;
	buf_add(out, body, line);
}

/* --- which field a text is about --- */

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Where name stands in text as a word of its own (quoted: right after a quote); or NULL.
 * Sentences begin with a capital: "Project with name ...". */
static const char *
find_word(const char *text, const char *name, bool quoted)
{
	size_t n = strlen(name);

	for (const char *at = strcasestr(text, name); at; at = strcasestr(at + 1, name)) {
		char before = at > text ? at[-1] : ' ', after = at[n];

		if (is_name(before) || is_name(after))
			continue;
		if (!quoted || (strchr("\"'`", before) && strchr("\"'`[.", after) && after))
			return at;
	}
	return NULL;
}

/* Where the text speaks of field f, by its name or, unquoted, by what people call it. */
static const char *
find_field(const char *text, enum field_id f, bool quoted)
{
	const char *name = find_word(text, fields[f].name, quoted);
	const char *label = quoted ? NULL : find_word(text, fields[f].label, false);

	if (!name || (label && label < name))
		return label;
	return name;
}

/* The field that is spoken of first, or NULL. */
static const char *
first_field(const char *text, bool quoted)
{
	const char *first = NULL, *name = NULL;

	for (enum field_id f = 0; f < FIELD_COUNT; f++) {
		const char *at = find_field(text, f, quoted);

		if (at && (!first || at < first)) {
			first = at;
			name = fields[f].name;
		}
	}
	return name;
}

/* Validators quote the parameter; older texts only mention it. */
static const char *
field_named_in(const char *text)
{
	const char *name = first_field(text, true);

	return name ? name : first_field(text, false);
}

/*
 * Of what was not found, the kind stands before the quoted name, and the name may be
 * any word: 'Project with name "batch" not found.', 'Task blueprint with ID "x" not found.'
 */
static const char *
field_missing(const char *text)
{
	char kind[64];
	const char *name;

	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(text, "\"'`"), text);
	name = first_field(kind, false);
	return name ? name : field_named_in(text);
}

void
reply_owner_of_id(const char *body, size_t n, char *out, size_t size)
{
	struct buf text = BUF_INIT(SAYS_MAX + 1);
	const char *s;

	out[0] = '\0';
	server_text(body, n, &text);
	s = buf_str(&text);
	/* the last one: the unique_id, which comes before it, may look the same */
	for (size_t i = 0; i + HEX_ID + 2 <= text.len && size > HEX_ID; i++) {
		if (s[i] != '(' || s[i + HEX_ID + 1] != ')' ||
		    strspn(s + i + 1, "0123456789abcdefABCDEF") != HEX_ID)
			continue;
		memcpy(out, s + i + 1, HEX_ID);
		out[HEX_ID] = '\0';
	}
	buf_free(&text);
}

/* --- words --- */

static bool
is_create(const struct endpoint *e)
{
	return e == &endpoints[ENDPOINT_TASK_CREATE];
}

enum err_code
reply_doubt_hint(const struct endpoint *e, struct err *err)
{
	if (is_create(e))
		return err_hint(err, "the task may have been created: it is looked up by its "
				     "unique_id before anything is sent again");
	if (e && strcmp(e->method, "GET") == 0)
		return err_hint(err, "nothing was changed; try again");
	return err_hint(err, "it may have been done: look before you try again");
}

struct no { /* what the readers below need of one refusal */
	long status;
	const char *says; /* fit to show; "" if the server said nothing */
	const char *raw;
	const struct reply_context *ctx;
};

static enum err_code
say(struct err *err, enum err_code code, const struct no *no, const char *what)
{
	if (no->says[0])
		return err_set(err, code, "%s (%ld): %s", what, no->status, no->says);
	return err_set(err, code, "%s (%ld), without a word why", what, no->status);
}

static enum err_code
refused(struct err *err, const struct no *no)
{
	const char *field =
		no->ctx->endpoint && !is_create(no->ctx->endpoint) ? NULL : field_named_in(no->raw);

	say(err, ERR_API, no, "refused");
	if (field) {
		err_hint(err, "nothing was created; change %s and send it again", field);
		err->field = field;
	} else if (is_create(no->ctx->endpoint)) {
		err_hint(err, "nothing was created; change the draft and send it again");
	}
	return err->code;
}

static enum err_code
no_key(struct err *err, const struct no *no)
{
	const char *key = no->ctx->key_hint;
	const char *kind = strncmp(key, "test_", 5) == 0   ? "a test key"
			   : strncmp(key, "live_", 5) == 0 ? "a live key"
							   : "neither test_ nor live_";

	if (!key[0]) {
		err_set(err, ERR_AUTH, "%s wants an API key (%ld)", no->ctx->host, no->status);
		return err_hint(err, "set SCALE_API_KEY, or key_command in the profile");
	}
	if (no->status == 403) {
		say(err, ERR_AUTH, no, "the key may not do this");
		return err_hint(err, "it is %s (%s)", key, kind);
	}
	err_set(err, ERR_AUTH, "%s does not take the key %s (%ld)", no->ctx->host, key, no->status);
	return err_hint(err, "it is %s; see that it is whole, not revoked, and of this account",
			kind);
}

static enum err_code
not_enabled(struct err *err, const struct no *no)
{
	say(err, ERR_API, no, "this account is not enabled for multistage tasks");
	return err_hint(err, "ask your contact at the service to enable the task type; the "
			     "draft is kept");
}

static enum err_code
not_found(struct err *err, const struct no *no)
{
	say(err, ERR_NOT_FOUND, no, "not found");
	if (is_create(no->ctx->endpoint))
		err->field = field_missing(no->raw);
	return err_hint(err, "is the name right, and does the key belong there? test and live "
			     "keys see nothing of each other");
}

static enum err_code
conflict(struct err *err, const struct no *no, const char *owner)
{
	if (!owner[0])
		return say(err, ERR_CONFLICT, no, "already in use");
	err_set(err, ERR_CONFLICT, "this unique_id is already used by task %s (%ld)", owner,
		no->status);
	err_hint(err, "look at that task; to make another one, choose another unique_id");
	err->field = fields[FIELD_UNIQUE_ID].name;
	return err->code;
}

static enum err_code
too_large(struct err *err, const struct no *no)
{
	say(err, ERR_API, no, "the request is too large for the service");
	return err_hint(err, "make it smaller: shorter metadata or instruction, fewer attachments");
}

static enum err_code
too_many(struct err *err, const struct no *no)
{
	int64_t s = (no->ctx->retry_after_ms + 999) / 1000;

	say(err, ERR_BUSY, no, "too many requests");
	if (no->ctx->retry_after_ms < 0)
		return err_hint(err, "try again in a minute");
	if (s < 120)
		return err_hint(err, "try again in %lld s", (long long)s);
	return err_hint(err, "try again in %lld minutes", (long long)((s + 59) / 60));
}

static enum err_code
redirect(struct err *err, const struct no *no)
{
	struct buf host = BUF_INIT(1024);

	text_show(&host, untrusted_str(no->ctx->location_host), 60);
	err_set(err, ERR_API, "%s answers with a redirect to %s (%ld); not followed", no->ctx->host,
		host.len ? buf_str(&host) : "nowhere", no->status);
	buf_free(&host);
	return err_hint(err, "nothing was sent there; set the right address of the service");
}

/* It may have worked all the same. Source: scale-api 3.4. */
static enum err_code
fault(struct err *err, const struct no *no, const char *what)
{
	say(err, is_create(no->ctx->endpoint) ? ERR_UNCONFIRMED : ERR_API, no, what);
	return reply_doubt_hint(no->ctx->endpoint, err);
}

static enum err_code
word(struct err *err, const struct no *no, const char *owner)
{
	switch (no->status) {
	case 400:
	case 405:
	case 415:
	case 422: return refused(err, no);
	case 401:
	case 403: return no_key(err, no);
	case 402: return not_enabled(err, no);
	case 404: return not_found(err, no);
	case 408:
	case 425: return fault(err, no, "the service gave up waiting");
	case 409: return conflict(err, no, owner);
	case 413: return too_large(err, no);
	case 429: return too_many(err, no);
	}
	if (no->status >= 300 && no->status < 400)
		return redirect(err, no);
	if (no->status >= 500 && no->status < 600)
		return fault(err, no, "the service had a fault");
	return fault(err, no, "an answer nobody expects");
}

enum err_code
reply_refusal(long status, const char *body, size_t n, const struct reply_context *ctx,
	      struct err *err)
{
	struct buf raw = BUF_INIT(SAYS_MAX + 1), says = BUF_INIT(SAYS_MAX + 1);
	struct no no = { .status = status, .ctx = ctx };
	char owner[HEX_ID + 1];

	server_text(body, n, &raw);
	text_show(&says, untrusted(buf_str(&raw), raw.len), SAYS_COLS);
	no.raw = buf_str(&raw);
	no.says = buf_str(&says);
	reply_owner_of_id(body, n, owner, sizeof(owner));
	word(err, &no, owner);
	buf_free(&raw);
	buf_free(&says);
	return err->code;
}
