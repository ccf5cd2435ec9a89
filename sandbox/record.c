/* record.c - see record.h. */
#include "config.h"

#include "sandbox/record.h"

#include "core/mem.h"
#include "core/text.h"
#include "sandbox/fault.h"
#include "sandbox/out.h"

#include <stdlib.h>
#include <string.h>

#define TARGET_MAX 2048 /* bytes that are kept of one */
#define METHOD_MAX 40

struct entry {
	int64_t number, at_ms;
	char *method, *target, *fault; /* owned */
	const char *side;
	int status;
	bool committed;
};

struct record {
	struct entry *at; /* owned: entry N is at N % max */
	size_t max;
	int64_t first, next; /* numbers kept: first to next - 1 */
	int64_t cleared;     /* the last number that was cleared away */
};

struct record *
record_new(size_t max)
{
	struct record *r = mem_alloc(sizeof(*r));

	*r = (struct record){
		.at = mem_array(max, sizeof(*r->at)), .max = max, .first = 1, .next = 1
	};
	return r;
}

static struct entry *
at(const struct record *r, int64_t number)
{
	return &r->at[(size_t)number % r->max];
}

static void
drop_first(struct record *r)
{
	struct entry *e = at(r, r->first++);

	free(e->method);
	free(e->target);
	free(e->fault);
	*e = (struct entry){ .number = 0 };
}

void
record_clear(struct record *r)
{
	while (r->first < r->next)
		drop_first(r);
	r->cleared = r->next - 1;
}

void
record_free(struct record *r)
{
	if (!r)
		return;
	record_clear(r);
	free(r->at);
	free(r);
}

int64_t
record_add(struct record *r, const struct record_entry *e)
{
	if ((size_t)(r->next - r->first) == r->max)
		drop_first(r);
	*at(r, r->next) = (struct entry){
		.number = r->next,
		.at_ms = e->at_ms,
		.method = mem_strndup(e->method, strnlen(e->method, METHOD_MAX)),
		.target = mem_strndup(e->target, strnlen(e->target, TARGET_MAX)),
		.fault = e->fault ? mem_strdup(e->fault) : NULL,
		.side = e->side,
		.status = e->status,
		.committed = e->committed,
	};
	return r->next++;
}

static struct entry *
find(struct record *r, int64_t number)
{
	return number >= r->first && number < r->next ? at(r, number) : NULL;
}

void
record_commit(struct record *r, int64_t number)
{
	struct entry *e = find(r, number);

	if (e)
		e->committed = true;
}

/* Bytes that are no UTF-8 came from outside; JSON cannot carry them. */
static void
out_raw(struct buf *out, const char *key, const char *s, size_t n)
{
	struct buf shown = BUF_INIT(8 * TARGET_MAX);

	if (text_valid(s, n, NULL)) {
		out_text(out, key, s, n);
		return;
	}
	text_show(&shown, untrusted(s, n), 0);
	out_text(out, key, buf_str(&shown), shown.len);
	buf_free(&shown);
}

static void
out_entry(struct buf *out, const struct entry *e)
{
	size_t path = strcspn(e->target, "?");

	out_open(out, NULL, '{');
	out_int(out, "number", e->number);
	out_time(out, "time", e->at_ms);
	out_raw(out, "method", e->method, strlen(e->method));
	out_raw(out, "path", e->target, path);
	if (e->target[path])
		out_raw(out, "query", e->target + path + 1, strlen(e->target + path + 1));
	if (e->side)
		out_str(out, "key", e->side);
	out_int(out, "status", e->status);
	out_bool(out, "committed", e->committed);
	if (e->fault)
		out_str(out, "fault", e->fault);
	out_close(out, '}');
}

static bool
fits(const struct entry *e, const char *pattern)
{
	char path[TARGET_MAX + 1];
	size_t n = strcspn(e->target, "?");

	if (!pattern)
		return true;
	memcpy(path, e->target, n);
	path[n] = '\0';
	return fault_fits(pattern, path);
}

void
record_out(const struct record *r, int64_t since, const char *pattern, int64_t limit,
	   struct buf *out)
{
	int64_t number = since < r->first ? r->first : since + 1;
	int64_t known = since < r->cleared ? r->cleared : since;

	out_open(out, NULL, '{');
	out_open(out, "requests", '[');
	for (; number < r->next && limit > 0; number++) {
		if (!fits(at(r, number), pattern))
			continue;
		out_entry(out, at(r, number));
		limit--;
	}
	out_close(out, ']');
	out_int(out, "next", number - 1);
	out_int(out, "lost", r->first - 1 > known ? r->first - 1 - known : 0);
	out_close(out, '}');
}
