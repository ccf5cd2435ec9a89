/* check.c - findings per field, made again only where something changed. The
 * rules are in check_rules.c and check_url.c. */
#include "config.h"

#include "core/check.h"
#include "core/check_impl.h"

#include "core/json.h"
#include "core/mem.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept {               /* of one field; the last row is about the whole */
	struct finding *at; /* owned; errors first */
	size_t count;
	size_t total[2]; /* by severity, also those not kept */
	size_t bytes;    /* of the field in the wire form, about */
};

struct check {
	struct kept kept[FIELD_COUNT + 1];
	unsigned rev[FIELD_COUNT + 1]; /* of the draft, as checked */
	bool fresh;                    /* nothing was checked yet */
	int64_t now_ms, checked_ms;    /* wall; 0 = no clock */
	int64_t next_change_ms;        /* when an attachment's expiry says something new */
	char batch_project[256];
	bool batch_closed, batch_news; /* news: not looked at yet */
	size_t metadata_bytes;
	struct findings work;
};

struct check *
check_new(void)
{
	struct check *c = mem_alloc(sizeof(*c));

	c->fresh = true;
	return c;
}

void
check_free(struct check *c)
{
	if (!c)
		return;
	for (size_t f = 0; f <= FIELD_COUNT; f++)
		free(c->kept[f].at);
	free(c);
}

void
check_set_now(struct check *c, int64_t wall_ms)
{
	c->now_ms = wall_ms;
}

void
check_set_batch(struct check *c, const char *project, bool closed)
{
	if (strcmp(c->batch_project, project) == 0 && c->batch_closed == closed)
		return;
	snprintf(c->batch_project, sizeof(c->batch_project), "%s", project);
	c->batch_closed = closed;
	c->batch_news = true;
}

void
check_add(struct findings *f, enum severity severity, struct where where, const char *hint,
	  const char *fmt, ...)
{
	struct finding *row;
	va_list ap;
	int used = 0;
	size_t bad;

	if (f->count[severity]++ >= CHECK_PER_FIELD)
		return;
	row = &f->kept[severity][f->count[severity] - 1];
	*row = (struct finding){
		.field = f->field,
		.severity = severity,
		.item = where.item,
	};
	if (where.text) {
		struct json_place place;

		json_place_at(where.text, where.at, &place);
		row->at = where.at;
		row->line = place.line;
		row->col = place.col;
	}
	if (where.item != FINDING_NO_ITEM)
		used = snprintf(row->msg, sizeof(row->msg), "item %zu: ", where.item + 1);
	va_start(ap, fmt);
	vsnprintf(row->msg + used, sizeof(row->msg) - (size_t)used, fmt, ap);
	va_end(ap);
	if (!text_valid(row->msg, strlen(row->msg), &bad)) /* the cut was inside one */
		row->msg[bad] = '\0';
	if (hint)
		snprintf(row->hint, sizeof(row->hint), "%s", hint);
}

/* Keep what the rules of a field have found: errors first, the rest as a number. */
static void
keep(struct kept *k, const struct findings *work)
{
	size_t errors = work->count[SEVERITY_ERROR], warnings = work->count[SEVERITY_WARNING];
	size_t all = errors + warnings, n = all < CHECK_PER_FIELD ? all : CHECK_PER_FIELD;
	size_t shown = all > n ? n - 1 : n;

	free(k->at);
	*k = (struct kept){ .total = { errors, warnings }, .bytes = work->bytes };
	if (n == 0)
		return;
	k->at = mem_array(n, sizeof(*k->at));
	k->count = n;
	for (size_t i = 0; i < shown; i++)
		k->at[i] = i < errors ? work->kept[SEVERITY_ERROR][i]
				      : work->kept[SEVERITY_WARNING][i - errors];
	if (shown < n) {
		struct finding *last = &k->at[shown];

		*last = (struct finding){
			.field = work->field,
			.severity = errors > shown ? SEVERITY_ERROR : SEVERITY_WARNING,
			.item = FINDING_NO_ITEM,
			.rest = true,
		};
		snprintf(last->msg, sizeof(last->msg), "and %zu more", all - shown);
	}
}

static struct findings *
start(struct check *c, const struct draft *d, enum field_id f)
{
	struct findings *work = &c->work;

	work->d = d;
	work->field = f;
	work->now_ms = c->now_ms;
	work->next_change_ms = INT64_MAX;
	work->batch_project = c->batch_project;
	work->batch_closed = c->batch_closed;
	work->bytes = 0;
	work->count[SEVERITY_ERROR] = work->count[SEVERITY_WARNING] = 0;
	return work;
}

static void
run(struct check *c, const struct draft *d, enum field_id f)
{
	struct findings *work = start(c, d, f);

	if (f == FIELD_COUNT) /* the rule on the whole needs the sum */
		for (size_t i = 0; i < FIELD_COUNT; i++)
			work->bytes += c->kept[i].bytes;
	check_rules(work);
	keep(&c->kept[f], work);
	if (f == FIELD_METADATA)
		c->metadata_bytes = work->metadata_bytes;
	if (f == FIELD_ATTACHMENTS)
		c->next_change_ms = work->next_change_ms;
}

/* Does the clock alone make the findings about attachments stale? */
static bool
time_tells(const struct check *c)
{
	return (c->now_ms == 0) != (c->checked_ms == 0) || c->now_ms < c->checked_ms ||
	       c->now_ms >= c->next_change_ms;
}

void
check_update(struct check *c, const struct draft *d)
{
	bool changed[FIELD_COUNT + 1], any = false;

	for (enum field_id f = 0; f <= FIELD_COUNT; f++) {
		changed[f] = c->fresh || c->rev[f] != draft_rev(d, f);
		c->rev[f] = draft_rev(d, f);
		any |= changed[f];
	}
	/* The rules that look at a second field. */
	changed[FIELD_BATCH] |= changed[FIELD_PROJECT] || c->batch_news;
	changed[FIELD_PROJECT] |= changed[FIELD_BATCH];
	c->batch_news = false;
	changed[FIELD_ATTACHMENTS] |= changed[FIELD_SCENE_FORMAT] || time_tells(c);
	if (changed[FIELD_ATTACHMENTS])
		c->checked_ms = c->now_ms;
	for (enum field_id f = 0; f < FIELD_COUNT; f++)
		if (changed[f])
			run(c, d, f);
	if (any)
		run(c, d, FIELD_COUNT);
	c->fresh = false;
}

size_t
check_count(const struct check *c)
{
	size_t n = 0;

	for (size_t f = 0; f <= FIELD_COUNT; f++)
		n += c->kept[f].count;
	return n;
}

const struct finding *
check_get(const struct check *c, size_t i)
{
	for (size_t f = 0; f <= FIELD_COUNT; f++) {
		if (i < c->kept[f].count)
			return &c->kept[f].at[i];
		i -= c->kept[f].count;
	}
	return NULL;
}

static size_t
total(const struct check *c, enum severity severity)
{
	size_t n = 0;

	for (size_t f = 0; f <= FIELD_COUNT; f++)
		n += c->kept[f].total[severity];
	return n;
}

size_t
check_errors(const struct check *c)
{
	return total(c, SEVERITY_ERROR);
}

size_t
check_warnings(const struct check *c)
{
	return total(c, SEVERITY_WARNING);
}

size_t
check_field_count(const struct check *c, enum field_id f, enum severity severity)
{
	return c->kept[f].total[severity];
}

bool
check_item(struct check *c, const struct draft *d, enum field_id f, size_t i, struct finding *out)
{
	const struct kept *k = &c->kept[f];
	struct findings *work;
	enum severity worst;

	for (size_t at = 0; at < k->count; at++)
		if (k->at[at].item == i) {
			*out = k->at[at];
			return true;
		}
	if (k->count == 0 || !k->at[k->count - 1].rest)
		return false;
	work = start(c, d, f);
	check_rules_item(work, i);
	worst = work->count[SEVERITY_ERROR] ? SEVERITY_ERROR : SEVERITY_WARNING;
	if (work->count[worst] == 0)
		return false;
	*out = work->kept[worst][0];
	return true;
}

const struct finding *
check_field(const struct check *c, enum field_id f)
{
	return c->kept[f].count ? &c->kept[f].at[0] : NULL;
}

size_t
check_metadata_bytes(const struct check *c)
{
	return c->metadata_bytes;
}

enum err_code
check_draft(const struct draft *d, struct err *err)
{
	struct check *c = check_new();
	const struct finding *bad = NULL;

	check_update(c, d);
	for (size_t i = 0; !bad && i < check_count(c); i++)
		if (check_get(c, i)->severity == SEVERITY_ERROR)
			bad = check_get(c, i);
	if (bad) {
		err_set(err, ERR_RULE, "%s", bad->msg);
		err_hint(err, "%s", bad->hint);
		if (bad->field < FIELD_COUNT)
			err->field = fields[bad->field].name;
	}
	check_free(c);
	return bad ? ERR_RULE : ERR_OK;
}
