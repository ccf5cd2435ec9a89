/* logview.c - the list of calls and the lines of one: request and reply.
 * The table behind it has no secret in it (api.h), so all of it may be shown. */
#include "config.h"

#include "tui/logview.h"

#include "tui/log_local.h"
#include "tui/ui.h"
#include "tui/when.h"

#include <stdio.h>
#include <string.h>

#define PAGER_COLS 100
#define PAGER_MAX  (4u << 20)

void
logview_init(struct logview *l)
{
	*l = (struct logview){ .ticket = 0 };
	doc_init(&l->doc);
}

void
logview_done(struct logview *l)
{
	doc_done(&l->doc);
}

size_t
log_count(const struct logview *l)
{
	return l->source.count ? l->source.count(l->source.arg) : 0;
}

/* Newer calls came in above: the cursor and the window stay on their rows. */
static void
follow(struct logview *l)
{
	size_t n = log_count(l), before = l->list.at;

	list_fit(&l->list, n, l->list.rows);
	if (l->ticket == 0) {
		list_to(&l->list, 0);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (l->source.get(l->source.arg, i)->ticket != l->ticket)
			continue;
		if (l->list.top > 0 && i > before)
			l->list.top += i - before;
		list_to(&l->list, i);
		return;
	}
}

const struct api_call *
log_current(struct logview *l)
{
	follow(l);
	return l->list.at < l->list.n ? l->source.get(l->source.arg, l->list.at) : NULL;
}

struct log_word
log_word(const struct api_call *call)
{
	if (call->code == ERR_OK && call->took_ms < 0)
		return (struct log_word){ '.', "running", ROLE_BUSY };
	switch (call->code) {
	case ERR_OK: return (struct log_word){ '+', "ok", ROLE_OK };
	case ERR_NET: return (struct log_word){ '!', "not sent", ROLE_ERROR };
	case ERR_UNCONFIRMED: return (struct log_word){ '?', "no answer", ROLE_UNSURE };
	case ERR_BUSY: return (struct log_word){ '!', "slow down", ROLE_WARNING };
	case ERR_AUTH: return (struct log_word){ '!', "key", ROLE_ERROR };
	case ERR_NOT_FOUND: return (struct log_word){ '!', "not found", ROLE_ERROR };
	case ERR_CONFLICT: return (struct log_word){ '!', "in use", ROLE_ERROR };
	case ERR_API:
	case ERR_RULE: return (struct log_word){ '!', "refused", ROLE_ERROR };
	case ERR_PARSE: return (struct log_word){ '!', "unreadable", ROLE_ERROR };
	case ERR_TOO_BIG: return (struct log_word){ '!', "too big", ROLE_ERROR };
	case ERR_INTERRUPTED: return (struct log_word){ '-', "stopped", ROLE_QUIET };
	case ERR_USAGE:
	case ERR_TERMINAL:
	case ERR_CONFIG:
	case ERR_PARTLY:
	case ERR_TIMEOUT:
	case ERR_ALREADY:
	case ERR_STORE:
	case ERR_SYS:
	case ERR_CODE_COUNT: break;
	}
	return (struct log_word){ '!', err_name(call->code), ROLE_ERROR };
}

void
log_took(const struct api_call *call, char *out, size_t size)
{
	if (call->took_ms < 0)
		snprintf(out, size, "%s", "");
	else if (call->took_ms < 1000)
		snprintf(out, size, "%d ms", (int)call->took_ms);
	else
		snprintf(out, size, "%lld.%d s", (long long)(call->took_ms / 1000),
			 (int)(call->took_ms % 1000 / 100));
}

/* What was kept of a body, and how much of it that is. */
static void
body(struct doc *d, const char *text, size_t kept, size_t total)
{
	if (total == 0)
		return;
	doc_pairf(d, "bytes", ROLE_VALUE, "%zu", total);
	if (text && kept)
		doc_json(d, text, kept);
	if (kept < total)
		doc_wordsf(d, 0, ROLE_NOTE, "the other %zu bytes are not kept here", total - kept);
}

void
log_lines(struct doc *d, const struct api_call *call, int cols, bool utc)
{
	struct log_word word = log_word(call);
	char when[CLOCK_ISO_SIZE], took[32];

	doc_start(d, cols);
	doc_head(d, "Request");
	doc_words(d, 0, ROLE_VALUE, call->method, strlen(call->method));
	doc_words(d, 2, ROLE_VALUE, call->path, strlen(call->path));
	when_exact(call->at_wall_ms, utc, when, sizeof(when));
	doc_pairf(d, "at", ROLE_VALUE, "%s", when);
	body(d, call->sent, call->sent_len, call->sent_total);
	doc_head(d, "Reply");
	doc_pairf(d, "state", word.role, "%c %s", word.mark, word.word);
	if (call->msg && call->msg[0])
		doc_words(d, 2, word.role, call->msg, strlen(call->msg));
	if (call->status)
		doc_pairf(d, "HTTP", ROLE_VALUE, "%ld", call->status);
	log_took(call, took, sizeof(took));
	if (took[0])
		doc_pairf(d, "took", ROLE_VALUE, "%s", took);
	if (call->request_id && call->request_id[0])
		doc_pair(d, "request id", ROLE_VALUE, call->request_id, strlen(call->request_id));
	body(d, call->got, call->got_len, call->got_total);
}

static void
open_call(struct logview *l, const struct api_call *call)
{
	l->open = true;
	l->doc.top = 0;
	l->doc.cols = 0;
	l->ticket = call->ticket; /* what is being read does not change under the eyes */
}

/* The whole call as text, for $PAGER or a file. */
static void
give(struct ui *ui, enum ui_cmd_kind kind, const struct api_call *call)
{
	struct buf text = BUF_INIT(PAGER_MAX);
	struct ui_cmd *cmd = ui_ask(ui, kind);
	struct doc d;

	doc_init(&d);
	log_lines(&d, call, PAGER_COLS, ui->utc);
	doc_text(&d, &text);
	doc_done(&d);
	snprintf(cmd->key, sizeof(cmd->key), ".txt");
	cmd->n = text.len;
	cmd->text = buf_take(&text);
}

static void
move(struct logview *l, int cmd)
{
	if (!list_move(&l->list, cmd))
		return;
	l->ticket = 0;
	if (l->list.at > 0)
		l->ticket = l->source.get(l->source.arg, l->list.at)->ticket;
}

void
logview_key(struct ui *ui, uint32_t key)
{
	struct logview *l = &ui->log;
	const struct api_call *call = log_current(l);
	int cmd = (int)key_command(key, IN_LOG);

	if (l->open && doc_move(&l->doc, cmd))
		return;
	switch (cmd) {
	case CMD_OPEN:
		if (!l->open && call)
			open_call(l, call);
		else
			l->open = false;
		break;
	case CMD_BACK:
	case CMD_QUIT: l->open = false; break;
	case CMD_PAGER:
		if (call)
			give(ui, UI_PAGER, call);
		break;
	case CMD_WRITE:
		if (call)
			give(ui, UI_WRITE, call);
		break;
	default: move(l, cmd); break;
	}
}

void
logview_note(const struct ui *ui, char *out, size_t size)
{
	const struct logview *l = &ui->log;
	size_t n = log_count(l);
	const struct api_call *call =
		l->list.at < n ? l->source.get(l->source.arg, l->list.at) : NULL;

	if (!call)
		snprintf(out, size, "every call is listed here, with what was sent and answered");
	else if (call->msg && call->msg[0])
		snprintf(out, size, "%s", call->msg);
	else
		snprintf(out, size, "call %zu of %zu; no key and no header is kept", l->list.at + 1,
			 n);
}
