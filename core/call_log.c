/* call_log.c - see call_log.h. A ring; the oldest call makes room. */
#include "config.h"

#include "core/call_log.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

struct entry { /* the strings of call, owned */
	struct api_call call;
	char *path, *msg, *request_id, *sent, *got;
};

struct call_log {
	const struct mask *mask;
	struct entry ring[API_LOG_MAX];
	size_t count; /* entries in use */
	size_t next;  /* where the next one goes */
	unsigned rev;
};

struct call_log *
call_log_new(const struct mask *mask)
{
	struct call_log *log = mem_alloc(sizeof(*log));

	log->mask = mask;
	return log;
}

static void
clear(struct entry *e)
{
	free(e->path);
	free(e->msg);
	free(e->request_id);
	free(e->sent);
	free(e->got);
	*e = (struct entry){ .path = NULL };
}

void
call_log_free(struct call_log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->count; i++)
		clear(&log->ring[i]);
	free(log);
}

/* A masked copy, cut. The margin: half a key at the cut would not be recognised. */
static char *
keep(const struct call_log *log, const char *text, size_t n, size_t *kept)
{
	size_t margin = API_LOG_BODY_MAX + MASK_FORM_MAX;
	char *copy, *cut;

	if (n > margin)
		n = margin;
	copy = mem_strndup(text, n);
	mask_apply(log->mask, copy, n);
	*kept = n < API_LOG_BODY_MAX ? n : API_LOG_BODY_MAX;
	cut = mem_strndup(copy, *kept);
	free(copy);
	return cut;
}

void
call_log_start(struct call_log *log, const struct api_call *c)
{
	struct entry *e = &log->ring[log->next];
	size_t n;

	clear(e);
	e->path = keep(log, c->path, strlen(c->path), &n);
	e->msg = mem_strdup("");
	e->request_id = mem_strdup("");
	e->got = mem_strdup("");
	e->sent = keep(log, c->sent ? c->sent : "", c->sent_len, &n);
	e->call = (struct api_call){
		.ticket = c->ticket,
		.endpoint = c->endpoint,
		.method = endpoints[c->endpoint].method,
		.path = e->path,
		.at_wall_ms = c->at_wall_ms,
		.took_ms = -1,
		.msg = e->msg,
		.request_id = e->request_id,
		.sent = e->sent,
		.sent_len = n,
		.sent_total = c->sent_total,
		.got = e->got,
	};
	log->next = (log->next + 1) % API_LOG_MAX;
	if (log->count < API_LOG_MAX)
		log->count++;
	log->rev++;
}

static void
replace(char **member, const char **shown, char *text)
{
	free(*member);
	*member = text;
	*shown = text;
}

void
call_log_end(struct call_log *log, const struct http_reply *r, const struct err *err)
{
	struct entry *e = NULL;
	struct api_call *c;
	size_t n;

	for (size_t i = 0; i < log->count && !e; i++)
		if (log->ring[i].call.ticket == r->ticket)
			e = &log->ring[i];
	if (!e)
		return; /* it has made room for newer ones */
	c = &e->call;
	c->took_ms = r->took_ms;
	c->status = r->status;
	c->code = err->code;
	replace(&e->msg, &c->msg, keep(log, err->msg, strlen(err->msg), &n));
	replace(&e->request_id, &c->request_id,
		keep(log, r->request_id, strlen(r->request_id), &n));
	replace(&e->got, &c->got, keep(log, r->body, r->body_len, &c->got_len));
	c->got_total = r->body_len;
	log->rev++;
}

size_t
call_log_count(const struct call_log *log)
{
	return log->count;
}

const struct api_call *
call_log_get(const struct call_log *log, size_t i)
{
	if (i >= log->count)
		return NULL;
	return &log->ring[(log->next + API_LOG_MAX - 1 - i) % API_LOG_MAX].call;
}

unsigned
call_log_rev(const struct call_log *log)
{
	return log->rev;
}
